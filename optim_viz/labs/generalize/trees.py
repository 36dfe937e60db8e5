"""Regression trees on one column, for many samples at once; averaged on resamples (bagging), or chained (boosting)."""

from dataclasses import dataclass

import numpy as np

from optim_viz.labs.generalize.samples import AT, WEIGHT, Ground, Parts, parts


def tree(y: np.ndarray, weight: np.ndarray, depth: int) -> np.ndarray:
    """What K trees of this depth (1: a stump) say at the n sorted points they were fitted to: (K, n).

    y and `weight` are (K, n); a point of weight 0 takes no part. Each split is the one that lowers the squared error
    most (CART, Breiman et al. 1984); a node that no split divides stays whole.
    """
    node = np.zeros(y.shape, dtype=np.int64)
    for level in range(depth):
        gain = _gain(y, weight, node, 2**level)
        fresh = 2 * node
        for k in range(2**level):
            here = np.where(node == k, gain, -np.inf)
            cut = here.argmax(axis=1)
            real = np.isfinite(np.take_along_axis(here, cut[:, None], axis=1))
            fresh += real & (node == k) & (np.arange(y.shape[1]) > cut[:, None])
        node = fresh
    total, mass = _sums(weight * y, node, 2**depth), _sums(weight, node, 2**depth)
    return np.take_along_axis(total / np.maximum(mass, 1e-300), node, axis=1)


def _sums(values: np.ndarray, node: np.ndarray, count: int) -> np.ndarray:
    """Sums over the points of each node (K, count)."""
    rows = np.arange(len(node))[:, None] * count
    return np.bincount((rows + node).ravel(), values.ravel(), len(node) * count).reshape(-1, count)


def _gain(y: np.ndarray, weight: np.ndarray, node: np.ndarray, count: int) -> np.ndarray:
    """What a split right of each point would gain (K, n), -inf where one side would be empty."""
    left, right = [], []
    for values in (weight, weight * y):
        whole = _sums(values, node, count)
        before = np.take_along_axis(np.cumsum(whole, axis=1) - whole, node, axis=1)
        left.append(np.cumsum(values, axis=1) - before)
        right.append(np.take_along_axis(whole, node, axis=1) - left[-1])
    fine = (left[0] > 0.5) & (right[0] > 0.5)  # weights are whole numbers
    with np.errstate(all="ignore"):
        return np.where(fine, left[1] ** 2 / left[0] + right[1] ** 2 / right[0], -np.inf)


def places(x: np.ndarray, at: np.ndarray) -> np.ndarray:
    """For each of `at` (G,) the number of the sorted point of x (R, n) that is nearest to it: (R, G)."""
    return ((x[:, 1:] + x[:, :-1])[:, None] / 2 < at[None, :, None]).sum(axis=2)


def resamples(n: int, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """How often each of n points is drawn in n draws with replacement (Efron 1979): (*shape, n)."""
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=shape).astype(float)


def bagged(y: np.ndarray, depth: int, rounds: int, seed: int = 0) -> np.ndarray:
    """Trees on bootstrap resamples of each sample of y (R, n): (R, rounds, n); bagging is their mean (Breiman 1996)."""
    repeats, n = y.shape
    weight = resamples(n, (repeats, rounds), seed).reshape(-1, n)
    return tree(np.repeat(y, rounds, axis=0), weight, depth).reshape(repeats, rounds, n)


def boosted(y: np.ndarray, depth: int, rounds: int, rate: float) -> np.ndarray:
    """Trees that each fit what those before have left over: (R, rounds, n); boosting is `rate` times their sum.

    Least-squares boosting from 0 (Friedman 2001, Algorithm 2).
    """
    left, found = y.copy(), []
    for _ in range(rounds):
        found.append(tree(left, np.ones_like(y), depth))
        left = left - rate * found[-1]
    return np.stack(found, axis=1)


@dataclass(frozen=True, eq=False)
class Team:
    """Trees together: `single` (rounds, G) are those of the first sample, `together` (rounds, G) what they say by then.

    `parts` are bias² and variance of one tree fitted to the sample itself, and of all trees together; `error`
    (rounds,) is the mean error on new data by then, over all samples; `alone` that of the one tree. `resampled` is the
    standard deviation of the trees on resamples of one sample (bagging; 0 of one tree), which stands in for that over
    new samples.
    """

    ground: Ground
    x: np.ndarray
    y: np.ndarray
    single: np.ndarray
    together: np.ndarray
    parts: Parts
    error: np.ndarray
    alone: float
    resampled: float


def team(
    ground: Ground, method: str, depth: int, rounds: int, rate: float = 1.0, repeats: int = 40, seed: int = 0
) -> Team:
    """Bagging or boosting ("bagging", "boosting") on repeated samples."""
    x, y = ground.samples(repeats, seed)
    place = places(x, AT)
    one = np.take_along_axis(tree(y, np.ones_like(y), depth), place, axis=1)
    made = bagged(y, depth, rounds, seed) if method == "bagging" else boosted(y, depth, rounds, rate)
    each = np.take_along_axis(made, np.broadcast_to(place[:, None], (*made.shape[:2], len(AT))), axis=2)
    share = 1 / np.arange(1, rounds + 1)[:, None] if method == "bagging" else rate
    together = np.cumsum(each, axis=1) * share
    judged = parts(ground, np.stack([one, together[:, -1]], axis=1))
    resampled = np.sqrt(float((each.var(axis=1, ddof=1) @ WEIGHT).mean())) if rounds > 1 else 0.0
    return Team(ground, x[0], y[0], each[0], together[0], judged, ground.expected(together).mean(axis=0),
                float(ground.expected(one).mean()), resampled)  # fmt: skip
