"""A strip on a bare page: drawings whose number and words a box decides, and the frame the page was told of."""

import streamlit as st

from optim_viz.figures.svg import Drawing
from optim_viz.ui.strip import Frame, play


def frame(k: int, count: int) -> Frame:
    drawing = Drawing(600, 160).look(60 + 480 * k / count)
    for i in range(count):
        kind = "b thick" if i == k else "a full" if i < k else "soft faint"
        drawing.rect(20 + 560 * i / count, 50, 500 / count, 60, kind)
    drawing.arrow(20, 140, 60 + 480 * k / count, 140, "c thick").text(300, 24, f"x_{{{k}}} & <b>{k}^{{2}}</b>")
    return Frame(str(drawing), f"Frame {k}: x_{{{k}}} < 3")


@st.fragment
def strip():
    def heard(step: int) -> None:
        st.session_state["heard"] = step

    play([frame(k, count) for k in range(count)], key="strip", on_step=heard, pace=0.3)
    st.markdown(f"told of {st.session_state.get('heard')}")


count = st.number_input("count", 1, 120, 6, key="count")
strip()
