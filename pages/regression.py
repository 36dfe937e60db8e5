"""Regression with different optimizers: one noisy curve, one small network, the same first weights and batches."""

from optim_viz.ui import regressed, regression
from optim_viz.ui.frame import split
from optim_viz.ui.lab import ending

top, stage, panel, words = split()
with panel:
    setup = regression.settings()
with top:
    view = regression.view()
    regression.start(setup, view)
result = regression.latest(setup, view)
with stage:
    told = result is not None and regressed.stage(result, setup)
with words:
    if result is not None:
        regressed.words(result, told)
        ending(regressed.code(result.setup))
with stage:
    regression.go(view)
