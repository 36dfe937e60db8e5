"""How sharply the loss of a network curves: top eigenvalues of its Hessian, and walks away from a point."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optim_viz.landscape import directions as filter_normalized
from optim_viz.nn.network import Network, State
from optim_viz.nn.products import HessianProduct, hessian, hvp
from optim_viz.words import Text

_NUMBERS = 8_000_000  # of the Lanczos basis at most: 64 MB


@dataclass(frozen=True, eq=False)
class Eigenvalues:
    """The largest eigenvalues (k,), falling, with their vectors (k, n), or what is known of them so far.

    `errors` (k,) are bounds: an eigenvalue lies within that distance of each. `done` says whether the tolerance was
    reached; `products` counts Hessian-vector products. Values are nan where the Hessian is not finite.
    """

    values: np.ndarray
    vectors: np.ndarray = field(repr=False)
    errors: np.ndarray
    products: int
    done: bool


def eigenvalue_steps(
    net: Network,
    theta: np.ndarray,
    X: Any,
    y: Any = None,
    *,
    k: int = 3,
    seed: int = 0,
    state: State | None = None,
    tolerance: float = 1e-8,
    most: int = 2000,
    start: np.ndarray | None = None,
) -> Iterator[Eigenvalues]:
    """The k largest eigenvalues of the Hessian, better with each product: the last yield is the answer.

    `tolerance` is relative to the largest eigenvalue; after `most` products the best so far is the answer. `start` is a
    vector near the first eigenvector, if one is known.
    """
    if not 1 <= k <= net.parameter_count:
        raise ValueError(Text("k must be from 1 to the number of parameters, {n}.", n=net.parameter_count))
    product = HessianProduct(net, theta, X, y, state=state)
    rng = np.random.default_rng(seed)
    first = rng.standard_normal(net.parameter_count) if start is None else np.array(start, float)
    return _lanczos(product, first, k, rng, tolerance, most)


def top_eigenvalues(net: Network, theta: np.ndarray, X: Any, y: Any = None, **options: Any) -> Eigenvalues:
    """`eigenvalue_steps` to its end."""
    *_, result = eigenvalue_steps(net, theta, X, y, **options)
    return result


def _lanczos(
    product: Any, first: np.ndarray, k: int, rng: np.random.Generator, tolerance: float, most: int
) -> Iterator[Eigenvalues]:
    """Lanczos with thick restart (Wu & Simon 2000), each new vector made orthogonal to all others twice.

    V holds an orthonormal basis, T = V H Vᵀ. A full basis is replaced by its best Ritz vectors and the next direction.
    """
    n = len(first)
    m = min(n, max(2 * k + 2, min(2 * k + 30, _NUMBERS // n)))
    V, T, used, stuck = np.zeros((m + 1, n)), np.zeros((m, m)), 0, 0
    V[0] = first / np.linalg.norm(first)
    for products in range(1, most + 1):
        w = product(V[used])
        if not np.isfinite(w).all():
            yield Eigenvalues(np.full(k, np.nan), np.full((k, n), np.nan), np.full(k, np.nan), products, True)
            return
        used += 1
        w, T[:used, used - 1] = _orthogonal(w, V[:used])
        T[used - 1, :used] = T[:used, used - 1]
        length = float(np.linalg.norm(w))
        values, S = np.linalg.eigh(T[:used, :used])
        values, S = values[::-1], S[:, ::-1]
        scale = max(abs(values[0]), abs(values[-1]))
        stuck = stuck + 1 if length <= 1e-13 * scale else 0
        if stuck:  # the basis holds all it can reach: go on elsewhere
            w, length = _orthogonal(rng.standard_normal(n), V[:used])[0], 0.0
        size = np.linalg.norm(w)
        V[used] = w / size if size > 0 else 0.0
        errors = length * np.abs(S[-1])
        settled = not stuck and bool((errors[:k] <= tolerance * scale).all())
        done = used >= k and (settled or used == n or stuck > 1)  # stuck again: elsewhere there is nothing new
        if done or products == most or used >= k:
            yield Eigenvalues(values[:k].copy(), S[:, :k].T @ V[:used], errors[:k], products, done)
        if done:
            return
        if used == m:
            used = min(k + (m - k) // 2, m - 1)
            V[: used + 1] = np.vstack([S[:, :used].T @ V[:m], V[m]])
            T[:] = 0.0
            T[range(used), range(used)] = values[:used]


def _orthogonal(w: np.ndarray, basis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What of w is orthogonal to the rows of the basis, and its components along them; twice is enough."""
    along = basis @ w
    w = w - along @ basis
    again = basis @ w
    return w - again @ basis, along + again


@dataclass(frozen=True, eq=False)
class Sharpness:
    """How much the loss rises at `radius` from a point; `rises` (directions, 2): forward and backward along each.

    The radius is in lengths of the network's own filters: 0.1 moves each filter by a tenth of its length.
    """

    radius: float
    rises: np.ndarray

    @property
    def mean(self) -> float:
        with np.errstate(invalid="ignore"):
            return float(np.mean(self.rises))

    @property
    def largest(self) -> float:
        return float(np.max(self.rises))


def sharpness_steps(
    net: Network,
    theta: np.ndarray,
    X: Any,
    y: Any = None,
    *,
    radius: float = 0.1,
    directions: int = 20,
    seed: int = 0,
    state: State | None = None,
) -> Iterator[Sharpness]:
    """The rise of the loss along filter-normalized random directions (Li et al. 2018), one more with each yield.

    Unlike the Hessian, this does not change when a ReLU network's layers are rescaled against each other.
    """
    if not radius > 0 or directions < 1:
        raise ValueError(Text("Sharpness needs a radius above 0 and at least one direction."))
    theta, data = np.asarray(theta, float), net.batch(X, y)
    base = net.loss(theta, data, state=state)
    rises = np.full((directions, 2), np.nan)
    for i, direction in enumerate(filter_normalized(net, theta, directions, seed)):
        ends = np.stack([theta + radius * direction, theta - radius * direction])
        with np.errstate(invalid="ignore"):
            rises[i] = net.loss(ends, data, state=state) - base
        yield Sharpness(radius, rises[: i + 1].copy())


def sharpness(net: Network, theta: np.ndarray, X: Any, y: Any = None, **options: Any) -> Sharpness:
    """`sharpness_steps` to its end."""
    *_, result = sharpness_steps(net, theta, X, y, **options)
    return result


@dataclass(frozen=True, eq=False)
class Edge:
    """A step of full-batch gradient descent: its loss, the largest eigenvalue there if measured, and 2/lr."""

    step: int
    loss: float
    curvature: float | None
    limit: float
    theta: np.ndarray = field(repr=False)


def edge_of_stability(
    net: Network,
    theta: np.ndarray,
    X: Any,
    y: Any = None,
    *,
    lr: float,
    steps: int,
    every: int = 10,
    tolerance: float = 1e-3,
    seed: int = 0,
) -> Iterator[Edge]:
    """Gradient descent on all data at once, with the curvature it meets (Cohen et al. 2021).

    On a quadratic, the step is stable while the curvature is at most 2/lr. Each step is yielded when it is made; every
    `every` steps it is yielded again while the curvature is measured, and at last with it. Batch normalization uses the
    statistics of the data. Ends early where the loss is no longer finite.
    """
    if not 0 < lr < np.inf or steps < 0 or every < 1:
        raise ValueError(Text("lr must be above 0, steps at least 0 and every at least 1."))
    theta, data, vector, limit = np.array(theta, float), net.batch(X, y), None, 2 / lr
    for step in range(steps + 1):
        loss, gradient = net.value_and_gradient(theta, data)
        yield Edge(step, loss, None, limit, theta)
        if not (np.isfinite(loss) and np.isfinite(gradient).all()):
            return
        if step % every == 0 or step == steps:
            options: dict[str, Any] = {"k": 1, "seed": seed, "tolerance": tolerance, "start": vector}
            for found in eigenvalue_steps(net, theta, data, **options):
                if not found.done:
                    yield Edge(step, loss, None, limit, theta)
            vector = found.vectors[0] if np.isfinite(found.vectors).all() else None
            yield Edge(step, loss, float(found.values[0]), limit, theta)
        with np.errstate(over="ignore"):
            theta = theta - lr * gradient


__all__ = ["Edge", "Eigenvalues", "HessianProduct", "Sharpness", "edge_of_stability", "eigenvalue_steps", "hessian",
           "hvp", "sharpness", "sharpness_steps", "top_eigenvalues"]  # fmt: skip
