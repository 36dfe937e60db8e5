"""Always Adam? A fair comparison of optimizers over several problems: equal tuning, many seeds, honest words."""

from optim_viz.ui import always, swept, verdicts
from optim_viz.ui.frame import split
from optim_viz.ui.lab import ending

top, stage, panel, words = split()
with top:
    view = always.view()
if view == swept.VIEW:
    with panel:
        opened, part = swept.choose("al.part")
    with stage:
        swept.stage(part, "al.sweep")
    with words:
        swept.words(opened, part)
        ending(swept.snippet)
else:
    with panel:
        shown = always.settings(view)
    with stage:
        always.stage(shown, view)
    with words:
        verdicts.words(shown, view)
        ending(lambda: verdicts.snippet(shown))
with stage:
    always.DESK.go()
