"""The loss of a small model as a surface over its two parameters, and the loss of each sample by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optim_viz import autodiff
from optim_viz.samples.minima import minima_of
from optim_viz.samples.models import Model
from optim_viz.surfaces import checks
from optim_viz.words import Text

_CHUNK = 1 << 18  # terms at a time: what lies between stays in the cache
_FAR = 40.0  # scales: here a sigmoid is flat to the last digit


@dataclass(frozen=True, eq=False)
class SampleLoss:
    """The mean of E_i over the samples (u_i, v_i, target_i), as a surface over the two parameters.

    It has what a Surface has, and each sample's own loss besides; `axes` names the parameters. `start` and the
    domain fit themselves around the minima; equal by content. ValueError for arrays that do not fit.
    """

    model: Model
    u: np.ndarray
    v: np.ndarray
    target: np.ndarray
    axes: tuple[str, str] = ("w", "b")
    name: str = ""
    wanted: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        rows = [np.array(getattr(self, key), dtype=float) for key in ("u", "v", "target")]
        if any(row.shape != rows[0].shape or row.ndim != 1 for row in rows) or not rows[0].size:
            raise ValueError(Text("u, v and target must be rows of equally many numbers."))
        if not all(np.isfinite(row).all() for row in rows):
            raise ValueError(Text("u, v and target must be finite numbers."))
        for key, row in zip(("u", "v", "target"), rows, strict=True):
            row.setflags(write=False)
            object.__setattr__(self, key, row)

    def __len__(self) -> int:
        return len(self.u)

    @cached_property
    def digest(self) -> str:
        """A text that equal losses share and others do not."""
        facts = repr((self.model.key, self.axes, self.name, self.wanted))
        return hashlib.sha256(facts.encode() + self.u.tobytes() + self.v.tobytes() + self.target.tobytes()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SampleLoss) and self.model is other.model and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def terms(self, p: Any, rows: Any = None) -> np.ndarray:
        """E_i at p (2, ...) -> (..., samples), or of `rows` (..., k) alone."""
        points, (u, v, y) = checks.points(p), self._taken(rows)
        with np.errstate(all="ignore"):
            return self.model.loss(np, points[0][..., None] * u + points[1][..., None] * v, y)

    def value(self, p: Any) -> Any:
        """The mean loss at p (2, ...) -> (...); overflow is inf, without a warning."""
        points = checks.points(p)
        with np.errstate(all="ignore"):
            return self.raw_value(points)

    def gradient(self, p: Any, rows: Any = None) -> np.ndarray:
        """The gradient at p (2, ...) -> (2, ...) of the mean over all samples, or over `rows` (..., k)."""
        points = checks.points(p)
        with np.errstate(all="ignore"):
            return self.raw_gradient(points, rows)

    def gradient_by_autograd(self, p: Any, rows: Any = None) -> np.ndarray:
        """The same from autograd's tape: slower, and the judge of the closed forms."""
        points, xp = checks.points(p), autodiff.numpy()
        u, v, y = self._taken(rows)

        def mean(a: Any, b: Any) -> Any:
            return xp.mean(self.model.loss(xp, a[..., None] * u + b[..., None] * v, y), axis=-1)

        return np.stack(autodiff.gradients(mean, np.asarray(points[0]), np.asarray(points[1])))

    def hessian(self, p: Any) -> np.ndarray:
        """The second derivatives of the mean at p (2, ...) -> (2, 2, ...)."""
        points = checks.points(p)
        with np.errstate(all="ignore"):
            parts = _by_chunks(points, len(self), self._second)
            return np.array([[parts[0], parts[1]], [parts[1], parts[2]]])

    def raw_value(self, p: np.ndarray) -> Any:
        """`value` for hot loops, inside the caller's `np.errstate`."""
        return _by_chunks(p, len(self), lambda q: self.terms(q).mean(axis=-1)[None])[0][()]

    def raw_gradient(self, p: np.ndarray, rows: Any = None) -> np.ndarray:
        """`gradient` for hot loops, inside the caller's `np.errstate`."""
        if self.model.slope is None:
            return self.gradient_by_autograd(p, rows)
        if rows is not None:
            return self._first(p, rows)
        return _by_chunks(p, len(self), self._first)

    @cached_property
    def _table(self) -> np.ndarray:
        return np.stack([self.u, self.v, self.target])

    def _taken(self, rows: Any) -> np.ndarray:
        return self._table if rows is None else self._table.take(rows, axis=1)

    def _first(self, p: np.ndarray, rows: Any = None) -> np.ndarray:
        taken = self._taken(rows)
        columns, y = taken[:2], taken[2]
        if columns.ndim <= p.ndim:  # the same samples for all points
            columns = columns.reshape(2, *(1,) * (p.ndim - columns.ndim + 1), *columns.shape[1:])
        slope = self.model.slope(np.add.reduce(p[..., None] * columns), y)  # type: ignore[misc]
        return np.add.reduce(slope * columns, axis=-1) / y.shape[-1]  # np.mean would take as long as all the rest

    def _second(self, p: np.ndarray) -> np.ndarray:
        bend, u, v = self.bends(p), self.u, self.v
        return np.stack([np.mean(bend * w, axis=-1) for w in (u * u, u * v, v * v)])

    def bends(self, p: np.ndarray) -> np.ndarray:
        """∂²E_i/∂z² at p (2, ...) -> (..., samples)."""
        z, y = p[0][..., None] * self.u + p[1][..., None] * self.v, self.target
        if self.model.bend is not None:
            return self.model.bend(z, y)
        xp = autodiff.numpy()
        return autodiff.second_derivatives(lambda s, zero: self.model.loss(xp, s, y) + zero, z, np.zeros_like(z))[0]

    @property
    def quadratic(self) -> np.ndarray | None:
        """The constant Hessian (2, 2) of a straight line's loss, else None."""
        return self.hessian(np.zeros(2)) if self.model.key == "line" else None

    @cached_property
    def scale(self) -> np.ndarray:
        """How far each parameter has to go to matter, (2,)."""
        spread = 1.0 if self.model.labels else float(self.target.std()) or 1.0
        size = np.sqrt([np.mean(self.u**2), np.mean(self.v**2)])
        return spread / np.where(size > 0, size, 1.0)

    @cached_property
    def minima(self) -> np.ndarray:
        """All minima found, the best first (k, 2); none where the loss only falls towards infinity."""
        return minima_of(self)

    @cached_property
    def minimum_value(self) -> float | None:
        """The loss at the best minimum; None where there is none, or it is lower still far away."""
        if not len(self.minima):
            return None
        best = float(self.value(self.minima[0]))
        return best if np.min(self.value(self._ring(_FAR))) > best else None

    def _ring(self, radius: float) -> np.ndarray:
        turns = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        return self.scale[:, None] * radius * np.array([np.cos(turns), np.sin(turns)])

    @cached_property
    def start(self) -> tuple[float, float]:
        """Where a walk begins unless told: away from the minimum, in both parameters."""
        if self.wanted is not None:
            return self.wanted
        if self.model.labels or not len(self.minima):
            away = np.array([-1.5, 1.5]) * self.scale
        else:
            away = self.minima[0] + np.array([-2.0, 1.5]) * self.scale
        return float(f"{away[0]:.3g}"), float(f"{away[1]:.3g}")

    @cached_property
    def _box(self) -> np.ndarray:
        ring = self._ring(6.0)
        goal = self.minima if len(self.minima) else ring[:, [np.argmin(self.value(ring))]].T
        points = np.vstack([goal, [self.start]])
        low, high = points.min(0), points.max(0)
        room = np.maximum.reduce([0.35 * (high - low), (3 * self.scale - (high - low)) / 2, self.scale])
        return np.array([low - room, high + room])

    @property
    def x(self) -> tuple[float, float]:
        """The domain of the first parameter."""
        return float(self._box[0, 0]), float(self._box[1, 0])

    @property
    def y(self) -> tuple[float, float]:
        """The domain of the second parameter."""
        return float(self._box[0, 1]), float(self._box[1, 1])


def _by_chunks(p: np.ndarray, n: int, build: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """`build` (2, m) -> (parts, m) over all points p (2, ...), a cacheful at a time -> (parts, ...)."""
    flat = p.reshape(2, -1)
    size = max(1, _CHUNK // n)
    if flat.shape[1] <= size:
        return build(p)
    parts = [build(flat[:, low : low + size]) for low in range(0, flat.shape[1], size)]
    return np.concatenate(parts, axis=1).reshape(-1, *p.shape[1:])
