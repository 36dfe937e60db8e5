"""The activations page without a browser: what it opens with, its questions, each control, honest words, bad input."""

import re
from itertools import product

import numpy as np
import plotly.graph_objects as go
import pytest

from optim_viz.labs import deep
from optim_viz.labs.deep import INITS, NAMES
from optim_viz.labs.deep.backward import KINDS, SEEDS
from optim_viz.ui import activations, vanishing
from optim_viz.ui.activations import Setup
from optim_viz.ui.said import brief, middle, unbroken
from tests.pages import charts, controls, link, move, said, strips, unfold, visitor

FILE = "pages/activations.py"
visit = visitor(FILE)
QUESTION = {"curve": "ac.row", "depth": "ac.deepest", "dead": "ac.killed", "mean": "ac.sided", "softmax": "ac.hot"}


def answered(view, guess="show", **more):
    return visit({"ac.view": view, QUESTION[view]: guess, **more})


def tables(app):
    """First cell -> the others, for each table on the page."""
    found = []
    for text in said(app, "markdown"):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
        if rows:
            found.append({row[0]: row[1:] for row in rows[2:]})
    return found


def all_words(app):
    return "\n".join(said(app, "markdown", "caption", "info", "success", "warning", "error"))


@pytest.mark.parametrize(("view", "right", "wrong"), [
    ("curve", "hardly", "some"), ("depth", "none", "part"), ("dead", "1.0", "never"), ("mean", "all", "half"),
    ("softmax", "even", "one"),
])  # fmt: skip
def test_every_view_opens_with_a_picture_and_a_question(view, right, wrong):
    """No complaint, one picture with words for those who cannot see it; the rest after a guess, judged by numbers."""
    app = visit({"ac.view": view})
    assert said(app, "warning", "error", "success", "info") == []
    assert (len(charts(app)), len(strips(app))) == ((0, 1) if view == "curve" else (1, 0))
    assert all(len(chart.proto.alt) > 20 for chart in app.get("plotly_chart"))
    cells, parts = len(next(iter(tables(app)[0].values()))), len(tables(app))
    move(app, QUESTION[view], right)
    assert said(app, "success")[0].startswith("**Right.**")
    assert len(charts(app)) == {"curve": 0, "mean": 1}.get(view, 2)
    told = (len(next(iter(tables(app)[0].values()))), len(tables(app)))
    assert told == {"curve": (cells + 1, 1), "depth": (cells, 2), "mean": (cells + 1, 1)}.get(view, (cells, parts))
    move(app, QUESTION[view], wrong)
    verdict = said(app, "warning")[0]
    assert verdict.startswith("**Not this time")
    assert re.search(r"\d", verdict.split("**")[2])
    if view == "curve":  # another function is another question, another input is not
        assert said(move(app, "ac.z", 4.0), "warning")
        assert not said(move(app, "ac.kind", "tanh"), "warning")


@pytest.mark.parametrize(("kind", "right"), [("step", "none"), ("tanh", "all"), ("relu", "all"), ("sigmoid", "hardly")])
def test_ten_slopes_in_a_row(kind, right):
    """What is left of 1: the largest slope to the tenth power."""
    assert activations._through(kind)[0] == right
    assert activations._through("sigmoid")[1] == "0.25¹⁰ = 9.54e−7"


def test_the_table_of_functions_is_computed():
    """Value, slope, largest slope and power of each at z = −1, exactly."""
    rows = tables(answered("curve", **{"ac.z": "-1"}))[0]
    for kind, name in NAMES.items():
        value, slope = deep.at(kind, -1.0)
        cells = rows[str(name)]
        assert cells[:3] == [brief(value, 3), brief(slope, 3), brief(deep.curve(kind).steepest)]
        assert cells[4] == brief(slope**10)
    assert rows["sigmoid"][3] == "z ≤ −3.65, z ≥ 3.65"
    assert rows["step function"][3] == "everywhere"
    assert rows["ReLU"][3] == "z ≤ 0"


def test_the_bound_of_sigmoid_is_drawn():
    """A line at 0.25 on the slope; among the gradients one that falls by 1/4 per layer."""
    (frames,) = strips(visit())
    assert all("largest slope 0.25" in picture for picture, _ in frames)
    drawn = go.Figure(charts(visit({"ac.view": "depth"}))[0])
    quarter = drawn.data[-1]
    low, high = (float(v) for v in quarter.y)
    assert high / low == pytest.approx(4**9)


def test_the_input_runs_from_left_to_right_and_comes_to_the_chosen_one():
    """Every frame says value and slope at its input, exactly; the last is that of the control, all of it drawn."""
    (frames,) = strips(visit({"ac.z": "-1.5", "ac.kind": "tanh"}))
    inputs = [*np.arange(-8, 8.1, 0.25).tolist(), -1.5]
    assert len(frames) == len(inputs)
    for (_, told), z in zip(frames, inputs, strict=True):
        value, slope = deep.at("tanh", z)
        numbers = f"z = {z:.2f}: the value is {value:.2f}, the slope {slope:.2f}, {slope:.0%} of the largest."
        assert told == numbers.replace("-", "−")
    slopes = [re.search(r'class="b thick dashed empty" points="(.*?)"', picture)[1] for picture, _ in frames]
    drawn = [len(points.split()) for points in slopes]
    assert drawn[:-1] == sorted(drawn[:-1])
    assert drawn[0] < drawn[32] < drawn[-2] == drawn[-1] == 2 * 129
    assert all("of the largest" not in told for _, told in strips(visit({"ac.kind": "step"}))[0])


def test_gradients_on_the_page_are_those_measured():
    """At 20 layers: each row of the table, layer 1 against layer 20, and the words on sigmoid."""
    app = answered("depth", **{"ac.depth": "20"})
    found = deep.gradients(INITS["xavier"], 20)
    rows, pairs = tables(app)
    for kind, g in found.items():
        assert rows[str(NAMES[kind])][:2] == [middle(g.left()), brief(float(np.median(g.factor())), 3)]
    assert float(rows["sigmoid"][0].split()[0].replace("−", "-")) < 1e-10
    assert rows["sigmoid"][2] == unbroken("0.236 × 1 = 0.236")
    fifty = {name: vanishing.gradients(name, 50) for name in INITS}
    for kind, (k, name) in product(KINDS, enumerate(INITS)):
        assert pairs[str(NAMES[kind])][k] == brief(float(np.median(fifty[name][kind].left())), 3)
    assert "Within a factor of 10: tanh, Xavier √(1/n);" in all_words(app)
    assert "never above 0.25" in all_words(app)
    assert "above 0.25: the bound" not in all_words(app)


def test_a_factor_above_the_bound_is_said():
    """With σ = 1 the weights outdo the slope: the page says that 0.25 does not bound the gradient."""
    assert "So × 0.79 is above 0.25" in all_words(visit({"ac.view": "depth", "ac.init": "one"}))


def test_gradients_of_weights_have_words_of_their_own():
    """ReLU's layers share alike, tiny or not; no line of the slope's bound."""
    app = visit({"ac.view": "depth", "ac.size": "weights", "ac.init": "small"})
    g = deep.gradients(INITS["small"], 10)["relu"]
    assert f"{middle(g.weights[:, 0])} in layer 1" in all_words(app)
    assert len(tables(app)[0]["ReLU"]) == 2
    assert not any(trace.get("name") == "× ¼ per layer" for trace in charts(app)[0]["data"])


def test_dead_units_on_the_page_are_counted():
    """The table's counts of ReLU, leaky ReLU's none, and after the guess the accuracies."""
    app = answered("dead", **{"ac.bias": "-0.5", "ac.depth": "5"})
    dead = np.stack([p.dead for p in deep.passages("relu", INITS["he"], 5, SEEDS, samples=100, units=50, bias=-0.5)])
    rows = tables(app)[0]
    assert list(rows) == ["1", "3", "5"]
    assert [rows[str(k + 1)][0] for k in (0, 2, 4)] == [middle(50 * dead[:, k]) for k in (0, 2, 4)]
    assert "0% of its units are dead" in all_words(app)
    found = vanishing.deaths("relu")
    assert f"The best accuracy after these steps, {np.median(found.score, axis=1).max():.0%}" in all_words(app)


def test_means_on_the_page_are_measured():
    """Tanh around 0, sigmoid around 0.5; the share of one-sided units is that of the core."""
    app = answered("mean", **{"ac.depth": "20"})
    rows = tables(app)[0]
    for kind in KINDS:
        y = np.stack([p.mean for p in deep.passages(kind, INITS["xavier"], 20, SEEDS, samples=100, units=50)])
        assert rows[str(NAMES[kind])][:2] == [middle(y[:, 0]), middle(y[:, -1])]
    assert [rows[str(NAMES[kind])][2] for kind in KINDS] == ["100%", "0%", "100%", "0%"]


def test_softmax_sums_to_one_whatever_is_turned():
    """The sum said, the shares of sigmoid's sentence, and rows of slopes with the sum 0."""
    app = answered("softmax", **{"ac.t": "0.5", "ac.s1": "-3", "ac.s4": "5"})
    shares = deep.shares(np.array([-3.0, 1, 0, 5]), 0.5)
    words = all_words(app)
    assert " + ".join(f"{v:.4f}" for v in shares) + " = 1.0000" in words
    assert words.count(f"{deep.at('sigmoid', -8.0)[0]:.4f}") >= 2
    assert [row[-1] for row in tables(app)[0].values()] == ["0"] * 4
    assert charts(app)[0]["data"][0]["text"] == [f"{v:.1%}" for v in shares]


def seen(app):
    return charts(app), strips(app), all_words(app)


# control: (view, value)
MOVES = {
    "ac.kind": ("curve", "relu"), "ac.z": ("curve", 0.5), "ac.depth": ("depth", 5), "ac.init": ("depth", "he"),
    "ac.size": ("depth", "weights"), "ac.bias": ("dead", -1.0), "ac.t": ("softmax", 5.0), "ac.s1": ("softmax", 0.0),
    "ac.s2": ("softmax", 3.0), "ac.s3": ("softmax", -1.0), "ac.s4": ("softmax", 4.0), "ac.row": ("curve", "all"),
    "ac.deepest": ("depth", "none"), "ac.killed": ("dead", "0.3"), "ac.sided": ("mean", "all"),
    "ac.hot": ("softmax", "between"),
}  # fmt: skip


@pytest.mark.parametrize("view", activations.VIEWS)
def test_each_control_changes_what_is_seen_and_a_link_restores_it(view):
    """Each moved once: other words or another picture; a fresh session at the last link shows exactly the same."""
    app = unfold(visit({"ac.view": view}))
    mine = {key: value for key, (where, value) in MOVES.items() if where == view}
    left = {"ac.depth", "ac.init"} if view in ("dead", "mean") else set()
    assert controls(app) - {"ac.view"} - left == set(mine)
    for key, value in mine.items():
        before = seen(app)
        move(app, key, value)
        assert seen(app) != before, key
    again = unfold(visit(link(app)))
    assert seen(again) == seen(app)


@pytest.mark.parametrize(("wrong", "times"), [
    ({"ac.z": "9", "ac.kind": "<b>", "ac.row": "7", "ac.view": "no"}, 4),
    ({"ac.view": "depth", "ac.depth": "nan", "ac.init": "xx", "ac.size": ""}, 3),
    ({"ac.view": "softmax", "ac.s1": "1e99", "ac.t": "-1"}, 2),
])  # fmt: skip
def test_bad_links_get_a_sentence(wrong, times):
    """The defaults are shown, with a sentence at each control."""
    app = visit(wrong)
    assert len(said(app, "warning")) == times
    assert all(text.startswith("The link asks this control") for text in said(app, "warning"))
    assert len(charts(app) + strips(app)) == 1


@pytest.mark.parametrize("view", activations.VIEWS)
def test_the_code_runs_and_says_the_same(view, capsys):
    """The notebook code of each view is a script, and prints a number of the page."""
    app = unfold(visit({"ac.view": view}))
    exec(next(iter(said(app, "code"))), {})
    out = capsys.readouterr().out
    expected = {"curve": str(deep.at("sigmoid", Setup.z)[1]), "depth": "sigmoid", "dead": "dead units of 50",
                "mean": "'sigmoid': 1.0", "softmax": str(deep.shares(np.array([2.0, 1, 0, -1])).sum())}  # fmt: skip
    assert expected[view] in out


@pytest.mark.parametrize("view", activations.VIEWS)
def test_it_speaks_korean(view):
    """Question, table and chart are in Korean."""
    app = answered(view, lang="ko")
    frames = " ".join(told for strip in strips(app) for _, told in strip)
    assert not re.search(r"\b(the|layer|units|slope|share|of)\b", all_words(app) + frames)
    titles = [figure["layout"][side]["title"]["text"] for figure in charts(app) for side in ("xaxis", "yaxis")]
    assert not re.search("[a-z]{3}", re.sub("lr", "", " ".join(titles)))
