"""Parameters and hyper-parameters as cards, each answered by a network that was really trained and really saved."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from optim_viz.data import DataSpec
from optim_viz.nn import Network, Settings, Trainer
from optim_viz.nn.history import History
from optim_viz.optimizers import Momentum
from optim_viz.words import Text

SIDES = {"parameter": Text("parameter"), "hyper": Text("hyper-parameter")}
_DATA, _UNITS, _EPOCHS, _BATCH = DataSpec("moons"), 8, 20, 20
RULE = Momentum(lr=0.1)


@dataclass(frozen=True)
class Card:
    """A thing to sort: in `part` its name in a network's parts, or in `value` what a person set."""

    name: Text
    part: str = ""
    value: str = ""
    spec: str = ""  # how the saved file writes it, if it does


CARDS = {
    "weights": Card(Text("the weights w"), part="0.weight"),
    "lr": Card(Text("the learning rate"), value=f"{RULE.lr:g}"),
    "biases": Card(Text("the biases b"), part="3.bias"),
    "units": Card(Text("the number of hidden units"), value=str(_UNITS), spec=f"[2,{_UNITS},2]"),
    "batch": Card(Text("the batch size"), value=str(_BATCH)),
    "gamma": Card(Text("γ and β of batch normalization"), part="1.weight"),
    "activation": Card(Text("the activation function"), value="tanh", spec='"activation":"tanh"'),
    "epochs": Card(Text("the number of epochs"), value=str(_EPOCHS)),
    "running": Card(Text("running mean and variance of batch normalization"), part="state.1.running_mean"),
}  # fmt: skip


@cache
def trained() -> History:
    """The run behind the cards."""
    net = Network([2, _UNITS, 2], activation="tanh", init="glorot", batch_norm=True)
    *_, history = Trainer(net, _DATA.load().split(), RULE, Settings(_EPOCHS, _BATCH)).events()
    return history  # type: ignore[return-value]  # the last event


@cache
def saved() -> tuple[bytes, dict[str, Any]]:
    """The file of the trained model, and what is in it by name."""
    history, file = trained(), io.BytesIO()
    state = {name: a[0] for name, a in history.final.state.items()}
    history.net.save(file, history.final.theta[0], state)
    raw = file.getvalue()
    with np.load(io.BytesIO(raw), allow_pickle=False) as found:
        return raw, {name: found[name] for name in found.files}


@dataclass(frozen=True)
class Answer:
    """Which side a card belongs on, by what training did to it; whether the file holds it, and a gradient moves it."""

    side: str
    saved: bool
    moved: float  # the largest change of a number while training
    numbers: int
    by_gradient: bool


def answer(name: str) -> Answer:
    """A parameter is what training changed and the file keeps; a hyper-parameter is what a person set."""
    card, history, (_, found) = CARDS[name], trained(), saved()
    if not card.part:
        return Answer("hyper", bool(card.spec) and card.spec in str(found["spec"]), 0.0, 1, False)
    first, last = history.checkpoints[0], history.final
    if card.part.startswith("state."):
        key = card.part.removeprefix("state.")
        before, after = first.state[key][0], last.state[key][0]
        return Answer("parameter", card.part in found, float(np.abs(after - before).max()), before.size, False)
    before, after = (history.net.views(at.theta[0])[card.part] for at in (first, last))
    kept = history.net.views(found["theta"])[card.part]
    return Answer("parameter", bool((kept == after).all()), float(np.abs(after - before).max()), before.size, True)


def same_answers() -> float:
    """The largest difference between the answers of the model that was trained and of the one loaded from the file."""
    history, (raw, _) = trained(), saved()
    X = _DATA.load().split().test.X
    net, theta, state = Network.load(io.BytesIO(raw))
    own = {name: a[0] for name, a in history.final.state.items()}
    return float(np.abs(net.predict(theta, X, state=state)
                        - history.net.predict(history.final.theta[0], X, state=own)).max())  # fmt: skip
