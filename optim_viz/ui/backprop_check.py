"""Backpropagation lab: a gradient checked three ways, the error shared 3 : 2, and what gradients cost."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from optim_viz.data import DataSpec
from optim_viz.figures import checks
from optim_viz.labs.backprop.checking import GOOD, STEPS, Checked, apart, check
from optim_viz.labs.backprop.small import Small
from optim_viz.nn import Network
from optim_viz.ui import cached
from optim_viz.ui.backprop import PREFIX
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice, whole
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.material import known
from optim_viz.ui.said import brief, bullets
from optim_viz.ui.state import named
from optim_viz.words import Text

SUBJECTS = {"small": Text("The small network"), "digits": Text("Digits, 64-10-10"),
            "norm": Text("Digits with batch normalization")}  # fmt: skip
MISTAKES = {"none": Text("none"), "bias": Text("biases forgotten"), "mean": Text("sum instead of mean")}
BATCHES = (1, 2, 5, 20)
STEP_NAMES = {"big": Text("h = 10⁻¹"), "middle": Text("h = 10⁻⁵"), "tiny": Text("h = 10⁻¹²")}
_ASKED = {"big": 0, "middle": 4, "tiny": 11}  # places in STEPS
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SMALL = Small(2, "sigmoid", (1.0, -2.0), 1.0, 3)
_MADE, _GOOD = cached.Bounded(64), "_bp_checked"
Case = tuple[str, int, str, int]  # subject, batch, mistake, seed


def settings() -> Case:
    subject = named(st.selectbox, t("Gradient of"), f"{PREFIX}subject", SUBJECTS, "small")
    fault = named(st.selectbox, t("A mistake in our gradient"), f"{PREFIX}fault", MISTAKES, "none",
                  help=t("Common ones, put in to see whether the check finds them."))  # fmt: skip
    batch = 1 if subject == "small" else choice(t("Batch size"), f"{PREFIX}batch", BATCHES, 5)
    seed = whole(t("Seed"), f"{PREFIX}cseed", 3, help=t("It draws the weights, the samples and what is checked."))
    return subject, batch, fault, seed


def material(subject: str, batch: int, seed: int) -> tuple[Network, np.ndarray, np.ndarray, np.ndarray]:
    """Network, parameters and one batch."""
    if subject == "small":
        small = Small(_SMALL.hidden, _SMALL.activation, _SMALL.x, _SMALL.t, seed)
        return small.net, small.theta(), *small.data()
    data = known(DataSpec("digits")).data
    rows = np.random.default_rng(seed).choice(len(data.X), batch, replace=False)
    net = Network([64, 10, 10], batch_norm=subject == "norm")
    return net, net.init(seed), data.X[rows], data.y[rows]


def checked(case: Case) -> Checked | None:
    """The check, kept for all; None, with a sentence, where the network refuses the batch."""
    subject, batch, fault, seed = case
    try:
        given = material(subject, batch, seed)  # outside the gate: loading data asks for it, too
        made = _MADE.make(case, lambda: check(*given, fault=fault, seed=seed))
    except ValueError as wrong:
        st.warning(t(wrong.args[0]))
        st.caption(t("With one image the normalized numbers are all 0, and a check of 0 against 0 says nothing: "
                     "never check batch normalization with a batch of one."))  # fmt: skip
        return None
    st.session_state[_GOOD] = case
    return made


def check_view(stage: Any, panel: Any, words: Any) -> Callable[[], str]:
    """Ours, autograd's, and numerical for twelve steps h; the valley of their errors after a prediction."""
    with panel:
        case = settings()
        made = checked(case)
        if made is None:
            case = st.session_state.get(_GOOD, ("small", 1, "none", 3))
            made = checked(case)
    assert made is not None
    with stage:
        question = t("(L(θ + h) − L(θ − h)) / 2h comes closest to the true derivative for which h?")
        told = predict(f"{PREFIX}h", question, STEP_NAMES, lambda: _truth(made), case[:1])
        if told:
            chart(f"{PREFIX}valley", lambda **how: checks.valley(made, **how), _alt(made), checks.TEXTS, case)
    with words:
        st.markdown(bullets(*_sentences(made, told), *_unseen(case)))
        _table(made, told)
    return lambda: _code(case)


def _power(h: float) -> str:
    return "10" + f"{round(np.log10(h))}".translate(_RAISED)


def _truth(made: Checked) -> tuple[str, str]:
    errors = {name: float(made.errors["central"][k]) for name, k in _ASKED.items()}
    best = min(errors, key=lambda name: errors[name])
    return best, t("The relative errors are {big} for h = 10⁻¹, {middle} for 10⁻⁵ and {tiny} for 10⁻¹².",
                   **{name: brief(e) for name, e in errors.items()})  # fmt: skip


def _alt(made: Checked) -> str:
    h, error = made.best("central")
    return t("Relative error against h: a valley, lowest for central differences at h = {h} with {error}.",
             h=_power(h), error=brief(error))  # fmt: skip


def _sentences(made: Checked, told: bool) -> list[str]:
    against = apart(made.ours, made.autograd)
    verdict = t("that agrees") if against < GOOD else t("they do not agree, and the mistake was put into ours")
    said = [t("Ours against autograd over {n} parameters: relative error {error}; {verdict}.", n=len(made.ours),
              error=brief(against), verdict=verdict)]  # fmt: skip
    if not told:
        return said
    (h, error), (forward_h, forward_error) = made.best("central"), made.best("forward")
    said.append(t("Central differences do best at h = {h} (error {error}), forward differences at h = {forward_h} "
                  "({forward_error}).", h=_power(h), error=brief(error), forward_h=_power(forward_h),
                  forward_error=brief(forward_error)))  # fmt: skip
    said.append(t("Larger h: the curve bends between the two points. Smaller h: the two losses are so alike that their "
                  "difference is mostly rounding; at h = {h} the error is {error}.", h=_power(STEPS[-1]),
                  error=brief(float(made.errors["central"][-1]))))  # fmt: skip
    if not made.right:
        said.append(t("No h brings our gradient nearer to the numerical one than {error}: the check has found the "
                      "mistake.", error=brief(float(made.errors["ours"].min()))))  # fmt: skip
    return said


def _unseen(case: Case) -> list[str]:
    """Where a mistake makes no difference."""
    if case[1:3] != (1, "mean"):
        return []
    return [t("Of one sample the sum is the mean: this mistake shows in larger batches only.")]


def _table(made: Checked, told: bool) -> None:
    """One weight with twelve digits each way; digits that agree with autograd's are bold."""
    k = made.steepest
    true = f"{made.autograd[k]:.12f}"
    rows = [[t("ours"), _agreeing(f"{made.ours[k]:.12f}", true), "", ""],
            ["autograd", _agreeing(true, true), "", ""]]  # fmt: skip
    for i, h in enumerate(STEPS if told else ()):
        rows.append([f"h = {_power(h)}", _agreeing(f"{made.central[i, k]:.12f}", true),
                     brief(made.errors["central"][i]), brief(made.errors["forward"][i])])  # fmt: skip
    head = [t("way"), f"∂L/∂{made.names[k]}", t("error, central"), t("error, forward")]
    table(head, rows)


def _agreeing(shown: str, true: str) -> str:
    """The leading digits that are the true ones in bold."""
    same = next((i for i, (a, b) in enumerate(zip(shown, true, strict=False)) if a != b), min(len(shown), len(true)))
    front, rest = shown[:same].replace("-", "−"), shown[same:].replace("-", "−")
    return f"**{front}**{rest}" if any(c.isdigit() for c in front) else front + rest


def _code(case: Case) -> str:
    subject, batch, fault, seed = case
    small = Small(_SMALL.hidden, _SMALL.activation, _SMALL.x, _SMALL.t, seed)
    if subject == "small":
        made = f"from optim_viz.labs.backprop import Small\n\nsmall = {small!r}\n"
        made += "net, theta, (X, y) = small.net, small.theta(), small.data()\n"
    else:
        norm = ", batch_norm=True" if subject == "norm" else ""
        made = "from optim_viz.data import DataSpec\n\nimport numpy as np\n\ndata = DataSpec('digits').load()\n"
        made += f"rows = np.random.default_rng({seed}).choice(len(data.X), {batch}, replace=False)\n"
        made += f"net, X, y = ov.nn.Network([64, 10, 10]{norm}), data.X[rows], data.y[rows]\ntheta = net.init({seed})\n"
    return (
        f"import optim_viz as ov\nfrom optim_viz.labs.backprop import check\n{made}"
        f"found = check(net, theta, X, y, fault={fault!r}, seed={seed})\n"
        "print(found.errors['central'], found.best('central'))\n"
    )
