"""A small convolutional network, trained: its kernels, its maps of a digit, and digits that have moved."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from optim_viz.experiments import seconds
from optim_viz.figures import convolution as figures
from optim_viz.labs.windows import features
from optim_viz.labs.windows.features import EPOCHS, SEEDS, Shaken, Trained
from optim_viz.ui import cached, jobs
from optim_viz.ui.controls import choice, whole
from optim_viz.ui.convolution import PREFIX, tuples
from optim_viz.ui.convviews import picture
from optim_viz.ui.i18n import each, language, t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.said import bullets
from optim_viz.ui.state import named, steady
from optim_viz.ui.strip import Frame, play
from optim_viz.words import Text

DESK = jobs.Desk("cv")
SOURCES = {"digit": Text("a test digit"), "own": Text("my picture")}
FALLS = {"stays": Text("hardly: it is invariant"), "less": Text("it falls, but less than that of a dense network"),
         "more": Text("it falls as much as that of a dense network, or more")}  # fmt: skip
SHOWN = (0, 1, 2, 3, 4, 6, 8, 10, 12, EPOCHS)  # epochs, a frame each
HARDLY = 0.02  # of the accuracy
_NETS, _RESULTS, _FRAMES = cached.Bounded(4), cached.Bounded(4), cached.Bounded(64)


@dataclass(frozen=True)
class Shown:
    """Which network on which picture (8, 8); `label` is its digit, None for one's own."""

    kernels: int
    picture: tuple
    label: int | None

    @property
    def net(self) -> Trained:
        """Trained once for all sessions."""
        return _NETS.make(self.kernels, lambda: features.trained(self.kernels))


def settings() -> Shown:
    """The controls of the view with the trained network."""
    source = named(st.segmented_control, t("Look at"), f"{PREFIX}source", SOURCES, "digit", required=True)
    kernels = choice(t("Kernels O"), f"{PREFIX}kernels", tuple(features.UNITS), 8)
    with steady():
        if source == "own":
            return Shown(kernels, tuples(features.as_digit(picture())), None)
        test = features.digits().test
        number = whole(t("Number of the digit"), f"{PREFIX}digit", 0, len(test) - 1)
        return Shown(kernels, tuples(test.X[number, 0]), int(test.y[number]))


def stage(shown: Shown) -> None:
    """How the kernels grow, epoch by epoch, and what they see in the picture."""
    net = shown.net  # before the frames: both are made behind the one gate
    play(_FRAMES.make((shown, language()), lambda: _frames(shown, net)), key=f"{PREFIX}epochs")


def _frames(shown: Shown, net: Trained) -> list[Frame]:
    words, look = each(figures.TEXTS), np.array(shown.picture)
    maps, pooled, chances = net.see(look, SHOWN)
    top, frames = 0.7 * float(maps[-1].max()), []
    for k, epoch in enumerate(SHOWN):
        drawing = figures.inside(look, net.kernels(epoch), maps[k], pooled[k], chances[k], top, words)
        said = t("After {epoch} epochs: {share:.1%} of {n} test digits right; this one is taken for {digit}, "
                 "{chance:.0%} sure.", epoch=epoch, share=float(net.accuracy[epoch]), n=len(features.digits().test),
                 digit=int(chances[k].argmax()), chance=float(chances[k].max()))  # fmt: skip
        frames.append(Frame(str(drawing), said))
    return frames


def words(shown: Shown) -> None:
    """What the network says, and how sure; then the experiment with moved digits."""
    (maps,), _, (chances,) = shown.net.see(np.array(shown.picture))
    said, sure = int(chances.argmax()), float(chances.max())
    lines = [t("At the end it says {digit}, with {chance:.0%}.", digit=said, chance=sure)]
    if shown.label is not None:
        lines = [t("At the end it says {digit}, with {chance:.0%}; it is {label}.", digit=said, chance=sure,
                   label=shown.label)]  # fmt: skip
    lines.append(
        t(
            "Each kernel has 9 weights for all 64 places (orange: below 0). They began at random; nobody wrote an "
            "edge into them."
        )
    )
    strong, quiet = int(maps.mean(axis=(1, 2)).argmax()), int((maps.max(axis=(1, 2)) == 0).sum())
    lines.append(t("Kernel {n} answers most; {quiet} of {all} say nothing at all to this picture.", n=strong + 1,
                   quiet=quiet, all=len(maps)))  # fmt: skip
    st.markdown(bullets(*lines))
    _experiment(shown.kernels)


def _experiment(kernels: int) -> None:
    """Do moved digits stay what they were?"""
    st.markdown(t("Move the test digits by one pixel: {n} networks of this kind are trained, and {n} dense ones "
                  "with as many parameters.", n=len(SEEDS)))  # fmt: skip
    known = _RESULTS.get(kernels)
    if known is None:
        DESK.row(t("Train and move"), DESK.cost(kernels, lambda: seconds(features.arms(kernels))),
                 lambda: _job(kernels), (f"{PREFIX}train", f"{PREFIX}stop"))  # fmt: skip
        return
    question = t(
        "All are trained. The test digits move by one pixel: what does the accuracy of the convolutional ones do?"
    )
    if predict(f"{PREFIX}falls", question, FALLS, lambda: falls(known), kernels):
        head = ["", t("parameters"), t("as they are"), t("moved by a pixel")]
        table(head, [[name, str(known.parameters[key]), _spread(known.still[key]), _spread(known.moved[key])]
                     for name, key in ((t("Convolution"), "conv"), (t("Dense"), "dense"))])  # fmt: skip
        st.caption(t("Mean of {n} seeds, and their lowest and highest; moved: the mean of four directions.",
                     n=len(SEEDS)))  # fmt: skip


def _spread(values: np.ndarray) -> str:
    return f"{values.mean():.1%} ({values.min():.1%}–{values.max():.1%})"


def falls(known: Shaken) -> tuple[str, str]:
    """Which of FALLS is right, and why: seed by seed."""
    conv, dense = known.moved["conv"], known.moved["dense"]
    better, drop = int((conv > dense).sum()), float((known.still["conv"] - conv).mean())
    kind = "stays" if drop < HARDLY else "less" if 2 * better > len(conv) else "more"
    return kind, t("It falls from {still:.1%} to {moved:.1%}, that of the dense ones to {dense:.1%}; the convolutional "
                   "one is ahead with {better} of {n} seeds. Its maps move with the digit, but the dense layer behind "
                   "them has a weight for each place.", still=float(known.still["conv"].mean()),
                   moved=float(conv.mean()), dense=float(dense.mean()), better=better, n=len(conv))  # fmt: skip


def _job(kernels: int) -> jobs.Job:
    def work() -> Generator[Any, None, None]:
        for told in features.shaken(kernels):
            if isinstance(told, Shaken):
                _RESULTS.put(kernels, told)
            yield told

    return jobs.Job(work(), lambda: t("Training {n} networks", n=2 * len(SEEDS)))


def code(shown: Shown) -> str:
    """Python for what is shown."""
    return (
        "import numpy as np\n\nfrom optim_viz.labs.windows import features\n\n"
        f"net = features.trained({shown.kernels})\nprint(net.net, net.accuracy)\n"
        f"picture = np.array({np.round(np.array(shown.picture), 4).tolist()})\n"
        "(maps,), (pooled,), (chances,) = net.see(picture)\n"
        "print(net.kernels().round(2), maps.round(1), chances.round(3))\n"
        f"*_, moved = features.shaken({shown.kernels})\nprint(moved.still, moved.moved)\n"
    )
