"""Classes, told apart: boundaries on a plane, confusion matrices, and pictures taken for something else."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import INK, PAPER, axis, layout, numbers
from optim_viz.figures.style import MARKERS
from optim_viz.figures.text import clean, words

CLASSES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#b8a800", "#8c8c8c", "#882255",
           "#44aa99")  # Okabe & Ito 2008, and three of Tol's  # fmt: skip
_SHADES = 20  # per class
MOST_POINTS, MOST_PICTURES, ACROSS = 400, 12, 4


def boundary(
    x: Any, y: Any, chances: np.ndarray, train: Any, test: Any, classes: Sequence[str], *,
    labels: Sequence[str] = ("x", "y"), theme: str = "light", texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Where a network says which class (n, n, classes), the stronger the surer; training points, hollow test points.

    `train` and `test` are pairs: points (N, 2) in the units of x and y, class numbers (N,).
    """
    say, count, named = words(texts), chances.shape[-1], [clean(name) for name in classes]
    figure = go.Figure(layout=layout(theme, uirevision="boundary", height=300, showlegend=False))
    sure = (chances.max(axis=-1) - 1 / count) / (1 - 1 / count)
    shade = chances.argmax(axis=-1) * _SHADES + np.clip(np.nan_to_num(sure) * (_SHADES - 1), 0, _SHADES - 1)
    figure.add_trace(go.Heatmap(x=x, y=y, z=shade.astype(np.uint8 if count <= 12 else np.uint16), zmin=0,
                                zmax=count * _SHADES, colorscale=_scale(count, theme), showscale=False,
                                hoverinfo="skip"))  # fmt: skip
    if count == 2:
        figure.add_trace(go.Contour(
            x=x, y=y, z=(np.nan_to_num(chances[..., 1]) * 200).astype(np.uint8), showscale=False, hoverinfo="skip",
            contours={"start": 100, "end": 100, "size": 1, "coloring": "lines"},
            colorscale=[[0, INK[theme]], [1, INK[theme]]], line={"width": 1.5},
        ))  # fmt: skip
    for (points, label), hollow in ((train, False), (test, True)):
        for k in np.unique(label[:MOST_POINTS]).tolist():
            mine = points[:MOST_POINTS][label[:MOST_POINTS] == k]
            part = say["test"] if hollow else say["training"]
            figure.add_trace(go.Scatter(
                x=mine[:, 0], y=mine[:, 1], mode="markers", name=f"{named[k]} · {part}",
                hoverinfo="name", hoverlabel={"namelength": -1},
                marker={"size": 7, "symbol": MARKERS[k % len(MARKERS)] + ("-open" if hollow else ""),
                        "color": CLASSES[k % len(CLASSES)],
                        "line": {"width": 2 if hollow else 1, "color": _tone(k, 1, theme) if hollow else PAPER[theme]}},
            ))  # fmt: skip
    figure.update_xaxes(axis(theme, clean(labels[0]), range=[x[0], x[-1]], constrain="domain"))
    figure.update_yaxes(axis(theme, clean(labels[1]), range=[y[0], y[-1]], constrain="domain"))
    return figure


def _tone(k: int, part: float, theme: str) -> str:
    """The color of class k over the page, from 0 (page) to 1."""
    mine, page = ([int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (CLASSES[k % len(CLASSES)], PAPER[theme]))
    return f"rgb({','.join(str(round(b + (a - b) * part)) for a, b in zip(mine, page, strict=True))})"


def _scale(count: int, theme: str) -> list[list[Any]]:
    ends = [(k / count, k, 0.08) if first else ((k + 1) / count, k, 0.5) for k in range(count) for first in (1, 0)]
    return [[place, _tone(k, part, theme)] for place, k, part in ends]


def confusion(
    counts: np.ndarray, classes: Sequence[str], *, theme: str = "light", texts: Mapping[str, str] | None = None
) -> go.Figure:
    """How often each class (row) was taken for each (column); off the diagonal are the mistakes."""
    say, n = words(texts), len(counts)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ticks = {"tickvals": list(range(n)), "ticktext": [clean(c)[:14] for c in classes]}
    tint = {"light": "#0b5cad", "dark": "#6cb4f5"}[theme]
    figure = go.Figure(
        go.Heatmap(z=share, zmin=0, zmax=1, colorscale=[[0, PAPER[theme]], [1, tint]], showscale=False, xgap=1, ygap=1,
                   text=np.where(counts > 0, counts, "") if n <= 20 else None,
                   texttemplate="%{text}" if n <= 20 else None,
                   hovertemplate="%{y} → %{x}: %{customdata}<extra></extra>", customdata=counts),
        layout=layout(theme, uirevision="confusion", height=310),
    )  # fmt: skip
    figure.update_xaxes(axis(theme, say["said"], **ticks, constrain="domain"))
    figure.update_yaxes(axis(theme, say["truth"], **ticks, autorange="reversed", constrain="domain", scaleanchor="x"))
    return figure


def mistakes(pictures: np.ndarray, truth: Sequence[str], said: Sequence[str], *, theme: str = "light") -> go.Figure:
    """Pictures (N, H, W), at most twelve, each under "true class → what was said"."""
    pictures = pictures[:MOST_PICTURES]
    height, width = pictures.shape[1:]
    down = -(-len(pictures) // ACROSS)
    tall, wide = round(height * 1.5), round(width * 1.1) + 1
    sheet = np.full((down * tall, ACROSS * wide), np.nan)
    notes = []
    for k, (picture, a, b) in enumerate(zip(pictures, truth, said, strict=False)):
        top, left = k // ACROSS * tall + tall - height, k % ACROSS * wide
        sheet[top : top + height, left : left + width] = picture
        notes.append({"x": left + width / 2 - 0.5, "y": top - 0.5, "yanchor": "bottom", "showarrow": False,
                      "text": f"{clean(a)[:9]} → <b>{clean(b)[:9]}</b>", "font": {"size": 13}})  # fmt: skip
    ends = [PAPER[theme], INK[theme]] if theme == "light" else ["#1d2129", INK[theme]]
    figure = go.Figure(
        go.Heatmap(z=numbers(sheet), colorscale=[[0, ends[0]], [1, ends[1]]], showscale=False, hoverinfo="skip"),
        layout=layout(theme, uirevision="mistakes", height=30 + 80 * down, annotations=notes),
    )
    figure.update_xaxes(visible=False, fixedrange=True, range=[-1, ACROSS * wide])
    figure.update_yaxes(
        visible=False,
        fixedrange=True,
        range=[down * tall, -0.5],
        scaleanchor="x",
        constrain="domain",
        constraintoward="top",
    )
    return figure
