"""Overfitting while it happens: a polynomial comes to a few noisy points by gradient descent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optim_viz.labs.overfit.smooth import GRID, NOISE, points, truth

DEGREE, LAST, FRAMES = 12, 10_000, 48


@dataclass(frozen=True, eq=False)
class Growth:
    """Points x, y (P,); after each of `steps` (T,) the fit `said` (T, grid) on GRID, and mean squared errors (T,).

    `train` is the error on the points, `test` the expected one on new points with the same noise.
    """

    x: np.ndarray
    y: np.ndarray
    steps: np.ndarray
    said: np.ndarray
    train: np.ndarray
    test: np.ndarray

    @property
    def best(self) -> int:
        """The frame with the lowest error on new points."""
        return int(self.test.argmin())


def growth(seed: int = 0) -> Growth:
    """Gradient descent on half the summed squared error, from weights 0 in a Legendre basis of degree DEGREE.

    With the rate 1/λmax, so that after t steps the weights have come 1 − (1 − λ/λmax)ᵗ of their way along each
    eigenvector: no step need be taken one by one. The frames are close together at first, where most happens.
    """
    x, y = points(seed)
    rows = np.polynomial.legendre.legvander(x, DEGREE)
    u, s, v = np.linalg.svd(rows, full_matrices=False)
    steps = np.unique(np.concatenate([[0], np.geomspace(1, LAST, FRAMES).round()])).astype(int)
    come = -np.expm1(steps[:, None] * np.log1p(-np.minimum((s / s[0]) ** 2, 1 - 1e-12)))
    weights = (come * (u.T @ y) / s) @ v
    said = weights @ np.polynomial.legendre.legvander(GRID, DEGREE).T
    train = ((weights @ rows.T - y) ** 2).mean(axis=1)
    return Growth(x, y, steps, said, train, ((said - truth(GRID)) ** 2).mean(axis=1) + NOISE**2)
