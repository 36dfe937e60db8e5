"""What a person has tried: settings, results and curves of runs on any page, as records and as a file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from optim_viz.words import Text

MOST_RUNS, MOST_CURVES, POINTS, LONGEST, MOST_SETTINGS = 60, 8, 40, 4000, 80
LARGEST = 1_000_000  # bytes of a file
_APART = ("lang", "lesson", "guess", "hide", "present")  # what a link says beside the settings of the page
_FORM = "optim_viz runs 1"
Settings = tuple[tuple[str, tuple[str, ...]], ...]
Curves = tuple[tuple[str, tuple[float, ...]], ...]


@dataclass(frozen=True)
class Run:
    """`page` by its name, `settings` as in its link, `results` (name, value in words), `curves` (name, numbers)."""

    page: str
    settings: Settings = ()
    results: tuple[tuple[str, str], ...] = ()
    curves: Curves = ()
    pinned: bool = False

    @property
    def link(self) -> dict[str, list[str]]:
        """The query parameters that bring it back."""
        return {key: list(values) for key, values in self.settings}

    def pin(self, pinned: bool) -> Run:
        return replace(self, pinned=pinned)


def run(
    page: str, link: Mapping[str, Sequence[str]], results: Mapping[str, str], curves: Mapping[str, Sequence[float]]
) -> Run:
    """A record of what a page shows; long curves are thinned out, what is not finite is left out of them."""
    kept = tuple((name, thin(values)) for name, values in list(curves.items())[:MOST_CURVES])
    settings = tuple((key, tuple(map(str, values))) for key, values in sorted(link.items())
                     if key.partition(".")[0] not in _APART and max(map(len, (key, *values))) <= LONGEST)  # fmt: skip
    return Run(page, settings[:MOST_SETTINGS], tuple(results.items()), kept)


def thin(values: Sequence[float]) -> tuple[float, ...]:
    """At most POINTS of the finite numbers, evenly spread, four digits each."""
    fine = np.asarray(values, float)
    fine = fine[np.isfinite(fine)]
    rows = np.unique(np.linspace(0, len(fine) - 1, min(len(fine), POINTS)).round().astype(int)) if len(fine) else []
    return tuple(float(f"{v:.4g}") for v in fine[rows])


def added(runs: Sequence[Run], new: Run) -> tuple[Run, ...]:
    """With the new run first; the same page and settings again replace the old one, and keep its pin.

    With more than MOST_RUNS the oldest that is not pinned goes.
    """
    same = [old for old in runs if (old.page, old.settings) == (new.page, new.settings)]
    kept = [new.pin(any(old.pinned for old in same)), *(old for old in runs if old not in same)]
    while len(kept) > MOST_RUNS:
        loose = [k for k, one in enumerate(kept) if not one.pinned and k]
        kept.pop(loose[-1] if loose else -1)
    return tuple(kept)


def differences(runs: Sequence[Run]) -> list[str]:
    """The settings in which these runs are not all alike, in the order they come."""
    names = dict.fromkeys(key for one in runs for key, _ in one.settings)
    return [key for key in names if len({one.link.get(key, ()).__repr__() for one in runs}) > 1]


def to_json(runs: Sequence[Run]) -> str:
    """A file of runs."""
    plain = [{f.name: getattr(one, f.name) for f in fields(one)} for one in runs]
    return json.dumps({"form": _FORM, "runs": plain}, ensure_ascii=False, indent=1)


def from_json(text: str, pages: Sequence[str]) -> tuple[Run, ...]:
    """Back from `to_json`; ValueError with a sentence for anything else, such as a page that is not one of `pages`."""
    if len(text) > LARGEST:
        raise ValueError(Text("This file is too large: at most {most:.0f} MB.", most=LARGEST / 1e6))
    try:
        plain = json.loads(text, parse_constant=_refuse)
        if not isinstance(plain, dict) or set(plain) != {"form", "runs"} or plain["form"] != _FORM:
            raise ValueError
        if not isinstance(plain["runs"], list) or len(plain["runs"]) > MOST_RUNS:
            raise ValueError
        return tuple(_read(one, pages) for one in plain["runs"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise ValueError(Text("This is no file of runs, or it is damaged.")) from None


def _read(plain: Any, pages: Sequence[str]) -> Run:
    if not isinstance(plain, dict) or set(plain) != {f.name for f in fields(Run)} or plain["page"] not in pages:
        raise ValueError
    if not isinstance(plain["pinned"], bool):
        raise ValueError
    settings = tuple((_word(key), tuple(_word(v) for v in _list(values))) for key, values in _pairs(plain["settings"]))
    results = tuple((_word(name), _word(value)) for name, value in _pairs(plain["results"]))
    curves = tuple((_word(name), tuple(_number(v) for v in _list(values))) for name, values in _pairs(plain["curves"]))
    if len(settings) > MOST_SETTINGS or len(curves) > MOST_CURVES or any(len(c) > POINTS for _, c in curves):
        raise ValueError
    return Run(plain["page"], settings, results, curves, plain["pinned"])


def _refuse(_: str) -> None:
    raise ValueError


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError
    return value


def _pairs(value: Any) -> list[list[Any]]:
    rows = _list(value)
    if any(len(_list(row)) != 2 for row in rows):
        raise ValueError
    return rows


def _word(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ValueError
    value.encode()  # half a character, which JSON can hold and no page can show, is a ValueError
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError
    return float(value)
