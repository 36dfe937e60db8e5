"""What an experiment of the book is: one declaration of its settings, arms, picture, question and criteria."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np

from optim_viz.experiments.arms import Arm, run, seconds
from optim_viz.nn import History
from optim_viz.words import Text

Numbers = Mapping[str, float]
Found = tuple[dict[str, float], Any]  # measured numbers by name, and what the picture draws


@dataclass(frozen=True)
class Criterion:
    """Something the experiment must show: the number of that name lies between `low` and `high`, both included.

    `measured` says what the number is, `form` is its format.
    """

    number: str
    claim: Text
    measured: Text
    low: float = -inf
    high: float = inf
    form: str = ".3g"

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high

    def written(self, value: float) -> str:
        """The number as people write it."""
        return format(value, self.form).replace("-", "−")

    @property
    def needed(self) -> str:
        """The interval in symbols: ≥ 2, ≤ 4, 1 … 3."""
        low, high = ("0" if end == 0 else self.written(end) for end in (self.low, self.high))
        if self.high == inf:
            return f"≥ {low}"
        return f"≤ {high}" if self.low == -inf else f"{low} … {high}"


@dataclass(frozen=True)
class Question:
    """What to predict before the result is shown; `answer` reads it off the numbers: the option, and why."""

    text: Text
    options: Mapping[str, str]
    answer: Callable[[Numbers], tuple[str, Text]]


@dataclass(frozen=True, eq=False)
class Line:
    """A curve of a panel; lines of one name look alike in all panels."""

    name: str
    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True, eq=False)
class Panel:
    """A small chart: its title, its curves, and, where one is missing, its name and the word for why."""

    title: str
    lines: tuple[Line, ...]
    note: tuple[str, str] | None = None


@dataclass(frozen=True)
class Axes:
    """How panels are laid out: in how many columns, words at the axes (of the figures), the range of y."""

    columns: int
    x: str
    y: str
    top: float
    share: bool = False


@dataclass(frozen=True, eq=False)
class Result:
    """What a run of an experiment has found: numbers by name, and what the picture draws."""

    key: str
    source: str
    seed: int
    numbers: dict[str, float]
    drawn: Any


@dataclass(frozen=True, eq=False)
class Experiment:
    """An experiment of the book; `key` is its file there, `section` the section of the text.

    Either it trains: `arms(source, seed)` are run and `read` makes of their histories what was found; or `measure`
    finds it at once. `kind` is the picture: "paths", "histograms", "panels" (laid out by `axes`) or "errors".
    """

    key: str
    section: str
    title: Text
    story: Text
    settings: tuple[str, ...]
    differs: tuple[Text, ...]
    question: Question
    criteria: tuple[Criterion, ...]
    kind: str
    axes: Axes | None = None
    arms: Callable[[str, int], list[Arm]] | None = None
    read: Callable[[list[Arm], list[History]], Found] = field(default=lambda arms, histories: ({}, ()))
    measure: Callable[[str, int], Found] = field(default=lambda source, seed: ({}, ()))
    sources: tuple[str, ...] = ("digits", "mnist")
    drawn: bool = True  # whether anything is drawn at random

    def work(self, source: str = "digits", seed: int = 0) -> Generator[float | Result, None, None]:
        """Yields the share that is done, and last the Result; ValueError where the images have to be fetched first."""
        if self.arms is None:
            yield Result(self.key, source, seed, *self.measure(source, seed))
            return
        arms = self.arms(source, seed)
        for told in run(arms):
            if isinstance(told, list):
                yield Result(self.key, source, seed, *self.read(arms, told))
            else:
                yield told

    def run(self, source: str = "digits", seed: int = 0) -> Result:
        """The result, without pauses."""
        *_, result = self.work(source, seed)
        assert isinstance(result, Result)
        return result

    def seconds(self, source: str = "digits", seed: int = 0) -> float:
        """About how long it takes; ValueError as in `work`."""
        return 0.0 if self.arms is None else seconds(self.arms(source, seed))
