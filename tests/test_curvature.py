"""Hessian-vector products, top eigenvalues, sharpness and the edge of stability, against exact values and torch."""

import json
from pathlib import Path

import numpy as np
import pytest

from optim_viz import curvature, from_spec
from optim_viz.curvature import HessianProduct, edge_of_stability, hessian, hvp, sharpness, top_eigenvalues
from optim_viz.nn import BatchNorm, Conv2d, MaxPool, Network

FOLDER = Path(__file__).parent / "reference"
CASES = json.loads((FOLDER / "nn.json").read_text(encoding="utf-8"))["gradients"]
PRODUCTS = json.loads((FOLDER / "products.json").read_text(encoding="utf-8"))["products"]
SMALL = {
    "mlp": Network([4, 7, 3], activation="tanh"),
    "relu": Network([4, 7, 5, 3], l2=0.1),
    "batch norm": Network([4, 6, 5, 3], activation="gelu", batch_norm=True),
    "cnn": Network([Conv2d(3, 2), BatchNorm(), "tanh", MaxPool(2), 3], input=(1, 5, 5)),
}


def wave(count, seed, shape=None):
    i = np.arange(1, count + 1)
    return np.round(np.sin(0.7 * i * i + 1.3 * i + seed), 3).reshape(shape or count)


def some_data(net, count=30):
    rng = np.random.default_rng(5)
    return rng.standard_normal((count, *net.input_shape)), rng.integers(0, net.outputs, count)


def case_arguments(case):
    net = from_spec(case["net"])
    X = 2 * wave(5 * int(np.prod(net.input_shape)), 2.0, (5, *net.input_shape))
    t = wave(5 * net.outputs, 4.0, (5, net.outputs))
    y = {"labels": np.arange(5) * 7 % net.outputs, "values": 2 * t, "chances": np.round((t + 1) / 2, 3)}[case["y"]]
    state = {key: np.array(value) for key, value in case["state"].items()} or None
    return net, wave(net.parameter_count, 1.0), X, y, state


def test_products_equal_torch():
    """H v through every layer × activation × loss, penalties and running statistics: torch's to 1e-12 of its length."""
    assert len(CASES) == len(PRODUCTS) > 400
    for case, theirs in zip(CASES, PRODUCTS, strict=True):
        net, theta, X, y, state = case_arguments(case)
        ours = hvp(net, theta, X, y, wave(len(theta), 7.0), state=state)
        probes = [wave(len(theta), seed) @ ours for seed in (8.0, 9.0, 10.0, 11.0)]
        error = np.abs(np.array([*probes, np.linalg.norm(ours)]) - [*theirs["probes"], theirs["length"]]).max()
        assert error <= 1e-12 * max(theirs["length"], 1e-3), case["net"]


def test_product_through_dropout():
    """With a seed, H v is the derivative of the gradient with that seed's masks (central differences, order 4)."""
    net = Network([4, 8, 3], activation="tanh", dropout=0.4)
    (X, y), theta = some_data(net), net.init(1)
    v, h = wave(len(theta), 3.0), 1e-3
    up1, down1, up2, down2 = (net.gradient(theta + s * h * v, X, y, seed=9) for s in (1, -1, 2, -2))
    slope = (8 * (up1 - down1) - (up2 - down2)) / (12 * h)
    np.testing.assert_allclose(hvp(net, theta, X, y, v, seed=9), slope, rtol=0, atol=1e-9 * np.abs(slope).max())
    assert np.abs(hvp(net, theta, X, y, v) - slope).max() > 0.01 * np.abs(slope).max()


def test_softmax_inside():
    """A softmax between layers, followed by one that works in place, keeps its own change for the way back."""
    net = Network([4, 5, "softmax", BatchNorm(), 3])
    (X, y), theta = some_data(net), net.init(1)
    u, v = wave(len(theta), 1.0), wave(len(theta), 2.0)
    h = 1e-4
    slope = (net.gradient(theta + h * v, X, y) - net.gradient(theta - h * v, X, y)) / (2 * h)
    product = HessianProduct(net, theta, X, y)
    np.testing.assert_allclose(product(v), slope, rtol=0, atol=1e-6 * np.abs(slope).max())
    assert u @ product(v) == pytest.approx(v @ product(u), rel=1e-12)


def test_hessian_of_linear_regression():
    """Without hidden layers MSE is a quadratic: its Hessian is 2/N [X 1]ᵀ[X 1], whatever theta."""
    X, y = wave(12, 0.0, (6, 2)), wave(6, 1.0)
    wide = np.column_stack([X, np.ones(6)])
    expected = 2 / 6 * wide.T @ wide
    for theta in (np.zeros(3), np.array([5.0, -3.0, 2.0])):
        np.testing.assert_allclose(hessian(Network([2, 1]), theta, X, y), expected, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("net", SMALL.values(), ids=SMALL)
def test_product_is_a_symmetric_matrix(net):
    """u·Hv = v·Hu, H(2u + v) = 2Hu + Hv, and value and gradient are the network's own."""
    (X, y), theta = some_data(net), net.init(2)
    product = HessianProduct(net, theta, X, y)
    u, v = wave(len(theta), 1.0), wave(len(theta), 2.0)
    hu, hv = product(u), product(v)
    np.testing.assert_allclose(u @ hv, v @ hu, rtol=1e-11)
    np.testing.assert_allclose(product(2 * u + v), 2 * hu + hv, rtol=0, atol=1e-13 * np.abs(hu).max())
    value, gradient = net.value_and_gradient(theta, X, y)
    assert product.value == value
    np.testing.assert_array_equal(product.gradient, gradient)
    arrays = len(product._memory.arrays)
    np.testing.assert_array_equal(product(u), hu)
    assert len(product._memory.arrays) == arrays > 0  # the same arrays every time


@pytest.mark.parametrize("net", SMALL.values(), ids=SMALL)
def test_many_products_at_once(net):
    """Several v at one theta, and K theta with their own v or one for all, equal one at a time; inputs stay."""
    (X, y), thetas = some_data(net), net.init([1, 2, 3])
    V = np.stack([wave(thetas.shape[1], seed) for seed in (1.0, 2.0, 3.0)])
    before = V.copy()
    one = HessianProduct(net, thetas[0], X, y)
    alone = np.stack([one(v) for v in V])
    np.testing.assert_allclose(one(V), alone, rtol=1e-12, atol=1e-14)
    many = HessianProduct(net, thetas, X, y)
    each = np.stack([hvp(net, theta, X, y, v) for theta, v in zip(thetas, V, strict=True)])
    np.testing.assert_allclose(many(V), each, rtol=1e-12, atol=1e-14)
    shared = np.stack([hvp(net, theta, X, y, V[0]) for theta in thetas])
    np.testing.assert_allclose(many(V[0]), shared, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(V, before)


def test_product_refuses():
    """A v of another length, a network that gradients cannot train, and a Hessian too large say so in a sentence."""
    net = SMALL["mlp"]
    (X, y), theta = some_data(net), net.init(0)
    for v in (np.ones(3), np.ones((2, 2, len(theta))), np.ones((0, len(theta)))):
        with pytest.raises(ValueError, match="v has shape"):
            hvp(net, theta, X, y, v)
    with pytest.raises(ValueError, match="v has shape"):
        hvp(net, net.init([0, 1]), X, y, np.ones((3, len(theta))))
    with pytest.raises(ValueError, match="slope is zero"):
        hvp(Network([4, 5, 3], activation="step"), np.zeros(43), X, y, np.ones(43))
    large = Network([100, 100, 10])
    with pytest.raises(ValueError, match="too large"):
        hessian(large, large.init(0), np.ones((2, 100)), np.zeros(2, int))


@pytest.mark.parametrize("net", SMALL.values(), ids=SMALL)
@pytest.mark.parametrize("k", [1, 3, 8])
def test_top_eigenvalues(net, k):
    """The k largest eigenvalues equal those of the full Hessian to 1e-8, their vectors solve H v = λ v."""
    (X, y), theta = some_data(net), net.init(3)
    H = hessian(net, theta, X, y)
    expected = np.linalg.eigvalsh(H)[::-1][:k]
    found = top_eigenvalues(net, theta, X, y, k=k)
    assert found.done
    np.testing.assert_allclose(found.values, expected, rtol=1e-8)
    np.testing.assert_allclose(found.vectors @ found.vectors.T, np.eye(k), atol=1e-12)
    off = np.linalg.norm(H @ found.vectors.T - found.vectors.T * found.values, axis=0)
    assert (off <= found.errors + 1e-12).all()
    assert (found.errors <= 1e-8 * found.values[0]).all()


def test_eigenvalues_of_every_kind_of_hessian():
    """All n eigenvalues with their multiplicities; a Hessian of rank 2 in 40 dimensions; one that is zero."""
    X, y = np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])
    pair = Network([2, 2])  # one sample, two outputs: eigenvalue |(1, 2, 1)|² twice, and 0 four times
    np.testing.assert_allclose(top_eigenvalues(pair, np.zeros(6), X, y, k=6).values, [6, 6, 0, 0, 0, 0], atol=1e-12)
    flat = Network([39, 1])
    X, y = wave(78, 0.0, (2, 39)), np.array([1.0, 2.0])
    wide = np.column_stack([X, np.ones(2)])
    found = top_eigenvalues(flat, np.zeros(40), X, y, k=3)
    expected = [*np.linalg.eigvalsh(wide @ wide.T)[::-1], 0]
    np.testing.assert_allclose(found.values, expected, atol=1e-12)
    assert found.products < 10
    straight = top_eigenvalues(flat.replace(loss="mae"), np.zeros(40), X, y, k=2)
    np.testing.assert_array_equal(straight.values, [0, 0])
    assert straight.done
    assert straight.products < 10


def test_eigenvalues_close_to_each_other():
    """Where the basis must be replaced many times, values still come to 1e-8 and vectors stay orthonormal."""
    net = Network([300, 1])
    X = np.diag(np.sqrt(150 * np.linspace(1, 2, 300)))
    H = hessian(net, np.zeros(301), X, np.zeros(300))
    found = top_eigenvalues(net, np.zeros(301), X, np.zeros(300), k=4)
    assert found.done
    np.testing.assert_allclose(found.values, np.linalg.eigvalsh(H)[::-1][:4], rtol=1e-8)
    np.testing.assert_allclose(found.vectors @ found.vectors.T, np.eye(4), atol=1e-12)
    assert 100 < found.products < 400


def test_eigenvalue_steps():
    """Each product yields once there are k values; they only grow; a known vector needs fewer products."""
    net = SMALL["relu"]
    (X, y), theta = some_data(net), net.init(3)
    steps = list(curvature.eigenvalue_steps(net, theta, X, y, k=2))
    assert [s.products for s in steps] == list(range(2, len(steps) + 2))
    assert [s.done for s in steps] == [False] * (len(steps) - 1) + [True]
    assert (np.diff([s.values[0] for s in steps]) >= -1e-12).all()
    again = top_eigenvalues(net, theta, X, y, k=1, start=steps[-1].vectors[0])
    assert again.products <= 2
    assert again.values[0] == pytest.approx(steps[-1].values[0], rel=1e-8)
    cut = top_eigenvalues(net, theta, X, y, k=2, most=4)
    assert (cut.products, cut.done) == (4, False)
    with pytest.raises(ValueError, match="k must be"):
        top_eigenvalues(net, theta, X, y, k=0)


def test_curvature_of_a_diverged_network():
    """Parameters that overflow give nan, without a warning and at once."""
    net = SMALL["relu"]
    (X, y), theta = some_data(net), np.full(SMALL["relu"].parameter_count, 1e200)
    found = top_eigenvalues(net, theta, X, y)
    assert np.isnan(found.values).all()
    assert (found.products, found.done) == (1, True)
    assert not np.isfinite(sharpness(net, theta, X, y, directions=2).mean)


def test_sharpness_of_a_quadratic():
    """In linear regression the rise along d is r g·d + r²/2 d·Hd exactly, and with the other sign backward."""
    net, X, y = Network([2, 1]), wave(12, 0.0, (6, 2)), wave(6, 1.0)
    theta, r = np.array([1.0, -2.0, 0.5]), 0.3
    found = sharpness(net, theta, X, y, radius=r, directions=4, seed=7)
    D = curvature.filter_normalized(net, theta, 4, 7)
    bend = 0.5 * r * r * np.einsum("di,ij,dj->d", D, hessian(net, theta, X, y), D)
    along = r * D @ net.gradient(theta, X, y)
    np.testing.assert_allclose(found.rises, np.column_stack([bend + along, bend - along]), rtol=1e-12)
    assert found.mean == pytest.approx(bend.mean())
    assert found.largest == found.rises.max()


def test_sharpness_ignores_scale_and_curvature_does_not():
    """Weights times 10 in one ReLU layer and / 10 in the next: the same function, the same sharpness, another λmax."""
    net = Network([4, 7, 3])
    (X, y), theta = some_data(net), net.init(1)
    scaled = theta.copy()
    for name, part in net.views(scaled).items():
        part *= 10 if name.startswith("0.") else 0.1 if name == "2.weight" else 1
    assert net.loss(scaled, X, y) == pytest.approx(net.loss(theta, X, y), rel=1e-14)
    ours, theirs = (sharpness(net, t, X, y, seed=3) for t in (theta, scaled))
    np.testing.assert_allclose(ours.rises, theirs.rises, rtol=1e-9)
    plain, stretched = (top_eigenvalues(net, t, X, y, k=1).values[0] for t in (theta, scaled))
    assert stretched > 10 * plain


def test_sharpness_refuses():
    """A radius of zero and no directions are refused."""
    net = SMALL["mlp"]
    for options in ({"radius": 0.0}, {"radius": float("nan")}, {"directions": 0}):
        with pytest.raises(ValueError, match="radius"):
            sharpness(net, net.init(0), *some_data(net), **options)


def test_edge_of_stability_on_a_quadratic():
    """λmax of linear regression never moves; below 2/lr the loss falls, above it grows; steps are plain descent."""
    net, X, y = Network([2, 1]), wave(12, 0.0, (6, 2)), wave(6, 1.0)
    top = np.linalg.eigvalsh(hessian(net, np.zeros(3), X, y))[-1]
    for factor, falls in ((0.9, True), (1.1, False)):
        lr = factor * 2 / top
        edges = list(edge_of_stability(net, np.ones(3), X, y, lr=lr, steps=40, every=20))
        measured = [e for e in edges if e.curvature is not None]
        assert [e.step for e in measured] == [0, 20, 40]
        np.testing.assert_allclose([e.curvature for e in measured], top, rtol=1e-3)
        assert {e.limit for e in edges} == {2 / lr}
        assert (measured[-1].loss < measured[0].loss) == falls
    theta = np.ones(3)
    for _ in range(40):
        theta = theta - lr * net.gradient(theta, X, y)
    np.testing.assert_array_equal(edges[-1].theta, theta)


def test_edge_of_stability_ends_with_the_loss():
    """A rate far above 2/λmax ends the run when the loss is no longer finite; bad settings are refused."""
    net, X, y = Network([2, 1]), wave(12, 0.0, (6, 2)), wave(6, 1.0)
    edges = list(edge_of_stability(net, np.ones(3), X, y, lr=1e30, steps=50, every=100))
    assert edges[-1].step < 15
    assert not np.isfinite(edges[-1].loss)
    for options in ({"lr": 0.0, "steps": 5}, {"lr": 0.1, "steps": -1}, {"lr": 0.1, "steps": 5, "every": 0}):
        with pytest.raises(ValueError, match="lr must be"):
            next(edge_of_stability(net, np.ones(3), X, y, **options))
