"""Which samples each step sees: drawn from (seed, epoch) alone, so that any step can be taken again."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from optim_viz.nn.batch import Batch
from optim_viz.nn.changes import Change
from optim_viz.nn.network import Network
from optim_viz.words import Text

SAMPLING = ("shuffle", "replacement")
_ORDER, _MASKS, _CHANGES, _NOISE = 1, 2, 3, 4  # one seed, four streams
_JUDGED = 2000  # training samples the loss is measured on


class Batches:
    """The mini-batches of a training set, the same for every optimizer; each seed has an order of its own.

    "shuffle" goes through all samples once per epoch, the last batch being what is left; "replacement" draws each
    batch from all samples, as often per epoch. A batch of all samples is the set itself, in its own order.
    `smallest` 2 leaves out a last batch of one sample. ValueError for a batch larger than the data.
    """

    def __init__(self, data: Batch, size: int | None, sampling: str, seeds: Sequence[int], smallest: int) -> None:
        if sampling not in SAMPLING:
            raise ValueError(Text("sampling must be one of: {words}.", words=", ".join(SAMPLING)))
        self.data, self.n, self.seeds = data, len(data), tuple(seeds)
        self.size = self.n if size is None else size
        if self.size > self.n:
            raise ValueError(Text("A batch of {size} is larger than the {n} training samples.", size=size, n=self.n))
        if self.size < smallest:
            raise ValueError(Text("Batch normalization of one sample makes every number 0: use 2 or more."))
        self.replace = sampling == "replacement"
        whole, rest = divmod(self.n, self.size)
        self.per_epoch = whole + (rest >= smallest)
        self.last = self.size if self.replace or rest < smallest else rest
        self._orders: tuple[int, np.ndarray] = (-1, np.empty(0))
        self._taken: tuple[Any, Batch] = (None, data)

    def seen(self, step: int) -> int:
        """How many samples a run has been shown after `step` steps."""
        epochs, left = divmod(step, self.per_epoch)
        return (epochs * (self.per_epoch - 1) + left) * self.size + epochs * self.last

    def take(self, step: int, which: Sequence[int]) -> Batch:
        """The batch of step 1, 2, ... for rows with the seeds of these numbers: one for all if they are one seed's."""
        if self.size == self.n and not self.replace:
            return self.data
        rows: Any = tuple(which) if len(set(which)) > 1 else which[0]
        if self._taken[0] != (step, rows):
            epoch, place = divmod(step - 1, self.per_epoch)
            samples = self._order(epoch)[rows, place * self.size : (place + 1) * self.size]
            self._taken = (step, rows), self.data.take(samples)
        return self._taken[1]

    def masks(self, step: int, which: int) -> np.random.Generator:
        """The generator of a step's dropout masks."""
        return np.random.default_rng([self.seeds[which], _MASKS, step])

    def changed(self, step: int, which: Sequence[int], changes: Sequence[Change]) -> Batch:
        """`take`, with these changes made: each seed has chances of its own, so that rows of several are stacked."""
        batch, made = self.take(step, which), []
        for row, seed in enumerate(which[:1] if len(set(which)) == 1 and not self.data.stacked else which):
            X: Any = batch.X[row] if batch.stacked else batch.X
            t: Any = batch.targets[row] if batch.stacked else batch.targets  # type: ignore[index]
            rng = np.random.default_rng([self.seeds[seed], _CHANGES, step])
            for change in changes:
                X, t = change.apply(X, t, rng)
            made.append((X, t))
        if len(made) == 1:
            return Batch(made[0][0], made[0][1], batch.loss, False)
        return Batch(np.stack([X for X, _ in made]), np.stack([t for _, t in made]), batch.loss, True)

    def noise(self, step: int, which: int, count: int) -> np.ndarray:
        """Normal numbers (count,) of a step, to be added to weights."""
        return np.random.default_rng([self.seeds[which], _NOISE, step]).standard_normal(count)

    def _order(self, epoch: int) -> np.ndarray:
        """Sample numbers in the order of an epoch, (seeds, ...)."""
        if self._orders[0] != epoch:
            self._orders = epoch, np.stack([self._drawn(np.random.default_rng([s, _ORDER, epoch])) for s in self.seeds])
        return self._orders[1]

    def _drawn(self, rng: np.random.Generator) -> np.ndarray:
        return rng.integers(self.n, size=self.per_epoch * self.size) if self.replace else rng.permutation(self.n)


def parts(net: Network, data: Any) -> dict[str, Batch]:
    """Checked "train" and, where there are any, "validation" and "test" samples.

    `data` has these as attributes, each with X and y; or is one such record; or (X, y); or a tuple of up to three.
    """
    if hasattr(data, "train"):
        given = [data.train, getattr(data, "validation", None), getattr(data, "test", None)]
    elif hasattr(data, "X") or (_pair(data) and not _pair(data[0])):
        given = [data]
    elif isinstance(data, tuple) and 1 <= len(data) <= 3:
        given = list(data)
    else:
        raise ValueError(Text("Give data as (X, y), or as a split into training, validation and test."))
    found = {}
    for name, part in zip(("train", "validation", "test"), given, strict=False):
        X, y = (None, None) if part is None else part if _pair(part) else (part.X, part.y)
        if X is not None and len(X):
            found[name] = net.batch(X, y)
            if found[name].targets is None:
                raise ValueError(Text("Training needs targets: give y."))
    if "train" not in found:
        raise ValueError(Text("There are no training samples."))
    return found


def judged(train: Batch) -> Batch:
    """The training samples the loss is measured on: all, or 2000 chosen once and for all."""
    return train if len(train) <= _JUDGED else train.take(np.random.default_rng(0).permutation(len(train))[:_JUDGED])


def _pair(part: Any) -> bool:
    return isinstance(part, tuple) and len(part) == 2
