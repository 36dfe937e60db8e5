"""Regression with different optimizers: equal starts, honest ends, and claims that need several seeds."""

from dataclasses import replace

import numpy as np
import pytest

import optim_viz as ov
from optim_viz.labs import regression
from optim_viz.labs.odds import chance
from optim_viz.labs.regression import GRID, RATES, SEEDS, Duel, Fits, Setup, duels
from optim_viz.labs.targets import DOMAIN, TARGETS, sample
from optim_viz.ui.regression import RULES

SMALL = Setup(RULES, epochs=10, hidden=5)


def trained(setup):
    return list(regression.train(setup))[-1]


@pytest.fixture(scope="module")
def fits():
    return trained(Setup(RULES))


@pytest.fixture(scope="module")
def sweep():
    return list(regression.sweep(Setup(RULES)))[-1]


def test_samples_are_the_curve_plus_noise():
    """Without noise the points lie on the curve, with it they are off by about its deviation."""
    for key, target in TARGETS.items():
        x, y = sample(key, 2000, 0.0, 0)
        np.testing.assert_array_equal(y, target.value(x))
        assert DOMAIN[0] <= x.min() < -1.9 < 1.9 < x.max() <= DOMAIN[1]
    x, y = sample("wave", 5000, 0.3, 1)
    assert np.std(y - TARGETS["wave"].value(x)) == pytest.approx(0.3, rel=0.03)


def test_all_begin_on_one_curve(fits):
    """The first frame: the same weights for every optimizer, so the same curve and the same loss."""
    epochs, y, loss = fits.frames()
    assert (epochs[0], epochs[-1]) == (0, 100)
    np.testing.assert_array_equal(y[0], np.broadcast_to(y[0, 0], y[0].shape))
    assert len(set(loss[0])) == 1
    assert y.shape == (len(epochs), 3, len(GRID))
    assert (np.diff(epochs) > 0).all()


def test_ends_and_misses_are_those_of_the_networks(fits):
    """Loss and distance from the true curve, computed once more from the final weights."""
    net, (x, y) = fits.setup.network(), fits.setup.data()
    for k in range(3):
        theta = fits.history.final.theta[k * SEEDS + 2]
        said = net.predict(theta, x[:, None])[:, 0]
        assert fits.ends()[k, 2] == pytest.approx(((said - y) ** 2).mean())
        curve = net.predict(theta, GRID[:, None])[:, 0]
        assert fits.misses()[k, 2] == pytest.approx(((curve - TARGETS["wave"].value(GRID)) ** 2).mean())
    first = net.predict(fits.history.final.theta[::SEEDS], GRID[:, None])[..., 0]
    np.testing.assert_array_equal(fits.frames()[1][-1], first)


def test_a_run_that_diverges_is_infinite_and_not_drawn():
    """Its end is infinite, its frames are gaps from there on; the others stay."""
    wild = trained(replace(SMALL, rules=(ov.SGD(lr=100.0), ov.Adam(lr=0.03))))
    assert np.isinf(wild.ends()[0]).all()
    assert np.isinf(wild.misses()[0]).all()
    assert np.isfinite(wild.ends()[1]).all()
    _, y, loss = wild.frames()
    assert np.isfinite(loss[0]).all()
    assert np.isnan(loss[-1, 0])
    assert np.isnan(y[-1, 0]).all()
    assert np.isfinite(y[:, 1]).all()


def test_points_of_ones_own():
    """They are trained on as they are, and nothing is said of a true curve."""
    own = replace(SMALL, points=((-1.0, 0.5), (0.0, 1.0), (0.5, -0.5), (1.0, 0.0), (1.5, 0.2)))
    fit = trained(own)
    np.testing.assert_array_equal(fit.setup.data()[1], [0.5, 1, -0.5, 0, 0.2])
    assert fit.misses() is None
    assert fit.history.batch_size == 5


def test_a_coin_decides_what_is_a_claim():
    """Nine of ten is rarer than 5 %, eight is not; both sides count."""
    assert chance(10, 10) == 2 / 1024
    assert chance(9, 10) == chance(1, 10) == 22 / 1024
    assert chance(8, 10) == 112 / 1024
    assert chance(5, 10) == 1
    assert [Duel(0, 1, wins, 10).sure for wins in (0, 1, 8, 9, 10)] == [False, False, False, True, True]
    assert chance(600, 1000) < 1e-9


def test_the_lowest_median_meets_each_other():
    """Wins are counted seed by seed."""
    ends = np.array([[3.0, 3, 3], [1, 2, 9], [2, 1, 8]])
    assert duels(ends) == [Duel(1, 2, 1, 3), Duel(1, 0, 2, 3)]
    assert duels(np.array([[np.inf, np.inf], [1, 2]])) == [Duel(1, 0, 2, 2)]


def test_the_same_rate_for_all_says_whose_rate_it_was(sweep):
    """At 0.01 the last has more than twice the loss of the first; at the best rate of each less than 1.5 times."""
    middle = sweep.medians()
    common = middle[:, RATES.index(0.01)]
    assert common.max() / common.min() > 2
    assert middle.min(axis=1).max() / middle.min(axis=1).min() < 1.5
    adam = middle[2]
    assert 2 * adam.min() < adam[-1] < np.inf


def test_the_sweep_is_training_at_each_rate(sweep):
    """One cell, trained once more by itself."""
    alone = regression.Setup((ov.Momentum(lr=0.03),)).trainer([ov.Momentum(lr=0.03)], 5)
    *_, history = alone.events()
    np.testing.assert_array_equal(Fits(Setup((ov.Momentum(lr=0.03),)), history).ends()[0], sweep.loss[1, 2])


def test_work_tells_how_far_it_is():
    """Shares rise to 1 and then comes the result; both costs are told."""
    *shares, result = regression.train(SMALL)
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
    assert isinstance(result, Fits)
    assert all(0 < cost < 60 for cost in regression.seconds(SMALL))
