"""The story of a training: what became of each run, in words, and all numbers in one record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optim_viz.nn.history import Checkpoint, History, Judgment, Point, Run
from optim_viz.nn.lockstep import Place
from optim_viz.outcome import Outcome
from optim_viz.words import Text


def diverged(run: Run, step: int, loss: float, before: float | None) -> Outcome:
    """Loss or parameters were not finite after `step`; `before` is the first loss, `loss` the last finite one."""
    if before is None:
        return Outcome("diverged", step, Text("The loss is infinite with the first weights: make them smaller."))
    lr = getattr(run.optimizer, "lr", None)
    if lr is None:
        words = Text("The loss became infinite at step {step}; it was {before:.3g} at first, {loss:.3g} in the end.",
                     step=step, before=before, loss=loss)  # fmt: skip
    else:
        words = Text("The loss became infinite at step {step} with lr {lr:g}; it was {before:.3g} at first, {loss:.3g} "
                     "in the end. Try a smaller rate.", step=step, lr=lr, before=before, loss=loss)  # fmt: skip
    return Outcome("diverged", step, words)


def stopped(step: int, epoch: int, patience: int) -> Outcome:
    """Ended by early stopping."""
    words = Text("Stopped after epoch {epoch}: the validation loss was not below that of epoch {best} any more.",
                 epoch=epoch, best=epoch - patience)  # fmt: skip
    return Outcome("stopped early", step, words)


def _at_end(step: int, epoch: float, over: bool, before: float, loss: float) -> Outcome:
    if not over:
        return Outcome("running", step, Text("Not finished: {epoch:.3g} epochs done.", epoch=epoch))
    facts = {"before": before, "loss": loss}
    if loss > before:
        return Outcome("growing", step, Text("The training loss went up from {before:.3g} to {loss:.3g}.", **facts))
    return Outcome("trained", step, Text("The training loss went from {before:.3g} to {loss:.3g}.", **facts))


def _outcome(place: Place, points: Sequence[Point], run: int, steps: int, per_epoch: int) -> Outcome:
    if run in place.gone:
        return place.gone[run][1]
    before, loss = (float(points[k].train_loss[run]) if points else 0.0 for k in (0, -1))
    return _at_end(place.step, place.step / per_epoch, place.step >= steps, before, loss)


def history(place: Place, points: Sequence[Point], path: Sequence[Checkpoint], steps: int, per_epoch: int,
            tests: tuple[Judgment, Judgment] | None, **facts: Any) -> History:  # fmt: skip
    """The record of all that was measured so far."""
    count = len(facts["runs"])
    final = Checkpoint(place.step, place.theta(count), place.statistics)
    active = np.array([point.active for point in points], int).reshape(-1, count)
    return History(
        **facts,
        **{name: _column(points, name) for name in Point.__dataclass_fields__ if name != "active"},
        steps_per_epoch=per_epoch,
        end=active.sum(axis=0) - 1,
        outcomes=tuple(_outcome(place, points, run, steps, per_epoch) for run in range(count)),
        checkpoints=(*path, *([] if path and path[-1].step == place.step else [final])),
        final=final,
        best=best(place, final),
        best_step=np.array([place.best[run][0] if run in place.best else 0 for run in range(count)]),
        test=tests and tests[0],
        best_test=tests and tests[1],
    )


def best(place: Place, final: Checkpoint) -> Checkpoint:
    """Each run's parameters where its loss was lowest; the final ones of a run without any loss."""
    theta, state = final.theta.copy(), {name: a.copy() for name, a in final.state.items()}
    for run, (_, row, statistics) in place.best.items():
        theta[run] = row
        for name, a in statistics.items():
            state[name][run] = a
    return Checkpoint(place.step, theta, state)


def _column(points: Sequence[Point], name: str) -> Any:
    values = [getattr(point, name) for point in points]
    return None if values and values[0] is None else np.stack(values, axis=-1) if values else np.empty(0)
