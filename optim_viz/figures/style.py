"""How each optimizer looks: a color for either theme, a dash and a marker, so that color is never alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

DASHES = ((), (10, 3), (5, 3), (2, 3), (12, 3, 2, 3), (7, 3, 2, 3, 2, 3), (18, 4))  # px on, px off, ...
MARKERS = (
    "circle", "square", "diamond", "triangle-up", "triangle-down", "pentagon", "star",
    "hexagon", "cross", "triangle-left", "triangle-right", "hexagram", "bowtie", "hourglass",
)  # fmt: skip
# (light, dark), found by a seeded search; contrast with the page is at least 4.3 in light, 3.6 in dark.
# The smallest CIE76 distance between two of them, over normal vision, protanopia, deuteranopia and tritanopia
# (Machado 2009, severity 1): among the first seven 32.3 light, 36.1 dark; among all 17.8 light, 19.9 dark.
COLORS = (
    ("#430a93", "#8939fd"), ("#e23801", "#febf3d"), ("#148969", "#7ffbac"), ("#c410fe", "#d5cbfd"),
    ("#670457", "#cb3e75"), ("#9165b9", "#a944b3"), ("#7f0213", "#dc022c"), ("#9436c2", "#b885bc"),
    ("#ae0800", "#f8511b"), ("#0408f8", "#647bf4"), ("#075542", "#42bc63"), ("#612987", "#9ea9fc"),
    ("#a53881", "#fa87a2"), ("#5d8145", "#b7f684"),
)  # fmt: skip
KNOWN = (
    "SGD", "Momentum", "Nesterov", "AdaGrad", "Adadelta", "RMSprop", "Adam",
    "AdamW", "AMSGrad", "NAdam", "RAdam", "AdamP", "Lion", "Rprop",
)  # fmt: skip


@dataclass(frozen=True)
class Style:
    """`light` and `dark` are "#rrggbb", `dash` lengths in px (() is solid), `marker` one of MARKERS."""

    light: str
    dark: str
    dash: tuple[int, ...]
    marker: str

    def color(self, theme: str) -> str:
        return self.dark if theme == "dark" else self.light


_FAMILIAR = {name: Style(*COLORS[k], DASHES[k % len(DASHES)], MARKERS[k]) for k, name in enumerate(KNOWN)}
_TAKEN = {(style.dash, style.marker) for style in _FAMILIAR.values()}
_FREE = [(dash, marker) for marker in MARKERS for dash in DASHES if (dash, marker) not in _TAKEN]


def style_of(name: str, repeat: int = 0) -> Style:
    """The look of a name, the same in every process; an unlisted name, or a repeat, gets a free one."""
    if name in _FAMILIAR and repeat == 0:
        return _FAMILIAR[name]
    seed = crc32(name.encode(errors="replace"))
    # 11 is prime to both table lengths: repeats walk through every color and every pair before one returns.
    dash, marker = _FREE[(seed // len(COLORS) + 11 * repeat) % len(_FREE)]
    return Style(*COLORS[(seed + 11 * repeat) % len(COLORS)], dash, marker)


def styles(names: Iterable[str]) -> list[Style]:
    """One look per name, in order; within the list no look comes twice, nor a color while others are free."""
    return list(_looks(tuple(names)))


@lru_cache(maxsize=256)
def _looks(wanted: tuple[str, ...]) -> list[Style]:
    found: dict[int, Style] = {}
    first = {name: k for k, name in reversed(list(enumerate(wanted)))}
    listed = [k for name, k in first.items() if name in _FAMILIAR]
    for k in [*listed, *(k for k in range(len(wanted)) if k not in listed)]:
        found[k] = _unused(wanted[k], list(found.values()))
    return [found[k] for k in range(len(wanted))]


def _unused(name: str, used: list[Style]) -> Style:
    colors, pairs = [s.light for s in used], [(s.dash, s.marker) for s in used]
    choices = [style_of(name, repeat) for repeat in range(len(_FREE) + 1)]
    return min(choices, key=lambda s: (pairs.count((s.dash, s.marker)), colors.count(s.light)))
