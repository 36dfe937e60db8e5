"""Bagging and boosting: trees that join one by one, and what that does to bias and variance."""

import numpy as np
import streamlit as st

from optim_viz.figures.style import style_of
from optim_viz.labs.generalize.samples import AT
from optim_viz.labs.generalize.trees import Team, resamples, team
from optim_viz.labs.targets import DOMAIN
from optim_viz.player import Film
from optim_viz.ui.generalize import MADE, METHODS, PREFIX, Setup
from optim_viz.ui.i18n import language, t
from optim_viz.ui.lab import digits, predict, table
from optim_viz.ui.player import film
from optim_viz.ui.regressed import TRUE
from optim_viz.ui.said import bullets
from optim_viz.words import Text

LOWER = 0.9  # of what one tree has: less is a claim
RISES = 1.02
LOWERS = {"bias": Text("the bias²"), "variance": Text("the variance"), "both": Text("both"),
          "neither": Text("neither of them")}  # fmt: skip


def joined(setup: Setup) -> Team:
    asked = (setup.ground, setup.method, setup.depth, setup.rounds, setup.rate)
    return MADE.make(("team", *asked, setup.seed), lambda: team(*asked, seed=setup.seed))


def ask_team(setup: Setup) -> bool:
    """What do many trees lower?"""
    if setup.rounds == 1:
        return True
    bias, variance = (digits(part[0]) for part in (joined(setup).parts.bias, joined(setup).parts.variance))
    return predict(
        f"{PREFIX}ask.team",
        t("Over many samples, one tree has bias² {bias} and variance {variance}. What do {n} trees together lower, by "
          "{method}?", bias=bias, variance=variance, n=setup.rounds, method=t(METHODS[setup.method])),
        LOWERS, lambda: _lowered(setup), about=setup,
    )  # fmt: skip


def _lowered(setup: Setup) -> tuple[str, str]:
    parts = joined(setup).parts
    less = [pair[1] < LOWER * pair[0] for pair in (parts.bias, parts.variance)]
    right = {(True, True): "both", (True, False): "bias", (False, True): "variance"}.get((less[0], less[1]), "neither")
    return right, t("Bias² goes from {a} to {b}, variance from {c} to {d}.", a=digits(parts.bias[0]),
                    b=digits(parts.bias[1]), c=digits(parts.variance[0]), d=digits(parts.variance[1]))  # fmt: skip


def draw_team(setup: Setup, told: bool) -> None:
    del told  # the film shows one sample; the answer is about many
    found = joined(setup)
    shown = MADE.make(("film", setup, language()), lambda: _film(setup, found))
    words = {"step": t("tree {n} of {N}", n="{n}", N="{N}"), "step_axis": t("trees"), "film_loss": t("error"),
             "point": t("{name}, tree {n}", name="{name}", n="{n}")}  # fmt: skip
    film(shown, key=f"{PREFIX}film", height=350, log=False, words=words,
         looks=[style_of("Momentum"), style_of("SGD"), TRUE])  # fmt: skip


def _film(setup: Setup, found: Team) -> Film:
    count = len(found.single)
    truth = np.broadcast_to(found.ground.value(AT), (count, len(AT)))
    y = np.stack([found.single, found.together, truth], axis=1)
    loss = np.full((count, 3), np.nan)
    loss[:, 1] = found.ground.expected(found.together)
    low, high = float(found.y.min()), float(found.y.max())
    room = 0.12 * (high - low or 1.0)
    names = (t("this tree, on a resample"), t("mean of the trees so far")) if setup.method == "bagging" else (
        t("this tree, on what was left"), t("sum of the trees so far"))  # fmt: skip
    return Film(AT, y, [*names, t("true curve")], points=np.stack([found.x, found.y], axis=1), loss=loss,
                steps=np.arange(1, count + 1), x_range=DOMAIN, y_range=(low - room, high + room))  # fmt: skip


def tell_team(setup: Setup, told: bool) -> None:
    st.caption(t("One frame per tree. The chart beside it is the error of all trees so far on new data."))
    if not told:
        return
    found = joined(setup)
    parts = found.parts
    names = (t("one tree"), t("{n} trees, {method}", n=setup.rounds, method=t(METHODS[setup.method])))
    rows = [[name, digits(parts.bias[k]), digits(parts.variance[k]), digits(error)]
            for k, (name, error) in enumerate(zip(names, (found.alone, found.error[-1]), strict=True))]  # fmt: skip
    table([t("over many samples"), t("bias²"), t("variance"), t("error on new data")], rows)
    best, last = int(found.error.argmin()), len(found.error)
    if found.error[-1] > RISES * found.error[best]:
        said = [t("The error is lowest with {best} trees and rises to {times:.2f} times that with {last}: too many "
                  "trees learn the noise.", best=best + 1, last=last,
                  times=float(found.error[-1] / found.error[best]))]  # fmt: skip
    else:
        said = [t("Up to {last} trees, more trees do no harm: the error ends within 2 % of its lowest value.",
                  last=last)]  # fmt: skip
    if setup.method == "bagging":
        said += _resampled(setup, found)
    st.markdown(bullets(*said))


def _resampled(setup: Setup, found: Team) -> list[str]:
    """Bootstrapping: what a resample holds, and what it tells of new samples."""
    n = setup.ground.n
    share = float((resamples(n, (2000,), 1) > 0).mean())
    said = [t("A resample draws {n} times out of {n} points with replacement: it holds {share:.1%} of them, and "
              "1 − (1 − 1/n)ⁿ is {exact:.1%}.", n=n, share=share, exact=1 - (1 - 1 / n) ** n)]  # fmt: skip
    if setup.rounds > 1:
        true = float(np.sqrt(found.parts.variance[0]))
        said.append(t("Bootstrapping: the trees on resamples of one sample vary by {a} (standard deviation), trees on "
                      "new samples by {b}: the resamples stand in for samples nobody has.",
                      a=digits(found.resampled), b=digits(true)))  # fmt: skip
    return said
