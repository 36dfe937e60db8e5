"""A sweep in a picture: the final loss of every rule over its learning rate."""

from collections.abc import Mapping, Sequence

import numpy as np

from optim_viz.experiments.summary import Line
from optim_viz.figures import unchecked as go
from optim_viz.figures.base import axis, dash, layout
from optim_viz.figures.style import styles
from optim_viz.words import Text

TEXTS = {"rate": Text("learning rate lr"), "number": Text("number of the rule"), "loss": Text("final loss")}


def rates(lines: Sequence[Line], *, theme: str, texts: Mapping[str, str]) -> go.Figure:
    """A marker per rule with its quartiles, joined through the lowest median of each rate; failures are left out."""
    names = list(dict.fromkeys(line.optimizer for line in lines))
    rated = all("lr" in dict(line.settings) for line in lines)
    data = []
    for name, look in zip(names, styles(names), strict=True):
        own = [line for line in lines if line.optimizer == name and 0 < line.loss.median < np.inf]
        at = [dict(line.settings)["lr"] if rated else lines.index(line) + 1 for line in own]
        order = np.argsort(at, kind="stable")
        best = [k for k in order if own[k].loss.median == min(o.loss.median for o, a in zip(own, at, strict=True)
                                                              if a == at[k])]  # fmt: skip
        color = look.color(theme)
        said = [", ".join(f"{key} {value:g}" for key, value in own[k].settings) for k in order]
        median = np.array([own[k].loss.median for k in order])
        high = np.array([own[k].loss.high for k in order])
        data += [
            go.Scatter(x=[at[k] for k in best], y=[own[k].loss.median for k in best], mode="lines", showlegend=False,
                       legendgroup=name, hoverinfo="skip", line={"color": color, "dash": dash(look), "width": 1.5}),
            go.Scatter(x=[at[k] for k in order], y=median, name=name, legendgroup=name, mode="markers",
                       marker={"color": color, "symbol": look.marker, "size": 8}, customdata=said,
                       hovertemplate=f"%{{customdata}}: %{{y:.3~g}}<extra>{name}</extra>",
                       error_y={"array": np.where(np.isfinite(high), high, median) - median,
                                "arrayminus": median - [own[k].loss.low for k in order], "thickness": 1}),
        ]  # fmt: skip
    title = texts["rate" if rated else "number"]
    return go.Figure(data, layout(
        theme, height=430, margin={"l": 74, "r": 8, "t": 60, "b": 50},
        xaxis=axis(theme, title, type="log" if rated else "linear", exponentformat="power", automargin=False),
        yaxis=axis(theme, texts["loss"], type="log", exponentformat="power", automargin=False),
    ))  # fmt: skip
