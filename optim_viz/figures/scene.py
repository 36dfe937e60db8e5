"""The still part of a drawn animation: contour map, loss chart, names and numbers, by Pillow."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont, features

from optim_viz.figures.base import INK, PAPER, RAMPS
from optim_viz.figures.levels import levels, suits
from optim_viz.figures.strokes import CORNERS, Box, strokes
from optim_viz.figures.style import Style, styles
from optim_viz.figures.text import TEXTS, labels, short, words

SIZE = (800, 450)
FINE = 2  # lines are drawn twice as large and averaged: Pillow draws them without smoothing
MAP = Box(44, 14, 474, 404)
RIGHT, _LINE = 786, 19
_KOREAN = ("NotoSansCJK-Regular.ttc", "NotoSansKR-Regular.otf", "NotoSansKR-Regular.ttf", "NanumGothic.ttf",
           "malgun.ttf", "AppleSDGothicNeo.ttc", "AppleGothic.ttf")  # fmt: skip
_WIDE = Box(0, 0, 1e9, 1e9)


@lru_cache(maxsize=32)
def _font(size: int, korean: bool) -> Any:
    """Pillow's own font; for Korean the first of the usual ones that is installed, None where there is none."""
    if not features.check("freetype2"):
        return None if korean else ImageFont.load_default()
    for name in _KOREAN if korean else ():
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None if korean else ImageFont.load_default(size)


def _korean(text: str) -> bool:
    return any("\uac00" <= letter <= "\ud7a3" for letter in text)


class Scene:
    """What a drawn animation of some paths shows, and where: lengths ending in fine pixels are FINE times as large."""

    def __init__(
        self,
        paths: list[Any],
        theme: str = "light",
        log: bool = True,
        texts: Mapping[str, str] | None = None,
        names: Sequence[str] | None = None,
        looks: Sequence[Style] | None = None,
    ) -> None:
        self.paths, self.theme = paths, theme
        self.ink, self.paper = (ImageColor.getrgb(color[theme]) for color in (INK, PAPER))
        self.said = words(texts)
        self.korean = any(map(_korean, self.said.values()))
        if self.korean and _font(12, True) is None:
            self.said, self.korean = dict(TEXTS), False
        self.names = list(names or labels(paths))
        self.looks = list(looks or styles([path.name for path in paths]))
        self.chart = Box(528, 34 + _LINE * ((len(paths) + 1) // 2), RIGHT, 404)
        self.surface, self.steps = paths[0].surface, max(len(path.value) for path in paths) - 1
        self.losses = self._losses(log)

    # --- where things are

    def _losses(self, log: bool) -> list[np.ndarray]:
        """What the chart shows of each path: log10 of the loss above the minimum, or the loss itself."""
        floor = self.surface.minimum_value
        values = [np.asarray(path.value, float)[: int(path.end) + 1] - (floor or 0.0) for path in self.paths]
        positive = np.concatenate([v[v > 0] for v in values])
        self.log = log and positive.size > 0 and (floor is not None or all((v > 0).all() for v in values))
        self.title = self.said["loss"] if floor is None else self.said["gap"]
        first = max(float(v[0]) for v in values)
        calm = [v for v, path in zip(values, self.paths, strict=True) if path.outcome.kind != "diverged"] or values
        high = min(max(float(v.max()) for v in calm), 1e3 * first if first > 0 else np.inf)
        low = min(float(v.min()) for v in values)
        if self.log:
            self.title = self.said["log"].format(title=self.title)
            high, low = np.log10(max(high, positive.min())), np.log10(max(positive.min(), 1e-16 * positive.max()))
            values = [np.log10(np.maximum(v, 10 ** (low - 1))) for v in values]
        room = 0.04 * (high - low) or 1.0
        self.range = low - room, high + room
        return values

    def on_map(self, points: np.ndarray) -> np.ndarray:
        (x0, x1), (y0, y1) = self.surface.x, self.surface.y
        across = MAP.left + (points[..., 0] - x0) / (x1 - x0) * (MAP.right - MAP.left)
        down = MAP.bottom - (points[..., 1] - y0) / (y1 - y0) * (MAP.bottom - MAP.top)
        return FINE * np.stack([across, down], axis=-1)

    def on_chart(self, step: Any, loss: Any) -> np.ndarray:
        (low, high), box = self.range, self.chart
        across = box.left + step / max(self.steps, 1) * (box.right - box.left)
        down = box.bottom - (loss - low) / (high - low) * (box.bottom - box.top)
        return FINE * np.stack([across, down], axis=-1)

    def tracks(self, on_map: bool) -> list[np.ndarray]:
        """Each path's real points (end + 1, 2) in fine pixels, on the map or on the chart."""
        if on_map:
            return [self.on_map(np.asarray(p.x, float)[: int(p.end) + 1]) for p in self.paths]
        return [self.on_chart(np.arange(len(v)), v) for v in self.losses]

    # --- the background

    def _ground(self, canvas: Image.Image) -> None:
        """Bands of the surface at every fine pixel, with a thin line between them."""
        left, top, right, bottom = (int(FINE * side) for side in MAP)
        xs = np.linspace(self.surface.x[0], self.surface.x[1], right - left)
        ys = np.linspace(self.surface.y[1], self.surface.y[0], bottom - top)
        with np.errstate(all="ignore"):
            z = np.asarray(self.surface.value(np.stack(np.meshgrid(xs, ys))), float)
        floor, coarse = self.surface.minimum_value, z[::4, ::4]
        scale = "squares" if floor is not None and suits(coarse, floor) == "linear" else "auto"
        found = levels(coarse, scale, floor=floor)
        band = np.searchsorted(found, z)
        color = self.ramp(len(found) + 1)[np.minimum(band, len(found))]
        edge = np.zeros(z.shape, bool)
        edge[:, 1:] |= band[:, 1:] != band[:, :-1]
        edge[1:] |= band[1:] != band[:-1]
        color[edge] = 0.8 * color[edge] + 0.2 * np.array(self.ink)
        hatched = np.add.outer(np.arange(len(ys)), np.arange(len(xs))) % 20 < FINE
        color[np.isnan(z)] = self.paper
        color[np.isnan(z) & hatched] = self._faint(0.3)
        canvas.paste(Image.fromarray(color.astype(np.uint8)), (left, top))

    def ramp(self, count: int) -> np.ndarray:
        stops = np.array([ImageColor.getrgb(color) for color in RAMPS[self.theme]], float)
        at = np.linspace(0, len(stops) - 1, count) if count > 1 else np.array([(len(stops) - 1) / 2])
        return np.stack([np.interp(at, np.arange(len(stops)), stops[:, k]) for k in range(3)], axis=1)

    def canvas(self) -> Image.Image:
        """Everything that stands still, in fine pixels."""
        canvas = Image.new("RGB", (FINE * SIZE[0], FINE * SIZE[1]), self.paper)
        self._ground(canvas)
        draw = ImageDraw.Draw(canvas)
        faint = self._faint(0.15)
        for y, _ in self._loss_ticks():
            draw.line([FINE * self.chart.left, y, FINE * self.chart.right, y], faint, FINE)
        for box in (MAP, self.chart):
            draw.rectangle([FINE * side for side in box], outline=self._faint(0.3), width=FINE)
        for point in np.asarray(self.surface.minima, float).reshape(-1, 2):
            self.mark(draw, self.on_map(point), "star", self.ink, 6)
        start = self.on_map(np.asarray(self.paths[0].x, float)[0])
        self.mark(draw, start, "circle", self.paper, 5)
        self.mark(draw, start, "circle", self.ink, 2)
        for k, look in enumerate(self.looks):
            x, y = self._entry(k)
            dash = strokes(np.array([[x, y], [x + 34, y]]) * FINE, np.array([1.0]), scaled(look), _WIDE)
            self.lines(draw, dash.line, look)
            self.mark(draw, np.array([x + 17, y]) * FINE, look.marker, look.color(self.theme), 5)
        self._words(draw)
        return canvas

    def _faint(self, share: float) -> tuple[int, ...]:
        return mixed(self.ink, self.paper, share)

    def _entry(self, k: int) -> tuple[float, float]:
        return 500 + 146 * (k % 2), 20 + _LINE * (k // 2)

    def _loss_ticks(self) -> list[tuple[float, str]]:
        """Height in fine pixels and words: whole decades, or round numbers."""
        low, high = self.range
        if self.log and np.floor(high) - np.ceil(low) >= 1:
            powers = np.arange(np.ceil(low), np.floor(high) + 1)
            powers = powers[:: -(-len(powers) // 7)]
            told = [(p, short(10.0**p)) for p in powers]
        elif self.log:
            told = [(np.log10(v), short(v)) for v in levels([10.0**low, 10.0**high], "linear", count=6)]
        else:
            told = [(v, short(v)) for v in levels([low, high], "linear", count=6)]
        return [(float(self.on_chart(0, v)[1]), text) for v, text in told]

    def _words(self, draw: ImageDraw.ImageDraw) -> None:
        """Numbers on the axes, titles and names."""
        for x in levels(self.surface.x, "linear", count=10):
            at = self.on_map(np.array([x, 0.0]))[0] / FINE
            self.say(draw, (at, MAP.bottom + 4), short(x), "ma")
        for y in levels(self.surface.y, "linear", count=10):
            at = self.on_map(np.array([0.0, y]))[1] / FINE
            self.say(draw, (MAP.left - 5, at), short(y), "rm")
        for y, text in self._loss_ticks():
            self.say(draw, (self.chart.left - 5, y / FINE), text, "rm")
        for n in [0.0, *(n for n in levels([0, self.steps], "linear", count=5) if n == int(n))]:
            at = self.on_chart(n, self.range[0])[0] / FINE
            self.say(draw, (at, self.chart.bottom + 4), short(n), "ma")
        self.say(draw, (self.chart.left, self.chart.top - 4), self.title, "ls", 12)
        self.say(draw, (MAP.left, SIZE[1] - 8), _cut(_title(self.surface), 66), "ls", 12)
        for k, name in enumerate(self.names):
            x, y = self._entry(k)
            self.say(draw, (x + 41, y), _cut(name, 15), "lm", 12)

    def say(
        self,
        draw: ImageDraw.ImageDraw,
        at: tuple[float, float],
        text: str,
        anchor: str,
        size: int = 11,
        fine: int = FINE,
    ) -> None:
        size, at = fine * size, (fine * at[0], fine * at[1])
        font = _font(size, True) if self.korean or _korean(text) else None
        if font is None:  # Pillow's own has no minus sign
            font, text = _font(size, False), text.replace("−", "-")
        draw.text(at, text, self.ink, font, anchor)

    # --- pens

    def lines(self, draw: ImageDraw.ImageDraw, lines: np.ndarray, look: Style) -> None:
        color = look.color(self.theme)
        for x0, y0, x1, y1 in lines.tolist():
            draw.line((x0, y0, x1, y1), color, 2 * FINE)

    def mark(self, draw: ImageDraw.ImageDraw, at: np.ndarray, marker: str, color: Any, radius: float) -> None:
        for r, fill in ((radius + 1.5, self.paper), (radius, color)):
            draw.polygon([*map(tuple, (at + FINE * r * CORNERS[marker]).tolist())], fill)


def scaled(look: Style) -> tuple[float, ...]:
    return tuple(FINE * part for part in look.dash)


def _title(surface: Any) -> str:
    letters = "".join(f", {name} = {short(value)}" for name, value in getattr(surface, "parameters", {}).items())
    formula = getattr(surface, "formula", "")
    return f"f(x, y) = {formula}{letters}" if formula else str(getattr(surface, "name", ""))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def mixed(color: tuple[int, ...], other: tuple[int, ...], share: float) -> tuple[int, ...]:
    return tuple(round(share * c + (1 - share) * o) for c, o in zip(color, other, strict=True))
