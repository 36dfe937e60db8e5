"""The parts of a network: exact values, derivatives, declared facts, and what they refuse."""

import math
from dataclasses import MISSING

import numpy as np
import pytest

from optim_viz.nn import (
    ACTIVATIONS,
    GELU,
    INITIALIZERS,
    LAYERS,
    LOSSES,
    MAE,
    MSE,
    PARTS,
    RMSE,
    BatchNorm,
    BinaryCrossEntropy,
    Conv2d,
    CrossEntropy,
    Dense,
    Dropout,
    Flatten,
    Glorot,
    GroupNorm,
    He,
    Huber,
    LayerNorm,
    LeakyReLU,
    LeCun,
    MaxPool,
    Network,
    Normal,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)
from optim_viz.nn.activations import error_function
from optim_viz.nn.layers import Mode
from optim_viz.words import Text

CURVES = [part() for part in ACTIVATIONS.values() if part is not Softmax]
RNG = np.random.default_rng(20240607)


def through(layer, x, *p, rng=None, statistics=None):
    """The layer's output for one network: x without the leading axis, batch last."""
    y, _ = layer.forward(tuple(a[None] for a in p), x[None], Mode(np.empty, statistics, rng))
    return y[0]


def back(layer, x, dy, *p, rng=None):
    """The layer's dL/dx and dL/dp for one network."""
    stacked = tuple(a[None] for a in p)
    _, kept = layer.forward(stacked, x[None], Mode(np.empty, None, rng))
    dp = tuple(np.full_like(a, np.nan) for a in stacked)
    dx = layer.backward(stacked, kept, dy[None].copy(), dp, Mode())
    return dx[0], [a[0] for a in dp]


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_every_part_states_its_facts(part):
    """A part says its idea in one sentence, its formula, its source, and a help and allowed values for each setting."""
    assert part.idea.endswith(".")
    assert 20 < len(part.idea) < 150
    assert part.formula
    assert all(isinstance(line, str) for line in part.formula)
    assert part.source
    for setting in part.settings():
        assert setting.help.endswith((".", ")")), setting.name
        assert setting.choices
        if setting.default is not MISSING:
            made = part(**({"units": 1} if part is Dense else {"channels": 1} if part is Conv2d else {}))
            assert getattr(made, setting.name) == setting.default
            assert setting.default in setting.choices


def test_the_registries_are_complete():
    """Each name of the issue stands for its part; every part is in exactly one registry."""
    assert list(LAYERS) == ["Dense", "BatchNorm", "LayerNorm", "GroupNorm", "Dropout", "Conv2d", "MaxPool", "Flatten"]
    assert list(ACTIVATIONS) == [
        "identity",
        "step",
        "sigmoid",
        "tanh",
        "relu",
        "leaky_relu",
        "gelu",
        "gelu_tanh",
        "softmax",
    ]
    assert list(LOSSES) == ["mse", "mae", "rmse", "huber", "cross_entropy", "binary_cross_entropy"]
    assert list(INITIALIZERS) == ["constant", "normal", "uniform", "lecun", "glorot", "he"]
    assert len(PARTS) == sum(map(len, (LAYERS, ACTIVATIONS, LOSSES, INITIALIZERS)))


def test_activations_at_known_points():
    """Values from the formulas at -1, 0 and 2."""
    z = np.array([-1.0, 0.0, 2.0])
    known = {
        "identity": z,
        "step": [0, 0, 1],
        "sigmoid": [1 / (1 + math.e), 0.5, 1 / (1 + math.exp(-2))],
        "tanh": [math.tanh(-1), 0, math.tanh(2)],
        "relu": [0, 0, 2],
        "leaky_relu": [-0.01, 0, 2],
        "gelu": [-0.5 * math.erfc(1 / math.sqrt(2)), 0, 1 + math.erf(math.sqrt(2))],
    }
    for word, values in known.items():
        np.testing.assert_allclose(ACTIVATIONS[word]().value(z), values, rtol=1e-15, atol=1e-16)
    assert np.abs(ACTIVATIONS["gelu_tanh"]().value(z) - GELU().value(z)).max() < 5e-4
    np.testing.assert_array_equal(LeakyReLU(0.2).value(z), [-0.2, 0, 2])


@pytest.mark.parametrize("curve", CURVES, ids=lambda c: c.name)
def test_slopes_are_derivatives(curve):
    """The slope equals the central difference, away from kinks."""
    z = np.array([-5.0, -2.5, -1.0, -0.3, 0.2, 0.8, 1.7, 3.0, 6.5])
    numeric = (curve.value(z + 1e-6) - curve.value(z - 1e-6)) / 2e-6
    np.testing.assert_allclose(curve.slope(z, curve.value(z)), numeric, atol=2e-9)


def test_slopes_at_kinks_are_torchs():
    """At 0 the slope of ReLU is 0, of leaky ReLU its α; a sigmoid's slope is never above 1/4."""
    zero = np.zeros(1)
    assert ReLU().slope(zero, zero) == 0
    assert LeakyReLU(0.3).slope(zero, zero) == 0.3
    z = np.linspace(-10, 10, 1001)
    assert Sigmoid().slope(z, Sigmoid().value(z)).max() == 0.25
    dx, _ = back(ReLU(), np.zeros((1, 2)), np.ones((1, 2)))
    assert not dx.any()


def test_error_function():
    """erf is Python's own to 4e-16 on a fine grid, odd, and 1 far out; NaN stays NaN."""
    x = np.linspace(-8, 8, 40_001)
    assert np.abs(error_function(x) - [math.erf(v) for v in x]).max() <= 4e-16
    np.testing.assert_array_equal(error_function(np.array([np.inf, -np.inf, np.nan, 1e300])), [1, -1, np.nan, 1])


def test_activations_take_any_number():
    """No warning and no NaN at ±1e4: nothing overflows."""
    z = np.array([[[-1e4], [0.0], [1e4]]])
    for curve in (*CURVES, Softmax()):
        assert np.isfinite(curve.value(z)).all(), curve.name


def test_softmax():
    """Shares add up to one, ignore a common shift, and compare features of one sample only."""
    z = RNG.standard_normal((2, 4, 5))
    a = Softmax().value(z)
    np.testing.assert_allclose(a.sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(Softmax().value(z + 1000), a, rtol=1e-12)
    np.testing.assert_allclose(Softmax().value(z[:, :, :1]), a[:, :, :1], rtol=1e-15)


def test_dense_by_hand():
    """y = Wx + b and its three gradients for one small case."""
    W, b = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([0.5, 0.0, -0.5])
    x, dy = np.array([[1.0, 0.0], [1.0, 2.0]]), np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]])
    np.testing.assert_array_equal(through(Dense(3), x, W, b), [[3.5, 4.5], [7, 8], [10.5, 11.5]])
    dx, (dW, db) = back(Dense(3), x, dy, W, b)
    np.testing.assert_array_equal(dx, [[11, 3], [14, 4]])
    np.testing.assert_array_equal(dW, [[1, 1], [0, 2], [2, 2]])
    np.testing.assert_array_equal(db, [1, 1, 2])


def naive_convolution(x, W, b, stride, padding):
    """Four loops over (C, H, W, N)."""
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    k = W.shape[2]
    height, width = ((side - k) // stride + 1 for side in x.shape[1:3])
    y = np.empty((len(W), height, width, x.shape[3]))
    for o, h, w, n in np.ndindex(y.shape):
        y[o, h, w, n] = (W[o] * x[:, h * stride : h * stride + k, w * stride : w * stride + k, n]).sum() + b[o]
    return y


@pytest.mark.parametrize(("kernel", "stride", "padding"), [(3, 1, 0), (2, 1, 1), (3, 2, 1), (1, 1, 0), (4, 3, 2)])
def test_convolution_is_a_sliding_sum(kernel, stride, padding):
    """The matrix product equals four loops; the backward pass is the transpose of the forward pass."""
    x, b = RNG.standard_normal((2, 6, 7, 3)), np.zeros(4)
    W, layer = RNG.standard_normal((4, 2, kernel, kernel)), Conv2d(4, kernel, stride, padding)
    y = through(layer, x, W, b + 0.5)
    np.testing.assert_allclose(y, naive_convolution(x, W, b + 0.5, stride, padding), atol=1e-13)
    assert y.shape[:3] == layer.output((2, 6, 7))
    dy = RNG.standard_normal(y.shape)
    dx, (dW, db) = back(layer, x, dy, W, b)
    linear = (dy * through(layer, x, W, b)).sum()
    np.testing.assert_allclose([(dx * x).sum(), (dW * W).sum()], linear, rtol=1e-12)
    np.testing.assert_allclose(db, dy.sum(axis=(1, 2, 3)), rtol=1e-12)


def test_max_pool():
    """The largest of each square; the gradient goes to the first of equals; rows that do not fill a square get none."""
    x = np.zeros((1, 5, 5, 1))
    x[0, 0, 1], x[0, 1, 0], x[0, 2, 3], x[0, 4, 4] = 3, 3, 7, 99
    np.testing.assert_array_equal(through(MaxPool(2), x)[0, :, :, 0], [[3, 0], [0, 7]])
    dx, _ = back(MaxPool(2), x, np.array([[[[1.0], [2.0]], [[4.0], [8.0]]]]))
    expected = np.zeros((5, 5))
    expected[0, 1], expected[0, 2], expected[2, 0], expected[2, 3] = 1, 2, 4, 8
    np.testing.assert_array_equal(dx[0, :, :, 0], expected)


def test_flatten_order():
    """Channels, then rows, then columns, as torch: what a dense layer's weights after it belong to."""
    x = RNG.standard_normal((2, 3, 4, 5))
    np.testing.assert_array_equal(through(Flatten(), x), x.reshape(24, 5))


def test_batch_norm_by_hand():
    """Mean 0 and variance 1 per feature, then γ and β; with running statistics, those instead."""
    x = np.array([[1.0, 2.0, 6.0], [5.0, 5.0, 5.0]])
    gamma, beta = np.array([2.0, 3.0]), np.array([0.5, -1.0])
    y = through(BatchNorm(eps=1e-12), x, gamma, beta)
    np.testing.assert_allclose(y[0], 0.5 + 2 * (x[0] - 3) / math.sqrt(14 / 3), rtol=1e-11)
    np.testing.assert_array_equal(y[1], -1)
    used = through(BatchNorm(eps=3.0), x, gamma, beta, statistics=(np.array([[1.0, 4.0]]), np.array([[1.0, 6.0]])))
    np.testing.assert_allclose(used, [0.5 + 2 * (x[0] - 1) / 2, -1 + 3 * (x[1] - 4) / 3], rtol=1e-15)


def test_running_statistics_by_hand():
    """One pass moves them by the momentum; the variance is the unbiased one."""
    x = np.array([[1.0, 2.0, 6.0]])
    layer = BatchNorm(momentum=0.25)
    _, kept = layer.forward((np.ones((1, 1)), np.zeros((1, 1))), x[None], Mode())
    mean, variance = layer.moved((np.array([[8.0]]), np.array([[1.0]])), kept)
    np.testing.assert_allclose([mean, variance], [[[0.75 * 8 + 0.25 * 3]], [[0.75 + 0.25 * 7]]], rtol=1e-15)


@pytest.mark.parametrize(("layer", "axes"), [(LayerNorm(1e-12), (0, 1, 2)), (GroupNorm(1, 1e-12), (0, 1, 2)),
                                             (GroupNorm(4, 1e-12), (1, 2)), (BatchNorm(eps=1e-12), (1, 2, 3))],
                         ids=str)  # fmt: skip
def test_norms_normalize_their_axes(layer, axes):
    """Each norm leaves mean 0 and variance 1 over its own axes of an image."""
    x = 5 + 3 * RNG.standard_normal((4, 3, 2, 6))
    p = [np.full(shape, value) for shape, value in zip(layer.parameters((4, 3, 2)).values(), (1.0, 0.0), strict=True)]
    y = through(layer, x, *p)
    np.testing.assert_allclose(y.mean(axis=axes), 0, atol=1e-14)
    np.testing.assert_allclose(y.var(axis=axes), 1, rtol=1e-10)


def test_dropout_forms():
    """Inverted scales up in training and not after it, the book's form the other way round; both keep the mean."""
    x = np.ones((50, 400))
    inverted, book = Dropout(0.2), Dropout(0.2, "book")
    trained = through(inverted, x, rng=np.random.default_rng(0))
    assert set(np.unique(trained)) == {0.0, 1.25}
    assert trained.mean() == pytest.approx(1, abs=0.01)
    np.testing.assert_array_equal(through(inverted, x), 1)
    assert set(np.unique(through(book, x, rng=np.random.default_rng(0)))) == {0.0, 1.0}
    np.testing.assert_array_equal(through(book, x), 0.8)
    dx, _ = back(inverted, x, x, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(dx, trained)


def test_losses_by_hand():
    """Each loss for one small case, from its formula."""
    z, t = np.array([[[1.0, -2.0], [0.5, 3.0]]]), np.array([[[0.0, 0.0], [0.5, 1.0]]])
    errors = np.array([1, -2, 0, 2.0])
    sure = np.array([[[1.0, 0.0], [0.0, 1.0]]])
    known = {
        MSE(): (errors**2).mean(),
        MAE(): np.abs(errors).mean(),
        RMSE(): math.sqrt((errors**2).mean()),
        Huber(1.5): (0.5 + 2 * 1.5 * (2 - 0.75)) / 4,
        BinaryCrossEntropy(): -(t * np.log(1 / (1 + np.exp(-z))) + (1 - t) * np.log(1 / (1 + np.exp(z)))).mean(),
    }
    for loss, value in known.items():
        np.testing.assert_allclose(loss.value_and_slope(z, t)[0], [value], rtol=1e-14)
    surprise = [math.log(1 + math.exp(-0.5)), math.log(1 + math.exp(-5))]
    np.testing.assert_allclose(CrossEntropy().value_and_slope(z, sure)[0], [np.mean(surprise)], rtol=1e-14)


@pytest.mark.parametrize("loss", [*(part() for part in LOSSES.values()), Huber(0.3), CrossEntropy(0.2)], ids=str)
def test_loss_slopes_are_derivatives(loss):
    """The slope equals the central difference in every output, for three networks at once."""
    z, t = RNG.standard_normal((3, 4, 5)), RNG.random((1, 4, 5))
    t = loss.targets((t / t.sum(axis=1)).swapaxes(1, 2)).swapaxes(1, 2)
    value, slope = loss.value_and_slope(z, t)
    assert value.shape == (3,)
    for k, i, n in np.ndindex(z.shape):
        ahead, behind = z.copy(), z.copy()
        ahead[k, i, n] += 1e-6
        behind[k, i, n] -= 1e-6
        change = (loss.value_and_slope(ahead, t)[0] - loss.value_and_slope(behind, t)[0]) / 2e-6
        assert change[k] == pytest.approx(slope[k, i, n], abs=1e-9)
        assert not change[np.arange(3) != k].any()


def test_cross_entropy_survives_large_scores():
    """Scores of ±1e4 give the exact loss: log-sum-exp, not log of a share that is 0."""
    z, t = np.array([[[1e4], [0.0]]]), np.array([[[0.0], [1.0]]])
    np.testing.assert_array_equal(CrossEntropy().value_and_slope(z, t)[0], [1e4])
    np.testing.assert_array_equal(BinaryCrossEntropy().value_and_slope(z, t)[0], [(1e4 + math.log(2)) / 2])


def test_rmse_of_a_perfect_fit_has_no_slope():
    """At zero error the root has no derivative; it is taken as 0, and nothing warns."""
    z = np.ones((1, 2, 3))
    value, slope = RMSE().value_and_slope(z, z)
    assert not value.any()
    assert not slope.any()


@pytest.mark.parametrize(("init", "std"), [(LeCun(), 400**-0.5), (Glorot(), (2 / 500) ** 0.5), (He(), (2 / 400) ** 0.5),
                                           (He("uniform"), (2 / 400) ** 0.5), (Normal(0.3), 0.3)], ids=str)  # fmt: skip
def test_initializers_have_their_spread(init, std):
    """The standard deviation of 40,000 weights is the formula's within 1.5 %, the mean is near 0."""
    w = init.draw(np.random.default_rng(0), (100, 400), 400, 100)
    assert w.std() == pytest.approx(std, rel=0.015)
    assert abs(w.mean()) < 0.03 * std
    if getattr(init, "distribution", "") == "uniform":
        assert np.abs(w).max() <= math.sqrt(3) * std


def test_fans_of_a_convolution():
    """A window of 3×3 over 4 channels has 36 inputs per unit; biases start at 0."""
    net = Network([Conv2d(64, 3), 10], input=(4, 8, 8), init=LeCun())
    parts = net.views(net.init(0))
    assert parts["0.weight"].std() == pytest.approx(36**-0.5, rel=0.05)
    assert not parts["0.bias"].any()


BAD = [
    (lambda: Dense(0), "units"),
    (lambda: Dense(10**7), "units"),
    (lambda: Dense(2.5), "whole number"),
    (lambda: Dense("many"), "number"),
    (lambda: Dense(True), "number"),
    (lambda: Dense(np.array([3, 4])), "number"),
    (lambda: Conv2d(4, 0), "kernel"),
    (lambda: Dropout(1.0), "rate"),
    (lambda: Dropout(0.5, "other"), "inverted, book"),
    (lambda: BatchNorm(eps=0), "eps"),
    (lambda: LeakyReLU(float("nan")), "alpha"),
    (lambda: CrossEntropy(1.0), "smoothing"),
    (lambda: Huber(0), "delta"),
    (lambda: Normal(-1), "std"),
    (lambda: Conv2d(4, 3, padding=3).output((1, 8, 8)), "padding"),
    (lambda: Conv2d(4, 9).output((1, 8, 8)), "9×9"),
    (lambda: Conv2d(4).output((64,)), "images"),
    (lambda: MaxPool(9).output((1, 8, 8)), "9×9"),
    (lambda: GroupNorm(3).output((4,)), "equal groups"),
    (lambda: GroupNorm(4).output((4,)), "fewer groups"),
    (lambda: LayerNorm().output((1,)), "2 or more"),
    (lambda: Dense(3).output((1, 8, 8)), "Flatten"),
]


@pytest.mark.parametrize(("make", "word"), BAD, ids=[word for _, word in BAD])
def test_bad_settings_are_refused_in_words(make, word):
    """A ValueError with a translatable sentence that names what is wrong."""
    with pytest.raises(ValueError, match=word) as caught:
        make()
    assert isinstance(caught.value.args[0], Text)


def test_parts_are_values():
    """Frozen, equal by content, with code that gives them back."""
    assert Conv2d(4, 3) == Conv2d(4) != Conv2d(4, 2)
    assert Sigmoid() != Tanh()
    assert len({Conv2d(4), Conv2d(4, 3), Dense(4)}) == 2
    assert eval(repr(LeakyReLU(0.2)), {"LeakyReLU": LeakyReLU}) == LeakyReLU(0.2)  # noqa: S307
    with pytest.raises(AttributeError):
        Dense(3).units = 4  # type: ignore[misc]
