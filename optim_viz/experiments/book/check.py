"""The gradient check: backpropagation against differences of the loss."""

from dataclasses import dataclass

import numpy as np

from optim_viz.experiments.book.material import CLASSES, PIXELS, images
from optim_viz.experiments.book.record import Criterion, Experiment, Found, Numbers, Question
from optim_viz.nn import BatchNorm, Network
from optim_viz.words import Text

IMAGES, ENTRIES, H = 3, 100, 3e-6
_AT_ONCE = 64  # networks in one pass
MASKS = 5  # seed of the dropout masks: the same for both ways


@dataclass(frozen=True, eq=False)
class Checked:
    """One array of parameters: the largest difference of the two gradients, over the largest of them."""

    network: str
    array: str
    error: float


def nets(source: str) -> dict[str, Network]:
    """The networks that are checked."""
    pixels, norm = PIXELS[source], BatchNorm(momentum=0.1, eps=1e-6)
    return {
        "two layers": Network([pixels, 50, CLASSES], init=0.01),
        "batch normalization": Network([pixels, 100, norm, 100, norm, CLASSES]),
        "dropout": Network([pixels, 100, 100, CLASSES], dropout=0.2, l2=0.1),
    }


def measure(source: str, seed: int) -> Found:
    """The error of every array of every network; and what one image leaves of the gradient before a normalization."""
    (X, y), _ = images(source, IMAGES, seed)
    rows, numbers = [], {}
    for name, net in nets(source).items():
        theta = net.init(seed)
        rows += checked(name, net, theta, X, y, seed)
        numbers[f"worst_{name}"] = max(row.error for row in rows if row.network == name)
    net = nets(source)["batch normalization"]
    theta, twice = net.init(seed), [0, 0]  # a batch of one image, and its copy: mean and variance are those of one
    for name, batch in (("one", twice), ("three", [0, 1, 2])):
        numbers[name] = float(np.linalg.norm(net.views(net.gradient(theta, X[batch], y[batch]))["0.weight"]))
    return numbers, tuple(rows)


def checked(name: str, net: Network, theta: np.ndarray, X: np.ndarray, y: np.ndarray, seed: int) -> list[Checked]:
    """Each array of parameters at up to ENTRIES of its numbers, drawn at random."""
    ours, rng, found = net.gradient(theta, X, y, seed=MASKS), np.random.default_rng(seed), []
    places = net.views(np.arange(len(theta), dtype=float))
    for array, where in places.items():
        at = rng.permutation(where.ravel().astype(int))[:ENTRIES]
        numerical = differences(net, theta, X, y, at)
        size = max(np.abs(ours[at]).max(), np.abs(numerical).max())
        error = np.abs(ours[at] - numerical).max()
        found.append(Checked(name, array, float(error / size) if size > _NOTHING else float(error)))
    return found


_NOTHING = 1e-9  # a gradient that is zero but for rounding, as that of a bias before a normalization: no ratio of it


def differences(net: Network, theta: np.ndarray, X: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray:
    """(L(θ + h) − L(θ − h)) / 2h for the numbers `at` (m,) of theta."""
    slopes = []
    for low in range(0, len(at), _AT_ONCE):
        some = at[low : low + _AT_ONCE]
        both = np.repeat(theta[None], 2 * len(some), axis=0)
        each = np.arange(len(some))
        both[each, some] += H
        both[each + len(some), some] -= H
        up, down = net.loss(both, X, y, seed=MASKS).reshape(2, -1)
        slopes.append((up - down) / (2 * H))
    return np.concatenate(slopes)


def _answer(n: Numbers) -> tuple[str, Text]:
    right = "zero" if n["one"] < 1e-12 else "same"
    return right, Text("Length of the gradient of the first layer's weights: {one:.1g} with one image, "
                       "{three:.3g} with three. A check with one image compares 0 with 0.", one=n["one"],
                       three=n["three"])  # fmt: skip


_ERROR = Text("largest relative error of an array of parameters")
EXPERIMENT = Experiment(
    "gradient_check", "5.7.3", Text("Gradient check"),
    Text("Backpropagation gives the gradient in one pass; two losses per parameter give it, too, slowly. They must "
         "agree."),
    (Text("a batch of 3 images; two layers 64-50-10 with weights of std 0.01 (the book: 784 inputs)"),
     Text("also with batch normalization and with dropout, 64-100-100-10"), Text("central differences")),
    (Text("h = 3e-6 instead of 1e-4, and at most 100 numbers of each array, drawn by the seed."),
     Text("Relative error: the largest difference over the largest gradient of the array. The book prints the mean "
          "absolute difference, which is small wherever the gradient is."),
     Text("The book's file for batch normalization checks with one image. There the normalized input is 0, whatever "
          "the weights: that check cannot fail.")),
    Question(Text("A single image goes through batch normalization. What is the gradient of the layer before it?"),
             {"same": Text("much as with three images"), "zero": Text("zero"), "large": Text("far too large")},
             _answer),
    (Criterion("worst_two layers", Text("Two layers: both gradients agree."), _ERROR, high=1e-7, form=".1e"),
     Criterion("worst_batch normalization", Text("With batch normalization and three images they agree."), _ERROR,
               high=1e-7, form=".1e"),
     Criterion("worst_dropout", Text("With dropout (the same masks) and an L2 penalty they agree."), _ERROR,
               high=1e-7, form=".1e"),
     Criterion("one", Text("With one image nothing is checked: the gradient before the normalization is 0."),
               Text("length of the gradient of the first weights"), high=1e-12, form=".1e")),
    "errors", measure=measure,
)  # fmt: skip
