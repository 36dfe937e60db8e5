"""A network of two layers with all its numbers, and an error shared between two nodes, as drawings."""

from collections.abc import Sequence

import numpy as np

from optim_viz.figures.svg import Drawing
from optim_viz.labs.backprop.sharing import Sharing
from optim_viz.labs.backprop.small import STEPS, Pass
from optim_viz.labs.backprop.written import short

_WIDE, _ROW, _LINE, _TOP = 172, 128, 23, 34
_COLUMNS = (62, 346, 628, 826)  # x of inputs, hidden units, output, loss
_HALF = 430
_FOCUS = {"x": 0, "y": 2, "L": 3, "dy": 2, "dv": 2}  # columns; the others look at the hidden units


def frame(run: Pass, step: str) -> str:
    """The network at one of the steps: what is known by then, values in blue, derivatives of the loss in orange."""
    known, hidden = set(STEPS[: STEPS.index(step) + 1]), len(run.b)
    height = _TOP + _ROW * max(hidden, 2) - 8
    drawing = Drawing(_COLUMNS[3] + 78, height)
    middle = height / 2 + 6
    rows = [middle + _ROW * (k - (hidden - 1) / 2) for k in range(hidden)]
    inputs = [middle + _ROW * (k - 0.5) for k in range(2)]
    _weights(drawing, run, rows, inputs, middle, known, step)
    drawing.arrow(_COLUMNS[2] + _WIDE / 2 + 2, middle, _COLUMNS[3] - 52, middle, "a thick" if step == "L" else "soft")
    for j, y in enumerate(inputs):
        drawing.circle(_COLUMNS[0], y, 38, "a thick" if step == "x" else "soft")
        drawing.text(_COLUMNS[0], y - 10, f"x_{{{j + 1}}}", "bold", 17)
        drawing.text(_COLUMNS[0], y + 12, short(run.x[j]), "a", 16)
    for k, y in enumerate(rows):
        unit = [("b", run.b[k], run.db[k], "x", "dw"), ("z", run.z[k], run.dz[k], "z", "dz"),
                ("a", run.a[k], run.da[k], "a", "da")]  # fmt: skip
        _box(drawing, _COLUMNS[1], y, f"{k + 1}", unit, known, step)
    out = [("c", run.c, run.dc, "x", "dv"), ("y", run.y, run.dy, "y", "dy")]
    _box(drawing, _COLUMNS[2], middle, "", out, known, step)
    drawing.rect(_COLUMNS[3] - 50, middle - 44, 120, 88, "a thick" if step == "L" else "soft", radius=10)
    drawing.text(_COLUMNS[3] + 10, middle - 20, f"t = {short(run.t)}", "soft", 15)
    drawing.text(_COLUMNS[3] + 10, middle + 12, f"L = {short(run.loss)}" if "L" in known else "L", "a bold", 17)
    return str(drawing.look(_COLUMNS[_FOCUS.get(step, 1)]))


def _weights(
    drawing: Drawing, run: Pass, rows: list[float], inputs: list[float], middle: float, known: set[str], step: str
) -> None:  # fmt: skip
    """All connections, then their numbers over them: the weight and, when it is known, the derivative below."""
    ways = []
    for k, y in enumerate(rows):
        for j, x in enumerate(inputs):
            slope = run.dW[k, j] if "dw" in known else None
            ways.append(((_COLUMNS[0] + 40, x), (_COLUMNS[1] - _WIDE / 2, y), run.W[k, j], slope, 0.66,
                         "a" if step == "z" else "b" if step == "dw" else ""))  # fmt: skip
        slope = run.dv[k] if "dv" in known else None
        ways.append(((_COLUMNS[1] + _WIDE / 2, y), (_COLUMNS[2] - _WIDE / 2, middle), run.v[k], slope, 0.42,
                     "a" if step == "y" else "b" if step in ("dv", "da") else ""))  # fmt: skip
    for start, end, _, _, _, color in ways:
        (x1, y1), (x2, y2) = (end, start) if color == "b" else (start, end)
        drawing.arrow(x1, y1, x2, y2, f"{color} thick" if color else "soft")
    for start, end, weight, slope, share, _ in ways:
        x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
        drawing.text(x, y - (9 if slope is not None else 0), short(weight), "a halo", 14)
        if slope is not None:
            drawing.text(x, y + 9, short(slope, 3), "b bold halo", 14)


def _box(
    drawing: Drawing, x: float, y: float, index: str,
    rows: Sequence[tuple[str, float, float, str, str]], known: set[str], step: str,
) -> None:  # fmt: skip
    """Names on the left, values in the middle, derivatives on the right; each (name, value, derivative, from, back)."""
    tall = _LINE * len(rows) + 14
    here = any(step in row[3:] for row in rows) and step != "x"
    kind = ("b thick" if step.startswith("d") else "a thick") if here else "soft"
    drawing.rect(x - _WIDE / 2, y - tall / 2, _WIDE, tall, kind, radius=10)
    for k, (name, value, slope, forward, back) in enumerate(rows):
        line = y + _LINE * (k - (len(rows) - 1) / 2)
        drawing.text(x - _WIDE / 2 + 10, line, f"{name}_{{{index}}}" if index else name, "bold", 15, "start")
        if forward in known:
            drawing.text(x + 14, line, short(round(value, 6)), "a", 15, "end")
        if back in known:
            drawing.text(x + _WIDE / 2 - 8, line, short(slope, 3), "b bold", 14, "end")


def sharing(one: Sharing, heading: str, shared: bool) -> str:
    """Two nodes and the outputs they feed: each error `shared` by weight, or times the weight as in the derivative."""
    drawing, color = Drawing(_HALF, 300), "d" if shared else "b"
    result = one.shares() if shared else one.gradient()
    W = np.array(one.weights)
    nodes, outs = (90, 220), (155,) if len(one.errors) == 1 else (90, 220)
    drawing.text(_HALF / 2, 20, heading, f"{color} bold", 17)
    out_x = _HALF - 76
    start, end = out_x - 42, 132
    for k, out in enumerate(outs):
        for i, node in enumerate(nodes):
            drawing.arrow(start, out, end, node, f"{color} thick")
            share = 0.5 if len(outs) == 1 else 0.3
            x, y = start + share * (end - start), out + share * (node - out)
            drawing.text(x, y - 9, f"w = {short(W[k, i])}", "a halo", 15)
            times = f"{_in(W[k, i])}/{_in(W[k].sum())}" if shared else _in(W[k, i])
            drawing.text(x, y + 11, f"× {times}", f"{color} bold halo", 15)
        name = "e" if len(outs) == 1 else f"e_{{{k + 1}}}"
        drawing.circle(out_x, out, 42, "soft").text(out_x, out - 12, name, "bold", 17)
        drawing.text(out_x, out + 13, short(one.errors[k]), "a", 17)
    for i, node in enumerate(nodes):
        drawing.rect(10, node - 40, 120, 80, f"{color} thick", radius=40)
        drawing.text(70, node - 14, f"h_{{{i + 1}}}", "bold", 17)
        drawing.text(70, node + 13, short(round(float(result[i]), 6)), f"{color} bold", 19)
    return str(drawing)


def _in(value: float) -> str:
    shown = short(float(value))
    return f"({shown})" if shown.startswith("−") else shown
