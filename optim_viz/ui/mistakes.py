"""What stops a text a person wrote, shown where it stands; a code block shows that text as text."""

import streamlit as st

from optim_viz.formula import FormulaError
from optim_viz.ui.i18n import t

WIDE, BEFORE = 60, 24  # characters shown, and of them before the mark: a narrow panel holds about forty


def point_at(text: str, wrong: FormulaError, kept: str) -> None:
    """The line that cannot be read with a mark under the character, the reason, and what is `kept` on show."""
    if wrong.column is not None:
        number, row = "", text
        if wrong.line is not None:
            number = f"{wrong.line}: "
            row = text.replace("\r\n", "\n").replace("\t", " ").split("\n")[wrong.line - 1]
        first = max(0, wrong.column - BEFORE)
        mark = " " * (len(number) + wrong.column - 1 - first) + "▲"
        st.code(f"{number}{row[first : first + WIDE]}\n{mark}", language=None)
    st.code(t(wrong.args[0]), language=None, wrap_lines=True)
    st.caption(kept)
