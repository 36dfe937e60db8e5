"""The Hessian of a network's loss times a vector, exactly, without the Hessian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optim_viz.nn import losses, passes
from optim_viz.nn.memory import Memory
from optim_viz.nn.network import Network, Seed, State
from optim_viz.nn.tangents import tangent
from optim_viz.words import Text

MAX_HESSIAN = 4000  # parameters; n² numbers of 8 bytes are 128 MB then


class HessianProduct:
    """v -> H v at one theta: what does not depend on v is computed once, so a product costs about one gradient.

    theta is (n,), v (n,) or (M, n) for M vectors at once; or theta (K, n) and v (K, n), each with its own. `value` and
    `gradient` are those of `net.value_and_gradient`. For batch normalization, `state` and `seed` say which function is
    meant, as there. Not to be shared between threads: the products work in the same arrays.
    """

    def __init__(
        self, net: Network, theta: np.ndarray, X: Any, y: Any = None, *, state: State | None = None, seed: Seed = None
    ) -> None:
        rows, one, data = net._ready(theta, X, y, labeled=True)
        self.net, self._one, self._shape = net, one, rows.shape
        statistics, rng = net._statistics(state), None if seed is None else np.random.default_rng(seed)
        gradient = np.empty_like(rows)
        with np.errstate(all="ignore"):
            self._first(rows, data, statistics, rng, gradient)
            value = self._value + passes.penalty(net.plan, rows, net.l1, net.l2, gradient)
        self.value = float(value[0]) if one else value
        self.gradient = gradient[0] if one else gradient
        self._memory = Memory()

    def _first(self, rows: np.ndarray, data: Any, statistics: Any, rng: Any, gradient: np.ndarray) -> None:
        """Forward and backward once, and what the layers remember of it."""
        plan = self.net.plan
        p, dp = passes.parts(plan, rows), passes.parts(plan, gradient)
        outputs, kept = passes.forward(plan, p, data.x, statistics, rng, Memory())
        tangents = list(map(tangent, plan.layers, p, [data.x, *outputs], outputs, kept))
        self._value, d = data.loss.value_and_slope(outputs[-1], data.t)
        self._loss = _loss_product(data.loss, outputs[-1], data.t)
        for i in range(len(tangents) - 1, plan.first - 1, -1):
            d = tangents[i].settle(d, dp[i], i > plan.first)
        self._tangents = tangents[plan.first :]

    def __call__(self, v: np.ndarray) -> np.ndarray:
        """H v, in the shape of v, or of theta if that has more."""
        v = np.asarray(v, float)
        K, n = self._shape
        if v.shape[-1:] != (n,) or v.ndim > 2 or not v.size or (K > 1 and v.ndim == 2 and len(v) not in (1, K)):
            raise ValueError(Text("v has shape {given}; theta has shape {wanted}.",
                                  given=v.shape, wanted=(n,) if self._one else (K, n)))  # fmt: skip
        rows = np.empty((max(K, v.size // n), n))
        rows[...] = v
        out = np.empty_like(rows)
        with np.errstate(all="ignore"):
            self._product(rows, out)
            for part in self.net.plan.weights if self.net.l2 else ():
                out[:, part] += self.net.l2 * rows[:, part]
        return out[0] if self._one and v.ndim == 1 else out

    def _product(self, rows: np.ndarray, out: np.ndarray) -> None:
        plan, empty = self.net.plan, self._memory
        empty.taken = 0
        vs, outs = passes.parts(plan, rows)[plan.first :], passes.parts(plan, out)[plan.first :]
        r, memos = None, []
        for step, v in zip(self._tangents, vs, strict=True):
            r, memo = step.push(v, r, empty)
            memos.append(memo)
        rd: Any = self._loss(r)  # type: ignore[arg-type]
        for i in range(len(vs) - 1, -1, -1):
            rd = self._tangents[i].pull(vs[i], memos[i], rd, outs[i], i > 0, empty)


def hvp(
    net: Network,
    theta: np.ndarray,
    X: Any,
    y: Any,
    v: np.ndarray,
    *,
    state: State | None = None,
    seed: Seed = None,
) -> np.ndarray:
    """H v for one use; for many at the same theta make a `HessianProduct`."""
    return HessianProduct(net, theta, X, y, state=state, seed=seed)(v)


def hessian(net: Network, theta: np.ndarray, X: Any, y: Any = None, *, state: State | None = None) -> np.ndarray:
    """All second derivatives (n, n) of a small network's loss; ValueError for a large one."""
    n = net.parameter_count
    if n > MAX_HESSIAN:
        raise ValueError(Text("The full Hessian of {n:,} parameters is too large; the limit is {most:,}.",
                              n=n, most=MAX_HESSIAN))  # fmt: skip
    product = HessianProduct(net, theta, X, y, state=state)
    step = max(1, 2_000_000 // n)
    full = np.concatenate([product(rows) for rows in (np.eye(min(step, n - i), n, i) for i in range(0, n, step))])
    return 0.5 * (full + full.T)


def _loss_product(loss: losses.Loss, z: np.ndarray, t: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """rz -> the change of dL/dz, for a change rz of the outputs (K, k, N)."""
    count = z.shape[1] * z.shape[2]
    if isinstance(loss, losses.CrossEntropy):
        share = np.exp(z - z.max(axis=1, keepdims=True))
        share /= np.add.reduce(share, axis=1, keepdims=True)
        part = share / z.shape[2]
        return lambda rz: part * (rz - np.add.reduce(share * rz, axis=1, keepdims=True))
    if isinstance(loss, losses.RMSE):
        return _root_product(z - t, count)
    if isinstance(loss, losses.BinaryCrossEntropy):
        small = np.exp(-np.abs(z))
        bend: Any = small / (1 + small) ** 2
    elif isinstance(loss, losses.Huber):
        bend = (np.abs(z - t) < loss.delta).astype(float)
    else:
        bend = {losses.MSE: 2.0, losses.MAE: 0.0}[type(loss)]
    return lambda rz: rz * (bend / count)


def _root_product(error: np.ndarray, count: int) -> Callable[[np.ndarray], np.ndarray]:
    square = np.add.reduce(error * error, axis=(1, 2), keepdims=True)
    unit = np.divide(1.0, np.sqrt(square * count), out=np.zeros_like(square), where=square != 0)  # 1 / (count RMSE)
    across = error * np.divide(1.0, square, out=np.zeros_like(square), where=square != 0)
    return lambda rz: unit * (rz - across * np.add.reduce(error * rz, axis=(1, 2), keepdims=True))
