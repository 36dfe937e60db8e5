"""Points painted by hand."""

from collections.abc import Sequence

import numpy as np

from optim_viz.data.record import Data
from optim_viz.words import Text

MAX_POINTS = 10_000
MAX_CLASSES = 10


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
