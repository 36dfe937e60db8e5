"""Layers without a special shape: dense, flatten, dropout; and what every layer can be asked.

Inside, K networks run at once and features come first: (K, features, N) or (K, C, H, W, N). A leading 1 stands for
"the same for all K". `p` holds a layer's parameters, each with the leading K.
"""

from collections.abc import Callable
from dataclasses import MISSING
from math import prod
from typing import Any, NamedTuple

import numpy as np

from optim_viz.nn.initializers import Initializer
from optim_viz.nn.parts import Part, one_of, real, whole
from optim_viz.words import Text

Shape = tuple[int, ...]  # of one sample: (features,) or (C, H, W)
MAX_UNITS = 100_000


class Mode(NamedTuple):
    """What a layer is told of a pass: where to get arrays, running statistics to use, a generator for dropout."""

    empty: Callable[..., np.ndarray] = np.empty
    statistics: tuple[np.ndarray, ...] | None = None
    rng: np.random.Generator | None = None


class Layer(Part):
    """A step of the forward pass that knows its own backward pass."""

    def output(self, shape: Shape) -> Shape:
        """The shape of one sample after this layer; ValueError where the layer does not fit."""
        return shape

    def parameters(self, shape: Shape) -> dict[str, Shape]:
        """Name -> shape, in torch's order."""
        return {}

    def statistics(self, shape: Shape) -> dict[str, tuple[Shape, float]]:
        """Name -> (shape, first value) of what training keeps beside the parameters."""
        return {}

    def start(self, shape: Shape, init: Initializer, rng: np.random.Generator) -> list[np.ndarray]:
        """First values of the parameters."""
        return []

    def forward(self, p: tuple[np.ndarray, ...], x: np.ndarray, mode: Mode) -> tuple[np.ndarray, Any]:
        """The output, and what the backward pass will need; x is never written."""
        raise NotImplementedError

    def backward(self, p: tuple, kept: Any, dy: np.ndarray, dp: tuple, mode: Mode, onward: bool = True) -> Any:
        """Writes dL/dp into `dp` and returns dL/dx, or None if it need not go `onward`; may overwrite dy."""
        raise NotImplementedError

    def measured(self, kept: Any) -> tuple[np.ndarray, ...]:
        """The statistics of the batch that went through, as `statistics` names them."""
        return ()

    def moved(self, statistics: tuple[np.ndarray, ...], kept: Any) -> tuple[np.ndarray, ...]:
        """The running statistics after this batch."""
        return ()

    def cost(self, shape: Shape) -> tuple[int, int]:
        """Operations of the way forward, and numbers in memory for the way there and back; both for one sample."""
        return prod(shape), 2 * prod(shape) + prod(self.output(shape))


class Dense(Layer):
    """Every output is a weighted sum of all inputs, plus a bias."""

    formula = (r"y = W x + b", r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial y}\, x^\top",
               r"\frac{\partial L}{\partial x} = W^\top \frac{\partial L}{\partial y}")  # fmt: skip
    source = "Rosenblatt 1958; backward pass: Rumelhart, Hinton & Williams 1986"
    torch = "torch.nn.Linear({shape[0]}, {units})"

    units: int = whole(MISSING, f"[1, {MAX_UNITS}]", "m", "How many outputs.", (1, 2, 5, 10, 20, 50, 100, 200, 500))

    def output(self, shape):
        if len(shape) != 1:
            raise ValueError(Text("A dense layer takes a row of features, not images: put Flatten() before it."))
        return (self.units,)

    def parameters(self, shape):
        return {"weight": (self.units, *shape), "bias": (self.units,)}

    def start(self, shape, init, rng):
        return [init.draw(rng, (self.units, *shape), shape[0], self.units), np.zeros(self.units)]

    def forward(self, p, x, mode):
        W, b = p  # (K, out, in), (K, out)
        y = np.matmul(W, x, out=mode.empty((*b.shape, x.shape[2])))  # (K, out, N)
        y += b[:, :, None]
        return y, x

    def backward(self, p, kept, dy, dp, mode, onward=True):
        (W, _), (dW, db), x = p, dp, kept
        np.matmul(dy, x.swapaxes(1, 2), out=dW)  # dL/dW = dL/dy xᵀ
        np.add.reduce(dy, axis=2, out=db)
        if not onward:
            return None
        return np.matmul(W.swapaxes(1, 2), dy, out=mode.empty((len(W), *x.shape[1:])))  # dL/dx = Wᵀ dL/dy

    def cost(self, shape):
        return 2 * shape[0] * self.units, shape[0] + self.units


class Flatten(Layer):
    """An image becomes a row of its pixels, channel by channel."""

    formula = (r"y_{(c H + h) W + w} = x_{c h w}",)
    source = "torch's order: channels, then rows, then columns"
    torch = "torch.nn.Flatten()"

    def output(self, shape):
        return (prod(shape),)

    def forward(self, p, x, mode):
        return x.reshape(x.shape[0], -1, x.shape[-1]), x.shape

    def backward(self, p, kept, dy, dp, mode, onward=True):
        return dy.reshape(dy.shape[0], *kept[1:])

    def cost(self, shape):
        return 0, 0


class Dropout(Layer):
    """In training each value is dropped by chance, so that no unit can rely on another.

    A mask is drawn once for all K networks: each sees what it would see alone. Without a generator nothing is dropped.
    """

    formula = (r"\text{inverted: } y = \frac{m\, x}{1-p} \text{ in training},\; y = x \text{ after it}",
               r"\text{book: } y = m\, x \text{ in training},\; y = (1-p)\, x \text{ after it}",
               r"m \in \{0, 1\},\; P(m = 0) = p")  # fmt: skip
    source = "Srivastava et al. 2014, section 4 (the book's form); inverted as in torch"
    torch = "torch.nn.Dropout({rate})"

    rate: float = real(0.5, "[0, 1)", "p", "Share of the values that are dropped.", (0.0, 0.1, 0.2, 0.3, 0.5, 0.7))
    form: str = one_of("inverted", ("inverted", "book"), "Scale up in training (inverted), or down after it (book).")

    def forward(self, p, x, mode):
        keep = 1.0 - self.rate
        if mode.rng is None:
            scale: Any = 1.0 if self.form == "inverted" else keep
        else:
            scale = (mode.rng.random(x.shape[1:]) >= self.rate) / (keep if self.form == "inverted" else 1.0)
        return x * scale, scale

    def backward(self, p, kept, dy, dp, mode, onward=True):
        return dy * kept

    def torch_code(self, **context):
        return super().torch_code(**context) if self.form == "inverted" else ""
