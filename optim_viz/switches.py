"""Parts of a rule that can be taken out or changed, and what that changes, in numbers read off both paths."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from optim_viz.inside import Inside
from optim_viz.optimizers import SGD, AdaGrad, Adam, Momentum, NAdam, Nesterov, RMSprop
from optim_viz.optimizers.base import Optimizer
from optim_viz.optimizers.variants import VARIANTS, MomentumEMA
from optim_viz.trace import trace
from optim_viz.words import Text

EPS = 0.1  # what ε is switched to at first: large enough to be seen
AXES = ("x", "y")
Change = Callable[[Optimizer, float], Optimizer | None]


@dataclass(frozen=True)
class Switch:
    """`change(rule, eps)` is the rule without the part (None where it has none); `says(with, without)` what is seen."""

    key: str
    name: Text
    change: Change
    says: Callable[[Inside, Inside], list[Text]]


def fitting(rule: Optimizer) -> list[Switch]:
    """The switches this rule has."""
    return [switch for switch in SWITCHES.values() if switch.change(rule, EPS) is not None]


def told(switch: Switch, whole: Inside, without: Inside) -> list[Text]:
    """The switch's own sentences, where both paths have an update to speak of, and where they end."""
    low, high = (float(one.path.value[one.path.end]) for one in (without, whole))
    end = Text("f ends at {without:.3g} instead of {whole:.3g}.", without=low, whole=high)
    return [*(switch.says(whole, without) if len(whole) and len(without) else []), end]


def swings(seen: Inside, axis: int) -> np.ndarray:
    """Distances along an axis between the start and each point where the path turns back."""
    x, moves = seen.path.x[: len(seen) + 1, axis], seen.step[:, axis]
    turns = np.flatnonzero(moves[1:] * moves[:-1] < 0) + 1
    return np.abs(np.diff(x[np.r_[0, turns]]))


def turns(seen: Inside) -> np.ndarray:
    """How often the path turns back along x and along y: (2,) counts."""
    return (seen.step[1:] * seen.step[:-1] < 0).sum(axis=0)


def restless(seen: Inside) -> int:
    """The axis that turns back more often; the steeper one at the start where both do alike."""
    x, y = turns(seen)
    return int(abs(seen.slope[0, 1]) > abs(seen.slope[0, 0])) if x == y else int(y > x)


def damping(seen: Inside, axis: int) -> float | None:
    """What share of a swing the next one is, on (geometric) average over the first four; None with fewer than two."""
    lengths = swings(seen, axis)[:4]
    if len(lengths) < 2 or not lengths.all():
        return None
    return float((lengths[-1] / lengths[0]) ** (1 / (len(lengths) - 1)))


def _as(cls: type[Optimizer], *rules: type[Optimizer]) -> Change:
    """These rules become `cls`, with the settings both have."""

    def change(rule: Optimizer, _: float) -> Optimizer | None:
        if type(rule) not in rules:
            return None
        return cls(**{h.name: getattr(rule, h.name) for h in cls.hyperparameters() if hasattr(rule, h.name)})

    return change


def _behind(rule: Optimizer, eps: float) -> Optimizer | None:
    return _as(Momentum, Nesterov)(rule, eps) or _as(Adam, NAdam)(rule, eps)


def _uncorrected(rule: Optimizer, _: float) -> Optimizer | None:
    bare = VARIANTS.get(f"{rule.name}Uncorrected")
    return None if bare is None else bare(**rule.fields())


def _eps(rule: Optimizer, eps: float) -> Optimizer | None:
    return replace(rule, eps=eps) if hasattr(rule, "eps") else None  # type: ignore[call-arg]


def _slower(whole: Inside, without: Inside) -> list[Text]:
    axis = 1 - restless(whole)
    most, least = (float(np.abs(one.step[:, axis]).max()) for one in (whole, without))
    return [Text("Along {axis} the longest step is {without:.3g} without the velocity, {whole:.3g} with it.",
                 axis=AXES[axis], without=least, whole=most)]  # fmt: skip


def _swinging(whole: Inside, without: Inside) -> list[Text]:
    axis = restless(without)
    with_it, bare = damping(whole, axis), damping(without, axis)
    if with_it is not None and bare is not None:
        return [Text("Without the look-ahead each swing along {axis} is {without:.0%} of the one before, "
                     "with it {whole:.0%}.", axis=AXES[axis], without=bare, whole=with_it)]  # fmt: skip
    return [Text("Without the look-ahead the path turns back {without} times along {axis}, with it {whole} times.",
                 axis=AXES[axis], without=int(turns(without)[axis]), whole=int(turns(whole)[axis]))]  # fmt: skip


def _averaged(whole: Inside, without: Inside) -> list[Text]:
    rule, path = whole.path.optimizer, without.path
    share = 1 - rule.momentum  # type: ignore[attr-defined]
    slower = rule.lr * share  # type: ignore[attr-defined]
    slow = trace(replace(rule, lr=slower), path.surface, path.x[0], len(path.x) - 1)  # type: ignore[call-arg]
    last = min(slow.end, path.end) + 1
    gap = float(np.abs(slow.x[:last] - path.x[:last]).max())
    return [Text("The average counts each slope 1 − μ = {share:.3g} times: this is the classic path at the rate "
                 "{rate:.3g} (they differ by at most {gap:.1g}).", share=share, rate=slower, gap=gap)]  # fmt: skip


def _piling(whole: Inside, without: Inside) -> list[Text]:
    axis = restless(whole)
    ends = {"axis": AXES[axis], "without": without.path.state["h"][-1, axis], "whole": whole.path.state["h"][-1, axis]}
    return [Text("Without forgetting, h along {axis} ends at {without:.3g} instead of {whole:.3g}.", **ends),
            *_reach(whole, without, len(whole))]  # fmt: skip


def _jumping(whole: Inside, without: Inside) -> list[Text]:
    first, bare = (np.hypot(*one.step[0]) for one in (whole, without))
    most, longest = (float(np.hypot(*one.step.T).max()) for one in (whole, without))
    said = [Text("The longest step is {without:.3g} instead of {whole:.3g}.", without=longest, whole=most)]
    if first:
        said.insert(0, Text("Without the correction the first step is {ratio:.3g} times as long.", ratio=bare / first))
    return said


def _reach(whole: Inside, without: Inside, t: int) -> list[Text]:
    if whole.per_axis is None or without.per_axis is None:
        return []
    row = min(t, len(whole), len(without)) - 1
    (a, b), (c, d) = without.per_axis[row], whole.per_axis[row]
    return [Text("At update {t} a slope of 1 moves x by {a:.3g} and y by {b:.3g}, instead of {c:.3g} and {d:.3g}.",
                 t=row + 1, a=a, b=b, c=c, d=d)]  # fmt: skip


def _braking(whole: Inside, without: Inside) -> list[Text]:
    last = min(len(whole), len(without))
    return [*_reach(whole, without, 1), *(_reach(whole, without, last) if last > 1 else [])]


_ALL = (
    Switch("velocity", Text("Velocity off"), _as(SGD, Momentum, Nesterov), _slower),
    Switch("ahead", Text("Look-ahead off"), _behind, _swinging),
    Switch("ema", Text("Average instead of sum"), _as(MomentumEMA, Momentum), _averaged),
    Switch("forget", Text("Forgetting off"), _as(AdaGrad, RMSprop), _piling),
    Switch("bias", Text("Bias correction off"), _uncorrected, _jumping),
    Switch("eps", Text("Another ε"), _eps, _braking),
)  # fmt: skip
SWITCHES: dict[str, Switch] = {switch.key: switch for switch in _ALL}
