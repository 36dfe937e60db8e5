"""Backpropagation: every derivative is the true one, every number is where the drawing and the formulas say."""

import re
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest

from optim_viz import autodiff
from optim_viz.figures import checks, graphs, twolayers
from optim_viz.formula import FormulaError, Program, derivative, python
from optim_viz.labs.backprop import Sharing, Small, check, graph, steps
from optim_viz.labs.backprop.checking import FAULTS, GOOD, MOST_CHECKED, STEPS, apart
from optim_viz.labs.backprop.knots import MOST_LETTERS, MOST_OPERATIONS
from optim_viz.labs.backprop.matrices import equations as matrices
from optim_viz.labs.backprop.small import STEPS as MOMENTS
from optim_viz.labs.backprop.written import caption, equations, filled, short
from optim_viz.nn import Network
from optim_viz.ui import strip
from optim_viz.ui.backprop import EXAMPLES
from optim_viz.ui.backprop_check import material

FORMULAS = (
    *(one.formula for one in EXAMPLES.values()), "1/(1+exp(-(w*x+v*y+b)))", "sqrt(x^2+y^2)*tanh(x-y)", "x^y + pi*x",
    "x - y/3 - 2", "x*(x+y)", "-x - y", "2*x*y", "2^x/3", "max(0, w*x)*v + log(1+exp(u*x))", "min(x, y)*x", "x/y/z",
    "abs(x)*sign(y)+y", "sin(x)*sin(x)", "exp(x)*exp(x)+exp(x)", "x+y+z+w-1", "cos(pi*x)/e", "x^3*y^2", "x*x",
)  # fmt: skip


def at(made, seed=0):
    """Values of the letters that suit roots and logarithms."""
    drawn = np.random.default_rng(seed).uniform(0.3, 2.0, len(made.letters))
    return dict(zip(made.letters, drawn.tolist(), strict=True))


def slopes(made, run):
    return dict(zip(made.letters, run.gradient[: len(made.letters)].tolist(), strict=True))


# --- the graph of a formula


def test_apples_and_oranges():
    """The book's shop (Saito 2016, section 5.1): 715 to pay, and the five derivatives it prints."""
    made = graph("(a*n + o*m)*t")
    run = made.run({"a": 100, "n": 2, "o": 150, "m": 3, "t": 1.1})
    assert run.value[-1] == pytest.approx(715)
    assert slopes(made, run) == pytest.approx({"a": 2.2, "n": 110, "o": 3.3, "m": 165, "t": 650})
    assert made.letters == ("a", "n", "o", "m", "t")


def test_a_neuron():
    """σ(2·(−1) + (−3)·(−2) − 3) = σ(1); every derivative is σ(1)(1 − σ(1)) times the other factor."""
    made = graph("1/(1+exp(-(w*x+v*y+b)))")
    run = made.run({"w": 2, "x": -1, "v": -3, "y": -2, "b": -3})
    s = 1 / (1 + np.exp(-1.0))
    assert run.value[-1] == pytest.approx(s, rel=1e-15)
    others = {"w": -1, "x": 2, "v": -2, "y": -3, "b": 1}
    assert slopes(made, run) == pytest.approx({name: s * (1 - s) * other for name, other in others.items()})


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_way_back_finds_the_derivative(formula):
    """At three points: equal to the closed form and to autograd; the parts sent to a knot add up to its gradient."""
    made = graph(formula)
    closed = Program([made.formula, *(derivative(made.formula, name) for name in made.letters)], made.letters)
    code = eval(f"lambda np, {', '.join(made.letters)}: {python(made.formula, 'np')}")  # noqa: S307
    for seed in range(3):
        values = at(made, seed)
        run = made.run(values)
        value, *expected = (float(v) for v in closed(values))
        assert run.value[-1] == pytest.approx(value, rel=1e-13)
        np.testing.assert_allclose(run.gradient[: len(made.letters)], expected, rtol=1e-12, atol=1e-13)
        taped = autodiff.gradients(lambda *v: code(autodiff.numpy(), *v), *map(np.float64, values.values()))
        np.testing.assert_allclose(run.gradient[: len(made.letters)], taped, rtol=1e-12, atol=1e-13)
        for k in range(len(made.knots) - 1):
            parts = [run.sent[j][made.knots[j].inputs.index(k)] for j in made.users(k)]
            assert run.gradient[k] == pytest.approx(sum(parts), rel=1e-12, abs=1e-14)


def test_single_operations():
    """Each knot does one thing, equal parts are one knot, and every knot comes after its inputs."""
    made = graph("exp(x*y) + x*y")
    assert [(knot.name, knot.sign) for knot in made.knots] == [
        ("x", "x"), ("y", "y"), ("q1", "×"), ("q2", "exp"), ("q3", "+")]  # fmt: skip
    assert made.users(2) == (3, 4)
    for formula in FORMULAS:
        one = graph(formula)
        assert all(i < k for k, knot in enumerate(one.knots) for i in knot.inputs)
        assert len({knot.op for knot in one.knots if knot.op is not None}) == len(one.operations)
        assert all(one.users(k) for k in range(len(one.knots) - 1))


@pytest.mark.parametrize(("formula", "signs"), [
    ("(w*x + b - t)^2", ["×", "+ + −", "□^{2}"]), ("x - y", ["−"]), ("3*x + 1", ["× 3", "+ 1"]), ("x/4", ["÷ 4"]),
    ("-2*x", ["× (−2)"]), ("1/x - 2", ["1/□", "− 2"]), ("sqrt(x)", ["√"]), ("2^x", ["2^{□}"]), ("x^y", ["□^{□}"]),
    ("max(0, x*y)", ["×", "max 0"]), ("pi*x", ["× π"]),
])  # fmt: skip
def test_what_stands_in_the_boxes(formula, signs):
    """The sign of each operation, in order."""
    assert [knot.sign for knot in graph(formula).knots if knot.op is not None] == signs


@pytest.mark.parametrize(("formula", "words"), [
    ("3", "at least one letter"), ("x", "at least one letter"), ("", "Write a formula"), ("f*x", "f is unknown"),
    ("+".join("abcdghij"), f"at most {MOST_LETTERS}"), ("sin("*19 + "x" + ")"*19, f"at most {MOST_OPERATIONS}"),
    ("x + foo", "foo is unknown"), ("__import__('os')", "has no place"),
])  # fmt: skip
def test_what_cannot_be_drawn_is_refused(formula, words):
    """A sentence for what has no letter, is too large to be read, or is no formula."""
    with pytest.raises(FormulaError, match=words):
        graph(formula)


def test_steps_go_there_and_back():
    """Forward in order; back in the opposite order, after f by itself is 1."""
    made = graph("(w*x + b - t)^2")
    assert [(s.phase, made.knots[s.knot].name) for s in steps(made, back=False)] == [
        ("start", "w"), ("forward", "q1"), ("forward", "q2"), ("forward", "q3")]  # fmt: skip
    assert [(s.phase, made.knots[s.knot].name) for s in steps(made, back=True)[4:]] == [
        ("turn", "q3"), ("back", "q3"), ("back", "q2"), ("back", "q1")]  # fmt: skip


def test_no_number_where_there_is_none():
    """A division by 0, a root without a slope: said by `finite`, not by an exception."""
    assert not graph("1/x").run({"x": 0.0}).finite
    assert not graph("sqrt(x)*y").run({"x": 0.0, "y": 1.0}).finite
    assert not graph("log(x)+1").run({"x": -1.0}).finite
    assert graph("sqrt(x)*y").run({"x": 4.0, "y": 1.0}).finite


# --- in words


def test_captions_hold_the_numbers():
    """Each step says what is computed, first in letters, then in numbers."""
    made = graph("(w*x + b - t)^2")
    run = made.run({"w": 2, "x": -3, "b": 1, "t": 4})
    assert [caption(made, run, step) for step in steps(made, back=True)] == [
        "", "q_{1} = w·x = 2·(−3) = −6", "q_{2} = q_{1} + b − t = −6 + 1 − 4 = −9".replace("= −6 +", "= (−6) +"),
        "q_{3} = q_{2}^{2} = (−9)^{2} = 81", "f = q_{3}; ∂f/∂q_{3} = 1", "q_{2}: 1 × (−18) = −18",
        "q_{1}: −18 × 1 = −18; b: −18 × 1 = −18; t: −18 × (−1) = 18", "w: −18 × (−3) = 54; x: −18 × 2 = −36",
    ]  # fmt: skip


def test_the_chain_rule_is_written_out():
    """Local derivative, then upstream × local; for a letter used twice also the sum of what came back."""
    made = graph("x*y + x^2")
    run = made.run({"x": 3, "y": -2})
    rows = [row for step in steps(made, back=True) for row in equations(made, run, step)]
    assert r"q_{1} &= x y = 3 (-2) = -6".replace("3 (", r"3 \cdot (") in rows
    assert r"\frac{\partial q_{2}}{\partial x} &= 2 x = 2 \cdot 3 = 6 & \qquad \frac{\partial f}{\partial q_{2}}\," in (
        "".join(rows)
    )
    assert rows[-2] == r"& & \qquad \frac{\partial f}{\partial x} &= 6 + (-2) = 4"  # once, when both parts are back
    assert sum("6 + (-2)" in row for row in rows) == 1
    assert all(row.count("{") == row.count("}") for row in rows)


@pytest.mark.parametrize(("formula", "known", "shown"), [
    ("w x + b", {"w": 2, "x": -3, "b": 1}, r"2 \cdot (-3) + 1"),
    (r"\frac{1}{q_{1}^{2}}", {"q1": 4}, r"\frac{1}{4^{2}}"),
    (r"e^{q_{1}}", {"q1": -2}, r"e^{-2}"), (r"\sin(x)", {"x": -1, "s": 7}, r"\sin(-1)"), ("x", {"x": -1}, "-1"),
    (r"\pi x", {"x": 2}, r"\pi \cdot 2"),
    (r"\operatorname{step}(x)", {"x": 2, "s": 1, "e": 1}, r"\operatorname{step}(2)"),
])  # fmt: skip
def test_numbers_in_formulas(formula, known, shown):
    """Names become numbers, functions stay, factors keep a dot between them."""
    assert filled(formula, known) == shown


def test_short_numbers():
    """Four digits, a true minus, powers of ten raised, and no "nan"."""
    assert [short(v) for v in (0.0, -2.0, 1 / 3, 1.266e-14, float("inf"), float("nan"))] == [
        "0", "−2", "0.3333", "1.266·10^{−14}", "∞", "?"]  # fmt: skip


# --- drawings


def boxes(svg):
    """(x, y, width, height) of each box."""
    found = [one.attrib for one in ElementTree.fromstring(svg) if one.tag == "rect"]
    return [tuple(float(one[k]) for k in ("x", "y", "width", "height")) for one in found]


def size(svg):
    return tuple(map(float, re.match(r'<svg viewBox="0 0 (\S+) (\S+)"', svg).groups()))


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_graph_can_be_read(formula):
    """Boxes lie inside, side by side, with every number at the end; small enough to send, few enough to play."""
    made = graph(formula)
    run, moments = made.run(at(made)), steps(made, back=True)
    drawn = [graphs.frame(made, run, moments, k) for k in range(len(moments))]
    (width, height), found = size(drawn[-1]), boxes(drawn[-1])
    assert len(found) == len(made.knots)
    assert all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in found)
    for (x, y, w, h), (u, v, *_) in combinations(found, 2):
        assert abs(x - u) >= w or abs(y - v) >= h
    said = "".join(ElementTree.fromstring(drawn[-1]).itertext())
    assert all(re.sub(r"\^\{(.*)\}", r"\1", short(v)) in said for v in (*run.value, *run.gradient))
    assert {size(one) for one in drawn} == {(width, height)}
    assert len(drawn) <= strip.MOST
    assert max(map(len, drawn)) < 12_000


def test_derivatives_are_drawn_when_they_are_whole():
    """None on the way there; then, step by step, those whose parts have all come back, and no other."""
    made = graph("x*y + x^2")
    run, moments = made.run({"x": 3, "y": -2}), steps(made, back=True)
    orange = []
    for k in range(len(moments)):
        texts = [one for one in ElementTree.fromstring(graphs.frame(made, run, moments, k)) if one.tag == "text"]
        orange.append([one.text for one in texts if one.attrib["class"] == "b bold"])
    assert [moment.phase for moment in moments] == ["start", *["forward"] * 3, "turn", *["back"] * 3]
    assert orange[:4] == [[]] * 4
    assert orange[4:] == [["1"], ["1", "1", "1"], ["1", "1", "1"], ["4", "3", "1", "1", "1"]]


def test_the_largest_graph():
    """As many operations as are allowed still fit into a strip."""
    made = graph("sin(" * MOST_OPERATIONS + "x" + ")" * MOST_OPERATIONS)
    assert len(steps(made, back=True)) == 2 * MOST_OPERATIONS + 2 <= strip.MOST


# --- two layers


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("hidden", [2, 3])
def test_the_small_network_is_right(activation, hidden):
    """By hand equals the engine, autograd and central differences; no weight is 0."""
    for seed in range(5):
        small = Small(hidden, activation, (1.0, -2.0), 1.0, seed)
        run, theta = small.run(), small.theta()
        assert (theta != 0).all()
        np.testing.assert_allclose(run.gradient, small.net.gradient(theta, *small.data()), rtol=1e-13, atol=1e-15)
        assert run.loss == pytest.approx(small.net.loss(theta, *small.data()), rel=1e-14)
        found = check(small.net, theta, *small.data())
        assert apart(found.ours, found.autograd) <= 1e-14
        assert found.best("central")[1] <= GOOD


def test_the_small_network_in_numbers():
    """One step of the chain rule for each: exact numbers with x = (1, −2), t = 1 and the landing's weights."""
    run = Small(2, "sigmoid", (1.0, -2.0), 1.0, 3).run()
    np.testing.assert_allclose(run.z, run.W @ [1, -2] + run.b)
    np.testing.assert_allclose(run.dz, run.da * run.a * (1 - run.a))
    np.testing.assert_allclose(run.dW, [[d, -2 * d] for d in run.dz])
    assert run.dy == 2 * (run.y - 1)
    for step in MOMENTS:
        lines = matrices(run, step, "Sigmoid")
        assert all("&=" in line and line.count("{") == line.count("}") for line in lines)
        svg = twolayers.frame(run, step)
        assert ElementTree.fromstring(svg) is not None
        assert size(svg) == size(twolayers.frame(run, "x"))
    known = "".join(ElementTree.fromstring(twolayers.frame(run, "dw")).itertext())
    assert all(short(v, 3) in known for v in run.gradient)
    assert short(run.dz[0], 3) not in "".join(ElementTree.fromstring(twolayers.frame(run, "da")).itertext())


# --- the check


@pytest.mark.parametrize("subject", ["small", "digits", "norm"])
def test_the_valley(subject):
    """Ours is autograd's; central differences do best near 1e-5, forward near 1e-8, and both rise to either side."""
    for seed in range(3):
        found = check(*material(subject, 5, seed), seed=seed)
        assert apart(found.ours, found.autograd) <= 1e-13
        (h, error), (forward_h, forward_error) = found.best("central"), found.best("forward")
        assert 1e-7 < h < 1e-3
        assert 1e-10 < forward_h < 1e-6
        assert error <= 1e-9
        assert error < forward_error <= GOOD
        for kind in ("forward", "central"):
            assert found.errors[kind][-1] > 100 * found.errors[kind].min()
            assert found.errors[kind][0] > 100 * found.errors[kind].min()
        assert found.right


@pytest.mark.parametrize("fault", [one for one in FAULTS if one != "none"])
def test_a_mistake_is_found_at_every_step(fault):
    """Forgotten biases, or a sum for a mean: no h comes near, while the valley itself stays."""
    for subject in ("digits", "norm"):
        for seed in range(3):
            given = material(subject, 5, seed)
            found, right = (check(*given, fault=one, seed=seed) for one in (fault, "none"))
            assert not found.right
            assert found.errors["ours"].min() > 0.05
            np.testing.assert_array_equal(found.errors["central"], right.errors["central"])


def test_what_is_compared():
    """Differences are what they are called, of the very parameters that are named."""
    net, theta, X, y = material("digits", 2, 1)
    found = check(net, theta, X, y)
    assert len(found.chosen) == MOST_CHECKED
    k, h = found.steepest, 3
    assert found.names[k].startswith("W1[")
    move = np.zeros(len(theta))
    move[found.chosen[k]] = STEPS[h]
    up, down = net.loss(theta + move, X, y), net.loss(theta - move, X, y)
    assert found.central[h, k] == pytest.approx((up - down) / (2 * STEPS[h]), rel=1e-9)
    unit, pixel = (int(n) - 1 for n in re.findall(r"\d+", found.names[k])[1:])
    gradient = net.gradient(theta, X, y)
    assert net.views(gradient)["0.weight"][unit, pixel] == found.ours[k]


def test_one_image_through_batch_normalization():
    """It is refused: its numbers would all be 0."""
    with pytest.raises(ValueError, match="one sample"):
        check(*material("norm", 1, 0))


def test_the_names_of_parameters():
    """Layers are counted from 1, normalization included."""
    found = check(Network([2, 2, 1], batch_norm=True, loss="mse"), np.arange(1.0, 14.0), np.eye(2), np.ones((2, 1)))
    assert found.names == ("W1[1,1]", "W1[1,2]", "W1[2,1]", "W1[2,2]", "b1[1]", "b1[2]", "γ2[1]", "γ2[2]", "b2[1]",
                           "b2[2]", "W3[1,1]", "W3[1,2]", "b3[1]")  # fmt: skip


def test_the_charts_draw_what_was_found():
    """Curves are the errors; a third one only where ours is wrong."""
    right, wrong = (check(*material("small", 1, 3), fault=fault) for fault in ("none", "bias"))
    first, second, *third, limit = checks.valley(right).data
    np.testing.assert_array_equal(first.y, right.errors["forward"])
    np.testing.assert_array_equal(second.y, right.errors["central"])
    assert third == []
    assert set(limit.y) == {GOOD}
    np.testing.assert_array_equal(checks.valley(wrong).data[2].y, wrong.errors["ours"])


# --- the error in shares


def test_three_to_two():
    """The notes' numbers: 0.6 in shares is 0.36 and 0.24; the derivative is 1.8 and 1.2, and is what is measured."""
    one = Sharing((0.6,), ((3, 2),))
    np.testing.assert_allclose(one.shares(), [0.36, 0.24])
    np.testing.assert_allclose(one.gradient(), [1.8, 1.2])
    np.testing.assert_allclose([one.measured(0), one.measured(1)], one.gradient(), rtol=1e-9)


def test_shares_add_up_and_derivatives_do_not():
    """Over random weights: shares sum to the errors; measured is Σ e · w; one positive output has one direction."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        e, W = rng.normal(size=2), rng.uniform(0.1, 3, (2, 2))
        one = Sharing(tuple(e), tuple(map(tuple, W)))
        assert one.shares().sum() == pytest.approx(e.sum())
        np.testing.assert_allclose([one.measured(k) for k in range(2)], e @ W, rtol=1e-6, atol=1e-9)
        single = Sharing((e[0],), (tuple(W[0]),))
        np.testing.assert_allclose(single.shares() * W[0].sum(), single.gradient())
    assert not np.isfinite(Sharing((1.0,), ((2, -2),)).shares()).all()


def test_the_two_pictures():
    """Shares on the one, error × weight on the other; a share of nothing is no number, and drawn as such."""
    one = Sharing((0.6,), ((3, 2),))
    left, right = (
        set(ElementTree.fromstring(twolayers.sharing(one, "", shared)).itertext()) for shared in (True, False)
    )
    assert {"0.36", "0.24", "× 3/5", "× 2/5"} <= left
    assert {"1.8", "1.2", "× 3", "× 2"} <= right
    assert "1.8" not in left
    assert "∞" in twolayers.sharing(Sharing((1.0,), ((2, -2),)), "", True)
