"""A domain and a start for a formula nobody has looked at yet."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from optim_viz.surfaces.surface import Pair, Surface

_SCALES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)  # where to look, around the origin
_SIDE = 21  # points per axis at each of them
_NEAR = (12.5, 100.0, 2000.0)  # what is found this near is shown, however much lies beyond
_MOST = 16  # of a pattern without end only this many points are shown
_HALVES = (10.0, 5.0, 3.0, 2.0, 1.0, 0.5, 0.2, 0.1)  # half a side for what has no size of its own
_GROWTH = 1e3  # ... as long as heights there differ at most this much more than within 1
_STARTS = ((0.15, 0.6), (0.2, 0.85), (0.85, 0.7), (0.8, 0.2), (0.3, 0.35), (0.55, 0.9), (0.95, 0.95))


class Fit(NamedTuple):
    """Limits that show what there is to see, and a start that has somewhere to go."""

    x: Pair
    y: Pair
    start: Pair


def fit(surface: Surface) -> Fit:
    """Round limits around the minima, saddles and tops of a formula, and a start inside.

    A formula that has none, or only one, gets up to ±10 around it; where it is undefined on a whole side, that side is
    left out. The same formula and parameters always give the same answer.
    """
    return _fit(surface.formula, tuple(surface.parameters.items()))


@lru_cache(maxsize=256)
def _fit(formula: str, parameters: tuple[tuple[str, float], ...]) -> Fit:
    letters: dict[str, Any] = dict(parameters)
    surface = Surface(formula, **letters)
    with np.errstate(all="ignore"):
        found = _landmarks(surface).round(3)
        low, high = found.min(axis=1, initial=np.inf), found.max(axis=1, initial=-np.inf)
        size = float((high - low).max())
        if size > 1e-3:
            room = 0.8 if found.shape[1] > 3 else 1.2
            half, middle = np.maximum(room * (high - low), 0.65 * room * size), (low + high) / 2
        else:
            middle = found[:, 0] if size >= 0 else np.zeros(2)
            half = np.full(2, _half(surface, middle))
        low, high = _mirrored(surface, middle - half, middle + half)
        x, y = _defined(surface, *(_round(*side) for side in zip(low, high, strict=True)))
        return Fit(x, y, _start(surface, x, y))


def _lattice(middle: np.ndarray, half: float, side: int = _SIDE) -> np.ndarray:
    """(2, side, side) points that miss the middle and its axes, where formulas like to be undefined."""
    at = (2 * (np.arange(side) + 0.47) / side - 1) * half
    return np.stack(np.meshgrid(middle[0] + at, middle[1] + at))


def _landmarks(surface: Surface) -> np.ndarray:
    """(2, n) minima, saddles and tops worth showing: those near the origin, near the lowest of them."""
    grids = np.stack([_lattice(np.zeros(2), scale) for scale in _SCALES], axis=1)
    value, slope = surface.value_and_gradient(grids)
    steep = np.hypot(*slope)
    lows, slow = ([grids[(slice(None), k, *_pits(h))] for k, h in enumerate(heights)] for heights in (value, steep))
    seeds = np.concatenate([*lows, *slow, np.zeros((2, 1))], axis=1)
    reach = np.concatenate([np.full(part.shape[1], s * 2 / _SIDE) for part, s in zip(lows, _SCALES, strict=True)])
    kinks = _lowest(surface, np.concatenate(lows, axis=1), reach)
    points = _distinct(np.concatenate([_flat(surface, seeds), kinks], axis=1))
    plain = np.median(value[3][np.isfinite(value[3])]) if np.isfinite(value[3]).any() else 0.0
    for near in _NEAR:
        inside = points[:, np.abs(points).max(axis=0, initial=0.0) <= near]
        if inside.size:
            height = surface.value(inside)
            apart = np.abs(height - plain)
            seen = apart >= 1e-3 * apart.max()  # not the ripples of a plain
            lowest = np.flatnonzero(height <= height.min() + 1e-6 * apart.max())
            middle = inside[:, [lowest[np.argmin(np.hypot(*inside[:, lowest]))]]]
            order = np.argsort(np.hypot(*(inside - middle)), kind="stable")
            order = order[seen[order]]
            curve = _on_a_curve(surface, inside)[order]
            return inside[:, np.concatenate([order[curve][:3], order[~curve]])[:_MOST]]
    return points


def _on_a_curve(surface: Surface, points: np.ndarray) -> np.ndarray:
    """Which points are some of very many, such as any of a circle of minima."""
    bend = surface.hessian(points)
    det = bend[0, 0] * bend[1, 1] - bend[0, 1] ** 2
    return np.abs(det) < 1e-9 * np.abs(bend).max(axis=(0, 1)) ** 2


def _pits(height: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of at most eight inner cells lower than their neighbors, the lowest first."""
    known = np.where(np.isfinite(height), height, np.inf)
    inner = known[1:-1, 1:-1]
    near = np.min([known[:-2, 1:-1], known[2:, 1:-1], known[1:-1, :-2], known[1:-1, 2:]], axis=0)
    rows, columns = np.nonzero(inner < near)
    order = np.argsort(inner[rows, columns], kind="stable")[:8]
    return rows[order] + 1, columns[order] + 1


def _flat(surface: Surface, points: np.ndarray) -> np.ndarray:
    """Newton's method on ∇f = 0 from every point at once; those that arrived."""
    first = np.hypot(*surface.gradient(points))
    step, room = np.zeros_like(points), first
    for _ in range(20):
        (gx, gy), bend = surface.gradient(points), surface.hessian(points)
        det = bend[0, 0] * bend[1, 1] - bend[0, 1] ** 2
        step = np.stack([bend[1, 1] * gx - bend[0, 1] * gy, bend[0, 0] * gy - bend[0, 1] * gx]) / det
        length, room = np.hypot(*step), 0.3 * (1 + np.hypot(*points))
        step = np.where(np.isfinite(length) & (length > room), step * (room / length), step)
        points = points - np.where(np.isfinite(step), step, 0.0)
    slope, bend = np.hypot(*surface.gradient(points)), np.abs(surface.hessian(points)).max(axis=(0, 1))
    there = (slope <= 1e-8 * first) & (bend > 0) & (np.hypot(*step) < 1e-3 * room)
    return points[:, there & (np.abs(points).max(axis=0) < _NEAR[-1])]


def _lowest(surface: Surface, points: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """The lowest of nine points around each, closer and closer: finds the tip of a kink, where no slope is zero."""
    around = np.stack(np.meshgrid([-1.0, 0, 1], [-1.0, 0, 1])).reshape(2, 9, 1)
    for _ in range(24):
        tries = points[:, None] + around * reach
        best = np.nanargmin(np.nan_to_num(surface.value(tries), nan=np.inf), axis=0)
        points, reach = tries[:, best, np.arange(points.shape[1])], reach * 0.6
    slope = surface.gradient(points)
    downhill = points - 1e-4 * slope / np.hypot(*slope)
    return points[:, ~(surface.value(downhill) < surface.value(points))]  # else it is only a slope in a narrow valley


def _distinct(points: np.ndarray) -> np.ndarray:
    """Points less than a hundredth apart are one; what is nearly 0 is 0."""
    cells = np.round(points, 2) + 0.0
    _, first = np.unique(cells, axis=1, return_index=True)
    return np.where(np.abs(points) < 5e-3, 0.0, points)[:, np.sort(first)]


def _half(surface: Surface, middle: np.ndarray) -> float:
    """The largest half side within which heights do not differ much more than close by."""

    def spread(half: float) -> float:
        value = surface.value(_lattice(middle, half))
        low, high = np.quantile(value[np.isfinite(value)], [0.25, 0.75]) if np.isfinite(value).any() else (0.0, 0.0)
        return float(high - low)

    close = spread(1.0)
    return next((half for half in _HALVES if not spread(half) > _GROWTH * close), _HALVES[-1])


def _mirrored(surface: Surface, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Limits as symmetric as the formula, which a handful of landmarks is not."""
    p = _lattice(np.zeros(2), 10.0)

    def same(q: np.ndarray) -> bool:
        return np.allclose(surface.value(q), surface.value(p), rtol=1e-9, atol=0, equal_nan=True)

    turned = same(-p)
    for k, mirror in enumerate(([[[-1.0]], [[1.0]]], [[[1.0]], [[-1.0]]])):
        if turned or same(p * np.array(mirror)):
            high[k] = max(high[k], -low[k])
            low[k] = -high[k]
    if same(p[::-1]):
        low[:], high[:] = low.min(), high.max()
    return low, high


def _round(low: float, high: float) -> Pair:
    """Limits a person would write, at most a tenth of the side further out."""
    rough = (high - low) / 10
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * max(digit for digit in (1.0, 2.0, 2.5, 5.0) if digit * power <= rough * (1 + 1e-9))
    ends = np.floor(low / step + 1e-9) * step, np.ceil(high / step - 1e-9) * step
    return float(f"{ends[0]:.6g}") + 0.0, float(f"{ends[1]:.6g}") + 0.0


def _defined(surface: Surface, x: Pair, y: Pair) -> tuple[Pair, Pair]:
    """Without the sides on which the formula has no value."""
    xs, ys = (np.linspace(low, high, 41) for low, high in (x, y))
    known = np.isfinite(surface.value(np.stack(np.meshgrid(xs, ys))))
    if not known.any():
        return x, y
    limits = []
    for side, at, seen in ((x, xs, known.any(axis=0)), (y, ys, known.any(axis=1))):
        first, last = np.flatnonzero(seen)[[0, -1]]
        whole = first == 0 and last == len(at) - 1
        limits.append(side if whole else _round(float(at[max(first - 1, 0)]), float(at[min(last + 1, len(at) - 1)])))
    return limits[0], limits[1]


def _start(surface: Surface, x: Pair, y: Pair) -> Pair:
    """The first of a few places, far from the middle, where there is a slope to go down."""
    tries = np.array([(x[0] + a * (x[1] - x[0]), y[0] + b * (y[1] - y[0])) for a, b in _STARTS])
    tries = np.array([[float(f"{v:.3g}") for v in point] for point in tries]).T
    value, slope = surface.value_and_gradient(tries)
    steep = np.where(np.isfinite(value), np.hypot(*slope), np.nan)
    good = np.flatnonzero(steep > 1e-6 * np.nanmedian(steep)) if np.isfinite(steep).any() else np.array([0])
    a, b = tries[:, good[0] if len(good) else 0].tolist()
    return a, b
