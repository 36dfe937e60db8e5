"""A line with its band: what several seeds say together."""

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import dash
from optim_viz.figures.style import Style


def add_band(
    figure: go.Figure, x: np.ndarray, y: np.ndarray, name: str, style: Style, theme: str, form: str = ".3~g"
) -> None:
    """The median of y (seeds, n) over x (n,) as a line, and from the lowest to the highest as a band."""
    line = {"color": style.color(theme), "width": 2.5, "dash": dash(style)}
    low, middle, high = np.min(y, axis=0), np.median(y, axis=0), np.max(y, axis=0)
    if len(y) > 1:
        figure.add_trace(go.Scatter(x=np.concatenate([x, x[::-1]]), y=np.concatenate([high, low[::-1]]),
                                    fill="toself", mode="none", fillcolor=style.color(theme), opacity=0.2,
                                    hoverinfo="skip", showlegend=False, legendgroup=name))  # fmt: skip
    figure.add_trace(go.Scatter(x=x, y=middle, name=name, legendgroup=name, mode="lines+markers",
                                line=line, hovertemplate=f"%{{y:{form}}}",
                                marker={"symbol": style.marker, "size": 7, "maxdisplayed": 10}))  # fmt: skip
