"""Training from different first weights: one arm per initializer, with the same batches and seeds."""

from typing import Any

import numpy as np

from optim_viz.experiments.arms import Arm
from optim_viz.labs.deep.forward import INITS
from optim_viz.nn import History, Network, Settings
from optim_viz.optimizers import SGD

BATCH = 64
STUCK = 0.98  # of the loss of guessing: a run that ends above it has learned nothing


def arms(
    data: Any, activation: str, layers: int, units: int, lr: float, epochs: int, seeds: tuple[int, ...]
) -> list[Arm]:
    """One arm for each of INITS, by its name; `data` is a split of classified rows."""
    shape = [data.train.X.shape[1], *[units] * layers, data.train.outputs]
    how = Settings(epochs, BATCH, checkpoints=2)
    return [Arm(name, Network(shape, activation=activation, init=init), SGD(lr=lr), data, how, seeds)
            for name, init in INITS.items()]  # fmt: skip


def ends(history: History) -> np.ndarray:
    """The last training loss of each run (runs,); inf where it diverged."""
    return np.where([outcome.kind == "diverged" for outcome in history.outcomes], np.inf, history.train_loss[:, -1])


def stuck(history: History) -> np.ndarray:
    """Which runs (runs,) end with no lower training loss than guessing among all classes has, or diverged."""
    return ~(ends(history) < STUCK * np.log(history.net.outputs))


def below(one: History, other: History) -> int:
    """With how many seeds the first ends with the lower training loss; a diverged run is never lower."""
    return int((ends(one) < ends(other)).sum())


def half(history: History, share: float = 0.5) -> np.ndarray:
    """The epoch (runs,) after which a run first had this share of the training samples right; NaN if never."""
    there = history.train_score >= share
    return np.where(there.any(axis=1), history.epoch[there.argmax(axis=1)], np.nan)
