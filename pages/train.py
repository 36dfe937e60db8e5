"""Train a network: the same small network, trained by several optimizers side by side."""

from functools import partial

from optim_viz.ui import material, network, runs, trained, training
from optim_viz.ui.frame import split

top, stage, panel, words = split()
with panel:
    chosen = material.choose(training.PREFIX, lambda: network.suit(training.PREFIX))
    setup = training.settings(chosen)
with top:
    training.start(setup, chosen)
result = training.latest(setup, chosen)
with stage:
    trained.picture(result, setup)
if result is not None:
    runs.tell(partial(runs.of_history, result.history))
with words:
    trained.words(result)
with stage:
    training.DESK.go()
