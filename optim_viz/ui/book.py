"""Book mode: the choice of an experiment, what it would cost, its run, and results that all sessions share."""

from collections.abc import Generator
from dataclasses import dataclass

import streamlit as st

from optim_viz.data import fetched
from optim_viz.experiments.book import EXPERIMENTS, SOURCES, Experiment, Result, beforehand
from optim_viz.ui import cached, jobs, material
from optim_viz.ui.controls import whole
from optim_viz.ui.i18n import t
from optim_viz.ui.jobs import Job
from optim_viz.ui.said import bullets
from optim_viz.ui.state import named, steady
from optim_viz.words import Text

PREFIX = "bk."
FIRST = next(iter(EXPERIMENTS))
NAMES = {key: Text("{section} {title}", section=e.section, title=e.title) for key, e in EXPERIMENTS.items()}
CURVES = {"sigmoid": Text("sigmoid"), "tanh": "tanh", "relu": "ReLU"}
DESK = jobs.Desk("bk")
_LAST = "_bk_last"
_KEPT, _BEFORE, _HERE = cached.Bounded(48), cached.Bounded(len(EXPERIMENTS)), cached.Bounded(1)


@dataclass(frozen=True)
class Setup:
    """Which experiment, on which images, with which seed; `curve` is the activation whose histograms are shown."""

    key: str
    source: str
    seed: int
    curve: str = ""

    @property
    def experiment(self) -> Experiment:
        return EXPERIMENTS[self.key]

    @property
    def run(self) -> tuple[str, str, int]:
        """What decides the numbers."""
        return self.key, self.source, self.seed

    @property
    def heavy(self) -> bool:
        return self.experiment.arms is not None


def choose() -> str:
    """The experiments in the order of the book."""
    return named(st.pills, t("Experiment"), f"{PREFIX}experiment", NAMES, FIRST, required=True,
                 label_visibility="collapsed")  # fmt: skip


def settings(key: str) -> Setup:
    """The controls of an experiment, and its declaration in words."""
    experiment, source, seed, curve = EXPERIMENTS[key], "digits", 0, ""
    with steady():
        if experiment.sources:
            source = named(st.segmented_control, t("Images"), f"{PREFIX}data", SOURCES, "digits", required=True)
        if experiment.kind == "histograms":
            curve = named(st.segmented_control, t("Activation function"), f"{PREFIX}curve", CURVES, "sigmoid",
                          required=True)  # fmt: skip
        if experiment.drawn:
            seed = whole(t("Seed"), f"{PREFIX}seed", 0, help=t("It draws images, first weights and batches."))
    return Setup(key, source, seed, curve)


def start(setup: Setup) -> None:
    """Run, what it would cost, and Stop; or what is missing."""
    ready = setup.source != "mnist" or _HERE.get("mnist") or (fetched("mnist") and _HERE.put("mnist", True))
    if not ready:
        material.offer("mnist")
    if setup.heavy or DESK.job:
        cost = DESK.cost(setup.run[:2], lambda: _seconds(setup)) if ready and setup.heavy else None
        DESK.row(t("Run the experiment"), cost, lambda: _job(setup), ("bkrun", "bkstop"))


def _seconds(setup: Setup) -> float | Text:
    try:
        return setup.experiment.seconds(setup.source)
    except ValueError as wrong:
        return wrong.args[0]


def declared(setup: Setup) -> None:
    """The book's settings, and what differs here."""
    experiment = setup.experiment
    parts = [f"**{t('Settings of the book')}** :small[{experiment.key}]", _list(experiment.settings),
             f"**{t('What differs here')}**", _list(experiment.differs)]  # fmt: skip
    st.markdown("\n\n".join(parts))


def _list(lines: tuple[str, ...]) -> str:
    return bullets(*map(t, lines))


def _job(setup: Setup) -> Job:
    return Job(_work(setup), lambda: t("Running {name} …", name=t(NAMES[setup.key])))


def _work(setup: Setup) -> Generator[float | Result, None, None]:
    """What any session has run is not run again."""
    found = _KEPT.get(setup.run)
    if found is not None:
        yield found
        return
    for told in setup.experiment.work(setup.source, setup.seed):
        yield _KEPT.put(setup.run, told) if isinstance(told, Result) else told


def latest(setup: Setup) -> Result:
    """The result of these settings; else the last one of this session; at first that measured beforehand."""
    last: dict[str, Result] = st.session_state.setdefault(_LAST, {})
    told = DESK.result
    if told is not None and told is not st.session_state.get(f"{_LAST}_told"):
        st.session_state[f"{_LAST}_told"], last[told.key] = told, told
    found = _KEPT.get(setup.run)
    if found is None and not setup.heavy:
        try:
            found = _KEPT.make(setup.run, lambda: setup.experiment.run(setup.source, setup.seed))
        except ValueError:  # images that are not here yet: the button beside says so
            found = None if setup.key in last else _KEPT.make((setup.key, "digits", 0), setup.experiment.run)
    if found is not None:
        last[setup.key] = found
    return last.get(setup.key) or _BEFORE.make(setup.key, lambda: beforehand(setup.experiment))


def is_before(result: Result) -> bool:
    """Whether it was measured beforehand, not on this server."""
    return result is _BEFORE.get(result.key)
