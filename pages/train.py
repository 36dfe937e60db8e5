"""Train a network: the same small network, trained by several optimizers side by side."""

from optim_viz.ui import material, network, trained, training
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
with words:
    trained.words(result)
with stage:
    training.DESK.go()
