"""The paths on the contour map of their surface."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import (
    INK,
    PAPER,
    RAMPS,
    Ground,
    axis,
    crossings,
    dash,
    ground,
    layout,
    numbers,
    same_view,
)
from optim_viz.figures.style import Style, styles
from optim_viz.figures.text import as_list, clean, labels, words

GRID = 120  # points per side
_HERE = "x %{x:.9~g}<br>y %{y:.9~g}<br>f %{customdata:.9~g}"


def contour(
    paths: Any,
    *,
    scale: str = "auto",
    equal: bool = False,
    theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:
    """Filled contours of the paths' surface, and each path up to its end, on the surface's domain.

    `paths` is one Path or several on the same surface, `scale` of the levels is "auto", "linear" or "log",
    `equal` gives both axes equal units, `theme` is "light" or "dark", `texts` replaces words of
    `figures.TEXTS`. ValueError for batches.
    """
    many, say = as_list(paths), words(texts)
    surface = many[0].surface
    figure = go.Figure(layout=layout(theme, uirevision=same_view(surface)))
    figure.add_trace(hills(ground(surface, scale, GRID), theme))
    looks = styles([path.name for path in many])
    for path, look, name in zip(many, looks, labels(many), strict=True):
        figure.add_traces(_line(path, look, clean(name), theme, say))
    figure.add_traces(_marks(many, theme, say))
    ratio = {"scaleanchor": "x", "constrain": "domain"} if equal else {}
    figure.update_xaxes(axis(theme, say["x"], range=list(surface.x), constrain="domain"))
    figure.update_yaxes(axis(theme, say["y"], range=list(surface.y), **ratio))
    return figure


def hills(land: Ground, theme: str) -> dict[str, Any]:
    """The surface as filled contours: even levels as they are, log levels as rungs of a ladder."""
    ramp = [[k / (len(RAMPS[theme]) - 1), color] for k, color in enumerate(RAMPS[theme])]
    at, told = land.ticks()
    heights = land.height(land.levels)
    # Plotly's levels are evenly spaced: the 1-2-5 ladder of a log scale becomes the numbers 0, 1, 2, ...
    rungs = np.arange(len(heights), dtype=float)
    ladder = land.scale == "log"
    z = _climb(land.height(land.z), heights) if ladder else land.z
    start, end, size = (0.0, rungs[-1], 1.0) if ladder else _even(land.levels)
    return go.Contour(
        x=land.x, y=land.y, z=numbers(z), customdata=numbers(land.z) if ladder else None, name="f",
        showlegend=False,         colorscale=ramp, zmin=start - size, zmax=end + size, zauto=False, autocontour=False,
        contours={"start": start, "end": end, "size": size, "coloring": "fill"},
        line={"width": 0.6, "color": "rgba(235,240,250,0.22)" if theme == "dark" else "rgba(30,40,70,0.22)"},
        colorbar={
            "tickvals": _climb(np.array(at), heights).tolist() if ladder else at, "ticktext": told,
            "thickness": 12, "outlinewidth": 0, "title": {"text": "f", "side": "top"}, "ticks": "",
        },
        hovertemplate=(_HERE if ladder else _HERE.replace("customdata", "z")) + "<extra></extra>",
        hoverongaps=False,
    )  # fmt: skip


def _even(levels: np.ndarray) -> tuple[float, float, float]:
    if len(levels) < 2:
        only = float(levels[0]) if len(levels) else 0.0
        return only, only, 1.0
    return float(levels[0]), float(levels[-1]), float(levels[1] - levels[0])


def _climb(height: np.ndarray, rungs: np.ndarray) -> np.ndarray:
    """How many rungs up a height is, with fractions, half a rung of air below and above."""
    count = np.interp(height, rungs, np.arange(len(rungs)))
    below, above = rungs[0] - height, height - rungs[-1]
    count = np.where(below > 0, -np.minimum(below / (rungs[1] - rungs[0]), 1.0), count)
    return np.where(above > 0, len(rungs) - 1 + np.minimum(above / (rungs[-1] - rungs[-2]), 1.0), count)


def _line(path: Any, look: Style, name: str, theme: str, say: Mapping[str, str]) -> list[dict[str, Any]]:
    last = int(path.end) + 1
    x, y = path.x[:last, 0], path.x[:last, 1]
    color, group = look.color(theme), {"legendgroup": name, "name": name}
    steps = f"<b>{name}</b><br>{say['step']} %{{pointNumber}}<br>"
    line = go.Scatter(
        x=x, y=y, customdata=path.value[:last], mode="lines+markers",
        line={"color": color, "width": 2.5, "dash": dash(look)},
        marker={"color": color, "symbol": look.marker, "size": 7, "maxdisplayed": 60,
                "line": {"color": PAPER[theme], "width": 0.8}},
        hovertemplate=steps + _HERE + "<extra></extra>", **group,
    )  # fmt: skip
    halo = go.Scatter(
        x=x, y=y, mode="lines", hoverinfo="skip", showlegend=False, opacity=0.6,
        line={"color": PAPER[theme], "width": 5}, **group,
    )  # fmt: skip
    head = {"mode": "markers", "showlegend": False, **group}
    edge = {"color": PAPER[theme], "width": 1.5}
    if path.outcome.kind == "diverged":
        told = f"<b>{name}</b><br>" + say["diverged"].format(n=int(path.outcome.step)) + "<br>" + _HERE
        end = {"color": color, "symbol": "x", "size": 13, "line": edge}
    else:
        told, end = steps.replace("%{pointNumber}", str(last - 1)) + _HERE, {
            "color": color, "symbol": look.marker, "size": 13, "line": edge,
        }  # fmt: skip
    drawn = [halo, line, go.Scatter(x=x[-1:], y=y[-1:], customdata=path.value[last - 1 : last], marker=end,
                              hovertemplate=told + "<extra></extra>", **head)]  # fmt: skip
    left = _leaves(path.x[:last], path.surface)
    if left is not None:
        told = f"<b>{name}</b><br>" + say["outside"].format(n=left[0])
        arrow = {"color": color, "symbol": "arrow", "size": 14, "angle": left[2], "line": edge}
        drawn.append(go.Scatter(x=[left[1][0]], y=[left[1][1]], marker=arrow,
                                hovertemplate=told + "<extra></extra>", **head))  # fmt: skip
    return drawn


def _leaves(p: np.ndarray, surface: Any) -> tuple[int, list[float], float] | None:
    """Where a path that ends outside leaves its domain for good: step, point on the rim, angle of an arrow."""
    low, high = np.array([surface.x, surface.y], dtype=float).T
    if len(p) < 2 or ((p[-1] >= low) & (p[-1] <= high)).all():
        return None
    enter, leave = crossings(p.astype(float), surface.x, surface.y)
    inside = np.flatnonzero(enter <= leave)
    if not inside.size:
        return None
    step = int(inside[-1])
    move = p[step + 1] - p[step]
    right, up = move / (high - low)
    point = np.clip(p[step] + leave[step] * move, low, high)
    return step, point.tolist(), float(np.degrees(np.arctan2(right, up)))


def _marks(many: list[Any], theme: str, say: Mapping[str, str]) -> list[dict[str, Any]]:
    """Starts and known minima, each place once."""
    surface = many[0].surface
    starts = np.unique(np.stack([path.x[0] for path in many]), axis=0)
    kinds = [
        ("start", starts, "circle-open-dot", 12),
        ("minimum", np.reshape(surface.minima, (-1, 2)), "cross-thin", 12),
    ]
    traces = []
    for key, p, symbol, size in kinds:
        if len(p):
            traces.append(go.Scatter(
                x=p[:, 0], y=p[:, 1], customdata=np.asarray(surface.value(p.T)),
                mode="markers", name=say[key],
                marker={"symbol": symbol, "size": size, "color": INK[theme],
                        "line": {"color": INK[theme], "width": 2}},
                hovertemplate=f"<b>{say[key]}</b><br>{_HERE}<extra></extra>",
            ))  # fmt: skip
    return traces
