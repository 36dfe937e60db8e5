"""Sixteen weight scales: which networks learn, with and without normalization (the book's batch_norm_test)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optim_viz.experiments import Arm
from optim_viz.labs.norm.networks import NORMS, digits, network
from optim_viz.nn import Settings
from optim_viz.nn.history import History
from optim_viz.nn.initializers import Normal
from optim_viz.optimizers import SGD

SCALES = np.logspace(0, -4, 16)
LEARNED = 0.5  # training accuracy that counts as having learned
DEPTH = 5


@dataclass(frozen=True)
class Setting:
    """What is trained at each scale: `norms` out of NORMS, `width` units in five layers, SGD with rate `lr`."""

    norms: tuple[str, ...] = ("none", "batch")
    width: int = 50
    images: int = 500
    batch: int = 50
    lr: float = 0.05
    epochs: int = 15
    seeds: tuple[int, ...] = (0,)


SMALL = Setting()
BOOK = Setting(NORMS, 100, 1000, 100, 0.01, 20, (0, 1, 2, 3, 4))


@dataclass(frozen=True, eq=False)
class Found:
    """Training accuracy (norms, scales, seeds, epochs + 1); a run that diverged keeps its last."""

    setting: Setting
    accuracy: np.ndarray

    def at(self, epoch: int) -> np.ndarray:
        """Accuracy (norms, scales, seeds) after this epoch."""
        return self.accuracy[..., epoch]

    def learned(self, epoch: int = -1) -> dict[str, list[int]]:
        """Norm -> for each seed, at how many scales the network has learned."""
        counts = (self.at(epoch) >= LEARNED).sum(axis=1)
        return {norm: counts[k].tolist() for k, norm in enumerate(self.setting.norms)}

    def better(self, one: str, other: str, epoch: int = -1) -> list[int]:
        """Scales at which each seed of `one` ends above every seed of `other`."""
        a, b = (self.at(epoch)[self.setting.norms.index(norm)] for norm in (one, other))
        return np.flatnonzero(a.min(axis=1) > b.max(axis=1)).tolist()


def arms(setting: Setting) -> list[Arm]:
    """An arm for each norm and scale."""
    how = Settings(setting.epochs, setting.batch, checkpoints=2)
    data, rule = digits(setting.images), SGD(lr=setting.lr)
    return [Arm(f"{norm} {scale:.3g}", network(norm, setting.width, DEPTH, Normal(float(scale))), rule, data, how,
                setting.seeds)
            for norm in setting.norms for scale in SCALES]  # fmt: skip


def found(setting: Setting, histories: Sequence[History]) -> Found:
    """The accuracies of the trained arms."""
    rows = [_whole(history.train_score, setting.epochs + 1) for history in histories]
    return Found(setting, np.array(rows).reshape(len(setting.norms), len(SCALES), len(setting.seeds), -1))


def _whole(scores: np.ndarray, points: int) -> np.ndarray:
    """Scores (seeds, points): where every run ended early, the last go on."""
    return np.pad(scores, ((0, 0), (0, points - scores.shape[1])), mode="edge")
