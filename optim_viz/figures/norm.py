"""Normalization: a tiny batch drawn step by step, and one number of one image in many batches."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import FAINT, INK, axis, layout
from optim_viz.figures.style import style_of
from optim_viz.figures.svg import Drawing
from optim_viz.figures.text import short, words
from optim_viz.words import Text

TEXTS = {
    "scale": Text("standard deviation of the first weights"), "learned": Text("accuracy on training images"),
    "tested": Text("accuracy on test images"), "value": Text("the image's number, normalized"),
    "batches": Text("batches"), "all": Text("with the statistics of all images"), "each": Text("mean of each batch"),
    "running": Text("running average"), "truth": Text("mean of all training images"),
    "unit": Text("mean before normalization"), "moved": Text("change of a layer's gradient"),
    "bend": Text("change of the gradient along the step"), "sample": Text("sample {n}"), "feature": Text("feature {n}"),
}  # fmt: skip
LOOKS = {"none": "SGD", "batch": "Momentum", "layer": "Nesterov", "group": "AdaGrad", "running": "Momentum",
         "each": "SGD", "truth": "Nesterov"}  # fmt: skip
WAYS = {"running": "Momentum", "batch": "Nesterov", "small": "AdaGrad", "sorted": "SGD"}  # looks of ways to use it
_COLORS = ("a", "b", "c", "d")
_CELL, _HIGH, _LEFT, _TOP, _LINE = 74, 30, 86, 34, 96  # sizes of the table, and of the number line under it


def step(
    made: Any, stage: str, chosen: int, gamma: float = 1.0, beta: float = 0.0, texts: Mapping[str, str] | None = None
) -> Drawing:
    """One picture of a `norm.hand.Worked`: the table at "start", "center", "scale" or "end", set `chosen` framed and
    drawn as dots on a number line that is the same in all of them."""
    say = words({**TEXTS, **(texts or {})})
    tables = _tables(made, gamma, beta)
    shown, own = tables[stage], made.cells(chosen)
    samples, features = made.x.shape
    width = max(_LEFT + features * _CELL + 8, 420)
    picture = Drawing(width, _TOP + samples * _HIGH + _LINE)
    for column in range(features):
        picture.text(_LEFT + (column + 0.5) * _CELL, _TOP / 2, say["feature"].format(n=column + 1), "soft", 12)
    for row in range(samples):
        y = _TOP + row * _HIGH
        picture.text(_LEFT - 8, y + _HIGH / 2, say["sample"].format(n=row + 1), "soft", 12, "end")
        for column in range(features):
            k = int(made.group[row, column])
            x = _LEFT + column * _CELL
            kind = f"{_COLORS[k % 4]} {'thick' if k == chosen else 'faint'}"
            picture.rect(x + 2, y + 2, _CELL - 4, _HIGH - 4, f"{kind} empty", 4)
            picture.text(x + _CELL / 2, y + _HIGH / 2, short(round(float(shown[row, column]), 3)),
                         "bold" if k == chosen else "soft", 14)  # fmt: skip
    _number_line(picture, [tables[name][own] for name in tables], shown[own], _TOP + samples * _HIGH + 40, width,
                 _COLORS[chosen % 4])  # fmt: skip
    return picture


def _tables(made: Any, gamma: float, beta: float) -> dict[str, np.ndarray]:
    return {"start": made.x, "center": made.x - made.mean[made.group], "scale": made.x_hat, "end": made.y}


def _number_line(
    picture: Drawing, every: list[np.ndarray], now: np.ndarray, y: float, width: float, color: str
) -> None:
    """The chosen numbers as dots; the axis spans all of their stages."""
    values = np.concatenate([*every, [0.0]])
    low, high = float(values.min()), float(values.max())
    room = (high - low) or 1.0

    def place(value: float) -> float:
        return 24 + (width - 48) * (value - low) / room

    picture.line(16, y, width - 16, y, "soft")
    for value in sorted({low, 0.0, high}):
        picture.line(place(value), y - 5, place(value), y + 5, "soft")
    marks = [v for v in sorted({low, high}) if abs(place(v) - place(0.0)) > 40]
    for value in [0.0, *marks]:
        picture.text(place(value), y + 20, short(round(value, 2)), "soft", 12)
    for value in now:
        picture.circle(place(float(value)), y, 7, f"{color} full")


def company(
    values: np.ndarray, alone: float, *, theme: str = "light", texts: Mapping[str, str] | None = None
) -> go.Figure:
    """How often one image's normalized number falls where, over many batches (n,); a line where it is `alone`."""
    say = words({**TEXTS, **(texts or {})})
    low, high = min(values.min(), alone, 0) - 0.3, max(values.max(), alone, 0) + 0.3
    counts, edges = np.histogram(values, np.linspace(low, high, 61))
    figure = go.Figure(layout=layout(theme, uirevision="company", height=300, showlegend=False, bargap=0.05,
                                     margin={"l": 62, "r": 12, "t": 30, "b": 46}))  # fmt: skip
    color = style_of("Momentum").color(theme)
    figure.add_trace(go.Bar(x=(edges[1:] + edges[:-1]) / 2, y=counts, marker={"color": color},
                            hovertemplate="%{x:.2f}: %{y}<extra></extra>"))  # fmt: skip
    figure.add_vline(x=alone, line={"color": INK[theme], "width": 2, "dash": "dash"})
    figure.add_annotation(x=alone, y=1, yref="paper", yanchor="bottom", showarrow=False, text=say["all"],
                          xanchor="left" if alone < (low + high) / 2 else "right")  # fmt: skip
    figure.update_xaxes(axis(theme, say["value"], automargin=False, range=[low, high], gridcolor=FAINT[theme]))
    figure.update_yaxes(axis(theme, say["batches"], automargin=False))
    return figure
