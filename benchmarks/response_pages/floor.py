"""The race page with its player swapped for five points: same controls, same race, same words, same table."""

from pathlib import Path

import streamlit as st

from benchmarks.response_pages.points import five_points
from optim_viz.ui import race
from optim_viz.ui.frame import frame
from optim_viz.ui.i18n import t

RACE = Path(__file__).parents[2] / "pages" / "race.py"


def stage(paths, show) -> None:
    """The race has still been run; only its picture is smaller."""
    five_points(paths[-1].x[:5, 0])


race.stage = stage
st.set_page_config(page_title="optim_viz", page_icon=":material/moving:", layout="wide")
frame({t("Optimizers"): [st.Page(RACE, title=t("Optimizer race"), url_path="race", default=True)]})
