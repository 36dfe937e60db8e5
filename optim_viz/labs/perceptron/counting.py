"""How many parameters a network has, and what a gradient costs: by backpropagation, and one parameter at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter

import numpy as np

from optim_viz.nn import Network

BOOK = (784, 50, 100, 10)
"""Layers of the network with 45,360 parameters (Saito 2016, section 3.6)."""
PASSES = 5  # measured, of which the fastest counts


@dataclass(frozen=True)
class Count:
    """Weights and biases of one layer from so many inputs to so many units."""

    inputs: int
    units: int

    @property
    def weights(self) -> int:
        return self.inputs * self.units

    @property
    def total(self) -> int:
        return self.weights + self.units


def counts(units: Sequence[int]) -> list[Count]:
    """A count per layer of a dense network."""
    return [Count(a, b) for a, b in pairwise(units)]


@dataclass(frozen=True)
class Price:
    """Measured seconds of one loss and of one backpropagation, and what they make of a numerical gradient."""

    parameters: int
    loss: float
    gradient: float

    @property
    def numerical(self) -> float:
        """Two losses per parameter."""
        return 2 * self.parameters * self.loss

    @property
    def factor(self) -> float:
        return self.numerical / self.gradient


def price(units: Sequence[int], samples: int) -> Price:
    """Measured on this machine with random samples, the fastest of a few passes."""
    net, rng = Network(list(units)), np.random.default_rng(0)
    data = net.batch(rng.standard_normal((samples, units[0])), rng.integers(0, units[-1], samples))
    theta = net.init(0)
    loss = min(_seconds(net.loss, theta, data) for _ in range(PASSES))
    gradient = min(_seconds(net.gradient, theta, data) for _ in range(PASSES))
    return Price(net.parameter_count, loss, gradient)


def _seconds(work, *given) -> float:
    begun = perf_counter()
    work(*given)
    return perf_counter() - begun
