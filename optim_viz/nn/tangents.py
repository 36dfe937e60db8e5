"""How each layer answers to a small change of the parameters: its value, and then its backward pass.

`push` carries a change `rx` of the input and `v` of the parameters to the output (None: the input does not change);
`pull` carries what that does to dL/dy back to dL/dx and dL/dp (Pearlmutter 1994, the R-operator). Piecewise straight
curves (ReLU, max pooling) are differentiated where they are straight, as torch does.
"""

from collections.abc import Callable
from math import pi, sqrt
from typing import Any

import numpy as np

from optim_viz.nn import activations as curves
from optim_viz.nn.convolution import Conv2d, MaxPool
from optim_viz.nn.layers import Dense, Dropout, Flatten, Layer, Mode
from optim_viz.nn.normalization import BatchNorm, LayerNorm, Norm

Empty = Callable[..., np.ndarray]


class Tangent:
    """A layer at one point: made on the way forward, completed by `settle` on the way back, then used for any v."""

    def __init__(self, layer: Any, p: tuple[np.ndarray, ...], x: np.ndarray, y: np.ndarray, kept: Any) -> None:
        self.layer, self.p, self.x, self.y, self.kept = layer, p, x, y, kept

    def settle(self, dy: np.ndarray, dp: tuple[np.ndarray, ...], onward: bool) -> Any:
        """dL/dx, or None, and dL/dp into `dp`; dy is kept as it is."""
        return self.layer.backward(self.p, self.kept, dy.copy(), dp, Mode(), onward)

    def push(self, v: tuple[np.ndarray, ...], rx: Any, empty: Empty) -> tuple[np.ndarray, Any]:
        """The change of y, and what `pull` will need; may overwrite rx."""
        raise NotImplementedError

    def pull(self, v: tuple, memo: Any, rdy: np.ndarray, out: tuple, onward: bool, empty: Empty) -> Any:
        """The change of dL/dx, or None, and that of dL/dp into `out`; may overwrite rdy."""
        raise NotImplementedError


class Weighted(Tangent):
    """y = W x + b: a change of W meets the old x, and the old W a change of x."""

    def __init__(self, layer, p, x, y, kept):
        super().__init__(layer, p, x, y, kept)
        self.W = _matrix(p[0])
        self.columns = kept

    def settle(self, dy, dp, onward):
        self.dy = dy.reshape(*dy.shape[:2], -1)
        return super().settle(dy, dp, onward)

    def spread(self, x: np.ndarray, empty: Empty) -> np.ndarray:
        """The matrix that W is multiplied with."""
        return x

    def gather(self, d: np.ndarray, empty: Empty) -> np.ndarray:
        """The reverse of `spread`."""
        return d

    def push(self, v, rx, empty):
        V, b = _matrix(v[0]), v[1]
        size = len(V), self.W.shape[1], self.columns.shape[2]
        ry = np.matmul(V, self.columns, out=empty(size))
        ry += b[:, :, None]
        rcolumns = None
        if rx is not None:
            rcolumns = self.spread(rx, empty)
            ry += np.matmul(self.W, rcolumns, out=empty(size))
        return ry.reshape(-1, *self.y.shape[1:]), rcolumns

    def pull(self, v, memo, rdy, out, onward, empty):
        rdy = rdy.reshape(*rdy.shape[:2], -1)
        change = _matrix(out[0])
        np.matmul(rdy, self.columns.swapaxes(1, 2), out=change)
        if memo is not None:
            change += self.dy @ memo.swapaxes(1, 2)
        np.add.reduce(rdy, axis=2, out=out[1])
        if not onward:
            return None
        size = (len(rdy), *self.columns.shape[1:])
        rd = np.matmul(self.W.swapaxes(1, 2), rdy, out=empty(size))
        rd += np.matmul(_matrix(v[0]).swapaxes(1, 2), self.dy, out=empty(size))
        return self.gather(rd, empty)


class Convolved(Weighted):
    """A convolution is W times the columns of the image."""

    def __init__(self, layer, p, x, y, kept):
        super().__init__(layer, p, x, y, kept)
        self.columns = kept[0]

    def spread(self, x, empty):
        return self.layer._columns(x, *self.y.shape[2:4], Mode(empty))

    def gather(self, d, empty):
        return self.layer._image_of(d, (len(d), *self.x.shape[1:]), *self.y.shape[2:4], Mode(empty))


def _matrix(W: np.ndarray) -> np.ndarray:
    return W.reshape(*W.shape[:2], -1)


class Normalized(Tangent):
    """y = γ x̂ + β, where a shift or stretch of x along the axis leaves x̂ as it is."""

    def __init__(self, layer, p, x, y, kept):
        super().__init__(layer, p, x, y, kept)
        self.x_hat, self.per_sigma = kept[:2]
        self.axis = 1 if isinstance(layer, LayerNorm) else 2
        self.fixed = isinstance(layer, BatchNorm) and kept[2] is None
        self.gamma = self.column(p[0])

    def column(self, a: np.ndarray) -> np.ndarray:
        """A parameter as (K, its size, 1)."""
        return a.reshape(len(a), -1, 1)

    def rows(self, a: np.ndarray) -> np.ndarray:
        """Numbers as (K, size of a parameter, rest), whatever they are normalized along."""
        return a.reshape(len(a), self.gamma.shape[1], -1)

    def mean(self, a: np.ndarray) -> np.ndarray:
        return np.add.reduce(a, axis=self.axis, keepdims=True) / a.shape[self.axis]

    def mean_product(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.expand_dims(_along(a, b, self.axis), self.axis) / b.shape[self.axis]

    def settle(self, dy, dp, onward):
        self.dy = self.rows(dy)
        self.d = (self.gamma * self.dy).reshape(-1, *self.x_hat.shape[1:])
        self.along = self.mean_product(self.d, self.x_hat)
        dx = super().settle(dy, dp, onward)
        self.dx: Any = None if dx is None else dx.reshape(-1, *self.x_hat.shape[1:])
        return dx

    def push(self, v, rx, empty):
        x_hat = self.x_hat
        ry = self.column(v[0]) * self.rows(x_hat)
        ry += self.column(v[1])
        if rx is None:
            return ry.reshape(-1, *self.y.shape[1:]), None
        r = rx.reshape(len(rx), *x_hat.shape[1:])
        stretch = np.zeros(1)
        if not self.fixed:
            stretch = self.mean_product(x_hat, r)
            r -= self.mean(r)
            r -= np.multiply(x_hat, stretch, out=empty(r.shape))
        r *= self.per_sigma
        ry += np.multiply(self.gamma, self.rows(r), out=empty(ry.shape))
        return ry.reshape(-1, *self.y.shape[1:]), (r, stretch)

    def pull(self, v, memo, rdy, out, onward, empty):
        f = self.rows(rdy)
        gamma = _along(f, self.rows(self.x_hat), 2)
        if memo is not None:
            gamma = gamma + _along(self.dy, self.rows(memo[0]), 2)
        out[0][...] = gamma.reshape(out[0].shape)
        out[1][...] = np.add.reduce(f, axis=2).reshape(out[1].shape)
        if not onward:
            return None
        f *= self.gamma
        f += np.multiply(self.column(v[0]), self.dy, out=empty(f.shape))
        rd = f.reshape(-1, *self.x_hat.shape[1:])
        if memo and not self.fixed:
            self.straighten(rd, memo[0], memo[1], empty)
        rd *= self.per_sigma
        return rd.reshape(-1, *self.x.shape[1:])

    def straighten(self, rd: np.ndarray, r_hat: np.ndarray, stretch: np.ndarray, empty: Empty) -> None:
        """Takes out of the change of dL/dx̂, in place, what the normalization does not let through."""
        along = self.mean_product(rd, self.x_hat) + self.mean_product(self.d, r_hat)
        rd -= self.mean(rd)
        spare = empty(rd.shape)
        for change, share in ((r_hat, self.along), (self.x_hat, along), (self.dx, stretch)):
            rd -= np.multiply(change, share, out=spare)


def _along(a: np.ndarray, b: np.ndarray, axis: int) -> np.ndarray:
    """Σ a b along the axis, without an array for a b."""
    return np.vecdot(a, b, axis=axis)  # pyright: ignore[reportCallIssue]


class Pointwise(Tangent):
    """y = f(x), number by number: dL/dx = f'(x) dL/dy also changes with f'."""

    def settle(self, dy, dp, onward):
        self.slope = self.kept if isinstance(self.layer, Dropout) else self.layer.slope(self.x, self.y)
        bend = BENDS.get(type(self.layer))
        self.bend: Any = None if bend is None else bend(self.x, self.y) * dy
        return dy * self.slope

    def push(self, v, rx, empty):
        if self.bend is None:
            rx *= self.slope
            return rx, None
        return np.multiply(rx, self.slope, out=empty(rx.shape)), rx

    def pull(self, v, memo, rdy, out, onward, empty):
        rdy *= self.slope
        if memo is not None:
            rdy += np.multiply(self.bend, memo, out=empty(rdy.shape))
        return rdy


class Shares(Tangent):
    """The softmax: dL/dx = a (dL/da - Σ a dL/da), and each factor changes."""

    def settle(self, dy, dp, onward):
        self.inner = dy - _total(self.y * dy)
        self.dy = dy
        return super().settle(dy, dp, onward)

    def push(self, v, rx, empty):
        ra = self.y * (rx - _total(self.y * rx))
        return ra, ra.copy()

    def pull(self, v, memo, rdy, out, onward, empty):
        return memo * self.inner + self.y * (rdy - _total(memo * self.dy + self.y * rdy))


def _total(a: np.ndarray) -> np.ndarray:
    return np.add.reduce(a, axis=1, keepdims=True)


class Flat(Tangent):
    """An image written as a row."""

    def push(self, v, rx, empty):
        return rx.reshape(-1, *self.y.shape[1:]), None

    def pull(self, v, memo, rdy, out, onward, empty):
        return rdy.reshape(-1, *self.x.shape[1:])


class Pooled(Tangent):
    """Max pooling takes the change of the pixel it took."""

    def settle(self, dy, dp, onward):
        taken = self.layer.backward((), self.kept, np.ones_like(dy), (), Mode())
        self.taken = [np.ascontiguousarray(window) for window in self.layer._windows(taken)]  # 1.0 or 0.0
        return super().settle(dy, dp, onward)

    def push(self, v, rx, empty):
        windows = zip(self.layer._windows(rx), self.taken, strict=True)
        ry, spare = (empty((len(rx), *self.y.shape[1:])) for _ in range(2))
        np.multiply(*next(windows), out=ry)
        for window, taken in windows:
            ry += np.multiply(window, taken, out=spare)
        return ry, None

    def pull(self, v, memo, rdy, out, onward, empty):
        rdx = empty((len(rdy), *self.x.shape[1:]))
        rdx.fill(0.0)
        for taken, target in zip(self.taken, self.layer._windows(rdx), strict=True):
            np.multiply(rdy, taken, out=target)
        return rdx


def _gelu_bend(z: np.ndarray, a: np.ndarray) -> np.ndarray:
    return (2 - z * z) * np.exp(-0.5 * z * z) / sqrt(2 * pi)


def _gelu_tanh_bend(z: np.ndarray, a: np.ndarray) -> np.ndarray:
    k, c = sqrt(2 / pi), 0.044715
    t = np.tanh(k * (z + c * z * z * z))
    inner = k * (1 + 3 * c * z * z)
    first = (1 - t * t) * inner
    second = (1 - t * t) * 6 * k * c * z - 2 * t * first * inner
    return first + 0.5 * z * second


BENDS: dict[type[Layer], Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    curves.Sigmoid: lambda z, a: a * (1 - a) * (1 - 2 * a),
    curves.Tanh: lambda z, a: -2 * a * (1 - a * a),
    curves.GELU: _gelu_bend,
    curves.GELUTanh: _gelu_tanh_bend,
}
"""Second derivatives f''(z), where f(z) = a, of the curves that have one."""

TANGENTS: dict[type[Layer], type[Tangent]] = {
    Dense: Weighted, Conv2d: Convolved, Norm: Normalized, Dropout: Pointwise, Flatten: Flat, MaxPool: Pooled,
    curves.Softmax: Shares, curves.Step: Tangent, curves.Activation: Pointwise,
}  # fmt: skip


def tangent(layer: Layer, p: tuple[np.ndarray, ...], x: np.ndarray, y: np.ndarray, kept: Any) -> Tangent:
    """The rule of the layer's class, or of the nearest one it is made from."""
    rule = next(TANGENTS[kind] for kind in type(layer).__mro__ if kind in TANGENTS)
    return rule(layer, p, x, y, kept)
