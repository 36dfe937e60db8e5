"""Sharp and flat: do large batches find sharp minima, and does flat mean better? And the edge of stability."""

from optim_viz.ui import material, sharp, sharpened
from optim_viz.ui.frame import split

top, stage, panel, words = split()
with panel:
    chosen = material.choose(sharp.PREFIX)
    setup = sharp.settings(chosen)
with top:
    sharp.start(setup, chosen)
result = sharp.latest()
with stage:
    sharpened.picture(result, setup)
with words:
    sharpened.words(result)
with top:
    sharp.DESK.go()
