"""Measurements that take minutes, kept in a file, so that the page opens on them; a test takes some of them again."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from optim_viz.labs.overfit import book as declared
from optim_viz.labs.overfit.cures import CURES
from optim_viz.labs.overfit.pictures import LARGEST, Turned
from optim_viz.labs.overfit.stopping import Paths
from optim_viz.labs.overfit.trial import TESTED, Curves, Setting

FILE = Path(__file__).with_name("measured.json")
SETTING = Setting()
WRONG = (0.2, 0.0)  # shares of wrong labels that were measured


@cache
def _read() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))


def alone(setting: Setting, strengths: Mapping[str, float]) -> Curves | None:
    """Plain training or one cure at its usual strength, where that was measured in this setting (any seeds)."""
    key = next(iter(strengths), "plain")
    usual = len(strengths) < 2 and all(CURES[k].usual == v for k, v in strengths.items())
    if not usual or setting.wrong not in WRONG or setting != Setting(wrong=setting.wrong, seeds=setting.seeds):
        return None
    return _of(_read()["cures"][f"{setting.wrong:g}"][key], SETTING.images, len(setting.seeds))


def every(wrong: float) -> dict[str, Curves]:
    """Plain training and each cure alone, ten seeds."""
    return {key: _of(_read()["cures"][f"{wrong:g}"][key], SETTING.images) for key in ("plain", *CURES)}


def paths(wrong: float) -> Paths:
    """Ten plain trainings, epoch by epoch."""
    found = _read()["paths"][f"{wrong:g}"]
    return Paths(np.array(found["validation"]), np.array(found["train"]) / SETTING.images,
                 np.array(found["test"]) / TESTED)  # fmt: skip


@cache
def book() -> dict[str, Curves]:
    """The book's setting: plain, decay, dropout."""
    found = {way: _of(_read()["book"][way], declared.IMAGES, tested=declared.TESTED) for way in declared.WAYS}
    return {way: made.until(made.epoch[-1]) for way, made in found.items()}  # what is kept is what is drawn last


@cache
def turning() -> dict[float, Turned]:
    """Networks trained with small and with all turns."""
    return {most: Turned(*(np.array(_read()["turning"][f"{most:g}"][name]) for name in Turned.__dataclass_fields__))
            for most in LARGEST}  # fmt: skip


def _of(kept: Mapping[str, Any], images: int, seeds: int | None = None, tested: int = TESTED) -> Curves:
    """Counts of right answers as shares; the first so many seeds."""
    of = {"train": images, "test": tested, "kept_train": images, "kept_test": tested}
    return Curves(np.array(kept["epoch"]), **{name: np.array(kept[name][:seeds]) / n for name, n in of.items()},
                  ended=np.array(kept["ended"][:seeds]))  # fmt: skip


def written(cures: Mapping[str, Mapping[str, Curves]], plain: Mapping[str, Paths], books: Mapping[str, Curves],
            turns: Mapping[float, Turned]) -> str:  # fmt: skip
    """The text of the file."""
    content = {
        "cures": {wrong: {key: _counts(c, SETTING.images) for key, c in of.items()} for wrong, of in cures.items()},
        "paths": {wrong: {"validation": np.round(p.validation, 4).tolist(), "train": _whole(p.train, SETTING.images),
                          "test": _whole(p.test, TESTED)} for wrong, p in plain.items()},
        "book": {way: _counts(c, declared.IMAGES, declared.TESTED) for way, c in books.items()},
        "turning": {f"{most:g}": {name: np.round(getattr(turned, name), 4).tolist()
                                  for name in Turned.__dataclass_fields__} for most, turned in turns.items()},
    }  # fmt: skip
    return json.dumps(content, separators=(",", ":")) + "\n"


def _counts(c: Curves, images: int, tested: int = TESTED) -> dict[str, Any]:
    """Between two moments of a training that was stopped, counts are no whole numbers: a tenth is enough."""
    of = {"train": images, "test": tested, "kept_train": images, "kept_test": tested}
    return {"epoch": np.round(c.epoch, 3).tolist(), "ended": np.round(c.ended, 3).tolist(),
            **{name: np.round(getattr(c, name) * n, 1).tolist() for name, n in of.items()}}  # fmt: skip


def _whole(a: np.ndarray, n: int) -> Any:
    return np.rint(a * n).astype(int).tolist()
