"""Hyper-parameter search: grid, random, TPE or a Gaussian process, at the same budget on the same problem."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from optim_viz.experiments import gp
from optim_viz.experiments.crew import Crew
from optim_viz.experiments.digits import Digits, rule
from optim_viz.experiments.gp import Thought
from optim_viz.experiments.journal import Journal
from optim_viz.experiments.ranges import Range
from optim_viz.experiments.sweep import Outcome, Sweep, run
from optim_viz.words import Text

RATE, DECAY = Range(1e-3, 3.0), Range(1e-4, 1.0)
METHODS = {"grid": Text("Grid"), "random": Text("Random"), "tpe": "TPE", "gp": Text("Gaussian process")}
BUDGETS = (16, 25, 36)
START = 8  # random trials before TPE and the Gaussian process begin to choose
TOGETHER = 4  # trials of a batch: fixed, so that nothing depends on how many workers there are


@dataclass(frozen=True)
class Plan:
    """One search; `seed` draws its random choices, `task` the images, first weights and batches of all trials."""

    method: str
    budget: int = 25
    folds: int = 1
    seed: int = 0
    task: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(Text("There is no method of search called {name}.", name=repr(self.method)))
        side = math.isqrt(self.budget) if isinstance(self.budget, int) and self.budget > 0 else 0
        if not 2 <= side <= 20 or side**2 != self.budget:
            raise ValueError(Text("The budget must be a square number from 4 to 400, so that a grid uses it all."))


@dataclass(frozen=True)
class Trial:
    """A training: its settings, its score on validation images and on test images; both None where it failed."""

    lr: float
    decay: float
    score: float | None
    test: float | None

    @property
    def place(self) -> tuple[float, float]:
        """Shares of both ranges."""
        return share(RATE, self.lr), share(DECAY, self.decay)


@dataclass(frozen=True, eq=False)
class Found:
    """A search that is done: its trials in order, and what the Gaussian process thought before each of them.

    `shares` are the importances of learning rate and weight decay by these trials.
    """

    plan: Plan
    trials: tuple[Trial, ...]
    thoughts: tuple[Thought | None, ...]
    shares: tuple[float, float] | None

    @property
    def best(self) -> Trial | None:
        """The first with the highest score."""
        fine = [trial for trial in self.trials if trial.score is not None]
        return max(fine, key=lambda trial: trial.score or 0.0, default=None)


def share(span: Range, value: float) -> float:
    """How far along a logarithmic range a number is, from 0 to 1."""
    return math.log(value / span.low) / math.log(span.high / span.low)


def settings(at: Sequence[float]) -> tuple[float, float]:
    """(lr, weight decay) at shares of their ranges, four digits each."""
    lr, decay = (float(f"{span.at(float(s)):.4g}") for span, s in zip((RATE, DECAY), at, strict=True))
    return lr, decay


def best_so_far(trials: Sequence[Trial]) -> list[float]:
    """The highest score up to each trial; 0 while all have failed."""
    return np.maximum.accumulate([trial.score or 0.0 for trial in trials]).tolist()


def tried(
    pairs: Sequence[tuple[float, float]],
    folds: int = 1,
    task: int = 0,
    crew: Crew | None = None,
    journal: Journal | None = None,
) -> list[Trial]:
    """Trains a network for each pair (lr, weight decay)."""  # fmt: skip
    *_, outcome = run(_sweep(pairs, folds, task), crew, journal)
    return _trials(pairs, outcome)


def _sweep(pairs: Sequence[tuple[float, float]], folds: int, task: int) -> Sweep:
    return Sweep((Digits(folds),), tuple(rule(*pair) for pair in pairs), (task,))


def _trials(pairs: Sequence[tuple[float, float]], outcome: Any) -> list[Trial]:
    return [_trial(pair, result) for pair, result in zip(pairs, outcome.results, strict=True)]


def _trial(pair: tuple[float, float], result: Any) -> Trial:
    told = result.get("ok")
    if told is None or told["failed"]:
        return Trial(*pair, None, None)
    return Trial(*pair, told["validation"], told["test"])


def search(
    plan: Plan, crew: Crew | None = None, journal: Journal | None = None
) -> Generator[float | Found, None, None]:
    """Runs a plan batch by batch; yields the share that is done a few times a second, last a Found.

    A batch is asked for when all of the last one is told, and always has TOGETHER trials: so the trials are the same
    for any number of workers.
    """
    asker = Bayesian(plan) if plan.method == "gp" else Sampled(plan)
    trials: list[Trial] = []
    thoughts: list[Thought | None] = []
    while len(trials) < plan.budget:
        yield len(trials) / plan.budget
        asked, thought = asker.ask(min(TOGETHER, plan.budget - len(trials)))
        pairs = [settings(at) for at in asked]
        for event in run(_sweep(pairs, plan.folds, plan.task), crew, journal):
            if isinstance(event, Outcome):
                new = _trials(pairs, event)
                asker.tell(new)
                trials += new
            else:
                yield (len(trials) + len(pairs) * event.done / event.total) / plan.budget
        thoughts += thought
    yield Found(plan, tuple(trials), tuple(thoughts), importances(trials))


class Sampled:
    """Grid, random and TPE of optuna, asked and told; shares of the ranges are what optuna sees."""

    def __init__(self, plan: Plan) -> None:
        optuna = _optuna()
        self._study = optuna.create_study(direction="maximize", sampler=_sampler(plan))
        self._space = {name: optuna.distributions.FloatDistribution(0.0, 1.0) for name in ("lr", "decay")}
        self._open: list[Any] = []
        self._grid = plan.method == "grid"

    def ask(self, count: int) -> tuple[list[tuple[float, float]], list[None]]:
        """Where the next trials are, in shares of the ranges."""
        self._open = [self._study.ask(self._space) for _ in range(count)]
        return [(trial.params["lr"], trial.params["decay"]) for trial in self._open], [None] * count

    def tell(self, trials: Sequence[Trial]) -> None:
        """The scores of what was asked; a diverged trial is a failure, and has none."""
        state = _optuna().trial.TrialState
        for trial, done in zip(self._open, trials, strict=True):
            with suppress(RuntimeError) if self._grid else nullcontext():  # a full grid stops a loop that is not there
                if done.score is None:
                    self._study.tell(trial, state=state.FAIL)
                else:
                    self._study.tell(trial, done.score)


class Bayesian:
    """The Gaussian process, after the same random trials that the others begin with."""

    def __init__(self, plan: Plan) -> None:
        self._start = Sampled(Plan("random", plan.budget, plan.folds, plan.seed, plan.task))
        self._done: list[Trial] = []

    def ask(self, count: int) -> tuple[list[tuple[float, float]], Sequence[Thought | None]]:
        if len(self._done) < START:
            return self._start.ask(count)
        places = np.array([trial.place for trial in self._done])
        scores = np.array([np.nan if trial.score is None else trial.score for trial in self._done])
        thoughts = gp.choose(places, scores, count)
        return [thought.at for thought in thoughts], thoughts

    def tell(self, trials: Sequence[Trial]) -> None:
        if len(self._done) < START:
            self._start.tell(trials)
        self._done += trials


def load() -> None:
    """Imports what all methods need: seconds in which nothing can stop it, unless it is done in a thread."""
    import sklearn.ensemble
    import sklearn.gaussian_process  # noqa: F401

    _sampler(Plan("tpe"))


@cache
def _optuna() -> Any:
    """Loads in half a second, for those who search."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _sampler(plan: Plan) -> Any:
    samplers = _optuna().samplers
    if plan.method == "grid":
        side = math.isqrt(plan.budget)
        line = ((np.arange(side) + 0.5) / side).tolist()  # the middle of each part, not the rim
        return samplers.GridSampler({"lr": line, "decay": line}, seed=plan.seed)
    if plan.method == "random":
        return samplers.RandomSampler(seed=plan.seed)
    return samplers.TPESampler(seed=plan.seed, n_startup_trials=START, multivariate=True, constant_liar=True)


def importances(trials: Sequence[Trial]) -> tuple[float, float] | None:
    """Shares of the scores' variance that learning rate and weight decay explain (fANOVA: Hutter et al. 2014).

    None for fewer than four trials with a score, or all alike.
    """
    fine = [trial for trial in trials if trial.score is not None]
    if len(fine) < 4 or len({trial.score for trial in fine}) < 2:
        return None
    optuna = _optuna()
    space = {name: optuna.distributions.FloatDistribution(0.0, 1.0) for name in ("lr", "decay")}
    study = optuna.create_study(direction="maximize")
    study.add_trials([optuna.trial.create_trial(params=dict(zip(space, np.clip(trial.place, 0, 1).tolist(),
                      strict=True)), distributions=space, value=trial.score) for trial in fine])  # fmt: skip
    judge = optuna.importance.FanovaImportanceEvaluator(seed=0)
    found = optuna.importance.get_param_importances(study, evaluator=judge)
    return float(found["lr"]), float(found["decay"])
