"""What is said of a training, and what is drawn of it: honest words, exact views, figures that show their numbers."""

from types import SimpleNamespace

import numpy as np
import pytest

import optim_viz as ov
from optim_viz.data import DATASETS
from optim_viz.figures import classes, training
from optim_viz.nn import CrossEntropy, Network, verdict, views
from optim_viz.nn.training import train
from optim_viz.ui.training import RULES, Setup, landing, seconds
from optim_viz.words import Text

# --- the words


def row(name, test, train=0.1, kind="trained", errors=None, rose=False):
    return verdict.Row(name, (train, 0.2, 0.3), (0.9, 0.9, test), 0.1, 0.01, 5.0, kind, Text("Why."), 2.0, rose, errors)


def test_the_margin_is_that_of_a_share():
    """±1.96·sqrt(p(1−p)/n): half right of 100 is ±9.8 %, all right is ±0."""
    assert verdict.margin(0.5, 100) == pytest.approx(0.098)
    assert verdict.margin(1.0, 100) == 0


def spoken(rows, score="accuracy", tests=100):
    return "\n".join(verdict.reading(rows, score, tests))


def test_differences_within_the_noise_are_not_called_differences():
    """90 and 85 of 100 are not distinguishable; 90 and 70 are; nothing is said of an order within the noise."""
    near = spoken([row("A", 0.90), row("B", 0.85)])
    assert "Not distinguishable on 100 test samples" in near
    assert "A (90.0%), B (85.0%)" in near
    assert "Behind" not in near
    assert "Behind A by more than chance on 100 test samples: B (70.0%)." in spoken([row("A", 0.9), row("B", 0.7)])
    assert "cannot tell them apart" in spoken([row("A", 1.0), row("B", 1.0)])
    assert "known to about ±5.9%" in spoken([row("A", 0.9)])


def test_a_regression_is_judged_error_by_error():
    """R² differ only where the squared errors, sample by sample, differ by more than 1.96 standard errors."""
    rng = np.random.default_rng(0)
    small = rng.uniform(0, 1, 50)
    pair = [row("A", 0.8, errors=small), row("B", 0.7, errors=small + rng.normal(0, 1, 50))]
    assert "R² not distinguishable on 50 test samples: A (0.800), B (0.700)." in spoken(pair, "R²", 50)
    pair[1] = row("B", 0.1, errors=small + 1 + rng.normal(0, 0.1, 50))
    assert "R² behind A by more than chance on 50 test samples: B (0.100)." in spoken(pair, "R²", 50)


def test_one_seed_proves_nothing_is_always_said():
    """Also of a single, or of a diverged run; what went wrong is said with its reason."""
    words = spoken([row("A", 0.9), row("B", None, kind="diverged", rose=True)])
    assert "B diverged. Why." in words
    assert "overfitting" not in words
    assert words.endswith("Another seed may change the order.")
    assert "overfitting" in spoken([row("A", 0.9, rose=True)])
    assert "Stopped by hand" in spoken([row("A", 0.9, kind="running")])


def moons(epochs=5, **more):
    split = DATASETS["moons"].load().split()
    net = Network([2, 6, 2], activation="tanh", **more)
    *_, history = train(net, split, [ov.SGD(lr=0.5), ov.Adam(lr=0.05)], epochs=epochs, batch_size=20)
    return split, history


def test_the_rows_are_the_history_and_the_test():
    """Losses and scores are those of the last point; the test is the engine's own, also where training was stopped."""
    split, history = moons()
    rows = verdict.rows(history, split.test)
    for k, one in enumerate(rows):
        assert one.loss[:2] == (history.train_loss[k, -1], history.validation_loss[k, -1])
        assert (one.loss[2], one.score[2]) == (history.test.loss[k], history.test.score[k])
        assert (one.epochs, one.gradient) == (5, history.gradient_norm[k, -1])


def test_a_validation_loss_has_risen_only_if_clearly_and_long():
    """A tenth above the lowest, reached in the first three quarters, on average over the last tenth."""
    assert verdict._rose(np.array([3, 2, 1.0, 1.5, 2, 2]), 2)
    assert not verdict._rose(np.array([3, 2, 1.0, 1.05, 1.05, 1.05]), 2)
    assert not verdict._rose(np.array([3.0, 2, 2, 2, 1, 2]), 4)


# --- views and figures


@pytest.mark.parametrize("loss", ["auto", "binary_cross_entropy", CrossEntropy(smoothing=0.1)], ids=str)
def test_a_boundary_is_what_the_network_says(loss):
    """The picture's class at each place is the network's, row of y by column of x, in original units."""
    net = Network([2, 6, 1 if loss == "binary_cross_entropy" else 2], activation="tanh", loss=loss)
    split = DATASETS["moons"].load().split(scaling="standardize")
    *_, history = train(net, split, [ov.Adam(lr=0.1)], epochs=5, batch_size=20)
    original = split.scaler.inverse(split.train.X)
    plane = views.plane(net, history.final, original, split.scaler, n=16)
    where = np.array([[plane.x[11], plane.y[3]]])
    assert plane.chances[0, 3, 11].argmax() == net.classify(history.final.theta, split.scaler.apply(where))[0, 0]
    figure = classes.boundary(plane.x, plane.y, plane.chances[0], (original, split.train.y), (original, split.train.y),
                              ("<b>", "$y$"))  # fmt: skip
    assert np.array_equal(np.asarray(figure.data[0].z) // 20, plane.chances[0].argmax(-1))
    assert figure.data[2].name == "&lt;b&gt; · training"
    assert sum(len(trace.x) for trace in figure.data[2:]) == 2 * len(original)


def test_a_confusion_counts_every_sample():
    """Row: true class; column: what was said."""
    counts = views.confusion(np.array([0, 0, 1, 2]), np.array([0, 2, 1, 2]), 3)
    assert counts.tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 1]]
    figure = classes.confusion(counts, ("a", "b", "c"))
    assert np.asarray(figure.data[0].z)[0].tolist() == [0.5, 0, 0.5]
    assert np.array_equal(figure.data[0].customdata, counts)


def test_curves_are_the_history():
    """Validation bold and training thin of each optimizer, up to its end; log loss, accuracy in percent."""
    _, history = moons()
    loss, score = (training.curves(history, what) for what in ("loss", "score"))
    assert np.array_equal(loss.data[0].y, history.train_loss[0].astype("f4"))
    assert np.array_equal(loss.data[1].y, history.validation_loss[0].astype("f4"))
    assert np.array_equal(score.data[3].y, history.validation_score[1].astype("f4"))
    assert [trace.line.width for trace in loss.data] == [1, 2.5, 1, 2.5]
    assert [trace.name for trace in loss.data if trace.showlegend] == ["SGD", "Adam"]
    assert (loss.layout.yaxis.type, score.layout.yaxis.tickformat) == ("log", ".0%")


def test_spreads_add_up():
    """Every layer has its weights and its output; shares of one run add up to 1, also for batch normalization."""
    split, history = moons(batch_norm=True)
    weights, outputs = (views.weights(history.net, history.final),
                        views.activations(history.net, history.final, split.train.X))  # fmt: skip
    assert [len(weights), len(outputs)] == [2, 2]
    for spread in (*weights, *outputs):
        assert spread.shares.sum(axis=1) == pytest.approx([1, 1])
    assert outputs[0].edges[[0, -1]] == pytest.approx([-1, 1], abs=0.2)
    figure = training.histograms(history, weights, outputs)
    assert len(figure.data) == 8


def test_pictures_taken_for_something_else_are_shown_as_they_are():
    """At most twelve, each with its true class and what was said; none is no error."""
    pictures = np.arange(15 * 4.0).reshape(15, 2, 2) / 60
    figure = classes.mistakes(pictures, ["<i>"] * 15, ["7"] * 15)
    assert len(figure.layout.annotations) == 12
    assert figure.layout.annotations[0].text == "&lt;i&gt; → <b>7</b>"
    assert not classes.mistakes(pictures[:0], [], []).layout.annotations


def test_estimates_grow_with_the_work():
    """Twice the epochs take twice as long; what takes more than a minute is refused in words."""
    setup, chosen = landing()
    once = seconds(setup, chosen)
    twice = seconds(Setup(setup.data, setup.net, setup.rules, setup.batch, 80, 0), chosen)
    assert once < 0.5
    assert twice == pytest.approx(2 * once, rel=0.05)
    assert isinstance(seconds(Setup(setup.data, setup.net, setup.rules, 1, 100_000, 0), chosen), Text)


def test_names_tell_runs_apart():
    """The seed is told only where one optimizer trained with several."""
    runs = [SimpleNamespace(optimizer=rule, seed=seed) for rule, seed in ((RULES[0], 1), (RULES[0], 2), (RULES[2], 1))]
    assert training.names(SimpleNamespace(runs=runs)) == ["SGD · 1", "SGD · 2", "Adam"]
