"""Three forms of weight decay on two weights: one whose gradient is large, one whose gradient is small."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optim_viz.optimizers import SGD, Adam, AdamW, Optimizer

FORMS = ("l2", "decoupled", "notes")
SIZES = np.array([1.0, 0.01])  # of the two gradients, which are noise about 0
STEPS, WALKS = 200, 40


@dataclass(frozen=True, eq=False)
class Decayed:
    """Mean of both weights (STEPS + 1, 2) over many walks from 1, per form; `left` is the share left at the end."""

    weights: dict[str, np.ndarray]

    @property
    def left(self) -> dict[str, np.ndarray]:
        return {form: w[-1] for form, w in self.weights.items()}


def rule(base: str, form: str, lr: float, decay: float) -> Optimizer:
    """SGD or Adam with λ in the gradient ("l2"), beside it by ηλ ("decoupled"), or beside it by λ ("notes").

    λ itself instead of ηλ is a decay of λ/η; under plain SGD, ηλw in the gradient and beside it are the same step.
    """
    amount = decay / lr if form == "notes" else decay
    if base == "sgd":
        return SGD(lr=lr, weight_decay=amount)
    return Adam(lr=lr, weight_decay=amount) if form == "l2" else AdamW(lr=lr, weight_decay=amount)


def decayed(base: str, lr: float, decay: float, seed: int = 0) -> Decayed:
    """The weights' data would leave them where they are: only decay moves their mean."""
    noise = SIZES[:, None] * np.random.default_rng(seed).standard_normal((STEPS, 2, WALKS))
    noise -= noise.mean(axis=2, keepdims=True)  # the mean walk is that of decay alone, as far as the rule is linear
    found = {}
    for form in FORMS:
        made, x = rule(base, form, lr, decay), np.ones((2, WALKS))
        state, path = made.init(x), [x]
        for k in range(STEPS):
            x, state = made.step(x, lambda q, k=k: noise[k], state, k + 1)
            path.append(x)
        found[form] = np.array(path).mean(axis=2)
    return Decayed(found)
