"""The exercise of the notes: one small network, one noisy curve, several optimizers, several seeds."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optim_viz.labs.odds import LEVEL, chance
from optim_viz.labs.targets import DOMAIN, TARGETS, sample
from optim_viz.nn import Network, Settings, Trainer
from optim_viz.nn.history import History
from optim_viz.optimizers import Optimizer

COUNT, BATCH = 60, 10  # points of a curve, points in a batch
SEEDS, TRIALS = 10, 5  # first weights: for a comparison, at each of many rates
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
GRID = np.linspace(*DOMAIN, 121)


@dataclass(frozen=True)
class Setup:
    """What is trained: `rules` on `points` ((x, y), ...) or else on noisy samples of the curve `target`.

    `seed` draws the samples, and with the nine after it the first weights and the batches.
    """

    rules: tuple[Optimizer, ...]
    target: str = "wave"
    points: tuple[tuple[float, float], ...] = ()
    noise: float = 0.3
    hidden: int = 20
    epochs: int = 100
    seed: int = 0

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """x (n,) and y (n,)."""
        if self.points:
            x, y = np.array(self.points).T
            return x, y
        return sample(self.target, COUNT, self.noise, self.seed)

    def truth(self) -> np.ndarray | None:
        """The curve without noise over GRID; None for points of one's own."""
        return None if self.points else TARGETS[self.target].value(GRID)

    def network(self) -> Network:
        return Network([1, self.hidden, 1], activation="tanh", init="glorot", loss="mse")

    def trainer(self, rules: Sequence[Optimizer], seeds: int = SEEDS) -> Trainer:
        """Every rule from the same first weights on the same batches; ValueError as `Trainer`."""
        x, y = self.data()
        how = Settings(self.epochs, min(BATCH, len(x)), checkpoints=1000)
        return Trainer(self.network(), (x[:, None], y), rules, how, seed=range(self.seed, self.seed + seeds))


@dataclass(frozen=True, eq=False)
class Fits:
    """What came out: run k of `history` has rule k // SEEDS of the setup."""

    setup: Setup
    history: History

    def ends(self) -> np.ndarray:
        """Training loss at the end (rules, seeds), infinite where a run diverged."""
        lost = np.array([outcome.kind == "diverged" for outcome in self.history.outcomes])
        return np.where(lost, np.inf, self.history.train_loss[:, -1]).reshape(len(self.setup.rules), -1)

    def misses(self) -> np.ndarray | None:
        """Mean squared distance from the true curve over GRID at the end (rules, seeds); None where none is known."""
        truth = self.setup.truth()
        if truth is None:
            return None
        with np.errstate(all="ignore"):
            said = self.history.net.predict(self.history.final.theta, GRID[:, None])[..., 0]
            miss = ((said - truth) ** 2).mean(axis=1).reshape(len(self.setup.rules), -1)
        return np.where(np.isfinite(self.ends()), miss, np.inf)

    def frames(self, most: int = 70) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Epochs (T,), the curves of the first seed over GRID (T, rules, points) and their losses (T, rules).

        Close together at first, where most happens. NaN from where a run has diverged.
        """
        history, count = self.history, len(self.setup.rules)
        kept, at = history.checkpoints, {int(s): k for k, s in enumerate(history.step)}
        chosen = np.unique(np.geomspace(1, len(kept), min(most, len(kept))).astype(int) - 1)
        runs = np.arange(count) * (len(history.runs) // count)
        points = np.array([at[kept[k].step] for k in chosen])
        with np.errstate(all="ignore"):
            y = np.stack([history.net.predict(kept[k].theta[runs], GRID[:, None])[..., 0] for k in chosen])
        loss = history.train_loss[runs][:, points].T
        lost = np.array([history.outcomes[run].kind == "diverged" for run in runs])
        gone = lost & (points[:, None] > history.end[runs]) | ~np.isfinite(loss)
        return history.epoch[points], np.where(gone[..., None], np.nan, y), np.where(gone, np.nan, loss)


def train(setup: Setup) -> Generator[float | Fits, None, None]:
    """Yields the share that is done, at least every 60 ms or so, last the Fits."""
    trainer = setup.trainer(setup.rules)
    for event in trainer.events():
        if isinstance(event, History):
            yield Fits(setup, event)
        else:
            yield event.step / max(trainer.steps, 1)


@dataclass(frozen=True, eq=False)
class Sweep:
    """Training loss at the end, `loss` (rules, rates, seeds), infinite where a run diverged."""

    setup: Setup
    loss: np.ndarray

    def medians(self) -> np.ndarray:
        """Over the seeds (rules, rates)."""
        return np.median(self.loss, axis=2)

    def best(self) -> np.ndarray:
        """The number of each rule's best rate (rules,)."""
        return self.medians().argmin(axis=1)


def _tried(rule: Optimizer) -> list[Optimizer]:
    return [replace(rule, lr=rate) for rate in RATES]  # type: ignore[call-arg]  # every listed rule has one


def seconds(setup: Setup) -> tuple[float, float]:
    """About how long `train` and `sweep` take on this machine; ValueError for what cannot be trained."""
    first = _tried(setup.rules[0])
    swept = len(setup.rules) * setup.trainer(first, TRIALS).estimate().seconds
    return setup.trainer(setup.rules).estimate().seconds, swept


def sweep(setup: Setup, seeds: int = TRIALS) -> Generator[float | Sweep, None, None]:
    """Every rule at every one of RATES, as `train`."""
    found, parts = [], len(setup.rules)
    for k, rule in enumerate(setup.rules):
        tried = _tried(rule)
        trainer = setup.trainer(tried, seeds)
        for event in trainer.events():
            if isinstance(event, History):
                found.append(Fits(replace(setup, rules=tuple(tried)), event).ends())
            else:
                yield (k + event.step / max(trainer.steps, 1)) / parts
    yield Sweep(setup, np.array(found))


@dataclass(frozen=True)
class Duel:
    """The best of several against one other: in how many of `total` seeds it ended lower, and if that is a claim."""

    best: int
    other: int
    wins: int
    total: int

    @property
    def sure(self) -> bool:
        return self.wins > self.total / 2 and chance(self.wins, self.total) <= LEVEL


def duels(ends: np.ndarray) -> list[Duel]:
    """The rule with the lowest median of `ends` (rules, seeds) against each other one, the closest first."""
    order = np.argsort(np.median(ends, axis=1), kind="stable").tolist()
    best, total = order[0], ends.shape[1]
    return [Duel(best, other, int((ends[best] < ends[other]).sum()), total) for other in order[1:]]
