"""What every page has around it: navigation, title, language, and the state of its link."""

from typing import Any

import streamlit as st

from optim_viz.ui import state
from optim_viz.ui.cached import settle
from optim_viz.ui.i18n import LANGUAGES, preferred, t


def frame(pages: dict[str, list[Any]]) -> None:
    """Draw the chosen page between its title row and its link."""
    settle()
    state.begin()
    page = st.navigation(pages, position="top")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title(page.title)
        _language()
    page.run()
    state.publish()


def _language() -> None:
    state.control(
        st.segmented_control, t("Language"), "lang", preferred(), read=state.one_of(LANGUAGES),
        options=tuple(LANGUAGES), format_func=LANGUAGES.__getitem__, required=True, label_visibility="collapsed",
    )  # fmt: skip
