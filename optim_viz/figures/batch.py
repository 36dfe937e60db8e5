"""Batch sizes: data and what was learned, loss by every clock, the noise ball, losses of single samples, escapes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import FAINT, INK, axis, dash, ground, layout
from optim_viz.figures.plane import hills
from optim_viz.figures.style import KNOWN, Style, style_of
from optim_viz.figures.text import clean, words

SIZES = (0, 1, 10, 50, 2, 20, 5)  # 0: all samples; neighbors on a page get colors far apart
DASHES = ((), (), (7, 4), (2, 3), (10, 3), (5, 3), (12, 3, 2, 3))
MOST_POINTS, CLEAR = 1500, "rgba(0,0,0,0)"
MARGIN = {"l": 62, "r": 10, "t": 36, "b": 46}
DEEP = 6  # decades below the first loss that are in view
CLASSES = {"light": ("#c2410c", "#1d4ed8"), "dark": ("#fdba74", "#93c5fd")}


def look(size: int) -> Style:
    """The look of a batch size (0: all samples), the same in every picture."""
    k = SIZES.index(size) if size in SIZES else len(SIZES) + size
    return replace(style_of(KNOWN[k % len(KNOWN)]), dash=DASHES[k % len(DASHES)])


def _line(x: Any, y: Any, name: str, size: int, theme: str, **more: Any) -> dict[str, Any]:
    style = look(size)
    line = {"color": style.color(theme), "width": 2.5, "dash": dash(style)}
    return go.Scatter(x=x, y=y, name=clean(name), mode="lines", line=line, **more)


def fit(
    loss: Any, ends: Mapping[int, Any], names: Mapping[int, str], features: Sequence[str], target: str, *,
    theme: str = "light", texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """The samples, and what each batch size has learned of them: `ends` are its parameters (2,), by size.

    A curve over the one column; where there are two, the boundary between the classes, or the answers to the targets.
    """
    say, plane, labels = words(texts), bool(np.ptp(loss.v)), loss.model.labels
    if plane and labels:
        traces, sides, titles = _boundaries(loss, ends, names, theme), (loss.u, loss.v), tuple(features[:2])
    elif plane:
        traces, sides, titles = _answers(loss, ends, names, theme), (loss.target, loss.target), (say["target"],)
    else:
        traces, sides, titles = _curves(loss, ends, names, theme), (loss.u, loss.target), (features[0], target)
    x, y = (axis(theme, clean(title), automargin=False)
            for title in (*titles, *([say["answer"]] if len(titles) == 1 else [])))  # fmt: skip
    for side, values, share in ((x, sides[0], 0.03), (y, sides[1], 0.12)):
        low, high = float(values.min()), float(values.max())
        side["range"] = [low - share * (high - low), high + share * (high - low)]
    return go.Figure(traces, layout(theme, uirevision="fit", height=330, margin=MARGIN, xaxis=x, yaxis=y))


def _curves(loss: Any, ends: Mapping[int, Any], names: Mapping[int, str], theme: str) -> list[Any]:
    at = np.linspace(float(loss.u.min()), float(loss.u.max()), 120)
    traces: list[Any] = [_dots(loss.u[:MOST_POINTS], loss.target[:MOST_POINTS], INK[theme], 0.4)]
    for size, (a, b) in ends.items():
        z = a * at + b
        y = 0.5 + 0.5 * np.tanh(z / 2) if loss.model.labels else z
        traces.append(_line(at.astype(np.float32), y.astype(np.float32), names[size], size, theme, hoverinfo="skip"))
    return traces


def _answers(loss: Any, ends: Mapping[int, Any], names: Mapping[int, str], theme: str) -> list[Any]:
    """What each says of a sample against its target: on the diagonal it is right."""
    side, traces = [float(loss.target.min()), float(loss.target.max())], []
    for size, (a, b) in ends.items():
        marker = {"color": look(size).color(theme), "symbol": look(size).marker, "size": 6, "opacity": 0.6}
        traces.append({"type": "scatter", "mode": "markers", "x": loss.target, "y": a * loss.u + b * loss.v,
                       "name": clean(names[size]), "marker": marker, "hoverinfo": "x+y"})  # fmt: skip
    return [*traces, {"type": "scatter", "x": side, "y": side, "mode": "lines", "line": {"color": FAINT[theme]},
                      "showlegend": False, "hoverinfo": "skip"}]  # fmt: skip


def _boundaries(loss: Any, ends: Mapping[int, Any], names: Mapping[int, str], theme: str) -> list[Any]:
    traces = [_dots(loss.u[loss.target == label], loss.v[loss.target == label], CLASSES[theme][label], 0.7, tall)
              for label, tall in ((0, False), (1, True))]  # fmt: skip
    side = np.array([loss.u.min(), loss.u.max()])
    return traces + [_line(side, -a * side / b, names[size], size, theme, hoverinfo="skip")
                     for size, (a, b) in ends.items() if b]  # fmt: skip


def _dots(x: np.ndarray, y: np.ndarray, color: str, opacity: float, tall: bool = False) -> dict[str, Any]:
    """Samples as short thick strokes, lying or standing: one path to draw, where markers are hundreds of elements."""
    half, width = (0.016, 3) if tall else (0.004, 5)
    half *= float(np.ptp(y if tall else x) or 1.0)
    true, stroke = np.stack([x, y]).astype(np.float32).repeat(3, axis=1), np.array([-half, half, np.nan])
    ends = true.copy()
    ends[int(tall)] += np.tile(stroke, len(x)).astype(np.float32)
    exact = "%{x:.4~g}, %{customdata:.4~g}" if tall else "%{customdata:.4~g}, %{y:.4~g}"
    return {"type": "scatter", "mode": "lines", "x": ends[0], "y": ends[1], "customdata": true[int(tall)],
            "hovertemplate": exact + "<extra></extra>", "opacity": opacity, "showlegend": False, "connectgaps": False,
            "line": {"color": color, "width": width, "simplify": False}}  # fmt: skip


def clocked(
    runs: Mapping[int, tuple[np.ndarray, np.ndarray]], names: Mapping[int, str], title: str, *, log: bool = True,
    legend: bool = False, theme: str = "light", texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Loss above the minimum (log) against one clock (log): times (R,) and values (R, seeds) of each batch size.

    The line is the median over the seeds, the band holds the middle half of them.
    """
    figure = go.Figure(layout=layout(theme, uirevision=title, height=290, showlegend=legend))
    figure.update_layout(
        legend={"orientation": "v", "x": 0.02, "y": 0.02, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"}
    )
    top = 0.0
    for size, (x, values) in runs.items():
        y = np.quantile(values, (0.25, 0.5, 0.75), axis=1)
        y = np.where((y > 0) & np.isfinite(y), y, np.nan) if log else y
        fine = np.isfinite(y).all(axis=0) & (x > 0)
        x, (low, middle, high) = x[fine], y[:, fine]
        if not len(x):
            continue
        top, style = max(top, float(high[0])), look(size)
        if values.shape[1] > 1:
            figure.add_trace(go.Scatter(
                x=np.concatenate([x, x[::-1]]), y=np.concatenate([high, low[::-1]]), fill="toself", mode="none",
                fillcolor=style.color(theme), opacity=0.2, hoverinfo="skip", showlegend=False,
            ))  # fmt: skip
        figure.add_trace(_line(x, middle, names[size], size, theme, hovertemplate="%{x:.3~g}: %{y:.3~g}"))
    view = [np.log10(top) - DEEP, np.log10(top) + 0.5] if log and top > 0 else None
    figure.update_xaxes(axis(theme, title, type="log", exponentformat="power", dtick=1))
    figure.update_yaxes(axis(theme, "E − E*" if log else "E", type="log" if log else "linear", exponentformat="power",
                             dtick=1 if log else None, range=view))  # fmt: skip
    return figure


def ball(
    loss: Any, center: np.ndarray, seen: Mapping[int, Any], told: Mapping[int, Any], names: Mapping[int, str], *,
    theme: str = "light", texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Where the last updates were, and ellipses of two deviations: measured solid, theory dotted."""
    say = words(texts)
    figure = go.Figure(layout=layout(theme, uirevision="ball", height=460))
    shown = [size for size in seen if np.isfinite(seen[size].spread).all()]
    for size in shown:
        points = np.moveaxis(seen[size].points, 1, 2).reshape(-1, 2)
        points = points[np.linspace(0, len(points) - 1, min(len(points), MOST_POINTS)).astype(int)]
        color = look(size).color(theme)
        marker = {"color": color, "size": 3, "opacity": 0.35}
        figure.add_trace(go.Scattergl(x=points[:, 0], y=points[:, 1], mode="markers", showlegend=False,
                                      hoverinfo="skip", marker=marker))  # fmt: skip
    for size in shown:
        for which, name, style in ((seen, names[size], "solid"), (told, "", "dot")):
            if which.get(size) is not None and np.isfinite(which[size].spread).all():
                x, y = _ellipse(center, which[size].spread)
                line = {"color": INK[theme] if style == "dot" else look(size).color(theme), "width": 2.5,
                        "dash": style}  # fmt: skip
                figure.add_trace(go.Scatter(x=x, y=y, mode="lines", line=line, name=clean(name), hoverinfo="skip",
                                            showlegend=bool(name)))  # fmt: skip
    if any(told.get(size) is not None for size in shown):
        figure.add_trace(go.Scatter(x=[None], y=[None], mode="lines", name=say["theory"],
                                    line={"color": INK[theme], "width": 2.5, "dash": "dot"}))  # fmt: skip
    cross = {"symbol": "cross-thin", "size": 13, "line": {"width": 2, "color": INK[theme]}}
    figure.add_trace(go.Scatter(x=[center[0]], y=[center[1]], mode="markers", name=say["minimum"], hoverinfo="x+y",
                                marker=cross))  # fmt: skip
    figure.update_xaxes(axis(theme, loss.axes[0]))
    figure.update_yaxes(axis(theme, loss.axes[1]))
    return figure


def _ellipse(center: np.ndarray, spread: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The curve two deviations from the center."""
    values, vectors = np.linalg.eigh(spread)
    turn = np.linspace(0, 2 * np.pi, 73)
    ring = vectors @ (2 * np.sqrt(np.maximum(values, 0))[:, None] * np.array([np.cos(turn), np.sin(turn)]))
    return center[0] + ring[0], center[1] + ring[1]


def sizes(
    rates: np.ndarray, told: Mapping[int, Sequence[float | None]], seen: Mapping[int, tuple[float, float]], rate: float,
    names: Mapping[int, str], *, theme: str = "light", texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """The ball's radius against the learning rate (both log): theory as lines, measured dots with two errors."""
    say = words(texts)
    figure = go.Figure(layout=layout(theme, uirevision="sizes", height=460, showlegend=False))
    for size, radii in told.items():
        known = np.array([np.nan if r is None or r <= 1e-9 else r for r in radii], float)
        fine = np.isfinite(known)
        shown = {"hovertemplate": "lr %{x:.3~g}: %{y:.3~g}"}
        figure.add_trace(_line(rates[fine], known[fine], names[size], size, theme, **shown))
    for size, (radius, error) in seen.items():
        if np.isfinite(radius) and radius > 1e-9:
            figure.add_trace(go.Scatter(
                x=[rate], y=[radius], mode="markers", name=clean(names[size]), hovertemplate="%{y:.4~g}",
                error_y={"type": "data", "array": [2 * error], "color": look(size).color(theme)},
                marker={"color": look(size).color(theme), "size": 11, "symbol": look(size).marker,
                        "line": {"color": INK[theme], "width": 1}},
            ))  # fmt: skip
    figure.update_xaxes(axis(theme, "lr", type="log", exponentformat="power", dtick=1))
    figure.update_yaxes(axis(theme, say["radius"], type="log", exponentformat="power", dtick=1))
    return figure


def terms(
    at: np.ndarray, each: np.ndarray, mean: np.ndarray, minimum: float | None, title: str, *, theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Losses E_i (R, few) of single samples over one parameter at (R,), each with a dot at its own lowest place, and
    the mean over all samples (R,)."""
    say = words(texts)
    figure = go.Figure(layout=layout(theme, uirevision="terms", height=440))
    color = look(1).color(theme)
    for k in range(each.shape[1]):
        low = int(each[:, k].argmin())
        figure.add_trace(go.Scatter(x=at, y=each[:, k], mode="lines", line={"color": color, "width": 1.5}, opacity=0.65,
                                    name=say["terms"], showlegend=not k, hoverinfo="skip"))  # fmt: skip
        if 0 < low < len(at) - 1:
            figure.add_trace(go.Scatter(x=[at[low]], y=[each[low, k]], mode="markers", showlegend=False,
                                        hoverinfo="x", marker={"color": color, "size": 7}))  # fmt: skip
    figure.add_trace(go.Scatter(x=at, y=mean, mode="lines", name=say["mean"], hovertemplate="%{y:.4~g}",
                                line={"color": INK[theme], "width": 4}))  # fmt: skip
    if minimum is not None:
        figure.add_vline(x=minimum, line={"color": INK[theme], "width": 1, "dash": "dot"})
    high = float(np.quantile(each, 0.9))
    figure.update_xaxes(axis(theme, title))
    figure.update_yaxes(axis(theme, "E", range=[-0.03 * high, max(high, 1.3 * float(mean.min()))]))
    return figure


def escapes(
    told: Mapping[int, Any], names: Mapping[int, str], *, theme: str = "light", texts: Mapping[str, str] | None = None
) -> go.Figure:
    """The share of runs that left the poor minimum, by batch size, with Wilson's 95 % intervals."""
    say = words(texts)
    figure = go.Figure(layout=layout(theme, uirevision="escapes", height=400, showlegend=False))
    for k, (size, one) in enumerate(told.items()):
        share = one.left / one.total
        bars = {"type": "data", "symmetric": False, "array": [one.high - share], "arrayminus": [share - one.low],
                "color": INK[theme], "thickness": 1.5, "width": 6}  # fmt: skip
        figure.add_trace(go.Bar(x=[k], y=[share], name=clean(names[size]), width=0.6, hovertemplate="%{y:.0%}",
                                marker={"color": look(size).color(theme), "opacity": 0.55},
                                error_y=bars if one.total > 1 else None))  # fmt: skip
        figure.add_annotation(x=k, y=-0.01, text=f"<b>{one.left}</b> / {one.total}", showarrow=False, yanchor="top")
    figure.update_xaxes(axis(theme, say["batch size"], tickvals=list(range(len(told))), ticks="",
                             ticktext=[f"<br>{clean(names[size])}" for size in told]))  # fmt: skip
    figure.update_yaxes(axis(theme, say["left"], tickformat=".0%", range=[-0.09, 1.04], tickvals=[0, 0.5, 1]))
    return figure


def ends(
    loss: Any, start: Sequence[float], told: Mapping[int, Any], names: Mapping[int, str], *, theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Where every run stopped, on the contour of the loss, with start and minima."""
    say, ink = words(texts), INK[theme]
    figure = go.Figure(layout=layout(theme, uirevision="ends", height=400))
    figure.update_layout(legend={"itemwidth": 30, "entrywidth": 90, "font": {"size": 12}})
    figure.add_trace(hills(ground(loss, "linear", 60), theme) | {"showscale": False, "hoverinfo": "skip"})
    for size, one in told.items():
        style = look(size)
        marker = {"color": style.color(theme), "symbol": style.marker, "size": 8, "line": {"color": ink, "width": 0.8}}
        figure.add_trace(go.Scatter(x=one.ends[0], y=one.ends[1], mode="markers", name=clean(names[size]),
                                    hoverinfo="x+y", marker=marker))  # fmt: skip
    places = [(say["start"], start, "circle-open-dot"), (say["good"], loss.minima[0], "cross-thin"),
              *((say["poor"], m, "cross-thin") for m in loss.minima[1:])]  # fmt: skip
    for name, (x, y), symbol in places:
        marker = {"symbol": symbol, "size": 13, "color": ink, "line": {"width": 2, "color": ink}}
        figure.add_trace(go.Scatter(x=[x], y=[y], mode="markers+text", text=[f"<b>{name}</b>"], hoverinfo="x+y",
                                    textposition="bottom center", marker=marker, showlegend=False))  # fmt: skip
    figure.update_xaxes(axis(theme, loss.axes[0], range=list(loss.x)))
    figure.update_yaxes(axis(theme, loss.axes[1], range=list(loss.y)))
    return figure
