"""Backpropagation lab: an error shared 3 : 2 beside the true gradient, and what the two kinds of gradient cost."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from optim_viz.figures import checks
from optim_viz.figures import twolayers as drawings
from optim_viz.figures.text import short
from optim_viz.labs.backprop.sharing import Sharing
from optim_viz.labs.perceptron.counting import BOOK, Price, price
from optim_viz.ui import cached, strip
from optim_viz.ui.backprop import PREFIX
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice, switch
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.said import brief, bullets
from optim_viz.ui.strip import Frame
from optim_viz.words import Text

ERRORS = tuple(k / 10 for k in range(-20, 21) if k)
WEIGHTS = tuple(k / 2 for k in range(-10, 11))
NUDGE = 0.01
SAMPLES = (1, 10, 100)
NETS = ((2, 1), (8, 4, 2), (64, 10, 10), (64, 50, 10), (64, 100, 50, 10), BOOK)
LOSSES = {"few": Text("fewer than 10"), "hundreds": Text("some hundreds"), "all": Text("tens of thousands")}
_PRICES = cached.Bounded(8)


# --- the error in shares


def split_settings() -> Sharing:
    """An error and the two weights it came through; a second output on request."""
    error = choice(t("error e"), f"{PREFIX}e", ERRORS, 0.6)
    weights = tuple(choice(t("weight {name}", name=name), f"{PREFIX}{key}", WEIGHTS, default)
                    for name, key, default in (("w₁", "w1", 3.0), ("w₂", "w2", 2.0)))  # fmt: skip
    if not switch(t("A second output"), f"{PREFIX}second", False):
        return Sharing((error,), (weights,))
    other = choice(t("its error e₂"), f"{PREFIX}e2", ERRORS, -0.4)
    more = tuple(choice(t("its weight {name}", name=name), f"{PREFIX}{key}", WEIGHTS, default)
                 for name, key, default in (("v₁", "v1", 1.0), ("v₂", "v2", 2.0)))  # fmt: skip
    return Sharing((error, other), (weights, more))


def split_view(stage: Any, panel: Any, words: Any) -> Callable[[], str]:
    """The notes' picture, a prediction, and the derivative beside it."""
    with panel:
        one = split_settings()
    with stage:
        picture, asked = st.container(), st.container()
    with asked:
        told = _asked(one)
    with picture, st.container(key="curves"):
        said = t("The notes: each error is split by weight, {rule}.", rule="w_{1} : w_{2}")
        shares = drawings.sharing(one, t("the error in shares"), shared=True)
        strip.play([Frame(shares, said)], key=f"{PREFIX}shares")
        if told:
            slopes = drawings.sharing(one, t("the derivative ∂L/∂h"), shared=False)
            strip.play([Frame(slopes, t("The gradient: each error times the weight itself."))], key=f"{PREFIX}slopes")
    if told:
        with words:
            _split_words(one)
    return lambda: _split_code(one)


def _asked(one: Sharing) -> bool:
    shares, true = one.shares(), one.gradient()
    a, b = (short(round(float(v[0]) * NUDGE, 8)) for v in (shares, true))
    options = {"share": Text("by {change}: its share × 0.01", change=a),
               "gradient": Text("by {change}: error × weight × 0.01", change=b),
               "same": Text("both say the same")}  # fmt: skip
    question = t("The loss is L = ½ Σ e². Node h₁ gives 0.01 more. How does L change, nearly?")
    return predict(f"{PREFIX}node", question, options, lambda: _split_truth(one), one)


def _split_truth(one: Sharing) -> tuple[str, str]:
    slope, share, true = one.measured(0), float(one.shares()[0]), float(one.gradient()[0])
    kind = "same" if np.isclose(share, true) else "gradient"
    change = one.loss(np.array([NUDGE, 0.0])) - one.loss(np.zeros(2))
    return kind, t("Measured: L changes by {change}, that is {slope} per unit of h₁. The share is {share}, error × "
                   "weight is {true}.", change=short(change), slope=short(round(slope, 6)), share=short(share),
                   true=short(round(true, 8)))  # fmt: skip


def _split_words(one: Sharing) -> None:
    shares, true = one.shares(), one.gradient()
    rows = [[name, short(round(float(shares[i]), 8)), short(round(float(true[i]), 8)),
             short(round(one.measured(i), 6))] for i, name in enumerate(("h₁", "h₂"))]  # fmt: skip
    head = [t("node"), t("share of the error"), t("∂L/∂h = Σ e · w"), t("measured ∂L/∂h")]
    st.markdown(bullets(*_split_sentences(one, shares, true)))
    table(head, rows)


def _split_sentences(one: Sharing, shares: np.ndarray, true: np.ndarray) -> list[str]:
    sums = [sum(row) for row in one.weights]
    if not np.isfinite(shares).all():
        return [t("Weights that add up to 0 have no shares: the picture breaks, the derivative does not.")]
    total = short(round(float(sum(one.errors)), 8))
    told = [t("The shares add up to the error, {total}: a fair division. A derivative divides nothing; here it adds "
              "up to {sum}.", total=total, sum=short(round(float(true.sum()), 8)))]  # fmt: skip
    if len(sums) == 1 and sums[0] == 1:
        told.append(t("Both are the same here: w₁ + w₂ = 1."))
    elif len(sums) == 1 and sums[0] > 0:
        told.append(t("Both point the same way: derivative = share × (w₁ + w₂), here share × {sum}. So the picture has "
                      "the direction right and the size wrong.", sum=short(sums[0])))  # fmt: skip
    elif len(sums) == 1:
        told.append(t("w₁ + w₂ = {sum} is negative: the shares point against the derivative.", sum=short(sums[0])))
    else:
        angle = _angle(shares, true)
        told.append(t("With two outputs each error has its own w₁ + w₂ ({sums}), and the shares point {angle}° away "
                      "from the derivative.", sums=", ".join(map(short, sums)), angle=f"{angle:.0f}"))  # fmt: skip
    if any(w < 0 for row in one.weights for w in row):
        told.append(t("A negative weight makes a negative share: a part of the error larger than the whole for the "
                      "other node is no share any more."))  # fmt: skip
    return told


def _angle(one: np.ndarray, other: np.ndarray) -> float:
    """Degrees between two directions; 0 where one of them has none."""
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(np.degrees(np.arccos(np.clip(one @ other / size, -1, 1)))) if size else 0.0


def _split_code(one: Sharing) -> str:
    return (
        "import optim_viz as ov\n"
        "from optim_viz.labs.backprop import Sharing\n\n"
        f"one = {one!r}\n"
        "print(one.shares(), one.gradient(), [one.measured(node) for node in (0, 1)])\n"
    )


# --- the cost


def cost_view(stage: Any, panel: Any, words: Any) -> Callable[[], str]:
    """Measured seconds of one gradient both ways, over networks of growing size."""
    with panel:
        samples = choice(t("Samples"), f"{PREFIX}samples", SAMPLES, 10, t("In the batch whose gradient is taken."))
    made = _PRICES.make(samples, lambda: tuple(price(net, samples) for net in NETS))
    last = made[-1]
    with stage:
        question = t("The network 784-50-100-10 has {n} parameters, and a numerical gradient takes {m} losses. "
                     "Backpropagation costs as much as how many losses?", n=f"{last.parameters:,}",
                     m=f"{2 * last.parameters:,}")  # fmt: skip
        told = predict(f"{PREFIX}cost", question, LOSSES, lambda: _cost_truth(last))
        if told:
            alt = t("Seconds per gradient against the number of parameters: both grow, the numerical one much faster.")
            chart(f"{PREFIX}prices", lambda **how: checks.prices(made, **how), alt, checks.TEXTS, samples)
    if told:
        with words:
            _cost_words(made)
    return lambda: _cost_code(samples)


def _cost_truth(last: Price) -> tuple[str, str]:
    ratio = last.gradient / last.loss
    kind = "few" if ratio < 10 else "hundreds" if ratio < 1000 else "all"
    return kind, t("Measured on this machine: a loss takes {loss} ms, backpropagation {back} ms: {ratio} losses.",
                   loss=brief(1000 * last.loss), back=brief(1000 * last.gradient), ratio=brief(ratio))  # fmt: skip


def _cost_words(made: tuple[Price, ...]) -> None:
    last = made[-1]
    said = [t("For {n} parameters one numerical gradient would take {seconds} s, backpropagation {back} s: {factor} "
              "times less.", n=f"{last.parameters:,}", seconds=brief(last.numerical), back=brief(last.gradient),
              factor=_many(last.factor)),
            t("The numerical gradient needs two losses per parameter, and each loss grows with the network too. The "
              "way back reuses what the way forward has found, once for all parameters."),
            t("So the numerical gradient is for checking a few parameters, not for training.")]  # fmt: skip
    rows = [["-".join(map(str, net)), f"{one.parameters:,}", brief(1000 * one.loss), brief(1000 * one.gradient),
             _many(1000 * one.numerical), _many(one.factor)] for net, one in zip(NETS, made, strict=True)]  # fmt: skip
    head = [t("network"), t("parameters"), t("one loss, ms"), t("backpropagation, ms"), t("numerical, ms"),
            t("times dearer")]  # fmt: skip
    st.markdown(bullets(*said))
    table(head, rows)
    st.caption(t("One loss and one gradient are measured here and now, the fastest of a few; the numerical gradient is "
                 "counted from them."))  # fmt: skip


def _many(value: float) -> str:
    """Two digits, written out."""
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"


def _cost_code(samples: int) -> str:
    return (
        "import optim_viz as ov\n"
        "from optim_viz.labs.perceptron.counting import price\n\n"
        f"for net in {[list(net) for net in NETS]}:\n"
        f"    one = price(net, {samples})\n"
        "    print(one.parameters, one.loss, one.gradient, one.numerical, one.factor)\n"
    )
