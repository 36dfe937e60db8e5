"""The small picture of a scene in the index: its paths on the map, drawn by Pillow."""

import io

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from optim_viz.figures.scene import FINE, MAP, scaled
from optim_viz.figures.scene import Scene as Drawn
from optim_viz.figures.strokes import Box, strokes
from optim_viz.gallery.scenes import Scene

SIZE = (360, 210)


def thumbnail(scene: Scene, theme: str) -> bytes:
    """A WebP picture of SIZE: the middle of the map with every path in full."""
    drawn = Drawn(scene.shown, theme)
    canvas = drawn.canvas()
    draw, fine = ImageDraw.Draw(canvas), Box(*(FINE * side for side in MAP))
    for track, look in zip(drawn.tracks(on_map=True), drawn.looks, strict=True):
        whole = strokes(track, np.array([float(len(track) - 1)]), scaled(look), fine)
        drawn.lines(draw, whole.line, look)
    for track, path, look in zip(drawn.tracks(on_map=True), scene.shown, drawn.looks, strict=True):
        head = np.clip(track[-1], fine[:2], fine[2:])
        marker = "x" if path.outcome.kind == "diverged" else look.marker
        drawn.mark(draw, head, marker, ImageColor.getrgb(look.color(theme)), 8)
    out = io.BytesIO()
    picture = canvas.crop(_part(scene, drawn, fine)).resize(SIZE, Image.Resampling.LANCZOS)
    picture.save(out, "WEBP", quality=82)
    return out.getvalue()


def _part(scene: Scene, drawn: Drawn, fine: Box) -> tuple[int, int, int, int]:
    """As wide as the map, as high as SIZE asks, around the paths as far as the map goes."""
    tracks = np.concatenate([np.clip(track, fine[:2], fine[2:]) for track in drawn.tracks(on_map=True)])
    high = (fine.right - fine.left) * SIZE[1] / SIZE[0]
    middle = (tracks[:, 1].min() + tracks[:, 1].max()) / 2
    top = round(float(np.clip(middle - high / 2, fine.top, fine.bottom - high)))
    return round(fine.left), top, round(fine.right), round(top + high)
