"""Plotly's names for the modules that draw: a figure that Plotly checks, or one that a page only sends.

Plotly looks at every property of every figure, for longer than most pages take to compute it; a page that has been
drawn by the tests need not be looked at each time somebody moves a slider. Everywhere else figures are Plotly's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from _plotly_utils.utils import to_typed_array_spec  # private, and compared with what Plotly sends by every test

_QUICK: ContextVar[bool] = ContextVar("quick", default=False)
_NONE = {"data": {"scatter": [{"type": "scatter"}]}}  # what the template "none" stands for


@contextmanager
def unchecked() -> Iterator[None]:
    """Figures made in here are `Unchecked`."""
    before = _QUICK.set(True)
    try:
        yield
    finally:
        _QUICK.reset(before)


class Unchecked:
    """The part of a Plotly figure's interface that our figures use, on plain dictionaries."""

    def __init__(self, data: Any = (), layout: Mapping[str, Any] | None = None) -> None:
        self.traces: list[dict[str, Any]] = list(data if isinstance(data, list | tuple) else [data])
        self.layout: dict[str, Any] = dict(layout or {})

    def add_trace(self, trace: dict[str, Any]) -> Unchecked:
        self.traces.append(trace)
        return self

    def add_traces(self, traces: Sequence[dict[str, Any]]) -> Unchecked:
        self.traces.extend(traces)
        return self

    def add_shape(self, **shape: Any) -> Unchecked:
        self.layout["shapes"] = [*self.layout.get("shapes", ()), shape]
        return self

    def add_annotation(self, **note: Any) -> Unchecked:
        self.layout["annotations"] = [*self.layout.get("annotations", ()), note]
        return self

    def add_vline(self, x: Any, **look: Any) -> Unchecked:
        return self.add_shape(type="line", x0=x, x1=x, xref="x", y0=0, y1=1, yref="y domain", **look)

    def add_hline(self, y: Any, **look: Any) -> Unchecked:
        return self.add_shape(type="line", x0=0, x1=1, xref="x domain", y0=y, y1=y, yref="y", **look)

    def update_layout(self, change: Mapping[str, Any] | None = None, **more: Any) -> Unchecked:
        self.layout = _merged(self.layout, {**(change or {}), **more})
        return self

    def update_xaxes(self, change: Mapping[str, Any] | None = None, **more: Any) -> Unchecked:
        return self._axes("xaxis", {**(change or {}), **more})

    def update_yaxes(self, change: Mapping[str, Any] | None = None, **more: Any) -> Unchecked:
        return self._axes("yaxis", {**(change or {}), **more})

    def _axes(self, kind: str, change: dict[str, Any]) -> Unchecked:
        names = {kind, *(name for name in self.layout if name.startswith(kind))}
        return self.update_layout(dict.fromkeys(names, change))

    def checked(self) -> go.Figure:
        """The same for those who want to read it."""
        return go.Figure(**parts(self))


def parts(figure: Any) -> dict[str, Any]:
    """Traces and layout of a figure as Plotly keeps them, None left out."""
    if not isinstance(figure, Unchecked):
        return {"data": [trace.to_plotly_json() for trace in figure.data], "layout": figure.layout.to_plotly_json()}
    layout = {name: value for name, value in figure.layout.items() if not isinstance(value, list) or value}
    if layout.get("template") == "none":
        layout["template"] = _NONE
    return _kept({"data": figure.traces, "layout": layout})


def _merged(old: Any, new: Mapping[str, Any]) -> dict[str, Any]:
    """`old` with what `new` says of it at any depth; title_standoff is the standoff of the title."""
    made = dict(old) if isinstance(old, Mapping) else {}
    for name, value in new.items():
        head, _, rest = name.partition("_") if name not in made else (name, "", "")
        value = {rest: value} if rest else value
        made[head] = _merged(made.get(head), value) if isinstance(value, Mapping) else value
    return made


def _kept(value: Any) -> Any:
    """Without what is None."""
    if isinstance(value, dict):
        return {name: _kept(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], dict):
        return [_kept(one) for one in value]
    return value


def written(part: Any) -> Any:
    """Traces and layout for JSON: arrays as Plotly's own code for the browser reads them."""
    if isinstance(part, dict):
        return {name: written(inner) for name, inner in part.items()}
    if isinstance(part, (list, tuple)) and part and isinstance(part[0], dict):
        return [written(one) for one in part]
    return to_typed_array_spec(part) if isinstance(part, np.ndarray) else part


def _trace(kind: str, **properties: Any) -> dict[str, Any]:
    return {"type": kind, **properties}


Bar, Box, Contour, Heatmap, Parcoords, Scatter, Scattergl = (
    partial(_trace, kind) for kind in ("bar", "box", "contour", "heatmap", "parcoords", "scatter", "scattergl")
)
if TYPE_CHECKING:
    from plotly.graph_objects import Figure
else:

    def Figure(data: Any = None, layout: Any = None) -> Any:
        """Plotly's figure, or an unchecked one where those are wanted."""
        return Unchecked(data or (), layout) if _QUICK.get() else go.Figure(data, layout)
