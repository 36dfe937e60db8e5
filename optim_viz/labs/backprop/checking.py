"""A gradient checked: ours, autograd's, and differences of two losses with ever smaller steps."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optim_viz import autodiff
from optim_viz.nn import CrossEntropy, Network

STEPS = tuple(10.0**-k for k in range(1, 13))
"""h = 1e-1 ... 1e-12."""
MOST_CHECKED = 24  # parameters, as many of each kind: a mistake may sit in one kind only
FAULTS = ("none", "bias", "mean")
GOOD = 1e-7


@dataclass(frozen=True, eq=False)
class Checked:
    """Derivatives by the `chosen` parameters (n,): `ours`, `autograd`, and `forward` and `central` (h, n)."""

    names: tuple[str, ...]
    chosen: np.ndarray
    ours: np.ndarray
    autograd: np.ndarray
    forward: np.ndarray
    central: np.ndarray

    @cached_property
    def errors(self) -> dict[str, np.ndarray]:
        """Relative error (h,) of "forward" and "central" differences, over all chosen parameters.

        Against autograd, which no mistake of ours can reach; "ours" is how far ours is from central differences.
        """
        found = {kind: np.array([apart(row, self.autograd) for row in getattr(self, kind)])
                 for kind in ("forward", "central")}  # fmt: skip
        return {**found, "ours": np.array([apart(row, self.ours) for row in self.central])}

    @property
    def right(self) -> bool:
        """Whether ours passes: some h brings the numerical gradient as close as rounding allows."""
        return bool(self.errors["ours"].min() < GOOD)

    def best(self, kind: str) -> tuple[float, float]:
        """The step with the smallest error, and that error."""
        k = int(self.errors[kind].argmin())
        return STEPS[k], float(self.errors[kind][k])

    @property
    def steepest(self) -> int:
        """The place of the weight of the first layer with the largest derivative."""
        first = [k for k, name in enumerate(self.names) if name.startswith("W1")]
        return max(first, key=lambda k: abs(self.autograd[k]))


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """|one − other| / (|one| + |other|) in lengths: 0 for equal, 1 for unrelated; 0 where both are 0."""
    size = float(np.linalg.norm(one) + np.linalg.norm(other))
    return float(np.linalg.norm(np.asarray(one) - other)) / size if size else 0.0


def check(
    net: Network, theta: np.ndarray, X: np.ndarray, y: np.ndarray, fault: str = "none", seed: int = 0
) -> Checked:  # fmt: skip
    """All of it at theta for one batch; `fault` puts a mistake into our gradient: see `FAULTS`."""
    data, chosen = net.batch(X, y), _chosen(net, seed)
    ours = faulty(net, net.gradient(theta, data), len(X), fault)
    forward, central = differences(net, theta, data, chosen)
    return Checked(tuple(_names(net)[k] for k in chosen), chosen, ours[chosen],
                   autograd(net, theta, X, y)[chosen], forward, central)  # fmt: skip


def _chosen(net: Network, seed: int) -> np.ndarray:
    """Places in theta: of each layer's weights and biases the same number, drawn."""
    rng = np.random.default_rng(seed)
    kinds = [part.ravel() for part in net.views(np.arange(net.parameter_count)).values()]
    each = MOST_CHECKED // len(kinds)
    return np.sort(np.concatenate([rng.choice(kind, min(len(kind), each), replace=False) for kind in kinds]))


def faulty(net: Network, gradient: np.ndarray, samples: int, fault: str) -> np.ndarray:
    """The gradient as it would be with a common mistake in it."""
    wrong = gradient.copy()
    if fault == "bias":  # forgotten: nothing comes back to the biases
        for name, part in net.views(wrong).items():
            if name.endswith("bias"):
                part[...] = 0.0
    elif fault == "mean":  # the sum over the batch, though the loss is the mean
        wrong *= samples
    return wrong


def differences(net: Network, theta: np.ndarray, data: Any, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(L(θ + h) − L(θ)) / h and (L(θ + h) − L(θ − h)) / 2h, both (steps, chosen); one pass for each h."""
    here, axes = net.loss(theta, data), np.eye(len(theta))[chosen]
    forward, central = [], []
    for h in STEPS:
        up, down = net.loss(theta + h * axes, data), net.loss(theta - h * axes, data)
        forward.append((up - here) / h)
        central.append((up - down) / (2 * h))
    return np.array(forward), np.array(central)


def autograd(net: Network, theta: np.ndarray, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The gradient of the same network by another hand: the loss once more in autograd's NumPy, and its tape.

    Dense layers, sigmoid, tanh, ReLU and batch normalization; cross-entropy for labels, else the mean square.
    """
    return autodiff.gradients(lambda flat: _loss(autodiff.numpy(), net, flat, X, y), theta)[0]


def _loss(xp: Any, net: Network, flat: Any, X: np.ndarray, y: np.ndarray) -> Any:
    a, start = X.T, 0
    for layer, shape in zip(net.layers, net.plan.shapes, strict=False):
        parts = []
        for size in layer.parameters(shape).values():
            parts.append(xp.reshape(flat[start : start + int(np.prod(size))], size))
            start += int(np.prod(size))
        a = _AHEAD[type(layer).__name__](xp, a, layer, *parts)
    if net.outputs > 1 or isinstance(net.objective, CrossEntropy):
        score = a - xp.max(a, axis=0)
        return xp.mean(xp.log(xp.sum(xp.exp(score), axis=0)) - score[y, np.arange(len(y))])
    return xp.mean((a[0] - y.ravel()) ** 2)


def _normalized(xp: Any, a: Any, layer: Any, gamma: Any, beta: Any) -> Any:
    mean = xp.mean(a, axis=1)[:, None]
    variance = xp.mean((a - mean) ** 2, axis=1)[:, None]
    return gamma[:, None] * (a - mean) / xp.sqrt(variance + layer.eps) + beta[:, None]


_AHEAD = {
    "Dense": lambda xp, a, layer, W, b: xp.dot(W, a) + b[:, None],
    "Sigmoid": lambda xp, a, layer: 1 / (1 + xp.exp(-a)),
    "Tanh": lambda xp, a, layer: xp.tanh(a),
    "ReLU": lambda xp, a, layer: xp.where(a > 0, a, 0.0),
    "BatchNorm": _normalized,
}


def _names(net: Network) -> list[str]:
    """w and b with layer and place: "W1[2,5]", counted from 1."""
    names, layer = [], {"Dense": "W", "BatchNorm": "γ"}
    for i, part in net.views(np.zeros(net.parameter_count)).items():
        number, kind = i.split(".")
        letter = layer[type(net.layers[int(number)]).__name__] if kind == "weight" else "b"
        heavy = sum(bool(one.parameters(shape)) for one, shape in
                    zip(net.layers[: int(number) + 1], net.plan.shapes, strict=False))  # fmt: skip
        names += [f"{letter}{heavy}[{','.join(str(k + 1) for k in place)}]" for place in np.ndindex(part.shape)]
    return names
