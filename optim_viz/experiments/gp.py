"""Bayesian search: a Gaussian process guesses the score everywhere, and the next trial is where it hopes for most."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

SIDE = 41  # candidates on a side of the square
EVERY = 2  # of them one is drawn


@dataclass(frozen=True, eq=False)
class Thought:
    """What the process thinks when it chooses: (n, n) arrays over the square [decay, lr], `at` the shares chosen.

    `mean` and `spread` are in units of the score; `gain` is the expected improvement over `best`.
    """

    mean: np.ndarray
    spread: np.ndarray
    gain: np.ndarray
    at: tuple[float, float]
    best: float


def candidates() -> np.ndarray:
    """Shares (SIDE², 2) of both ranges, lr first; the lr changes fastest."""
    line = np.linspace(0, 1, SIDE)
    return np.stack([axis.ravel() for axis in np.meshgrid(line, line)], axis=1)


def choose(points: np.ndarray, scores: np.ndarray, count: int) -> list[Thought]:
    """The next `count` trials after those at shares (n, 2) with scores (n,), NaN where a trial failed.

    A failed trial counts as the worst seen, so that the process keeps away; a place tried before has nothing to gain.
    The trials of a batch start before any of them is done: after each choice the process believes its own mean there,
    and chooses on.
    """
    fine = np.isfinite(scores)
    values = np.where(fine, scores, scores[fine].min() if fine.any() else 0.0)
    process = fitted(points, values)
    found, grid = [], candidates()
    for _ in range(count):
        mean, spread = guess(process, grid)
        best = float(values.max())
        taken = (np.abs(grid[:, None] - points).max(axis=-1) < 1e-3).any(axis=1)
        gain = np.where(taken, 0.0, expected_improvement(mean, spread, best))
        k = int(gain.argmax())
        drawn = [a.reshape(SIDE, SIDE)[::EVERY, ::EVERY] for a in (mean, spread, gain)]
        found.append(Thought(drawn[0], drawn[1], drawn[2], (float(grid[k, 0]), float(grid[k, 1])), best))
        points, values = np.vstack([points, grid[k]]), np.append(values, mean[k])
        process = fitted(points, values, process.kernel_)
    return found


def fitted(points: np.ndarray, values: np.ndarray, kernel: Any = None) -> Any:
    """The process after these observations; with a `kernel` its settings stay, else they are fitted too."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    lengths: Any = [0.3, 0.3]
    usual = ConstantKernel(1.0, (0.1, 10.0)) * Matern(lengths, (0.08, 2.0), nu=2.5) + WhiteKernel(0.01, (1e-4, 0.1))
    climb: Any = None if kernel else "fmin_l_bfgs_b"
    process = GaussianProcessRegressor(kernel or usual, optimizer=climb, normalize_y=True)
    with warnings.catch_warnings():  # a length at the end of its range is an answer, too
        warnings.simplefilter("ignore", ConvergenceWarning)
        return process.fit(points, values)


def guess(process: Any, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and spread (n,) of the score itself at places (n, 2), without the noise of a single trial."""
    mean, spread = process.predict(places, return_std=True)
    noise = process.kernel_.k2.noise_level * process._y_train_std**2
    return mean, np.sqrt(np.maximum(spread**2 - noise, 0.0))


def expected_improvement(mean: np.ndarray, spread: np.ndarray, best: float) -> np.ndarray:
    """E[max(f − best, 0)] for f ~ N(mean, spread²) (Jones, Schonlau & Welch 1998, equation 15)."""
    from scipy.special import ndtr

    spread = np.maximum(spread, 1e-12)
    z = (mean - best) / spread
    density = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
    return np.maximum((mean - best) * ndtr(z) + spread * density, 0.0)
