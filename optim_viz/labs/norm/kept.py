"""Measurements that take minutes, kept in a file, so that the page opens on them; a test takes some of them again."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from optim_viz.labs.norm.companions import SIZES
from optim_viz.labs.norm.networks import NORMS, TESTED
from optim_viz.labs.norm.scales import BOOK, Found
from optim_viz.labs.norm.shift import KINDS, RATES, Shift

FILE = Path(__file__).with_name("measured.json")


@cache
def _read() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))


@cache
def scales() -> Found:
    """Sixteen weight scales in the book's setting, on digits, five seeds."""
    return Found(BOOK, np.array(_read()["scales"]) / BOOK.images)


@cache
def sizes() -> dict[str, dict[int, np.ndarray]]:
    """Norm -> batch size -> test accuracy (seeds,); batch norm has none for one sample."""
    return {norm: {size: np.array(_read()["sizes"][norm][str(size)]) / TESTED
                   for size in SIZES if str(size) in _read()["sizes"][norm]} for norm in NORMS}  # fmt: skip


@cache
def shifts() -> dict[float, dict[str, Shift]]:
    """Learning rate -> norm -> what was measured."""
    return {rate: {norm: Shift(**{name: np.array(a) for name, a in _read()["shifts"][str(rate)][norm].items()})
                   for norm in KINDS} for rate in RATES}  # fmt: skip


def written(found: Found, tested: dict[str, dict[int, np.ndarray]], moved: dict[float, dict[str, Shift]]) -> str:
    """The text of the file, counts as whole numbers."""
    content = {
        "scales": np.rint(found.accuracy * BOOK.images).astype(int).tolist(),
        "sizes": {norm: {str(n): np.rint(a * TESTED).astype(int).tolist() for n, a in of.items()}
                  for norm, of in tested.items()},
        "shifts": {str(rate): {norm: {name: _short(getattr(s, name)) for name in Shift.__dataclass_fields__}
                               for norm, s in of.items()} for rate, of in moved.items()},
    }  # fmt: skip
    return json.dumps(content, separators=(",", ":")) + "\n"


def _short(a: np.ndarray) -> Any:
    return [[float(f"{v:.4g}") for v in row] for row in a] if a.ndim == 2 else [float(f"{v:.4g}") for v in a]
