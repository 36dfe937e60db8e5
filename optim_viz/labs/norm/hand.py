"""Normalization by hand: a tiny table of samples and features, and every number on the way."""

from dataclasses import dataclass

import numpy as np

from optim_viz.words import Text

KINDS = ("batch", "layer", "group")
MOST_SAMPLES, MOST_FEATURES, LARGEST = 8, 6, 1e6


@dataclass(frozen=True, eq=False)
class Worked:
    """Samples x (N, F) normalized: `group` (N, F) numbers the sets of cells that share mean and variance (G,)."""

    x: np.ndarray
    group: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    x_hat: np.ndarray
    y: np.ndarray

    @property
    def sets(self) -> int:
        """How many sets of cells are normalized apart."""
        return len(self.mean)

    def cells(self, k: int) -> np.ndarray:
        """Where set k lies in the table, (N, F)."""
        return self.group == k


def worked(x: np.ndarray, kind: str = "batch", gamma: float = 1.0, beta: float = 0.0, eps: float = 1e-5) -> Worked:
    """A table (N, F) normalized by feature ("batch"), by sample ("layer"), or by sample and half of it ("group").

    Variances are biased, as in training. ValueError where a sample does not split into two groups.
    """
    features = x.shape[1]
    row, column = np.indices(x.shape)
    if kind == "group" and features % 2:
        raise ValueError(Text("{channels} channels do not split into {groups} equal groups.",
                              channels=features, groups=2))  # fmt: skip
    group = {"batch": column, "layer": row, "group": 2 * row + column // max(features // 2, 1)}[kind]
    count = int(group.max()) + 1
    size = np.bincount(group.ravel(), minlength=count)
    mean = np.bincount(group.ravel(), x.ravel(), count) / size
    variance = np.bincount(group.ravel(), ((x - mean[group]) ** 2).ravel(), count) / size
    x_hat = (x - mean[group]) / np.sqrt(variance + eps)[group]
    return Worked(x, group, mean, variance, x_hat, gamma * x_hat + beta)


def table(text: str) -> np.ndarray:
    """Numbers (N, F) from "1 2; 3 4", a sample between semicolons; ValueError with a sentence for anything else."""
    lines = [line.replace(",", " ").split() for line in text.split(";")]
    if not 1 <= len(lines) <= MOST_SAMPLES or not all(lines):
        raise ValueError(Text("Write 1 to {most} samples, with a semicolon between them.", most=MOST_SAMPLES))
    if len({len(line) for line in lines}) > 1 or len(lines[0]) > MOST_FEATURES:
        raise ValueError(Text("Every sample needs the same count of numbers, 1 to {most}.", most=MOST_FEATURES))
    try:
        x = np.array([[float(word) for word in line] for line in lines])
    except ValueError:
        x = np.array([[np.nan]])
    if not (np.abs(x) <= LARGEST).all():
        raise ValueError(Text("Write plain numbers, none beyond a million."))
    return x
