"""Regression: where each optimizer ends at each learning rate."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import axis, dash, decades, layout
from optim_viz.figures.style import styles
from optim_viz.figures.text import clean, words
from optim_viz.words import Text

TEXTS: dict[str, str] = {"end loss": Text("training loss at the end")}
HEIGHT = 340
_MARGIN = {"l": 64, "r": 12, "t": 44, "b": 56}
_TALLEST = 10.0  # times the lowest: what lies above is not worth the room


def rates(
    sweep: Any, rates: Any, shown: int | None = None, *, theme: str = "light", texts: Mapping[str, str] | None = None
) -> go.Figure:
    """Median loss (line) and lowest to highest (bars) of every rule of a `regression.Sweep`; a star at its best rate.

    `shown` draws only the first so many rules.
    """
    say = words({**TEXTS, **(texts or {})})
    figure = go.Figure(layout=layout(theme, uirevision="rates", height=HEIGHT, margin=_MARGIN))
    names = [rule.label() for rule in sweep.setup.rules]
    loss, best = np.where(np.isfinite(sweep.loss), sweep.loss, np.nan), sweep.best()
    middle = np.where(np.isfinite(sweep.medians()), sweep.medians(), np.nan)
    for k, look in list(enumerate(styles(names)))[:shown]:
        color = look.color(theme)
        known = np.isfinite(loss[k]).all(axis=1)
        low, high = (np.where(known, edge(loss[k], axis=1), middle[k]) for edge in (np.min, np.max))
        figure.add_trace(go.Scatter(
            x=rates, y=middle[k], name=clean(names[k]), mode="lines+markers",
            line={"color": color, "dash": dash(look), "width": 2.5}, marker={"symbol": look.marker, "size": 8},
            error_y={"array": high - middle[k], "arrayminus": middle[k] - low, "thickness": 1.2, "width": 4},
        ))  # fmt: skip
        figure.add_trace(go.Scatter(
            x=[rates[best[k]]], y=[middle[k, best[k]]], mode="markers", showlegend=False, hoverinfo="skip",
            marker={"symbol": "star", "size": 15, "color": color},
        ))  # fmt: skip
    least = float(np.nanmin(loss)) if np.isfinite(loss).any() else 1.0
    figure.update_xaxes(axis(theme, say["rate"], type="log", tickvals=list(rates), automargin=False))
    figure.update_yaxes(axis(theme, say["end loss"], automargin=False, **decades(least / 1.15, least * _TALLEST)))
    return figure
