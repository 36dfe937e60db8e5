"""Every number of a path in columns, to the last digit."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from optim_viz.trace import Path
from optim_viz.words import Text

FACTS = ("x", "y", "f", "df/dx", "df/dy")
_ACTIVE = ("=", "+", "-", "@")  # a spreadsheet runs a text that begins with one of these


def single(paths: Path | Sequence[Path]) -> list[Path]:
    """One Path or several as a list; ValueError for none, and for a batch of many lanes."""
    many = [paths] if isinstance(paths, Path) else list(paths)
    if not many:
        raise ValueError(Text("There is no path to save."))
    if any(np.ndim(path.value) != 1 for path in many):
        raise ValueError(Text("Only single paths with all their steps can be saved, not a batch."))
    return many


def names(paths: Sequence[Path], labels: Sequence[str] | None = None) -> list[str]:
    """One name per path, its label or its optimizer's; the second SGD is "SGD 2"."""
    seen, found = Counter(), []
    for name in labels or [path.name for path in paths]:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return found


def columns(path: Path) -> dict[str, np.ndarray]:
    """Name -> (end + 1,) numbers of the real rows: position, f, gradient, and both parts of every state array."""
    rows = int(path.end) + 1
    facts = (path.x[:, 0], path.x[:, 1], path.value, path.gradient[:, 0], path.gradient[:, 1])
    found = dict(zip(FACTS, facts, strict=True))
    for key, values in path.state.items():
        found |= {f"{key}.{axis}": values[:, k] for k, axis in enumerate("xy")}
    return {key: values[:rows] for key, values in found.items()}


def to_csv(paths: Path | Sequence[Path], labels: Sequence[str] | None = None) -> str:
    """A row per path and step, a column per number; a state only other optimizers keep is left empty.

    The first column is the optimizer's name, or the path's label.

    Numbers are written so that reading them gives the same float64, minus signs included; a *text* a spreadsheet
    would run as a formula gets an apostrophe in front.
    """
    many = single(paths)
    tables = [columns(path) for path in many]
    heads = list(dict.fromkeys(key for table in tables for key in table))
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    write([text(head) for head in ("optimizer", "step", *heads)])
    for name, table in zip(names(many, labels), tables, strict=True):
        cells = [table[key].tolist() if key in table else [""] * len(table["x"]) for key in heads]
        for step, row in enumerate(zip(*cells, strict=True)):
            write([text(name), step, *row])
    return out.getvalue()


def text(word: Any) -> str:
    """A word in one line that no spreadsheet runs as a formula."""
    line = " ".join(str(word).split())
    return f"'{line}" if line.startswith(_ACTIVE) else line
