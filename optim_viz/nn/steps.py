"""One step of all runs: a stacked pass forward and backward, then each rule on its own parameters."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from optim_viz.nn.batch import Batch
from optim_viz.nn.clipping import clip_norm, clip_value
from optim_viz.nn.history import Run
from optim_viz.nn.layers import Dropout
from optim_viz.nn.lockstep import Answer, Asked, Group, Place
from optim_viz.nn.network import Network, State
from optim_viz.nn.sampling import Batches
from optim_viz.nn.settings import Settings

PAUSE = 0.05  # seconds: work in one go is made no longer, by the network's own estimate
_PASS_BYTES = 30_000_000


class Stepper:
    """Takes places one step on; its generators pause (yield None) between pieces of work and return the result.

    A step that is left at a pause has changed nothing.
    """

    def __init__(self, net: Network, runs: Sequence[Run], batches: Batches, how: Settings) -> None:
        self.net, self.batches, self.how = net, batches, how
        self.seeds = [batches.seeds.index(run.seed) for run in runs]
        self.masked = any(isinstance(layer, Dropout) and layer.rate for layer in net.layers)
        one = net.cost(batches.size)
        self.at_once = int(max(1, min(_PASS_BYTES / one.bytes, PAUSE / one.seconds)))
        self._elsewhere: set[type] = set()  # rules known not to ask for the gradient where they stand
        self._changed: tuple[Any, Any] = (None, None)
        if how.changes:
            self._batch(1, [0])  # some need pictures

    def advance(self, place: Place, measured: bool) -> Generator[None, None, tuple[Place, dict[int, float]]]:
        """The next place, and the runs that cannot go on with their last loss; `measured` wants norms, too."""
        known = yield from self._known(place)
        moved: list[tuple[Group, Any]] = []
        for group, answer in zip(place.groups, known, strict=True):
            ask = Asked(group.x, answer, lambda q, g=group: self._look(place, g.runs, q.T))
            with np.errstate(all="ignore"):  # divergence is a result, not a warning
                x, state = group.rule.step(group.x, ask, group.state, place.step + 1)
                if ask.first is None:
                    ask(group.x)
            moved.append((replace(group, x=x, state=state), ask.first))
            if not ask.used:
                self._elsewhere.add(type(group.rule))
            yield
        with np.errstate(all="ignore"):
            return _committed(place, moved, measured)

    def _known(self, place: Place) -> Generator[None, None, list[Answer | None]]:
        """Per group, what the network says where it stands, in as few passes as may be; None: it will not be asked."""
        known: list[Answer | None] = [None] * len(place.groups)
        want = [k for k, group in enumerate(place.groups) if type(group.rule) not in self._elsewhere]
        while want:
            some = [want.pop(0)]
            count = len(place.groups[some[0]].runs)
            while want and count + len(place.groups[want[0]].runs) <= self.at_once:
                some.append(want.pop(0))
                count += len(place.groups[some[-1]].runs)
            groups = [place.groups[k] for k in some]
            runs = [run for group in groups for run in group.runs]
            answer, low = self._look(place, runs, np.concatenate([g.x.T for g in groups])), 0
            for k, group in zip(some, groups, strict=True):
                known[k] = answer.of(slice(low, low + len(group.runs)))
                low += len(group.runs)
            yield
        return known

    def _look(self, place: Place, runs: Sequence[int], rows: np.ndarray) -> Answer:
        """Loss and gradient at rows (k, n) on the batch of the next step."""
        seeds = np.array([self.seeds[run] for run in runs])
        statistics = {name: a[list(runs)] for name, a in place.statistics.items()}
        if self.masked and len(set(seeds.tolist())) > 1:
            loss, gradient = np.empty(len(rows)), np.empty_like(rows)
            for seed in set(seeds.tolist()):  # one mask goes for all networks of a pass
                one = seeds == seed
                part = {name: a[one] for name, a in statistics.items()}
                loss[one], gradient[one], after = self._pass(place.step + 1, seeds[one], rows[one], part)
                for name, a in after.items():
                    statistics[name][one] = a
        else:
            loss, gradient, statistics = self._pass(place.step + 1, seeds, rows, statistics)
        if self.how.clip is None:
            return Answer(loss, gradient.T, None, None, statistics)
        cut = (clip_norm if self.how.clip_by == "norm" else clip_value)(gradient, self.how.clip)
        return Answer(loss, cut.gradient.T, cut.norm, cut.active, statistics)

    def _pass(self, step: int, seeds: Any, rows: np.ndarray, statistics: State) -> tuple[Any, np.ndarray, State]:
        masks = self.batches.masks(step, int(seeds[0])) if self.masked else None
        which = seeds.tolist()
        if self.how.weight_noise:
            rows = self._shaken(step, which, rows)
        batch = self._batch(step, which) if self.how.changes else self.batches.take(step, which)
        return self.net.training_pass(rows, batch, state=statistics, seed=masks)

    def _batch(self, step: int, which: list[int]) -> Batch:
        """The changed batch, made once for all groups that ask for it."""
        if self._changed[0] != (step, which):
            self._changed = (step, which), self.batches.changed(step, which, self.how.changes)
        return self._changed[1]

    def _shaken(self, step: int, which: list[int], rows: np.ndarray) -> np.ndarray:
        """The rows (k, n) with noise on their weights, the same for all rows of a seed."""
        parts, shaken = self.net.plan.weights, rows.copy()
        count = sum(part.stop - part.start for part in parts)
        noise = {seed: self.how.weight_noise * self.batches.noise(step, seed, count) for seed in set(which)}
        all_of_it, low = np.stack([noise[seed] for seed in which]), 0
        for part in parts:
            shaken[:, part] += all_of_it[:, low : (low := low + part.stop - part.start)]
        return shaken


def _committed(place: Place, moved: list[tuple[Group, Answer]], measured: bool) -> tuple[Place, dict[int, float]]:
    loss, norm, ratio, clipped = (a.copy() for a in (place.loss, place.norm, place.ratio, place.clipped))
    statistics = {name: a.copy() for name, a in place.statistics.items()}
    lost: dict[int, float] = {}
    for before, (group, answer) in zip(place.groups, moved, strict=True):
        runs = np.array(group.runs)
        fine = np.isfinite(answer.loss)
        finite = np.isfinite(group.x)
        if not (fine.all() and finite.all()):
            fine = fine & finite.all(axis=0)
            high = np.where(np.isfinite(answer.loss), answer.loss, loss[runs])
            lost.update(zip(runs[~fine].tolist(), high[~fine].tolist(), strict=True))
        ok = runs[fine]
        loss[ok] = answer.loss[fine]
        for name, a in answer.statistics.items():
            statistics[name][ok] = a[fine]
        if answer.clipped is not None:
            clipped[ok] += answer.clipped[fine]
        if measured:
            length = _length(answer.gradient) if answer.norm is None else answer.norm
            size = _length(before.x)
            norm[ok] = length[fine]
            ratio[ok] = np.divide(_length(group.x - before.x), size, out=np.zeros_like(size), where=size > 0)[fine]
    groups = tuple(group for group, _ in moved)
    after = replace(place, step=place.step + 1, groups=groups, statistics=statistics, loss=loss, norm=norm, ratio=ratio,
                    clipped=clipped)  # fmt: skip
    return after, lost


def _length(a: np.ndarray) -> np.ndarray:
    """Euclidean length of each column of (n, k)."""
    return np.sqrt((a * a).sum(axis=0))
