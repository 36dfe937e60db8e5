"""Estimators judged by sampling: how far off on average, how much they scatter, and the two in one number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optim_viz.words import Text

MEAN, VARIANCE = "mean", "variance"
SIZES = (2, 3, 5, 10, 20, 50, 100, 200, 500)
SURE = 3.0  # standard errors beyond which a bias is no chance


@dataclass(frozen=True)
class Source:
    """What samples are drawn from: `draw(rng, shape)`, its true mean and variance, fourth central moment `m4`.

    `bound` is the smallest variance of an unbiased estimator, times n (Cramér 1946, Rao 1945), of mean and variance.
    """

    name: Text
    draw: Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
    mean: float
    variance: float
    m4: float
    bound: Mapping[str, float]

    def truth(self, target: str) -> float:
        return self.mean if target == MEAN else self.variance


SOURCES = {
    "normal": Source(Text("normal"), lambda rng, shape: 1 + rng.standard_normal(shape), 1.0, 1.0, 3.0,
                     {MEAN: 1.0, VARIANCE: 2.0}),
    "laplace": Source(Text("heavy tails (Laplace)"), lambda rng, shape: rng.laplace(1, 0.5**0.5, shape), 1.0, 1.0, 6.0,
                      {MEAN: 0.5, VARIANCE: 4.0}),
    "exponential": Source(Text("skewed (exponential)"), lambda rng, shape: rng.standard_exponential(shape), 1.0, 1.0,
                          9.0, {MEAN: 1.0, VARIANCE: 4.0}),
}  # fmt: skip


STATISTICS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mean": lambda x: x.mean(axis=1),
    "median": lambda x: np.median(x, axis=1),
    "first": lambda x: x[:, 0],
    "variance": lambda x: x.var(axis=1, ddof=1),
}


@dataclass(frozen=True)
class Estimator:
    """An estimator of `target`: `scale(n, factor)` times a statistic of the sample."""

    name: Text
    target: str
    statistic: str
    scale: Callable[[int, float], float] = lambda n, factor: 1.0


ESTIMATORS = {
    "mean": Estimator(Text("mean"), MEAN, "mean"),
    "median": Estimator(Text("median"), MEAN, "median"),
    "shrunk": Estimator(Text("shrunk mean"), MEAN, "mean", lambda n, factor: factor),
    "first": Estimator(Text("first value only"), MEAN, "first"),
    "n": Estimator(Text("÷ n"), VARIANCE, "variance", lambda n, factor: (n - 1) / n),
    "n1": Estimator(Text("÷ (n − 1)"), VARIANCE, "variance"),
}


def statistics(source: Source, n: int, repeats: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Every statistic (repeats,) of the same `repeats` samples of n values each."""
    x = source.draw(np.random.default_rng((seed, n)), (repeats, n))
    return {name: of(x) for name, of in STATISTICS.items()}


def theory(name: str, source: Source, n: int, factor: float = 1.0) -> tuple[float, float] | None:
    """Bias and variance of an estimator where they are known exactly (Cramér 1946, section 27.4)."""
    one, scale = ESTIMATORS[name], ESTIMATORS[name].scale(n, factor)
    scatter = {"mean": source.variance / n, "first": source.variance,
               "variance": (source.m4 - source.variance**2 * (n - 3) / (n - 1)) / n}  # fmt: skip
    if one.statistic not in scatter:
        return None
    return (scale - 1) * source.truth(one.target), scale**2 * scatter[one.statistic]


@dataclass(frozen=True, eq=False)
class Spread:
    """Estimates (R,) of one number, and how they lie about the `truth`.

    `bias` and `variance` are those of the first half of the estimates, `mse` is that of the second half: the sum is
    held against draws it has not seen.
    """

    estimates: np.ndarray
    truth: float

    @cached_property
    def _halves(self) -> tuple[np.ndarray, np.ndarray]:
        half = len(self.estimates) // 2
        return self.estimates[:half], self.estimates[half:]

    @property
    def bias(self) -> float:
        return float(self._halves[0].mean() - self.truth)

    @property
    def doubt(self) -> float:
        """The standard error of the bias: about what chance alone makes of none."""
        return float(self._halves[0].std() / len(self._halves[0]) ** 0.5)

    @property
    def biased(self) -> bool:
        return abs(self.bias) > SURE * self.doubt

    @property
    def variance(self) -> float:
        return float(self._halves[0].var())

    @property
    def sum(self) -> float:
        return self.bias**2 + self.variance

    @property
    def mse(self) -> float:
        return float(((self._halves[1] - self.truth) ** 2).mean())


def spread(name: str, source: Source, found: Mapping[str, np.ndarray], n: int, factor: float = 1.0) -> Spread:
    """What an estimator says, from the statistics of samples of n values."""
    one = ESTIMATORS[name]
    return Spread(one.scale(n, factor) * found[one.statistic], source.truth(one.target))


def consistent(small: Spread, large: Spread) -> bool:
    """Whether what is seen with small and with much larger samples points to an MSE that goes to 0.

    It does not where the MSE has hardly fallen, or where a bias that is no chance has not even halved.
    """
    stays = abs(large.bias) > max(SURE * large.doubt, abs(small.bias) / 2)
    return large.mse < small.mse / 2 and not stays
