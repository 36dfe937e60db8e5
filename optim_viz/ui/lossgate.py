"""A sigmoid trained by squared error and by cross-entropy, side by side."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from optim_viz import player
from optim_viz.figures import losses as figures
from optim_viz.labs.losses import Gate, best_right, descend, gate_data, pull, reached
from optim_viz.labs.losses.gate import LOSSES
from optim_viz.nn.activations import Sigmoid
from optim_viz.ui import cached
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice, whole
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import digits, predict, table
from optim_viz.ui.losses import PREFIX
from optim_viz.ui.player import film
from optim_viz.ui.said import bullets
from optim_viz.words import Text

NAMES = {"MSE": "MSE", "CrossEntropy": Text("cross-entropy")}
WEIGHTS = (-8.0, -6.0, -5.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0)
RATES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
STEPS, SPREADS, STARTS = (50, 100, 200, 500), (0.5, 1.0, 3.0, 5.0, 8.0), 20
SIDE, DOTS, FRAMES = (-3.5, 6.5), 61, 61
SHARE = 0.95  # of what the best threshold gets right: the goal
SCORES = np.linspace(-15, 15, 121)
TIE = 0.5  # steps between two medians that count for nothing
_RACES = cached.Bounded(64)


@dataclass(frozen=True)
class Setup:
    """One neuron from weight `w` and bias 0 at rate `lr`; and many starts of deviation `spread`."""

    w: float
    lr: float
    steps: int
    spread: float
    seed: int

    def run(self, loss: str) -> Gate:
        x, t = gate_data(seed=self.seed)
        return descend(loss, x, t, np.array([self.w]), np.zeros(1), self.lr, self.steps)


@dataclass(frozen=True, eq=False)
class Seen:
    """The run of each loss, and whether the question was answered."""

    runs: dict[str, Gate]
    told: bool


def controls() -> Setup:
    """The start and the rate of the one neuron; the many starts of the comparison."""
    w = choice(
        t("Weight at the start"), f"{PREFIX}w", WEIGHTS, -5.0, t("Below 0 it is wrong, and the further the surer.")
    )
    lr = choice(t("Learning rate lr"), f"{PREFIX}lr", RATES, 1.0)
    steps = choice(t("Updates"), f"{PREFIX}steps", STEPS, 100)
    spread = choice(t("Deviation of the {n} starts", n=STARTS), f"{PREFIX}spread", SPREADS, 5.0)
    return Setup(w, lr, steps, spread, whole(t("Seed"), f"{PREFIX}gate.seed", 0))


def stage(setup: Setup) -> Seen:
    """Both neurons as they learn, the gradients they learn by; after the question, many starts and rates."""
    runs = {loss: setup.run(loss) for loss in LOSSES}
    found = {t(NAMES[loss]): pull(loss, SCORES)[1] for loss in LOSSES}
    film(_film(setup, runs), key=f"{PREFIX}film", height=330, looks=figures.looks(list(found)))
    chart(f"{PREFIX}pulls", partial(figures.pulls, SCORES, found, _score(setup)),
          t("Gradient of each loss in the score of a sample of class 1"), figures.TEXTS, _score(setup))  # fmt: skip
    asked = t("Now {n} starts with deviation {spread}, each loss at the best of seven rates for it. Which is there "
              "first?", n=STARTS, spread=digits(setup.spread))  # fmt: skip
    options = {**NAMES, "tie": Text("no difference")}
    about = (setup.spread, setup.steps, setup.seed)
    return Seen(runs, predict(f"{PREFIX}gate.guess", asked, options, partial(_truth, setup), about))


def _score(setup: Setup) -> float:
    """The mean score that the start gives to class 1, inside the picture."""
    return float(np.clip(_mean_score(setup), SCORES[0], SCORES[-1]))


def _mean_score(setup: Setup) -> float:
    x, t = gate_data(seed=setup.seed)
    return float(setup.w * x[t > 0].mean())


def _film(setup: Setup, runs: dict[str, Gate]) -> player.Film:
    """What each neuron says over x, and below the mean squared error of both, so that one ruler measures them."""
    x, target = gate_data(seed=setup.seed)
    at, gate = np.linspace(*SIDE, DOTS), Sigmoid()
    frames = np.unique(np.linspace(0, setup.steps, FRAMES).astype(int))
    w, b = (np.stack([getattr(run, name)[frames, 0] for run in runs.values()], axis=1) for name in "wb")
    y = gate.value(w[..., None] * at + b[..., None])
    off = gate.value(w[..., None] * x + b[..., None]) - target
    return player.Film(at, y, [t(NAMES[loss]) for loss in runs], points=np.stack([x, target], axis=1),
                       classes=target.astype(int), loss=(off**2).mean(axis=2), steps=frames,
                       ylabel=t("chance of class 1"), y_range=(-0.06, 1.06), x_range=SIDE)  # fmt: skip


def medians(setup: Setup) -> dict[str, np.ndarray]:
    """Steps until the goal, the median over the starts, of each loss at every rate; inf where most never get there."""
    return _RACES.make((setup.spread, setup.steps, setup.seed), lambda: _medians(setup))


def _medians(setup: Setup) -> dict[str, np.ndarray]:
    x, target = gate_data(seed=setup.seed)
    w, b = np.random.default_rng((setup.seed, 1)).normal(0, setup.spread, (2, STARTS))
    goal, found, rates = SHARE * best_right(x, target), {}, np.repeat(RATES, STARTS)
    for loss in LOSSES:
        run = descend(loss, x, target, np.tile(w, len(RATES)), np.tile(b, len(RATES)), rates, setup.steps)
        steps = reached(run, goal).reshape(len(RATES), STARTS)
        found[loss] = np.median(np.where(steps > setup.steps, np.inf, steps), axis=1)
    return found


def _truth(setup: Setup) -> tuple[str, str]:
    best = {loss: float(values.min()) for loss, values in medians(setup).items()}
    mse, cross = best["MSE"], best["CrossEntropy"]
    right = "tie" if mse == cross or abs(mse - cross) <= TIE else min(best, key=lambda loss: best[loss])
    return right, t("Median updates to {share} of the best accuracy, each at its best rate: MSE {mse}, cross-entropy "
                    "{cross}.", share=f"{SHARE:.0%}", mse=_count(setup, mse), cross=_count(setup, cross))  # fmt: skip


def _count(setup: Setup, value: float) -> str:
    return f"{value:g}" if np.isfinite(value) else f"> {setup.steps}"


def words(setup: Setup, seen: Seen) -> None:
    """The gradients at the start, what both reached, and the comparison over starts and rates."""
    score = _mean_score(setup)
    slopes = {loss: abs(float(pull(loss, np.array([score]))[1][0])) for loss in LOSSES}
    right = {loss: float(run.right[-1, 0]) for loss, run in seen.runs.items()}
    said = [
        t("At the start class 1 has a mean score of {score}: there the gradient of MSE is {mse}, that of cross-entropy "
          "{cross}.", score=digits(score), mse=digits(slopes["MSE"]), cross=digits(slopes["CrossEntropy"])),
        t("MSE's gradient is 2(σ − 1) · σ(1 − σ): the last factor, the sigmoid's own slope, is at most 1/4 and nearly "
          "0 where σ is sure, also where it is wrong. In cross-entropy it cancels: σ − 1."),
        t("After {n} updates MSE has {mse} of the samples right, cross-entropy {cross}; a threshold can get {best}.",
          n=setup.steps, mse=f"{right['MSE']:.0%}", cross=f"{right['CrossEntropy']:.0%}",
          best=f"{best_right(*gate_data(seed=setup.seed)):.0%}"),
        t("The film's loss is the mean squared error of both: one ruler, and MSE's own."),
    ]  # fmt: skip
    if seen.told:
        _compared(setup)
    st.markdown(bullets(*said))


def _compared(setup: Setup) -> None:
    found = medians(setup)
    head = [t("Median updates at lr"), *map(digits, RATES)]
    rows = [[t(NAMES[loss]), *(_count(setup, value) for value in values)] for loss, values in found.items()]
    said = t("{n} starts with deviation {spread}; the goal is {share} of what the best threshold gets right. Where "
             "starts are small, the two come close: the gain is in starts that are surely wrong.",
             n=STARTS, spread=digits(setup.spread), share=f"{SHARE:.0%}")  # fmt: skip
    table(head, rows)
    st.caption(said)


def code(setup: Setup, seen: Seen) -> str:
    """Both descents and the gradients in a notebook."""
    return f"""import numpy as np
from optim_viz.figures import losses as figures
from optim_viz.labs.losses import best_right, descend, gate_data, pull, reached
from optim_viz.labs.losses.gate import LOSSES

x, t = gate_data(seed={setup.seed})
goal, steps = {SHARE} * best_right(x, t), {setup.steps}
for loss in LOSSES:
    run = descend(loss, x, t, np.array([{setup.w}]), np.zeros(1), {setup.lr}, steps)
    print(loss, "right at the end:", run.right[-1, 0], "first step at the goal:", reached(run, goal)[0])

w, b = np.random.default_rng(({setup.seed}, 1)).normal(0, {setup.spread}, (2, {STARTS}))
for loss in LOSSES:
    print(loss, {{lr: float(np.median(reached(descend(loss, x, t, w, b, lr, steps), goal))) for lr in {RATES}}})

scores = np.linspace(-15, 15, 121)
figures.pulls(scores, {{loss: pull(loss, scores)[1] for loss in LOSSES}}, {_score(setup):.4g}).show()
"""
