"""What must be seen, against what was measured: in a run, and beforehand with five seeds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from optim_viz.experiments.book.record import Criterion, Experiment, Line, Panel, Result

MEASURED = Path(__file__).with_name("measured.json")  # written by `python -m benchmarks.book`


@dataclass(frozen=True)
class Verdict:
    """A criterion with its number in a run, and the numbers of the seeds measured beforehand (none for MNIST)."""

    criterion: Criterion
    value: float
    seeds: tuple[float, ...]

    @property
    def holds(self) -> bool:
        return self.criterion.holds(self.value)

    @property
    def often(self) -> int:
        """With how many of the seeds it held."""
        return sum(map(self.criterion.holds, self.seeds))


def verdicts(experiment: Experiment, result: Result) -> list[Verdict]:
    """A verdict per criterion."""
    return [Verdict(c, result.numbers[c.number], spread(experiment, c.number, result.source))
            for c in experiment.criteria]  # fmt: skip


def spread(experiment: Experiment, number: str, source: str = "digits") -> tuple[float, ...]:
    """A number with each of the seeds measured beforehand, on digits; () for MNIST, and where nothing is drawn."""
    if source != "digits" or not experiment.drawn:
        return ()
    return tuple(_measured()["numbers"][experiment.key][number])


def beforehand(experiment: Experiment) -> Result:
    """The run with the first of those seeds, of an experiment that trains: to four digits."""
    known = _measured()
    numbers = {name: values[0] for name, values in known["numbers"][experiment.key].items()}
    drawn = tuple(Panel(title, tuple(Line(name, apart * np.arange(len(y)), np.array(y)) for name, apart, y in lines),
                        tuple(note) or None) for title, lines, note in known["curves"][experiment.key])  # fmt: skip
    return Result(experiment.key, "digits", known["seeds"][0], numbers, drawn)


@cache
def _measured() -> dict[str, Any]:
    return json.loads(MEASURED.read_text(encoding="utf-8"))
