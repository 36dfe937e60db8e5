"""Do large batches find sharp minima, and are flat ones better? The experiment, and a test of what it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from optim_viz.curvature import Edge, eigenvalue_steps, sharpness_steps
from optim_viz.nn.measuring import Meter
from optim_viz.nn.network import Network
from optim_viz.nn.training import Settings, Trainer
from optim_viz.optimizers import Optimizer
from optim_viz.words import Text

TOP, RADIUS, DIRECTIONS, TOLERANCE = 3, 0.1, 20, 1e-6
SHUFFLES, CHANCE = 2000, 0.025
UNLIKE = 1.5  # medians of the training loss that differ by more than this factor are not of equal depth
HOVERS = 0.25  # how far from 2/lr, relatively, counts as on the edge
_TRAINING = 0.8  # of the work on one batch size


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where one training ended: `eigenvalues` (k,), the largest of the Hessian of the training loss, falling.

    `sharpness` is the mean rise of that loss along filter-normalized random directions. `kind` is the training's
    outcome: what "diverged" has nan for curvature. `score` is accuracy or R² on the test samples, nan without any.
    """

    optimizer: str
    batch: int
    seed: int
    updates: int
    epochs: float
    kind: str
    loss: float
    score: float
    eigenvalues: np.ndarray
    sharpness: float
    theta: np.ndarray = field(repr=False)

    @property
    def top(self) -> float:
        return float(self.eigenvalues[0])


@dataclass(frozen=True, eq=False)
class Found:
    """How far the experiment is, from 0 to 1, and all minima found so far."""

    done: float
    minima: tuple[Minimum, ...]


def minima_steps(
    net: Network,
    split: Any,
    rules: Optimizer | Sequence[Optimizer],
    *,
    batches: Sequence[int | None],
    seeds: Sequence[int],
    length: int,
    unit: str = "updates",
) -> Iterator[Found]:
    """Trains with each optimizer, each batch size (None: all samples) and each seed, and measures where that ends.

    `length` counts `unit`: "updates" gives each training equally many steps, "epochs" equally many passes through the
    data. A seed has the same first weights for every optimizer and batch size. `split` has train and test with X and y.
    Yields often; the last yield has it all. ValueError for arguments that cannot be used.
    """
    if unit not in ("updates", "epochs"):
        raise ValueError(Text("{name} must be one of: {words}.", name="unit", words="updates, epochs"))
    found: list[Minimum] = []
    for k, batch in enumerate(batches):
        for part, minima in _one_batch(net, split, rules, batch, seeds, length, unit):
            yield Found((k + part) / len(batches), (*found, *minima))
        found += minima


def _one_batch(
    net: Network, split: Any, rules: Any, batch: int | None, seeds: Sequence[int], length: int, unit: str
) -> Iterator[tuple[float, list[Minimum]]]:
    trainer, last = trainer_of(net, split, rules, batch, seeds, length, unit)
    for _ in trainer.events():
        yield _TRAINING * trainer.place.step / last, []
        if trainer.place.step >= last:
            break
    place, outcomes, runs = trainer.place, trainer.history().outcomes, trainer.runs
    theta, rows = place.theta(len(runs)), []
    judged = net.batch(split.train.X, split.train.y)
    loss, _ = yield from _measured(net, judged, theta, place.statistics)
    score = np.full(len(runs), np.nan)
    if len(split.test.X):
        _, score = yield from _measured(net, net.batch(split.test.X, split.test.y), theta, place.statistics)
    for k, run in enumerate(runs):
        state = {name: a[k] for name, a in place.statistics.items()} or None
        values, rise = np.full(min(TOP, net.parameter_count), np.nan), np.nan
        if outcomes[k].kind != "diverged":
            options: dict[str, Any] = {"k": len(values), "tolerance": TOLERANCE, "state": state}
            for found in eigenvalue_steps(net, theta[k], judged, **options):
                yield _TRAINING + (1 - _TRAINING) * k / len(runs), rows
                values = found.values
            for sharp in sharpness_steps(net, theta[k], judged, radius=RADIUS, directions=DIRECTIONS, state=state):
                yield _TRAINING + (1 - _TRAINING) * (k + 0.5) / len(runs), rows
                rise = sharp.mean
        rows.append(Minimum(
            run.optimizer.label(), trainer.batches.size, run.seed, place.step, place.step / trainer.batches.per_epoch,
            outcomes[k].kind, float(loss[k]), float(score[k]), values, rise, theta[k],
        ))  # fmt: skip
    yield 1.0, rows


def trainer_of(
    net: Network, split: Any, rules: Any, batch: int | None, seeds: Sequence[int], length: int, unit: str
) -> tuple[Trainer, int]:
    """A training of all rules and seeds side by side that measures little, and the step at which to end it."""
    data = split.train.X, split.train.y
    per = Trainer(net, data, rules, Settings(1, batch), seed=list(seeds)).batches.per_epoch
    last = length * per if unit == "epochs" else length
    how = Settings(-(-last // per), batch, every=max(last, 1), checkpoints=2)
    return Trainer(net, data, rules, how, seed=list(seeds)), max(last, 1)


def _measured(net: Network, data: Any, theta: np.ndarray, state: Any) -> Iterator[Any]:
    """Loss and score of all seeds, with pauses."""
    work = Meter(net, data).measure(theta, state)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value
        yield _TRAINING, []


@dataclass(frozen=True)
class Agreement:
    """How many of the pairs agree with a claim (a tie counts half), and how often chance alone does as well.

    `above` is the share of shuffles with at least as many agreeing pairs, `below` with at most as many.
    """

    agree: float
    pairs: int
    above: float
    below: float

    @property
    def verdict(self) -> str:
        """ "supported", "contradicted", or "not distinguishable" from chance."""
        if not self.pairs or min(self.above, self.below) >= CHANCE:
            return "not distinguishable"
        return "supported" if self.above < CHANCE else "contradicted"


def agreement(order: Any, values: Any, groups: Any, shuffles: int = SHUFFLES) -> Agreement:
    """Of two runs of the same group with different `order`, has the one with more of it the larger value?

    Pairs are taken within a group (whole numbers), such as the runs of one seed, for its first weights are the same;
    chance is estimated by shuffling the values within each group. Runs with a number that is not finite are left out.
    """
    order, values, seeds = np.asarray(order, float), np.asarray(values, float), np.asarray(groups)
    fine = np.isfinite(order) & np.isfinite(values)
    order, values, seeds = order[fine], values[fine], seeds[fine]
    low, high = np.nonzero((seeds[:, None] == seeds[None, :]) & (order[:, None] < order[None, :]))
    agree = _agreeing(values, low, high)
    if not len(low):
        return Agreement(0.0, 0, 1.0, 1.0)
    rng, shuffled = np.random.default_rng(0), np.tile(values, (shuffles, 1))
    for group in (np.flatnonzero(seeds == s) for s in np.unique(seeds)):
        shuffled[:, group] = rng.permuted(shuffled[:, group], axis=1)
    chance = _agreeing(shuffled, low, high)
    above, below = ((1 + int(np.sum(hit))) / (1 + shuffles) for hit in (chance >= agree, chance <= agree))
    return Agreement(float(agree), len(low), above, below)


def _agreeing(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> Any:
    rises = values[..., high] - values[..., low]
    return (rises > 0).sum(axis=-1) + 0.5 * (rises == 0).sum(axis=-1)


@dataclass(frozen=True)
class Claims:
    """The two halves of the claim, each by the largest eigenvalue and by the rise along random directions."""

    larger_is_sharper: tuple[Agreement, Agreement]
    flatter_is_better: tuple[Agreement, Agreement]


def claims(minima: Sequence[Minimum]) -> Claims:
    """Tests "large batches find sharp minima" and "flat minima generalize better" on these runs.

    Pairs for the first half share seed and optimizer, for the second half the seed: there a minimum is a minimum.
    """
    seeds, batch, score = ([getattr(m, name) for m in minima] for name in ("seed", "batch", "score"))
    measures = [np.array([getattr(m, name) for m in minima], float) for name in ("top", "sharpness")]
    kinds = sorted({(m.optimizer, m.seed) for m in minima})
    sharper = [agreement(batch, sharp, [kinds.index((m.optimizer, m.seed)) for m in minima]) for sharp in measures]
    better = [agreement(-sharp, score, seeds) for sharp in measures]
    return Claims((sharper[0], sharper[1]), (better[0], better[1]))


@dataclass(frozen=True)
class Row:
    """One optimizer at one batch size: medians over the runs that did not diverge, range of the top eigenvalue."""

    optimizer: str
    batch: int
    updates: int
    epochs: float
    runs: int
    diverged: int
    loss: float
    eigenvalues: tuple[float, ...]
    low: float
    high: float
    sharpness: float
    score: float


def rows(minima: Sequence[Minimum]) -> list[Row]:
    """A row per optimizer and batch size, rising."""
    told, names = [], list(dict.fromkeys(m.optimizer for m in minima))
    for optimizer, batch in product(names, sorted({m.batch for m in minima})):
        group = [m for m in minima if (m.optimizer, m.batch) == (optimizer, batch)]
        fine = [m for m in group if m.kind != "diverged"]
        values = np.array([m.eigenvalues for m in fine]) if fine else np.full((1, TOP), np.nan)
        numbers = [np.median([getattr(m, name) for m in fine]) if fine else np.nan
                   for name in ("loss", "sharpness", "score")]  # fmt: skip
        loss, sharp, score = map(float, numbers)
        told.append(Row(
            optimizer, batch, group[0].updates, group[0].epochs, len(group), len(group) - len(fine), loss,
            tuple(map(float, np.median(values, axis=0))), float(values[:, 0].min()), float(values[:, 0].max()),
            sharp, score,
        ))  # fmt: skip
    return told


def caveats(told: Sequence[Row]) -> list[Text]:
    """What else differs between the rows, so that nobody blames the batch size alone."""
    several = len({r.optimizer for r in told}) > 1
    said = [Text("{which}: {n} of {total} runs diverged and are left out.", which=_which(r, several), n=r.diverged,
                 total=r.runs) for r in told if r.diverged]  # fmt: skip
    known = sorted((r for r in told if np.isfinite(r.loss)), key=lambda r: r.loss)
    if len(known) > 1 and known[-1].loss > UNLIKE * max(known[0].loss, 0.0):
        low, high = known[0], known[-1]
        said.append(Text("They are not equally far down: the median training loss is {low:.3g} ({first}) and "
                         "{high:.3g} ({second}), and curvature changes on the way down.", low=low.loss,
                         first=_which(low, several), high=high.loss, second=_which(high, several)))  # fmt: skip
    return said


def _which(row: Row, several: bool) -> Text:
    if several:
        return Text("{name}, batch {batch}", name=row.optimizer, batch=row.batch)
    return Text("batch {batch}", batch=row.batch)


def edge_reading(edges: Sequence[Edge]) -> Text:
    """What the curvature did against 2/lr, by the steps where it was measured."""
    known = [e for e in edges if e.curvature is not None and np.isfinite(e.curvature)]
    if not edges or not known:
        return Text("Nothing was measured.")
    if not np.isfinite(edges[-1].loss):
        return Text("The loss is no longer finite after {step} steps: this learning rate is too large.",
                    step=edges[-1].step)  # fmt: skip
    values, limit = np.array([e.curvature for e in known], float), known[0].limit
    end = float(np.median(values[-max(1, len(values) // 4) :]))
    crossed = next((e.step for e, v in zip(known, values, strict=True) if v >= limit), None)
    facts: dict[str, Any] = {"limit": limit, "end": end, "step": crossed}
    if abs(end - limit) <= HOVERS * limit:
        return Text("At the edge of stability: in the last quarter of the steps the median of λmax is {end:.3g}, "
                    "close to 2/lr = {limit:.3g}.", **facts)  # fmt: skip
    if crossed is None:
        return Text("λmax stays below 2/lr = {limit:.3g} and ends near {end:.3g}: on a quadratic, these steps would be "
                    "stable.", **facts)  # fmt: skip
    if end < limit:
        return Text("λmax was at or above 2/lr = {limit:.3g} (first seen at step {step}) and then fell to about "
                    "{end:.3g}: the steps left the steep ground for flatter ground.", **facts)  # fmt: skip
    return Text("λmax was at or above 2/lr = {limit:.3g} (first seen at step {step}) and ends near {end:.3g}: on a "
                "quadratic, such steps would diverge.", **facts)  # fmt: skip


def table(minima: Sequence[Minimum]) -> str:
    """All runs as CSV, one line each."""
    most = max((len(m.eigenvalues) for m in minima), default=0)
    names = ["optimizer", "batch", "seed", "updates", "epochs", "outcome", "train_loss", "test_score", "sharpness"]
    lines = [",".join([*names, *(f"eigenvalue_{k + 1}" for k in range(most))])]
    for m in minima:
        numbers = (m.loss, m.score, m.sharpness, *map(float, m.eigenvalues))
        lines.append(
            ",".join(map(str, (m.optimizer, m.batch, m.seed, m.updates, m.epochs, m.kind, *map(repr, numbers))))
        )
    return "\n".join(lines) + "\n"
