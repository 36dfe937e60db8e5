"""What the paths of the race and of "Inside an optimizer" show: turns, ends, steps."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from optim_viz.compare import summary
from optim_viz.course.measures import measure
from optim_viz.course.record import frozen
from optim_viz.optimizers import OPTIMIZERS, Optimizer
from optim_viz.optimizers.custom import custom
from optim_viz.surfaces import SURFACES, Surface
from optim_viz.trace import Path, trace

AXES = ("x", "y")
BOWL, START, STEPS = "Elongated bowl", (-7.0, 2.0), 29  # the book's figure
Settings = Mapping[str, float]


def ground(surface: str = BOWL, letters: Settings | None = None) -> Surface:
    """A surface of the catalogue, or a formula on the bowl's domain, with the values of its letters."""
    given: dict[str, Any] = dict(letters or {})
    if surface not in SURFACES:
        return Surface(surface, x=SURFACES[BOWL].x, y=SURFACES[BOWL].y, **given)
    return SURFACES[surface].replace(**given)


def rule(optimizer: str, settings: Settings | None = None) -> Optimizer:
    """A listed optimizer, or one written as a program."""
    if "=" in optimizer:
        return custom(optimizer, **(settings or {}))
    return OPTIMIZERS[optimizer](**(settings or {}))


@lru_cache(maxsize=64)
def _walked(optimizer: str, settings: str, surface: str, letters: str, start: tuple, steps: int, noise: float) -> Path:
    made = rule(optimizer, json.loads(settings)), ground(surface, json.loads(letters))
    return trace(*made, start, steps, noise=noise)


def walked(
    optimizer: str, settings: Settings | None = None, surface: str = BOWL, start: Sequence[float] = START,
    steps: int = STEPS, letters: Settings | None = None, noise: float = 0.0,
) -> Path:  # fmt: skip
    """The path the page shows with these settings, with seed 0."""
    return _walked(optimizer, frozen(settings or {}), surface, frozen(letters or {}), tuple(start), steps, noise)


def moves(path: Path) -> np.ndarray:
    """The steps (end, 2) of a path."""
    return np.diff(path.x[: path.end + 1], axis=0)


def _turns(path: Path) -> np.ndarray:
    made = moves(path)
    return (made[1:] * made[:-1] < 0).sum(axis=0)


@measure
def turns(axis: str, **path: Any) -> float:
    """How often the path turns back along an axis."""
    return int(_turns(walked(**path))[AXES.index(axis)])


@measure
def turning(**path: Any) -> str:
    """The axis along which the path turns back more often, "neither" where none does."""
    x, y = _turns(walked(**path))
    return "neither" if x == y else "x" if x > y else "y"


@measure
def place(axis: str, step: int | None = None, **path: Any) -> float:
    """The coordinate after so many updates, by default the last one."""
    made = walked(**path)
    return float(made.x[made.end if step is None else step, AXES.index(axis)])


@measure
def stride(axis: str, step: int, **path: Any) -> float:
    """How far that update moves along an axis, with its sign; the first update is 1."""
    return float(moves(walked(**path))[step - 1, AXES.index(axis)])


@measure
def longest(axis: str, **path: Any) -> float:
    """The longest step along an axis, as a multiple of the first."""
    lengths = np.abs(moves(walked(**path))[:, AXES.index(axis)])
    return float(lengths.max() / lengths[0])


@measure
def slope(axis: str, step: int = 0, **path: Any) -> float:
    """The gradient along an axis after so many updates."""
    return float(walked(**path).gradient[step, AXES.index(axis)])


@measure
def kept(state: str, axis: str, step: int, **path: Any) -> float:
    """What the optimizer keeps under that name (v, h, m, …) after so many updates."""
    return float(walked(**path).state[state][step, AXES.index(axis)])


@measure
def final(**path: Any) -> float:
    """f where the path ends."""
    made = walked(**path)
    return float(made.value[made.end])


@measure
def value(step: int, **path: Any) -> float:
    """f after so many updates."""
    return float(walked(**path).value[step])


@measure
def away(step: int | None = None, **path: Any) -> float:
    """The distance to the nearest minimum after so many updates, by default the last one."""
    made = walked(**path)
    return float(np.hypot(*(made.surface.minima - made.x[made.end if step is None else step]).T).min())


@measure
def arrival(**path: Any) -> float:
    """The first update after which 99 % of the way down is done; −1 where it never is."""
    found = summary(walked(**path)).arrived
    return -1 if found is None else found


@measure
def outcome(**path: Any) -> str:
    """What became of the path: "converged", "moving", "growing" or "diverged"."""
    return str(walked(**path).outcome.kind).removeprefix("still ")


@measure
def first(choices: Mapping[str, Mapping[str, Any]], **same: Any) -> str:
    """Which of several runs has done 99 % of the way down first, "none" where none has."""
    found = {name: arrival(**{**same, **run}) for name, run in choices.items()}
    arrived = {name: step for name, step in found.items() if step >= 0}
    return min(arrived, key=arrived.__getitem__) if arrived else "none"


@measure
def lower(choices: Mapping[str, Mapping[str, Any]], **same: Any) -> str:
    """Which of several runs ends lowest: `choices` are ids with what sets each apart from the others."""
    ends = {name: final(**{**same, **run}) for name, run in choices.items()}
    return min(ends, key=ends.__getitem__)
