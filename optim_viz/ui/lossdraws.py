"""Estimators by sampling: what each says again and again, and its MSE as bias² and variance."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from optim_viz.figures import losses as figures
from optim_viz.labs.losses import ESTIMATORS, SOURCES, Spread, consistent, spread, statistics, theory
from optim_viz.labs.losses.estimators import MEAN, SIZES, VARIANCE
from optim_viz.ui import cached
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice, whole
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import digits, predict, table
from optim_viz.ui.losses import PREFIX
from optim_viz.ui.said import bullets
from optim_viz.ui.state import named
from optim_viz.words import Text

TARGETS = {MEAN: Text("the mean"), VARIANCE: Text("the variance")}
FACTORS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
MOST, NUMBERS, FEW = 40_000, 2_000_000, 2000  # samples at most, values in all of them, samples of the curve over n
SMALL, LARGE = 50, 500  # sizes compared to see what is consistent
_FOUND = cached.Bounded(64)


@dataclass(frozen=True)
class Setup:
    """What is estimated, from samples of `n` values of a source; `factor` is that of the shrunk mean."""

    target: str
    source: str
    n: int
    factor: float
    seed: int

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, one in ESTIMATORS.items() if one.target == self.target)

    @property
    def repeats(self) -> int:
        return min(MOST, NUMBERS // self.n)

    def spreads(self, n: int, repeats: int) -> dict[str, Spread]:
        """How every estimator lies about the truth; the draws are kept for all sessions."""
        source = SOURCES[self.source]
        found = _FOUND.make((self.source, n, repeats, self.seed), lambda: statistics(source, n, repeats, self.seed))
        return {name: spread(name, source, found, n, self.factor) for name in self.names}

    def theory(self, name: str, n: int) -> tuple[float, float] | None:
        return theory(name, SOURCES[self.source], n, self.factor)


def controls() -> Setup:
    """What is estimated, and from what."""
    target = named(st.segmented_control, t("To estimate"), f"{PREFIX}target", TARGETS, MEAN, required=True)
    names = {name: source.name for name, source in SOURCES.items()}
    source = named(st.selectbox, t("The values are"), f"{PREFIX}source", names, "normal")
    n = choice(t("n, values in a sample"), f"{PREFIX}n", SIZES, 10)
    factor = 0.8
    if target == MEAN:
        factor = choice(t("Factor of the shrunk mean"), f"{PREFIX}factor", FACTORS, factor)
    seed = whole(t("Seed"), f"{PREFIX}draws.seed", 0)
    return Setup(target, source, n, factor, seed)


def stage(setup: Setup) -> bool:
    """What the estimators say; after the question, the parts of their MSE and how it falls with n."""
    spreads = _named(setup.spreads(setup.n, setup.repeats))
    chart(f"{PREFIX}estimates", partial(figures.estimates, spreads), t("How often each estimator says what"),
          figures.TEXTS, (setup, "estimates"))  # fmt: skip
    options = {name: ESTIMATORS[name].name for name in setup.names}
    asked = t("The line is the truth. Which estimator has the smallest mean squared error?")
    told = predict(f"{PREFIX}draws.guess", asked, options, partial(_truth, setup), (setup.target, setup.source))
    if told:
        with st.container(key="curves"):
            chart(f"{PREFIX}parts", partial(figures.parts, spreads), t("MSE as bias² and variance"), figures.TEXTS,
                  (setup, "parts"))  # fmt: skip
            found, known = over_n(setup)
            build = partial(figures.shrinking, SIZES, _named(found), _named(known), setup.n)
            chart(f"{PREFIX}shrinking", build, t("MSE over the number of values in a sample"), figures.TEXTS,
                  (setup, "shrinking"))  # fmt: skip
    return told


def _named(found: Mapping[str, Any]) -> dict[str, Any]:
    return {t(ESTIMATORS[name].name): value for name, value in found.items()}


def over_n(setup: Setup) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """MSE of each estimator at every size of a sample: sampled, and by theory where it is known."""
    every = {n: setup.spreads(n, FEW) for n in SIZES}
    found = {name: [float(((every[n][name].estimates - every[n][name].truth) ** 2).mean()) for n in SIZES]
             for name in setup.names}  # fmt: skip
    known = {name: [told[0] ** 2 + told[1] for n in SIZES if (told := setup.theory(name, n))] for name in setup.names}
    return found, {name: values for name, values in known.items() if values}


def _truth(setup: Setup) -> tuple[str, str]:
    spreads = setup.spreads(setup.n, setup.repeats)
    told = ", ".join(f"{t(ESTIMATORS[name].name)} {digits(one.mse)}" for name, one in spreads.items())
    best = min(spreads, key=lambda name: spreads[name].mse)
    return best, t("MSE with n = {n}: {values}.", n=setup.n, values=told)


def words(setup: Setup, told: bool) -> None:
    """Bias, variance and their sum, held against new samples; and which words of the notes fit whom."""
    if not told:
        st.caption(t("{repeats} samples of {n} values each; the triangle is the mean of what an estimator says.",
                     repeats=setup.repeats, n=setup.n))  # fmt: skip
        return
    spreads = setup.spreads(setup.n, setup.repeats)
    head = [t("Estimator"), t("bias"), t("variance"), t("bias² + variance"), t("MSE of new samples"), t("efficiency")]
    rows = [[t(ESTIMATORS[name].name), digits(one.bias), digits(one.variance), digits(one.sum), digits(one.mse),
             _efficiency(setup, name, one)] for name, one in spreads.items()]  # fmt: skip
    off = max(abs(one.sum / one.mse - 1) for one in spreads.values())
    said = [
        t("{repeats} samples of {n} values: bias and variance are those of one half, the MSE that of the other. The "
          "sum is off by at most {off}.", repeats=setup.repeats, n=setup.n, off=f"{off:.1%}"),
        *_unbiased(setup, spreads), *_consistent(setup),
    ]  # fmt: skip
    table(head, rows)
    st.markdown(bullets(*said))


def _efficiency(setup: Setup, name: str, one: Spread) -> str:
    """Smallest possible variance of an unbiased estimator over this one's; a dash for a biased one."""
    if one.biased:
        return "–"
    return f"{SOURCES[setup.source].bound[setup.target] / setup.n / one.variance:.0%}"


def _unbiased(setup: Setup, spreads: Mapping[str, Spread]) -> list[str]:
    fair = ", ".join(t(ESTIMATORS[name].name) for name, one in spreads.items() if not one.biased)
    said = [t("No bias to be seen: {names}.", names=fair)] if fair else []
    for name, one in spreads.items():
        if one.biased:
            said.append(t("Biased: {name}, by {bias}, where chance alone makes about ±{doubt}.",
                          name=t(ESTIMATORS[name].name), bias=digits(one.bias), doubt=digits(one.doubt)))  # fmt: skip
        elif (told := setup.theory(name, setup.n)) and told[0]:
            said.append(t("By theory {name} has a bias of {bias}: too small to be seen in this many samples.",
                          name=t(ESTIMATORS[name].name), bias=digits(told[0])))  # fmt: skip
    return said


def _consistent(setup: Setup) -> list[str]:
    small, large = setup.spreads(SMALL, FEW), setup.spreads(LARGE, FEW)
    good = {name: consistent(small[name], large[name]) for name in setup.names}
    yes, no = ([t(ESTIMATORS[name].name) for name in good if good[name] == wanted] for wanted in (True, False))
    said = [t("Consistent, with an MSE on its way to 0 from n = {low} to {high}: {names}.", names=", ".join(yes),
              low=SMALL, high=LARGE)]  # fmt: skip
    if no:
        said.append(t("Not consistent, with an MSE that stays however large n is: {names}.", names=", ".join(no)))
    return said


def code(setup: Setup, told: bool) -> str:
    """The same samples and pictures in a notebook."""
    return f"""from optim_viz.figures import losses as figures
from optim_viz.labs.losses import SOURCES, spread, statistics

source, n = SOURCES[{setup.source!r}], {setup.n}
found = statistics(source, n, repeats={setup.repeats}, seed={setup.seed})
spreads = {{name: spread(name, source, found, n, factor={setup.factor!r}) for name in {setup.names!r}}}
for name, one in spreads.items():
    print(f"{{name:8}} bias {{one.bias:+.4f}}  bias² + variance {{one.sum:.4f}}  MSE of new samples {{one.mse:.4f}}")
figures.estimates(spreads).show()
figures.parts(spreads).show()
"""
