"""A surface known only on a grid, such as a slice through a network's loss: what lies between is interpolated."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optim_viz.words import Text


@dataclass(frozen=True, eq=False)
class GridSurface:
    """Values (rows, columns) at evenly spaced points: row i is y from low to high, column j is x; bilinear between.

    It has what drawing asks of a surface. Values may be inf or nan: so are then the cells around them. Outside of the
    domain the value is nan. ValueError for a grid smaller than 2 × 2 or a domain that is no interval.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    values: np.ndarray = field(repr=False)
    name: str = ""

    def __post_init__(self) -> None:
        values = np.array(self.values, float)
        if values.ndim != 2 or min(values.shape) < 2:
            raise ValueError(Text("A grid needs at least 2 × 2 values."))
        if not all(np.isfinite(side).all() and side[0] < side[1] for side in (self.x, self.y)):
            raise ValueError(Text("The domain of a grid must be two finite numbers, the smaller one first."))
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    @property
    def minima(self) -> np.ndarray:
        """None are known: (0, 2)."""
        return np.empty((0, 2))

    @property
    def minimum_value(self) -> None:
        return None

    @property
    def start(self) -> tuple[float, float]:
        return (self.x[0] + self.x[1]) / 2, (self.y[0] + self.y[1]) / 2

    def value(self, p: Any) -> np.ndarray:
        """The values at p (2, ...) -> (...)."""
        (ll, lr, ul, ur), (s, t), inside, _ = self._around(p)
        with np.errstate(all="ignore"):
            return np.where(inside, _between(_between(ll, lr, s), _between(ul, ur, s), t), np.nan)[()]

    def gradient(self, p: Any) -> np.ndarray:
        """The slopes at p (2, ...) -> (2, ...), those of the cell p lies in."""
        (ll, lr, ul, ur), (s, t), inside, step = self._around(p)
        with np.errstate(all="ignore"):
            slopes = _between(lr - ll, ur - ul, t) / step[0], _between(ul - ll, ur - lr, s) / step[1]
        return np.where(inside, slopes, np.nan)

    def _around(self, p: Any) -> tuple:
        """Values at the cell's lower left, lower right, upper left and upper right, and the place in the cell."""
        p = np.asarray(p, float)
        cells = np.array(self.values.shape[::-1]) - 1
        low, high = np.array([self.x, self.y]).T
        step = (high - low) / cells
        wide = (2, *(1,) * (p.ndim - 1))
        place = (p - low.reshape(wide)) / step.reshape(wide)
        inside = ((place >= -1e-9) & (place <= cells.reshape(wide) + 1e-9)).all(axis=0)  # rounding at the edge
        place = np.clip(np.where(inside, place, 0.0), 0.0, cells.reshape(wide))
        near = np.rint(place)
        place = np.where(np.abs(place - near) < 1e-9, near, place)
        j, i = np.minimum(place.astype(int), cells.reshape(wide) - 1)
        v = self.values
        return (v[i, j], v[i, j + 1], v[i + 1, j], v[i + 1, j + 1]), place - np.array([j, i]), inside, step


def _between(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """From a at t = 0 to b at t = 1; what has no weight does not count, even if it is not a number."""
    return np.where(t == 0, a, np.where(t == 1, b, a + (b - a) * t))
