"""What trained networks say about data, at a moment of their training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from optim_viz.nn.history import Checkpoint
from optim_viz.nn.network import Network

FEWEST, MOST = 8, 40  # bins
LOOKED_AT = 1000  # samples whose activations are counted


def chances(net: Network, at: Checkpoint, X: np.ndarray) -> np.ndarray:
    """Shares of the classes (runs, N, classes), also for a single yes-or-no output."""
    share = net.probabilities(at.theta, X, state=at.state or None)
    return np.concatenate([1 - share, share], axis=-1) if net.outputs == 1 else share


def values(net: Network, at: Checkpoint, X: np.ndarray, scaler: Any = None) -> np.ndarray:
    """Outputs of a regression (runs, N), in the original unit where the targets' scaler is given."""
    said = net.predict(at.theta, X, state=at.state or None)[..., 0]
    return said if scaler is None else scaler.inverse(said)


@dataclass(frozen=True, eq=False)
class Plane:
    """The classes over a rectangle: x (n,), y (n,) in original units, chances (runs, n, n, classes) [row of y]."""

    x: np.ndarray
    y: np.ndarray
    chances: np.ndarray


def plane(net: Network, at: Checkpoint, X: np.ndarray, scaler: Any, n: int = 64) -> Plane:
    """The rectangle a tenth larger than samples X (N, 2), given in original units."""
    low, high = X.min(axis=0), X.max(axis=0)
    room = 0.1 * np.where(high > low, high - low, 1.0)
    x, y = (np.linspace(a, b, n) for a, b in zip(low - room, high + room, strict=True))
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return Plane(x, y, chances(net, at, scaler.apply(points)).reshape(len(at.theta), n, n, -1))


def confusion(truth: np.ndarray, said: np.ndarray, classes: int) -> np.ndarray:
    """How often each class (row) was taken for each (column)."""
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (truth, said), 1)
    return counts


@dataclass(frozen=True, eq=False)
class Spread:
    """How numbers of one layer are spread: edges (bins + 1,) common to all runs, shares (runs, bins)."""

    title: str
    edges: np.ndarray
    shares: np.ndarray


def weights(net: Network, at: Checkpoint) -> list[Spread]:
    """Weights of each layer that has a matrix or kernels."""
    named = [(name, a) for name, a in net.views(at.theta).items() if name.endswith(".weight") and a.ndim > 2]
    return [_spread(str(k), a.reshape(len(at.theta), -1)) for k, (_, a) in enumerate(named, 1)]


def activations(net: Network, at: Checkpoint, X: np.ndarray) -> list[Spread]:
    """What comes out of each hidden layer's activation, and of the last layer."""
    passed = net.activations(at.theta, X[:LOOKED_AT], state=at.state or None)
    heavy = [i for i, layer in enumerate(net.layers) if type(layer).__name__ in ("Dense", "Conv2d")]
    ends = [i - 1 for i in heavy[1:]] + [len(net.layers) - 1]
    return [_spread(str(k), passed[i].reshape(len(at.theta), -1))
            for k, i in enumerate(ends, 1)]  # fmt: skip


def _spread(title: str, numbers: np.ndarray) -> Spread:
    fine = np.isfinite(numbers)
    some = numbers[fine] if fine.any() else np.zeros(1)
    low, high = float(some.min()), float(some.max())
    if not high > low:
        low, high = low - 0.5, low + 0.5
    edges = np.linspace(low, high, int(np.clip(2 * np.sqrt(numbers.shape[1]), FEWEST, MOST)) + 1)
    counts = [np.histogram(row[ok], edges)[0] / max(int(ok.sum()), 1)
              for row, ok in zip(numbers, fine, strict=True)]  # fmt: skip
    return Spread(title, edges, np.array(counts))
