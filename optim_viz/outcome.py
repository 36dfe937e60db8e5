"""What became of a path, and why, in words."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from optim_viz.optimizers.base import Optimizer
from optim_viz.words import Text

FAR = 1000  # domain sizes; positions further away than this count as diverged
FLAT = 1e-6  # gradient, relative to the one at the start, below which a path has converged


@dataclass(frozen=True, eq=False)
class Outcome:
    """`kind` is "diverged", "growing", "converged" or "still moving"; `step` is where that was first true.

    For a batch both are arrays (B,). `reason` is one sentence.
    """

    kind: Any
    step: Any
    reason: Text

    @classmethod
    def of_batch(cls, kind: np.ndarray, step: np.ndarray) -> "Outcome":
        return cls(kind, step, Text("{n} of {total} diverged", n=int((kind == "diverged").sum()), total=kind.size))


def far_limit(surface: Any) -> tuple[np.ndarray, np.ndarray]:
    """Centre of the domain and the distance from it, per axis, that counts as gone: two arrays (2,)."""
    low, high = np.array([surface.x, surface.y], dtype=float).T
    return (low + high) / 2, FAR * (high - low)


def judge(rule: Optimizer, surface: Any, x: np.ndarray, value: np.ndarray, gradient: np.ndarray) -> tuple[Outcome, Any]:
    """Outcome and last real row of a recorded run; x (T, 2, ...), value (T, ...), gradient (T, 2, ...)."""
    center, limit = far_limit(surface)
    tail = (1,) * (x.ndim - 2)
    near = (np.abs(x - center.astype(x.dtype).reshape(2, *tail)) <= limit.reshape(2, *tail)).all(axis=1)
    defined = np.isfinite(value) & np.isfinite(gradient).all(axis=1)
    bad = ~(near & defined)
    rows = len(value) - 1
    broken = bad.any(axis=0)
    first = np.where(broken, bad.argmax(axis=0), rows + 1)
    # A finite point where f or its gradient is undefined was really reached, so it cannot stand as the end:
    # the path is drawn up to the last point that has a value.
    end = np.maximum(np.where(broken, first - 1, rows), 0)
    last_value, before = _at(value, end), _at(value, np.maximum(end - 1, 0))
    with np.errstate(over="ignore"):
        size = np.sqrt((gradient * gradient).sum(axis=1))
        flat = (size <= FLAT * (1 + size[0])) & (size < np.inf)
    settled = rows - np.argmin(flat[::-1], axis=0) + 1
    settled = np.where(flat.all(axis=0), 0, settled)
    converged = flat[-1] & ~broken
    growing = (last_value > value[0]) & (last_value > before) & ~converged
    kind = np.select([broken, converged, growing], ["diverged", "converged", "growing"], "still moving")
    step = np.where(broken, np.minimum(first, rows), np.where(converged, settled, rows))
    if value.ndim > 1:
        return Outcome.of_batch(kind, step), end
    why = _reason(rule, surface, str(kind), int(step), int(end), x, value, gradient, near)
    return Outcome(str(kind), int(step), why), int(end)


def _at(a: np.ndarray, row: np.ndarray) -> np.ndarray:
    return np.take_along_axis(a, np.asarray(row)[None], axis=0)[0]


def _reason(rule, surface, kind, step, end, x, value, gradient, near) -> Text:
    if kind == "converged":
        return Text("The gradient is zero (to 1e-6 of its size at the start) from step {step} on.", step=step)
    if kind == "still moving":
        size = float(np.hypot(*gradient[end]))
        return Text("After {steps} steps the gradient is still {size:.2g}.", steps=end, size=size)
    if kind == "diverged" and np.isfinite(x[step]).all() and near[step]:
        a, b = map(float, x[step])
        if np.isinf(value[step]):
            return Text("f overflows at ({a:.3g}, {b:.3g}).", a=a, b=b)
        return Text("f or its gradient is not defined at ({a:.3g}, {b:.3g}).", a=a, b=b)
    return _bound(rule, surface, x[0]) or _escape(step, end, x, value)


def _bound(rule: Optimizer, surface: Any, start: np.ndarray) -> Text | None:
    """Which stability bound was broken: exact on a quadratic, at the start elsewhere."""
    everywhere = surface.quadratic
    hessian = surface.hessian(start) if everywhere is None else everywhere
    if not np.isfinite(hessian).all():
        return None
    curvature = float(np.linalg.eigvalsh(hessian)[-1])
    limit = rule.stability_limit(curvature) if curvature > 0 else None
    lr = getattr(rule, "lr", None)
    if limit is None or lr is None or not lr > limit:
        return None
    facts = {"lr": float(lr), "bound": rule.limit, "limit": float(limit), "curvature": curvature}
    if everywhere is None:
        return Text("lr {lr:g} > {bound} = {limit:.4g} at the start, where λmax = {curvature:.4g}.", **facts)
    return Text("lr {lr:g} > {bound} = {limit:.4g} (λmax = {curvature:.4g}).", **facts)


def _escape(step: int, end: int, x: np.ndarray, value: np.ndarray) -> Text:
    if not np.isfinite(x[step]).all():
        return Text("Step {step} gives no finite number: it divides by zero, or grows past every number.", step=step)
    if (end, step) == (0, 1):
        return Text("The very first step leaves the picture far behind.")
    if value[end] < value[0]:
        return Text("f falls without bound: the path left the picture at step {step}.", step=step)
    return Text("The steps grew: f rose from {low:.3g} to {high:.3g} by step {step}.",
                low=float(value[0]), high=float(value[end]), step=end)  # fmt: skip
