"""The numbers in a Plotly figure as tables: what its traces show, under the names a reader sees."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import numpy as np

from optim_viz.export.tables import Table

_MOST = 12  # rows and columns of a grid


def tables(figure: Any) -> list[Table]:
    """A table for each grid, and one for all curves over the same places; decoration without a hover is left out."""
    traces = [trace for trace in figure.data if trace.visible in (None, True)]
    told = [trace for trace in traces if getattr(trace, "hoverinfo", None) != "skip" or _band(trace)] or traces
    found = [_ALONE[trace.type](figure, trace) for trace in told if trace.type in _ALONE]
    series = [one for trace in told if trace.type not in _ALONE for one in _columns(figure, trace)]
    return [*found, *_joined([one for one in series if any(value is not None for value in one.values)])]


def plain(text: Any) -> str:
    """Words of a figure without its markup."""
    said = re.sub(r"</?(sub|sup|b|i|span)\b[^>]*>", "", str(text or ""))
    return " ".join(unescape(re.sub(r"<br ?/?>", " ", said)).split())


@dataclass(eq=False)
class _Column:
    """Values over places of one pair of axes: `at` and `values` (n,), under a name; `more` are further columns."""

    axes: tuple[str, str]
    name: str
    at: list[Any]
    values: list[Any]
    more: dict[str, list[Any]] = field(default_factory=dict)


def _columns(figure: Any, trace: Any) -> Iterator[_Column]:
    across, up = "yx" if getattr(trace, "orientation", None) == "h" else "xy"
    axes = _axis(figure, trace, across), _axis(figure, trace, up)
    at, values = (_named(figure, trace, side, _cells(trace[side])) for side in (across, up))
    at = at or list(range(len(values)))
    name, half = plain(trace.name or trace.legendgroup), len(at) // 2
    if _band(trace):
        if at[:half] == at[half:][::-1]:
            yield _Column(axes, f"{name} ↑".strip(), at[:half], values[half:][::-1])
            yield _Column(axes, f"{name} ↓".strip(), at[:half], values[:half])
        return
    more = {"z": _cells(trace.z)} if trace.type == "scatter3d" else {}
    said, hover = _said(trace), str(trace.hovertemplate or "")
    if said and "%{y" not in hover:
        values = said
    elif said:
        word = re.search(r"(\w+) %\{customdata(\[0\])?[:}]", hover)
        more = {word.group(1) if word else name or "f": said}
    kept = [k for k, place in enumerate(at) if place is not None]
    at, values, *rest = ([cells[k] for k in kept] for cells in (at, values, *more.values()))
    yield _Column(axes, name, at, values, dict(zip(more, rest, strict=True)))


def _joined(series: Sequence[_Column]) -> Iterator[Table]:
    """Curves over the same places side by side, also where one ends early; what has more numbers stands alone."""
    groups: list[list[_Column]] = []
    for one in series:
        for group in groups:
            short, long = sorted((group[0].at, one.at), key=len)
            if not one.more and not group[0].more and one.axes == group[0].axes and long[: len(short)] == short:
                group.insert(0 if long is one.at and len(long) > len(short) else len(group), one)
                break
        else:
            groups.append([one])
    for group in groups:
        longest, order = group[0].at, sorted(group, key=series.index)
        gaps = [one.values + [None] * (len(longest) - len(one.values)) for one in order]
        (x, y), many = group[0].axes, len(group) > 1
        head = (x, *(one.name or y for one in order)) if many else (x, y, *group[0].more)
        rows = zip(longest, *gaps, *group[0].more.values(), strict=True)
        yield Table(y if many else group[0].name or y, head, tuple(rows))


def _box(_: Any, trace: Any) -> Table:
    quarters = np.quantile(np.asarray(trace.y, float), (0, 0.25, 0.5, 0.75, 1)).tolist()
    return Table(plain(trace.name), ("0 %", "25 %", "50 %", "75 %", "100 %"), (tuple(quarters),))


def _parallel(_: Any, trace: Any) -> Table:
    sides = [(plain(side.label), _powers(side)) for side in trace.dimensions]
    return Table("", tuple(name for name, _ in sides), tuple(zip(*(cells for _, cells in sides), strict=True)))


def _grid(figure: Any, trace: Any) -> Table:
    said, z = trace.customdata, np.asarray(trace.z, object)
    shown = z if said is None or np.shape(said)[:2] != z.shape else np.asarray(said, object)
    down, across = (_spread(n) for n in z.shape)
    x, y = (_cells(side) or list(range(n)) for side, n in ((trace.x, z.shape[1]), (trace.y, z.shape[0])))
    corner = f"{_axis(figure, trace, 'y')} \\ {_axis(figure, trace, 'x')}"
    rows = [(y[j], *(_cell(shown[j, i]) for i in across)) for j in down]
    return Table(plain(trace.name), (corner, *(_head(x[i]) for i in across)), tuple(rows))


def _powers(side: Any) -> list[Any]:
    """Of an axis whose ticks are written as powers of ten, the numbers themselves."""
    values, ticks = np.asarray(side.values, float), side.tickvals
    try:
        logs = ticks is not None and np.allclose([float(text) for text in side.ticktext], 10.0 ** np.asarray(ticks))
    except (TypeError, ValueError):
        logs = False
    return (10.0**values if logs else values).tolist()


def _spread(n: int) -> list[int]:
    return list(range(n)) if n <= _MOST else [round(k * (n - 1) / (_MOST - 1)) for k in range(_MOST)]


def _side(figure: Any, trace: Any, side: str) -> Any:
    if trace.type in ("scatter3d", "surface"):
        return figure.layout.scene[f"{side}axis"]
    return figure.layout[f"{side}axis{(getattr(trace, f'{side}axis', None) or side)[1:]}"]


def _axis(figure: Any, trace: Any, side: str) -> str:
    return plain(_side(figure, trace, side).title.text) or side


def _named(figure: Any, trace: Any, side: str, at: list[Any]) -> list[Any]:
    """The names of places on an axis that writes names at 0, 1, 2, ..., also where they are off a little."""
    axis = _side(figure, trace, side)
    marks, names = list(axis.tickvals or ()), list(axis.ticktext or ())
    if len(marks) < 2 or marks != list(range(len(marks))) or len(names) != len(marks):
        return at
    near = [round(place) if isinstance(place, float) else -1 for place in at]
    return [plain(names[k]) if 0 <= k < len(names) else place for k, place in zip(near, at, strict=True)]


def _band(trace: Any) -> bool:
    return getattr(trace, "fill", None) == "toself"


def _said(trace: Any) -> list[Any]:
    """What the hover tells instead of a drawn height."""
    if trace.customdata is None or "%{customdata" not in str(trace.hovertemplate):
        return []
    array = np.asarray(trace.customdata, object)
    return _cells(array[:, 0] if array.ndim == 2 else array)


def _cells(values: Any) -> list[Any]:
    return [] if values is None else [_cell(value) for value in np.asarray(values, object).tolist()]


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return plain(value) if value else None
    number = float(value)
    return None if np.isnan(number) else number


def _head(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


_ALONE = {"heatmap": _grid, "contour": _grid, "surface": _grid, "box": _box, "parcoords": _parallel}
