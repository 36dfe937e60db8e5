"""Training, measured: curves over the epochs, a fitted curve, predictions, and how numbers are spread."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import FAINT, INK, axis, dash, layout, numbers
from optim_viz.figures.style import Style, styles
from optim_viz.figures.text import clean, words

_RING = {"symbol": "circle-open", "line": {"width": 3}}
MOST_DECADES = 1e20  # of a loss that diverges
MOST_POINTS = 600  # of data in a picture, and of a curve


def names(history: Any) -> list[str]:
    """The optimizers' names, with the seed where one trained with several."""
    labels = [run.optimizer.label() for run in history.runs]
    return [f"{label} · {run.seed}" if labels.count(label) > 1 else label
            for label, run in zip(labels, history.runs, strict=True)]  # fmt: skip


def curves(
    history: Any, what: str = "loss", *, theme: str = "light", texts: Mapping[str, str] | None = None,
    most: int = MOST_POINTS,
) -> go.Figure:  # fmt: skip
    """ "loss" (log) or "score", accuracy or R², against the epoch: validation bold with marks, training thin.

    The legend of the loss tells the optimizers, that of the score what is bold and what is thin. A ring on the loss
    is where early stopping ended a run. A curve has at most `most` points.
    """
    say, both = words(texts), history.validation_loss is not None
    figure = go.Figure(layout=layout(theme, uirevision=what, hovermode="x unified", height=320))
    for k, (name, look) in enumerate(zip(names(history), styles(names(history)), strict=True)):
        end = int(history.end[k]) + 1
        rows = np.unique(np.linspace(0, end - 1, min(end, most)).astype(int)) if end else np.arange(0)
        for part in ("train", "validation") if both else ("train",):
            y = getattr(history, f"{part}_{what}")[k, rows]
            y = np.where(y > 0, y, np.nan) if what == "loss" else y
            bold = not both or part == "validation"
            figure.add_trace(_curve(history.epoch[rows], y, name, look, theme, bold, bold and what == "loss"))
        if what == "loss" and history.outcomes[k].kind == "stopped early":
            figure.add_trace(_stopped(history.epoch[end - 1], history.validation_loss[k, end - 1], look.color(theme)))
    if what == "loss" and any(outcome.kind == "stopped early" for outcome in history.outcomes):
        marker = {**_RING, "size": 11, "color": INK[theme]}
        figure.add_trace(go.Scatter(x=[None], y=[None], mode="markers", name=say["stopped"], marker=marker))
    if both and what == "score":
        for label, width in ((say["validation"], 2.5), (say["training"], 1)):
            line = {"color": INK[theme], "width": width}
            figure.add_trace(go.Scatter(x=[None], y=[None], mode="lines", name=label, line=line))
    figure.update_xaxes(axis(theme, say["epoch"], rangemode="tozero"))
    if what == "loss":
        title = say["log"].format(title=say["training loss"])
        figure.update_yaxes(axis(theme, title, type="log", exponentformat="power", dtick=_ticks(history)))
    else:
        share = history.score == "accuracy"
        scores = [history.train_score, *([history.validation_score] if both else [])]
        low = min((float(part[k, : int(e) + 1].min()) for part in scores for k, e in enumerate(history.end) if e >= 0),
                  default=0.0)  # fmt: skip
        figure.update_yaxes(axis(theme, say["accuracy"] if share else "R²", tickformat=".0%" if share else None,
                                 range=[max(low, -0.2) - 0.03, 1.03]))  # fmt: skip
    return figure


def _ticks(history: Any) -> Any:
    """Decades where the losses span many (a hundred are too many), 2 and 5 between them where few, else free."""
    y = history.train_loss[history.train_loss > 0]
    span = y.max() / y.min() if y.size else 1
    return None if span > MOST_DECADES else 1 if span > 100 else "D2" if span > 5 else None


def _curve(x: Any, y: Any, name: str, look: Style, theme: str, bold: bool, shown: bool) -> dict[str, Any]:
    color = look.color(theme)
    return go.Scatter(
        x=numbers(x), y=numbers(y), name=clean(name),
        legendgroup=name if shown else None, showlegend=shown, mode="lines+markers" if bold else "lines",
        line={"color": color, "width": 2.5 if bold else 1, "dash": dash(look) if bold else "solid"},
        marker={"color": color, "symbol": look.marker, "size": 7, "maxdisplayed": 8},
        hovertemplate="%{y:.4~g}" if bold else None, hoverinfo=None if bold else "skip",
    )  # fmt: skip


def _stopped(x: float, y: float, color: str) -> dict[str, Any]:
    marker = {**_RING, "size": 17, "color": color}
    return go.Scatter(x=[x], y=[y], mode="markers", marker=marker, cliponaxis=False, showlegend=False, hoverinfo="skip")


def fitted(
    history: Any, train: Any, test: Any, x: Any, y: Any, *, labels: tuple[str, str] = ("x", "y"),
    theme: str = "light", texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Curves y (runs, n) over x (n,) among training and test points (two (X, y) pairs), all in original units."""
    say = words(texts)
    figure = go.Figure(layout=layout(theme, uirevision="fitted", height=420))
    for (X, t), label, symbol in ((train, say["training"], "circle"), (test, say["test"], "circle-open")):
        marker = {"color": INK[theme], "opacity": 0.45, "symbol": symbol, "size": 6}
        figure.add_trace(go.Scatter(x=X[:MOST_POINTS, 0], y=t[:MOST_POINTS], mode="markers", name=label,
                                    hoverinfo="x+y", marker=marker))  # fmt: skip
    for name, look, line in zip(names(history), styles(names(history)), y, strict=True):
        figure.add_trace(go.Scatter(x=x, y=line, mode="lines", name=clean(name), hoverinfo="x+y+name",
                                    line={"color": look.color(theme), "width": 2.5, "dash": dash(look)}))  # fmt: skip
    low, high = (float(f(np.concatenate([train[1], test[1]]))) for f in (np.min, np.max))
    room = 0.15 * (high - low) or 1.0
    figure.update_xaxes(axis(theme, clean(labels[0])))
    figure.update_yaxes(axis(theme, clean(labels[1]), range=[low - room, high + room]))
    return figure


def predicted(
    history: Any, truth: np.ndarray, said: np.ndarray, *, theme: str = "light", texts: Mapping[str, str] | None = None
) -> go.Figure:
    """Test targets (n,) against what each optimizer's network says (runs, n); on the diagonal it is right."""
    say = words(texts)
    figure = go.Figure(layout=layout(theme, uirevision="predicted", height=420))
    ends = [float(truth.min()), float(truth.max())]
    figure.add_trace(go.Scatter(x=ends, y=ends, mode="lines", line={"color": FAINT[theme]}, showlegend=False,
                                hoverinfo="skip"))  # fmt: skip
    for name, look, row in zip(names(history), styles(names(history)), said, strict=True):
        marker = {"color": look.color(theme), "symbol": look.marker, "size": 7, "opacity": 0.75}
        figure.add_trace(go.Scatter(x=truth[:MOST_POINTS], y=row[:MOST_POINTS], mode="markers", name=clean(name),
                                    marker=marker, hoverinfo="x+y+name"))  # fmt: skip
    figure.update_xaxes(axis(theme, say["target"]))
    figure.update_yaxes(axis(theme, say["said"]))
    return figure


def histograms(
    history: Any, weights: Sequence[Any], activations: Sequence[Any], *, theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """One row per layer: how its weights (left) and what comes out of it (right) are spread, all optimizers."""
    say, many = words(texts), len(weights)
    figure = go.Figure(layout=layout(theme, uirevision=f"histograms {many}", height=90 + 170 * many,
                                     hovermode="x unified"))  # fmt: skip
    looks, gap = styles(names(history)), 0.32 / max(many, 1)
    for column, spreads in enumerate((weights, activations)):
        for row, spread in enumerate(spreads):
            place = str(2 * row + column + 1) if row or column else ""
            for name, look, shares in zip(names(history), looks, spread.shares, strict=True):
                figure.add_trace(go.Scatter(
                    x=spread.edges, y=[*shares, shares[-1]], name=clean(name), legendgroup=name, mode="lines",
                    showlegend=not row and not column, xaxis=f"x{place}", yaxis=f"y{place}", hovertemplate="%{y:.1%}",
                    line={"color": look.color(theme), "width": 2, "dash": dash(look), "shape": "hv"},
                ))  # fmt: skip
            top = 1 - row / many
            kind = say["weights"] if not column else say["activations"]
            figure.update_layout({
                f"xaxis{place}": axis(theme, kind.format(n=row + 1), anchor=f"y{place}",
                                      domain=[0.0, 0.46] if not column else [0.54, 1.0]),
                f"yaxis{place}": axis(theme, "", anchor=f"x{place}", tickformat=".0%", rangemode="tozero", nticks=4,
                                      domain=[top - 1 / many + (gap if many > 1 else 0), top]),
            })  # fmt: skip
    return figure
