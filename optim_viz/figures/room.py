"""A figure for a room: larger type, thicker lines, stronger contrast."""

from typing import Any

import numpy as np

from optim_viz.figures.unchecked import Figure, parts

TALLER = 1.25  # of the picture
_INK = {"light": "#000000", "dark": "#ffffff"}
_GRID = {"light": "rgba(0,0,0,0.28)", "dark": "rgba(255,255,255,0.35)"}
_LINES = ("scatter", "scattergl", "scatter3d")
_PARTS = ("line", "marker", "error_x", "error_y")  # whose widths and sizes are pixels


def enlarged(figure: Any, factor: float, theme: str) -> Any:
    """A copy of `figure` with all its type, lines and markers `factor` times as large, black on white or vice versa."""
    had = parts(figure)
    data, layout = [_grown(_usual(trace), factor) for trace in had["data"]], _grown(had["layout"], factor)
    layout["font"] = {**layout.get("font", {}), "color": _INK[theme]}
    layout["margin"] = {side: round(factor * room) for side, room in layout.get("margin", {}).items()}
    if layout.get("height"):
        layout["height"] = round(TALLER * layout["height"])
    for name, axis in layout.items():
        if name.startswith(("xaxis", "yaxis")):
            axis.update(gridcolor=_GRID[theme], linecolor=_INK[theme], tickcolor=_INK[theme])
            if axis.pop("tickangle", None) == 0:  # larger names may need to stand aslant
                axis["automargin"] = True
    return Figure(data, layout)


def _usual(trace: dict[str, Any]) -> dict[str, Any]:
    """With the sizes that Plotly takes where a curve names none."""
    if trace.get("type", "scatter") in _LINES:
        trace["line"] = {"width": 2, **trace.get("line", {})}
        trace["marker"] = {"size": 8 if trace.get("type") == "scatter3d" else 6, **trace.get("marker", {})}
    return trace


def _grown(value: Any, factor: float, part: str = "") -> Any:
    if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
        return [_grown(one, factor, part) for one in value]
    if not isinstance(value, dict):
        return value
    sized = ("size",) if part.endswith("font") else ("width", "size", "thickness") if part in _PARTS else ()
    return {key: _times(inner, factor) if key in sized else _grown(inner, factor, key) for key, inner in value.items()}


def _times(size: Any, factor: float) -> Any:
    return size if size is None else (factor * np.asarray(size, float)).tolist()
