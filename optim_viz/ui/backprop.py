"""Backpropagation lab: the views, and the graph of a formula a person types, forward and back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from optim_viz.figures import graphs as drawings
from optim_viz.figures.text import short
from optim_viz.formula import MAX_CHARACTERS, FormulaError, latex
from optim_viz.labs.backprop import graph as graphs
from optim_viz.labs.backprop.knots import Graph, Run
from optim_viz.labs.backprop.written import Step, caption, equations, named, steps
from optim_viz.ui import cached, state, strip
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import language, t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.mistakes import point_at
from optim_viz.ui.said import bullets
from optim_viz.ui.state import bound, put, steady
from optim_viz.ui.strip import Frame
from optim_viz.words import Text

PREFIX = "bp."
VIEWS = {"graph": Text("Formula"), "net": Text("Network"), "check": Text("Check"),
         "split": Text("3 : 2"), "cost": Text("Cost")}  # fmt: skip
GRID = tuple(sorted({k / 2 for k in range(-10, 11)} | {0.1, 1.1, 10.0, 20.0, 50.0, 100.0, 150.0, 200.0}))
NUDGE = 1e-3
TIE, UP, DOWN, STILL = "tie", "up", "down", "still"
_FORMULA, _GOOD = f"{PREFIX}formula", "_bp_good"
_FRAMES = cached.Bounded(64)


@dataclass(frozen=True)
class Example:
    """A formula worth following, with the values its letters start from."""

    name: Text
    formula: str
    values: tuple[float, ...]


EXAMPLES = {
    "error": Example(Text("Squared error"), "(w*x + b - t)^2", (2, 3, 1, 4)),
    "apples": Example(Text("Apples and oranges"), "(a*n + o*m)*t", (100, 2, 150, 3, 1.1)),
    "neuron": Example(Text("Sigmoid neuron"), "1/(1 + exp(-(w*x + b)))", (2, -1, 3)),
    "relu": Example(Text("ReLU neuron"), "v*max(0, w*x + b)", (2, 1, -1, 0.5)),
    "twice": Example(Text("A letter used twice"), "x*y + x^2", (3, -2)),
}
LANDING = EXAMPLES["error"]
_USUAL = dict(zip("wxbt", LANDING.values, strict=True))  # what a letter starts from; others from 1


def view() -> str:
    """Which part of the page is shown; the others cost nothing."""
    return state.named(st.segmented_control, t("View"), f"{PREFIX}view", VIEWS, "graph", required=True,
                       label_visibility="collapsed")  # fmt: skip


def play(frames: Sequence[Frame], key: str, lines: Callable[[int], Sequence[str]], back: bool) -> None:
    """A strip, and under it the equations of the frame on show; while it plays only these run again.

    On the way `back` they take more room, which is kept free all the time.
    """
    room = "chain" if back else "line"

    @st.fragment
    def played() -> None:
        def heard(step: int) -> None:
            st.session_state[f"_{key}_at"] = step

        strip.play(frames, key=key, on_step=heard)
        at = min(st.session_state.get(f"_{key}_at", 0), len(frames) - 1)
        shown = r"\\[0.4em]".join(lines(at))
        with st.container(key=f"{PREFIX}{room}"):
            if shown:
                st.latex(rf"\begin{{aligned}}{shown}\end{{aligned}}")

    played()


# --- the formula


def graph_view(stage: Any, panel: Any, words: Any) -> Callable[[], str]:
    """A formula as a graph: forward, a prediction, then back."""
    with panel:
        made, values = _settings()
    run = made.run(values)
    with stage:
        strip_at, asked = st.container(), st.container()
    with asked:
        told = _defined(made, run) and _predicted(made, run)
    with strip_at:
        moments = steps(made, told)
        play(_frames(made, run, moments, values), f"{PREFIX}graph", lambda at: equations(made, run, moments[at]), told)
    if told:
        with words:
            _words(made, run, values)
    return lambda: _code(made, values)


def _settings() -> tuple[Graph, dict[str, float]]:
    with steady():
        _examples()
        text = bound(
            st.text_input, t("f ="), _FORMULA, lambda text: len(text) <= MAX_CHARACTERS, value=LANDING.formula,
            max_chars=MAX_CHARACTERS,
            help=t("Numbers, single letters, + − * / ^, and functions such as exp, log, sin, tanh, sqrt, max."),
        )  # fmt: skip
        made = _read(text)
        st.latex(f"f = {latex(made.formula)}")
        values = {letter: choice(letter, f"{PREFIX}{letter}", GRID, float(_USUAL.get(letter, 1)))
                  for letter in made.letters}  # fmt: skip
    return made, values


def _read(text: str) -> Graph:
    try:
        made = graphs(text)
    except FormulaError as wrong:
        point_at(text, wrong, t("The picture still shows the last formula that worked."))
        return graphs(st.session_state.get(_GOOD, LANDING.formula))
    st.session_state[_GOOD] = text
    return made


def _examples() -> None:
    """A pill per example, lit while its formula is in the box."""
    text = st.session_state.get(_FORMULA, st.query_params.get(_FORMULA, LANDING.formula))
    st.session_state[f"{PREFIX}example"] = next((k for k, one in EXAMPLES.items() if one.formula == text), None)
    st.pills(t("Formulas to begin with"), tuple(EXAMPLES), format_func=lambda key: t(EXAMPLES[key].name),
             key=f"{PREFIX}example", on_change=_begin)  # fmt: skip


def _begin() -> None:
    key = st.session_state[f"{PREFIX}example"]
    if key is not None:
        one = EXAMPLES[key]
        letters = graphs(one.formula).letters
        put({_FORMULA: one.formula})
        put({f"{PREFIX}{name}": float(v) for name, v in zip(letters, one.values, strict=True)})


def _frames(made: Graph, run: Run, moments: tuple[Step, ...], values: dict[str, float]) -> list[Frame]:
    seen = (made.formula, tuple(values.items()), len(moments), language())
    return _FRAMES.make(seen, lambda: [
        Frame(drawings.frame(made, run, moments, at), _caption(made, run, step)) for at, step in enumerate(moments)
    ])  # fmt: skip


def _caption(made: Graph, run: Run, step: Step) -> str:
    said, name = caption(made, run, step), named(made.knots[step.knot].name)
    if step.phase == "start":
        return t("The letters have values; nothing is computed yet.")
    if step.phase == "forward":
        return t("Forward: {what}", what=said)
    if step.phase == "turn":
        return t("Now back, starting with what f does to itself: {what}", what=said)
    return t("Back through {name}, upstream × local. {what}", name=name, what=said)


def _defined(made: Graph, run: Run) -> bool:
    """Whether there is a gradient at all; a sentence where a value or a slope is not a number."""
    if run.finite:
        return True
    if (run.value != run.value).any() or abs(run.value).max() == float("inf"):
        st.warning(t("At these values not every operation has a finite value, so there is nothing to send back."))
    else:
        st.warning(t("At these values an operation has no finite slope, so no gradient comes back."))
    return False


# --- the prediction, and what came of it


def _predicted(made: Graph, run: Run) -> bool:
    slopes = dict(zip(made.letters, run.gradient, strict=False))
    about = made.formula
    if len(slopes) == 1:
        options = {UP: Text("f grows"), DOWN: Text("f falls"), STILL: Text("f does not move")}
        question = t("{name} grows a little. What does f do?", name=made.letters[0])
        return predict(f"{PREFIX}one", question, options, lambda: _direction(made, run), about)
    options = {**{letter: Text("{name}", name=letter) for letter in slopes}, TIE: Text("several alike")}
    question = t("Which letter moves f most when it moves a little?")
    return predict(f"{PREFIX}most", question, options, lambda: _strongest(slopes), about)


def _direction(made: Graph, run: Run) -> tuple[str, str]:
    slope = float(run.gradient[0])
    kind = UP if slope > 0 else DOWN if slope < 0 else STILL
    return kind, t("The backward pass finds ∂f/∂{name} = {slope}.", name=made.letters[0], slope=short(slope))


def _strongest(slopes: dict[str, float]) -> tuple[str, str]:
    """The letter with the steepest derivative, or that there are several; and all of them."""
    most = max(abs(v) for v in slopes.values())
    best = [name for name, v in slopes.items() if abs(v) >= most * (1 - 1e-9)]
    told = ", ".join(f"∂f/∂{name} = {short(v)}" for name, v in slopes.items())
    return (best[0] if len(best) == 1 else TIE), t("The backward pass finds {what}.", what=told)


def _words(made: Graph, run: Run, values: dict[str, float]) -> None:
    rows = []
    for k, letter in enumerate(made.letters):
        moved = made.run({**values, letter: values[letter] + NUDGE}).value[-1] - run.value[-1]
        rows.append([letter, short(values[letter]), short(run.gradient[k]), short(run.gradient[k] * NUDGE),
                     short(float(moved))])  # fmt: skip
    head = [t("letter"), t("value"), t("derivative of f"), t("predicted change of f"), t("measured change of f")]
    st.markdown(bullets(*_sentences(made, run)))
    table(head, rows)
    st.caption(t("Each letter alone is made larger by {size}: the derivative says by how much f follows.", size=NUDGE))


def _sentences(made: Graph, run: Run) -> list[str]:
    count = len(made.letters)
    told = [t("f = {value}. One way back gave all {n} derivatives; measuring them one by one takes {m} values of f.",
              value=short(run.value[-1]), n=count, m=2 * count)]  # fmt: skip
    for k, letter in enumerate(made.letters):
        users = made.users(k)
        if len(users) > 1:
            parts = [run.sent[u][made.knots[u].inputs.index(k)] for u in users]
            told.append(t("{name} is used {n} times: its parts {parts} add up to {sum}.", name=letter, n=len(users),
                          parts=", ".join(map(short, parts)), sum=short(run.gradient[k])))  # fmt: skip
    silent = [letter for k, letter in enumerate(made.letters) if run.gradient[k] == 0]
    if silent:
        told.append(t("No gradient arrives at {names}: on the way back something was multiplied by 0.",
                      names=", ".join(silent)))  # fmt: skip
    return told


def _code(made: Graph, values: dict[str, float]) -> str:
    from optim_viz.formula import text

    return (
        "import optim_viz as ov\n"
        "from optim_viz.labs.backprop import graph, steps\n"
        "from optim_viz.labs.backprop.written import caption\n\n"
        f"made = graph({text(made.formula)!r})\n"
        f"run = made.run({values!r})\n"
        "for step in steps(made, back=True):\n"
        "    print(step.phase, caption(made, run, step))\n"
        "print(dict(zip(made.letters, run.gradient)))\n"
    )
