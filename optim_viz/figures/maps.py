"""Maps of settings and of starts: rate and momentum, and which minimum is reached from where."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.basins import GONE, NONE
from optim_viz.figures import unchecked as go
from optim_viz.figures.base import INK, PAPER, RAMPS, axis, layout
from optim_viz.figures.style import COLORS, style_of
from optim_viz.figures.text import short, words
from optim_viz.rates import critical

SHADES = 16  # of one color in a basin map: pale where it took long
_HUES = (2, 1, 0, 6, 9, 3, 13, 8)  # of COLORS, the first ones as different as can be
_GRAY = {"light": ("#8a8a8a", "#d5d5d5"), "dark": ("#8f8f8f", "#3a3a3a")}  # what diverges


def phase_map(
    made: Any, now: tuple[float, float] | None = None, *, theme: str = "light", texts: Mapping[str, str] | None = None
) -> go.Figure:
    """What an error is multiplied by per step, over rate and momentum; gray where it grows.

    The curves are critical damping for either curvature and the limit 2(1+μ)/λmax; `now` is (lr, μ) at present.
    """
    say = words(texts)
    figure = go.Figure(layout=layout(theme, uirevision=f"{made.bowl}", height=460))
    low, top = min(made.fastest, 0.9), 1.02
    span, last = top - low, len(RAMPS[theme]) - 1
    edge = (1.001 - low) / span  # above 1 there is one color
    ramp = [[edge * k / last, color] for k, color in enumerate(RAMPS[theme])] + [
        [at, _GRAY[theme][1]] for at in (edge, 1)
    ]
    factor = np.minimum(made.factor, top).astype(np.float32)
    factor[made.factor > 1 + 1e-9] = top
    figure.add_trace(go.Heatmap(
        x=made.rates.astype(np.float32), y=made.momenta.astype(np.float32), z=factor, zmin=low, zmax=top,
        colorscale=ramp, hovertemplate="lr %{x:.3~g}<br>μ %{y:.3~g}<br>%{z:.4~f}<extra></extra>",
        colorbar={"title": {"text": say["factor"], "side": "right"}, "thickness": 12, "outlinewidth": 0, "ticks": ""},
    ))  # fmt: skip
    x = np.linspace(0, made.rates[-1], 200)
    curves = (("λmax", made.bowl.high, "solid"), ("λmin", made.bowl.low, "8px,3px"))
    for name, value, line in curves[: 1 if made.bowl.low == made.bowl.high else 2]:
        y = critical(x, value)
        figure.add_trace(go.Scatter(x=x[y <= 1], y=y[y <= 1], mode="lines", hoverinfo="skip",
                                    name=say["critical"].format(name=name, value=short(value)),
                                    line={"color": INK[theme], "width": 2, "dash": line}))  # fmt: skip
    limit = np.array([2.0, 4.0]) / made.bowl.high
    figure.add_trace(go.Scatter(x=limit, y=[0, 1], mode="lines", hoverinfo="skip", name="2(1+μ)/λmax",
                                line={"color": style_of("Nesterov").color(theme), "width": 2.5,
                                      "dash": "3px,3px"}))  # fmt: skip
    marks = [(made.optimum, "star", say["fastest"].format(factor=short(made.fastest)))]
    marks += [(now, "circle", say["now"])] if now is not None and now[0] <= made.rates[-1] else []
    for (lr, momentum), symbol, name in marks:
        figure.add_trace(go.Scatter(
            x=[lr], y=[momentum], mode="markers", name=name, hovertemplate="lr %{x:.4~g}<br>μ %{y:.4~g}",
            marker={"symbol": symbol, "size": 15, "color": INK[theme], "line": {"color": PAPER[theme], "width": 2}},
        ))  # fmt: skip
    figure.add_annotation(x=0.97, y=0.05, xref="x domain", yref="y domain", text=say["grows"], showarrow=False,
                          xanchor="right", yanchor="bottom")  # fmt: skip
    figure.update_xaxes(axis(theme, say["rate"], range=[0, float(made.rates[-1])]))
    figure.update_yaxes(axis(theme, say["momentum"], range=[0, 1]))
    return figure


def basins(
    made: Any, surface: Any, start: Sequence[float] | None = None, *, theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Which minimum each start ends at (color, and the number at it) and how soon (paler is later)."""
    say, minima = words(texts), np.reshape(surface.minima, (-1, 2))
    colors = [_pair(COLORS[k % len(COLORS)][theme == "dark"], theme) for k in _HUES[: len(minima)]]
    colors += [(PAPER[theme], PAPER[theme]), _GRAY[theme]]
    count = len(colors)
    block = np.where(made.labels == NONE, len(minima), np.where(made.labels == GONE, len(minima) + 1, made.labels))
    when = made.steps / max(float(np.quantile(made.steps, 0.98)), 1.0)
    shade = np.minimum(when * (SHADES - 1), SHADES - 1).astype(np.uint8)
    ramp = [[(k + end * (SHADES - 1) / SHADES) / count if end < 1 else (k + 1) / count, pair[int(end)]]
            for k, pair in enumerate(colors) for end in (0.0, 1.0)]  # fmt: skip
    figure = go.Figure(layout=layout(theme, uirevision=f"{surface.x} {surface.y}", height=520))
    figure.add_trace(go.Heatmap(
        x=made.x.astype(np.float32), y=made.y.astype(np.float32), z=(block * SHADES + shade).astype(np.uint8),
        customdata=made.steps.astype(np.uint8 if made.steps.max() < 256 else np.uint16),
        zmin=0, zmax=count * SHADES, colorscale=ramp, showscale=False,
        hovertemplate=f"x %{{x:.3~g}}<br>y %{{y:.3~g}}<br>{say['step']} %{{customdata}}<extra></extra>",
    ))  # fmt: skip
    told = [f"{k + 1}: ({short(a)}, {short(b)})" for k, (a, b) in enumerate(minima)]
    for k, name in enumerate([*told, say["unsettled"], say["gone"]]):
        share = float((block == k).mean())
        if share or k < len(minima):
            look = {"symbol": "square", "size": 13, "color": colors[k][0], "line": {"color": INK[theme], "width": 1}}
            label = f"{name} · {share:.0%}"
            figure.add_trace(go.Scatter(x=[None], y=[None], mode="markers", name=label, marker=look))
    if len(minima):
        figure.add_trace(go.Scatter(
            x=minima[:, 0], y=minima[:, 1], mode="markers+text", text=[str(k + 1) for k in range(len(minima))],
            marker={"size": 22, "color": PAPER[theme], "line": {"color": INK[theme], "width": 1.5}}, hoverinfo="skip",
            textfont={"size": 13, "color": INK[theme]}, showlegend=False,
        ))  # fmt: skip
    if start is not None:
        figure.add_trace(go.Scatter(x=[start[0]], y=[start[1]], mode="markers", name=say["start"], hoverinfo="skip",
                                    marker={"symbol": "circle-open-dot", "size": 13, "color": INK[theme],
                                            "line": {"width": 2}}))  # fmt: skip
    figure.update_xaxes(axis(theme, "x", range=list(surface.x), showgrid=False))
    figure.update_yaxes(axis(theme, "y", range=list(surface.y), showgrid=False))
    return figure


def _pair(color: str, theme: str) -> tuple[str, str]:
    """A color, and the same mixed with four fifths of paper: from soon to late."""
    one, other = (np.array([int(c[k : k + 2], 16) for k in (1, 3, 5)]) for c in (color, PAPER[theme]))
    return color, "#" + "".join(f"{round(v):02x}" for v in 0.25 * one + 0.75 * other)
