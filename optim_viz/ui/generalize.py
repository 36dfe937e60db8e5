"""Generalization: the settings of each part of the page."""

from dataclasses import dataclass

import streamlit as st

from optim_viz.labs.generalize.degrees import MOST
from optim_viz.labs.generalize.samples import Ground
from optim_viz.labs.targets import TARGETS
from optim_viz.ui import cached
from optim_viz.ui.controls import choice, switch, whole
from optim_viz.ui.i18n import t
from optim_viz.ui.state import named, steady
from optim_viz.words import Text

PREFIX = "ge."
VIEWS = {"parts": Text("Three parts"), "folds": Text("Folds"), "time": Text("Time series"),
         "bias": Text("Bias and variance"), "team": Text("Bagging and boosting")}  # fmt: skip
CURVES = {key: target.name for key, target in TARGETS.items()}
NOISES = (0.0, 0.1, 0.3, 0.5, 0.8)
POINTS = (30, 50, 100)
FOLDS = (2, 5, 10)
MEMORIES = (0.0, 0.5, 0.8, 0.95, 0.99)
WAYS = {"shuffled": Text("shuffled"), "ordered": Text("in the order of time")}
METHODS = {"bagging": Text("bagging"), "boosting": Text("boosting")}
DEPTHS, ROUNDS, RATES = (1, 2, 3, 4), (1, 5, 10, 20, 50, 100), (0.1, 0.3, 1.0)
USUAL, SEED = Ground("hill", 30, 0.5), 5  # a sample that shows what most of its kind show
MADE = cached.Bounded(128)  # what was measured, for all sessions


@dataclass(frozen=True)
class Setup:
    """What is asked for; each view reads what it needs."""

    ground: Ground = USUAL
    degree: int = 4
    folds: int = 5
    memory: float = 0.95
    way: str = "shuffled"
    method: str = "bagging"
    depth: int = 3
    rounds: int = 50
    rate: float = 0.3
    seed: int = SEED


def view() -> str:
    """Which part of the page is shown; the others cost nothing."""
    return named(st.segmented_control, t("View"), f"{PREFIX}view", VIEWS, "parts", required=True,
                 label_visibility="collapsed")  # fmt: skip


def settings(view: str) -> Setup:
    """The controls of a view; what it does not read keeps its default."""
    usual = Setup()
    with steady():
        if view == "time":
            return _series(usual)
        ground = _ground(usual.ground, view)
        if view == "team":
            return _team(ground)
        degree = choice(t("Degree shown"), f"{PREFIX}degree", tuple(range(MOST + 1)), usual.degree,
                        t("Degree of the polynomial in the picture; the errors are those of all degrees."))  # fmt: skip
        count = choice(t("Number of folds"), f"{PREFIX}folds", FOLDS, usual.folds) if view == "folds" else usual.folds
    return Setup(ground, degree, count, seed=_seed() if view != "bias" else SEED)


def _seed() -> int:
    return whole(t("Seed"), f"{PREFIX}seed", SEED, help=t("Another seed draws other samples of the same kind."))


def _ground(usual: Ground, view: str) -> Ground:
    target = named(st.selectbox, t("Curve"), f"{PREFIX}curve", CURVES, usual.target)
    noise = choice(t("Noise"), f"{PREFIX}noise", NOISES, usual.noise, t("Standard deviation of the noise."))
    n = choice(t("Points"), f"{PREFIX}n", POINTS, usual.n, t("Points in each sample."))
    fixed = view == "bias" and switch(t("Always the same x"), f"{PREFIX}fixed", False,
                                      t("Off: each sample has other x. On: only the noise differs."))  # fmt: skip
    return Ground(target, n, noise, fixed)


def _series(usual: Setup) -> Setup:
    memory = choice(t("Memory"), f"{PREFIX}memory", MEMORIES, usual.memory,
                    t("How much of each value stays in the next: 0 is pure noise."))  # fmt: skip
    way = named(st.segmented_control, t("Folds"), f"{PREFIX}way", WAYS, usual.way, required=True)
    return Setup(memory=memory, way=way, seed=_seed())


def _team(ground: Ground) -> Setup:
    usual = Setup()
    method = named(st.segmented_control, t("Method"), f"{PREFIX}method", METHODS, usual.method, required=True)
    depth = choice(t("Depth of each tree"), f"{PREFIX}depth", DEPTHS, usual.depth, t("1 is a stump: one split."))
    rounds = choice(t("Trees"), f"{PREFIX}rounds", ROUNDS, usual.rounds)
    rate = usual.rate
    if method == "boosting":
        rate = choice(t("Share of each tree"), f"{PREFIX}share", RATES, rate,
                      t("So much of what each tree says is added to the sum."))  # fmt: skip
    return Setup(ground, method=method, depth=depth, rounds=rounds, rate=rate, seed=_seed())
