"""Repeated samples of a known curve, and what becomes of models fitted to each of them."""

from dataclasses import dataclass

import numpy as np

from optim_viz.labs.targets import DOMAIN, TARGETS

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
AT = _NODES * DOMAIN[1]  # where fits are judged: points and weights of Gauss' rule, exact for polynomials
WEIGHT = _WEIGHTS / 2


@dataclass(frozen=True)
class Ground:
    """Samples of `n` points of a curve with normal noise; `fixed`: always the same x, else drawn anew.

    One x comes from each of n equal stretches: with gaps at the ends, fits of a high degree would have no mean error.
    """

    target: str = "wave"
    n: int = 20
    noise: float = 0.3
    fixed: bool = False

    def value(self, x: np.ndarray) -> np.ndarray:
        """The curve without noise."""
        return TARGETS[self.target].value(x)

    def samples(self, repeats: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """x (repeats, n), rising, and y (repeats, n)."""
        rng = np.random.default_rng(seed)
        inside = np.full((repeats, self.n), 0.5) if self.fixed else rng.random((repeats, self.n))
        x = DOMAIN[0] + (DOMAIN[1] - DOMAIN[0]) * (np.arange(self.n) + inside) / self.n
        return x, self.value(x) + self.noise * rng.standard_normal(x.shape)

    def error(self, fits: np.ndarray, seed: int) -> np.ndarray:
        """The mean squared error of fits (R, M, G) at AT on new data, drawn for each of the R: (M,)."""
        drawn = self.value(AT) + self.noise * np.random.default_rng(seed).standard_normal((len(fits), len(AT)))
        return (((fits - drawn[:, None]) ** 2) @ WEIGHT).mean(axis=0)

    def expected(self, fits: np.ndarray) -> np.ndarray:
        """The mean squared error on new data of fits (..., G) at AT: noise² and the distance from the curve."""
        return self.noise**2 + ((fits - self.value(AT)) ** 2) @ WEIGHT


@dataclass(frozen=True, eq=False)
class Parts:
    """bias² and variance (M,) of M models, the noise variance, and their mean fits (M, G)."""

    bias: np.ndarray
    variance: np.ndarray
    noise: float
    mean: np.ndarray

    @property
    def sum(self) -> np.ndarray:
        return self.bias + self.variance + self.noise


def parts(ground: Ground, fits: np.ndarray) -> Parts:
    """Bias² and variance, averaged over x, of fits (R, M, G) to R samples, at AT.

    Both without the error of R: the mean of R fits strays by a variance/R that is not bias.
    """
    repeats, mean = len(fits), fits.mean(axis=0)
    variance = fits.var(axis=0, ddof=1) @ WEIGHT
    bias = ((mean - ground.value(AT)) ** 2) @ WEIGHT - variance / repeats
    return Parts(np.maximum(bias, 0.0), variance, ground.noise**2, mean)
