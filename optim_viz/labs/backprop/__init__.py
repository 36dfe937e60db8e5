"""Backpropagation to look at: formulas as graphs, a small network by hand, and gradients that are checked."""

from optim_viz.labs.backprop.checking import check
from optim_viz.labs.backprop.knots import graph
from optim_viz.labs.backprop.sharing import Sharing
from optim_viz.labs.backprop.small import Small
from optim_viz.labs.backprop.written import steps

__all__ = ["Sharing", "Small", "check", "graph", "steps"]
