"""Whether the parts of a benchmark's result, read from a file, fit its protocol: shapes, numbers, rules and curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.experiments.problems import FRACTIONS, OnData
from optim_viz.experiments.ranges import trials
from optim_viz.optimizers.base import Optimizer

MOST_TRIALS, MOST_ROWS = 1000, 1000  # of an optimizer; of a curve


def fits(protocol: Any, chosen: Sequence[Any], arrays: Mapping[str, np.ndarray], curves: Any) -> bool:
    """`chosen` are rules by entry and optimizer, `arrays` the numbers of the report, `curves` its rows, as read."""
    return (_planned(protocol) and _shaped(protocol, arrays) and _chosen(protocol, chosen)
            and _drawn(protocol, curves))  # fmt: skip


def _planned(protocol: Any) -> bool:
    seeds = (*protocol.seeds, *protocol.tuning)
    whole = all(type(n) is int and n >= 0 for n in (protocol.trials, protocol.draw, *seeds))
    lists = (protocol.entries, protocol.optimizers, seeds)
    once = all(len(set(one)) == len(one) for one in lists)
    return whole and once and protocol.trials <= MOST_TRIALS and isinstance(protocol.own, OnData | None)


def _shaped(protocol: Any, arrays: Mapping[str, np.ndarray]) -> bool:
    every = (len(protocol.entries), len(protocol.optimizers))
    runs = (*every, 2, len(protocol.seeds))
    shapes = {"trial_loss": (*every, protocol.trials, len(protocol.tuning)), "loss": runs, "test": runs,
              "failed": runs, "reached": (*runs, len(FRACTIONS)), "calls": every}  # fmt: skip
    known = all(not np.isnan(array).any() for name, array in arrays.items() if name != "test")
    return known and {name: array.shape for name, array in arrays.items()} == shapes


def _chosen(protocol: Any, chosen: Sequence[Any]) -> bool:
    """Every chosen rule is one of the trials of its optimizer."""
    tried = [trials(name, protocol.trials, protocol.draw) for name in protocol.optimizers]
    return len(chosen) == len(protocol.entries) and all(
        len(rules) == len(tried) and all(isinstance(rule, Optimizer) and rule in made
                                         for rule, made in zip(rules, tried, strict=True))
        for rules in chosen
    )  # fmt: skip


def _drawn(protocol: Any, curves: Any) -> bool:
    """By entry, optimizer and setting rows of [step, low, median, high], the last three None where infinite."""
    shape = (len(protocol.entries), len(protocol.optimizers), 2)
    level = [curves]
    for count in shape:
        if not all(isinstance(part, list) and len(part) == count for part in level):
            return False
        level = [one for part in level for one in part]
    return all(isinstance(rows, list) and len(rows) <= MOST_ROWS and all(map(_row, rows)) for rows in level)


def _row(row: Any) -> bool:
    numbers = isinstance(row, list) and len(row) == 4 and all(v is None or type(v) in (int, float) for v in row)
    return numbers and row[0] is not None and all(v is None or abs(v) < 1e300 for v in row)
