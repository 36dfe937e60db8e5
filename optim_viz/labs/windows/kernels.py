"""Kernels with a name, and what becomes of their answer when the picture moves."""

from dataclasses import dataclass
from math import prod

import numpy as np

from optim_viz.data.typed import read_numbers
from optim_viz.labs.windows.sliding import slide
from optim_viz.nn import Conv2d
from optim_viz.words import Text

SIDE, LARGEST = 3, 100.0  # of a kernel of one's own: its side, its largest weight


@dataclass(frozen=True, eq=False)
class Kernel:
    """Weights (k, k), and in a sentence what they answer to."""

    name: str
    weights: np.ndarray
    does: str


def _kernel(name: Text, rows: str, does: Text, divide: float = 1.0) -> Kernel:
    weights = np.array([row.split() for row in rows.split("/")], float) / divide
    weights.setflags(write=False)
    return Kernel(name, weights, does)


KERNELS: dict[str, Kernel] = {
    "edges": _kernel(
        Text("Upright edges"), "1 0 -1 / 2 0 -2 / 1 0 -1",
        Text("Left minus right (Sobel): large where the picture changes from left to right.")),
    "level": _kernel(
        Text("Level edges"), "1 2 1 / 0 0 0 / -1 -2 -1",
        Text("Above minus below (Sobel): large where the picture changes from top to bottom.")),
    "outline": _kernel(
        Text("Outline"), "-1 -1 -1 / -1 8 -1 / -1 -1 -1",
        Text("A pixel minus its neighbors (Laplace): nothing on even ground, large at every edge.")),
    "blur": _kernel(
        Text("Blur"), "1 1 1 / 1 1 1 / 1 1 1",
        Text("The mean of nine pixels: the weights add up to 1, so that the brightness stays."), 9),
    "gauss": _kernel(
        Text("Soft blur"), "1 4 6 4 1 / 4 16 24 16 4 / 6 24 36 24 6 / 4 16 24 16 4 / 1 4 6 4 1",
        Text("A mean in which near pixels count more (Gauss)."), 256),
    "sharpen": _kernel(
        Text("Sharpen"), "0 -1 0 / -1 5 -1 / 0 -1 0",
        Text("The picture plus its edges: the weights add up to 1, so that even ground stays.")),
    "emboss": _kernel(
        Text("Emboss"), "-2 -1 0 / -1 1 1 / 0 1 2",
        Text("Below right minus above left, plus the pixel: as if lit from the side.")),
    "same": _kernel(Text("Unchanged"), "0 0 0 / 0 1 0 / 0 0 0", Text("A single 1 in the middle: the picture itself.")),
    "jump": _kernel(
        Text("Shift by a pixel"), "0 0 0 / 1 0 0 / 0 0 0",
        Text("A single 1 left of the middle: every place sees its left neighbor, so the picture moves to the right.")),
}  # fmt: skip


def read_kernel(text: str) -> np.ndarray:
    """Weights (3, 3) written row by row; ValueError with a sentence for anything but nine numbers that are not huge."""
    return read_numbers(text, SIDE**2, SIDE**2, LARGEST).reshape(SIDE, SIDE)


def answer(picture: np.ndarray, weights: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    """The map (H', W') of a kernel (k, k) on a picture (H, W)."""
    return slide(picture[None], weights[None, None], stride, padding)[0]


def shifted(picture: np.ndarray, down: int, right: int) -> np.ndarray:
    """The pictures (..., H, W) moved by whole pixels; zeros come in, what leaves is gone."""
    height, width = picture.shape[-2:]
    moved = np.zeros_like(picture)
    if abs(down) < height and abs(right) < width:
        to, off = [], []
        for step, side in ((down, height), (right, width)):
            to.append(slice(max(step, 0), side + min(step, 0)))
            off.append(slice(max(-step, 0), side + min(-step, 0)))
        moved[(..., *to)] = picture[(..., *off)]
    return moved


@dataclass(frozen=True, eq=False)
class Moved:
    """Maps (H', W') of a picture and of the same picture moved; `by` is the move (down, right) of the map that
    brings both closest, `differ` at how many of `places` they differ then, `stay` how many differ without a move."""

    before: np.ndarray
    after: np.ndarray
    by: tuple[int, int]
    differ: int
    stay: int
    places: int


def moved(picture: np.ndarray, weights: np.ndarray, down: int, right: int, stride: int = 1, padding: int = 0) -> Moved:
    """Moves the picture and measures whether its map has moved as well (equivariance) or stayed (invariance).

    Places are compared where both maps have one, less those that see the zeros of the padding.
    """
    before = answer(picture, weights, stride, padding)
    after = answer(shifted(picture, down, right), weights, stride, padding)
    tried = {by: _differ(before, after, *by, rim=-(-padding // stride))
             for by in {(round(down / stride), round(right / stride)), (down // stride, right // stride),
                        (-(-down // stride), -(-right // stride))}}  # fmt: skip
    by = min(tried, key=lambda by: (tried[by][0], by))
    return Moved(before, after, by, tried[by][0], _differ(before, after, 0, 0, 0)[0], tried[by][1])


def _differ(before: np.ndarray, after: np.ndarray, down: int, right: int, rim: int) -> tuple[int, int]:
    """At how many places the first map, moved, differs from the second, and of how many."""
    height, width = before.shape
    rows = slice(max(down, 0) + rim, height + min(down, 0) - rim)
    columns = slice(max(right, 0) + rim, width + min(right, 0) - rim)
    there = after[rows, columns]
    return int((np.abs(shifted(before, down, right)[rows, columns] - there) > 1e-9).sum()), there.size


@dataclass(frozen=True)
class Count:
    """What a convolution and a dense layer between the same images have: `out` (O, H', W'), parameters, products."""

    out: tuple[int, ...]
    weights: int
    dense: int
    products: int
    dense_products: int


def count(image: tuple[int, int, int], maps: int, kernel: int, stride: int = 1, padding: int = 0) -> Count:
    """From (C, H, W) to `maps` maps, biases counted; ValueError where no window fits."""
    layer = Conv2d(maps, kernel, stride=stride, padding=padding)
    out = layer.output(image)
    pixels, numbers = prod(image), prod(out)
    weights = sum(map(prod, layer.parameters(image).values()))
    return Count(out, weights, numbers * (pixels + 1), numbers * image[0] * kernel**2, numbers * pixels)
