"""Windows that slide: exact numbers of the notes' example, both ways against the layer and the numerical gradient."""

import itertools

import numpy as np
import pytest

from optim_viz.data.pixels import read_pixels, write_pixels
from optim_viz.data.typed import read_numbers
from optim_viz.figures import convolution as figures
from optim_viz.labs.windows import (
    KERNELS,
    answer,
    backward,
    count,
    features,
    looks,
    meetings,
    moved,
    numerical,
    read_kernel,
    shifted,
    size,
    slide,
    turned,
)
from optim_viz.nn import Conv2d, Dense
from optim_viz.nn.layers import Mode

X, W, D = np.array([[1.0, 3, 2, 5, 4]]), np.array([[[2.0, 1, -1]]]), np.array([[1.0, -2, 3]])
CASES = list(itertools.product(((1, 7), (2, 6, 5)), (1, 2, 3), (0, 1, 2)))


def drawn(shape, kernels=2, k=3, seed=0):
    """Random numbers (C, *sides) and weights (O, C, k, ...)."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape), rng.normal(size=(kernels, shape[0], *[k] * (len(shape) - 1)))


# --- forward


def test_the_notes_example():
    """x1..x5 and w1..w3 give y1..y3; the kernel is not turned, and turning it gives what mathematics calls so."""
    assert slide(X, W).tolist() == [[1 * 2 + 3 * 1 - 2, 3 * 2 + 2 * 1 - 5, 2 * 2 + 5 * 1 - 4]]
    assert slide(X, turned(W))[0].tolist() == np.convolve(X[0], W[0, 0], "valid").tolist()
    assert slide(X, W)[0].tolist() == np.correlate(X[0], W[0, 0], "valid").tolist()


@pytest.mark.parametrize(("shape", "stride", "padding"), CASES)
def test_every_number_is_the_sum_of_its_window(shape, stride, padding):
    """At every place: the products of its window, added up, channel by channel; as many places as the formula says."""
    x, w = drawn(shape)
    y = slide(x, w, stride, padding)
    for o, kernel in enumerate(w):
        seen = looks(x, kernel, stride, padding)
        assert [look.at for look in seen] == list(np.ndindex(*y.shape[1:]))
        for look in seen:
            assert look.total == pytest.approx(y[(o, *look.at)], abs=1e-12)
            assert look.sums == pytest.approx([products.sum() for products in look.products])
    assert y.shape[1:] == tuple(size(n, 3, padding, stride) for n in shape[1:])


@pytest.mark.parametrize(("stride", "padding"), [*itertools.product((1, 2, 3), (0, 1, 2))])
def test_forward_and_backward_are_those_of_the_layer(stride, padding):
    """In 2-D all numbers and both gradients equal those of the engine's Conv2d, which is held to torch."""
    x, w = drawn((3, 7, 6), kernels=4)
    layer, b = Conv2d(4, 3, stride=stride, padding=padding), np.zeros((1, 4))
    y, kept = layer.forward((w[None], b), x[None, ..., None], Mode())
    np.testing.assert_allclose(slide(x, w, stride, padding), y[0, ..., 0], atol=1e-12)
    d, dw = np.random.default_rng(1).normal(size=y.shape), np.zeros_like(w[None])
    dx = layer.backward((w[None], b), kept, d.copy(), (dw, np.zeros_like(b)), Mode())
    for ours, theirs in zip(backward(x, w, d[0, ..., 0], stride, padding), (dx[0, ..., 0], dw[0]), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_sizes_of_the_notes():
    """28×28 with 3×3 gives 26×26; what cannot be is refused with a sentence."""
    assert size(28, 3) == 26
    assert [size(5, 3, p, s) for p, s in ((0, 1), (1, 1), (1, 2), (2, 3))] == [3, 5, 3, 3]
    with pytest.raises(ValueError, match="does not fit"):
        size(3, 5)
    with pytest.raises(ValueError, match="smaller than the kernel"):
        size(5, 2, 2)


@pytest.mark.parametrize(("n", "k", "p", "s"), [*itertools.product((3, 5, 8), (1, 2, 3), (0, 1), (1, 2, 3))])
def test_the_size_is_the_number_of_places(n, k, p, s):
    """Counted by walking; the layer says the same of an image."""
    if p < k:
        assert size(n, k, p, s) == len(range(0, n + 2 * p - k + 1, s))
        assert Conv2d(1, k, stride=s, padding=p).output((1, n, n))[1] == size(n, k, p, s)


# --- backward


@pytest.mark.parametrize(("shape", "stride", "padding"), CASES)
def test_backward_is_the_numerical_gradient(shape, stride, padding):
    """Both gradients by sliding windows equal central differences, also where a stride leaves numbers unseen."""
    x, w = drawn(shape)
    d = np.random.default_rng(2).normal(size=slide(x, w, stride, padding).shape)
    for ours, check in zip(backward(x, w, d, stride, padding), numerical(x, w, d, stride, padding), strict=True):
        assert ours.shape == check.shape
        np.testing.assert_allclose(ours, check, atol=1e-9)


def test_the_indices_of_the_way_back():
    """∂x3 = δ1w3 + δ2w2 + δ3w1, ∂w1 = δ1x1 + δ2x2 + δ3x3, and so on: indices of δ and w add up to that of x plus 1."""
    dx, dw = (gradient.ravel() for gradient in backward(X, W, D))
    x, w, d = X[0], W[0, 0], D[0]
    assert dx.tolist() == [d[0] * w[0], d[0] * w[1] + d[1] * w[0], d[0] * w[2] + d[1] * w[1] + d[2] * w[0],
                           d[1] * w[2] + d[2] * w[1], d[2] * w[2]]  # fmt: skip
    assert dw.tolist() == [sum(d[j] * x[j + m] for j in range(3)) for m in range(3)]
    assert all(j + 1 + m + 1 == i + 1 + 1 for i, j, m in meetings(5, 3))


def test_a_kernel_that_is_not_turned_is_wrong():
    """Slid over the errors as it is, the kernel misses the numerical gradient, unless it is symmetric."""
    true = numerical(X, W, D)[0]
    assert np.abs(backward(X, turned(W), D)[0] - true).max() == pytest.approx(9)
    even = np.array([[[2.0, 1, 2]]])
    np.testing.assert_allclose(backward(X, turned(even), D)[0], backward(X, even, D)[0])


@pytest.mark.parametrize(("padding", "stride"), [*itertools.product((0, 1, 2), (1, 2, 3))])
def test_meetings_tell_all_three_sums(padding, stride):
    """One list of who meets whom gives the outputs and both gradients."""
    (x, w), n, k = drawn((1, 7), kernels=1), 7, 3
    y = slide(x, w, stride, padding)[0]
    d = np.random.default_rng(3).normal(size=len(y))
    sums = np.zeros(len(y)), np.zeros(n), np.zeros(k)
    for i, j, m in meetings(n, k, padding, stride):
        sums[0][j] += x[0, i] * w[0, 0, m]
        sums[1][i] += d[j] * w[0, 0, m]
        sums[2][m] += d[j] * x[0, i]
    dx, dw = backward(x, w, d[None], stride, padding)
    for ours, found in zip((y, dx[0], dw[0, 0]), sums, strict=True):
        np.testing.assert_allclose(ours, found, atol=1e-12)


# --- kernels on pictures


def test_kernels_do_what_they_say():
    """Mean and soft mean add up to 1 as sharpening does, edges to 0; on even ground each answers its sum."""
    sums = {name: round(float(kernel.weights.sum()), 9) for name, kernel in KERNELS.items()}
    assert sums == {"edges": 0, "level": 0, "outline": 0, "blur": 1, "gauss": 1, "sharpen": 1, "emboss": 1, "same": 1,
                    "jump": 1}  # fmt: skip
    even = np.full((9, 9), 5.0)
    for name, kernel in KERNELS.items():
        np.testing.assert_allclose(answer(even, kernel.weights), 5 * sums[name], atol=1e-12)
    step = np.zeros((6, 6))
    step[:, 3:] = 1
    assert np.abs(answer(step, KERNELS["edges"].weights)).max() == 4
    assert not answer(step, KERNELS["level"].weights).any()
    assert (answer(step, KERNELS["same"].weights) == step[1:-1, 1:-1]).all()
    assert (answer(step, KERNELS["jump"].weights, padding=1) == shifted(step, 0, 1)).all()


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("by", [(0, 3), (2, -1), (-4, 4)])
def test_a_map_moves_with_its_picture(name, by):
    """Equivariance: at no place off the rim does the moved picture's map differ from the moved map; yet it moves."""
    picture = np.random.default_rng(0).random((24, 24))
    weights = KERNELS[name].weights
    one = moved(picture, weights, *by, padding=len(weights) // 2)
    assert (one.by, one.differ) == (by, 0)
    assert one.places >= 256
    assert one.stay > 500


def test_with_a_stride_only_its_multiples_are_followed():
    """Stride 2: a move by 2 moves the map by 1, a move by 1 makes another map."""
    picture = np.random.default_rng(0).random((24, 24))
    weights = KERNELS["edges"].weights
    assert (moved(picture, weights, 0, 2, 2, 1).by, moved(picture, weights, 0, 2, 2, 1).differ) == ((0, 1), 0)
    assert moved(picture, weights, 0, 1, 2, 1).differ > 50


def test_a_layer_has_few_weights_and_a_dense_one_many():
    """8 kernels of 3×3 on 28×28: 80 parameters against (28·28 + 1) · 8·26·26; larger pictures change only these."""
    found, larger = count((1, 28, 28), 8, 3), count((1, 56, 56), 8, 3)
    assert (found.out, found.weights, found.dense) == ((8, 26, 26), 80, 785 * 5408)
    assert (found.products, found.dense_products) == (5408 * 9, 5408 * 784)
    assert (larger.weights, larger.dense) == (80, (56 * 56 + 1) * 8 * 54 * 54)
    small, shapes = count((2, 5, 5), 3, 2, 2, 1), Dense(3 * 3 * 3).parameters((50,))
    assert small.dense == sum(int(np.prod(shape)) for shape in shapes.values())


# --- the trained network


@pytest.fixture(scope="module")
def net():
    return features.trained(8)


def test_the_network_sees_its_own_kernels(net):
    """Its maps are its kernels slid over the digit, bias added, cut at 0; pooling keeps the largest of each 2×2."""
    look = features.digits().test.X[3, 0]
    (maps,), (pooled,), (chances,) = net.see(look)
    bias = net.theta[-1][72:80]
    own = slide(look[None], net.kernels()[:, None], padding=1) + bias[:, None, None]
    np.testing.assert_allclose(maps, np.maximum(own, 0), atol=1e-12)
    np.testing.assert_allclose(pooled, maps.reshape(8, 4, 2, 4, 2).max(axis=(2, 4)))
    assert chances.sum() == pytest.approx(1)
    assert net.accuracy[0] < 0.4 < 0.93 < net.accuracy[-1]
    assert len(net.accuracy) == len(net.theta) == features.EPOCHS + 1


def test_moved_digits_are_harder_for_both_and_hardest_for_the_dense_one():
    """Five seeds each, as many parameters: moved by a pixel, both lose much; the convolutional one is always ahead."""
    *told, found = features.shaken(8)
    assert all(0 <= share <= 1 for share in told)
    assert abs(found.parameters["conv"] - found.parameters["dense"]) < 0.02 * found.parameters["conv"]
    assert min(found.still["conv"].min(), found.still["dense"].min()) > 0.93
    assert (found.moved["conv"] > found.moved["dense"]).all()
    assert (found.still["conv"] - found.moved["conv"]).min() > 0.3


def test_a_drawing_becomes_a_digit():
    """Cut to its ink and averaged: a block stays a block; where it stood, and how gray it was, does not matter."""
    board = np.zeros((24, 24))
    board[4:20, 8:12] = 5
    small = features.as_digit(board)
    expected = np.zeros((8, 8))
    expected[:, 3:5] = 1
    np.testing.assert_allclose(small, expected)
    np.testing.assert_allclose(features.as_digit(shifted(board, 3, -7)), small)
    assert not features.as_digit(np.zeros((24, 24))).any()


# --- what a person writes


def test_pictures_as_text():
    """Rows of digits there and back, short rows filled; anything else is refused with a sentence."""
    picture = np.random.default_rng(0).integers(0, 10, (6, 6))
    assert (read_pixels(write_pixels(picture), 6) == picture).all()
    assert write_pixels(read_pixels("0 0099 09", 4)) == "0 0099 09"
    assert write_pixels(np.zeros((5, 5))) == ""
    for wrong in ("12 x", "1" * 7, "1 " * 7, "-1", "１２"):
        with pytest.raises(ValueError, match="digit"):
            read_pixels(wrong, 6)


def test_numbers_as_text():
    """Spaces, commas, slashes and a true minus; words, infinities and the wrong count are refused."""
    assert read_numbers("1, 2 /−3", 3, 5, 100).tolist() == [1, 2, -3]
    assert read_kernel("0 -1 0 / -1 5 -1 / 0 -1 0").tolist() == [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]
    for wrong in ("1 2", "1 2 x", "1 2 inf", "1 2 1e9", "nan 1 2", "1 2 3 4 5 6"):
        with pytest.raises(ValueError, match="numbers"):
            read_numbers(wrong, 3, 5, 100)
    with pytest.raises(ValueError, match="9 numbers"):
        read_kernel("1 2 3")


# --- drawings


def test_a_drawing_shows_the_numbers():
    """Every number of the place is written; what comes later is not; pictures have a square for each number not 0."""
    row = figures.Row(X[0], ["a"] * 5), figures.Row(W[0, 0], ["b"] * 3), figures.Row(slide(X, W)[0], ["c"] * 3)
    assert str(figures.line(*row, [0, 1, 2], 0)).count("<rect") == 11
    assert ">5</text>" in str(figures.line(*row, [0, 1, 2], 2))
    one = np.array([[1.0, 0], [-2, 0.5]])
    svg = str(figures.pictures([("p", one, 2.0)], 8, 2))
    assert svg.count("M") == 3
    assert svg.count('class="b full"') == 1
