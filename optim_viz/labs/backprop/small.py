"""A network of two layers small enough to write down: every number there and back, in the order it is found."""

from dataclasses import dataclass

import numpy as np

from optim_viz.nn import Network

INPUTS = 2
STEPS: tuple[str, ...] = ("x", "z", "a", "y", "L", "dy", "dv", "da", "dz", "dw")
"""What is found one after the other: five steps forward, five back."""
FORWARD = 5


@dataclass(frozen=True)
class Small:
    """Two inputs, `hidden` units with an activation, one output; the loss is (y − t)²."""

    hidden: int
    activation: str
    x: tuple[float, float]
    t: float
    seed: int

    @property
    def net(self) -> Network:
        return Network([INPUTS, self.hidden, 1], activation=self.activation, loss="mse")

    def theta(self) -> np.ndarray:
        """Parameters (n,) with one digit after the point, so that a person can follow."""
        drawn = np.random.default_rng(self.seed).uniform(-1.5, 1.5, self.net.parameter_count)
        rounded = np.round(drawn, 1) + 0.0
        return np.where(rounded == 0, 0.5, rounded)  # a weight of 0 would let nothing through

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """The one sample: X (1, 2) and its target (1, 1)."""
        return np.array([self.x]), np.array([[self.t]])

    def run(self) -> "Pass":
        return there_and_back(self.net, self.theta(), np.array(self.x), self.t)


@dataclass(frozen=True, eq=False)
class Pass:
    """One sample forward and back: W (h, 2), b, z, a, v (h,) and d: the derivatives of the loss, by name."""

    W: np.ndarray
    b: np.ndarray
    v: np.ndarray
    c: float
    x: np.ndarray
    t: float
    z: np.ndarray
    a: np.ndarray
    slope: np.ndarray
    y: float
    loss: float
    dy: float
    dv: np.ndarray
    dc: float
    da: np.ndarray
    dz: np.ndarray
    dW: np.ndarray
    db: np.ndarray

    @property
    def gradient(self) -> np.ndarray:
        """The derivatives in the order of theta."""
        return np.concatenate([self.dW.ravel(), self.db, self.dv, [self.dc]])


def there_and_back(net: Network, theta: np.ndarray, x: np.ndarray, t: float) -> Pass:
    """The chain rule by hand, layer by layer; the network lends its activation only."""
    parts = net.views(theta)
    (W, b), (v, c) = ((parts[f"{k}.weight"], parts[f"{k}.bias"]) for k in (0, 2))
    curve = net.layers[1]
    z = W @ x + b
    a = curve.value(z)  # type: ignore[attr-defined]
    y = float(v[0] @ a + c[0])
    dy = 2 * (y - t)
    dv, da = dy * a, dy * v[0]  # a and v are each other's local derivative
    slope = curve.slope(z, a)  # type: ignore[attr-defined]
    dz = da * slope
    return Pass(W, b, v[0], float(c[0]), x, t, z, a, slope, y, (y - t) ** 2, dy, dv, dy, da, dz, np.outer(dz, x), dz)
