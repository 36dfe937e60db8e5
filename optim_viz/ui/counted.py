"""Perceptron lab: layers without an activation function collapse; how many parameters, and what a gradient costs."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import streamlit as st

from optim_viz.figures import lines as charts
from optim_viz.figures import perceptron as drawings
from optim_viz.labs.perceptron import counting, linear
from optim_viz.ui import cached, strip
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice, number
from optim_viz.ui.i18n import language, t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.network import LONGEST, hidden_units
from optim_viz.ui.perceptron import PREFIX, told
from optim_viz.ui.state import bound, named
from optim_viz.ui.strip import Frame
from optim_viz.words import Text

BENDS = {"none": Text("none"), "relu": "ReLU", "tanh": "tanh"}
TURNS = tuple(range(-180, 181, 15))
STRETCHES = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
SAMPLES = (1, 10, 100, 1000)
MOST_COUNTED, IMAGES = 500_000, 60_000  # parameters; of MNIST
PARTS, REST = 12, 6  # frames of one layer, and at the end
_FRAMES, _PRICES = cached.Bounded(64), cached.Bounded(32)


def linear_view(stage: Any, panel: Any, words: Any) -> Callable[[], dict[str, Any]]:
    """Two matrices after each other, and their product."""
    with panel:
        bend = named(st.segmented_control, t("Activation function between the layers"), f"{PREFIX}bend", BENDS, "none",
                     required=True)  # fmt: skip
        values = []
        for name, turn, stretch in (("W₁", 45, 1.5), ("W₂", -75, 0.5)):
            key = f"{PREFIX}{'one' if name == 'W₁' else 'two'}"
            values.append((choice(t("turn of {name}", name=name), f"{key}turn", TURNS, turn, t("In degrees.")),
                           choice(t("stretch of {name}", name=name), f"{key}stretch", STRETCHES, stretch)))  # fmt: skip
    W1, W2 = (linear.matrix(*value) for value in values)
    seen = linear.collapse(linear.net_of_lines(), W1, W2, bend)
    with stage:
        st.caption(t("Left: a grid goes through layer 1, the activation function, layer 2. Right: the same grid goes "
                     "through the one matrix W₂W₁."))  # fmt: skip
        key = (bend, *values, language())
        strip.play(_FRAMES.make(key, lambda: _morph(seen, bend)), key=f"{PREFIX}morph", pace=0.09)
    with words:
        pair = rf"W_1 = {_matrix(W1)},\, W_2 = {_matrix(W2)}"
        product = rf"W_2 W_1 = {_matrix(seen.product)}"
        st.latex(rf"\small \begin{{gathered}} W_2 (W_1 x) = (W_2 W_1)\,x \\ {pair} \\ {product} \end{{gathered}}")
        if bend == "none":
            told(t("The largest distance between left and right at the end is {gap}: two layers are one. The "
                   "{many} numbers in two layers say no more than the {few} of one.", gap=f"{seen.gap:.1g}", many=8,
                   few=4))  # fmt: skip
        else:
            told(_bent(seen, bend))
        if predict(f"{PREFIX}bent", t("With ReLU between the two layers: can any one matrix, with a bias, do "
                                              "the same?"),
                   {"yes": Text("yes"), "no": Text("no")}, lambda: _one_matrix(W1, W2), tuple(values)):  # fmt: skip
            rows = [(kind, linear.collapse(linear.net_of_lines(), W1, W2, kind)) for kind in linear.BENDS]
            table([t("activation function"), t("distance from W₂W₁x"), t("left over by the best matrix")],
                  [[t(BENDS[kind]), f"{one.gap:.2g}", f"{one.left:.1%}"] for kind, one in rows])  # fmt: skip
            st.caption(t("Left over: the share of the picture's spread that no matrix with a bias can give, by least "
                         "squares."))  # fmt: skip
    return lambda: {"values": values, "bend": bend}


def _matrix(W: np.ndarray) -> str:
    rows = r"\\".join("&".join(f"{v + 0.0:.2g}" for v in row) for row in W.tolist())
    return rf"\begin{{pmatrix}}{rows}\end{{pmatrix}}"


def _bent(seen: linear.Collapse, bend: str) -> str:
    return t("With {name} between them, left and right differ by up to {gap}, and even the best single matrix leaves "
             "{left:.1%} of the picture's spread.", name=t(BENDS[bend]), gap=f"{seen.gap:.2g}",
             left=seen.left)  # fmt: skip


def _one_matrix(W1: np.ndarray, W2: np.ndarray) -> tuple[str, str]:
    seen = linear.collapse(linear.net_of_lines(), W1, W2, "relu")
    return "yes" if seen.left < 1e-12 else "no", _bent(seen, "relu")


def _morph(seen: linear.Collapse, bend: str) -> list[Frame]:
    """From the grid over each station to the end; a turn in between is drawn as the way straight there."""
    grid = linear.net_of_lines()
    stations = [(grid, t("The grid x.")), (seen.first, t("After layer 1: W₁x."))]
    if bend != "none":
        stations.append((seen.active, t("After the activation function, {name}.", name=t(BENDS[bend]))))
    stations.append((seen.last, t("After layer 2. Right: (W₂W₁)x.")))
    direct, reach = grid @ seen.product.T, 1.15 * max(1.0, *(float(np.abs(a).max()) for a, _ in stations))
    frames, legs = [], len(stations) - 1
    for leg, ((a, _), (b, said)) in enumerate(pairwise(stations)):
        for k in range(0 if not leg else 1, PARTS + 1):
            s = k / PARTS
            one = grid + (leg + s) / legs * (direct - grid)
            text = stations[0][1] if not leg and not k else said
            frames.append(Frame(drawings.morph(a + s * (b - a), one, reach), text))
    return frames + REST * frames[-1:]


def count_view(stage: Any, panel: Any, words: Any) -> Callable[[], dict[str, Any]]:
    """From 3 parameters to 45,360, and what a gradient costs."""
    with panel:
        units = _units()
        samples = choice(t("Samples in a batch"), f"{PREFIX}samples", SAMPLES, 100)
    counts = counting.counts(units)
    total = sum(one.total for one in counts)
    with stage:
        strip.play(_FRAMES.make((units, language()), lambda: _counted(units)), key=f"{PREFIX}stack")
    with words:
        rows = [[f"{one.inputs} → {one.units}", f"{one.inputs} · {one.units} = {one.weights:,}", str(one.units),
                 f"{one.total:,}"] for one in counts]  # fmt: skip
        table([t("Layer"), t("weights"), t("biases"), t("together")], rows)
        told(t("A perceptron has 3 parameters: w₁, w₂ and b. This network has {total:,}: {weights:,} weights and "
               "{biases:,} biases.", total=total, weights=sum(one.weights for one in counts),
               biases=sum(one.units for one in counts)))  # fmt: skip
        price = _PRICES.make((units, samples), lambda: counting.price(units, samples))
        spans = {"blink": Text("less than a tenth of a second"), "second": Text("up to a second"),
                 "minute": Text("up to a minute"), "hour": Text("more than a minute")}  # fmt: skip
        question = t("A numerical gradient takes two losses per parameter. How long would one step take with it here?")
        if predict(f"{PREFIX}long", question, spans, partial(_long, price), (units, samples)):
            _price_words(price, units, samples)
    return lambda: {"units": units, "samples": samples}


def _units() -> tuple[int, ...]:
    usual = ", ".join(map(str, counting.BOOK))
    text = bound(st.text_input, t("Units of each layer, inputs first"), f"{PREFIX}units",
                 lambda text: len(text) <= LONGEST, value=usual, max_chars=LONGEST)  # fmt: skip
    kept = f"_{PREFIX}units"
    try:
        units = tuple(hidden_units(text))
        if len(units) < 2 or min(units) < 1:
            raise ValueError(Text("Give at least two numbers from 1: inputs and outputs."))
        if sum(one.total for one in counting.counts(units)) > MOST_COUNTED:
            raise ValueError(Text("At most {most:,} parameters are measured here.", most=MOST_COUNTED))
    except ValueError as wrong:
        st.warning(t(wrong.args[0]))
        st.caption(t("The picture still shows the last layers that worked."))
        return st.session_state.get(kept, counting.BOOK)
    st.session_state[kept] = units
    return units


def _counted(units: tuple[int, ...]) -> list[Frame]:
    counts = counting.counts(units)
    frames = [Frame(drawings.stack((2, 1), 1, ["2·1 + 1 = 3"]), t("A perceptron: 2 weights and 1 bias, 3 in all."))]
    said, so_far = [f"{one.total:,}" for one in counts], 0
    frames.append(Frame(drawings.stack(units, 0, said), t("{inputs} inputs.", inputs=units[0])))
    for k, one in enumerate(counts, 1):
        so_far += one.total
        text = t("Layer {k}: {a} · {b} weights and {b} biases, {one:,}. So far {total:,}.", k=k, a=one.inputs,
                 b=one.units, one=one.total, total=so_far)  # fmt: skip
        frames.append(Frame(drawings.stack(units, k, said), text))
    return frames


def span(seconds: float) -> str:
    """A time in words."""
    for unit, factor in ((Text("{n} h"), 3600), (Text("{n} min"), 60), (Text("{n} s"), 1), (Text("{n} ms"), 1e-3)):
        if seconds >= factor:
            return t(unit, n=number(float(f"{seconds / factor:.2g}")))
    return t("{n} µs", n=number(float(f"{seconds * 1e6:.2g}")))


def _long(price: counting.Price) -> tuple[str, str]:
    limits = (("blink", 0.1), ("second", 1.0), ("minute", 60.0), ("hour", np.inf))
    right = next(name for name, limit in limits if price.numerical <= limit)
    return right, t("2 · {n:,} losses of {loss} each: {time}.", n=price.parameters, loss=span(price.loss),
                    time=span(price.numerical))  # fmt: skip


def _price_words(price: counting.Price, units: tuple[int, ...], samples: int) -> None:
    chart(f"{PREFIX}prices", partial(charts.prices, price), t("Seconds of one loss, one backpropagation and one "
          "numerical gradient, on a logarithmic axis."), charts.TEXTS, (units, samples))  # fmt: skip
    steps = IMAGES // samples
    told(t("Measured on this server with {samples} samples: one loss {loss}, backpropagation {gradient}.",
           samples=samples, loss=span(price.loss), gradient=span(price.gradient)),
         t("So the numerical gradient would take {factor} times as long.", factor=f"{price.factor:,.0f}"),
         t("An epoch over {images:,} images is {steps:,} such steps: {slow} against {fast}.", images=IMAGES,
           steps=steps, slow=span(steps * price.numerical), fast=span(steps * price.gradient)))  # fmt: skip
