"""Activations and vanishing gradients: functions and slopes, gradients by layer, dead ReLU, zero mean, softmax."""

from optim_viz.ui import activations, activations_code, vanishing
from optim_viz.ui.frame import split
from optim_viz.ui.lab import ending

top, stage, panel, words = split()
with top:
    view = activations.view()
with panel:
    setup = activations.settings(view)
draw, tell = {
    "curve": (activations.curve, activations.curve_words),
    "depth": (vanishing.depth, vanishing.depth_words),
    "dead": (vanishing.dead, vanishing.dead_words),
    "mean": (vanishing.mean, vanishing.mean_words),
    "softmax": (activations.softmax, activations.softmax_words),
}[view]
with stage:
    answered = draw(setup)
with words:
    tell(setup, answered)
    ending(lambda: activations_code.snippet(view, setup))
