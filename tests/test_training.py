"""Training: every run is what it would be alone, can be repeated from any station, and never freezes a page."""

import tracemalloc
from dataclasses import fields, replace

import numpy as np
import pytest

import optim_viz as ov
from optim_viz.data.catalogue import DataSpec
from optim_viz.nn import BatchNorm, Conv2d, Dropout, MaxPool, Network, training
from optim_viz.nn.history import History, Point, Progress, Thinned
from optim_viz.nn.settings import EarlyStopping, Settings
from optim_viz.nn.training import Trainer, train
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.words import Text

RNG = np.random.default_rng(7)
X, Y = RNG.normal(size=(50, 6)), RNG.integers(3, size=50)
IMAGES = RNG.normal(size=(40, 1, 6, 6))
DATA = ((X[:33], Y[:33]), (X[33:42], Y[33:42]), (X[42:], Y[42:]))
PICTURES = ((IMAGES[:25], Y[:25]), (IMAGES[25:32], Y[25:32]), (IMAGES[32:], Y[32:40]))
PLAIN = Network([6, 8, 3])
NETS = {
    "plain": (PLAIN, DATA),
    "normalized": (Network([6, 8, 5, 3], activation="gelu", batch_norm=True, dropout=0.3, l2=0.01), DATA),
    "images": (Network([Conv2d(3), BatchNorm(), MaxPool(), 3], input=(1, 6, 6)), PICTURES),
}
RULES = [cls() for cls in OPTIMIZERS.values()]


class Twice(ov.Optimizer):
    """Goes where the slope is steeper uphill, and follows the slope found there."""

    def init(self, x):
        return {}

    def step(self, x, grad, state, t):
        return x - 0.1 * grad(x + 0.05 * grad(x)), {}


COLUMNS = ("train_loss", "train_score", "validation_loss", "validation_score", "gradient_norm", "update_ratio",
           "clipped", "end", "best_step")  # fmt: skip


def story(*args, **kwargs) -> History:
    *_, last = train(*args, **kwargs)
    return last


def same_run(many: History, k: int, one: History):
    """Run k among many is the only run of the other history, to the last bit."""
    real = one.end[0] + 1
    for name in COLUMNS[:-2]:
        together, alone = getattr(many, name)[k], getattr(one, name)[0]
        np.testing.assert_array_equal(together[:real], alone[:real], name)
        assert (together[real:] == together[real - 1]).all(), name
    assert (many.end[k], many.best_step[k]) == (one.end[0], one.best_step[0])
    for name in ("final", "best"):
        a, b = getattr(many, name), getattr(one, name)
        np.testing.assert_array_equal(a.theta[k], b.theta[0], name)
        for key in a.state:
            np.testing.assert_array_equal(a.state[key][k], b.state[key][0], key)
    np.testing.assert_array_equal(many.theta[k, :real], one.theta[0, :real])
    assert (many.outcomes[k].kind, many.outcomes[k].reason) == (one.outcomes[0].kind, one.outcomes[0].reason)
    assert (many.test.loss[k], many.best_test.score[k]) == (one.test.loss[0], one.best_test.score[0])


def by_hand(net, data, rule, steps, size, seed=0):
    """The plainest loop there is, over the documented order of samples; parameters and running statistics."""
    theta, statistics = net.init(seed), net.init_state()
    state, (X, y) = rule.init(theta), data
    per_epoch = -(-len(X) // size)
    masked = any(isinstance(layer, Dropout) for layer in net.layers)
    for t in range(1, steps + 1):
        epoch, place = divmod(t - 1, per_epoch)
        rows = np.random.default_rng([seed, 1, epoch]).permutation(len(X))[place * size : (place + 1) * size]
        moved = []

        def gradient(q, rows=rows, t=t, moved=moved, before=statistics):
            masks = np.random.default_rng([seed, 2, t]) if masked else None
            _, g, after = net.training_pass(q, X[rows], y[rows], state=before, seed=masks)
            moved.append(after)
            return g

        theta, state = rule.step(theta, gradient, state, t)
        statistics = moved[0]
    return theta, statistics


@pytest.mark.parametrize("rule", [*RULES, Twice()], ids=lambda r: r.name)
@pytest.mark.parametrize("name", NETS)
def test_ten_steps_equal_a_plain_loop(name, rule):
    """Parameters and running statistics are those of a loop of ten lines, bit for bit; partial batches included."""
    net, data = NETS[name]
    trainer = Trainer(net, data, rule, Settings(epochs=4, batch_size=9, every=1))
    for event in trainer.events():
        if isinstance(event, Point) and event.step == 10:
            break
    theta, statistics = by_hand(net, data[0], rule, 10, 9)
    now = trainer.history().final
    np.testing.assert_array_equal(now.theta[0], theta)
    for key, value in statistics.items():
        np.testing.assert_array_equal(now.state[key][0], value)


@pytest.mark.parametrize("name", NETS)
def test_together_equals_alone(name):
    """All rules and two seeds side by side: each run's whole history equals that of the run alone, bit for bit."""
    net, data = NETS[name]
    how = {"epochs": 3, "batch_size": 8, "every": 2, "clip": 0.5, "stop": EarlyStopping(2, 0.001)}
    rules = [*RULES, ov.SGD(lr=0.3), ov.Adam(lr=0.05), ov.SGD(lr=1e200)]
    many = story(net, data, rules, seed=[3, 5], **how)
    assert [run.seed for run in many.runs[:2]] == [3, 5]
    assert {o.kind for o in many.outcomes} >= {"diverged", "stopped early", "trained"}
    for k, run in enumerate(many.runs):
        same_run(many, k, story(net, data, run.optimizer, seed=run.seed, **how))


def test_same_weights_and_batches_for_every_optimizer():
    """With a rate of 0 every rule sees the same gradients at each step, and these change from batch to batch."""
    rules = [ov.SGD(lr=0), ov.Adam(lr=0), ov.Lion(lr=0)]
    h = story(PLAIN, DATA, rules, epochs=2, batch_size=5, every=1)
    assert (h.gradient_norm == h.gradient_norm[0]).all()
    assert len(set(h.gradient_norm[0])) == len(h.step)
    assert (h.final.theta == PLAIN.init(0)).all()
    assert not h.best_step.any()  # of equal losses the first


def test_rules_of_one_class_step_together():
    """Small networks under one class of rule are one group; large ones are not, for stacking them saves nothing."""
    rules = [ov.Adam(lr=0.1), ov.SGD(), ov.Adam(lr=0.2, beta1=0.5), ov.Adam(lr=0.3)]
    groups = Trainer(PLAIN, DATA, rules, Settings(batch_size=8)).place.groups
    assert [g.runs for g in groups] == [(0, 2, 3), (1,)]
    assert list(groups[0].rule.lr) == [0.1, 0.2, 0.3]
    assert groups[0].rule.beta2 == 0.999
    large = Trainer(Network([6, 800, 3]), DATA, rules, Settings(batch_size=8)).place.groups
    assert [g.runs for g in large] == [(0,), (2,), (3,), (1,)]


def test_batches():
    """Shuffled epochs see each sample once, the remainder too; with replacement all batches are full and repeat."""
    h = story(PLAIN, DATA, ov.SGD(lr=0.1), epochs=2, batch_size=10)
    assert h.steps_per_epoch == 4
    assert list(h.samples) == [0, 33, 66]
    trainer = Trainer(PLAIN, DATA, ov.SGD(), Settings(batch_size=10))
    batches = [trainer.batches.take(step, [0]) for step in range(5, 9)]
    assert [len(b) for b in batches] == [10, 10, 10, 3]
    seen = np.concatenate([b.X for b in batches])
    np.testing.assert_array_equal(seen[np.lexsort(seen.T)], X[:33][np.lexsort(X[:33].T)])
    drawn = Trainer(PLAIN, DATA, ov.SGD(), Settings(batch_size=10, sampling="replacement"), seed=4).batches
    rows = np.random.default_rng([4, 1, 0]).integers(33, size=40)
    np.testing.assert_array_equal(drawn.take(4, [0]).X, X[rows[30:]])
    assert drawn.seen(5) == 50


def test_a_last_batch_of_one_is_left_out_where_it_would_be_zero():
    """Batch normalization of one sample is refused by layers, so 33 samples in batches of 8 make 4 steps, not 5."""
    net, data = NETS["normalized"]
    assert story(net, data, ov.SGD(), epochs=2, batch_size=8).samples[-1] == 64
    assert story(PLAIN, data, ov.SGD(), epochs=2, batch_size=8).samples[-1] == 66


def test_the_whole_set_as_a_batch_is_gradient_descent():
    """batch_size=None takes all samples in their own order: one step is theta - lr * gradient, exactly."""
    h = story(PLAIN, DATA, ov.SGD(lr=0.1), epochs=1, batch_size=None)
    start = PLAIN.init(0)
    np.testing.assert_array_equal(h.final.theta[0], start - 0.1 * PLAIN.gradient(start, *DATA[0]))
    assert h.batch_size == 33


def test_measurements_are_those_of_the_network():
    """Losses and accuracies are what `loss` and `classify` say at the kept parameters, by running statistics."""
    net, data = NETS["normalized"]
    net = net.replace(l2=0.0)
    h = story(net, data, [ov.Adam(lr=0.02), ov.SGD(lr=0.1)], epochs=3, batch_size=8)
    for at, checkpoint in enumerate(h.checkpoints):
        for k in range(2):
            theta, state = checkpoint.theta[k], {key: a[k] for key, a in checkpoint.state.items()}
            for (x, y), loss, score in ((data[0], h.train_loss, h.train_score),
                                        (data[1], h.validation_loss, h.validation_score)):  # fmt: skip
                assert loss[k, at] == pytest.approx(net.loss(theta, x, y, state=state), rel=1e-13)
                assert score[k, at] == (net.classify(theta, x, state=state) == y).mean()
    state = {key: a[1] for key, a in h.final.state.items()}
    assert h.test.loss[1] == pytest.approx(net.loss(h.final.theta[1], *data[2], state=state), rel=1e-13)
    assert h.score == "accuracy"


def test_measurements_in_pieces(monkeypatch):
    """Cutting a measurement into pieces changes nothing but rounding, also for a loss that is no mean over samples."""
    from optim_viz.nn import measuring

    net = Network([6, 8, 1], loss="rmse")
    data = ((X[:33], X[:33, 0]), (X[33:], X[33:, 0]))
    whole = story(net, data, [ov.Adam(), ov.SGD()], epochs=2, batch_size=8)
    monkeypatch.setattr(measuring, "_WORK", 5e3)
    pieces = story(net, data, [ov.Adam(), ov.SGD()], epochs=2, batch_size=8)
    np.testing.assert_allclose(pieces.train_loss, whole.train_loss, rtol=1e-14)
    np.testing.assert_array_equal(pieces.final.theta, whole.final.theta)


def test_norm_and_ratio_are_those_of_the_last_step():
    """The gradient norm is that of the batch just used, the ratio the update's length over the parameters'."""
    h = story(PLAIN, DATA, ov.SGD(lr=0.1), epochs=1, batch_size=None)
    start = PLAIN.init(0)
    g = np.linalg.norm(PLAIN.gradient(start, *DATA[0]))
    assert h.gradient_norm[0] == pytest.approx([0, g], rel=1e-14)
    assert h.update_ratio[0] == pytest.approx([0, 0.1 * g / np.linalg.norm(start)], rel=1e-12)


def test_regression_is_scored_by_explained_variance():
    """R² is 1 - residual over total sum of squares; a network that answers the mean has 0."""
    net = Network([6, 5, 1])
    h = story(net, (X, X[:, 0] ** 2), ov.Adam(lr=0.01), epochs=3, batch_size=10)
    z, t = net.predict(h.final.theta[0], X)[:, 0], X[:, 0] ** 2
    assert h.score == "R²"
    assert h.train_score[0, -1] == pytest.approx(1 - ((z - t) ** 2).sum() / ((t - t.mean()) ** 2).sum(), rel=1e-12)
    assert h.validation_loss is None
    assert h.test is None


def test_yes_or_no_is_scored_by_accuracy():
    """One output with labels 0 and 1: above zero means yes."""
    net = Network([6, 5, 1])
    y = (X[:, 0] > 0).astype(int)
    h = story(net, (X, y), ov.Adam(lr=0.02), epochs=30, batch_size=10)
    assert h.train_score[0, -1] == ((net.predict(h.final.theta[0], X)[:, 0] > 0) == y).mean() > 0.9


def test_clipping_limits_the_step_and_is_counted():
    """With rate 1 no step is longer than the limit; the norm shown is that before clipping; clipped steps count."""
    h = story(PLAIN, DATA, [ov.SGD(lr=1), ov.SGD(lr=0)], epochs=2, batch_size=8, every=1, clip=0.1)
    steps = np.linalg.norm(np.diff(h.theta, axis=1), axis=2)[0]
    assert steps.max() == pytest.approx(0.1, rel=1e-9)
    assert (h.gradient_norm[:, 1:] > 0.1).all()
    assert list(h.clipped[0]) == list(range(11))
    loose = story(PLAIN, DATA, ov.SGD(lr=1), epochs=2, batch_size=8, clip=1e9)
    assert not loose.clipped.any()
    np.testing.assert_array_equal(
        loose.final.theta, story(PLAIN, DATA, ov.SGD(lr=1), epochs=2, batch_size=8).final.theta
    )
    each = story(PLAIN, DATA, ov.SGD(lr=1), epochs=2, batch_size=8, every=1, clip=0.01, clip_by="value")
    assert np.abs(np.diff(each.theta, axis=1)).max() == pytest.approx(0.01, rel=1e-9)


def test_a_rule_that_looks_ahead_costs_one_pass(monkeypatch):
    """Nesterov's gradient is taken at its own point only: after the first step one pass per step, not two."""
    passes, plain = [], Network.training_pass

    def counted(self, rows, *args, **kwargs):
        passes.append(len(rows))
        return plain(self, rows, *args, **kwargs)

    monkeypatch.setattr(Network, "training_pass", counted)
    story(PLAIN, DATA, ov.Nesterov(), epochs=2, batch_size=11)
    assert len(passes) == 6 + 1
    passes.clear()
    story(PLAIN, DATA, [ov.SGD(), ov.Nesterov(), ov.Adam()], epochs=2, batch_size=11)
    assert passes == [3, 1] + [2, 1] * 5


def arrays(h: History) -> list[np.ndarray]:
    return [getattr(h, name) for name in COLUMNS] + [h.final.theta, h.best.theta, h.theta]


def test_pause_and_go_on():
    """Leaving the loop at any event and beginning another changes nothing in the end."""
    net, data = NETS["normalized"]
    whole = story(net, data, RULES[:7], epochs=4, batch_size=8, every=3)
    trainer = Trainer(net, data, RULES[:7], Settings(epochs=4, batch_size=8, every=3))
    last, pauses = None, 0
    while not isinstance(last, History):
        last = next(trainer.events())
        pauses += 1
    assert pauses > 5
    for a, b in zip(arrays(last), arrays(whole), strict=True):
        np.testing.assert_array_equal(a, b)


def test_rewind_repeats_exactly():
    """From every station the same weights and the same batches lead to the same end, early stops included."""
    net, data = NETS["normalized"]
    how = Settings(epochs=5, batch_size=8, stop=EarlyStopping(2))
    trainer = Trainer(net, data, [ov.Adam(lr=0.05), ov.SGD(lr=0.1), ov.SGD(lr=1e200)], how)
    *_, whole = trainer.events()
    assert trainer.stations[0] == 0
    for step in reversed(trainer.stations):
        trainer.rewind(step)
        back = trainer.history()
        assert trainer.place.step == step == trainer.stations[-1]
        assert [c.step for c in back.checkpoints] == list(back.step) == [p.step for p in trainer.points]
        *_, again = trainer.events()
        for a, b in zip(arrays(again), arrays(whole), strict=True):
            np.testing.assert_array_equal(a, b)
        assert [o.reason for o in again.outcomes] == [o.reason for o in whole.outcomes]
    with pytest.raises(ValueError, match="Nothing was kept at step 3"):
        trainer.rewind(3)


def test_extend():
    """Two epochs and then three more are five epochs; an end that is past is refused."""
    trainer = Trainer(PLAIN, DATA, RULES[:3], Settings(epochs=2, batch_size=8))
    list(trainer.events())
    trainer.extend(5)
    *_, h = trainer.events()
    np.testing.assert_array_equal(h.final.theta, story(PLAIN, DATA, RULES[:3], epochs=5, batch_size=8).final.theta)
    with pytest.raises(ValueError, match="epochs must be a whole number from 5"):
        trainer.extend(4)


def test_again_goes_on_with_other_settings():
    """From a station, the same settings lead to the same end; other rates only from there on; the first one stays."""
    net, data = NETS["normalized"]
    rules, how = [ov.Adam(lr=0.05), ov.SGD(lr=0.1)], Settings(epochs=6, batch_size=8)
    first = Trainer(net, data, rules, how)
    *_, whole = first.events()
    step = first.stations[2]
    *_, same = first.again(step, rules, how).events()
    for a, b in zip(arrays(same), arrays(whole), strict=True):
        np.testing.assert_array_equal(a, b)
    *_, slower = first.again(step, [ov.Adam(lr=0.05), ov.SGD(lr=0.01)], Settings(epochs=4, batch_size=8)).events()
    at = list(whole.step).index(step) + 1
    np.testing.assert_array_equal(slower.train_loss[:, :at], whole.train_loss[:, :at])
    np.testing.assert_array_equal(slower.train_loss[0], whole.train_loss[0, :5])
    assert slower.train_loss[1, at] != whole.train_loss[1, at]
    assert slower.runs[1].optimizer.lr == 0.01
    assert first.stations[-1] == first.steps == len(whole.step[1:]) * whole.steps_per_epoch
    longer = first.again(first.steps, rules, Settings(epochs=8, batch_size=8))
    *_, end = longer.events()
    np.testing.assert_array_equal(end.final.theta, story(net, data, rules, epochs=8, batch_size=8).final.theta)


@pytest.mark.parametrize(
    ("rules", "how", "sentence"),
    [([ov.SGD(), ov.Adam()], {}, "must be the same"), ([ov.Adam()], {}, "must be the same"),
     ([ov.Adam(), ov.SGD()], {"batch_size": 4}, "must be the same"), ([ov.Adam(), ov.SGD()], {"epochs": 1}, "epochs"),
     ([ov.Adam(), ov.SGD()], {"stop": EarlyStopping(2)}, "needs validation samples")],
)  # fmt: skip
def test_again_refuses_what_does_not_fit(rules, how, sentence):
    """Other rules, another batch size, an end that is past: a sentence."""
    trainer = Trainer(PLAIN, DATA[0], [ov.Adam(), ov.SGD()], Settings(epochs=2, batch_size=8))
    list(trainer.events())
    with pytest.raises(ValueError, match=sentence):
        trainer.again(trainer.steps, rules, Settings(**{"epochs": 4, "batch_size": 8, **how}))


def test_early_stopping_keeps_the_best():
    """A run ends after `patience` epochs without progress; best parameters are those of the lowest validation loss."""
    noise = ((X[:30], Y[:30]), (X[30:42], Y[30:42]), DATA[2])  # nothing to learn: validation gets worse
    rules = [ov.Adam(lr=0.05), ov.SGD(lr=1e-4)]
    h = story(PLAIN, noise, rules, epochs=60, batch_size=10, stop=EarlyStopping(patience=5))
    assert [o.kind for o in h.outcomes] == ["stopped early", "trained"]
    end, lowest = h.end[0], h.validation_loss[0].argmin()
    assert end - lowest == 5
    assert h.best_step[0] == h.step[lowest]
    assert PLAIN.loss(h.best.theta[0], *noise[1]) == pytest.approx(h.validation_loss[0].min(), rel=1e-13)
    assert h.best_test.loss[0] == pytest.approx(PLAIN.loss(h.best.theta[0], *noise[2]), rel=1e-13)
    assert h.best_test.loss[0] != h.test.loss[0]
    assert h.outcomes[0].reason.startswith(f"Stopped after epoch {end}: the validation loss was not below")
    assert h.outcomes[0].reason.values == {"epoch": end, "best": lowest}
    assert (h.validation_loss[0, end:] == h.validation_loss[0, end]).all()
    assert (h.theta[0, end:] == h.final.theta[0]).all()
    assert h.end[1] == 60


def test_min_delta_wants_clear_progress():
    """Progress smaller than min_delta does not count, however long it lasts; patience is epochs, not points."""
    h = story(PLAIN, DATA, ov.SGD(lr=1e-4), epochs=20, batch_size=8, stop=EarlyStopping(3, min_delta=0.1), every=1)
    assert h.outcomes[0].step == h.steps_per_epoch * 3 == h.end[0]


def test_a_loss_that_rises_is_not_called_trained():
    """A finite loss above the one at the start is "growing", with both numbers in the reason."""
    h = story(PLAIN, DATA, [ov.SGD(lr=20), ov.SGD(lr=0.1)], epochs=2, batch_size=8)
    assert [o.kind for o in h.outcomes] == ["growing", "trained"]
    assert h.outcomes[0].reason.values == {"before": h.train_loss[0, 0], "loss": h.train_loss[0, -1]}


@pytest.mark.parametrize("lr", [1e4, 1e150, 1e300, 1.7e308])
@pytest.mark.parametrize("rule", [ov.SGD, ov.Momentum])
def test_divergence_stays_with_its_run(rule, lr):
    """A run that explodes ends at its last finite parameters, says why, and nothing undefined is ever recorded."""
    net, y = Network([6, 8, 1]), 100 * X[:, 0]
    data = ((X[:33], y[:33]), (X[33:], y[33:]), (X[33:], y[33:]))
    rules = [rule(lr=0.0001), rule(lr=lr), ov.Adam(), rule(lr=0.0002)]
    many = story(net, data, rules, epochs=8, batch_size=8)
    bad = many.outcomes[1]
    assert bad.kind == "diverged"
    assert f"at step {bad.step} with lr {lr:g}; it was " in bad.reason
    assert isinstance(bad.reason, Text)
    assert bad.step // many.steps_per_epoch >= many.end[1]
    for name in ("train_loss", "train_score", "validation_loss", "gradient_norm", "update_ratio"):
        assert np.isfinite(getattr(many, name)).all(), name
    assert np.isfinite(many.theta).all()
    assert (many.final.theta[1] != net.init(0)).any() or bad.step == 1
    assert not np.isnan(many.test.loss).any()
    for k in (0, 2, 3):
        same_run(many, k, story(net, data, rules[k], epochs=8, batch_size=8))


def test_weights_that_are_infinite_from_the_start():
    """Where even the first loss overflows there is no real point, and the reason says so."""
    h = story(Network([6, 8, 1], init=1e200), (X, X[:, 0]), ov.SGD(), epochs=2, batch_size=10)
    assert h.end[0] == -1
    assert h.outcomes[0].reason == "The loss is infinite with the first weights: make them smaller."
    assert not h.train_loss.any()


class Clock:
    """A clock that only the work moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def slow(monkeypatch):
    """A network each of whose networks takes 0.2 s per pass."""
    clock, plain = Clock(), Network.training_pass

    def slowly(self, rows, *args, **kwargs):
        clock.now += 0.2 * len(rows)
        return plain(self, rows, *args, **kwargs)

    cost = Network.cost
    monkeypatch.setattr(Network, "training_pass", slowly)
    monkeypatch.setattr(Network, "cost", lambda *given: replace(cost(*given), seconds=0.2))
    monkeypatch.setattr(training, "perf_counter", clock)
    return clock


def test_a_sign_of_life_every_quarter_of_a_second(slow):
    """However slow a step is, no more than 250 ms pass between two events: also inside one step of several runs."""
    rules = [ov.SGD(lr=0.1), ov.SGD(lr=0.2), ov.Adam(), ov.Nesterov(), ov.Nesterov(lr=0.1)]
    before, inside = slow.now, 0
    for event in train(PLAIN, DATA, rules, epochs=2, batch_size=11):
        assert slow.now - before <= 0.25
        before = slow.now
        inside += isinstance(event, Progress)
    assert inside >= 6 * 5


def test_no_pass_takes_more_networks_than_fit_into_its_time(slow, monkeypatch):
    """At 0.02 s per network at most two go through one pass, whatever groups they are in."""
    passes, plain, cost = [], Network.training_pass, Network.cost

    def counted(self, rows, *args, **kwargs):
        passes.append(len(rows))
        return plain(self, rows, *args, **kwargs)

    monkeypatch.setattr(Network, "training_pass", counted)
    monkeypatch.setattr(Network, "cost", lambda *given: replace(cost(*given), seconds=0.02))
    story(PLAIN, DATA, [*RULES[:2], ov.Adam(), ov.Adam(lr=0.1), ov.Adam(lr=0.2), ov.Lion()], epochs=1, batch_size=33)
    assert passes == [2, 2, 2]
    passes.clear()
    story(PLAIN, DATA, [ov.SGD(), ov.Momentum(), ov.AdaGrad(), ov.Adam()], epochs=1, batch_size=33)
    assert passes == [2, 2]


def test_stop_is_prompt_and_leaves_nothing_half_done(slow):
    """Closing the generator inside a step ends it without another pass; going on later repeats that step."""
    rules = [ov.SGD(lr=0.1), ov.Adam(), ov.Lion()]
    trainer = Trainer(PLAIN, DATA, rules, Settings(epochs=2, batch_size=11))
    events = trainer.events()
    for event in events:
        if isinstance(event, Progress) and slow.now > 0.7:
            break
    stopped, step = slow.now, trainer.place.step
    events.close()
    assert slow.now == stopped
    assert step == 1
    *_, h = trainer.events()
    whole = story(PLAIN, DATA, rules, epochs=2, batch_size=11)
    np.testing.assert_array_equal(h.final.theta, whole.final.theta)


def test_progress_tells_how_far_it_is(slow):
    """Steps, samples and the time left follow from what was done so far: 6 steps of 0.2 s."""
    found = [e for e in train(PLAIN, DATA, ov.SGD(), epochs=2, batch_size=11) if isinstance(e, Progress)]
    last = next(e for e in found if e.step == 4)  # in the middle of the fifth step
    assert (last.steps, last.samples, last.running, last.epoch) == (6, 44, 1, 4 / 3)
    assert last.seconds == pytest.approx(1.0)
    assert last.seconds_left == pytest.approx(0.5)


def test_thinning_keeps_first_and_spreads_evenly():
    """Never more items than there is room; the first stays; gaps are equal."""
    for room in (2, 3, 10):
        kept = Thinned(room)
        for number in range(100):
            kept.offer(number, number)
            numbers = list(kept.items)
            assert len(numbers) <= room
            assert numbers[0] == 0
            assert len(set(np.diff(numbers))) <= 1
        assert len(numbers) > room / 2 - 1


def test_memory_is_bounded():
    """Five optimizers on 784-100-10 stay below 150 MB, kept parameters below 40, first and last among them."""
    net, data = Network([784, 100, 10]), (np.random.default_rng(0).random((100, 784)), np.arange(100) % 10)
    rules = [ov.SGD(), ov.Momentum(), ov.AdaGrad(), ov.Adam(), ov.NAdam()]
    tracemalloc.start()
    try:
        trainer = Trainer(net, data, rules, Settings(epochs=60, batch_size=100))
        *_, h = trainer.events()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < trainer.estimate().bytes < 150e6
    assert sum(c.theta.nbytes for c in h.checkpoints) < 40e6
    assert [h.checkpoints[0].step, h.checkpoints[-1].step] == [0, 60]


def test_fewer_checkpoints_on_request():
    """`checkpoints` limits how many are kept; the last parameters are always there."""
    h = story(PLAIN, DATA, ov.SGD(), epochs=9, batch_size=33, checkpoints=4)
    assert [c.step for c in h.checkpoints] == [0, 4, 8, 9]
    np.testing.assert_array_equal(h.checkpoints[-1].theta, h.final.theta)


def test_training_loss_of_large_data_is_that_of_2000_samples():
    """From 2001 samples on the training loss is measured on a fixed choice of 2000, and the history says so."""
    x = np.random.default_rng(0).normal(size=(2500, 6))
    h = story(PLAIN, (x, np.arange(2500) % 3), ov.SGD(lr=0), epochs=1, batch_size=500, seed=[0, 1])
    assert h.judged == 2000
    rows = np.random.default_rng(0).permutation(2500)[:2000]
    assert h.train_loss[0, 0] == pytest.approx(PLAIN.loss(PLAIN.init(0), x[rows], rows % 3), rel=1e-13)


def test_no_epochs_measure_the_start():
    """Zero epochs are allowed: one point, the first weights."""
    h = story(PLAIN, DATA, ov.SGD(), epochs=0, batch_size=8)
    assert (list(h.step), h.outcomes[0].kind) == ([0], "trained")
    np.testing.assert_array_equal(h.final.theta[0], PLAIN.init(0))


def test_estimate_changes_nothing():
    """Asking first leaves the training as it was; steps are exact, seconds and bytes positive."""
    net, data = NETS["normalized"]
    trainer = Trainer(net, data, RULES[:7], Settings(epochs=3, batch_size=8))
    estimate = trainer.estimate()
    assert (estimate.steps, trainer.place.step, trainer.points, trainer.stations) == (12, 0, [], ())
    assert 0 < estimate.seconds < 60
    *_, h = trainer.events()
    np.testing.assert_array_equal(h.final.theta, story(net, data, RULES[:7], epochs=3, batch_size=8).final.theta)


def test_a_heavy_training_is_estimated_without_running_it(slow):
    """Where one step would be long the time is counted, not tried: 3 networks of 0.2 s, 6 steps."""
    trainer = Trainer(PLAIN, DATA, RULES[:3], Settings(epochs=2, batch_size=11))
    assert trainer.estimate().seconds > 3 * 0.2 * 6
    assert slow.now == 0


BAD = [
    ({"batch_size": 34}, "A batch of 34 is larger than the 33 training samples."),
    ({"batch_size": 0}, "batch_size must be a whole number from 1"),
    ({"batch_size": 2.5}, "batch_size must be a whole number from 1"),
    ({"epochs": -1}, "epochs must be a whole number from 0"),
    ({"epochs": 10**7}, "epochs must be a whole number from 0"),
    ({"epochs": True}, "epochs must be a whole number from 0"),
    ({"every": 0}, "every must be a whole number from 1"),
    ({"epochs": 90_000}, "This would measure 90,001 times; the limit is 20,000."),
    ({"seed": -1}, "seed must be a whole number"),
    ({"seed": []}, "Choose at least one optimizer and one seed."),
    ({"seed": range(200)}, "200 runs at once are too many"),
    ({"sampling": "sorted"}, "sampling must be one of: shuffle, replacement."),
    ({"clip": 0.0}, "clip must be in (0, ∞)"),
    ({"clip_by": "sign"}, "clip_by must be one of"),
    ({"stop": 5}, "stop must be EarlyStopping(patience, min_delta), or nothing."),
    ({"checkpoints": 1}, "checkpoints must be a whole number from 2"),
    ({"optimizers": []}, "Choose at least one optimizer and one seed."),
    ({"optimizers": ["Adam"]}, "'Adam' is not an optimizer."),
    ({"optimizers": ov.SGD(lr=np.array([0.1, 0.2]))}, "give one optimizer for each"),
    ({"net": "MLP"}, "'MLP' is not a network."),
    ({"net": Network([7, 3])}, "X has shape (33, 6); this network takes (N, 7)."),
    ({"net": Network([6, 2])}, "Label 2 does not fit a network with 2 outputs"),
    ({"net": Network([6, 3], loss="mse")}, "y has 1 targets per sample, but the network has 3 outputs."),
    ({"net": Network([6, 4, 3], activation="step")}, "The step function cannot be trained by gradients"),
    ({"net": Network([6, 4, 3], batch_norm=True), "batch_size": 1}, "Batch normalization of one sample"),
    ({"net": Network([6, 2000, 2000, 3])}, "MB of memory; the limit is 150 MB."),
    ({"data": (X, None)}, "Training needs targets: give y."),
    ({"data": (X[:0], Y[:0])}, "There are no training samples."),
    ({"data": (X, Y[:7])}, "X has 50 samples, but y has shape (7,)."),
    ({"data": (np.where(X > 2, np.nan, X), Y)}, "X holds values that are missing or infinite."),
    ({"data": (X, np.where(Y > 1, np.nan, Y))}, "y holds values that are missing or infinite."),
    ({"data": 3}, "Give data as (X, y), or as a split"),
    ({"data": (X, Y), "stop": EarlyStopping()}, "Early stopping needs validation samples."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), BAD, ids=lambda v: v if isinstance(v, str) else "")
def test_bad_input_is_refused_before_anything_runs(change, words):
    """Each unusable argument gets a sentence that a page can translate, at the call and not at the first event."""
    given = {"net": PLAIN, "data": DATA, "optimizers": ov.SGD(), **change}
    with pytest.raises(ValueError) as error:  # noqa: PT011
        train(given.pop("net"), given.pop("data"), given.pop("optimizers"), **{"batch_size": 10, **given})
    assert isinstance(error.value.args[0], Text)
    assert words in error.value.args[0]


def test_bad_stopping_is_refused():
    """Patience is at least one epoch, and progress is no negative number."""
    with pytest.raises(ValueError, match="patience must be a whole number from 1"):
        EarlyStopping(0)
    with pytest.raises(ValueError, match="min_delta must be in"):
        EarlyStopping(3, -1.0)


def test_records_cannot_be_changed():
    """Events are facts: no field can be set."""
    events = list(train(PLAIN, DATA, ov.SGD(), epochs=1, batch_size=33))
    for event in events:
        with pytest.raises(AttributeError):
            setattr(event, fields(event)[0].name, 0)
    assert isinstance(events[0], Point)
    assert isinstance(events[-1], History)


def test_digits_network_reaches_97_percent():
    """The default network on the default data: at least 97 % of unseen digits, for three seeds."""
    split = DataSpec("digits").load().flat().split(0.7, 0.1)
    h = story(Network([64, 100, 10]), split, ov.Adam(lr=0.003), epochs=15, batch_size=32, seed=[0, 1, 2])
    assert h.test.score.min() >= 0.97


def test_digits_images_reach_98_percent():
    """A small convolutional network sees at least 98 % of unseen digits."""
    split = DataSpec("digits").load().as_images().split(0.7, 0.1)
    layers = [Conv2d(16, padding=1), MaxPool(), Conv2d(32, padding=1), MaxPool(), 10]
    net = Network(layers, input=(1, 8, 8), batch_norm=True)
    assert story(net, split, ov.Adam(lr=0.003), epochs=15, batch_size=32).test.score[0] >= 0.98
