"""Perceptron lab: the views, one line by hand and by its rule, and which of three lines is best."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from optim_viz.figures import lines as charts
from optim_viz.figures import perceptron as drawings
from optim_viz.figures.perceptron import signed
from optim_viz.labs.perceptron import BY_HAND, CORNERS, GATES, Line, best, rule
from optim_viz.labs.perceptron.line import Learning
from optim_viz.ui import cached, strip
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import language, t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.said import bullets
from optim_viz.ui.state import among, bound, named, put
from optim_viz.ui.strip import Frame
from optim_viz.words import Text

PREFIX = "pc."
VIEWS = {"line": Text("One line"), "best": Text("Best of three"), "xor": Text("Several lines"),
         "width": Text("Width and depth"), "linear": Text("No activation"), "count": Text("Counting")}  # fmt: skip
WEIGHTS = tuple(k / 10 for k in range(-20, 21))
RATES = (0.1, 0.2, 0.5, 1.0)
SCALE = 2
START = Line(-0.6, 1.1, 0.4)
TASKS = {"fit": Text("fit the points"), "separate": Text("separate two classes")}
SLOPES, HEIGHTS = tuple(k / 10 for k in range(-5, 16)), tuple(k / 10 for k in range(-5, 16))
ANGLES, OFFSETS = tuple(float(a) for a in range(-90, 91, 5)), tuple(k / 10 for k in range(-10, 11))
_FRAMES = cached.Bounded(64)


def view() -> str:
    """Which part of the page is shown; the others cost nothing."""
    return named(st.segmented_control, t("View"), f"{PREFIX}view", VIEWS, "line", required=True,
                 label_visibility="collapsed")  # fmt: skip


def told(*sentences: str) -> None:
    st.markdown(bullets(*sentences))


def line_settings() -> tuple[str, Line, float]:
    """Gate, weights and learning rate."""
    gate = bound(st.segmented_control, t("Gate"), f"{PREFIX}gate", among(GATES), options=tuple(GATES), default="AND",
                 required=True)  # fmt: skip
    values = [choice(label, f"{PREFIX}{key}", WEIGHTS, default) for label, key, default in (
        (t("weight {name}", name="w₁"), "w1", START.w1), (t("weight {name}", name="w₂"), "w2", START.w2),
        (t("bias {name}", name="b"), "b", START.b))]  # fmt: skip
    hand = BY_HAND.get(gate)
    st.button(t("Weights that work"), key=f"{PREFIX}hand", icon=":material/check_circle:", width="stretch",
              disabled=hand is None, on_click=_by_hand, args=(hand,),
              help=t("There are none for XOR: see the view Several lines."))  # fmt: skip
    lr = choice(t("Learning rate"), f"{PREFIX}lr", RATES, 0.2, t("How far the rule moves the weights per mistake."))
    return gate, Line(*values), lr


def _by_hand(line: Line) -> None:
    put({f"{PREFIX}w1": line.w1, f"{PREFIX}w2": line.w2, f"{PREFIX}b": line.b})


def line_view(stage: Any, panel: Any, words: Any) -> Callable[[], dict[str, Any]]:
    """A line by hand, and the perceptron rule going on from it."""
    with panel:
        gate, line, lr = line_settings()
    targets = GATES[gate]
    learning = rule(line, CORNERS, targets, lr)
    with stage, st.container(key="curves"):
        right = line.right(CORNERS, targets)
        said = t("By hand: {n} of the 4 corners of {gate} are right.", n=right, gate=gate)
        strip.play([Frame(drawings.learning(line, CORNERS, targets), said)], key=f"{PREFIX}byhand")
        seen = (gate, line, lr, language())
        strip.play(_FRAMES.make(seen, lambda: _lesson(learning, gate)), key=f"{PREFIX}rule")
    with words:
        _line_words(gate, line, learning)
    return lambda: {"gate": gate, "line": line, "lr": lr}


def _lesson(learning: Learning, gate: str) -> list[Frame]:
    """The rule, one frame per mistake it learns from."""
    targets, first = GATES[gate], learning.looks[0].before
    frames = [Frame(drawings.learning(first, CORNERS, targets),
                    t("The rule starts from your weights. Red rings: wrong answers."))]  # fmt: skip
    for look in [look for look in learning.looks if look.changed][: strip.MOST - 2]:
        x1, x2 = CORNERS[look.point]
        said = t("Pass {turn}: ({x1:g}, {x2:g}) should give {target}, not {said}. w_{{1}} = {a}, w_{{2}} = {b}, "
                 "b = {c}.", turn=look.turn, x1=x1, x2=x2, target=look.target, said=look.said,
                 a=signed(look.after.w1), b=signed(look.after.w2), c=signed(look.after.b))  # fmt: skip
        picture = drawings.learning(look.after, CORNERS, targets, look.before, look.point)
        frames.append(Frame(picture, said))
    frames.append(Frame(drawings.learning(learning.line, CORNERS, targets), _ending(learning)))
    return frames


def _ending(learning: Learning) -> str:
    if learning.kind == "learned":
        return t("All four corners are right: the rule is done after {turns} passes and {n} corrections.",
                 turns=learning.turns, n=learning.mistakes)  # fmt: skip
    if learning.kind == "circles":
        return t("The weights that pass {a} began with are back after pass {b}: the rule goes round for ever.",
                 a=learning.since, b=learning.turns)  # fmt: skip
    return t("Not done after {turns} passes.", turns=learning.turns)


def _line_words(gate: str, line: Line, learning: Learning) -> None:
    st.latex(r"y = 1 \;\text{if}\; b + w_1 x_1 + w_2 x_2 > 0, \;\text{else}\; 0")
    rows = []
    for (x1, x2), score, said, target in zip(CORNERS.tolist(), line.score(CORNERS).tolist(),
                                             line.says(CORNERS).tolist(), GATES[gate], strict=True):  # fmt: skip
        mark = "✓" if said == target else "✗"
        terms = "".join(f" {'−' if w < 0 else '+'} {signed(abs(w))}·{x:g}" for w, x in ((line.w1, x1), (line.w2, x2)))
        rows.append([f"{x1:g}, {x2:g}", f"{signed(line.b)}{terms} = {signed(score)}", str(said), f"{target} {mark}"])
    table(["x₁, x₂", "b + w₁x₁ + w₂x₂", "y", gate], rows)
    told(_ending(learning), _meaning(line))
    if predict(f"{PREFIX}double", t("Multiply w₁, w₂ and b by {factor}. What happens to the line?", factor=SCALE),
               {"stays": Text("it stays"), "turns": Text("it turns"), "moves": Text("it moves away")},
               partial(_doubled, line), about=None):  # fmt: skip
        st.caption(t("Only the ratios of the three numbers place the line; their size matters as soon as a smooth "
                     "activation function, such as the sigmoid, takes the place of the step."))  # fmt: skip


def _meaning(line: Line) -> str:
    """What the weights and the bias do to this line."""
    if line.w1 == line.w2 == 0:
        return t("Both weights are 0: no input counts, and the unit always gives {y}.", y=int(line.b > 0))
    if 0 in (line.w1, line.w2):
        name = "x₁" if line.w1 == 0 else "x₂"
        return t("The weight of {name} is 0: that input does not count, and the line is parallel to its axis.",
                 name=name)  # fmt: skip
    larger, smaller = sorted(((abs(line.w1), "x₁"), (abs(line.w2), "x₂")), reverse=True)
    more = t("{name} counts {factor} times as much as {other}.", name=larger[1], other=smaller[1],
             factor=f"{larger[0] / smaller[0]:.3g}") if larger[0] > smaller[0] else t(
        "Both inputs count the same.")  # fmt: skip
    places = t("The line crosses the axes at x₁ = {a} and x₂ = {b}; the bias moves these places and leaves the "
               "direction.", a=signed(-line.b / line.w1), b=signed(-line.b / line.w2))  # fmt: skip
    return f"{more} {places}"


def _doubled(line: Line) -> tuple[str, str]:
    other = Line(SCALE * line.w1, SCALE * line.w2, SCALE * line.b)
    same = (other.says(CORNERS) == line.says(CORNERS)).all()
    pairs = ", ".join(f"{signed(a)} → {signed(b)}" for a, b in zip(
        line.score(CORNERS).tolist(), other.score(CORNERS).tolist(), strict=True))  # fmt: skip
    return "stays" if same else "moves", t("Every sum is multiplied, {pairs}, and no sign changes, so no answer "
                                           "changes.", pairs=pairs)  # fmt: skip


def best_view(stage: Any, panel: Any, words: Any) -> Callable[[], dict[str, Any]]:
    """Three lines, and the loss that says which is best."""
    with panel:
        task = named(st.segmented_control, t("What the line is for"), f"{PREFIX}task", TASKS, "fit", required=True)
        first, second = best.LINES[task][2]
        if task == "fit":
            mine = (choice(t("slope of line C"), f"{PREFIX}slope", SLOPES, first),
                    choice(t("height of line C"), f"{PREFIX}height", HEIGHTS, second))  # fmt: skip
        else:
            mine = (choice(t("angle of line C"), f"{PREFIX}angle", ANGLES, first, t("In degrees.")),
                    choice(t("place of line C"), f"{PREFIX}offset", OFFSETS, second,
                           t("Its distance from the middle.")))  # fmt: skip
        st.button(t("Put C where the loss is lowest"), key=f"{PREFIX}lowest", icon=":material/south:",
                  width="stretch", on_click=_put_best, args=(task,))  # fmt: skip
    with stage:
        shown = predict(f"{PREFIX}which.{task}", t("Which of the three lines has the lowest loss, where C stands at "
                                                   "first?"),
                        {name: Text(name) for name in charts.NAMES}, partial(_lowest, task))  # fmt: skip
        with st.container(key="curves"):
            chart(f"{PREFIX}lines", partial(charts.lines, task, mine), t("The points and the lines A, B and C."),
                  charts.TEXTS, (task, mine))  # fmt: skip
            if shown:
                chart(f"{PREFIX}bowl", partial(charts.bowl, task, mine), t("The loss of line C over its slope or "
                      "angle: a bowl with one lowest place."), charts.TEXTS, (task, mine))  # fmt: skip
    with words:
        if shown:
            _best_words(task, mine)
        else:
            st.caption(t("Answer first; then the losses are shown."))
    return lambda: {"task": task, "mine": mine}


def _nearest(options: Sequence[float], value: float) -> float:
    return min(options, key=lambda option: abs(option - value))


def _put_best(task: str) -> None:
    (a, b), _ = best.optimum(task)
    names, grids = (("slope", "height"), (SLOPES, HEIGHTS)) if task == "fit" else (
        ("angle", "offset"), (ANGLES, OFFSETS))  # fmt: skip
    put({f"{PREFIX}{name}": _nearest(grid, value) for name, grid, value in zip(names, grids, (a, b), strict=True)})


def _lowest(task: str) -> tuple[str, str]:
    scores = best.losses(task, best.LINES[task][2])
    numbers = ", ".join(f"{name} {scores[name].loss:.3g}" for name in charts.NAMES)
    measure = {"fit": t("Mean squared error"), "separate": t("Cross-entropy")}[task]
    return best.lowest(scores), f"{measure}: {numbers}."


def _best_words(task: str, mine: tuple[float, float]) -> None:
    scores = best.losses(task, mine)
    names = {**{name: name for name in charts.NAMES}, "best": t("the best of all lines")}
    head = {"fit": [t("Line"), t("mean squared error"), t("mean absolute error")],
            "separate": [t("Line"), t("cross-entropy"), t("mistakes")]}[task]  # fmt: skip
    form = "{:.3g}" if task == "fit" else "{:.0f}"
    table(head, [[names[k], f"{s.loss:.3g}", form.format(s.other)] for k, s in scores.items()])
    winner, floor = best.lowest(scores), scores["best"].loss
    said = [t("Of the three, {name} has the lowest loss, {low:.3g}; the best line of all has {floor:.3g}.",
              name=winner, low=scores[winner].loss, floor=floor)]  # fmt: skip
    alike = [name for name in charts.NAMES if scores[name].other == 0]
    if task == "separate" and len(alike) > 1:
        said.append(t("{names}: no mistake at all. Counting mistakes cannot tell these lines apart; the loss can, "
                      "because it also asks how far each point lies from the line.",
                      names=", ".join(alike)))  # fmt: skip
    if task == "fit":
        said.append(t("Each red line is an error of C. Their squares are averaged, so one long one weighs more than "
                      "two of half its length."))  # fmt: skip
    told(*said)
