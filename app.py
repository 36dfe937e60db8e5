"""optim_viz: the list of pages, the language, nothing else."""

import streamlit as st

from optim_viz.ui.frame import ICON, frame
from optim_viz.ui.i18n import t

st.set_page_config(page_title="optim_viz", page_icon=ICON, layout="wide")
frame(
    {
        t("Optimizers"): [
            st.Page("pages/race.py", title=t("Optimizer race"), url_path="race", default=True),
            st.Page("pages/inside.py", title=t("Inside an optimizer"), url_path="inside"),
            st.Page("pages/rate.py", title=t("Learning rate"), url_path="rate"),
            st.Page("pages/batch.py", title=t("Batch size"), url_path="batch"),
            st.Page("pages/own.py", title=t("Write your own optimizer"), url_path="own"),
        ],
        t("Networks"): [
            st.Page("pages/train.py", title=t("Train a network"), url_path="train"),
            st.Page("pages/landscape.py", title=t("Loss landscape"), url_path="landscape"),
            st.Page("pages/sharp.py", title=t("Sharp and flat"), url_path="sharp"),
        ],
    }
)
