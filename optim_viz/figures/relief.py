"""The paths on their surface in three dimensions."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from optim_viz.figures.base import FAINT, INK, RAMPS, Ground, crossings, ground, layout, numbers, same_view
from optim_viz.figures.style import DASHES, Style, styles
from optim_viz.figures.text import as_list, clean, labels, words

GRID = 80  # points per side
PIECES = 60  # a straight move across the whole domain is laid on the surface in this many pieces
MOST = 6000  # pieces per path, so that hundreds of wide moves stay a small message
LIFT = 0.004  # of the height of the picture: keeps a line from sinking into the facets of the surface
FRAMES = 60  # most positions of the heads that are sent
# In three dimensions Plotly has six dashes and seven usable markers: the nearest to each of DASHES and MARKERS.
_DASHES = ("solid", "dash", "dash", "dot", "dashdot", "longdashdot", "longdash")
_SYMBOLS = {"circle": "circle", "square": "square", "diamond": "diamond", "cross": "cross", "star": "circle-open",
            "triangle-up": "diamond-open", "triangle-down": "square-open"}  # fmt: skip
# WebGL draws these without their transparency, so they are opaque.
_RING = {"light": "#93a5b5", "dark": "#4b7480"}
_GRID = {"light": "#dadce1", "dark": "#2c313c"}
_HERE = "x %{x:.9~g}<br>y %{y:.9~g}<br>f %{customdata:.9~g}"


def surface3d(
    paths: Any,
    *,
    scale: str = "auto",
    theme: str = "light",
    texts: Mapping[str, str] | None = None,
    step: int | None = None,
) -> go.Figure:
    """The paths' surface with each path lying on it, and heads that a Play button and a slider move.

    `paths` is one Path or several on the same surface. Markers stand at the steps, between them the line is
    laid on the surface. Nothing outside the domain is drawn, so a diverging path does not stretch the picture.
    With `scale` "log" (or "auto" on a surface that needs it) heights are log10 of the rise of f, ticks say f.
    `theme` and `texts` as for `contour`; the heads stand at `step`, at the end of the
    paths without one. ValueError for batches.
    """
    many, say = as_list(paths), words(texts)
    surface = many[0].surface
    land = ground(surface, scale, GRID, coarse=True)
    figure = go.Figure(layout=layout(theme, uirevision=same_view(surface)))
    figure.update_layout(scene=_scene(land, surface, theme, say))
    figure.add_trace(_sheet(land, theme))
    looks = styles([path.name for path in many])
    for path, look, name in zip(many, looks, labels(many), strict=True):
        figure.add_traces(_trail(path, land, look, clean(name), theme, say))
    figure.add_traces(_minima(surface, land, theme, say))
    steps = _animate(figure, many, land, [look.color(theme) for look in looks], theme, step)
    return figure.update_layout(_controls(steps, theme, say, step)) if len(steps) > 1 else figure


def _scene(land: Ground, surface: Any, theme: str, say: Mapping[str, str]) -> dict[str, Any]:
    at, told = land.ticks(5)
    title = say["log"].format(title="f") if land.scale == "log" else "f"
    plain = {"gridcolor": _GRID[theme], "zeroline": False, "showbackground": False, "color": INK[theme]}
    low, high = _reach(land)
    pad = 0.02 * (high - low)
    return {
        "xaxis": {"title": {"text": say["x"]}, "range": list(surface.x), **plain},
        "yaxis": {"title": {"text": say["y"]}, "range": list(surface.y), **plain},
        "zaxis": {"title": {"text": title}, "range": [low - pad, high + pad], "tickvals": at, "ticktext": told,
                  **plain},
        "aspectmode": "manual",
        "aspectratio": {"x": 1.0, "y": 1.0, "z": 0.6},
        "camera": {"eye": {"x": -1.5, "y": -0.85, "z": 1.35}, "center": {"x": 0, "y": 0, "z": -0.16}},
        "uirevision": same_view(surface),
    }  # fmt: skip


def _reach(land: Ground) -> tuple[float, float]:
    """Lowest and highest height of the picture: a minimum between grid points belongs to it."""
    shown = land.height(np.append(land.z[np.isfinite(land.z)], land.base))
    low, high = float(shown.min()), float(shown.max())
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _sheet(land: Ground, theme: str) -> go.Surface:
    ramp = [[k / (len(RAMPS[theme]) - 1), color] for k, color in enumerate(RAMPS[theme])]
    heights = land.height(land.levels)
    rings = {}
    if len(heights) > 1:
        size = 1.0 if land.scale == "log" else float(heights[1] - heights[0])
        start = float(np.ceil(heights[0])) if land.scale == "log" else float(heights[0])
        rings = {"z": {"show": True, "start": start, "end": float(heights[-1]), "size": size,
                       "color": _RING[theme], "width": 1}}  # fmt: skip
    here = _HERE if land.scale == "log" else _HERE.replace("customdata", "z")
    return go.Surface(
        x=land.x.astype(np.float32), y=land.y.astype(np.float32), z=numbers(land.height(land.z)),
        customdata=numbers(land.z) if land.scale == "log" else None,
        colorscale=ramp, showscale=False, name="f", contours=rings, opacity=0.88,
        lighting={"ambient": 0.85, "diffuse": 0.35, "specular": 0.03, "roughness": 1.0},
        hovertemplate=here + "<extra></extra>",
    )  # fmt: skip


def _trail(path: Any, land: Ground, look: Style, name: str, theme: str, say: Mapping[str, str]) -> list[go.Scatter3d]:
    """A line that lies on the surface inside the domain, and markers at the steps in it."""
    last = int(path.end) + 1
    p, value = path.x[:last].astype(float), np.asarray(path.value[:last], dtype=float)
    low, high = np.array([path.surface.x, path.surface.y], dtype=float).T
    inside = np.flatnonzero(((p >= low) & (p <= high)).all(axis=1))
    laid = _laid(p, path.surface)
    with np.errstate(all="ignore"):
        heights = land.height(path.surface.value(laid.T)) + LIFT * np.diff(_reach(land))
    color = look.color(theme)
    group = {"legendgroup": name, "name": name}
    line = {"color": color, "width": 6, "dash": _DASHES[DASHES.index(look.dash)]}
    marker = {"color": color, "symbol": _SYMBOLS.get(look.marker, "circle"), "size": 3}
    here = f"<b>{name}</b><br>{say['step']} %{{customdata[1]}}<br>" + _HERE.replace("customdata", "customdata[0]")
    return [
        go.Scatter3d(x=numbers(laid[:, 0]), y=numbers(laid[:, 1]), z=numbers(heights), mode="lines", line=line,
                     hoverinfo="skip", connectgaps=False, **group),
        go.Scatter3d(x=p[inside, 0], y=p[inside, 1], z=land.height(value[inside]),
                     customdata=np.column_stack([value[inside], inside]), mode="markers", marker=marker,
                     showlegend=False, hovertemplate=here + "<extra></extra>", **group),
    ]  # fmt: skip


def _laid(p: np.ndarray, surface: Any) -> np.ndarray:
    """p (T, 2) cut at the domain's rim, long moves in pieces; a row of NaN where the line is interrupted."""
    if len(p) < 2:
        return p
    low, high = np.array([surface.x, surface.y], dtype=float).T
    enter, leave = crossings(p, surface.x, surface.y)
    crossing = np.flatnonzero(enter <= leave)
    far = np.abs(np.diff(p, axis=0) / (high - low)).max(axis=1)[crossing] * (leave - enter)[crossing]
    pieces = np.maximum(np.ceil(far * min(PIECES, MOST / max(far.sum(), 1e-9))), 1).astype(int)
    rows: list[np.ndarray] = []
    for k, count in zip(crossing, pieces, strict=True):
        joined = bool(rows) and np.array_equal(rows[-1][-1], p[k])
        share = np.linspace(enter[k], leave[k], 1 + count)
        piece = np.clip(p[k] + share[:, None] * (p[k + 1] - p[k]), low, high)
        for end, row in ((0, 0), (1, -1)):
            if share[row] == end:
                piece[row] = p[k + end]
        if rows and not joined:
            rows.append(np.full((1, 2), np.nan))
        rows.append(piece[1:] if joined else piece)
    return np.concatenate(rows) if rows else np.empty((0, 2))


def _minima(surface: Any, land: Ground, theme: str, say: Mapping[str, str]) -> list[go.Scatter3d]:
    p = np.reshape(surface.minima, (-1, 2))
    if not len(p):
        return []
    value = np.asarray(surface.value(p.T), dtype=float)
    return [go.Scatter3d(
        x=p[:, 0], y=p[:, 1], z=land.height(value), customdata=value, mode="markers", name=say["minimum"],
        marker={"symbol": "cross", "size": 4, "color": INK[theme]},
        hovertemplate=f"<b>{say['minimum']}</b><br>{_HERE}<extra></extra>",
    )]  # fmt: skip


def _animate(
    figure: go.Figure, many: list[Any], land: Ground, colors: list[str], theme: str, step: int | None
) -> list[int]:
    """Adds one trace of heads and the frames that move it, a few numbers each; returns their steps."""
    longest = max(int(path.end) for path in many)
    steps = np.unique(np.linspace(0, longest, max(2, min(FRAMES, longest + 1))).round().astype(int)).tolist()
    heads = [_heads(many, land, step) for step in steps]
    number = len(list(figure.select_traces()))
    marker = {"color": colors, "size": 7, "line": {"color": INK[theme], "width": 1}}
    now = heads[-1] if step is None else _heads(many, land, step)
    figure.add_trace(go.Scatter3d(**now, mode="markers", marker=marker, showlegend=False, hoverinfo="skip"))
    if longest:
        figure.frames = [
            go.Frame(name=str(step), traces=[number], data=[go.Scatter3d(**head)])
            for step, head in zip(steps, heads, strict=True)
        ]
    return steps


def _controls(steps: list[int], theme: str, say: Mapping[str, str], step: int | None) -> dict[str, Any]:
    """Play, Pause and a slider over the frames, on the one nearest to `step`."""
    active = len(steps) - 1 if step is None else int(np.abs(np.array(steps) - step).argmin())
    still = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
    moving = {**still, "fromcurrent": True, "frame": {"duration": 50, "redraw": True}}
    text = {"font": {"color": INK[theme]}, "bgcolor": "rgba(0,0,0,0)", "bordercolor": FAINT[theme]}
    place = {"x": 0, "xanchor": "left", "y": 0, "yanchor": "top"}
    buttons = [
        {"label": f"▶ {say['play']}", "method": "animate", "args": [None, moving]},
        {"label": f"❚❚ {say['pause']}", "method": "animate", "args": [[None], still]},
    ]
    stops = [{"label": str(s), "method": "animate", "args": [[str(s)], still]} for s in steps]
    return {
        "updatemenus": [{"type": "buttons", "direction": "left", "showactive": False, "buttons": buttons,
                         "pad": {"t": 8}, **place, **text}],
        "sliders": [{"active": active, "len": 1, "pad": {"t": 56, "b": 4}, "steps": stops,
                     "currentvalue": {"prefix": f"{say['step']} ", "xanchor": "right"}, **place, **text}],
    }  # fmt: skip


def _heads(many: list[Any], land: Ground, step: int) -> dict[str, list[float | None]]:
    """Where every path is after `step` updates, None where that is outside the domain."""
    x, y, z = [], [], []
    for path in many:
        at = min(step, int(path.end))
        (a, b), value = path.x[at].astype(float), float(path.value[at])
        (left, right), (front, back) = path.surface.x, path.surface.y
        seen = left <= a <= right and front <= b <= back
        x.append(float(a) if seen else None)
        y.append(float(b) if seen else None)
        z.append(float(land.height(value)) if seen else None)
    return {"x": x, "y": y, "z": z}
