"""Networks of growing width and depth on problems no line can solve: their lines, and how often training works."""

from collections.abc import Generator
from dataclasses import dataclass
from functools import cache

import numpy as np

from optim_viz.data import DATASETS
from optim_viz.experiments.arms import Arm, run
from optim_viz.nn import History, Network, Settings
from optim_viz.optimizers import Adam

PROBLEMS = ("corners", "xor", "circles", "moons", "spiral")
WIDTHS, DEPTHS = (1, 2, 3, 4, 6, 8), (1, 2, 3, 4, 6)
SEEDS = 8
SOLVED = 0.97  # share of right answers that counts as solved: of four corners that is all
EPOCHS, RATE, CHECKPOINTS = 80, 0.1, 45
SIDE = 1.3  # the picture reaches from -SIDE to SIDE
_POINTS, _NOISE = 100, {"xor": 0.12, "circles": 0.08, "moons": 0.1, "spiral": 0.02}


@cache
def problem(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Points (N, 2) of about unit size around (0, 0), and their classes 0 and 1 (N,)."""
    if name == "corners":
        X, y = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])
    else:
        more = {"arms": 2} if name == "spiral" else {}
        data = DATASETS[name].load(n=_POINTS, noise=_NOISE[name], **more)
        X, y = np.array(data.X), np.array(data.y)
    middle = (X.max(axis=0) + X.min(axis=0)) / 2
    X = (X - middle) / ((X.max(axis=0) - X.min(axis=0)).max() / 2)
    X.setflags(write=False)
    return X, y


def network(width: int, depth: int) -> Network:
    """Hidden layers of tanh units, as many as `depth`, and one output for yes or no."""
    return Network([2, *[width] * depth, 1], activation="tanh", init="glorot", loss="binary_cross_entropy")


def arm(name: str, width: int, depth: int) -> Arm:
    """A network from several first weights on all points at once, with Adam."""
    how = Settings(EPOCHS, None, checkpoints=CHECKPOINTS)
    return Arm(f"{width} × {depth}", network(width, depth), Adam(lr=RATE), problem(name), how, tuple(range(SEEDS)))


def trained(name: str, width: int, depth: int) -> History:
    """A run per seed."""
    *_, found = run([arm(name, width, depth)])
    return found[0]  # type: ignore[index]  # the last event


def solved(history: History) -> int:
    """How many of the runs end with at least `SOLVED` right."""
    return int((history.train_score[:, -1] >= SOLVED).sum())


@dataclass(frozen=True, eq=False)
class Film:
    """One run at its checkpoints: lines of the first layer (T, width, 3), what it says (T, n, n), loss, score (T,)."""

    steps: np.ndarray
    lines: np.ndarray
    share: np.ndarray
    loss: np.ndarray
    score: np.ndarray


def film(history: History, run: int, side: float = SIDE, n: int = 32) -> Film:
    """The run as a film over the square [-side, side]²; share [row of y, column of x]."""
    net, at = history.net, np.linspace(-side, side, n)
    places = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    thetas = np.stack([c.theta[run] for c in history.checkpoints])
    parts = net.views(thetas)
    lines = np.concatenate([parts["0.weight"], parts["0.bias"][..., None]], axis=-1)
    share = net.probabilities(thetas, places)[..., 0].reshape(-1, n, n)
    steps = np.array([c.step for c in history.checkpoints])
    rows = np.searchsorted(history.step, steps)
    return Film(steps, lines, share, history.train_loss[run, rows], history.train_score[run, rows])


def census(name: str) -> Generator[float | np.ndarray, None, None]:
    """How many seeds are solved by each network, (depths, widths) last; before it the share that is done."""
    for event in run([arm(name, width, depth) for depth in DEPTHS for width in WIDTHS]):
        if isinstance(event, list):
            yield np.array([solved(history) for history in event]).reshape(len(DEPTHS), len(WIDTHS))
        else:
            yield event
