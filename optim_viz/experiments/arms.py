"""Arms of an experiment: trainings that differ in one thing, each repeated with the same seeds."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from optim_viz.nn.history import History
from optim_viz.nn.network import Network
from optim_viz.nn.settings import Settings
from optim_viz.nn.training import Trainer
from optim_viz.optimizers.base import Optimizer


@dataclass(frozen=True, eq=False)
class Arm:
    """One setting to train: `data` as `nn.train` takes them, a run per seed.

    A seed has the same first weights in every arm whose network has the same layers and initializer, and the same
    batches in every arm with as many samples.
    """

    name: str
    net: Network
    rule: Optimizer
    data: Any
    how: Settings
    seeds: tuple[int, ...] = (0,)

    def trainer(self) -> Trainer:
        """Its training, ready to go; ValueError with a sentence for settings that cannot be used."""
        return Trainer(self.net, self.data, self.rule, self.how, seed=self.seeds)


def run(arms: Sequence[Arm]) -> Generator[float | list[History], None, None]:
    """Trains one arm after another; yields the share that is done, every 60 ms or so, last a History per arm.

    Run k of a History has seed k of its arm. Each is bit for bit what it is alone. Closing the generator stops.
    ValueError, from `seconds` already, for an arm that cannot be trained.
    """
    work: list[float] = []
    for arm in arms:  # all are looked at before the first is trained
        work.append(_work(arm.trainer()))
        yield 0.0
    total, before, found = sum(work) or 1.0, 0.0, []
    for arm, own in zip(arms, work, strict=True):
        trainer = arm.trainer()
        for event in trainer.events():
            if isinstance(event, History):
                found.append(event)
            else:
                yield min(1.0, (before + own * event.step / max(trainer.steps, 1)) / total)
        before += own
    yield found


def seconds(arms: Sequence[Arm]) -> float:
    """About how long `run` takes on this machine, by a few steps of each kind of arm; ValueError as in `run`."""
    known: dict[Any, float] = {}
    total = 0.0
    for arm in arms:
        kind = (repr(arm.net.layers), type(arm.rule), arm.how, len(arm.seeds), id(arm.data))
        if kind not in known:
            known[kind] = arm.trainer().estimate().seconds
        total += known[kind]
    return total


def _work(trainer: Trainer) -> float:
    """How much of the whole a training is: roughly its seconds."""
    return trainer.steps * len(trainer.runs) * trainer.net.cost(trainer.batches.size).seconds
