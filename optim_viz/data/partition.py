"""Which rows are for training, which for choosing, which for judging."""

import math
from numbers import Real

import numpy as np

from optim_viz.words import Text

Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


def parts(
    n: int,
    labels: np.ndarray | None,
    train: float,
    validation: float,
    seed: int,
    shuffle: bool,
    held_out: int = 0,
) -> Rows:
    """Row numbers of training, validation and test: disjoint, together all n.

    `labels` (n,) keep the share of each class alike in all parts (None: plain random rows). Without `shuffle` the
    parts follow each other in the order of the rows, as time series need it. The last `held_out` rows, if any, are
    the test part; the others are divided in the proportion train : validation. ValueError for shares that leave a
    wanted part empty.
    """
    train, validation = _share("train", train), _share("validation", validation)
    if train <= 0 or train + validation > 1 + 1e-9:
        raise ValueError(Text("The shares of training and validation must add up to at most 1, with some training."))
    free = n - held_out
    if held_out:
        train, validation = train / (train + validation), validation / (train + validation)
    order = _order(free, labels, seed, shuffle)
    first = round(train * free)
    second = free if train + validation > 1 - 1e-9 else round((train + validation) * free)
    wanted = (True, validation > 0, train + validation <= 1 - 1e-9)
    rows = (order[:first], order[first:second], order[second:])
    if any(want and not len(part) for want, part in zip(wanted, rows, strict=True)):
        raise ValueError(Text("Too few rows for this split: {n}.", n=n))
    return (rows[0], rows[1], np.arange(free, n)) if held_out else rows


def _share(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value) or not 0 <= value <= 1:
        raise ValueError(Text("The share {name} must be a number from 0 to 1.", name=name))
    return float(value)


def _order(n: int, labels: np.ndarray | None, seed: int, shuffle: bool) -> np.ndarray:
    """All rows in an order of which every stretch is a fair sample."""
    if not shuffle:
        return np.arange(n)
    order = np.random.default_rng(seed).permutation(n)
    if labels is None:
        return order
    # Member r of a class of c rows stands at (r + ½)/c: the classes run through the order at the same pace.
    place = np.empty(n)
    for label in np.unique(labels):
        members = np.flatnonzero(labels[order] == label)
        place[members] = (np.arange(len(members)) + 0.5) / len(members)
    return order[np.argsort(place, kind="stable")]
