"""The smallest page with a player, for the browser tests."""

import streamlit as st

import optim_viz as ov
from optim_viz import player
from optim_viz.ui.player import mount


def chosen(x: float, y: float) -> None:
    st.session_state.start = (x, y)


st.set_page_config(layout="wide")
start = st.session_state.setdefault("start", (-7.0, 2.0))
steps = st.number_input("steps", 1, 1000, 30, key="steps")
wide = st.checkbox("wide", key="wide")
surface = ov.Surface("x^2/a + y^2", start=(-7, 2), minima=[(0, 0)], value=0.0, a=40 if wide else 20)
paths = ov.trace([ov.SGD(lr=0.9), ov.Momentum(lr=0.1), ov.Adam(lr=0.3)], surface, start, int(steps))
mount(paths, player.pack_surface(surface), player.pack_paths(paths, height=420), key="race", on_start=chosen)
st.text(f"start {start[0]:.4f} {start[1]:.4f} steps {steps} {player.surface_key(surface)}")
