"""Folds as drawings: the points a model is fitted to, the ones left out, and what it says of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from optim_viz.figures.svg import Drawing

WIDTH, HEIGHT = 510, 230
_LEFT, _RIGHT, _TOP, _ROOM = 6, 6, 6, 34
_BOX = 20


class Sheet:
    """A picture of points (x, y) in one scale; `room` under it is for a row of boxes, and a key above them."""

    def __init__(
        self, x: Any, y: Any, wide: tuple[float, float], room: int = _ROOM, height: int = HEIGHT
    ) -> None:  # fmt: skip
        low, high = float(np.min(y)), float(np.max(y))
        above = 0.12 * (high - low or 1.0)
        self.x, self.y, self.side = np.asarray(x, dtype=float), np.asarray(y, dtype=float), wide
        self.low, self.high = low - above, high + above
        self.drawing, self.bottom = Drawing(WIDTH, height), height - 8 - room
        self.drawing.rect(_LEFT, _TOP, WIDTH - _LEFT - _RIGHT, self.bottom - _TOP, "soft empty faint", 4)

    def place(self, x: Any, y: Any) -> list[tuple[float, float]]:
        """Where points are in the drawing; values outside it stay at its rim."""
        start, end = self.side
        across = _LEFT + 8 + (np.asarray(x) - start) / (end - start) * (WIDTH - _LEFT - _RIGHT - 16)
        share = np.clip((np.asarray(y) - self.low) / (self.high - self.low), 0, 1)
        down = self.bottom - share * (self.bottom - _TOP)
        return list(zip(across.tolist(), down.tolist(), strict=True))

    def points(self, rows: Any, kind: str, radius: float) -> "Sheet":
        for px, py in self.place(self.x[rows], self.y[rows]):
            self.drawing.circle(px, py, radius, kind)
        return self

    def curve(self, x: Any, y: Any, kind: str) -> "Sheet":
        self.drawing.polyline(self.place(x, y), kind)
        return self

    def key(self, entries: Sequence[tuple[str, str, float]]) -> "Sheet":
        """What the points are, under the picture: words, kind and radius of each sort."""
        wide, y = (WIDTH - _LEFT - _RIGHT) / len(entries), self.bottom + 20
        for k, (said, kind, radius) in enumerate(entries):
            x = _LEFT + 12 + k * wide
            self.drawing.circle(x, y, radius, kind).text(x + 12, y, said, kind.split()[0], 17, "start")
        return self

    def row(self, labels: Sequence[str], kinds: Sequence[str], size: float = 13) -> "Sheet":
        """A row of boxes under the picture, one per part, each as wide as the others."""
        wide, top = (WIDTH - _LEFT - _RIGHT) / len(labels), self.drawing.height - _BOX - 12
        for k, (label, kind) in enumerate(zip(labels, kinds, strict=True)):
            self.drawing.rect(_LEFT + k * wide + 2, top, wide - 4, _BOX, kind, 4)
            self.drawing.text(_LEFT + (k + 0.5) * wide, top + _BOX / 2, label, "ink", size)
        return self

    def __str__(self) -> str:
        return str(self.drawing)
