"""The arguments of training, read and checked before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optim_viz.nn.changes import Change
from optim_viz.nn.history import Run
from optim_viz.nn.network import Network
from optim_viz.nn.parts import number
from optim_viz.optimizers.base import Optimizer
from optim_viz.words import Text

MAX_RUNS = 100
MAX_EPOCHS = 100_000
MAX_POINTS = 20_000
MAX_SEED = 2**32 - 1


@dataclass(frozen=True)
class EarlyStopping:
    """Ends a run when for `patience` epochs its validation loss was not lower than before by more than `min_delta`."""

    patience: int = 10
    min_delta: float = 0.0

    def __post_init__(self) -> None:
        whole("patience", self.patience, 1, MAX_EPOCHS)
        number("min_delta", self.min_delta, "[0, ∞)")


@dataclass(frozen=True)
class Settings:
    """How to train; ValueError with a sentence for what cannot be used. See `train`."""

    epochs: int = 10
    batch_size: int | None = 32
    sampling: str = "shuffle"
    clip: float | None = None
    clip_by: str = "norm"
    stop: EarlyStopping | None = None
    every: int | None = None
    checkpoints: int = 1000
    changes: tuple[Change, ...] = ()
    weight_noise: float = 0.0

    def __post_init__(self) -> None:
        whole("epochs", self.epochs, 0, MAX_EPOCHS)
        whole("checkpoints", self.checkpoints, 2, MAX_POINTS)
        if self.batch_size is not None:
            whole("batch_size", self.batch_size, 1, 10**9)
        if self.every is not None:
            whole("every", self.every, 1, 10**9)
        if self.clip is not None:
            number("clip", self.clip, "(0, ∞)")
        if self.clip_by not in ("norm", "value"):
            raise ValueError(Text("{name} must be one of: {words}.", name="clip_by", words="norm, value"))
        if self.stop is not None and not isinstance(self.stop, EarlyStopping):
            raise ValueError(Text("stop must be EarlyStopping(patience, min_delta), or nothing."))
        if not isinstance(self.changes, tuple) or not all(isinstance(change, Change) for change in self.changes):
            raise ValueError(Text("changes must be a tuple of Shift(), Mixup() and the like."))
        number("weight_noise", self.weight_noise, "[0, ∞)")


def runs(optimizers: Any, seed: int | Sequence[int]) -> tuple[Run, ...]:
    """Every optimizer with every seed."""
    rules = [optimizers] if isinstance(optimizers, Optimizer) else _list(optimizers)
    seeds: list[Any] = _list(seed)
    if not rules or not seeds:
        raise ValueError(Text("Choose at least one optimizer and one seed."))
    for rule in rules:
        if not isinstance(rule, Optimizer):
            raise ValueError(Text("{name} is not an optimizer.", name=repr(rule)[:60]))
        if any(map(np.ndim, rule.fields().values())):
            raise ValueError(Text("To compare settings in training, give one optimizer for each."))
    for s in seeds:
        whole("seed", s, 0, MAX_SEED)
    if len(rules) * len(seeds) > MAX_RUNS:
        raise ValueError(Text("{count} runs at once are too many: the limit is {most}.",
                              count=len(rules) * len(seeds), most=MAX_RUNS))  # fmt: skip
    return tuple(Run(rule, int(s)) for rule in rules for s in seeds)


def trainable(net: Any) -> Network:
    """The network; ValueError for anything else."""
    if not isinstance(net, Network):
        raise ValueError(Text("{name} is not a network.", name=repr(net)[:60]))
    return net


def whole(name: str, value: Any, low: int, high: int) -> None:
    """ValueError unless the value is a whole number from low to high."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise ValueError(Text("{name} must be a whole number from {low} to {high}.", name=name, low=low, high=high))


def _list(things: Any) -> list[Any]:
    try:
        return list(things)
    except TypeError:
        return [things]
