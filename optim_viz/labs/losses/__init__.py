"""What a choice of loss does: its pull, its fit beside an outlier, errors of estimators, bits, a sigmoid before it."""

from optim_viz.labs.losses.bits import balls, cross_entropy, entropy, kl, read_shares, running, shares
from optim_viz.labs.losses.descents import Way, way
from optim_viz.labs.losses.estimators import (
    ESTIMATORS,
    SOURCES,
    Estimator,
    Source,
    Spread,
    consistent,
    spread,
    statistics,
    theory,
)
from optim_viz.labs.losses.fits import line, lines, pulled
from optim_viz.labs.losses.gate import Gate, best_right, descend, gate_data, pull, reached
from optim_viz.labs.losses.shapes import Shape, of_error, of_score

__all__ = ["ESTIMATORS", "SOURCES", "Estimator", "Gate", "Shape", "Source", "Spread", "Way", "balls", "best_right",
           "consistent", "cross_entropy", "descend", "entropy", "gate_data", "kl", "line", "lines", "of_error",
           "of_score", "pull", "pulled", "reached", "read_shares", "running", "shares", "spread", "statistics",
           "theory", "way"]  # fmt: skip
