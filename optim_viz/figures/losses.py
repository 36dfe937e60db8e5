"""Losses: their curves and pulls, how an outlier moves a line, spreads of estimates, surprise, a sigmoid's gradient."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import FAINT, INK, axis, dash, layout
from optim_viz.figures.style import KNOWN, Style, style_of
from optim_viz.figures.text import TEXTS as ALL
from optim_viz.figures.text import clean, short
from optim_viz.words import Text

TEXTS = {
    "error": Text("error of one sample, e"), "score": Text("score of the true class, z"), "batch loss": Text("loss"),
    "pull": Text("pull of that sample"), "height": Text("height of the outlier"),
    "there": Text("what the line says there"), "estimate": Text("estimate"), "values": Text("n, values in a sample"),
    "balls": Text("balls drawn"), "mean surprise": Text("mean surprise, {unit}"), "dldz": Text("gradient dL/dz"),
    "score z": Text("score z"), "share": Text("share of samples"), "bias2": Text("bias²"),
    "variance": Text("variance"), "one series": Text("one series of draws"),
}  # fmt: skip
_MARGIN = {"l": 62, "r": 22, "t": 36, "b": 50}
_BORROWED = {"MSE": "SGD", "MAE": "Momentum", "Huber": "Nesterov", "RMSE": "AdaGrad"}
BINS = 60


def _words(texts: Mapping[str, str] | None) -> dict[str, str]:
    return {**ALL, **TEXTS, **(texts or {})}


def looks(names: Sequence[str]) -> list[Style]:
    """How each name looks: a loss always the same, anything else by its place, with colors far apart."""
    return [style_of(_BORROWED.get(name, KNOWN[k % len(KNOWN)])) for k, name in enumerate(names)]


def _traces(names: Sequence[str], theme: str) -> dict[str, dict[str, Any]]:
    """How the line of each name looks."""
    return {name: {"type": "scatter", "mode": "lines", "name": clean(name),
                   "line": {"color": look.color(theme), "width": 2.5, "dash": dash(look)}}
            for name, look in zip(names, looks(names), strict=True)}  # fmt: skip


def _figure(traces: list[dict[str, Any]], theme: str, view: str, x: dict, y: dict, **more: Any) -> go.Figure:
    sides = {"xaxis": axis(theme, automargin=False, **x), "yaxis": axis(theme, automargin=False, **y)}
    return go.Figure(traces, layout(theme, uirevision=view, margin=_MARGIN, **sides, **more))


def _small(values: Any) -> Any:
    return np.asarray(values, np.float32)


def curves(
    shapes: Mapping[str, Any], what: str, at: float | None = None, *, axis_title: str = "error", theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Losses over an error or a score: "value" or "pull" of each, with a mark at `at`."""
    say, traces = _words(texts), []
    for name, trace in _traces(list(shapes), theme).items():
        shape = shapes[name]
        y = getattr(shape, what)
        traces.append({**trace, "x": _small(shape.x), "y": _small(y), "hovertemplate": "%{y:.4~g}"})
        if at is not None:
            here = float(np.interp(at, shape.x, y))
            traces.append({"type": "scatter", "x": [at], "y": [here], "mode": "markers", "showlegend": False,
                           "hoverinfo": "skip", "marker": {"color": trace["line"]["color"], "size": 9}})  # fmt: skip
    title = say["batch loss"] if what == "value" else say["pull"]
    lines = [] if at is None else [_upright(at, theme)]
    return _figure(traces, theme, what + axis_title, {"title": say[axis_title]}, {"title": title}, height=330,
                   shapes=lines, hovermode="x unified")  # fmt: skip


def _upright(x: float, theme: str) -> dict[str, Any]:
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper",
            "line": {"color": INK[theme], "width": 1, "dash": "dot"}}  # fmt: skip


def influence(
    heights: np.ndarray, said: Mapping[str, np.ndarray], now: float, *, theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """What each line says at the outlier's x (H,), while the outlier runs through heights (H,)."""
    say = _words(texts)
    traces = [{**trace, "x": _small(heights), "y": _small(said[name]), "hovertemplate": "%{y:.3~g}"}
              for name, trace in _traces(list(said), theme).items()]  # fmt: skip
    return _figure(traces, theme, "influence", {"title": say["height"]}, {"title": say["there"]}, height=300,
                   hovermode="x unified", shapes=[_upright(now, theme)])  # fmt: skip


def estimates(spreads: Mapping[str, Any], *, theme: str = "light", texts: Mapping[str, str] | None = None) -> go.Figure:
    """How often each estimator says what: the truth is the upright line, the mean of what is said a dot below."""
    say = _words(texts)
    every = np.concatenate([one.estimates[:4000] for one in spreads.values()])
    low, high = np.quantile(every, (0.004, 0.996))
    edges = np.linspace(low, high, BINS + 1)
    middle, traces = (edges[1:] + edges[:-1]) / 2, []
    for name, trace in _traces(list(spreads), theme).items():
        one = spreads[name]
        share = np.histogram(one.estimates, BINS, (low, high))[0] / len(one.estimates)
        traces.append({**trace, "x": _small(middle), "y": _small(share), "line": {**trace["line"], "shape": "hvh"},
                       "hovertemplate": "%{y:.1%}"})  # fmt: skip
        traces.append({"type": "scatter", "mode": "markers", "x": [float(one.estimates.mean())], "y": [0],
                       "showlegend": False, "name": clean(name), "hovertemplate": "%{x:.4~g}", "cliponaxis": False,
                       "marker": {"color": trace["line"]["color"], "size": 11, "symbol": "triangle-up"}})  # fmt: skip
    truth = next(iter(spreads.values())).truth
    return _figure(traces, theme, "estimates", {"title": say["estimate"], "range": [float(low), float(high)]},
                   {"title": say["share"], "tickformat": ".0%", "rangemode": "tozero"}, height=330,
                   shapes=[_upright(truth, theme)])  # fmt: skip


def shrinking(
    sizes: Sequence[int], found: Mapping[str, Sequence[float]], told: Mapping[str, Sequence[float]], now: int, *,
    theme: str = "light", texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """MSE of each estimator over the size of a sample (both log): sampled as dots, theory as lines."""
    say, traces = _words(texts), []
    for name, trace in _traces(list(found), theme).items():
        marker = {"color": trace["line"]["color"], "size": 8}
        known = name in told
        traces.append({**trace, "x": list(sizes), "y": [float(v) for v in found[name]], "marker": marker,
                       "mode": "markers" if known else "lines+markers", "showlegend": not known,
                       "hovertemplate": "%{y:.3~g}"})  # fmt: skip
        if known:
            traces.append({**trace, "x": list(sizes), "y": list(told[name]), "hoverinfo": "skip"})
    ticks = {"tickvals": list(sizes), "ticktext": [str(n) for n in sizes]}
    return _figure(traces, theme, "shrinking", {"title": say["values"], "type": "log", **ticks},
                   {"title": say["log"].format(title="MSE"), "type": "log", "dtick": 1, "exponentformat": "power"},
                   height=320, hovermode="x unified", shapes=[_upright(now, theme)])  # fmt: skip


def parts(spreads: Mapping[str, Any], *, theme: str = "light", texts: Mapping[str, str] | None = None) -> go.Figure:
    """Bias² and variance of each estimator, one on the other: together its MSE."""
    say, names = _words(texts), [clean(name) for name in spreads]
    colors = (INK[theme], FAINT[theme])
    made = [{"type": "bar", "orientation": "h", "y": names, "x": [v(one) for one in spreads.values()], "name": say[key],
             "marker": {"color": color, "line": {"color": INK[theme], "width": 1}}, "hovertemplate": "%{x:.4~g}"}
            for key, color, v in (("bias2", colors[0], lambda one: one.bias**2),
                                  ("variance", colors[1], lambda one: one.variance))]  # fmt: skip
    figure = _figure(made, theme, "parts", {"title": "MSE", "rangemode": "tozero"},
                     {"title": "", "autorange": "reversed", "ticks": ""}, height=100 + 44 * len(names),
                     barmode="stack", bargap=0.35)  # fmt: skip
    return figure.update_layout(margin={**_MARGIN, "l": 128})


def surprise(
    series: np.ndarray, levels: Mapping[str, float], unit: str, *, theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """The mean surprise after each ball (series, balls), and level lines to compare it with."""
    say = _words(texts)
    at = np.unique(np.geomspace(1, series.shape[1], 120).astype(int))
    traces = [{"type": "scatter", "mode": "lines", "x": at, "y": _small(row[at - 1]), "name": say["one series"],
               "showlegend": not k, "line": {"color": INK[theme], "width": 1.2}, "opacity": 0.55,
               "hovertemplate": "%{y:.3f}"} for k, row in enumerate(series)]  # fmt: skip
    for name, trace in _traces(list(levels), theme).items():
        if np.isfinite(levels[name]):
            traces.append({**trace, "x": [1, series.shape[1]], "y": [levels[name]] * 2, "hoverinfo": "skip",
                           "name": f"{clean(name)} = {short(round(levels[name], 3))}"})  # fmt: skip
    return _figure(traces, theme, "surprise", {"title": say["balls"], "type": "log", "dtick": 1},
                   {"title": say["mean surprise"].format(unit=unit), "rangemode": "tozero"}, height=330)  # fmt: skip


def pulls(
    scores: np.ndarray, found: Mapping[str, np.ndarray], now: float, *, theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """dL/dz of each loss over the score (E,), and a mark at the score `now`."""
    say, traces = _words(texts), []
    for name, trace in _traces(list(found), theme).items():
        here = float(np.interp(now, scores, found[name]))
        traces.append({**trace, "x": _small(scores), "y": _small(found[name]), "hovertemplate": "%{y:.4~g}"})
        traces.append({"type": "scatter", "x": [now], "y": [here], "mode": "markers", "showlegend": False,
                       "hoverinfo": "skip", "marker": {"color": trace["line"]["color"], "size": 10}})  # fmt: skip
    return _figure(traces, theme, "pulls", {"title": say["score z"]}, {"title": say["dldz"]}, height=300,
                   hovermode="x unified", shapes=[_upright(now, theme)])  # fmt: skip
