"""Real data that ship inside scikit-learn, read from its files.

Importing scikit-learn takes a second and 150 MB; reading one of its files takes milliseconds. The tests hold these
readers to scikit-learn's own.
"""

import gzip
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from optim_viz.words import Text

IRIS = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")
WINE = (
    "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
    "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines", "proline",
)  # fmt: skip
_CELL = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points", "symmetry",
    "fractal dimension",
)  # fmt: skip
CANCER = (*(f"mean {c}" for c in _CELL), *(f"{c} error" for c in _CELL), *(f"worst {c}" for c in _CELL))
DIABETES = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
Pair = tuple[np.ndarray, np.ndarray]


def _table(name: str, skip: int = 0, delimiter: str | None = ",") -> np.ndarray:
    found = find_spec("sklearn")
    try:
        if found is None or not found.submodule_search_locations:
            raise FileNotFoundError
        return _read(Path(found.submodule_search_locations[0]) / "datasets" / "data" / name, skip, delimiter)
    except FileNotFoundError:
        raise ValueError(Text("This data set needs the package scikit-learn: pip install scikit-learn.")) from None


@lru_cache(8)  # all there are: many a computation begins with these digits
def _read(file: Path, skip: int, delimiter: str | None) -> np.ndarray:
    raw = file.read_bytes()
    text = (gzip.decompress(raw) if file.suffix == ".gz" else raw).decode("ascii")
    table = np.loadtxt(text.splitlines(), delimiter=delimiter, skiprows=skip)
    table.setflags(write=False)
    return table


def _labeled(name: str, skip: int = 1) -> Pair:
    rows = _table(name, skip)
    return rows[:, :-1], rows[:, -1].astype(np.int64)


def digits() -> Pair:
    """1797 handwritten digits, 8×8 gray values from 0 to 1, as (1797, 64)."""
    X, y = _labeled("digits.csv.gz", 0)
    return X / 16, y


def iris() -> Pair:
    return _labeled("iris.csv")


def wine() -> Pair:
    return _labeled("wine_data.csv")


def cancer() -> Pair:
    return _labeled("breast_cancer.csv")


def diabetes() -> Pair:
    """442 patients in the original units: scikit-learn's usual version is scaled over all rows, test rows included."""
    return _table("diabetes_data_raw.csv.gz", delimiter=None), _table("diabetes_target.csv.gz")
