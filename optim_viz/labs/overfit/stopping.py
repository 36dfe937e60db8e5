"""Early stopping read off whole trainings: where any patience would have ended them, and what that would have cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optim_viz.labs.overfit.trial import TESTED, Setting, arms, samples
from optim_viz.nn.history import History

SETTING = Setting()
PATIENCE = (1, 2, 3, 5, 10, 20)


@dataclass(frozen=True, eq=False)
class Paths:
    """Plain trainings to the end: validation loss, training and test accuracy at each epoch, (seeds, epochs + 1)."""

    validation: np.ndarray
    train: np.ndarray
    test: np.ndarray

    def stop(self, patience: int) -> tuple[np.ndarray, np.ndarray]:
        """For each seed the epoch training would end at, and the one whose parameters are kept."""
        ends = [stopped(row, patience) for row in self.validation]
        return np.array([end for end, _ in ends]), np.array([best for _, best in ends])

    def kept(self, patience: int) -> np.ndarray:
        """Test accuracy (seeds,) of the parameters kept."""
        return np.take_along_axis(self.test, self.stop(patience)[1][:, None], axis=1)[:, 0]

    def no_worse(self, patience: int) -> int:
        """In how many seeds the stopped network is right on no fewer test samples than the fully trained one."""
        return int((np.rint(self.kept(patience) * TESTED) >= np.rint(self.test[:, -1] * TESTED)).sum())


def stopped(losses: Sequence[float] | np.ndarray, patience: int) -> tuple[int, int]:
    """Where training ends that waits so many epochs for a lower validation loss; and the epoch of the lowest."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best >= patience:
            return epoch, best
    return len(losses) - 1, best


def whole(setting: Setting) -> list:
    """The arms of plain training, with the parameters of every epoch."""
    return [replace(arm, how=replace(arm.how, checkpoints=setting.epochs + 2)) for arm in arms(setting, {})]


def paths(setting: Setting, histories: Sequence[History]) -> Paths:
    """The trained arms of `whole`."""
    tests = []
    for seed, history in zip(setting.seeds, histories, strict=True):
        X, y = samples(setting.images, setting.wrong, seed)[2]
        theta = np.concatenate([c.theta for c in history.checkpoints])
        tests.append((history.net.classify(theta, X) == y).mean(axis=1))
    rows = [(history.validation_loss[0], history.train_score[0]) for history in histories]  # type: ignore[index]
    return Paths(np.array([v for v, _ in rows]), np.array([t for _, t in rows]), np.array(tests))
