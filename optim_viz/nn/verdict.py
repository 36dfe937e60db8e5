"""What a training shows, as numbers first and as honest sentences second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from optim_viz.nn.history import History
from optim_viz.nn.measuring import Meter
from optim_viz.words import Text

ROSE, LATE = 1.1, 0.75  # a validation loss has risen that ends so many times its lowest, and was lowest before that


@dataclass(frozen=True)
class Row:
    """One run in numbers; (training, validation, test) loss and score, None where there are no such samples.

    `gradient` and `update` are the gradient norm and the update/weight ratio of the last step; `lowest` is the epoch
    with the lowest validation loss, `rose` whether it has clearly gone up since; `errors` are the squared
    errors of each test sample in a regression; `clipped` is the share of steps whose gradient was shortened.
    """

    name: str
    loss: tuple[float | None, ...]
    score: tuple[float | None, ...]
    gradient: float
    update: float
    epochs: float
    kind: str
    reason: Text
    lowest: float
    rose: bool
    errors: np.ndarray | None
    clipped: float = 0.0


def rows(history: History, test: Any = None) -> list[Row]:
    """A row per run, judged where it ended; `test` has X and y, if there are test samples."""
    loss, score, errors = _tested(history, test)
    found = []
    for k, run in enumerate(history.runs):
        end = max(int(history.end[k]), 0)
        watched = history.validation_loss is not None and history.end[k] >= 0
        path = history.validation_loss[k, : end + 1] if watched else np.zeros(1)  # type: ignore[index]
        best = int(path.argmin())
        found.append(Row(
            run.optimizer.label(),
            (*(_at(history, f"{part}_loss", k, end) for part in ("train", "validation")), loss[k]),
            (*(_at(history, f"{part}_score", k, end) for part in ("train", "validation")), score[k]),
            float(history.gradient_norm[k, end]), float(history.update_ratio[k, end]), float(history.epoch[end]),
            history.outcomes[k].kind, history.outcomes[k].reason, float(history.epoch[best]),
            _rose(path, best), None if errors is None else errors[k],
            float(history.clipped[k, end]) / max(int(history.step[end]), 1),
        ))  # fmt: skip
    return found


def _rose(path: np.ndarray, best: int) -> bool:
    """Whether the last tenth of a path (points,) lies clearly above its lowest value, reached well before."""
    return best < LATE * (len(path) - 1) and bool(path[-max(1, len(path) // 10) :].mean() > ROSE * path[best])


def _at(history: History, name: str, run: int, end: int) -> float | None:
    values = getattr(history, name)
    return None if values is None or history.end[run] < 0 else float(values[run, end])


def _tested(history: History, test: Any) -> tuple[Sequence[float | None], Sequence[float | None], np.ndarray | None]:
    """Also of a training that was stopped: loss and score (runs,) on the test samples, and squared errors."""
    count = len(history.runs)
    if test is None or not len(test.X):
        return [None] * count, [None] * count, None
    meter, at = Meter(history.net, history.net.batch(test.X, test.y)), history.final
    work = meter.measure(at.theta, at.state)
    while True:
        try:
            next(work)
        except StopIteration as end:
            loss, score = end.value
            break
    fine = np.isfinite(loss) & (history.end >= 0)
    errors = None
    if history.score == "R²":
        with np.errstate(all="ignore"):
            said = history.net.predict(at.theta, test.X, state=at.state or None)[..., 0]
            errors = (said - test.y) ** 2
    told = ([float(v) if ok else None for v, ok in zip(values, fine, strict=True)] for values in (loss, score))
    return *told, errors  # type: ignore[return-value]


def reading(found: Sequence[Row], score: str, tests: int) -> list[Text]:
    """Sentences that say what the table says, and no more than it says; `tests` counts test samples."""
    said = [Text("{name} diverged. {reason}", name=r.name, reason=r.reason) for r in found if r.kind == "diverged"]
    said += [Text("{name} got worse. {reason}", name=r.name, reason=r.reason) for r in found if r.kind == "growing"]
    said += [Text("{name} stopped early. {reason}", name=r.name, reason=r.reason) for r in found
             if r.kind == "stopped early"]  # fmt: skip
    cut = [f"{r.name} ({r.clipped:.0%})" for r in found if r.clipped]
    if cut:
        said.append(Text("The gradient was clipped, in the share of steps in parentheses: {names}.",
                         names=", ".join(cut)))  # fmt: skip
    alive = [r for r in found if r.kind not in ("diverged", "growing") and r.loss[0] is not None]
    if len(alive) > 1:
        said.append(_order(sorted(alive, key=lambda r: r.loss[0] or 0.0)))
    judged = [r for r in alive if r.score[2] is not None]
    if tests and judged:
        said += _accuracy(judged, tests) if score == "accuracy" else _errors(judged, tests)
    over = [r for r in alive if r.rose]
    if over:
        said.append(Text("A sign of overfitting: the validation loss was lowest at the epoch in parentheses and has "
                         "risen by more than a tenth since: {names}.",
                         names=", ".join(f"{r.name} ({r.lowest:.3g})" for r in over)))  # fmt: skip
    said += [Text("Stopped by hand; the numbers are those of that moment.")] * any(r.kind == "running" for r in found)
    said.append(Text("One seed, one split, one setting each: this proves nothing. Another seed may change the order."))
    return said


def _order(alive: list[Row]) -> Text:
    best, worst = alive[0], alive[-1]
    return Text("Lowest training loss: {best} ({low:.3g}); highest: {worst} ({high:.3g}).",
                best=best.name, low=best.loss[0], worst=worst.name, high=worst.loss[0])  # fmt: skip


def margin(p: float, n: int) -> float:
    """How far a share p of n test samples may be off by chance: 95 % of such tests fall within ± this (Wald)."""
    return 1.96 * sqrt(p * (1 - p) / n)


def _accuracy(judged: list[Row], tests: int) -> list[Text]:
    """The best against each other one: the noise of two shares, at their mean, so that 100 % is not called certain."""
    order = sorted(judged, key=lambda r: -(r.score[2] or 0.0))
    best = order[0].score[2] or 0.0
    if len(order) == 1:
        return [Text("{name} is right on {share:.1%} of {n} test samples, known to about ±{off:.1%}.",
                     name=order[0].name, share=best, n=tests, off=margin(best, tests))]  # fmt: skip
    if order[-1].score[2] == 1:
        return [Text("All are right on all {n} test samples: these samples cannot tell them apart.", n=tests)]
    off = {r.name: sqrt(2) * margin((best + (r.score[2] or 0.0)) / 2, tests) for r in order}
    alike = [r for r in order if best - (r.score[2] or 0.0) <= off[r.name]]
    behind = [r for r in order if r not in alike]
    said = []
    if len(alike) > 1:
        names = ", ".join(f"{r.name} ({r.score[2]:.1%})" for r in alike)
        said.append(Text("Not distinguishable on {n} test samples, where chance alone makes ±{off:.1%}: {names}.",
                         n=tests, off=max(off[r.name] for r in alike), names=names))  # fmt: skip
    if behind:
        said.append(Text("Behind {best} by more than chance on {n} test samples: {names}.", best=order[0].name,
                         n=tests, names=", ".join(f"{r.name} ({r.score[2]:.1%})" for r in behind)))  # fmt: skip
    return said


def _errors(judged: list[Row], tests: int) -> list[Text]:
    """The lowest squared error against each other one, sample by sample."""
    order = sorted(judged, key=lambda r: -(r.score[2] or 0.0))
    if len(order) == 1 or tests < 2:
        return []
    alike, behind = [order[0]], []
    for r in order[1:]:
        more = r.errors - order[0].errors  # type: ignore[operator]
        (behind if more.mean() > 1.96 * more.std(ddof=1) / sqrt(tests) else alike).append(r)
    names = [", ".join(f"{r.name} ({r.score[2]:.3f})" for r in group) for group in (alike, behind)]
    said = []
    if len(alike) > 1:
        said.append(Text("R² not distinguishable on {n} test samples: {names}.", n=tests, names=names[0]))
    if behind:
        said.append(Text("R² behind {best} by more than chance on {n} test samples: {names}.",
                         best=order[0].name, n=tests, names=names[1]))  # fmt: skip
    return said


def table(history: History) -> str:
    """All measurements as CSV, one line per run and point."""
    columns = ("train_loss", "train_score", "validation_loss", "validation_score", "gradient_norm", "update_ratio")
    kept = [c for c in columns if getattr(history, c) is not None]
    lines = [",".join(("optimizer", "seed", "step", "epoch", "samples", *kept))]
    for k, run in enumerate(history.runs):
        for i in range(int(history.end[k]) + 1):
            facts = (run.optimizer.label(), run.seed, history.step[i], history.epoch[i], history.samples[i])
            lines.append(",".join(map(str, (*facts, *(repr(float(getattr(history, c)[k, i])) for c in kept)))))
    return "\n".join(lines) + "\n"
