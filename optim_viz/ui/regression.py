"""Regression with different optimizers: its settings, and the trainings on their two desks."""

from collections.abc import Generator
from typing import Any

import streamlit as st

from optim_viz.labs import regression
from optim_viz.labs.regression import Fits, Setup, Sweep
from optim_viz.labs.targets import DOMAIN, TARGETS
from optim_viz.optimizers import SGD, Adam, Momentum
from optim_viz.ui import jobs
from optim_viz.ui.controls import choice, optimizers, whole
from optim_viz.ui.i18n import t
from optim_viz.ui.jobs import Job
from optim_viz.ui.points import painted
from optim_viz.ui.state import named, steady
from optim_viz.words import Text

PREFIX, OWN = "rg.", "points"
VIEWS = {"fit": Text("The fit"), "rates": Text("Every rate")}
RULES = (SGD(lr=0.1), Momentum(lr=0.03), Adam(lr=0.03))
CURVES = {**{key: target.name for key, target in TARGETS.items()}, OWN: Text("Points I paint")}
NOISES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8)
UNITS = (1, 2, 3, 5, 10, 20, 50, 100)
EPOCHS = (10, 20, 50, 100, 200, 500)
PAINTED = "-1.8 -1 -1.6 -0.4 -1.4 -0.5 -1.1 0.3 -0.8 0.6 -0.6 1.1 -0.3 0.9 0 1.3 0.2 0.8 0.5 0.4 0.8 -0.2 1.1 -0.5 " \
          "1.3 -0.3 1.5 0.2 1.7 0.9 1.9 1.2"  # fmt: skip
FEWEST = 5  # points to fit
AT_ONCE, MOST_SECONDS = 1.0, 60
FITS, SWEEPS = jobs.Desk("rg_fit"), jobs.Desk("rg_rates")


def view() -> str:
    """Which part of the page is shown."""
    return named(st.segmented_control, t("View"), f"{PREFIX}view", VIEWS, "fit", required=True,
                 label_visibility="collapsed")  # fmt: skip


def settings() -> Setup | None:
    """The controls; None while the painted points cannot be used, with a sentence at the control."""
    noise, found = 0.0, ()
    with steady():
        curve = named(st.selectbox, t("Curve"), f"{PREFIX}curve", CURVES, "wave")
        if curve == OWN:
            found = _points()
        else:
            noise = choice(t("Noise"), f"{PREFIX}noise", NOISES, 0.3, t("Standard deviation of the noise."))
    rules = tuple(optimizers(RULES, PREFIX))
    hidden = choice(t("Hidden units"), f"{PREFIX}hidden", UNITS, 20, t("One hidden layer of tanh units."))
    epochs = choice(t("Epochs"), f"{PREFIX}epochs", EPOCHS, 100)
    seed = whole(t("Seed"), f"{PREFIX}seed", 0, help=t("It draws the points, the first weights and the batches."))
    if found is None:
        return None
    return Setup(rules, "wave" if curve == OWN else curve, found, noise, hidden, epochs, seed)


def _points() -> tuple[tuple[float, float], ...] | None:
    found = painted(f"{PREFIX}points", PAINTED, classes=1, x=DOMAIN, y=DOMAIN)
    if found is None:
        return None
    if len(found[0]) < FEWEST:
        st.warning(t("Paint at least {n} points.", n=FEWEST))
        return None
    return tuple((float(x), float(y)) for x, y in found[0])


def start(setup: Setup | None, view: str) -> None:
    """The button of this view with what it costs, or Stop."""
    desk, label = (FITS, t("Train")) if view == "fit" else (SWEEPS, t("Try every rate"))
    cost = None if setup is None else desk.cost(setup, lambda: _cost(setup, view))
    desk.row(label, cost, lambda: _job(setup, view), (f"{PREFIX}{view}.go", f"{PREFIX}{view}.stop"))  # type: ignore


def _cost(setup: Setup, view: str) -> float | Text:
    try:
        took = regression.seconds(setup)[view == "rates"]
    except ValueError as wrong:
        return wrong.args[0]
    if took > MOST_SECONDS:
        return Text("This would take about {seconds:.0f} s; the limit is {most} s. Use fewer epochs, optimizers or "
                    "hidden units.", seconds=took, most=MOST_SECONDS)  # fmt: skip
    return took


def _work(setup: Setup, view: str) -> Generator[Any, None, None]:
    return regression.train(setup) if view == "fit" else regression.sweep(setup)


def _job(setup: Setup, view: str) -> Job:
    return Job(_work(setup, view), lambda: t("Training …"))


def latest(setup: Setup | None, view: str) -> Fits | Sweep | None:
    """The last result of this session, at first one of these settings where that is short; None under way."""
    desk = FITS if view == "fit" else SWEEPS
    if desk.job:
        return None
    if desk.result is None:
        cost = None if setup is None else desk.cost(setup, lambda: _cost(setup, view))
        first = setup if setup and isinstance(cost, float) and cost <= AT_ONCE else Setup(RULES)
        desk.at_once((view, first), lambda: list(_work(first, view))[-1])
    return desk.result


def go(view: str) -> None:
    """Goes on with the work of this view; the last thing in a run."""
    (FITS if view == "fit" else SWEEPS).go()
