"""Layers for images, inside as (K, C, H, W, N): with the batch last, every copy runs along contiguous memory."""

from dataclasses import MISSING
from math import prod

import numpy as np

from optim_viz.nn.layers import Layer, Mode
from optim_viz.nn.parts import whole
from optim_viz.words import Text


def _image(shape: tuple[int, ...]) -> tuple[int, int, int]:
    if len(shape) != 3:
        raise ValueError(Text("This layer takes images: give the network input=(channels, height, width)."))
    return shape[0], shape[1], shape[2]


class Conv2d(Layer):
    """One small window of weights slides over the image: what it finds, it finds anywhere."""

    formula = (r"y_{ohw} = b_o + \sum_{c,i,j} W_{ocij}\; x_{c,\,hs+i-p,\,ws+j-p}",
               r"\text{as a product: } Y = W\, \mathrm{col}(x) + b")  # fmt: skip
    source = "LeCun et al. 1998, section 2; as a matrix product: Chellapilla, Puri & Simard 2006"
    torch = "torch.nn.Conv2d({shape[0]}, {channels}, {kernel}, stride={stride}, padding={padding})"

    channels: int = whole(MISSING, "[1, 10000]", "O", "How many windows of weights.", (1, 2, 4, 8, 16, 32, 64))
    kernel: int = whole(3, "[1, 100]", "k", "Height and width of the window.", (1, 2, 3, 5, 7))
    stride: int = whole(1, "[1, 100]", "s", "How far the window moves at a time.", (1, 2, 3))
    padding: int = whole(0, "[0, 100]", "p", "Rows and columns of zeros around the image.", (0, 1, 2, 3))

    def output(self, shape):
        _, height, width = _image(shape)
        if self.padding >= self.kernel:
            raise ValueError(Text("padding must be smaller than the kernel: else windows see nothing but zeros."))
        out = tuple((side + 2 * self.padding - self.kernel) // self.stride + 1 for side in (height, width))
        if min(out) < 1:
            raise ValueError(Text("A {k}×{k} window does not fit an image of {height}×{width}.",
                                  k=self.kernel, height=height, width=width))  # fmt: skip
        return (self.channels, *out)

    def parameters(self, shape):
        return {"weight": (self.channels, shape[0], self.kernel, self.kernel), "bias": (self.channels,)}

    def start(self, shape, init, rng):
        size, area = self.parameters(shape)["weight"], self.kernel**2
        return [init.draw(rng, size, shape[0] * area, self.channels * area), np.zeros(self.channels)]

    def _windows(self, height: int, width: int):
        """For each weight (i, j) of the window: the rows and columns of the image it meets."""
        s = self.stride
        for i in range(self.kernel):
            for j in range(self.kernel):
                yield i, j, slice(i, i + s * (height - 1) + 1, s), slice(j, j + s * (width - 1) + 1, s)

    def _columns(self, x: np.ndarray, height: int, width: int, mode: Mode) -> np.ndarray:
        """col(x): (K, C k k, height width N), a row for each weight, a column for each place of the window."""
        K, C, H, W, N = x.shape
        if self.padding:
            inside = x
            x = mode.empty((K, C, H + 2 * self.padding, W + 2 * self.padding, N))
            x.fill(0.0)
            x[:, :, self.padding : self.padding + H, self.padding : self.padding + W] = inside
        col = mode.empty((K, C, self.kernel, self.kernel, height, width, N))
        for i, j, rows, columns in self._windows(height, width):
            col[:, :, i, j] = x[:, :, rows, columns]
        return col.reshape(K, C * self.kernel**2, -1)

    def forward(self, p, x, mode):
        W, b = p  # (K, O, C, k, k), (K, O)
        _, height, width = self.output(x.shape[1:4])
        col = self._columns(x, height, width, mode)
        y = mode.empty((*b.shape, col.shape[2]))
        np.matmul(W.reshape(*b.shape, -1), col, out=y)  # (K, O, H' W' N)
        y += b[:, :, None]
        return y.reshape(*y.shape[:2], height, width, -1), (col, x.shape)

    def backward(self, p, kept, dy, dp, mode, onward=True):
        (W, _), (dW, db), (col, shape) = p, dp, kept
        height, width = dy.shape[2:4]
        flat = dy.reshape(*dy.shape[:2], -1)
        np.matmul(flat, col.swapaxes(1, 2), out=dW.reshape(*dW.shape[:2], -1))  # dL/dW = dL/dY col(x)ᵀ
        np.add.reduce(flat, axis=2, out=db)
        if not onward:
            return None
        dcol = mode.empty((len(W), *col.shape[1:]))
        np.matmul(W.reshape(*db.shape, -1).swapaxes(1, 2), flat, out=dcol)  # dL/dcol = Wᵀ dL/dY
        return self._image_of(dcol, (len(W), *shape[1:]), height, width, mode)

    def _image_of(self, dcol: np.ndarray, shape: tuple[int, ...], height: int, width: int, mode: Mode) -> np.ndarray:
        """The reverse of `_columns`: what reached a pixel through several windows adds up."""
        K, C, H, W, N = shape
        dcol = dcol.reshape(K, C, self.kernel, self.kernel, height, width, N)
        dx = mode.empty((K, C, H + 2 * self.padding, W + 2 * self.padding, N))
        dx.fill(0.0)
        for i, j, rows, columns in self._windows(height, width):
            dx[:, :, rows, columns] += dcol[:, :, i, j]
        return dx[:, :, self.padding : self.padding + H, self.padding : self.padding + W]

    def cost(self, shape):
        out = self.output(shape)
        columns = shape[0] * self.kernel**2 * out[1] * out[2]
        return 2 * columns * self.channels, 2 * columns + prod(out) + prod(shape)


class MaxPool(Layer):
    """Of each small square only the largest number goes on: the image shrinks, and a shift by a pixel matters less."""

    formula = (r"y_{chw} = \max_{i,j < k} x_{c,\,hk+i,\,wk+j}",)
    source = "Riesenhuber & Poggio 1999; the gradient goes to the first of equal numbers, as torch"
    torch = "torch.nn.MaxPool2d({size})"

    size: int = whole(2, "[1, 100]", "k", "Height and width of the square.", (1, 2, 3, 4))

    def output(self, shape):
        channels, height, width = _image(shape)
        if min(height, width) < self.size:
            raise ValueError(Text("A {k}×{k} window does not fit an image of {height}×{width}.",
                                  k=self.size, height=height, width=width))  # fmt: skip
        return (channels, height // self.size, width // self.size)

    def _windows(self, x: np.ndarray) -> list[np.ndarray]:
        """Views (K, C, H', W', N): all upper left corners, then their right neighbors, row by row."""
        k, (height, width) = self.size, (x.shape[2] // self.size, x.shape[3] // self.size)
        return [x[:, :, i : i + k * height : k, j : j + k * width : k] for i in range(k) for j in range(k)]

    def forward(self, p, x, mode):
        first, *others = self._windows(x)
        y = mode.empty(first.shape)
        y[...] = first
        for other in others:
            np.maximum(y, other, out=y)
        return y, (x, y)

    def backward(self, p, kept, dy, dp, mode, onward=True):
        x, y = kept
        dx = mode.empty((dy.shape[0], *x.shape[1:]))
        dx.fill(0.0)
        free, here = mode.empty(y.shape, bool), mode.empty(y.shape, bool)
        free.fill(True)
        for source, target in zip(self._windows(x), self._windows(dx), strict=True):
            np.equal(source, y, out=here)
            here &= free
            free ^= here
            np.multiply(dy, here, out=target)
        return dx
