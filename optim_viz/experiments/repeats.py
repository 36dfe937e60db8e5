"""What ships with the page of hyper-parameter search: the map nobody who searches sees, and twenty repeats."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from optim_viz.experiments.gp import EVERY, SIDE, Thought
from optim_viz.experiments.journal import Journal
from optim_viz.experiments.search import METHODS, Found, Plan, Trial, best_so_far, search, settings, tried
from optim_viz.experiments.statistics import Comparison, Spread, compare
from optim_viz.experiments.sweep import versions
from optim_viz.words import Text

FILE = Path(__file__).with_name("shipped") / "search.json"
_FORM = "optim_viz search 1"
_SIDE = (SIDE + EVERY - 1) // EVERY


@dataclass(frozen=True, eq=False)
class Record:
    """The true scores on a grid (n, n) [decay, lr] of task 0, NaN where training failed; a search per method; repeats.

    `curves` (methods, repeats, budget) are best scores so far, `test` (methods, repeats) what the chosen settings do
    on test images. Repeat r has task r and seed r for all methods.
    """

    versions: Mapping[str, str]
    truth: np.ndarray
    found: Mapping[str, Found]
    curves: np.ndarray
    test: np.ndarray

    @property
    def repeats(self) -> int:
        return self.curves.shape[1]

    @property
    def budget(self) -> int:
        return self.curves.shape[2]

    def wins(self, after: int) -> dict[str, int]:
        """In how many repeats no other method has a higher score after so many trials; ties count for each."""
        ahead = self.curves[:, :, after - 1]
        return dict(zip(METHODS, (ahead == ahead.max(axis=0)).sum(axis=1).tolist(), strict=True))

    def spread(self, method: str, after: int) -> Spread:
        return Spread.of(self.curves[list(METHODS).index(method), :, after - 1].tolist())

    def tested(self, method: str) -> Spread:
        return Spread.of(self.test[list(METHODS).index(method)].tolist())

    def pairs(self, after: int) -> list[Comparison]:
        """All pairs of methods after so many trials, corrected together."""
        return compare({name: (-self.curves[k, :, after - 1]).tolist() for k, name in enumerate(METHODS)})

    def write(self) -> str:
        """The text of the file."""
        lists = {name: np.round(getattr(self, name), 5).tolist() for name in ("curves", "test")}
        truth = [[None if np.isnan(v) else round(float(v), 5) for v in row] for row in self.truth]
        found = {name: {"plan": one.plan.__dict__, "trials": [list(_rounded(t)) for t in one.trials],
                        "thoughts": [None if t is None else _packed(t) for t in one.thoughts],
                        "shares": one.shares and [round(share, 5) for share in one.shares]}
                 for name, one in self.found.items()}  # fmt: skip
        whole = {"form": _FORM, "versions": self.versions, "truth": truth, "found": found, **lists}
        return json.dumps(whole, sort_keys=True, separators=(",", ":")) + "\n"


def _rounded(trial: Trial) -> tuple[Any, ...]:
    score, test = (None if v is None else round(v, 5) for v in (trial.score, trial.test))
    return trial.lr, trial.decay, score, test


def _packed(thought: Thought) -> dict[str, Any]:
    """Thousandths are enough for a picture."""
    most = float(thought.gain.max())
    arrays = (thought.mean, thought.spread, thought.gain / (most or 1.0))
    mean, spread, gain = (np.rint(1000 * a).astype(int).ravel().tolist() for a in arrays)
    return {"mean": mean, "spread": spread, "gain": gain, "most": float(f"{most:.4g}"),
            "at": list(thought.at), "best": round(thought.best, 5)}  # fmt: skip


def _unpacked(plain: Any) -> Thought:
    mean, spread, gain = (np.reshape(plain[name], (_SIDE, _SIDE)) / 1000 for name in ("mean", "spread", "gain"))
    return Thought(mean, spread, gain * plain["most"], tuple(plain["at"]), plain["best"])


def read(text: str) -> Record:
    """Back from `Record.write`; ValueError for anything else."""
    try:
        plain = json.loads(text)
        if plain["form"] != _FORM:
            raise ValueError
        found = {name: Found(Plan(**one["plan"]), tuple(Trial(*t) for t in one["trials"]),
                             tuple(t and _unpacked(t) for t in one["thoughts"]), one["shares"] and tuple(one["shares"]))
                 for name, one in plain["found"].items()}  # fmt: skip
        truth = np.array(plain["truth"], float)
        return Record(plain["versions"], truth, found, np.array(plain["curves"]), np.array(plain["test"]))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise ValueError(Text("This is no result of repeated searches.")) from None


@cache
def shipped() -> Record:
    """The record that comes with the app, made by `python -m optim_viz search`."""
    return read(FILE.read_text(encoding="utf-8"))


def compute(
    repeats: int = 20, budget: int = 25, journal: Journal | None = None
) -> Generator[float | Record, None, None]:
    """Everything that ships; yields the share that is done, last the Record."""
    line = np.linspace(0, 1, _SIDE).tolist()
    whole = 1 + repeats
    rows = []
    for k, decay in enumerate(line):
        yield k / len(line) / whole
        rows.append(tried([settings((lr, decay)) for lr in line], journal=journal))
    curves, test, first = np.zeros((len(METHODS), repeats, budget)), np.zeros((len(METHODS), repeats)), {}
    for r in range(repeats):
        yield (1 + r) / whole
        for m, method in enumerate(METHODS):
            *_, found = search(Plan(method, budget, seed=r, task=r), journal=journal)
            assert isinstance(found, Found)
            curves[m, r] = best_so_far(found.trials)
            test[m, r] = 0.0 if found.best is None else found.best.test or 0.0
            if r == 0:
                first[method] = found
    yield Record(_versions(), _scores(rows), first, curves, test)


def _scores(rows: Sequence[Sequence[Trial]]) -> np.ndarray:
    return np.array([[np.nan if trial.score is None else trial.score for trial in row] for row in rows])


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {**versions(), **{name: version(name) for name in ("optuna", "scikit-learn", "scipy")}}
