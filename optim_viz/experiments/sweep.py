"""Many runs at once: every rule on every problem with every seed, on one core, on many, or on a cluster."""

from __future__ import annotations

import itertools
import json
import platform
import tempfile
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np

from optim_viz.experiments.cells import Cell
from optim_viz.experiments.crew import Crew, Serial
from optim_viz.experiments.guard import Limits
from optim_viz.experiments.journal import Journal
from optim_viz.experiments.problems import OnData, OnSurface, Problem
from optim_viz.optimizers.base import Optimizer
from optim_viz.spec import from_spec, spec
from optim_viz.words import Text

MOST_CELLS = 100_000
_FORM = "optim_viz sweep 1"


def grid(rule: type[Optimizer], **choices: Sequence[Any]) -> list[Optimizer]:
    """Every combination: `grid(Adam, lr=[0.1, 0.01], beta1=[0.8, 0.9])` is four rules."""
    return [rule(**dict(zip(choices, values, strict=True))) for values in itertools.product(*choices.values())]


@dataclass(frozen=True)
class Sweep:
    """Problems × rules × seeds; ValueError for too many cells, or none."""

    problems: tuple[Problem, ...]
    rules: tuple[Optimizer, ...]
    seeds: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        for name in ("problems", "rules", "seeds"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not 1 <= self.count <= MOST_CELLS:
            raise ValueError(Text("A sweep has 1 to {most} cells, not {n}.", most=MOST_CELLS, n=self.count))

    @property
    def count(self) -> int:
        return len(self.problems) * len(self.rules) * len(self.seeds)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """In the order of the result: the seed changes fastest."""
        return tuple(Cell(*one) for one in itertools.product(self.problems, self.rules, self.seeds))

    def write(self) -> str:
        """The sweep as a JSON file's text."""
        return spec({"problems": self.problems, "rules": self.rules, "seeds": self.seeds})

    @classmethod
    def read(cls, text: str) -> Sweep:
        """Back from `write`; ValueError for anything else."""
        plain = from_spec(text)
        fits = isinstance(plain, dict) and set(plain) == {"problems", "rules", "seeds"}
        kinds = (("problems", OnSurface | OnData), ("rules", Optimizer), ("seeds", int))
        if not fits or not all(isinstance(one, kind) for name, kind in kinds for one in plain[name]):
            raise ValueError(Text("This is no sweep: it needs problems, rules and seeds."))
        return cls(**plain)


@dataclass(frozen=True)
class Progress:
    """How far a sweep is; `seconds_left` is a guess from what this run has done."""

    done: int
    total: int
    failed: int
    seconds_left: float | None


@dataclass(frozen=True, eq=False)
class Outcome:
    """All results, in the order of the cells: {"ok": {...}} or {"error": reason}."""

    sweep: Sweep
    results: tuple[Mapping[str, Any], ...]

    def write(self) -> str:
        """A result file: the same bytes whoever computed it, and wherever."""
        head = {"form": _FORM, "versions": versions(), "sweep": json.loads(self.sweep.write())}
        return json.dumps({**head, "results": self.results}, sort_keys=True, separators=(",", ":"))


def versions() -> dict[str, str]:
    """What the numbers may depend on."""
    return {"numpy": np.__version__, "python": platform.python_version(), "machine": platform.machine()}


def read(text: str) -> Outcome:
    """Back from `Outcome.write`; ValueError for anything else."""
    try:
        plain = json.loads(text)
        sweep, results = Sweep.read(json.dumps(plain["sweep"])), plain["results"]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise ValueError(Text("This is no result of a sweep.")) from None
    shaped = isinstance(results, list) and all(
        isinstance(r, dict) and len(r) == 1 and set(r) <= {"ok", "error"} for r in results
    )
    if plain.get("form") != _FORM or not shaped or len(results) != sweep.count:
        raise ValueError(Text("This is no result of a sweep."))
    return Outcome(sweep, tuple(results))


def run(
    sweep: Sweep, crew: Crew | None = None, journal: Journal | None = None, limits: Limits | None = None
) -> Generator[Progress | Outcome, None, None]:
    """Runs what the journal lacks; yields a Progress a few times a second, last the Outcome.

    `crew` says where (by default here, one cell after another). Neither it, nor the order in which cells are done,
    nor a death on the way changes a byte of the outcome. Closing the generator stops; what is done stays in the
    journal.
    """
    crew, begun = crew or Serial(), monotonic()
    journal = Journal() if journal is None else journal  # an empty one is false
    texts = [cell.text for cell in sweep.cells]
    results = journal.found(texts)
    before = len(results)
    yield _progress(results, len(set(texts)), before, begun)
    missing = [text for text in dict.fromkeys(texts) if text not in results]
    with tempfile.TemporaryDirectory(prefix="optim_viz_", ignore_cleanup_errors=True) as marks:
        work = crew.work(missing, limits or Limits(), marks)
        try:
            for found in work:
                if found:
                    journal.put(found)
                    results.update(found)
                yield _progress(results, len(set(texts)), before, begun)
        finally:
            work.close()
    yield Outcome(sweep, tuple(json.loads(results[text]) for text in texts))


def _progress(results: Mapping[str, str], total: int, before: int, begun: float) -> Progress:
    done, spent = len(results), monotonic() - begun
    left = spent / (done - before) * (total - done) if done > before else None
    return Progress(done, total, sum(r.startswith('{"error"') for r in results.values()), left)
