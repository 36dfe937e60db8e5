"""Overfitting lab: three forms of weight decay, and how a penalty on weights keeps a function smooth."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from optim_viz.figures import overfit as charts
from optim_viz.figures.banded import banded
from optim_viz.labs.overfit.decay import FORMS, SIZES, STEPS, Decayed, decayed
from optim_viz.labs.overfit.smooth import GRID, LAMBDAS, POINTS, Fits, fits
from optim_viz.ui import cached
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import each, t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.overfit import PREFIX
from optim_viz.ui.said import brief, bullets
from optim_viz.ui.state import named
from optim_viz.words import Text

BASES = {"sgd": "SGD", "adam": "Adam"}
NAMES = {"l2": Text("λw in the gradient (L2)"), "decoupled": Text("− ηλw beside it (AdamW)"),
         "notes": Text("− λw beside it (the notes)")}  # fmt: skip
RATES, DECAYS = (0.001, 0.003, 0.01, 0.03, 0.1), (0.01, 0.03, 0.1, 0.3, 1.0)
CLOSE = 0.02  # weights that differ by less are called equal
_DECAYED, _FITS = cached.Bounded(64), cached.Bounded(16)


@dataclass(frozen=True)
class Setup:
    base: str
    lr: float
    decay: float
    penalty: float
    seed: int

    @property
    def decayed(self) -> Decayed:
        key = (self.base, self.lr, self.decay)
        return _DECAYED.make(key, lambda: decayed(*key))

    @property
    def fits(self) -> Fits:
        return _FITS.make(self.seed, lambda: fits(self.seed))

    @property
    def chosen(self) -> int:
        return LAMBDAS.index(self.penalty)


def controls() -> Setup:
    penalty = choice(t("Penalty λ on the weights"), f"{PREFIX}lambda", LAMBDAS, 0.0)
    seed = choice(t("Draw again"), f"{PREFIX}points", tuple(range(5)), 0, t("Each number draws other noisy points."))
    base = named(st.segmented_control, t("Optimizer of the three forms"), f"{PREFIX}base", BASES, "adam", required=True)
    lr = choice(t("Learning rate"), f"{PREFIX}lr", RATES, 0.01)
    decay = choice(t("Decay λ of the three forms"), f"{PREFIX}decay", DECAYS, 0.1)
    return Setup(base, lr, decay, penalty, int(seed))


def stage(setup: Setup) -> bool:
    """The fit under the chosen penalty; then, after a guess, two weights under three forms of decay."""
    k, made = setup.chosen, setup.fits
    shown = sorted({0, k})
    chart(f"{PREFIX}fits", partial(charts.fits, made, LAMBDAS, k, GRID, shown), t(
        "Fit to {points} noisy points with λ = {penalty}: squared error to the truth {test}, bend {bend}.",
        points=POINTS,
        penalty=brief(setup.penalty), test=brief(made.test[k]), bend=brief(made.bend[k])), charts.TEXTS,
        (setup.seed, k))  # fmt: skip
    asked = t("Two weights decay: the gradients of one are 100 times as large as those of the other. Under {base} "
              "with λw in the gradient, do both keep the same share?", base=BASES[setup.base])  # fmt: skip
    options = {"same": Text("the same"), "small": Text("the one with small gradients keeps less"),
               "large": Text("the one with large gradients keeps less")}  # fmt: skip
    seen = predict(f"{PREFIX}forms", asked, options, partial(_share, setup), (setup.base, setup.lr, setup.decay))
    if seen:
        steps, found = np.arange(STEPS + 1), setup.decayed.weights
        with st.container(key="curves"):
            for which, size in enumerate(SIZES):
                chart(f"{PREFIX}forms{which}", lambda theme, texts, which=which: banded(
                    steps, {form: found[form][:, which] for form in FORMS}, each(NAMES), charts.LOOKS,
                    (texts["step"], texts["left"].format(n=f"{SIZES[which]:g}")), share=False, span=(-0.1, 1.05),
                    height=320, theme=theme),
                    t("Gradients of about {size:g}: after {steps} steps {told} are left.", size=size, steps=STEPS,
                      told=", ".join(f"{t(NAMES[form])}: {brief(found[form][-1, which])}" for form in FORMS)),
                    charts.TEXTS, (setup.base, setup.lr, setup.decay))  # fmt: skip
    return seen


def _share(setup: Setup) -> tuple[str, str]:
    large, small = setup.decayed.left["l2"]
    right = "same" if abs(large - small) < CLOSE else "small" if small < large else "large"
    return right, t("After {steps} steps {large} of the weight with large gradients is left, and {small} of the other.",
                    steps=STEPS, large=brief(large, 3), small=brief(small, 3))  # fmt: skip


def words(setup: Setup, seen: bool) -> None:
    """Norm and bend by λ, then what is left of the weights in each form."""
    made = setup.fits
    best = int(made.test.argmin())
    rows = [[("**{}**" if k == setup.chosen else "{}").format(brief(LAMBDAS[k])), brief(made.norm[k], 3),
             brief(made.bend[k], 3), brief(made.train[k], 3), brief(made.test[k], 3)]
            for k in sorted({*range(0, len(LAMBDAS), 2), setup.chosen})]  # fmt: skip
    table(["λ", "‖W‖", t("bend"), t("error to the points"), t("error to the truth")], rows)
    said = [t("From λ = 0 to {most}: ‖W‖ falls from {wide} to {narrow}, the bend (root mean square of the second "
              "derivative) from {rough} to {smooth}. Closest to the truth for these points: λ = {best}.",
              most=brief(LAMBDAS[-1]), wide=brief(made.norm[0], 3), narrow=brief(made.norm[-1], 3),
              rough=brief(made.bend[0], 3), smooth=brief(made.bend[-1]), best=brief(LAMBDAS[best]))]  # fmt: skip
    if seen:
        left = setup.decayed.left
        equal = all(np.abs(left["l2"] - left["decoupled"]) < CLOSE)
        if equal:
            said.append(t("In the gradient or beside it: here the same."))
        else:
            said.append(
                t(
                    "In the gradient or beside it: not the same. Adam divides the gradient by its usual size, and "
                    "with it the decay: the weight with small gradients decays faster. AdamW treats both alike."
                )
            )
        said.append(t("The notes write w − η∇L − λw. Without η in front, a step keeps 1 − λ = {one:g} of a weight "
                      "whatever the learning rate; with it 1 − ηλ = {other:g}. It is a decay of λ/η = {whole:g} in "
                      "the usual form.", one=1 - setup.decay, other=1 - setup.lr * setup.decay,
                      whole=setup.decay / setup.lr))  # fmt: skip
    st.markdown(bullets(*said))


def code(setup: Setup, seen: bool) -> str:
    """Python that makes the same fits and decays the same weights."""
    return (
        "from optim_viz.labs.overfit import decay, smooth\n\n"
        f"made = smooth.fits({setup.seed})\n"
        "for row in zip(smooth.LAMBDAS, made.norm, made.bend, made.test):\n"
        "    print(*row)\n\n"
        f"for form, left in decay.decayed({setup.base!r}, {setup.lr}, {setup.decay}).left.items():\n"
        f"    print(form, decay.rule({setup.base!r}, form, {setup.lr}, {setup.decay}), left)\n"
    )
