"""Three lines and the loss that says which of them is best: one that fits points, or one that separates classes."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

TASKS = ("fit", "separate")
STEEP = 4.0  # length of (w1, w2) of every separating line: only where it lies is compared
_N, _NOISE, _SEED = 24, 0.35, {"fit": 3, "separate": 0}
_SLOPE, _HEIGHT = 0.6, 0.5
_CENTERS, _SPREAD = np.array([[-0.9, -0.5], [0.9, 0.5]]), 0.3


@dataclass(frozen=True)
class Score:
    """How a line does: its loss (mean squared error, or cross-entropy) and mean absolute error, or mistakes."""

    loss: float
    other: float


@cache
def points(task: str) -> tuple[np.ndarray, np.ndarray]:
    """x (N,) and y (N,) to fit; or places (N, 2) and classes (N,) to separate. The same in every session."""
    rng = np.random.default_rng(_SEED[task])
    if task == "fit":
        x = np.sort(rng.uniform(-2, 2, _N))
        found = x, _SLOPE * x + _HEIGHT + _NOISE * rng.standard_normal(_N)
    else:
        t = np.arange(_N) % 2
        found = _CENTERS[t] + _SPREAD * rng.standard_normal((_N, 2)), t
    for a in found:
        a.setflags(write=False)
    return found


LINES = {"fit": ((0.0, 0.5), (1.0, 0.2), (0.4, 0.9)), "separate": ((75.0, 0.0), (-15.0, 0.0), (50.0, 0.1))}
"""Lines A, B and C: slope and height of a fit; angle in degrees and distance from (0, 0) of a separation."""


def weights(angle: float, offset: float) -> np.ndarray:
    """(w1, w2, b) of a separating line, whose side of class 1 lies in the direction of the angle."""
    turn = np.deg2rad(angle)
    return STEEP * np.array([np.cos(turn), np.sin(turn), -offset])


def score(task: str, line: tuple[float, float]) -> Score:
    """The loss of one line on the points of the task."""
    X, t = points(task)
    if task == "fit":
        error = line[0] * X + line[1] - t
        return Score(float((error**2).mean()), float(np.abs(error).mean()))
    z = _scores(weights(*line), X)
    return Score(_entropy(z, t), float(((z > 0) != t).sum()))


def _scores(w: np.ndarray, X: np.ndarray) -> np.ndarray:
    return X @ w[:2] + w[2]


def _entropy(z: np.ndarray, t: np.ndarray) -> float:
    return float((np.logaddexp(0, z) - t * z).mean())


@cache
def optimum(task: str) -> tuple[tuple[float, float], Score]:
    """The line with the lowest loss of all: by least squares, or by a search over angle and distance."""
    X, t = points(task)
    if task == "fit":
        slope, height = np.polyfit(X, t, 1)
        line = float(slope), float(height)
    else:
        line = _searched(X, t)
    return line, score(task, line)


def _searched(X: np.ndarray, t: np.ndarray) -> tuple[float, float]:
    """Ever finer nets of lines around the best one so far, to a thousandth of a degree."""
    angle, offset, wide, far = 0.0, 0.0, 180.0, 2.0
    while wide > 1e-3:
        angles, offsets = angle + np.linspace(-wide, wide, 25), offset + np.linspace(-far, far, 25)
        a, d = (grid.ravel() for grid in np.meshgrid(angles, offsets))
        w = weights(a, d)  # type: ignore[arg-type]  # many at once: (3, 625)
        z = X @ w[:2] + w[2]
        losses = (np.logaddexp(0, z) - t[:, None] * z).mean(axis=0)
        angle, offset = float(a[losses.argmin()]), float(d[losses.argmin()])
        wide, far = wide / 6, far / 6
    return (angle + 180) % 360 - 180, offset


def losses(task: str, mine: tuple[float, float]) -> dict[str, Score]:
    """Of the lines A and B, of C at its place, and of the best line."""
    a, b, _ = LINES[task]
    return {"A": score(task, a), "B": score(task, b), "C": score(task, mine), "best": optimum(task)[1]}


def lowest(scores: dict[str, Any]) -> str:
    """The name of the line with the lowest loss."""
    return min("ABC", key=lambda name: scores[name].loss)
