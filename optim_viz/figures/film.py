"""Paths as an animated GIF, drawn by Pillow: the background once, then what moves."""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageColor, ImageDraw
from PIL.GifImagePlugin import getdata

from optim_viz.figures.scene import FINE, MAP, RIGHT, SIZE, Scene, mixed, scaled
from optim_viz.figures.strokes import Box, Strokes, strokes
from optim_viz.figures.style import Style
from optim_viz.figures.text import as_list

FRAMES = 121
SECONDS = 6.0
_CLEAR = 255  # palette entry of what has not changed


def gif(
    paths: Any,
    *,
    theme: str = "light",
    log: bool = True,
    texts: Mapping[str, str] | None = None,
    labels: Sequence[str] | None = None,
    looks: Sequence[Style] | None = None,
    frames: int = FRAMES,
) -> bytes:
    """An animated GIF of 800 × 450 pixels and at most `frames` frames that repeats for ever.

    `paths` are one Path or several on one surface; `theme` is "light" or "dark"; `texts` replaces words of `TEXTS`
    (a language no installed font can write stays English), `labels` and `looks` are as in the player. Every step has a
    frame of its own while there is room.
    """
    scene = Scene(as_list(paths), theme, log, texts, labels, looks)
    moments = _moments(scene.steps, max(2, min(int(frames), FRAMES)))
    return _shot(scene, moments, max(4, min(15, round(100 * SECONDS / len(moments)))))


def _moments(steps: int, most: int) -> np.ndarray:
    """The time of each frame in steps: several within a step where steps are few."""
    within = min(4, (most - 1) // steps) if steps else 0
    return np.linspace(0, steps, steps * within + 1 if within else most if steps else 1)


def _shot(scene: Scene, moments: np.ndarray, hundredths: int) -> bytes:
    """Every frame: new strokes stay on the canvas, heads are drawn on a copy of what changed."""
    canvas = scene.canvas()
    still = canvas.reduce(FINE)
    panels = [_Panel(scene, box, moments) for box in (MAP, scene.chart)]
    counter = (int(scene.chart.left), SIZE[1] - 22, RIGHT, SIZE[1] - 4)
    palette, shown = _palette(scene, still), Image.new("P", SIZE)
    body = []
    for j, moment in enumerate(moments):
        boxes = [panel.paint(canvas, still, j) for panel in panels]
        still.paste(scene.paper, counter)
        text = f"{scene.said['step']} {int(moment + 1e-9)} / {scene.steps}"
        scene.say(ImageDraw.Draw(still), (RIGHT, SIZE[1] - 8), text, "rs", 12, 1)
        area = _around([*boxes, counter]) if j else (0, 0, *SIZE)
        body.append(_frame(still, shown, area, palette, hundredths if j < len(moments) - 1 else 200))
    return _file(palette, body)


def _palette(scene: Scene, still: Image.Image) -> Image.Image:
    """255 colors for all frames: those of the background, and of every path at full strength and mixed with it."""
    width, height = SIZE[0] // 16, 8
    swatch = Image.new("RGB", (SIZE[0], SIZE[1] + height * len(scene.looks)))
    swatch.paste(still)
    around = [scene.paper, *map(tuple, scene.ramp(3).astype(int).tolist())]
    shares = [(other, share) for other in around for share in (1.0, 0.75, 0.5, 0.25)]
    for k, look in enumerate(scene.looks):
        color = ImageColor.getrgb(look.color(scene.theme))
        for n, (other, share) in enumerate(shares):
            x, y = width * n, SIZE[1] + height * k
            swatch.paste(mixed(color, other, share), (x, y, x + width, y + height))
    palette = swatch.quantize(_CLEAR, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    colors = bytes(palette.getpalette() or [])[: 3 * _CLEAR]
    palette.putpalette(colors.ljust(768, colors[:1]) if len(colors) < 3 * _CLEAR else colors + colors[:3])
    return palette


class _Panel:
    """The map or the chart: strokes by frame, and where the heads are."""

    def __init__(self, scene: Scene, box: Box, moments: np.ndarray) -> None:
        self.scene, self.moments, on_map = scene, moments, box is MAP
        self.radius = 6.0 if on_map else 4.0
        fine = Box(*(FINE * side for side in box))
        tracks = scene.tracks(on_map)
        self.ends = [len(track) - 1 for track in tracks]
        self.strokes: list[Strokes] = []
        self.heads: list[np.ndarray] = []
        for track, look in zip(tracks, scene.looks, strict=True):
            self.strokes.append(strokes(track, moments, scaled(look), fine))
            head = [np.interp(moments, np.arange(len(track)), track[:, k]) for k in range(2)]
            self.heads.append(np.clip(np.stack(head, axis=1), fine[:2], fine[2:]))

    def paint(self, canvas: Image.Image, still: Image.Image, j: int) -> tuple[int, int, int, int]:
        """Draw frame j into `still`, and say which part of it has changed."""
        draw, scene = ImageDraw.Draw(canvas), self.scene
        touched = [np.concatenate([head[max(j - 1, 0)], head[j]]) for head in self.heads]
        for made, look in zip(self.strokes, scene.looks, strict=True):
            low, high = np.searchsorted(made.frame, [j, j + 1])
            scene.lines(draw, made.line[low:high], look)
            touched.extend(made.line[low:high])
        box = self._box(np.array(touched).reshape(-1, 2))
        piece = canvas.crop((FINE * box[0], FINE * box[1], FINE * box[2], FINE * box[3]))
        pen, corner = ImageDraw.Draw(piece), FINE * np.array(box[:2])
        for k, (head, path, look) in enumerate(zip(self.heads, scene.paths, scene.looks, strict=True)):
            gone = self.moments[j] >= self.ends[k] and path.outcome.kind == "diverged"
            scene.mark(pen, head[j] - corner, "x" if gone else look.marker, look.color(scene.theme), self.radius)
        still.paste(piece.reduce(FINE), box[:2])
        return box

    def _box(self, points: np.ndarray) -> tuple[int, int, int, int]:
        """Whole pixels around fine points, with room for a head."""
        room = FINE * (self.radius + 3)
        left, top = np.floor(np.maximum(points.min(axis=0) - room, 0) / FINE).astype(int).tolist()
        right, bottom = (
            np.ceil(np.minimum(points.max(axis=0) + room, np.array(SIZE) * FINE) / FINE).astype(int).tolist()
        )
        return left, top, right, bottom


def _around(boxes: list[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _frame(still: Image.Image, shown: Image.Image, area: Any, palette: Image.Image, hundredths: int) -> bytes:
    """What is new inside the area as one image of the file; `shown` is what a viewer sees before and after it."""
    now = still.crop(area).quantize(palette=palette, dither=Image.Dither.NONE)
    new, old = np.asarray(now) % _CLEAR, np.asarray(shown.crop(area))
    whole = area == (0, 0, *SIZE)
    shown.paste(Image.fromarray(new), area[:2])
    piece = Image.fromarray(new if whole else np.where(new == old, np.uint8(_CLEAR), new))
    return b"".join(getdata(piece, area[:2], duration=10 * hundredths, transparency=_CLEAR, disposal=1))


def _file(palette: Image.Image, body: list[bytes]) -> bytes:
    colors = bytes(palette.getpalette() or [])[:768].ljust(768, b"\0")
    head = b"GIF89a" + struct.pack("<HHBBB", *SIZE, 0xF7, 0, 0) + colors
    return b"".join([head, b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00", *body, b";"])
