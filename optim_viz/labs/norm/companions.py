"""What a sample's batch does to it: the smaller the batch, the more its company counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from optim_viz.experiments import Arm
from optim_viz.labs.norm.networks import EPS, NORMS, digits, network
from optim_viz.nn import Settings
from optim_viz.optimizers import SGD

SIZES = (1, 2, 4, 8, 16, 32, 64)
IMAGES, WIDTH, DEPTH, EPOCHS = 512, 50, 2, 5
RATE = 0.1 / 32  # of a sample: the rate grows with the batch, so that all go equally far in an epoch
DRAWS = 400


@dataclass(frozen=True, eq=False)
class Company:
    """One number of one image, normalized in `values` (DRAWS,) random batches, and by the statistics of all images.

    `means` (DRAWS,) are those of the batches, `spread` the deviation theory gives them, `middle` is the mean of
    all images.
    """

    values: np.ndarray
    alone: float
    means: np.ndarray
    spread: float
    middle: float


@cache
def _before() -> np.ndarray:
    """What the first hidden layer of a fresh network gives all images, (images, units)."""
    net, (train, *_) = network("none", WIDTH, DEPTH), digits(IMAGES)
    return net.activations(net.init(0), train[0])[0]


def company(size: int, image: int, unit: int, seed: int = 0) -> Company:
    """An image in random batches of `size`, others drawn without replacement."""
    z = _before()[:, unit]
    rng = np.random.default_rng([seed, size, image, unit])
    others = np.delete(np.arange(len(z)), image)
    drawn = others[_drawn(rng, len(others), size - 1)]
    batches = np.column_stack([np.full(DRAWS, z[image]), z[drawn]])
    means = batches.mean(axis=1)
    values = (z[image] - means) / np.sqrt(batches.var(axis=1) + EPS)
    free = others[_drawn(rng, len(others), size)]
    room = (len(others) - size) / (len(others) - 1)  # without replacement the means spread less
    return Company(values, float((z[image] - z.mean()) / np.sqrt(z.var() + EPS)), z[free].mean(axis=1),
                   float(z[others].std() * np.sqrt(room / size)), float(z.mean()))  # fmt: skip


def _drawn(rng: np.random.Generator, n: int, size: int) -> np.ndarray:
    """Numbers below n, (DRAWS, size), none twice in a draw."""
    return np.argpartition(rng.random((DRAWS, n)), size, axis=1)[:, :size]


def arms(norms: tuple[str, ...] = NORMS, sizes: tuple[int, ...] = SIZES, seeds: tuple[int, ...] = (0,)) -> list[Arm]:
    """Equally many samples for every batch size; none for batch norm with one sample, which cannot be trained."""
    return [Arm(f"{norm} {size}", network(norm, WIDTH, DEPTH), SGD(lr=RATE * size), digits(IMAGES),
                Settings(EPOCHS, size, checkpoints=2), seeds)
            for norm in norms for size in sizes if (norm, size) != ("batch", 1)]  # fmt: skip
