"""Gates as perceptrons, and XOR as two layers of them: AND(NAND, OR)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optim_viz.labs.perceptron.line import BY_HAND, Line

GATES = {"AND": (0, 0, 0, 1), "OR": (0, 1, 1, 1), "NAND": (1, 1, 1, 0), "XOR": (0, 1, 1, 0)}
"""The outputs of each gate at `CORNERS`."""
TWO_LAYERS = ("NAND", "OR", "AND")
"""The two units of the first layer and the one of the second that make XOR."""


@dataclass(frozen=True, eq=False)
class Gate:
    """What each unit says at the points (N, 2): of the first layer `one` and `two`, and of the second, `out`."""

    one: np.ndarray
    two: np.ndarray
    out: np.ndarray


def gate(X: np.ndarray, lines: Sequence[Line] | None = None) -> Gate:
    """Two lines in the plane of the inputs, a third in the plane of their answers; by hand: XOR."""
    one, two, last = lines or tuple(BY_HAND[name] for name in TWO_LAYERS)
    a, b = one.says(X), two.says(X)
    return Gate(a, b, last.says(np.stack([a, b], axis=1)))
