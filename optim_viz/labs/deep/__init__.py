"""A batch through a deep network, looked at layer by layer: what comes out, and how much of the gradient comes back."""

from optim_viz.labs.deep.backward import Gradients, gradients, one_sided
from optim_viz.labs.deep.curves import REACH, Curve, at, curve, jacobian, shares
from optim_viz.labs.deep.dying import Deaths, dying
from optim_viz.labs.deep.forward import INIT_NAMES, INITS, NAMES, RANGES, Passage, gain, keepers, passage, passages

__all__ = ["INITS", "INIT_NAMES", "NAMES", "RANGES", "REACH", "Curve", "Deaths", "Gradients", "Passage", "at", "curve",
           "dying", "gain", "gradients", "jacobian", "keepers", "one_sided", "passage", "passages",
           "shares"]  # fmt: skip
