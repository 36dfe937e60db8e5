"""What the path of one optimizer shows, in sentences computed from it; and settings that show each one best."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optim_viz.inside import Inside
from optim_viz.optimizers import SGD, Adadelta, AdaGrad, Adam, AdamP, AdamW, AMSGrad, Momentum, Nesterov, RMSprop
from optim_viz.optimizers.base import Optimizer
from optim_viz.switches import AXES, damping, restless, turns
from optim_viz.trace import trace
from optim_viz.words import Text

TIMES = 100  # f times this: whose path stays the same needs no rate


@dataclass(frozen=True)
class Example:
    """One optimizer on a surface of the catalogue, beside itself with a part switched off ("" for none)."""

    key: str
    name: Text
    rule: Optimizer
    start: tuple[float, float]
    steps: int
    switch: str = ""
    surface: str = "Elongated bowl"


def told(seen: Inside) -> list[Text]:
    """What this path shows about its rule."""
    if not len(seen):
        return [Text("No update was made: there is nothing to look into.")]
    return _TOLD.get(type(seen.path.optimizer), _turning)(seen)


def _turning(seen: Inside) -> list[Text]:
    axis, (x, y) = restless(seen), np.abs(seen.slope[0])
    counts = turns(seen)
    if not counts.any():
        return [Text("No step turns back, along x or along y.")]
    said = [Text("Of the {total} steps after the first, {n} turn back along {axis} and {m} along {other}.",
                 total=len(seen) - 1, n=int(counts[axis]), axis=AXES[axis], m=int(counts[1 - axis]),
                 other=AXES[1 - axis])]  # fmt: skip
    steeper, flatter = (y, x) if axis else (x, y)
    if isinstance(seen.path.optimizer, SGD) and flatter and steeper > flatter:
        said.append(Text("At the start f is {ratio:.3g} times as steep along {axis}, and one rate has to serve both.",
                         ratio=float(steeper / flatter), axis=AXES[axis]))  # fmt: skip
    return said


def _gathering(seen: Inside) -> list[Text]:
    axis = 1 - restless(seen)
    lengths = np.abs(seen.step[:, axis])
    most, first = int(lengths.argmax()), lengths[0]
    if not most or not first:
        return _turning(seen)
    grown = Text("Along {axis} slopes agree and add up: the step grows from {first:.3g} to {most:.3g} (update {t}), "
                 "to {ratio:.3g} times its length.", axis=AXES[axis], first=first, most=lengths[most], t=most + 1,
                 ratio=lengths[most] / first)  # fmt: skip
    return [grown, *_turning(seen)]


def _damped(seen: Inside) -> list[Text]:
    axis = restless(seen)
    share = damping(seen, axis)
    if share is None:
        return _gathering(seen)
    return [Text("Like a damped pendulum: on average each swing along {axis} is {share:.0%} of the one before.",
                 axis=AXES[axis], share=share)]  # fmt: skip


def _freezing(seen: Inside) -> list[Text]:
    (a, c), (b, d) = seen.per_axis[[0, -1]]  # type: ignore[index]
    first, last = np.hypot(*seen.step[[0, -1]].T)
    said = [Text("How far a slope of 1 moves the point only ever shrinks: from {a:.3g} to {b:.3g} along x, "
                 "from {c:.3g} to {d:.3g} along y.",
                 a=a, b=b, c=c, d=d)]  # fmt: skip
    surface, here = seen.path.surface, seen.path.x[len(seen)]
    if first and len(surface.minima):
        far = float(np.hypot(*(surface.minima - here).T).min())
        said.append(Text("The last step is {share:.2g} times the first, with {far:.3g} still to go to the minimum.",
                         share=last / first, far=far))  # fmt: skip
    return said


def _scaling(seen: Inside) -> list[Text]:
    path, surface = seen.path, seen.path.surface
    (a, c), (b, d) = seen.per_axis[[0, -1]]  # type: ignore[index]
    said = [Text("The two averages make a rate of their own: from {a:.3g} to {b:.3g} along x, "
                 "from {c:.3g} to {d:.3g} along y.",
                 a=a, b=b, c=c, d=d)]  # fmt: skip
    steep = trace(path.optimizer, _Times(surface), path.x[0], len(path.x) - 1)
    last = min(steep.end, path.end) + 1
    gap = float(np.abs(steep.x[:last] - path.x[:last]).max())
    said.append(Text("On {times} · f, where SGD would step {times} times as far, this path moves by at most {gap:.1g}.",
                     times=TIMES, gap=gap))  # fmt: skip
    return said


def _forgetting(seen: Inside) -> list[Text]:
    axis = restless(seen)
    h = seen.path.state["h"][1 : len(seen) + 1, axis]
    most, total = int(h.argmax()), float((seen.slope[:, axis] ** 2).sum())
    fallen = Text("h along {axis} is {most:.3g} at its highest (update {t}) and {last:.3g} at the end; the sum of "
                  "all squares, which AdaGrad keeps, stands at {total:.3g}.", axis=AXES[axis], most=h[most],
                  t=most + 1, last=h[-1], total=total)  # fmt: skip
    return [fallen, *_turning(seen)]


def _correcting(seen: Inside) -> list[Text]:
    rule, (a, b) = seen.path.optimizer, seen.step[0]
    first, last = (_correction(rule, t) for t in (1, len(seen)))
    facts = {"a": a, "b": b, "lr": rule.lr}  # type: ignore[attr-defined]
    evenly = np.allclose(np.abs(seen.step[0]), rule.lr, rtol=1e-3)  # type: ignore[attr-defined]
    return [
        Text("The first step is ({a:.3g}, {b:.3g}): η = {lr:g} along an axis, however steep it is.", **facts)
        if evenly else Text("The first step is ({a:.3g}, {b:.3g}), with η = {lr:g}.", **facts),
        Text("The correction √(1−β₂ᵗ)/(1−β₁ᵗ) makes it {first:.3g} times as long as without, "
             "the last step {last:.3g} times.", first=first, last=last),
    ]  # fmt: skip


def _correction(rule: Optimizer, t: int) -> float:
    return float((1 - rule.beta2**t) ** 0.5 / (1 - rule.beta1**t))  # type: ignore[attr-defined]


class _Times:
    """A surface, TIMES as steep."""

    def __init__(self, surface):
        self.surface, self.x, self.y = surface, surface.x, surface.y

    def raw_value(self, p):
        return TIMES * self.surface.raw_value(p)

    def raw_gradient(self, p):
        return TIMES * self.surface.raw_gradient(p)

    quadratic = None

    def hessian(self, p):
        return TIMES * self.surface.hessian(p)


_TOLD: dict[type[Optimizer], Callable[[Inside], list[Text]]] = {
    Momentum: _gathering, Nesterov: _damped, AdaGrad: _freezing, Adadelta: _scaling, RMSprop: _forgetting,
    **dict.fromkeys((Adam, AdamW, AMSGrad, AdamP), _correcting),
}  # fmt: skip
_START = (-7.0, 2.0)
_ALL = (
    Example("zigzag", Text("SGD zig-zags"), SGD(lr=0.95), _START, 29),
    Example("speed", Text("Momentum gathers speed"), Momentum(lr=0.1), _START, 40, "velocity"),
    Example("damp", Text("Nesterov damps the pendulum"), Nesterov(lr=0.1), _START, 60, "ahead"),
    Example("freeze", Text("AdaGrad freezes"), AdaGrad(lr=0.3), _START, 100),
    Example("norate", Text("Adadelta needs no rate"), Adadelta(eps=1e-4), _START, 200),
    Example("forget", Text("RMSprop forgets"), RMSprop(lr=0.1, decay=0.9), _START, 100, "forget"),
    Example("correct", Text("Adam corrects its start"), Adam(lr=0.3), _START, 60, "bias"),
)
EXAMPLES: dict[str, Example] = {example.key: example for example in _ALL}
