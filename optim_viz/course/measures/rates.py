"""What learning rates do: curvature, limits from theory, and those a sweep finds."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from optim_viz import rates
from optim_viz.course.measures import measure
from optim_viz.course.measures.paths import BOWL, START, Settings, ground, rule
from optim_viz.course.record import frozen

STEPS = 200  # as the page "Learning rate" opens


def _bowl(surface: str, letters: Settings | None) -> rates.Curvature:
    made = ground(surface, letters)
    found = rates.curvature(made, made.start)
    if found is None:
        raise ValueError(f"no bowl around the minimum of {surface}")
    return found


@measure
def curvature(which: str = "high", surface: str = BOWL, letters: Settings | None = None) -> float:
    """λmax ("high") or λmin ("low") at the minimum nearest to the surface's start."""
    return getattr(_bowl(surface, letters), which)


@measure
def limit(optimizer: str = "SGD", settings: Settings | None = None, surface: str = BOWL,
          letters: Settings | None = None) -> float:  # fmt: skip
    """The stability limit of theory for this surface."""
    found = rule(optimizer, settings).stability_limit(_bowl(surface, letters).high)
    if found is None:
        raise ValueError(f"no limit is known for {optimizer}")
    return float(found)


@measure
def factor(axis_curvature: float, lr: float) -> float:
    """What one step of plain gradient descent multiplies the distance by where the curvature is that: 1 − ηλ."""
    return 1 - lr * axis_curvature


@lru_cache(maxsize=32)
def _swept(optimizer: str, settings: str, surface: str, letters: str, start: tuple, steps: int) -> rates.Sweep:
    made = rule(optimizer, {**json.loads(settings), "lr": 1.0}), ground(surface, json.loads(letters))
    return rates.sweep(*made, start, steps)


def swept(
    optimizer: str = "SGD", settings: Settings | None = None, surface: str = BOWL, start: Sequence[float] = START,
    steps: int = STEPS, letters: Settings | None = None,
) -> rates.Sweep:  # fmt: skip
    """The sweep the page "Learning rate" shows with these settings."""
    return _swept(optimizer, frozen(settings or {}), surface, frozen(letters or {}), tuple(start), steps)


@measure
def best(**sweep: Any) -> float:
    """The rate of the grid whose path ends lowest."""
    made = swept(**sweep)
    if made.best is None:
        raise ValueError("every rate diverges")
    return float(made.rates[made.best])


@measure
def diverges_from(**sweep: Any) -> float:
    """The lowest rate of the grid, above the best, whose path diverges."""
    made = swept(**sweep)
    gone = made.rates[made.diverged & (made.rates > best(**sweep))]
    return float(gone[0])


@measure
def fastest(which: str, surface: str = BOWL, letters: Settings | None = None) -> float:
    """Momentum's best pair on this bowl by theory: its "rate", its "momentum", or the error's "factor" per step."""
    found = rates.phases(_bowl(surface, letters))
    return {"rate": found.optimum[0], "momentum": found.optimum[1], "factor": found.fastest}[which]


@measure
def best_factor(surface: str = BOWL, letters: Settings | None = None) -> float:
    """What plain gradient descent multiplies the error by per step at its best fixed rate."""
    bowl = _bowl(surface, letters)
    return (bowl.high - bowl.low) / (bowl.high + bowl.low)
