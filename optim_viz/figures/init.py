"""Initialization: histograms of outputs by layer and initializer, numbers per layer, and training curves."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.activations import numbered, powers
from optim_viz.figures.banded import banded
from optim_viz.figures.base import axis, layout
from optim_viz.figures.style import Style, style_of
from optim_viz.figures.text import words
from optim_viz.words import Text

TEXTS = {
    "layer": Text("layer"), "layer n": Text("layer {n}"), "std": Text("standard deviation"),
    "apart": Text("… between samples"), "output": Text("output of a unit"),
}  # fmt: skip
CUT = 0.2  # a bar this high fills its place: higher ones are cut
_WIDE, _HIGH = 0.86, 0.78  # of a place
_LOOKS = {"one": "AdaGrad", "small": "Nesterov", "xavier": "SGD", "he": "Momentum", "own": "RMSprop"}


def look(name: str) -> Style:
    """The look of an initializer, the same in every picture."""
    return style_of(_LOOKS[name])


def histograms(
    rows: Mapping[str, np.ndarray], names: Mapping[str, str], shown: Sequence[int], ends: tuple[float, float], *,
    theme: str = "light", texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Initializer -> shares (depth, bins): one row each, in it the layers `shown` (from 0), all on one scale.

    One pair of axes holds all of them: a grid of axes takes Plotly ten times as long.
    """
    say = words({**TEXTS, **(texts or {})})
    traces = [_row(shares, shown, len(rows) - 1 - place, name, theme)
              for place, (name, shares) in enumerate(rows.items())]  # fmt: skip
    notes = [{"x": k + _WIDE / 2, "y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False,
              "text": say["layer n"].format(n=layer + 1)} for k, layer in enumerate(shown)]  # fmt: skip
    marks = [f"{end:g}".replace("-", "−") for end in ends]
    ticks = [(k + (0.06, _WIDE - 0.06)[side], mark) for k in range(len(shown)) for side, mark in enumerate(marks)]
    x = axis(theme, say["output"], range=[-0.06, len(shown) - 0.06], automargin=False, showgrid=False, ticks="",
             tickangle=0, tickfont={"size": 12}, tickvals=[at for at, _ in ticks],
             ticktext=[mark for _, mark in ticks])  # fmt: skip
    y = axis(theme, "", range=[-0.06, len(rows)], automargin=False, showgrid=False, ticks="", showline=False,
             tickvals=[len(rows) - 1 - k + _HIGH / 2 for k in range(len(rows))],
             ticktext=[names[name] for name in rows])  # fmt: skip
    margin = {"l": 78, "r": 8, "t": 28, "b": 50}
    return go.Figure(traces, layout(theme, uirevision=f"{len(rows)}{ends}", height=80 + 82 * len(rows), margin=margin,
                                    xaxis=x, yaxis=y, showlegend=False, annotations=notes))  # fmt: skip


def _row(shares: np.ndarray, shown: Sequence[int], floor: float, name: str, theme: str) -> dict[str, Any]:
    """All histograms of a row as one outline, with a gap between each two; hovering tells a bar's share."""
    bins, gap = shares.shape[1], [np.nan]
    edges = np.repeat(np.linspace(0, _WIDE, bins + 1), 2)
    x, y, told = [], [], []
    for k, layer in enumerate(shown):
        each = np.repeat(shares[layer], 2)
        x += [k + edges, gap]
        y += [[floor], floor + np.minimum(each / CUT, 1.0) * _HIGH, [floor], gap]
        told += [each[:1], each, each[-1:], gap]
    color = look(name).color(theme)
    return {"type": "scatter", "x": _joined(x), "y": _joined(y), "customdata": _joined(told), "mode": "lines",
            "fill": "toself", "fillcolor": _clear(color), "hoveron": "points", "line": {"color": color, "width": 1.2},
            "hovertemplate": "%{customdata:.1%}<extra></extra>"}  # fmt: skip


def _joined(parts: Sequence[Any]) -> np.ndarray:
    return np.concatenate(parts).astype(np.float32)  # gaps as NaN: an array travels in a third of the bytes of a list


def _clear(color: str, opacity: float = 0.45) -> str:
    red, green, blue = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def spreads(
    found: Mapping[str, np.ndarray], names: Mapping[str, str], title: str, *, theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """A standard deviation per layer (seeds, depth) for each initializer, log; `title` is "std" or "apart"."""
    say = words({**TEXTS, **(texts or {})})
    depth = max(y.shape[1] for y in found.values())
    rows = {name: np.where(y > 0, y, np.nan) for name, y in found.items()}
    titles = say["layer"], say["log"].format(title=say[title])
    figure = banded(np.arange(1, depth + 1), rows, names, _LOOKS, titles, share=False, log="y", theme=theme)
    figure.update_layout(margin={"l": 76, "b": 54})
    figure.update_xaxes(numbered(depth))
    return figure.update_yaxes({**powers(*found.values()), "nticks": 7})


def learning(
    histories: Mapping[str, Any], names: Mapping[str, str], what: str = "loss", *, theme: str = "light",
    texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Training loss or validation accuracy over the epochs, dotted what guessing gives, for each initializer.

    Lines are medians over the seeds, bands reach from the lowest to the highest; losses far above guessing are cut off.
    """
    say, loss = words({**TEXTS, **(texts or {})}), what == "loss"
    classes = next(iter(histories.values())).net.outputs
    rows = {name: h.train_loss if loss else h.validation_score for name, h in histories.items()}
    epochs = {name: h.epoch for name, h in histories.items()}
    chance, title = (float(np.log(classes)), "training loss") if loss else (1 / classes, "accuracy")
    figure = banded(epochs, rows, names, _LOOKS, (say["epoch"], say[title]), share=not loss, level=chance, theme=theme,
                    span=[0, 1.3 * chance] if loss else [-0.03, 1.03], height=340)  # fmt: skip
    return figure.update_layout(margin={"t": 64, "b": 54}, showlegend=loss)
