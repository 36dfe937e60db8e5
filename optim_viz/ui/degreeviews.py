"""Three parts of a sample, and bias and variance: polynomials of every degree on many samples of one curve."""

from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from optim_viz.figures import generalize as figures
from optim_viz.figures.folds import Sheet
from optim_viz.figures.text import TEXTS
from optim_viz.labs.generalize.degrees import MOST, Three, Tradeoff, three, tradeoff
from optim_viz.labs.generalize.samples import AT
from optim_viz.labs.odds import LEVEL, chance
from optim_viz.labs.targets import DOMAIN
from optim_viz.ui.charts import chart
from optim_viz.ui.generalize import MADE, PREFIX, Setup
from optim_viz.ui.i18n import language, t
from optim_viz.ui.lab import digits, predict, table
from optim_viz.ui.said import bullets
from optim_viz.ui.strip import Frame, play
from optim_viz.words import Text

CLOSE = 0.03  # bias² + variance + noise, against the measured error
RISES = 1.02  # times the lowest: an error above it has risen again
MOVES = {"lower": Text("at a lower degree"), "same": Text("at the same degree"), "higher": Text("at a higher degree")}
JUDGED = {"lower": Text("lower"), "same": Text("neither, on the whole"), "higher": Text("higher")}

LOOKS = {"training": ("d full", 4), "validation": ("b full", 6), "test": ("c", 6)}  # kind and radius of its points


def parted(setup: Setup) -> Three:
    return MADE.make(("three", setup.ground, setup.seed), lambda: three(setup.ground, seed=setup.seed))


def traded(setup: Setup) -> Tradeoff:
    return MADE.make(("tradeoff", setup.ground), lambda: tradeoff(setup.ground))


def _quiet(setup: Setup) -> Tradeoff:
    """The same without noise."""
    return traded(replace(setup, ground=replace(setup.ground, noise=0.0)))


def ask_parts(setup: Setup) -> bool:
    """What becomes of the winner of the validation part?"""
    return predict(
        f"{PREFIX}ask.parts",
        t("The degree with the lowest validation error wins. Take {n} samples like this one, and their {n} winners: is "
          "the test error of a winner mostly lower or higher than its validation error?",
          n=len(parted(setup).train)),
        JUDGED, lambda: _winner(parted(setup)), about=(setup.ground, setup.seed),
    )  # fmt: skip


def _winner(found: Three) -> tuple[str, str]:
    said, true = found.winners()
    above, total = int((true > said).sum()), len(said)
    sure = chance(above, total) <= LEVEL
    right = "same" if not sure else "higher" if above > total / 2 else "lower"
    told = t("In {above} of {total} samples the test error of the winner is above its validation error; the medians "
             "are {true} and {said}.", above=above, total=total, true=digits(float(np.median(true))),
             said=digits(float(np.median(said))))  # fmt: skip
    if right == "higher":
        told += " " + t(
            "It won by its validation error, and so partly by luck: only data that had no say can judge it."
        )
    return right, told


def draw_parts(setup: Setup, told: bool) -> None:
    found = parted(setup)
    shown = {"training": found.train[0], "validation": found.validation[0]}
    if told:
        shown["test"] = found.test[0]
    with st.container(key="curves"):
        play(MADE.make(("degree frames", setup, told, language()), lambda: _degree_frames(setup, shown)),
             key=f"{PREFIX}degrees", pace=1.3)  # fmt: skip
        chart(f"{PREFIX}errors", partial(figures.errors, shown, ("validation", int(found.chosen[0]))),
              t("Error by degree; the lowest validation error is at degree {degree}.", degree=int(found.chosen[0])),
              texts=figures.TEXTS, setting=(setup.ground, told, setup.seed))  # fmt: skip


def _degree_frames(setup: Setup, errors: dict[str, np.ndarray]) -> list[Frame]:
    """Every degree in turn, last the one that the control asks for."""
    found, labels, frames = parted(setup), [str(k) for k in range(MOST + 1)], []
    key = [(t(TEXTS[name]), *look) for name, look in LOOKS.items()]
    for degree in (*range(MOST + 1), setup.degree):
        sheet = Sheet(found.x, found.y, DOMAIN, 66, 300).curve(AT, found.fits[degree], "ink thick")
        for rows, (kind, radius) in zip(found.rows, LOOKS.values(), strict=True):
            sheet.points(rows, kind, radius)
        sheet.key(key).row(labels, ["b" if k == degree else "soft" for k in range(MOST + 1)], 16)
        told = ", ".join(f"{t(TEXTS[name])} {digits(values[degree])}" for name, values in errors.items())
        frames.append(Frame(str(sheet), t("Degree {degree}, its errors: {told}.", degree=degree, told=told)))
    return frames


def tell_parts(setup: Setup, told: bool) -> None:
    found = parted(setup)
    chosen, best = int(found.chosen[0]), int(found.train[0].argmin())
    said = [t("This sample: fitted to {a} points, the degree chosen by {b} others, judged by the last {c}.",
              a=len(found.rows[0]), b=len(found.rows[1]), c=len(found.rows[2])),
            t("The training error is lowest at degree {best}, the validation error at degree {chosen}.", best=best,
              chosen=chosen)]  # fmt: skip
    share = float((found.train.argmin(axis=1) == MOST).mean())
    said.append(t("By its training error, the highest degree would win in {share:.0%} of the samples: that error "
                  "cannot choose.", share=share))  # fmt: skip
    if told:
        said.append(t("Of the chosen degree here: validation error {a}, test error {b}.",
                      a=digits(found.validation[0, chosen]), b=digits(found.test[0, chosen])))  # fmt: skip
    st.markdown(bullets(*said))


def ask_bias(setup: Setup) -> bool:
    """Where is the lowest error without noise?"""
    if not setup.ground.noise:
        return True
    best = int(traded(setup).error.argmin())
    return predict(
        f"{PREFIX}ask.bias",
        t("With this noise the error is lowest at degree {best}. Now take the noise away: where is it lowest then?",
          best=best),
        MOVES, lambda: _moved(traded(setup), _quiet(setup)), about=setup.ground,
    )  # fmt: skip


def _moved(loud: Tradeoff, quiet: Tradeoff) -> tuple[str, str]:
    a, b = int(loud.error.argmin()), int(quiet.error.argmin())
    right = "same" if a == b else "higher" if b > a else "lower"
    return right, t("With noise it is lowest at degree {a}, {error}; without noise at degree {b}, {quiet}.", a=a, b=b,
                    error=digits(loud.error[a]), quiet=digits(quiet.error[b]))  # fmt: skip


def draw_bias(setup: Setup, told: bool) -> None:
    found = traded(setup)
    shown = found.fits[:, setup.degree]
    chart(f"{PREFIX}fan", partial(figures.fan, AT, shown, found.parts.mean[setup.degree], setup.ground.value(AT)),
          t("{n} fits of degree {degree} to different samples, their mean, and the true curve.", n=len(shown),
            degree=setup.degree), texts=figures.TEXTS, setting=(setup.ground, setup.degree), height=270)  # fmt: skip
    with st.container(key="curves"):
        for name, one in (("loud", found), ("quiet", _quiet(setup))):
            if name == "loud" or (told and setup.ground.noise):
                what = t("with noise {noise:g}", noise=setup.ground.noise) if name == "loud" else t("without noise")
                chart(f"{PREFIX}{name}", partial(figures.pieces, one.parts, one.error, setup.degree, what),
                      t("Bias², variance and noise by degree, {what}: the sum is lowest at degree {best}.", what=what,
                        best=int(one.parts.sum.argmin())),
                      texts=figures.TEXTS, setting=(setup.ground, setup.degree))  # fmt: skip


def tell_bias(setup: Setup, told: bool) -> None:
    found = traded(setup)
    parts, off = found.parts, found.off
    rows = [[f"**{k}**" if k == setup.degree else str(k), digits(parts.bias[k]), digits(parts.variance[k]),
             digits(parts.noise), digits(parts.sum[k]), digits(found.error[k]), f"{off[k]:+.1%}".replace("-", "−")]
            for k in range(len(off))]  # fmt: skip
    table([t("degree"), t("bias²"), t("variance"), t("noise²"), t("their sum"), t("measured"), t("difference")], rows)
    worst = float(np.abs(off).max())
    check = t("The sum differs from the error measured on other samples by at most {worst:.1%}.", worst=worst)
    if worst > CLOSE:
        check += " " + t("That is more than {close:.0%}: a few samples with wild fits decide it.", close=CLOSE)
    said = [check]
    if told:
        said += _tradeoff_of(_quiet(setup), setup.ground.fixed)
    st.markdown(bullets(*said))


def _tradeoff_of(quiet: Tradeoff, fixed: bool) -> list[str]:
    """Without noise, no trade-off? What the measurement says."""
    best, last = int(quiet.error.argmin()), digits(quiet.error[MOST])
    if fixed:
        return [t("Without noise and always at the same x, all samples are the same: the variance is {variance}, the "
                  "error is the bias² alone, and there is nothing to trade.",
                  variance=digits(float(quiet.parts.variance.max())))]  # fmt: skip
    said = [t("Without noise there still is variance, {variance} at degree {degree}: the fit depends on where the "
              "points lie. It is 0 only where every sample has the same x.", degree=MOST - 1,
              variance=digits(quiet.parts.variance[MOST - 1]))]  # fmt: skip
    if digits(quiet.error[MOST]) == "0":
        return [t("Without noise, the curve itself is among these polynomials, and every sample finds it: no bias, no "
                  "variance, nothing to trade.")]  # fmt: skip
    if quiet.error[MOST] > RISES * quiet.error[best]:
        return [*said, t("And there still is a trade-off: after degree {best} the error rises again, to {last}.",
                         best=best, last=last)]  # fmt: skip
    return [*said, t("But more degrees go on paying here: the error is lowest at degree {best}, and does not rise "
                     "again up to degree {most}.", best=best, most=MOST)]  # fmt: skip
