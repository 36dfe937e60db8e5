"""Inside an optimizer: one update at a time, with its numbers, and with and without one of its parts."""

import streamlit as st

from optim_viz.ui import inside
from optim_viz.ui.frame import split

top, stage, panel, words = split()
with words:
    shown, rest = st.container(), st.container()
setting = inside.choose(top, panel, rest)
seen = inside.look(setting)
with panel:
    numbers = st.empty()
with stage:
    inside.stage(seen, numbers)
with shown:
    inside.words(seen)
