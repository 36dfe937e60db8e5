"""Changes to a mini-batch before each step: the network hardly ever sees the same sample twice.

Samples X are (N, features) or (N, C, H, W), targets t (N, k). A row of s² numbers counts as a gray picture of s × s,
and 0 is what lies outside of a picture.
"""

from math import isqrt

import numpy as np

from optim_viz.nn.parts import Part, real, whole
from optim_viz.words import Text


class Change(Part):
    """Something done by chance to samples, their targets, or both."""

    def apply(self, X: np.ndarray, t: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Changed samples and targets; nothing given is written. ValueError where the samples are no pictures."""
        raise NotImplementedError


class InputNoise(Change):
    """Adds normal noise to every number of a sample: nothing may hang on its last digits."""

    formula = (r"\tilde x = x + \sigma\, \varepsilon, \quad \varepsilon \sim \mathcal N(0, 1)",)
    source = "Bishop 1995: for small σ like a penalty on the slope of the network"

    std: float = real(0.1, "[0, ∞)", r"\sigma", "Standard deviation of the noise.", (0.0, 0.05, 0.1, 0.2, 0.3, 0.5))

    def apply(self, X, t, rng):
        return X + self.std * rng.standard_normal(X.shape), t


class Shift(Change):
    """Moves each picture a few pixels: the label stays."""

    formula = (r"\tilde x_{c,h,w} = x_{c,\,h-a,\,w-b}, \quad a, b \in \{-p, \dots, p\}",)
    source = "Simard, Steinkraus & Platt 2003, section 2; whole pixels, each shift equally likely"

    pixels: int = whole(1, "[0, 1000]", "p", "Farthest shift, in pixels.", (0, 1, 2, 3))

    def apply(self, X, t, rng):
        pictures = _pictures(X)
        a, b = rng.integers(-self.pixels, self.pixels + 1, (2, len(X)))
        row, column = _places(pictures)
        return _sampled(pictures, row - a[:, None, None], column - b[:, None, None]).reshape(X.shape), t


class Rotate(Change):
    """Turns each picture about its center: the label stays, as long as the angle is small."""

    formula = (r"\tilde x(p) = x(R_{-\theta}\, p), \quad \theta \sim U(-a, a)",)
    source = "Simard, Steinkraus & Platt 2003, section 2; bilinear between pixels"

    degrees: float = real(15.0, "[0, 180]", "a", "Largest angle.", (5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 90.0, 180.0))

    def apply(self, X, t, rng):
        return turned(X, rng.uniform(-self.degrees, self.degrees, len(X))), t


class Cutout(Change):
    """Blackens a square of each picture: no part may be the only one that counts."""

    formula = (r"\tilde x = (1 - M) \odot x, \quad M: s \times s \text{ about a random pixel}",)
    source = "DeVries & Taylor 2017, section 3.2; the square may reach over the edge"

    size: int = whole(3, "[0, 1000]", "s", "Side of the square, in pixels.", (0, 1, 2, 3, 4, 5, 6))

    def apply(self, X, t, rng):
        pictures = _pictures(X)
        inside = []
        for place, side in zip(_places(pictures), pictures.shape[2:], strict=True):
            low = rng.integers(side, size=len(X))[:, None, None] - self.size // 2
            inside.append((place >= low) & (place < low + self.size))
        return np.where((inside[0] & inside[1])[:, None], 0.0, pictures).reshape(X.shape), t


class Mixup(Change):
    """Blends each sample with another, and their targets with them."""

    formula = (r"\tilde x = \lambda x_i + (1 - \lambda)\, x_j, \quad \tilde t = \lambda t_i + (1 - \lambda)\, t_j",
               r"\lambda \sim \mathrm{Beta}(\alpha, \alpha)")  # fmt: skip
    source = "Zhang, Cisse, Dauphin & Lopez-Paz 2018, Eq. 1; one λ per batch, as in their code"

    alpha: float = real(0.2, "(0, ∞)", r"\alpha", "0.1: nearly one of the two; 1: any blend.", (0.1, 0.2, 0.4, 1.0))

    def apply(self, X, t, rng):
        share, other = rng.beta(self.alpha, self.alpha), rng.permutation(len(X))
        return share * X + (1 - share) * X[other], share * t + (1 - share) * t[other]


class CutMix(Change):
    """Pastes a box of another picture into each, and blends the targets by area."""

    formula = (r"\tilde x = M \odot x_i + (1 - M) \odot x_j, \quad \tilde t = \lambda t_i + (1 - \lambda)\, t_j",
               r"1 - \lambda = \text{share of the box}, \quad \lambda \sim \mathrm{Beta}(\alpha, \alpha)")  # fmt: skip
    source = "Yun et al. 2019, Eq. 1 and Algorithm A1; one box per batch"

    alpha: float = real(1.0, "(0, ∞)", r"\alpha", "1: boxes of any area; 0.1: of none or all.", (0.1, 0.2, 0.5, 1.0))

    def apply(self, X, t, rng):
        pictures = _pictures(X)
        share, other = rng.beta(self.alpha, self.alpha), rng.permutation(len(X))
        box = tuple(_stretch(rng, side, (1 - share) ** 0.5) for side in pictures.shape[2:])
        mixed = pictures.copy()
        mixed[:, :, *box] = pictures[other][:, :, *box]
        pasted = pictures[0, 0][box].size / pictures[0, 0].size
        return mixed.reshape(X.shape), (1 - pasted) * t + pasted * t[other]


def _stretch(rng: np.random.Generator, side: int, share: float) -> slice:
    """A stretch of about that share of a side, about a random pixel, cut at the edges."""
    middle, half = int(rng.integers(side)), side * share / 2
    return slice(max(0, round(middle - half)), min(side, round(middle + half)))


def turned(X: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """Pictures turned by these angles (N,), counterclockwise, with bilinear values between the pixels."""
    pictures = _pictures(X)
    angle = np.deg2rad(degrees)[:, None, None]
    row, column = _places(pictures)
    h, w = ((side - 1) / 2 for side in pictures.shape[2:])
    y, x = row - h, column - w
    return _sampled(pictures, h + np.cos(angle) * y + np.sin(angle) * x,
                    w + np.cos(angle) * x - np.sin(angle) * y).reshape(X.shape)  # fmt: skip


def _pictures(X: np.ndarray) -> np.ndarray:
    if X.ndim == 4:
        return X
    side = isqrt(X.shape[1])
    if side * side != X.shape[1]:
        raise ValueError(Text("These samples are no pictures: {n} numbers are no s × s pixels.", n=X.shape[1]))
    return X.reshape(-1, 1, side, side)


def _places(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row (1, H, 1) and column (1, 1, W) of each pixel."""
    return np.arange(pictures.shape[2])[None, :, None], np.arange(pictures.shape[3])[None, None]


def _sampled(pictures: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Values at these places, each (N, H, W) or smaller, between the pixels; 0 outside."""
    n, _, height, width = pictures.shape
    row, column = np.broadcast_arrays(row, column)
    padded = np.pad(pictures, ((0, 0), (0, 0), (1, 1), (1, 1)))
    row, column = np.clip(row + 1, 0, height + 1), np.clip(column + 1, 0, width + 1)  # places in `padded`
    top, left = (np.minimum(place.astype(np.intp), side) for place, side in ((row, height), (column, width)))
    down, right = (row - top)[:, None], (column - left)[:, None]
    own = np.arange(n)[:, None, None]

    def at(i: np.ndarray, j: np.ndarray) -> np.ndarray:
        return np.moveaxis(padded[own, :, i, j], -1, 1)

    above = (1 - right) * at(top, left) + right * at(top, left + 1)
    return (1 - down) * above + down * ((1 - right) * at(top + 1, left) + right * at(top + 1, left + 1))


_PARTS = (InputNoise, Shift, Rotate, Cutout, Mixup, CutMix)
CHANGES: dict[str, type[Change]] = {change.name: change for change in _PARTS}
