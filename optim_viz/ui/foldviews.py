"""Cross-validation: folds one by one, how far their mean can be trusted, and why a time series keeps its order."""

from functools import partial

import numpy as np
import streamlit as st

from optim_viz.figures import generalize as figures
from optim_viz.figures.folds import Sheet
from optim_viz.labs.generalize.degrees import MOST, Folds, folds
from optim_viz.labs.generalize.samples import AT
from optim_viz.labs.generalize.series import BLOCK, LENGTH, NEAREST, Forecast, forecast, nearest
from optim_viz.labs.targets import DOMAIN
from optim_viz.ui.charts import chart
from optim_viz.ui.generalize import MADE, PREFIX, Setup
from optim_viz.ui.i18n import language, t
from optim_viz.ui.lab import digits, predict, table
from optim_viz.ui.said import bullets
from optim_viz.ui.strip import Frame, play
from optim_viz.words import Text

CLEARLY = 1.1  # times as wide, or as large
ENDS = (0.1, 0.9)
STEADIER = {"one": Text("one fold alone"), "all": Text("the mean of all folds"), "same": Text("about the same")}
CLOSER = {"shuffled": Text("the shuffled folds"), "ordered": Text("the folds in the order of time"),
          "same": Text("both alike")}  # fmt: skip


def folded(setup: Setup) -> Folds:
    return MADE.make(("folds", setup.ground, setup.folds, setup.seed),
                     lambda: folds(setup.ground, setup.folds, seed=setup.seed))  # fmt: skip


def foretold(setup: Setup) -> Forecast:
    return MADE.make(("forecast", setup.memory, setup.seed), lambda: forecast(setup.memory, seed=setup.seed))


def ask_folds(setup: Setup) -> bool:
    """Which estimate varies less?"""
    return predict(
        f"{PREFIX}ask.folds",
        t("Each fold gives an error. Over {n} samples like this one, which estimate varies less from sample to sample?",
          n=len(folded(setup).error)),
        STEADIER, lambda: _steadier(setup), about=(setup.ground, setup.folds, setup.degree, setup.seed),
    )  # fmt: skip


def _ranges(setup: Setup) -> np.ndarray:
    """Between which values 80 % of the estimates lie: (2 ends, one fold and all)."""
    return np.quantile(folded(setup).estimates(setup.degree), ENDS, axis=1)


def _steadier(setup: Setup) -> tuple[str, str]:
    (low, high), wide = _ranges(setup), np.diff(_ranges(setup), axis=0)[0]
    right = "all" if wide[0] > CLEARLY * wide[1] else "one" if wide[1] > CLEARLY * wide[0] else "same"
    return right, t("In 80 % of the samples one fold says {a} to {b}, the mean of all {k} folds {c} to {d}.",
                    a=digits(low[0]), b=digits(high[0]), c=digits(low[1]), d=digits(high[1]),
                    k=setup.folds)  # fmt: skip


def draw_folds(setup: Setup, told: bool) -> None:
    found = folded(setup)
    play(MADE.make(("fold frames", setup, language()), lambda: _fold_frames(setup, found)), key=f"{PREFIX}strip",
         pace=1.6)  # fmt: skip
    if not told:
        return
    cross = found.error[0].mean(axis=0)
    lines = {"first fold": found.error[0, 0], "all folds": cross, "new data": found.true[0]}
    chart(f"{PREFIX}cross", partial(figures.errors, lines, ("all folds", int(cross.argmin()))),
          t("Error by degree: of one fold, in the mean of all folds, and on new data."), texts=figures.TEXTS,
          setting=(setup.ground, setup.folds, setup.seed))  # fmt: skip


def _fold_frames(setup: Setup, found: Folds) -> list[Frame]:
    frames, everything, degree = [], np.arange(len(found.x)), setup.degree
    labels = [str(k + 1) for k in range(setup.folds)]
    for k, rows in enumerate(found.rows):
        kept = np.setdiff1d(everything, rows)
        sheet = Sheet(found.x, found.y, DOMAIN).curve(AT, found.fits[k, degree], "a thick")
        sheet.points(kept, "soft full", 3).points(rows, "b full", 4.5)
        sheet.row(labels, ["b" if j == k else "soft" for j in range(setup.folds)])
        frames.append(Frame(str(sheet), t("Fold {k} of {n}: fitted to {a} points, error {error} on the {b} left out.",
                                          k=k + 1, n=setup.folds, a=len(kept), b=len(rows),
                                          error=digits(found.error[0, k, degree]))))  # fmt: skip
    sheet = Sheet(found.x, found.y, DOMAIN)
    for fit in found.fits[:, degree]:
        sheet.curve(AT, fit, "a")
    sheet.points(everything, "soft full", 3).row(labels, ["b"] * setup.folds)
    mean = digits(float(found.error[0, :, degree].mean()))
    frames.append(Frame(str(sheet), t("All folds: each point was left out once; the mean error is {mean}.", mean=mean)))
    return frames


def tell_folds(setup: Setup, told: bool) -> None:
    if not told:
        return
    found, (low, high) = folded(setup), _ranges(setup)
    middle = np.median(found.estimates(setup.degree), axis=1)
    true = float(np.median(found.true[:, setup.degree]))
    table([t("estimate at degree {degree}", degree=setup.degree), t("median"), t("80 % lie in"), t("fits")],
          [[t("one fold alone"), digits(middle[0]), f"{digits(low[0])} – {digits(high[0])}", "1"],
           [t("mean of {k} folds", k=setup.folds), digits(middle[1]), f"{digits(low[1])} – {digits(high[1])}",
            str(setup.folds)],
           [t("on new data, fitted to all points"), digits(true), "", ""]])  # fmt: skip
    cross = found.error.mean(axis=1).argmin(axis=1)
    cost = np.take_along_axis(found.true, cross[:, None], axis=1) / found.true.min(axis=1, keepdims=True)
    train = found.true[:, MOST] / found.true.min(axis=1)
    st.markdown(bullets(
        t("Used to choose: the degree with the lowest cross-validated error has, in the median, {a:.2f} times the "
          "error on new data of the best degree; always taking degree {most} has {b:.2f} times.",
          a=float(np.median(cost)), b=float(np.median(train)), most=MOST),
        t("Each fit sees only {share:.0%} of the points, so the estimate is for a little less data than there is.",
          share=1 - 1 / setup.folds),
    ))  # fmt: skip


def ask_time(setup: Setup) -> bool:
    """Which folds tell the error that comes?"""
    return predict(
        f"{PREFIX}ask.time",
        t("The model says the mean of the {m} nearest known values. Which folds come closer to its error on the next "
          "{n} points?", m=NEAREST, n=BLOCK),
        CLOSER, lambda: _closer(foretold(setup)), about=(setup.memory, setup.seed),
    )  # fmt: skip


def _closer(found: Forecast) -> tuple[str, str]:
    shuffled, ordered, future = found.means()
    a, b = (abs(np.log(value / future)) for value in (shuffled, ordered))
    right = "same" if abs(a - b) < np.log(CLEARLY) else "shuffled" if a < b else "ordered"
    return right, t("In the mean over {n} series: shuffled folds say {a}, folds in order {b}, and the error on what "
                    "came is {c}.", n=len(found.series), a=digits(shuffled), b=digits(ordered),
                    c=digits(future))  # fmt: skip


def draw_time(setup: Setup, told: bool) -> None:
    found = foretold(setup)
    frames = MADE.make(("time frames", setup, told, language()), lambda: _time_frames(found, setup.way, told))
    play(frames, key=f"{PREFIX}series", pace=1.6)


def _time_frames(found: Forecast, way: str, told: bool) -> list[Frame]:
    times, values = np.arange(LENGTH + BLOCK), found.series[0]
    ways = found.shuffled if way == "shuffled" else found.ordered
    frames = [_time_frame(times, values, fold, t("Fold {k} of {n}", k=k + 1, n=len(ways)))
              for k, fold in enumerate(ways)]  # fmt: skip
    if told:
        future = (np.arange(LENGTH), np.arange(LENGTH, LENGTH + BLOCK))
        frames.append(_time_frame(times, values, future, t("What came then")))
    return frames


def _time_frame(times: np.ndarray, values: np.ndarray, fold: tuple[np.ndarray, np.ndarray], name: str) -> Frame:
    known, asked = fold
    said = nearest(values[None], known, asked)[0]
    shown = max(LENGTH, int(asked.max()) + 1)
    sheet = Sheet(times[:shown], values[:shown], (0, LENGTH + BLOCK - 1), room=0)
    sheet.curve(times[:shown], values[:shown], "soft faint").points(known, "soft full", 2.2).points(
        asked, "b full", 3.2
    )
    for run in np.split(np.arange(len(asked)), np.flatnonzero(np.diff(asked) > 1) + 1):
        if len(run) > 1:
            sheet.curve(asked[run], said[run], "a thick")
    for px, py in sheet.place(asked, said):
        sheet.drawing.circle(px, py, 2.2, "a full")
    sheet.drawing.line(*sheet.place([LENGTH - 0.5], [sheet.low])[0], *sheet.place([LENGTH - 0.5], [sheet.high])[0],
                       "soft dashed")  # fmt: skip
    error = digits(float(((said - values[asked]) ** 2).mean()))
    return Frame(str(sheet), t("{name}: {a} values known, error {error} on the {b} asked for.", name=name, a=len(known),
                               b=len(asked), error=error))  # fmt: skip


def tell_time(setup: Setup, told: bool) -> None:
    if not told:
        return
    found = foretold(setup)
    names = (t("shuffled folds"), t("folds in the order of time"), t("the next {n} points", n=BLOCK))
    rows = [[name, digits(mean), digits(one[0])]
            for name, mean, one in zip(names, found.means(), found.errors, strict=True)]  # fmt: skip
    table([t("error"), t("mean over {n} series", n=len(found.series)), t("this series")], rows)
    shuffled, _, future = found.means()
    said = [t("Shuffled folds promise less error than came in {share:.0%} of the series.", share=found.fooled())]
    if future > CLEARLY * shuffled:
        said.append(t("Each value that is asked for has its neighbors among the known ones, before and after it: the "
                      "error comes out {times:.1f} times too low. In the future there is no after.",
                      times=future / shuffled))  # fmt: skip
    else:
        said.append(t("Without memory, neighbors know nothing of each other: there the order of time does not matter."))
    st.markdown(bullets(*said))
