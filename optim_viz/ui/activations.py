"""Activations lab: its settings, one function with its slope, and softmax as its temperature turns."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from optim_viz.figures import activations as charts
from optim_viz.figures.slopes import TEXTS, Sheet
from optim_viz.labs import deep
from optim_viz.labs.deep import INIT_NAMES, NAMES
from optim_viz.ui import cached
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import each, language, t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.said import brief, bullets
from optim_viz.ui.state import named
from optim_viz.ui.strip import Frame, play
from optim_viz.words import Text

PREFIX = "ac."
VIEWS = {"curve": Text("Function and slope"), "depth": Text("Gradient by layer"), "dead": Text("Dead ReLU"),
         "mean": Text("Zero mean"), "softmax": Text("Softmax")}  # fmt: skip
SUMS = tuple(k / 2 for k in range(-16, 17))
DEPTHS = (2, 3, 5, 10, 15, 20, 30)
BIASES = (-3.0, -2.0, -1.0, -0.5, -0.2, 0.0, 0.2, 0.5, 1.0)
SIZES = {"sums": Text("the sums z"), "weights": Text("the weights w")}
TEMPERATURES = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)
SCORES, FIRST = tuple(k / 2 for k in range(-10, 11)), (2.0, 1.0, 0.0, -1.0)
ROW, HOT = 10, 20.0  # units in a row, and the temperature, that the questions are about
HARDLY = 1e-3
TIMES = "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(ROW))
_SWEEP = np.geomspace(TEMPERATURES[0], TEMPERATURES[-1], 90)
RUN = np.arange(-deep.REACH, deep.REACH + 0.1, 0.25)  # the inputs that the picture runs through
_SHEETS, _FRAMES = cached.Bounded(8), cached.Bounded(12)


@dataclass(frozen=True)
class Setup:
    """What the controls of a view say; the others keep what they begin with."""

    kind: str = "sigmoid"
    z: float = 2.0
    depth: int = 10
    init: str = "xavier"
    size: str = "sums"
    bias: float = 0.0
    temperature: float = 1.0
    scores: tuple[float, ...] = FIRST


def view() -> str:
    """Which part of the page is shown; the others cost nothing."""
    return named(st.segmented_control, t("View"), f"{PREFIX}view", VIEWS, "curve", required=True,
                 label_visibility="collapsed")  # fmt: skip


def settings(part: str) -> Setup:
    """The controls of this view."""
    return {"curve": _function, "depth": _network, "dead": _biased, "mean": _means, "softmax": _scored}[part]()


def _function() -> Setup:
    kind = named(st.selectbox, t("Activation function"), f"{PREFIX}kind", NAMES, Setup.kind)
    return Setup(kind=kind, z=choice(t("Input z"), f"{PREFIX}z", SUMS, Setup.z))


def _depth(default: int) -> int:
    return choice(t("Layers"), f"{PREFIX}depth", DEPTHS, default)


def _init() -> str:
    return named(st.selectbox, t("First weights"), f"{PREFIX}init", INIT_NAMES, Setup.init,
                 help=t("σ is the standard deviation of the weights, n the number of inputs of a unit."))  # fmt: skip


def _network() -> Setup:
    depth, init = _depth(Setup.depth), _init()
    size = named(st.segmented_control, t("Gradient of"), f"{PREFIX}size", SIZES, Setup.size, required=True,
                 help=t("The gradient of a weight is that of its unit's sum times the weight's input."))  # fmt: skip
    return Setup(depth=depth, init=init, size=size)


def _biased() -> Setup:
    return Setup(init="he", depth=_depth(Setup.depth), bias=choice(
        t("Bias of every unit"), f"{PREFIX}bias", BIASES, Setup.bias, t("Added to every sum z.")))  # fmt: skip


def _means() -> Setup:
    return Setup(depth=_depth(Setup.depth), init=_init())


def _scored() -> Setup:
    temperature = choice(t("Temperature T"), f"{PREFIX}t", TEMPERATURES, Setup.temperature,
                         t("The scores are divided by it before softmax."))  # fmt: skip
    scores = tuple(choice(t("Score of class {k}", k=k + 1), f"{PREFIX}s{k + 1}", SCORES, first)
                   for k, first in enumerate(FIRST))  # fmt: skip
    return Setup(temperature=temperature, scores=scores)


def curve(setup: Setup) -> bool:
    """One function with its slope; then what ten slopes in a row leave, told once a guess is made."""
    play([*_FRAMES.make((setup.kind, language()), lambda: _run(setup.kind)), _frame(setup.kind, setup.z)],
         key=f"{PREFIX}curve", pace=0.11)  # fmt: skip
    options = {"all": Text("all of it"), "some": Text("a part, more than a thousandth"),
               "hardly": Text("less than a thousandth"), "none": Text("nothing at all")}  # fmt: skip
    return predict(f"{PREFIX}row", t("{rows} units in a row, each with the largest slope that {name} has. How much of "
                                     "a gradient of 1 comes back through all of these slopes?",
                                     rows=ROW, name=t(NAMES[setup.kind])),
                   options, partial(_through, setup.kind), setup.kind)  # fmt: skip


def _run(kind: str) -> list[Frame]:
    """The input from left to right, the slope drawn as it goes."""
    return [_frame(kind, z, z) for z in RUN.tolist()]


def _frame(kind: str, z: float, drawn: float | None = None) -> Frame:
    value, slope = deep.at(kind, z)
    sheet = _SHEETS.make((kind, language()), lambda: Sheet(deep.curve(kind, 129), each(TEXTS)))
    numbers = {"z": _even(z), "value": _even(value), "slope": _even(slope)}
    if not sheet.curve.steepest:
        said = t("z = {z}: the value is {value}, the slope {slope}.", **numbers)
    else:
        said = t("z = {z}: the value is {value}, the slope {slope}, {share} of the largest.", **numbers,
                 share=f"{slope / sheet.curve.steepest:.0%}")  # fmt: skip
    return Frame(str(sheet.at(z, drawn)), said)


def _even(value: float) -> str:
    """Always with as many digits: a number that runs stays where it is."""
    return f"{value:.2f}".replace("-", "−")


def _through(kind: str) -> tuple[str, str]:
    most = deep.curve(kind).steepest
    product = most**ROW
    right = "all" if product == 1 else "none" if product == 0 else "some" if product >= HARDLY else "hardly"
    return right, f"{brief(most)}{TIMES} = {brief(product, 3)}"


def curve_words(setup: Setup, answered: bool) -> None:
    """Every function at this z, and where it is flat."""
    head = [t("Function"), "f(z)", "f′(z)", t("largest slope"), t("flat at")]
    rows = []
    for kind, name in NAMES.items():
        value, slope = deep.at(kind, setup.z)
        found = deep.curve(kind)
        row = [t(name), brief(value, 3), brief(slope, 3), brief(found.steepest), _flat(found.zones)]
        rows.append([*row, brief(slope**ROW)] if answered else row)
    table([*head, f"f′(z){TIMES}"] if answered else head, rows)
    st.caption(t("Flat, or saturated: where less than a tenth of the largest slope is left (gray in the picture). All "
                 "at z = {z}; the slope of ReLU at 0 is taken as 0.", z=brief(setup.z)))  # fmt: skip
    value, slope = deep.at(setup.kind, setup.z)
    most = deep.curve(setup.kind).steepest
    if not most:
        st.markdown(bullets(t("The step function has slope 0 wherever it has one: no gradient gets through, so nothing "
                              "below it can be learned by gradient descent.")))  # fmt: skip
        return
    st.markdown(bullets(t("At z = {z} the slope of {name} is {slope}: {share} of its largest, {most}.",
                          z=brief(setup.z), name=t(NAMES[setup.kind]), slope=brief(slope, 3),
                          share=f"{slope / most:.0%}", most=brief(most))))  # fmt: skip


def _flat(zones: tuple[tuple[float, float], ...]) -> str:
    ends = (-deep.REACH, deep.REACH)
    if zones == (ends,):
        return t("everywhere")
    said = [f"z ≤ {brief(high, 3)}" if low == ends[0] else f"z ≥ {brief(low, 3)}" for low, high in zones]
    return ", ".join(said) or "–"


def softmax(setup: Setup) -> bool:
    """The shares as bars; then, after a guess, the shares over the temperature."""
    mine = deep.shares(np.array(setup.scores), setup.temperature)
    alt = t("Shares of the classes: {shares}.", shares=", ".join(f"{v:.1%}" for v in mine))
    chart(f"{PREFIX}bars", partial(charts.bars, mine), alt, charts.TEXTS, (setup.temperature, setup.scores))
    options = {"one": Text("nearly 1 (above 90%)"), "between": Text("in between"),
               "even": Text("nearly an equal part (less than 1.5 times 1/k)")}  # fmt: skip
    seen = predict(f"{PREFIX}hot", t("With these scores, but at T = {hot}: how large is the largest of the {k} shares?",
                                     hot=brief(HOT), k=len(mine)), options, partial(_hot, setup.scores),
                   setup.scores)  # fmt: skip
    if seen:
        shares = deep.shares(np.array(setup.scores), _SWEEP)
        chart(f"{PREFIX}warming", partial(charts.warming, _SWEEP, shares, setup.temperature, mine), t(
            "The shares over the temperature: cold makes the largest score win alone, heat makes all shares equal."),
            charts.TEXTS, (setup.temperature, setup.scores))  # fmt: skip
    return seen


def _hot(scores: tuple[float, ...]) -> tuple[str, str]:
    largest = float(deep.shares(np.array(scores), HOT).max())
    right = "one" if largest > 0.9 else "even" if largest < 1.5 / len(scores) else "between"
    return right, t("The largest share is {share}; an equal part would be {even}.", share=f"{largest:.1%}",
                    even=f"{1 / len(scores):.1%}")  # fmt: skip


def softmax_words(setup: Setup, answered: bool) -> None:
    """The sum of the shares, what sigmoid has to do with them, and how they move with the scores."""
    mine = deep.shares(np.array(setup.scores), setup.temperature)
    total = " + ".join(f"{v:.4f}" for v in mine)
    gap = (setup.scores[0] - setup.scores[1]) / setup.temperature
    pair, squeezed = deep.shares(np.array(setup.scores[:2]), setup.temperature)[0], deep.at("sigmoid", gap)[0]
    st.markdown(bullets(
        t("{terms} = {sum}: numbers between 0 and 1 with the sum 1 can be read as probabilities.", terms=total,
          sum=f"{mine.sum():.4f}"),
        t("Classes 1 and 2 alone: softmax gives class 1 the share {share}, and sigmoid of (z₁ − z₂)/T = {gap} is "
          "{same}. Sigmoid is softmax for two.", share=f"{pair:.4f}", gap=brief(gap, 4), same=f"{squeezed:.4f}"),
    ))  # fmt: skip
    J = deep.jacobian(np.array(setup.scores), setup.temperature)
    names = [str(k + 1) for k in range(len(mine))]
    table(["∂aᵢ/∂zⱼ", *(f"z{n}" for n in names), t("sum")],
          [[f"a{n}", *(brief(v, 3) for v in row), brief(round(float(row.sum()), 12))]
           for n, row in zip(names, J, strict=True)])  # fmt: skip
    st.caption(t("The slope of softmax is a table: a higher score raises its own share and takes from all others, so "
                 "every row has the sum 0."))  # fmt: skip
