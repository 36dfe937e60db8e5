"""What a slice through a loss landscape hides: distances from the plane, its loss and the true one, a straight line."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import INK, axis, dash, layout
from optim_viz.figures.style import styles
from optim_viz.figures.text import clean, labels, words


def distances(survey: Any, *, theme: str = "light", texts: Mapping[str, str] | None = None) -> go.Figure:
    """How far each path is from the plane, against the epoch."""
    say, walks = words(texts), survey.walks()
    figure = go.Figure(layout=layout(theme, uirevision="distances", hovermode="x unified", height=320))
    for k, (walk, name, look) in enumerate(_each(walks)):
        figure.add_trace(_line(walk, survey.where.distance[k], name, look.color(theme), 2.5, dash(look)))
    figure.update_xaxes(axis(theme, say["epoch"], rangemode="tozero"))
    figure.update_yaxes(axis(theme, say["distance"], rangemode="tozero"))
    return figure


def losses(survey: Any, *, theme: str = "light", texts: Mapping[str, str] | None = None) -> go.Figure:
    """Each path's true loss (bold), and what the plane shows below it (thin, dotted), on a log axis."""
    say, walks = words(texts), survey.walks()
    figure = go.Figure(layout=layout(theme, uirevision="losses", hovermode="x unified", height=320))
    for k, (walk, name, look) in enumerate(_each(walks)):
        color = look.color(theme)
        figure.add_trace(_line(walk, survey.losses.true[k], name, color, 2.5, "solid", showlegend=False))
        told = f"{name} · {say['shown']}"
        figure.add_trace(_line(walk, survey.losses.shown[k], told, color, 1.5, "dot", showlegend=False))
    for label, kind, width in ((say["true"], "solid", 2.5), (say["shown"], "dot", 1.5)):
        line = {"color": INK[theme], "width": width, "dash": kind}
        figure.add_trace(go.Scatter(x=[None], y=[None], mode="lines", name=label, line=line))
    figure.update_xaxes(axis(theme, say["epoch"], rangemode="tozero"))
    title = say["log"].format(title=say["training loss"])
    seen = survey.losses.true[np.isfinite(survey.losses.true) & (survey.losses.true > 0)]
    wide = seen.size and seen.max() / seen.min() > 100
    figure.update_yaxes(axis(theme, title, type="log", exponentformat="power", dtick=1 if wide else "D2"))
    return figure


def straight(
    barrier: Any, ends: Sequence[str], *, theme: str = "light", texts: Mapping[str, str] | None = None
) -> go.Figure:
    """The loss on the straight line between two results; `ends` are their names."""
    say = words(texts)
    figure = go.Figure(layout=layout(theme, uirevision="straight", showlegend=False, height=300))
    line = {"color": styles(["line"])[0].color(theme), "width": 2.5}
    y = np.where(np.isfinite(barrier.loss), barrier.loss, np.nan)
    figure.add_trace(go.Scatter(x=barrier.t, y=y, mode="lines", line=line, hovertemplate="%{y:.4~g}<extra></extra>"))
    names = [clean(name) for name in ends]
    figure.update_xaxes(axis(theme, "", tickvals=[0, 0.5, 1], ticktext=[names[0], "½", names[1]], range=[-0.04, 1.04]))
    figure.update_yaxes(axis(theme, say["training loss"], rangemode="tozero"))
    return figure


def _each(walks: Sequence[Any]) -> Any:
    return zip(walks, map(clean, labels(walks)), styles([walk.name for walk in walks]), strict=True)


def _line(walk: Any, y: np.ndarray, name: str, color: str, width: float, kind: str, **more: Any) -> dict[str, Any]:
    last = walk.end + 1
    y = np.where(np.isfinite(y[:last]), y[:last], np.nan)
    line = {"color": color, "width": width, "dash": kind}
    return go.Scatter(x=walk.epoch[:last], y=y, mode="lines", name=name, line=line, hovertemplate="%{y:.4~g}", **more)
