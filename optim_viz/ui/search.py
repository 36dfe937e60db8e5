"""Hyper-parameter search: a search trial by trial, several at the same budget, and one's own."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from threading import Thread
from time import thread_time
from typing import Any

import numpy as np
import streamlit as st

from optim_viz.experiments import repeats
from optim_viz.experiments.crew import Crew
from optim_viz.experiments.digits import splits
from optim_viz.experiments.journal import Journal
from optim_viz.experiments.search import (
    BUDGETS,
    METHODS,
    TOGETHER,
    Found,
    Plan,
    importances,
    load,
    search,
    settings,
    tried,
)
from optim_viz.figures import search as figures
from optim_viz.ui import byhand, cached, jobs, sweeping
from optim_viz.ui.byhand import PREFIX
from optim_viz.ui.charts import chart, worded
from optim_viz.ui.controls import choice, number, switch, whole
from optim_viz.ui.i18n import language, t
from optim_viz.ui.lab import predict
from optim_viz.ui.state import named
from optim_viz.ui.strip import Frame, play
from optim_viz.words import Text

VIEWS = {"one": Text("One search"), "best": Text("Best so far"), "matter": Text("What matters"),
         "wins": Text("20 repeats")}  # fmt: skip
HAND = "manual"
NAMES = {HAND: Text("By hand"), **METHODS}
FOLDS = {"1": Text("half and half"), "5": Text("5 folds")}
AFTER = (8, 12, 16, 20, 25)
DESK = jobs.Desk("se")
_KEPT, _FRAMES, _SHARES = cached.Bounded(16), cached.Bounded(48), cached.Bounded(64)


@dataclass(frozen=True)
class Setup:
    """What all methods of a run share."""

    budget: int = 25
    folds: int = 1
    seed: int = 0

    def plan(self, method: str) -> Plan:
        return Plan(method, self.budget, self.folds, self.seed)


@dataclass(frozen=True, eq=False)
class Result:
    """A search per method."""

    setup: Setup
    found: Mapping[str, Found]


@dataclass(frozen=True, eq=False)
class Shown:
    """What is looked at; `asked` is what the controls say, which a button has to run first."""

    result: Result
    asked: Setup
    method: str
    hand: Found | None
    truth: bool
    after: int

    @property
    def found(self) -> Found | None:
        return self.hand if self.method == HAND else self.result.found[self.method]

    @property
    def searches(self) -> dict[str, Found]:
        """All that were made at this budget, one's own among them."""
        own = {HAND: self.hand} if self.hand else {}
        return {**own, **self.result.found}


def view() -> str:
    return named(st.segmented_control, t("View"), f"{PREFIX}view", VIEWS, "one", required=True,
                 label_visibility="collapsed")  # fmt: skip


def panel(view: str) -> Shown:
    """The controls of the view."""
    method, truth, after = "gp", True, AFTER[-1]
    if view in ("one", "matter"):
        method = named(st.pills, t("Method"), f"{PREFIX}method", NAMES, "gp", required=True)
    if view == "wins":
        after = choice(t("Trials"), f"{PREFIX}after", AFTER, AFTER[-1])
    setup = Setup()
    if view != "wins":
        setup = _setup()
    hand = _by_hand(setup, method == HAND and view == "one")
    if view == "one":
        peek = method == HAND
        truth = switch(t("Show the true map"), f"{PREFIX}peek" if peek else f"{PREFIX}truth", not peek,
                       t("Computed beforehand on 441 places: no search can see it."))  # fmt: skip
    return Shown(_latest(setup), setup, method, hand, truth, after)


def _setup() -> Setup:
    """What the methods share, and the button that runs them."""
    budget = choice(t("Trials per method"), f"{PREFIX}budget", BUDGETS, 25)
    folds = named(st.segmented_control, t("Validation"), f"{PREFIX}folds", FOLDS, "1", required=True,
                  help=t("300 images: one half to learn from and one to judge, or five parts that take turns.")
                  )  # fmt: skip
    seed = whole(t("Seed of the searches"), f"{PREFIX}seed", 0)
    setup = Setup(budget, int(folds), seed)
    if DESK.job or _ready(setup) is None:
        DESK.row(t("Run all methods"), DESK.cost(replace(setup, seed=0), lambda: _seconds(setup)),
                 lambda: _job(setup), (f"{PREFIX}run", f"{PREFIX}stop"))  # fmt: skip
    return setup


def shipped() -> Result:
    return Result(Setup(), repeats.shipped().found)


def _ready(setup: Setup) -> Result | None:
    """The result that anybody has made with these settings."""
    if setup == Setup():
        return shipped()
    own = DESK.result
    return own if own is not None and own.setup == setup else _KEPT.get(setup)


def _latest(setup: Setup) -> Result:
    found = _ready(setup) or DESK.result or shipped()
    DESK.put(found)
    return found


def _seconds(setup: Setup) -> float:
    """What all methods take, and what loading them and choosing adds."""
    share = setup.folds * len(splits(0, setup.folds)[0][0][1]) / len(splits(0, 1)[0][0][1])
    return _batch() * share * setup.budget * len(METHODS) / TOGETHER + 1.5


@cache
def _batch() -> float:
    """Seconds of a batch of trials, measured when everything is loaded."""
    pairs = [settings((0.5, 0.1 * k)) for k in range(TOGETHER)]
    for _ in range(2):
        begun = thread_time()
        tried(pairs)
    return thread_time() - begun


def _job(setup: Setup) -> jobs.Job:
    told = [""]

    def work(crew: Crew, journal: Journal) -> Generator[Any, None, None]:
        loading, found = Thread(target=load, daemon=True), {}
        loading.start()  # it takes seconds, and nothing could stop it here
        while loading.is_alive():
            loading.join(jobs.SLICE)
            yield 0.0
        for k, method in enumerate(METHODS):
            told[0] = method
            for event in search(setup.plan(method), crew, journal):
                if isinstance(event, Found):
                    found[method] = event
                else:
                    yield (k + event) / len(METHODS)
        yield _KEPT.put(setup, Result(setup, found))

    return sweeping.job(work, lambda: t(METHODS[told[0]]) if told[0] else "")


def _by_hand(setup: Setup, controls: bool) -> Found | None:
    """What the person has tried, as a search like the others."""
    trials = byhand.trials(setup.budget, setup.folds, controls)
    return Found(setup.plan("random"), trials, (None,) * len(trials), None) if trials else None


def top_score() -> float:
    return float(np.nanmax(repeats.shipped().truth))


def stage(shown: Shown, view: str) -> bool:
    """The picture of the view; False while its question waits for an answer."""
    names = {name: t(said) for name, said in NAMES.items()}
    if view == "wins":
        return _wins(shown, names)
    if view == "best":
        build = partial(figures.progress, shown.searches, names)
        chart(f"{PREFIX}best", build, t("Best validation accuracy so far over the trials, a line per method"),
              figures.TEXTS)  # fmt: skip
        return True
    found = shown.found
    if found is None:
        st.info(t("Choose a learning rate and a weight decay, and try them."))
        return True
    if view == "one":
        play(_frames(shown, found), key=f"{PREFIX}strip", pace=0.9)
        return True
    chart(f"{PREFIX}coordinates", partial(figures.coordinates, found),
          t("Parallel coordinates: a line per trial from learning rate over weight decay to accuracy"),
          figures.TEXTS)  # fmt: skip
    chart(f"{PREFIX}weights", partial(figures.weights, shares(shown), names),
          t("How much of the scores' variance each setting explains, for each method"), figures.TEXTS)  # fmt: skip
    return True


def shares(shown: Shown) -> dict[str, tuple[float, float]]:
    """Importances of both settings by the trials of each method that has enough of them."""
    found = {name: one.shares for name, one in shown.result.found.items()}
    if shown.hand is not None:
        trials = shown.hand.trials
        (own,) = _SHARES.make(trials, lambda: (importances(trials),))
        found = {HAND: own, **found}
    return {name: both for name, both in found.items() if both is not None}


def _wins(shown: Shown, names: Mapping[str, str]) -> bool:
    record, after = repeats.shipped(), shown.after
    if not predict(f"{PREFIX}guess", t("{repeats} repeats, each with other images and other weights, {after} trials "
                   "per method. Which method finds the highest score most often?", repeats=record.repeats, after=after),
                   METHODS, lambda: _truth(after), after):  # fmt: skip
        return False
    chart(f"{PREFIX}wins", partial(figures.repeats, record, after, names),
          t("Best validation accuracy of every repeat, a box per method"), figures.TEXTS, setting=after)  # fmt: skip
    return True


def _truth(after: int) -> tuple[str, str]:
    record = repeats.shipped()
    wins = record.wins(after)
    right = max(wins, key=lambda name: (wins[name], record.curves[list(METHODS).index(name), :, after - 1].mean()))
    told = ", ".join(f"{t(METHODS[name])} {count}" for name, count in wins.items())
    return right, t("Highest, alone or with others: {told} times of {repeats}.", told=told, repeats=record.repeats)


def _frames(shown: Shown, found: Found) -> list[Frame]:
    """A drawing per trial, kept for all sessions."""
    truth = repeats.shipped().truth if shown.truth else None
    top = top_score() if shown.truth else None
    _, texts = worded(figures.TEXTS)

    def draw() -> list[Frame]:
        return [Frame(str(figures.picture(found, k, truth, top, texts)), _said(found, k))
                for k in range(len(found.trials))]  # fmt: skip

    return _FRAMES.make((found.plan, found.trials, shown.truth, language(), any(found.thoughts)), draw)


def _said(found: Found, k: int) -> str:
    """What this trial was, and why a Gaussian process chose it."""
    trial, thought = found.trials[k], found.thoughts[k]
    what = {"k": k + 1, "n": len(found.trials), "lr": number(trial.lr), "decay": number(trial.decay)}
    if trial.score is None:
        said = t("Trial {k} of {n}: lr {lr}, weight decay {decay}. It diverged, and has no score.", **what)
    else:
        said = t(
            "Trial {k} of {n}: lr {lr}, weight decay {decay}, accuracy {score}.", **what, score=f"{trial.score:.1%}"
        )
        if all(other.score is None or other.score < trial.score for other in found.trials[:k]):
            said += " " + t("The best so far.")
    if thought is not None:
        row, column = (round(share * (len(thought.mean) - 1)) for share in (thought.at[1], thought.at[0]))
        said += " " + t("The process guessed {mean} ± {spread} there; expected improvement {gain}.",
                        mean=f"{thought.mean[row, column]:.0%}", spread=f"{thought.spread[row, column]:.0%}",
                        gain=f"{thought.gain.max():.2%}")  # fmt: skip
    return said
