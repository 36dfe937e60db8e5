"""How often each batch size leaves a poor minimum for a better one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optim_viz.optimizers.base import Optimizer
from optim_viz.samples.descent import descend
from optim_viz.samples.loss import SampleLoss
from optim_viz.samples.minima import settled

CONFIDENCE = 1.959963984540054  # standard deviations: 95 %


@dataclass(frozen=True, eq=False)
class Escape:
    """Of `total` runs of one batch size, `left` ended nearer to the best minimum: straight downhill leads there.

    `low` and `high` are Wilson's interval for the true share; `ends` (2, total) is where the runs stopped, `where`
    (total,) the row of `loss.minima` each belongs to, -1 for none. A batch of all samples is one run: nothing is left
    to chance.
    """

    batch: int
    left: int
    total: int
    low: float
    high: float
    ends: np.ndarray
    where: np.ndarray


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval for a share of which `hits` of `total` were seen (Wilson 1927)."""
    z2, share = CONFIDENCE**2, hits / total
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = CONFIDENCE * np.sqrt(share * (1 - share) / total + z2 / (4 * total**2)) / (1 + z2 / total)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def escapes(
    loss: SampleLoss, rule: Optimizer, start: Any, batches: Sequence[int], updates: int, seeds: Sequence[int],
    order: str = "shuffle",
) -> list[Escape]:  # fmt: skip
    """Runs from `start` with each batch size and seed, and which minimum they end at."""
    told = []
    for batch in batches:
        run = descend(loss, rule, start, batch=batch, updates=updates, seeds=seeds, order=order)
        ends = run.x[-1]
        where = settled(loss, ends)
        left = int((where == 0).sum())
        total = len(where)
        told.append(Escape(batch, left, total, *wilson(left, total), ends, where))
    return told
