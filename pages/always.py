"""Always Adam? A fair comparison of optimizers over several problems: equal tuning, many seeds, honest words."""

from optim_viz.ui import always, verdicts
from optim_viz.ui.frame import split
from optim_viz.ui.lab import ending

top, stage, panel, words = split()
with top:
    view = always.view()
with panel:
    shown = always.settings(view)
with stage:
    always.stage(shown, view)
with words:
    verdicts.words(shown, view)
    ending(lambda: verdicts.snippet(shown))
with stage:
    always.DESK.go()
