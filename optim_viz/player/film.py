"""Films: curves that move over data points, with their loss in step."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optim_viz.player.message import LARGEST, changed, joined, tame
from optim_viz.player.texts import TEXTS


@dataclass(frozen=True, eq=False)
class Film:
    """K curves over x (n,), increasing: y (T, K, n) at each of T frames, in the order of the K `names`.

    Under them lie `points` (P, 2), told apart by `classes` (P,) where given. `loss` (T, K) is drawn beside them; a
    curve whose loss is no number has none to show, and one whose loss stops being a number has diverged there.
    `steps` (T,), increasing, says what a frame is called (default 0, 1, 2, ...). The ranges default to all that is
    shown. Values of y that are not finite are gaps. ValueError when the shapes do not fit.
    """

    x: Any
    y: Any
    names: Sequence[str]
    points: Any = None
    classes: Any = None
    loss: Any = None
    steps: Any = None
    xlabel: str = "x"
    ylabel: str = "y"
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        shapes = {"x": (1, float), "y": (3, float), "points": (2, float), "classes": (1, int), "loss": (2, float),
                  "steps": (1, float)}  # fmt: skip
        for name, (axes, kind) in shapes.items():
            value = getattr(self, name)
            if value is None:
                continue
            array = np.asarray(value, dtype=kind)
            if array.ndim != axes:
                raise ValueError(f"{name} has {array.ndim} axes, not {axes}")
            object.__setattr__(self, name, array)
        frames, count, n = self.y.shape
        wanted = {"x": (n,), "names": (count,), "loss": (frames, count), "steps": (frames,)}
        if self.points is not None:
            wanted |= {"points": (len(self.points), 2), "classes": (len(self.points),)}
        for name, shape in wanted.items():
            value = getattr(self, name)
            if value is not None and np.shape(value) != shape:
                raise ValueError(f"{name} is {np.shape(value)}, not {shape}")
        if not self.y.size:
            raise ValueError("a film needs a frame, a curve and a point on it")
        for name, axis, data in (("x_range", 0, self.x), ("y_range", 1, self.y)):
            if getattr(self, name) is None:
                object.__setattr__(self, name, self._span(axis, data))

    def _span(self, axis: int, data: np.ndarray) -> tuple[float, float]:
        """From the least to the largest, with some room above and below."""
        shown = data.ravel() if self.points is None else np.concatenate([data.ravel(), self.points[:, axis]])
        shown = shown[np.isfinite(shown)]
        low, high = (float(shown.min()), float(shown.max())) if shown.size else (0.0, 1.0)
        room = 0.06 * (high - low or abs(high) or 1.0) if axis else 0.02 * (high - low or 1.0)
        return low - room, high + room


def pack_ground(film: Film, texts: Mapping[str, str] | None = None) -> bytes:
    """What lies under the curves and stays: ranges and names of the axes, and the words, for the constant component."""
    return joined({
        "key": _key(film), "rows": 0, "columns": 0, "levels": 0, "field": 0, "minima": [],
        "x": list(map(float, film.x_range or ())), "y": list(map(float, film.y_range or ())),
        "holes": False, "fill": "gray", "axes": [film.xlabel, film.ylabel], "texts": _words(texts),
    }, [])  # fmt: skip


def pack_film(
    film: Film,
    *,
    looks: Sequence[Any] | None = None,
    log: bool = True,
    autoplay: bool = True,
    loop: bool = False,
    height: int = 420,
    listen: bool = False,
) -> bytes:
    """Losses, x, y and the points as float32, after a small header; the words come with the ground.

    `looks` are styles (by default those of the names), `log` asks for a logarithmic loss where all are above 0, the
    rest is as in `pack_paths`.
    """
    if looks is None:
        from optim_viz.figures.style import styles

        looks = styles(film.names)
    frames, _, n = film.y.shape
    seen: Counter[str] = Counter()
    series, arrays = [], []
    for k, (name, look) in enumerate(zip(film.names, looks, strict=True)):
        seen[name] += 1
        loss = film.loss[:, k] if film.loss is not None else np.zeros(0)
        real = _real(loss)
        series.append({
            "id": name if seen[name] == 1 else f"{name} {seen[name]}", "name": name, "light": look.light,
            "dark": look.dark, "dash": [float(part) for part in look.dash], "marker": look.marker, "count": real,
            "diverged": real if 0 < real < frames else None,
        })  # fmt: skip
        arrays.append(tame(loss[:real]))
    positive = all((values > 0).all() for values in arrays)
    shown = any(one["count"] for one in series)
    points, told = _points(film)
    header = {
        "surface": _key(film), "steps": frames - 1, "floor": None, "start": None, "series": series,
        "charts": [{"text": "film_loss", "log": log and positive, "loss": True}] if shown else [],
        "film": {"n": n, "frames": frames, "count": len(points), **told},
        "equal": False, "field": False, "start_mode": False, "autoplay": autoplay, "loop": loop, "height": height,
        "texts": {}, **_clock(film),
    }  # fmt: skip
    if listen:
        header["listen"] = True
    y = np.where(np.isfinite(film.y), np.clip(film.y, -LARGEST, LARGEST), np.nan)
    return joined(header, [*arrays, film.x, y.transpose(1, 0, 2), points])


def _real(loss: np.ndarray) -> int:
    """How many losses there are before the first that is not a number."""
    gone = np.flatnonzero(~np.isfinite(loss))
    return int(gone[0]) if gone.size else len(loss)


def _points(film: Film) -> tuple[np.ndarray, dict[str, Any]]:
    if film.points is None:
        return np.zeros((0, 2)), {}
    if film.classes is None:
        return film.points, {}
    from optim_viz.figures.classes import CLASSES
    from optim_viz.figures.style import MARKERS

    kinds = range(int(film.classes.max(initial=-1)) + 1)
    told = {"classes": film.classes.tolist(), "colors": [CLASSES[k % len(CLASSES)] for k in kinds],
            "markers": [MARKERS[k % len(MARKERS)] for k in kinds]}  # fmt: skip
    return film.points, told


def _clock(film: Film) -> dict[str, Any]:
    """What frames are called: by number, by a unit where steps are even, else each by its own."""
    if film.steps is None:
        return {}
    even = np.diff(film.steps)
    if film.steps[0] == 0 and even.size and np.allclose(even, even[0], rtol=1e-9):
        return {} if even[0] == 1 else {"unit": float(even[0])}
    return {"marks": [int(step) if step == int(step) else float(step) for step in film.steps]}


def _words(texts: Mapping[str, str] | None) -> dict[str, str]:
    """What a film calls differently from a race of paths."""
    said = {**TEXTS, **(texts or {})}
    own = {"picture": "film_picture", "legend": "film_legend", "zoom_reset": "film_reset"}
    return changed({**said, **{name: said[key] for name, key in own.items()}})


def _key(film: Film) -> str:
    facts = repr((film.x_range, film.y_range, film.xlabel, film.ylabel))
    return "film" + hashlib.sha256(facts.encode()).hexdigest()[:12]
