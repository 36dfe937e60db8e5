"""Overfitting: each cure against plain training, pictures before and after a change, and fits under a penalty."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import FAINT, INK, axis, layout
from optim_viz.figures.style import style_of
from optim_viz.figures.text import short, words
from optim_viz.words import Text

TEXTS = {
    "on training": Text("on training images"), "on test": Text("on test images"),
    "difference": Text("change of test accuracy"), "angle": Text("turned by (degrees)"),
    "share": Text("share of the sixes"), "points": Text("points"), "sine": Text("the truth"),
    "left": Text("weight, gradients of {n}"), "stopping": Text("validation loss"),
}  # fmt: skip
LOOKS = {
    "plain.train": "Adadelta", "plain.test": "SGD", "cured.train": "Nesterov", "cured.test": "Momentum",
    "six": "Momentum", "nine": "SGD", "six.all": "AdaGrad", "nine.all": "Adadelta",
    "l2": "SGD", "decoupled": "Momentum", "notes": "Nesterov", "validation": "SGD", "test": "Momentum",
}  # fmt: skip


def forest(
    rows: Sequence[tuple[str, float, float]], *, theme: str = "light", texts: Mapping[str, str] | None = None
) -> go.Figure:
    """A line per cure, best on top: the mean change of the test accuracy and its 95 % interval, ± `off`."""
    say = words({**TEXTS, **(texts or {})})
    names, means, offs = zip(*reversed(rows), strict=True)
    figure = go.Figure(layout=layout(theme, uirevision="forest", height=60 + 24 * len(rows), showlegend=False,
                                     margin={"l": 178, "r": 12, "t": 8, "b": 44}))  # fmt: skip
    colors = [style_of("Nesterov" if m > o else "Momentum" if m < -o else "Adadelta").color(theme)
              for m, o in zip(means, offs, strict=True)]  # fmt: skip
    symbols = ["triangle-up" if m > o else "triangle-down" if m < -o else "circle"
               for m, o in zip(means, offs, strict=True)]  # fmt: skip
    figure.add_trace(go.Scatter(
        x=means, y=names, mode="markers", marker={"color": colors, "symbol": symbols, "size": 10},
        error_x={"type": "data", "array": offs, "color": INK[theme], "thickness": 1.2, "width": 4},
        hovertemplate="%{y}: %{x:+.1%}<extra></extra>",
    ))  # fmt: skip
    figure.add_vline(x=0, line={"color": INK[theme], "width": 1, "dash": "dot"})
    figure.update_xaxes(axis(theme, say["difference"], automargin=False, tickformat="+.0%"))
    figure.update_yaxes(axis(theme, "", automargin=False, gridcolor=FAINT[theme]))
    return figure


def pairs(
    before: np.ndarray, after: np.ndarray, labels: Sequence[str], told: Sequence[str], *, theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Pictures (n, h, w) in a row, what became of them in a second one, and under each its label."""
    n, h, w = before.shape
    sheet = np.full((2 * h + 3, n * (w + 1) - 1), np.nan)
    for k in range(n):
        left = k * (w + 1)
        sheet[h + 3 :, left : left + w] = before[k][::-1]
        sheet[:h, left : left + w] = after[k][::-1]
    figure = go.Figure(layout=layout(theme, uirevision="pairs", height=330, showlegend=False,
                                     margin={"l": 4, "r": 4, "t": 30, "b": 34}))  # fmt: skip
    ramp = [[0, FAINT[theme]], [1, INK[theme]]]
    z = [[None if np.isnan(v) else float(v) for v in row] for row in sheet]
    figure.add_trace(go.Heatmap(z=z, colorscale=ramp, zmin=0, zmax=1, showscale=False, hoverinfo="skip"))  # fmt: skip
    for k, (label, said) in enumerate(zip(labels, told, strict=True)):
        x = k * (w + 1) + (w - 1) / 2
        figure.add_annotation(x=x, y=2 * h + 2.6, text=label, showarrow=False, yanchor="bottom")
        figure.add_annotation(x=x, y=-0.8, text=said, showarrow=False, yanchor="top", font={"size": 12})
    hidden = {"visible": False, "automargin": False}
    figure.update_xaxes(hidden)
    figure.update_yaxes(hidden | {"scaleanchor": "x"})
    return figure


def fits(
    made: Any, lambdas: Sequence[float], chosen: int, grid: np.ndarray, shown: Sequence[int], *, theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """The points, the truth, and the fits under `shown` penalties (numbers into `lambdas`), the chosen one bold."""
    say = words({**TEXTS, **(texts or {})})
    figure = go.Figure(layout=layout(theme, uirevision="fits", height=380, margin={"l": 46, "r": 12, "t": 34, "b": 50}))
    figure.add_trace(go.Scatter(x=grid, y=made.truth, mode="lines", name=say["sine"], hoverinfo="skip",
                                line={"color": INK[theme], "width": 1.5, "dash": "dot"}))  # fmt: skip
    for k in shown:
        look, bold = style_of("Momentum" if k == chosen else "Adadelta"), k == chosen
        figure.add_trace(go.Scatter(x=grid, y=made.said[k], mode="lines", name=f"λ = {short(lambdas[k])}",
                                    opacity=1 if bold else 0.6,
                                    line={"color": look.color(theme), "width": 3 if bold else 1.5}))  # fmt: skip
    figure.add_trace(go.Scatter(x=made.x, y=made.y, mode="markers", name=say["points"],
                                marker={"color": INK[theme], "size": 8}))  # fmt: skip
    figure.update_xaxes(axis(theme, "x", automargin=False))
    figure.update_yaxes(axis(theme, "y", automargin=False, range=[-1.9, 1.9]))
    return figure
