"""The player's messages: [uint32 header length][JSON header padded to 4 bytes][float32 little endian ...]."""

import hashlib
import json
import struct
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.player.signs import pack_signs
from optim_viz.player.texts import TEXTS

LARGEST = 3e38  # what float32 holds; a value beyond it is drawn outside the picture all the same


def pack_surface(
    surface: Any,
    n: int = 120,
    *,
    levels: Any = None,
    scale: str = "auto",
    arrows: int = 15,
    fill: str = "viridis",
    axes: tuple[str, str] = ("x", "y"),
    texts: Mapping[str, str] | None = None,
) -> bytes:
    """What lies under the paths: values on n × n points, levels, −∇f on arrows × arrows points, minima.

    `levels` (increasing) default to `figures.levels` with `scale` "auto", "linear" or "log"; `fill` is
    "viridis", "blue" or "gray"; `texts` replaces words of `TEXTS` (here rather than with the paths: this
    message is sent only when the surface changes).
    """
    with np.errstate(all="ignore"):
        values = np.asarray(surface.value(_lattice(surface, n)), dtype=float)
        at = _lattice(surface, arrows, inset=0.5).reshape(2, -1)
        downhill = -np.asarray(surface.gradient(at), dtype=float) if arrows else np.zeros((2, 0))
    values = np.broadcast_to(values, (n, n))
    if levels is None:
        from optim_viz.figures import levels as suitable

        floor = surface.minimum_value
        if scale == "auto" and floor is not None and suitable.suits(values, floor) == "linear":
            scale = "squares"  # a bowl with even levels would hide its whole floor in one band
        levels = suitable.levels(values, scale, floor=floor)
    levels = np.asarray(levels, dtype=float)
    header = {
        "key": surface_key(surface),
        "rows": n,
        "columns": n,
        "levels": max(len(levels), 1),
        "field": downhill.shape[1],
        "x": [float(side) for side in surface.x],
        "y": [float(side) for side in surface.y],
        "minima": [[float(x), float(y)] for x, y in np.asarray(surface.minima, dtype=float).reshape(-1, 2)],
        "holes": not bool(np.isfinite(values).all()),
        "fill": fill,
        "axes": list(axes),
        "texts": changed(texts),
    }
    grid = np.where(np.isfinite(values), np.clip(values, -LARGEST, LARGEST), np.nan)
    return joined(header, [grid, tame(levels) if len(levels) else [0.0], np.vstack([at, tame(downhill)]).T])


def pack_paths(
    paths: Sequence[Any],
    *,
    looks: Sequence[Any] | None = None,
    labels: Sequence[str] | None = None,
    texts: Mapping[str, str] | None = None,
    charts: Sequence[Mapping[str, Any]] | None = None,
    log: bool = True,
    equal: bool = False,
    field: bool = False,
    start_mode: bool = True,
    autoplay: bool = True,
    loop: bool = False,
    height: int = 520,
    unit: float | None = None,
    inside: Any = None,
    listen: bool = False,
    say: Callable[[str], str] = str,
) -> bytes:
    """Paths on one surface: x, y and the loss of every real point, 12 bytes each, after a small header.

    The loss is f − f* where the surface knows its minimum, so that small differences survive float32. `looks`
    are styles (`light`, `dark`, `dash`, `marker`), `labels` the names shown. `charts` are drawn under the
    loss: `{"title": str, "log": bool, "series": [(path number, values), ...]}`, one value per step. `equal`
    keeps equal units on both axes, `field` shows the downhill arrows, `start_mode` lets a click choose a
    start (where someone listens), `height` is the height of the pictures on a wide page, in pixels. `unit` is what
    one step stands for, such as 0.01 epochs. `inside` (an `Inside` of the first path) draws each of its updates, in
    words that `say` translates; `listen` tells the page where the play head is, also while it plays.
    """
    surface = paths[0].surface
    names = list(labels) if labels is not None else [path.name for path in paths]
    if looks is None:
        from optim_viz.figures.style import styles

        looks = styles([path.name for path in paths])
    floor = surface.minimum_value
    series, arrays, seen = [], [], Counter()
    for path, look, name in zip(paths, looks, names, strict=True):
        seen[name] += 1
        series.append(_series(path, look, name, seen[name]))
        last = int(path.end) + 1
        value = np.asarray(path.value, dtype=float)[:last] - (floor or 0.0)
        arrays += [tame(np.asarray(path.x)[:last, 0]), tame(np.asarray(path.x)[:last, 1]), tame(value)]
    extra = [_chart(chart, arrays) for chart in charts or ()]
    positive = floor is not None or all((arrays[k] > 0).all() for k in range(2, 3 * len(series), 3))
    loss = {"text": "loss" if floor is None else "gap_title", "log": log and positive, "loss": True}
    start = np.asarray(paths[0].x, dtype=float)[0]
    header = {
        "surface": surface_key(surface),
        "steps": max(len(path.value) - 1 for path in paths),
        "floor": floor,
        "start": [float(start[0]), float(start[1])],
        "series": series,
        "charts": [loss, *extra],
        "equal": equal,
        "field": field,
        "start_mode": start_mode,
        "autoplay": autoplay,
        "loop": loop,
        "height": height,
        "texts": changed(texts),
    }
    if unit is not None:
        header["unit"] = unit
    if inside is not None:
        header["inside"], more = pack_signs(inside, say)
        arrays += [tame(values) for values in more]
    if listen:
        header["listen"] = True
    return joined(header, arrays)


def surface_key(surface: Any) -> str:
    """A name for the look of a surface, so that no grid is ever drawn under the paths of another."""
    with np.errstate(all="ignore"):
        sample = np.asarray(surface.value(_lattice(surface, 23, inset=0.37)), dtype=float)
    facts = [*surface.x, *surface.y, *np.asarray(surface.minima, dtype=float).ravel()]
    text = np.asarray([*np.ravel(sample), *facts], dtype="<f8").tobytes()
    return hashlib.sha256(text).hexdigest()[:16]


def _lattice(surface: Any, n: int, inset: float = 0.0) -> np.ndarray:
    """(2, n, n) points over the domain, `inset` cells away from its edges; rows are y."""
    at = (np.arange(n) + inset) / (n - 1 + 2 * inset) if n > 1 else np.full(n, 0.5)
    x, y = (side[0] + (side[1] - side[0]) * at for side in (surface.x, surface.y))
    return np.stack(np.meshgrid(x, y))


def _series(path: Any, look: Any, name: str, nth: int) -> dict[str, Any]:
    diverged = str(path.outcome.kind) == "diverged"
    return {
        "id": name if nth == 1 else f"{name} {nth}",
        "name": name,
        "light": look.light,
        "dark": look.dark,
        "dash": [float(part) for part in look.dash],
        "marker": look.marker,
        "count": int(path.end) + 1,
        "diverged": int(path.outcome.step) if diverged else None,
    }


def _chart(chart: Mapping[str, Any], arrays: list[np.ndarray]) -> dict[str, Any]:
    lines = []
    for line in chart["series"]:
        number, values, *dash = line
        arrays.append(tame(values))
        lines.append({"path": number, "count": len(values)} | ({"dash": list(dash[0])} if dash else {}))
    return {"title": str(chart["title"]), "log": bool(chart.get("log", False)), "series": lines}


def tame(values: Any) -> np.ndarray:
    """No NaN and nothing that float32 cannot hold: what is not a number is far above everything."""
    return np.clip(np.nan_to_num(np.asarray(values, dtype=float), nan=LARGEST), -LARGEST, LARGEST)


def changed(texts: Mapping[str, str] | None) -> dict[str, str]:
    return {key: str(text) for key, text in (texts or {}).items() if TEXTS.get(key) != text}


def _head(header: Mapping[str, Any]) -> bytes:
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<I", len(text)) + text


def joined(header: Mapping[str, Any], arrays: Sequence[Any]) -> bytes:
    body = [np.asarray(values).astype("<f4").tobytes() for values in arrays]
    return b"".join([_head(header), *body])
