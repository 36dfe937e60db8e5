"""Perceptron and layers: one line, why it cannot do XOR, what several lines and layers can, and what they cost."""

from optim_viz.ui import counted, layered, perceptron, perceptron_code
from optim_viz.ui.frame import split
from optim_viz.ui.lab import ending

top, stage, panel, words = split()
with top:
    view = perceptron.view()
show = {
    "line": perceptron.line_view,
    "best": perceptron.best_view,
    "xor": layered.xor_view,
    "width": layered.width_view,
    "linear": counted.linear_view,
    "count": counted.count_view,
}[view]
settings = show(stage, panel, words)
with words:
    ending(lambda: perceptron_code.snippet(view, settings()))
with top:
    if view == "width":
        layered.DESK.go()
