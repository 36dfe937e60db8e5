"""Training and use: the batch's own statistics there, running averages here, and what happens in between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from optim_viz.labs.norm.networks import EPS, digits
from optim_viz.nn import BatchNorm, Dense, History, Network, Settings, Trainer
from optim_viz.optimizers import SGD

STEPS, BATCH, IMAGES, LR, WIDTH = 60, 50, 500, 0.1, 30
MEASURED = tuple(range(0, STEPS + 1, 2))
WAYS = ("running", "batch", "small", "sorted")


@dataclass(frozen=True, eq=False)
class Use:
    """One unit's mean while training: `batch` (STEPS,) of each batch, `running` (STEPS + 1,), `true` of all images
    at MEASURED steps; `accuracy` way -> (MEASURED,) on the test images, evaluated in each of WAYS."""

    batch: np.ndarray
    running: np.ndarray
    true: np.ndarray
    accuracy: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Course:
    """A training: mean and unbiased variance of every batch before the normalization, (STEPS, units); parameters
    (measured, n) at MEASURED steps, there the mean of all images (measured, units), and accuracies way -> (measured,)
    in those of WAYS that need no running averages."""

    net: Network
    mean: np.ndarray
    variance: np.ndarray
    theta: np.ndarray
    true: np.ndarray
    accuracy: dict[str, np.ndarray]


@lru_cache(maxsize=4)
def course(seed: int = 0) -> Course:
    """A small network with batch normalization, trained for 60 steps; running averages change nothing in it."""
    net = Network([64, Dense(WIDTH), BatchNorm(eps=EPS), Dense(10)])
    train, _, (X, y) = digits(IMAGES)
    how = Settings(-(-STEPS * BATCH // IMAGES), BATCH, every=1)
    trainer = Trainer(net, train, SGD(lr=LR), how, seed=seed)
    history = next(event for event in trainer.events() if isinstance(event, History))
    at = np.array([c.theta[0] for c in history.checkpoints])
    z = [net.activations(at[k], trainer.batches.take(k + 1, [0]).X)[0] for k in range(STEPS)]
    measured = at[list(MEASURED)]
    true = net.measured_state(measured, train[0])["1.running_mean"]
    others = {way: np.array([_accuracy(net, theta, X, y, way) for theta in measured]) for way in WAYS[1:]}
    return Course(net, np.array([a.mean(axis=0) for a in z]), np.array([a.var(axis=0, ddof=1) for a in z]), measured,
                  true, others)  # fmt: skip


def use(momentum: float, unit: int = 0, seed: int = 0) -> Use:
    """The network of `course`, with running averages that take this share of each new batch.

    "running": used with them; "batch": all test images as one batch; "small": batches of ten; "sorted": batches of
    images of one class.
    """
    made = course(seed)
    mean, variance = [np.zeros(WIDTH)], [np.ones(WIDTH)]
    for m, v in zip(made.mean, made.variance, strict=True):
        mean.append((1 - momentum) * mean[-1] + momentum * m)
        variance.append((1 - momentum) * variance[-1] + momentum * v)
    rows = list(MEASURED)
    state = {"1.running_mean": np.array(mean)[rows], "1.running_var": np.array(variance)[rows]}
    X, y = digits(IMAGES)[2]
    running = (made.net.classify(made.theta, X, state=state) == y).mean(axis=1)
    return Use(made.mean[:, unit], np.array(mean)[:, unit], made.true[:, unit], {"running": running, **made.accuracy})


def _accuracy(net: Network, theta: np.ndarray, X: np.ndarray, y: np.ndarray, way: str) -> float:
    """Share of right answers when batches have their own statistics."""
    if way == "batch":
        return float((net.classify(theta, X) == y).mean())
    order = np.argsort(y, kind="stable") if way == "sorted" else np.arange(len(y))
    cuts = np.flatnonzero(np.diff(y[order])) + 1 if way == "sorted" else np.arange(10, len(y), 10)
    right = [net.classify(theta, X[rows]) == y[rows] for rows in np.split(order, cuts)]
    return float(np.concatenate(right).mean())
