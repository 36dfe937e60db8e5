"""Convolution: a window slides over numbers, over one's own picture, backward, and inside a trained network."""

from functools import partial

from optim_viz.ui import convback, convnet, convolution, convsteps, convviews
from optim_viz.ui.frame import split
from optim_viz.ui.lab import ending

top, stage, panel, words = split()
with top:
    view = convolution.view()
choose, draw, tell, code = {
    "step": (convolution.settings, convsteps.stage, convsteps.words, convsteps.code),
    "draw": (convviews.scene, convviews.draw, convviews.tell, convviews.draw_code),
    "back": (convback.settings, convback.stage, convback.words, convback.code),
    "size": (convviews.layer, convviews.measure, convviews.sizes, convviews.size_code),
    "net": (convnet.settings, convnet.stage, convnet.words, convnet.code),
}[view]
with panel:
    setup = choose()
with stage:
    draw(setup)
with words:
    tell(setup)
    ending(partial(code, setup))
    if view == "net":
        convnet.DESK.go()
