"""Activations: each value on its own through one curve; and softmax, which compares them."""

from math import erf, exp, factorial, pi, sqrt

import numpy as np

from optim_viz.nn.layers import Layer
from optim_viz.nn.parts import real, word_of
from optim_viz.words import Text


class Activation(Layer):
    """A curve between layers: without one, many layers are no more than one."""

    learns = True  # False: no gradient comes back through it

    def value(self, z: np.ndarray) -> np.ndarray:
        """The curve."""
        raise NotImplementedError

    def slope(self, z: np.ndarray, a: np.ndarray) -> np.ndarray:
        """Its derivative at z, where the value is a."""
        raise NotImplementedError

    def forward(self, p, x, mode):
        a = self.value(x)
        return a, (x, a)

    def backward(self, p, kept, dy, dp, mode, onward=True):
        dy *= self.slope(*kept)  # dL/dz = dL/da · da/dz
        return dy

    def cost(self, shape):
        size = int(np.prod(shape))
        return 10 * size, 2 * size


class Identity(Activation):
    """Lets everything pass as it is."""

    formula = (r"a = z",)
    source = "the output of a regression"
    torch = "torch.nn.Identity()"

    def value(self, z):
        return z

    def slope(self, z, a):
        return np.ones_like(z)


class Step(Activation):
    """Fires or does not; its slope is zero everywhere, so that nothing can be learned through it."""

    formula = (r"a = 1 \text{ if } z > 0 \text{ else } 0",)
    source = "McCulloch & Pitts 1943"
    learns = False

    def value(self, z):
        return np.heaviside(z, 0.0)

    def slope(self, z, a):
        return np.zeros_like(z)

    def backward(self, p, kept, dy, dp, mode, onward=True):
        raise ValueError(Text("The step function cannot be trained by gradients: its slope is zero everywhere."))


class Sigmoid(Activation):
    """Squeezes every number into 0 to 1; its slope is never above 1/4, and fades at both ends."""

    formula = (r"a = \frac{1}{1 + e^{-z}}", r"a' = a\,(1 - a)")
    source = "Rumelhart, Hinton & Williams 1986"
    torch = "torch.nn.Sigmoid()"

    def value(self, z):
        with np.errstate(over="ignore"):
            return 1 / (1 + np.exp(-z))

    def slope(self, z, a):
        return a * (1 - a)


class Tanh(Activation):
    """A sigmoid around zero, from -1 to 1, four times as steep."""

    formula = (r"a = \tanh z", r"a' = 1 - a^2")
    source = "LeCun et al. 1998, section 4.4"
    torch = "torch.nn.Tanh()"

    def value(self, z):
        return np.tanh(z)

    def slope(self, z, a):
        return 1 - a * a


class ReLU(Activation):
    """Positive numbers pass, negative ones become zero: the slope does not fade, but a unit can die."""

    formula = (r"a = \max(0, z)", r"a' = 1 \text{ if } z > 0 \text{ else } 0")
    source = "Nair & Hinton 2010; slope 0 at 0, as torch"
    torch = "torch.nn.ReLU()"

    def value(self, z):
        return np.maximum(z, 0.0)

    def slope(self, z, a):
        return np.where(z > 0, 1.0, 0.0)

    def forward(self, p, x, mode):
        return (a := np.maximum(x, 0.0, out=mode.empty(x.shape))), a

    def backward(self, p, kept, dy, dp, mode, onward=True):
        dy *= np.greater(kept, 0.0, out=mode.empty(kept.shape, bool))
        return dy


class LeakyReLU(Activation):
    """ReLU that lets a little of the negative numbers pass, so that no unit dies."""

    formula = (r"a = z \text{ if } z > 0 \text{ else } \alpha z", r"a' = 1 \text{ if } z > 0 \text{ else } \alpha")
    source = "Maas, Hannun & Ng 2013; slope α at 0, as torch"
    torch = "torch.nn.LeakyReLU({alpha})"

    alpha: float = real(0.01, "[0, 1]", r"\alpha", "Slope on the negative side.", (0.0, 0.01, 0.1, 0.2, 0.5, 1.0))

    def value(self, z):
        return np.maximum(z, self.alpha * z)

    def slope(self, z, a):
        return np.where(z > 0, 1.0, self.alpha)


class GELU(Activation):
    """Weighs each number by the chance that a normal draw lies below it: a smooth ReLU."""

    formula = (r"a = z\,\Phi(z) = \tfrac z2 \left(1 + \operatorname{erf}(z / \sqrt 2)\right)",
               r"a' = \Phi(z) + \tfrac{z}{\sqrt{2\pi}} e^{-z^2/2}")  # fmt: skip
    source = "Hendrycks & Gimpel 2016, the exact form (with erf), as torch's default"
    torch = "torch.nn.GELU()"

    def value(self, z):
        return z * _normal_cdf(z)

    def slope(self, z, a):
        return _gelu_slope(z, _normal_cdf(z))

    def forward(self, p, x, mode):
        below = _normal_cdf(x)  # the costly part, kept for the way back
        return x * below, (x, below)

    def backward(self, p, kept, dy, dp, mode, onward=True):
        dy *= _gelu_slope(*kept)
        return dy


class GELUTanh(Activation):
    """GELU's older approximation by a tanh, never more than 0.0005 away from it."""

    formula = (r"a = \tfrac z2 (1 + t)", r"t = \tanh\left(\sqrt{2/\pi}\,(z + 0.044715\, z^3)\right)",
               r"a' = \tfrac12 (1 + t) + \tfrac z2 (1 - t^2) \sqrt{2/\pi}\,(1 + 0.134145\, z^2)")  # fmt: skip
    source = "Hendrycks & Gimpel 2016, section 2"
    torch = "torch.nn.GELU(approximate='tanh')"

    def value(self, z):
        return 0.5 * z * (1 + self._tanh(z))

    def slope(self, z, a):
        t = self._tanh(z)
        return 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * sqrt(2 / pi) * (1 + 3 * 0.044715 * z * z)

    def _tanh(self, z):
        return np.tanh(sqrt(2 / pi) * (z + 0.044715 * z * z * z))


class Softmax(Activation):
    """Turns scores into shares that add up to one; features compete. With cross-entropy leave it out."""

    formula = (r"a_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
               r"\frac{\partial L}{\partial z_i} = a_i \Big(\frac{\partial L}{\partial a_i}"
               r" - \sum_j a_j \frac{\partial L}{\partial a_j}\Big)")  # fmt: skip
    source = "Bridle 1990; shifted by the largest score, so that nothing overflows"
    torch = "torch.nn.Softmax(dim=1)"

    def value(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def backward(self, p, kept, dy, dp, mode, onward=True):
        a = kept[1]
        return a * (dy - (a * dy).sum(axis=1, keepdims=True))


_STEP, _END = 1 / 32, 6.0  # erf is 1 to the last bit beyond 6


def _taylor(degree: int = 8) -> np.ndarray:
    """Taylor coefficients of erf around the multiples of _STEP in [-6, 6], (degree + 1, points)."""
    points = [k * _STEP for k in range(-round(_END / _STEP), round(_END / _STEP) + 1)]
    rows = np.empty((degree + 1, len(points)))
    for column, x in enumerate(points):
        hermite = [1.0, 2 * x]
        for n in range(1, degree):
            hermite.append(2 * x * hermite[n] - 2 * n * hermite[n - 1])
        bell = 2 / sqrt(pi) * exp(-x * x)
        rows[0, column] = erf(x)
        rows[1:, column] = [(-1) ** (n - 1) * bell * hermite[n - 1] / factorial(n) for n in range(1, degree + 1)]
    return rows


_ERF = _taylor()


def error_function(x: np.ndarray) -> np.ndarray:
    """erf, which NumPy has not, to 3e-16: a Taylor polynomial around the nearest of 385 points."""
    x = np.clip(x, -_END, _END)
    nearest = np.rint(np.nan_to_num(x) / _STEP)
    column = nearest.astype(np.intp) + _ERF.shape[1] // 2
    d, total = x - nearest * _STEP, _ERF[-1].take(column)
    for row in _ERF[-2::-1]:
        total *= d
        total += row.take(column)
    return total


def _normal_cdf(z: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + error_function(z / sqrt(2)))


def _gelu_slope(z: np.ndarray, below: np.ndarray) -> np.ndarray:
    return below + z * np.exp(-0.5 * z * z) / sqrt(2 * pi)


_PARTS = (Identity, Step, Sigmoid, Tanh, ReLU, LeakyReLU, GELU, GELUTanh, Softmax)
_WORDS = {ReLU: "relu", LeakyReLU: "leaky_relu", GELU: "gelu", GELUTanh: "gelu_tanh"}
ACTIVATIONS: dict[str, type[Activation]] = {_WORDS.get(p, word_of(p.name)): p for p in _PARTS}
