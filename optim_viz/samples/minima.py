"""Where a loss over two parameters is lowest: Newton's method from many starts at once, and which minimum a point
belongs to."""

from typing import Any

import numpy as np

_STARTS = 9  # per axis, where there may be more than one minimum
_ROUNDS = 80
_REACH = 8.0  # how far out the starts lie, in scales of the loss
_FLAT = 1e-9  # slope, per scale and relative to the spread of the loss, that counts as none
_LONG, _SHORT = 2.0, 0.2  # of a step, in scales: to find minima anywhere, or not to jump over a hill


def minima_of(loss: Any) -> np.ndarray:
    """The minima of a SampleLoss, the best first (k, 2); for a valley of equal points the one nearest to 0.

    Plateaus, saddles and what runs away to infinity are left out.
    """
    if loss.model.key == "line":
        design = np.stack([loss.u, loss.v], axis=1)
        return _frozen(np.linalg.lstsq(design, loss.target, rcond=1e-10)[0][None])
    p = _newton(loss, _starts(loss))
    slope, bend = loss.gradient(p) * loss.scale[:, None], _scaled(loss, p)
    low = _eigenvalues(bend)[0]
    fine = (np.abs(slope).max(axis=0) < _FLAT) & (low > 1e-7) & (np.abs(p / loss.scale[:, None]).max(axis=0) < 40)
    found: list[np.ndarray] = []
    ends = p[:, fine]
    for k in np.argsort(loss.value(ends), kind="stable"):
        if all(np.abs((ends[:, k] - other) / loss.scale).max() > 1e-3 for other in found):
            found.append(ends[:, k])
    return _frozen(np.array(found).reshape(-1, 2))


def settled(loss: Any, p: np.ndarray) -> np.ndarray:
    """The row of `loss.minima` that each of the points p (2, B) comes to by short steps downhill, -1 for none; (B,)."""
    ends, found = _newton(loss, np.asarray(p, float), longest=_SHORT), np.full(p.shape[1], -1)
    for k, minimum in enumerate(loss.minima):
        found[(np.abs(ends - minimum[:, None]) / loss.scale[:, None]).max(axis=0) < 0.05] = k
    return found


def _starts(loss: Any) -> np.ndarray:
    if loss.model.key == "logistic":  # convex: one start is enough
        return np.zeros((2, 1))
    side = np.linspace(-_REACH, _REACH, _STARTS)
    grid = np.array(np.meshgrid(side, side)).reshape(2, -1) * loss.scale[:, None]
    return np.concatenate([grid, 0.25 * grid], axis=1)


def _newton(loss: Any, p: np.ndarray, longest: float = _LONG) -> np.ndarray:
    """Damped Newton steps on |curvature|, in units of the scale; a step that does not go down is tried shorter."""
    scale, value = loss.scale[:, None], loss.value(p)
    damping = np.full(p.shape[1], 1e-3)
    for _ in range(int(_ROUNDS * _LONG / longest)):
        slope, bend = loss.gradient(p) * scale, _scaled(loss, p)
        step = _downhill(bend, slope, damping, longest)
        trial = p + step * scale
        lower = loss.value(trial)
        better = lower <= value
        p, value = np.where(better, trial, p), np.where(better, lower, value)
        damping = np.where(better, damping * 0.2, damping * 6.0)
        if np.abs(slope).max() < _FLAT:
            break
    return p


def _scaled(loss: Any, p: np.ndarray) -> np.ndarray:
    return loss.hessian(p) * (loss.scale[:, None] * loss.scale)[:, :, None]


def _eigenvalues(h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    middle, half = (h[0, 0] + h[1, 1]) / 2, np.hypot((h[0, 0] - h[1, 1]) / 2, h[0, 1])
    return middle - half, middle + half


def _downhill(h: np.ndarray, g: np.ndarray, damping: np.ndarray, longest: float) -> np.ndarray:
    """−(H + shift)⁻¹ g with a shift that makes H positive, no longer than `longest`."""
    low, high = _eigenvalues(h)
    shift = damping + np.maximum(-1.5 * low, 0.0) + 1e-12 * np.abs(high)
    a, b, d = h[0, 0] + shift, h[0, 1], h[1, 1] + shift
    whole = np.maximum(a * d - b * b, 1e-300)
    step = -np.stack([d * g[0] - b * g[1], a * g[1] - b * g[0]]) / whole
    length = np.sqrt((step * step).sum(axis=0))
    return step * np.minimum(1.0, longest / np.maximum(length, 1e-300))


def _frozen(points: np.ndarray) -> np.ndarray:
    points.setflags(write=False)
    return points
