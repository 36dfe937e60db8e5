"""Images for the book's experiments, and its network."""

from typing import Any

import numpy as np

from optim_viz.data import DATASETS, DataSpec
from optim_viz.nn import Network
from optim_viz.words import Text

Pair = tuple[np.ndarray, np.ndarray]
SOURCES = {"digits": Text("Digits, 8×8"), "mnist": "MNIST, 28×28"}
PIXELS = {"digits": 64, "mnist": 784}
UNITS, CLASSES = 100, 10
_LOADED = 5000  # images of MNIST, where fewer are trained on: 1000 test images come with them


def images(source: str, n: int, seed: int) -> tuple[Pair, Pair]:
    """`n` images drawn for training, and test images: all other digits, or MNIST's own by other writers."""
    if source == "digits":
        data = DATASETS["digits"].load()
        rows = np.random.default_rng(seed).permutation(len(data))
        train, test = rows[:n], rows[n:]
    else:
        data = DataSpec("mnist", n=max(n, _LOADED), seed=seed).load().flat()
        train, test = np.arange(n), np.arange(len(data) - data.held_out, len(data))
    return (data.X[train], data.y[train]), (data.X[test], data.y[test])


def network(source: str, hidden: int, **more: Any) -> Network:
    """`hidden` layers of 100 units with ReLU between the pixels and ten classes."""
    return Network([PIXELS[source], *[UNITS] * hidden, CLASSES], **more)
