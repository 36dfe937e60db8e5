"""Points painted by hand."""

from collections.abc import Sequence

import numpy as np

from optim_viz.data.record import Data
from optim_viz.words import Text

MAX_POINTS = 10_000
MAX_CLASSES = 10
LETTERS = "abcd"  # classes of points written as text
LONGEST = 12_000  # characters of it


def from_points(x: Sequence[float], y: Sequence[float], labels: Sequence[int | str]) -> Data:
    """Data of points (x, y), one label each; classes stand in the order of their numbers, or of the alphabet.

    ValueError for points that no two classes can be made of.
    """
    if not len(x) == len(y) == len(labels):
        raise ValueError(Text("Each point needs x, y and a label."))
    if not 2 <= len(x) <= MAX_POINTS:
        raise ValueError(Text("There must be from 2 to {limit} points.", limit=MAX_POINTS))
    if any(isinstance(v, bool) or not isinstance(v, int | np.integer | str) for v in labels):
        raise ValueError(Text("A label is a whole number or a word."))
    words = any(isinstance(v, str) for v in labels)
    names = [str(v) for v in (sorted({str(v) for v in labels}) if words else sorted({int(v) for v in labels}))]
    if not 2 <= len(names) <= MAX_CLASSES:
        raise ValueError(Text("Paint points of from 2 to {limit} classes.", limit=MAX_CLASSES))
    classes = np.array([names.index(str(v)) for v in labels])
    try:
        X = np.array([x, y], dtype=np.float64).T
    except (TypeError, ValueError):
        raise ValueError(Text("The coordinates of a point must be finite numbers.")) from None
    return Data(
        "Painted points", X, classes, "classification", tuple(names), ("x", "y"), "class", "painted by hand",
        scaling="none",
    )  # fmt: skip


def from_text(text: str) -> Data:
    """Data of points written as `read_points` reads them; their classes are called by their letters."""
    points, labels = read_points(text, len(LETTERS))
    return from_points(points[:, 0].tolist(), points[:, 1].tolist(), [LETTERS[k] for k in labels])


def read_points(
    text: str, classes: int = 2, x: tuple[float, float] = (-1.0, 1.0), y: tuple[float, float] = (-1.0, 1.0)
) -> tuple[np.ndarray, np.ndarray]:
    """Points (N, 2) and their class numbers (N,) from a text such as "a 0.5 -0.2 0.1 0.3 b 1 0".

    A letter is the class of all points after it, at first a. ValueError for a point that is not two numbers, for a
    letter beyond the first `classes`, and for a place outside x × y.
    """
    if len(text) > LONGEST:
        raise ValueError(Text("At most {limit} characters of points.", limit=LONGEST))
    letters = list(LETTERS[:classes]) if classes > 1 else []
    words = text.replace("−", "-").replace(",", " ").split()
    label, numbers, labels = 0, list[float](), list[int]()
    for word in words:
        if word in letters and not len(numbers) % 2:
            label = LETTERS.index(word)
            continue
        numbers.append(_coordinate(word, y if len(numbers) % 2 else x, classes))
        if not len(numbers) % 2:
            labels.append(label)
    if len(numbers) % 2:
        raise ValueError(Text("The last point has only one number."))
    return np.array(numbers, float).reshape(-1, 2), np.array(labels, int)


def _coordinate(word: str, side: tuple[float, float], classes: int) -> float:
    try:
        number = float(word) if word.isascii() and len(word) < 20 else np.nan
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        if classes > 1:
            raise ValueError(Text("Write points as letters of classes and pairs of numbers, such as a 0.5 -0.2 b 1 0."))
        raise ValueError(Text("Write points as pairs of numbers, such as 0.5 -0.2 0.1 0.3."))
    if not side[0] <= number <= side[1]:
        raise ValueError(Text("The number {number:g} is outside {low:g} to {high:g}.",
                              number=number, low=side[0], high=side[1]))  # fmt: skip
    return number


def write_points(points: np.ndarray, labels: np.ndarray) -> str:
    """The shortest text that `read_points` takes for these points; a letter only where the class changes."""
    words, last = list[str](), 0
    for point, label in zip(points, labels, strict=True):
        if label != last:
            words.append(LETTERS[label])
        words += [f"{value + 0.0:.4g}" for value in point]
        last = label
    return " ".join(words)
