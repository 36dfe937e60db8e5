"""Runs: what has been tried on any page, kept, compared, taken along."""

from optim_viz.ui import runs
from optim_viz.ui.frame import whole

with whole():
    runs.top()
    runs.listed()
