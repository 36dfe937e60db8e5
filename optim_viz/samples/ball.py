"""The ball in which batches keep jumping about a minimum: measured over seeds, and what linear theory says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from optim_viz.samples.descent import Descent
from optim_viz.samples.loss import SampleLoss

LOOKS = 97  # at the loss of each run: all of them would cost more than the run
LAST = 0.5  # share of the updates that is measured: the way down must be over by then


@dataclass(frozen=True, eq=False)
class Ball:
    """`spread` (2, 2): the mean of δδᵀ, δ being the distance from the minimum; `excess` the mean loss above it."""

    spread: np.ndarray
    excess: float

    @property
    def radius(self) -> float:
        """The root of the mean squared distance from the minimum."""
        return float(np.sqrt(np.trace(self.spread)))


@dataclass(frozen=True, eq=False)
class Measured(Ball):
    """A ball with the standard errors of radius and excess over the seeds, and the points it was measured on."""

    radius_error: float
    excess_error: float
    points: np.ndarray


def measured(descent: Descent, last: float = LAST) -> Measured:
    """The ball about the nearest minimum of the mean loss, over the `last` share of the updates of every lane.

    ValueError where no minimum is known. A lane that ran away makes the numbers infinite.
    """
    tail = descent.x[int(np.ceil((1 - last) * descent.updates)) :]
    center = nearest(descent.loss, tail)
    away = tail - center[:, None]
    with np.errstate(all="ignore"):
        each = np.einsum("tis,tjs->sij", away, away) / len(tail)
        some = np.unique(np.linspace(0, len(tail) - 1, LOOKS).astype(int))
        values = descent.loss.value(np.moveaxis(tail[some], 1, 0)) - float(descent.loss.value(center))
        lanes = values.mean(axis=0)
        ball = Ball(each.mean(axis=0), float(lanes.mean()))
        squared = np.trace(each, axis1=1, axis2=2)
        error = _error(squared) / (2 * ball.radius) if ball.radius > 0 else 0.0
    return Measured(ball.spread, ball.excess, error, _error(lanes), tail)


def nearest(loss: SampleLoss, points: np.ndarray) -> np.ndarray:
    """The minimum nearest to the middle of the points (T, 2, lanes)."""
    middle = np.median(np.nan_to_num(points), axis=(0, 2))
    return loss.minima[int(np.argmin((((loss.minima - middle) / loss.scale) ** 2).sum(axis=1)))]


def _error(values: np.ndarray) -> float:
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0


def stationary(loss: SampleLoss, lr: float, batch: int, order: str = "shuffle", center: Any = None) -> Ball | None:
    """The ball that plain SGD settles into about a minimum: the fixed point of what an update makes of E[δδᵀ].

    There the gradient of sample i is g_i + H_i δ: exactly so for a straight line, to first order elsewhere.
    "replace": batches are independent, Σ = E[(I − ηH_B) Σ (I − ηH_B)] + η²C/k is solved exactly, C being the covariance
    of the g_i. "shuffle": an epoch deals all samples out, so the variance is C/k · (n − k)/(n − 1), and the gradients
    of an epoch lean against each other; that the H_B do so too is left out (5 % for five samples, 1 % for thirty).
    "fixed": the cycle it ends in, solved exactly. None where there is no such ball, as the rate is too large.
    """
    n, p = len(loss), loss.minima[0] if center is None else np.asarray(center, float)
    slopes = loss.gradient(np.repeat(p[:, None], n, 1), np.arange(n)[:, None])
    rows = np.stack([loss.u, loss.v])
    bends = loss.bends(p) * rows[:, None] * rows[None]  # H_i, (2, 2, n)
    sizes = [min(batch, n - low) for low in range(0, n, batch)]
    with np.errstate(all="ignore"):
        if order == "fixed" or batch == n:
            found = _cycle(slopes, bends, lr, sizes)
        else:
            found = _random(slopes, bends, lr, sizes, order == "shuffle")
    return None if found is None else Ball(found, float(np.sum(bends.mean(axis=-1) * found)) / 2)


def _random(slopes: np.ndarray, bends: np.ndarray, lr: float, sizes: list[int], dealt: bool) -> np.ndarray | None:
    """The mean of E[δδᵀ] over an epoch that begins and ends with the same; an update maps it linearly."""
    n, mean = slopes.shape[1], bends.mean(axis=-1)
    turn, noise, wobble = np.eye(2) - lr * mean, slopes @ slopes.T / n, bends - mean[:, :, None]
    wide = np.einsum("ijs,kls->ikjl", wobble, wobble).reshape(4, 4) / n
    lean, whole, added, seen = np.zeros((2, 2)), np.eye(4), np.zeros(4), []  # lean: E[δgᵀ], g a gradient to come
    for k in sizes if dealt else sizes[:1]:
        share = ((n - k) / (n - 1) if dealt else 1.0) / k
        cross = turn @ lean
        grow = np.kron(turn, turn) + lr**2 * share * wide
        added = grow @ added + (lr**2 * share * noise - lr * (cross + cross.T)).ravel()
        whole = grow @ whole
        lean = cross + (lr * noise / (n - 1) if dealt else 0.0)
        seen.append((whole, added))
    if not _shrinks(whole):
        return None
    first = np.linalg.solve(np.eye(4) - whole, added)
    return np.mean([w @ first + a for w, a in seen], axis=0).reshape(2, 2)


def _shrinks(whole: np.ndarray) -> bool:
    return bool(np.isfinite(whole).all() and np.abs(np.linalg.eigvals(whole)).max() < 1)


def _cycle(slopes: np.ndarray, bends: np.ndarray, lr: float, sizes: list[int]) -> np.ndarray | None:
    ends = np.cumsum(sizes)
    parts = [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]
    maps = [(np.eye(2) - lr * bends[:, :, s].mean(axis=-1), -lr * slopes[:, s].mean(axis=-1)) for s in parts]
    whole, moved = np.eye(2), np.zeros(2)
    for turn, push in maps:
        whole, moved = turn @ whole, turn @ moved + push
    if not _shrinks(whole):
        return None
    at, seen = np.linalg.solve(np.eye(2) - whole, moved), []
    for turn, push in maps:
        at = turn @ at + push
        seen.append(np.outer(at, at))
    return np.mean(seen, axis=0)
