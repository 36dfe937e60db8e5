"""The arguments of a network, read, checked, and in their shortest form, so that equal networks are equal."""

from typing import Any, NamedTuple

from optim_viz.nn import build
from optim_viz.nn.activations import ACTIVATIONS, Activation
from optim_viz.nn.initializers import INITIALIZERS, Initializer, initializer
from optim_viz.nn.layers import Dropout
from optim_viz.nn.losses import LOSSES, Loss
from optim_viz.nn.losses import loss as loss_of
from optim_viz.nn.parts import named, number, short
from optim_viz.words import Text


class Arguments(NamedTuple):
    """What `Network` was asked for."""

    plan: build.Plan
    init: Initializer
    loss: Loss | None
    l1: float
    l2: float
    fields: dict[str, Any]


def read(layers: Any, input: Any, activation: Any, init: Any, batch_norm: Any, dropout: Any, loss: Any, l1: Any,
         l2: Any) -> Arguments:  # fmt: skip
    """ValueError with a sentence for the first argument that cannot be used."""
    wanted = build.items(layers)
    if input is not None:
        shape, rest = build.sample_shape(input), wanted
    elif isinstance(wanted[0], int):
        shape, rest = (wanted[0],), wanted[1:]
    else:
        raise ValueError(Text("Start the list with the number of features, or give input=(channels, height, width)."))
    if not isinstance(batch_norm, bool):
        raise ValueError(Text("batch_norm must be True or False."))
    curve = activation if isinstance(activation, Activation) else named(ACTIVATIONS, activation, "activation")
    drop = dropout if isinstance(dropout, Dropout) else Dropout(number("dropout", dropout, "[0, 1)"))
    start, objective = initializer(init), None if loss == "auto" else loss_of(loss)
    plan = build.plan(build.expanded(rest, shape, curve, batch_norm, drop), shape)
    l1, l2 = number("l1", l1, "[0, ∞)"), number("l2", l2, "[0, ∞)")
    given = {
        "layers": wanted,
        "input": None if input is None else shape,
        "activation": short(curve, ACTIVATIONS),
        "init": short(start, INITIALIZERS),
        "batch_norm": batch_norm,
        "dropout": drop if drop.form != "inverted" else drop.rate,
        "loss": "auto" if objective is None else short(objective, LOSSES),
        "l1": l1,
        "l2": l2,
    }
    usual = {"input": None, "activation": "relu", "init": "he", "batch_norm": False, "dropout": 0.0, "loss": "auto",
             "l1": 0.0, "l2": 0.0}  # fmt: skip
    fields = {key: value for key, value in given.items() if key == "layers" or value != usual[key]}
    return Arguments(plan, start, objective, l1, l2, fields)
