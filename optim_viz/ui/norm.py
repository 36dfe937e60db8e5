"""Normalization lab: its views, and a tiny batch normalized by hand."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from optim_viz.figures import norm as charts
from optim_viz.figures.text import short
from optim_viz.labs.norm.hand import KINDS, Worked, table, worked
from optim_viz.ui import strip
from optim_viz.ui.charts import worded
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import predict
from optim_viz.ui.said import bullets
from optim_viz.ui.state import bound, named, quiet
from optim_viz.ui.strip import Frame
from optim_viz.words import Text

PREFIX = "nm."
VIEWS = {"hand": Text("By hand"), "scales": Text("Weight scales"), "company": Text("Batch size"),
         "use": Text("After training"), "shift": Text("What changes")}  # fmt: skip
NAMES = {"none": Text("without"), "batch": Text("batch norm"), "layer": Text("layer norm"), "group": Text("group norm")}
BATCH = "1 20 0.3 5; 3 40 0.1 5; 5 10 0.2 6; 7 30 0.6 8"
LONGEST, FITS = 300, 42  # characters of a batch, and of a written sum
GAMMAS, BETAS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0), (-2.0, -1.0, 0.0, 0.5, 1.0, 2.0)
EPS = (1e-8, 1e-7, 1e-6, 1e-5, 1e-3, 0.1, 1.0)
SETS = {"batch": Text("feature"), "layer": Text("sample"), "group": Text("group")}
STAGES = ("start", "center", "scale", "end")
_TIMES, _PLUS = 100.0, 5.0  # what the question does to the numbers


@dataclass(frozen=True, eq=False)
class Setup:
    """The batch as text, what is normalized, and which set of cells is written out (from 0)."""

    text: str
    made: Worked
    kind: str
    chosen: int
    gamma: float
    beta: float
    eps: float

    @property
    def numbers(self) -> np.ndarray:
        """The chosen set before normalization."""
        return self.made.x[self.made.cells(self.chosen)]


def view() -> str:
    """Which part of the page is shown; the others cost nothing."""
    return named(st.segmented_control, t("View"), f"{PREFIX}view", VIEWS, "hand", required=True,
                 label_visibility="collapsed")  # fmt: skip


def controls() -> Setup:
    """The batch and how it is normalized; the last batch that could be read stays."""
    kinds = {kind: NAMES[kind] for kind in KINDS}
    kind = named(st.segmented_control, t("Which numbers share mean and variance"), f"{PREFIX}kind", kinds, "batch",
                 required=True)  # fmt: skip
    text = bound(st.text_input, t("A batch: one sample after each semicolon"), f"{PREFIX}batch", lambda _: True,
                 value=BATCH, max_chars=LONGEST)  # fmt: skip
    gamma = choice("γ", f"{PREFIX}gamma", GAMMAS, 1.0, t("The scale that is learned."))
    beta = choice("β", f"{PREFIX}beta", BETAS, 0.0, t("The shift that is learned."))
    with st.expander(t("More"), key=f"{PREFIX}more", on_change="rerun") as box:
        shown = bool(box.open) or not quiet(f"{PREFIX}eps", 1e-5)
        eps = choice("ε", f"{PREFIX}eps", EPS, 1e-5, t("Keeps the division finite.")) if shown else 1e-5
    text, made = _read(text, kind, gamma, beta, eps)
    numbers = tuple(range(1, made.sets + 1))
    if st.session_state.get(f"{PREFIX}set", 1) not in numbers:
        del st.session_state[f"{PREFIX}set"]
    chosen = choice(t("Written out: {what}", what=t(SETS[kind])), f"{PREFIX}set", numbers, 1) if made.sets > 1 else 1
    return Setup(text, made, kind, int(chosen) - 1, gamma, beta, eps)


def _read(text: str, kind: str, gamma: float, beta: float, eps: float) -> tuple[str, Worked]:
    kept = f"_{PREFIX}good"
    for tried in (text, st.session_state.get(kept, BATCH), BATCH):
        try:
            made = worked(table(tried), kind, gamma, beta, eps)
        except ValueError as error:
            st.warning(t(error.args[0]))
            continue
        st.session_state[kept] = tried
        return tried, made
    raise RuntimeError("the first batch can always be read")


def stage(setup: Setup) -> bool:
    """The table step by step; normalized only after a guess."""
    place = st.container()
    asked = t("Every number of the framed set is multiplied by {times:g}, and {plus:g} is added. What happens to its "
              "normalized numbers?", times=_TIMES, plus=_PLUS)  # fmt: skip
    options = {"same": Text("they stay the same"), "times": Text("100 times as large"),
               "zero": Text("they are all 0, before and after")}  # fmt: skip
    seen = predict(f"{PREFIX}same", asked, options, partial(_same, setup), (setup.text, setup.kind, setup.chosen))
    with place:
        strip.play(_frames(setup, STAGES if seen else STAGES[:2]), key=f"{PREFIX}steps", pace=2.2)
    return seen


def _same(setup: Setup) -> tuple[str, str]:
    own = setup.made.cells(setup.chosen)
    other = worked(np.where(own, _TIMES * setup.made.x + _PLUS, setup.made.x), setup.kind, eps=setup.eps).x_hat[own]
    before = setup.made.x_hat[own]
    told = t("Before: {before}. After: {after}.", before=_list(before), after=_list(other))
    if np.abs(before).max() < 1e-9:
        return "zero", told + " " + t("A set of equal numbers, or of one number, has nothing left after its mean is "
                                      "taken away.")  # fmt: skip
    return "same", told + " " + t("Mean and standard deviation take both changes out again: only ε can tell them "
                                  "apart.")  # fmt: skip


def _list(values: np.ndarray) -> str:
    return ", ".join(short(round(float(v), 3)) for v in values)


def _frames(setup: Setup, stages: tuple[str, ...]) -> list[Frame]:
    _, texts = worded(charts.TEXTS)
    k = setup.chosen
    mean, variance = short(setup.made.mean[k]), short(setup.made.variance[k])
    told = {
        "start": t("The batch. Framed: the numbers that share a mean and a variance. μ = {mean}", mean=mean),
        "center": t("The mean is taken away: x − μ. The mean of the squares is σ² = {variance}", variance=variance),
        "scale": t("Divided by √(σ² + ε) = {sigma}: mean 0, variance 1",
                   sigma=short(float(np.sqrt(setup.made.variance[k] + setup.eps)))),
        "end": t("γ times that, plus β: y = {gamma:g}·x̂ + {beta:g}", gamma=setup.gamma, beta=setup.beta),
    }  # fmt: skip
    return [Frame(str(charts.step(setup.made, name, k, setup.gamma, setup.beta, texts)), told[name]) for name in stages]


def words(setup: Setup, seen: bool) -> None:
    """The four formulas with the numbers of the framed set, and what a single number would mean."""
    st.latex(formulas(setup) if seen else "\n".join([*formulas(setup).split("\n")[:3], r"\end{aligned}"]))
    n, own = len(setup.numbers), setup.made.cells(setup.chosen)
    said = [f"x̂: {_list(setup.made.x_hat[own])} · y: {_list(setup.made.y[own])}"] if seen else []
    if n == 1:
        said.append(t("One number is its own mean: x̂ = 0 and y = β, whatever it was. Nothing of the sample is left, "
                      "and its gradient is 0. This is why batch norm cannot be trained with batches of one; this app "
                      "and PyTorch refuse it."))  # fmt: skip
    elif n == 2 and np.ptp(setup.numbers) > 0:
        said.append(t("Of two numbers only which one is larger is left: x̂ is +1 and −1, up to ε."))
    else:
        said.append(t("{n} numbers share this mean and variance; none of them can end further from 0 than √({n} − 1) = "
                      "{most}.", n=n, most=short(float(np.sqrt(n - 1)))))  # fmt: skip
    said.append({
        "batch": t("Batch norm: down each column. A sample's result depends on the other samples of its batch."),
        "layer": t("Layer norm: along each row. A sample does not need the others, in training and after it."),
        "group": t("Group norm: along each row, in two groups of features. One group is layer norm."),
    }[setup.kind])  # fmt: skip
    st.markdown(bullets(*said))


def formulas(setup: Setup) -> str:
    """LaTeX: mean, variance; the first number normalized, scaled and shifted."""
    x, k, made = setup.numbers, setup.chosen, setup.made
    n, own = len(x), made.cells(k)
    mean, variance = _tex(made.mean[k]), _tex(made.variance[k])
    first, last = (_tex(row[own][0]) for row in (made.x_hat, made.y))
    return "\n".join([
        r"\begin{aligned}",
        rf"\mu &= \tfrac1{{{n}}}\,({_sum([_tex(v) if v >= 0 else f'({_tex(v)})' for v in x])}) = {mean} \\",
        rf"\sigma^2 &= \tfrac1{{{n}}}\,\big({_sum([rf'({_tex(v)})^2' for v in x - made.mean[k]])}\big) = {variance} \\",
        rf"\hat x_1 &= \frac{{x_1 - \mu}}{{\sqrt{{\sigma^2 + \varepsilon}}}} = {first} \\",
        rf"y_1 &= \gamma\, \hat x_1 + \beta = {last}",
        r"\end{aligned}",
    ])  # fmt: skip


def _sum(terms: list[str]) -> str:
    """Only the first term of a sum that would not fit on a phone."""
    whole = " + ".join(terms)
    return whole if len(whole) <= FITS else rf"{terms[0]} + \dots"


def _tex(value: float) -> str:
    return short(round(float(value), 3)).replace("−", "-")


def code(setup: Setup, seen: bool) -> str:
    """Python that gives the same numbers, ours and those of the network's own layer."""
    layer = {"batch": f"nn.BatchNorm(eps={setup.eps})", "layer": f"nn.LayerNorm({setup.eps})",
             "group": f"nn.GroupNorm(2, {setup.eps})"}[setup.kind]  # fmt: skip
    count = setup.made.x.shape[1]
    return (
        "from optim_viz import nn\nfrom optim_viz.labs.norm import hand\n\n"
        f"x = hand.table({setup.text!r})\n"
        f"made = hand.worked(x, {setup.kind!r}, gamma={setup.gamma}, beta={setup.beta}, eps={setup.eps})\n"
        "print(made.mean, made.variance)\n"
        "print(made.x_hat)\n"
        "print(made.y)\n\n"
        "if len(x) > 1:  # a batch of one is refused\n"
        f"    net = nn.Network([{count}, nn.Dense({count}), {layer}, 1], init=0)\n"
        "    theta = net.init()\n"
        '    net.views(theta)["0.weight"][...] = [[i == j for j in range(len(x[0]))] for i in range(len(x[0]))]\n'
        "    print(net.activations(theta, x)[1])\n"
    )
