"""Generalization: three parts, folds, time series, bias and variance, bagging and boosting, each measured."""

from optim_viz.ui import degreeviews, foldviews, generalize, teamview
from optim_viz.ui.frame import split
from optim_viz.ui.generalize_code import code
from optim_viz.ui.lab import ending

top, stage, panel, words = split()
with top:
    view = generalize.view()
with panel:
    setup = generalize.settings(view)
ask, draw, tell = {
    "parts": (degreeviews.ask_parts, degreeviews.draw_parts, degreeviews.tell_parts),
    "folds": (foldviews.ask_folds, foldviews.draw_folds, foldviews.tell_folds),
    "time": (foldviews.ask_time, foldviews.draw_time, foldviews.tell_time),
    "bias": (degreeviews.ask_bias, degreeviews.draw_bias, degreeviews.tell_bias),
    "team": (teamview.ask_team, teamview.draw_team, teamview.tell_team),
}[view]
with words:
    told = ask(setup)
with stage:
    draw(setup, told)
with words:
    tell(setup, told)
    ending(lambda: code(setup, view))
