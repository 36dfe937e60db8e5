"""Losses as curves: what an error costs, and how hard it pulls."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from optim_viz.figures import losses as figures
from optim_viz.labs.losses import Shape, of_error, of_score
from optim_viz.nn.losses import Loss
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import digits, predict, table
from optim_viz.ui.losses import PREFIX, REGRESSION, made, picked
from optim_viz.ui.said import bullets
from optim_viz.ui.state import quiet
from optim_viz.words import Text

ERRORS, SCORES = np.linspace(-6, 6, 121), np.linspace(-6, 6, 121)
PLACES = tuple(float(v) for v in np.arange(-6, 6.5, 0.5))
RESTS, OTHERS, CLASSES = (0.0, 0.5, 1.0, 2.0, 3.0), (0, 1, 4, 9, 49), (2, 3, 10, 100)
FROM, TO = 2.0, 4.0  # the error of the question


@dataclass(frozen=True)
class Setup:
    """The losses over the error of one sample among `others` of ±`rest`, read at `at`; cross-entropy of `classes`."""

    losses: tuple[tuple[str, Loss], ...]
    at: float
    rest: float
    others: int
    classes: int
    delta: float

    def shape(self, name: str, errors: np.ndarray = ERRORS) -> Shape:
        return of_error(made(name, self.delta), errors, self.rest, self.others)


def controls() -> Setup:
    """The losses and the sample that moves; the batch around it folded."""
    losses = picked("curves")
    delta = next((loss.delta for loss in losses.values() if hasattr(loss, "delta")), None)  # type: ignore[attr-defined]
    at = choice(t("Error, or score, of the sample"), f"{PREFIX}at", PLACES, 2.0)
    classes = choice(t("Classes of the cross-entropy"), f"{PREFIX}classes", CLASSES, 3)
    rest, others = 1.0, 9
    with st.expander(t("The other samples"), key=f"{PREFIX}more", on_change="rerun") as box:
        if box.open or not (quiet(f"{PREFIX}rest", rest) and quiet(f"{PREFIX}others", others)):
            others = choice(t("Other samples in the batch"), f"{PREFIX}others", OTHERS, others)
            rest = choice(t("Size of their errors"), f"{PREFIX}rest", RESTS, rest)
    return Setup(tuple(losses.items()), at, rest, others, classes, delta or st.session_state.get(f"{PREFIX}delta", 1.0))


def stage(setup: Setup) -> bool:
    """The losses; after the question, their pulls; the answer whether it was given."""
    shapes = {name: setup.shape(name) for name, _ in setup.losses}
    bent = {"CrossEntropy": of_score(SCORES, setup.classes)}
    _pair(setup, shapes, bent, "value")
    options = {name: Text(name) for name in REGRESSION}
    asked = t("The error of the sample doubles, from 2 to 4. Whose pull doubles with it?")
    told = predict(f"{PREFIX}curves.guess", asked, options, partial(_truth, setup))
    if told:
        _pair(setup, shapes, bent, "pull")
    return told


def _pair(setup: Setup, shapes: dict[str, Shape], bent: dict[str, Shape], what: str) -> None:
    said = {
        "value": (Text("Losses over the error of one sample"), Text("Cross-entropy over the score of the true class")),
        "pull": (Text("Pulls over the error of one sample"), Text("Pull of cross-entropy over the score")),
    }[what]
    with st.container(key="curves" if what == "value" else "curves2"):
        for lines, kind, alt in ((shapes, "error", said[0]), (bent, "score", said[1])):
            build = partial(figures.curves, lines, what, setup.at, axis_title=kind)
            chart(f"{PREFIX}{what}.{kind}", build, t(alt), figures.TEXTS, (setup, kind))


def _truth(setup: Setup) -> tuple[str, str]:
    """The pulls at both errors, and who doubled."""
    pulls = {name: setup.shape(name, np.array([FROM, TO])).pull for name in REGRESSION}
    growth = {name: float(b / a) for name, (a, b) in pulls.items()}
    right = min(growth, key=lambda name: abs(growth[name] - 2))
    told = ", ".join(f"{name} {digits(a)} → {digits(b)}" for name, (a, b) in pulls.items())
    return right, t("The pulls at 2 and at 4: {pulls}.", pulls=told)


def words(setup: Setup, told: bool) -> None:
    """The numbers at the chosen error; what pulls how hard once the question is answered."""
    rows = []
    for name, _ in setup.losses:
        shape = setup.shape(name, np.array([setup.at]))
        rows.append([name, digits(shape.value[0]), digits(shape.pull[0]) if told else "?"])
    score = of_score(np.array([setup.at]), setup.classes)
    rows.append(["CrossEntropy", digits(score.value[0]), digits(score.pull[0]) if told else "?"])
    head = [t("Loss"), t("loss at {at}", at=digits(setup.at)), t("pull there")]
    said = [_batch(setup), *(_pulls(setup) if told else [])]
    table(head, rows)
    st.markdown(bullets(*said))


def _batch(setup: Setup) -> str:
    if not setup.others:
        return t("One sample alone: its RMSE is its MAE, |e|.")
    return t("One sample among {others} more with errors of ±{rest}. Its pull is the gradient of the loss in its "
             "output, times the number of samples.", others=setup.others, rest=digits(setup.rest))  # fmt: skip


def _pulls(setup: Setup) -> list[str]:
    far = {name: float(np.abs(setup.shape(name).pull).max()) for name in REGRESSION}
    score = of_score(np.array([-6.0, 6.0]), setup.classes).pull
    return [
        t("Largest pull up to an error of 6: MSE {mse}, RMSE {rmse}, MAE {mae}, Huber {huber}.",
          **{name.lower(): digits(value) for name, value in far.items()}),
        t("Cross-entropy pulls with {wrong} where the score of the true class is −6, and with {right} where it is 6: "
          "never more than 1, and almost nothing once the answer is right.", wrong=digits(score[0]),
          right=digits(score[1])),
    ]  # fmt: skip


def code(setup: Setup, told: bool) -> str:
    """The two pictures of the losses in a notebook."""
    losses = ", ".join(f'"{name}": {loss!r}' for name, loss in setup.losses)
    return f"""import numpy as np
from optim_viz.figures import losses as figures
from optim_viz.labs.losses import of_error, of_score
from optim_viz.nn.losses import *

losses, errors = {{{losses}}}, np.linspace(-6, 6, 121)
shapes = {{name: of_error(loss, errors, rest={setup.rest!r}, others={setup.others}) for name, loss in losses.items()}}
figures.curves(shapes, "value", {setup.at!r}).show()
figures.curves(shapes, "pull", {setup.at!r}).show()

scores = {{"CrossEntropy": of_score(errors, classes={setup.classes})}}
figures.curves(scores, "value", {setup.at!r}, axis_title="score").show()
figures.curves(scores, "pull", {setup.at!r}, axis_title="score").show()
"""
