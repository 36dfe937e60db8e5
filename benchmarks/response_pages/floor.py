"""The app with its player swapped for five points: same controls, same paths, same words, same tables."""

from pathlib import Path

import streamlit as st

from benchmarks.response_pages.points import five_points
from optim_viz.ui import player


def longest(paths, *_, **__) -> None:
    """The first five steps of the longest path: a path over few updates may have fewer."""
    five_points(max(paths, key=lambda path: len(path.x)).x[:5, 0])


player.mount = longest  # before the pages' parts import it

from optim_viz.ui import race  # noqa: E402
from optim_viz.ui.frame import frame  # noqa: E402
from optim_viz.ui.i18n import t  # noqa: E402

ROOT = Path(__file__).parents[2] / "pages"


def stage(paths, show) -> None:
    """The race has still been run; only its picture is smaller, and is not packed."""
    five_points(paths[-1].x[:5, 0])


race.stage = stage
st.set_page_config(page_title="optim_viz", page_icon=":material/moving:", layout="wide")
frame(
    {
        t("Optimizers"): [
            st.Page(ROOT / "race.py", title=t("Optimizer race"), url_path="race", default=True),
            st.Page(ROOT / "inside.py", title=t("Inside an optimizer"), url_path="inside"),
            st.Page(ROOT / "batch.py", title=t("Batch size"), url_path="batch"),
            st.Page(ROOT / "own.py", title=t("Write your own optimizer"), url_path="own"),
        ]
    }
)
