"""Activations: a curve and its slope, gradients and outputs layer by layer, dead units, softmax as it warms."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.band import add_band
from optim_viz.figures.base import FAINT, INK, axis, dash, layout
from optim_viz.figures.style import Style, style_of
from optim_viz.figures.text import short, words
from optim_viz.labs.deep.forward import NAMES
from optim_viz.words import Text

TEXTS = {
    "input z": Text("input z"), "function": Text("function f(z)"), "slope": Text("slope f′(z)"),
    "steepest": Text("largest slope {slope}"), "layer": Text("layer"),
    "gradient sums": Text("size of ∂L/∂z"), "gradient weights": Text("size of ∂L/∂w"),
    "quarter": Text("× ¼ per layer"), "mean output": Text("mean output"), "dead units": Text("dead units"),
    "after": Text("after {steps} steps"), "temperature": Text("temperature T"), "share": Text("share"),
    "class": Text("class"), **NAMES,
}  # fmt: skip
_LOOKS = {"sigmoid": "Momentum", "tanh": "SGD", "relu": "AdaGrad", "leaky_relu": "Nesterov", "step": "RMSprop"}
_MARGIN = {"l": 76, "r": 12, "t": 34, "b": 54}
_CLASSES = ("SGD", "Momentum", "Nesterov", "AdaGrad", "Adadelta", "RMSprop")


def look(kind: str) -> Style:
    """The look of an activation, the same in every picture; any two of them differ in color and dash."""
    return style_of(_LOOKS[kind])


def _figure(view: str, theme: str, traces: Any, x: dict[str, Any], y: dict[str, Any], **more: Any) -> go.Figure:
    """All at once: every later change makes Plotly look through everything again."""
    sides = {"xaxis": axis(theme, automargin=False, **x), "yaxis": axis(theme, automargin=False, **y)}
    return go.Figure(traces, layout(theme, uirevision=view, margin=_MARGIN, height=340, **sides, **more))


def _line(x: Any, y: Any, name: str, line: dict[str, Any], form: str) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "x": np.float32(x), "y": np.float32(y), "name": name, "line": line,
            "hovertemplate": form}  # fmt: skip


def _mark(x: float, y: float, **marker: Any) -> dict[str, Any]:
    return {"type": "scatter", "mode": "markers", "x": [x], "y": [y], "marker": marker, "showlegend": False,
            "hoverinfo": "skip"}  # fmt: skip


def _rule(x: tuple[float, float], y: tuple[float, float], theme: str, **more: Any) -> dict[str, Any]:
    """A thin dotted line from one corner to the other."""
    return {"type": "line", "x0": x[0], "x1": x[1], "y0": y[0], "y1": y[1],
            "line": {"color": INK[theme], "width": 1, "dash": "dot"}, **more}  # fmt: skip


def curve(c: Any, z: float, *, theme: str = "light", texts: Mapping[str, str] | None = None) -> go.Figure:
    """A deep.Curve: function and slope, stretches where it is flat in gray, its largest slope, a ring at z on both."""
    say, traces = words({**TEXTS, **(texts or {})}), []
    ends, here = (float(c.z[0]), float(c.z[-1])), float(np.interp(z, c.z, c.value))
    looks = {"function": (c.value, look(c.name).color(theme), "solid"), "slope": (c.slope, INK[theme], "6px,4px")}
    for name, (y, color, form) in looks.items():
        line = {"color": color, "width": 2.5, "dash": form}
        traces += [_line(c.z, y, say[name], line, "%{x:.2f}: %{y:.4~g}"),
                   _mark(z, float(np.interp(z, c.z, y)), symbol="circle-open", size=13, color=color,
                         line={"width": 3})]  # fmt: skip
    shapes = [{"type": "rect", "x0": low, "x1": high, "y0": 0, "y1": 1, "yref": "paper", "fillcolor": FAINT[theme],
               "layer": "below", "line": {"width": 0}} for low, high in c.zones]  # fmt: skip
    notes = []
    if c.steepest:
        shapes.append(_rule(ends, (c.steepest, c.steepest), theme))
        notes = [{"x": ends[0], "y": c.steepest, "xanchor": "left", "yanchor": "bottom", "showarrow": False,
                  "text": say["steepest"].format(slope=short(c.steepest))}]  # fmt: skip
    low, high = min(-0.1, 1.1 * float(c.value.min())), max(1.0, min(float(c.value.max()), 3.0), here)
    return _figure(c.name, theme, traces, {"title": say["input z"], "range": [1.04 * ends[0], 1.04 * ends[1]]},
                   {"title": "", "range": [low, 1.12 * high]}, shapes=shapes, annotations=notes)  # fmt: skip


def layers(
    found: Mapping[str, np.ndarray], title: str, *, log: bool = True, quarter: bool = False, share: bool = False,
    theme: str = "light", texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """A number per layer for each activation (seeds, depth): the line is the median, the band lowest to highest seed.

    `title` is a key of TEXTS. With `quarter` a line falls by 1/4 per layer, from sigmoid's last one.
    """
    say = words({**TEXTS, **(texts or {})})
    depth = max(y.shape[1] for y in found.values())
    text, scale = say[title], {"rangemode": "tozero"}
    if log:
        text, scale = say["log"].format(title=text), powers(*found.values())
    figure = _figure(f"{title}{log}", theme, [], {"title": say["layer"], **numbered(depth)},
                     {"title": text, "tickformat": ".0%" if share else None, "nticks": 7, **scale},
                     hovermode="x unified")  # fmt: skip
    for kind, y in found.items():
        add_band(figure, np.arange(1, depth + 1), y, say[kind], look(kind), theme,
                 ".0%" if share else ".3~g")  # fmt: skip
    if quarter and "sigmoid" in found:
        last = float(np.median(found["sigmoid"][:, -1]))
        figure.add_trace(go.Scatter(x=[1, depth], y=[last * 0.25 ** (depth - 1), last], name=say["quarter"],
                                    mode="lines", line={"color": INK[theme], "width": 1.5, "dash": "dot"},
                                    hovertemplate="%{y:.3~g}"))  # fmt: skip
    return figure


def numbered(depth: int) -> dict[str, Any]:
    """Of an axis of layers 1 to depth: its range, and whole numbers on it."""
    return {"range": [0.5, depth + 0.5], "dtick": 1 if depth <= 10 else None}


def powers(*values: np.ndarray) -> dict[str, Any]:
    """Of a logarithmic axis for these values: powers of ten, and 2 and 5 between them where it spans few."""
    known = np.concatenate([v[v > 0] for v in values])
    few = known.size and known.max() / known.min() < 300
    return {"type": "log", "exponentformat": "power", "dtick": "D2" if few else None}


def deaths(found: Any, steps: int, *, theme: str = "light", texts: Mapping[str, str] | None = None) -> go.Figure:
    """A deep.Deaths: dead units and accuracy after the steps against the rate, a dot per seed on the median's line."""
    say = words({**TEXTS, **(texts or {})})
    start, ends = float(np.median(found.before)), (found.rates[0], found.rates[-1])
    ticks = {"tickvals": list(found.rates), "ticktext": [short(r) for r in found.rates]}
    figure = _figure("deaths", theme, [], {"title": say["rate"], "type": "log", **ticks},
                     {"title": say["after"].format(steps=steps), "tickformat": ".0%", "range": [-0.03, 1.03]},
                     hovermode="x unified", shapes=[_rule(ends, (start, start), theme)])  # fmt: skip
    for y, name, style in ((found.after, say["dead units"], look("relu")),
                           (found.score, say["accuracy"], look("tanh"))):  # fmt: skip
        add_band(figure, np.array(found.rates), y.T, name, style, theme, ".0%")
    return figure


def warming(
    temperatures: np.ndarray, shares: np.ndarray, now: float, mine: np.ndarray, *, theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Shares (k, T) of the classes over the temperature (T,), upright where it stands `now`, with its shares marked."""
    say, traces = words({**TEXTS, **(texts or {})}), []
    for k, (y, here) in enumerate(zip(shares, mine, strict=True)):
        style = style_of(_CLASSES[k])
        line = {"color": style.color(theme), "width": 2.5, "dash": dash(style)}
        traces += [_line(temperatures, y, f"{say['class']} {k + 1}", line, "%{y:.1%}"),
                   _mark(now, here, color=style.color(theme), symbol=style.marker, size=11)]  # fmt: skip
    ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20) if temperatures[0] <= t <= temperatures[-1] * 1.001]
    return _figure("warming", theme, traces, {"title": say["temperature"], "type": "log", "tickvals": ticks,
                                              "ticktext": [short(t) for t in ticks]},
                   {"title": say["share"], "tickformat": ".0%", "range": [-0.03, 1.03]}, hovermode="x unified",
                   shapes=[_rule((now, now), (0, 1), theme, yref="paper", layer="below")])  # fmt: skip


def bars(mine: np.ndarray, *, theme: str = "light", texts: Mapping[str, str] | None = None) -> go.Figure:
    """Shares of the classes, one bar each, with their percent."""
    say, places = words({**TEXTS, **(texts or {})}), list(range(1, len(mine) + 1))
    colors = [style_of(_CLASSES[k]).color(theme) for k in range(len(mine))]
    bar = {"type": "bar", "x": places, "y": mine, "marker": {"color": colors}, "hoverinfo": "skip",
           "text": [f"{v:.1%}" for v in mine], "textposition": "outside", "cliponaxis": False}  # fmt: skip
    return _figure("bars", theme, [bar], {"title": say["class"], "tickvals": places},
                   {"title": say["share"], "tickformat": ".0%", "range": [0, 1.12]}, showlegend=False)  # fmt: skip
