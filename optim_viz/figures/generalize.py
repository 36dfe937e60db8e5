"""Generalization: errors by degree, bias² and variance on top of each other, and many fits at once."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import FAINT, INK, PAPER, axis, dash, decades, layout
from optim_viz.figures.style import KNOWN, style_of
from optim_viz.figures.text import words
from optim_viz.words import Text

TEXTS: dict[str, str] = {
    "degree": Text("degree"),
    "error": Text("mean squared error"),
    "chosen": Text("chosen"),
    "bias": Text("bias²"),
    "variance": Text("variance"),
    "noise": Text("noise"),
    "measured": Text("measured"),
    "first fold": Text("first fold alone"),
    "all folds": Text("mean of all folds"),
    "new data": Text("on new data"),
    "curve": Text("true curve"),
    "mean fit": Text("mean of all fits"),
    "fit": Text("fit"),
}
HEIGHT = 320
_MARGIN = {"l": 58, "r": 10, "t": 40, "b": 50}
_LOOKS = [style_of(name) for name in KNOWN]
PARTS = {"training": _LOOKS[0], "validation": _LOOKS[1], "test": _LOOKS[2]}
GRAY = {"light": "#8b93a1", "dark": "#7d8696"}


def _say(texts: Mapping[str, str] | None) -> dict[str, str]:
    return words({**TEXTS, **(texts or {})})


def _figure(theme: str, **more: Any) -> go.Figure:
    return go.Figure(layout=layout(theme, height=HEIGHT, margin=_MARGIN, **more))


def errors(
    lines: Mapping[str, Any], chosen: tuple[str, int] | None = None, *, theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Errors by degree, one line per name of `TEXTS` or of the parts; a star at the `chosen` (line, degree)."""
    say, figure = _say(texts), _figure(theme, uirevision="errors")
    first = [np.asarray(values, dtype=float) for values in lines.values()]
    for k, (name, values) in enumerate(zip(lines, first, strict=True)):
        look = PARTS.get(name, _LOOKS[k])
        figure.add_trace(go.Scatter(
            x=np.arange(len(values)), y=values, name=say[name], mode="lines+markers",
            line={"color": look.color(theme), "dash": dash(look), "width": 2.5},
            marker={"symbol": look.marker, "size": 7},
        ))  # fmt: skip
    if chosen is not None:
        name, degree = chosen
        figure.add_trace(go.Scatter(x=[degree], y=[lines[name][degree]], mode="markers", name=say["chosen"],
                                    marker={"symbol": "star", "size": 17, "color": INK[theme]}))  # fmt: skip
    low, top = min(v.min() for v in first), 2.5 * max(v[0] for v in first)
    figure.update_xaxes(axis(theme, say["degree"], dtick=1, automargin=False))
    figure.update_yaxes(axis(theme, say["error"], automargin=False, **decades(max(low, top / 1e4) / 1.3, top)))
    return figure


def pieces(
    parts: Any, error: Any, degree: int, about: str = "", *, theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """bias², variance and noise on top of each other by degree, and the measured `error` as marks; `about`: a title."""
    say, figure = _say(texts), _figure(theme, uirevision="pieces", barmode="stack", bargap=0.25)
    at = np.arange(len(parts.bias))
    noise = np.full(len(at), parts.noise)
    kinds = (("noise", noise, GRAY[theme]), ("bias", parts.bias, _LOOKS[0].color(theme)),
             ("variance", parts.variance, _LOOKS[1].color(theme)))  # fmt: skip
    for name, values, color in kinds:
        figure.add_trace(go.Bar(x=at, y=values, name=say[name], marker={"color": color, "line": {"width": 0}},
                                hovertemplate="%{y:.4g}"))  # fmt: skip
    figure.add_trace(go.Scatter(
        x=at, y=error, mode="markers", name=say["measured"], hovertemplate="%{y:.4g}",
        marker={"symbol": "diamond", "size": 9, "color": PAPER[theme], "line": {"width": 2, "color": INK[theme]}},
    ))  # fmt: skip
    figure.add_shape(type="rect", x0=degree - 0.5, x1=degree + 0.5, y0=0, y1=1, yref="paper", layer="below",
                     fillcolor=FAINT[theme], line={"width": 0})  # fmt: skip
    figure.update_layout(title={"text": about, "x": 0.5, "y": 0.99, "yanchor": "top", "font": {"size": 15}},
                         margin={**_MARGIN, "t": 76})  # fmt: skip
    figure.update_xaxes(axis(theme, say["degree"], dtick=1, automargin=False))
    figure.update_yaxes(axis(theme, say["error"], automargin=False, range=[0, 1.1 * float(error.max())]))
    return figure


def fan(
    x: Any, fits: Any, mean: Any, truth: Any, *, theme: str = "light", texts: Mapping[str, str] | None = None
) -> go.Figure:
    """Fits (some, G) to different samples, their mean over all samples, and the curve they should find."""
    say, figure = _say(texts), _figure(theme, uirevision="fan")
    gap = np.full((len(fits), 1), np.nan)
    figure.add_trace(go.Scatter(
        x=np.tile([*x, np.nan], len(fits)), y=np.hstack([fits, gap]).ravel(), mode="lines", name=say["fit"],
        line={"width": 1, "color": GRAY[theme]}, opacity=0.55, hoverinfo="skip",
    ))  # fmt: skip
    for name, values, look in (("mean fit", mean, _LOOKS[0]), ("curve", truth, _LOOKS[1])):
        figure.add_trace(go.Scatter(x=x, y=values, mode="lines", name=say[name], hoverinfo="skip",
                                    line={"width": 3, "color": look.color(theme), "dash": dash(look)}))  # fmt: skip
    return _framed(figure, truth, theme)


def _framed(figure: go.Figure, shown: Any, theme: str) -> go.Figure:
    low, high = float(np.min(shown)), float(np.max(shown))
    room = 0.3 * (high - low or 1.0)
    figure.update_xaxes(axis(theme, "x", automargin=False))
    figure.update_yaxes(axis(theme, "y", automargin=False, range=[low - room, high + room]))
    return figure
