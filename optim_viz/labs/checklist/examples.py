"""Trainings with one fault each, and the settings of the page *Train a network* that have it no longer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from optim_viz.data import DATASETS, Data, DataSpec, from_points, write_points
from optim_viz.labs.checklist.record import Case
from optim_viz.nn import Network, Settings, Trainer
from optim_viz.optimizers import SGD, Adam, Optimizer
from optim_viz.words import Text

_COMMON, _RARE = 184, 16  # points of the two classes
_SEED = 4
_RULE = Adam(lr=0.03)
_GAPS = 0.4  # of the cells
_DIGITS = 600
_OUTLIERS = 12


@dataclass(frozen=True)
class Example:
    """A training with one fault: its data, what is trained how, and in `heals` the check that should find it."""

    name: Text
    story: Text
    data: Callable[[], Data]
    heals: str
    layers: tuple[int, ...] = (8, 8)
    activation: str = "tanh"
    init: str = "glorot"
    rule: Optimizer = _RULE
    batch: int = 20
    epochs: int = 40
    scaling: str | None = None
    source: DataSpec | str = ""

    @property
    def net(self) -> Network:
        data = _loaded(self)
        return Network([data.X.shape[1], *self.layers, data.outputs], activation=self.activation, init=self.init)

    def case(self) -> Case:
        """Trained, and ready to be looked at."""
        data = _loaded(self)
        split = data.split(scaling=self.scaling)
        *_, history = Trainer(self.net, split, self.rule, Settings(self.epochs, self.batch)).events()
        return Case(data, split, history, self.source, self.batch, self.epochs)  # type: ignore[arg-type]  # last event


@cache
def _loaded(example: Example) -> Data:
    return example.data()


def _known(name: str, **values: Any) -> dict[str, Any]:
    spec = DataSpec(name, **values)
    return {"data": spec.load, "source": spec}


def rare() -> Data:
    """Two clouds that touch, one of them with a tenth of the points."""
    rng = np.random.default_rng(_SEED)
    points = np.concatenate([rng.normal(-0.15, 0.3, (_COMMON, 2)), rng.normal(0.32, 0.17, (_RARE, 2))])
    points = np.round(np.clip(points, -1, 1), 2)
    labels = ["a"] * _COMMON + ["b"] * _RARE
    return from_points(points[:, 0].tolist(), points[:, 1].tolist(), labels)


def holes() -> Data:
    """The noisy curve where x was not written down for many of the points."""
    data = DATASETS["curve"].load()
    gone = np.random.default_rng(_SEED).random(data.X.shape) < _GAPS
    return replace(data, X=np.where(gone, np.nan, data.X), gaps=True)


def codes() -> Data:
    """Handwritten digits with the digit as a number to be hit."""
    data = DATASETS["digits"].load().flat().take(np.arange(_DIGITS))
    return replace(data, y=data.y * 1.0, task="regression", classes=())


def spikes() -> Data:
    """The noisy curve with a few targets that are typing errors."""
    data = DATASETS["curve"].load(n=200)
    y, rng = data.y.copy(), np.random.default_rng(_SEED)
    y[rng.choice(len(y), _OUTLIERS, replace=False)] += 40.0
    return replace(data, y=y)


EXAMPLES = {
    "rate": Example(
        Text("The loss explodes"), Text("A curve, fitted by SGD."), heals="rate", rule=SGD(lr=1.0), **_known("curve")
    ),
    "slow": Example(
        Text("The loss hardly moves"), Text("Two moons, told apart by SGD."), heals="rate", rule=SGD(lr=0.003),
        **_known("moons"),
    ),
    "scale": Example(
        Text("Wines are all alike"), Text("Thirteen measurements of each wine, as they are in the table."),
        heals="scale", layers=(8,), rule=Adam(lr=0.01), scaling="none", **_known("wine"),
    ),
    "imbalance": Example(
        Text("92 % right, and useless"), Text("A common and a rare class."), data=rare, heals="imbalance", layers=(4,),
        rule=Adam(lr=0.01), epochs=20, source="points",
    ),
    "missing": Example(
        Text("Notes with gaps"), Text("A noisy curve; x was not always written down."), data=holes, heals="missing",
    ),
    "few": Example(
        Text("The loss sinks, few points"), Text("A noisy curve, and few points of it."), heals="few",
        layers=(50, 50), rule=Adam(lr=0.01), epochs=200, **_known("curve", n=50, noise=0.7),
    ),
    "large": Example(
        Text("The loss sinks, many units"), Text("Two moons that overlap, and a generous network."),
        heals="large", layers=(50, 50), rule=Adam(lr=0.01), epochs=200, **_known("moons", n=200, noise=0.5),
    ),
    "loss": Example(
        Text("A seven is no eight"), Text("Handwritten digits; the network is to hit the digit as a number."),
        data=codes, heals="loss", layers=(20,), rule=Adam(lr=0.01), epochs=20,
    ),
    "outliers": Example(
        Text("A curve pulled upwards"), Text("The noisy curve with a few typing errors among the targets."),
        data=spikes, heals="loss", rule=Adam(lr=0.03),
    ),
    "init": Example(
        Text("Nothing is learned"), Text("Two moons and a deep network."), heals="init", layers=(8, 8, 8, 8),
        init="normal", rule=SGD(lr=0.3), **_known("moons"),
    ),
}  # fmt: skip


def board(data: Data, rows: Any) -> str:
    """The rows of painted points as the text of the board."""
    return write_points(np.asarray(data.X)[rows], np.asarray(data.y)[rows])
