"""Tables of what a picture shows: for those who do not see it, and to take along."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from optim_viz.export.numbers import text


@dataclass(frozen=True)
class Table:
    """Columns named by `head`, `rows` of as many cells (numbers, words, or None for a gap), and what they are."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def some(self, most: int) -> "Table":
        """At most so many rows, evenly chosen, the first and the last among them."""
        last = len(self.rows) - 1
        if last < most:
            return self
        return Table(self.caption, self.head, tuple(self.rows[round(k * last / (most - 1))] for k in range(most)))


def tables_csv(tables: Iterable[tuple[str, Sequence[Table]]]) -> str:
    """All rows of (title, tables) after one another, each under its title, its caption and its head."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    for title, some in tables:
        for table in some:
            write([text(title), text(table.caption)])
            write([text(name) for name in table.head])
            write_all = ([text(cell) if isinstance(cell, str) else cell for cell in row] for row in table.rows)
            for row in write_all:
                write(row)
            write([])
    return out.getvalue()
