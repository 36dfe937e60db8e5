"""One chart for what several seeds say: lines with bands over a common axis, and marks where something happens."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.band import add_band
from optim_viz.figures.base import INK, axis, layout
from optim_viz.figures.style import Style, style_of


def banded(
    x: Any, rows: Mapping[str, np.ndarray], names: Mapping[str, str], looks: Mapping[str, str], titles: tuple[str, str],
    *, share: bool = True, log: str = "", mark: float | None = None, level: float | None = None, height: int = 330,
    span: Sequence[float] | None = None, ticks: Sequence[float] = (), theme: str = "light",
) -> go.Figure:  # fmt: skip
    """`rows`: key -> (seeds, n) over x (n,), or over its own x where x is a mapping, too; "x", "y" or both in `log`.

    `looks` key -> the optimizer whose style it wears; `mark` is a vertical line, `level` a horizontal one, `span` the
    range of y.
    """
    figure = go.Figure(layout=layout(theme, uirevision="".join(titles), height=height, hovermode="x unified",
                                     margin={"l": 62, "r": 12, "t": 34, "b": 46}))  # fmt: skip
    for key, y in rows.items():
        at = np.asarray(x[key] if isinstance(x, Mapping) else x)
        add_band(figure, at, np.atleast_2d(y), names[key], look(looks[key]), theme, ".1%" if share else ".3~g")
    line = {"color": INK[theme], "width": 1, "dash": "dot"}
    if mark is not None:
        figure.add_vline(x=mark, line=line)
    if level is not None:
        figure.add_hline(y=level, line=line)
    many = {"tickvals": list(ticks), "ticktext": [f"{v:g}" for v in ticks]} if len(ticks) else {}
    figure.update_xaxes(axis(theme, titles[0], automargin=False, type="log" if "x" in log else "linear",
                             exponentformat="power", **many))  # fmt: skip
    figure.update_yaxes(axis(theme, titles[1], automargin=False, type="log" if "y" in log else "linear", range=span,
                             tickformat=".0%" if share else None, exponentformat="power"))  # fmt: skip
    return figure


def look(name: str) -> Style:
    """A look known from other pictures: a color, a dash and a marker."""
    return style_of(name)
