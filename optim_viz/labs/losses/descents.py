"""A line on its way to the points: gradient descent under a loss, the same start and rates whatever the loss."""

from typing import NamedTuple

import numpy as np

from optim_viz.labs.losses.fits import line
from optim_viz.nn.losses import Loss

STEPS, RATE = 60, 0.35
FROM = (9.0, 1.0)  # height of the line at the first and at the last x, before the first step


class Way(NamedTuple):
    """Slope and height at 0 before and after each step (2, steps + 1), and what `left` of the loss is above its minimum
    (steps + 1,), 1 at the start."""

    lines: np.ndarray
    left: np.ndarray


def way(loss: Loss, x: np.ndarray, y: np.ndarray, steps: int = STEPS, rate: float = RATE) -> Way:
    """From the line between the heights FROM; the rate falls evenly to 0, or a pull that never weakens never rests.

    A step moves the height in the middle of x and the slope over the spread of x, so that neither is the steeper way.
    """
    middle, spread = x.mean(), x.std()
    u, low, high = (x - middle) / spread, x.min(), x.max()
    slope = (FROM[1] - FROM[0]) / (high - low)
    w, b = slope * spread, FROM[0] + slope * (middle - low)
    found, values = [(w, b)], []
    for k in range(steps + 1):
        value, pull = loss.value_and_slope((w * u + b)[None, None], y[None, None])
        values.append(float(value[0]))
        if k < steps:
            now = rate * (1 - k / steps)
            w, b = w - now * float((pull[0, 0] * u).sum()), b - now * float(pull.sum())
            found.append((w, b))
    w, b = np.array(found).T
    lines = np.stack([w / spread, b - w * middle / spread])
    return Way(lines, _left(loss, x, y, np.array(values)))


def _left(loss: Loss, x: np.ndarray, y: np.ndarray, values: np.ndarray) -> np.ndarray:
    slope, height = line(loss, x, y)
    least = float(loss.value_and_slope((slope * x + height)[None, None], y[None, None])[0][0])
    return np.maximum((values - least) / max(values[0] - least, 1e-12), 0.0)
