"""Overfitting and its cures: alone and together, the book's setting, early stopping, pictures, weight decay."""

from optim_viz.ui import overbook, overdecay, overfit, overpictures, overstop
from optim_viz.ui.frame import split
from optim_viz.ui.lab import ending

top, stage, panel, words = split()
with top:
    view = overfit.view()
if view == "cures":
    with panel:
        setup = overfit.controls()
    with top:
        overfit.start(setup)
    result = overfit.latest(setup)
    with stage:
        answered = overfit.stage(result, setup)
    with words:
        overfit.words(result, answered)
        ending(lambda: overfit.code(result, answered))
    with top:
        overfit.DESK.go()
else:
    part = {"book": overbook, "stop": overstop, "pictures": overpictures, "decay": overdecay}[view]
    with panel:
        chosen = part.controls()
    with stage:
        answered = part.stage(chosen)
    with words:
        part.words(chosen, answered)
        ending(lambda: part.code(chosen, answered))
