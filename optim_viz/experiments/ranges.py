"""Where random search looks for each optimizer's hyper-parameters: published ranges, the same budget for all."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from optim_viz.optimizers import OPTIMIZERS
from optim_viz.optimizers.base import Optimizer


@dataclass(frozen=True)
class Range:
    """Numbers from low to high, even on a "linear" or "log" scale; "beta" is log for 1 − value."""

    low: float
    high: float
    scale: str = "log"

    def at(self, share: float) -> float:
        """The number at a share from 0 to 1 of the way."""
        if self.scale == "linear":
            return self.low + share * (self.high - self.low)
        if self.scale == "beta":
            return 1 - math.exp(math.log(1 - self.low) + share * (math.log(1 - self.high) - math.log(1 - self.low)))
        return math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))


_RATE, _BETA1, _BETA2 = Range(1e-4, 1.0), Range(0.5, 0.999, "beta"), Range(0.8, 0.999, "beta")
RANGES: dict[str, dict[str, Range]] = {
    "SGD": {"lr": _RATE},
    "Momentum": {"lr": _RATE, "momentum": _BETA1},
    "Nesterov": {"lr": _RATE, "momentum": _BETA1},
    "AdaGrad": {"lr": _RATE},
    "Adadelta": {"lr": _RATE, "rho": _BETA1},
    "RMSprop": {"lr": _RATE, "decay": _BETA1},
    "Adam": {"lr": _RATE, "beta1": _BETA1, "beta2": _BETA2},
    "AdamW": {"lr": _RATE, "beta1": _BETA1, "beta2": _BETA2},
    "AMSGrad": {"lr": _RATE, "beta1": _BETA1, "beta2": _BETA2},
    "NAdam": {"lr": _RATE, "beta1": _BETA1, "beta2": _BETA2},
    "RAdam": {"lr": _RATE, "beta1": _BETA1, "beta2": _BETA2},
    "AdamP": {"lr": _RATE, "beta1": _BETA1, "beta2": _BETA2},
    "Lion": {"lr": Range(1e-5, 0.1), "beta1": _BETA1, "beta2": _BETA2},
    "Rprop": {"lr": _RATE},
}
"""The search spaces of Schmidt, Schneider & Hennig 2021, Descending through a Crowded Valley. Ours where the paper has
none: Lion, a tenth of the others' rates, as its authors advise; Rprop, its first step; and decay rates are drawn so
that 1 − β is even on its scale."""


def trials(optimizer: str, count: int, seed: int = 0) -> list[Optimizer]:
    """`count` rules at random in their ranges; the first of a longer search are those of a shorter one.

    Every optimizer sees the same shares of its range of rates, so none has luck with them.
    """
    ranges = RANGES[optimizer]
    shares = np.random.default_rng(seed).uniform(size=(count, 8))[:, : len(ranges)]
    found = []
    for row in shares:
        values = {name: span.at(float(share)) for (name, span), share in zip(ranges.items(), row, strict=True)}
        found.append(OPTIMIZERS[optimizer](**{name: _rounded(value) for name, value in values.items()}))
    return found


def _rounded(value: float) -> float:
    """Four digits: what a person can read and copy."""
    return float(f"{value:.4g}")
