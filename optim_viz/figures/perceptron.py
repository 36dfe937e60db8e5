"""The perceptron, drawn: a line among points with its half-plane, the unit with its weights, layers, bent grids."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from optim_viz.figures.svg import Drawing

WIDE, TALL = 440, 300  # fits a phone without scrolling
SIDE, EDGE = 268, 16
_ROOM = 0.45  # around the corners of a gate
BOX = (-_ROOM, 1 + _ROOM)


class Plane:
    """A square part of a drawing that shows [low, high]² with y upwards."""

    def __init__(self, drawing: Drawing, left: float, top: float, side: float, low: float, high: float) -> None:
        self.drawing, self.left, self.top, self.side, self.low, self.high = drawing, left, top, side, low, high
        drawing.rect(left, top, side, side, "soft empty faint", 4)

    def at(self, x: float, y: float) -> tuple[float, float]:
        scale = self.side / (self.high - self.low)
        return self.left + (x - self.low) * scale, self.top + (self.high - y) * scale

    def axes(self, names: tuple[str, str] = ("x_{1}", "x_{2}")) -> None:
        """Lines through (0, 0), and the names of the axes at their ends."""
        (x, y), right, top = self.at(0, 0), self.left + self.side, self.top
        self.drawing.line(self.left, y, right, y, "soft faint").line(x, self.top + self.side, x, top, "soft faint")
        self.drawing.text(right - 10, y + 12, names[0], "soft", 13).text(x + 13, top + 10, names[1], "soft", 13)

    def half(self, line: Any, kind: str = "a") -> None:
        """The side where the unit says 1, lightly filled, and its edge."""
        inside = clipped(line, self.low, self.high)
        if len(inside) > 2:
            self.drawing.path(_path([self.at(*p) for p in inside], True), f"{kind} full faint")
        self.edge(line, f"{kind} thick")

    def edge(self, line: Any, kind: str) -> None:
        """The line itself, where it crosses the picture."""
        ends = crossing(line, self.low, self.high)
        if ends:
            self.drawing.line(*self.at(*ends[0]), *self.at(*ends[1]), kind)

    def points(self, X: Any, t: Any, wrong: Any = (), ring: int | None = None, radius: float = 12) -> None:
        """Points with their targets: 1 filled, 0 hollow; a red ring around the wrong ones."""
        for k, ((x, y), target) in enumerate(zip(np.asarray(X, float).tolist(), t, strict=True)):
            px, py = self.at(x, y)
            if k == ring:
                self.drawing.circle(px, py, radius + 8, "ink empty dashed")
            if k in wrong:
                self.drawing.circle(px, py, radius + 4, "bad empty thick")
            self.drawing.circle(px, py, radius, "a full" if target else "b")
            self.drawing.text(px, py, str(int(target)), "full bold" if target else "b bold", 14)


def clipped(line: Any, low: float, high: float) -> list[tuple[float, float]]:
    """The corners of {b + w1·x + w2·y > 0} inside [low, high]²."""
    corners = [(low, low), (high, low), (high, high), (low, high)]
    heights = [line.b + line.w1 * x + line.w2 * y for x, y in corners]
    found: list[tuple[float, float]] = []
    for k in range(4):
        (x, y), (u, v), a, b = corners[k], corners[(k + 1) % 4], heights[k], heights[(k + 1) % 4]
        if a > 0:
            found.append((x, y))
        if (a > 0) != (b > 0):
            s = a / (a - b)
            found.append((x + s * (u - x), y + s * (v - y)))
    return found


def crossing(line: Any, low: float, high: float) -> list[tuple[float, float]]:
    """The two ends of the line inside [low, high]², none where it misses it."""
    corners = {(low, low), (high, low), (high, high), (low, high)}
    ends = [p for p in clipped(line, low, high) if p not in corners]
    return ends[:2] if len(ends) > 1 else []


def _path(points: Sequence[tuple[float, float]], closed: bool = False) -> str:
    return "M" + "L".join(f"{x:.4g} {y:.4g}" for x, y in points) + ("Z" if closed else "")


def unit(drawing: Drawing, line: Any, x: Sequence[float] | None = None) -> None:
    """A perceptron: x1, x2 and 1 on the left, as thick as their weights the ways to the sum; values of x inside."""
    left, right, middle = 306, 410, 144
    rows = (("x_{1}", "w_{1}", line.w1, 60), ("x_{2}", "w_{2}", line.w2, middle), ("1", "b", line.b, 228))
    for k, (name, weight, value, y) in enumerate(rows):
        kind = "a" if value >= 0 else "b"
        _band(drawing, left + 16, y, right - 20, middle, min(abs(value), 3) * 4 + 0.5, kind)
        drawing.circle(left, y, 17, "soft").text(left, y, name if x is None or k == 2 else f"{x[k]:g}", "ink bold", 14)
        x_at, y_at = ((left + 64, 70), (left + 46, middle - 14), (left + 64, 218))[k]
        drawing.text(x_at, y_at, f"{weight} = {signed(value)}", f"{kind} bold", 13)
    score = None if x is None else line.b + line.w1 * x[0] + line.w2 * x[1]
    drawing.circle(right, middle, 22, "ink")
    drawing.text(right, middle, "Σ" if score is None else signed(round(score, 6)), "ink bold", 14)


def _band(drawing: Drawing, x: float, y: float, u: float, v: float, width: float, kind: str) -> None:
    half = width / 2
    drawing.path(_path([(x, y - half), (u, v - half), (u, v + half), (x, y + half)], True), f"{kind} full faint")


def signed(value: float) -> str:
    """A number as people write it, with a true minus."""
    return f"{value + 0.0:.4g}".replace("-", "−")


def learning(line: Any, X: Any, t: Any, before: Any = None, ring: int | None = None) -> str:
    """A line among the corners of a gate, with the unit that draws it; dashed: where it was before."""
    drawing = Drawing(WIDE, TALL)
    plane = Plane(drawing, EDGE, EDGE, SIDE, *BOX)
    plane.axes()
    plane.half(line)
    if before is not None and before != line:
        plane.edge(before, "soft dashed")
    said = line.says(X)
    plane.points(X, t, wrong=[k for k in range(len(X)) if said[k] != t[k]], ring=ring)
    unit(drawing, line, None if ring is None else X[ring])
    return str(drawing)


def tables(found: Any, X: Any, marked: Sequence[tuple[int, ...]] = ()) -> str:
    """All tables of four corners as small pictures, with a line where one can do it; `marked` in a frame."""
    drawing, side, step = Drawing(WIDE, 424), 92, 106
    for k, table in enumerate(np.ndindex(2, 2, 2, 2)):
        left, top = 10 + step * (k % 4), 6 + step * (k // 4)
        plane = Plane(drawing, left, top, side, *BOX)
        if table in found:
            plane.half(found[table])
        else:
            drawing.rect(left, top, side, side, "bad empty thick", 4)
        if table in marked:
            drawing.rect(left - 3, top - 3, side + 6, side + 6, "ink empty dashed", 6)
        for (x, y), target in zip(np.asarray(X).tolist(), table, strict=True):
            drawing.circle(*plane.at(x, y), 6, "a full" if target else "b")
    return str(drawing)


def layers(X: Any, t: Any, lines: Sequence[Any], answers: Any, stage: int, names: Sequence[str]) -> str:
    """Two lines in the plane of the inputs, and where their answers put the corners, where a third line ends it.

    `stage` 0: corners; 1: the first line; 2: the second; 3: the plane of their answers; 4: the third line; 5: what it
    means in the plane of the inputs.
    """
    drawing, side = Drawing(WIDE, 262), 204
    left = Plane(drawing, 8, 30, side, *BOX)
    left.axes()
    kinds = ("c", "d")
    for k, (line, kind) in enumerate(zip(lines[:2], kinds, strict=True)):
        if stage > k:
            left.half(line, kind)
            drawing.text(50 + 110 * k, 16, names[k], f"{kind} bold", 15)
    wrong = [k for k in range(len(X)) if answers.out[k] != t[k]] if stage > 4 else []
    left.points(X, t, wrong, radius=11)
    if stage < 3:
        return str(drawing)
    right = Plane(drawing, 228, 30, side, *BOX)
    right.axes(("s_{1}", "s_{2}"))
    hidden = np.stack([answers.one, answers.two], axis=1)
    if stage > 3:
        right.half(lines[2])
        drawing.text(330, 16, names[2], "a bold", 15)
    for place in np.unique(hidden, axis=0):
        here = [k for k in range(len(X)) if (hidden[k] == place).all()]
        shift = 0.13 * (np.arange(len(here)) - (len(here) - 1) / 2)
        spots = place + np.stack([shift, np.zeros(len(here))], axis=1) * 1.5
        right.points(spots, [t[k] for k in here], [m for m, k in enumerate(here) if k in wrong], radius=11)
    return str(drawing)


def boundary(share: np.ndarray, lines: np.ndarray, X: Any, t: Any, side: float) -> str:
    """What a network says over the plane (n, n), the lines (units, 3) of its first layer, and the points."""
    drawing = Drawing(WIDE, 380)
    plane = Plane(drawing, 38, 6, 364, -side, side)
    at = np.linspace(-side, side, len(share))
    for piece in _strips(share > 0.5, at):
        (x, y), (u, v) = plane.at(*piece[0]), plane.at(*piece[1])
        drawing.rect(x, v, u - x, y - v, "a full faint", 0)
    for w1, w2, b in lines.tolist():
        ends = crossing(_Edge(w1, w2, b), -side, side)
        if ends:
            drawing.line(*plane.at(*ends[0]), *plane.at(*ends[1]), "ink dashed")
    few = len(X) <= 8
    for target, kind in ((0, "b"), (1, "a")):
        if few:
            plane.points(X[t == target], [target] * int((t == target).sum()))
        else:
            drawing.path(_dots([plane.at(*p) for p in X[t == target]]), f"{kind} full" if target else kind)
    return str(drawing)


class _Edge:
    def __init__(self, w1: float, w2: float, b: float) -> None:
        self.w1, self.w2, self.b = w1, w2, b


def _dots(places: Sequence[tuple[float, float]]) -> str:
    """All points of a class as one path of small squares: a hundred circles would be four times as long."""
    return "".join(f"M{x - 3:.0f} {y - 3:.0f}h6v6h-6z" for x, y in places)


def _strips(mask: np.ndarray, at: np.ndarray) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Boxes that cover the true cells of a mask (n, n) [row of y]: runs of a row, equal rows joined."""
    half, done, open_ = (at[1] - at[0]) / 2, [], dict[tuple[int, int], int]()
    for row in range(len(mask) + 1):
        edges = np.flatnonzero(np.diff(np.r_[0, mask[row].astype(int), 0])) if row < len(mask) else np.empty(0, int)
        runs = {(int(a), int(b)) for a, b in edges.reshape(-1, 2)}
        for run in [run for run in open_ if run not in runs]:
            first = open_.pop(run)
            done.append(((at[run[0]] - half, at[first] - half), (at[run[1] - 1] + half, at[row - 1] + half)))
        open_.update({run: row for run in runs if run not in open_})
    return done


def morph(lines: np.ndarray, one: np.ndarray, reach: float) -> str:
    """A grid on its way through two layers, and beside it on its way through one matrix; lines (m, points, 2)."""
    drawing, side = Drawing(WIDE, 218), 208
    for left, grid in ((6, lines), (226, one)):
        plane = Plane(drawing, left, 6, side, -reach, reach)
        half = len(grid) // 2
        for k, line in enumerate(grid):
            drawing.polyline([plane.at(*p) for p in line.tolist()], "c" if k < half else "d")
    return str(drawing)


def stack(units: Sequence[int], shown: int, said: Sequence[str]) -> str:
    """Layers as columns as tall as the logarithm of their units; `shown` steps between them with their counts."""
    drawing, gap = Drawing(WIDE, 230), WIDE / len(units)
    heights = [24 + 22 * np.log10(count) * 1.5 for count in units]
    for k, (count, height) in enumerate(zip(units, heights, strict=True)):
        x = gap * (k + 0.5)
        if k and k <= shown:
            before, tall = gap * (k - 0.5) + 14, heights[k - 1]
            drawing.path(_path([(before, 105 - tall / 2), (x - 14, 105 - height / 2), (x - 14, 105 + height / 2),
                                (before, 105 + tall / 2)], True), "a full faint")  # fmt: skip
            drawing.text(gap * k, 204, said[k - 1], "a bold", 15 if len(units) < 6 else 11)
        drawing.rect(x - 14, 105 - height / 2, 28, height, "ink" if k <= shown else "soft faint", 6)
        drawing.text(x, 105, f"{count}", "ink bold", 13 if count < 1000 else 10)
    return str(drawing)
