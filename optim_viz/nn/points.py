"""Measurements on the way: the record of a point, and who is best or ends there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from optim_viz.nn import story
from optim_viz.nn.history import Point, Run
from optim_viz.nn.lockstep import Place
from optim_viz.nn.sampling import Batches
from optim_viz.nn.settings import EarlyStopping

Found = dict[str, tuple[np.ndarray, np.ndarray]]  # "train" and "validation" -> loss and score of the running runs


def point(place: Place, found: Found, last: Point | None, batches: Batches) -> Point:
    """What was found, in the order of the runs; one with anything infinite is not active and repeats its last."""
    running = np.array(place.running)
    own = {"gradient_norm": place.norm, "update_ratio": place.ratio, "clipped": place.clipped}
    new = {name: column[running] for name, column in own.items()}
    for part, pair in found.items():
        new |= {f"{part}_loss": pair[0], f"{part}_score": pair[1]}
    fine = np.logical_and.reduce([np.isfinite(column) for column in new.values()])
    columns: dict[str, Any] = {"validation_loss": None, "validation_score": None}
    for name, column in new.items():
        columns[name] = getattr(last, name).copy() if last else np.zeros(len(place.loss), column.dtype)
        columns[name][running[fine]] = column[fine]
    active = np.zeros(len(place.loss), bool)
    active[running] = fine
    return Point(place.step, place.step / batches.per_epoch, batches.seen(place.step), active=active, **columns)


def watched(place: Place, at: Point, first: Point | None, runs: Sequence[Run], stop: EarlyStopping | None) -> Place:
    """The place after a look at the losses: the lowest so far is kept, runs that cannot or need not go on end."""
    place = place if first else replace(place, loss=at.train_loss)
    loss = at.train_loss if at.validation_loss is None else at.validation_loss
    better = at.active & (loss < place.lowest)
    rows = place.theta(len(runs))
    best = {k: (place.step, rows[k], {name: a[k] for name, a in place.statistics.items()})
            for k in np.flatnonzero(better).tolist()}  # fmt: skip
    place = replace(place, best={**place.best, **best}, lowest=np.where(better, loss, place.lowest))
    ends = {k: story.diverged(runs[k], place.step, float(place.loss[k]), first and float(first.train_loss[k]))
            for k in place.running if not at.active[k]}  # fmt: skip
    if stop and at.epoch == int(at.epoch):
        clear = loss < place.mark - stop.min_delta
        place = replace(place, mark=np.where(clear, loss, place.mark), waited=np.where(clear, 0, place.waited + 1))
        ends |= {k: story.stopped(place.step, int(at.epoch), stop.patience)
                 for k in place.running if at.active[k] and place.waited[k] >= stop.patience}  # fmt: skip
    return place.ended(ends, place)
