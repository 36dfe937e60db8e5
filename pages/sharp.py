"""Sharp and flat: do large batches find sharp minima, and does flat mean better? And the edge of stability."""

from optim_viz.ui import material, sharp
from optim_viz.ui.frame import split

top, stage, panel, words = split()
with panel:
    chosen = material.choose(sharp.PREFIX)
    setup = sharp.settings(chosen)
with top:
    sharp.start(setup, chosen)
result = sharp.latest()
with stage:
    sharp.picture(result, setup)
with words:
    sharp.words(result)
with stage:
    sharp.go()
