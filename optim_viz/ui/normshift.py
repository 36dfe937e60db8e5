"""Normalization lab: what batch norm changes, measured: layers that shift under each other, and a smoother loss."""

from functools import partial

import numpy as np
import streamlit as st

from optim_viz.figures import norm as charts
from optim_viz.figures.banded import banded
from optim_viz.labs.norm import kept
from optim_viz.labs.norm.shift import BATCH, DEPTH, FARTHEST, IMAGES, KINDS, RATES, SEEDS, WIDTH, Shift
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import each, t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.norm import NAMES, PREFIX
from optim_viz.ui.said import bullets, middle
from optim_viz.words import Text

CLEAR = 1.1  # a ratio that is called a difference


def controls() -> float:
    return float(choice(t("Learning rate"), f"{PREFIX}rate", RATES, 0.02, t("Both networks are trained with SGD.")))


def _typical(shift: Shift, name: str) -> np.ndarray:
    """The median over the training, per seed."""
    return np.median(getattr(shift, name), axis=1)


def _ratio(found: dict[str, Shift], name: str) -> float:
    return float(np.median(_typical(found["batch"], name)) / np.median(_typical(found["none"], name)))


def stage(lr: float) -> bool:
    """The two measurements over the training; of the network with batch norm only after a guess."""
    found = kept.shifts()[lr]
    place = st.container(key="curves")
    asked = t("Batch norm was introduced against “internal covariate shift”: each layer's task changes when the layers "
              "below it learn. Measured as the change of a layer's gradient by the step of the layers below, with "
              "batch norm it is …")  # fmt: skip
    options = {"smaller": Text("smaller"), "alike": Text("about the same"), "larger": Text("larger")}
    seen = predict(f"{PREFIX}less", asked, options, partial(_less, found), lr)
    shown = KINDS if seen else KINDS[:1]
    with place:
        for name in ("moved", "bend"):
            chart(f"{PREFIX}{name}", lambda theme, texts, name=name: banded(
                {kind: found[kind].step for kind in shown}, {kind: getattr(found[kind], name) for kind in shown},
                each(NAMES), charts.LOOKS, (texts["step"], texts[name]), share=False, log="y", theme=theme),
                t("{what}: {told}.", what=t(charts.TEXTS[name]), told=", ".join(
                    f"{t(NAMES[kind])} {middle(_typical(found[kind], name))}" for kind in shown)),
                charts.TEXTS, (lr, seen))  # fmt: skip
    return seen


def _less(found: dict[str, Shift]) -> tuple[str, str]:
    ratio = _ratio(found, "moved")
    right = "smaller" if ratio < 1 / CLEAR else "larger" if ratio > CLEAR else "alike"
    return right, t("The change is {norm} of the gradient with batch norm, {plain} without; accuracy at the end {high} "
                    "and {low}.", norm=f"{np.median(_typical(found['batch'], 'moved')):.0%}",
                    plain=f"{np.median(_typical(found['none'], 'moved')):.0%}",
                    high=f"{np.median(found['batch'].accuracy):.0%}",
                    low=f"{np.median(found['none'].accuracy):.0%}")  # fmt: skip


def words(lr: float, seen: bool) -> None:
    """Both in numbers, and what they say about the reason."""
    found = kept.shifts()[lr]
    shown = KINDS if seen else KINDS[:1]
    head = [t("normalization"), t("layers' gradients change by"), t("gradient along the step"), t("accuracy")]
    table(head, [[t(NAMES[kind]), middle(_typical(found[kind], "moved")),
                              middle(_typical(found[kind], "bend")), middle(100 * found[kind].accuracy) + " %"]
                             for kind in shown])  # fmt: skip
    if seen:
        moved, bend = _ratio(found, "moved"), _ratio(found, "bend")
        said = []
        if moved > 1 / CLEAR:
            said.append(t("The shift is {ratio} times that of the plain network, and yet batch norm reaches {gain} "
                          "points more: less shift cannot be the reason here.", ratio=f"{moved:.2g}",
                          gain=_gain(found)))  # fmt: skip
        else:
            said.append(t("At this rate the shift is smaller, {ratio} times that of the plain network. At smaller "
                          "rates it is larger, and batch norm still learns faster: try 0.02.",
                          ratio=f"{moved:.2g}"))  # fmt: skip
        said.append(t("Within {far:g} steps along the gradient, the gradient itself changes {ratio} times as much as "
                      "without: the less it does, the larger a step may be.", far=FARTHEST,
                      ratio=f"{bend:.2g}"))  # fmt: skip
        st.markdown(bullets(*said))
    st.caption(t("Digits: {images} images, {depth} hidden layers of {width}, batches of {batch}, median of {seeds} "
                 "seeds (lowest … highest), measured beforehand. Santurkar et al. 2018 did so on larger networks.",
                 images=IMAGES, depth=DEPTH, width=WIDTH, batch=BATCH, seeds=len(SEEDS)))  # fmt: skip


def _gain(found: dict[str, Shift]) -> str:
    return f"{100 * (np.median(found['batch'].accuracy) - np.median(found['none'].accuracy)):.0f}"


def code(lr: float, seen: bool) -> str:
    """Python that measures it again."""
    return (
        "import numpy as np\n\nfrom optim_viz.labs.norm import shift\n\n"
        f"*_, found = shift.measured({lr})\n"
        "for norm, one in found.items():\n"
        "    print(norm, np.median(one.moved), np.median(one.bend), one.accuracy)\n"
    )
