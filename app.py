"""optim_viz: the page around every page, nothing else. The list of pages: `optim_viz/ui/site.py`."""

import streamlit as st

from optim_viz.ui import frame, site

st.set_page_config(page_title="optim_viz", page_icon=frame.ICON, layout="wide")
frame.frame(site.navigation())
