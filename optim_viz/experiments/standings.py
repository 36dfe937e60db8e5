"""What a benchmark says: who is best on each problem, who cannot be told from the best, and who is always so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optim_viz.experiments.benchmark import FRACTIONS, Report
from optim_viz.experiments.ranges import trials
from optim_viz.experiments.statistics import Comparison, Spread, compare, profile
from optim_viz.words import Text

MEASURES: dict[str, Text] = {
    "loss": Text("final loss"),
    "steps": Text("gradients to the target"),
    "test": Text("result on test data"),
    "failed": Text("failed runs"),
}
SETTINGS: dict[str, Text] = {"tuned": Text("tuned"), "default": Text("defaults")}
RATIOS = tuple(float(r) for r in np.geomspace(1, 32, 41))


def numbers(report: Report, entry: int, measure: str, setting: str) -> np.ndarray:
    """Per optimizer and seed (O, S), lower is better: loss, gradient evaluations to the target, −test, or failed."""
    way = list(SETTINGS).index(setting)
    if measure == "steps":
        fraction = FRACTIONS.index(report.protocol.entry(report.protocol.entries[entry]).fraction)
        return report.reached[entry, :, way, :, fraction] * report.calls[entry][:, None]
    found = getattr(report, "loss" if measure == "loss" else measure)[entry, :, way]
    return -found if measure == "test" else found


@dataclass(frozen=True)
class Standing:
    """One problem: spreads and the pairs of optimizers compared; `best` by the median, None where there is none.

    `alike` are those that the tests do not tell from the best, itself among them.
    """

    entry: str
    names: tuple[str, ...]
    spreads: tuple[Spread, ...]
    pairs: tuple[Comparison, ...]
    best: str | None
    alike: frozenset[str]

    def p(self, a: str, b: str) -> Comparison | None:
        return next((pair for pair in self.pairs if {pair.a, pair.b} == {a, b}), None)


def standing(report: Report, entry: int, measure: str, setting: str) -> Standing:
    """How the optimizers stand on one problem; no best where nobody has a finite median, or all are equal."""
    names = report.protocol.optimizers
    rows = numbers(report, entry, measure, setting)
    name = report.protocol.entries[entry]
    if np.isnan(rows).any():  # surfaces have no test data
        return Standing(name, names, (), (), None, frozenset())
    spreads = tuple(Spread.of(row) for row in rows)
    pairs = tuple(compare(dict(zip(names, rows, strict=True))))
    medians = np.array([spread.median for spread in spreads])
    if not np.isfinite(medians.min()) or rows.min() == rows.max():
        return Standing(name, names, spreads, pairs, None, frozenset())
    best = names[int(medians.argmin())]
    worse = {pair.a if pair.b == best else pair.b for pair in pairs if best in (pair.a, pair.b) and pair.better == best}
    return Standing(name, names, spreads, pairs, best, frozenset(names) - worse)


def standings(report: Report, measure: str, setting: str) -> tuple[Standing, ...]:
    """All problems on which the measure says something."""
    made = [standing(report, entry, measure, setting) for entry in range(len(report.protocol.entries))]
    return tuple(one for one in made if one.best is not None)


@dataclass(frozen=True)
class Always:
    """Then always `name`? It is among the best on `count` of `problems`; `beaten` says where not, and by whom."""

    name: str
    count: int
    problems: int
    beaten: tuple[tuple[str, str], ...]
    leaders: tuple[str, ...]
    most: int


def always(given: Sequence[Standing], name: str = "Adam") -> Always | None:
    """How often `name` is the best or not distinguishable from it; None where it did not run."""
    if not given or name not in given[0].names:
        return None
    counts = {other: sum(other in one.alike for one in given) for other in given[0].names}
    most = max(counts.values())
    beaten = tuple((one.entry, one.best or "") for one in given if name not in one.alike)
    leaders = tuple(other for other, count in counts.items() if count == most)
    return Always(name, counts[name], len(given), beaten, leaders, most)


def profiles(report: Report, setting: str) -> dict[str, np.ndarray]:
    """Performance profiles over all problems and seeds: optimizer -> shares at RATIOS."""
    rows = [numbers(report, entry, "steps", setting) for entry in range(len(report.protocol.entries))]
    costs = np.concatenate(rows, axis=1)
    return profile(dict(zip(report.protocol.optimizers, costs, strict=True)), RATIOS)


def sensitivity(report: Report, entry: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Per optimizer the learning rates of its trials, rising, and their median losses on the tuning seeds."""
    found = []
    for o, name in enumerate(report.protocol.optimizers):
        rates = np.array([rule.lr for rule in trials(name, report.protocol.trials, report.protocol.draw)])  # type: ignore[attr-defined]
        order = np.argsort(rates)
        found.append((rates[order], np.median(report.trial_loss[entry, o], axis=-1)[order]))
    return found
