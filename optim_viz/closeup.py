"""The part of a surface where paths play: near enough to see a single step."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from optim_viz.trace import Path

MARGIN = 0.2  # of the size of the paths, on every side
FLATTEST = 0.7  # of the other axis, measured in domains: a round bowl stays round
TICKS = 8  # the sides stand on multiples of about an eighth of the size, so that small changes keep them


def closeup(surface: Any, paths: Sequence[Path]) -> Any:
    """The same surface on the part of its domain that holds the paths, as far as they stay in it, and their minimum."""
    low, high = np.array([surface.x, surface.y], dtype=float).T
    points = np.concatenate([path.x[: int(path.end) + 1] for path in paths])
    if len(surface.minima):
        far = np.hypot(*((surface.minima - paths[0].x[int(paths[0].end)]) / (high - low)).T)
        points = np.vstack([points, surface.minima[far.argmin()]])
    points = np.clip(points, low, high)
    middle, size = (points.max(axis=0) + points.min(axis=0)) / 2, np.ptp(points, axis=0) * (1 + 2 * MARGIN)
    share = size / (high - low)
    size = np.maximum(share, max(FLATTEST * share.max(), 1e-3)) * (high - low)
    sides = [_nice(a, b) for a, b in zip(middle - size / 2, middle + size / 2, strict=True)]
    across, up = ((max(a, left), min(b, right)) for (a, b), left, right in zip(sides, low, high, strict=True))
    return surface.replace(x=across, y=up)


def _nice(a: float, b: float) -> tuple[float, float]:
    """The interval, widened to whole multiples of a round step."""
    rough = (b - a) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(m for m in (1, 2, 5, 10) if m * power >= rough * 0.999)
    return round(math.floor(a / step) * step, 12), round(math.ceil(b / step) * step, 12)
