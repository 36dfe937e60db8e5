"""Sharp and flat: a dot per run and a bar at the median, and curvature against the edge of stability."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import INK, axis, layout
from optim_viz.figures.style import styles
from optim_viz.figures.text import clean, short, words

WIDE = 0.35  # half the width of all medians' bars of a batch size


def dots(
    groups: Mapping[str, Mapping[str, Sequence[float]]], title: str, *, share: bool = False, log: bool = False,
    theme: str = "light", texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Optimizer -> batch size -> one value per seed, and their median; log only where every value is above 0."""
    say, places = words(texts), list(dict.fromkeys(size for own in groups.values() for size in own))
    every = [float(v) for own in groups.values() for values in own.values() for v in values if np.isfinite(v)]
    log = log and all(v > 0 for v in every)
    figure = go.Figure(layout=layout(theme, uirevision=title, height=300, showlegend=len(groups) > 1))
    form, wide = "%{y:.1%}" if share else "%{y:.3~g}", WIDE / len(groups)
    for k, (name, look) in enumerate(zip(groups, styles(groups), strict=True)):
        x, y, low, high = [], [], [], []
        for place, values in ((places.index(size), values) for size, values in groups[name].items()):
            known = [float(v) for v in values if np.isfinite(v)]
            middle = place + (2 * k + 1 - len(groups)) * 1.15 * wide
            x += (middle + np.linspace(-0.6 * wide, 0.6 * wide, len(known))).tolist() if len(known) > 1 else \
                [middle] * len(known)  # fmt: skip
            y += known
            if known:
                low += [middle - wide, middle + wide, None]
                high += [float(np.median(known))] * 2 + [None]
        marker = {"color": look.color(theme), "symbol": look.marker, "size": 8, "opacity": 0.75}
        figure.add_trace(go.Scatter(x=x, y=y, mode="markers", marker=marker, name=clean(name), legendgroup=name,
                                    hovertemplate=f"{form}<extra>{clean(name)}</extra>"))  # fmt: skip
        figure.add_trace(go.Scatter(x=low, y=high, mode="lines", name=say["median"], legendgroup=name, showlegend=False,
                                    line={"color": INK[theme], "width": 2.5}, hovertemplate=form))  # fmt: skip
    figure.update_xaxes(axis(theme, say["batch size"], tickvals=list(range(len(places))), ticktext=places,
                             range=[-0.5, len(places) - 0.5]))  # fmt: skip
    text = say["log"].format(title=title) if log else title
    figure.update_yaxes(axis(theme, text, type="log" if log else "linear", tickformat=".0%" if share else None))
    ticks = _ticks(every) if log else []
    if ticks:
        figure.update_yaxes(tickvals=ticks, ticktext=[short(v) for v in ticks], title_standoff=14)
    return figure


def _ticks(values: Sequence[float]) -> list[float]:
    """Powers of ten about the values, with 2 and 5 times or more between them until there are three."""
    if not values:
        return []
    low, high, ticks = min(values) / 1.2, max(values) * 1.2, []
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for leads in ((1,), (1, 2, 5), (1, 2, 3, 4, 5, 6, 8)):
        ticks = [v for v in (float(f"{lead}e{power}") for power in powers for lead in leads) if low <= v <= high]
        if len(ticks) > 2:
            break
    return ticks


def edge(
    edges: Sequence[Any], what: str = "curvature", *, theme: str = "light", texts: Mapping[str, str] | None = None
) -> go.Figure:
    """ "curvature": λmax where it was measured, and the line 2/lr. "loss" (log): the training loss at each step."""
    say = words(texts)
    figure = go.Figure(layout=layout(theme, uirevision=what, height=320))
    look = styles(["λmax"])[0]
    line = {"color": look.color(theme), "width": 2}
    if what == "curvature":
        known = [e for e in edges if e.curvature is not None and np.isfinite(e.curvature)]
        figure.add_trace(go.Scatter(x=[e.step for e in known], y=[e.curvature for e in known], name="λmax", line=line,
                                    mode="lines+markers", marker={"size": 5, "color": line["color"]},
                                    hovertemplate="%{y:.4~g}"))  # fmt: skip
        if known:
            figure.add_trace(go.Scatter(x=[0, known[-1].step], y=[known[0].limit] * 2, name="2/lr", mode="lines",
                                        line={"color": INK[theme], "width": 2, "dash": "6px,4px"},
                                        hovertemplate="%{y:.4~g}"))  # fmt: skip
        figure.update_yaxes(axis(theme, "λmax", rangemode="tozero"))
    else:
        shown = [e for e in edges if np.isfinite(e.loss) and e.loss > 0]
        figure.add_trace(go.Scatter(x=[e.step for e in shown], y=[e.loss for e in shown], mode="lines", line=line,
                                    name=say["training loss"], hovertemplate="%{y:.4~g}"))  # fmt: skip
        wide = bool(shown) and max(e.loss for e in shown) / min(e.loss for e in shown) > 100
        figure.update_yaxes(axis(theme, say["log"].format(title=say["training loss"]), type="log",
                                 exponentformat="power", dtick=1 if wide else None))  # fmt: skip
    figure.update_xaxes(axis(theme, say["step"], rangemode="tozero"))
    return figure
