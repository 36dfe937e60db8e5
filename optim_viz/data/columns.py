"""One column of a table: numbers, categories, or nothing to learn from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from optim_viz.data.record import LARGEST
from optim_viz.data.table import missing, number_of
from optim_viz.words import Text

MAX_CATEGORIES = 50
FEW = 10  # so many different texts are categories, however seldom each comes
NUMBER, CATEGORY, TARGET, LEFT_OUT = "number", "category", "target", "left out"


@dataclass
class Column:
    """What a column (number from 1) was taken for; `name` and `categories` are the file's own words."""

    number: int
    name: str
    kind: str
    missing: int = 0
    categories: tuple[str, ...] = ()
    notes: list[Text] = field(default_factory=list)


def parsed(cells: Sequence[str], rows: Sequence[int], column: int, comma: bool) -> tuple[np.ndarray | None, int]:
    """Numbers (n,) with NaN where missing, or None for text; and the row of the first text among numbers, or 0.

    `comma`: numbers may have a decimal comma. ValueError for an infinite or huge number among numbers.
    """
    values = np.full(len(cells), math.nan)
    known = text = huge = 0
    for k, cell in enumerate(cells):
        if missing(cell):
            continue
        number = number_of(cell, comma)
        if number is None:
            text = text or rows[k]
            continue
        known += 1
        values[k] = number + 0.0  # -0.0 and 0.0 are one value
        if not abs(number) <= LARGEST:
            huge = huge or rows[k]
    if text:
        return None, text if known else 0
    if huge:
        raise ValueError(Text("Row {row}, column {column} holds an infinite or huge number.", row=huge, column=column))
    return values, 0


def read_feature(column: Column, cells: Sequence[str], values: np.ndarray | None, mixed: int) -> np.ndarray | None:
    """The columns (n, 1) or (n, categories) that a network gets, None if it gets nothing; fills in `column`.

    `values` and `mixed` are what `parsed` says of the cells.
    """
    column.missing = sum(map(missing, cells))
    known = {cell for cell in cells if not missing(cell)} if values is None else set(values[~np.isnan(values)].tolist())
    if len(known) < 2:
        column.notes.append(Text("Left out: all its known values are the same.") if known else Text("Left out: empty."))
        return None
    if values is not None:
        column.kind = NUMBER
        if column.missing:
            column.notes.append(Text("{n} missing; the mean of the training rows stands in.", n=column.missing))
        return values[:, None]
    if len(known) > MAX_CATEGORIES or len(known) > max(FEW, (len(cells) - column.missing) / 2):
        column.notes.append(
            Text("Left out: text among its numbers, first in row {row}.", row=mixed)
            if mixed
            else Text("Left out: {n} different texts are too many for categories.", n=len(known))
        )
        return None
    return _indicators(column, cells, sorted(known))


def _indicators(column: Column, cells: Sequence[str], known: list[str]) -> np.ndarray:
    column.kind, column.categories = CATEGORY, tuple(known)
    column.notes.append(Text("{n} categories, each a column of 0 and 1.", n=len(known)))
    if column.missing:
        column.notes.append(Text("{n} missing; the shares in the training rows stand in.", n=column.missing))
    place = {name: k for k, name in enumerate(known)}
    rows = np.vstack([np.eye(len(known)), np.full(len(known), math.nan)])
    return rows[[place.get(cell, len(known)) for cell in cells]]


def read_target(
    column: Column, cells: Sequence[str], rows: Sequence[int], comma: bool, task: str | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """y (n,) with the class names, or real targets with (); `task` None: text or few whole numbers are classes.

    ValueError for a target that teaches nothing, has too many classes, or is text where numbers are needed.
    """
    values, _ = parsed(cells, rows, column.number, comma)
    if task is None:
        task = "regression" if values is not None and not _few(values) else "classification"
    if task == "regression":
        if values is None:
            raise ValueError(Text("The target holds text: a regression needs numbers. Choose classification."))
        if len(set(values.tolist())) < 2:
            raise ValueError(Text("The target is the same in every row: there is nothing to learn."))
        return values, ()
    found = sorted(set(cells)) if values is None else sorted(set(values.tolist()))
    if len(found) < 2:
        raise ValueError(Text("The target has only one class: there is nothing to tell apart."))
    if len(found) > MAX_CATEGORIES:
        raise ValueError(
            Text("The target has {n} different values; the limit is {limit} classes. Choose another column.",
                 n=len(found), limit=MAX_CATEGORIES)
        )  # fmt: skip
    place = {value: k for k, value in enumerate(found)}
    column.categories = tuple(v if isinstance(v, str) else f"{v:.17g}" if v.is_integer() else repr(v) for v in found)
    return np.array([place[v] for v in (cells if values is None else values.tolist())]), column.categories


def _few(values: np.ndarray) -> bool:
    """Whole numbers of which at most ten differ, each there twice on average: labels, rather than amounts."""
    different = np.unique(values)
    return bool((different % 1 == 0).all()) and len(different) <= min(10, len(values) / 2)
