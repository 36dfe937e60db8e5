"""Sweeps: what the serial path costs over a bare loop, what a second core brings, and a thousand cells on digits."""

import time
from collections.abc import Iterator

from benchmarks.measure import Result, race
from optim_viz.data import DataSpec
from optim_viz.experiments import sweep as sweeping
from optim_viz.experiments.cells import batches
from optim_viz.experiments.crew import Crew, Loky
from optim_viz.experiments.problems import OnData
from optim_viz.experiments.ranges import trials
from optim_viz.experiments.sweep import Outcome, Sweep
from optim_viz.nn import Network

SEVEN = ("SGD", "Momentum", "Nesterov", "AdaGrad", "Adadelta", "RMSprop", "Adam")
DIGITS = OnData(DataSpec("digits"), Network([64, 50, 10], activation="relu", init="he"), 10, 64)
SHORT = Sweep((DIGITS,), tuple(rule for name in SEVEN for rule in trials(name, 4)), range(2))
LONG_SEEDS = 60  # about a minute on one core


def run() -> Iterator[Result]:
    """Three lines."""
    cells = {cell.text: cell for cell in SHORT.cells}
    groups = [[cells[list(cells)[k]] for k in numbers] for numbers in batches(list(cells))]

    def bare() -> None:
        for group in groups:
            DIGITS.solve([(cell.rule, cell.seed) for cell in group])

    yield race("serial sweep vs bare loop of its batches", 0.95, lambda: _whole(SHORT), bare, note="at most 5 % more")
    thousand = Sweep((DIGITS,), tuple(rule for name in SEVEN for rule in trials(name, 15)), range(10))
    begun = time.process_time()
    done = _whole(thousand)
    spent = time.process_time() - begun
    yield Result(f"{len(done.results):,} cells on digits in <= 90 s of one core", 1.0, 1e3 * spent, 90e3, 90 / spent)
    long = Sweep((DIGITS,), tuple(rule for name in SEVEN for rule in trials(name, 8)), range(LONG_SEEDS))
    alone, both = _seconds(long), _seconds(long, Loky(2))
    note = "seconds on the clock: needs two idle cores"
    yield Result("loky on 2 cores vs serial, a long sweep", 1.7, 1e3 * both, 1e3 * alone, alone / both, note)


def _whole(sweep: Sweep, crew: Crew | None = None) -> Outcome:
    *_, outcome = sweeping.run(sweep, crew)
    assert isinstance(outcome, Outcome)
    return outcome


def _seconds(sweep: Sweep, crew: Crew | None = None) -> float:
    begun = time.perf_counter()
    _whole(sweep, crew)
    if crew is not None:
        crew.close()
    return time.perf_counter() - begun
