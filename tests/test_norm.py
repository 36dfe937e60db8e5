"""Normalization: exact numbers by hand, and the claims of the page by what it shows, some of it measured again."""

from dataclasses import replace

import numpy as np
import pytest

from optim_viz import nn
from optim_viz.experiments import run
from optim_viz.labs.norm import companions, hand, kept, running, scales, shift
from optim_viz.labs.norm.networks import digits, network
from optim_viz.optimizers import SGD

RNG = np.random.default_rng(5)


def last(work):
    *_, end = work
    return end


# --- by hand


def test_four_formulas_on_four_numbers():
    """1, 3, 5, 7: mean 4, variance 5, then ±3/√5 and ±1/√5, then γ and β."""
    made = hand.worked(np.array([[1.0], [3.0], [5.0], [7.0]]), gamma=2.0, beta=1.0, eps=1e-300)
    assert made.mean.tolist() == [4.0]
    assert made.variance.tolist() == [5.0]
    np.testing.assert_allclose(made.x_hat[:, 0], np.array([-3, -1, 1, 3]) / np.sqrt(5))
    np.testing.assert_allclose(made.y, 2 * made.x_hat + 1)


@pytest.mark.parametrize(
    ("kind", "layer"), [("batch", nn.BatchNorm(eps=0.1)), ("layer", nn.LayerNorm(0.1)), ("group", nn.GroupNorm(2, 0.1))]
)
def test_by_hand_is_what_the_layers_do(kind, layer):
    """The table's numbers are those of the network's own layer in training."""
    x = RNG.normal(3, 2, (5, 4))
    net = nn.Network([4, nn.Dense(4), layer, 1])
    theta = net.init()
    net.views(theta)["0.weight"][...] = np.eye(4)
    np.testing.assert_allclose(hand.worked(x, kind, eps=0.1).x_hat, net.activations(theta, x)[1], atol=1e-12)


@pytest.mark.parametrize("kind", hand.KINDS)
def test_a_set_forgets_scale_and_shift(kind):
    """Each set has mean 0 and variance 1; 100 times a set plus 5 gives the same; others stay as they were."""
    x = RNG.normal(size=(6, 4))
    made = hand.worked(x, kind, eps=1e-300)
    for k in range(made.sets):
        own = made.cells(k)
        assert made.x_hat[own].mean() == pytest.approx(0, abs=1e-12)
        assert made.x_hat[own].var() == pytest.approx(1)
        assert np.abs(made.x_hat[own]).max() <= np.sqrt(own.sum() - 1) + 1e-12
        np.testing.assert_allclose(hand.worked(np.where(own, 100 * x + 5, x), kind, eps=1e-300).x_hat, made.x_hat)


def test_one_and_two_numbers():
    """One number becomes 0, and y = β; of two only the order is left."""
    assert hand.worked(np.array([[7.0, -2.0]]), beta=0.5).y.tolist() == [[0.5, 0.5]]
    np.testing.assert_allclose(hand.worked(np.array([[3.0], [900.0]])).x_hat, [[-1], [1]], atol=1e-6)


def test_a_batch_is_read_or_refused_with_a_sentence():
    """Samples between semicolons, commas or spaces between numbers; anything else says what is wanted."""
    assert hand.table("1 2; 3, -4e1").tolist() == [[1, 2], [3, -40]]
    for text, words in (("", "Write 1 to 8"), ("1;;2", "Write 1 to 8"), ("1 2; 3", "same count"), ("1 x", "plain"),
                        ("nan", "plain"), ("1e9", "million"), (";".join("1" * 9), "Write 1 to 8"),
                        ("1 2 3 4 5 6 7", "same count")):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            hand.table(text)
    with pytest.raises(ValueError, match="3 channels do not split into 2"):
        hand.worked(np.ones((2, 3)), "group")


# --- sixteen weight scales


def test_batch_norm_learns_at_fourteen_scales_or_more():
    """In the book's setting: every seed at 14 of 16 or more, plain at 1 to 4; and at 0.29 every plain seed is ahead."""
    found = kept.scales()
    learned = found.learned()
    assert len(found.setting.seeds) == 5
    assert min(learned["batch"]) >= 14
    assert all(1 <= count <= 4 for count in learned["none"])
    assert found.better("none", "batch") == [2]
    assert scales.SCALES[2] == pytest.approx(0.29, abs=0.005)
    assert min(learned["batch"]) > max(*learned["layer"], *learned["group"])


def test_so_does_what_the_button_trains():
    """Its usual setting, one seed: batch norm at 14 of 16 or more."""
    setting = replace(scales.SMALL, norms=("batch",))
    assert scales.found(setting, last(run(scales.arms(setting)))).learned()["batch"][0] >= 14


def test_kept_accuracies_are_measured_again():
    """Two cells of the book's setting, trained once more: the accuracies on file."""
    setting = replace(scales.BOOK, seeds=(0,))
    arms, place = scales.arms(setting), [2, 16 + 4]
    fresh = last(run([arms[k] for k in place]))
    for k, history in zip(place, fresh, strict=True):
        on_file = kept.scales().accuracy[k // 16, k % 16, 0]
        np.testing.assert_allclose(history.train_score[0], on_file, atol=0.02)


def test_counting_what_learned():
    """Learned is half or more at that epoch; better is every seed above every other; an early end goes on."""
    setting = replace(scales.SMALL, seeds=(0, 1))
    accuracy = np.full((2, 16, 2, 3), 0.1)
    accuracy[0, 3] = [[0.1, 0.2, 0.6], [0.1, 0.2, 0.5]]
    accuracy[1, 5, 0] = 0.9
    found = scales.Found(setting, accuracy)
    assert found.learned() == {"none": [1, 1], "batch": [1, 0]}
    assert found.learned(1) == {"none": [0, 0], "batch": [1, 0]}
    assert found.better("none", "batch") == [3]
    assert scales._whole(np.array([[0.1, 0.4]]), 4).tolist() == [[0.1, 0.4, 0.4, 0.4]]


# --- small batches


def test_a_batch_of_one_cannot_be_trained():
    """Batch norm refuses it with a sentence; layer and group norm do not mind."""
    data, how = digits(100), nn.Settings(1, 1)
    with pytest.raises(ValueError, match="one sample makes every number 0"):
        nn.Trainer(network("batch", 10, 1), data, SGD(), how)
    for norm in ("layer", "group"):
        assert nn.Trainer(network(norm, 10, 1), data, SGD(), how).steps == 100


@pytest.mark.parametrize("size", companions.SIZES)
def test_company_decides_in_small_batches(size):
    """One sample: always 0. Two: ±1. N: never beyond √(N − 1). The spread of the means is σ/√N."""
    made = companions.company(size, 13, 5)
    assert len(made.values) == companions.DRAWS
    if size == 1:
        assert (made.values == 0).all()
    elif size == 2:
        assert np.quantile(np.abs(made.values), 0.05) > 0.99  # the rest differ by as little as ε lets through
    assert np.abs(made.values).max() <= np.sqrt(max(size - 1, 0)) + 1e-9
    assert made.means.std() == pytest.approx(made.spread, rel=0.15)


def test_small_batches_cost_batch_norm_its_accuracy():
    """With two samples batch norm is far behind group norm in every seed; with 64 it is ahead in the median."""
    found = kept.sizes()
    assert 1 not in found["batch"]
    assert found["batch"][2].max() < found["group"][2].min() - 0.2
    assert np.median(found["batch"][64]) > np.median(found["group"][64])
    for norm in ("layer", "group"):
        assert max(np.median(a) for a in found[norm].values()) - np.median(found[norm][1]) < 0.02


def test_kept_test_accuracies_are_measured_again():
    """One seed of two cells."""
    made = companions.arms(("batch", "group"), (64,))
    for arm, history in zip(made, last(run(made)), strict=True):
        norm = arm.name.split()[0]
        assert history.test.score[0] == pytest.approx(kept.sizes()[norm][64][0], abs=0.02)


# --- training and use


def test_running_averages_follow_the_formula():
    """μ̄ ← (1 − ρ) μ̄ + ρ μ from 0; with ρ = 1 it is the last batch's mean."""
    made = running.use(0.2, unit=3)
    average = 0.0
    for mean, seen in zip(made.batch, made.running[1:], strict=True):
        average = 0.8 * average + 0.2 * mean
        assert seen == pytest.approx(average, abs=1e-12)
    whole = running.use(1.0, unit=3)
    np.testing.assert_allclose(whole.running[1:], whole.batch, atol=1e-12)


def test_running_averages_are_those_of_training():
    """A network trained with ρ = 0.3 ends with the weights and the averages that the page computes for it."""
    made = running.course()
    net = nn.Network([64, nn.Dense(running.WIDTH), nn.BatchNorm(0.3, 1e-6), nn.Dense(10)])
    trainer = nn.Trainer(net, digits(running.IMAGES)[0], SGD(lr=running.LR), nn.Settings(6, running.BATCH), seed=0)
    history = last(trainer.events())
    np.testing.assert_array_equal(history.final.theta[0], made.theta[-1])
    for unit in (0, 7):
        seen = running.use(0.3, unit).running[-1]
        assert history.final.state["1.running_mean"][0, unit] == pytest.approx(seen, abs=1e-12)


def test_how_it_is_used_decides():
    """Slow averages are late, usual ones arrive; batches of one class are guessed, whatever was learned."""
    slow, usual = running.use(0.01), running.use(0.1)
    early = running.MEASURED.index(10)
    assert slow.accuracy["running"][early] < usual.accuracy["batch"][early] - 0.1
    assert usual.accuracy["running"][-1] > 0.85
    assert abs(usual.accuracy["running"][-1] - usual.accuracy["batch"][-1]) < 0.03
    assert usual.accuracy["sorted"].max() < 0.2
    assert usual.accuracy["small"][-1] < usual.accuracy["batch"][-1]


# --- what it changes


def test_no_step_no_shift():
    """With rate 0 nothing moves; with a rate, the first layer alone would not: its layers below are none."""
    net, data = network("none", 10, 2), network("none", 10, 2).batch(*digits(50)[0])
    loss, turn, moved, bend, spread = shift._at(net, net.init(0), data, 0.0)
    assert loss > 1
    assert (moved, bend, spread) == (0, 0, 0)
    assert turn == pytest.approx(0, abs=1e-12)


def test_the_shift_is_larger_with_batch_norm_at_a_small_rate():
    """At 0.02 layers shift more under each other, and it learns more; at 0.1 the gradient bends far less."""
    small, large = kept.shifts()[0.02], kept.shifts()[0.1]
    assert np.median(small["batch"].moved) > 1.1 * np.median(small["none"].moved)
    assert np.median(small["batch"].accuracy) > np.median(small["none"].accuracy) + 0.1
    assert np.median(large["batch"].bend) < 0.5 * np.median(large["none"].bend)


def test_kept_shifts_are_measured_again():
    """At one rate: the medians on file."""
    fresh = last(shift.measured(0.02))
    for norm in shift.KINDS:
        for name in ("loss", "moved", "bend", "accuracy"):
            a, b = (np.median(getattr(found[norm], name)) for found in (fresh, kept.shifts()[0.02]))
            assert a == pytest.approx(b, rel=0.05), (norm, name)


def test_the_file_is_what_would_be_written():
    """Writing what was read gives the same text."""
    moved = {rate: kept.shifts()[rate] for rate in shift.RATES}
    assert kept.written(kept.scales(), kept.sizes(), moved) == kept.FILE.read_text(encoding="utf-8")
