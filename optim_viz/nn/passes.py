"""Forward and backward through the layers of a plan, K networks at once: rows (K, n), x (1 or K, ..., N)."""

from __future__ import annotations

from typing import Any

import numpy as np

from optim_viz.nn.batch import Batch
from optim_viz.nn.build import Plan
from optim_viz.nn.layers import Mode
from optim_viz.nn.memory import Memory, memory

Statistics = list[tuple[np.ndarray, ...]] | None
Rng = np.random.Generator | None


def parts(plan: Plan, rows: np.ndarray) -> list[tuple[np.ndarray, ...]]:
    """Each layer's parameters as views (K, ...) of the rows."""
    K = len(rows)
    return [tuple([rows[:, s.part].reshape(K, *s.shape) for s in slots]) for slots in plan.slots]


def forward(
    plan: Plan, p: list[tuple[np.ndarray, ...]], x: np.ndarray, statistics: Statistics, rng: Rng, empty: Memory
) -> tuple[list[np.ndarray], list[Any]]:
    """What comes out of each layer and what it keeps for the way back, all valid until the next pass."""
    outputs, kept = [], []
    for i, layer in enumerate(plan.layers):
        x, keep = layer.forward(p[i], x, Mode(empty, statistics[i] if statistics else None, rng))
        outputs.append(x)
        kept.append(keep)
    return outputs, kept


def value_and_gradient(
    plan: Plan, rows: np.ndarray, data: Batch, statistics: Statistics, rng: Rng
) -> tuple[np.ndarray, np.ndarray, list[Any]]:
    """The loss (K,), its gradient (K, n), and what each layer kept."""
    p, empty = parts(plan, rows), memory(plan, rows.shape, data.x.shape)
    outputs, kept = forward(plan, p, data.x, statistics, rng, empty)
    value, d = data.loss.value_and_slope(outputs[-1], data.t)  # type: ignore[union-attr]
    gradient = np.empty_like(rows)
    dp = parts(plan, gradient)
    first = plan.first
    mode = Mode(empty)
    for i in range(len(plan.layers) - 1, first - 1, -1):  # the chain rule: dL/dx of a layer is dL/dy of the one before
        d = plan.layers[i].backward(p[i], kept[i], d, dp[i], mode, i > first)
    return value, gradient, kept


def penalty(
    plan: Plan, rows: np.ndarray, l1: float, l2: float, gradient: np.ndarray | None = None
) -> np.ndarray | float:
    """λ₁ Σ|w| + ½ λ₂ Σw² over the weights (K,), its derivative added to the gradient if one is given."""
    if not (l1 or l2):
        return 0.0
    total = np.zeros(len(rows))
    for part in plan.weights:
        w = rows[:, part]
        total += l1 * np.abs(w).sum(axis=1) + 0.5 * l2 * (w * w).sum(axis=1)
        if gradient is not None:
            gradient[:, part] += l1 * np.sign(w) + l2 * w
    return total
