"""Where a grid of numbers is high, as outlines for a small drawing."""

from collections.abc import Callable

import numpy as np

_TOP, _RIGHT, _BOTTOM, _LEFT = (0, 0, 0), (1, 0, 1), (0, 1, 0), (1, 0, 0)  # kind of edge, row and column from the cell
# Corners that are high (8 upper left, 4 upper right, 2 lower right, 1 lower left) -> edges where the outline comes in
# and goes out, what is high on its left.
_WAYS = {
    1: ((_BOTTOM, _LEFT),), 2: ((_RIGHT, _BOTTOM),), 3: ((_RIGHT, _LEFT),), 4: ((_TOP, _RIGHT),),
    5: ((_TOP, _RIGHT), (_BOTTOM, _LEFT)), 6: ((_TOP, _BOTTOM),), 7: ((_TOP, _LEFT),), 8: ((_LEFT, _TOP),),
    9: ((_BOTTOM, _TOP),), 10: ((_LEFT, _TOP), (_RIGHT, _BOTTOM)), 11: ((_RIGHT, _TOP),), 12: ((_LEFT, _RIGHT),),
    13: ((_BOTTOM, _RIGHT),), 14: ((_LEFT, _BOTTOM),),
}  # fmt: skip
Edge = tuple[int, int, int]


def isles(z: np.ndarray, level: float) -> list[np.ndarray]:
    """Closed outlines (n, 2) of where z (rows, columns) is at least `level`, as (column, row) with parts of cells.

    Between two numbers the outline lies where a straight line reaches the level; beyond the rim nothing is high, so an
    outline runs along it. NaN is low.
    """
    high = np.pad(np.nan_to_num(z, nan=-np.inf) >= level, 1)
    code = 8 * high[:-1, :-1] + 4 * high[:-1, 1:] + 2 * high[1:, 1:] + high[1:, :-1]
    after: dict[Edge, Edge] = {}
    for row, column in zip(*np.nonzero((code > 0) & (code < 15)), strict=True):
        for come, go in _WAYS[int(code[row, column])]:
            start, end = ((kind, int(row) + down, int(column) + right) for kind, down, right in (come, go))
            after[start] = end
    found = []
    while after:
        first, edge = after.popitem()
        line = [first]
        while edge != first:
            line.append(edge)
            edge = after.pop(edge)
        found.append(np.array([_place(z, level, edge) for edge in line]))
    return found


def _place(z: np.ndarray, level: float, edge: Edge) -> tuple[float, float]:
    """Where the level lies on an edge of the padded grid; on the rim where the edge leaves it."""
    kind, row, column = edge
    ends = [(row, column), (row + 1, column) if kind else (row, column + 1)]
    rows, columns = z.shape
    inside = [(min(max(r - 1, 0), rows - 1), min(max(c - 1, 0), columns - 1)) for r, c in ends]
    (r0, c0), (r1, c1) = inside
    a, b = z[inside[0]], z[inside[1]]
    part = (level - a) / (b - a) if a != b and np.isfinite(a) and np.isfinite(b) else 0.5
    return c0 + part * (c1 - c0), r0 + part * (r1 - r0)


def path(z: np.ndarray, level: float, place: Callable[[np.ndarray], np.ndarray]) -> str:
    """The outlines in SVG's language, `place` giving whole pixels (n, 2) for columns and rows; "" where nothing is."""
    said = []
    for line in isles(z, level):
        spots = place(line).astype(int).tolist()
        kept = [spot for k, spot in enumerate(spots) if spot != spots[k - 1]]
        if len(kept) > 2:
            said.append("M" + "L".join(f"{x} {y}" for x, y in kept) + "Z")
    return "".join(said)
