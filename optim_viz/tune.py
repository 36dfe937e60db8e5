"""The rate a rule likes best on a surface, out of its own grid."""

from dataclasses import replace
from typing import Any

import numpy as np

from optim_viz.optimizers.base import Optimizer
from optim_viz.trace import trace


def best_rate(rule: Optimizer, surface: Any, start: Any, steps: int) -> Optimizer:
    """`rule` with the grid rate that ends lowest from this start (the smallest one when every rate diverges).

    One batch over the whole grid; a rule without `lr` comes back unchanged.
    """
    lr = next((p for p in rule.hyperparameters() if p.name == "lr"), None)
    if lr is None:
        return rule
    rates = np.array(lr.choices)
    sweep = trace(replace(rule, lr=rates), surface, start, steps, keep="last")
    final = np.where(sweep.outcome.kind == "diverged", np.inf, sweep.value)
    return replace(rule, lr=float(rates[np.argmin(final)]))
