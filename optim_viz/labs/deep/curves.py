"""An activation by itself: function, slope and where it is flat; and softmax at a temperature."""

from dataclasses import dataclass

import numpy as np

from optim_viz.labs.deep.forward import FLAT, steepest
from optim_viz.nn.activations import ACTIVATIONS, Softmax
from optim_viz.nn.layers import Mode

REACH = 8.0  # inputs from -REACH to REACH


@dataclass(frozen=True, eq=False)
class Curve:
    """Function and slope over z (n,); `zones` are the stretches (low, high) of z with less than FLAT of `steepest`.

    A function whose slope is 0 everywhere is flat everywhere.
    """

    name: str
    z: np.ndarray
    value: np.ndarray
    slope: np.ndarray
    steepest: float
    zones: tuple[tuple[float, float], ...]


def curve(name: str, points: int = 321) -> Curve:
    """The activation of that name on [-REACH, REACH]; with an odd number of points 0 is among them."""
    z = np.linspace(-REACH, REACH, points)
    value, slope = both(name, z)
    most = steepest(name)
    flat = slope < FLAT * most if most else np.ones(points, bool)
    return Curve(name, z, value, slope, most, _stretches(z, flat))


def both(name: str, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Value and slope at each z."""
    part = ACTIVATIONS[name]()
    value = part.value(z)
    return value, part.slope(z, value)


def at(name: str, z: float) -> tuple[float, float]:
    """Value and slope at one z."""
    value, slope = both(name, np.array([z]))
    return float(value[0]), float(slope[0])


def _stretches(z: np.ndarray, flat: np.ndarray) -> tuple[tuple[float, float], ...]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flat.astype(int), [0]])))
    return tuple((float(z[a]), float(z[b - 1])) for a, b in edges.reshape(-1, 2))


def shares(scores: np.ndarray, temperature: float | np.ndarray = 1.0) -> np.ndarray:
    """Softmax of scores (k,) over the temperature: (k,) for a number, (k, T) for an array (T,)."""
    z = np.divide.outer(np.asarray(scores, float), temperature)
    return Softmax().value(z.reshape(1, len(z), -1)).reshape(z.shape)


def jacobian(scores: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """∂a_i/∂z_j of `shares` (k, k), row i by the layer's own backward pass of output i alone."""
    a = shares(scores, temperature)
    each = np.broadcast_to(a[None, :, None], (len(a), len(a), 1))
    return Softmax().backward((), (None, each), np.eye(len(a))[:, :, None], (), Mode())[:, :, 0] / temperature
