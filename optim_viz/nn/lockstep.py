"""Runs side by side: where each stands, and rules of one kind taken together in one step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optim_viz.nn.history import Run
from optim_viz.nn.network import State
from optim_viz.optimizers.base import Optimizer
from optim_viz.outcome import Outcome

_TOGETHER = 8000  # numbers: stacking larger arrays saves no time


@dataclass(frozen=True, eq=False)
class Group:
    """Runs whose rules are of one class, as one rule with arrays of settings; x (n, members), coordinates first."""

    rule: Optimizer
    runs: tuple[int, ...]
    x: np.ndarray
    state: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Place:
    """All that the future depends on, after `step` steps; nothing in it is ever written to.

    Arrays are (runs,), statistics name -> (runs, F); `gone` holds the last parameters and the outcome of runs that
    ended, `best` the step, parameters and statistics of the lowest loss of each run.
    """

    step: int
    groups: tuple[Group, ...]
    statistics: State
    gone: dict[int, tuple[np.ndarray, Outcome]]
    loss: np.ndarray
    norm: np.ndarray
    ratio: np.ndarray
    clipped: np.ndarray
    best: dict[int, tuple[int, np.ndarray, State]]
    lowest: np.ndarray  # of any point
    mark: np.ndarray  # what the next epoch has to be better than
    waited: np.ndarray  # epochs since it was

    @property
    def running(self) -> tuple[int, ...]:
        """The runs that have not ended, in the order of `rows`."""
        return tuple(run for group in self.groups for run in group.runs)

    @property
    def rows(self) -> np.ndarray:
        """Their parameters, (running, n)."""
        return np.concatenate([group.x.T for group in self.groups])

    def theta(self, count: int) -> np.ndarray:
        """The parameters of all runs (count, n)."""
        rows = {run: row for group in self.groups for run, row in zip(group.runs, group.x.T, strict=True)}
        return np.stack([rows[run] if run in rows else self.gone[run][0] for run in range(count)])

    def ended(self, outcomes: dict[int, Outcome], last: Place) -> Place:
        """The same place, where these runs stay as they were at `last`."""
        if not outcomes:
            return self
        x = {run: x.copy() for g in last.groups for run, x in zip(g.runs, g.x.T, strict=True) if run in outcomes}
        gone = {**self.gone, **{run: (x[run], outcome) for run, outcome in outcomes.items()}}
        return replace(self, gone=gone, groups=_without(self.groups, set(outcomes)))


def start(runs: Sequence[Run], theta: np.ndarray, statistics: State, at_once: int) -> Place:
    """All runs at their first parameters theta (runs, n), in groups of at most `at_once`."""
    most = max(1, min(at_once, _TOGETHER // theta.shape[1]))
    kinds: dict[type, list[int]] = {}
    for number, run in enumerate(runs):
        kinds.setdefault(type(run.optimizer), []).append(number)
    groups = []
    for members in kinds.values():
        for low in range(0, len(members), most):
            some = tuple(members[low : low + most])
            rule, x = joined([runs[k].optimizer for k in some]), np.ascontiguousarray(theta[list(some)]).T
            groups.append(Group(rule, some, x, rule.init(x)))
    zero, far = np.zeros(len(runs)), np.full(len(runs), np.inf)
    return Place(0, tuple(groups), statistics, {}, zero, zero, zero, zero.astype(int), {}, far, far, zero.astype(int))


def joined(rules: Sequence[Optimizer]) -> Optimizer:
    """Rules of one class as one: a setting that is the same in all stays a number, others become arrays."""
    settings = {name: [getattr(rule, name) for rule in rules] for name in rules[0].fields()}
    return type(rules[0])(**{k: v[0] if len(set(v)) == 1 else np.array(v) for k, v in settings.items()})


def _without(groups: tuple[Group, ...], leave: set[int]) -> tuple[Group, ...]:
    left = []
    for g in groups:
        keep = [k for k, run in enumerate(g.runs) if run not in leave]
        if len(keep) == len(g.runs):
            left.append(g)
        elif keep:
            fields = {
                name: value[keep] if isinstance(value, np.ndarray) else value for name, value in g.rule.fields().items()
            }
            state = {name: _columns(a, keep) for name, a in g.state.items()}
            left.append(Group(type(g.rule)(**fields), tuple(g.runs[k] for k in keep), _columns(g.x, keep), state))
    return tuple(left)


def _columns(a: np.ndarray, keep: list[int]) -> np.ndarray:
    return np.ascontiguousarray(a[..., keep].T).T


@dataclass
class Answer:
    """What a network says at some parameters: loss (k,), gradient (n, k) as the rule sees it, its norm before
    clipping (None: not asked for) and whether it was clipped, and running statistics moved by this batch."""

    loss: np.ndarray
    gradient: np.ndarray
    norm: np.ndarray | None
    clipped: Any
    statistics: State

    def of(self, part: slice) -> Answer:
        """The answer for some of the rows."""
        norm = None if self.norm is None else self.norm[part]
        clipped = self.clipped if self.clipped is None else self.clipped[part]
        statistics = {key: a[part] for key, a in self.statistics.items()}
        return Answer(self.loss[part], self.gradient[:, part], norm, clipped, statistics)


class Asked:
    """The gradient as a rule sees it: at hand where the rule stands, one more pass anywhere else.

    `first` is the first answer the rule was given: that pass moves the running statistics, as in torch.
    """

    def __init__(self, here: np.ndarray, known: Answer | None, look: Callable[[np.ndarray], Answer]) -> None:
        self.here, self.known, self.look = here, known, look
        self.first: Answer | None = None
        self.used = False  # whether the rule wanted to know where it stands

    def __call__(self, q: np.ndarray) -> np.ndarray:
        if q is self.here:
            self.used = True
            self.known = answer = self.known or self.look(q)
        else:
            answer = self.look(q)
        self.first = self.first or answer
        return answer.gradient
