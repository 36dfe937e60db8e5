"""What training can do to a batch and to weights: exact pictures, targets that add up, and nothing by accident."""

import numpy as np
import pytest

import optim_viz as ov
from optim_viz.nn import CHANGES, CutMix, Cutout, InputNoise, Mixup, Network, Rotate, Settings, Shift, Trainer
from optim_viz.nn.batch import batch
from optim_viz.nn.changes import Change, turned
from optim_viz.nn.sampling import Batches

RNG = np.random.default_rng(2)
X, Y = RNG.random((30, 16)), RNG.integers(3, size=30)
T = np.eye(3)[Y]
NET = Network([16, 8, 3])
DATA = ((X[:20], Y[:20]), (X[20:], Y[20:]))
ALL = [InputNoise(), Shift(), Rotate(30.0), Cutout(2), Mixup(1.0), CutMix()]


def rng(seed=0):
    return np.random.default_rng(seed)


def trained(how, seed=0, rules=None, net=NET):
    *_, last = Trainer(net, DATA, rules or ov.SGD(lr=0.1), how, seed=seed).events()
    return last


@pytest.mark.parametrize("change", ALL, ids=lambda change: change.name)
def test_a_change_is_pure_and_keeps_the_shape(change):
    """Given arrays are not written, rows and pictures give the same numbers, targets stay shares that add up to 1."""
    before = X.copy(), T.copy()
    flat, t = change.apply(X, T, rng())
    square, same = change.apply(X.reshape(-1, 1, 4, 4), T, rng())
    assert (before[0] == X).all()
    assert (before[1] == T).all()
    assert flat.shape == X.shape
    assert not np.array_equal(flat, X)
    np.testing.assert_array_equal(square.reshape(X.shape), flat)
    np.testing.assert_array_equal(same, t)
    np.testing.assert_allclose(t.sum(axis=1), 1)
    assert CHANGES[change.name] is type(change)


def test_shift_moves_whole_pixels_and_brings_in_zeros():
    """Each picture is the original moved by a whole number of pixels up to p each way; all (2p + 1)² moves occur."""
    one = np.arange(1.0, 17).reshape(4, 4)
    many, _ = Shift(1).apply(np.tile(one.ravel(), (200, 1)), np.ones((200, 1)), rng())
    wide = np.pad(one, 1)
    allowed = {wide[1 - a : 5 - a, 1 - b : 5 - b].tobytes() for a in (-1, 0, 1) for b in (-1, 0, 1)}
    assert {row.tobytes() for row in many.reshape(-1, 4, 4)} == allowed


def test_turning_by_quarters_is_exact():
    """90° is NumPy's rot90 (counterclockwise), 180° turns a picture over, 0° leaves it; halfway lies between."""
    pictures = X.reshape(-1, 1, 4, 4)
    for quarters in range(4):
        given = turned(pictures, np.full(30, 90.0 * quarters))
        np.testing.assert_allclose(given, np.rot90(pictures, quarters, axes=(2, 3)), atol=1e-12)
    corner = np.zeros((1, 1, 5, 5))
    corner[0, 0, 0, 0] = 1
    half = turned(corner, np.array([45.0]))
    assert half[0, 0, 2, 0] > half[0, 0, 0, 0]
    angles = Rotate(10.0)
    close, _ = angles.apply(X, T, rng())
    assert np.abs(close - X).mean() < np.abs(Rotate(90.0).apply(X, T, rng())[0] - X).mean()


def test_cutout_blackens_one_square():
    """What is changed is a filled rectangle of at most s × s pixels, s × s where it does not touch the edge."""
    given, t = Cutout(2).apply(np.ones((300, 36)), np.ones((300, 1)), rng())
    sizes = set()
    for picture in given.reshape(-1, 6, 6):
        rows, columns = np.nonzero((picture == 0).any(1))[0], np.nonzero((picture == 0).any(0))[0]
        assert (picture == 0).sum() == len(rows) * len(columns)
        sizes.add((len(rows), len(columns)))
    assert sizes == {(1, 1), (1, 2), (2, 1), (2, 2)}
    assert (t == 1).all()


def test_mixup_blends_samples_and_targets_alike():
    """x̃ = λx + (1 − λ)x′ and the same λ in the targets: read off one, it explains the other."""
    mixed, t = Mixup(1.0).apply(X, T, rng(3))
    draw = rng(3)
    share, other = draw.beta(1.0, 1.0), draw.permutation(30)
    np.testing.assert_allclose(mixed, share * X + (1 - share) * X[other])
    np.testing.assert_allclose(t, share * T + (1 - share) * T[other])
    assert 0.05 < share < 0.95


def test_cutmix_weighs_targets_by_area():
    """Each pixel is the picture's or its partner's; the partner's weight in the target is its share of the pixels."""
    for seed in range(20):
        mixed, t = CutMix(1.0).apply(X, T, rng(seed))
        draw = rng(seed)
        draw.beta(1.0, 1.0)
        other = draw.permutation(30)
        pasted = (mixed == X[other]) & (mixed != X)
        moving = other != np.arange(30)
        share = pasted[moving].mean(axis=1)
        assert np.ptp(share) == 0
        np.testing.assert_allclose(t[moving], (1 - share[0]) * T[moving] + share[0] * T[other][moving])


def test_only_square_pictures_can_be_turned():
    """Rows that are no square, and bad settings, are refused with a sentence before anything is trained."""
    with pytest.raises(ValueError, match="no pictures: 6"):
        Shift().apply(np.ones((2, 6)), T[:2], rng())
    flat = ((np.ones((4, 6)), Y[:4]),)
    with pytest.raises(ValueError, match="no pictures"):
        Trainer(Network([6, 3]), flat[0], ov.SGD(), Settings(1, 2, changes=(Rotate(),)))
    with pytest.raises(ValueError, match="tuple of Shift"):
        Settings(changes=[Shift()])
    with pytest.raises(ValueError, match="weight_noise"):
        Settings(weight_noise=-1.0)
    with pytest.raises(ValueError, match="degrees"):
        Rotate(181.0)


def test_nothing_asked_is_nothing_changed():
    """No changes and no noise, written out or with strength 0, train bit for bit as plain settings do."""
    plain = trained(Settings(4, 8))
    for more in ({"changes": ()}, {"changes": (Shift(0), Cutout(0))}, {"weight_noise": 0.0}):
        np.testing.assert_array_equal(trained(Settings(4, 8, **more)).final.theta, plain.final.theta)


@pytest.mark.parametrize("size", [8, None])
def test_each_run_is_what_it_is_alone(size):
    """Several seeds and optimizers at once, with changed batches and noisy weights: each equals its own training."""
    how = Settings(3, size, changes=(Shift(), Mixup(0.4)), weight_noise=0.05)
    rules = [ov.SGD(lr=0.1), ov.Nesterov(lr=0.1)]
    net = Network([16, 8, 3], dropout=0.2)
    both = trained(how, (4, 1), rules, net)
    for k, run in enumerate(both.runs):
        alone = trained(how, run.seed, run.optimizer, net)
        np.testing.assert_array_equal(both.final.theta[k], alone.final.theta[0])
    assert len({row.tobytes() for row in both.final.theta}) == 4


def test_one_step_sees_the_changed_batch():
    """One step of SGD follows the gradient on the batch that the changes give; the next step draws anew."""
    how, seen = Settings(1, None, changes=(InputNoise(0.3), CutMix())), []

    class Spy(Change):
        """Notes what it is given."""

        def apply(self, X, t, rng):
            seen.append((X, t))
            return X, t

    trainer = Trainer(NET, DATA, ov.SGD(lr=0.1), Settings(2, None, changes=(*how.changes, Spy())))
    *_, last = trainer.events()
    start, after = last.theta[0, 0], last.theta[0, 1]
    data = NET.replace(loss="cross_entropy").batch(*seen[0])
    np.testing.assert_allclose(after, start - 0.1 * NET.gradient(start, data), atol=1e-15)
    assert not np.array_equal(seen[0][0], seen[1][0])


def test_a_seed_that_is_shared_shares_its_changes():
    """Rows of one seed get one batch without a copy per network; rows with samples of their own are changed apart."""
    data = batch(X, Y, (16,), 3, None)
    batches = Batches(data, 10, "shuffle", (5, 6), 1)
    assert not batches.changed(1, [0, 0], (Shift(),)).stacked
    two = batches.changed(1, [1, 0, 1], (Shift(),))
    np.testing.assert_array_equal(two.X[0], two.X[2])
    np.testing.assert_array_equal(two.X[1], batches.changed(1, [0], (Shift(),)).X)
    own = Batches(batch(np.stack([X, X + 1]), np.stack([Y, Y]), (16,), 3, None), 10, "shuffle", (5,), 1)
    assert own.changed(1, [0, 0], (InputNoise(),)).X.shape == (2, 10, 16)


def test_weight_noise_moves_weights_not_biases():
    """The gradient is taken at w + σε and applied at w: on a linear network with squared loss that is one line."""
    net = Network([2, 1], loss="mse")
    X2, y2 = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([0.5, -0.5])
    trainer = Trainer(net, (X2, y2), ov.SGD(lr=0.1), Settings(1, None, weight_noise=0.5))
    *_, last = trainer.events()
    start, noise = last.theta[0, 0], trainer.batches.noise(1, 0, 2)
    shaken = start + np.append(0.5 * noise, 0.0)
    np.testing.assert_allclose(last.theta[0, 1], start - 0.1 * net.gradient(shaken, X2, y2), atol=1e-15)


def test_what_is_measured_is_unchanged():
    """Losses of a training with changes and noise are those of its parameters on the samples as they are."""
    last = trained(Settings(2, 8, changes=(Mixup(1.0),), weight_noise=0.2))
    for k in range(3):
        assert last.train_loss[0, k] == pytest.approx(NET.loss(last.theta[0, k], *DATA[0]), rel=1e-12)


def test_going_on_may_change_the_changes():
    """From a rewound step, other changes are made from there on; ones that do not fit are refused."""
    trainer = Trainer(NET, DATA, ov.SGD(lr=0.1), Settings(4, 8))
    list(trainer.events())
    *_, other = trainer.again(6, ov.SGD(lr=0.1), Settings(4, 8, changes=(Shift(),))).events()
    plain = trained(Settings(4, 8))
    assert not np.array_equal(other.final.theta, plain.final.theta)
    np.testing.assert_array_equal(other.theta[0, 1], plain.theta[0, 1])
