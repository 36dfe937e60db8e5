"""Initialization: what comes out of each layer with different first weights, and how training goes from there."""

from optim_viz.ui import init, init_code, initrun
from optim_viz.ui.frame import split
from optim_viz.ui.lab import ending

top, stage, panel, words = split()
with top:
    view = init.view()
if view == "train":
    with panel:
        setup = initrun.settings()
    with top:
        initrun.start(setup)
    result = initrun.latest()
    with stage:
        answered = initrun.stage(result, setup)
    with words:
        initrun.words(result, answered)
        ending(lambda: init_code.trained(result.setup))
    with top:
        initrun.DESK.go()
else:
    draw, tell = {"hist": (init.histograms, init.histogram_words), "layers": (init.layers, init.layer_words)}[view]
    with panel:
        given = init.settings(view)
    with stage:
        answered = draw(given)
    with words:
        tell(given, answered)
        ending(lambda: init_code.snippet(view, given))
