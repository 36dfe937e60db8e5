"""Models with two parameters: what each of their samples costs, and its derivatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


def squares(xp: Any, z: Any, y: Any) -> Any:
    return (z - y) ** 2


def cross_entropy(xp: Any, z: Any, y: Any) -> Any:
    return xp.logaddexp(0.0, z) - y * z


def neuron(xp: Any, z: Any, y: Any) -> Any:
    return (0.5 + 0.5 * xp.tanh(0.5 * z) - y) ** 2


def _sigmoid(z: Any) -> Any:
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def _neuron_slope(z: Any, y: Any) -> Any:
    s = _sigmoid(z)
    return 2 * (s - y) * s * (1 - s)


def _neuron_bend(z: Any, y: Any) -> Any:
    s = _sigmoid(z)
    return 2 * s * (1 - s) * (s * (1 - s) + (s - y) * (1 - 2 * s))


def _logistic_bend(z: Any, y: Any) -> Any:
    s = _sigmoid(z)
    return s * (1 - s)


@dataclass(frozen=True)
class Model:
    """E_i = loss(np, z_i, y_i) with z_i = a·u_i + b·v_i: a and b are the two parameters.

    `loss` is written for whichever NumPy it is handed, the plain one or autograd's. `slope` and `bend`, its first
    and second derivative in z, are closed forms that save the tape; without `slope` autograd does it.
    """

    key: str
    name: str
    task: str
    latex: str
    loss: Callable[[Any, Any, Any], Any]
    slope: Callable[[Any, Any], Any] | None = None
    bend: Callable[[Any, Any], Any] | None = None

    @property
    def labels(self) -> bool:
        """Whether the targets are 0 and 1."""
        return self.task == "classification"


MODELS: dict[str, Model] = {
    model.key: model
    for model in (
        Model("line", "Straight line", "regression", r"E_i = (z_i - y_i)^2",
              squares, lambda z, y: 2 * (z - y), lambda z, y: np.full(np.shape(z), 2.0)),
        Model("logistic", "Logistic regression", "classification", r"E_i = \ln(1 + e^{z_i}) - y_i z_i",
              cross_entropy, lambda z, y: _sigmoid(z) - y, _logistic_bend),
        Model("neuron", "One sigmoid neuron", "classification", r"E_i = (\sigma(z_i) - y_i)^2",
              neuron, _neuron_slope, _neuron_bend),
    )
}  # fmt: skip
