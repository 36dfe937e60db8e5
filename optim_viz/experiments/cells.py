"""A sweep's cells: JSON that says everything, one pure function that runs them, and what can go wrong inside it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from optim_viz.experiments.problems import Call, Problem, without_a_pause
from optim_viz.optimizers.base import Optimizer
from optim_viz.spec import from_spec, spec

Guard = Callable[[Sequence[str]], AbstractContextManager[None]]
NAN, MEMORY, LATE, DIED = "NaN", "memory", "late", "died"
"""Why a cell has no result; any other reason is the text of the error it raised."""


@dataclass(frozen=True)
class Cell:
    """One rule on one problem with one seed; `text` is all of it as canonical JSON, `key` the hash of that."""

    problem: Problem
    rule: Optimizer
    seed: int

    @property
    def text(self) -> str:
        if isinstance(self.problem, Call):
            call = json.dumps([self.problem.function, self.problem.arguments])
            return f'{{"call":{call},"rule":{spec(self.rule)},"seed":{self.seed}}}'
        return spec({"problem": self.problem, "rule": self.rule, "seed": self.seed})


@lru_cache(512)  # a cell on a table of one's own takes 40 kB
def cell_of(text: str) -> Cell:
    """Back from a cell's `text`; ValueError for anything else."""
    plain = json.loads(text)
    if "call" in plain:
        return Cell(Call(*plain["call"]), from_spec(json.dumps(plain["rule"])), plain["seed"])
    built = from_spec(text)
    return Cell(built["problem"], built["rule"], built["seed"])


def key_of(text: str) -> str:
    """The name of a cell in the journal."""
    return hashlib.sha256(text.encode()).hexdigest()


def run_cells(texts: Sequence[str], guard: Guard | None = None) -> list[str]:
    """`working` without a pause."""
    return without_a_pause(working(texts, guard))


def working(texts: Sequence[str], guard: Guard | None = None) -> Generator[None, None, list[str]]:
    """Returns results as JSON, in order: {"ok": {...}} or {"error": reason}; an error of one cell is no other cell's.

    Cells of the same kind run in one NumPy batch. `guard` is entered with the keys of each batch around it. It yields
    now and then, so that somebody can stop it.
    """
    watch: Guard = guard or (lambda keys: nullcontext())
    found: dict[int, str] = {}
    for numbers in batches(texts):
        cells = {k: cell_of(texts[k]) for k in numbers}
        try:
            with watch([key_of(texts[k]) for k in numbers]):
                problem = next(iter(cells.values())).problem
                results = yield from problem.work([(c.rule, c.seed) for c in cells.values()])
        except Exception as error:
            if len(numbers) > 1:  # find out whose it is
                for k in numbers:
                    (found[k],) = yield from working([texts[k]], guard)
                continue
            found[numbers[0]] = _error(error)
        else:
            found.update({k: _written(result) for k, result in zip(numbers, results, strict=True)})
    return [found[k] for k in range(len(texts))]


def batches(texts: Sequence[str]) -> list[list[int]]:
    """The numbers of the cells that can run in one batch, as large as their problem allows."""
    groups: dict[Any, list[int]] = {}
    for k, text in enumerate(texts):
        cell = cell_of(text)
        groups.setdefault((cell.problem, cell.problem.kind(cell.rule, cell.seed)), []).append(k)
    return [rows[low : low + problem.at_once]
            for (problem, _), rows in groups.items() for low in range(0, len(rows), problem.at_once)]  # fmt: skip


def _written(result: dict[str, Any]) -> str:
    try:
        return json.dumps({"ok": _finite(result)}, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        return _error(error)


def _finite(value: Any) -> Any:
    """Infinity is a result (a loss that diverged) and becomes null; NaN is a mistake."""
    if isinstance(value, float):
        if math.isnan(value):
            raise ValueError(NAN)
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list | tuple) else value


def _error(error: BaseException) -> str:
    return failure(MEMORY if isinstance(error, MemoryError) else str(error) or type(error).__name__)


def failure(reason: str) -> str:
    """The result of a cell that has none."""
    return json.dumps({"error": reason[:300]}, separators=(",", ":"))
