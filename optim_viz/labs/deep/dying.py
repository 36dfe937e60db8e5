"""How many ReLU units a few steps of gradient descent kill, against the learning rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optim_viz.nn import Network

RATES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
STEPS, BATCH, WIDTHS = 30, 50, (50, 50, 50)


@dataclass(frozen=True, eq=False)
class Deaths:
    """Shares (rates, seeds) of the hidden units with slope 0 for every sample, before and after the steps.

    `score` is the accuracy on X after them.
    """

    rates: tuple[float, ...]
    before: np.ndarray
    after: np.ndarray
    score: np.ndarray


def dying(
    X: np.ndarray, y: np.ndarray, activation: str = "relu", rates: Sequence[float] = RATES,
    seeds: Sequence[int] = (0, 1, 2, 3, 4),
) -> Deaths:  # fmt: skip
    """STEPS steps of SGD on batches of X (N, features) with classes y; every rate has the same weights and batches."""
    net = Network([X.shape[1], *WIDTHS, int(y.max()) + 1], activation=activation, init="he")
    theta, shape = np.tile(net.init(list(seeds)), (len(rates), 1)), (len(rates), len(seeds))
    before, rng = dead(net, theta, X).reshape(shape), np.random.default_rng(0)
    lr = np.repeat(rates, len(seeds))[:, None]
    for _ in range(STEPS):
        rows = rng.integers(0, len(X), BATCH)
        theta = theta - lr * net.gradient(theta, X[rows], y[rows])
    score = (net.classify(theta, X) == y).mean(axis=1).reshape(shape)
    return Deaths(tuple(rates), before, dead(net, theta, X).reshape(shape), score)


def dead(net: Network, theta: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Share of the hidden units of each network (K,) whose slope is 0 for all samples: no gradient reaches them."""
    passed: list[Any] = net.activations(theta, X)
    zero = [(layer.slope(passed[i - 1], passed[i]) == 0).all(axis=1)  # type: ignore[attr-defined]
            for i, layer in enumerate(net.layers) if i % 2]  # fmt: skip
    return np.concatenate(zero, axis=1).mean(axis=1)
