"""First values of the weights; biases start at zero."""

from math import sqrt

import numpy as np

from optim_viz.nn.parts import Part, named, one_of, real, word_of
from optim_viz.words import Text

Shape = tuple[int, ...]


class Initializer(Part):
    """How weights are drawn, from the number of inputs and outputs of a unit."""

    def draw(self, rng: np.random.Generator, shape: Shape, fan_in: int, fan_out: int) -> np.ndarray:
        """Weights of the given shape."""
        raise NotImplementedError


class Constant(Initializer):
    """All weights alike: units stay copies of each other, because they all get the same gradient."""

    formula = (r"w = c",)
    source = "the classic mistake; Goodfellow, Bengio & Courville 2016, section 8.4"
    torch = "torch.nn.init.constant_(w, {value})"

    value: float = real(0.0, "(-inf, ∞)", "c", "The value of every weight.", (-1.0, 0.0, 0.01, 0.1, 1.0))

    def draw(self, rng, shape, fan_in, fan_out):
        return np.full(shape, self.value)


class Normal(Initializer):
    """The same spread in every layer, whatever its width."""

    formula = (r"w \sim \mathcal N(0, \sigma^2)",)
    source = "Saito 2016, section 6.2 (σ = 1 and 0.01)"
    torch = "torch.nn.init.normal_(w, std={std})"

    std: float = real(0.01, "[0, ∞)", r"\sigma", "Standard deviation.", (0.0, 0.001, 0.01, 0.05, 0.1, 0.3, 1.0))

    def draw(self, rng, shape, fan_in, fan_out):
        return self.std * rng.standard_normal(shape)


class Uniform(Initializer):
    """Every value between two limits is as likely as any other."""

    formula = (r"w \sim \mathcal U(-a, a)",)
    source = "LeCun et al. 1998, section 4.6, names the idea and its flaw: the spread ignores the width"
    torch = "torch.nn.init.uniform_(w, -{limit}, {limit})"

    limit: float = real(0.05, "[0, ∞)", "a", "The largest value.", (0.0, 0.01, 0.05, 0.1, 0.5, 1.0))

    def draw(self, rng, shape, fan_in, fan_out):
        return rng.uniform(-self.limit, self.limit, shape)


class Scaled(Initializer):
    """A spread that fits the width, so that signals keep their size from layer to layer."""

    distribution: str = one_of(
        "normal", ("normal", "uniform"), "The distribution; both have the same standard deviation."
    )

    def std(self, fan_in: int, fan_out: int) -> float:
        raise NotImplementedError

    def draw(self, rng, shape, fan_in, fan_out):
        std = self.std(fan_in, fan_out)
        if self.distribution == "normal":
            return std * rng.standard_normal(shape)
        return rng.uniform(-sqrt(3) * std, sqrt(3) * std, shape)


class LeCun(Scaled):
    """Keeps the size of signals going forward through linear units; the notes and the book call it Xavier."""

    formula = (r"\sigma = \sqrt{1 / n_\text{in}}",)
    source = "LeCun et al. 1998, section 4.6; “Xavier” in Saito 2016, section 6.2.2"
    torch = "torch.nn.init.kaiming_{distribution}_(w, nonlinearity='linear')"

    def std(self, fan_in, fan_out):
        return sqrt(1 / fan_in)


class Glorot(Scaled):
    """A compromise between the size of signals going forward and of gradients coming back."""

    formula = (r"\sigma = \sqrt{2 / (n_\text{in} + n_\text{out})}",)
    source = "Glorot & Bengio 2010, Eq. 12"
    torch = "torch.nn.init.xavier_{distribution}_(w)"

    def std(self, fan_in, fan_out):
        return sqrt(2 / (fan_in + fan_out))


class He(Scaled):
    """LeCun's spread times √2, because ReLU lets only half of the signal through."""

    formula = (r"\sigma = \sqrt{2 / n_\text{in}}",)
    source = "He et al. 2015, Eq. 10"
    torch = "torch.nn.init.kaiming_{distribution}_(w, nonlinearity='relu')"

    def std(self, fan_in, fan_out):
        return sqrt(2 / fan_in)


_PARTS = (Constant, Normal, Uniform, LeCun, Glorot, He)
INITIALIZERS: dict[str, type[Initializer]] = {("lecun" if p is LeCun else word_of(p.name)): p for p in _PARTS}


def initializer(given: object) -> Initializer:
    """An initializer from its word, from a number (the standard deviation), or as it is."""
    if isinstance(given, Initializer):
        return given
    if isinstance(given, int | float | np.number) and not isinstance(given, bool):
        return Normal(float(given))
    if given == "xavier":
        raise ValueError(Text("Xavier means two things: “lecun” is √(1/n) of the notes, “glorot” is √(2/(n + m))."))
    return named(INITIALIZERS, given, "initializer")
