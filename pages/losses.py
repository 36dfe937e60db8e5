"""Losses: an outlier, curves and pulls, errors of estimators, entropy, and a sigmoid before the loss."""

from optim_viz.ui import lab, lossbits, losscurves, lossdraws, losses, lossfits, lossgate
from optim_viz.ui.frame import split

top, stage, panel, words = split()
with top:
    view = losses.view()
part = {"fits": lossfits, "curves": losscurves, "draws": lossdraws, "bits": lossbits, "gate": lossgate}[view]
with panel:
    setup = part.controls()
with stage:
    seen = part.stage(setup)
with words:
    part.words(setup, seen)
    lab.ending(lambda: part.code(setup, seen))
