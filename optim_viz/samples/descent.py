"""Descent on all samples, on one, or on a few at a time: the same optimizer, start and data, another batch size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from optim_viz.optimizers.base import Optimizer
from optim_viz.outcome import judge
from optim_viz.samples.loss import SampleLoss
from optim_viz.trace import Path
from optim_viz.words import Text

ORDERS = ("shuffle", "fixed", "replace")
MOST_UPDATES = 100_000


@dataclass(frozen=True, eq=False)
class BatchPath(Path):
    """The path of one batch size; it is called by it."""

    batch: int = 1

    @property
    def name(self) -> str:
        return f"{self.optimizer.name}, batch {self.batch}"


@dataclass(frozen=True, eq=False)
class Descent:
    """What one batch size did: x (updates+1, 2, lanes), a lane per seed, and `samples` (updates+1,) seen by then.

    A batch of all samples leaves nothing to chance: then there is one lane, whatever the seeds.
    """

    loss: SampleLoss
    optimizer: Optimizer
    batch: int
    order: str
    x: np.ndarray
    samples: np.ndarray
    state: dict[str, np.ndarray]
    calls: int
    seeds: tuple[int, ...]

    @property
    def updates(self) -> int:
        return len(self.x) - 1

    @property
    def full(self) -> bool:
        return self.batch == len(self.loss)

    def path(self, lane: int = 0, rows: Any = None) -> BatchPath:
        """One lane as a Path, with the loss and gradient over all samples along it; `rows` are the updates it shows."""
        rows = np.arange(len(self.x)) if rows is None else np.asarray(rows)
        x = self.x[rows, :, lane]
        once, back = np.unique(rows, return_inverse=True)  # a slow walk is seen many times at one place
        with np.errstate(all="ignore"):
            flat = np.ascontiguousarray(self.x[once, :, lane].T)
            value, gradient = self.loss.raw_value(flat)[back], self.loss.raw_gradient(flat).T[back]
            outcome, end = judge(self.optimizer, self.loss, x, value, gradient)
        held = np.minimum(np.arange(len(x)), end)
        state = {key: many[rows][held, :, lane] for key, many in self.state.items()}
        return BatchPath(self.optimizer, self.loss, x[held], value[held], gradient[held], state, self.calls, end,
                         outcome, seed=self.seeds[lane], batch=self.batch)  # fmt: skip

    def values(self, rows: Any) -> np.ndarray:
        """The loss over all samples after the given numbers of updates (R,) -> (R, lanes)."""
        return self.loss.value(np.moveaxis(self.x[rows], 1, 0))


def descend(
    loss: SampleLoss,
    rule: Optimizer,
    start: Any,
    *,
    batch: int | None = None,
    updates: int = 100,
    seeds: Sequence[int] = (0,),
    order: str = "shuffle",
) -> Descent:
    """Take `updates` steps of `rule`, each on the mean loss of `batch` samples (None: all); a lane per seed.

    `order`: "shuffle" deals all samples out in a new order each epoch (its last batch may be smaller), "fixed" always
    in the order of the data, "replace" draws each batch anew with replacement. A rule that asks for its gradient
    elsewhere gets it there for the same batch. A seed's lane does not depend on the others. ValueError for arguments
    that cannot be used.
    """
    n = len(loss)
    size = n if batch is None else batch
    _check(size, n, updates, seeds, order, rule)
    lanes = 1 if size == n else len(seeds)
    x = np.repeat(np.asarray(start, float).reshape(2, 1), lanes, axis=1)
    state, xs, states = rule.init(x), np.empty((updates + 1, 2, lanes)), []
    xs[0], samples, calls = x, np.zeros(updates + 1, int), 0
    states.append(state)
    draw = _rows(n, size, list(seeds)[:lanes], order)
    with np.errstate(all="ignore"):
        for t in range(1, updates + 1):
            rows = next(draw)

            def grad(q: np.ndarray, rows: Any = rows) -> np.ndarray:
                nonlocal calls
                calls += 1
                return loss.raw_gradient(q, rows)

            x, state = rule.step(x, grad, state, t)
            xs[t], samples[t] = x, samples[t - 1] + (n if rows is None else rows.shape[1])
            states.append(state)
    history = {key: np.stack([s[key] for s in states]) for key in states[0]}
    return Descent(loss, rule, size, order, xs, samples, history, calls, tuple(seeds)[:lanes])


def _check(size: Any, n: int, updates: Any, seeds: Any, order: str, rule: Optimizer) -> None:
    if not isinstance(size, int | np.integer) or isinstance(size, bool) or not 1 <= size <= n:
        raise ValueError(Text("A batch has from 1 to {n} samples.", n=n))
    if not isinstance(updates, int | np.integer) or isinstance(updates, bool) or not 0 <= updates <= MOST_UPDATES:
        raise ValueError(Text("The number of updates must be a whole number from 0 to {most}.", most=MOST_UPDATES))
    if order not in ORDERS:
        raise ValueError(Text("{name} must be one of: {words}.", name="order", words=", ".join(ORDERS)))
    if not len(seeds):
        raise ValueError(Text("There must be at least one seed."))
    if any(map(np.ndim, rule.fields().values())):
        raise ValueError(Text("Batches need one setting of the optimizer, not a sweep."))


def _rows(n: int, size: int, seeds: list[int], order: str) -> Iterator[np.ndarray | None]:
    """Which samples each update sees: (lanes, k), or None for all of them."""
    draws = [np.random.default_rng(seed) for seed in seeds]
    while size == n:
        yield None
    while order == "replace":
        yield np.stack([draw.integers(0, n, size) for draw in draws])
    every = np.tile(np.arange(n), (len(seeds), 1))
    while True:
        deal = every if order == "fixed" else np.stack([draw.permutation(n) for draw in draws])
        for low in range(0, n, size):
            yield deal[:, low : low + size]


def updates_for(epochs: float, n: int, batch: int | None) -> int:
    """How many updates fit into so many epochs."""
    return int(np.floor(epochs * -(-n // (batch or n)) + 1e-9))


def on_clock(when: np.ndarray, ticks: np.ndarray) -> np.ndarray:
    """How many updates are done at each of `ticks`, where update k is done at `when[k]`."""
    return np.searchsorted(when, ticks * (1 + 1e-9), side="right") - 1


def seconds_per_update(
    loss: SampleLoss, rule: Optimizer, batch: int | None, clock: Callable[[], float] = perf_counter, tries: int = 15
) -> float:
    """What one update on `batch` samples costs on this machine: the middle of several short trials."""
    size, per = batch or len(loss), 8
    rows = None if size == len(loss) else np.arange(size)[None]
    x, told = np.asarray(loss.start, float).reshape(2, 1), []
    state = rule.init(x)
    with np.errstate(all="ignore"):
        for _ in range(tries):
            begun = clock()
            for _ in range(per):
                rule.step(x, lambda q: loss.raw_gradient(q, rows), state, 1)
            told.append((clock() - begun) / per)
    return float(np.median(told))
