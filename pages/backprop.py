"""Backpropagation: values forward, derivatives back, through a formula and a network, checked and priced."""

from optim_viz.ui import backprop, backprop_check, backprop_more, backprop_net
from optim_viz.ui.frame import split
from optim_viz.ui.lab import ending

top, stage, panel, words = split()
with top:
    view = backprop.view()
show = {
    "graph": backprop.graph_view,
    "net": backprop_net.net_view,
    "check": backprop_check.check_view,
    "split": backprop_more.split_view,
    "cost": backprop_more.cost_view,
}[view]
code = show(stage, panel, words)
with words:
    ending(code)
