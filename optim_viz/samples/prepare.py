"""From data to a loss over two parameters: which columns, which scale, and what has to be said about them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from optim_viz.data.record import Data
from optim_viz.data.scaling import fit
from optim_viz.samples.loss import SampleLoss
from optim_viz.samples.models import MODELS
from optim_viz.words import Text

MOST_SAMPLES = 500  # more would only make the picture slow


def sample_loss(
    data: Data,
    model: str,
    columns: Sequence[int] = (0,),
    *,
    positive: int = 1,
    scaling: str = "standardize",
    start: Any = None,
    seed: int = 0,
) -> tuple[SampleLoss, list[Text]]:
    """The loss of a model of MODELS on one column of `data` (slope w, offset b) or on two (weights w1, w2; no offset).

    `positive` is the class that counts as 1 against all others; `scaling` ("standardize", "minmax", "none") is that of
    the columns, and "standardize" that of a target of numbers, too. The sentences tell what was done and what is
    special. ValueError for data that the model cannot learn from.
    """
    if model not in MODELS:
        raise ValueError(Text("There is no such model."))
    rule, said = MODELS[model], []
    if rule.task != data.task:
        raise ValueError(_other_task(rule.labels))
    rows = np.arange(len(data))
    if len(rows) > MOST_SAMPLES:
        rows = np.sort(np.random.default_rng(seed).choice(len(data), MOST_SAMPLES, replace=False))
        said.append(Text("{used} of {n} samples, drawn at random, are used here.", used=MOST_SAMPLES, n=len(data)))
    X, y = data.X.reshape(len(data), -1)[rows][:, list(columns)], data.y[rows]
    if np.isnan(X).any():
        said.append(Text("Missing cells: {n}; training means stand in for them.", n=int(np.isnan(X).sum())))
    scaler = fit(X, scaling)
    flat = [scaler.fill[k] == np.nanmin(X[:, k]) == np.nanmax(X[:, k]) for k in range(X.shape[1])]
    if any(flat):
        raise ValueError(Text("All samples have the same value in this column: there is nothing to learn from it."))
    X = scaler.apply(X)
    target = (y == positive).astype(float) if rule.labels else _scaled(y, scaling)
    if np.ptp(target) == 0:
        raise ValueError(_all_alike(rule.labels))
    u, v = (X[:, 0], np.ones(len(X))) if len(columns) == 1 else (X[:, 0], X[:, 1])
    axes = ("w", "b") if len(columns) == 1 else ("w₁", "w₂")
    loss = SampleLoss(rule, u, v, target, axes, data.name, start)
    return loss, said + _special(loss)


def _other_task(labels: bool) -> Text:
    if labels:
        return Text("This model tells two classes apart: its target has to be a class, not a number.")
    return Text("A straight line needs numbers as its target, not classes.")


def _all_alike(labels: bool) -> Text:
    if labels:
        return Text("All samples are of one class here: there is nothing to tell apart.")
    return Text("All samples have the same target: there is nothing to learn.")


def _scaled(y: np.ndarray, scaling: str) -> np.ndarray:
    return fit(y, "standardize").apply(y) if scaling == "standardize" else y.astype(float)


def _special(loss: SampleLoss) -> list[Text]:
    """What everybody should know who sees this loss."""
    u, v = loss.u, loss.v
    if abs(u @ v) > (1 - 1e-9) * np.sqrt((u @ u) * (v @ v)):
        return [Text("The two columns say the same: only the sum of their weights counts, so the bottom is a whole "
                     "valley of equally good weights.")]  # fmt: skip
    if not len(loss.minima) and loss.model.key == "logistic":
        return [Text("These two classes can be separated without an error: the loss keeps falling as the weights grow, "
                     "and there is no minimum.")]  # fmt: skip
    if loss.minimum_value is None:
        return [Text("The loss is lowest infinitely far away: there is no best minimum.")]
    return []


def two_trends(n: int = 48) -> Data:
    """Samples on a line that one neuron can learn in a poor and in a good way; always the same ones.

    Most lie in the middle, of class 1 on the right; a few far to the left are of class 1, too, and pull the other way.
    """
    far = n // 6
    draw = np.random.default_rng(0)
    near = np.linspace(-1, 1, n - far)
    right = near + draw.normal(0, 0.3, n - far) > 0
    x, y = np.concatenate([near, draw.normal(-4, 0.4, far)]), np.concatenate([right, np.ones(far)]).astype(int)
    return Data("Two trends", x[:, None], y, "classification", ("0", "1"), ("x",), "class", "made for this page",
                scaling="none")  # fmt: skip
