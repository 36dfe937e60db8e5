"""What can be said of runs with several seeds: spread, paired tests with their correction, sizes of effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

ALPHA = 0.05


@dataclass(frozen=True)
class Spread:
    """Median and quartiles; infinite where that many runs failed."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of numbers (n,), failures as inf; between two of them linear (NumPy's would be NaN between two inf)."""
        ordered = np.sort(np.asarray(values, float))
        found = []
        for share in (0.25, 0.5, 0.75):
            k, part = divmod(share * (len(ordered) - 1), 1)
            a, b = ordered[int(k)], ordered[int(np.ceil(k + part))]
            found.append(float(a if a == b or part == 0 else a + part * (b - a)))
        return cls(*found)


@dataclass(frozen=True)
class Comparison:
    """`a` against `b` on the same seeds: p by Wilcoxon's signed-rank test, corrected for all pairs; lower is better.

    `effect` is the matched-pairs rank-biserial correlation: 1 if `a` is lower on every seed, −1 if higher, 0 if even
    (Kerby 2014).
    """

    a: str
    b: str
    p: float
    effect: float

    @property
    def differs(self) -> bool:
        return self.p < ALPHA

    @property
    def better(self) -> str | None:
        """The one with the lower results; None where chance explains the difference as well."""
        return (self.a if self.effect > 0 else self.b) if self.differs else None


def compare(results: Mapping[str, Sequence[float]]) -> list[Comparison]:
    """All pairs of rows of results (same seeds in the same order, failures as inf), corrected together by Holm."""
    names = list(results)
    pairs = [(a, b) for k, a in enumerate(names) for b in names[k + 1 :]]
    rows = {name: np.asarray(values, float) for name, values in results.items()}
    raw = signed_ranks([rows[a] for a, _ in pairs], [rows[b] for _, b in pairs])
    corrected = holm([p for p, _ in raw])
    return [Comparison(a, b, p, effect) for (a, b), (_, effect), p in zip(pairs, raw, corrected, strict=True)]


def signed_ranks(a: Sequence[np.ndarray], b: Sequence[np.ndarray]) -> list[tuple[float, float]]:
    """p of Wilcoxon's two-sided signed-rank test and the rank-biserial correlation, for each pair of rows (n,).

    Ranks only: a failure (inf) lies beyond every finite difference, two failures are a tie.
    """
    from scipy.stats import rankdata, wilcoxon  # loads in a second, for those who want it

    gaps = [_gaps(x, y) for x, y in zip(a, b, strict=True)]
    ranks = [rankdata(np.abs(gap)) for gap in gaps]
    found = [(1.0, 0.0)] * len(gaps)
    exact: dict[int, list[int]] = {}  # those that can go to SciPy together
    for k, (gap, rank) in enumerate(zip(gaps, ranks, strict=True)):
        if not len(gap):
            continue
        found[k] = (1.0, float((rank[gap > 0].sum() - rank[gap < 0].sum()) / rank.sum()))
        if len(set(rank)) == len(rank):
            exact.setdefault(len(gap), []).append(k)
        else:
            approximate: Any = wilcoxon(gap, method="approx")
            found[k] = (float(approximate.pvalue), found[k][1])
    for rows in exact.values():
        together: Any = wilcoxon(np.array([gaps[k] for k in rows]), axis=1, method="exact")
        for k, p in zip(rows, together.pvalue, strict=True):
            found[k] = (float(p), found[k][1])
    return found


def _gaps(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Differences b − a that are none of them 0, infinite ones as large finite ones."""
    with np.errstate(invalid="ignore"):
        gap = b - a
    gap = np.where(np.isnan(gap), 0.0, gap)
    largest = np.abs(gap[np.isfinite(gap)]).max(initial=1.0)
    gap = np.where(np.isinf(gap), np.sign(gap) * 2 * largest, gap)
    return gap[gap != 0]


def smallest(seeds: int) -> float:
    """The smallest p that so many pairs can give."""
    return 2.0 ** (1 - seeds)


def holm(p: Sequence[float]) -> list[float]:
    """Holm's step-down correction of p-values for as many tests (Holm 1979), in their order."""
    order = np.argsort(p, kind="stable")
    worst, corrected = 0.0, [0.0] * len(p)
    for rank, k in enumerate(order):
        worst = max(worst, min(1.0, (len(p) - rank) * p[k]))
        corrected[k] = worst
    return corrected


def profile(costs: Mapping[str, Sequence[float]], ratios: Sequence[float]) -> dict[str, np.ndarray]:
    """Performance profiles (Dolan & Moré 2002): the share of tasks solved within r times the best one's cost.

    `costs` are steps to the target on the same tasks, inf where it was not reached; a task nobody solves counts
    against all.
    """
    table = np.array([list(costs[name]) for name in costs], float)
    best = table.min(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(np.isfinite(table), np.maximum(table, 1.0) / np.maximum(best, 1.0), np.inf)
    return {name: np.array([(row <= r).mean() for r in ratios]) for name, row in zip(costs, ratio, strict=True)}
