"""Words and formulas under a race: table, reading, update rules with their code, notebook snippet."""

from collections.abc import Sequence

import streamlit as st

from optim_viz.compare import HEAD, NOTE, cells, reading, summary
from optim_viz.optimizers import Optimizer
from optim_viz.trace import Path
from optim_viz.ui import said
from optim_viz.ui.i18n import t
from optim_viz.words import Text


def table(paths: Sequence[Path], noisy: bool) -> None:
    """What each optimizer reached, and one honest reading of it; one element, sent and drawn at once."""
    rows = [summary(path) for path in paths]
    told = reading(rows, floor=paths[0].surface.minimum_value, noisy=noisy)
    lines = [[t(cell) if isinstance(cell, Text) else cell for cell in cells(row)] for row in rows]
    shown = said.table([*map(t, HEAD)], lines, left=(0, 6))
    parts = (said.bullets(*map(t, told)), shown, f":small[{t(NOTE)}]")
    st.markdown("\n\n".join(parts))


def rules(optimizers: Sequence[Optimizer]) -> None:
    """Formula, source and running code of each optimizer, side by side; one element each, sent once."""
    with st.container(key="cards"):
        for rule in optimizers:
            st.markdown(_card(rule))


def _card(rule: Optimizer) -> str:
    lines = r"\\".join("&" + line for line in rule.formula)
    notes = " · ".join(filter(None, (rule.source, t(rule.differs))))
    return (
        f"**{rule.name}.** {t(rule.idea)}\n\n$$\\begin{{aligned}}{lines}\\end{{aligned}}$$\n\n"
        f"```python\n{rule.code()}```\n\n:small[:gray[{notes}]]"
    )
