"""Normalization lab: what a sample's batch does to it, and test accuracy by batch size."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from optim_viz.figures import norm as charts
from optim_viz.figures.banded import banded
from optim_viz.labs.norm import kept
from optim_viz.labs.norm.companions import DRAWS, EPOCHS, IMAGES, RATE, SIZES, WIDTH, Company, company
from optim_viz.ui import cached
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice, whole
from optim_viz.ui.i18n import each, t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.norm import NAMES, PREFIX
from optim_viz.ui.said import brief, bullets, middle
from optim_viz.ui.state import quiet

_MADE = cached.Bounded(64)
FEW = 2  # samples of a batch in the question


@dataclass(frozen=True)
class Setup:
    """Which number of which image, in batches of which size."""

    size: int
    image: int
    unit: int
    seed: int

    @property
    def made(self) -> Company:
        return _MADE.make(self, lambda: company(self.size, self.image, self.unit, self.seed))


def controls() -> Setup:
    size = choice(t("Batch size"), f"{PREFIX}n", SIZES, 4)
    image = choice(t("Image"), f"{PREFIX}image", tuple(range(20)), 13)
    with st.expander(t("More"), key=f"{PREFIX}more3", on_change="rerun") as box:
        shown, unit, seed = bool(box.open), 5, 0
        if shown or not quiet(f"{PREFIX}unit", 5):
            unit = choice(t("Unit of the first layer"), f"{PREFIX}unit", tuple(range(WIDTH)), 5)
        if shown or not quiet(f"{PREFIX}seed", 0):
            seed = whole(t("Seed"), f"{PREFIX}seed", 0)
    return Setup(int(size), int(image), int(unit), seed)


def stage(setup: Setup) -> bool:
    """The image's number in many batches; then, after a guess, what that costs in test accuracy."""
    made = setup.made
    st.caption(t("One number of one image, normalized in {draws} random batches of {n}: the same image, other company.",
                 draws=DRAWS, n=setup.size))  # fmt: skip
    chart(f"{PREFIX}company", partial(charts.company, made.values, made.alone), t(
        "Normalized numbers between {low} and {high}; with the statistics of all images {alone}.",
        low=brief(made.values.min()), high=brief(made.values.max()), alone=brief(made.alone)), charts.TEXTS,
        setup)  # fmt: skip
    measured = kept.sizes()
    seen = predict(f"{PREFIX}few", t("Networks trained with batches of {n}, all on equally many samples: which is "
                                     "worst on test images?", n=FEW), NAMES, _worst)  # fmt: skip
    if seen:
        rows = {norm: np.stack(list(of.values()), axis=1) for norm, of in measured.items()}
        x = {norm: list(of) for norm, of in measured.items()}
        chart(f"{PREFIX}sizes", lambda theme, texts: banded(
            x, rows, each(NAMES), charts.LOOKS, (texts["batch size"], texts["tested"]), log="x", ticks=SIZES,
            theme=theme), t("Test accuracy with batches of {n}: {told}.", n=FEW, told=_told(FEW)), charts.TEXTS,
            "sizes")  # fmt: skip
    return seen


def _worst() -> tuple[str, str]:
    ends = {norm: float(np.median(of[FEW])) for norm, of in kept.sizes().items()}
    return min(ends, key=ends.__getitem__), t("Test accuracy with batches of {n}: {told}.", n=FEW, told=_told(FEW))


def _told(size: int) -> str:
    return ", ".join(f"{t(NAMES[norm])} {middle(100 * of[size], 3)}%" for norm, of in kept.sizes().items()
                     if size in of)  # fmt: skip


def words(setup: Setup, seen: bool) -> None:
    """What the batch leaves of the sample, the noise of its mean, and the table of accuracies."""
    made, n = setup.made, setup.size
    if n == 1:
        said = [t("A batch of one: the mean is the number itself, so that x̂ is 0 in each of the {draws} batches, and "
                  "the output is β for every image. The gradient is 0, too. Batch norm cannot be trained like this; "
                  "PyTorch and this app refuse it.", draws=DRAWS)]  # fmt: skip
    elif n == 2:
        up = float((made.values > 0).mean())
        said = [t("Of two numbers the larger becomes +1 and the smaller −1, whatever they are: +1 in {up} of the "
                  "batches, −1 in the others. All that is left of the image is which of the two was larger.",
                  up=f"{up:.0%}")]  # fmt: skip
    else:
        said = [t("In batches of {n} no number can end further from 0 than √({n} − 1) = {most}; this one lies between "
                  "{low} and {high}. With the statistics of all images it is {alone}.", n=n,
                  most=brief(np.sqrt(n - 1), 3), low=brief(made.values.min(), 3), high=brief(made.values.max(), 3),
                  alone=brief(made.alone, 3))]  # fmt: skip
    said.append(t("The means of batches vary by {seen}; σ/√N with the σ of all images predicts {told}.",
                  seen=brief(made.means.std(), 3), told=brief(made.spread, 3)))  # fmt: skip
    st.markdown(bullets(*said))
    if seen:
        rows = [[t(NAMES[norm]), *(f"{100 * np.median(of[size]):.1f}" if size in of else "–" for size in SIZES)]
                for norm, of in kept.sizes().items()]  # fmt: skip
        table([t("test accuracy (%), batch of"), *map(str, SIZES)], rows)
        st.caption(t("Digits: {images} images, two hidden layers of {width}, SGD with lr {rate:.3g} times the batch "
                     "size, {epochs} epochs; median of five seeds, their range in the picture; measured beforehand.",
                     images=IMAGES, width=WIDTH, rate=RATE, epochs=EPOCHS))  # fmt: skip


def code(setup: Setup, seen: bool) -> str:
    """Python that draws the same batches, and trains one cell of the table."""
    return (
        "from optim_viz.experiments import run\nfrom optim_viz.labs.norm import companions\n\n"
        f"made = companions.company({setup.size}, {setup.image}, {setup.unit}, {setup.seed})\n"
        "print(made.values.min(), made.values.max(), made.alone)\n"
        "print(made.means.std(), made.spread)\n\n"
        f"*_, histories = run(companions.arms(sizes=({max(setup.size, 16)},)))\n"
        "print([history.test.score for history in histories])\n"
    )
