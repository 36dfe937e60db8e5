"""Planes through parameter space, the loss on them, and how honest they are."""

import numpy as np
import pytest

from optim_viz import landscape
from optim_viz.landscape import (
    barrier,
    directions,
    path_losses,
    pca_plane,
    project,
    random_plane,
    slice_loss,
    slice_steps,
    three_points_plane,
)
from optim_viz.nn import BatchNorm, Conv2d, Flatten, LayerNorm, MaxPool, Network
from optim_viz.player import message
from optim_viz.surfaces.grid import GridSurface

CNN = Network([Conv2d(4, 3, padding=1), BatchNorm(), "relu", MaxPool(2), 5, 3], input=(2, 6, 6))
NETS = {
    "mlp": Network([4, 7, 3]),
    "penalty": Network([4, 7, 3], l1=0.01, l2=0.1),
    "rmse": Network([4, 7, 3], loss="rmse", activation="tanh"),
    "batch norm": Network([4, 7, 5, 3], batch_norm=True),
    "norm first": Network([BatchNorm(), 5, LayerNorm(), 3], input=4),
    "flatten first": Network([Flatten(), 6, 3], input=(1, 2, 2)),
    "cnn": CNN,
}


def some_data(net, count=40):
    rng = np.random.default_rng(5)
    y = rng.integers(0, net.outputs, count)
    return rng.standard_normal((count, *net.input_shape)), np.eye(net.outputs)[y] if "loss" in net.fields() else y


def some_runs(n, runs=3, points=6):
    """Random walks (runs, points, n)."""
    return np.random.default_rng(1).standard_normal((runs, points, n)).cumsum(axis=1)


def test_directions_are_filter_normalized():
    """Each unit's weights and each filter of a direction are as long as theta's; all else is 0, or as long by name."""
    theta = CNN.init(0) + 0.1
    plain, full = (CNN.views(directions(CNN, theta, 3, 4, others)) for others in ("zero", "normalized"))
    for name, own in CNN.views(theta).items():
        if own.ndim > 1:
            expected = np.linalg.norm(own.reshape(len(own), -1), axis=1)
            for drawn in (plain[name], full[name]):
                lengths = np.linalg.norm(drawn.reshape(3, len(own), -1), axis=2)
                np.testing.assert_allclose(lengths, np.broadcast_to(expected, lengths.shape), rtol=1e-14)
        else:
            assert not plain[name].any()
            np.testing.assert_allclose(np.linalg.norm(full[name], axis=1), np.linalg.norm(own), rtol=1e-14)
    np.testing.assert_array_equal(directions(CNN, theta, 3, 4), directions(CNN, theta, 3, 4))
    assert (directions(CNN, theta, 3, 5) != directions(CNN, theta, 3, 4)).any()
    with pytest.raises(ValueError, match="others must be"):
        directions(CNN, theta, 1, others="all")


def test_random_plane():
    """It goes through theta, a length of the network's own filters to each side."""
    theta = CNN.init(0)
    plane = random_plane(CNN, theta, seed=4)
    np.testing.assert_array_equal(plane.point([0.0, 0.0]), theta)
    np.testing.assert_array_equal(plane.axes, directions(CNN, theta, 2, 4))
    assert plane.span == ((-1.0, 1.0), (-1.0, 1.0))
    assert (plane.kind, plane.explained) == ("random", None)


def test_pca_plane_finds_a_known_plane():
    """Points with variance 9, 4 and 1 along three known axes: the first two are found, with shares 9/14 and 4/14."""
    frame = np.linalg.qr(np.random.default_rng(0).standard_normal((20, 3)))[0].T
    signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
    points = 5.0 + (signs * [3, 2, 1]) @ frame
    plane = pca_plane(points.reshape(2, 4, 20))
    np.testing.assert_allclose(plane.explained, [9 / 14, 4 / 14], rtol=1e-13)
    np.testing.assert_allclose(np.abs(plane.axes @ frame.T), [[1, 0, 0], [0, 1, 0]], atol=1e-13)
    np.testing.assert_allclose(plane.center, points.reshape(2, 4, 20)[:, -1].mean(axis=0), rtol=1e-15)
    assert (plane.axes[[0, 1], np.abs(plane.axes).argmax(axis=1)] > 0).all()


def test_pca_plane_holds_every_path():
    """All projections and the center lie inside the span; another center moves the plane, not its directions."""
    runs = some_runs(30)
    plane, other = pca_plane(runs), pca_plane(runs, center=runs[1, -1])
    for each in (plane, other):
        at = project(each, runs).x
        (x0, x1), (y0, y1) = each.span
        everything = np.vstack([at.reshape(-1, 2), [0, 0]])
        assert (everything.min(axis=0) > [x0, y0]).all()
        assert (everything.max(axis=0) < [x1, y1]).all()
    np.testing.assert_array_equal(plane.axes, other.axes)
    np.testing.assert_array_equal(other.point([0, 0]), runs[1, -1])


def test_pca_plane_leaves_out_what_diverged():
    """Checkpoints with inf or nan change nothing; fewer than three finite ones make no plane."""
    runs = some_runs(30)
    lost = np.concatenate([runs, np.full((1, 6, 30), np.nan)])
    lost[3, :2] = np.inf
    np.testing.assert_array_equal(pca_plane(lost).axes, pca_plane(runs).axes)
    np.testing.assert_array_equal(pca_plane(lost).center, pca_plane(runs).center)
    with pytest.raises(ValueError, match="three finite"):
        pca_plane(lost[2:, -2:])
    assert pca_plane(1e200 * runs).explained == pytest.approx(pca_plane(runs).explained)
    still = pca_plane(np.ones((2, 3, 5)))
    assert still.explained == (0.0, 0.0)
    assert np.isfinite(still.axes).all()


def test_three_points_plane():
    """The three points lie in it: a at (0, 0), b at (|b - a|, 0), c above the first axis; the axes are orthonormal."""
    a, b, c = some_runs(12)[:, -1]
    plane = three_points_plane(a, b, c)
    found = project(plane, [a, b, c])
    np.testing.assert_allclose(found.distance, 0, atol=1e-13)
    np.testing.assert_allclose(found.x[:2], [[0, 0], [np.linalg.norm(b - a), 0]], atol=1e-13)
    assert found.x[2, 1] > 0
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-14)
    for point in (a, b, 0.3 * a + 0.7 * b):
        with pytest.raises(ValueError, match="on a line"):
            three_points_plane(a, b, point)


def test_projection():
    """A point over the plane is seen at its foot, at its true distance, also where axes are not orthogonal."""
    theta = CNN.init(0)
    plane = random_plane(CNN, theta, seed=1)
    across = np.linalg.qr(np.vstack([plane.axes, np.ones(len(theta))]).T)[0][:, 2]
    at = np.array([[0.5, -1.0], [0.0, 0.2], [2.0, 3.0]])
    points = plane.point(at) + np.array([0.0, 3.0, 4.0])[:, None] * across
    points = np.concatenate([points, np.full((1, len(theta)), np.nan)])
    found = project(plane, points)
    np.testing.assert_allclose(found.x[:3], at, atol=1e-12)
    np.testing.assert_allclose(found.distance[:3], [0, 3, 4], atol=1e-12)
    np.testing.assert_allclose(found.length[:3] ** 2 - found.distance[:3] ** 2,
                               np.linalg.norm(at @ plane.axes, axis=1) ** 2, rtol=1e-12)  # fmt: skip
    assert np.isnan(found.x[3]).all()
    assert np.isnan(found.distance[3])


@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_slice_equals_the_loss_at_each_point(net):
    """values[i, j] is the loss at (x[j], y[i]) with the statistics of X at that point, to 1e-13."""
    (X, y), theta = some_data(net), net.init(1)
    plane = random_plane(net, theta, seed=2, others="normalized")
    grid = slice_loss(net, plane, X, y, n=7, span=((-1, 2), (-3, 1)))
    np.testing.assert_array_equal(grid.x, np.linspace(-1, 2, 7))
    np.testing.assert_array_equal(grid.y, np.linspace(-3, 1, 7))
    expected = [[net.loss(theta + a * plane.axes[0] + b * plane.axes[1], X, y) for a in grid.x] for b in grid.y]
    np.testing.assert_allclose(grid.values, expected, rtol=1e-13)
    assert grid.statistics == ("recomputed" if net.init_state() else "")


def test_slice_with_fixed_statistics():
    """With a state, batch normalization uses it at every point, and another landscape comes out."""
    net = NETS["batch norm"]
    (X, y), theta = some_data(net), net.init(1)
    state = net.measured_state(theta, X)
    plane = random_plane(net, theta)
    grid = slice_loss(net, plane, X, y, n=5, state=state)
    expected = [[net.loss(plane.point([a, b]), X, y, state=state) for a in grid.x] for b in grid.y]
    np.testing.assert_allclose(grid.values, expected, rtol=1e-13)
    assert grid.statistics == "fixed"
    assert np.abs(grid.values - slice_loss(net, plane, X, y, n=5).values).max() > 0.1


@pytest.mark.parametrize("batch_norm", [False, True])
def test_slice_of_many_samples(batch_norm):
    """Samples that do not fit the cache go in blocks of unequal size, but for batch norm: the same loss either way."""
    net = Network([10, 60, 3], batch_norm=batch_norm)
    (X, y), theta = some_data(net, 3001), net.init(1)
    plane = random_plane(net, theta)
    grid = slice_loss(net, plane, X, y, n=5)
    assert (len(landscape.Slice(net, theta, plane.axes, X, y).blocks) > 2) != batch_norm
    expected = [[net.loss(plane.point([a, b]), X, y) for a in grid.x] for b in grid.y]
    np.testing.assert_allclose(grid.values, expected, rtol=1e-13)


def test_slice_grows():
    """Each step adds a few points in order; what is there does not change, the rest is nan; the last is complete."""
    net = NETS["mlp"]
    (X, y), plane = some_data(net), random_plane(NETS["mlp"], NETS["mlp"].init(0))
    steps = list(slice_steps(net, plane, X, y, n=9))
    assert len(steps) >= 10
    full = steps[-1].values.ravel()
    for step in steps:
        np.testing.assert_array_equal(step.values.ravel()[: step.done], full[: step.done])
        assert np.isnan(step.values.ravel()[step.done :]).all()
    assert steps[-1].done == 81
    with pytest.raises(ValueError, match="2 × 2"):
        slice_loss(net, plane, X, y, n=1)
    with pytest.raises(ValueError, match="parameters"):
        slice_loss(NETS["rmse"].replace(layers=[4, 8, 3]), plane, X, np.eye(3)[y])


def test_slice_where_the_network_overflows():
    """Values that overflow are inf or nan, without a warning, and the picture says where."""
    net = NETS["mlp"]
    X, y = some_data(net)
    grid = slice_loss(net, random_plane(net, net.init(0)), X, y, n=5, span=((-1e200, 1e200), (-1, 1)))
    assert np.isfinite(grid.values[:, 2]).all()
    assert not np.isfinite(grid.values[:, 0]).any()


def test_a_slice_lies():
    """A path in the plane has the loss the plane shows; one beside it has its own, and both are told."""
    net = NETS["batch norm"]
    (X, y), theta = some_data(net), net.init(1)
    plane = random_plane(net, theta)
    inside = plane.point(np.linspace(-1, 1, 22).reshape(11, 2))
    told = path_losses(net, plane, inside, X, y)
    np.testing.assert_allclose(told.true, told.shown, rtol=1e-12)
    beside = (inside + 0.3 * some_runs(len(theta), 1, 1)[0]).reshape(1, 11, -1)
    told = path_losses(net, plane, beside, X, y)
    assert told.done == 11
    np.testing.assert_allclose(told.true[0], [net.loss(t, X, y) for t in beside[0]], rtol=1e-12)
    foot = plane.point(project(plane, beside).x)
    np.testing.assert_allclose(told.shown[0], [net.loss(t, X, y) for t in foot[0]], rtol=1e-12)
    assert np.abs(told.true - told.shown).min() > 1e-3


def test_barrier_of_a_parabola():
    """One weight, loss (w - 1)² + b²: from w = 0 to 4 the line is (4t - 1)², from 1 to 9 only downward."""
    net, X, y = Network([1, 1]), np.array([[1.0], [-1.0]]), np.array([1.0, -1.0])
    wall = barrier(net, np.array([0.0, 0.0]), np.array([4.0, 0.0]), X, y, n=5)
    np.testing.assert_allclose(wall.t, [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(wall.loss, [1, 0, 1, 4, 9], atol=1e-14)
    assert wall.height == pytest.approx(9 - (1 + 9) / 2)
    assert wall.above_higher == 0
    with pytest.raises(ValueError, match="at least 2"):
        barrier(net, np.zeros(2), np.ones(2), X, y, n=1)


def test_barrier_between_equal_networks():
    """Hidden units in another order are the same function; the line between the two crosses a barrier."""
    net = Network([4, 7, 3], activation="tanh")
    X, y = some_data(net)
    a = 3 * net.init(1)
    b = a.copy()
    parts, order = net.views(b), np.roll(np.arange(7), 3)
    parts["0.weight"][...] = parts["0.weight"][order]
    parts["0.bias"][...] = parts["0.bias"][order]
    parts["2.weight"][...] = parts["2.weight"][:, order]
    y = net.classify(a, X)  # so that both ends are good
    wall = barrier(net, a, b, X, y)
    assert wall.loss[0] == pytest.approx(wall.loss[-1], rel=1e-12)
    line = [net.loss(a + t * (b - a), X, y) for t in wall.t]
    np.testing.assert_allclose(wall.loss, line, rtol=1e-12)
    assert wall.height == pytest.approx(max(line) - line[0])
    assert wall.height == pytest.approx(wall.above_higher)
    assert wall.height > 0.1


def test_grid_surface():
    """Between the points of 1 + 2x + 3y + 4xy it is that function, slopes too; at the points it is the value itself."""

    def f(x, y):
        return 1 + 2 * x + 3 * y + 4 * x * y

    x, y = np.linspace(-1, 2, 4), np.linspace(0, 10, 6)
    surface = GridSurface((-1.0, 2.0), (0.0, 10.0), f(*np.meshgrid(x, y)), "a slice")
    p = np.random.default_rng(0).uniform([[-1], [0]], [[2], [10]], (2, 50))
    np.testing.assert_allclose(surface.value(p), f(*p), rtol=1e-13)
    np.testing.assert_allclose(surface.gradient(p), [2 + 4 * p[1], 3 + 4 * p[0]], rtol=1e-12)
    np.testing.assert_array_equal(surface.value(np.stack(np.meshgrid(x, y))), surface.values)
    assert surface.value([0.0, 2.0]) == 7.0
    assert np.isnan(surface.value(np.array([[2.1, 0.0], [0.0, -0.1]]))).all()
    assert surface.minima.shape == (0, 2)
    assert (surface.minimum_value, surface.start) == (None, (0.5, 5.0))


def test_grid_surface_with_holes():
    """A point that is not finite spoils the cells around it, and no other point."""
    values = np.zeros((3, 3))
    values[1, 1] = np.inf
    surface = GridSurface((0.0, 2.0), (0.0, 2.0), values)
    np.testing.assert_array_equal(surface.value(np.stack(np.meshgrid([0.0, 1, 2], [0.0, 1, 2]))), values)
    assert not np.isfinite(surface.value([0.5, 0.5]))
    for args in (
        ((0.0, 2.0), (2.0, 2.0), values),
        ((0.0, np.nan), (0.0, 2.0), values),
        ((0.0, 1.0), (0.0, 1.0), [[1]]),
    ):
        with pytest.raises(ValueError, match="grid"):
            GridSurface(*args)


def test_the_player_draws_a_slice():
    """The message holds the slice's values; a slice of other values has another key."""
    net = NETS["mlp"]
    (X, y), plane = some_data(net), random_plane(NETS["mlp"], NETS["mlp"].init(0))
    grid = slice_loss(net, plane, X, y, n=11)
    packed = message.pack_surface(grid.surface("slice"), n=11)
    assert grid.values.astype("<f4").tobytes() in packed
    other = slice_loss(net, random_plane(net, net.init(1)), X, y, n=11)
    assert message.surface_key(other.surface()) != message.surface_key(grid.surface())
