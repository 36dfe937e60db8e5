"""Activations lab: how much gradient gets through many layers, which ReLU units are dead, where outputs center."""

from functools import partial

import numpy as np
import streamlit as st

from optim_viz.data import DataSpec
from optim_viz.figures import activations as charts
from optim_viz.labs import deep
from optim_viz.labs.deep import INIT_NAMES, INITS, NAMES, Deaths, Gradients
from optim_viz.labs.deep.backward import KINDS, SEEDS, UNITS
from optim_viz.labs.deep.backward import SAMPLES as BATCH
from optim_viz.labs.deep.dying import RATES, STEPS
from optim_viz.ui import cached, material
from optim_viz.ui.activations import PREFIX, SIZES, Setup
from optim_viz.ui.charts import chart
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.said import brief, bullets, middle, unbroken
from optim_viz.words import Text

DEEPEST = 50  # layers that the question is about
SAMPLES = 100
IMAGES = 300  # digits that the steps learn from
_GRADIENTS, _OUTPUTS, _ONCE = cached.Bounded(32), cached.Bounded(64), cached.Bounded(8)


def gradients(init: str, depth: int) -> dict[str, Gradients]:
    return _GRADIENTS.make((init, depth), lambda: deep.gradients(INITS[init], depth))


def depth(setup: Setup) -> bool:
    """The gradient of each layer; then, after a guess, the same with 50 layers."""
    _sizes(setup, setup.depth, "layers")
    options = {"same": Text("about as much as in the last layer, or more"), "part": Text("at least a thousandth"),
               "trace": Text("between a thousandth and a billionth"),
               "none": Text("less than a billionth")}  # fmt: skip
    asked = t("{depth} layers of sigmoid units, {init}: how large is the gradient of {what} in layer 1, compared with "
              "that in layer {depth}?", depth=DEEPEST, init=INIT_NAMES[setup.init],
              what=t(SIZES[setup.size]))  # fmt: skip
    seen = predict(f"{PREFIX}deepest", asked, options, partial(_deepest, setup), (setup.init, setup.size))
    if seen:
        _sizes(setup, DEEPEST, "fifty")
    return seen


def _sizes(setup: Setup, depth: int, place: str) -> None:
    found, size = gradients(setup.init, depth), setup.size
    told = ", ".join(f"{t(NAMES[kind])} {brief(float(np.median(g.left(size))))}" for kind, g in found.items())
    alt = t("Layer 1 of {depth} has of the last layer's gradient: {told}.", depth=depth, told=told)
    chart(f"{PREFIX}{place}", lambda **look: charts.layers(
        {kind: getattr(g, size) for kind, g in found.items()}, f"gradient {size}", quarter=size == "sums", **look),
        alt, charts.TEXTS, (setup.init, depth, size))  # fmt: skip


def _deepest(setup: Setup) -> tuple[str, str]:
    left = gradients(setup.init, DEEPEST)["sigmoid"].left(setup.size)
    mid = float(np.median(left))
    right = "same" if mid >= 0.5 else "part" if mid >= 1e-3 else "trace" if mid >= 1e-9 else "none"
    return right, t("Measured with {seeds} seeds: {left}.", seeds=len(left), left=middle(left))


def depth_words(setup: Setup, answered: bool) -> None:
    """What is left at layer 1, and the factor of a layer, taken apart; then every pair at 50 layers."""
    found, size = gradients(setup.init, setup.depth), setup.size
    gain = deep.gain(INITS[setup.init], UNITS)
    head = [t("Activation function"), t("left in layer 1"), t("× per layer")]
    rows = [[t(NAMES[kind]), middle(g.left(size)), brief(float(np.median(g.factor(size))), 3)]
            for kind, g in found.items()]  # fmt: skip
    if size == "sums":
        head.append(t("slope × σ√n"))
        for row, g in zip(rows, found.values(), strict=True):
            slope = float(np.median(g.slope))
            row.append(unbroken(f"{brief(slope, 3)} × {brief(gain, 3)} = {brief(slope * gain, 3)}"))
    table(head, rows)
    st.caption(t("Backpropagation through {units} units per layer, batches of {samples} random samples, no training "
                 "yet: median of {seeds} seeds (lowest … highest; the bands). Slopes and gradients are root mean "
                 "squares.", units=UNITS, samples=BATCH, seeds=len(SEEDS)))  # fmt: skip
    said = _sums_said(found["sigmoid"], gain) if size == "sums" else _weights_said(found)
    st.markdown(bullets(*said))
    if answered:
        _pairs(size)


def _sums_said(g: Gradients, gain: float) -> list[str]:
    factor, slope = float(np.median(g.factor())), float(g.slope.max())
    said = [t("Sigmoid's slope is {slope} here at most (root mean square of a layer) and never above 0.25: the "
              "dotted line is what 0.25 alone would leave. The weights multiply too, by about σ√n = {gain}: "
              "together × {factor} per layer.", slope=brief(slope, 3), gain=brief(gain, 3),
              factor=brief(factor, 3))]  # fmt: skip
    if factor > 0.25:
        said.append(t("So × {factor} is above 0.25: the bound is one of the slope, not of the gradient.",
                      factor=brief(factor, 3)))  # fmt: skip
    return said


def _weights_said(found: dict[str, Gradients]) -> list[str]:
    g = found["relu"]
    return [t("What moves a weight is the gradient of its unit's sum times the weight's input. With ReLU all layers "
              "get about the same share of it, even where × {factor} per layer is left of the sums' gradient: the "
              "signal changes on its way forward by as much as the gradient on its way back.",
              factor=brief(float(np.median(g.factor())), 3)),
            t("The share may be tiny everywhere: here it is {first} in layer 1 and {last} in the last layer.",
              first=middle(g.weights[:, 0]), last=middle(g.weights[:, -1]))]  # fmt: skip


def _pairs(size: str) -> None:
    every = {name: {kind: float(np.median(g.left(size))) for kind, g in gradients(name, DEEPEST).items()}
             for name in INITS}  # fmt: skip
    said = t("{depth} layers: what layer 1 has of the last layer's gradient", depth=DEEPEST)
    st.markdown(f"**{said}**")
    table([t("Activation function"), *map(unbroken, INIT_NAMES.values())],
          [[t(NAMES[kind]), *(brief(every[name][kind], 3) for name in INITS)] for kind in KINDS])  # fmt: skip
    near = [f"{t(NAMES[kind])}, {INIT_NAMES[name]}" for kind in KINDS for name in INITS
            if 0.1 <= every[name][kind] <= 10]  # fmt: skip
    best = max(found["sigmoid"] for found in every.values())
    st.markdown(bullets(t("Within a factor of 10: {pairs}.", pairs="; ".join(near) or "–"),
                        t("The most that is left with sigmoid is {best}.", best=brief(best))))  # fmt: skip


def outputs(kind: str, init: str, depth: int, bias: float = 0.0) -> list[deep.Passage]:
    return _OUTPUTS.make((kind, init, depth, bias), lambda: deep.passages(
        kind, INITS[init], depth, SEEDS, samples=SAMPLES, units=UNITS, bias=bias))  # fmt: skip


def _of(setup: Setup, kind: str, what: str) -> np.ndarray:
    return np.stack([getattr(p, what) for p in outputs(kind, setup.init, setup.depth, setup.bias)])


def dead(setup: Setup) -> bool:
    """Dead units by layer; then, after a guess, how many a few steps of training kill."""
    shares = {kind: _of(setup, kind, "dead") for kind in ("relu", "leaky_relu")}
    alt = t("Dead ReLU units: {first} in layer 1, {last} in layer {depth}.", depth=setup.depth,
            first=f"{np.median(shares['relu'][:, 0]):.0%}", last=f"{np.median(shares['relu'][:, -1]):.0%}")  # fmt: skip
    chart(f"{PREFIX}dead", partial(charts.layers, shares, "dead units", log=False, share=True), alt, charts.TEXTS,
          (setup.depth, setup.bias))  # fmt: skip
    options = {**{str(rate): Text("from lr {rate} on", rate=rate) for rate in RATES[2:]}, "never": Text("at none")}
    seen = predict(f"{PREFIX}killed", t("{steps} steps of SGD with digits on a fresh network with biases 0. From which "
                                        "learning rate on do more than half of the ReLU units end dead?", steps=STEPS),
                   options, _killed)  # fmt: skip
    if seen:
        found = deaths("relu")
        chart(f"{PREFIX}deaths", partial(charts.deaths, found, STEPS), _killed()[1], charts.TEXTS, "relu")
    return seen


def deaths(kind: str) -> Deaths:
    train = material.known(DataSpec("digits")).split.train
    return _ONCE.make(kind, lambda: deep.dying(train.X[:IMAGES], train.y[:IMAGES], kind))


def _killed() -> tuple[str, str]:
    found = deaths("relu")
    half = np.median(found.after, axis=1)
    first = next((k for k, share in enumerate(half) if share > 0.5), None)
    told = ", ".join(f"{brief(rate)}: {share:.0%}" for rate, share in zip(found.rates, half, strict=True))
    return "never" if first is None else str(found.rates[first]), t("Dead units by learning rate: {told}.", told=told)


def dead_words(setup: Setup, answered: bool) -> None:
    """Counts in units, and what leaky ReLU changes."""
    shares, zeros = _of(setup, "relu", "dead"), _of(setup, "relu", "flat")
    rows = [[str(k + 1), middle(shares[:, k] * UNITS), f"{np.median(zeros[:, k]):.0%}"]
            for k in sorted({0, setup.depth // 2, setup.depth - 1})]  # fmt: skip
    table([t("Layer"), t("dead units of {units}", units=UNITS), t("zeros among the outputs")], rows)
    st.caption(t("A unit is dead here if it gives 0 for all {samples} samples: its slope is 0 for each, and no "
                 "gradient reaches its weights. He's first weights, {seeds} seeds.", samples=SAMPLES,
                 seeds=len(SEEDS)))  # fmt: skip
    leaky = float(_of(setup, "leaky_relu", "dead").max())
    said = [t("In layer 1, {zeros} of the outputs are 0, but {dead} of the units are dead: a zero for one sample is no "
              "death.", zeros=f"{np.median(zeros[:, 0]):.0%}", dead=f"{np.median(shares[:, 0]):.0%}"),
            t("Leaky ReLU has slope 0.01 where ReLU has 0: {share} of its units are dead.",
              share=f"{leaky:.0%}")]  # fmt: skip
    if answered:
        said.append(_cost(deaths("relu"), deaths("leaky_relu")))
    st.markdown(bullets(*said))


def _cost(relu: Deaths, leaky: Deaths) -> str:
    """What dead units go with: the accuracies at the best rate and at the largest."""
    k = int(np.argmax(np.median(relu.score, axis=1)))
    return t("The best accuracy after these steps, {best}, comes with lr {rate}, where {share} of the units are dead; "
             "with lr {most} it is {worst}. With leaky ReLU, which has no dead unit, lr {most} gives {other}: such "
             "steps are too large for both.", best=f"{np.median(relu.score[k]):.0%}", rate=brief(relu.rates[k]),
             share=f"{np.median(relu.after[k]):.0%}", most=brief(relu.rates[-1]),
             worst=f"{np.median(relu.score[-1]):.0%}", other=f"{np.median(leaky.score[-1]):.0%}")  # fmt: skip


def mean(setup: Setup) -> bool:
    """The mean output by layer of each activation, and a question on what a mean of zero is good for."""
    found = {kind: _of(setup, kind, "mean") for kind in KINDS}
    told = ", ".join(f"{t(NAMES[kind])} {brief(float(np.median(y[:, -1])))}" for kind, y in found.items())
    chart(f"{PREFIX}mean", partial(charts.layers, found, "mean output", log=False), t(
        "Mean output of layer {depth}: {told}.", depth=setup.depth, told=told), charts.TEXTS,
        (setup.init, setup.depth))  # fmt: skip
    options = {"none": Text("hardly any"), "half": Text("about half of them"), "all": Text("all of them")}
    return predict(f"{PREFIX}sided", t("One sample, sigmoid. In how many units of layer 2 do all {units} weights get "
                                       "gradients of the same sign?", units=UNITS), options,
                   partial(_sided, setup.init), setup.init)  # fmt: skip


def _one_sided(init: str) -> dict[str, float]:
    return _ONCE.make(init, lambda: deep.one_sided(INITS[init]))


def _sided(init: str) -> tuple[str, str]:
    share = _one_sided(init)["sigmoid"]
    right = "all" if share > 0.95 else "none" if share < 0.05 else "half"
    return right, t("Counted: {share}. A weight's gradient is the unit's ∂L/∂z times an output of the layer below, and "
                    "those are all positive.", share=f"{share:.0%}")  # fmt: skip


def mean_words(setup: Setup, answered: bool) -> None:
    """Means with their range, and the shares of one-sided units."""
    head = [t("Activation function"), t("mean output, layer 1"), t("mean output, layer {depth}", depth=setup.depth)]
    rows = []
    sided = _one_sided(setup.init) if answered else {}
    for kind in KINDS:
        y = _of(setup, kind, "mean")
        row = [t(NAMES[kind]), middle(y[:, 0]), middle(y[:, -1])]
        rows.append([*row, f"{sided[kind]:.0%}"] if answered else row)
    table([*head, t("units with one sign")] if answered else head, rows)
    far, low = float(np.abs(_of(setup, "tanh", "mean")).max()), float(_of(setup, "sigmoid", "mean").min())
    st.markdown(bullets(
        t("Over all layers and {seeds} seeds the mean of tanh is never farther from 0 than {far}; that of sigmoid is "
          "never below {low}.", seeds=len(SEEDS), far=brief(far), low=brief(low)),
        t("Where all gradients of a unit have one sign, a step on one sample raises all of its weights or lowers all "
          "of them: to raise some and lower others takes a zig-zag of steps."),
    ))  # fmt: skip
