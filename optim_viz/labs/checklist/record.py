"""What the checklist looks at, what it finds, and cures as data that a trial and a page can both apply."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optim_viz.data import Data, DataSpec, Split
from optim_viz.nn import Dense, Network
from optim_viz.nn.history import History
from optim_viz.nn.verdict import Row, rows
from optim_viz.optimizers import Optimizer
from optim_viz.words import Text

WORST = ("diverged", "growing")


@dataclass(frozen=True, eq=False)
class Case:
    """A run with its data: `data` as they came, `split` as training saw them; `source` says which data they are.

    Of several optimizers the one that did worst is looked at: one that diverged, else the highest training loss.
    """

    data: Data
    split: Split
    history: History
    source: DataSpec | str = ""
    batch: int | None = None
    epochs: int = 0

    @property
    def net(self) -> Network:
        return self.history.net

    @cached_property
    def run(self) -> int:
        """The number of the run that is looked at."""
        loss = np.where(np.isfinite(self.history.train_loss[:, -1]), self.history.train_loss[:, -1], np.inf)
        bad = np.array([outcome.kind in WORST for outcome in self.history.outcomes])
        return int(np.lexsort((loss, bad))[-1])

    @property
    def rule(self) -> Optimizer:
        return self.history.runs[self.run].optimizer

    @cached_property
    def row(self) -> Row:
        return rows(self.history, self.split.test)[self.run]

    @property
    def classes(self) -> bool:
        return self.data.task == "classification"

    @cached_property
    def units(self) -> tuple[int, ...]:
        """Units of the dense layers, the last being the outputs."""
        return tuple(layer.units for layer in self.net.layers if isinstance(layer, Dense))

    @cached_property
    def guess(self) -> float:
        """The training loss of a network that ignores its inputs: the shares of the classes, or the mean target."""
        batch = self.net.batch(self.split.train.X[:1], self.split.train.y[:1])
        every = self.net.batch(self.split.train.X, self.split.train.y)
        mean = every.t.mean(axis=2, keepdims=True)  # type: ignore[union-attr]
        if batch.loss.wants == "classes":  # type: ignore[union-attr]
            mean = np.log(np.maximum(mean, 1e-12))
        elif batch.loss.wants == "yes or no":  # type: ignore[union-attr]
            mean = np.log(np.maximum(mean, 1e-12) / np.maximum(1 - mean, 1e-12))
        z = np.broadcast_to(mean, every.t.shape)  # type: ignore[union-attr]
        return float(every.loss.value_and_slope(z, every.t)[0][0])  # type: ignore[union-attr]

    @cached_property
    def overfits(self) -> bool:
        """The training score is clearly above the validation score, and so is the validation loss above its lowest.

        Or above four times the training loss: then it need not have risen.
        """
        (loss, seen, _), (score, other, _) = self.row.loss, self.row.score
        if self.row.kind in WORST or None in (loss, seen, score, other):
            return False
        gap = float(score) - float(other)  # type: ignore[arg-type]
        if self.classes:
            noise = float(np.sqrt(max(float(other) * (1 - float(other)), 0.01) / len(self.split.validation)))  # type: ignore[arg-type]
        else:
            noise = 0.05
        return gap > max(0.03, noise) and (self.row.rose or FAR * float(loss) < float(seen))  # type: ignore[arg-type]


FAR = 4.0  # a validation loss so many times the training loss


@dataclass(frozen=True)
class Fix:
    """A cure: what to change, and the new value.

    "rate" (the new one), "init" (word), "loss" (word), "layers" (hidden units), "more" (how many points), "scale"
    (word), "rows" (the rows to keep), "classes" (how many the targets really are).
    """

    kind: str
    value: Any
    says: Text


@dataclass(frozen=True)
class Finding:
    """What one check says: `found`, the numbers in a sentence, the cause in another, and cures."""

    found: bool
    said: Text
    cause: str = ""
    fixes: tuple[Fix, ...] = ()


def fine(said: Text) -> Finding:
    return Finding(False, said)
