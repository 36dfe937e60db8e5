"""Train one network with several optimizers side by side: same first weights, same batches, a generator of events."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from time import perf_counter, thread_time
from typing import Any

import numpy as np

from optim_viz.nn import lockstep, points, sampling, story
from optim_viz.nn.changes import Change
from optim_viz.nn.history import Checkpoint, History, Judgment, Point, Progress, Thinned
from optim_viz.nn.measuring import Meter
from optim_viz.nn.network import Network
from optim_viz.nn.sampling import Batches
from optim_viz.nn.settings import MAX_EPOCHS, MAX_POINTS, EarlyStopping, Settings, runs, trainable, whole
from optim_viz.nn.steps import Stepper
from optim_viz.optimizers.base import Optimizer
from optim_viz.words import Text

Event = Progress | Point | History
MAX_BYTES = 150_000_000
_PATH_BYTES, _PLACE_BYTES = 40_000_000, 20_000_000  # for parameters to draw, and for places to rewind to
_TRIAL = 0.5  # seconds an estimate may take
_SAID = 0.02  # seconds of work without a sign of life


def train(
    net: Network,
    data: Any,
    optimizers: Optimizer | Sequence[Optimizer],
    *,
    epochs: int = 10,
    batch_size: int | None = 32,
    seed: int | Sequence[int] = 0,
    sampling: str = "shuffle",
    clip: float | None = None,
    clip_by: str = "norm",
    stop: EarlyStopping | None = None,
    every: int | None = None,
    checkpoints: int = 1000,
    changes: tuple[Change, ...] = (),
    weight_noise: float = 0.0,
) -> Generator[Event, None, None]:
    """Trains step by step, and yields a Progress at least every 250 ms, a Point at each epoch's end, last a History.

    `data` is a split with train, validation and test, or (X, y), or ((X, y), (X, y), (X, y)). `batch_size` None is
    the whole training set; `sampling` "shuffle" or "replacement"; `seed` a number or several: every optimizer runs
    with each. `clip` limits the gradient's norm or, `clip_by` "value", each component. `every` measures also after
    each so many steps. The parameters of at most `checkpoints` points are kept, evenly thinned out to 40 MB.
    `changes` are made to each mini-batch, in this order; `weight_noise` is the deviation of what is added to the
    weights (no biases) while a gradient is taken. Both are for training alone: what is measured has neither.
    Closing the generator stops; each run is bit for bit what it is alone. ValueError, at once, for bad arguments.
    """
    how = Settings(epochs, batch_size, sampling, clip, clip_by, stop, every, checkpoints, changes,
                   weight_noise)  # fmt: skip
    return Trainer(net, data, optimizers, how, seed=seed).events()


@dataclass(frozen=True)
class Estimate:
    """What a training will take: seconds on this machine (measured on a few steps), bytes of memory, steps."""

    seconds: float
    bytes: int
    steps: int


class Trainer:
    """Training that can pause, go on, and go back.

    Leave the loop over `events()` to pause and begin another to go on; `rewind(step)` goes back to any of the steps
    in `stations`, from where all is repeated exactly; `extend(epochs)` moves the end. ValueError for bad arguments.
    """

    def __init__(self, net: Network, data: Any, optimizers: Any, how: Settings | None = None, *, seed: Any = 0) -> None:
        self.net, self.how, self.runs = trainable(net), how or Settings(), runs(optimizers, seed)
        parts = sampling.parts(net, data)
        if self.how.stop and "validation" not in parts:
            raise ValueError(Text("Early stopping needs validation samples."))
        seeds = sorted({run.seed for run in self.runs})
        statistics = net.init_state(len(self.runs))
        judged = {**parts, "train": sampling.judged(parts["train"])}
        self.batches = Batches(parts["train"], self.how.batch_size, self.how.sampling, seeds, 2 if statistics else 1)
        self.judged, self.meters = len(judged["train"]), {name: Meter(net, part) for name, part in judged.items()}
        self._stepper = Stepper(net, self.runs, self.batches, self.how)
        self._refuse_too_much()
        theta = net.init(seeds)[self._stepper.seeds]
        net.gradient(theta[0], judged["train"].take(np.arange(len(judged["train"]))[:2]))  # some layers refuse
        self.place = lockstep.start(self.runs, theta, statistics, self._stepper.at_once)
        self.points: list[Point] = []
        self._path = Thinned(min(self.how.checkpoints, _PATH_BYTES // (8 * theta.size)))
        self._places = Thinned(_PLACE_BYTES // self._place_bytes())
        self._tests: tuple[Judgment, Judgment] | None = None
        self._begun, self._said, self._from = perf_counter(), perf_counter(), 0

    @property
    def steps(self) -> int:
        """How many steps there are in all."""
        return self.how.epochs * self.batches.per_epoch

    @property
    def stations(self) -> tuple[int, ...]:
        """The steps `rewind` can go back to: measured points, evenly thinned out to 20 MB."""
        return tuple(self._kept())

    def _kept(self) -> dict[int, lockstep.Place]:
        """Step -> place: those on the way, and where it stands, if that was measured."""
        kept = {place.step: place for place in self._places.items.values()}
        here = self.points and self.points[-1].step == self.place.step
        return kept | ({self.place.step: self.place} if here else {})

    def running(self, step: int) -> int:
        """How many runs would go on from this one of `stations`."""
        return len(self._kept()[step].running)

    def rewind(self, step: int) -> None:
        """Goes back to a step of `stations`; ValueError for another one."""
        kept = self._kept()
        if step not in kept:
            raise ValueError(Text("Nothing was kept at step {step}.", step=step))
        self.place = kept[step]
        self.points = [p for p in self.points if p.step <= step]
        self._path.forget(len(self.points) - 1)
        self._places.forget(len(self.points) - 1)

    def extend(self, epochs: int) -> None:
        """Sets the number of epochs, as if it had been asked for at first; ValueError if it is already past."""
        whole("epochs", epochs, -(-self.place.step // self.batches.per_epoch), MAX_EPOCHS)
        before, self.how = self.how, replace(self.how, epochs=epochs)
        try:
            self._refuse_too_much()
        except ValueError:
            self.how = before
            raise

    def again(self, step: int, optimizers: Any, how: Settings) -> Trainer:
        """Another training, from a step of `stations` on: the weights and memories of then, other settings.

        This one stays as it is. ValueError for other rules, batches or samples: they would not fit the memories.
        """
        fresh = runs(optimizers, sorted({run.seed for run in self.runs}))
        same = [(type(run.optimizer), run.seed) for run in fresh] == [(type(r.optimizer), r.seed) for r in self.runs]
        if not same or (how.batch_size, how.sampling) != (self.how.batch_size, self.how.sampling):
            raise ValueError(Text("To go on from there, the optimizers and the batch size must be the same."))
        if how.stop and "validation" not in self.meters:
            raise ValueError(Text("Early stopping needs validation samples."))
        new = copy(self)
        new.points, new._path, new._places = list(self.points), self._path.copy(), self._places.copy()
        new.rewind(step)
        new.how, new.runs, new._stepper = how, fresh, Stepper(self.net, fresh, self.batches, how)
        groups = [replace(g, rule=lockstep.joined([fresh[k].optimizer for k in g.runs])) for g in new.place.groups]
        new.place = replace(new.place, groups=tuple(groups))
        new.extend(how.epochs)
        return new

    def events(self) -> Generator[Event, None, None]:
        """Goes on from where it stands: Progress and Point records, at the end the History."""
        self._begun = self._said = perf_counter()
        self._from, self._tests = self.place.step, None
        while True:
            new = not self.points or self.points[-1].step < self.place.step
            if new and self._measured(self.place.step) and self.place.groups:
                yield (yield from self._told(self._measure()))
            if self.place.step >= self.steps or not self.place.groups:
                break
            yield from self._told(self._advance())
        if "test" in self.meters:
            self._tests = yield from self._told(self._judge())
        yield self.history()

    def estimate(self) -> Estimate:
        """Tries two steps and two measurements, unless they would be long, and leaves everything as it was."""
        each = len(self.runs) * self.net.cost(self.batches.size).seconds
        measuring = len(self.runs) / 3 * sum(self.net.cost(len(meter.data)).seconds for meter in self.meters.values())
        if self.place.groups and each + measuring < _TRIAL:
            trial = copy(self)
            trial.points, trial._path, trial._places = [], Thinned(2), Thinned(2)
            measuring, each = (_seconds(work) for work in (trial._measure, trial._advance))
        return Estimate(self.steps * each + self._points() * measuring, self._bytes(), self.steps)

    def history(self) -> History:
        """The story so far."""
        return story.history(
            self.place, self.points, list(self._path.items.values()), self.steps, self.batches.per_epoch, self._tests,
            net=self.net, runs=self.runs, score=self.meters["train"].score_name, judged=self.judged,
            batch_size=self.batches.size,
        )  # fmt: skip

    def _measured(self, step: int) -> bool:
        often = self.how.every
        return step == self.steps or not step % self.batches.per_epoch or bool(often and not step % often)

    def _points(self) -> int:
        return self.how.epochs + (self.steps // self.how.every if self.how.every else 0) + 1

    def _told(self, work: Generator[None, None, Any]) -> Generator[Progress, None, Any]:
        """Does the work, with a sign of life in its pauses where the last is long ago."""
        while True:
            try:
                next(work)
            except StopIteration as end:
                return end.value
            if perf_counter() - self._said >= _SAID:
                yield self._progress()
                self._said = perf_counter()

    def _progress(self) -> Progress:
        step, spent = self.place.step, perf_counter() - self._begun
        left = spent / max(step - self._from, 1) * (self.steps - step)
        return Progress(step, self.steps, step / self.batches.per_epoch, self.batches.seen(step),
                        len(self.place.running), spent, left)  # fmt: skip

    def _advance(self) -> Generator[None, None, None]:
        before = self.place
        after, lost = yield from self._stepper.advance(before, self._measured(before.step + 1))
        outcomes = {run: story.diverged(self.runs[run], after.step, loss, float(self.points[0].train_loss[run]))
                    for run, loss in lost.items()}  # fmt: skip
        self.place = after.ended(outcomes, before)

    def _measure(self) -> Generator[None, None, Point]:
        """Adds a point, ends the runs that cannot or need not go on, and keeps where they are."""
        place, found = self.place, {}
        state = {name: a[list(place.running)] for name, a in place.statistics.items()}
        for name in ("train", "validation"):
            if name in self.meters:
                found[name] = yield from self.meters[name].measure(place.rows, state)
        first, last = (self.points[0], self.points[-1]) if self.points else (None, None)
        point = points.point(place, found, last, self.batches)
        self.place = points.watched(place, point, first, self.runs, self.how.stop)
        self.points.append(point)
        kept = Checkpoint(place.step, place.theta(len(self.runs)), place.statistics)
        self._path.offer(len(self.points) - 1, kept)
        self._places.offer(len(self.points) - 1, self.place)
        return point

    def _judge(self) -> Generator[None, None, tuple[Judgment, Judgment]]:
        """Final and best parameters on the test samples."""
        final = Checkpoint(self.place.step, self.place.theta(len(self.runs)), self.place.statistics)
        last = yield from self.meters["test"].measure(final.theta, final.state)
        best = story.best(self.place, final)
        lowest = yield from self.meters["test"].measure(best.theta, best.state)
        return _judgment(*last), _judgment(*lowest)

    def _bytes(self) -> int:
        """Memory above the data: parameters, states, one pass, and what is kept."""
        numbers = len(self.runs) * self.net.parameter_count
        at_once = self._stepper.at_once if len(self.runs) > 1 else 1
        passing = min(at_once, len(self.runs)) * self.net.cost(self.batches.size).bytes
        place = self._place_bytes()
        kept = [min(most, self._points() * each) for most, each in ((_PATH_BYTES, 8 * numbers), (_PLACE_BYTES, place))]
        return 4 * 8 * numbers + 2 * place + passing + max(kept[0], 16 * numbers) + max(kept[1], 2 * place)

    def _place_bytes(self) -> int:
        """Parameters, the best ones, and the states of the rules."""
        arrays = sum(2 + len(run.optimizer.init(np.zeros((1, 1)))) for run in self.runs)
        return 8 * arrays * self.net.parameter_count

    def _refuse_too_much(self) -> None:
        if self._points() > MAX_POINTS:
            raise ValueError(Text("This would measure {points:,} times; the limit is {most:,}. Measure less often.",
                                  points=self._points(), most=MAX_POINTS))  # fmt: skip
        if self._bytes() > MAX_BYTES:
            raise ValueError(Text("This training needs about {need:.0f} MB of memory; the limit is {most:.0f} MB. "
                                  "Use a smaller network, a smaller batch, or fewer runs.",
                                  need=self._bytes() / 1e6, most=MAX_BYTES / 1e6))  # fmt: skip


def _judgment(loss: np.ndarray, score: np.ndarray) -> Judgment:
    fine = np.isfinite(loss) & np.isfinite(score)
    return Judgment(np.where(fine, loss, np.inf), np.where(fine, score, 0.0))


def _seconds(work: Callable[[], Generator[None, None, Any]]) -> float:
    """How long the work takes the second time, apart from what else the machine is doing."""
    for _ in range(2):
        begun = thread_time()
        for _ in work():
            pass
    return thread_time() - begun
