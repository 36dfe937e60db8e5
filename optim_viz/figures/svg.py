"""Small line drawings as SVG text: boxes, arrows and words, colored by the theme of the page around them."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape
from math import hypot

# What a shape is, not how it looks: strip.css gives each word a color in light and in dark.
COLORS = ("ink", "soft", "a", "b", "c", "d", "bad")
LOOKS = ("full", "empty", "faint", "thick", "dashed", "fresh", "bold", "mono", "halo")
_ANCHORS = ("start", "middle", "end")
_RAISED = re.compile(r"([_^])\{([^{}]*)\}")
_HEAD, _SMALL = 8.0, 0.72  # of an arrow in pixels, of a raised letter in shares of the others


class Drawing:
    """A picture of `width` × `height` units, about a pixel each; every method adds a shape and returns the drawing.

    `kind` is a color and any looks in one text, such as "a thick": colors are ink, soft, a (blue), b (orange),
    c (green), d (purple) and bad (red); looks are full (filled), empty (no filling), faint, thick, dashed, fresh
    (rises when it is first shown), and for words bold, mono and halo (readable on lines). Nothing given is "ink". A
    text may hold x_{1} and x^{2}; everything in it is escaped.
    `str(drawing)` is the SVG. ValueError for a place that is not finite or a kind that does not exist.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._parts: list[str] = []
        self._look: float | None = None

    def rect(
        self, x: float, y: float, width: float, height: float, kind: str = "ink", radius: float = 6, hint: str = ""
    ) -> "Drawing":
        """A box whose upper left corner is (x, y); `hint` is shown when the mouse rests on it."""
        return self._add("rect", {"x": x, "y": y, "width": width, "height": height, "rx": radius}, kind, hint)

    def circle(self, x: float, y: float, radius: float, kind: str = "ink", hint: str = "") -> "Drawing":
        """A disk around (x, y)."""
        return self._add("circle", {"cx": x, "cy": y, "r": radius}, kind, hint)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str = "ink") -> "Drawing":
        return self._add("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2}, kind)

    def arrow(self, x1: float, y1: float, x2: float, y2: float, kind: str = "ink") -> "Drawing":
        """A line from (x1, y1) to (x2, y2) with a head at its end; nothing where both are one place."""
        length = hypot(x2 - x1, y2 - y1)
        if length == 0:
            return self
        head = min(_HEAD, length)
        u, v = (x2 - x1) / length * head, (y2 - y1) / length * head
        self.line(x1, y1, x2 - 0.7 * u, y2 - 0.7 * v, kind)
        corners = ((x2, y2), (x2 - u - 0.45 * v, y2 - v + 0.45 * u), (x2 - u + 0.45 * v, y2 - v - 0.45 * u))
        return self.path("M" + "L".join(_pair(*corner) for corner in corners) + "Z", _plus(kind, "full"))

    def path(self, d: str, kind: str = "ink empty") -> "Drawing":
        """A path in SVG's own language."""
        return self._add("path", {"d": d}, kind)

    def polyline(self, points: Iterable[tuple[float, float]], kind: str = "ink") -> "Drawing":
        """Straight lines from point to point."""
        return self._add("polyline", {"points": " ".join(_pair(x, y) for x, y in points)}, _plus(kind, "empty"))

    def text(
        self, x: float, y: float, said: str, kind: str = "ink", size: float = 14, anchor: str = "middle"
    ) -> "Drawing":
        """Words in one line; y is the middle of their height, `anchor` (start, middle, end) tells what x is."""
        if anchor not in _ANCHORS:
            raise ValueError(f"anchor must be one of {_ANCHORS}, not {anchor!r}")
        place = {"x": x, "y": y + 0.35 * size, "font-size": size}
        more = "" if anchor == "middle" else f' text-anchor="{anchor}"'
        self._parts.append(f'<text class="{_classes(kind)}"{_written(place)}{more}>{_raised(said, size)}</text>')
        return self

    def copy(self) -> "Drawing":
        """The same again, to draw more on."""
        again = Drawing(self.width, self.height)
        again._parts, again._look = self._parts.copy(), self._look
        return again

    def look(self, x: float) -> "Drawing":
        """What is at x is kept in sight where the drawing is wider than the screen."""
        self._look = x
        return self

    def __str__(self) -> str:
        look = "" if self._look is None else f' data-look="{_number(self._look)}"'
        return f'<svg viewBox="0 0 {_number(self.width)} {_number(self.height)}"{look}>{"".join(self._parts)}</svg>'

    def _add(self, tag: str, places: Mapping[str, float | str], kind: str, hint: str = "") -> "Drawing":
        inside = f"><title>{escape(hint)}</title></{tag}>" if hint else "/>"
        self._parts.append(f'<{tag} class="{_classes(kind)}"{_written(places)}{inside}')
        return self


@lru_cache(256)
def _classes(kind: str) -> str:
    words = kind.split()
    unknown = [word for word in words if word not in COLORS and word not in LOOKS]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no kind: colors are {COLORS}, looks {LOOKS}")
    return " ".join(words)


def _plus(kind: str, look: str) -> str:
    return kind if look in kind.split() else f"{kind} {look}"


def _written(places: Mapping[str, float | str]) -> str:
    return "".join(f' {name}="{escape(v) if isinstance(v, str) else _number(v)}"' for name, v in places.items())


def _number(value: float) -> str:
    shown = f"{value:.1f}"
    if not shown[-1].isdigit():
        raise ValueError(f"a place in a drawing is a finite number, not {value}")
    return shown[:-2] if shown.endswith(".0") else shown


def _pair(x: float, y: float) -> str:
    return f"{_number(x)} {_number(y)}"


def _raised(said: str, size: float) -> str:
    """x_{1} and x^{2} as letters below and above the line, everything else as it is."""
    out, moved = "", 0.0
    for k, part in enumerate(_RAISED.split(said)):
        if k % 3 == 0 and part:
            out += f'<tspan dy="{_number(-moved)}">{escape(part)}</tspan>' if moved else escape(part)
            moved = 0.0
        elif k % 3 == 1:
            shift = 0.25 * size if part == "_" else -0.35 * size
        elif k % 3 == 2:
            out += f'<tspan dy="{_number(shift - moved)}" font-size="{_number(_SMALL * size)}">{escape(part)}</tspan>'
            moved = shift
    return out
