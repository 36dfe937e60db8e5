"""Known curves of one variable, and noisy samples of them: to see a fit beside what it should have found."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optim_viz.words import Text

DOMAIN = (-2.0, 2.0)


@dataclass(frozen=True)
class Target:
    """A curve over `DOMAIN`: its name, how it is written in Python with `np`, and its values."""

    name: Text
    code: str
    value: Callable[[np.ndarray], np.ndarray]


TARGETS: dict[str, Target] = {
    "wave": Target(Text("wave"), "np.sin(3 * x) + 0.75 * x", lambda x: np.sin(3 * x) + 0.75 * x),
    "hill": Target(Text("hill"), "1.5 * np.exp(-2 * x**2)", lambda x: 1.5 * np.exp(-2 * x**2)),
    "step": Target(Text("jump"), "np.where(x > 0, 1.0, -1.0)", lambda x: np.where(x > 0, 1.0, -1.0)),
    "line": Target(Text("straight line"), "0.75 * x", lambda x: 0.75 * x),
}


def sample(target: str, n: int, noise: float, seed: int | np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """n points x (n,), uniform over the domain, and y (n,): the curve plus normal noise of this deviation."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(*DOMAIN, n)
    return x, TARGETS[target].value(x) + noise * rng.standard_normal(n)
