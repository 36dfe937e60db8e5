"""When it goes wrong: a checklist that looks at the last training, its data and its settings, and tries cures."""

from optim_viz.ui import cards, checklist
from optim_viz.ui.frame import split
from optim_viz.ui.lab import ending

top, stage, panel, words = split()
with top:
    view = checklist.view()
if view == "cards":
    with stage:
        so_far = cards.sorting()
    with panel:
        cards.score(*so_far)
    with words:
        cards.file()
        ending(cards.snippet)
else:
    with panel:
        chosen = checklist.choose()
        checklist.facts(chosen[2])
    with stage:
        checklist.picture(chosen)
    with words:
        if checklist.guess(chosen):
            checklist.report(chosen)
            checklist.trials(chosen)
        ending(lambda: checklist.snippet(chosen))
    with top:
        checklist.DESK.go()
