"""Layers without an activation function: W2(W1 x) is one matrix, and what an activation between them changes."""

from dataclasses import dataclass

import numpy as np

BENDS = ("none", "relu", "tanh")


def matrix(turn: float, stretch: float) -> np.ndarray:
    """Stretches the first axis, then turns by so many degrees, (2, 2)."""
    a = np.deg2rad(turn)
    return np.round(np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]) @ np.diag([stretch, 1.0]), 12)


def bent(a: np.ndarray, kind: str) -> np.ndarray:
    """The activation between the layers."""
    return {"none": lambda: a, "relu": lambda: np.maximum(a, 0), "tanh": lambda: np.tanh(a)}[kind]()


def net_of_lines(n: int = 5, fine: int = 9) -> np.ndarray:
    """A grid over [-1, 1]²: lines (2n, points, 2), first upright, then level."""
    at, along = np.linspace(-1, 1, n), np.linspace(-1, 1, fine)
    upright = np.stack([np.repeat(at[:, None], fine, 1), np.repeat(along[None], n, 0)], axis=-1)
    return np.concatenate([upright, upright[..., ::-1]])


@dataclass(frozen=True, eq=False)
class Collapse:
    """Two layers on points (..., 2): after the first, after the activation, after the second; and one matrix.

    `product` is W2 W1. `gap` is the largest distance between two layers and that one matrix; `left` is the share of the
    two layers' spread that even the best matrix with a bias cannot give.
    """

    first: np.ndarray
    active: np.ndarray
    last: np.ndarray
    product: np.ndarray
    gap: float
    left: float


def collapse(X: np.ndarray, W1: np.ndarray, W2: np.ndarray, kind: str = "none") -> Collapse:
    """What two layers make of X, and how near one matrix comes to it."""
    first = X @ W1.T
    active = bent(first, kind)
    last, product = active @ W2.T, W2 @ W1
    gap = float(np.abs(last - X @ product.T).max())
    flat, wanted = X.reshape(-1, 2), last.reshape(-1, 2)
    inputs = np.column_stack([flat, np.ones(len(flat))])
    near = inputs @ np.linalg.lstsq(inputs, wanted, rcond=None)[0]
    spread = ((wanted - wanted.mean(axis=0)) ** 2).sum()
    left = float(((near - wanted) ** 2).sum() / spread) if spread > 1e-12 else 0.0
    return Collapse(first, active, last, product, gap, left)
