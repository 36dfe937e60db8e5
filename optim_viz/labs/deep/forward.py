"""Forward: the outputs of each layer of a deep network with fresh weights, in numbers and as a histogram."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optim_viz.nn.activations import ACTIVATIONS, Activation
from optim_viz.nn.initializers import He, Initializer, LeCun, Normal, Scaled
from optim_viz.words import Text

UNITS = 100  # of every layer, and as many inputs: Saito 2016, section 6.2.2
BINS = 30
FLAT = 0.1  # of an activation's largest slope: less is called flat
INITS: dict[str, Initializer] = {"one": Normal(1.0), "small": Normal(0.01), "xavier": LeCun(), "he": He()}
"""The four of the book; its Xavier is LeCun's √(1/n)."""
INIT_NAMES = {"one": "σ = 1", "small": "σ = 0.01", "xavier": "Xavier √(1/n)", "he": "He √(2/n)"}
NAMES = {"step": Text("step function"), "sigmoid": Text("sigmoid"), "tanh": "tanh", "relu": "ReLU",
         "leaky_relu": "leaky ReLU"}  # fmt: skip
RANGES = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "relu": (0.0, 3.0), "leaky_relu": (-1.0, 3.0)}
"""What a histogram of outputs shows; the last bin on either side also holds what lies beyond."""


@dataclass(frozen=True, eq=False)
class Passage:
    """What came out of each layer: arrays (depth,), shares (depth, BINS) of the outputs over RANGES.

    `std` is taken over all outputs of a layer, units and samples; `apart` is the standard deviation of a unit's output
    over the samples (root mean square over the units): 0 means that the layer no longer sees which sample it was.
    `flat` is the share of outputs where the slope is below FLAT of the activation's largest, `dead` the share of units
    with slope 0 for every sample.
    """

    mean: np.ndarray
    std: np.ndarray
    apart: np.ndarray
    flat: np.ndarray
    dead: np.ndarray
    shares: np.ndarray


def passage(
    activation: str, init: Initializer, depth: int, *, samples: int = 1000, units: int = UNITS, seed: int = 0,
    bias: float = 0.0,
) -> Passage:  # fmt: skip
    """`samples` inputs from N(0, 1) through `depth` layers of fresh weights; every bias is `bias`.

    The same seed means the same inputs and, but for their scale, the same weights, whatever the initializer.
    """
    curve, most = ACTIVATIONS[activation](), steepest(activation)
    rows = [_row(a, curve.slope(z, a), most, RANGES[activation])
            for z, a in outputs(curve, init, inputs(samples, units, seed), depth, seed, bias)]  # fmt: skip
    return Passage(*(np.array(column) for column in zip(*rows, strict=True)))


def passages(activation: str, init: Initializer, depth: int, seeds: Sequence[int], **more: float) -> list[Passage]:
    """One passage per seed."""
    return [passage(activation, init, depth, seed=seed, **more) for seed in seeds]  # type: ignore[arg-type]


def keepers(stds: Mapping[str, np.ndarray]) -> str:
    """Whose standard deviations (depth,) stay within a factor of 2 from first to last layer: a name, "both" of the two,
    or "neither"."""
    kept = [name for name, std in stds.items() if 0.5 <= std[-1] / std[0] <= 2]
    return "both" if len(kept) == 2 else kept[0] if kept else "neither"


def inputs(samples: int, units: int, seed: int) -> np.ndarray:
    """A batch from N(0, 1), (units, samples); the weights of that seed are other numbers."""
    return np.random.default_rng([seed, samples]).standard_normal((units, samples))


def outputs(
    curve: Activation, init: Initializer, x: np.ndarray, depth: int, seed: int, bias: float = 0.0
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Each layer's sums and outputs (units, samples), one layer after the other: a hundred need not fit in memory.

    The weights are those of `Network.init(seed)` for layers of as many units as x has rows.
    """
    rng, n = np.random.default_rng(seed), len(x)
    for _ in range(depth):
        z = init.draw(rng, (n, n), n, n) @ x + bias
        x = curve.value(z)
        yield z, x


def gain(init: Initializer, units: int) -> float:
    """σ√n: by what weights of this spread multiply the size of a signal, be it on its way forward or back."""
    std = init.std(units, units) if isinstance(init, Scaled) else init.std  # type: ignore[attr-defined]
    return float(std * np.sqrt(units))


def steepest(activation: str) -> float:
    """The largest slope: each of RANGES, and step, has it at 0 or just right of it."""
    z = np.array([0.0, 1e-9])
    curve = ACTIVATIONS[activation]()
    return float(curve.slope(z, curve.value(z)).max())


def _row(a: np.ndarray, slope: np.ndarray, most: float, ends: tuple[float, float]) -> tuple:
    apart = np.sqrt(a.var(axis=1).mean())
    return (a.mean(), a.std(), apart, (slope < FLAT * most).mean(), (slope == 0).all(axis=1).mean(),
            _histogram(a, *ends))  # fmt: skip


def _histogram(a: np.ndarray, low: float, high: float) -> np.ndarray:
    """Shares of the outputs in BINS bins; what lies beyond counts in the first or the last (np.histogram drops it)."""
    place = np.clip((a - low) * (BINS / (high - low)), 0, BINS - 1)
    return np.bincount(place.astype(np.intp).ravel(), minlength=BINS) / a.size
