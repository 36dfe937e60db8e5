"""What first weights, normalization and cures of overfitting do to networks: measured, or read from kept results."""

from functools import lru_cache

import numpy as np

from optim_viz.course.measures import measure
from optim_viz.labs import deep
from optim_viz.labs.deep.backward import SEEDS
from optim_viz.labs.norm import kept as normed
from optim_viz.labs.norm.scales import SCALES
from optim_viz.labs.overfit import kept as cured
from optim_viz.labs.overfit.cures import CURES
from optim_viz.labs.overfit.trial import Curves, Verdict, verdict

MANY, FEW = 1000, 200  # samples through five layers, and through more, as on the page


@lru_cache(maxsize=32)
def _passage(activation: str, init: str, depth: int) -> deep.Passage:
    return deep.passage(activation, deep.INITS[init], depth, samples=MANY if depth == 5 else FEW)


@measure
def spread(activation: str, init: str, layer: int, depth: int = 5) -> float:
    """The standard deviation of the outputs of a layer (1 is the first) behind these first weights."""
    return float(_passage(activation, init, depth).std[layer - 1])


@measure
def flat(activation: str, init: str, layer: int, depth: int = 5) -> float:
    """Percent of that layer's outputs where less than a tenth of the largest slope is left."""
    return 100 * float(_passage(activation, init, depth).flat[layer - 1])


@measure
def keeps(activation: str, depth: int) -> str:
    """Which of Xavier and He keeps the spread within a factor of 2 over all layers: an id, "both" or "neither"."""
    return deep.keepers({name: _passage(activation, name, depth).std for name in ("xavier", "he")})


@lru_cache(maxsize=8)
def _gradients(init: str, depth: int) -> dict[str, deep.Gradients]:
    return deep.gradients(deep.INITS[init], depth, seeds=SEEDS[:2])


@measure
def comes_back(activation: str, init: str, depth: int) -> float:
    """What one layer leaves of the gradient on its way back: the factor, geometric mean, median of two seeds."""
    return float(np.median(_gradients(init, depth)[activation].factor()))


@measure
def learned(norm: str, which: str = "most") -> float:
    """At how many of the weight scales networks with this normalization learn: the "most" or "least" of the seeds."""
    counts = normed.scales().learned()[norm]
    return max(counts) if which == "most" else min(counts)


@measure
def scales() -> float:
    """How many weight scales were tried."""
    return len(SCALES)


@measure
def norm_seeds() -> float:
    """Seeds of that measurement."""
    return len(normed.scales().setting.seeds)


@measure
def plain_wins() -> float:
    """At how many scales every plain network ends above every one with batch normalization."""
    return len(normed.scales().better("none", "batch"))


@measure
def always_better() -> str:
    """Whether batch normalization was the better one at "every" scale, at "not" every, or "never"."""
    wins = len(normed.scales().better("batch", "none"))
    return "every" if wins == len(SCALES) else "never" if not wins else "not"


@measure
def plain_scale() -> float:
    """The weight scale at which plain networks are better."""
    return float(SCALES[normed.scales().better("none", "batch")[0]])


@measure
def by_batch(norm: str, size: int) -> float:
    """Mean test accuracy of networks trained with batches of that size, in percent."""
    return 100 * float(normed.sizes()[norm][size].mean())


@measure
def best_norm(size: int) -> str:
    """Which normalization ("none" included) has the highest mean test accuracy with batches of that size."""
    found = {norm: float(sizes[size].mean()) for norm, sizes in normed.sizes().items() if size in sizes}
    return max(found, key=found.__getitem__)


@lru_cache(maxsize=4)
def _cures(wrong: float) -> dict[str, Curves]:
    return cured.every(wrong)


def _verdict(cure: str, wrong: float) -> Verdict:
    found = _cures(wrong)
    return verdict(found[cure].kept_test, found["plain"].kept_test)


@measure
def cure(name: str, wrong: float = 0.2) -> str:
    """Whether a cure's test accuracy is "higher" than plain training's, "lower", or "alike" as far as chance goes."""
    return _verdict(name, wrong).kind


@measure
def cure_gain(name: str, wrong: float = 0.2) -> float:
    """How much higher its test accuracy is, in percentage points, mean over the seeds."""
    return 100 * _verdict(name, wrong).mean


@measure
def cures_that_help(wrong: float = 0.2) -> float:
    """How many of the cures raise test accuracy beyond chance."""
    return sum(_verdict(name, wrong).kind == "higher" for name in CURES)


@measure
def cures_that_harm(wrong: float = 0.2) -> float:
    """How many of the cures lower it beyond chance."""
    return sum(_verdict(name, wrong).kind == "lower" for name in CURES)


@measure
def cures() -> float:
    """How many cures there are."""
    return len(CURES)


@measure
def accuracy(on: str, cure: str = "plain", wrong: float = 0.2) -> float:
    """Mean accuracy on "train" or "test" images at the end, in percent."""
    found = _cures(wrong)[cure]
    return 100 * float((found.kept_train if on == "train" else found.kept_test).mean())


@measure
def book_accuracy(on: str, way: str) -> float:
    """In the book's setting: mean accuracy on "train" or "test" images, or their "gap", in percent."""
    found = cured.book()[way]
    return 100 * float({"train": found.kept_train, "test": found.kept_test, "gap": found.gap}[on].mean())


@measure
def book_verdict(way: str) -> str:
    """Whether a way's test accuracy in the book's setting is "higher", "alike" or "lower" than plain training's."""
    found = cured.book()
    return verdict(found[way].kept_test, found["plain"].kept_test).kind


@measure
def trial_seeds() -> float:
    """Seeds behind each cure."""
    return len(cured.SETTING.seeds)
