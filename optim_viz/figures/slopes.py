"""A function and its slope drawn while its input runs from left to right: tangent, flat stretches, largest slope."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.figures import activations
from optim_viz.figures.svg import Drawing
from optim_viz.figures.text import short, words
from optim_viz.words import Text

TEXTS = {**{name: activations.TEXTS[name] for name in ("function", "slope", "steepest")}, "tangent": Text("tangent"),
         "flat": Text("flat")}  # fmt: skip
WIDTH, HEIGHT = 510, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 14, 34, 26
_REACH = 1.5  # of a tangent, to either side
_KEY = 26  # px of line beside a word


class Sheet:
    """Axes for a deep.Curve, and what of it does not move; `at(z)` is the picture at one input."""

    def __init__(self, curve: Any, texts: Mapping[str, str] | None = None) -> None:
        self.curve, self.say = curve, words({**TEXTS, **(texts or {})})
        low, high = min(-0.1, float(curve.value.min())), max(1.0, float(curve.value.max()))
        self.low, self.high = low - 0.04 * (high - low), high + 0.06 * (high - low)
        self.ends = float(curve.z[0]), float(curve.z[-1])
        self.still = self._still()

    def at(self, z: float, drawn: float | None = None) -> Drawing:
        """The tangent at z, and the slope drawn from the left as far as `drawn` (by default, all of it)."""
        curve, sheet = self.curve, self.still.copy()
        value, slope = (float(np.interp(z, curve.z, y)) for y in (curve.value, curve.slope))
        known = curve.z <= (self.ends[1] if drawn is None else drawn)
        sheet.line(*self._place(z, self.low), *self._place(z, self.high), "soft dashed faint")
        sheet.polyline(self._points(curve.z[known], curve.slope[known]), "b thick dashed")
        ends = [(z + step, value + step * slope) for step in self._steps(value, slope)]
        sheet.polyline([self._place(*end) for end in ends], "d thick")
        sheet.circle(*self._place(z, value), 6, "a full").circle(*self._place(z, slope), 6, "b full")
        return sheet

    def _steps(self, value: float, slope: float) -> tuple[float, float]:
        """How far the tangent at this value reaches to both sides: as long on the page however steep it is."""
        across = (WIDTH - _LEFT - _RIGHT) / (self.ends[1] - self.ends[0])
        up = (HEIGHT - _TOP - _BOTTOM) / (self.high - self.low)
        reach = _REACH / float(np.hypot(1, slope * up / across))
        return -reach, reach

    def _still(self) -> Drawing:
        sheet, right, bottom = Drawing(WIDTH, HEIGHT), WIDTH - _RIGHT, HEIGHT - _BOTTOM
        for low, high in self.curve.zones:
            x, end = self._place(low, 0)[0], self._place(high, 0)[0]
            sheet.rect(x, _TOP, max(end - x, 1), bottom - _TOP, "soft faint", 0)
            sheet.text(x + 0.3 * (end - x), _TOP + 0.35 * (bottom - _TOP), self.say["flat"], "soft", 14)
        zero = self._place(0, 0)[1]
        sheet.line(_LEFT, zero, right, zero, "soft").line(_LEFT, _TOP, _LEFT, bottom, "soft")
        for z in np.linspace(*self.ends, 5).tolist():
            sheet.text(self._place(z, 0)[0], bottom + 14, short(z), "soft", 14)
        for y in (0, 1):
            sheet.text(_LEFT - 10, self._place(0, y)[1], str(y), "soft", 14)
        self._limit(sheet)
        sheet.polyline(self._points(self.curve.z, self.curve.value), "a thick")
        self._key(sheet, ("a thick", self.say["function"]), ("b thick dashed", self.say["slope"]),
                  ("d thick", self.say["tangent"]))  # fmt: skip
        return sheet

    def _limit(self, sheet: Drawing) -> None:
        if self.curve.steepest:
            start, end = (self._place(z, self.curve.steepest) for z in self.ends)
            said = self.say["steepest"].format(slope=short(self.curve.steepest))
            sheet.line(*start, *end, "soft dashed").text(start[0] + 8, start[1] - 11, said, "soft", 14, "start")

    @staticmethod
    def _key(sheet: Drawing, *entries: tuple[str, str]) -> None:
        for k, (kind, said) in enumerate(entries):
            x = _LEFT + k * (WIDTH - _LEFT) / len(entries)
            sheet.line(x, 14, x + _KEY, 14, kind).text(x + _KEY + 8, 14, said, kind.split()[0], 14, "start")

    def _points(self, z: np.ndarray, y: np.ndarray) -> Sequence[tuple[float, float]]:
        return [self._place(a, b) for a, b in zip(z.tolist(), y.tolist(), strict=True)]

    def _place(self, z: float, y: float) -> tuple[float, float]:
        start, end = self.ends
        x = _LEFT + (z - start) / (end - start) * (WIDTH - _LEFT - _RIGHT)
        return x, HEIGHT - _BOTTOM - (y - self.low) / (self.high - self.low) * (HEIGHT - _TOP - _BOTTOM)
