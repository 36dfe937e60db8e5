"""What augmentation does to pictures, and where it breaks the label: a 6 turned over is a 9."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np

from optim_viz.experiments import Arm, run
from optim_viz.labs.overfit.trial import samples
from optim_viz.nn import Network, Rotate, Settings
from optim_viz.nn.changes import CHANGES, turned
from optim_viz.optimizers import Adam

COUNT = 6
ANGLES = tuple(range(0, 181, 15))
SIX, NINE = 6, 9
IMAGES, SEEDS = 500, (0, 1, 2, 3, 4)
LARGEST = (15.0, 180.0)  # angles the two networks are trained with


def changed(name: str, strength: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Six digits before and after: pictures (6, 8, 8) and shares of the classes (6, 10), twice."""
    (X, y), *_ = samples(IMAGES, 0.0, 0)
    first = [int(np.flatnonzero(y == digit)[0]) for digit in (6, 9, 3, 1, 8, 4)]
    X, t = X[first], np.eye(10)[y[first]]
    kind: Any = CHANGES[name]
    (setting,) = kind.settings()
    value = int(strength) if isinstance(setting.default, int) else strength
    Z, s = kind(value).apply(X, t, np.random.default_rng([seed, 13]))
    return X.reshape(-1, 8, 8), t, Z.reshape(-1, 8, 8), s


@dataclass(frozen=True, eq=False)
class Turned:
    """A network trained with turns up to an angle: what it calls test sixes at each of ANGLES, (seeds, angles), and
    its test accuracy for each digit as it stands, (seeds, 10)."""

    six: np.ndarray
    nine: np.ndarray
    accuracy: np.ndarray


def turning(seeds: tuple[int, ...] = SEEDS) -> Generator[float | dict[float, Turned], None, None]:
    """Trains with turns up to each of LARGEST; yields the share done, last the results."""
    arms = [Arm(f"{most:g}", Network([64, 100, 10]), Adam(lr=0.003), samples(IMAGES, 0.0, seed),
                Settings(60, 50, checkpoints=2, changes=(Rotate(most),)), (seed,))
            for most in LARGEST for seed in seeds]  # fmt: skip
    for event in run(arms):
        if not isinstance(event, list):
            yield event
            continue
        found = {}
        for k, most in enumerate(LARGEST):
            rows = [_called(h.net, h.final.theta[0], seed)
                    for h, seed in zip(event[k * len(seeds) : (k + 1) * len(seeds)], seeds, strict=True)]  # fmt: skip
            found[most] = Turned(*(np.array([row[i] for row in rows]) for i in range(3)))
        yield found


def _called(net: Network, theta: np.ndarray, seed: int) -> tuple[list[float], list[float], list[float]]:
    X, y = samples(IMAGES, 0.0, seed)[2]
    sixes = X[y == SIX]
    told = [net.classify(theta, turned(sixes, np.full(len(sixes), float(angle)))) for angle in ANGLES]
    right = net.classify(theta, X) == y
    return ([float((said == SIX).mean()) for said in told], [float((said == NINE).mean()) for said in told],
            [float(right[y == digit].mean()) for digit in range(10)])  # fmt: skip
