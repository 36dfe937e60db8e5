"""Windows that slide, drawn with their numbers; and pictures beside their maps."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from optim_viz.figures.svg import Drawing
from optim_viz.figures.text import short
from optim_viz.words import Text

TEXTS = {
    "picture": Text("picture"), "map": Text("map"), "kernel": Text("kernel"), "moved": Text("picture, moved"),
    "its map": Text("its map"), "difference": Text("difference"), "as is": Text("kernel as it is"),
    "turned": Text("kernel turned"), "channel": Text("channel {n}"), "map n": Text("map {n}"),
    "pooled": Text("pooled"), "chances": Text("chances"),
}  # fmt: skip
CELL, WIDE, GAP = 34, 54, 30  # of a picture, of a row with names; between parts
SEEN, SLID, OUT, PLAIN, PAD, TODO = "b thick", "a", "c", "ink", "soft dashed empty", "soft empty faint"
SHADES = 9  # of ink


class Row(NamedTuple):
    """Numbers (n,) in a line and their names; "" is the name of a zero that was put in."""

    values: np.ndarray
    names: Sequence[str]


def line(seen: Row, slid: Row, out: Row, corners: Sequence[int], now: int) -> Drawing:
    """One place of a window in one dimension: `slid` lies under `seen` at corners[now], their products add up to
    out[now]; what comes later is still empty."""
    corner, k = corners[now], len(slid.values)
    wide = max(len(seen.values), len(out.values)) * WIDE
    drawing = Drawing(wide + 20, 300)
    left = 10 + (wide - len(seen.values) * WIDE) / 2
    for i, value in enumerate(seen.values):
        inside = corner <= i < corner + k
        _named(drawing, left + i * WIDE, 26, value, seen.names[i], SEEN if inside else PLAIN if seen.names[i] else PAD)
    for m, value in enumerate(slid.values):
        x = left + (corner + m) * WIDE
        _named(drawing, x, 120, value, slid.names[m], SLID if slid.names[m] else PAD)
        drawing.text(x + WIDE / 2 - 3, 86, "×", "soft", 16)
        drawing.text(x + WIDE / 2 - 3, 189, short(float(value * seen.values[corner + m])), "soft", 15)
        drawing.text(x + WIDE / 2 - 3, 171, "=", "soft", 13)
        if m:
            drawing.text(x - 3, 189, "+", "soft", 15)
    at = 10 + (wide - len(out.values) * WIDE) / 2
    for j, value in enumerate(out.values):
        kind = f"{OUT} thick" if j == now else OUT if j < now else TODO
        _named(drawing, at + j * WIDE, 252, value if j <= now else None, out.names[j], kind)
    middle = left + (corner + k / 2) * WIDE - 3
    return drawing.arrow(middle, 200, at + (now + 0.5) * WIDE - 3, 230, "soft").look(middle)


def _named(drawing: Drawing, x: float, y: float, value: float | None, name: str, kind: str) -> None:
    """A box of a row, with the name of its number above."""
    if name:
        drawing.text(x + WIDE / 2 - 3, y - 10, name, "soft", 13)
    drawing.rect(x, y, WIDE - 6, 40, kind)
    if value is not None:
        drawing.text(x + WIDE / 2 - 3, y + 20, short(float(value)), "soft" if kind == PAD else "ink", 15)


def grid(
    drawing: Drawing, x: float, y: float, values: np.ndarray, kinds: np.ndarray, cell: float = CELL,
    to: int | None = None,
) -> None:  # fmt: skip
    """Numbers (H, W) as boxes, each of its kind (H, W); only the first `to` of them are written."""
    for k, ((row, column), value) in enumerate(np.ndenumerate(values)):
        kind = str(kinds[row, column])
        left, top = x + column * cell, y + row * cell
        drawing.rect(left + 1, top + 1, cell - 2, cell - 2, kind, 3)
        if to is None or k < to:
            said = short(float(f"{value:.3g}"))
            size = 13 if len(said) < 4 else 11 if len(said) < 5 else 9
            drawing.text(left + cell / 2, top + cell / 2, said, "soft" if kind == PAD else "ink", size)


def _around(picture: np.ndarray, padding: int) -> tuple[np.ndarray, np.ndarray]:
    """A picture (H, W) between zeros, and the kind of each box."""
    wide = np.pad(picture, padding)
    kinds = np.full(wide.shape, PAD, dtype=object)
    inner = tuple(slice(padding, padding + side) for side in picture.shape)
    kinds[inner] = np.where(picture != 0, PLAIN, "soft")
    return wide, kinds


def _done(shape: tuple[int, int], now: int) -> np.ndarray:
    """The kind of each box of a map, of which the one with number `now` is being filled."""
    kinds = np.full(shape, TODO, dtype=object)
    kinds.flat[:now] = OUT
    kinds.flat[now : now + 1] = f"{OUT} thick"
    return kinds


def plane(
    picture: np.ndarray, kernel: np.ndarray, found: np.ndarray, corner: tuple[int, int], now: int, padding: int,
    texts: Mapping[str, str] = TEXTS,
) -> Drawing:  # fmt: skip
    """One place of a window on a picture (H, W): `corner` is its upper left pixel, `now` the number of the place."""
    wide, kinds = _around(picture, padding)
    k = len(kernel)
    top, left = corner[0] + padding, corner[1] + padding
    kinds[top : top + k, left : left + k] = SEEN
    tall = max(len(wide), len(found), k)
    widths = [side * CELL for side in (wide.shape[1], k, found.shape[1])]
    drawing = Drawing(sum(widths) + 2 * GAP + 10, tall * CELL + 34)
    x = 5.0
    parts = ((wide, kinds, "picture", None), (kernel, np.full(kernel.shape, SLID), "kernel", None),
             (found, _done(found.shape, now), "map", now + 1))  # fmt: skip
    for n, (values, looks, name, to) in enumerate(parts):
        y = 28 + (tall - len(values)) * CELL / 2
        drawing.text(x + widths[n] / 2, y - 14, texts[name], "soft", 13)
        grid(drawing, x, y, values, looks, CELL, to)
        x += widths[n] + GAP
        if n < 2:
            drawing.text(x - GAP / 2, 28 + tall * CELL / 2, "×→"[n], "soft", 20)
    return drawing.look(5 + (left + k / 2) * CELL)


def channels(
    picture: np.ndarray, kernels: np.ndarray, found: np.ndarray, sums: np.ndarray, map_: int, now: int,
    texts: Mapping[str, str] = TEXTS,
) -> Drawing:  # fmt: skip
    """One place of kernel `map_` of `kernels` (O, C, k, k) on a picture (C, H, W): what each channel adds, `sums`
    (C,), and the maps `found` (O, H', W') as far as they are filled."""
    cell, k, side = 26, kernels.shape[-1], picture.shape[-1]
    out = found.shape[-1]
    rows, maps = len(picture), len(found)
    step = side * cell + 30
    left, top = now % out, now // out
    kernel_x = 5 + side * cell + GAP
    sum_x, map_x = kernel_x + k * cell + 40, kernel_x + k * cell + 130
    tall = max(rows * step, maps * (out * cell + 30)) + 8
    drawing = Drawing(map_x + out * cell + 10, tall)
    middle = tall / 2
    for c in range(rows):
        y = 28 + c * step
        kinds = np.full(picture.shape[1:], PLAIN, dtype=object)
        kinds[top : top + k, left : left + k] = SEEN
        drawing.text(5 + side * cell / 2, y - 13, texts["channel"].format(n=c + 1), "soft", 13)
        grid(drawing, 5, y, picture[c], kinds, cell)
        inner = y + (side - k) * cell / 2
        drawing.text(kernel_x - GAP / 2, inner + k * cell / 2, "×", "soft", 18)
        grid(drawing, kernel_x, inner, kernels[map_, c], np.full((k, k), SLID), cell)
        drawing.text(sum_x, inner + k * cell / 2, f"= {short(float(sums[c]))}", "ink", 14)
        drawing.line(sum_x + 22, inner + k * cell / 2, sum_x + 52, middle, "soft")
    drawing.circle(sum_x + 60, middle, 13, "c").text(sum_x + 60, middle, "+", "ink", 16)
    places = out * out
    for o in range(maps):
        y = 28 + o * (out * cell + 30) + (tall - 8 - maps * (out * cell + 30)) / 2
        filled = places if o < map_ else now if o == map_ else -1
        drawing.text(map_x + out * cell / 2, y - 13, texts["map n"].format(n=o + 1), "soft", 13)
        kinds = _done((out, out), filled) if filled >= 0 else np.full((out, out), TODO)
        grid(drawing, map_x, y, found[o], kinds, cell, min(filled + 1, places))
        if o == map_:
            drawing.arrow(sum_x + 73, middle, map_x - 3, y + (top + 0.5) * cell, "soft")
    return drawing.look(5 + (left + k / 2) * cell)


def side_by_side(parts: Sequence[tuple[str, np.ndarray]]) -> Drawing:
    """Small maps (H, W) beside each other, each under its name; the last in red where it is not 0."""
    cell = 44
    widths = [max(values.shape[1] * cell, 110) for _, values in parts]
    drawing = Drawing(sum(widths) + GAP * (len(parts) - 1) + 10, max(len(v) for _, v in parts) * cell + 34)
    x = 5.0
    for n, (name, values) in enumerate(parts):
        drawing.text(x + widths[n] / 2, 13, name, "soft", 14)
        kinds = np.where(values != 0, "bad" if n == len(parts) - 1 else OUT, "soft")
        grid(drawing, x + (widths[n] - values.shape[1] * cell) / 2, 28, values, kinds, cell)
        x += widths[n] + GAP
    return drawing


def side(n: int, k: int, padding: int, stride: int, now: int) -> Drawing:
    """One side of a picture as a row of pixels, and the window with number `now` on it; below, the places it
    has been to; red: pixels that no window sees."""
    total, count = n + 2 * padding, (n + 2 * padding - k) // stride + 1
    cell = min(24.0, 680 / total)
    drawing = Drawing(total * cell + 10, 118)
    corner = now * stride
    for i in range(total):
        inside, zero = corner <= i < corner + k, not padding <= i < padding + n
        seen = any(0 <= i - stride * j < k for j in range(max(0, (i - k) // stride), min(count, i // stride + 1)))
        kind = SEEN if inside else PAD if zero else PLAIN if seen else "bad"
        drawing.rect(5 + i * cell, 20, cell - 2, 26, kind, 2)
    for j in range(count):
        middle = 5 + (j * stride + k / 2) * cell - 1
        drawing.rect(
            middle - cell * 0.42, 84, cell * 0.84, 22, f"{OUT} thick" if j == now else OUT if j < now else TODO, 2
        )
        if j == now:
            drawing.arrow(middle, 50, middle, 80, "soft")
    return drawing.look(5 + (corner + k / 2) * cell)


class Sheet(Drawing):
    """A drawing that also holds pictures: squares of ink, the darker the larger the number; orange where below 0."""

    def picture(self, x: float, y: float, values: np.ndarray, cell: float, top: float, name: str = "") -> "Sheet":
        """Numbers (H, W), black at `top`, in a frame whose upper left corner is (x, y); the name stands above it."""
        height, width = values.shape
        shade = np.round(SHADES * values / (top or 1.0)).clip(-SHADES, SHADES).astype(int)
        spots, square = dict[int, list[str]](), f"h{cell:g}v{cell:g}h-{cell:g}z"
        for k, level in enumerate(shade.ravel().tolist()):
            if level:
                row, column = divmod(k, width)
                spots.setdefault(level, []).append(f"M{x + column * cell:g} {y + row * cell:g}{square}")
        for level, squares in sorted(spots.items()):
            kind, opacity = "ink" if level > 0 else "b", f"{abs(level) / SHADES:.2f}"
            d = "".join(squares)
            self._parts.append(f'<path class="{kind} full" shape-rendering="crispEdges" opacity="{opacity}" d="{d}"/>')
        self.rect(x - 0.5, y - 0.5, width * cell + 1, height * cell + 1, "soft empty", 0)
        return self.text(x + width * cell / 2, y - 11, name, "soft", 12) if name else self  # type: ignore[return-value]


def pictures(parts: Sequence[tuple[str, np.ndarray, float]], cell: float, side: int) -> Sheet:
    """Pictures beside each other, each with its name and the number that is black; smaller than `side`: in the middle
    of its place."""
    wide = side * cell
    sheet = Sheet(len(parts) * (wide + 16) - 4, wide + 30)
    for n, (name, values, top) in enumerate(parts):
        room = (side - values.shape[1]) * cell / 2
        sheet.picture(6 + n * (wide + 16) + room, 24, values, cell, top, name)
    return sheet


def inside(
    look: np.ndarray, kernels: np.ndarray, maps: np.ndarray, pooled: np.ndarray, chances: np.ndarray, top: float,
    texts: Mapping[str, str] = TEXTS,
) -> Sheet:  # fmt: skip
    """What a small network sees in a picture (8, 8): a column for each of its kernels (O, 3, 3) with its map (O, 8, 8)
    and what pooling leaves (O, 4, 4); below, the chances of the classes. `top` is black in the maps."""
    step, left, rows = 48.0, 54.0, (20.0, 64.0, 116.0)
    sheet = Sheet(max(left + len(kernels) * step, 380) + 4, 236)
    for y, name in zip((rows[0] + 15, rows[2] + 20), ("kernel", "pooled"), strict=True):
        sheet.text(left - 10, y, texts[name], "soft", 12, "end")
    sheet.picture(4, rows[1], look, 5, 1.0)
    largest = float(np.abs(kernels).max())
    for n, (kernel, map_, small) in enumerate(zip(kernels, maps, pooled, strict=True)):
        x = left + n * step
        sheet.text(x + 20, 10, str(n + 1), "soft", 12)
        sheet.picture(x + 5, rows[0], kernel, 10, largest)
        sheet.picture(x, rows[1], map_, 5, top).picture(x, rows[2], small, 10, top)
    for k, chance in enumerate(chances.tolist()):
        x, said = left + k * 32, k == int(chances.argmax())
        sheet.rect(x, 216 - 42 * chance, 20, 42 * chance + 0.5, "c" if said else "soft", 0)
        sheet.text(x + 10, 226, str(k), "ink bold" if said else "soft", 13)
    return sheet.text(left - 10, 196, texts["chances"], "soft", 12, "end")  # type: ignore[return-value]
