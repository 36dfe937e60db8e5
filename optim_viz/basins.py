"""Which minimum is reached from where: one run per point of a grid."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from optim_viz.optimizers.base import Optimizer
from optim_viz.outcome import far_limit
from optim_viz.words import Text

NONE, GONE = -1, -2  # labels of starts that settled at no known minimum, and of those that diverged
RADIUS = 0.02  # share of the shorter side of the domain
LOOK = 2  # a run is looked at after every so many steps
_LANES, _STEPS = 32_768, 24  # starts and steps at a time: few enough for the cache, many enough for NumPy


@dataclass(frozen=True, eq=False)
class Basins:
    """Row i, column j is the start (x[j], y[i]).

    `labels` (n, n) int8 is the row of `surface.minima` where the run settled, NONE (-1) or GONE (-2);
    `steps` (n, n) int32 is the (even) step at which it was seen to have settled or diverged, 0 for NONE.
    """

    x: np.ndarray
    y: np.ndarray
    labels: np.ndarray
    steps: np.ndarray
    radius: float


def basin_map(optimizer: Optimizer, surface: Any, n: int = 400, steps: int = 200, dtype: Any = np.float32) -> Basins:
    """Run `optimizer` from an n x n grid over the domain, and say which minimum each start settles at.

    A run has settled when it is within `radius` of a known minimum and its last step was shorter than half of
    that; it has diverged as a path has, by its position alone. Either ends it, which is where the speed is; runs
    are looked at after every second step.
    ValueError for a sweep, or an n or `steps` below 1.
    """
    if any(map(np.ndim, optimizer.fields().values())):
        raise ValueError(Text("A basin map needs one setting, not a sweep."))
    if n < 1 or steps < 1:
        raise ValueError(Text("n and steps must be at least 1."))
    x, y = (np.linspace(low, high, n, dtype=dtype) for low, high in (surface.x, surface.y))
    starts = np.array(np.meshgrid(x, y)).reshape(2, -1)
    labels, when = np.full(n * n, NONE, np.int8), np.zeros(n * n, np.int32)
    radius = RADIUS * float(min(np.ptp(surface.x), np.ptp(surface.y)))
    crowd = _Crowd(np.arange(n * n), starts, optimizer.init(starts))
    with np.errstate(all="ignore"):
        for low in range(0, steps, _STEPS):
            if not len(crowd.lanes):
                break
            span = range(low + 1, min(low + _STEPS, steps) + 1)
            crowd = _joined([_walk(optimizer, surface, part, span, radius, labels, when) for part in crowd.parts()])
    return Basins(x, y, labels.reshape(n, n), when.reshape(n, n), radius)


def shares(made: Basins) -> list[tuple[int, float, int]]:
    """Label, share of all starts, and the step by which half of those had ended; labels that occur, minima first."""
    labels = sorted(np.unique(made.labels).tolist(), key=lambda label: (label < 0, -label if label < 0 else label))
    return [(label, float((made.labels == label).mean()), int(np.median(made.steps[made.labels == label])))
            for label in labels]  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Crowd:
    """Runs still under way: which starts they are (B,), where they stand (2, B), and their optimizer's state."""

    lanes: np.ndarray
    x: np.ndarray
    state: dict[str, np.ndarray]

    def only(self, where: np.ndarray) -> "_Crowd":
        state = {key: value.take(where, axis=1) for key, value in self.state.items()}
        return _Crowd(self.lanes[where], self.x.take(where, axis=1), state)

    def parts(self) -> list["_Crowd"]:
        count = len(self.lanes)
        return [self.only(np.arange(low, min(low + _LANES, count))) for low in range(0, count, _LANES)]


def _joined(crowds: list[_Crowd]) -> _Crowd:
    if len(crowds) == 1:
        return crowds[0]
    lanes = np.concatenate([c.lanes for c in crowds])
    state = {key: np.concatenate([c.state[key] for c in crowds], axis=1) for key in crowds[0].state}
    return _Crowd(lanes, np.concatenate([c.x for c in crowds], axis=1), state)


def _walk(rule, surface, crowd, span, radius, labels, when) -> _Crowd:
    """Carry a crowd through the steps of `span`, write down who has ended, and return the others."""
    running, far = np.ones(len(crowd.lanes), bool), far_limit(surface)
    for t in span:
        x, state = rule.step(crowd.x, surface.raw_gradient, crowd.state, t)
        before, crowd = crowd.x, _Crowd(crowd.lanes, x, state)
        if t % LOOK:
            continue
        found = _at_minimum(x, before, surface.minima, radius)
        gone = _gone(x, *far)
        if gone is not None:
            found[gone] = GONE
        ended = np.flatnonzero((found != NONE) & running)
        lanes = crowd.lanes[ended]
        labels[lanes], when[lanes], running[ended] = found[ended], t, False
        left = np.flatnonzero(running)
        if not len(left):
            break
        if len(left) < 0.8 * len(running):  # leaving costs more than a few idle steps
            crowd, running = crowd.only(left), running[left]
    return crowd.only(np.flatnonzero(running))


def _at_minimum(x: np.ndarray, before: np.ndarray, minima: np.ndarray, radius: float) -> np.ndarray:
    """The minimum each lane of x (2, B) has settled at, -1 where there is none."""
    found = np.full(x.shape[1], NONE, np.int8)
    (p, q), (p0, q0) = x, before
    slow = (p - p0) ** 2 + (q - q0) ** 2 < radius * radius / 4
    for k, (a, b) in enumerate(minima.tolist()):
        found[slow & ((p - a) ** 2 + (q - b) ** 2 < radius * radius)] = k
    return found


def _gone(x: np.ndarray, center: np.ndarray, limit: np.ndarray) -> np.ndarray | None:
    """Which lanes have left for good, None when none has (NaN fails every comparison)."""
    low, high = center - limit, center + limit
    least, most = x.min(axis=1), x.max(axis=1)
    if (least >= low).all() and (most <= high).all():
        return None
    return np.asarray(~((x >= low[:, None]) & (x <= high[:, None])).all(axis=0))


__all__ = ["GONE", "NONE", "Basins", "basin_map", "shares"]
