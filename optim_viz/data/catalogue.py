"""The data sets that come with the app, each declared once; `DataSpec` is one of them with its parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from optim_viz.data import bundled, idx, synthetic
from optim_viz.data.record import MOST_SEED, Data
from optim_viz.optimizers.base import Hyperparameter
from optim_viz.words import Text

_POINTS = (20, 50, 100, 200, 300, 500, 1000, 2000, 5000)
_NOISE = (0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)


def _whole(name: str, default: int, choices: tuple[int, ...], symbol: str, help: str, interval: str) -> Hyperparameter:
    return Hyperparameter(name, default, choices, symbol, help, interval)


def _n(default: int) -> Hyperparameter:
    return _whole("n", default, _POINTS, "n", "How many points.", "[10, 20000]")


def _seed(help: str) -> Hyperparameter:
    return _whole("seed", 0, tuple(range(10)), "s", help, f"[0, {MOST_SEED}]")


def _noise(default: float) -> Hyperparameter:
    help = "Standard deviation of the noise."
    return Hyperparameter("noise", default, _NOISE, r"\sigma", help, "[0, 10]")


_SEED = _seed("Another seed gives other points of the same kind.")
_IMAGES = _whole("n", 2000, (500, 1000, 2000, 5000, 10000), "n", "How many training images.", "[100, 10000]")
_PICK = _seed("Another seed picks other images.")


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set of the catalogue: its facts, its parameters, and the function (parameters) -> (X, y).

    `key` is the language-neutral id. `download` says that `download.fetch(key)` must have brought it here first.
    """

    key: str
    name: str
    task: str
    make: Callable[..., Any]
    source: str
    teaches: str
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    target: str = "class"
    image: tuple[int, ...] = ()
    scaling: str = "none"
    download: bool = False
    parameters: tuple[Hyperparameter, ...] = ()

    def load(self, **values: Any) -> Data:
        """The data, with defaults for the parameters not given; ValueError for a bad one."""
        return DataSpec(self.key, **values).load()


_PLANE = ("x", "y")
_ALL = (
    Dataset(
        "digits", "Handwritten digits", "classification", bundled.digits,
        "Alpaydin & Kaynak 1998 (UCI optical recognition of handwritten digits, test part; scikit-learn)",
        "Real pictures, small enough to train on in seconds.",
        tuple("0123456789"), target="digit", image=(1, 8, 8),
    ),
    Dataset(
        "iris", "Iris flowers", "classification", bundled.iris, "Fisher 1936 (scikit-learn)",
        "One kind stands apart, the other two overlap: no plane separates those completely.",
        ("setosa", "versicolor", "virginica"), bundled.IRIS, "kind", scaling="standardize",
    ),
    Dataset(
        "wine", "Wines", "classification", bundled.wine, "Forina et al. (PARVUS), UCI 1991 (scikit-learn)",
        "One column is a thousand times larger than others: without scaling it rules the gradient.",
        ("0", "1", "2"), bundled.WINE, "cultivar", scaling="standardize",
    ),
    Dataset(
        "cancer", "Breast cancer", "classification", bundled.cancer,
        "Street, Wolberg & Mangasarian 1993 (UCI diagnostic; scikit-learn)",
        "Columns that nearly repeat each other make a long, narrow valley.",
        ("malignant", "benign"), bundled.CANCER, "diagnosis", scaling="standardize",
    ),
    Dataset(
        "diabetes", "Diabetes", "regression", bundled.diabetes,
        "Efron, Hastie, Johnstone & Tibshirani 2004 (scikit-learn, unscaled)",
        "A noisy target: even a good model explains only about half of it.",
        features=bundled.DIABETES, target="progression after a year", scaling="standardize",
    ),
    Dataset(
        "moons", "Two moons", "classification", synthetic.moons, "half circles, as in scikit-learn's make_moons",
        "Two shapes that interlock: no straight line separates them.",
        ("0", "1"), _PLANE, parameters=(_n(300), _noise(0.1), _SEED),
    ),
    Dataset(
        "circles", "Two circles", "classification", synthetic.circles, "as in scikit-learn's make_circles",
        "One class surrounds the other: no straight line separates them, a closed curve does.",
        ("0", "1"), _PLANE,
        parameters=(
            _n(300),
            Hyperparameter("factor", 0.5, (0.1, 0.3, 0.5, 0.7, 0.8, 0.9), "r", "Radius of the inner circle.", "(0, 1)"),
            _noise(0.05),
            _SEED,
        ),
    ),
    Dataset(
        "spiral", "Spiral", "classification", synthetic.spiral, "after Lang & Witbrock 1988 (two spirals)",
        "Arms wound around each other: a boundary that takes many units, and patience.", features=_PLANE,
        parameters=(
            _n(300),
            _whole("arms", 3, (2, 3), "k", "How many arms, each a class.", "[2, 3]"),
            Hyperparameter("turns", 1.0, (0.25, 0.5, 0.75, 1.0, 1.25, 1.5), "w", "How far an arm winds.", "[0, 3]"),
            _noise(0.02),
            _SEED,
        ),
    ),
    Dataset(
        "xor", "XOR", "classification", synthetic.xor, "Minsky & Papert 1969",
        "One straight line cannot separate these corners; two lines can.",
        ("0", "1"), _PLANE, parameters=(_n(200), _noise(0.1), _SEED),
    ),
    Dataset(
        "blobs", "Gaussian clouds", "classification", synthetic.blobs, "normal distributions of equal width",
        "Straight lines are the best boundary here: more layers cannot help.", features=_PLANE,
        parameters=(
            _n(300),
            _whole("classes", 3, (2, 3, 4, 5, 6), "k", "How many clouds, each a class.", "[2, 10]"),
            _noise(0.3),
            _SEED,
        ),
    ),
    Dataset(
        "curve", "Noisy curve", "regression", synthetic.curve, "y = sin 2x + x/2 + noise",
        "A curve hidden in noise: following every point is not learning.",
        features=("x",), target="y", scaling="standardize", parameters=(_n(200), _noise(0.3), _SEED),
    ),
    Dataset(
        "mnist", "MNIST digits", "classification", idx.Images("mnist"), "LeCun, Cortes & Burges 1998",
        "The pictures most papers begin with, and its own test set, by other writers.",
        tuple("0123456789"), target="digit", image=(1, 28, 28), download=True, parameters=(_IMAGES, _PICK),
    ),
    Dataset(
        "fashion", "Fashion-MNIST", "classification", idx.Images("fashion"), "Xiao, Rasul & Vollgraf 2017",
        "As large as MNIST, and harder: shirts, coats and pullovers look alike.",
        ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        target="article", image=(1, 28, 28), download=True, parameters=(_IMAGES, _PICK),
    ),
)  # fmt: skip
DATASETS: dict[str, Dataset] = {dataset.key: dataset for dataset in _ALL}


@dataclass(frozen=True, init=False)
class DataSpec:
    """Which data set with which parameters, all of them written out: hashable, equal by content."""

    name: str
    parameters: tuple[tuple[str, int | float], ...]

    def __init__(self, name: str, **values: Any) -> None:
        if not isinstance(name, str) or name not in DATASETS:
            raise ValueError(Text("There is no such data set."))
        known = {p.name: p for p in DATASETS[name].parameters}
        for key in values:
            if key not in known:
                raise ValueError(Text("These data have no parameter {name}.", name=repr(key)[:60]))
        checked = tuple((key, _checked(p, values.get(key, p.default))) for key, p in known.items())
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "parameters", checked)

    def fields(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"name": self.name, **dict(self.parameters)}

    def load(self) -> Data:
        """The data; ValueError where they have to be fetched first."""
        chosen = DATASETS[self.name]
        X, y, *held_out = chosen.make(**dict(self.parameters))
        return Data(
            chosen.name, X, y, chosen.task, chosen.classes, chosen.features, chosen.target, chosen.source,
            chosen.teaches, chosen.image, chosen.scaling, False, *held_out,
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"DataSpec({', '.join([repr(self.name), *(f'{k}={v!r}' for k, v in self.parameters)])})"


def _checked(parameter: Hyperparameter, value: Any) -> int | float:
    number = parameter.checked(value)
    if not isinstance(number, float):
        raise ValueError(Text("{name} must be one number.", name=parameter.name))
    if not isinstance(parameter.default, int):
        return number
    if not number.is_integer():
        raise ValueError(Text("{name} must be a whole number.", name=parameter.name))
    return int(number)
