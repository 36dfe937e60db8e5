"""Hyper-parameter search: grid, random, TPE, a Gaussian process and one's own hand at the same budget."""

from optim_viz.ui import search, searched
from optim_viz.ui.frame import split
from optim_viz.ui.lab import ending

top, stage, panel, words = split()
with top:
    view = search.view()
with panel:
    shown = search.panel(view)
with stage:
    told = search.stage(shown, view)
with words:
    searched.words(shown, view, told)
    ending(lambda: searched.snippet(shown, view))
with stage:
    search.DESK.go()
