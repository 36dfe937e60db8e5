"""Several trainings seen in one plane through the parameters: what a picture of them needs, and how far it lies."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from optim_viz.landscape import (
    Barrier,
    Grid,
    PathLosses,
    Plane,
    Projection,
    barrier,
    path_losses,
    pca_plane,
    project,
    random_plane,
    slice_loss,
    three_points_plane,
)
from optim_viz.nn.history import History
from optim_viz.optimizers.base import Optimizer
from optim_viz.outcome import Outcome
from optim_viz.surfaces.grid import GridSurface
from optim_viz.words import Text

KINDS = ("pca", "random", "points")


@dataclass(frozen=True, eq=False)
class Walk:
    """One training in the plane, as figures and player draw a path: a row per checkpoint.

    `value` is the true loss, or what the plane shows at the projected points; `epoch` belongs to the rows.
    """

    optimizer: Optimizer
    surface: GridSurface
    x: np.ndarray
    value: np.ndarray
    epoch: np.ndarray
    end: int
    outcome: Outcome

    @property
    def name(self) -> str:
        return self.optimizer.name


@dataclass(frozen=True, eq=False)
class Survey:
    """All runs of a training in one plane: `where` and `losses` are (runs, checkpoints)."""

    history: History
    grid: Grid
    surface: GridSurface
    where: Projection
    losses: PathLosses

    @property
    def plane(self) -> Plane:
        return self.grid.plane

    @property
    def epoch(self) -> np.ndarray:
        """The epoch of each checkpoint."""
        return np.array([c.step for c in self.history.checkpoints]) / self.history.steps_per_epoch

    def ends(self) -> list[int]:
        """The last checkpoint each run really reached."""
        steps, finite = np.array([c.step for c in self.history.checkpoints]), np.isfinite(self.where.distance)
        last = [self.history.step[max(int(end), 0)] for end in self.history.end]
        return [int(np.flatnonzero((steps <= step) & ok)[-1]) for step, ok in zip(last, finite, strict=True)]

    def walks(self, shown: bool = False) -> list[Walk]:
        """A path per run, with the true losses, or those the plane shows."""
        values, ends = self.losses.shown if shown else self.losses.true, self.ends()
        return [
            Walk(run.optimizer, self.surface, self.where.x[k], values[k], self.epoch, ends[k],
                 Outcome(outcome.kind, ends[k], outcome.reason))
            for k, (run, outcome) in enumerate(zip(self.history.runs, self.history.outcomes, strict=True))
        ]  # fmt: skip

    def worst(self) -> tuple[int, int]:
        """Run and checkpoint where the plane's loss is the most times off the true one."""
        with np.errstate(all="ignore"):
            off = np.abs(np.log(self.losses.shown) - np.log(self.losses.true))
        for run, end in enumerate(self.ends()):
            off[run, end + 1 :] = np.nan
        off = np.where(np.isfinite(off), off, -1.0)
        run, point = np.unravel_index(int(off.argmax()), off.shape)
        return int(run), int(point)


def standing(history: History) -> list[int]:
    """The runs a plane can go by: those that did not diverge, or all where every one did."""
    kept = [k for k, outcome in enumerate(history.outcomes) if outcome.kind != "diverged"]
    return kept or list(range(len(history.runs)))


def plane_of(history: History, kind: str = "pca", center: int = 0, seed: int = 0) -> Plane:
    """A plane of one of KINDS: "random" goes through the result of run `center`, "points" through the first three.

    ValueError where three results are missing or lie on a line.
    """
    if kind not in KINDS:
        raise ValueError(Text("kind must be one of: {words}.", words=", ".join(KINDS)))
    if kind == "random":
        return random_plane(history.net, history.final.theta[center], seed)
    kept = standing(history)
    if kind == "pca":
        return pca_plane(history.theta[kept])
    if len(kept) < 3:
        raise ValueError(Text("A plane through three results needs three optimizers that did not diverge."))
    a, b, c = history.final.theta[kept[:3]]
    return three_points_plane(a, b, c)


def survey(history: History, plane: Plane, data: Any, n: int = 51) -> Survey:
    """The loss of `data` on n × n points of the plane, and every run in it."""
    theta = history.theta
    grid = slice_loss(history.net, plane, data, n=n)
    return Survey(history, grid, grid.surface(), project(plane, theta), path_losses(history.net, plane, theta, data))


def between(history: History, a: int, b: int, data: Any) -> Barrier:
    """The loss on the straight line from the result of run a to that of run b."""
    return barrier(history.net, history.final.theta[a], history.final.theta[b], data)


def table(survey: Survey) -> str:
    """All paths as CSV, one line per run and checkpoint: place in the plane, distance from it, both losses."""
    lines = ["optimizer,seed,epoch,a,b,distance,true_loss,shown_loss"]
    for k, (run, end) in enumerate(zip(survey.history.runs, survey.ends(), strict=True)):
        for i in range(end + 1):
            numbers = (survey.epoch[i], *survey.where.x[k, i], survey.where.distance[k, i],
                       survey.losses.true[k, i], survey.losses.shown[k, i])  # fmt: skip
            lines.append(",".join([run.optimizer.label(), str(run.seed), *(repr(float(v)) for v in numbers)]))
    return "\n".join(lines) + "\n"
