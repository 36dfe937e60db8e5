"""Nothing but one slider and five points: the least any page of the platform costs."""

import streamlit as st

from benchmarks.response_pages.points import five_points
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.ui.controls import number
from optim_viz.ui.frame import settle

settle()
rates = next(p.choices for p in OPTIMIZERS["Adam"].hyperparameters() if p.name == "lr")
lr = st.select_slider("Adam · lr", rates, rates[0], format_func=number, key="Adam.lr", bind="query-params")
five_points([lr * k for k in range(5)])
