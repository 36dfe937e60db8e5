"""A neuron with a sigmoid, trained by squared error or by cross-entropy: the same data, starts and rates."""

from dataclasses import dataclass

import numpy as np

from optim_viz.nn.activations import Sigmoid
from optim_viz.nn.losses import MSE, BinaryCrossEntropy

LOSSES = ("MSE", "CrossEntropy")


def _value_and_slope(loss: str, z: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Loss (K,) and dL/dz (K, 1, N) of scores z (K, 1, N); squared error is that of the sigmoid's output."""
    if loss == "CrossEntropy":
        return BinaryCrossEntropy().value_and_slope(z, t)
    gate = Sigmoid()
    a = gate.value(z)
    value, slope = MSE().value_and_slope(a, t)
    return value, slope * gate.slope(z, a)  # the chain rule: this second factor is at most 1/4, and dies out


def pull(loss: str, scores: np.ndarray, target: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Loss (E,) and its derivative (E,) in the score of one sample."""
    z = np.asarray(scores, float)[:, None, None]
    value, slope = _value_and_slope(loss, z, np.full((1, 1, 1), target))
    return value, slope[:, 0, 0]


def gate_data(count: int = 40, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """x (N,) about 0.5 and 2.5, standard deviation 1, and t (N,) of 0 and 1, as many of each: they overlap."""
    t = np.repeat([0.0, 1.0], [count // 2, count - count // 2])
    return np.random.default_rng(seed).normal(0.5 + 2 * t, 1.0), t


def best_right(x: np.ndarray, t: np.ndarray) -> float:
    """The largest share of samples that one threshold gets right, class 1 above it."""
    return float(max(((x > cut) == (t > 0)).mean() for cut in (-np.inf, *x)))


@dataclass(frozen=True, eq=False)
class Gate:
    """Descent of K neurons: `w`, `b`, `value` and `right` (share of samples), each (T + 1, K), the start included."""

    w: np.ndarray
    b: np.ndarray
    value: np.ndarray
    right: np.ndarray


def descend(
    loss: str, x: np.ndarray, t: np.ndarray, w: np.ndarray, b: np.ndarray, lr: np.ndarray | float, steps: int
) -> Gate:
    """Full-batch gradient descent from starts w, b (K,), at one rate for all or one for each (K,)."""
    w, b, lr = np.broadcast_arrays(np.asarray(w, float), b, lr)
    kept, target = np.empty((3, steps + 1, len(w))), t[None, None]
    for step in range(steps + 1):
        value, slope = _value_and_slope(loss, (w[:, None] * x + b[:, None])[:, None], target)
        kept[:, step] = w, b, value
        w, b = w - lr * (slope[:, 0] @ x), b - lr * slope[:, 0].sum(axis=1)
    above = kept[0][..., None] * x + kept[1][..., None] > 0
    return Gate(kept[0], kept[1], kept[2], (above == (t > 0)).mean(axis=2))


def reached(run: Gate, goal: float) -> np.ndarray:
    """The first step (K,) with at least the share `goal` of samples right; steps + 1 where there is none."""
    there = run.right >= goal
    return np.where(there.any(axis=0), there.argmax(axis=0), len(there))
