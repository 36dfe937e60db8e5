"""Data made from a formula and a seed: (X, y) with X (n, 2), or (n, 1) for the curve.

Classes take turns, so that they are equally large to within one row.
"""

import numpy as np

Pair = tuple[np.ndarray, np.ndarray]


def _noisy(points: np.ndarray, noise: float, rng: np.random.Generator) -> np.ndarray:
    return points + noise * rng.standard_normal(points.shape)


def moons(n: int, noise: float, seed: int) -> Pair:
    """Half circles of radius 1: one around (0, 0) open below, one around (1, 1/2) open above."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    angle = rng.uniform(0, np.pi, n) + np.pi * y
    return _noisy(np.stack([np.cos(angle) + y, np.sin(angle) + y / 2], 1), noise, rng), y


def circles(n: int, factor: float, noise: float, seed: int) -> Pair:
    """Circles around (0, 0): radius 1 for class 0, `factor` for class 1."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    angle, radius = rng.uniform(0, 2 * np.pi, n), np.where(y, factor, 1.0)
    return _noisy(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1), noise, rng), y


def spiral(n: int, arms: int, turns: float, noise: float, seed: int) -> Pair:
    """Arms that wind out of (0, 0) to radius 1 in `turns` turns, arm k rotated by k/arms of a turn."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % arms
    radius = np.sqrt(rng.uniform(0.01, 1, n))  # the root spreads the points evenly along the arm
    angle = 2 * np.pi * (turns * radius + y / arms)
    return _noisy(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1), noise, rng), y


def xor(n: int, noise: float, seed: int) -> Pair:
    """Clouds around the corners (a, b) of the unit square, of class a XOR b."""
    rng = np.random.default_rng(seed)
    corner = np.arange(n) % 4
    a, b = corner // 2, corner % 2
    return _noisy(np.stack([a, b], 1).astype(float), noise, rng), a ^ b


def blobs(n: int, classes: int, noise: float, seed: int) -> Pair:
    """Round clouds of deviation `noise` whose centers share the unit circle evenly, the first at (1, 0)."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % classes
    angle = 2 * np.pi * y / classes
    return _noisy(np.stack([np.cos(angle), np.sin(angle)], 1), noise, rng), y


def wave(x: np.ndarray) -> np.ndarray:
    """What the curve is without noise: sin 2x + x/2."""
    return np.sin(2 * x) + x / 2


def curve(n: int, noise: float, seed: int) -> Pair:
    """`wave` at random x in [-3, 3], plus noise."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-3, 3, n)
    return x[:, None], _noisy(wave(x), noise, rng)
