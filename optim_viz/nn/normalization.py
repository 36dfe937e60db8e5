"""Layers that bring numbers to mean 0 and variance 1: over the batch, over a sample, or over groups of channels."""

from math import prod

import numpy as np

from optim_viz.nn.layers import Layer, Mode
from optim_viz.nn.parts import real, whole
from optim_viz.words import Text

_EPS = (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3)
_BACK = (r"\frac{\partial L}{\partial x} = \frac{1}{\sigma} \Big(\delta - \overline{\delta} - \hat x\,"
         r" \overline{\delta \hat x}\Big), \quad \delta = \gamma\, \frac{\partial L}{\partial y}")  # fmt: skip


def _standardized(
    x: np.ndarray, axis: int, eps: float, mode: Mode
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x̂ = (x - mean) / σ along the axis, 1/σ, and the mean and (biased) variance it was made with."""
    count = x.shape[axis]
    mean = np.add.reduce(x, axis=axis, keepdims=True) / count
    x_hat = np.subtract(x, mean, out=mode.empty(x.shape))
    square = np.multiply(x_hat, x_hat, out=mode.empty(x.shape))
    variance = np.add.reduce(square, axis=axis, keepdims=True) / count
    per_sigma = 1 / np.sqrt(variance + eps)
    x_hat *= per_sigma
    return x_hat, per_sigma, mean, variance


def _back(d: np.ndarray, x_hat: np.ndarray, per_sigma: np.ndarray, axis: int) -> np.ndarray:
    """dL/dx from d = dL/dx̂: a shift or stretch common to the axis changes nothing, so it is taken out."""
    count = d.shape[axis]
    common = np.add.reduce(d, axis=axis, keepdims=True) / count
    along = np.add.reduce(d * x_hat, axis=axis, keepdims=True) / count
    return per_sigma * (d - common - x_hat * along)


class Norm(Layer):
    """A normalization followed by a scale γ and a shift β that are learned."""

    def parameters(self, shape):
        return {"weight": shape[:1], "bias": shape[:1]}

    def start(self, shape, init, rng):
        gamma, beta = self.parameters(shape).values()
        return [np.ones(gamma), np.zeros(beta)]

    def cost(self, shape):
        return 20 * prod(shape), 5 * prod(shape)


class BatchNorm(Norm):
    """Each feature gets mean 0 and variance 1 over the batch, so that layers need not follow each other's scale.

    After training, running averages take the place of the batch's own mean and variance.
    """

    formula = (r"\hat x = \frac{x - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}}, \quad y = \gamma\, \hat x + \beta", _BACK,
               r"\bar\mu \leftarrow (1 - \rho)\, \bar\mu + \rho\, \mu_B, \quad \bar\sigma^2 \leftarrow (1 - \rho)\,"
               r" \bar\sigma^2 + \rho\, \tfrac{N}{N - 1}\, \sigma_B^2")  # fmt: skip
    source = "Ioffe & Szegedy 2015, Algorithms 1 and 2; running variance unbiased, as torch (the book's is biased)"
    torch = "torch.nn.BatchNorm1d({shape[0]}, eps={eps}, momentum={momentum})"

    momentum: float = real(0.1, "[0, 1]", r"\rho", "Share of the new batch in the running averages (book: 1 - 0.9).",
                           (0.0, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0))  # fmt: skip
    eps: float = real(1e-5, "(0, ∞)", r"\epsilon", "Keeps the division finite (the book: 1e-6).", _EPS)

    def statistics(self, shape):
        return {"running_mean": (shape[:1], 0.0), "running_var": (shape[:1], 1.0)}

    def forward(self, p, x, mode):
        gamma, beta = p  # (K, F)
        flat = x.reshape(*x.shape[:2], -1)  # (K, F, M): an image's pixels count as samples
        if mode.statistics is None:
            if flat.shape[2] < 2:
                raise ValueError(Text("Batch normalization of one sample makes every number 0: use 2 or more."))
            x_hat, per_sigma, mean, variance = _standardized(flat, 2, self.eps, mode)
        else:
            mean, variance = (s[:, :, None] for s in mode.statistics)
            per_sigma = 1 / np.sqrt(variance + self.eps)
            x_hat = (flat - mean) * per_sigma
        y = np.multiply(gamma[:, :, None], x_hat, out=mode.empty((*gamma.shape, flat.shape[2])))
        y += beta[:, :, None]
        own = None if mode.statistics is not None else (mean[:, :, 0], variance[:, :, 0])
        return y.reshape(-1, *x.shape[1:]), (x_hat, per_sigma, own)

    def backward(self, p, kept, dy, dp, mode, onward=True):
        (gamma, _), (dgamma, dbeta), (x_hat, per_sigma, own) = p, dp, kept
        flat = dy.reshape(*dy.shape[:2], -1)
        product = np.multiply(flat, x_hat, out=mode.empty(flat.shape))
        np.add.reduce(product, axis=2, out=dgamma)
        np.add.reduce(flat, axis=2, out=dbeta)
        if not onward:
            return None
        if own is None:
            return (flat * (gamma[:, :, None] * per_sigma)).reshape(dy.shape)
        # The two sums of _back are γ dβ and γ dγ: they are known already.
        along = np.multiply(x_hat, (dgamma / flat.shape[2])[:, :, None], out=product)
        dx = np.subtract(flat, (dbeta / flat.shape[2])[:, :, None], out=mode.empty(flat.shape))
        dx -= along
        dx *= gamma[:, :, None] * per_sigma
        return dx.reshape(dy.shape)

    def measured(self, kept):
        x_hat, _, (mean, variance) = kept
        count = x_hat.shape[2]
        return mean, variance * (count / (count - 1))

    def moved(self, statistics, kept):
        pairs = zip(statistics, self.measured(kept), strict=True)
        return tuple((1 - self.momentum) * old + self.momentum * new for old, new in pairs)

    def torch_code(self, **context):
        code = super().torch_code(**context)
        return code if len(context["shape"]) == 1 else code.replace("1d", "2d")


class LayerNorm(Norm):
    """Each sample gets mean 0 and variance 1 over all its features: the rest of the batch does not matter."""

    formula = (r"\hat x = \frac{x - \mu_n}{\sqrt{\sigma_n^2 + \epsilon}}, \quad y = \gamma \odot \hat x + \beta", _BACK)
    source = "Ba, Kiros & Hinton 2016, Eq. 4; one γ and β per number of a sample, as torch"
    torch = "torch.nn.LayerNorm({shape}, eps={eps})"

    eps: float = real(1e-5, "(0, ∞)", r"\epsilon", "Keeps the division finite.", _EPS)

    def output(self, shape):
        if prod(shape) < 2:
            raise ValueError(Text("Layer normalization of one feature makes it 0: use 2 or more."))
        return shape

    def parameters(self, shape):
        return {"weight": shape, "bias": shape}

    def forward(self, p, x, mode):
        gamma, beta = (a.reshape(len(a), -1, 1) for a in p)  # (K, D, 1)
        flat = x.reshape(x.shape[0], -1, x.shape[-1])  # (K, D, N)
        x_hat, per_sigma, *_ = _standardized(flat, 1, self.eps, mode)
        return (gamma * x_hat + beta).reshape(-1, *x.shape[1:]), (x_hat, per_sigma)

    def backward(self, p, kept, dy, dp, mode, onward=True):
        gamma, (x_hat, per_sigma) = p[0].reshape(len(p[0]), -1, 1), kept
        flat = dy.reshape(dy.shape[0], -1, dy.shape[-1])
        dp[0][...] = np.add.reduce(flat * x_hat, axis=2).reshape(dp[0].shape)
        dp[1][...] = np.add.reduce(flat, axis=2).reshape(dp[1].shape)
        return _back(gamma * flat, x_hat, per_sigma, 1).reshape(dy.shape) if onward else None


class GroupNorm(Norm):
    """Each sample gets mean 0 and variance 1 within each group of channels; one group per channel or one for all."""

    formula = (r"\hat x = \frac{x - \mu_{ng}}{\sqrt{\sigma_{ng}^2 + \epsilon}}, \quad y = \gamma_c \hat x + \beta_c",
               _BACK)  # fmt: skip
    source = "Wu & He 2018, Eqs. 1-7"
    torch = "torch.nn.GroupNorm({groups}, {shape[0]}, eps={eps})"

    groups: int = whole(2, "[1, 100000]", "G", "How many groups the channels are split into.", (1, 2, 4, 8, 16))
    eps: float = real(1e-5, "(0, ∞)", r"\epsilon", "Keeps the division finite.", _EPS)

    def output(self, shape):
        if shape[0] % self.groups:
            raise ValueError(Text("{channels} channels do not split into {groups} equal groups.",
                                  channels=shape[0], groups=self.groups))  # fmt: skip
        if prod(shape) == self.groups:
            raise ValueError(Text("A group of one number becomes 0: use fewer groups."))
        return shape

    def forward(self, p, x, mode):
        K, C, N = x.shape[0], x.shape[1], x.shape[-1]
        x_hat, per_sigma, *_ = _standardized(x.reshape(K, self.groups, -1, N), 2, self.eps, mode)  # (K, G, D, N)
        flat = x_hat.reshape(K, C, -1)  # (K, C, M)
        gamma, beta = (a[:, :, None] for a in p)
        return (gamma * flat + beta).reshape(-1, *x.shape[1:]), (x_hat, per_sigma)

    def backward(self, p, kept, dy, dp, mode, onward=True):
        gamma, (x_hat, per_sigma) = p[0][:, :, None], kept
        flat = dy.reshape(*dy.shape[:2], -1)
        np.add.reduce(flat * x_hat.reshape(-1, *flat.shape[1:]), axis=2, out=dp[0])
        np.add.reduce(flat, axis=2, out=dp[1])
        if not onward:
            return None
        grouped = (gamma * flat).reshape(dy.shape[0], *x_hat.shape[1:])
        return _back(grouped, x_hat, per_sigma, 2).reshape(dy.shape)
