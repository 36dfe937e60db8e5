"""Perceptron lab: XOR by two layers, and width and depth as numbers of lines."""

from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from optim_viz.experiments.arms import seconds
from optim_viz.figures import lines as charts
from optim_viz.figures import perceptron as drawings
from optim_viz.labs.perceptron import BY_HAND, CORNERS, GATES, TWO_LAYERS, every_table, gate, wide
from optim_viz.labs.perceptron.line import best as best_line
from optim_viz.ui import cached, jobs, strip
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice, whole
from optim_viz.ui.i18n import language, t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.perceptron import PREFIX, told
from optim_viz.ui.state import among, bound, named
from optim_viz.ui.strip import Frame
from optim_viz.words import Text

UNITS = ("AND", "OR", "NAND")
PROBLEMS = {"corners": Text("XOR, four corners"), "xor": Text("XOR, clouds"), "circles": Text("Two circles"),
            "moons": Text("Two moons"), "spiral": Text("Spiral")}  # fmt: skip
_FRAMES, _RUNS = cached.Bounded(64), cached.Bounded(64)
DESK = jobs.Desk("wide")


def xor_view(stage: Any, panel: Any, words: Any) -> Callable[[], dict[str, Any]]:
    """What no line can do, searched through, and the two layers that can."""
    with panel:
        names = []
        for k, label in enumerate((t("first unit s₁"), t("second unit s₂"), t("last unit y"))):
            names.append(bound(st.segmented_control, label, f"{PREFIX}unit{k}", among(UNITS), options=UNITS,
                               default=TWO_LAYERS[k], required=True))  # fmt: skip
    lines, targets = tuple(BY_HAND[name] for name in names), GATES["XOR"]
    answers = gate(CORNERS, lines)
    with stage:
        strip.play(_FRAMES.make((*names, language()), lambda: _two_layers(names, answers)), key=f"{PREFIX}layers")
    with words:
        rows = [[f"{a:g}, {b:g}", str(one), str(two), str(out), f"{target} {'✓' if out == target else '✗'}"]
                for (a, b), one, two, out, target in zip(CORNERS.tolist(), answers.one, answers.two, answers.out,
                                                         targets, strict=True)]  # fmt: skip
        table(["x₁, x₂", f"s₁ = {names[0]}", f"s₂ = {names[1]}", f"{names[2]}(s₁, s₂)", "XOR"], rows)
        right = int((answers.out == targets).sum())
        told(t("These three lines give {n} of the 4 corners of XOR.", n=right))
        choices = {"2": Text("two"), "3": Text("three"), "4": Text("all four")}
        if predict(f"{PREFIX}xor", t("And a single line: how many corners of XOR can the best one get right?"), choices,
                   _one_line):  # fmt: skip
            _all_tables()
    return lambda: {"names": names}


def _two_layers(names: list[str], answers: Any) -> list[Frame]:
    lines, targets = tuple(BY_HAND[name] for name in names), GATES["XOR"]
    right = int((answers.out == targets).sum())
    pairs = " ".join(f"({a}, {b})" for a, b in sorted({*zip(answers.one.tolist(), answers.two.tolist(), strict=True)}))
    said = [
        t("XOR: 1 where exactly one input is 1. One line would have to keep two opposite corners apart from the two "
          "others."),
        t("The first unit of the first layer, {name}, draws one line.", name=names[0]),
        t("The second, {name}, draws another.", name=names[1]),
        t("Their answers (s_{{1}}, s_{{2}}) are new coordinates: the four corners land on {pairs}.", pairs=pairs),
        t("There a third line, {name}, has to tell them apart.", name=names[2]),
        t("Two layers, {n} of 4 right.", n=right),
    ]  # fmt: skip
    return [Frame(drawings.layers(CORNERS, targets, lines, answers, k, names), text) for k, text in enumerate(said)]


def _one_line() -> tuple[str, str]:
    most, _, tried = best_line(GATES["XOR"])
    return str(most), t("{most} of 4. The search was complete: {tried} lines stand for all lines there are, and none "
                        "gets more.", most=most, tried=tried)  # fmt: skip


def _all_tables() -> None:
    found = every_table()
    strip.play([Frame(drawings.tables(found, CORNERS, [GATES["XOR"]]),
                      t("All 16 ways to answer for four corners. One line can do {n}; in red are the others: XOR "
                        "(dashed) and its opposite.", n=len(found)))], key=f"{PREFIX}tables")  # fmt: skip
    st.markdown(t("Why: XOR asks for"))
    st.latex(r"\begin{aligned} b &\le 0, & w_1 + w_2 + b &\le 0, \\ w_1 + b &> 0, & w_2 + b &> 0 \end{aligned}")
    st.markdown(t("The upper two add up to w₁ + w₂ + 2b ≤ 0, the lower two to w₁ + w₂ + 2b > 0. Both cannot be."))


def width_view(stage: Any, panel: Any, words: Any) -> Callable[[], dict[str, Any]]:
    """Networks of any width and depth on a problem, trained at once; all of them on the button."""
    with panel:
        name = named(st.selectbox, t("Problem"), f"{PREFIX}problem", PROBLEMS, "corners")
        width = choice(t("Units in a hidden layer (width)"), f"{PREFIX}width", wide.WIDTHS, 2)
        depth = choice(t("Hidden layers (depth)"), f"{PREFIX}depth", wide.DEPTHS, 1)
        seed = whole(t("Seed"), f"{PREFIX}seed", 0, wide.SEEDS - 1, t("One of eight draws of the first weights."))
        DESK.row(t("Try every width and depth"), DESK.cost(name, lambda: _census_cost(name)),
                 lambda: _census_job(name), ("census", "censusstop"))  # fmt: skip
    history = _trained(name, width, depth)
    with stage:
        seen = (name, width, depth, seed, language())
        strip.play(_FRAMES.make(seen, lambda: _training(history, name, seed)), key=f"{PREFIX}training", pace=0.2)
    with words:
        _width_words(history, name, width, depth)
    return lambda: {"name": name, "width": width, "depth": depth, "seed": seed}


def _trained(name: str, width: int, depth: int) -> Any:
    return _RUNS.make((name, width, depth), lambda: wide.trained(name, width, depth))


def _training(history: Any, name: str, seed: int) -> list[Frame]:
    (X, y), film = wide.problem(name), wide.film(history, seed)
    return [Frame(drawings.boundary(film.share[k], film.lines[k], X, y, wide.SIDE),
                  t("Epoch {epoch}: loss {loss:.3g}, {share:.0%} right. Dashed: the lines of the first layer.",
                    epoch=int(step), loss=film.loss[k], share=film.score[k]))
            for k, step in enumerate(film.steps)]  # fmt: skip


def _width_words(history: Any, name: str, width: int, depth: int) -> None:
    n = wide.SEEDS
    told(t("{width} units in the first hidden layer draw {width} lines; the next layers combine them. {count} "
           "parameters in all.", width=width, count=history.net.parameter_count))  # fmt: skip
    choices = {"none": Text("none"), "some": Text("some"), "all": Text("all eight")}
    question = t("Of eight networks with {width} units per hidden layer and depth {depth}, how many solve it?", width=2,
                 depth=depth)  # fmt: skip
    if predict(f"{PREFIX}some", question, choices, partial(_some, name, depth), (name, depth)):
        runs = {w: _trained(name, w, depth) for w in wide.WIDTHS}
        told(t("Of eight draws of its first weights, the network above solves it {k} times.", k=wide.solved(history)))
        table([t("width"), *map(str, runs)], [[t("solved"), *(f"{wide.solved(h)}/{n}" for h in runs.values())],
              [t("parameters"), *(str(h.net.parameter_count) for h in runs.values())]])  # fmt: skip
        st.caption(t("Solved: at least {share:.0%} right after {epochs} epochs of Adam with all points in one batch.",
                     share=wide.SOLVED, epochs=wide.EPOCHS))  # fmt: skip
    found = DESK.result
    if found is not None and found[0] == name:
        solved = found[1]
        chart(f"{PREFIX}census", partial(charts.census, solved, n, wide.WIDTHS, wide.DEPTHS),
              t("How many of eight runs solve the problem, by width and depth."), charts.TEXTS,
              (name, solved.tobytes()))  # fmt: skip
        told(*_census_words(solved))


def _some(name: str, depth: int) -> tuple[str, str]:
    count = wide.solved(_trained(name, 2, depth))
    kind = "none" if not count else "all" if count == wide.SEEDS else "some"
    return kind, t("{k} of {n}.", k=count, n=wide.SEEDS)


def _census_words(solved: np.ndarray) -> list[str]:
    """What the table of all widths and depths says about both."""
    by_width, by_depth = solved.sum(axis=0), solved.sum(axis=1)
    whole, n = wide.SEEDS * len(wide.DEPTHS), wide.SEEDS * len(wide.WIDTHS)
    best, last = int(by_depth.argmax()), len(wide.DEPTHS) - 1
    said = [t("Width: with {a} unit {x} of {whole} runs solve it, with {b} units {y}.", a=wide.WIDTHS[0],
              b=wide.WIDTHS[-1], x=by_width[0], y=by_width[-1], whole=whole)]  # fmt: skip
    if by_depth[best] > by_depth[last]:
        said.append(t("Depth: with {a} hidden layers {x} of {n} runs solve it, with {b} only {y}: more freedom, and "
                      "harder to train.", a=wide.DEPTHS[best], b=wide.DEPTHS[last], x=by_depth[best],
                      y=by_depth[last], n=n))  # fmt: skip
    else:
        said.append(t("Depth: on this problem the deepest networks are solved as often as any, {x} of {n} runs.",
                      x=by_depth[last], n=n))  # fmt: skip
    return said


def _census_cost(name: str) -> float:
    """Seconds, by the smallest and the largest network."""
    ends = [wide.arm(name, wide.WIDTHS[k], wide.DEPTHS[k]) for k in (0, -1)]
    return seconds(ends) / 2 * len(wide.WIDTHS) * len(wide.DEPTHS)


def _census_job(name: str) -> jobs.Job:
    def work() -> Generator[float | tuple[str, np.ndarray], None, None]:
        for event in wide.census(name):
            yield (name, event) if isinstance(event, np.ndarray) else event

    return jobs.Job(work(), lambda: t("Training {n} networks …", n=len(wide.WIDTHS) * len(wide.DEPTHS) * wide.SEEDS))
