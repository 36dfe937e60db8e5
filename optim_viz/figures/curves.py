"""The loss of each path, step by step."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import axis, dash, layout
from optim_viz.figures.style import styles
from optim_viz.figures.text import as_list, clean, labels, words

DEPTH = 20  # decades below the highest loss that are in view at first


def loss(paths: Any, *, log: bool = True, theme: str = "light", texts: Mapping[str, str] | None = None) -> go.Figure:
    """Loss against step: f − f* on a log scale where f* is known (and `log`), else f as it is.

    `paths` is one Path or several; each is drawn up to its end. A value at or below f* has no place on a log
    scale and leaves a gap. Hovering shows the exact f. ValueError for batches.
    """
    many, say = as_list(paths), words(texts)
    floor = getattr(many[0].surface, "minimum_value", None)
    figure = go.Figure(layout=layout(theme, uirevision="loss", hovermode="x unified"))
    known = floor if log else None
    shown = [_real(path) if known is None else _gap(path, known) for path in many]
    log = known is not None
    looks = styles([path.name for path in many])
    for path, look, name, y in zip(many, looks, labels(many), shown, strict=True):
        color = look.color(theme)
        figure.add_trace(go.Scatter(
            x=np.arange(len(y)), y=_drawn(y), customdata=_real(path), name=clean(name), mode="lines+markers",
            line={"color": color, "width": 2.5, "dash": dash(look)},
            marker={"color": color, "symbol": look.marker, "size": 7, "maxdisplayed": 12},
            hovertemplate="f %{customdata:.12~g}",
        ))  # fmt: skip
    title = say["log"].format(title=say["gap"]) if log else say["loss"]
    figure.update_xaxes(axis(theme, say["step"], rangemode="tozero"))
    scale = {"type": "log", "exponentformat": "power"} if log else {"exponentformat": "power"}
    figure.update_yaxes(axis(theme, title, range=_view(many, shown, log), **scale))
    return figure


def _real(path: Any) -> np.ndarray:
    return np.asarray(path.value[: int(path.end) + 1], dtype=float)


def _gap(path: Any, floor: float) -> np.ndarray:
    gap = _real(path) - floor
    return np.where(gap > 0, gap, np.nan)


def _drawn(y: np.ndarray) -> Any:
    return y if np.isfinite(y).all() else [float(v) if np.isfinite(v) else None for v in y]


def _view(many: list[Any], shown: list[np.ndarray], log: bool) -> list[float] | None:
    """What is in view at first: the last decades (log); without the heights of a path that grows (linear)."""
    every = np.concatenate(shown)
    every = every[np.isfinite(every)]
    if not every.size:
        return None
    if log:
        high = np.log10(every.max())
        low = max(np.log10(every.min()), high - DEPTH)
        return [float(low - 0.04 * (high - low) - 0.1), float(high + 0.04 * (high - low) + 0.1)]
    calm = [
        y if path.outcome.kind not in ("diverged", "growing") else y[:1] for path, y in zip(many, shown, strict=True)
    ]
    high, low = float(np.concatenate(calm).max()), float(np.concatenate(calm).min())
    pad = 0.05 * (high - low) or 1.0
    return [low - pad, high + pad]
