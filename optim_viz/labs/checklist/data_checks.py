"""Checks of the data: missing values, rare classes, and columns of very different size."""

from __future__ import annotations

import numpy as np

from optim_viz.labs.checklist.record import Case, Finding, Fix, fine
from optim_viz.nn.views import chances
from optim_viz.words import Text

RARE = 4.0  # the largest class has so many times the samples of the smallest
DROP = 0.1  # balanced accuracy below accuracy
APART = 30.0  # ratio of the deviations of two columns, or of all numbers to 1
EMPTY = 0.01  # share of missing cells
FEWEST = 20  # rows that are left to train on


def missing(case: Case) -> Finding:
    """Blanks: they were filled with the mean of their column, which is not what was there."""
    X = case.data.X.reshape(len(case.data), -1)
    gaps = np.isnan(X)
    share, rows = float(gaps.mean()), gaps.any(axis=1)
    if share < EMPTY:
        if not rows.any():
            return fine(Text("No value is missing."))
        return fine(Text("{n} of {all} values are missing: too few to matter.", n=int(gaps.sum()), all=gaps.size))
    worst = gaps.mean(axis=0)
    said = Text("{share:.0%} of the values are missing, {most:.0%} in the worst column; {rows} of {n} rows have a gap.",
                share=share, most=float(worst.max()), rows=int(rows.sum()), n=len(X))  # fmt: skip
    cause = Text("Each gap was filled with the mean of its column: the network learns from values nobody measured.")
    kept = np.flatnonzero(~rows)
    fixes = ()
    if len(kept) >= FEWEST:
        fixes = (Fix("rows", tuple(kept.tolist()), Text("Keep the {n} complete rows only", n=len(kept))),)
    return Finding(True, said, cause, fixes)


def imbalance(case: Case) -> Finding:
    """Rare classes, and an accuracy that hides them."""
    if not case.classes:
        return fine(Text("The target is a number, so no class can be rare."))
    counts = np.bincount(case.data.y, minlength=len(case.data.classes))
    ratio = counts.max() / max(counts.min(), 1)
    if ratio < RARE:
        return fine(Text("The largest class has {ratio:.1f} times the samples of the smallest.", ratio=float(ratio)))
    accuracy, balanced, rare = recalls(case)
    said = Text("The largest class has {most} samples, the smallest {least}. Always naming the largest would be right "
                "in {lazy:.0%}; the network is right in {accuracy:.0%}, in the smallest class in {rare:.0%}.",
                most=int(counts.max()), least=int(counts.min()), lazy=float(counts.max() / counts.sum()),
                accuracy=accuracy, rare=rare)  # fmt: skip
    if accuracy - balanced < DROP:
        return fine(Text("{said} The rare class is not lost.", said=said))
    cause = Text("The loss is a mean over samples, so a rare class hardly counts, and accuracy, a mean over samples "
                 "too, does not show it. The mean over the classes is {balanced:.0%}.", balanced=balanced)  # fmt: skip
    kept = balanced_rows(case.data.y, int(counts.min()))
    fixes = ()
    if len(kept) >= FEWEST:
        fixes = (
            Fix("rows", tuple(kept.tolist()), Text("Keep as many samples of each class ({n} in all)", n=len(kept))),
        )
    return Finding(True, said, cause, fixes)


def recalls(case: Case) -> tuple[float, float, float]:
    """On all samples not trained on: accuracy, the mean accuracy of the classes, and that of the rarest class."""
    parts = [part for part in (case.split.validation, case.split.test) if len(part)] or [case.split.train]
    X, y = (np.concatenate([getattr(part, name) for part in parts]) for name in ("X", "y"))
    with np.errstate(all="ignore"):
        said = chances(case.net, case.history.final, X)[case.run].argmax(axis=-1)
    each = {int(k): float((said[y == k] == k).mean()) for k in np.unique(y)}
    counts = np.bincount(case.data.y, minlength=len(case.data.classes))
    rarest = min(each, key=lambda k: counts[k])
    return float((said == y).mean()), float(np.mean(list(each.values()))), each[rarest]


def balanced_rows(y: np.ndarray, each: int) -> np.ndarray:
    """The first rows of each class, as many of one as of the other, in their order."""
    return np.sort(np.concatenate([np.flatnonzero(y == k)[:each] for k in np.unique(y)]))


def scale(case: Case) -> Finding:
    """Inputs and targets as training saw them: columns that differ widely, or numbers far from 1."""
    if case.data.image:
        return fine(Text("All pixels have one scale."))
    widths = case.split.train.X.reshape(len(case.split.train), -1).std(axis=0)
    widths = widths[widths > 0]
    if not len(widths):
        return fine(Text("All columns are constant."))
    large, small = float(widths.max()), float(widths.min())
    target = 1.0 if case.classes else float(case.split.train.y.std()) or 1.0
    said = Text("Standard deviations of the columns in training: {small:.3g} to {large:.3g}", small=small, large=large)
    wild = large > APART * small or large > APART or small < 1 / APART or not 1 / APART <= target <= APART
    if not wild:
        before = case.data.X.reshape(len(case.data), -1)
        raw = np.nanstd(before, axis=0)
        raw = raw[raw > 0]
        if case.split.scaler.kind != "none" and len(raw) and raw.max() > APART * raw.min():
            return fine(Text("{said}; before they were scaled the ratio was {ratio:,.0f}.", said=said,
                             ratio=float(raw.max() / raw.min())))  # fmt: skip
        return fine(Text("{said}.", said=said))
    times = (large / small) ** 2
    cause = Text("The gradient of a weight is as large as its input: a valley {times:,.0f} times as steep along one "
                 "axis as along another, so no one learning rate fits all weights.", times=times)  # fmt: skip
    if not 1 / APART <= target <= APART:
        cause = Text(
            "The targets vary by {target:.3g}: errors, and with them the gradient, are as large.", target=target
        )
    return Finding(True, Text("{said}.", said=said), cause, (Fix("scale", "standardize", Text("Scale the columns")),))
