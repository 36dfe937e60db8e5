"""Losses: how wrong the outputs are, as one number per network, and which way to change them.

Outputs `z` are (K, k, N), targets `t` (1 or K, k, N); a mean is over samples as in torch.
"""

from typing import ClassVar

import numpy as np

from optim_viz.nn.parts import Part, named, real, word_of

LABELS = "classes"


class Loss(Part):
    """The number training makes small."""

    wants: ClassVar[str] = "values"  # "classes": labels 0..k-1 or shares; "yes or no": 0 and 1 per output

    def targets(self, t: np.ndarray) -> np.ndarray:
        """The targets as this loss uses them."""
        return t

    def value_and_slope(self, z: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The loss (K,) and its derivative in the outputs (K, k, N)."""
        raise NotImplementedError


def _mean(a: np.ndarray, count: int) -> np.ndarray:
    return np.add.reduce(a.reshape(len(a), -1), axis=1) / count


def _count(z: np.ndarray) -> int:
    return z.shape[1] * z.shape[2]


class MSE(Loss):
    """Mean of the squared errors: a large error counts far more than many small ones."""

    formula = (r"L = \frac{1}{Nk} \sum (z - t)^2",)
    source = "Legendre 1805; mean over samples and outputs, as torch"
    torch = "torch.nn.MSELoss()"

    def value_and_slope(self, z, t):
        error = z - t
        return _mean(error * error, _count(z)), error * (2 / _count(z))


class MAE(Loss):
    """Mean of the absolute errors: an outlier pulls no harder than any other point."""

    formula = (r"L = \frac{1}{Nk} \sum |z - t|",)
    source = "Boscovich 1757; slope 0 where the error is 0, as torch"
    torch = "torch.nn.L1Loss()"

    def value_and_slope(self, z, t):
        error = z - t
        return _mean(np.abs(error), _count(z)), np.sign(error) / _count(z)


class RMSE(Loss):
    """Root of the mean squared error, in the unit of the targets."""

    formula = (r"L = \sqrt{\frac{1}{Nk} \sum (z - t)^2}",)
    source = "the root of MSE over the whole batch; slope 0 where all errors are 0"

    def value_and_slope(self, z, t):
        error = z - t
        root = np.sqrt(_mean(error * error, _count(z)))
        scale = np.divide(1 / _count(z), root, out=np.zeros_like(root), where=root != 0)
        return root, error * scale[:, None, None]


class Huber(Loss):
    """Squared for small errors, straight for large ones."""

    formula = (r"L = \frac{1}{Nk} \sum \begin{cases} \tfrac12 e^2 & |e| \le \delta \\"
               r" \delta\,(|e| - \tfrac12 \delta) & \text{else} \end{cases} \qquad e = z - t",)  # fmt: skip
    source = "Huber 1964, Eq. 1.2"
    torch = "torch.nn.HuberLoss(delta={delta})"

    delta: float = real(1.0, "(0, ∞)", r"\delta", "Where squared turns into straight.", (0.1, 0.5, 1.0, 2.0, 5.0))

    def value_and_slope(self, z, t):
        error = z - t
        near = np.clip(error, -self.delta, self.delta)
        return _mean(near * (error - 0.5 * near), _count(z)), near / _count(z)


_SMOOTHING = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)


class CrossEntropy(Loss):
    """Surprise at the true class, when the scores are read as a softmax."""

    formula = (r"L = \frac1N \sum_n \Big(\log \sum_j e^{z_{jn}} - \sum_j q_{jn} z_{jn}\Big)",
               r"q = (1 - s)\, t + s / k",
               r"\frac{\partial L}{\partial z} = \frac{\mathrm{softmax}(z) - q}{N}")  # fmt: skip
    source = "Good 1952; label smoothing: Szegedy et al. 2016, section 7; takes scores, not shares, as torch"
    torch = "torch.nn.CrossEntropyLoss(label_smoothing={smoothing})"
    wants = LABELS

    smoothing: float = real(0.0, "[0, 1)", "s", "Share of the target that is spread over all classes.", _SMOOTHING)

    def targets(self, t):
        return t * (1 - self.smoothing) + self.smoothing / t.shape[-1] if self.smoothing else t

    def value_and_slope(self, z, t):
        n = z.shape[2]
        score = z - z.max(axis=1, keepdims=True)  # log-sum-exp: the largest score becomes 0
        share = np.exp(score)
        total = np.add.reduce(share, axis=1, keepdims=True)
        score *= t
        value = (np.add.reduce(np.log(total)[:, 0], axis=1) - np.add.reduce(score.reshape(len(z), -1), axis=1)) / n
        share /= total
        share -= t
        share /= n
        return value, share


class BinaryCrossEntropy(Loss):
    """Surprise at a yes or no, when the score is read through a sigmoid."""

    formula = (r"L = \frac{1}{Nk} \sum \max(z, 0) - q z + \log(1 + e^{-|z|})", r"q = (1 - s)\, t + s / 2",
               r"\frac{\partial L}{\partial z} = \frac{\sigma(z) - q}{Nk}")  # fmt: skip
    source = "Cox 1958; takes scores, not chances, as torch's BCEWithLogitsLoss"
    torch = "torch.nn.BCEWithLogitsLoss()"
    wants = "yes or no"

    smoothing: float = real(0.0, "[0, 1)", "s", "How far 0 and 1 are drawn towards 1/2.", _SMOOTHING)

    def targets(self, t):
        return t * (1 - self.smoothing) + self.smoothing / 2 if self.smoothing else t

    def value_and_slope(self, z, t):
        small = np.exp(-np.abs(z))
        value = _mean(np.maximum(z, 0) - z * t + np.log1p(small), _count(z))
        return value, (np.where(z >= 0, 1.0, small) / (1 + small) - t) / _count(z)

    def torch_code(self, **context):
        return self.torch if not self.smoothing else ""


_PARTS = (MSE, MAE, RMSE, Huber, CrossEntropy, BinaryCrossEntropy)
LOSSES: dict[str, type[Loss]] = {word_of(p.name): p for p in _PARTS}


def loss(given: object) -> Loss:
    """A loss from its word, or as it is."""
    return given if isinstance(given, Loss) else named(LOSSES, given, "loss")
