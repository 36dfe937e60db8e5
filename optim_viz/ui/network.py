"""The controls of a network: hidden layers, for images convolutions before them, and what else it is made of."""

import re
from typing import Any

import streamlit as st

from optim_viz.data import DATASETS
from optim_viz.nn import INITIALIZERS, Conv2d, CrossEntropy, MaxPool, Network
from optim_viz.ui.controls import choice, switch
from optim_viz.ui.i18n import t
from optim_viz.ui.material import Chosen
from optim_viz.ui.state import among, bound, named, put, quiet
from optim_viz.words import Text

LAYERS, IMAGE_LAYERS, FILTERS = "8, 8", "50", "8, 16"
MOST_LAYERS, LONGEST = 10, 80
ACTIVATIONS = ("tanh", "relu", "leaky_relu", "gelu", "sigmoid", "identity")
KINDS = {"dense": Text("layers of units"), "conv": Text("convolutional")}
DROPOUT = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7)
L2 = (0.0, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1)
LOSSES = {
    "cross_entropy": Text("cross-entropy"), "smooth": Text("cross-entropy, labels smoothed by 0.1"),
    "binary_cross_entropy": Text("binary cross-entropy, one output"), "mse": Text("mean squared error"),
    "mae": Text("mean absolute error"), "rmse": Text("root of the mean squared error"), "huber": Text("Huber"),
}  # fmt: skip


def layers(prefix: str, default: str) -> tuple[str, Any]:
    """The box of hidden layers as it was filled in, and the place below it for what is wrong."""
    text = bound(
        st.text_input, t("Hidden layers"), f"{prefix}layers", lambda text: len(text) <= LONGEST, value=default,
        max_chars=LONGEST, help=t("How many units in each, such as 64, 32; nothing for no hidden layer."),
    )  # fmt: skip
    return text, st.container()


def activation(prefix: str, default: str = ACTIVATIONS[0]) -> str:
    return bound(st.selectbox, t("Activation function"), f"{prefix}activation", among(ACTIVATIONS),
                 options=ACTIVATIONS, index=ACTIVATIONS.index(default))  # fmt: skip


def hidden_units(text: str) -> list[int]:
    """What a person wrote into the box of hidden layers; ValueError with a sentence."""
    words = [word for word in re.split(r"[\s,]+", text) if word]
    if not all(word.isascii() and word.isdigit() and len(word) < 10 for word in words):
        raise ValueError(Text("Write whole numbers with commas between them, such as 64, 32."))
    if len(words) > MOST_LAYERS:
        raise ValueError(Text("At most {most} hidden layers.", most=MOST_LAYERS))
    return [int(word) for word in words]


def network(chosen: Chosen | None, prefix: str) -> Network | None:
    """The network that was asked for; None while it cannot be, with a sentence at the box."""
    filters = _filters(chosen, prefix)
    text, below = layers(prefix, LAYERS)
    curve = activation(prefix)
    more = _more(chosen, prefix)
    if chosen is None:
        return None
    try:
        convolutions = [part for count in hidden_units(filters) for part in (Conv2d(count, 3, padding=1), MaxPool(2))]
        outputs = 1 if more["loss"] == "binary_cross_entropy" else chosen.data.outputs
        sizes = [*hidden_units(text), outputs]
        if convolutions:
            return Network([*convolutions, *sizes], input=chosen.data.image, activation=curve, **more)
        return Network([chosen.data.X.shape[1], *sizes], activation=curve, **more)
    except ValueError as wrong:
        below.warning(t(wrong.args[0]))
        return None


def suit(prefix: str) -> None:
    """Other data were chosen: images bring a wider layer in place of the two narrow ones, and points these again."""
    data = DATASETS.get(st.session_state[f"{prefix}data"])
    old, new = (LAYERS, IMAGE_LAYERS) if data and data.image else (IMAGE_LAYERS, LAYERS)
    if st.session_state.get(f"{prefix}layers") == old:
        put({f"{prefix}layers": new})


def _filters(chosen: Chosen | None, prefix: str) -> str:
    """Filters of each convolution, "" for none; only images can have them."""
    if chosen is None or not chosen.data.image:
        return ""
    kind = named(st.segmented_control, t("Network"), f"{prefix}kind", KINDS, "dense", required=True)
    if kind == "dense":
        return ""
    return bound(
        st.text_input, t("Filters of each convolution"), f"{prefix}filters", lambda text: len(text) <= LONGEST,
        value=FILTERS, max_chars=LONGEST,
        help=t("Each convolution looks through windows of 3×3 pixels, and the next one gets the largest of every 2×2 "
               "answers. The hidden layers come after them."),
    )  # fmt: skip


def _more(chosen: Chosen | None, prefix: str) -> dict[str, Any]:
    """What only some want to set; folded controls at their default are not drawn."""
    with st.expander(t("More about the network"), key=f"{prefix}details", on_change="rerun") as box:

        def drawn(key: str, default: Any) -> bool:
            return bool(box.open) or not quiet(prefix + key, default)

        starts, init = tuple(INITIALIZERS), "glorot"
        loss = _loss(chosen, bool(box.open), prefix)
        if drawn("init", init):
            init = bound(st.selectbox, t("Initializer"), f"{prefix}init", among(starts), options=starts,
                         index=starts.index(init))  # fmt: skip
        norm = switch(t("Batch normalization"), f"{prefix}bn", False) if drawn("bn", False) else False
        drop = choice(t("Dropout"), f"{prefix}dropout", DROPOUT, 0.0) if drawn("dropout", 0.0) else 0.0
        penalty = t("½ λ Σ w² is added to the loss.")
        l2 = choice(t("L2 penalty"), f"{prefix}l2", L2, 0.0, penalty) if drawn("l2", 0.0) else 0.0
    return {"loss": loss, "init": init, "batch_norm": norm, "dropout": drop, "l2": l2}


def _loss(chosen: Chosen | None, shown: bool, prefix: str) -> Any:
    """The losses that fit the data's task."""
    task = "classification" if chosen is None else chosen.data.task
    fit = ["mse", "mae", "rmse", "huber"] if task == "regression" else ["cross_entropy", "smooth"]
    if task == "classification" and chosen is not None and chosen.data.outputs == 2:
        fit.append("binary_cross_entropy")
    key = f"{prefix}loss"
    if not shown and quiet(key, fit[0]):
        return "auto"
    picked = named(st.selectbox, t("Loss function"), key, {name: LOSSES[name] for name in fit}, fit[0])
    return CrossEntropy(smoothing=0.1) if picked == "smooth" else "auto" if picked == fit[0] else picked
