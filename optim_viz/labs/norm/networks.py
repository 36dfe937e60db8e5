"""The networks and digits of the experiments on normalization."""

from functools import cache
from typing import Any

import numpy as np

from optim_viz.data import DATASETS
from optim_viz.nn import BatchNorm, Dense, GroupNorm, Layer, LayerNorm, Network

NORMS = ("none", "batch", "layer", "group")
EPS = 1e-6  # the book's
TESTED = 500


@cache
def digits(images: int) -> Any:
    """((X, y), None, (X, y)): the first images of a fixed shuffle to train on, 500 others to test with."""
    data = DATASETS["digits"].load()
    order = np.random.default_rng(0).permutation(len(data))
    parts = [(data.X[rows], data.y[rows]) for rows in (order[:images], order[-TESTED:])]
    return parts[0], None, parts[1]


def network(norm: str, width: int, depth: int, init: Any = "he") -> Network:
    """64 pixels, `depth` hidden layers of `width` units, each normalized before its ReLU, and ten scores."""
    kind = {"none": None, "batch": BatchNorm(eps=EPS), "layer": LayerNorm(EPS), "group": GroupNorm(_groups(width), EPS)}
    between: list[Layer] = [kind[norm]] if kind[norm] is not None else []  # type: ignore[list-item]
    layers: list[Layer] = [layer for _ in range(depth) for layer in (Dense(width), *between)]
    return Network([64, *layers, Dense(10)], init=init)


def _groups(width: int) -> int:
    """Ten numbers to a group, or five where that does not fit."""
    return width // 10 if width % 10 == 0 else max(1, width // 5)
