"""What adaptive rules and rules of one's own do to their steps."""

from typing import Any

import numpy as np

from optim_viz.course.measures import measure
from optim_viz.course.measures.paths import AXES, Settings, ground, moves, rule, walked
from optim_viz.inside import inside
from optim_viz.trace import trace

SAME = 0.01  # of the longest way: paths closer than this are one path to the eye


@measure
def pace(axis: str, step: int = 1, **path: Any) -> float:
    """How long that update is along an axis; the first is 1, the last −1."""
    made = moves(walked(**path))
    return float(abs(made[step - 1 if step > 0 else step, AXES.index(axis)]))


@measure
def reach(axis: str, step: int = 1, **path: Any) -> float:
    """How far a slope of 1 moves the point along an axis in that update; the first is 1, the last −1."""
    found = inside(walked(**path)).per_axis
    if found is None:
        raise ValueError("this rule treats all axes alike")
    return float(found[step - 1 if step > 0 else step, AXES.index(axis)])


@measure
def highest(state: str, axis: str, **path: Any) -> float:
    """The largest value of what the optimizer keeps under that name."""
    made = walked(**path)
    return float(made.state[state][: made.end + 1, AXES.index(axis)].max())


@measure
def squares(axis: str, **path: Any) -> float:
    """The sum of all squared slopes along an axis: what AdaGrad would keep."""
    made = walked(**path)
    return float((made.gradient[: made.end, AXES.index(axis)] ** 2).sum())


@measure
def correction(beta1: float, beta2: float, t: int) -> float:
    """How many times as long as without it Adam's step t is through bias correction: √(1 − β₂ᵗ)/(1 − β₁ᵗ)."""
    return float((1 - beta2**t) ** 0.5 / (1 - beta1**t))


@measure
def more_or_less(what: str, **given: Any) -> str:
    """Whether the measure `what` comes out "more" or "less" than 1, or the "same"."""
    from optim_viz.course.measures import known

    found = float(known()[what](**given))
    return "same" if abs(found - 1) < 1e-9 else "more" if found > 1 else "less"


@measure
def steeper(times: float, optimizer: str, settings: Settings | None = None, formula: str = "x^2/20 + y^2",
            **path: Any) -> str:  # fmt: skip
    """What becomes of a path when f is `times` as steep: "same" to the eye, "gone" (it diverges), or "other"."""
    one = walked(optimizer, settings, surface=formula, **path)
    two = walked(optimizer, settings, surface=f"{times:g}*({formula})", **path)
    if two.outcome.kind in ("diverged", "growing"):
        return "gone"
    return "same" if gap(one.x, two.x) <= SAME * gap(one.x, one.x[:1]) else "other"


def gap(a: np.ndarray, b: np.ndarray) -> float:
    """The largest distance between two walks, step by step."""
    return float(np.hypot(*(a - b).T).max())


@measure
def apart(program: str, optimizer: str, settings: Settings, program_settings: Settings, steps: int = 60) -> float:
    """The largest distance between the path of a program and that of a listed optimizer."""
    surface = ground()
    one, two = trace([rule(program, program_settings), rule(optimizer, settings)], surface, surface.start, steps)
    return gap(one.x, two.x)


@measure
def sliders(program: str) -> float:
    """How many settings a program has: the names it never writes."""
    return len(rule(program).hyperparameters())


@measure
def memories(program: str) -> float:
    """How many names a program remembers from step to step."""
    return len(walked(program, steps=1).state)
