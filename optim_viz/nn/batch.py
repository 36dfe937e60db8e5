"""Data as the engine wants them: checked once, then cut into mini-batches without checking again."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from optim_viz.nn.layers import Shape
from optim_viz.nn.losses import LABELS, Loss
from optim_viz.nn.losses import loss as loss_of
from optim_viz.words import Text


class Batch:
    """Samples `X` (N, ...) and targets (N, k) as floats, with the loss that fits them; rows per network: (K, N, ...).

    `x` and `t` are the same numbers with the batch last and the networks first, (1 or K, ..., N).
    """

    __slots__ = ("X", "loss", "t", "targets", "x")

    def __init__(self, X: np.ndarray, targets: np.ndarray | None, loss: Loss | None, stacked: bool) -> None:
        self.X, self.targets, self.loss = X, targets, loss
        self.x = _batch_last(X, stacked)
        self.t = None if targets is None else np.ascontiguousarray(_batch_last(targets, targets.ndim == 3))

    def __len__(self) -> int:
        return self.x.shape[-1]

    @property
    def stacked(self) -> bool:
        """Whether each network has rows of its own."""
        return self.X.ndim == self.x.ndim

    def take(self, rows: np.ndarray) -> Batch:
        """The samples of these rows (M,), in this order; or (K, M), other rows for each of K networks."""
        if self.stacked:
            each = np.arange(len(self.X))[:, None]
            X, t = self.X[each, rows], None if self.targets is None else self.targets[each, rows]
            return Batch(X, t, self.loss, True)
        return Batch(self.X[rows], None if self.targets is None else self.targets[rows], self.loss, np.ndim(rows) == 2)


def _batch_last(a: np.ndarray, stacked: bool) -> np.ndarray:
    a = a if stacked else a[None]
    if a.ndim == 3:
        return a.swapaxes(1, 2)  # a view is enough: BLAS reads either order
    return np.ascontiguousarray(np.moveaxis(a, 1, -1))


def samples(X: Any, shape: Shape) -> tuple[np.ndarray, bool]:
    """X as floats, and whether each network has its own; ValueError with a sentence for what cannot be used."""
    try:
        X = np.asarray(X)
        X = X.astype(float, copy=False) if X.dtype.kind in "biuf" else X
    except (TypeError, ValueError):
        X = np.empty(0, object)
    if X.dtype.kind != "f":
        raise ValueError(Text("X must be a table of numbers."))
    if len(shape) == 3 and X.ndim == 2 and X.shape[1] == prod(shape):
        X = X.reshape(-1, *shape)  # images written as rows
    if X.ndim not in (len(shape) + 1, len(shape) + 2) or X.shape[-len(shape) :] != shape:
        raise ValueError(Text("X has shape {given}; this network takes {wanted}.",
                              given=X.shape, wanted=f"(N, {', '.join(map(str, shape))})"))  # fmt: skip
    if not X.size:
        raise ValueError(Text("X holds no samples."))
    if not np.isfinite(X).all():
        raise ValueError(Text("X holds values that are missing or infinite."))
    return X, X.ndim == len(shape) + 2


def batch(X: Any, y: Any, shape: Shape, outputs: int, loss: Loss | None) -> Batch:
    """Checked data; without a loss, cross-entropy for whole-number labels and MSE for real targets."""
    X, stacked = samples(X, shape)
    if y is None:
        return Batch(X, None, loss, stacked)
    y = _numbers(y)
    rows = X.shape[: 1 + stacked]
    if y.shape[: len(rows)] != rows:
        raise ValueError(Text("X has {n} samples, but y has shape {shape}.", n=rows[-1], shape=y.shape))
    labels = y.dtype.kind in "biu" and y.ndim == len(rows)
    if loss is None:
        loss = loss_of(("binary_cross_entropy" if outputs == 1 else "cross_entropy") if labels else "mse")
    if loss.wants == LABELS:
        t = _one_hot(y, outputs) if labels else _shares(y, outputs)
    else:
        t = _values(y, len(rows), outputs)
        if loss.wants == "yes or no" and not ((t >= 0) & (t <= 1)).all():
            raise ValueError(Text("Binary cross-entropy needs targets from 0 to 1."))
    return Batch(X, loss.targets(t), loss, stacked)


def _numbers(y: Any) -> np.ndarray:
    y = np.asarray(y)
    if y.dtype.kind not in "biuf":
        raise ValueError(Text("y must be numbers: labels 0, 1, 2, … or real targets."))
    if not np.isfinite(y).all():
        raise ValueError(Text("y holds values that are missing or infinite."))
    return y


def _one_hot(y: np.ndarray, outputs: int) -> np.ndarray:
    if outputs < 2:
        raise ValueError(Text("Cross-entropy over classes needs 2 or more outputs; use binary cross-entropy for one."))
    y = y.astype(np.intp)
    wrong = y[(y < 0) | (y >= outputs)]
    if wrong.size:
        raise ValueError(Text("Label {label} does not fit a network with {outputs} outputs: labels are 0 to {last}.",
                              label=int(wrong.flat[0]), outputs=outputs, last=outputs - 1))  # fmt: skip
    return (y[..., None] == np.arange(outputs)).astype(float)


def _shares(y: np.ndarray, outputs: int) -> np.ndarray:
    if y.ndim == 1:
        raise ValueError(Text("Cross-entropy needs whole-number labels: real targets go with MSE."))
    if y.shape[-1] != outputs or (y < 0).any() or np.abs(y.sum(axis=-1) - 1).max() > 1e-9:
        raise ValueError(Text("Cross-entropy needs labels, or {outputs} shares per sample that add up to 1.",
                              outputs=outputs))  # fmt: skip
    return y.astype(float)


def _values(y: np.ndarray, leading: int, outputs: int) -> np.ndarray:
    if y.ndim == leading and outputs == 1:
        y = y[..., None]
    if y.ndim != leading + 1 or y.shape[-1] != outputs:
        per = y.shape[-1] if y.ndim > leading else 1
        raise ValueError(Text("y has {given} targets per sample, but the network has {outputs} outputs.",
                              given=per, outputs=outputs))  # fmt: skip
    return y.astype(float)
