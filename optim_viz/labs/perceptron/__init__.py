"""The perceptron and what comes of it: one line, several lines, layers, and how many numbers they take."""

from optim_viz.labs.perceptron.gates import GATES, TWO_LAYERS, gate
from optim_viz.labs.perceptron.line import BY_HAND, CORNERS, Line, Look, every_table, rule

__all__ = ["BY_HAND", "CORNERS", "GATES", "TWO_LAYERS", "Line", "Look", "every_table", "gate", "rule"]
