"""What a sweep's cells run on: a surface, or a network with data; several cells at once in one NumPy batch."""

from __future__ import annotations

import importlib
import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

import numpy as np

from optim_viz.data import Data, DataSpec, read_csv
from optim_viz.data.record import Split
from optim_viz.nn.history import History
from optim_viz.nn.network import Network
from optim_viz.nn.settings import Settings
from optim_viz.nn.training import Trainer
from optim_viz.optimizers.base import Optimizer
from optim_viz.surfaces import Surface
from optim_viz.trace import MAX_STEPS, trace
from optim_viz.words import Text

POINTS = 24  # of a cell's curve, evenly spread over the logarithm of the step
MOST_TABLE = 20_000  # characters
FRACTIONS = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001)  # of the loss at the start
Result = dict[str, Any]
Pair = tuple[Optimizer, int]
Work = Generator[None, None, list[Result]]
T = TypeVar("T")


class Problem:
    """Something to minimize: each (rule, seed) has a result, bit for bit what it is alone."""

    at_once: ClassVar[int]  # cells in one batch

    def fields(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]

    def kind(self, rule: Optimizer, seed: int) -> Any:
        """Cells of the same kind can share a batch."""
        raise NotImplementedError

    def work(self, cells: Sequence[Pair]) -> Work:
        """Returns a result per cell; until then it yields now and then, so that somebody can stop it."""
        raise NotImplementedError

    def solve(self, cells: Sequence[Pair]) -> list[Result]:
        return without_a_pause(self.work(cells))


def without_a_pause(work: Generator[None, None, list[T]]) -> list[T]:
    """What it returns."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


@dataclass(frozen=True)
class OnSurface(Problem):
    """A path over a surface; the seed draws the start from the domain. A step is one gradient evaluation or more."""

    surface: Surface
    steps: int = 300
    at_once: ClassVar[int] = 64

    def __post_init__(self) -> None:
        _whole("steps", self.steps, MAX_STEPS)

    def kind(self, rule: Optimizer, seed: int) -> Any:
        return type(rule)

    def start(self, seed: int) -> np.ndarray:
        low, high = np.array([self.surface.x, self.surface.y], float).T
        return np.random.default_rng(seed).uniform(low, high)

    def work(self, cells: Sequence[Pair]) -> Work:
        yield
        rule = type(cells[0][0])
        names = [h.name for h in rule.hyperparameters()]
        lanes = rule(**{name: np.array([getattr(one, name) for one, _ in cells], float) for name in names})
        path = trace(lanes, self.surface, np.stack([self.start(seed) for _, seed in cells], axis=1), self.steps)
        rise = path.value - (self.surface.minimum_value or 0.0)
        best = np.minimum.accumulate(rise, axis=0)
        calls, rows = path.calls / max(self.steps, 1), log_rows(self.steps)
        return [
            {"loss": float(rise[path.end[k], k]), "best": float(best[-1, k]), "calls": calls,
             "curve": [[row, float(best[row, k])] for row in rows], "reached": reached(best[:, k]),
             "failed": bool(path.outcome.kind[k] == "diverged")}
            for k in range(len(cells))
        ]  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table of one's own as the text of a CSV file: small, since every cell carries it; `target` counts from 1."""

    text: str
    target: int
    task: str | None = None

    def __post_init__(self) -> None:
        if len(self.text) > MOST_TABLE:
            raise ValueError(Text("For a comparison, a table may have at most {most:,} characters, not {n:,}: every "
                                  "run carries it. Leave out rows or columns.", most=MOST_TABLE, n=len(self.text))
                             )  # fmt: skip

    def fields(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"text": self.text, "target": self.target, "task": self.task}

    def load(self) -> Data:
        """The data; ValueError with a sentence where nothing can be learned from them."""
        return read_csv(self.text, self.target, task=self.task)[0]


@dataclass(frozen=True)
class OnData(Problem):
    """A network trained on data; the seed draws the split, the first weights and the batches."""

    data: DataSpec | Table
    net: Network
    epochs: int = 10
    batch_size: int = 64
    at_once: ClassVar[int] = 32

    def kind(self, rule: Optimizer, seed: int) -> Any:
        return seed  # the same batches for all rules

    def work(self, cells: Sequence[Pair]) -> Work:
        seed = cells[0][1]
        split = _split(self.data, seed, len(self.net.input_shape) > 1)
        how = Settings(self.epochs, self.batch_size, checkpoints=2)
        history = yield from trained(Trainer(self.net, split, [rule for rule, _ in cells], how, seed=seed))
        return [_told(history, k) for k in range(len(cells))]


def trained(trainer: Trainer) -> Generator[None, None, History]:
    """The end of a training that can be stopped on the way."""
    for event in trainer.events():
        if isinstance(event, History):
            return event
        yield
    raise RuntimeError("a training ends with its history")


@lru_cache(16)
def _split(data: DataSpec | Table, seed: int, images: bool) -> Split:
    loaded = data.load()
    return (loaded.as_images() if images else loaded.flat()).split(seed=seed)


def _told(history: History, k: int) -> Result:
    """What one run of a training comes to; validation decides, the test part judges."""
    assert history.validation_loss is not None
    assert history.validation_score is not None
    assert history.test is not None
    end = int(history.end[k])
    gone = end < 0 or history.outcomes[k].kind == "diverged"
    losses = history.train_loss[k, : max(end, 0) + 1]
    steps = history.step[: len(losses)].tolist()
    return {
        "loss": float(losses[-1]), "best": float(losses.min()), "calls": 1.0, "failed": bool(gone),
        "curve": [[step, float(loss)] for step, loss in zip(steps, losses, strict=True)],
        "reached": [None if row is None else steps[row] for row in reached(np.minimum.accumulate(losses))],
        "validation": 0.0 if gone else float(history.validation_score[k, end]),
        "test": 0.0 if gone else float(history.test.score[k]),
    }  # fmt: skip


@dataclass(frozen=True)
class Call(Problem):
    """A function of one's own, `function` = "module:name", called as f(rule, seed, **arguments) -> dict.

    Only Python code can make one: no spec, file or page names a function.
    """

    function: str
    arguments: str = "{}"  # JSON
    at_once: ClassVar[int] = 1

    def kind(self, rule: Optimizer, seed: int) -> Any:
        return object()

    def work(self, cells: Sequence[Pair]) -> Work:
        yield
        module, _, name = self.function.partition(":")
        call = getattr(importlib.import_module(module), name)
        return [dict(call(rule, seed, **json.loads(self.arguments))) for rule, seed in cells]


def reached(best: np.ndarray) -> list[int | None]:
    """The first row at which the best loss so far (T,) is at most each of FRACTIONS of the first; None: never."""
    below = best[:, None] <= best[0] * np.array(FRACTIONS)
    return [int(row) if yes else None for row, yes in zip(below.argmax(0), below[-1], strict=True)]


def log_rows(steps: int) -> list[int]:
    """At most POINTS steps from 0 to `steps`, evenly spread over their logarithm."""
    return sorted({0, steps, *np.rint(np.geomspace(1, max(steps, 1), POINTS - 1)).astype(int).tolist()})


def _whole(name: str, value: Any, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise ValueError(Text("{name} must be a whole number from {low} to {high}.", name=name, low=1, high=most))
