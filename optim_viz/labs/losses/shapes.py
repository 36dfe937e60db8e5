"""A loss as a curve: over the error of one sample among others, or over the score of the true class."""

from dataclasses import dataclass

import numpy as np

from optim_viz.nn.losses import CrossEntropy, Loss


@dataclass(frozen=True, eq=False)
class Shape:
    """Over `x` (E,): the loss `value` (E,) of the whole batch, and the `pull` (E,) of the one sample that moves.

    The pull is N times the derivative: a mean over N samples gives each an N-th of its say.
    """

    x: np.ndarray
    value: np.ndarray
    pull: np.ndarray


def of_error(loss: Loss, errors: np.ndarray, rest: float = 1.0, others: int = 9) -> Shape:
    """One sample's error runs through `errors` (E,), while `others` more stay at ±`rest`, in turn."""
    e = np.asarray(errors, float)
    z = np.empty((len(e), 1, 1 + others))
    z[:, 0, 0] = e
    z[:, 0, 1:] = rest * np.where(np.arange(others) % 2, -1.0, 1.0)
    value, slope = loss.value_and_slope(z, np.zeros((1, 1, 1 + others)))
    return Shape(e, value, slope[:, 0, 0] * (1 + others))


def of_score(scores: np.ndarray, classes: int = 2) -> Shape:
    """Cross-entropy of one sample while the score of its true class runs through `scores` (E,), all others 0."""
    s = np.asarray(scores, float)
    z, t = np.zeros((len(s), classes, 1)), np.zeros((1, classes, 1))
    z[:, 0, 0], t[0, 0, 0] = s, 1.0
    value, slope = CrossEntropy().value_and_slope(z, t)
    return Shape(s, value, slope[:, 0, 0])
