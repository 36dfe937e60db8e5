"""Charts of the perceptron lab: three lines and their loss, which networks solve a problem, what a gradient costs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import INK, PAPER, axis, layout
from optim_viz.figures.classes import CLASSES
from optim_viz.figures.text import words
from optim_viz.labs.perceptron import best
from optim_viz.words import Text

TEXTS = {
    "class": Text("class {k}"), "slope": Text("slope of C"), "angle": Text("angle of C in degrees"),
    "loss of C": Text("loss of C"), "units": Text("units in a layer (width)"),
    "layers": Text("hidden layers (depth)"), "one loss": Text("one loss"), "backprop": Text("backpropagation"),
    "numerical": Text("numerical gradient"), "seconds": Text("seconds"),
}  # fmt: skip
COLORS = {"light": ("#7a2ea0", "#0b6b2c", "#b3261e"), "dark": ("#d3a4ff", "#4fd27c", "#ff8e99")}
DASHES, NAMES = ("dash", "dot", "solid"), ("A", "B", "C")
_SIDE = 2.2


def lines(
    task: str, mine: tuple[float, float], *, theme: str = "light", texts: Mapping[str, str] | None = None
) -> go.Figure:
    """The points, lines A, B and C; in a fit the errors of C, in a separation the marks of both classes."""
    say, (X, t) = words({**TEXTS, **(texts or {})}), best.points(task)
    span = {"fit": ([-2.2, 2.2], [-1.6, 2.6]), "separate": ([-_SIDE, _SIDE], [-1.6, 1.6])}[task]
    names = ("x", "y") if task == "fit" else ("x<sub>1</sub>", "x<sub>2</sub>")
    sides = [axis(theme, name, range=low_high, automargin=False) for name, low_high in zip(names, span, strict=True)]
    figure = go.Figure(layout=layout(theme, height=380, margin={"l": 46, "r": 8, "t": 34, "b": 40}, uirevision=task,
                                     xaxis=sides[0], yaxis=sides[1]))  # fmt: skip
    if task == "fit":
        off = np.stack([X, X, np.full_like(X, np.nan)], axis=1).ravel()
        to = np.stack([t, mine[0] * X + mine[1], np.full_like(X, np.nan)], axis=1).ravel()
        figure.add_trace(go.Scatter(x=off, y=to, mode="lines", line={"color": COLORS[theme][2], "width": 1},
                                    showlegend=False, hoverinfo="skip"))  # fmt: skip
        figure.add_trace(go.Scatter(x=X, y=t, mode="markers", showlegend=False, marker={"color": INK[theme], "size": 7},
                                    hoverinfo="x+y"))  # fmt: skip
    else:
        for k in (0, 1):
            figure.add_trace(go.Scatter(
                x=X[t == k, 0], y=X[t == k, 1], mode="markers", name=say["class"].format(k=k), hoverinfo="x+y",
                marker={"color": CLASSES[k], "size": 9, "symbol": ("circle", "square")[k],
                        "line": {"width": 1, "color": PAPER[theme]}}))  # fmt: skip
    for name, line, color, dash in zip(NAMES, (*best.LINES[task][:2], mine), COLORS[theme], DASHES, strict=True):
        x, y = ends(task, line)
        figure.add_trace(go.Scatter(x=x, y=y, mode="lines", name=name, hoverinfo="name",
                                    line={"color": color, "width": 3, "dash": dash}))  # fmt: skip
    return figure


def ends(task: str, line: tuple[float, float]) -> tuple[list[float], list[float]]:
    """Two points of a line that lie beyond the picture."""
    if task == "fit":
        return [-2.5, 2.5], [line[1] + line[0] * x for x in (-2.5, 2.5)]
    turn = np.deg2rad(line[0])
    n, along = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    places = [line[1] * n + s * along for s in (-4, 4)]
    return [float(p[0]) for p in places], [float(p[1]) for p in places]


def bowl(
    task: str, mine: tuple[float, float], *, theme: str = "light", texts: Mapping[str, str] | None = None
) -> go.Figure:
    """The loss of C over its slope or angle, all else as it is; a mark where C stands."""
    say = words({**TEXTS, **(texts or {})})
    at = np.linspace(-1, 2, 61) if task == "fit" else np.linspace(-150, 180, 111)
    losses = [best.score(task, (float(a), mine[1])).loss for a in at]
    figure = go.Figure(layout=layout(
        theme, height=380, showlegend=False, uirevision=task, margin={"l": 56, "r": 8, "t": 34, "b": 40},
        xaxis=axis(theme, say["slope" if task == "fit" else "angle"], automargin=False),
        yaxis=axis(theme, say["loss of C"], rangemode="tozero", automargin=False),
    ))  # fmt: skip
    color = COLORS[theme][2]
    figure.add_trace(go.Scatter(x=at, y=losses, mode="lines", line={"color": color, "width": 2.5}))
    figure.add_trace(go.Scatter(x=[mine[0]], y=[best.score(task, mine).loss], mode="markers+text", text=["<b>C</b>"],
                                textposition="top center", marker={"color": color, "size": 12},
                                cliponaxis=False))  # fmt: skip
    return figure


def census(
    solved: np.ndarray, seeds: int, widths: Sequence[int], depths: Sequence[int], *, theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """How many of the seeds were solved (depths, widths)."""
    say, tint = words({**TEXTS, **(texts or {})}), {"light": "#0b5cad", "dark": "#6cb4f5"}[theme]
    figure = go.Figure(
        go.Heatmap(z=solved, zmin=0, zmax=seeds, colorscale=[[0, PAPER[theme]], [1, tint]], showscale=False, xgap=2,
                   ygap=2, text=solved, texttemplate=f"%{{text}} / {seeds}", hoverinfo="skip",
                   textfont={"size": 14}),
        layout=layout(theme, height=300, margin={"l": 56, "r": 8, "t": 8, "b": 44}),
    )  # fmt: skip
    figure.update_xaxes(axis(theme, say["units"], tickvals=list(range(len(widths))), ticktext=list(map(str, widths)),
                             automargin=False, showgrid=False))  # fmt: skip
    figure.update_yaxes(axis(theme, say["layers"], tickvals=list(range(len(depths))), ticktext=list(map(str, depths)),
                             automargin=False, showgrid=False))  # fmt: skip
    return figure


def prices(price: Any, *, theme: str = "light", texts: Mapping[str, str] | None = None) -> go.Figure:
    """Seconds of one loss, of a gradient by backpropagation, and of a numerical one, as bars over decades."""
    say = words({**TEXTS, **(texts or {})})
    names = [say[name] for name in ("one loss", "backprop", "numerical")]
    values = [price.loss, price.gradient, price.numerical]
    figure = go.Figure(
        go.Bar(x=values, y=names, orientation="h", marker={"color": COLORS[theme]}, hoverinfo="skip", width=0.6,
               base=1e-6),
        layout=layout(theme, height=210, showlegend=False, margin={"l": 150, "r": 12, "t": 8, "b": 44}),
    )  # fmt: skip
    high = max(np.log10(values[-1]), -2) + 0.4
    figure.update_xaxes(axis(theme, say["log"].format(title=say["seconds"]), type="log", range=[-6, high],
                             exponentformat="power", dtick=2, tickangle=0, automargin=False))  # fmt: skip
    figure.update_yaxes(axis(theme, "", autorange="reversed", automargin=False))
    return figure
