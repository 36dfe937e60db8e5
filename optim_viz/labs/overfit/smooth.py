"""A penalty on the weights keeps the function smooth: one network, fitted to a few noisy points under many λ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optim_viz.nn import History, Network, Settings, Trainer
from optim_viz.optimizers import Adam

LAMBDAS = (0.0, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3)
POINTS, NOISE, STEPS, LR = 14, 0.25, 700, 0.02
GRID = np.linspace(-1.0, 1.0, 161)


@dataclass(frozen=True, eq=False)
class Fits:
    """Points x, y (POINTS,), the `truth` and the fits `said` (lambdas, grid) on GRID.

    `norm` is ‖W‖, `bend` the root of the mean squared second derivative, `train` and `test` mean squared errors to
    the points and to the truth; each (lambdas,).
    """

    x: np.ndarray
    y: np.ndarray
    truth: np.ndarray
    said: np.ndarray
    norm: np.ndarray
    bend: np.ndarray
    train: np.ndarray
    test: np.ndarray


def truth(x: np.ndarray) -> np.ndarray:
    """What the points are drawn from."""
    return np.sin(2.5 * x)


def points(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """x (POINTS,), rising, and y (POINTS,): the truth with noise."""
    rng = np.random.default_rng([seed, 11])
    x = np.sort(rng.uniform(-1, 1, POINTS))
    return x, truth(x) + NOISE * rng.standard_normal(POINTS)


def fits(seed: int = 0) -> Fits:
    """Two layers of 30 tanh units under every λ at once, λw in the gradient, from the same first weights."""
    x, y = points(seed)
    net = Network([1, 30, 30, 1], activation="tanh", init="glorot", loss="mse")
    rules = [Adam(lr=LR, weight_decay=value) for value in LAMBDAS]
    trainer = Trainer(net, (x[:, None], y), rules, Settings(STEPS, None, checkpoints=2), seed=seed)
    last = next(event for event in trainer.events() if isinstance(event, History))
    theta = last.final.theta
    said = net.predict(theta, GRID[:, None])[..., 0]
    step = GRID[1] - GRID[0]
    second = np.diff(said, 2, axis=1) / step**2
    weights = np.concatenate([theta[:, part] for part in net.plan.weights], axis=1)
    return Fits(x, y, truth(GRID), said, np.linalg.norm(weights, axis=1), np.sqrt((second**2).mean(axis=1)),
                last.train_loss[:, -1], ((said - truth(GRID)) ** 2).mean(axis=1))  # fmt: skip
