"""The straight line that makes a loss smallest: exactly, without descent, for many sets of heights at once."""

import numpy as np

from optim_viz.nn.losses import MAE, Huber, Loss
from optim_viz.words import Text

ROUNDS, CLOSE = 2000, 1e-13


def line(loss: Loss, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope and height at 0 of the line with the smallest loss at the points x (N,), y (N,)."""
    slope, height = lines(loss, x, np.asarray(y, float)[None])[:, 0]
    return float(slope), float(height)


def lines(loss: Loss, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The same for many heights y (L, N) over x (N,): (2, L). ValueError where all x are equal, or below two points."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    if len(x) < 2 or np.ptp(x) == 0:
        raise ValueError(Text("A line needs points at two different x, at least."))
    if isinstance(loss, MAE):
        return _through_two(loss, x, y)
    if isinstance(loss, Huber):
        return _reweighted(loss.delta, x, y)
    return _weighted(x, y, np.ones_like(y))  # the square, and its root, are smallest at the same line


def pulled(loss: Loss, x: np.ndarray, y: np.ndarray, which: int, heights: np.ndarray) -> np.ndarray:
    """The lines (2, H) while point number `which` runs through `heights` (H,) and all others stay."""
    moved = np.repeat(np.asarray(y, float)[None], len(heights), axis=0)
    moved[:, which] = heights
    return lines(loss, x, moved)


def _weighted(x: np.ndarray, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Least squares with weights w (L, N): the normal equations about the weighted means."""
    total = w.sum(axis=1)
    at, up = (w * x).sum(axis=1) / total, (w * y).sum(axis=1) / total
    dx = x - at[:, None]
    spread = (w * dx * dx).sum(axis=1)
    slope = np.divide((w * dx * y).sum(axis=1), spread, out=np.zeros_like(spread), where=spread > 0)
    return np.stack([slope, up - slope * at])


def _reweighted(delta: float, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Huber's line: errors beyond delta count with weight delta/|e|, again and again (Huber 1981, section 7.8)."""
    found = _weighted(x, y, np.ones_like(y))
    for _ in range(ROUNDS):
        error = np.abs(y - found[0][:, None] * x - found[1][:, None])
        better = _weighted(x, y, delta / np.maximum(error, delta))
        moved = np.abs(better - found).max()
        found = better
        if moved < CLOSE * (1 + np.abs(found).max()):
            break
    return found


def _through_two(loss: MAE, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Some line of least absolute error goes through two of the points (Boscovich 1757): the best of all such."""
    one, two = np.triu_indices(len(x), 1)
    apart = x[one] != x[two]
    one, two = one[apart], two[apart]
    slope = (y[:, two] - y[:, one]) / (x[two] - x[one])
    height = y[:, one] - slope * x[one]
    said = slope[..., None] * x + height[..., None]
    value = np.stack([loss.value_and_slope(z[:, None], t[None, None])[0] for z, t in zip(said, y, strict=True)])
    best = value.argmin(axis=1)[:, None]
    return np.stack([np.take_along_axis(a, best, axis=1)[:, 0] for a in (slope, height)])
