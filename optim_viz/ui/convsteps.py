"""A window that goes from place to place, with its numbers: on a line, on a picture, through channels."""

import numpy as np
import streamlit as st

from optim_viz.figures import convolution as figures
from optim_viz.figures.convolution import Row
from optim_viz.figures.text import short
from optim_viz.labs.windows import looks, size
from optim_viz.ui import cached
from optim_viz.ui.convolution import PREFIX, Step, equation, factor, names, summed
from optim_viz.ui.i18n import each, language, t
from optim_viz.ui.lab import predict
from optim_viz.ui.said import bullets
from optim_viz.ui.strip import Frame, play
from optim_viz.words import Text

TURNED = {"same": Text("the same numbers"), "sign": Text("the same with the other sign"),
          "other": Text("other numbers")}  # fmt: skip
_FRAMES = cached.Bounded(64)


def stage(step: Step) -> None:
    """The window at work; then, once the person has said what will come, what another kernel or more of them do."""
    lang = language()
    frames = _FRAMES.make((step, lang), lambda: {"line": _line, "plane": _plane, "depth": _channels}[step.kind](step))
    play(frames, key=f"{PREFIX}{step.kind}.strip")
    if step.kind == "depth":
        _maps(step)
    else:
        _turn(step)


def _line(step: Step) -> list[Frame]:
    """Each place of the window on a line of numbers."""
    x, w = (a.ravel() for a in step.arrays)
    y, p = step.slid().ravel(), step.padding
    seen = Row(np.pad(x, p), [*[""] * p, *names("x", len(x)), *[""] * p])
    corners = [step.stride * j for j in range(len(y))]
    out, slid = Row(y, names("y", len(y))), Row(w, names("w", len(w)))
    frames = []
    for j, corner in enumerate(corners):
        pairs = [(seen.names[corner + m], slid.names[m], seen.values[corner + m], w[m]) for m in range(len(w))]
        frames.append(Frame(str(figures.line(seen, slid, out, corners, j)), equation(out.names[j], pairs)))
    return frames


def _plane(step: Step) -> list[Frame]:
    """Each place of the window on a picture."""
    x, w = step.arrays
    found, texts, frames = step.slid()[0], each(figures.TEXTS), []
    for n, look in enumerate(looks(x, w[0], step.stride, step.padding)):
        drawing = figures.plane(x[0], w[0, 0], found, (look.corner[0], look.corner[1]), n, step.padding, texts)
        pairs = [(u, v) for u, v in zip(look.seen.ravel().tolist(), w.ravel().tolist(), strict=True) if v]
        said = t("Row {row}, column {column} of the map: {sum}", row=look.at[0] + 1, column=look.at[1] + 1,
                 sum=summed(pairs))  # fmt: skip
        frames.append(Frame(str(drawing), said))
    return frames


def _channels(step: Step) -> list[Frame]:
    """Each place of each kernel on a picture of several channels."""
    x, w = step.arrays
    found, texts, frames = step.slid(), each(figures.TEXTS), []
    for o, one in enumerate(w):
        for n, look in enumerate(looks(x, one)):
            drawing = figures.channels(x, w, found, look.sums, o, n, texts)
            parts = " + ".join(factor(v) for v in look.sums)
            said = t("Map {map}, row {row}, column {column}: the channels add up, {parts} = {total}", map=o + 1,
                     row=look.at[0] + 1, column=look.at[1] + 1, parts=parts, total=short(look.total))  # fmt: skip
            frames.append(Frame(str(drawing), said))
    return frames


def _turn(step: Step) -> None:
    """What mathematics calls convolution: the kernel turned by 180°."""
    if predict(f"{PREFIX}{step.kind}.turn", t("Turn the kernel by 180°: mathematics calls only that a convolution. "
                                              "What comes out?"), TURNED, lambda: turn(step), step):  # fmt: skip
        one, other, texts = step.slid(), step.slid(True), each(figures.TEXTS)
        maps = [np.atleast_2d(y[0]) for y in (one, other, other - one)]
        parts = list(zip((texts["as is"], texts["turned"], texts["difference"]), maps, strict=True))
        said = t("The map with the kernel as it is and with the kernel turned, and the second minus the first.")
        play([Frame(str(figures.side_by_side(parts)), said)], key=f"{PREFIX}{step.kind}.turned")


def turn(step: Step) -> tuple[str, str]:
    """Which of TURNED is right, and why."""
    one, other = step.slid(), step.slid(True)
    n = one.size
    if np.allclose(one, other):
        return "same", t("All {n} numbers are the same.", n=n)
    if np.allclose(one, -other):
        return "sign", t("All {n} numbers change their sign: turned, this kernel is its own opposite.", n=n)
    differ, most = int((~np.isclose(one, other)).sum()), float(np.abs(one - other).max())
    return "other", t("{differ} of {n} numbers differ, by up to {most}.", differ=differ, n=n, most=short(most))


def _maps(step: Step) -> None:
    """How many maps come out of C channels and O kernels."""
    C, O = len(step.x), len(step.w)  # noqa: E741
    options = {"kernels": Text("{n}: one for each kernel", n=O), "channels": Text("{n}: one for each channel", n=C),
               "pairs": Text("{n}: one for each channel of each kernel", n=C * O)}  # fmt: skip
    question = t("{C} channels, {O} kernels: how many maps come out?", C=C, O=O)

    def truth() -> tuple[str, str]:
        found = step.slid()
        return "kernels", t("Each kernel has weights for all {C} channels, and their sums become one number: {maps} "
                            "maps of {side}×{side}.", C=C, maps=len(found), side=found.shape[1])  # fmt: skip

    if predict(f"{PREFIX}depth.maps", question, options, truth, (C, O, np.shape(step.w))):
        k, found = np.shape(step.w)[-1], step.slid()
        st.markdown(t("Weights: {O} kernels × {C} channels × {k}×{k} = {n}, however large the picture is. The next "
                      "layer sees {maps} channels.", O=O, C=C, k=k, n=O * C * k * k, maps=len(found)))  # fmt: skip


def words(step: Step) -> None:
    """Output size and work, from the numbers shown."""
    x, w = step.arrays
    out = step.slid().shape[1:]
    n, k, p, s = x.shape[1], w.shape[2], step.padding, step.stride
    said = [t("Places: (n + 2p − k) / s + 1 = ({n} + 2·{p} − {k}) / {s} + 1 = {size}.", n=n, p=p, k=k, s=s,
              size=size(n, k, p, s))]  # fmt: skip
    left = (n + 2 * p - k) % s
    if left:
        said.append(t("Rounded down: no window sees the last {left}.", left=left))
    if step.kind == "line":
        said.append(t("{k} weights serve all {places} places; a dense layer would have {n} weights for each.", k=k, n=n,
                      places=out[0]))  # fmt: skip
        said.append(t("In one dimension: sound, text, measurements over time."))
    else:
        each_place = w[0].size
        said.append(t("{places} places × {each} products = {n} products for each map.", places=out[0] * out[1],
                      each=each_place, n=out[0] * out[1] * each_place))  # fmt: skip
    if step.does:
        said.insert(0, t(step.does))
    if step.kind != "depth":
        said.append(t("Networks do not turn the kernel (cross-correlation). As they learn their weights, it makes no "
                      "difference to them: turned, they would learn the turned ones."))  # fmt: skip
    st.markdown(bullets(*said))


def code(step: Step) -> str:
    """Python for what is shown."""
    x, w = step.arrays
    return (
        "import numpy as np\n\nfrom optim_viz.labs import windows\n\n"
        f"x = np.array({x.tolist()})  # (channels, ...)\nw = np.array({w.tolist()})  # (kernels, channels, ...)\n"
        f"print(windows.slide(x, w, stride={step.stride}, padding={step.padding}))\n"
        f"print(windows.slide(x, windows.turned(w), stride={step.stride}, padding={step.padding}))  # turned\n"
        f"for look in windows.looks(x, w[0], stride={step.stride}, padding={step.padding}):\n"
        "    print(look.at, look.products.tolist(), look.total)\n"
    )
