"""The core of the initialization lab: outputs by layer, and training from different first weights."""

import numpy as np
import pytest

from optim_viz.data import DataSpec
from optim_viz.experiments import arms
from optim_viz.figures import init as charts
from optim_viz.labs import deep
from optim_viz.labs.deep import INIT_NAMES, INITS, RANGES, forward, starts
from optim_viz.nn import ACTIVATIONS, Network, Normal

SEEDS = (0, 1, 2)


def factor(kind, name, depth, what="std", seeds=SEEDS):
    """By what a layer multiplies, for each seed."""
    y = np.stack([getattr(p, what) for p in deep.passages(kind, INITS[name], depth, seeds, samples=200)])
    return (y[:, -1] / y[:, 0]) ** (1 / (depth - 1))


@pytest.mark.parametrize("kind", RANGES)
@pytest.mark.parametrize("name", INITS)
def test_outputs_are_those_of_the_network(kind, name):
    """Layer by layer the same numbers as a Network with the same seed, to rounding."""
    net = Network([20, 20, 20, 20, 3], activation=kind, init=INITS[name])
    x = forward.inputs(7, 20, 5)
    passed = net.activations(net.init(5), x.T)
    for k, (z, a) in enumerate(forward.outputs(ACTIVATIONS[kind](), INITS[name], x, 3, 5)):
        np.testing.assert_allclose(z.T, passed[2 * k], rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(a.T, passed[2 * k + 1], rtol=1e-12, atol=1e-14)


def test_numbers_of_a_layer_are_right():
    """Mean, deviations, flat and dead shares and the histogram, against NumPy on the outputs themselves."""
    p = deep.passage("relu", INITS["he"], 2, samples=60, units=30, seed=3, bias=-1.0)
    (_, a), (_, b) = forward.outputs(ACTIVATIONS["relu"](), INITS["he"], forward.inputs(60, 30, 3), 2, 3, -1.0)
    for k, out in enumerate((a, b)):
        assert p.mean[k] == pytest.approx(out.mean())
        assert p.std[k] == pytest.approx(out.std())
        assert p.apart[k] ** 2 == pytest.approx(np.mean([unit.var() for unit in out]))
        assert p.flat[k] == pytest.approx((out == 0).mean())
        assert p.dead[k] == pytest.approx(np.mean([not unit.any() for unit in out]))
        np.testing.assert_allclose(
            p.shares[k], np.histogram(np.minimum(out, 2.99), 30, (0, 3))[0] / out.size, atol=1e-3
        )
        assert p.shares[k].sum() == pytest.approx(1)


def test_the_same_seed_means_the_same_numbers_and_scaled_weights():
    """Repeated exactly; with ReLU every initializer gives the same outputs but for a factor per layer."""
    one, again, he = (deep.passage("relu", INITS[name], 4, samples=50) for name in ("one", "one", "he"))
    assert (one.std == again.std).all()
    np.testing.assert_allclose(one.std / he.std, (1 / np.sqrt(2 / 100)) ** np.arange(1, 5), rtol=1e-10)
    assert deep.gain(INITS["he"], 100) == pytest.approx(np.sqrt(2))
    assert deep.gain(Normal(0.05), 100) == pytest.approx(0.5)


def test_the_books_histograms():
    """Five layers of sigmoid, 1000 samples: σ = 1 at both ends, 0.01 at 0.5, Xavier spread, for each of three seeds."""
    for seed in SEEDS:
        p = {name: deep.passage("sigmoid", init, 5, seed=seed) for name, init in INITS.items()}
        assert p["one"].flat[-1] > 0.5
        assert p["one"].shares[-1][[0, -1]].sum() > 0.4
        assert p["small"].shares[-1][14:16].sum() > 0.9
        assert p["small"].std[-1] < 0.02
        assert 0.1 < p["xavier"].std[-1] < 0.2
        assert p["xavier"].flat[-1] < 0.01


def test_what_the_histogram_hides():
    """Sigmoid with Xavier or He: spread between units, less than 1/20 of it between samples; tanh keeps nearly all."""
    for seed in SEEDS:
        for name in ("xavier", "he"):
            p = deep.passage("sigmoid", INITS[name], 5, seed=seed, samples=200)
            assert p.apart[-1] < p.std[-1] / 20
        p = deep.passage("tanh", INITS["xavier"], 20, seed=seed, samples=200)
        assert p.apart[-1] > 0.9 * p.std[-1]


def test_he_keeps_relu_and_xavier_keeps_tanh():
    """A hundred layers: He × 1 within 1.5% with ReLU, where Xavier halves the square; tanh × 1 within 3%."""
    assert np.abs(factor("relu", "he", 100) - 1).max() < 0.015
    np.testing.assert_allclose(factor("relu", "xavier", 100), factor("relu", "he", 100) / np.sqrt(2), rtol=1e-9)
    assert (np.abs(factor("tanh", "xavier", 100) - 1) < 0.03).all()
    assert (factor("tanh", "small", 50) < 0.11).all()
    assert (factor("relu", "one", 50) > 6).all()
    assert (factor("sigmoid", "xavier", 20, "apart") < 0.3).all()


@pytest.fixture(scope="module")
def trained():
    """(Activation, layers) -> initializer -> history: what the page trains at first, and sigmoid for longer."""
    split = DataSpec("digits").load().flat().split()
    found = {}
    for kind, layers, lr, epochs in (("relu", 4, 0.03, 6), ("sigmoid", 4, 0.3, 8), ("sigmoid", 1, 0.3, 5)):
        made = starts.arms(split, kind, layers, 50, lr, epochs, SEEDS)
        *told, histories = arms.run(made)
        assert all(isinstance(t, float) for t in told)
        found[kind, layers] = {arm.name: h for arm, h in zip(made, histories, strict=True)}
    return found


def test_small_weights_never_learn_and_he_is_faster_than_xavier(trained):
    """ReLU, every seed: σ = 0.01 stays at guessing; He's loss ends lower than Xavier's, and is half right first."""
    h = trained["relu", 4]
    assert starts.stuck(h["small"]).all()
    assert starts.stuck(h["one"]).all()
    assert not starts.stuck(h["he"]).any()
    assert starts.below(h["he"], h["xavier"]) == len(SEEDS)
    assert starts.below(h["xavier"], h["he"]) == 0
    assert (starts.half(h["he"]) <= np.nan_to_num(starts.half(h["xavier"]), nan=np.inf)).all()


def test_four_sigmoid_layers_learn_from_the_bad_start_only(trained):
    """The honest exception: Xavier and He leave four layers of sigmoid at guessing, σ = 1 learns; not so with one."""
    assert not starts.stuck(trained["sigmoid", 1]["xavier"]).any()
    assert not starts.stuck(trained["sigmoid", 1]["he"]).any()
    h = trained["sigmoid", 4]
    assert starts.stuck(h["xavier"]).all()
    assert starts.stuck(h["he"]).all()
    assert not starts.stuck(h["one"]).any()


def test_a_diverged_run_is_stuck_and_never_lower(trained):
    """Its last finite loss does not count."""
    one = trained["relu", 4]["one"]
    gone = np.array([o.kind == "diverged" for o in one.outcomes])
    assert gone.any()
    assert np.isinf(starts.ends(one)[gone]).all()
    assert np.isnan(starts.half(one)).all()


def test_figures_show_the_numbers(trained):
    """A row's outline has the shares, cut at CUT, one gap per layer; curves hold the medians."""
    p = deep.passage("tanh", INITS["small"], 5, samples=50)
    drawn = charts.histograms({"small": p.shares, "own": p.shares}, {**INIT_NAMES, "own": "σ = 0.05"}, [0, 4],
                              RANGES["tanh"])  # fmt: skip
    top, bottom = drawn.data
    told = top.customdata[~np.isnan(top.customdata)].reshape(2, -1)[:, 1:-1:2]
    np.testing.assert_allclose(told, p.shares[[0, 4]], rtol=1e-6)
    assert np.isnan(top.y).sum() == 2
    assert np.nanmax(top.y) <= 1 + 0.79
    assert np.nanmax(bottom.y) <= 0.79
    y = np.array([[1.0, 0.5], [0.5, 0.0], [0.8, 0.1]])
    line = charts.spreads({"he": y}, INIT_NAMES, "std").data[1]
    assert line.y[0] == 0.8
    assert np.isnan(line.y[1])
    loss = charts.learning(trained["relu", 4], INIT_NAMES)
    assert list(loss.data[-1].y) == list(np.median(trained["relu", 4]["he"].train_loss, axis=0))
    assert charts.learning(trained["relu", 4], INIT_NAMES, "score", theme="dark").layout.showlegend is False
