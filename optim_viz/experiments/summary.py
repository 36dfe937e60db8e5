"""What a sweep found, in few numbers: each of its rules on each of its problems, over the seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optim_viz.experiments.cells import DIED, LATE, MEMORY, NAN
from optim_viz.experiments.problems import OnSurface, Problem, Table
from optim_viz.experiments.statistics import Spread
from optim_viz.experiments.sweep import Outcome
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.optimizers.base import Optimizer
from optim_viz.words import Text

REASONS = {
    NAN: Text("It returned NaN."), MEMORY: Text("It needs more memory than it may use."),
    LATE: Text("It took longer than it may."), DIED: Text("Its process ended without a word."),
}  # fmt: skip
OTHER = Text("It raised an error.")


@dataclass(frozen=True)
class Line:
    """A rule on a problem: its final loss over the seeds (infinite where it failed), and the share that failed.

    `settings` are its learning rate and what is not at its default; `why` is the first reason for a cell without a
    result, "" where every cell has one.
    """

    optimizer: str
    settings: tuple[tuple[str, float], ...]
    loss: Spread
    failed: float
    why: str


@dataclass(frozen=True)
class Part:
    """One problem and its lines, the lowest median first."""

    name: str
    lines: tuple[Line, ...]


def summary(outcome: Outcome) -> tuple[Part, ...]:
    """A part per problem; ValueError for results that hold no losses."""
    sweep, seeds = outcome.sweep, len(outcome.sweep.seeds)
    found = []
    for k, problem in enumerate(sweep.problems):
        first = [(k * len(sweep.rules) + n) * seeds for n in range(len(sweep.rules))]
        lines = [_line(rule, outcome.results[low : low + seeds])
                 for rule, low in zip(sweep.rules, first, strict=True)]  # fmt: skip
        found.append(Part(_name(problem), tuple(sorted(lines, key=lambda line: line.loss.median))))
    return tuple(found)


def _line(rule: Optimizer, results: Any) -> Line:
    losses = [_loss(result) for result in results]
    reasons = [result["error"] for result in results if "error" in result]
    why = REASONS.get(reasons[0], OTHER) if reasons else ""
    name = rule.name if type(rule) in OPTIMIZERS.values() else "Custom"
    usual = {h.name: h.default for h in rule.hyperparameters() if h.name != "lr"}
    settings = tuple((key, float(value)) for key, value in rule.fields().items()
                     if isinstance(value, int | float) and value != usual.get(key))  # fmt: skip
    return Line(name, settings, Spread.of(losses), losses.count(math.inf) / len(losses), why)


def _loss(result: Mapping[str, Any]) -> float:
    told = result.get("ok")
    if told is None:
        return math.inf
    if not isinstance(told, dict) or type(told.get("loss")) not in (int, float, type(None)):
        raise ValueError(Text("This is no result of a sweep."))
    failed = told.get("failed") or told.get("loss") is None
    return math.inf if failed else float(told["loss"])


def _name(problem: Problem) -> str:
    """A surface's name or formula, or a data set's name: not all of them are ours."""
    if isinstance(problem, OnSurface):
        return problem.surface.name or problem.surface.formula
    data = getattr(problem, "data", None)
    return "CSV" if data is None or isinstance(data, Table) else data.name
