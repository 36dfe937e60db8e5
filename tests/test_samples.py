"""Descent on samples: exact gradients, exact epochs, and a noise ball that theory and experiment agree on."""

from itertools import permutations

import numpy as np
import pytest

import optim_viz as ov
from optim_viz import autodiff
from optim_viz.data import DATASETS, Data
from optim_viz.samples import (
    MODELS,
    Model,
    SampleLoss,
    descend,
    escapes,
    measured,
    on_clock,
    sample_loss,
    seconds_per_update,
    stationary,
    two_trends,
    updates_for,
    wilson,
)
from optim_viz.samples.minima import settled

RNG = np.random.default_rng(7)
X, NOISE = RNG.normal(size=30), RNG.normal(size=30)


def loss_of(model, n=30, two=False):
    """A small loss of each kind with an ordinary minimum."""
    x, v = X[:n], (NOISE[:n] if two else np.ones(n))
    y = 0.7 * x - 0.3 + 0.5 * NOISE[:n]
    return SampleLoss(MODELS[model], x, v, y if model == "line" else (y > 0).astype(float))


CASES = [pytest.param(loss_of(model, two=two), id=f"{model}-{two}") for model in MODELS for two in (False, True)]


@pytest.mark.parametrize("loss", CASES)
def test_gradients_are_autograds(loss):
    """Closed forms equal the tape, for all samples and for any choice of them, and central differences."""
    p = RNG.normal(size=(2, 5, 3))
    np.testing.assert_allclose(loss.gradient(p), loss.gradient_by_autograd(p), rtol=0, atol=1e-14)
    rows = RNG.integers(0, len(loss), (5, 3, 4))
    np.testing.assert_allclose(loss.gradient(p, rows), loss.gradient_by_autograd(p, rows), rtol=0, atol=1e-14)
    h = 1e-6 * np.eye(2).reshape(2, 2, 1, 1)
    slopes = [(loss.value(p + step) - loss.value(p - step)) / 2e-6 for step in h]
    np.testing.assert_allclose(loss.gradient(p), slopes, atol=1e-8)
    bends = [(loss.gradient(p + step) - loss.gradient(p - step)) / 2e-6 for step in h]
    np.testing.assert_allclose(loss.hessian(p), bends, atol=1e-8)


@pytest.mark.parametrize("model", MODELS)
def test_bends_are_autograds(model):
    """The second derivative of a sample's loss in z is what the tape gives."""
    z, y = np.linspace(-6, 6, 25), np.tile([0.0, 1.0], 13)[:25]
    xp = autodiff.numpy()
    twice = autodiff.second_derivatives(lambda s, zero: MODELS[model].loss(xp, s, y) + zero, z, 0 * z)[0]
    np.testing.assert_allclose(MODELS[model].bend(z, y), twice, atol=1e-14)


def test_closed_forms_by_hand():
    """(wx + b − y)² and the cross-entropy have the gradients of any textbook."""
    line, logistic = loss_of("line"), loss_of("logistic")
    w, b = p = np.array([0.4, -1.2])
    off = w * line.u + b - line.target
    np.testing.assert_allclose(line.value(p), np.mean(off**2), rtol=1e-14)
    np.testing.assert_allclose(line.gradient(p), [2 * np.mean(off * line.u), 2 * np.mean(off)], rtol=1e-14)
    said = 1 / (1 + np.exp(-(w * logistic.u + b)))
    y = logistic.target
    np.testing.assert_allclose(logistic.value(p), -np.mean(y * np.log(said) + (1 - y) * np.log(1 - said)), rtol=1e-13)
    np.testing.assert_allclose(logistic.gradient(p), [np.mean((said - y) * logistic.u), np.mean(said - y)], rtol=1e-13)


def test_the_mean_is_the_mean_of_the_samples():
    """Value and gradient are means over E_i; a large grid in pieces equals its points one by one."""
    loss = loss_of("neuron")
    grid = RNG.normal(size=(2, 120, 110))
    many = loss.value(grid)
    assert many.shape == (120, 110)
    for i, j in ((0, 0), (119, 109), (60, 3)):
        point = grid[:, i, j]
        assert many[i, j] == pytest.approx(loss.terms(point).mean(), rel=1e-14)
        each = [loss.gradient(point, np.array([k])) for k in range(30)]
        np.testing.assert_allclose(loss.gradient(point), np.mean(each, axis=0), rtol=1e-12)
    assert loss.gradient(grid).shape == grid.shape


def test_a_model_of_ones_own_needs_no_derivative():
    """Without closed forms autograd takes over, and the walk is the same."""
    own = Model("own", "own", "regression", "", lambda xp, z, y: (z - y) ** 2)
    line = loss_of("line")
    taped = SampleLoss(own, line.u, line.v, line.target)
    walks = [descend(loss, ov.SGD(lr=0.1), (2, 2), batch=7, updates=12).x for loss in (line, taped)]
    np.testing.assert_allclose(walks[0], walks[1], rtol=0, atol=1e-13)
    np.testing.assert_allclose(taped.hessian((1.0, 2.0)), line.quadratic, atol=1e-12)


def test_minima_are_minima():
    """y = 2x + 1 has its minimum 0 at (2, 1); elsewhere the slope is 0 and a fine grid finds nothing lower."""
    exact = SampleLoss(MODELS["line"], X, np.ones(30), 2 * X + 1)
    np.testing.assert_allclose(exact.minima, [[2, 1]], atol=1e-12)
    assert exact.minimum_value == pytest.approx(0, abs=1e-24)
    for model in ("logistic", "neuron"):
        loss = loss_of(model)
        best = loss.minima[0]
        np.testing.assert_allclose(loss.gradient(best), 0, atol=1e-9)
        assert np.linalg.eigvalsh(loss.hessian(best))[0] > 0
        side = np.linspace(-9, 9, 181)
        assert loss.value(np.array(np.meshgrid(side, side))).min() >= loss.minimum_value


def test_separable_classes_have_no_minimum():
    """The weights of a logistic regression grow forever there: nothing is called a minimum, and a sentence says so."""
    data = Data("apart", [[-2.0], [-1.0], [1.0], [2.0]], [0, 0, 1, 1], "classification")
    loss, said = sample_loss(data, "logistic")
    assert loss.minima.shape == (0, 2)
    assert loss.minimum_value is None
    assert len(said) == 1
    assert said[0].startswith("These two classes can be separated")
    assert loss.x[1] > 3  # the picture shows where it falls to


def test_a_minimum_that_infinity_beats_is_not_the_best():
    """A neuron's loss can be lower infinitely far away than at its only minimum: then no best value is claimed."""
    x = np.array([-0.7, -0.5, -0.1, 0.1, 0.4, 0.6, 0.9, 1.3])
    loss = SampleLoss(MODELS["neuron"], x, np.ones(8), np.array([1.0, 1, 1, 0, 1, 1, 0, 0]))
    assert loss.minima.shape == (1, 2)
    assert loss.value(40 * np.array([-1.0, 0.75])) < loss.value(loss.minima[0])
    assert loss.minimum_value is None


def test_two_trends_have_two_minima():
    """A poor one and a good one, each at the bottom of its own basin."""
    loss, said = sample_loss(two_trends(), "neuron", scaling="none")
    assert said == []
    assert loss.minima.shape == (2, 2)
    good, poor = loss.value(loss.minima.T)
    assert (round(float(good), 3), round(float(poor), 3)) == (0.206, 0.242)
    np.testing.assert_array_equal(settled(loss, loss.minima.T + 0.1), [0, 1])
    long = descend(loss, ov.SGD(lr=1), (-2, 1), updates=2000).x[-1, :, 0]
    np.testing.assert_allclose(long, loss.minima[1], atol=1e-3)
    assert settled(loss, np.array([[-2.0], [1.0]]))[0] == 1


@pytest.mark.parametrize("loss", CASES)
def test_the_picture_holds_start_and_minima(loss):
    """The domain fits itself around what matters."""
    for point in (*loss.minima, loss.start):
        assert loss.x[0] < point[0] < loss.x[1]
        assert loss.y[0] < point[1] < loss.y[1]


def test_equal_losses_are_equal():
    """Equal by content, so that a cache finds them; another sample makes another loss."""
    a, b = loss_of("line"), loss_of("line")
    assert a == b
    assert hash(a) == hash(b)
    assert a != SampleLoss(MODELS["line"], a.u, a.v, a.target + 1e-9)
    assert a != SampleLoss(MODELS["neuron"], a.u, a.v, a.target)


@pytest.mark.parametrize("rule", [ov.SGD(lr=0.1), ov.Momentum(lr=0.1), ov.Nesterov(lr=0.1), ov.Adam(lr=0.1)])
@pytest.mark.parametrize("model", MODELS)
def test_full_batch_is_gradient_descent_on_the_mean(rule, model):
    """With all samples in the batch a walk is the path of the same optimizer on the surface, to the last bit."""
    loss = loss_of(model)
    walk = descend(loss, rule, loss.start, updates=30, seeds=(4, 5)).path()
    path = ov.trace(rule, loss, loss.start, 30)
    np.testing.assert_array_equal(walk.x, path.x)
    for key in path.state:
        np.testing.assert_array_equal(walk.state[key], path.state[key])
    np.testing.assert_allclose(walk.value, path.value, rtol=1e-14)
    assert (walk.outcome.kind, walk.calls) == (path.outcome.kind, path.calls)


# Its gradient at a sample is (u·y, v·y) wherever one stands: a walk of SGD adds up the samples it has seen.
COUNTING = Model("sum", "sum", "regression", "", lambda xp, z, y: z * y, lambda z, y: y + 0 * z)


@pytest.mark.parametrize("order", ["shuffle", "fixed"])
@pytest.mark.parametrize("batch", [1, 4, 7, 30])
def test_an_epoch_visits_each_sample_once(order, batch):
    """Where the number of samples is seen as powers of two, an epoch adds up to each of them exactly once."""
    weight = 2.0 ** np.arange(30)
    loss = SampleLoss(COUNTING, weight, np.ones(30), np.ones(30))
    per = updates_for(1, 30, batch)
    walk = descend(loss, ov.SGD(lr=1), (0, 0), batch=batch, updates=2 * per, seeds=(0, 1), order=order)
    sizes = np.diff(walk.samples)
    sums = -np.diff(walk.x[:, 0], axis=0) * sizes[:, None]
    for epoch in (sums[:per], sums[per:]):
        np.testing.assert_allclose(epoch.sum(axis=0), 2.0**30 - 1, rtol=1e-12)
        np.testing.assert_array_equal([bin(round(s)).count("1") for s in epoch[:, 0]], sizes[:per])
    assert (walk.samples[per], walk.samples[-1]) == (30, 60)
    assert np.allclose(sums[:per], sums[per:], atol=1e-5) == (order == "fixed" or batch == 30)


def test_drawing_with_replacement_repeats_samples():
    """It is not an epoch: some samples come twice, others not at all."""
    loss = SampleLoss(COUNTING, 2.0 ** np.arange(30), np.ones(30), np.ones(30))
    walk = descend(loss, ov.SGD(lr=1), (0, 0), batch=1, updates=30, order="replace")
    seen = -np.diff(walk.x[:, 0, 0])
    assert set(seen) < set(loss.u)
    assert len(set(seen)) < 30


@pytest.mark.parametrize("order", ["shuffle", "replace"])
def test_a_seed_is_a_run_of_its_own(order):
    """A lane is the same run whether others are beside it or not, and other seeds are other runs."""
    loss = loss_of("neuron")
    many = descend(loss, ov.Adam(lr=0.1), loss.start, batch=4, updates=40, seeds=range(5), order=order)
    alone = descend(loss, ov.Adam(lr=0.1), loss.start, batch=4, updates=40, seeds=(3,), order=order)
    np.testing.assert_array_equal(many.x[:, :, 3], alone.x[:, :, 0])
    assert len(np.unique(many.x[-1, 0])) == 5
    np.testing.assert_array_equal(many.values([0, 40])[:, 3], alone.path().value[[0, 40]])


def test_a_rate_too_large_diverges_and_says_why():
    """The bound 2/λmax of the mean loss holds for the full batch; nothing infinite is left in the path."""
    loss = loss_of("line")
    top = np.linalg.eigvalsh(loss.quadratic)[-1]
    for factor, kind in ((0.9, "converged"), (2.5, "diverged")):
        path = descend(loss, ov.SGD(lr=2 * factor / top), loss.start, updates=400).path()
        assert path.outcome.kind == kind
        assert np.isfinite(path.x).all()
        assert ("2/λmax" in path.outcome.reason) == (kind == "diverged")


def test_a_slower_clock_makes_a_path_wait():
    """Seen by the samples, a full batch stands still until the last of them, then makes its one step."""
    loss = loss_of("line")
    walk = descend(loss, ov.SGD(lr=0.1), loss.start, updates=3)
    rows = on_clock(walk.samples, np.arange(0, 91, 10))
    np.testing.assert_array_equal(rows, [0, 0, 0, 1, 1, 1, 2, 2, 2, 3])
    seen, path = walk.path(rows=rows), walk.path()
    np.testing.assert_array_equal(seen.x, path.x[rows])
    np.testing.assert_array_equal(seen.value, path.value[rows])
    assert seen.end == 9
    gone = descend(loss, ov.SGD(lr=50), loss.start, updates=30)
    late = gone.path(rows=on_clock(np.arange(31) * 30, np.arange(0, 901, 10)))
    assert late.outcome.kind == "diverged"
    assert late.end == 3 * gone.path().end + 2
    assert np.isfinite(late.x).all()
    np.testing.assert_array_equal(on_clock(0.1 * np.arange(4), np.array([0.0, 0.1, 0.2, 0.3])), [0, 1, 2, 3])


def small():
    x, y = np.array([-1.0, 0.2, 0.5, 1.3, 2.0]), np.array([0.3, -0.4, 1.0, 0.8, 2.5])
    return SampleLoss(MODELS["line"], x, np.ones(5), y)


def maps_of(loss, lr):
    """δ -> δ − lr (g_i + H_i δ) of each sample, as 3 × 3 matrices on (δ, 1)."""
    at, made = loss.minima[0], []
    for k in range(len(loss)):
        a = np.array([loss.u[k], loss.v[k]])
        made.append(np.block([[np.eye(2) - lr * 2 * np.outer(a, a), -lr * loss.gradient(at, np.array([k]))[:, None]],
                              [np.zeros((1, 2)), np.ones((1, 1))]]))  # fmt: skip
    return made


def second_moment(whole):
    """The fixed point of E[(δ, 1)(δ, 1)ᵀ] under the mean of T ⊗ T."""
    values, vectors = np.linalg.eig(whole)
    fixed = vectors[:, np.argmin(np.abs(values - 1))].real
    return (fixed / fixed[-1]).reshape(3, 3)[:2, :2]


def test_the_ball_of_independent_samples_is_exact():
    """The theory equals the fixed point of the exact mean over all draws, also at large rates."""
    loss = small()
    for lr in (0.01, 0.1, 0.2):
        whole = np.mean([np.kron(m, m) for m in maps_of(loss, lr)], axis=0)
        ball = stationary(loss, lr, 1, "replace")
        np.testing.assert_allclose(ball.spread, second_moment(whole), rtol=1e-9)
        assert ball.excess == pytest.approx(np.trace(loss.quadratic @ ball.spread) / 2)
        assert ball.radius == pytest.approx(np.sqrt(np.trace(ball.spread)))


def shuffled(loss, lr):
    """E[δδᵀ] averaged over an epoch, over all orders, exactly."""
    maps, tracks = maps_of(loss, lr), []
    for order in permutations(range(len(loss))):
        track, whole = [], np.eye(3)
        for k in order:
            whole = maps[k] @ whole
            track.append(np.kron(whole, whole))
        tracks.append(track)
    mean = np.mean(tracks, axis=0)
    first = np.zeros((3, 3))
    first[:2, :2], first[2, 2] = second_moment(mean[-1]), 1
    values, vectors = np.linalg.eig(mean[-1])
    fixed = vectors[:, np.argmin(np.abs(values - 1))].real
    fixed = fixed / fixed[-1]
    return np.mean([(m @ fixed).reshape(3, 3)[:2, :2] for m in mean], axis=0)


@pytest.mark.parametrize("lr", [0.02, 0.002])
def test_the_ball_of_shuffled_epochs_is_close(lr):
    """Against the exact mean over all 120 orders of five samples the radius is off by less than five percent."""
    loss = small()
    exact = np.sqrt(np.trace(shuffled(loss, lr)))
    assert stationary(loss, lr, 1).radius == pytest.approx(exact, rel=0.05)
    assert stationary(loss, lr, 1, "replace").radius > 1.1 * exact  # what no shuffling would give


def test_a_fixed_order_ends_in_the_computed_cycle():
    """Nothing is left to chance: simulated and solved cycle agree."""
    loss = small()
    walk = descend(loss, ov.SGD(lr=0.1), loss.start, batch=2, updates=3 * 400, order="fixed")
    last = walk.x[-3:, :, 0] - loss.minima[0]
    np.testing.assert_allclose(stationary(loss, 0.1, 2, "fixed").spread, last.T @ last / 3, rtol=1e-9)


@pytest.mark.parametrize("order", ["shuffle", "replace"])
@pytest.mark.parametrize("batch", [1, 4, 10])
def test_the_measured_ball_is_the_theorys(order, batch):
    """Sixty runs measure what theory says, within four standard errors (four does not divide the thirty samples)."""
    loss = loss_of("line")
    walk = descend(loss, ov.SGD(lr=0.05), loss.minima[0], batch=batch, updates=600, seeds=range(60), order=order)
    seen, told = measured(walk), stationary(loss, 0.05, batch, order)
    room = 0.02 * told.radius if order == "shuffle" else 0
    assert abs(seen.radius - told.radius) < 4 * seen.radius_error + room
    assert abs(seen.excess - told.excess) < 4 * seen.excess_error + 2 * room * told.excess / told.radius
    assert seen.radius_error < 0.1 * told.radius
    values = loss.value(np.moveaxis(seen.points, 1, 0)).mean() - loss.minimum_value
    assert seen.excess == pytest.approx(values, abs=2 * seen.excess_error)
    assert seen.points.shape == (301, 2, 60)


def test_what_sets_the_size_of_the_ball():
    """At small rates its squared radius grows with the rate and falls with the batch; shuffling makes it smaller."""
    loss = loss_of("line")
    size = {(lr, k): stationary(loss, lr, k, "replace").radius ** 2 for lr in (1e-4, 2e-4) for k in (1, 10)}
    assert size[2e-4, 1] / size[1e-4, 1] == pytest.approx(2, rel=1e-2)
    assert size[1e-4, 1] / size[1e-4, 10] == pytest.approx(10, rel=1e-2)
    assert stationary(loss, 0.01, 5).radius < stationary(loss, 0.01, 5, "replace").radius
    assert stationary(loss, 0.01, 30).radius == pytest.approx(0, abs=1e-12)


def test_there_is_no_ball_above_the_limit():
    """A rate that the full batch still bears can be too large for single samples: then nothing is claimed."""
    loss = loss_of("line")
    worst = 2 * (loss.u**2 + 1)
    lr = 1.5 / np.linalg.eigvalsh(loss.quadratic)[-1]
    assert lr > 2 / worst.max()
    assert stationary(loss, lr, 30) is not None
    assert stationary(loss, lr, 1, "replace") is None
    rough = descend(loss, ov.SGD(lr=lr), loss.start, batch=1, updates=400, seeds=range(20), order="replace")
    assert rough.values([400]).mean() > 100 * loss.value(loss.start)


def test_wilsons_interval():
    """The interval of Wilson 1927, as in the tables: 0, 10 and 20 of 20."""
    np.testing.assert_allclose(wilson(10, 20), (0.29930, 0.70070), atol=1e-5)
    np.testing.assert_allclose(wilson(0, 20), (0, 0.16113), atol=1e-5)
    np.testing.assert_allclose(wilson(20, 20), (0.83887, 1), atol=1e-5)


def test_small_batches_leave_the_poor_minimum():
    """From the same start, twenty seeds: one sample always leaves, the full batch never, and one count is between."""
    loss, _ = sample_loss(two_trends(), "neuron", scaling="none", start=(-2, 1))
    told = {e.batch: e for e in escapes(loss, ov.SGD(lr=1.5), loss.start, (1, 4, 10, 48), 480, range(20))}
    assert (told[1].left, told[48].left) == (20, 0)
    assert (told[1].total, told[48].total) == (20, 1)
    assert 0 < told[4].left < 20
    assert told[4].left == (told[4].where == 0).sum()
    assert (told[4].low, told[4].high) == wilson(told[4].left, 20)
    values = loss.value(told[4].ends)
    assert values[told[4].where == 0].mean() < values[told[4].where == 1].mean()


def test_real_data_become_a_loss():
    """Diabetes by body mass: 442 samples, the line of least squares, a slope that is the correlation."""
    data = DATASETS["diabetes"].load()
    loss, said = sample_loss(data, "line", (2,))
    assert (len(loss), said, loss.axes) == (442, [], ("w", "b"))
    np.testing.assert_allclose(loss.minima[0], [np.corrcoef(data.X[:, 2], data.y)[0, 1], 0], atol=1e-12)
    iris = DATASETS["iris"].load()
    loss, _ = sample_loss(iris, "logistic", (0, 1), positive=2)
    assert loss.axes == ("w₁", "w₂")
    np.testing.assert_array_equal(loss.target, iris.y == 2)


def test_what_has_to_be_said():
    """Too many rows, gaps and equal columns each get their sentence, and a loss all the same."""
    x = RNG.normal(size=(2000, 1))
    many = Data("many", np.hstack([x, 3 * x + 1]), x[:, 0] + RNG.normal(size=2000), "regression")
    loss, said = sample_loss(many, "line", (0, 1))
    assert len(loss) == 500
    assert [s.split(",")[0][:20] for s in said] == ["500 of 2000 samples", "The two columns say "]
    assert np.isfinite(loss.minima).all()
    gaps = Data("gaps", [[1.0], [np.nan], [3.0], [4.0]], [1.0, 2, 3, 5], "regression", gaps=True)
    loss, said = sample_loss(gaps, "line")
    assert said[0].startswith("Missing cells: 1")
    assert loss.u[1] == 0


BAD = {
    "no such model": (two_trends(), "forest", "There is no such model."),
    "labels for a line": (two_trends(), "line", "A straight line needs numbers"),
    "numbers for classes": (DATASETS["curve"].load(), "neuron", "This model tells two classes apart"),
    "one value": (Data("flat", [[1.0], [1.0]], [0.0, 1], "regression"), "line", "All samples have the same value"),
    "one target": (Data("same", [[1.0], [2.0]], [3.0, 3], "regression"), "line", "All samples have the same target"),
    "one class": (Data("one", [[1.0], [2.0]], [0, 0], "classification", ("a", "b")), "logistic", "All samples are of"),
}


@pytest.mark.parametrize("case", BAD)
def test_data_that_cannot_be_learned_from_say_why(case):
    """One sentence each, that a page can show."""
    data, model, sentence = BAD[case]
    with pytest.raises(ValueError, match=sentence) as wrong:
        sample_loss(data, model)
    assert hasattr(wrong.value.args[0], "template")


@pytest.mark.parametrize(
    "given", [{"batch": 0}, {"batch": 31}, {"updates": -1}, {"order": "sorted"}, {"seeds": ()}, {"batch": True}]
)
def test_arguments_are_checked(given):
    """What cannot be run is a ValueError with a sentence."""
    with pytest.raises(ValueError, match=r"."):
        descend(loss_of("line"), ov.SGD(lr=0.1), (0, 0), **given)


def test_the_cost_of_an_update_is_the_middle_of_what_a_clock_says():
    """Eight updates per trial: with a clock that ticks once a look, an update costs an eighth of a tick."""
    ticks = iter(range(1000))
    assert seconds_per_update(loss_of("line"), ov.SGD(lr=0.1), 5, clock=lambda: float(next(ticks))) == 1 / 8
