"""What a choice of loss does, by numbers: pulls, exact lines, bias and variance, bits, a sigmoid before the loss."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim_viz.labs.losses import (
    ESTIMATORS,
    SOURCES,
    balls,
    best_right,
    consistent,
    cross_entropy,
    descend,
    entropy,
    gate_data,
    kl,
    line,
    lines,
    of_error,
    of_score,
    pull,
    pulled,
    reached,
    read_shares,
    running,
    shares,
    spread,
    statistics,
    theory,
    way,
)
from optim_viz.labs.losses.gate import LOSSES as BEHIND
from optim_viz.nn.losses import MAE, MSE, RMSE, CrossEntropy, Huber

ERRORS = np.linspace(-5, 5, 41)
FOUR = (MSE(), MAE(), RMSE(), Huber(1.0))


# --- the way to a line

X, Y = np.arange(1.0, 10), np.array([1.7, 2.4, 2.8, 3.7, 4, 4.9, 5.2, 6.1, 1])


@pytest.mark.parametrize("loss", FOUR)
def test_every_loss_starts_as_one_line_and_comes_to_its_own(loss):
    """From the heights 9 and 1 at the ends; the rest of the loss falls from 1 to less than a hundredth."""
    found = way(loss, X, Y)
    np.testing.assert_allclose(found.lines[0, 0] * X[[0, -1]] + found.lines[1, 0], [9, 1])
    assert found.left[0] == 1
    assert found.left[-1] < 0.01
    assert found.left.min() >= 0
    np.testing.assert_allclose(found.lines[:, -1] @ [9, 1], np.dot(line(loss, X, Y), [9, 1]), atol=0.15)


def test_a_step_of_the_way_is_one_of_gradient_descent():
    """The first of two steps, in height and slope of standardized x, by hand; the second with half the rate."""
    u = (X - X.mean()) / X.std()
    found = way(MSE(), X, Y, steps=2, rate=0.1)
    w, b = found.lines[0] * X.std(), found.lines[1] + found.lines[0] * X.mean()
    for k, rate in enumerate((0.1, 0.05)):
        error = w[k] * u + b[k] - Y
        assert w[k + 1] == pytest.approx(w[k] - rate * 2 * (error * u).mean())
        assert b[k + 1] == pytest.approx(b[k] - rate * 2 * error.mean())


# --- curves


@pytest.mark.parametrize(("loss", "value", "slope"), [(MSE(), 3.4, 10), (MAE(), 1.4, 1), (Huber(1.0), 0.9, 1)])
def test_one_error_of_five_among_nine_of_one(loss, value, slope):
    """By hand: (25 + 9)/10, (5 + 9)/10, (4.5 + 9/2)/10; the pulls 2e, 1 and δ."""
    shape = of_error(loss, np.array([5.0]))
    assert shape.value[0] == pytest.approx(value)
    assert shape.pull[0] == pytest.approx(slope)


def test_rmse_divides_every_pull_by_that_of_the_batch():
    """Its pull is e/RMSE: less than that of MSE/2 where the batch is wrong; alone it is the pull of MAE."""
    shape = of_error(RMSE(), ERRORS)
    np.testing.assert_allclose(shape.pull, ERRORS / np.sqrt((ERRORS**2 + 9) / 10), atol=1e-12)
    alone = of_error(RMSE(), ERRORS, others=0)
    np.testing.assert_allclose(alone.value, np.abs(ERRORS))
    np.testing.assert_array_equal(alone.pull, of_error(MAE(), ERRORS, others=0).pull)


@pytest.mark.parametrize("loss", FOUR, ids=lambda loss: loss.name)
def test_the_pull_is_the_slope_of_the_curve(loss):
    """Central differences of the value, ten samples in the batch."""
    e, h = np.array([-3.3, -0.4, 0.2, 2.7]), 1e-6
    apart = (of_error(loss, e + h).value - of_error(loss, e - h).value) / (2 * h)
    np.testing.assert_allclose(of_error(loss, e).pull / 10, apart, atol=1e-8)


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_cross_entropy_never_pulls_with_more_than_one(classes):
    """log k at equal scores, the pull share − 1: nearly −1 where it is surely wrong, nearly 0 where it is right."""
    shape = of_score(np.array([-30.0, 0.0, 30.0]), classes)
    assert shape.value[1] == pytest.approx(np.log(classes))
    np.testing.assert_allclose(shape.pull, [-1, 1 / classes - 1, 0], atol=1e-9)


# --- lines


def noisy(outlier=None):
    x = np.arange(1.0, 10.0)
    y = 0.6 * x + 1 + np.array([0.1, -0.2, 0.15, 0.05, -0.1, 0.2, -0.15, 0.1, 0.0])
    if outlier is not None:
        y[-1] = outlier
    return x, y


def loss_of(loss, x, y, w, b):
    return float(loss.value_and_slope((w * x + b)[None, None], y[None, None])[0][0])


@pytest.mark.parametrize("outlier", [None, -6.0, 30.0])
@pytest.mark.parametrize("loss", [MSE(), MAE(), RMSE(), Huber(1.0), Huber(0.1)], ids=repr)
def test_no_line_near_or_far_has_a_smaller_loss(loss, outlier):
    """The exact fit beats thousands of others around it, at every distance."""
    x, y = noisy(outlier)
    w, b = line(loss, x, y)
    best = loss_of(loss, x, y, w, b)
    rng = np.random.default_rng(0)
    for scale in (1e-3, 1e-2, 0.1, 1, 5):
        other = (w + scale * rng.normal(size=500))[:, None] * x + (b + scale * rng.normal(size=500))[:, None]
        assert loss.value_and_slope(other[:, None], y[None, None])[0].min() >= best - 1e-12


def test_least_squares_is_that_of_numpy_and_the_root_has_the_same_line():
    """MSE's line is np.polyfit's; a root moves no minimum."""
    x, y = noisy(-6.0)
    np.testing.assert_allclose(line(MSE(), x, y), np.polyfit(x, y, 1))
    assert line(RMSE(), x, y) == line(MSE(), x, y)
    np.testing.assert_allclose(line(Huber(1000.0), x, y), np.polyfit(x, y, 1), rtol=1e-9)


def test_an_outlier_moves_mse_in_proportion_and_mae_not_at_all():
    """The claim of the page: without a limit for MSE, with one for MAE and Huber."""
    x, y = noisy()
    heights = np.array([-10.0, -100.0, -1000.0])
    at = {loss.name: pulled(loss, x, y, 8, heights)[0] * 9 + pulled(loss, x, y, 8, heights)[1] for loss in FOUR}
    np.testing.assert_allclose(np.diff(at["MSE"]) / np.diff(heights), 0.3777778, rtol=1e-6)  # the leverage of x = 9
    assert np.ptp(at["MAE"]) < 1e-9
    assert np.ptp(at["Huber"]) < 1e-6
    assert abs(at["MAE"][0] - 6.4) < 0.5


def test_leverage_beats_mae_and_huber_too():
    """A point far to the side is hit by the line of MAE, however wrong its height is: said in the long text."""
    x = np.array([1, 1.2, 1.4, 1.6, 1.8, 2, 9.5])
    y = np.array([2, 1.8, 2.1, 1.9, 2.1, 2, 9.0])
    w, b = line(MAE(), x, y)
    assert w * 9.5 + b == pytest.approx(9)
    w, b = line(Huber(1.0), x, y)
    assert abs(w * 9.5 + b - 9) < 1


def test_many_sets_of_heights_are_fitted_as_one_by_one():
    """`lines` of a stack equals `line` of each."""
    x, y = noisy()
    stack = y + np.random.default_rng(1).normal(size=(5, 9))
    for loss in FOUR:
        one = np.array([line(loss, x, row) for row in stack]).T
        np.testing.assert_allclose(lines(loss, x, stack), one, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(("x", "y"), [([], []), ([1.0], [2.0]), ([3.0, 3.0], [1.0, 2.0])])
def test_points_that_fix_no_line_get_a_sentence(x, y):
    """Fewer than two different x."""
    with pytest.raises(ValueError, match="two different x"):
        line(MSE(), np.array(x), np.array(y))


# --- estimators


@pytest.fixture(scope="module")
def sampled():
    """source -> n -> statistics of 20 000 samples."""
    return {name: {n: statistics(source, n, 20_000, seed=1) for n in (2, 10, 50)} for name, source in SOURCES.items()}


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_is_what_it_says(source):
    """Mean, variance and fourth central moment of a million draws."""
    one = SOURCES[source]
    x = one.draw(np.random.default_rng(0), (1_000_000,))
    assert x.mean() == pytest.approx(one.mean, abs=0.005)
    assert x.var() == pytest.approx(one.variance, rel=0.01)
    assert ((x - x.mean()) ** 4).mean() == pytest.approx(one.m4, rel=0.05)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("n", [2, 10, 50])
def test_sampling_agrees_with_theory(sampled, source, n):
    """Bias within four standard errors, variance within a few percent, wherever theory knows them."""
    for name in ESTIMATORS:
        told = theory(name, SOURCES[source], n, 0.8)
        if told is None:
            assert name == "median"
            continue
        one = spread(name, SOURCES[source], sampled[source][n], n, 0.8)
        assert abs(one.bias - told[0]) < 4 * one.doubt
        assert one.variance == pytest.approx(told[1], rel=0.15 if ESTIMATORS[name].statistic == "variance" else 0.05)


@pytest.mark.parametrize("source", SOURCES)
def test_bias_squared_and_variance_make_the_mse_of_new_samples(sampled, source):
    """The identity exactly on the same estimates; on other ones within what chance leaves, 3 % for normal means."""
    for name in ESTIMATORS:
        one = spread(name, SOURCES[source], sampled[source][10], 10, 0.8)
        half = one.estimates[:10_000]
        assert one.sum == pytest.approx(((half - one.truth) ** 2).mean(), rel=1e-9)
        chance = np.std((one.estimates - one.truth) ** 2) * np.sqrt(2 / 10_000)
        assert abs(one.sum - one.mse) < 4 * chance
    means = [spread(name, SOURCES["normal"], sampled["normal"][10], 10, 0.8) for name in ("mean", "shrunk", "median")]
    assert all(abs(one.sum / one.mse - 1) < 0.03 for one in means)


def test_who_is_biased(sampled):
    """Mean, median of symmetric values, first value and ÷ (n − 1) are not; shrunk mean and ÷ n are."""
    told = {name: spread(name, SOURCES["normal"], sampled["normal"][10], 10, 0.8).biased for name in ESTIMATORS}
    assert told == {"mean": False, "median": False, "shrunk": True, "first": False, "n": True, "n1": False}
    assert spread("median", SOURCES["exponential"], sampled["exponential"][10], 10).biased


def test_who_is_efficient(sampled):
    """The mean where values are normal, the median where tails are heavy; neither beats the bound by much."""
    of = {source: {name: spread(name, SOURCES[source], sampled[source][50], 50).variance * 50
                   for name in ("mean", "median")} for source in ("normal", "laplace")}  # fmt: skip
    assert of["normal"]["mean"] == pytest.approx(SOURCES["normal"].bound["mean"], rel=0.05)
    assert of["normal"]["median"] == pytest.approx(np.pi / 2, rel=0.06)
    assert 0.5 < of["laplace"]["median"] < 0.75 < 0.9 < of["laplace"]["mean"]


@pytest.mark.parametrize("n", [2, 3, 10, 100])
def test_dividing_by_n_has_the_smaller_mse_for_normal_values(n):
    """Biased, and better: by theory at every n."""
    mse = {name: b**2 + v for name in ("n", "n1") for b, v in [theory(name, SOURCES["normal"], n)]}
    assert mse["n"] < mse["n1"]


@pytest.mark.parametrize("seed", range(3))
def test_who_is_consistent(seed):
    """An MSE that stays is told from one that goes to 0, for a shrinkage of 5 % and for the median of skewed values."""
    for source, wrong in (("normal", {"shrunk", "first"}), ("exponential", {"shrunk", "first", "median"})):
        found = {n: statistics(SOURCES[source], n, 2000, seed) for n in (50, 500)}
        small, large = ({name: spread(name, SOURCES[source], found[n], n, 0.95) for name in ESTIMATORS}
                        for n in (50, 500))  # fmt: skip
        assert {name for name in ESTIMATORS if not consistent(small[name], large[name])} == wrong


# --- bits


def test_entropies_by_hand():
    """One color 0, four alike 2 bits, 1/2 1/4 1/8 1/8 is 1.75; in nats times log 2."""
    assert entropy(shares(np.array([3.0, 0, 0, 0]))) == 0
    assert entropy(np.full(4, 0.25)) == pytest.approx(2)
    q = shares(np.array([4.0, 2, 1, 1]))
    assert entropy(q) == pytest.approx(1.75)
    assert entropy(q, "nats") == pytest.approx(1.75 * np.log(2))
    assert cross_entropy(q, np.full(4, 0.25)) == pytest.approx(2)
    assert kl(q, np.full(4, 0.25)) == pytest.approx(0.25)
    assert kl(np.full(4, 0.25), q) == pytest.approx(0.25)


weights = st.lists(st.integers(0, 20), min_size=4, max_size=4).filter(any).map(lambda w: shares(np.array(w)))


@given(weights, weights)
def test_the_model_never_pays_less_than_the_entropy(q, p):
    """KL is at least 0, and 0 only where p = q; entropy lies between 0 and that of all alike."""
    assert 0 <= entropy(q) <= 2 + 1e-12
    assert cross_entropy(q, p) >= entropy(q) - 1e-12
    assert (kl(q, p) < 1e-9) == np.allclose(p, q, atol=1e-4)


def test_ruling_out_what_happens_costs_infinitely_much():
    """And ruling out what never happens costs nothing."""
    assert cross_entropy(np.array([0.5, 0.5]), np.array([1.0, 0.0])) == np.inf
    assert cross_entropy(np.array([1.0, 0.0]), np.array([0.5, 0.5])) == pytest.approx(1)


def test_this_is_the_cross_entropy_networks_are_trained_with():
    """CrossEntropy of scores log p and shares q is H(q, p) in nats."""
    q, p = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.5, 0.3])
    value, slope = CrossEntropy().value_and_slope(np.log(p)[None, :, None], q[None, :, None])
    assert value[0] == pytest.approx(cross_entropy(q, p, "nats"))
    np.testing.assert_allclose(slope[0, :, 0], p - q, atol=1e-15)


def test_the_mean_surprise_goes_to_the_cross_entropy():
    """Within four standard errors after 20 000 balls; each first ball costs −log p of its color."""
    q, p = shares(np.array([5, 2, 2, 1])), shares(np.array([1, 2, 3, 4]))
    cost = -np.log2(p)
    error = np.sqrt((q * cost**2).sum() - (q * cost).sum() ** 2) / np.sqrt(20_000)
    for seed in range(3):
        mean = running(q, p, 20_000, seed)
        assert abs(mean[-1] - cross_entropy(q, p)) < 4 * error
        assert np.isclose(cost, mean[0]).any()


@given(weights)
def test_the_bag_has_as_many_balls_as_it_should(q):
    """Twenty in all, each color within one ball of its share; exact shares exactly."""
    drawn = balls(q, 20)
    assert drawn.sum() == 20
    assert (np.abs(drawn - 20 * q) < 1).all()
    assert balls(np.array([0.5, 0.25, 0.15, 0.1]), 20).tolist() == [10, 5, 3, 2]


WRONG = [
    "",
    "1 2 3",
    "1 2 3 4 5",
    "1 2 3 x",
    "1 2 3 nan",
    "1 2 3 inf",
    "-1 2 3 4",
    "0 0 0 0",
    "1e400 1 1 1",
    "1 " * 200,
]


@pytest.mark.parametrize("text", WRONG)
def test_a_text_that_is_no_shares_gets_a_sentence(text):
    """The reason in words, whatever was written; proportions are all that counts."""
    with pytest.raises(ValueError, match=r"Write 4 numbers|Shares are numbers"):
        read_shares(text, 4)
    assert read_shares("8, 4 2 2", 4).tolist() == [0.5, 0.25, 0.125, 0.125]


# --- behind a sigmoid


@pytest.mark.parametrize("loss", BEHIND)
def test_the_gradient_behind_the_sigmoid_is_that_of_the_formula(loss):
    """2(a − 1)a(1 − a) for MSE, a − 1 for cross-entropy, and central differences of the loss."""
    z, h = np.linspace(-8, 8, 17), 1e-6
    a = 1 / (1 + np.exp(-z))
    value, slope = pull(loss, z)
    np.testing.assert_allclose(slope, 2 * (a - 1) * a * (1 - a) if loss == "MSE" else a - 1, atol=1e-15)
    np.testing.assert_allclose(slope, (pull(loss, z + h)[0] - pull(loss, z - h)[0]) / (2 * h), atol=1e-9)
    np.testing.assert_allclose(value, (a - 1) ** 2 if loss == "MSE" else -np.log(a), atol=1e-12)


def test_surely_wrong_is_where_mse_stops_learning():
    """At a score of −10 cross-entropy pulls with 1, MSE ten thousand times less; MSE's pull is never above 8/27."""
    assert pull("CrossEntropy", np.array([-10.0]))[1][0] == pytest.approx(-1, abs=1e-4)
    assert abs(pull("MSE", np.array([-10.0]))[1][0]) < 1e-4
    assert np.abs(pull("MSE", np.linspace(-20, 20, 4001))[1]).max() == pytest.approx(8 / 27, abs=1e-6)


def test_descent_is_plain_gradient_descent():
    """Two updates by hand of one neuron on three samples; the start is row 0."""
    x, t = np.array([-1.0, 0.5, 2.0]), np.array([0.0, 1.0, 1.0])
    run = descend("CrossEntropy", x, t, np.array([0.3]), np.array([-0.1]), 0.5, 2)
    w, b = 0.3, -0.1
    for step in range(3):
        a = 1 / (1 + np.exp(-(w * x + b)))
        assert (run.w[step, 0], run.b[step, 0]) == pytest.approx((w, b))
        assert run.value[step, 0] == pytest.approx(-np.mean(np.where(t > 0, np.log(a), np.log(1 - a))))
        assert run.right[step, 0] == ((a > 0.5) == (t > 0)).mean()
        w, b = w - 0.5 * np.mean((a - t) * x), b - 0.5 * np.mean(a - t)


def test_many_starts_at_once_are_each_alone():
    """Lanes do not touch: the same numbers one by one, with a rate of its own each."""
    x, t = gate_data()
    w, b, lr = np.array([-4.0, 0.0, 2.0]), np.array([1.0, 0, -1]), np.array([0.1, 1, 3])
    for loss in BEHIND:
        both = descend(loss, x, t, w, b, lr, 30)
        for k in range(3):
            alone = descend(loss, x, t, w[k : k + 1], b[k : k + 1], lr[k], 30)
            np.testing.assert_allclose(both.w[:, k], alone.w[:, 0], rtol=1e-12)


def test_cross_entropy_leaves_a_wrong_start_and_mse_does_not():
    """The page's opening, on ten data sets: same start, same rate; within 100 updates MSE arrives on none of them."""
    arrived = dict.fromkeys(BEHIND, 0)
    for seed in range(10):
        x, t = gate_data(seed=seed)
        runs = {loss: descend(loss, x, t, np.array([-5.0]), np.zeros(1), 1.0, 100) for loss in BEHIND}
        for loss, run in runs.items():
            arrived[loss] += int(reached(run, 0.95 * best_right(x, t))[0] <= 100)
        assert runs["CrossEntropy"].right[50, 0] > runs["MSE"].right[50, 0] + 0.2
    assert arrived == {"MSE": 0, "CrossEntropy": 9}  # the best cross-entropy need not be the best accuracy


def test_each_at_its_own_best_rate_cross_entropy_still_arrives_first_from_large_starts():
    """Five data sets, twenty starts, seven rates: median updates to the goal; from small starts the two come close."""
    rates = np.repeat((0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0), 20)
    for seed in range(5):
        best = {}
        x, t = gate_data(seed=seed)
        for scale in (0.5, 5.0):
            w, b = np.random.default_rng((seed, 1)).normal(0, scale, (2, 20))
            for loss in BEHIND:
                run = descend(loss, x, t, np.tile(w, 7), np.tile(b, 7), rates, 100)
                best[scale, loss] = np.median(reached(run, 0.95 * best_right(x, t)).reshape(7, 20), axis=1).min()
        assert best[5.0, "CrossEntropy"] < best[5.0, "MSE"]
        assert abs(best[0.5, "CrossEntropy"] - best[0.5, "MSE"]) <= 5


def test_reached_counts_the_start_and_what_never_comes():
    """0 for a start that is good, steps + 1 for one that never is."""
    x, t = np.array([-1.0, 1.0]), np.array([0.0, 1.0])
    run = descend("MSE", x, t, np.array([5.0, -50.0]), np.zeros(2), 0.1, 7)
    assert reached(run, 1.0).tolist() == [0, 8]
    assert best_right(np.array([0.0, 1, 2, 3]), np.array([0.0, 1, 0, 1])) == 0.75
