"""The problem that hyper-parameter search is shown on: a small network, few digits, images kept back to judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from optim_viz.data import DataSpec
from optim_viz.experiments.problems import Pair, Problem, Work, trained
from optim_viz.nn.history import History
from optim_viz.nn.network import Network
from optim_viz.nn.settings import Settings
from optim_viz.nn.training import Trainer
from optim_viz.optimizers.base import Optimizer
from optim_viz.optimizers.descent import Momentum
from optim_viz.words import Text

POOL, EPOCHS, BATCH, HIDDEN = 300, 10, 20, 16
GONE = 10.0  # times its first: a training loss that ends there has diverged
MOST_FOLDS = 10
Part = tuple[np.ndarray, np.ndarray]


def rule(lr: float, decay: float) -> Optimizer:
    """What a trial trains with."""
    return Momentum(lr=lr, weight_decay=decay)


@dataclass(frozen=True)
class Digits(Problem):
    """300 images to learn from and to choose by: half and half, or in `folds` parts that take turns; 1497 to test.

    The seed draws the images, the first weights and the batches, so all trials of a seed differ in their rule alone.
    """

    folds: int = 1
    at_once: ClassVar[int] = 32

    def __post_init__(self) -> None:
        if isinstance(self.folds, bool) or not isinstance(self.folds, int) or not 1 <= self.folds <= MOST_FOLDS:
            raise ValueError(Text("{name} must be a whole number from {low} to {high}.", name="folds", low=1,
                                  high=MOST_FOLDS))  # fmt: skip

    def kind(self, rule: Optimizer, seed: int) -> Any:
        return seed

    def work(self, cells: Sequence[Pair]) -> Work:
        rules, seed, told = [rule for rule, _ in cells], cells[0][1], []
        how = Settings(EPOCHS, BATCH, checkpoints=2)
        for data in splits(seed, self.folds):
            history = yield from trained(Trainer(Network([64, HIDDEN, 10]), data, rules, how, seed=seed))
            told.append(_told(history))
        score, test = (np.mean([one[k] for one in told], axis=0) for k in (0, 1))
        failed = np.any([one[2] for one in told], axis=0)
        return [{"validation": float(s), "test": float(t), "failed": bool(gone)}
                for s, t, gone in zip(score, test, failed, strict=True)]  # fmt: skip


def _told(history: History) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Accuracy on validation and test images and whether it diverged, for each run."""
    assert history.validation_score is not None
    assert history.test is not None
    lanes, end = np.arange(len(history.runs)), np.maximum(history.end, 0)
    last, first = history.train_loss[lanes, end], history.train_loss[:, 0]
    gone = np.array([outcome.kind == "diverged" for outcome in history.outcomes])
    gone |= (history.end < 0) | ~(last <= GONE * first)
    return history.validation_score[lanes, end], np.asarray(history.test.score), gone


@lru_cache(4)
def splits(seed: int, folds: int) -> tuple[tuple[Part, Part, Part], ...]:
    """(training, validation, test) images and their digits: once half and half, or for each fold."""
    data = DataSpec("digits").load().flat()
    order = np.random.default_rng(seed).permutation(len(data))
    pool, test = order[:POOL], order[POOL:]

    def part(rows: np.ndarray) -> Part:
        return data.X[rows], data.y[rows]

    kept = np.array_split(pool, folds) if folds > 1 else [pool[POOL // 2 :]]
    return tuple((part(np.setdiff1d(pool, rows)), part(rows), part(test)) for rows in kept)
