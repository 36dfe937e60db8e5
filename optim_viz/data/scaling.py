"""Bring numbers to a common size, by what the training rows alone say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optim_viz.words import Text

KINDS = ("standardize", "minmax", "none")


@dataclass(frozen=True, eq=False)
class Scaler:
    """x -> (x - center) / width, missing values (NaN) filled first; the arrays have the shape of one sample."""

    kind: str
    center: np.ndarray
    width: np.ndarray
    fill: np.ndarray

    def apply(self, X: np.ndarray) -> np.ndarray:
        """Scaled copies of samples X (N, ...), without gaps."""
        return (np.where(np.isnan(X), self.fill, X) - self.center) / self.width

    def inverse(self, Z: np.ndarray) -> np.ndarray:
        """The samples that `apply` turned into Z (N, ...)."""
        return Z * self.width + self.center


def fit(X: np.ndarray, kind: str, channels: int = 0) -> Scaler:
    """The scaler for samples X (N, ...) with N >= 1: mean and population deviation, or smallest and largest value.

    A column is measured by itself; in images each of `channels` as a whole, so that a pixel that is nearly always
    dark is not blown up. A constant column becomes 0; gaps are filled with the column's mean, 0 where all is missing.
    """
    if kind not in KINDS:
        raise ValueError(Text("The scaling must be one of {names}.", names=", ".join(KINDS)))
    shape = X.shape[1:]
    columns = X.reshape(len(X), channels, -1).transpose(0, 2, 1).reshape(-1, channels) if channels else X
    known = ~np.isnan(columns)
    fill = np.where(known, columns, 0.0).sum(0) / np.maximum(known.sum(0), 1)
    center, width = _measured(np.where(known, columns, fill), kind)
    numbers = (_spread(a, shape, channels) for a in (center, width, fill))
    return Scaler(kind, *numbers)


def _measured(columns: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray]:
    low, high = columns.min(0), columns.max(0)
    if kind == "none":
        return np.zeros_like(low), np.ones_like(low)
    center, width = (low, high - low) if kind == "minmax" else (columns.mean(0), columns.std(0))
    flat = (low == high) | (width == 0)  # rounding alone can give a constant column a deviation of 1e-17
    return np.where(flat, low, center), np.where(flat, 1.0, width)


def _spread(numbers: np.ndarray, shape: tuple[int, ...], channels: int) -> np.ndarray:
    if channels:
        numbers = np.repeat(numbers, int(np.prod(shape)) // channels)
    return np.asarray(numbers).reshape(shape)
