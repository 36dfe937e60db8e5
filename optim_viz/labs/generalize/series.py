"""A time series must not be shuffled into folds: measured on series that remember."""

from dataclasses import dataclass

import numpy as np

LENGTH, BLOCK = 120, 20  # points known, and points of the future that is asked for
NEAREST = 3


@dataclass(frozen=True, eq=False)
class Forecast:
    """Series (repeats, LENGTH + BLOCK), of deviation 1, and three errors (repeats,): by shuffled folds, by folds in
    the order of time, and on the future that came.

    `shuffled` and `ordered` are the folds: (rows trained on, rows judged) each.
    """

    series: np.ndarray
    shuffled: list[tuple[np.ndarray, np.ndarray]]
    ordered: list[tuple[np.ndarray, np.ndarray]]
    errors: tuple[np.ndarray, np.ndarray, np.ndarray]

    def means(self) -> tuple[float, float, float]:
        return tuple(float(error.mean()) for error in self.errors)  # type: ignore[return-value]

    def fooled(self) -> float:
        """The share of series whose shuffled error is below that on their future."""
        return float((self.errors[0] < self.errors[2]).mean())


def nearest(series: np.ndarray, known: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The mean of the values at the NEAREST known times: (repeats, asked)."""
    far = np.abs(asked[:, None] - known[None])
    best = np.argsort(far, axis=1, kind="stable")[:, :NEAREST]
    return series[:, known[best]].mean(axis=2)


def series(memory: float, repeats: int, seed: int) -> np.ndarray:
    """y(t) = memory · y(t − 1) + noise, scaled to a standard deviation of 1 at every t: (repeats, LENGTH + BLOCK)."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((LENGTH + BLOCK, repeats))
    noise[1:] *= np.sqrt(1 - memory**2)
    for t in range(1, len(noise)):
        noise[t] += memory * noise[t - 1]
    return noise.T


def forecast(memory: float, repeats: int = 200, seed: int = 0) -> Forecast:
    """Two ways to guess the error on the next BLOCK points, and that error."""
    made, times = series(memory, repeats, seed), np.arange(LENGTH)
    blocks = times.reshape(-1, BLOCK)
    order = np.random.default_rng(seed + 1).permutation(LENGTH).reshape(-1, BLOCK)
    shuffled = [(np.setdiff1d(times, part), np.sort(part)) for part in order]
    ordered = [(times[: block[0]], block) for block in blocks[1:]]
    future = [(times, np.arange(LENGTH, LENGTH + BLOCK))]
    errors = [np.mean([((nearest(made, *fold) - made[:, fold[1]]) ** 2).mean(axis=1) for fold in way], axis=0)
              for way in (shuffled, ordered, future)]  # fmt: skip
    return Forecast(made, shuffled, ordered, (errors[0], errors[1], errors[2]))
