"""The convolution page: its views, the boxes they share, and how sums are written out."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from optim_viz.data.typed import read_numbers
from optim_viz.figures.text import short
from optim_viz.labs.windows import KERNELS, read_kernel, slide, turned
from optim_viz.labs.windows.kernels import LARGEST
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import t
from optim_viz.ui.pixels import drawn
from optim_viz.ui.state import bound, named, steady
from optim_viz.words import Text

PREFIX = "cv."
VIEWS = {"step": Text("Step by step"), "draw": Text("Your picture"), "back": Text("Backward"),
         "size": Text("Size and weights"), "net": Text("Trained")}  # fmt: skip
KINDS = {"line": Text("1-D"), "plane": Text("2-D"), "depth": Text("Channels")}
X, W, OWN = "1 3 2 5 4", "2 1 -1", "0 -1 0 / -1 5 -1 / 0 -1 0"
SMALL, SMALL_SIDE = "00300 03300 00300 00300 03330", 5
LONGEST = 120  # characters in a box of numbers


@dataclass(frozen=True)
class Step:
    """A window on numbers: `kind` is line, plane or depth, `x` (C, *sides) and `w` (O, C, *k) as nested tuples."""

    kind: str
    x: Any
    w: Any
    padding: int = 0
    stride: int = 1
    does: str = ""

    @property
    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        return np.array(self.x, float), np.array(self.w, float)

    def slid(self, around: bool = False) -> np.ndarray:
        """What comes out (O, *out); `around` turns the kernel first. ValueError where no window fits."""
        x, w = self.arrays
        return slide(x, turned(w) if around else w, self.stride, self.padding)


def view() -> str:
    """Which part of the page is shown; the others cost nothing."""
    return named(st.segmented_control, t("View"), f"{PREFIX}view", VIEWS, "step", required=True,
                 label_visibility="collapsed")  # fmt: skip


def last_good(name: str, make: Callable[[], Any], usual: Callable[[], Any]) -> Any:
    """What is made; where it cannot be, a sentence says why and the last good one, or the usual one, stays."""
    kept = f"_{PREFIX}{name}_good"
    try:
        st.session_state[kept] = make()
    except ValueError as wrong:
        st.warning(t(wrong.args[0]))
    if kept not in st.session_state:
        st.session_state[kept] = usual()
    return st.session_state[kept]


def answered(question: str) -> bool:
    """Whether the person has said what comes: what gives it away is told only then."""
    return st.session_state.get(f"{PREFIX}{question}") is not None


def box(label: str, name: str, start: str, read: Callable[[str], np.ndarray], help: str | None = None) -> np.ndarray:
    """Numbers a person types."""
    text = bound(st.text_input, label, f"{PREFIX}{name}", lambda text: len(text) <= LONGEST, value=start,
                 max_chars=LONGEST, help=help)  # fmt: skip
    return last_good(name, lambda: read(text), lambda: read(start))


def row() -> tuple[np.ndarray, np.ndarray]:
    """x and w of the notes, (n,) and (k,)."""
    x = box(t("Numbers x₁, x₂, …"), "x", X, partial(read_numbers, least=3, most=9, limit=LARGEST))
    w = box(t("Kernel w₁, w₂, …"), "w", W, partial(read_numbers, least=1, most=5, limit=LARGEST))
    return x, w


def kernel(name: str, sides: tuple[int, ...] = (3, 5)) -> tuple[np.ndarray, str]:
    """The weights (k, k) of a chosen kernel, or of one's own, and what it does."""
    fit = {key: one.name for key, one in KERNELS.items() if len(one.weights) in sides}
    chosen = named(st.selectbox, t("Kernel"), f"{PREFIX}{name}", {**fit, "own": Text("My own")}, "edges")
    if chosen != "own":
        return KERNELS[chosen].weights, KERNELS[chosen].does
    weights = box(t("Nine weights, row by row"), f"{name}.own", OWN, read_kernel)
    return weights, Text("A kernel of your own.")


def padding() -> int:
    return choice(t("Padding p"), f"{PREFIX}padding", (0, 1, 2), 0, t("Zeros around the numbers."))


def stride() -> int:
    return choice(t("Stride s"), f"{PREFIX}stride", (1, 2, 3), 1, t("How far the window moves at a time."))


def settings() -> Step:
    """The controls of the view in which a window goes from place to place."""
    kind = named(st.segmented_control, t("Numbers in"), f"{PREFIX}kind", KINDS, "plane", required=True)
    with steady():
        if kind == "depth":
            return _depth()
        if kind == "line":
            x, w = row()
            made, usual = Step("line", tuples(x[None]), tuples(w[None, None])), _line_usual
        else:
            picture = drawn(f"{PREFIX}small", SMALL, SMALL_SIDE, numbers=True)
            weights, does = kernel("kernel", (3,))
            made, usual = Step("plane", tuples(picture[None]), tuples(weights[None, None]), does=does), _plane_usual
        p, s = padding(), stride()
        full = Step(made.kind, made.x, made.w, p, s, made.does)
        return last_good(kind, lambda: _possible(full), usual)


def _line_usual() -> Step:
    x, w = (tuple(map(float, text.split())) for text in (X, W))
    return Step("line", (x,), ((w,),))


def _plane_usual() -> Step:
    picture = tuple(tuple(map(float, row)) for row in SMALL.split())
    return Step("plane", (picture,), tuples(KERNELS["edges"].weights[None, None]), does=KERNELS["edges"].does)


def _possible(step: Step) -> Step:
    """The step; ValueError where no window fits."""
    step.slid()
    return step


def tuples(array: np.ndarray) -> Any:
    """Nested tuples: what a cache can take for a key."""
    return tuple(map(tuples, array)) if array.ndim > 1 else tuple(float(v) for v in array)


def _depth() -> Step:
    """Several channels and kernels; their small whole numbers are always the same."""
    channels = choice(t("Channels C"), f"{PREFIX}channels", (2, 3), 3)
    maps = choice(t("Kernels O"), f"{PREFIX}maps", (1, 2, 3, 4), 2)
    k = choice(t("Kernel size k"), f"{PREFIX}k", (1, 2, 3), 2)
    rng = np.random.default_rng(5)
    x, w = rng.integers(0, 5, (3, 4, 4)), rng.integers(-1, 3, (4, 3, 3, 3))
    return Step("depth", tuples(x[:channels]), tuples(w[:maps, :channels, :k, :k]))


def names(letter: str, count: int) -> list[str]:
    """x_{1}, x_{2}, ..."""
    return [f"{letter}_{{{k + 1}}}" for k in range(count)]


def equation(name: str, pairs: list[tuple[str, str, float, float]]) -> str:
    """y_{1} = x_{1}·w_{1} + ... = 1·2 + ... = 3, of pairs (name, name, value, value); one without a name is 0."""
    true = [pair for pair in pairs if pair[0]]
    words = " + ".join(f"{a}·{b}" for a, b, *_ in true) or "0"
    return f"{name} = {words} = {summed([(u, v) for *_, u, v in true])}"


def summed(pairs: list[tuple[float, float]]) -> str:
    """1·2 + 3·(−1) = −1"""
    if not pairs:
        return "0"
    total = short(float(f"{sum(u * v for u, v in pairs):.4g}"))
    return " + ".join(f"{factor(u)}·{factor(v)}" for u, v in pairs) + f" = {total}"


def factor(value: float) -> str:
    said = short(float(f"{value:.3g}"))
    return f"({said})" if said.startswith("−") else said
