"""Paths as short straight strokes, and markers as corners: what a picture without a canvas is drawn with."""

import math
from typing import NamedTuple

import numpy as np

from optim_viz.figures.base import crossings

MOST_DASHES = 20_000  # a path that crosses the picture a thousand times is drawn solid


class Box(NamedTuple):
    """A rectangle in pixels, y downwards."""

    left: float
    top: float
    right: float
    bottom: float


class Strokes(NamedTuple):
    """`line` (n, 4) holds x0, y0, x1, y1; `frame` (n,), ascending, when each is drawn."""

    line: np.ndarray
    frame: np.ndarray


def strokes(points: np.ndarray, moments: np.ndarray, dash: tuple[float, ...], box: Box) -> Strokes:
    """The polyline `points` (T, 2) inside the box, cut where a dash or a frame ends; point k is reached at time k.

    `moments` are the times of the frames, ascending: a stroke belongs to the first frame at or after it.
    """
    if len(points) < 2:
        return Strokes(np.zeros((0, 4)), np.zeros(0, int))
    enter, leave = crossings(points, (box.left, box.right), (box.top, box.bottom))
    share = np.maximum(leave - enter, 0.0)
    move = np.diff(points, axis=0)
    length = np.hypot(*move.T) * share
    along = np.concatenate([[0.0], np.cumsum(length)])
    step = np.minimum(moments.astype(int), len(move) - 1)
    with np.errstate(all="ignore"):
        done = np.clip((moments - step - enter[step]) / share[step], 0.0, 1.0)
    frames = along[step] + np.nan_to_num(done) * length[step]
    cuts = np.unique(np.concatenate([along, frames, _edges(along[-1], dash)]))
    middle = (cuts[1:] + cuts[:-1]) / 2
    k = np.minimum(np.searchsorted(along, middle, "right") - 1, len(move) - 1)
    inked = _inked(middle, dash, along[-1]) & (length[k] > 0)
    k, middle, ends = k[inked], middle[inked], np.stack([cuts[:-1], cuts[1:]])[:, inked]
    at = enter[k] + (ends - along[k]) / length[k] * share[k]
    line = points[k] + at[..., None] * move[k]
    time = k + enter[k] + (middle - along[k]) / length[k] * share[k]
    return Strokes(np.concatenate(list(line), axis=1), np.searchsorted(moments, time))


def _solid(total: float, dash: tuple[float, ...]) -> bool:
    return not dash or total / sum(dash) > MOST_DASHES


def _edges(total: float, dash: tuple[float, ...]) -> np.ndarray:
    if _solid(total, dash):
        return np.zeros(0)
    edges = np.add.outer(np.arange(int(total / sum(dash)) + 1) * sum(dash), np.cumsum(dash)).ravel()
    return edges[edges < total]


def _inked(at: np.ndarray, dash: tuple[float, ...], total: float) -> np.ndarray:
    if _solid(total, dash):
        return np.ones(len(at), bool)
    return np.searchsorted(np.cumsum(dash), at % sum(dash), "right") % 2 == 0


def _ring(corners: int, turn: float = 0.0, inner: float = 1.0) -> np.ndarray:
    count = corners if inner == 1.0 else 2 * corners
    angle = math.radians(turn - 90) + 2 * math.pi * np.arange(count) / count
    radius = np.where(np.arange(count) % 2 == 1, inner, 1.0)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


_CROSS = [(-1, -3), (1, -3), (1, -1), (3, -1), (3, 1), (1, 1), (1, 3), (-1, 3), (-1, 1), (-3, 1), (-3, -1), (-1, -1)]
_TURN = np.array([[1, 1], [-1, 1]]) / math.sqrt(2)
CORNERS: dict[str, np.ndarray] = {  # of radius 1, y downwards: the player's shapes
    "circle": _ring(24),
    "square": _ring(4, 45) * 1.18,
    "diamond": _ring(4),
    "triangle-up": _ring(3),
    "triangle-down": _ring(3, 180),
    "triangle-left": _ring(3, -90),
    "triangle-right": _ring(3, 90),
    "pentagon": _ring(5),
    "hexagon": _ring(6),
    "star": _ring(5, 0, 0.45),
    "hexagram": _ring(6, 0, 0.58),
    "cross": np.array(_CROSS) / 3,
    "x": np.array(_CROSS) / 3 @ _TURN,
    "bowtie": np.array([(-1, -0.8), (1, 0.8), (1, -0.8), (-1, 0.8)]),
    "hourglass": np.array([(-0.8, -1), (0.8, -1), (-0.8, 1), (0.8, 1)]),
}
