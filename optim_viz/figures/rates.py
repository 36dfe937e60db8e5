"""Final loss over the learning rate, one curve per optimizer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optim_viz.figures import unchecked as go
from optim_viz.figures.base import FAINT, INK, PAPER, axis, dash, layout
from optim_viz.figures.style import styles
from optim_viz.figures.text import clean, words

DEEP, HIGH = 1e-16, 30.0  # of the gap at the start: what is drawn at the lowest, and at the highest
_ROW, _PLOT = 17, 300  # pixels of a row of diverged rates, and of the curves under them
_MARGIN = {"l": 92, "r": 8, "t": 48, "b": 56}  # told, not found out: Plotly draws everything twice to find it
_CLEAR = "rgba(0,0,0,0)"  # a point that is only there to be clicked


def sweeps(
    made: Sequence[Any], theory: Sequence[tuple[str, Any]] = (), now: tuple[str, float] | None = None, *,
    theme: str = "light", texts: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Where each optimizer ended at each rate; those that diverged in a strip above. A star marks the best.

    `theory` holds (optimizer, rates.Line) pairs, `now` the name and the rate that is chosen at present. Every point can
    be clicked: see `clicked`.
    """
    say, surface = words(texts), made[0].surface
    first, floor = float(surface.value(made[0].start)), surface.minimum_value
    floor = floor if floor is not None and first > floor else None
    names = [clean(one.optimizer.label()) for one in made]
    looks = styles([one.optimizer.name for one in made])
    rows = [
        _Row(one, _heights(one, first, floor), name, dash(look), look.color(theme), k, theme)
        for k, (one, name, look) in enumerate(zip(made, names, looks, strict=True))
    ]
    data = [row.line() for row in rows] + [row.strip() for row in rows if row.made.diverged.any()] + [_stars(rows)]
    chosen = [row for row in rows if now is not None and row.made.optimizer.name == now[0]]
    data += [row.ring(now[1]) for row in chosen] + _legend(say, theme)  # type: ignore[index]
    share, most = _PLOT / (_PLOT + _ROW * len(made)), _ROW * len(made) + _PLOT
    shapes = [{"type": "rect", "xref": "paper", "yref": "y2 domain", "x0": 0, "x1": 1, "y0": 0, "y1": 1,
               "layer": "below", "fillcolor": FAINT[theme], "line": {"width": 0}}]  # fmt: skip
    shapes += [_upright(now[1], {"color": INK[theme], "width": 1})] if now is not None else []
    notes = []
    for row in rows:
        lines = [line for name, line in theory if name == row.made.optimizer.name]
        shapes += [shape for line in lines for shape in row.theory(line)]
        notes += [row.note(lines)] if lines else []
    ends = [float(np.log10(made[0].rates[k])) + pad for k, pad in ((0, -0.05), (-1, 0.05))]
    title = say["final"] if floor is None else say["log"].format(title=say["final gap"])
    scale: dict[str, Any] = {}
    if floor is not None:
        low = min(float(np.nanmin(row.height, initial=first - floor)) for row in rows)
        scale = {"type": "log", "exponentformat": "power",
                 "range": np.log10([low / 2, 1.3 * HIGH * (first - floor)]).tolist()}  # fmt: skip
    return go.Figure(data, layout(
        theme, uirevision=f"{floor}", clickmode="event+select", height=most + 105, shapes=shapes, annotations=notes,
        margin=_MARGIN, xaxis=axis(theme, say["rate"], type="log", exponentformat="power", dtick=1, range=ends,
                                   anchor="y", automargin=False),
        yaxis=axis(theme, title, domain=[0, share - 0.01], automargin=False, **scale),
        yaxis2=axis(theme, "", domain=[share, 1], anchor="x", range=[len(made) - 0.5, -0.5], fixedrange=True, ticks="",
                    automargin=False, tickvals=list(range(len(made))), ticktext=names, tickfont={"size": 12},
                    showgrid=False),
    ))  # fmt: skip


def _legend(say: Mapping[str, str], theme: str) -> list[dict[str, Any]]:
    """What star and bar mean."""
    kinds = (("markers", "best", {"marker": {"symbol": "star", "size": 13, "color": INK[theme]}}),
             ("lines", "gone", {"line": {"width": 6, "color": INK[theme]}}))  # fmt: skip
    return [{"type": "scatter", "x": [None], "y": [None], "mode": mode, "name": say[name], **look}
            for mode, name, look in kinds]  # fmt: skip


def clicked(made: Sequence[Any], curve: int, point: int) -> str | None:
    """The optimizer to which a clicked point in `sweeps` belongs; None for the ring around the chosen rate."""
    lines = [one.optimizer.name for one in made]
    strips = [one.optimizer.name for one in made if one.diverged.any()]
    stars = [one.optimizer.name for one in made if one.best is not None]
    if curve < len(lines) + len(strips):
        return [*lines, *strips][curve]
    return stars[point] if curve == len(lines) + len(strips) else None


def _heights(one: Any, first: float, floor: float | None) -> np.ndarray:
    """Where each rate is drawn: f − f* within what the picture holds, or f; NaN where it diverged."""
    if floor is None:
        low = one.final[~one.diverged].min(initial=first)
        height = np.minimum(one.final, first + 0.5 * (first - low))
    else:
        height = np.clip(one.final - floor, DEEP * (first - floor), HIGH * (first - floor))
    return np.where(one.diverged, np.nan, height)


@dataclass(frozen=True, eq=False)
class _Row:
    """One optimizer of a sweep: its curve below, its diverged rates and its theory in a row above."""

    made: Any
    height: np.ndarray
    name: str
    dash: str
    color: str
    number: int
    theme: str

    def _trace(self, told: str, **more: Any) -> dict[str, Any]:
        kept = {"marker": {"opacity": 1}}  # a click must not fade the other points
        return {"type": "scatter", "name": self.name, "legendgroup": self.name, "selected": kept, "unselected": kept,
                "hovertemplate": f"<b>{self.name}</b><br>lr %{{x:.4~g}}{told}<extra></extra>", **more}  # fmt: skip

    def line(self) -> dict[str, Any]:
        one, kept = self.made, ~self.made.diverged
        inner = np.flatnonzero(kept)
        if inner.size and kept[inner[0] : inner[-1] + 1].all():  # no gap to show: numbers travel in fewer bytes
            x, y, final = one.rates[kept].astype(np.float32), self.height[kept].astype(np.float32), one.final[kept]
        else:
            y = [float(f"{v:.4g}") if k else None for v, k in zip(self.height, kept, strict=True)]
            x, final = one.rates, one.final
        return self._trace("<br>f %{customdata:.4~g}", x=x, y=y, customdata=final, mode="lines+markers",
                           line={"width": 2.5, "dash": self.dash, "color": self.color},
                           marker={"color": _CLEAR, "size": 9, "maxdisplayed": 1})  # fmt: skip

    def strip(self) -> dict[str, Any]:
        gone = self.made.diverged
        at = self.made.rates[gone].astype(np.float32)
        joined = len(at) < 2 or bool(gone[gone.argmax() :].all())
        return self._trace("", x=at, y=np.full(len(at), self.number, np.uint8), yaxis="y2", showlegend=False,
                           mode="lines+markers" if joined else "markers", line={"width": 6, "color": self.color},
                           marker={"color": _CLEAR if joined else self.color, "size": 6, "symbol": "square",
                                   "maxdisplayed": 1 if joined else 0})  # fmt: skip

    def ring(self, rate: float) -> dict[str, Any]:
        k = int(np.abs(np.log(self.made.rates / rate)).argmin())
        gone = bool(self.made.diverged[k])
        look = {"symbol": "circle-open", "size": 17, "color": self.color, "line": {"width": 3}}
        return self._trace("", x=[rate], y=[self.number if gone else self.height[k]], yaxis="y2" if gone else "y",
                           mode="markers", showlegend=False, hoverinfo="skip", marker=look)  # fmt: skip

    def theory(self, line: Any) -> list[dict[str, Any]]:
        """A dashed line through the curves, and once more in the optimizer's own row."""
        look = {"color": self.color, "width": 1.5, "dash": "2px,3px" if line.kind == "best" else "6px,3px"}
        return [_upright(line.rate, look, "y domain"),
                _upright(line.rate, look, "y2", self.number - 0.5, self.number + 0.5)]  # fmt: skip

    def note(self, lines: Sequence[Any]) -> dict[str, Any]:
        """The formulas, in the row on the left of all that is drawn there (over it where there is no room)."""
        left = min(*(line.rate for line in lines), *self.made.rates[self.made.diverged][:1], np.inf)
        roomy = left > 3e-3
        text = " · ".join(line.formula for line in sorted(lines, key=lambda line: line.rate))
        return {"x": float(np.log10(left)), "y": self.number, "xref": "x", "yref": "y2", "text": text,
                "xshift": -3 if roomy else 3, "showarrow": False, "xanchor": "right" if roomy else "left",
                "yanchor": "middle", "borderpad": 0, "bgcolor": _CLEAR if roomy else PAPER[self.theme],
                "font": {"size": 12}}  # fmt: skip


def _stars(rows: Sequence[_Row]) -> dict[str, Any]:
    """The best rate of each optimizer, in its color."""
    best, kept = [row for row in rows if row.made.best is not None], {"marker": {"opacity": 1}}
    x, y, final = ([float(many(row)[row.made.best]) for row in best] for many in (
        lambda row: row.made.rates, lambda row: row.height, lambda row: row.made.final))  # fmt: skip
    edge = {"color": PAPER[best[0].theme] if best else PAPER["light"], "width": 1.5}
    told = "<b>%{text}</b><br>lr %{x:.4~g}<br>f %{customdata:.4~g}<extra></extra>"
    look = {"symbol": "star", "size": 15, "color": [row.color for row in best], "line": edge}
    return {"type": "scatter", "mode": "markers", "x": x, "y": y, "customdata": final, "hovertemplate": told,
            "text": [row.name for row in best], "showlegend": False, "selected": kept, "unselected": kept,
            "marker": look}  # fmt: skip


def _upright(rate: float, line: dict[str, Any], yref: str = "paper", low: float = 0, high: float = 1) -> dict[str, Any]:
    return {"type": "line", "xref": "x", "yref": yref, "x0": rate, "x1": rate, "y0": low, "y1": high, "line": line}
