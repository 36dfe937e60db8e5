"""Normalization: batch norm by hand, sixteen weight scales, small batches, use after training, what changes."""

from optim_viz.ui import norm, normcrowd, normscales, normshift, normuse
from optim_viz.ui.frame import split
from optim_viz.ui.lab import ending

top, stage, panel, words = split()
with top:
    view = norm.view()
if view == "scales":
    with panel:
        setting = normscales.controls()
    with top:
        normscales.start(setting)
    result = normscales.latest()
    with stage:
        answered = normscales.stage(result)
    with words:
        normscales.words(result, answered)
        ending(lambda: normscales.code(result))
    with top:
        normscales.DESK.go()
else:
    part = {"hand": norm, "company": normcrowd, "use": normuse, "shift": normshift}[view]
    with panel:
        setup = part.controls()
    with stage:
        answered = part.stage(setup)
    with words:
        part.words(setup, answered)
        ending(lambda: part.code(setup, answered))
