"""A basin map says of each start what a path from there says."""

import numpy as np
import pytest

from optim_viz import OPTIMIZERS, SURFACES, Surface, basins, trace
from optim_viz.basins import GONE, NONE, basin_map
from optim_viz.optimizers import SGD, Adam, Momentum

HIMMELBLAU = SURFACES["Himmelblau"]


def by_paths(rule, surface, n, steps, radius, dtype=np.float64):
    """Labels and steps by the definition, from whole paths."""
    axes = [np.linspace(low, high, n, dtype=dtype) for low, high in (surface.x, surface.y)]
    x = trace(rule, surface, np.array(np.meshgrid(*axes)).reshape(2, -1), steps).x
    labels, when = np.full(n * n, NONE), np.zeros(n * n, int)
    for lane in range(n * n):
        for t in range(2, steps + 1, 2):
            away = np.hypot(*(surface.minima - x[t, :, lane]).T)
            if away.min() < radius and np.hypot(*(x[t, :, lane] - x[t - 1, :, lane])) < radius / 2:
                labels[lane], when[lane] = away.argmin(), t
                break
    return labels.reshape(n, n), when.reshape(n, n)


@pytest.mark.parametrize("rule", [Adam(lr=0.1), Momentum(lr=0.003), SGD(lr=0.005)], ids=lambda r: r.name)
@pytest.mark.parametrize("name", ["Himmelblau", "Three wells", "Branin"])
def test_labels_follow_the_paths(rule, name):
    """Each label and step is the first even one at which the path is near a minimum and slow."""
    made = basin_map(rule, SURFACES[name], 12, 120, np.float64)
    labels, when = by_paths(rule, SURFACES[name], 12, 120, made.radius)
    np.testing.assert_array_equal(made.labels, labels)
    np.testing.assert_array_equal(made.steps, when)
    assert len(np.unique(labels)) > 1


@pytest.mark.parametrize("rule", [Adam(lr=0.1), Momentum(lr=0.003), SGD(lr=0.005)], ids=lambda r: r.name)
def test_settled_runs_stay(rule):
    """Where a run has settled it still is after all steps: stopping early changes no label."""
    made = basin_map(rule, HIMMELBLAU, 30, 300, np.float64)
    starts = np.array(np.meshgrid(made.x, made.y)).reshape(2, -1)
    end = trace(rule, HIMMELBLAU, starts, 300, keep="last").x
    away = np.hypot(*(HIMMELBLAU.minima[:, :, None] - end).swapaxes(0, 1))
    np.testing.assert_array_equal(made.labels.ravel(), away.argmin(axis=0))
    assert away.min(axis=0).max() < made.radius


def test_axes():
    """Row i, column j is the start (x[j], y[i]): the top right of Himmelblau leads to (3, 2)."""
    made = basin_map(SGD(lr=0.005), HIMMELBLAU, 3)
    np.testing.assert_array_equal(made.x, [-5, 0, 5])
    np.testing.assert_array_equal(HIMMELBLAU.minima[made.labels[2, 2]], [3, 2])
    assert HIMMELBLAU.minima[made.labels[0, 2]].tolist() == pytest.approx([3.584, -1.848], abs=1e-3)
    assert HIMMELBLAU.minima[made.labels[2, 0]].tolist() == pytest.approx([-2.805, 3.131], abs=1e-3)
    assert made.labels.dtype == np.int8
    assert made.labels.shape == made.steps.shape == (3, 3)


def test_pieces_change_nothing(monkeypatch):
    """How many starts and steps are taken at a time changes no label and no step."""
    whole = basin_map(Adam(lr=0.2), HIMMELBLAU, 20)
    monkeypatch.setattr(basins, "_LANES", 37)
    monkeypatch.setattr(basins, "_STEPS", 3)
    cut = basin_map(Adam(lr=0.2), HIMMELBLAU, 20)
    np.testing.assert_array_equal(whole.labels, cut.labels)
    np.testing.assert_array_equal(whole.steps, cut.steps)


def test_gone_and_none():
    """A start that diverges says when, one that has not settled says nothing."""
    surface = Surface("x^2/20 + y^2", minima=[(0, 0)], value=0)
    wild = basin_map(SGD(lr=50.0), surface, 4, 100, np.float64)
    assert (wild.labels == GONE).all()
    starts = np.array(np.meshgrid(wild.x, wild.y)).reshape(2, -1)
    outcome = trace(SGD(lr=50.0), surface, starts, 100).outcome
    assert set(outcome.kind) == {"diverged"}
    np.testing.assert_array_equal(wild.steps.ravel(), outcome.step + outcome.step % 2)
    slow = basin_map(SGD(lr=1e-5), surface, 4, 10)
    assert (slow.labels == NONE).all()
    assert (slow.steps == 0).all()


def test_undefined_is_gone():
    """A start without a gradient is gone at the first look, and nothing warns."""
    made = basin_map(Adam(lr=0.01), SURFACES["Cone"], 3, 50)
    assert (made.labels[1, 1], made.steps[1, 1]) == (GONE, 2)
    assert (np.delete(made.labels.ravel(), 4) == NONE).all()


def test_no_known_minimum():
    """Without a minimum nothing settles: a saddle has NONE and GONE only."""
    made = basin_map(SGD(lr=0.2), SURFACES["Saddle"], 5, 60)
    assert set(made.labels.ravel()) <= {NONE, GONE}
    assert (made.labels[:, 2] == made.labels[:, 0]).all()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_rule(name):
    """Each optimizer has a map, in float32 as in float64 (but for a handful of starts on a border)."""
    rule = OPTIMIZERS[name](lr=1.0 if name == "Adadelta" else 0.005)
    one, two = (basin_map(rule, HIMMELBLAU, 25, 60, kind) for kind in (np.float32, np.float64))
    assert (one.labels == two.labels).mean() > 0.98
    assert one.x.dtype == np.float32


def test_bad_arguments():
    """A sweep has no single map, and there must be a start and a step."""
    with pytest.raises(ValueError, match="one setting, not a sweep"):
        basin_map(SGD(lr=np.array([0.1, 0.2])), HIMMELBLAU)
    for more in ({"n": 0}, {"steps": 0}):
        with pytest.raises(ValueError, match="at least 1"):
            basin_map(SGD(), HIMMELBLAU, **more)
