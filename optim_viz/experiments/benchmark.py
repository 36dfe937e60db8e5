"""Always Adam? A fair comparison: equal tuning, other seeds for the verdict, steps and not seconds.

Every optimizer gets as many random trials in its published range; the trial with the lowest median loss on the tuning
seeds is its tuned setting; only then are it and the defaults run on the seeds of the report.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from optim_viz.data import DataSpec
from optim_viz.experiments.crew import Crew
from optim_viz.experiments.fitting import fits
from optim_viz.experiments.guard import Limits
from optim_viz.experiments.journal import Journal
from optim_viz.experiments.problems import FRACTIONS, OnData, OnSurface, Problem, Table
from optim_viz.experiments.ranges import RANGES, trials
from optim_viz.experiments.statistics import Spread
from optim_viz.experiments.sweep import Outcome, Progress, Sweep, run, versions
from optim_viz.nn import Conv2d, Flatten, MaxPool, Network
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.optimizers.base import Optimizer
from optim_viz.spec import from_spec, spec
from optim_viz.surfaces import SURFACES
from optim_viz.words import Text

_FORM = "optim_viz benchmark 1"
FEWEST_SEEDS = 10
OWN = "own"


@dataclass(frozen=True)
class Entry:
    """A problem of the benchmark; its target is a loss of `fraction` (one of FRACTIONS) of the first loss."""

    name: Text
    problem: Problem
    fraction: float


def _on(surface: str, steps: int = 300) -> OnSurface:
    return OnSurface(SURFACES[surface], steps)


def _net(data: str, layers: list, epochs: int, batch: int = 32, **more: Any) -> OnData:
    return OnData(DataSpec(data), Network(layers, **{"activation": "relu", "init": "he", **more}), epochs, batch)


ENTRIES: dict[str, Entry] = {
    "bowl": Entry(Text("Elongated bowl"), _on("Elongated bowl"), 0.01),
    "rosenbrock": Entry(Text("Rosenbrock valley"), _on("Rosenbrock"), 0.01),
    "himmelblau": Entry(Text("Himmelblau, four minima"), _on("Himmelblau"), 0.01),
    "digits": Entry(Text("Digits, two layers"), _net("digits", [64, 50, 10], 10, 64), 0.1),
    "wine": Entry(Text("Wine"), _net("wine", [13, 16, 3], 20), 0.1),
    "cancer": Entry(Text("Breast cancer"), _net("cancer", [30, 16, 2], 15), 0.2),
    "spiral": Entry(Text("Spiral"), _net("spiral", [2, 24, 24, 3], 40, activation="tanh", init="glorot"), 0.5),
    "curve": Entry(Text("Regression of a noisy curve"),
                   _net("curve", [1, 24, 1], 40, activation="tanh", init="glorot", loss="mse"), 0.5),
    "deep": Entry(Text("Deep network of sigmoids"),
                  _net("digits", [64, 30, 30, 30, 10], 15, 64, activation="sigmoid", init="glorot"), 0.5),
    "conv": Entry(Text("Digits, convolutions"),
                  _net("digits", [Conv2d(6, 3), "relu", MaxPool(2), Flatten(), 10], 4, 64, input=(1, 8, 8)), 0.1),
}  # fmt: skip
USUAL = ("SGD", "Momentum", "Nesterov", "AdaGrad", "Adadelta", "RMSprop", "Adam", "AdamW", "Lion")


@dataclass(frozen=True)
class Protocol:
    """Which optimizers on which entries; `trials` per optimizer, seeds to tune on, other seeds to report on."""

    entries: tuple[str, ...] = tuple(ENTRIES)
    optimizers: tuple[str, ...] = USUAL
    trials: int = 30
    tuning: tuple[int, ...] = (100, 101, 102)
    seeds: tuple[int, ...] = tuple(range(20))  # with ten, no pair of 36 could pass Holm's correction
    draw: int = 0
    own: OnData | None = None  # what the entry OWN stands for

    def __post_init__(self) -> None:
        for name in ("entries", "optimizers", "tuning", "seeds"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        known = set(ENTRIES) | ({OWN} if self.own else set())
        if not set(self.entries) <= known or not set(self.optimizers) <= set(RANGES):
            raise ValueError(Text("The benchmark does not know one of these problems or optimizers."))
        if set(self.tuning) & set(self.seeds):
            raise ValueError(Text("Seeds of the report must not be among those for tuning."))
        whole = self.trials and self.tuning and self.entries and len(self.optimizers) > 1
        if not whole or len(self.seeds) < FEWEST_SEEDS:
            raise ValueError(Text("A comparison needs two optimizers, a trial, a seed to tune on and ten to report."))

    def entry(self, name: str) -> Entry:
        """One of ENTRIES, or the table of one's own."""
        return Entry(Text("My own table"), self.own, 0.2) if name == OWN and self.own else ENTRIES[name]

    def tuned(self) -> Sweep:
        """All trials of all optimizers on the tuning seeds."""
        rules = [rule for name in self.optimizers for rule in trials(name, self.trials, self.draw)]
        return Sweep(tuple(self.entry(name).problem for name in self.entries), tuple(rules), self.tuning)

    def reports(self, chosen: Sequence[Sequence[Optimizer]]) -> list[Sweep]:
        """Per entry: the chosen rule of each optimizer and its defaults, on the seeds of the report."""
        defaults = [OPTIMIZERS[name]() for name in self.optimizers]
        return [Sweep((self.entry(name).problem,), (*rules, *defaults), self.seeds)
                for name, rules in zip(self.entries, chosen, strict=True)]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Report:
    """All numbers of a benchmark; `chosen[e][o]` is the tuned rule of optimizer o on entry e.

    Arrays are (entries, optimizers, ...): `trial_loss` (..., trials, tuning seeds); `loss`, `test` (NaN for surfaces),
    `failed` (..., 2, seeds) and `reached` (..., 2, seeds, FRACTIONS) for tuned and default settings; inf: failed, or
    not reached. `calls` are gradient evaluations per step.
    """

    protocol: Protocol
    chosen: tuple[tuple[Optimizer, ...], ...]
    trial_loss: np.ndarray
    loss: np.ndarray
    test: np.ndarray
    failed: np.ndarray
    reached: np.ndarray
    calls: np.ndarray
    curves: tuple[Any, ...]  # per entry, optimizer, setting: steps and quartiles of the loss [step, low, median, high]
    number: int = field(default_factory=count().__next__)  # no two of a process are alike: a cache's key

    def write(self) -> str:
        """A result file."""
        arrays = {name: _lists(getattr(self, name)) for name in _ARRAYS}
        written = {"protocol": json.loads(spec(self.protocol.__dict__)), "chosen": json.loads(spec(self.chosen))}
        facts = {"form": _FORM, "versions": versions(), "curves": self.curves, **written}
        return json.dumps({**facts, **arrays}, sort_keys=True, separators=(",", ":"))


_ARRAYS = ("trial_loss", "loss", "test", "failed", "reached", "calls")
_DIGITS = 6


def read(text: str) -> Report:
    """Back from `Report.write`; ValueError for anything else."""
    try:
        plain = json.loads(text)
        if plain["form"] != _FORM:
            raise ValueError
        protocol = Protocol(**from_spec(json.dumps(plain["protocol"])))
        chosen = tuple(tuple(rules) for rules in from_spec(json.dumps(plain["chosen"])))
        arrays = {name: _array(plain[name]) for name in _ARRAYS}
        if not fits(protocol, chosen, arrays, plain["curves"]):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise ValueError(Text("This is no result of a benchmark.")) from None
    facts: dict[str, Any] = {**arrays, "curves": tuple(plain["curves"])}
    return Report(protocol, chosen, **facts)


@cache
def shipped() -> Report:
    """The result that comes with the app, made by `python -m optim_viz benchmark`."""
    return read(Path(__file__).with_name("shipped").joinpath("always.json").read_text(encoding="utf-8"))


def own_problem(table: Table) -> OnData:
    """A small network for a table of one's own; ValueError with a sentence where there is nothing to learn."""
    data = table.load()
    return OnData(table, Network([data.X.shape[1], 16, data.outputs], activation="relu", init="he"), 20, 32)


def compute(
    protocol: Protocol, crew: Crew | None = None, journal: Journal | None = None, limits: Limits | None = None
) -> Generator[Progress | Report, None, None]:
    """Tunes, then reports; yields Progress over all cells, last the Report."""
    journal = Journal() if journal is None else journal
    extra = len(protocol.entries) * 2 * len(protocol.optimizers) * len(protocol.seeds)
    total = protocol.tuned().count + extra
    outcomes: list[Outcome] = []
    todo, before = [protocol.tuned()], 0
    while todo:
        sweep = todo.pop(0)
        for event in run(sweep, crew, journal, limits):
            if isinstance(event, Outcome):
                outcomes.append(event)
            else:
                yield _of_all(event, before, total)
        before += sweep.count
        if len(outcomes) == 1:
            loss = _losses(outcomes[0], protocol)
            chosen = choose(protocol, loss)
            todo = protocol.reports(chosen)
    yield _report(protocol, chosen, loss, outcomes[1:])


def _of_all(event: Progress, before: int, total: int) -> Progress:
    done, here = before + event.done, event.total - event.done
    left = None if event.seconds_left is None or not here else event.seconds_left * (total - done) / here
    return Progress(done, total, event.failed, left)


def choose(protocol: Protocol, loss: np.ndarray) -> tuple[tuple[Optimizer, ...], ...]:
    """The trial with the lowest median loss (entries, optimizers, trials, seeds); the first of equal ones."""
    best = np.median(loss, axis=-1).argmin(axis=-1)
    made = [trials(name, protocol.trials, protocol.draw) for name in protocol.optimizers]
    return tuple(tuple(made[o][k] for o, k in enumerate(row)) for row in best)


def _value(result: Any, name: str) -> float:
    """A number of a cell; inf where it failed, or where the number is."""
    ok = result.get("ok")
    if ok is None or ok["failed"] or ok.get(name) is None:
        return np.inf
    return float(ok[name])


def _losses(outcome: Outcome, protocol: Protocol) -> np.ndarray:
    flat = [_value(result, "loss") for result in outcome.results]
    return np.reshape(flat, (len(protocol.entries), len(protocol.optimizers), protocol.trials, len(protocol.tuning)))


def _report(protocol: Protocol, chosen: Any, trial_loss: np.ndarray, outcomes: Sequence[Outcome]) -> Report:
    n = len(protocol.optimizers)

    def gather(pick: Any) -> np.ndarray:  # (entries, tuned/default, optimizers, seeds, ...) -> optimizers first
        rows = np.array([[pick(result) for result in outcome.results] for outcome in outcomes], float)
        shaped = rows.reshape(len(outcomes), 2, n, len(protocol.seeds), *rows.shape[2:])
        return np.swapaxes(shaped, 1, 2)

    never = [None] * len(FRACTIONS)
    return Report(
        protocol, chosen, trial_loss,
        gather(lambda r: _value(r, "loss")),
        gather(lambda r: np.nan if "test" not in r.get("ok", {}) else r["ok"]["test"]),
        gather(lambda r: _value(r, "loss") == np.inf),
        gather(lambda r: [np.inf if s is None else s for s in r.get("ok", {}).get("reached", never)]),
        gather(lambda r: r.get("ok", {}).get("calls", 1.0)).mean(axis=(2, 3)),
        tuple(_curves(outcome, protocol) for outcome in outcomes),
    )  # fmt: skip


def _curves(outcome: Outcome, protocol: Protocol) -> list[list[list[list[float | None]]]]:
    """Optimizer -> tuned, default -> rows [step, quartiles of the loss over the seeds]; None for infinite."""
    n, seeds = len(protocol.optimizers), len(protocol.seeds)
    made = []
    for o in range(n):
        both = []
        for first in (o, n + o):
            some = [r.get("ok", {}).get("curve") for r in outcome.results[first * seeds : (first + 1) * seeds]]
            both.append(_band([curve for curve in some if curve], seeds))
        made.append(both)
    return made


def _band(curves: list[list], seeds: int) -> list[list[float | None]]:
    longest = max(curves, key=len, default=[])
    rows = []
    for k, (step, _) in enumerate(longest):
        values = [curve[k][1] if k < len(curve) and curve[k][1] is not None else np.inf for curve in curves]
        values += [np.inf] * (seeds - len(values))
        spread = Spread.of(values)
        rows.append([step, *(_short(v) for v in (spread.low, spread.median, spread.high))])
    return rows


def _short(value: float) -> float | None:
    return float(f"{value:.{_DIGITS}g}") if np.isfinite(value) else None


def _lists(values: Any) -> Any:
    """Nested lists with None for inf and "" for NaN (no JSON has either)."""
    if np.ndim(values):
        return [_lists(one) for one in values]
    return "" if np.isnan(values) else _short(float(values))


def _array(values: Any) -> np.ndarray:
    def back(value: Any) -> Any:
        if isinstance(value, list):
            return [back(one) for one in value]
        if value is not None and value != "" and type(value) not in (int, float):
            raise ValueError
        return np.inf if value is None else np.nan if value == "" else float(value)

    return np.array(back(values), float)
