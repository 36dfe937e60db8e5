"""What a page has shown in a run, as results in words and as curves, out of its tables, lists and pictures."""

import re
from collections.abc import Sequence
from typing import Any

from optim_viz.export.tables import Table
from optim_viz.ui import numbers, said

_MOST = 12  # results
_LONGEST = 160  # characters of one


def results() -> dict[str, str]:
    """The rows of the tables; on a page without them the sentences of its lists, else what its pictures come to."""
    rows = [(_plain(first), _row(head, cells)) for head, table in said.tables() for first, *cells in table]
    if not rows:
        rows = [(f"{k}", _plain(sentence)) for k, sentence in enumerate(said.sentences(), 1)]
    found = rows or _ends() or [(f"{k}", what) for k, (what, _) in enumerate(numbers.drawn(), 1)]
    return {name[:_LONGEST]: value[:_LONGEST] for name, value in found[:_MOST]}


def curves() -> dict[str, list[float]]:
    """The columns of the first table behind a picture that has numbers over numbers."""
    return _first()[1]


def _first() -> tuple[str, dict[str, list[float]]]:
    every = (table for _, tables in numbers.drawn() for table in tables())
    return next(((table.caption, found) for table in every if (found := _columns(table))), ("", {}))


def _ends() -> list[tuple[str, str]]:
    """The last words of the drawings; else where the curves end."""
    words = [(f"{k}", table.rows[-1][-1]) for k, (_, tables) in enumerate(numbers.drawn(), 1) for table in tables()
             if table.rows and isinstance(table.rows[-1][-1], str)]  # fmt: skip
    caption, found = _first()
    return words or [(name, f"{caption} {values[0]:.4g} → {values[-1]:.4g}".strip()) for name, values in found.items()]


def _row(head: Sequence[str], cells: Sequence[str]) -> str:
    told = ((_plain(name), _plain(cell)) for name, cell in zip(head[1:], cells, strict=False))
    return " · ".join(f"{name} {cell}".strip() for name, cell in told if cell)


def _columns(table: Table) -> dict[str, list[float]]:
    """Those that are curves over the first one; a map has none."""
    if len(table.rows) < 3 or "\\" in table.head[0] or not all(_number(row[0]) for row in table.rows):
        return {}
    columns = zip(table.head[1:], zip(*(row[1:] for row in table.rows), strict=True), strict=True)
    found = {name: [value for value in column if _number(value)] for name, column in columns}
    return {name: values for name, values in found.items() if len(values) > 2 and name[-1:] not in ("↑", "↓")}


def _number(value: Any) -> bool:
    return isinstance(value, int | float)


def _plain(text: str) -> str:
    """Words without their Markdown, in one line."""
    bare = re.sub(r"\*\*|[`$]", "", re.sub(r":[a-z]+\[(.*?)\]", r"\1", text))
    return " ".join(re.sub(r"\\([*_|~])", r"\1", bare).split())
