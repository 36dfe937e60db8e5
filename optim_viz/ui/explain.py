"""Words and formulas under a race: table, reading, update rules with their code, notebook snippet."""

from collections.abc import Sequence

import streamlit as st

from optim_viz.compare import Row, reading, summary
from optim_viz.optimizers import Optimizer
from optim_viz.trace import Path
from optim_viz.ui.i18n import t
from optim_viz.ui.said import bullets
from optim_viz.words import Text


def _six(value: float | None) -> str:
    return "–" if value is None else f"{value:.6g}".replace("-", "−")


def table(paths: Sequence[Path], noisy: bool) -> None:
    """What each optimizer reached, and one honest reading of it; one element, sent and drawn at once."""
    rows = [summary(path) for path in paths]
    said = reading(rows, floor=paths[0].surface.minimum_value, noisy=noisy)
    head = [t("Optimizer"), t("final f"), t("best f"), t("distance to the minimum"), t("steps to 1 %"),
            t("gradient calls"), t("outcome")]  # fmt: skip
    lines = [head, [":--", *["--:"] * 5, ":--"], *(_cells(row) for row in rows)]
    note = t("Steps to 1 %: the first step with f − f* at most 1 % of f₀ − f*; a dash where none is, or f* is unknown.")
    parts = (
        bullets(*map(t, said)),
        "\n".join("| " + " | ".join(line) + " |" for line in lines),
        f":small[{note}]",
    )
    st.markdown("\n\n".join(parts))


def _cells(row: Row) -> list[str]:
    arrived = "–" if row.arrived is None else str(row.arrived)
    outcome = t(OUTCOMES[row.kind])
    if row.kind in ("converged", "diverged"):
        outcome = t("{outcome}, step {n}", outcome=outcome, n=row.step)
    return [row.name, _six(row.final), _six(row.best), _six(row.distance), arrived, str(row.calls), outcome]


OUTCOMES = {
    "diverged": Text("diverged"),
    "growing": Text("moving away"),
    "converged": Text("converged"),
    "still moving": Text("still moving"),
}


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
