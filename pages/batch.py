"""Batch, stochastic, mini-batch: one loss on real data, one start, and batches of different sizes."""

from optim_viz.ui import batch, batchviews, batchwalks, sampled
from optim_viz.ui.frame import split
from optim_viz.ui.state import steady

top, stage, panel, words = split()
with top:
    view = batch.view()
with panel:
    with steady():
        ground = sampled.ground()
    setup = batch.settings(ground, view)
draw, tell = {
    "walk": (batchwalks.stage, batchwalks.words),
    "loss": (batchviews.clocks, batchviews.costs),
    "ball": (batchviews.ball, batchviews.radii),
    "terms": (batchviews.terms, batchviews.pull),
    "escape": (batchviews.escape, batchviews.census),
}[view]
with stage:
    seen = draw(setup)
with words:
    tell(setup, seen)
