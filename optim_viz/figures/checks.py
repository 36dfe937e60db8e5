"""How far a numerical derivative is off for every step h, and what a gradient costs as a network grows."""

from collections.abc import Mapping, Sequence
from typing import Any

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import INK, axis, layout
from optim_viz.figures.style import styles
from optim_viz.figures.text import words
from optim_viz.labs.backprop.checking import GOOD, STEPS, Checked
from optim_viz.words import Text

TEXTS = {
    "h": Text("step h"),
    "relative error": Text("relative error"),
    "forward difference": Text("forward difference"),
    "central difference": Text("central difference"),
    "ours against central": Text("our gradient against the central difference"),
    "rounding": Text("rounding"),
    "curvature": Text("curve between the two points"),
    "passes": Text("limit of the check, 10⁻⁷"),
    "parameters": Text("number of parameters"),
    "seconds": Text("seconds per gradient"),
    "numerical": Text("numerical, two losses per parameter"),
    "backprop": Text("backpropagation"),
}
_MARGIN = {"l": 76, "r": 12, "t": 44, "b": 52}
_NAMES = {"forward": "forward difference", "central": "central difference", "ours": "ours against central"}
_LOWEST = 1e-16  # where an error of exactly 0 is drawn


def valley(made: Checked, *, theme: str = "light", texts: Mapping[str, str] | None = None) -> go.Figure:
    """Relative error against h for both differences: the U, and what a correct gradient stays below.

    A gradient of ours that is wrong has a curve of its own.
    """
    say = words({**TEXTS, **(texts or {})})
    data = []
    kinds = ("forward", "central") if made.right else ("forward", "central", "ours")
    for kind, look in zip(kinds, styles(["SGD", "Momentum", "Adam"][: len(kinds)]), strict=True):
        data.append(go.Scatter(
            x=STEPS, y=[max(float(e), _LOWEST) for e in made.errors[kind]], name=say[_NAMES[kind]],
            mode="lines+markers", line={"width": 2.5, "color": look.color(theme)},
            marker={"size": 8, "symbol": look.marker}, hovertemplate="h %{x:.0e}: %{y:.2e}<extra></extra>",
        ))  # fmt: skip
    data.append(go.Scatter(x=[STEPS[-1], STEPS[0]], y=[GOOD, GOOD], name=say["passes"], mode="lines", hoverinfo="skip",
                           line={"color": INK[theme], "width": 1, "dash": "6px,3px"}))  # fmt: skip
    notes = [_note(say["rounding"], 0.03, "left", theme), _note(say["curvature"], 0.97, "right", theme)]
    return go.Figure(data, layout(
        theme, height=380, margin=_MARGIN, annotations=notes, uirevision="check",
        xaxis=axis(theme, say["h"], type="log", exponentformat="power", dtick=2, tickangle=0,
                   automargin=False),
        yaxis=axis(theme, say["relative error"], type="log", exponentformat="power", range=[-14, 2], dtick=2,
                   automargin=False),
    ))  # fmt: skip


def _note(text: str, x: float, anchor: str, theme: str) -> dict[str, Any]:
    return {"xref": "paper", "yref": "paper", "x": x, "y": 0.99, "xanchor": anchor, "yanchor": "top", "text": text,
            "showarrow": False, "font": {"size": 13, "color": INK[theme]}}  # fmt: skip


def prices(made: Sequence[Any], *, theme: str = "light", texts: Mapping[str, str] | None = None) -> go.Figure:
    """Seconds of one gradient against the number of parameters: measured prices (perceptron.counting.Price)."""
    say = words({**TEXTS, **(texts or {})})
    size = [one.parameters for one in made]
    both = (("numerical", [one.numerical for one in made]), ("backprop", [one.gradient for one in made]))
    data = [
        go.Scatter(x=size, y=cost, name=say[name], mode="lines+markers",
                   line={"width": 2.5, "color": look.color(theme)}, marker={"size": 8, "symbol": look.marker},
                   hovertemplate="%{x}: %{y:.2~e} s<extra></extra>")
        for (name, cost), look in zip(both, styles(["SGD", "Momentum"]), strict=True)
    ]  # fmt: skip
    return go.Figure(data, layout(
        theme, height=380, margin=_MARGIN, uirevision="price",
        xaxis=axis(theme, say["parameters"], type="log", exponentformat="power", dtick=1, automargin=False),
        yaxis=axis(theme, say["seconds"], type="log", exponentformat="power", dtick=1, automargin=False),
    ))  # fmt: skip
