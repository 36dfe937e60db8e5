"""The book's pictures: a chart of curves, many small charts on one pair of axes, and the errors of a gradient check."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import FAINT, INK, axis, dash, layout
from optim_viz.figures.style import Style, style_of
from optim_viz.figures.text import words
from optim_viz.words import Text

TEXTS = {
    "iterations": Text("iterations"), "without": Text("without"), "with": Text("with"),
    "batch normalization": Text("batch normalization"), "training accuracy": Text("training accuracy"),
    "two layers": Text("two layers"), "dropout": Text("dropout"), "error": Text("relative error"),
    "limit": Text("limit"),
}  # fmt: skip
LIMIT = 1e-7
_LOOKS = {"0.01": "Nesterov", "Xavier": "SGD", "He": "Momentum", "without": "SGD", "batch normalization": "Momentum",
          "training": "SGD", "test": "Momentum", "validation": "Momentum"}  # fmt: skip
_WIDE, _HIGH = 0.86, 0.74  # of a place


def look(name: str) -> Style:
    """A curve's look, the same in every picture."""
    return style_of(_LOOKS.get(name, name))


def curves(
    panels: Sequence[Any], axes: Any, *, theme: str = "light", texts: Mapping[str, str] | None = None
) -> go.Figure:
    """One panel fills the chart; several share one pair of axes, each in a place of its own."""
    say = words({**TEXTS, **(texts or {})})
    return _one(panels[0], axes, theme, say) if len(panels) == 1 else _many(panels, axes, theme, say)


def _one(panel: Any, axes: Any, theme: str, say: Mapping[str, str]) -> go.Figure:
    figure = go.Figure(layout=layout(theme, uirevision=axes.x, height=400, hovermode="x unified",
                                     margin={"l": 56, "r": 8, "t": 34, "b": 52}))  # fmt: skip
    for line in panel.lines:
        figure.add_trace(go.Scatter(x=line.x, y=line.y, name=say.get(line.name, line.name), mode="lines+markers",
                                    hovertemplate="%{y:.3~g}", **_drawn(line.name, theme, 8)))  # fmt: skip
    end = max(float(line.x[-1]) for line in panel.lines)
    figure.update_xaxes(axis(theme, say[axes.x], range=[0, 1.01 * end], automargin=False))
    figure.update_yaxes(axis(theme, say[axes.y], range=[0, axes.top], automargin=False))
    return figure


def _drawn(name: str, theme: str, marks: int) -> dict[str, Any]:
    style = look(name)
    line = {"color": style.color(theme), "width": 2.5 if marks else 1.8, "dash": dash(style)}
    marker = {"color": style.color(theme), "symbol": style.marker, "size": 7, "maxdisplayed": marks}
    return {"line": line, "marker": marker}


def _many(panels: Sequence[Any], axes: Any, theme: str, say: Mapping[str, str]) -> go.Figure:
    """A grid of axes would take Plotly ten times as long."""
    columns, rows = axes.columns, -(-len(panels) // axes.columns)
    high = 330 if rows == 1 else 116
    figure = go.Figure(layout=layout(theme, uirevision=f"{axes.x}{len(panels)}", height=80 + high * rows,
                                     margin={"l": 62, "r": 8, "t": 34, "b": 52}))  # fmt: skip
    end = max(float(line.x.max(initial=0)) for panel in panels for line in panel.lines)
    for name in dict.fromkeys(line.name for panel in panels for line in panel.lines):
        x, y, told = [], [], []
        for k, panel in enumerate(panels):
            for line in (line for line in panel.lines if line.name == name):
                x += [*(k % columns + _WIDE * line.x / end), None]  # a gap before the next place
                y += [*(rows - 1 - k // columns + _HIGH * line.y / axes.top), None]
                told += [f"{say.get(panel.title, panel.title)} · {at:g}: {value:.1%}"
                         for at, value in zip(line.x, line.y, strict=True)]  # fmt: skip
                told.append("")
        figure.add_trace(go.Scatter(x=x, y=y, text=told, name=say.get(name, name), mode="lines",
                                    hovertemplate="%{text}", **_drawn(name, theme, 0)))  # fmt: skip
    for k, panel in enumerate(panels):
        left, floor = k % columns, rows - 1 - k // columns
        figure.add_shape(type="rect", x0=left, x1=left + _WIDE, y0=floor, y1=floor + _HIGH, layer="below",
                         line={"color": FAINT[theme], "width": 1})  # fmt: skip
        figure.add_annotation(x=left + _WIDE / 2, y=floor + _HIGH, yanchor="bottom", showarrow=False,
                              text=say.get(panel.title, panel.title), font={"size": 13})  # fmt: skip
        if panel.note:
            name, word = panel.note
            figure.add_annotation(x=left + _WIDE / 2, y=floor + 0.15 * _HIGH, showarrow=False, text=say[word],
                                  font={"size": 12, "color": look(name).color(theme)})  # fmt: skip
    _marked(figure, columns, rows, end, axes, theme, say)
    return figure


def _marked(
    figure: go.Figure, columns: int, rows: int, end: float, axes: Any, theme: str, say: Mapping[str, str]
) -> None:
    """The two ends of each place's own axes."""
    across = [(0.0, "0"), *((k + _WIDE, f"{end:g}") for k in range(columns))]
    parts = (0.0, 0.5, 1.0) if rows == 1 else (0.0, 1.0)
    up = [(k + _HIGH * part, f"{part:.0%}") for k in range(rows) for part in parts]
    plain = {"automargin": False, "showgrid": False, "showline": False, "ticks": ""}
    figure.update_xaxes(axis(theme, say[axes.x], range=[-0.04, columns - 0.1], tickvals=[at for at, _ in across],
                             ticktext=[mark for _, mark in across], tickangle=0, **plain))  # fmt: skip
    figure.update_yaxes(axis(theme, say[axes.y], range=[-0.03 * rows, rows - 0.13], tickvals=[at for at, _ in up],
                             ticktext=[mark for _, mark in up], **plain))  # fmt: skip


def errors(rows: Sequence[Any], *, theme: str = "light", texts: Mapping[str, str] | None = None) -> go.Figure:
    """A dot per array of parameters on its network's line, log; what has no error at all lies at the left edge."""
    say, names = words({**TEXTS, **(texts or {})}), list(dict.fromkeys(row.network for row in rows))
    figure = go.Figure(layout=layout(theme, uirevision="errors", height=300, showlegend=False,
                                     margin={"l": 8, "r": 12, "t": 34, "b": 62}))  # fmt: skip
    style = style_of("SGD")
    figure.add_trace(go.Scatter(
        x=[max(row.error, 1e-16) for row in rows], y=[say[row.network] for row in rows], mode="markers",
        text=[f"{row.array}: {row.error:.1e}" for row in rows], hovertemplate="%{text}<extra></extra>",
        marker={"color": style.color(theme), "size": 11, "opacity": 0.6, "symbol": style.marker},
    ))  # fmt: skip
    figure.add_vline(x=LIMIT, line={"color": INK[theme], "width": 1.5, "dash": "dash"})
    figure.add_annotation(x=np.log10(LIMIT), y=1, yref="paper", yanchor="bottom", showarrow=False,
                          text=f"{say['limit']} 10<sup>−7</sup>")  # fmt: skip
    worst = max(np.log10(max(row.error, 1e-16)) for row in rows)
    powers = (-16, -13, -10, -7, -4)
    figure.update_xaxes(axis(theme, say["log"].format(title=say["error"]), type="log", tickangle=0, automargin=False,
                             range=[-16.5, max(worst, -6) + 0.5], tickvals=[10.0**power for power in powers],
                             ticktext=[f"10<sup>−{-power}</sup>" for power in powers]))  # fmt: skip
    figure.update_yaxes(axis(theme, "", categoryorder="array", categoryarray=[say[n] for n in reversed(names)],
                             ticks="", showline=False))  # fmt: skip
    return figure
