"""What the figures share: theme, line looks, the grid under a path, and where a path leaves it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from optim_viz.figures.levels import bottom, levels, suits
from optim_viz.figures.style import Style
from optim_viz.figures.text import short

# From low loss to high; the same scale as the player's.
RAMPS = {
    "light": ("#9fb0d8", "#a9c8dc", "#b5dccf", "#cfe8c6", "#e9f2cf", "#fbfae6"),
    "dark": ("#17123a", "#1b2a52", "#1b4560", "#205c60", "#34705a", "#587f55"),
}
INK = {"light": "#31333f", "dark": "#fafafa"}
PAPER = {"light": "#ffffff", "dark": "#0e1117"}
FAINT = {"light": "rgba(49,51,63,0.15)", "dark": "rgba(250,250,250,0.18)"}
FONT = "Source Sans Pro, Source Sans, Noto Sans KR, sans-serif"


def layout(theme: str, **more: Any) -> dict[str, Any]:
    """Layout that suits a page of the theme, "light" or "dark": transparent, readable, legend above."""
    if theme not in INK:
        raise ValueError(f"theme must be light or dark, not {theme!r}")
    base = {
        "template": "none",
        "font": {"family": FONT, "size": 14, "color": INK[theme]},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
        "hoverlabel": {"font": {"family": FONT, "size": 13}},
        "hovermode": "closest",
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": FAINT[theme], "activecolor": INK[theme]},
    }
    return {**base, **more}


def axis(theme: str, title: str, **more: Any) -> dict[str, Any]:
    base = {
        "title": {"text": title, "standoff": 6},
        "automargin": True,
        "gridcolor": FAINT[theme],
        "linecolor": FAINT[theme],
        "showline": True,
        "zeroline": False,
        "ticks": "outside",
        "tickcolor": FAINT[theme],
    }
    return {**base, **more}


def decades(low: float, high: float) -> dict[str, Any]:
    """Of a logarithmic axis from low to high: its range, and ticks at 1, 2 and 5 written in full."""
    ticks = [m * 10.0**p for p in range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
             for m in (1, 2, 5) if low <= m * 10.0**p <= high]  # fmt: skip
    while len(ticks) > 9:
        ticks = ticks[::3] if len(ticks) > 18 else ticks[::2]
    return {"type": "log", "range": np.log10([low, high]).tolist(), "tickvals": ticks,
            "ticktext": [short(value) for value in ticks]}  # fmt: skip


def dash(style: Style) -> str:
    return ",".join(f"{length}px" for length in style.dash) or "solid"


@dataclass(frozen=True)
class Ground:
    """A surface on n × n points of its domain: x (n,), y (n,), z (n, n) with z[row of y, column of x].

    `levels` suit it; `scale` is "linear" or "log"; log heights are counted from `base`, and nothing is drawn lower
    than a rise of `least`.
    """

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    levels: np.ndarray
    scale: str
    base: float
    least: float

    def height(self, value: Any) -> np.ndarray:
        """Where a value is drawn: itself, or log10 of its rise."""
        value = np.asarray(value, dtype=float)
        if self.scale == "linear":
            return value
        with np.errstate(invalid="ignore"):
            return np.log10(np.maximum(value - self.base, self.least))

    def ticks(self, most: int = 8) -> tuple[list[float], list[str]]:
        """Heights of whole decades (log) or of levels (linear), and the true f there in words."""
        if self.scale == "log":
            low, high = (float(self.height(self.levels[k])) for k in (0, -1))
            powers = np.arange(np.ceil(low - 1e-9), np.floor(high + 1e-9) + 1)
            if len(powers) > 1:
                at = powers[:: -(-len(powers) // most)]
                return at.tolist(), [short(self.base + 10.0**p) for p in at]
        at = self.levels[:: -(-len(self.levels) // most)]
        return self.height(at).tolist(), [short(v) for v in at]


def ground(surface: Any, scale: str = "auto", n: int = 100, coarse: bool = False) -> Ground:
    """The surface over its domain, with levels on the chosen scale ("auto", "linear" or "log").

    `coarse` ends a log scale where a valley gets narrower than the grid: a relief would otherwise have holes in
    its floor with the paths far below it.
    """
    x, y = (np.linspace(low, high, n) for low, high in (surface.x, surface.y))
    with np.errstate(all="ignore"):
        z = np.asarray(surface.value(np.stack(np.meshgrid(x, y))), dtype=float)
    floor = surface.minimum_value
    found, base = levels(z, scale, floor), bottom(z, floor)
    kind = suits(z, floor) if scale == "auto" else scale
    if kind == "linear" or len(found) < 2 or not np.isfinite(found - base).all() or found[0] <= base:
        return Ground(x, y, z, found, "linear", base, 0.0)
    rise = z[np.isfinite(z)] - base
    least = np.quantile(rise[rise > 0], 0.05) if coarse else (found[0] - base) / 10
    return Ground(x, y, z, found[found - base > least], "log", base, float(least))


def numbers(z: np.ndarray) -> Any:
    """A float32 array where every number is finite, else nested lists with None for the gaps."""
    with np.errstate(over="ignore"):  # too large to be drawn: a gap
        small = z.astype(np.float32)
    if np.isfinite(small).all():
        return small
    gaps = small.astype(object)
    gaps[~np.isfinite(small)] = None
    return gaps.tolist()


def same_view(surface: Any) -> str:
    """Changes with the surface alone, so that zoom and camera survive new paths."""
    facts = (getattr(surface, name, "") for name in ("formula", "parameters", "x", "y"))
    return " ".join(map(str, facts))


def crossings(p: np.ndarray, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """Where each segment of p (T, 2) enters and leaves the box x × y, in [0, 1]; enters after it leaves: misses."""
    low, high = np.array([x, y], dtype=float).T
    a, move = p[:-1], np.diff(p, axis=0)
    still = move == 0
    with np.errstate(all="ignore"):
        one, two = (low - a) / move, (high - a) / move
    outside = still & ((a < low) | (a > high))
    near = np.where(still, np.where(outside, np.inf, -np.inf), np.minimum(one, two))
    far = np.where(still, np.where(outside, -np.inf, np.inf), np.maximum(one, two))
    return np.maximum(near.max(axis=1), 0.0), np.minimum(far.min(axis=1), 1.0)
