"""Normalization lab: the batch's own statistics in training, running averages after it, and mistakes between them."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from optim_viz.figures import norm as charts
from optim_viz.figures.banded import banded
from optim_viz.labs.norm.running import BATCH, IMAGES, MEASURED, STEPS, WAYS, WIDTH, Use, use
from optim_viz.ui import cached
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import each, t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.norm import PREFIX
from optim_viz.ui.said import brief, bullets
from optim_viz.words import Text

SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
NAMES = {"running": Text("running averages"), "batch": Text("all test images as one batch"),
         "small": Text("test batches of ten"), "sorted": Text("test batches of one class each")}  # fmt: skip
EARLY = 10  # the step the question is about
_MADE = cached.Bounded(64)


@dataclass(frozen=True)
class Setup:
    """The share of a new batch in the running averages, and whose mean is drawn."""

    share: float
    unit: int

    @property
    def made(self) -> Use:
        return _MADE.make(self, lambda: use(self.share, self.unit))


def controls() -> Setup:
    share = choice(t("Share of a new batch in the running average, ρ"), f"{PREFIX}rho", SHARES, 0.1,
                   t("PyTorch calls it momentum; the book's momentum is 1 − ρ."))  # fmt: skip
    return Setup(share, int(choice(t("Unit of the first layer"), f"{PREFIX}mean", tuple(range(WIDTH)), 0)))


def stage(setup: Setup) -> bool:
    """The unit's mean by three counts; then, after a guess, the accuracy in four kinds of use."""
    made = setup.made
    steps = np.arange(STEPS + 1)
    chart(f"{PREFIX}running", lambda theme, texts: banded(
        {"each": steps[1:], "running": steps, "truth": MEASURED},
        {"each": made.batch, "running": made.running, "truth": made.true},
        {key: texts["all" if key == "none" else key] for key in ("each", "running", "truth")}, charts.LOOKS,
        (texts["step"], texts["unit"]), share=False, height=280, theme=theme), t(
        "Running average {running} after {steps} steps, true mean {true}.", running=brief(made.running[-1], 3),
        steps=STEPS, true=brief(made.true[-1], 3)), charts.TEXTS, setup)  # fmt: skip
    asked = t("After {step} steps the network is used on test images. With the running averages, is it better or worse "
              "than with the statistics of the test images themselves?", step=EARLY)  # fmt: skip
    options = {"better": Text("better"), "alike": Text("within 3 %"), "worse": Text("worse")}
    seen = predict(f"{PREFIX}early", asked, options, partial(_early, made), setup.share)
    if seen:
        chart(f"{PREFIX}ways", lambda theme, texts: banded(
            np.array(MEASURED), dict(made.accuracy), each(NAMES), charts.WAYS, (texts["step"], texts["tested"]),
            span=(-0.03, 1.03), height=300, theme=theme), t("Test accuracy after {steps} steps: {told}.", steps=STEPS,
            told=", ".join(f"{t(NAMES[w])} {made.accuracy[w][-1]:.1%}" for w in WAYS)), charts.TEXTS,
            setup.share)  # fmt: skip
    return seen


def _early(made: Use) -> tuple[str, str]:
    k = MEASURED.index(EARLY)
    running, batch = (float(made.accuracy[way][k]) for way in ("running", "batch"))
    right = "alike" if abs(running - batch) <= 0.03 else "better" if running > batch else "worse"
    return right, t("Accuracy after {step} steps: {running:.1%} with running averages, {batch:.1%} with those of the "
                    "test images.", step=EARLY, running=running, batch=batch)  # fmt: skip


def words(setup: Setup, seen: bool) -> None:
    """How long the averages take, and what each way of use gave."""
    made = setup.made
    left = (1 - setup.share) ** STEPS
    off = abs(made.running[-1] - made.true[-1])
    said = [
        t("Training uses the mean and variance of each batch. After training one image must not depend on others, so "
          "running averages take their place: μ̄ ← (1 − ρ) μ̄ + ρ μ, from 0."),
        t("With ρ = {share:g} the first value still counts {left} after {steps} steps; the average is {off} away from "
          "the true mean.", share=setup.share, left=f"{left:.1%}", steps=STEPS, off=brief(off)),
    ]  # fmt: skip
    if seen:
        rows = [[t(NAMES[way]), *(f"{made.accuracy[way][MEASURED.index(k)]:.1%}" for k in (EARLY, 30, STEPS))]
                for way in WAYS]  # fmt: skip
        table([t("used with"), *(t("step {n}", n=k) for k in (EARLY, 30, STEPS))], rows)
        said.append(t("Test batches sorted by class, with their own statistics: {told} right. What all samples of a "
                      "batch have in common is exactly what normalization takes away.",
                      told=f"{made.accuracy['sorted'][-1]:.1%}"))  # fmt: skip
    st.markdown(bullets(*said))
    st.caption(t("Digits: {images} images, one hidden layer of {width} with batch norm, SGD, batches of {batch}, one "
                 "seed; the averages change nothing in training itself.", images=IMAGES, width=WIDTH,
                 batch=BATCH))  # fmt: skip


def code(setup: Setup, seen: bool) -> str:
    """Python that makes the same numbers."""
    return (
        "from optim_viz.labs.norm import running\n\n"
        f"made = running.use({setup.share}, {setup.unit})\n"
        "print(made.running[-1], made.true[-1])\n"
        "for way, accuracy in made.accuracy.items():\n"
        "    print(way, accuracy[-1])\n"
    )
