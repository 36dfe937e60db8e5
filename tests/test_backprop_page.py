"""The page Backpropagation, without a browser: what it opens with, predictions, each control, the link, the numbers."""

import re
from itertools import pairwise

import numpy as np
import pytest

from optim_viz.figures.text import short
from optim_viz.labs.backprop import Sharing, Small, check, graph
from optim_viz.labs.perceptron.counting import Price
from optim_viz.ui import backprop as page
from optim_viz.ui import backprop_check, backprop_more, i18n
from tests.pages import link, move, opened, said, strips, unfold, widgets

FILE = "pages/backprop.py"
TOLD = {  # view -> the prediction that opens its second half, and an answer
    "graph": ("bp.most", "x"), "net": ("bp.layer", "first"), "check": ("bp.h", "middle"), "split": ("bp.node", "share"),
    "cost": ("bp.cost", "few"),
}  # fmt: skip


def visit(view="graph", told=True, **more):
    """The page on one of its views, with its prediction answered or not."""
    answer = dict([TOLD[view]]) if told else {}
    app = opened({"bp.view": view, **answer, **{f"bp.{k}": v for k, v in more.items()}}, FILE)
    assert not app.exception
    return app


def frames(app):
    return strips(app)[0]


def captions(app):
    return [words for _, words in frames(app)]


def sentences(app):
    return [line[2:] for text in said(app, "markdown") for line in text.split("\n") if line.startswith("- ")]


def rows(app):
    """The cells of the table."""
    lines = next(text for text in said(app, "markdown") if text.startswith("| ")).split("\n")
    return [
        [cell.strip().replace("−", "-") for cell in line.strip("|").split("|")] for line in lines if "--" not in line
    ]


def verdict(app):
    return next(iter(said(app, "success", "info", "warning")), "")


def charts(app):
    return app.get("plotly_chart")


# --- the formula


def test_it_opens_on_a_forward_pass():
    """Without a word from the person: a graph, its forward pass in numbers, and a question; nothing of the answer."""
    app = opened({}, FILE)
    assert not app.exception
    assert captions(app)[1:] == [
        "Forward: q_{1} = w·x = 2·3 = 6", "Forward: q_{2} = q_{1} + b − t = 6 + 1 − 4 = 3",
        "Forward: q_{3} = q_{2}^{2} = 3^{2} = 9"]  # fmt: skip
    assert any("Which letter moves f most" in text for text in said(app, "markdown"))
    assert sentences(app) == []
    assert said(app, "warning", "error", "success", "info") == []


def test_the_answer_opens_the_way_back():
    """18, 12, 6 and −6: told, drawn and measured; a right guess and a wrong one are told apart."""
    app = move(opened({}, FILE), "bp.most", "x")
    assert "the answer is “w”" in verdict(app)
    assert "∂f/∂w = 18, ∂f/∂x = 12, ∂f/∂b = 6, ∂f/∂t = −6" in verdict(app)
    assert len(frames(app)) == 8
    assert captions(app)[-1] == "Back through q_{1}, upstream × local. w: 6 × 3 = 18; x: 6 × 2 = 12"
    for _, value, slope, predicted, measured in rows(app)[1:]:
        assert float(predicted) == pytest.approx(float(slope) / 1000)
        assert float(measured) == pytest.approx(float(predicted), rel=2e-3)
        assert value
    app = move(app, "bp.most", "w")
    assert verdict(app).startswith("**Right.**")


def test_ties_and_single_letters():
    """Equal slopes are a tie; with one letter the question is up, down or still."""
    assert verdict(visit(formula="x + y", most="tie")).startswith("**Right.**")
    for formula, answer in (("x^2", "up"), ("1/x", "down"), ("max(0, x - 5)", "still")):
        app = visit(formula=formula, one=answer)
        assert verdict(app).startswith("**Right.**"), formula


def test_a_letter_used_twice():
    """The parts that came back, and their sum, in a sentence."""
    app = visit(formula="x*y + x^2", x="3", y="-2")
    assert any(re.search(r"x is used 2 times: its parts −2, 6 add up to 4\.", line) for line in sentences(app))


def test_silent_letters():
    """ReLU stops the derivative: the letters before it get none, and that is said."""
    app = visit(formula="v*max(0, w*x + b)", w="1", x="-1", b="0.5", v="2")
    assert any("No gradient arrives at v, w, x, b" in line for line in sentences(app))


def test_where_there_is_no_gradient():
    """1/x at 0: the forward pass is shown, and a sentence instead of the question."""
    app = visit(told=False, formula="1/x + y", x="0")
    assert "not every operation has a finite value" in verdict(app)
    assert "∞" in captions(app)[1]
    assert not any("Predict" in text for text in said(app, "markdown"))
    assert "no finite slope" in verdict(visit(told=False, formula="sqrt(x) + y", x="0"))


@pytest.mark.parametrize("formula", ["x + ", "f(x)", "3", "x" * 501, "<script>alert(1)</script>", "__import__('os')"])
def test_a_broken_formula_leaves_the_picture(formula):
    """A sentence and a mark at the box; the graph of the last good formula stays, in the session and from a link."""
    app = move(visit(), "bp.formula", "w*x + 1")
    good = frames(app)
    app.session_state["bp.formula"] = formula
    app.run()
    assert not app.exception
    assert frames(app) == good
    assert any("last formula that worked" in text for text in said(app, "caption"))
    assert not any("<script" in text for text in said(app, "markdown", "latex", "caption", "warning"))
    assert len(frames(visit(formula=formula))) == 8


def test_the_formulas_of_a_step():
    """The frame that plays decides which equations are under the picture."""
    app = visit()
    for at, part in ((1, "q_{1} &= w x = 2 \\cdot 3 = 6"), (6, "\\frac{\\partial q_{2}}{\\partial b} &= 1"),
                     (7, "= 6 \\times 3 = 18"), (99, "= 6 \\times 3 = 18")):  # fmt: skip
        app.session_state["_bp.graph_at"] = at
        app.run()
        assert any(part in text for text in said(app, "latex")), at


@pytest.mark.parametrize("key", page.EXAMPLES)
def test_an_example_brings_its_values(key):
    """One click: formula and values of the example, its pill lit, and a link that brings it all back."""
    one = page.EXAMPLES[key]
    app = visit(formula="a*b*c")
    app = move(app, "bp.example", key)
    letters = graph(one.formula).letters
    assert [widgets(app)[f"bp.{letter}"].value for letter in letters] == list(one.values)
    assert widgets(app)["bp.example"].value == key
    run = graph(one.formula).run(dict(zip(letters, one.values, strict=True)))
    assert any(captions(app)[len(graph(one.formula).operations)].endswith(f"= {short(run.value[-1])}") for _ in "1")
    again = opened(link(app), FILE)
    assert frames(again) == frames(app)


def test_every_value_has_a_place_on_its_slider():
    """What examples and letters start from is on the grid."""
    wanted = {float(v) for one in page.EXAMPLES.values() for v in one.values} | {*map(float, page._USUAL.values()), 1.0}
    assert wanted <= set(page.GRID)


# --- the other views


def test_the_network_in_numbers():
    """Five steps forward; after the answer five back, and what one step does is what the engine says."""
    assert len(frames(visit("net", told=False))) == 5
    app = visit("net", hidden="3", x1="0.5", t0="-1", lr="0.05", seed="8", act="tanh")
    small = Small(3, "tanh", (0.5, -2.0), -1.0, 8)
    run, theta = small.run(), small.theta()
    assert len(frames(app)) == 10
    first, second = (float(np.abs(part).max()) for part in (run.dW, run.dv))
    assert f"{short(first)} in the first layer, {short(second)} in the second" in verdict(app)
    after = small.net.loss(theta - 0.05 * run.gradient, *small.data())
    step = next(line for line in sentences(app) if line.startswith("One step"))
    assert f"from {short(run.loss)} to {short(after)}" in step
    assert short(-0.05 * float(run.gradient @ run.gradient)) in step


def test_dead_units_and_too_long_a_step():
    """A ReLU that is off, and a rate that overshoots: both are said exactly when they are so."""
    seen = set()
    for seed, lr in ((0, 1.0), (3, 0.01)):  # all units on and too long a step, one unit off and a short one
        small = Small(2, "relu", (1.0, -2.0), 1.0, seed)
        run = small.run()
        lines = sentences(visit("net", act="relu", lr=f"{lr:g}", seed=str(seed)))
        dead, after = int((run.slope == 0).sum()), small.theta() - lr * run.gradient
        grew = small.net.loss(after, *small.data()) > run.loss
        assert any(line.startswith(f"{dead} of 2 hidden units") for line in lines) == (dead > 0)
        assert any(line.startswith("The loss grew") for line in lines) == grew
        seen |= {("dead", dead > 0), ("grew", grew)}
    assert len(seen) == 4


@pytest.mark.parametrize("case", [("small", "1", "none"), ("small", "1", "bias"), ("digits", "5", "mean"),
                                  ("norm", "20", "none")])  # fmt: skip
def test_the_check_in_numbers(case):
    """The table holds ours, autograd's and twelve numerical derivatives; bold digits are right; the verdict is true."""
    subject, batch, fault = case
    app = visit("check", subject=subject, batch=batch, fault=fault)
    found = check(*backprop_check.material(subject, int(batch), 3), fault=fault, seed=3)
    cells, k = rows(app)[1:], found.steepest
    assert [cell[0] for cell in cells[:2]] == ["ours", "autograd"]
    assert len(cells) == 14
    shown = [float(cell[1].replace("**", "")) for cell in cells]
    np.testing.assert_allclose(shown, [found.ours[k], found.autograd[k], *found.central[:, k]], atol=1e-12)
    for cell in cells:
        bold = re.match(r"\*\*(.*)\*\*", cell[1])
        assert bold is None or f"{found.autograd[k]:.12f}".startswith(bold[1])
    assert len(charts(app)) == 1
    assert any("that agrees" in line for line in sentences(app)) == found.right == (fault == "none")
    assert any("the check has found the mistake" in line for line in sentences(app)) == (fault != "none")
    assert verdict(app).startswith("**Right.**")


def test_a_mistake_that_makes_no_difference():
    """With one sample the sum is the mean: the check passes, and it is said why."""
    app = visit("check", fault="mean")
    assert any("that agrees" in line for line in sentences(app))
    assert any("the sum is the mean" in line for line in sentences(app))


def test_the_valley_comes_after_the_prediction():
    """Before it: ours and autograd's only, no chart."""
    app = visit("check", told=False)
    assert len(rows(app)) == 3
    assert len(charts(app)) == 0


def test_one_image_through_batch_normalization():
    """The network's own sentence, why, and the last good check stays on show."""
    app = visit("check", subject="digits")
    was = rows(app)
    app = move(move(app, "bp.batch", 1), "bp.subject", "norm")
    assert any("one sample" in text for text in said(app, "warning"))
    assert any("a check of 0 against 0 says nothing" in text for text in said(app, "caption"))
    assert len(rows(app)) == len(was) == 15
    assert len(charts(app)) == 1


def test_three_to_two():
    """0.36 and 0.24 in the picture; after the answer 1.8 and 1.2 beside them, as measured."""
    app = visit("split", told=False)
    assert [">0.36<" in picture for ((picture, _),) in strips(app)] == [True]
    app = visit("split")
    assert [">1.8<" in picture for ((picture, _),) in strips(app)] == [False, True]
    assert "error × weight × 0.01" in verdict(app)
    assert "L changes by 0.01845, that is 1.8 per unit of h₁. The share is 0.36" in verdict(app)  # ½(0.63² − 0.6²)
    assert rows(app)[1:] == [["h₁", "0.36", "1.8", "1.8"], ["h₂", "0.24", "1.2", "1.2"]]
    assert any("here share × 5" in line for line in sentences(app))


def test_where_the_picture_breaks():
    """Weights that cancel, a negative sum, a negative share, two outputs, and where both agree."""
    assert any("add up to 0" in line for line in sentences(visit("split", w1="2", w2="-2")))
    lines = sentences(visit("split", w1="1", w2="-3"))
    assert any("w₁ + w₂ = −2 is negative" in line for line in lines)
    assert any("A negative weight" in line for line in lines)
    assert verdict(visit("split", w1="0.5", w2="0.5", node="same")).startswith("**Right.**")
    one = Sharing((0.6, -0.4), ((3.0, 2.0), (1.0, 2.0)))
    angle = np.degrees(np.arccos(one.shares() @ one.gradient() / np.linalg.norm(one.shares()) /
                                 np.linalg.norm(one.gradient())))  # fmt: skip
    assert angle > 10
    assert any(f"{angle:.0f}°" in line for line in sentences(visit("split", second="true")))


def test_the_cost(monkeypatch):
    """Seconds of a numerical gradient are two losses per parameter, and the sentence is the table's last row."""
    monkeypatch.setattr(backprop_more, "_PRICES", backprop_more.cached.Bounded(2))
    monkeypatch.setattr(backprop_more, "price", lambda net, n: Price(
        sum(a * b + b for a, b in pairwise(net)), 1e-3, 2.5e-3))  # fmt: skip
    app = visit("cost")
    assert "a loss takes 1 ms, backpropagation 2.5 ms: 2.5 losses" in verdict(app)
    assert rows(app)[-1] == ["784-50-100-10", "45,360", "1", "2.5", "91,000", "36,000"]
    assert any("would take 91 s, backpropagation 0.0025 s: 36,000 times less" in line for line in sentences(app))
    assert len(charts(app)) == 1
    assert len(charts(visit("cost", told=False))) == 0


# --- controls, links, words

READINGS = {
    "strip": lambda app: strips(app),
    "words": lambda app: (said(app, "latex"), sentences(app), verdict(app)),
    "numbers": lambda app: [text for text in said(app, "markdown") if text.startswith("| ")],
}
MOVES = [  # view, control, new value, link before, readings that have to change
    ("graph", "bp.formula", "w*x", {}, {"strip", "words", "numbers"}),
    ("graph", "bp.w", -1.5, {}, {"strip", "words", "numbers"}),
    ("graph", "bp.x", 0.5, {}, {"strip", "words", "numbers"}),
    ("graph", "bp.b", 2.0, {}, {"strip", "words", "numbers"}),
    ("graph", "bp.t", -1.0, {}, {"strip", "words", "numbers"}),
    ("net", "bp.act", "tanh", {"layer": "second"}, {"strip"}),
    ("net", "bp.x1", 2.0, {}, {"strip", "words"}), ("net", "bp.x2", 1.0, {}, {"strip", "words"}),
    ("net", "bp.t0", -1.0, {}, {"strip", "words"}), ("net", "bp.lr", 0.5, {}, {"words"}),
    ("net", "bp.hidden", 3, {}, {"strip"}), ("net", "bp.seed", 5, {}, {"strip", "words"}),
    ("check", "bp.subject", "digits", {}, {"numbers", "words"}),
    ("check", "bp.fault", "bias", {}, {"words"}), ("check", "bp.cseed", 4, {}, {"numbers"}),
    ("check", "bp.batch", 2, {"subject": "digits"}, {"numbers"}),
    ("split", "bp.e", 1.0, {}, {"strip"}), ("split", "bp.w1", -1.0, {}, {"strip"}),
    ("split", "bp.w2", 0.5, {}, {"strip"}), ("split", "bp.second", True, {}, {"strip"}),
    ("split", "bp.e2", 0.5, {"second": "true"}, {"strip"}), ("split", "bp.v1", 2.0, {"second": "true"}, {"strip"}),
    ("split", "bp.v2", -1.0, {"second": "true"}, {"strip"}), ("cost", "bp.samples", 100, {}, set()),
]  # fmt: skip


@pytest.mark.parametrize(("view", "key", "value", "before", "expected"), MOVES, ids=[f"{m[0]} {m[1]}" for m in MOVES])
def test_a_control_changes_what_it_controls(view, key, value, before, expected):
    """Moved once, each control changes what is listed for it, and a link brings all of it back."""
    app = visit(view, **before)
    if key not in widgets(app):
        unfold(app)
    was = {name: read(app) for name, read in READINGS.items()}
    move(app, key, value)
    now = {name: read(app) for name, read in READINGS.items()}
    assert expected <= {name for name in READINGS if was[name] != now[name]}
    again = opened(link(app), FILE)
    assert widgets(again if key in widgets(again) else unfold(again))[key].value == value
    if view != "cost":  # what it shows is measured anew in another process only
        assert {name: read(again) for name, read in READINGS.items()} == now


def test_no_control_is_left_out():
    """Every control of the page is moved by a test here."""
    known = {key for _, key, *_ in MOVES} | {key for key, _ in TOLD.values()} | {"bp.view", "bp.example"}
    for view, more in (("graph", {}), ("net", {}), ("check", {"subject": "digits"}), ("split", {"second": "true"}),
                       ("cost", {})):  # fmt: skip
        found = {key for key in widgets(unfold(visit(view, **more))) if key.startswith(page.PREFIX)}
        assert found - known == set()


def test_another_question_takes_the_answer_back():
    """A new formula, a new activation, other weights: what was predicted before is not the answer to them."""
    assert len(frames(move(visit(), "bp.formula", "w*x"))) == 2
    assert len(frames(move(visit("net"), "bp.act", "relu"))) == 5
    assert len(strips(move(visit("split"), "bp.w2", 1.5))) == 1
    assert len(frames(move(visit(), "bp.w", -1.5))) == 8  # the same graph at other values: the answer stays


@pytest.mark.parametrize("key", ["view", "most", "w", "lr", "act", "subject", "batch", "second", "samples", "seed"])
def test_nonsense_in_the_link(key):
    """A value a control cannot show is refused where the control stands, and the page is there."""
    view = {"lr": "net", "act": "net", "seed": "net", "subject": "check", "batch": "check", "second": "split",
            "samples": "cost"}.get(key, "graph")  # fmt: skip
    before = {"bp.view": view, "bp.subject": "digits", f"bp.{key}": "<b>7"}
    app = opened({**before, "bp.hidden": "3"}, FILE)
    assert not app.exception
    assert any("link asks" in text for text in said(app, "warning"))


@pytest.mark.parametrize("view", TOLD)
def test_the_notebook_code_runs(view):
    """The code under each view runs as it stands."""
    app = visit(view)
    app.session_state["backprop_code"] = True
    app.run()
    code = next(text for text in said(app, "code") if text.startswith("import optim_viz"))
    exec(code, {})


@pytest.mark.parametrize("view", TOLD)
def test_korean(view):
    """Every sentence, caption and answer is in Korean."""
    app = opened({"lang": "ko", "bp.view": view, TOLD[view][0]: TOLD[view][1]}, FILE)
    i18n.speak("en")
    assert not app.exception
    assert re.search("[가-힣]", verdict(app))
    assert sentences(app)
    assert all(re.search("[가-힣]", line) for line in sentences(app))
    assert all(re.search("[가-힣]", words) for strip in strips(app) for _, words in strip)


def test_what_the_notes_say():
    """The long text is on the page in the reader's language."""
    for lang, word in (("en", "The error shared 3 : 2"), ("ko", "3 : 2로 나눈 오차")):
        app = opened({"lang": lang}, FILE)
        app.session_state["backprop_notes"] = True
        app.run()
        assert any(word in text for text in said(app, "markdown"))
    i18n.speak("en")
