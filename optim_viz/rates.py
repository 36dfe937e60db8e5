"""What a learning rate does: final loss over many rates, the theory beside it, and three paths that tell it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optim_viz.compare import summary
from optim_viz.optimizers.base import Optimizer
from optim_viz.trace import Path, trace
from optim_viz.words import Text

_FORTY = (
    100, 106, 112, 118, 125, 132, 140, 150, 160, 170, 180, 190, 200, 212, 224, 236, 250, 265, 280, 300,
    315, 335, 355, 375, 400, 425, 450, 475, 500, 530, 560, 600, 630, 670, 710, 750, 800, 850, 900, 950,
)  # fmt: skip
# Preferred numbers (ISO 3, R40): evenly spaced on a log axis to within 2 %, yet numbers a person would write.
RATES = tuple(float(f"{n}e{d}") for d in range(-7, 0) for n in _FORTY)
HALF = 0.5  # a rate that covers less of the way than this is too small or too large


@dataclass(frozen=True, eq=False)
class Sweep:
    """One optimizer from one start at many rates (B,): where each run ended.

    `end` (2, B) is the last real point, `final` (B,) f there, `kind` (B,) the outcome; `best` is the index of the
    lowest `final` of those that did not diverge, None when all did. `progress` (B,) is the share of the way from the
    start to the best end that was covered, NaN where a run diverged.
    """

    optimizer: Optimizer
    surface: Any
    start: tuple[float, float]
    steps: int
    rates: np.ndarray
    end: np.ndarray
    final: np.ndarray
    kind: np.ndarray
    best: int | None
    progress: np.ndarray

    @property
    def diverged(self) -> np.ndarray:
        return self.kind == "diverged"

    def closing(self, share: float) -> tuple[float, float] | None:
        """The lowest and the highest rate that leave at most `share` of f₀ − f*; None if none does or f* is unknown."""
        floor = self.surface.minimum_value
        if floor is None:
            return None
        first = float(self.surface.value(self.start))
        good = self.rates[~self.diverged & (self.final - floor <= share * (first - floor))]
        return (float(good[0]), float(good[-1])) if good.size else None

    def at(self, index: int) -> Optimizer:
        """The optimizer with the rate of that index."""
        return replace(self.optimizer, lr=float(self.rates[index]))  # type: ignore[call-arg]


def sweep(rule: Optimizer, surface: Any, start: Any, steps: int, rates: Sequence[float] = RATES) -> Sweep:
    """Run `rule` at every rate in one batch; ValueError for a rule without lr."""
    if not hasattr(rule, "lr"):
        raise ValueError(Text("{name} has no learning rate.", name=rule.name))
    many = np.array(rates, dtype=float)
    made = trace(replace(rule, lr=many), surface, start, steps, keep="last")  # type: ignore[call-arg]
    gone = made.outcome.kind == "diverged"
    best = None if gone.all() else int(np.where(gone, np.inf, made.value).argmin())
    goal, origin = (np.full(2, np.nan) if best is None else made.x[:, best]), np.array(start, dtype=float)
    with np.errstate(all="ignore"):
        progress = 1 - np.hypot(*(made.x - goal[:, None])) / np.hypot(*(origin - goal))
    progress = np.where(gone, np.nan, progress)
    at = (float(origin[0]), float(origin[1]))
    return Sweep(rule, surface, at, steps, many, made.x, made.value, made.outcome.kind, best, progress)


def nearest(surface: Any, point: Any) -> np.ndarray | None:
    """The known minimum nearest to `point` (2,), None where none is known."""
    minima = surface.minima
    return minima[np.hypot(*(minima - np.asarray(point)).T).argmin()] if len(minima) else None


@dataclass(frozen=True)
class Curvature:
    """Smallest and largest second derivative: everywhere on a quadratic (`at` is None), else at the minimum `at`."""

    low: float
    high: float
    at: tuple[float, float] | None


def curvature(surface: Any, near: Any, decay: float = 0.0) -> Curvature | None:
    """The curvature theory speaks of, at the known minimum nearest to `near` (2,), and what L2 weight decay adds to it;
    None where there is no bowl."""
    everywhere, at = surface.quadratic, None
    if everywhere is None:
        at = nearest(surface, near)
        if at is None:
            return None
        everywhere = surface.hessian(at)
    if not np.isfinite(everywhere).all():
        return None
    low, high = np.linalg.eigvalsh(everywhere).tolist()
    if high <= 0 or low < -1e-9 * high:
        return None
    return Curvature(max(low, 0.0) + decay, high + decay, None if at is None else (float(at[0]), float(at[1])))


@dataclass(frozen=True)
class Line:
    """A rate that theory names: `kind` is "limit" or "best", `formula` how it is computed."""

    kind: str
    formula: str
    rate: float


def theory(rule: Optimizer, bowl: Curvature | None) -> list[Line]:
    """The stability limit, and the best fixed rate where there is a formula for it."""
    found = []
    if bowl is not None:
        limit, best = rule.stability_limit(bowl.high), rule.best_fixed_rate(bowl.low, bowl.high)
        found += [] if limit is None else [Line("limit", rule.limit, float(limit))]
        found += [] if best is None else [Line("best", rule.optimum, float(best))]
    return found


@dataclass(frozen=True, eq=False)
class Phases:
    """Momentum on a bowl: `factor[i, j]` is what an error is multiplied by per step at (rates[j], momenta[i]).

    Above 1 it diverges. `optimum` is the fastest pair (rate, momentum), `fastest` its factor.
    """

    bowl: Curvature
    rates: np.ndarray
    momenta: np.ndarray
    factor: np.ndarray
    optimum: tuple[float, float]
    fastest: float


def phases(bowl: Curvature, n: int = 106, m: int = 61) -> Phases:
    """The map over rates from 0 to past the highest limit, and momenta from 0 to 1."""
    rates, momenta = np.linspace(0, 4.2 / bowl.high, n), np.linspace(0, 1, m)
    factor = contraction(rates, momenta[:, None], bowl)
    low, high = np.sqrt(bowl.low), np.sqrt(bowl.high)
    share = float((high - low) / (high + low))
    return Phases(bowl, rates, momenta, factor, (float((2 / (low + high)) ** 2), share**2), share)


def contraction(lr: Any, momentum: Any, bowl: Curvature) -> Any:
    """What the error is multiplied by per step in the long run: the larger root of z² − (1 + μ − ηλ)z + μ in size,
    over both curvatures (Polyak 1964, section 2)."""
    return np.maximum(*(_root(lr, momentum, value) for value in (bowl.low, bowl.high)))


def _root(lr: Any, momentum: Any, curvature: float) -> Any:
    b = 1 + momentum - lr * curvature
    inner = b * b - 4 * momentum
    return np.where(inner > 0, (np.abs(b) + np.sqrt(np.maximum(inner, 0))) / 2, np.sqrt(momentum))


def critical(rates: np.ndarray, curvature: float) -> np.ndarray:
    """The momentum of critical damping, (1 − √(ηλ))²: with less it creeps, with more it swings."""
    return (1 - np.sqrt(rates * curvature)) ** 2


def measured(path: Path) -> float | None:
    """What the distance to the minimum was multiplied by per step, fitted to the second half; None if unclear."""
    end = int(path.end)
    goal = nearest(path.surface, path.x[end])
    if goal is None:
        return None
    away = np.hypot(*(path.x[: end + 1] - goal).T)
    told = np.flatnonzero(away > 1e-13 * (away[0] + np.abs(goal).max()))  # below that it is rounding
    last = int(told[-1]) if told.size else 0
    part = told[told >= last // 2]
    if len(part) < 8:
        return None
    return float(np.exp(np.polyfit(part, np.log(away[part]), 1)[0]))


@dataclass(frozen=True, eq=False)
class Example:
    """A path of three: `kind` is "small", "right" or "large", `reason` why, in words."""

    kind: str
    path: Path
    reason: Text


def three(made: Sweep) -> list[Example]:
    """Too small: the largest rate that, like all below it, is on its way but has not covered half of it. Then the best.
    Too large: the first above it that diverges, or does not cover half the way if none does. What there is no rate for
    is left out."""
    if made.best is None:
        picked = [("large", 0)]
    else:
        poor = ~(made.progress >= HALF)
        creeps = poor & (made.kind == "still moving") & (made.progress > 0)
        lowest = int(creeps.argmin())
        picked = [("small", lowest - 1)] if 0 < lowest <= made.best else []
        picked += [("right", made.best)]
        above = [np.flatnonzero(wrong[made.best :]) for wrong in (made.diverged, poor)]
        picked += [("large", made.best + int(found[0])) for found in above if found.size][:1]
    paths = trace([made.at(index) for _, index in picked], made.surface, made.start, made.steps)
    return [Example(kind, path, _why(kind, path, made, k)) for (kind, k), path in zip(picked, paths, strict=True)]


def _why(kind: str, path: Path, made: Sweep, index: int) -> Text:
    lr, share, outcome = float(made.rates[index]), float(made.progress[index]), path.outcome
    if kind == "right":
        return Text("lr {lr:g} ends lowest of all {n} rates: f = {f:.3g} after {steps} steps.",
                    lr=lr, n=len(made.rates), f=float(made.final[index]), steps=made.steps)  # fmt: skip
    if outcome.kind == "diverged":
        return Text("lr {lr:g} diverges at step {step}. {reason}", lr=lr, step=outcome.step, reason=outcome.reason)
    if kind == "small":
        longest = float(np.hypot(*np.diff(path.x, axis=0).T).max())
        return Text("lr {lr:g} is slow: after {steps} steps, the longest {longest:.2g}, {share:.0%} of the way is "
                    "covered.", lr=lr, longest=longest, steps=made.steps, share=share)  # fmt: skip
    turns = summary(path).turns
    if share < 0:
        return Text("lr {lr:g} overshoots: it turns back in {turns:.0%} of its steps, and ends further away than it "
                    "began.", lr=lr, turns=turns)  # fmt: skip
    return Text("lr {lr:g} overshoots: it turns back in {turns:.0%} of its steps, and covers {share:.0%} of the way.",
                lr=lr, turns=turns, share=share)  # fmt: skip
