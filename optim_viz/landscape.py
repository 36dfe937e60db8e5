"""Planes through the parameters of a network, the loss on them, and how far they are from what really happened."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from optim_viz.nn.network import Network, State
from optim_viz.nn.slices import Slice
from optim_viz.surfaces.grid import GridSurface
from optim_viz.words import Text

Span = tuple[tuple[float, float], tuple[float, float]]
OTHERS = ("zero", "normalized")
_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class Plane:
    """The points center + a · axes[0] + b · axes[1]; center (n,), axes (2, n).

    `kind` is "pca", "random" or "points"; `span` is the part worth looking at, ((a, a), (b, b)); `explained` is each
    axis's share of the variance of the checkpoints, for "pca".
    """

    center: np.ndarray = field(repr=False)
    axes: np.ndarray = field(repr=False)
    kind: str
    span: Span
    explained: tuple[float, float] | None = None

    def point(self, at: Any) -> np.ndarray:
        """The parameters (..., n) at coordinates (..., 2)."""
        return self.center + np.asarray(at, float) @ self.axes


@dataclass(frozen=True, eq=False)
class Projection:
    """Checkpoints (..., n) seen in a plane: coordinates `x` (..., 2) of the nearest points of the plane.

    `distance` (...) is how far the checkpoint is from the plane, `length` (...) from its center; nan where a checkpoint
    is not finite.
    """

    x: np.ndarray
    distance: np.ndarray
    length: np.ndarray


@dataclass(frozen=True, eq=False)
class Grid:
    """The loss on a plane: values[i, j] is at (x[j], y[i]); nan from point number `done` on, row by row.

    `statistics` says which batch normalization was used: "recomputed" at each point, "fixed", or "" where there is
    none.
    """

    plane: Plane
    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    done: int
    statistics: str

    def surface(self, name: str = "") -> GridSurface:
        """For the player and the figures."""
        return GridSurface((self.x[0], self.x[-1]), (self.y[0], self.y[-1]), self.values, name)


@dataclass(frozen=True, eq=False)
class PathLosses:
    """Along checkpoints: the loss there, and what the plane shows at their projections; nan from `done` on."""

    true: np.ndarray
    shown: np.ndarray
    done: int


@dataclass(frozen=True, eq=False)
class Barrier:
    """The loss on the straight line from one end (t = 0) to the other (t = 1).

    `height` is the largest loss above the mean of the ends (Frankle et al. 2020, section 2, for the loss in place of
    the error); `above_higher` is the same above the higher end, and 0 where the line only goes down.
    """

    t: np.ndarray
    loss: np.ndarray

    @property
    def height(self) -> float:
        with np.errstate(invalid="ignore"):
            return float(np.max(self.loss) - 0.5 * (self.loss[0] + self.loss[-1]))

    @property
    def above_higher(self) -> float:
        with np.errstate(invalid="ignore"):
            return float(np.max(self.loss) - max(self.loss[0], self.loss[-1]))


def pca_plane(trajectories: Any, center: np.ndarray | None = None) -> Plane:
    """The plane along the two directions in which the checkpoints (..., n) of all runs differ most.

    Principal components about the mean of all checkpoints, as Li et al. 2018 (section 7) compute them; the plane goes
    through `center`, by default the mean of the last checkpoints (runs, points, n) -> [:, -1]. Checkpoints that are
    not finite are left out. ValueError for fewer than three.
    """
    trajectories = np.asarray(trajectories, float)
    points = trajectories.reshape(-1, trajectories.shape[-1])
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) < 3:
        raise ValueError(Text("A plane through trajectories needs at least three finite checkpoints."))
    if center is None:
        last = trajectories[..., -1, :].reshape(-1, points.shape[1])
        last = last[np.isfinite(last).all(axis=1)]
        center = last.mean(axis=0) if len(last) else points[-1]
    axes, explained = _principal(points - points.mean(axis=0))
    return _around(np.array(center, float), axes, "pca", points, explained)


def _principal(away: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """The two directions (2, n) along which the rows (P, n) are largest, and their shares of the sum of squares.

    Found from the P × P products, because n can be a hundred thousand, then made exact within their plane.
    """
    largest = np.abs(away).max()
    away = away / largest if largest > 0 else away  # squares of large numbers overflow
    heavy = np.linalg.eigh(away @ away.T)[1][:, -2:]
    axes = np.linalg.qr(away.T @ heavy)[0].T
    _, size, turn = np.linalg.svd(away @ axes.T, full_matrices=False)
    axes = turn @ axes
    axes *= np.sign(axes[[0, 1], np.abs(axes).argmax(axis=1)])[:, None]  # a sign that does not flicker
    first, second = (size**2 / max(float(np.vdot(away, away)), 1e-300)).tolist()
    return axes, (first, second)


def three_points_plane(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> Plane:
    """The plane through three parameter vectors, with orthonormal axes: a at (0, 0), b on the first axis.

    Garipov et al. 2018, appendix A. ValueError where the three lie on a line.
    """
    a, b, c = (np.asarray(point, float) for point in (a, b, c))
    along, across = b - a, c - a
    width, size = np.linalg.norm(along), np.linalg.norm(across)
    if width > 0:
        across = across - along * (along @ across) / width**2
    height = np.linalg.norm(across)
    if not (width > 0 and height > 1e-9 * size):
        raise ValueError(Text("Three points on a line make no plane: choose three different results."))
    return _around(a, np.stack([along / width, across / height]), "points", np.stack([a, b, c]))


def random_plane(net: Network, theta: np.ndarray, seed: int = 0, others: str = "zero") -> Plane:
    """The plane through theta along two random directions, each filter as long as the network's (see `directions`)."""
    axes = directions(net, theta, 2, seed, others)
    return Plane(np.array(theta, float), axes, "random", ((-1.0, 1.0), (-1.0, 1.0)))


def directions(net: Network, theta: np.ndarray, count: int, seed: int = 0, others: str = "zero") -> np.ndarray:
    """Filter-normalized random directions (count, n), by Li et al. 2018, section 4.

    Normal draws; all weights into one unit, or of one filter, are scaled to the length of theta's. Biases and the
    parameters of normalization layers stay as they are with `others="zero"` (as the paper's figures), or are scaled to
    the length of theta's, one vector each, with "normalized".
    """
    if others not in OTHERS:
        raise ValueError(Text("others must be one of: {words}.", words=", ".join(OTHERS)))
    drawn = np.random.default_rng(seed).standard_normal((count, net.parameter_count))
    weights = {part.start for part in net.plan.weights}
    for slot in (slot for slots in net.plan.slots for slot in slots):
        part, own = drawn[:, slot.part], np.asarray(theta, float)[slot.part]
        heavy = slot.part.start in weights
        if heavy:
            filters, own = part.reshape(count, slot.shape[0], -1), own.reshape(slot.shape[0], -1)
        else:
            filters, own = part[:, None], own[None]
        with np.errstate(over="ignore"):
            scale = np.linalg.norm(own, axis=1) / np.linalg.norm(filters, axis=2)
        scale = scale if heavy or others == "normalized" else np.zeros_like(scale)
        part[...] = (filters * scale[..., None]).reshape(count, -1)
    return drawn


def project(plane: Plane, trajectories: Any) -> Projection:
    """Where checkpoints (..., n) lie in the plane, and how far off it."""
    away = np.asarray(trajectories, float) - plane.center
    with np.errstate(all="ignore"):
        x = away @ np.linalg.pinv(plane.axes)
        distance = np.linalg.norm(away - x @ plane.axes, axis=-1)
        length = np.linalg.norm(away, axis=-1)
    lost = ~np.isfinite(away).all(axis=-1)
    x[lost], distance[lost], length[lost] = np.nan, np.nan, np.nan
    return Projection(x, distance, length)


def slice_steps(
    net: Network,
    plane: Plane,
    X: Any,
    y: Any = None,
    *,
    n: int = 51,
    span: Span | None = None,
    state: State | None = None,
) -> Iterator[Grid]:
    """The loss on n × n points of the plane, as it grows: the last grid is complete.

    Without `state`, batch normalization uses the statistics of X itself, recomputed at each point: those of training
    belong to one point only.
    """
    if n < 2:
        raise ValueError(Text("A grid needs at least 2 × 2 values."))
    x, rows = (np.linspace(*side, n) for side in span or plane.span)
    flat = np.full(n * n, np.nan)
    normalized = "recomputed" if state is None else "fixed"
    statistics = normalized if net.init_state() else ""
    at, done = np.stack(np.meshgrid(x, rows), axis=-1).reshape(-1, 2), 0
    for losses in Slice(net, plane.center, plane.axes, X, y, state).chunks(at):
        flat[done : done + len(losses)] = losses
        done += len(losses)
        yield Grid(plane, x, rows, flat.reshape(n, n).copy(), done, statistics)


def slice_loss(net: Network, plane: Plane, X: Any, y: Any = None, **options: Any) -> Grid:
    """`slice_steps` to its end."""
    return _last(slice_steps(net, plane, X, y, **options))


def path_losses_steps(
    net: Network, plane: Plane, trajectories: Any, X: Any, y: Any = None, *, state: State | None = None
) -> Iterator[PathLosses]:
    """The true loss at checkpoints (..., n) beside the loss the plane shows for them, some at a time: a slice lies."""
    trajectories = np.asarray(trajectories, float)
    shape = trajectories.shape[:-1]
    points, at = trajectories.reshape(-1, plane.center.size), project(plane, trajectories).x.reshape(-1, 2)
    data, done = net.batch(X, y), 0
    plane_slice = Slice(net, plane.center, plane.axes, data, state=state)
    true, shown = np.full((2, len(at)), np.nan)
    for losses in plane_slice.chunks(at):
        part = slice(done, done + len(losses))
        done += len(losses)
        shown[part], true[part] = losses, net.loss(points[part], data, state=state)
        yield PathLosses(true.reshape(shape).copy(), shown.reshape(shape).copy(), done)


def path_losses(net: Network, plane: Plane, trajectories: Any, X: Any, y: Any = None, **options: Any) -> PathLosses:
    """`path_losses_steps` to its end."""
    return _last(path_losses_steps(net, plane, trajectories, X, y, **options))


def barrier_steps(
    net: Network, a: np.ndarray, b: np.ndarray, X: Any, y: Any = None, *, n: int = 51, state: State | None = None
) -> Iterator[Barrier]:
    """The loss at n points from a to b, as it grows; nan where it has not been computed yet."""
    if n < 2:
        raise ValueError(Text("A line needs at least 2 points."))
    t, loss, done = np.linspace(0, 1, n), np.full(n, np.nan), 0
    a, b = np.asarray(a, float), np.asarray(b, float)
    for losses in Slice(net, a, (b - a)[None], X, y, state).chunks(t[:, None]):
        loss[done : done + len(losses)] = losses
        done += len(losses)
        yield Barrier(t, loss.copy())


def barrier(net: Network, a: np.ndarray, b: np.ndarray, X: Any, y: Any = None, **options: Any) -> Barrier:
    """`barrier_steps` to its end."""
    return _last(barrier_steps(net, a, b, X, y, **options))


def _around(
    center: np.ndarray, axes: np.ndarray, kind: str, points: np.ndarray, explained: tuple[float, float] | None = None
) -> Plane:
    """A plane whose span holds the projections of all points and of its center, and a margin of 15 %."""
    at = np.vstack([(points - center) @ axes.T, np.zeros(2)])
    low, high = at.min(axis=0), at.max(axis=0)
    margin = np.maximum(0.15 * (high - low), 0.05 * max(np.max(high - low), 1e-6))
    (x0, y0), (x1, y1) = (low - margin).tolist(), (high + margin).tolist()
    return Plane(center, axes, kind, ((x0, x1), (y0, y1)), explained)


def _last(steps: Iterable[_T]) -> _T:
    """The last of what is yielded, which is the whole result."""
    *_, result = steps
    return result
