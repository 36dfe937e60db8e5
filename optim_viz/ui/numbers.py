"""Behind every picture of a page: its numbers as tables, for those who do not see it."""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from html import escape
from typing import Any

import streamlit as st

from optim_viz.export.tables import Table, tables_csv
from optim_viz.ui.i18n import t

_MOST = 21  # rows shown of a table; the file has all
_DRAWN: ContextVar[list[tuple[str, Callable[[], Sequence[Table]]]]] = ContextVar("pictures")


def begin() -> None:
    """Once at the top of a run: nothing is drawn yet."""
    _DRAWN.set([])


def note(said: str, tables: Callable[[], Sequence[Table]]) -> None:
    """A picture was drawn: `said` is what it shows in words, `tables` makes its numbers when somebody asks."""
    _DRAWN.get([]).append((said, tables))


def drawn() -> list[tuple[str, Callable[[], Sequence[Table]]]]:
    """The pictures of this run so far, as they were noted."""
    return _DRAWN.get([])


def ending() -> None:
    """The last thing on a page with pictures: their numbers, made only when it is opened."""
    drawn = _DRAWN.get([])
    if not drawn:
        return
    with st.expander(t("Numbers behind the pictures"), key="numbers", on_change="rerun") as box:
        if not box.open:
            return
        shown = [(said, tables()) for said, tables in drawn]
        st.download_button(t("All numbers (CSV)"), lambda: tables_csv(shown), "optim_viz_numbers.csv", "text/csv",
                           key="numbers.csv", icon=":material/download:", on_click="ignore")  # fmt: skip
        for said, tables in shown:
            st.html(f"<p>{escape(said)}</p>{''.join(map(_table, tables))}")


def _table(table: Table) -> str:
    some = table.some(_MOST)
    caption = table.caption
    if len(some.rows) < len(table.rows):
        part = t("{shown} of {all} rows", shown=len(some.rows), all=len(table.rows))
        caption = f"{caption} ({part})"
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.head)
    rows = "".join(_row(row) for row in some.rows)
    return (f'<div class="numbers" tabindex="0"><table><caption>{escape(caption)}</caption><thead><tr>{head}</tr>'
            f"</thead><tbody>{rows}</tbody></table></div>")  # fmt: skip


def _row(row: Sequence[Any]) -> str:
    first, *rest = row
    cells = (f"<td{' class=word' * isinstance(cell, str)}>{escape(_cell(cell))}</td>" for cell in rest)
    return f'<tr><th scope="row">{escape(_cell(first))}</th>{"".join(cells)}</tr>'


def _cell(cell: Any) -> str:
    if cell is None:
        return "–"
    return cell if isinstance(cell, str) else f"{cell + 0.0:.6g}".replace("-", "−")
