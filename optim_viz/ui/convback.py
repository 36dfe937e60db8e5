"""The way back of a convolution: the errors slide, too, and the numerical gradient says whether that is right."""

import re
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from optim_viz.data.typed import read_numbers
from optim_viz.figures import convolution as figures
from optim_viz.figures.convolution import Row
from optim_viz.figures.text import short
from optim_viz.labs.windows import backward, meetings, numerical, size, spread, turned
from optim_viz.labs.windows.kernels import LARGEST
from optim_viz.ui import cached
from optim_viz.ui.convolution import PREFIX, answered, box, equation, last_good, names, padding, row, stride, tuples
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import predict
from optim_viz.ui.said import bullets
from optim_viz.ui.strip import Frame, play
from optim_viz.words import Text

ERRORS = "1 -2 3"
SLIDES = {"as": Text("the kernel as it is"), "turned": Text("the kernel turned around"),
          "both": Text("either: they give the same")}  # fmt: skip
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SAME = 1e-6  # of a numerical gradient with numbers up to 100
_FRAMES, _CHECKS = cached.Bounded(64), cached.Bounded(16)


@dataclass(frozen=True)
class Back:
    """Numbers, kernel and errors in one dimension: x (n,), w (k,), d (m,) = ∂L/∂y."""

    x: tuple
    w: tuple
    d: tuple
    padding: int
    stride: int

    @property
    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """x (1, n), w (1, 1, k), d (1, m)."""
        return np.array([self.x]), np.array([[self.w]]), np.array([self.d])

    @property
    def meetings(self) -> list[tuple[int, int, int]]:
        return meetings(len(self.x), len(self.w), self.padding, self.stride)

    def backward(self, around: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """∂L/∂x (n,) and ∂L/∂w (k,); `around` False lets the kernel slide as it is, which is the mistake to try."""
        x, w, d = self.arrays
        dx, dw = backward(x, w if around else turned(w), d, self.stride, self.padding)
        return dx[0], dw[0, 0]

    def numerical(self) -> tuple[np.ndarray, np.ndarray]:
        dx, dw = numerical(*self.arrays, self.stride, self.padding)
        return dx[0], dw[0, 0]


def settings() -> Back:
    """The controls of the view of the way back."""
    x, w = row()
    read = partial(read_numbers, least=1, most=13, limit=LARGEST)
    errors = box(t("Errors δ₁, δ₂, … of the outputs"), "d", ERRORS, read,
                 t("∂L/∂y, one for each place of the window; what is missing counts as 0."))  # fmt: skip
    p, s = padding(), stride()

    def make() -> Back:
        places = size(len(x), len(w), p, s)
        d = np.pad(errors[:places], (0, max(0, places - len(errors))))
        return Back(tuples(x), tuples(w), tuples(d), p, s)

    return last_good("back", make, lambda: Back((1.0, 3.0, 2.0, 5.0, 4.0), (2.0, 1.0, -1.0), (1.0, -2.0, 3.0), 0, 1))


def stage(back: Back) -> None:
    """The errors slide over the numbers; then, once the person has said how, the kernel over the errors."""
    st.markdown(t("**∂L/∂w**: the errors δ slide over the numbers x."))
    play(_FRAMES.make((back, "w"), lambda: to_weights(back)), key=f"{PREFIX}back.w")
    question = t("Now ∂L/∂x: which kernel has to slide over the errors between zeros?")
    if predict(f"{PREFIX}back.turn", question, SLIDES, lambda: which(back), back):
        play(_FRAMES.make((back, "x"), lambda: to_numbers(back)), key=f"{PREFIX}back.x")


def to_weights(back: Back) -> list[Frame]:
    """Each weight: the errors, as far apart as the windows, at its place on the numbers."""
    x, _, d = back.arrays
    p, s = back.padding, back.stride
    seen = Row(np.pad(x[0], p), [*[""] * p, *names("x", len(back.x)), *[""] * p])
    wide = spread(d, s)[0]
    slid = Row(wide, [f"δ_{{{m // s + 1}}}" if m % s == 0 else "" for m in range(len(wide))])
    found = back.backward()[1]
    out = Row(found, [f"∂{name}" for name in names("w", len(found))])
    return _slides(seen, slid, out, list(range(len(found))), back, 2)


def to_numbers(back: Back) -> list[Frame]:
    """Each number: the turned kernel at its place on the errors between zeros."""
    _, w, d = back.arrays
    n, k, s = len(back.x), len(back.w), back.stride
    wide = spread(d, s)[0]
    after = n + 2 * back.padding - len(wide)  # so that there is a window for the last number, too
    seen = Row(np.pad(wide, (k - 1, after)),
               [*[""] * (k - 1), *[f"δ_{{{m // s + 1}}}" if m % s == 0 else "" for m in range(len(wide))],
                *[""] * after])  # fmt: skip
    slid = Row(turned(w)[0, 0], names("w", k)[::-1])
    out = Row(back.backward()[0], [f"∂{name}" for name in names("x", n)])
    return _slides(seen, slid, out, [i + back.padding for i in range(n)], back, 0)


def _slides(seen: Row, slid: Row, out: Row, corners: list[int], back: Back, role: int) -> list[Frame]:
    """A frame for each number that comes out, with the sum of those that meet in it (see `terms`)."""
    frames = []
    for j in range(len(out.values)):
        drawing = figures.line(seen, slid, out, corners, j)
        frames.append(Frame(str(drawing), equation(out.names[j], terms(back, role, j))))
    return frames


def terms(back: Back, role: int, index: int) -> list[tuple[str, str, float, float]]:
    """The products in the gradient of number `index` (role 0) or weight `index` (role 2): names and values."""
    found = []
    for i, j, m in back.meetings:
        if (i, j, m)[role] == index:
            error = (f"δ_{{{j + 1}}}", back.d[j])
            other = (f"w_{{{m + 1}}}", back.w[m]) if role == 0 else (f"x_{{{i + 1}}}", back.x[i])
            found.append((error[0], other[0], error[1], other[1]))
    return found


def which(back: Back) -> tuple[str, str]:
    """Which of SLIDES is right, and why: the numerical gradient is asked."""
    true = back.numerical()[0]
    right, other = (float(np.abs(back.backward(around)[0] - true).max()) for around in (True, False))
    kind = "both" if other < SAME else "turned"
    plain = f"{other:.0e}" if other < SAME else short(float(f"{other:.3g}"))
    return kind, t("Largest difference from the numerical gradient: {right} with the kernel turned, {other} as it is.",
                   right=f"{right:.0e}", other=plain)  # fmt: skip


def words(back: Back) -> None:
    """Every gradient as a sum with its indices, beside the numerical one."""
    known = answered("back.turn")
    lines = [f"| {t('gradient')} | {t('sum')} | {t('value')} | {t('numerical')} |", "| :-- | :-- | --: | --: |"]
    for role, letter, ours, check in zip((2, 0), "wx", back.backward()[::-1], back.numerical()[::-1], strict=True):
        if letter == "x" and not known:
            continue
        for k, (a, b) in enumerate(zip(ours, check, strict=True)):
            said = " + ".join(f"{u}{v}" for u, v, *_ in terms(back, role, k)) or "0"
            lines.append(low(f"| ∂{letter}_{{{k + 1}}} | {said} | {short(float(a))} | {short(round(float(b), 9))} |"))
    st.markdown("\n".join(lines))
    said = []
    if back.stride == 1 and back.padding == 0 and known:
        said.append(
            t(
                "To check any note: in each term of ∂xᵢ the indices of δ and w add up to i + 1; in each term of "
                "∂wₘ the index of x is that of δ plus m − 1. A term that does not fit has a slip in it."
            )
        )
    elif known:
        said.append(t("The errors lie {s} apart, as the windows did, and the padding has cut off {p} on each side.",
                      s=back.stride, p=back.padding))  # fmt: skip
    largest, count = _CHECKS.make((back.stride, back.padding), lambda: wide_check(back.stride, back.padding))
    said.append(t("The same in 2-D with 2 channels and 2 kernels: all {n} gradients are those of the numerical check, "
                  "the largest difference is {largest}.", n=count, largest=f"{largest:.0e}"))  # fmt: skip
    st.markdown(bullets(*said))


def low(text: str) -> str:
    """x_{1} as x₁."""
    return re.sub(r"_\{(\d+)\}", lambda found: found[1].translate(SUBSCRIPTS), text)


def wide_check(stride: int, padding: int) -> tuple[float, int]:
    """The largest difference between ours and the numerical gradient on pictures with channels, and of how many."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 5, 5)), rng.normal(size=(2, 2, 3, 3))
    side = size(5, 3, padding, stride)
    d = rng.normal(size=(2, side, side))
    pairs = list(zip(backward(x, w, d, stride, padding), numerical(x, w, d, stride, padding), strict=True))
    return max(float(np.abs(a - b).max()) for a, b in pairs), sum(a.size for a, _ in pairs)


def code(back: Back) -> str:
    """Python for what is shown."""
    x, w, d = back.arrays
    how = f"stride={back.stride}, padding={back.padding}"
    return (
        "import numpy as np\n\nfrom optim_viz.labs import windows\n\n"
        f"x, w, d = np.array({x.tolist()}), np.array({w.tolist()}), np.array({d.tolist()})\n"
        f"for ours, check in zip(windows.backward(x, w, d, {how}), windows.numerical(x, w, d, {how})):\n"
        "    print(ours, abs(ours - check).max())\n"
        f"for i, j, m in windows.meetings({len(back.x)}, {len(back.w)}, {how.split(', ')[1]}, {how.split(', ')[0]}):\n"
        '    print(f"x{i + 1} meets w{m + 1} in window {j + 1}")\n'
    )
