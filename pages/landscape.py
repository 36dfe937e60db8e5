"""Loss landscape: several optimizers' paths in one plane through the parameters, and what that plane hides."""

from optim_viz.ui import landscape, landscape_code, material
from optim_viz.ui.frame import split

top, stage, panel, words = split()
with panel:
    chosen = material.choose(landscape.PREFIX)
    setup = landscape.settings(chosen)
with top:
    view = landscape.plane_controls(setup)
    result = landscape.latest(setup, chosen)
    seen = landscape.seen(result, view)
with stage:
    landscape.picture(result, seen, setup)
with words:
    landscape.words(seen)
    landscape.truth(seen)
    landscape.line(result, view)
    landscape_code.files(seen)
    landscape_code.notebook(result, view)
