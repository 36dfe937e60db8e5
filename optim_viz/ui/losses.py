"""The losses page: which part is shown, and what its parts share."""

import streamlit as st

from optim_viz.nn.losses import LOSSES, Huber, Loss
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import t
from optim_viz.ui.state import among, bound, named
from optim_viz.words import Text

PREFIX = "lo."
VIEWS = {"fits": Text("Outlier"), "curves": Text("Curves"), "draws": Text("Estimators"), "bits": Text("Entropy"),
         "gate": Text("Sigmoid")}  # fmt: skip
REGRESSION = ("MSE", "MAE", "RMSE", "Huber")
USUAL = ("MSE", "MAE", "Huber")
DELTAS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


def view() -> str:
    """Which part of the page is shown; the others cost nothing."""
    return named(st.segmented_control, t("View"), f"{PREFIX}view", VIEWS, "fits", required=True,
                 label_visibility="collapsed")  # fmt: skip


def picked(part: str) -> dict[str, Loss]:
    """The losses of a regression to compare, with their settings; an emptied choice keeps the last one."""
    key = f"{PREFIX}{part}.losses"
    chosen = bound(st.pills, t("Losses"), key, among(REGRESSION), options=REGRESSION, default=USUAL,
                   selection_mode="multi")  # fmt: skip
    if not chosen:
        st.warning(t("Choose at least one loss; the last choice stays."))
        chosen = st.session_state.get(f"_{key}", USUAL)
    st.session_state[f"_{key}"] = chosen
    delta = choice(t("δ of Huber"), f"{PREFIX}delta", DELTAS, 1.0, t("Where squared turns into straight."))
    return {name: made(name, delta) for name in REGRESSION if name in chosen}


def made(name: str, delta: float) -> Loss:
    """A loss by its name, Huber's with this delta."""
    return Huber(delta) if name == "Huber" else LOSSES[name.lower()]()
