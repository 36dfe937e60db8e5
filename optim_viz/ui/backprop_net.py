"""Backpropagation lab: a network of two layers, forward and back, with every number."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from optim_viz.figures import twolayers as drawings
from optim_viz.figures.text import short
from optim_viz.labs.backprop.matrices import equations
from optim_viz.labs.backprop.small import FORWARD, STEPS, Pass, Small
from optim_viz.ui import cached
from optim_viz.ui.backprop import PREFIX, play
from optim_viz.ui.controls import choice, whole
from optim_viz.ui.i18n import language, t
from optim_viz.ui.lab import predict
from optim_viz.ui.said import bullets
from optim_viz.ui.state import among, bound, quiet
from optim_viz.ui.strip import Frame
from optim_viz.words import Text

ACTIVATIONS = ("sigmoid", "tanh", "relu")
INPUTS = tuple(k / 2 for k in range(-6, 7))
RATES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
HIDDEN = (2, 3)
LAYERS = {"first": Text("first layer"), "second": Text("second layer"), "alike": Text("both alike")}
_FRAMES = cached.Bounded(64)


def settings() -> tuple[Small, float]:
    """The network, its one sample, and the rate of the step that comes after the backward pass."""
    curve = bound(st.segmented_control, t("Activation"), f"{PREFIX}act", among(ACTIVATIONS), options=ACTIVATIONS,
                  default="sigmoid", required=True)  # fmt: skip
    x1 = choice(t("input {name}", name="x₁"), f"{PREFIX}x1", INPUTS, 1.0)
    x2 = choice(t("input {name}", name="x₂"), f"{PREFIX}x2", INPUTS, -2.0)
    target = choice(t("target t"), f"{PREFIX}t0", INPUTS, 1.0)
    lr = choice(t("Learning rate"), f"{PREFIX}lr", RATES, 0.1)
    with st.expander(t("More about the network"), key=f"{PREFIX}more", on_change="rerun") as box:
        shown, keys = bool(box.open), (f"{PREFIX}hidden", f"{PREFIX}seed")
        hidden = choice(t("Hidden units"), keys[0], HIDDEN, 2) if shown or not quiet(keys[0], 2) else 2
        seed = whole(t("Seed"), keys[1], 3) if shown or not quiet(keys[1], 3) else 3
    return Small(hidden, curve, (x1, x2), target, seed), lr


def net_view(stage: Any, panel: Any, words: Any) -> Callable[[], str]:
    """Forward, a prediction, then back, and what one step makes of it."""
    with panel:
        small, lr = settings()
    run = small.run()
    with stage:
        strip_at, asked = st.container(), st.container()
    with asked:
        question = t("Which layer's weights get the largest derivative of the loss?")
        told = predict(f"{PREFIX}layer", question, LAYERS, lambda: _truth(run), (small.hidden, small.activation))
    moments = STEPS if told else STEPS[:FORWARD]
    with strip_at:
        frames = _FRAMES.make((small, told, language()), lambda: [
            Frame(drawings.frame(run, step), t(_SAID[step])) for step in moments])  # fmt: skip
        curve = type(small.net.layers[1]).__name__
        play(frames, f"{PREFIX}net", lambda at: equations(run, moments[at], curve), told)
    if told:
        with words:
            st.markdown(bullets(*_sentences(small, run, lr)))
    return lambda: _code(small, lr)


_SAID = {
    "x": Text("One sample: two inputs and a target t. Blue numbers on the lines are weights."),
    "z": Text("First layer: each unit adds up its inputs times their weights, and its bias b."),
    "a": Text("Its activation: every z goes through the same curve."),
    "y": Text("Second layer: the output adds up a times weights, and its bias c."),
    "L": Text("The loss: how far the output is from t, squared."),
    "dy": Text("Back: the loss grows by 2(y − t) per unit of y. That is the first upstream derivative."),
    "dv": Text("A weight of the second layer: upstream × what went through it, a. The bias: upstream × 1."),
    "da": Text("On to the hidden units: upstream × the weight on the way."),
    "dz": Text("Through the activation: upstream × the slope of the curve at z."),
    "dw": Text("A weight of the first layer: upstream × what went through it, x. The bias: upstream × 1."),
}


def _truth(run: Pass) -> tuple[str, str]:
    first, second = (float(np.abs(part).max()) for part in (run.dW, run.dv))
    kind = "alike" if np.isclose(first, second) else "first" if first > second else "second"
    return kind, t("The largest derivative of a weight is {first} in the first layer, {second} in the second. On the "
                   "way to the first it was multiplied by weights and by slopes of the activation of at most {slope}.",
                   first=short(first), second=short(second), slope=short(float(run.slope.max())))  # fmt: skip


def _sentences(small: Small, run: Pass, lr: float) -> list[str]:
    """What one step does, beside what the gradient promises; and units that stay silent."""
    X, y = small.data()
    g = run.gradient
    after = small.net.loss(small.theta() - lr * g, X, y)
    told = [t("One step w ← w − lr · ∂L/∂w with lr = {lr} takes the loss from {before} to {after}. The gradient alone "
              "promises a change of {promised}; it was {real}.", lr=lr, before=short(run.loss), after=short(after),
              promised=short(-lr * float(g @ g)), real=short(after - run.loss))]  # fmt: skip
    if after > run.loss:
        told.append(t("The loss grew: the gradient holds for small steps only, and this one was too long."))
    dead = int((run.slope == 0).sum())
    if dead:
        told.append(t("{n} of {all} hidden units have slope 0 here: nothing comes back through them, and their "
                      "weights of the first layer do not learn from this sample.",
                      n=dead, all=small.hidden))  # fmt: skip
    told.append(t("The backward pass used every z, a and y of the forward pass: that is why training keeps them."))
    return told


def _code(small: Small, lr: float) -> str:
    return (
        "import optim_viz as ov\n"
        "from optim_viz.labs.backprop import Small\n\n"
        f"small = {small!r}\n"
        "run, net, theta = small.run(), small.net, small.theta()\n"
        "print(run.dW, run.db, run.dv, run.dc)\n"
        "print(net.gradient(theta, *small.data()))  # the same numbers, by the engine\n"
        f"print(run.loss, net.loss(theta - {lr!r} * run.gradient, *small.data()))\n"
    )
