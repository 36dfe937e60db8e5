"""How good is a polynomial of each degree? Measured by repeated samples, by three parts of one, and by folds."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from optim_viz.labs.generalize.polynomials import polynomials
from optim_viz.labs.generalize.samples import AT, Ground, Parts, parts

MOST = 8  # the highest degree
SHARES = (0.6, 0.2, 0.2)  # training, validation, test
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Tradeoff:
    """Bias² and variance by degree, `fits` (some, MOST + 1, G) to look at, `error` (MOST + 1,) on new data.

    `error` is measured by other samples than the parts are.
    """

    ground: Ground
    parts: Parts
    fits: np.ndarray
    error: np.ndarray

    @property
    def off(self) -> np.ndarray:
        """How far bias² + variance + noise is from the measured error, as a share of it; 0 where nothing is left."""
        return np.where(self.error > TINY, self.parts.sum / np.maximum(self.error, TINY) - 1, 0.0)


def tradeoff(ground: Ground, repeats: int = 2000, seed: int = 0) -> Tradeoff:
    """The parts from `repeats` samples, the error from as many others, on new data for each."""
    fits = polynomials(*ground.samples(repeats, seed), MOST, AT)
    fresh = polynomials(*ground.samples(repeats, seed + 1), MOST, AT)
    return Tradeoff(ground, parts(ground, fits), fits[:30].copy(), ground.error(fresh, seed + 2))


@dataclass(frozen=True, eq=False)
class Three:
    """Mean squared errors (repeats, MOST + 1) on the three parts of each sample.

    Of the first sample also the points, the rows of each part, and the fits (MOST + 1, G) at AT.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    x: np.ndarray
    y: np.ndarray
    rows: tuple[np.ndarray, ...]
    fits: np.ndarray

    @property
    def chosen(self) -> np.ndarray:
        """The degree with the lowest validation error of each sample (repeats,)."""
        return self.validation.argmin(axis=1)

    def winners(self) -> tuple[np.ndarray, np.ndarray]:
        """Validation error and test error of the chosen degree of each sample."""
        at = np.arange(len(self.train)), self.chosen
        return self.validation[at], self.test[at]


def three(ground: Ground, repeats: int = 1000, seed: int = 0) -> Three:
    """Each sample in three parts: fitted on the first, the degree chosen by the second, judged by the third."""
    x, y, order = _shuffled(ground, repeats, seed)
    ends = [round(sum(SHARES[:k]) * ground.n) for k in range(4)]
    rows = [order[:, a:b] for a, b in pairwise(ends)]
    fits = polynomials(_take(x, rows[0]), _take(y, rows[0]), MOST, x)
    errors = [((np.take_along_axis(fits, part[:, None], axis=2) - _take(y, part)[:, None]) ** 2).mean(axis=2)
              for part in rows]  # fmt: skip
    shown = polynomials(x[:1, rows[0][0]], y[:1, rows[0][0]], MOST, AT)[0]
    return Three(errors[0], errors[1], errors[2], x[0], y[0], tuple(part[0] for part in rows), shown)


def _shuffled(ground: Ground, repeats: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Samples, and an order of the points of each."""
    x, y = ground.samples(repeats, seed)
    order = np.random.default_rng(seed + 1).permuted(np.broadcast_to(np.arange(ground.n), x.shape), axis=1)
    return x, y, order


def _take(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return np.take_along_axis(values, rows, axis=1)


@dataclass(frozen=True, eq=False)
class Folds:
    """Errors (repeats, folds, MOST + 1) on the fold left out, and the true ones (repeats, MOST + 1) of fits to all.

    Of the first sample also the points, the rows of each fold, and the fits without it (folds, MOST + 1, G) at AT.
    """

    x: np.ndarray
    y: np.ndarray
    rows: tuple[np.ndarray, ...]
    fits: np.ndarray
    error: np.ndarray
    true: np.ndarray

    def estimates(self, degree: int) -> np.ndarray:
        """What the first fold alone, and the mean over all folds, say of this degree: (2, repeats)."""
        here = self.error[:, :, degree]
        return np.stack([here[:, 0], here.mean(axis=1)])


def folds(ground: Ground, count: int, repeats: int = 200, seed: int = 0) -> Folds:
    """k-fold cross-validation of every degree on each sample, shuffled into folds."""
    x, y, order = _shuffled(ground, repeats, seed)
    rows, found, shown = [], [], []
    for k in range(count):
        left_out, kept = order[:, k::count], np.delete(order, np.s_[k::count], axis=1)
        said = polynomials(_take(x, kept), _take(y, kept), MOST, _take(x, left_out))
        found.append(((said - _take(y, left_out)[:, None]) ** 2).mean(axis=2))
        rows.append(np.sort(left_out[0]))
        shown.append(polynomials(x[:1, kept[0]], y[:1, kept[0]], MOST, AT)[0])
    true = ground.expected(polynomials(x, y, MOST, AT))
    return Folds(x[0], y[0], tuple(rows), np.stack(shown), np.stack(found, axis=1), true)
