"""Generalization, measured: exact identities first, then what the page claims, over many samples."""

from dataclasses import replace

import numpy as np
import pytest

from optim_viz.labs.generalize.degrees import MOST, folds, three, tradeoff
from optim_viz.labs.generalize.polynomials import polynomials
from optim_viz.labs.generalize.samples import AT, WEIGHT, Ground, parts
from optim_viz.labs.generalize.series import BLOCK, LENGTH, NEAREST, forecast, nearest, series
from optim_viz.labs.generalize.trees import bagged, boosted, places, resamples, team, tree
from optim_viz.labs.odds import chance
from optim_viz.ui.generalize import FOLDS, MEMORIES, SEED, USUAL

RNG = np.random.default_rng(7)
GROUNDS = [Ground(target, 30, noise, fixed) for target in ("wave", "hill", "step", "line") for noise in (0.0, 0.5)
           for fixed in (False, True)]  # fmt: skip


# --- polynomials, bias and variance


def test_polynomials_are_least_squares():
    """Every degree of every sample equals numpy's own fit, at common and at own places."""
    x, y, at = RNG.uniform(-2, 2, (3, 20)), RNG.normal(size=(3, 20)), RNG.uniform(-2, 2, (3, 7))
    common, own = polynomials(x, y, 6, at[0]), polynomials(x, y, 6, at)
    for r in range(3):
        for degree in range(7):
            fit = np.polyfit(x[r], y[r], degree)
            np.testing.assert_allclose(common[r, degree], np.polyval(fit, at[0]), atol=1e-10)
            np.testing.assert_allclose(own[r, degree], np.polyval(fit, at[r]), atol=1e-10)


def test_the_rule_over_x_is_exact_for_polynomials():
    """The mean of x⁴ over [-2, 2] is 16/5."""
    assert WEIGHT.sum() == pytest.approx(1)
    np.testing.assert_allclose(AT**4 @ WEIGHT, 3.2)


def test_samples_have_one_point_in_each_stretch():
    """x rises, one from each of n equal stretches, always the middle when fixed; noise has its deviation."""
    ground = Ground("hill", 40, 0.5)
    x, y = ground.samples(500, 0)
    np.testing.assert_array_equal(np.floor((x + 2) * 10), np.broadcast_to(np.arange(40), x.shape))
    assert np.std(y - ground.value(x)) == pytest.approx(0.5, rel=0.02)
    same, _ = replace(ground, fixed=True).samples(2, 0)
    np.testing.assert_allclose(same, np.broadcast_to(-1.95 + 0.1 * np.arange(40), (2, 40)))


def test_parts_add_up_exactly_on_their_own_samples():
    """bias² + variance + noise is the mean expected error of the very fits they come from, whatever the fits."""
    ground = Ground("wave", 30, 0.4)
    fits = RNG.normal(size=(50, 3, len(AT)))
    found = parts(ground, fits)
    np.testing.assert_allclose(found.sum, ground.expected(fits).mean(axis=0), rtol=1e-12)
    constant = parts(ground, np.broadcast_to(ground.value(AT) + 0.5, (9, 1, len(AT))))
    assert (constant.bias[0], constant.variance[0]) == (pytest.approx(0.25), pytest.approx(0, abs=1e-20))


@pytest.mark.parametrize("ground", GROUNDS, ids=repr)
def test_the_sum_is_the_error_on_other_samples(ground):
    """Within 3 % of the error measured on independent resamples and new data, at every degree the page shows."""
    found = tradeoff(ground)
    assert np.abs(found.off).max() <= 0.03
    assert (found.error[found.error > 1e-12] >= 0.999 * ground.noise**2 * 0.97).all()


def test_without_noise_variance_comes_from_x_alone():
    """At the same x the variance is 0, with other x some is left; noise makes the best degree lower."""
    loud = tradeoff(USUAL)
    anew, same = (tradeoff(replace(USUAL, noise=0.0, fixed=fixed)) for fixed in (False, True))
    assert same.parts.variance.max() < 1e-20
    assert anew.parts.variance[MOST - 1] > 1e-4
    assert loud.error.argmin() < anew.error.argmin() == same.error.argmin() == MOST
    assert loud.error[MOST] > 1.05 * loud.error.min()


# --- three parts, folds


def test_three_parts_share_the_points():
    """No point is in two parts, none is lost; errors are those of a fit to the first part only."""
    found = three(USUAL, 3, 1)
    assert sorted(np.concatenate(found.rows)) == list(range(30))
    assert [len(part) for part in found.rows] == [18, 6, 6]
    fit = np.polyfit(found.x[found.rows[0]], found.y[found.rows[0]], 3)
    for error, part in zip((found.train, found.validation, found.test), found.rows, strict=True):
        assert error[0, 3] == pytest.approx(((np.polyval(fit, found.x[part]) - found.y[part]) ** 2).mean())
    np.testing.assert_allclose(found.fits[3], np.polyval(fit, AT), atol=1e-10)


@pytest.mark.parametrize("seed", [SEED, 0, 1])
def test_the_winner_is_worse_than_it_looked(seed):
    """Training errors only fall with the degree; the chosen one's test error is mostly above its validation error."""
    found = three(USUAL, seed=seed)
    assert (np.diff(found.train, axis=1) <= 1e-9).all()
    said, true = found.winners()
    above = int((true > said).sum())
    assert above > len(said) / 2
    assert chance(above, len(said)) < 1e-6
    np.testing.assert_array_equal(said, found.validation.min(axis=1))


def test_folds_leave_each_point_out_once():
    """The folds share the points evenly, and each error is that of a fit to the other folds."""
    found = folds(USUAL, 5, 2, 3)
    assert sorted(np.concatenate(found.rows)) == list(range(30))
    rows = found.rows[2]
    rest = np.setdiff1d(np.arange(30), rows)
    fit = np.polyfit(found.x[rest], found.y[rest], 4)
    assert found.error[0, 2, 4] == pytest.approx(((np.polyval(fit, found.x[rows]) - found.y[rows]) ** 2).mean())
    np.testing.assert_allclose(found.fits[2, 4], np.polyval(fit, AT), atol=1e-9)


@pytest.mark.parametrize("seed", [SEED, 0, 1])
def test_the_mean_of_the_folds_strays_less(seed):
    """Five or ten folds: 80 % of the means lie closer together than 80 % of the errors of one fold."""
    for count in FOLDS[1:]:
        low, high = np.quantile(folds(USUAL, count, seed=seed).estimates(4), (0.1, 0.9), axis=1)
        assert high[1] - low[1] < 0.9 * (high[0] - low[0])


# --- time series


def test_series_remember_as_much_as_they_say():
    """Deviation 1 at every time, and each value correlates with the next by the memory."""
    for memory in MEMORIES:
        made = series(memory, 4000, 0)
        assert made.shape == (4000, LENGTH + BLOCK)
        np.testing.assert_allclose(made.std(axis=0), 1, atol=0.06)
        assert (made[:, 50] * made[:, 51]).mean() == pytest.approx(memory, abs=0.06)


def test_the_nearest_values_are_averaged():
    """Before the known ones the first three, between them the closest."""
    values = np.arange(10.0)[None] ** 2
    said = nearest(values, np.array([2, 3, 4, 5, 9]), np.array([0, 7]))
    np.testing.assert_allclose(said, [[(4 + 9 + 16) / 3, (25 + 81 + 16) / 3]])
    assert NEAREST == 3


def test_ordered_folds_only_look_back():
    """In them every known point is earlier than every point asked for; shuffled ones cover all points once."""
    found = forecast(0.8, 5)
    assert all(known.max() < asked.min() for known, asked in found.ordered)
    assert sorted(np.concatenate([asked for _, asked in found.shuffled])) == list(range(LENGTH))
    assert all(not set(known) & set(asked) for known, asked in found.shuffled)


@pytest.mark.parametrize("seed", [SEED, 0, 1])
def test_shuffling_promises_too_much_where_there_is_memory(seed):
    """Tenfold too low at 0.95, in nearly every series; folds in order come close; without memory both are right."""
    shuffled, ordered, future = forecast(0.95, seed=seed).means()
    assert 8 < future / shuffled < 13
    assert 0.85 < ordered / future < 1.15
    assert forecast(0.95, seed=seed).fooled() > 0.9
    shuffled, ordered, future = forecast(0.0, seed=seed).means()
    assert 0.85 < shuffled / future < 1.15
    assert 0.85 < ordered / future < 1.15


# --- trees


def grown(y, weight, depth):
    """The same tree, by trying every split, one node at a time."""
    said = np.full(len(y), np.nan)

    def grow(low, high, left):
        def error(a, b):
            w = weight[a:b]
            mean = (w * y[a:b]).sum() / w.sum()
            return (w * (y[a:b] - mean) ** 2).sum()

        cuts = [c for c in range(low + 1, high) if weight[low:c].sum() > 0 and weight[c:high].sum() > 0]
        if not left or not cuts:
            said[low:high] = (weight[low:high] * y[low:high]).sum() / weight[low:high].sum()
            return
        best = min(cuts, key=lambda c: (round(error(low, c) + error(c, high), 12), c))
        grow(low, best, left - 1)
        grow(best, high, left - 1)

    grow(0, len(y), depth)
    return said


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_trees_split_where_the_error_falls_most(depth):
    """Against every split tried by hand, also on resamples, where points count twice or not at all."""
    y = RNG.normal(size=(6, 17))
    weight = np.vstack([np.ones((2, 17)), resamples(17, (4,), 3)])
    said = tree(y, weight, depth)
    for k in range(6):
        np.testing.assert_allclose(said[k], grown(y[k], weight[k], depth), atol=1e-12)


def test_a_stump_finds_the_jump():
    """Two levels are two levels."""
    y = np.repeat([[1.0, 5.0]], [4, 6], axis=1)
    np.testing.assert_array_equal(tree(y, np.ones_like(y), 1), y)
    np.testing.assert_array_equal(tree(np.ones((1, 5)), np.ones((1, 5)), 2), np.ones((1, 5)))


def test_places_are_the_nearest_points():
    """A tree says between two points what it says at the nearer one."""
    x, at = np.sort(RNG.uniform(-2, 2, (3, 9)), axis=1), RNG.uniform(-2, 2, 30)
    np.testing.assert_array_equal(places(x, at), np.abs(x[:, None] - at[None, :, None]).argmin(axis=2))


def test_resamples_hold_two_thirds():
    """n draws each, and 1 − (1 − 1/n)ⁿ of the points in them."""
    drawn = resamples(30, (4000,), 0)
    assert (drawn.sum(axis=1) == 30).all()
    assert (drawn > 0).mean() == pytest.approx(1 - (29 / 30) ** 30, abs=0.003)


def test_bagging_is_trees_on_resamples_and_boosting_trees_on_what_is_left():
    """Each by its definition."""
    y = RNG.normal(size=(2, 20))
    weight = resamples(20, (2, 4), 5)
    np.testing.assert_array_equal(bagged(y, 2, 4, 5)[1, 3], tree(y[1:], weight[1, 3:], 2)[0])
    made = boosted(y, 1, 30, 0.5)
    left = y - 0.5 * made[:, :2].sum(axis=1)
    np.testing.assert_allclose(made[:, 2], tree(left, np.ones_like(y), 1))
    errors = ((y[:, None] - 0.5 * np.cumsum(made, axis=1)) ** 2).mean(axis=2)
    assert (np.diff(errors, axis=1) <= 1e-12).all()


@pytest.mark.parametrize("seed", [SEED, 0, 1, 2])
def test_bagging_lowers_variance_and_boosting_bias(seed):
    """Trees of depth 3: variance by more than a quarter, bias² not; stumps in a chain: bias² to a fifth."""
    one = team(USUAL, "bagging", 3, 50, seed=seed)
    assert one.parts.variance[1] < 0.75 * one.parts.variance[0]
    assert one.parts.bias[1] > 0.9 * one.parts.bias[0]
    assert one.error[-1] < one.alone
    chain = team(USUAL, "boosting", 1, 50, 0.3, seed=seed)
    assert chain.parts.bias[1] < 0.2 * chain.parts.bias[0]
    assert one.resampled == pytest.approx(np.sqrt(one.parts.variance[0]), rel=0.15)


def test_boosting_can_go_too_far():
    """Deep trees, added whole: the error on new data rises again."""
    far = team(USUAL, "boosting", 3, 100, 0.3)
    assert far.error[-1] > 1.2 * far.error.min()
    assert far.error.argmin() < 30
