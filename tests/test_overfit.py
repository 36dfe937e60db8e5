"""Overfitting: every cure changes what it says, trials are fair, and the page's claims hold in what it shows."""

from dataclasses import replace

import numpy as np
import pytest

from optim_viz import nn
from optim_viz.experiments import run
from optim_viz.labs.overfit import decay, growing, kept, pictures, smooth, stopping, trial
from optim_viz.labs.overfit.cures import CURES, together
from optim_viz.labs.overfit.trial import Setting, verdict
from optim_viz.optimizers import SGD, Adam, AdamW

ONE = Setting(seeds=(0,))


def last(work):
    *_, end = work
    return end


# --- cures

CHANGED = {
    "l2": ("net", {"l2": 0.03}), "adamw": ("rule", AdamW(lr=0.003, weight_decay=3.0)),
    "notes": ("rule", AdamW(lr=0.003, weight_decay=0.01 / 0.003)), "l1": ("net", {"l1": 0.003}),
    "dropout": ("net", {"dropout": 0.5}), "stop": ("how", {"stop": nn.EarlyStopping(5)}),
    "noise": ("how", {"changes": (nn.InputNoise(0.3),)}), "weights": ("how", {"weight_noise": 0.1}),
    "smoothing": ("net", {"loss": nn.CrossEntropy(0.1)}), "shift": ("how", {"changes": (nn.Shift(1),)}),
    "rotate": ("how", {"changes": (nn.Rotate(15.0),)}), "mixup": ("how", {"changes": (nn.Mixup(1.0),)}),
    "cutout": ("how", {"changes": (nn.Cutout(3),)}), "cutmix": ("how", {"changes": (nn.CutMix(1.0),)}),
    "norm": ("net", {"batch_norm": True}),
}  # fmt: skip


@pytest.mark.parametrize("key", CURES)
def test_a_cure_changes_one_thing(key):
    """Network, rule or settings: the one the cure is about, by its usual strength, and nothing else."""
    plain = trial.recipe(ONE)
    made = together(plain, {key: CURES[key].usual})
    where, what = CHANGED[key]
    assert made.network == (plain.network.replace(**what) if where == "net" else plain.network)
    assert made.rule == (what if where == "rule" else Adam(lr=0.003))
    assert made.how == (replace(plain.how, **what) if where == "how" else plain.how)
    assert CURES[key].usual in CURES[key].choices
    for strength in CURES[key].choices:
        assert trial.arms(ONE, {key: strength})[0].trainer()


def test_cures_add_up():
    """Changes are made one after the other, decays are added, networks keep all that was asked of them."""
    given = {"shift": 1, "mixup": 0.4, "dropout": 0.2, "l2": 0.01, "adamw": 1.0, "notes": 0.003}
    made = together(trial.recipe(ONE), given)
    assert made.how.changes == (nn.Shift(1), nn.Mixup(0.4))
    assert made.network == nn.Network([64, 100, 100, 10], dropout=0.2, l2=0.01)
    assert made.rule == AdamW(lr=0.003, weight_decay=1.0 + 0.003 / 0.003)


# --- trials


def test_samples_are_apart_and_as_wrong_as_asked():
    """Training, validation and test share no picture; a fifth of the first two labels is wrong, the test is right."""
    (X, y), (V, v), (T, t) = trial.samples(150, 0.2, 3)
    (_, right), (_, valid), _ = trial.samples(150, 0.0, 3)
    assert (len(X), len(V), len(T)) == (150, 200, 1000)
    assert len(np.unique(np.concatenate([X, V, T]), axis=0)) == 1350
    assert (y != right).mean() == pytest.approx(0.2)
    assert (v != valid).mean() == pytest.approx(0.2)
    assert set(t) == set(range(10))
    assert not np.array_equal(X, trial.samples(150, 0.2, 4)[0][0])


def test_a_verdict_compares_seed_by_seed():
    """Mean of the differences, Student's interval, and a kind that is "alike" within it."""
    plain = np.array([0.7, 0.8, 0.9])
    found = verdict(plain + np.array([0.01, 0.02, 0.03]), plain)
    assert found.mean == pytest.approx(0.02)
    assert found.off == pytest.approx(4.303 * 0.01 / np.sqrt(3))
    assert (found.above, found.kind) == (3, "alike")
    assert verdict(plain + 0.01, plain).kind == "higher"
    assert verdict(plain - 0.01, plain).kind == "lower"
    assert verdict(plain, plain).kind == "alike"


def test_kept_curves_are_measured_again():
    """Plain, dropout and early stopping with seed 0: the accuracies on file."""
    given = [{}, {"dropout": 0.5}, {"stop": 5}]
    for strengths, fresh in zip(given, last(trial.tried(ONE, given)), strict=True):
        on_file = kept.alone(ONE, strengths)
        curves = () if "stop" in strengths else ("epoch", "train", "test")  # ten seeds share a longer axis
        for name in (*curves, "kept_train", "kept_test", "ended"):
            np.testing.assert_allclose(getattr(fresh, name), getattr(on_file, name), atol=0.02, err_msg=name)
    plain = kept.alone(Setting(), {})
    np.testing.assert_array_equal(plain.kept_test, plain.test[:, -1])
    assert kept.alone(Setting(images=100), {}) is None
    assert kept.alone(Setting(), {"dropout": 0.3}) is None
    assert kept.alone(Setting(), {"dropout": 0.5, "l2": 0.03}) is None


def test_a_cure_needs_a_disease():
    """With a fifth of wrong labels most cures raise the test accuracy; with right labels hardly any does."""
    raised = {}
    for wrong in kept.WRONG:
        found = kept.every(wrong)
        kinds = [verdict(found[key].kept_test, found["plain"].kept_test).kind for key in CURES]
        raised[wrong] = kinds.count("higher")
    assert raised[0.2] >= 10
    assert raised[0.0] <= 3
    plain = kept.every(0.2)["plain"]
    assert plain.kept_train.min() > 0.98
    assert (plain.test.max(axis=1) > plain.kept_test + 0.02).all()


def test_until_ends_earlier():
    """The same curves up to an epoch; what is kept is what was there then."""
    plain = kept.every(0.2)["plain"]
    half = plain.until(30)
    assert half.epoch[-1] <= 30
    np.testing.assert_array_equal(half.kept_test, plain.test[:, len(half.epoch) - 1])


# --- the book's setting


@pytest.mark.parametrize("way", ["decay", "dropout"])
def test_the_book_shrinks_the_gap_and_the_test_accuracy(way):
    """Over five seeds each: the gap is smaller in four or more, the accuracy on test images in all."""
    cured = kept.book()[way]
    plain = kept.book()["plain"].until(cured.epoch[-1])
    assert len(cured.test) == 5
    assert (cured.gap < plain.gap).sum() >= 4
    assert np.median(cured.gap) < np.median(plain.gap)
    assert (cured.test[:, -1] < plain.test[:, -1]).all()
    assert verdict(cured.test[:, -1], plain.test[:, -1]).kind == "lower"


# --- early stopping


def test_stopping_is_read_off_as_training_does_it():
    """For each patience: where training ends and which parameters it keeps, as EarlyStopping does with that seed."""
    found = kept.paths(0.2)
    for patience in (1, 5):
        ends, best = found.stop(patience)
        history = last(run(trial.arms(ONE, {"stop": patience})))[0]
        assert history.epoch[-1] == ends[0]
        assert history.best_step[0] == best[0] * history.steps_per_epoch
        assert history.best_test.score[0] == pytest.approx(found.kept(patience)[0], abs=0.02)


def test_stopped_by_hand():
    """The lowest so far is kept; a patience that never runs out ends at the end."""
    losses = [3.0, 2.0, 1.0, 1.5, 1.4, 0.9, 1.0, 1.0]
    assert stopping.stopped(losses, 1) == (3, 2)
    assert stopping.stopped(losses, 2) == (4, 2)
    assert stopping.stopped(losses, 3) == (7, 5)
    assert stopping.stopped(losses, 9) == (7, 5)


def test_the_stopped_network_is_no_worse_in_eight_of_ten():
    """With wrong labels, at every patience; with right labels it is not, and the page has a sentence for that."""
    assert all(kept.paths(0.2).no_worse(patience) >= 8 for patience in stopping.PATIENCE)
    assert kept.paths(0.0).no_worse(1) < 8


# --- weight decay


@pytest.mark.parametrize(("lr", "rate"), [(0.01, 0.1), (0.001, 0.3)])
def test_three_forms_of_decay(lr, rate):
    """SGD: 1 − ηλ per step in the gradient and beside it, 1 − λ in the notes' form. Adam: the small one loses more."""
    left = decay.decayed("sgd", lr, rate).left
    for form in ("l2", "decoupled"):
        np.testing.assert_allclose(left[form], (1 - lr * rate) ** decay.STEPS, rtol=1e-9)
    np.testing.assert_allclose(left["notes"], (1 - rate) ** decay.STEPS, atol=1e-9)
    adam = decay.decayed("adam", lr, rate).left
    assert adam["l2"][1] < adam["l2"][0] - 0.02
    np.testing.assert_allclose(adam["decoupled"], (1 - lr * rate) ** decay.STEPS, atol=0.01)


def test_the_notes_form_is_a_decay_of_lambda_over_eta():
    """w − η∇L − λw, step by step, is SGD with λ/η in the gradient."""
    x, g = np.array([[1.0], [-2.0]]), np.array([[0.3], [0.1]])
    made = decay.rule("sgd", "notes", 0.05, 0.1)
    assert made == SGD(lr=0.05, weight_decay=0.1 / 0.05)
    np.testing.assert_allclose(made.step(x, lambda q: g, {}, 1)[0], x - 0.05 * g - 0.1 * x)


def test_a_curve_overfits_while_it_grows():
    """The jump to step t is t steps of gradient descent; the error at the points only falls, that elsewhere turns."""
    made = growing.growth()
    rows = np.polynomial.legendre.legvander(made.x, growing.DEGREE)
    grid = np.polynomial.legendre.legvander(smooth.GRID, growing.DEGREE)
    w, rate = np.zeros(growing.DEGREE + 1), 1 / np.linalg.eigvalsh(rows.T @ rows)[-1]
    for step in range(int(made.steps[20]) + 1):
        if step in made.steps:
            k = int(np.flatnonzero(made.steps == step)[0])
            np.testing.assert_allclose(made.said[k], grid @ w, atol=1e-9)
            assert made.train[k] == pytest.approx(((rows @ w - made.y) ** 2).mean())
        w = w - rate * rows.T @ (rows @ w - made.y)
    assert (np.diff(made.train) < 0).all()
    assert 0 < made.best < len(made.steps) - 1
    assert made.test[-1] > 2 * made.test[made.best]
    rng = np.random.default_rng(0)
    fresh = made.said[-1] - smooth.truth(smooth.GRID) - smooth.NOISE * rng.standard_normal((2000, len(smooth.GRID)))
    assert made.test[-1] == pytest.approx((fresh**2).mean(), rel=0.01)


@pytest.mark.parametrize("seed", [0, 2])
def test_a_penalty_keeps_the_function_smooth(seed):
    """From no penalty to the largest, norm and bend fall, the error at the points rises; the truth is in between."""
    made = smooth.fits(seed)
    assert made.norm[0] > 2 * made.norm[5] > made.norm[-1]
    assert made.bend[0] > 2 * made.bend[5] > made.bend[-1]
    assert made.train[0] < made.train[-1]
    assert 0 < int(made.test.argmin()) < len(smooth.LAMBDAS) - 1


# --- pictures


@pytest.mark.parametrize("name", nn.CHANGES)
def test_pictures_before_and_after(name):
    """Six digits and their labels; changed ones differ, their labels add up to 1; the same draw gives the same."""
    (setting,) = nn.CHANGES[name].settings()
    before, t, after, s = pictures.changed(name, setting.choices[-1], 1)
    assert before.shape == after.shape == (6, 8, 8)
    assert t.argmax(axis=1).tolist() == [6, 9, 3, 1, 8, 4]
    assert not np.array_equal(before, after)
    np.testing.assert_allclose(s.sum(axis=1), 1)
    np.testing.assert_array_equal(after, pictures.changed(name, setting.choices[-1], 1)[2])


def test_a_six_turned_over_is_a_nine():
    """To a network trained with small turns; one trained with all turns is worse on nines, and on all digits."""
    small, every = (kept.turning()[most] for most in pictures.LARGEST)
    assert np.median(small.nine[:, -1]) > 0.5
    assert small.six[:, -1].max() == 0
    assert small.six[:, 0].min() > 0.9
    assert (every.accuracy[:, pictures.NINE] < small.accuracy[:, pictures.NINE]).all()
    assert (every.accuracy.mean(axis=1) < small.accuracy.mean(axis=1)).all()


def test_kept_turns_are_measured_again():
    """Both networks with seed 0."""
    fresh = last(pictures.turning((0,)))
    for most in pictures.LARGEST:
        for name in ("six", "nine", "accuracy"):
            mine, theirs = getattr(fresh[most], name)[0], getattr(kept.turning()[most], name)[0]
            np.testing.assert_allclose(mine, theirs, atol=0.1)
