"""A window slides over numbers: convolution in one and two dimensions, forward and backward, place by place."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from optim_viz.words import Text


def size(n: int, k: int, padding: int = 0, stride: int = 1) -> int:
    """How many places a window of k has on n numbers between `padding` zeros on each side.

    ValueError for what cannot be: no window fits, or one that sees nothing but zeros.
    """
    if padding >= k:
        raise ValueError(Text("padding must be smaller than the kernel: else windows see nothing but zeros."))
    if n + 2 * padding < k:
        raise ValueError(Text("A window of {k} does not fit on {n} numbers.", k=k, n=n + 2 * padding))
    return (n + 2 * padding - k) // stride + 1


def turned(w: np.ndarray) -> np.ndarray:
    """The kernels (O, C, *k) turned by 180°: with them, sliding is what mathematics calls a convolution."""
    return np.flip(w, axis=tuple(range(2, w.ndim)))


def padded(x: np.ndarray, *width: int) -> np.ndarray:
    """x (C, *sides) between zeros: as many on every side, or as many as are given for each direction."""
    each = width if len(width) > 1 else width * (x.ndim - 1)
    return np.pad(x, [(0, 0), *((count, count) for count in each)])


def slide(x: np.ndarray, w: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    """The sums (O, *out) of numbers x (C, *sides) times weights w (O, C, *k), channels added up, at every place.

    This is what networks call convolution, and mathematics cross-correlation: the kernel is not turned. ValueError
    as `size`.
    """
    for n, k in zip(x.shape[1:], w.shape[2:], strict=True):
        size(n, k, padding, stride)
    seen = sliding_window_view(padded(x, padding), w.shape[2:], axis=tuple(range(1, x.ndim)))
    seen = seen[(slice(None), *(slice(None, None, stride),) * (x.ndim - 1))]  # (C, *out, *k)
    return np.tensordot(w, seen, axes=([1, *range(2, w.ndim)], [0, *range(x.ndim, seen.ndim)]))


def spread(d: np.ndarray, stride: int) -> np.ndarray:
    """d (O, *out) with stride − 1 zeros between neighbors: as far apart as the windows they belong to."""
    wide = np.zeros((len(d), *(stride * (side - 1) + 1 for side in d.shape[1:])))
    wide[(slice(None), *(slice(None, None, stride),) * (d.ndim - 1))] = d
    return wide


def backward(
    x: np.ndarray, w: np.ndarray, d: np.ndarray, stride: int = 1, padding: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """∂L/∂x and ∂L/∂w, in their shapes, where d (O, *out) is ∂L/∂y: both are windows sliding, too.

    To the weights: the errors slide over the numbers. To the numbers: the turned kernel slides over the errors
    between zeros. Derivation: Dumoulin & Visin 2016, chapter 4.
    """
    wide, k = spread(d, stride), w.shape[2:]
    over = [slide(channel[None], wide[:, None]) for channel in padded(x, padding)]
    dw = np.stack(over, axis=1)[(slice(None), slice(None), *(slice(side) for side in k))]
    reached = slide(padded(wide, *(side - 1 for side in k)), turned(w).swapaxes(0, 1))
    room = [(0, n + 2 * padding - r) for n, r in zip(x.shape[1:], reached.shape[1:], strict=True)]
    dx = np.pad(reached, [(0, 0), *room])  # what no window reached has no gradient
    return dx[(slice(None), *(slice(padding, padding + n) for n in x.shape[1:]))], dw


def numerical(
    x: np.ndarray, w: np.ndarray, d: np.ndarray, stride: int = 1, padding: int = 0, h: float = 1e-3
) -> tuple[np.ndarray, np.ndarray]:
    """∂L/∂x and ∂L/∂w of L = Σ d·y by central differences: two losses for each number."""

    def loss(x: np.ndarray, w: np.ndarray) -> float:
        return float((d * slide(x, w, stride, padding)).sum())

    def slope(a: np.ndarray, others: dict[str, np.ndarray], name: str) -> np.ndarray:
        found = np.zeros(a.shape)
        for at in np.ndindex(a.shape):
            step = np.zeros(a.shape)
            step[at] = h
            found[at] = (loss(**others, **{name: a + step}) - loss(**others, **{name: a - step})) / (2 * h)
        return found

    return slope(x, {"w": w}, "x"), slope(w, {"x": x}, "w")


def meetings(n: int, k: int, padding: int = 0, stride: int = 1) -> list[tuple[int, int, int]]:
    """In one dimension: every (i, j, m) where number i meets weight m in window j, all counted from 0.

    Read by j it is the way forward, y_j = Σ x_i w_m; by i the errors of the numbers, ∂x_i = Σ δ_j w_m; by m those of
    the weights, ∂w_m = Σ δ_j x_i.
    """
    places = product(range(size(n, k, padding, stride)), range(k))
    return [(i, j, m) for j, m in places if 0 <= (i := stride * j + m - padding) < n]


@dataclass(frozen=True, eq=False)
class Look:
    """One window: its place in the output, its corner among the numbers (padding counted, so it may be negative),
    what it sees and the products with the weights (C, *k), their sum in each channel (C,) and in all."""

    at: tuple[int, ...]
    corner: tuple[int, ...]
    seen: np.ndarray
    products: np.ndarray

    @property
    def sums(self) -> np.ndarray:
        return self.products.reshape(len(self.products), -1).sum(axis=1)

    @property
    def total(self) -> float:
        return float(self.products.sum())


def looks(x: np.ndarray, w: np.ndarray, stride: int = 1, padding: int = 0) -> list[Look]:
    """Every window of one kernel w (C, *k) over x (C, *sides), in reading order."""
    out = [size(n, k, padding, stride) for n, k in zip(x.shape[1:], w.shape[1:], strict=True)]
    wide, found = padded(x, padding), []
    for at in np.ndindex(*out):
        window = tuple(slice(stride * a, stride * a + k) for a, k in zip(at, w.shape[1:], strict=True))
        seen = wide[(slice(None), *window)]
        found.append(Look(at, tuple(stride * a - padding for a in at), seen, seen * w))
    return found
