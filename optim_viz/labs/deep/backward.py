"""Backward: how large the gradient is in each layer of a deep network with fresh weights, by backpropagation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optim_viz.nn import Initializer, Network
from optim_viz.nn.activations import Activation
from optim_viz.nn.layers import Dense, Mode
from optim_viz.nn.passes import forward, parts

UNITS, SAMPLES, CLASSES = 50, 50, 10
SEEDS = (0, 1, 2, 3, 4)
KINDS = ("sigmoid", "tanh", "relu", "leaky_relu")


@dataclass(frozen=True, eq=False)
class Gradients:
    """Root mean squares in each hidden layer, arrays (seeds, depth), the layer at the input first.

    `sums`: of ∂L/∂z over units and samples, with L each sample's own loss; `weights`: of ∂L/∂w over the weights, with
    L the mean loss; `slope`: of the activation's slope over units and samples.
    """

    sums: np.ndarray
    weights: np.ndarray
    slope: np.ndarray

    def left(self, what: str = "sums") -> np.ndarray:
        """Of the last hidden layer's gradient, how much the first one has (seeds,)."""
        size = getattr(self, what)
        return size[:, 0] / size[:, -1]

    def factor(self, what: str = "sums") -> np.ndarray:
        """By what the gradient is multiplied on its way back through one layer (seeds,): the geometric mean."""
        return self.left(what) ** (1 / max(self.sums.shape[1] - 1, 1))


def network(activation: str, init: Initializer, depth: int, units: int = UNITS) -> Network:
    """`depth` hidden layers of `units`, as many inputs, and an output layer of CLASSES scores."""
    return Network([units, *[units] * depth, CLASSES], activation=activation, init=init)


def task(seeds: Sequence[int], units: int = UNITS, samples: int = SAMPLES) -> tuple[np.ndarray, np.ndarray]:
    """A batch per seed: inputs from N(0, 1), (seeds, samples, units), with random classes (seeds, samples)."""
    rngs = [np.random.default_rng([seed, samples]) for seed in seeds]
    X = np.stack([rng.standard_normal((samples, units)) for rng in rngs])
    return X, np.stack([rng.integers(0, CLASSES, samples) for rng in rngs])


def gradients(
    init: Initializer, depth: int, kinds: Sequence[str] = KINDS, seeds: Sequence[int] = SEEDS
) -> dict[str, Gradients]:
    """One backpropagation per activation and seed: all activations get the same weights and the same samples."""
    X, y = task(seeds)
    theta = network(kinds[0], init, depth).init(list(seeds))
    return {kind: backpropagated(network(kind, init, depth), theta, X, y) for kind in kinds}


def backpropagated(net: Network, theta: np.ndarray, X: np.ndarray, y: np.ndarray) -> Gradients:
    """The way forward and back of K networks theta (K, n), each layer's gradient measured where it comes by."""
    data, p = net.batch(X, y), parts(net.plan, theta)
    passed, kept = forward(net.plan, p, data.x, None, None, np.empty)  # type: ignore[arg-type]  # nothing is used again
    slope = [_size(layer.slope(passed[i - 1], passed[i])) for i, layer in _of(net, Activation)]  # type: ignore[attr-defined]
    _, d = data.loss.value_and_slope(passed[-1], data.t)  # type: ignore[union-attr]
    dp, sums = parts(net.plan, np.empty_like(theta)), []
    for i, layer in reversed(list(enumerate(net.layers))):
        d = layer.backward(p[i], kept[i], d, dp[i], Mode())
        if isinstance(layer, Activation):
            sums.append(_size(d) * data.x.shape[-1])  # the loss is a mean over the samples
    weights = [_size(dp[i][0]) for i, _ in _of(net, Dense)[:-1]]
    return Gradients(*(np.stack(rows, axis=1) for rows in (sums[::-1], weights, slope)))


def _of(net: Network, kind: type) -> list[tuple[int, object]]:
    return [(i, layer) for i, layer in enumerate(net.layers) if isinstance(layer, kind)]


def _size(a: np.ndarray) -> np.ndarray:
    return np.sqrt(np.square(a).mean(axis=(1, 2)))


def one_sided(init: Initializer, kinds: Sequence[str] = KINDS, seeds: Sequence[int] = SEEDS) -> dict[str, float]:
    """Share of the units of a second layer whose weights would all move to the same side, one sample at a time.

    A unit's gradient is its ∂L/∂z times the outputs below it: if those have one sign, so have all its parts. Zeros
    count as either side; units that get no gradient at all are left out.
    """
    X, y = task(seeds)
    found = {}
    for kind in kinds:
        net = network(kind, init, 2)
        theta = np.repeat(net.init(list(seeds)), SAMPLES, axis=0)
        moved = net.views(net.gradient(theta, X.reshape(-1, 1, UNITS), y.reshape(-1, 1)))["2.weight"]
        up, down = (moved > 0).any(axis=2), (moved < 0).any(axis=2)
        found[kind] = float((up ^ down).sum() / (up | down).sum())
    return found
