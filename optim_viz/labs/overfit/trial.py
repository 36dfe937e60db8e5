"""A trial: the same training with and without cures; every seed draws pictures, wrong labels and weights of its own."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from optim_viz.data import DATASETS
from optim_viz.experiments import Arm, run
from optim_viz.labs.overfit.cures import Recipe, together
from optim_viz.nn import Settings
from optim_viz.nn.history import History

VALIDATION, TESTED = 200, 1000
KEPT = 16  # moments of a training the test accuracy is measured at
STUDENT = {3: 4.303, 5: 2.776, 10: 2.262}  # Student's t, 97.5 %, for so many seeds


@dataclass(frozen=True)
class Setting:
    """`images` digits to train on; a share `wrong` of these labels and the validation's is wrong."""

    images: int = 150
    wrong: float = 0.2
    hidden: tuple[int, ...] = (100, 100)
    epochs: int = 60
    batch: int = 50
    lr: float = 0.003
    seeds: tuple[int, ...] = tuple(range(10))


@dataclass(frozen=True, eq=False)
class Curves:
    """What one arm showed: accuracy (seeds, points) at `epoch` (points,), and of the parameters kept, (seeds,).

    Kept are the last ones, with early stopping those of the lowest validation loss; `ended` are the epochs trained.
    """

    epoch: np.ndarray
    train: np.ndarray
    test: np.ndarray
    kept_train: np.ndarray
    kept_test: np.ndarray
    ended: np.ndarray

    @property
    def gap(self) -> np.ndarray:
        """Training minus test accuracy of the parameters kept (seeds,)."""
        return self.kept_train - self.kept_test

    def until(self, epoch: float) -> Curves:
        """The same up to this epoch: what is kept is what it had then."""
        upto = self.epoch <= epoch
        train, test = self.train[:, upto], self.test[:, upto]
        return Curves(self.epoch[upto], train, test, train[:, -1], test[:, -1], np.minimum(self.ended, epoch))


@dataclass(frozen=True)
class Verdict:
    """Differences to plain training, seed by seed: mean, half the 95 % interval, and in how many seeds above 0."""

    mean: float
    off: float
    above: int
    seeds: int

    @property
    def kind(self) -> str:
        """ "higher", "lower", or "alike" where chance may explain it."""
        return "alike" if abs(self.mean) <= self.off else "higher" if self.mean > 0 else "lower"


def verdict(cured: np.ndarray, plain: np.ndarray) -> Verdict:
    """Paired: the same seed has the same pictures and first weights in both (seeds,)."""
    d = cured - plain
    off = STUDENT[len(d)] * float(d.std(ddof=1)) / len(d) ** 0.5
    return Verdict(float(d.mean()), off, int((d > 0).sum()), len(d))


@lru_cache(maxsize=12)
def samples(images: int, wrong: float, seed: int) -> tuple[Any, Any, Any]:
    """Training, validation and test digits of a seed as (X, y); of the first two a share has a wrong label."""
    data = DATASETS["digits"].load()
    rng = np.random.default_rng([seed, 7])
    order = rng.permutation(len(data))
    cuts = np.split(order, [images, images + VALIDATION, images + VALIDATION + TESTED])
    parts = [(data.X[rows], data.y[rows].copy()) for rows in cuts[:3]]
    for _, y in parts[:2]:
        which = rng.permutation(len(y))[: round(wrong * len(y))]
        y[which] = (y[which] + rng.integers(1, 10, len(which))) % 10
    return parts[0], parts[1], parts[2]


def recipe(setting: Setting) -> Recipe:
    """Plain training."""
    how = Settings(setting.epochs, setting.batch, checkpoints=KEPT)
    return Recipe({"layers": [64, *setting.hidden, 10]}, how, setting.lr)


def arms(setting: Setting, strengths: Mapping[str, float]) -> list[Arm]:
    """An arm per seed."""
    made = together(recipe(setting), strengths)
    return [Arm("+".join(strengths) or "plain", made.network, made.rule, samples(setting.images, setting.wrong, seed),
                made.how, (seed,)) for seed in setting.seeds]  # fmt: skip


def curves(histories: Sequence[History], tests: Sequence[tuple[np.ndarray, np.ndarray]]) -> Curves:
    """The arms' histories read, each with its test samples (X, y)."""
    rows = [_read(history, *test) for history, test in zip(histories, tests, strict=True)]
    points = max(len(row[0]) for row in rows)
    longest = next(row[0] for row in rows if len(row[0]) == points)
    ends = max(row[0][-1] for row in rows)
    grid = longest if longest[-1] == ends else np.linspace(0, ends, points)
    train, test = (np.array([np.interp(grid, row[0], row[k]) for row in rows]) for k in (1, 2))
    kept_train, kept_test, ended = (np.array([row[k] for row in rows]) for k in (3, 4, 5))
    return Curves(grid, train, test, kept_train, kept_test, ended)


def _read(history: History, X: np.ndarray, y: np.ndarray) -> tuple[Any, ...]:
    """epoch, train and test accuracy at checkpoints, then those of what is kept, and the last epoch."""
    net, per = history.net, history.steps_per_epoch
    steps = np.array([c.step for c in history.checkpoints])
    theta = np.concatenate([c.theta for c in history.checkpoints])
    state = {name: np.concatenate([c.state[name] for c in history.checkpoints]) for name in history.final.state}
    test = (net.classify(theta, X, state=state or None) == y).mean(axis=1)
    train = history.train_score[0, np.searchsorted(history.step, steps)]
    stopped = history.outcomes[0].kind == "stopped early"
    best = history.train_score[0, int(np.searchsorted(history.step, history.best_step[0]))]
    kept = (best, history.best_test.score[0]) if stopped else (train[-1], history.test.score[0])  # type: ignore[union-attr]
    return steps / per, train, test, *kept, history.step[-1] / per


def tried(setting: Setting, given: Sequence[Mapping[str, float]]) -> Generator[float | list[Curves], None, None]:
    """Trains with each of these sets of cures; yields the share done, last their Curves."""
    made = [arms(setting, strengths) for strengths in given]
    tests = [samples(setting.images, setting.wrong, seed)[2] for seed in setting.seeds]
    for event in run([arm for group in made for arm in group]):
        if not isinstance(event, list):
            yield event
        else:
            n = len(setting.seeds)
            yield [curves(event[k * n : (k + 1) * n], tests) for k in range(len(made))]
