"""What training tells: how far it is, what it measured, and the whole story at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from optim_viz.nn.network import Network, State
from optim_viz.optimizers.base import Optimizer
from optim_viz.outcome import Outcome


@dataclass(frozen=True)
class Run:
    """One optimizer with one seed: the seed gives first weights, batches and dropout masks."""

    optimizer: Optimizer
    seed: int


@dataclass(frozen=True)
class Progress:
    """How far training is: a sign of life, and a place to stop."""

    step: int
    steps: int
    epoch: float
    samples: int
    running: int  # how many runs are not ended
    seconds: float
    seconds_left: float


@dataclass(frozen=True, eq=False)
class Point:
    """What was measured after `step` updates, one number per run (runs,); a run that ended repeats its last ones.

    Losses are without L1 and L2, by running statistics and without dropout; the training loss is that of at most
    2000 samples. Scores are accuracy or R². Gradient norm (before clipping), and the length of the update over the
    length of the parameters, are those of the last step: 0 at the start. `clipped` counts clipped steps so far.
    """

    step: int
    epoch: float
    samples: int
    train_loss: np.ndarray
    train_score: np.ndarray
    validation_loss: np.ndarray | None
    validation_score: np.ndarray | None
    gradient_norm: np.ndarray
    update_ratio: np.ndarray
    clipped: np.ndarray
    active: np.ndarray


@dataclass(frozen=True, eq=False)
class History:
    """The story of all runs: measurements (runs, points), parameters at checkpoints, and what became of each run.

    `end` is the last real point of each run, -1 if it has none; later points repeat it. `best` parameters are those
    of the point with the lowest validation loss (training loss without validation), `final` the last finite ones.
    Test results, for final and best parameters, are there once training is over.
    """

    net: Network
    runs: tuple[Run, ...]
    score: str  # "accuracy" or "R²"
    judged: int  # how many training samples train_loss is measured on
    batch_size: int
    steps_per_epoch: int
    step: np.ndarray
    epoch: np.ndarray
    samples: np.ndarray
    train_loss: np.ndarray
    train_score: np.ndarray
    validation_loss: np.ndarray | None
    validation_score: np.ndarray | None
    gradient_norm: np.ndarray
    update_ratio: np.ndarray
    clipped: np.ndarray
    end: np.ndarray
    outcomes: tuple[Outcome, ...]
    checkpoints: tuple[Checkpoint, ...]
    final: Checkpoint
    best: Checkpoint
    best_step: np.ndarray
    test: Judgment | None
    best_test: Judgment | None

    @property
    def theta(self) -> np.ndarray:
        """Parameters at the checkpoints (runs, checkpoints, n), copied on each call."""
        return np.stack([c.theta for c in self.checkpoints], axis=1)


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Parameters (runs, n) and running statistics, name -> (runs, F), after `step` updates."""

    step: int
    theta: np.ndarray
    state: State


@dataclass(frozen=True, eq=False)
class Judgment:
    """Loss and score of each run on the test samples, (runs,): inf and 0 where the loss is not finite."""

    loss: np.ndarray
    score: np.ndarray


class Thinned:
    """Keeps at most `room` >= 2 of the items it is given, spread evenly, the first always among them.

    When it is full it lets every second one go, and from then on takes only each second (fourth, ...) item.
    """

    def __init__(self, room: int) -> None:
        self.room, self.every, self.items = max(2, room), 1, dict[int, Any]()

    def offer(self, number: int, item: Any) -> None:
        """Item 0, 1, 2, ... of a series."""
        if number % self.every == 0:
            self.items[number] = item
        while len(self.items) > self.room:
            self.every *= 2
            self.items = {n: kept for n, kept in self.items.items() if n % self.every == 0}

    def copy(self) -> Thinned:
        """Another series that begins with the same items."""
        other = Thinned(self.room)
        other.every, other.items = self.every, dict(self.items)
        return other

    def forget(self, after: int) -> None:
        """Drops the items with a larger number."""
        self.items = {n: kept for n, kept in self.items.items() if n <= after}
