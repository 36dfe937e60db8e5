"""A benchmark in pictures: who is best where, curves, profiles, rates, pairs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.experiments.benchmark import Report
from optim_viz.experiments.standings import RATIOS, Standing, profiles, sensitivity
from optim_viz.figures import unchecked as go
from optim_viz.figures.base import FAINT, INK, PAPER, axis, dash, layout
from optim_viz.figures.style import styles
from optim_viz.words import Text

TEXTS: dict[str, str] = {
    "low": Text("median {value}"),
    "steps": Text("updates"),
    "loss": Text("loss"),
    "ratio": Text("times the gradients of the quickest"),
    "solved": Text("share of runs that reached the target"),
    "rate": Text("learning rate lr"),
    "final": Text("final loss, median of the tuning seeds"),
    "chosen": Text("chosen"),
    "effect": Text("effect"),
}
_WORST = 1000.0  # times the best: no darker
_BAND = 0.16


def grid(
    given: Sequence[Standing], rows: Sequence[str], measure: str, *, theme: str, texts: Mapping[str, str]
) -> go.Figure:
    """Problems × optimizers: the deeper the color the worse; a star the best, ≈ who cannot be told from it."""
    names = given[0].names
    worth = [[_worth(one, k, measure) for k in range(len(names))] for one in given]
    marks = [["★" if name == one.best else "≈" if name in one.alike else "" for name in names] for one in given]
    hover = [[f"{name}<br>{texts['low'].format(value=short(one.spreads[k].median, measure))}"
              for k, name in enumerate(names)] for one in given]  # fmt: skip
    heat = go.Heatmap(
        z=worth, x=list(names), y=list(rows), text=marks, texttemplate="%{text}", customdata=hover,
        hovertemplate="%{y}<br>%{customdata}<extra></extra>", zmin=0, zmax=float(np.log10(_WORST)), showscale=False,
        colorscale=[[0, PAPER[theme]], [1, "#c98bb4" if theme == "light" else "#7d3560"]], xgap=2, ygap=2,
        textfont={"size": 17, "color": INK[theme]},
    )  # fmt: skip
    left = 8 + max(7 * len(row) if row.isascii() else 13 * len(row) for row in rows)
    return go.Figure(heat, layout(
        theme, height=46 + 38 * len(rows), margin={"l": min(left, 230), "r": 4, "t": 34, "b": 4},
        xaxis=axis(theme, "", side="top", automargin=False, showgrid=False, ticks="", tickangle=0),
        yaxis=axis(theme, "", autorange="reversed", automargin=False, showgrid=False, ticks=""),
    ))  # fmt: skip


def _worth(one: Standing, k: int, measure: str) -> float:
    """How much worse than the best, as the logarithm of the times; for shares, of the percent points."""
    values = np.array([spread.median for spread in one.spreads])
    if measure in ("test", "failed"):
        return float(min(10 * (values[k] - values.min()), np.log10(_WORST)))
    if not np.isfinite(values[k]):
        return float(np.log10(_WORST))
    least = max(values.min(), 1e-12)
    return float(np.clip(np.log10(max(values[k], 1e-12) / least), 0, np.log10(_WORST)))


def short(value: float, measure: str) -> str:
    """A number of this measure, as people write it."""
    if not np.isfinite(value):
        return "∞"
    return f"{-value:.1%}" if measure == "test" else f"{value:.0%}" if measure == "failed" else f"{value:.3g}"


def curves(report: Report, entry: int, way: int, *, theme: str, texts: Mapping[str, str]) -> go.Figure:
    """Loss over the updates: medians of the seeds as lines, from quartile to quartile as bands."""
    data, looks = [], styles(report.protocol.optimizers)
    for o, (name, look) in enumerate(zip(report.protocol.optimizers, looks, strict=True)):
        rows = [row for row in report.curves[entry][o][way] if row[3] is not None]
        if not rows:
            continue
        step, low, median, high = (np.array(column, float) for column in zip(*rows, strict=True))
        drawn = {"color": look.color(theme), "dash": dash(look), "width": 2}
        data += [
            go.Scatter(x=np.r_[step, step[::-1]], y=np.r_[low, high[::-1]], fill="toself", mode="none",
                       hoverinfo="skip", fillcolor=look.color(theme), opacity=_BAND, showlegend=False,
                       legendgroup=name),
            go.Scatter(x=step, y=median, name=name, legendgroup=name, mode="lines", line=drawn,
                       hovertemplate=f"<b>{name}</b><br>%{{x}}: %{{y:.3~g}}<extra></extra>"),
        ]  # fmt: skip
    return go.Figure(data, layout(
        theme, height=430, margin={"l": 70, "r": 8, "t": 60, "b": 50}, uirevision=f"{entry}",
        xaxis=axis(theme, texts["steps"], automargin=False),
        yaxis=axis(theme, texts["loss"], type="log", exponentformat="power", automargin=False),
    ))  # fmt: skip


def performance(report: Report, setting: str, *, theme: str, texts: Mapping[str, str]) -> go.Figure:
    """Performance profiles: up and to the left is better."""
    data = [
        go.Scatter(x=list(RATIOS), y=row, name=name, mode="lines", line={"color": look.color(theme), "dash": dash(look),
                   "width": 2.5, "shape": "hv"}, hovertemplate=f"<b>{name}</b><br>%{{y:.0%}}<extra></extra>")
        for (name, row), look in zip(profiles(report, setting).items(), styles(report.protocol.optimizers), strict=True)
    ]  # fmt: skip
    return go.Figure(data, layout(
        theme, height=430, margin={"l": 64, "r": 8, "t": 60, "b": 50},
        xaxis=axis(theme, texts["ratio"], type="log", automargin=False, tickvals=[1, 2, 4, 8, 16, 32]),
        yaxis=axis(theme, texts["solved"], range=[0, 1.02], tickformat=".0%", automargin=False),
    ))  # fmt: skip


def rates(report: Report, entry: int, *, theme: str, texts: Mapping[str, str]) -> go.Figure:
    """How sensitive each optimizer is to its rate: every trial of the search, and the one that was chosen."""
    data = []
    for o, (name, look) in enumerate(zip(report.protocol.optimizers, styles(report.protocol.optimizers), strict=True)):
        rate, loss = sensitivity(report, entry)[o]
        fine, color = np.isfinite(loss), look.color(theme)
        at = report.chosen[entry][o].lr  # type: ignore[attr-defined]
        star = {"symbol": "star", "size": 14, "color": color, "line": {"color": PAPER[theme], "width": 1}}
        told = f"lr %{{x:.3~g}}: %{{y:.3~g}}<extra>{name}</extra>"
        data += [
            go.Scatter(x=rate[fine], y=loss[fine], name=name, legendgroup=name, mode="lines+markers",
                       hovertemplate=told, line={"color": color, "dash": dash(look), "width": 1.5}, marker={"size": 5}),
            go.Scatter(x=[at], y=[loss[np.flatnonzero(rate == at)[0]]], name=f"{name} · {texts['chosen']}",
                       mode="markers", showlegend=False, legendgroup=name, marker=star, hovertemplate=told),
        ]  # fmt: skip
    return go.Figure(data, layout(
        theme, height=430, margin={"l": 74, "r": 8, "t": 60, "b": 50}, uirevision=f"{entry}",
        xaxis=axis(theme, texts["rate"], type="log", exponentformat="power", automargin=False),
        yaxis=axis(theme, texts["final"], type="log", exponentformat="power", automargin=False),
    ))  # fmt: skip


def pairs(one: Standing, *, theme: str, texts: Mapping[str, str]) -> go.Figure:
    """Row against column: how far the row is better (1) or worse (−1); blank where chance explains it as well."""
    names, n = one.names, len(one.names)
    effect, said = np.full((n, n), np.nan), [[""] * n for _ in range(n)]
    for pair in one.pairs:
        a, b = names.index(pair.a), names.index(pair.b)
        for row, column, sign in ((a, b, 1.0), (b, a, -1.0)):
            effect[row, column] = sign * pair.effect if pair.differs else 0.0
            said[row][column] = f"{texts['effect']} {sign * pair.effect:+.2f}, p = {pair.p:.2g}"
    values = [[None if np.isnan(v) else v for v in row] for row in effect]
    shown = [["" if v is None or v == 0 else f"{v:+.1f}".replace("-", "−") for v in row] for row in values]
    heat = go.Heatmap(z=values, x=list(names), y=list(names), text=shown, texttemplate="%{text}", customdata=said,
                      hovertemplate="%{y} – %{x}<br>%{customdata}<extra></extra>", zmin=-1, zmax=1, showscale=False,
                      colorscale=_diverging(theme), xgap=2, ygap=2)  # fmt: skip
    return go.Figure(heat, layout(
        theme, height=60 + 34 * n, margin={"l": 84, "r": 4, "t": 34, "b": 4},
        xaxis=axis(theme, "", side="top", automargin=False, showgrid=False, ticks=""),
        yaxis=axis(theme, "", autorange="reversed", automargin=False, showgrid=False, ticks=""),
    ))  # fmt: skip


def _diverging(theme: str) -> list[list[Any]]:
    worse, better = ("#d9a0c0", "#9fd3c0") if theme == "light" else ("#7d3560", "#23705a")
    return [[0, worse], [0.5, FAINT[theme]], [1, better]]
