"""Races worth seeing, each a complete setting; the first is the book's own figure."""

from dataclasses import dataclass

from optim_viz.optimizers import (
    SGD,
    Adadelta,
    AdaGrad,
    Adam,
    AdamW,
    AMSGrad,
    Lion,
    Momentum,
    Nesterov,
    RMSprop,
    Rprop,
)
from optim_viz.optimizers.base import Optimizer
from optim_viz.surfaces import SURFACES, Surface


@dataclass(frozen=True)
class Preset:
    """A surface of the catalogue, a start, and who races from there with which settings."""

    key: str
    name: str
    story: str
    surface: str
    start: tuple[float, float]
    steps: int
    optimizers: tuple[Optimizer, ...]
    noise: float = 0.0

    @property
    def ground(self) -> Surface:
        return SURFACES[self.surface]


_ALL = (
    Preset(
        "book",
        "The book's figure",
        "Four paths on x²/20 + y² with the book's settings: SGD zig-zags, Momentum rolls, AdaGrad slows down, "
        "Adam arcs. A pretty path is not a fast one: read the final loss in the table.",
        "Elongated bowl", (-7, 2), 29,
        (SGD(lr=0.95), Momentum(lr=0.1, momentum=0.9), AdaGrad(lr=1.5, eps=1e-7),
         Adam(lr=0.3, beta1=0.9, beta2=0.999, eps=1e-7)),
    ),
    Preset(
        "seven",
        "Seven classics",
        "The seven classic optimizers from the same start, each with a learning rate that suits it.",
        "Elongated bowl", (-7, 2), 100,
        (SGD(lr=0.95), Momentum(lr=0.1), Nesterov(lr=0.1), AdaGrad(lr=1.5), Adadelta(lr=1.0, eps=0.01),
         RMSprop(lr=0.1), Adam(lr=0.3)),
    ),
    Preset(
        "ravine",
        "A curved valley",
        "The valley of Rosenbrock is easy to find and hard to follow: its floor bends and is nearly flat.",
        "Rosenbrock", (-1.2, 1), 500,
        (SGD(lr=0.002), Momentum(lr=0.001), Nesterov(lr=0.001), RMSprop(lr=0.01), Adam(lr=0.1)),
    ),
    Preset(
        "limit",
        "One rate too large",
        "On this bowl plain gradient descent is stable up to 2/λmax = 1. SGD goes just past it; "
        "Momentum with the same rate has a higher limit and stays.",
        "Elongated bowl", (-7, 2), 60,
        (SGD(lr=1.05), Momentum(lr=1.05, momentum=0.5)),
    ),
    Preset(
        "brake",
        "AdaGrad's brake",
        "AdaGrad's h only grows, so its steps only shrink; RMSprop and Adadelta forget, and keep moving.",
        "Elongated bowl", (-7, 2), 200,
        (AdaGrad(lr=0.3), RMSprop(lr=0.1, decay=0.9), Adadelta(lr=1.0, eps=0.01)),
    ),
    Preset(
        "basins",
        "Which minimum?",
        "Four equally deep minima: the start and the rule decide which one is reached.",
        "Himmelblau", (0, -3), 100,
        (SGD(lr=0.01), Momentum(lr=0.01), Adam(lr=0.3), Lion(lr=0.1), Rprop(lr=0.1)),
    ),
    Preset(
        "saddle",
        "Leaving a saddle",
        "Almost on the ridge of a saddle the gradient is tiny: rules that rescale each axis leave at once, "
        "the others wait.",
        "Saddle", (3, 0.001), 40,
        (SGD(lr=0.1), Momentum(lr=0.03), AdaGrad(lr=0.5), RMSprop(lr=0.1), Adam(lr=0.1)),
    ),
    Preset(
        "noise",
        "Noisy gradients",
        "The same bowl with noise in every gradient, as mini-batches have: fixed rates circle round the minimum.",
        "Elongated bowl", (-7, 2), 200,
        (SGD(lr=0.5), Momentum(lr=0.1), AdaGrad(lr=1.5), Adam(lr=0.3)),
        noise=1.0,
    ),
    Preset(
        "family",
        "Adam and its family",
        "Adam beside what became of it, on a valley: the same moments, used differently.",
        "Rosenbrock", (-1.2, 1), 300,
        (Adam(lr=0.2), AdamW(lr=0.2, weight_decay=0.01), AMSGrad(lr=0.2), Lion(lr=0.01)),
    ),
)  # fmt: skip

PRESETS: dict[str, Preset] = {preset.key: preset for preset in _ALL}
LANDING = PRESETS["seven"]
