"""The core of the activations lab: curves, softmax, gradients by layer, dead units; each claim by its numbers."""

from itertools import product

import numpy as np
import pytest

from optim_viz.data import DataSpec
from optim_viz.figures import activations as charts
from optim_viz.labs import deep
from optim_viz.labs.deep import INITS, NAMES, backward
from optim_viz.labs.deep.backward import KINDS, SAMPLES, SEEDS, UNITS
from optim_viz.labs.deep.curves import both
from optim_viz.labs.deep.dying import dead


@pytest.fixture(scope="module")
def twenty():
    """Initializer -> activation -> gradients of 20 layers."""
    return {name: deep.gradients(init, 20) for name, init in INITS.items()}


@pytest.fixture(scope="module")
def fifty():
    return {name: deep.gradients(init, 50) for name, init in INITS.items()}


# --- functions by themselves


@pytest.mark.parametrize(
    ("kind", "most"), [("step", 0), ("sigmoid", 0.25), ("tanh", 1), ("relu", 1), ("leaky_relu", 1)]
)
def test_the_largest_slope_is_known_and_never_exceeded(kind, most):
    """Sigmoid's slope is 1/4 at most, at 0; the others' 1; the step function has none."""
    c = deep.curve(kind)
    assert c.steepest == most
    assert c.slope.max() == most
    assert both(kind, np.linspace(-30, 30, 4001))[1].max() <= most


@pytest.mark.parametrize("kind", NAMES)
def test_slopes_are_derivatives(kind):
    """The slope is that of the function, by central differences, wherever it has one."""
    z = np.array([-7.3, -3.1, -0.4, 0.2, 1.7, 6.9])
    h = 1e-6
    numeric = (both(kind, z + h)[0] - both(kind, z - h)[0]) / (2 * h)
    np.testing.assert_allclose(both(kind, z)[1], numeric, atol=1e-9)
    assert deep.at(kind, 1.7)[0] == both(kind, z)[0][4]


def test_flat_is_where_less_than_a_tenth_of_the_slope_is_left():
    """Exact ends: a' = a(1 − a) = 0.025 for sigmoid, 1 − tanh² = 0.1 for tanh; half of ReLU; all of the step."""
    a = (1 + np.sqrt(1 - 4 * 0.025)) / 2
    (_, low), (high, _) = deep.curve("sigmoid").zones
    assert 0 <= high - np.log(a / (1 - a)) < 0.05
    assert low == pytest.approx(-high)
    (_, _), (high, _) = deep.curve("tanh").zones
    assert 0 <= high - np.arctanh(np.sqrt(0.9)) < 0.05
    assert deep.curve("relu").zones == ((-8.0, 0.0),)
    assert deep.curve("leaky_relu").zones == ((-8.0, 0.0),)
    assert deep.curve("step").zones == ((-8.0, 8.0),)


def test_softmax_sums_to_one_at_every_temperature():
    """Exact shares; one winner when cold, equal parts when hot; sigmoid is softmax for two."""
    scores = np.array([2.0, 1.0, 0.0, -1.0])
    np.testing.assert_allclose(deep.shares(scores), np.exp(scores) / np.exp(scores).sum(), rtol=1e-14)
    swept = deep.shares(scores, np.geomspace(0.01, 1000, 40))
    np.testing.assert_allclose(swept.sum(axis=0), 1, rtol=1e-14)
    assert swept[0, 0] > 1 - 1e-12
    np.testing.assert_allclose(swept[:, -1], 0.25, atol=1e-3)
    assert (np.diff(swept[0]) <= 0).all()
    for T in (0.1, 1.0, 7.0):
        assert deep.shares(scores[:2], T)[0] == pytest.approx(deep.at("sigmoid", 1 / T)[0], rel=1e-14)


def test_softmax_has_a_table_of_slopes():
    """aᵢ(δᵢⱼ − aⱼ)/T, as by central differences; each row has the sum 0."""
    scores, T, h = np.array([0.3, -1.2, 2.0]), 1.7, 1e-6
    J = deep.jacobian(scores, T)
    numeric = np.stack([(deep.shares(scores + h * e, T) - deep.shares(scores - h * e, T)) / (2 * h) for e in np.eye(3)],
                       axis=1)  # fmt: skip
    np.testing.assert_allclose(J, numeric, atol=1e-9)
    np.testing.assert_allclose(J.sum(axis=1), 0, atol=1e-15)


# --- gradients


def test_gradients_are_those_of_the_network():
    """Weights: the size of the network's own gradient. Sums: a bias's gradient, one sample at a time."""
    net = backward.network("tanh", INITS["he"], 3)
    X, y = backward.task((4,))
    theta = net.init([4])
    g = deep.gradients(INITS["he"], 3, ("tanh",), (4,))["tanh"]
    named = net.views(net.gradient(theta[0], X[0], y[0]))
    each = [net.views(net.gradient(theta[0], X[0, n : n + 1], y[0, n : n + 1])) for n in range(SAMPLES)]
    for k, i in enumerate((0, 2, 4)):
        assert g.weights[0, k] == pytest.approx(np.sqrt((named[f"{i}.weight"] ** 2).mean()), rel=1e-12)
        sums = np.stack([one[f"{i}.bias"] for one in each])
        assert g.sums[0, k] == pytest.approx(np.sqrt((sums**2).mean()), rel=1e-10)


def test_left_and_factor_say_the_same():
    """What is left in layer 1 is the factor of a layer, depth − 1 times."""
    g = deep.gradients(INITS["xavier"], 6, ("sigmoid",), (0, 1))["sigmoid"]
    np.testing.assert_allclose(g.left(), g.sums[:, 0] / g.sums[:, 5], rtol=1e-12)
    np.testing.assert_allclose(g.factor() ** 5, g.left(), rtol=1e-10)
    one = deep.gradients(INITS["xavier"], 1, ("sigmoid",), (0,))["sigmoid"]
    assert one.factor() == 1


def test_sigmoid_vanishes_and_the_bound_is_one_of_the_slope(twenty):
    """Layer 1 of 20 against layer 20, every seed: below 1e-10 with Xavier, where a layer leaves less than 1/4.

    No layer leaves more than 1/4 of what its weights can make of it. With σ = 1 the slope is smaller still, but the
    weights multiply by 7: the factor is far above 1/4.
    """
    xavier = twenty["xavier"]["sigmoid"]
    assert xavier.left().max() < 1e-10
    assert xavier.factor().max() < 0.25
    for name, init in INITS.items():
        net, sums = backward.network("sigmoid", init, 20), twenty[name]["sigmoid"].sums
        weights = net.views(net.init(list(SEEDS)))
        for layer in range(1, 20):
            most = np.linalg.norm(weights[f"{2 * layer}.weight"], 2, axis=(1, 2))
            assert (sums[:, layer - 1] <= 0.25 * most * sums[:, layer] * (1 + 1e-12)).all()
    for found in twenty.values():
        assert found["sigmoid"].slope.max() <= 0.25
    assert twenty["one"]["sigmoid"].factor().min() > 0.5
    assert twenty["one"]["sigmoid"].slope.mean() < 0.15


def test_the_factor_is_the_slope_times_the_weights(twenty):
    """σ√n times the slope's root mean square, within 6%, for every pair but the drifting tanh."""
    for (name, found), kind in product(twenty.items(), ("sigmoid", "relu", "leaky_relu")):
        gain, g = deep.gain(INITS[name], UNITS), found[kind]
        assert np.median(g.factor()) == pytest.approx(gain * np.median(g.slope), rel=0.06), (name, kind)


def test_what_fifty_layers_leave(fifty):
    """The page's table: Xavier suits tanh, He ReLU, no first weights sigmoid; σ = 1 explodes, 0.01 vanishes."""
    left = {(name, kind): np.median(g.left()) for name, found in fifty.items() for kind, g in found.items()}
    near = {pair for pair, share in left.items() if 0.1 <= share <= 10.5}
    assert {("xavier", "tanh"), ("he", "relu"), ("he", "leaky_relu")} <= near <= {
        ("xavier", "tanh"), ("he", "relu"), ("he", "leaky_relu"), ("he", "tanh")}  # fmt: skip
    assert max(share for (_, kind), share in left.items() if kind == "sigmoid") < 1e-4
    assert all(left["one", kind] > 1e10 for kind in ("tanh", "relu", "leaky_relu"))
    assert all(left["small", kind] < 1e-50 for kind in KINDS)
    assert left["xavier", "relu"] < 1e-6


def test_relu_shares_the_gradient_of_weights_whatever_their_size(fifty):
    """As the page says of ∂L/∂w: with ReLU layer 1 and layer 50 are within a factor of 10, tiny as both may be."""
    for found in fifty.values():
        assert 0.1 < np.median(found["relu"].left("weights")) < 10
    assert fifty["small"]["relu"].weights.max() < 1e-50


# --- dead units, and the sign of outputs


def test_dead_units_are_counted_and_get_no_gradient():
    """A unit that gives 0 for all samples has a row of exact zeros in the gradient; nothing else has."""
    net = backward.network("relu", INITS["he"], 12)
    X, y = backward.task((1,))
    theta = net.init(1)
    passed, named = net.activations(theta, X[0]), net.views(net.gradient(theta, X[0], y[0]))
    counts = []
    for k, i in enumerate(range(0, 24, 2)):
        zero = (passed[i + 1] == 0).all(axis=0)
        assert not named[f"{i}.weight"][zero].any(), k
        counts.append(zero.mean())
    assert max(counts) > 0
    assert dead(net, theta[None], X[0])[0] == pytest.approx(np.mean(counts))


def test_more_layers_and_lower_biases_kill_more():
    """Median of five seeds: none in layer 1 with bias 0, a few in layer 10; with bias −1 most of layer 3."""
    shares = {bias: np.median([p.dead for p in deep.passages("relu", INITS["he"], 10, SEEDS, samples=100, units=UNITS,
                                                             bias=bias)], axis=0) for bias in (0.0, -1.0)}  # fmt: skip
    assert shares[0.0][0] == 0
    assert shares[0.0][9] > 0.05
    assert shares[-1.0][2] > 0.5
    assert all(not p.dead.any() for p in deep.passages("leaky_relu", INITS["he"], 10, (0, 1), samples=50, bias=-1.0))


def test_large_steps_kill_relu_units():
    """Thirty steps with digits: below a fifth dead up to lr 0.3, over half from lr 1 on, and no accuracy left there."""
    train = DataSpec("digits").load().flat().split().train
    relu, leaky = (deep.dying(train.X[:300], train.y[:300], kind) for kind in ("relu", "leaky_relu"))
    half = np.median(relu.after, axis=1)
    assert half[:4].max() < 0.2
    assert half[4:].min() > 0.5
    assert np.median(relu.score, axis=1).argmax() in (2, 3)
    assert np.median(relu.score[-1]) < 0.2
    assert np.median(leaky.score[-1]) < 0.2  # what leaky ReLU does not cure
    assert not leaky.after.any()
    assert (relu.before == relu.before[0]).all()  # every rate begins alike


def test_tanh_has_mean_zero_and_sigmoid_has_not():
    """Over 20 layers and five seeds; one sample moves all weights of a unit to one side behind sigmoid and ReLU."""
    mean = {kind: np.stack([p.mean for p in deep.passages(kind, INITS["xavier"], 20, SEEDS, samples=100, units=UNITS)])
            for kind in KINDS}  # fmt: skip
    assert np.abs(mean["tanh"]).max() < 0.03
    assert mean["sigmoid"].min() > 0.4
    assert (mean["relu"] > 0).all()
    for init in INITS.values():
        sided = deep.one_sided(init)
        assert sided["sigmoid"] == sided["relu"] == 1
        assert sided["tanh"] < 0.01
        assert sided["leaky_relu"] < 0.01


# --- figures


def test_figures_show_the_numbers():
    """Lines hold the medians, bands the ends, the quarter line falls by 1/4, the curve is marked at z and grayed."""
    y = np.array([[1.0, 2.0, 4.0], [3.0, 2.0, 8.0], [2.0, 9.0, 6.0]])
    drawn = charts.layers({"sigmoid": y}, "gradient sums", quarter=True)
    band, line, quarter = drawn.data
    assert list(line.y) == [2, 2, 6]
    assert list(band.y) == [3, 9, 8, 4, 2, 1]
    assert list(quarter.y) == [6 / 16, 6]
    c = deep.curve("tanh")
    drawn = charts.curve(c, 0.5, theme="dark")
    assert [shape.x0 for shape in drawn.layout.shapes[:2]] == [low for low, _ in c.zones]
    assert drawn.data[1].y[0] == pytest.approx(np.tanh(0.5), abs=1e-3)
    assert list(charts.bars(np.array([0.5, 0.3, 0.2])).data[0].y) == [0.5, 0.3, 0.2]
    found = deep.Deaths((0.1, 1.0), np.zeros((2, 3)), np.full((2, 3), 0.5), np.ones((2, 3)))
    assert [list(t.y) for t in charts.deaths(found, 30).data if t.name] == [[0.5, 0.5], [1, 1]]
    warm = charts.warming(
        np.array([0.1, 1, 10]), deep.shares([1.0, 0.0], np.array([0.1, 1, 10])), 1.0, np.array([0.7, 0.3])
    )
    assert len(warm.data) == 4
