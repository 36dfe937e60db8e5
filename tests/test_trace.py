"""What must be true of a path: shapes, lockstep, batches, noise, schedules, and what becomes of it."""

import math
import sys

import numpy as np
import pytest

from optim_viz import OPTIMIZERS, SURFACES, Surface, trace
from optim_viz.optimizers import SGD, Adam, Lion, Momentum, Nesterov, RMSprop
from optim_viz.outcome import judge
from optim_viz.words import Text

trace_module = sys.modules["optim_viz.trace"]  # the package's attribute of that name is the function
BOWL = SURFACES["Elongated bowl"]
EVERY_RULE = pytest.mark.parametrize("name", OPTIMIZERS)
EVERY_SURFACE = pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
STARTS = np.array([[-7.0, 1.0, 3.0, 0.5, -2.0], [2.0, -1.0, 0.25, 4.0, -3.0]])


def lively(name, **more):
    """The rule with a rate that moves it, and every extra term switched on."""
    cls = OPTIMIZERS[name]
    on = {"lr": 0.05, "weight_decay": 0.1, "nesterov": 1.0, "delta": 1.0, **more}
    return cls(**{h.name: on[h.name] for h in cls.hyperparameters() if h.name in on})


ALL = [lively(name) for name in OPTIMIZERS]


def arrays(path):
    return {"x": path.x, "value": path.value, "gradient": path.gradient, **path.state}


def assert_same(one, other):
    """Every array, the end and the outcome are equal, bit for bit."""
    assert arrays(one).keys() == arrays(other).keys()
    for key, array in arrays(one).items():
        np.testing.assert_array_equal(array, arrays(other)[key], err_msg=f"{one.name} {key}", strict=True)
    assert one.calls == other.calls
    np.testing.assert_array_equal(one.end, other.end)
    np.testing.assert_array_equal(one.outcome.kind, other.outcome.kind)
    np.testing.assert_array_equal(one.outcome.step, other.outcome.step)
    assert one.outcome.reason == other.outcome.reason


def lane(path, i):
    """Lane i of a batch, as a tuple of arrays."""
    return {key: array[..., i] for key, array in arrays(path).items()}


# -- shapes and records -----------------------------------------------------------------------------------


@EVERY_RULE
def test_shapes_of_one_point(name):
    """From (2,) come steps + 1 rows: the start first, then one per update; value and gradient belong to x."""
    path = trace(lively(name), BOWL, (-7, 2), 12)
    assert path.x.shape == path.gradient.shape == (13, 2)
    assert path.value.shape == (13,)
    assert all(state.shape == (13, 2) for state in path.state.values())
    np.testing.assert_array_equal(path.x[0], [-7, 2])
    np.testing.assert_array_equal(path.gradient, BOWL.gradient(path.x.T).T)
    np.testing.assert_array_equal(path.value, BOWL.value(path.x.T))
    assert path.end == 12
    assert path.name == name
    assert path.surface is BOWL


@EVERY_RULE
def test_shapes_of_a_batch(name):
    """(2, B) starts give (steps+1, 2, B) rows, of which `keep="last"` keeps the last; outcomes are (B,)."""
    rule = lively(name)
    path, last = trace(rule, BOWL, STARTS, 9), trace(rule, BOWL, STARTS, 9, keep="last")
    assert path.x.shape == path.gradient.shape == (10, 2, 5)
    assert path.value.shape == (10, 5)
    assert last.x.shape == last.gradient.shape == (2, 5)
    assert last.value.shape == last.outcome.kind.shape == last.outcome.step.shape == last.end.shape == (5,)
    assert all(state.shape == (2, 5) for state in last.state.values())
    np.testing.assert_array_equal(path.x[0], STARTS)


def test_array_hyperparameters_make_a_batch():
    """Rates (B,) from one start give (steps+1, 2, B), as they do from B starts; lanes never mix."""
    rates = np.array([0.1, 0.5, 0.9])
    one = trace(SGD(lr=rates), BOWL, (-7, 2), 4)
    assert one.x.shape == (5, 2, 3)
    many = trace(SGD(lr=rates), BOWL, STARTS[:, :3], 1)
    np.testing.assert_array_equal(many.x[1], STARTS[:, :3] - rates * BOWL.gradient(STARTS[:, :3]))


def test_a_list_gives_a_list():
    """One optimizer gives a path, a list of one a list of one, in the order asked for."""
    assert trace([SGD()], BOWL, (1, 1), 1)[0].name == "SGD"
    assert [path.name for path in trace(ALL, BOWL, (1, 1), 1)] == list(OPTIMIZERS)


def test_one_batched_rule_batches_its_neighbors():
    """Beside a sweep, a rule with one setting runs once per lane, and each lane is its single run."""
    sweep, plain = trace([SGD(lr=np.array([0.1, 0.2])), Momentum(lr=0.1)], BOWL, (-7, 2), 6)
    assert sweep.x.shape == plain.x.shape == (7, 2, 2)
    np.testing.assert_array_equal(plain.x[..., 0], trace(Momentum(lr=0.1), BOWL, (-7, 2), 6).x)
    np.testing.assert_array_equal(plain.x[..., 0], plain.x[..., 1])


# -- the same numbers, whatever runs beside ---------------------------------------------------------------


@EVERY_SURFACE
def test_lockstep_equals_alone(surface):
    """All fourteen side by side are, bit for bit, each of them alone."""
    for path in trace(ALL, surface, surface.start, 30):
        assert_same(path, trace(path.optimizer, surface, surface.start, 30))


@pytest.mark.parametrize("more", [{"noise": 0.5, "seed": 3}, {"schedule": lambda t: 1 / t}], ids=["noise", "schedule"])
def test_lockstep_equals_alone_with(more):
    """Noise (the same draw for every rule) and schedules change nothing about that."""
    surface = SURFACES["Himmelblau"]
    for path in trace(ALL, surface, surface.start, 30, **more):
        assert_same(path, trace(path.optimizer, surface, surface.start, 30, **more))


@EVERY_SURFACE
def test_batch_equals_alone(surface):
    """Each lane of a batch of starts is, bit for bit, the run from that start: x, value, gradient, state."""
    low, high = np.array([surface.x, surface.y]).T
    starts = low[:, None] + (high - low)[:, None] * np.random.default_rng(1).random((2, 3))
    for path in trace(ALL, surface, starts, 20):
        for i in range(3):
            alone = trace(path.optimizer, surface, starts[:, i], 20)
            for key, array in lane(path, i).items():
                np.testing.assert_array_equal(array, arrays(alone)[key], err_msg=f"{path.name} {key}")
            assert (path.end[i], path.outcome.kind[i], path.outcome.step[i]) == (
                alone.end,
                alone.outcome.kind,
                alone.outcome.step,
            )


@EVERY_RULE
def test_sweep_equals_alone(name):
    """Each lane of a sweep over rates is, bit for bit, the run with that rate."""
    rates, surface = np.array([0.001, 0.03, 0.7]), SURFACES["Himmelblau"]
    path = trace(lively(name, lr=rates), surface, (-0.5, -1), 25)
    for i, rate in enumerate(rates):
        alone = trace(lively(name, lr=float(rate)), surface, (-0.5, -1), 25)
        for key, array in lane(path, i).items():
            np.testing.assert_array_equal(array, arrays(alone)[key], err_msg=key)


@pytest.mark.parametrize("surface", [BOWL, SURFACES["Ackley"], SURFACES["Beale"]], ids=lambda s: s.name)
@pytest.mark.parametrize("more", [{}, {"noise": 0.3}], ids=["exact", "noisy"])
def test_last_equals_the_end_of_all(surface, more, monkeypatch):
    """`keep="last"` is row `end` of `keep="all"`, state included, for lanes that diverge and lanes that do not;
    and the pieces a large batch is cut into change nothing."""
    starts = np.concatenate([STARTS, [[0.0, 1e200, -4.0], [0.0, 1.0, 4.5]]], axis=1)
    everything = trace(ALL, surface, starts, 15, **more)
    assert any((path.outcome.kind == "diverged").any() for path in everything)
    whole = trace(ALL, surface, starts, 15, keep="last", **more)
    monkeypatch.setattr(trace_module, "_CHUNK_BYTES", 1)
    monkeypatch.setattr(trace_module, "_LANES", 3)
    for path, one, cut in zip(everything, whole, trace(ALL, surface, starts, 15, keep="last", **more), strict=True):
        assert_same(one, cut)
        np.testing.assert_array_equal(path.end, one.end)
        np.testing.assert_array_equal(path.outcome.kind, one.outcome.kind)
        np.testing.assert_array_equal(path.outcome.step, one.outcome.step)
        assert path.outcome.reason == one.outcome.reason
        for key, array in arrays(one).items():
            for i in range(starts.shape[1]):
                np.testing.assert_array_equal(array[..., i], arrays(path)[key][path.end[i], ..., i], err_msg=key)


def test_pieces_cut_sweeps_too(monkeypatch):
    """A sweep cut into pieces keeps its optimizer whole and its numbers equal."""
    rule = Adam(lr=np.geomspace(1e-3, 3, 10))
    whole = trace(rule, BOWL, (-7, 2), 20, keep="last")
    monkeypatch.setattr(trace_module, "_CHUNK_BYTES", 1)
    monkeypatch.setattr(trace_module, "_LANES", 4)
    cut = trace(rule, BOWL, (-7, 2), 20, keep="last")
    assert_same(whole, cut)
    assert cut.optimizer is rule


def test_last_of_one_point_and_of_a_grid():
    """`keep="last"` works for (2,) and for (2, A, B), too."""
    rule, grid = Adam(lr=0.1), STARTS[:, :4].reshape(2, 2, 2)
    one = trace(rule, BOWL, (-7, 2), 9, keep="last")
    np.testing.assert_array_equal(one.x, trace(rule, BOWL, (-7, 2), 9).x[9])
    assert one.value == trace(rule, BOWL, (-7, 2), 9).value[9]
    gone, last = (trace(SGD(lr=1.0), SURFACES["Cone"], (2, 0), 9, keep=keep) for keep in ("all", "last"))
    assert (last.x.tolist(), last.value, last.end) == (gone.x[gone.end].tolist(), gone.value[gone.end], 1)
    many = trace(rule, BOWL, grid, 9, keep="last")
    np.testing.assert_array_equal(many.x.reshape(2, 4), trace(rule, BOWL, STARTS[:, :4], 9, keep="last").x)


def test_an_empty_batch():
    """No starts give no paths, not an error."""
    path = trace(Adam(), BOWL, np.zeros((2, 0)), 5, keep="last")
    assert path.x.shape == (2, 0)
    assert path.outcome.reason == "0 of 0 diverged"


# -- noise, schedule, calls, types ------------------------------------------------------------------------


def test_noise_is_seeded():
    """One seed is one path, another seed another; a rule sees gradient + noise × N(0, 1); the record has no noise."""
    runs = [trace(SGD(lr=0.1), BOWL, (-7, 2), 10, noise=0.5, seed=seed) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(runs[0].x, runs[1].x)
    assert not np.array_equal(runs[0].x, runs[2].x)
    np.testing.assert_array_equal(runs[0].gradient, BOWL.gradient(runs[0].x.T).T)
    draws = (runs[0].x[:-1] - runs[0].x[1:]) / 0.1 - runs[0].gradient[:-1]
    np.testing.assert_allclose(draws, 0.5 * np.random.default_rng(1).standard_normal((10, 2)), atol=1e-12)


def test_noise_reaches_a_look_ahead():
    """A rule that asks elsewhere gets the same draw there: Nesterov with μ = 0 is SGD, noise and all."""
    kwargs = {"noise": 0.5, "seed": 4}
    sgd = trace(SGD(lr=0.1), BOWL, (-7, 2), 10, **kwargs)
    np.testing.assert_array_equal(trace(Nesterov(lr=0.1, momentum=0.0), BOWL, (-7, 2), 10, **kwargs).x, sgd.x)


def test_schedule_multiplies_the_rate():
    """Update t = 1, 2, ... uses lr × schedule(t)."""
    path, x = trace(SGD(lr=0.8), BOWL, (-7, 2), 5, schedule=lambda t: 1 / (1 + t)), np.array([-7.0, 2.0])
    for t in range(1, 6):
        x = x - 0.8 * (1 / (1 + t)) * BOWL.gradient(x)
        np.testing.assert_array_equal(path.x[t], x)
    assert path.optimizer == SGD(lr=0.8)


@EVERY_RULE
def test_calls_are_the_rules_own(name):
    """Every rule asks for one gradient per step, however many run beside it."""
    alone = trace(lively(name), BOWL, (-7, 2), 7)
    assert alone.calls == 7
    assert [path.calls for path in trace(ALL, BOWL, (-7, 2), 7)] == [7] * len(ALL)


def test_a_look_ahead_is_one_evaluation():
    """Of seven classics only Nesterov costs an evaluation of its own, as it asks elsewhere."""

    class Counting(Surface):
        def raw_gradient(self, p):
            asked.append(p.shape)
            return super().raw_gradient(p)

    asked: list[tuple] = []
    trace([SGD(), Momentum(), Nesterov(), Adam()], Counting("x^2 + y^2"), (1, 2), 6)
    assert asked.count((2, 4)) == 7  # one per row
    assert asked.count((2,)) == 6


@EVERY_RULE
def test_float32_stays(name):
    """A float32 start gives float32 records throughout, alone, in lockstep, with noise; other types float64."""
    start = np.array([-7, 2], np.float32)
    for path in (trace(lively(name), BOWL, start, 5), *trace(ALL, BOWL, start, 5, noise=0.1)):
        assert {a.dtype for a in arrays(path).values()} == {np.dtype(np.float32)}
    assert trace(lively(name), BOWL, np.array([-7, 2], np.int8), 2).x.dtype == float


def test_inputs_are_not_modified():
    """Starts and rates are as they were, and no path shares memory with them."""
    start, rates = STARTS.copy(), np.linspace(0.1, 0.5, 5)
    paths = trace([SGD(lr=rates), Adam()], BOWL, start, 3)
    np.testing.assert_array_equal(start, STARTS)
    np.testing.assert_array_equal(rates, np.linspace(0.1, 0.5, 5))
    assert not any(np.shares_memory(path.x, start) for path in paths)
    paths[0].x[:] = 0
    assert paths[1].x.any()
    last = trace([SGD(), Adam()], BOWL, (-7, 2), 3, keep="last")
    last[0].x[:] = 0
    assert last[1].x.any()


# -- what becomes of a path -------------------------------------------------------------------------------


def test_rate_past_the_bound():
    """On x²/20 + y² (λmax = 2) SGD at 1.05 breaks 2/λmax = 1: it grows, and in time is gone."""
    path = trace(SGD(lr=1.05), BOWL, (-7, 2), 29)
    assert (path.outcome.kind, path.outcome.step, path.end) == ("growing", 29, 29)
    assert path.outcome.reason == "lr 1.05 > 2/λmax = 1 (λmax = 2)."
    long = trace(SGD(lr=1.05), BOWL, (-7, 2), 200)
    first = math.ceil(math.log(20_000 / 2) / math.log(1.1))  # |y| = 2 · 1.1^k passes 1000 domain heights of 20
    assert (long.outcome.kind, long.outcome.step, long.end) == ("diverged", first, first - 1)
    assert long.outcome.reason == "lr 1.05 > 2/λmax = 1 (λmax = 2)."


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Momentum(lr=2), "lr 2 > 2(1+μ)/λmax = 1.9 (λmax = 2)."),
        (Nesterov(lr=0.7), "lr 0.7 > 2(1+μ)/(1+2μ)/λmax = 0.6786 (λmax = 2)."),
        (SGD(lr=0.7, weight_decay=1.0), "lr 0.7 > 2/(λmax + weight decay) = 0.6667 (λmax = 2)."),
    ],
    ids=lambda v: v.name if hasattr(v, "name") else "",
)
def test_other_bounds(rule, said):
    """Each rule with a known bound names its own, with the numbers in it; inside the bound none is named."""
    path = trace(rule, BOWL, (-7, 2), 500)
    assert path.outcome.kind == "diverged"
    assert path.outcome.reason == said
    assert isinstance(path.outcome.reason, Text)
    limit = rule.stability_limit(2.0)
    assert trace(type(rule)(**{**rule.fields(), "lr": 0.99 * limit}), BOWL, (-7, 2), 2000).outcome.kind in (
        "converged",
        "still moving",
    )


def test_bound_of_a_curved_surface():
    """Where the curvature changes, the bound is that of the start, and the sentence says so."""
    surface = SURFACES["Rosenbrock"]
    path = trace(SGD(lr=0.01), surface, (-1.2, 1), 50)
    assert path.outcome.kind == "diverged"
    top = np.linalg.eigvalsh(surface.hessian(np.array([-1.2, 1.0])))[-1]
    assert path.outcome.reason == f"lr 0.01 > 2/λmax = {2 / top:.4g} at the start, where λmax = {top:.4g}."


def test_growing_without_a_bound():
    """A rule without a known bound that ends above its start, and rising, is growing."""
    path = trace(RMSprop(lr=1.0), BOWL, (0, 0.1), 1)
    assert path.outcome.kind == "growing"
    assert path.outcome.reason == f"The steps grew: f rose from 0.01 to {path.value[1]:.3g} by step 1."


def test_falls_without_bound():
    """Down a saddle f falls for ever: diverged, but not for a rate too large."""
    path = trace(SGD(lr=0.1), SURFACES["Saddle"], (1, 0.1), 200)
    assert path.outcome.kind == "diverged"
    first = math.ceil(math.log(6000 / 0.1) / math.log(1.2))
    assert path.outcome.step == first
    assert path.outcome.reason == f"f falls without bound: the path left the picture at step {first}."
    assert np.abs(path.x[:first]).max() > 3  # never clipped to the domain


@pytest.mark.parametrize(
    ("surface", "start"),
    [(SURFACES["Ackley"], (0, 0)), (SURFACES["Cone"], (0, 0)), (Surface("log(x) + y^2"), (-1, 0))],
    ids=["Ackley", "Cone", "log"],
)
@pytest.mark.parametrize("rule", ALL, ids=lambda r: r.name)
def test_undefined_at_the_start(rule, surface, start):
    """Where f or its gradient is undefined at the start there is nothing but the start: 0 for NaN, no step."""
    path = trace(rule, surface, start, 5)
    assert (path.outcome.kind, path.outcome.step, path.end) == ("diverged", 0, 0)
    a, b = map(float, start)
    assert path.outcome.reason == f"f or its gradient is not defined at ({a:.3g}, {b:.3g})."
    np.testing.assert_array_equal(path.x, np.broadcast_to(np.array(start, float), (6, 2)))
    slope = surface.gradient(np.array(start, float))
    np.testing.assert_array_equal(path.gradient, np.broadcast_to(np.where(np.isfinite(slope), slope, 0), (6, 2)))
    value = surface.value(np.array(start, float))
    np.testing.assert_array_equal(path.value, np.full(6, value if np.isfinite(value) else 0))
    for state in path.state.values():
        np.testing.assert_array_equal(state, np.broadcast_to(state[0], state.shape))


def test_undefined_on_the_way():
    """A step onto the tip of a cone ends the path one row before, with the tip in the reason."""
    path = trace(SGD(lr=1.0), SURFACES["Cone"], (2, 0), 9)
    assert (path.outcome.kind, path.outcome.step, path.end) == ("diverged", 2, 1)
    assert path.outcome.reason == "f or its gradient is not defined at (0, 0)."
    np.testing.assert_array_equal(path.x, [[2, 0], *[[1, 0]] * 9])
    np.testing.assert_array_equal(path.gradient, [[1, 0]] * 10)


def test_undefined_lanes_do_not_touch_others():
    """In a batch, lanes that end early hold their own last point, and the others are as if alone."""
    starts = np.array([[0.0, 2.0, 1.5], [0.0, 0.0, 0.0]])
    path = trace(SGD(lr=1.0), SURFACES["Cone"], starts, 4)
    assert path.outcome.kind.tolist() == ["diverged", "diverged", "still moving"]
    assert path.outcome.step.tolist() == [0, 2, 4]
    assert path.end.tolist() == [0, 1, 4]
    assert path.outcome.reason == "2 of 3 diverged"
    assert all(np.isfinite(array).all() for array in arrays(path).values())
    np.testing.assert_array_equal(path.x[:, 0], [[0, 2, 1.5], [0, 1, 0.5], [0, 1, -0.5], [0, 1, 0.5], [0, 1, -0.5]])


def test_overflow_is_named():
    """Where f leaves the range of floats within the picture, the reason says that it overflows."""
    path = trace(SGD(lr=1e-9), Surface("exp(exp(x)) + y", x=(0, 10), y=(0, 10)), (6.6, 0), 3)
    assert path.outcome.kind == "diverged"
    assert path.outcome.reason == "f overflows at (6.6, 0)."
    assert np.isfinite(path.value).all()


def test_no_steps():
    """steps = 0 is the start alone, and what can be said of it."""
    path = trace(Adam(), BOWL, (-7, 2), 0)
    assert (path.outcome.kind, path.outcome.step, path.end, path.calls) == ("still moving", 0, 0, 0)
    assert path.x.tolist() == [[-7, 2]]
    assert path.outcome.reason == "After 0 steps the gradient is still 4.1."
    assert trace(Adam(), BOWL, (0, 0), 0).outcome.kind == "converged"
    assert trace([SGD(), Adam()], BOWL, STARTS, 0, keep="last")[1].x.shape == (2, 5)


def test_converged_since():
    """The step of convergence is where the last unbroken run of small gradients begins, and no gradient is
    small just before it."""
    path = trace(Momentum(lr=0.5, momentum=0.5), BOWL, (-7, 2), 300)
    size = np.hypot(*path.gradient.T)
    small = size <= 1e-6 * (1 + size[0])
    step = path.outcome.step
    assert path.outcome.kind == "converged"
    assert small[step:].all()
    assert not small[step - 1]
    assert path.outcome.reason == f"The gradient is zero (to 1e-6 of its size at the start) from step {step} on."


def test_converged_counts_the_trailing_run():
    """A gradient that is small, large and small again has converged at the second time only; one that is
    large at the end has not."""
    size = np.array([1.0, 0, 0, 1, 0, 0])
    gradient, x = np.stack([size, 0 * size], axis=1), np.zeros((6, 2))
    outcome, end = judge(SGD(), BOWL, x, np.zeros(6), gradient)
    assert (outcome.kind, outcome.step, end) == ("converged", 4, 5)
    outcome, _ = judge(SGD(), BOWL, x[:4], np.zeros(4), gradient[:4])
    assert (outcome.kind, outcome.step) == ("still moving", 3)


@pytest.mark.parametrize(
    ("value", "kind"),
    [([1, 2, 3], "growing"), ([1, 3, 3], "still moving"), ([1, 5, 3], "still moving"), ([1, 0, 1], "still moving")],
)
def test_growing_is_above_the_start_and_rising(value, kind):
    """Only a loss that ends above its start, and above the step before, is growing."""
    steep = np.ones((3, 2))
    assert judge(Adam(), BOWL, 0 * steep, np.array(value, float), steep)[0].kind == kind


def test_start_at_a_minimum():
    """A start with no gradient has converged at step 0."""
    path = trace(Momentum(), BOWL, (0, 0), 5)
    assert (path.outcome.kind, path.outcome.step) == ("converged", 0)


@EVERY_SURFACE
def test_nothing_undefined_after_the_end(surface):
    """However wild the rate, rows after `end` repeat it and nothing kept is NaN or infinite."""
    for path in trace([lively(name, lr=30.0) for name in OPTIMIZERS], surface, surface.start, 40):
        for key in ("x", "value", "gradient"):
            array = getattr(path, key)
            assert np.isfinite(array).all(), (path.name, key)
            np.testing.assert_array_equal(array[path.end :], np.broadcast_to(array[path.end], array[path.end :].shape))
        assert path.outcome.kind != "diverged" or path.outcome.step == path.end + 1
        assert path.outcome.kind == "diverged" or path.end == 40


def test_positions_are_never_clipped():
    """A path that leaves the domain is followed outside of it."""
    path = trace(SGD(lr=2.0), BOWL, (0, 2), 5)
    np.testing.assert_array_equal(path.x[:, 1], 2.0 * (-3.0) ** np.arange(6))


# -- arguments --------------------------------------------------------------------------------------------

BAD = {
    "no optimizer": ({"optimizers": []}, "Choose at least one optimizer."),
    "a class": ({"optimizers": Adam}, "<class 'optim_viz.optimizers.adam.Adam'> is not an optimizer."),
    "a number": ({"optimizers": 5}, "5 is not an optimizer."),
    "a name in the list": ({"optimizers": [SGD(), "Adam"]}, "'Adam' is not an optimizer."),
    "formula": ({"surface": "x^2"}, "'x^2' is not a surface."),
    "the Surface class": ({"surface": Surface}, "<class 'optim_viz.surfaces.surface.Surface'> is not a surface."),
    "negative steps": ({"steps": -1}, "steps must be a whole number from 0 to 100000."),
    "true steps": ({"steps": True}, "steps must be a whole number from 0 to 100000."),
    "half steps": ({"steps": 2.5}, "steps must be a whole number from 0 to 100000."),
    "too many steps": ({"steps": 100_001}, "steps must be a whole number from 0 to 100000."),
    "NaN start": ({"start": (0, math.nan)}, "The start must be finite numbers."),
    "three numbers": ({"start": (1, 2, 3)}, "The start must be two numbers."),
    "one number": ({"start": 1.0}, "The start must be two numbers."),
    "ragged": ({"start": (1, (2, 3))}, "The start must be two numbers."),
    "text": ({"start": ("1", "2")}, "The start must be two numbers."),
    "complex": ({"start": (1j, 2)}, "The start must be two numbers."),
    "none": ({"start": (None, 2)}, "The start must be finite numbers."),
    "a number beyond floats": ({"start": (10**400, 2)}, "The start must be two numbers."),
    "negative noise": ({"noise": -0.1}, "noise must be 0 or a positive number."),
    "NaN noise": ({"noise": math.nan}, "noise must be 0 or a positive number."),
    "endless noise": ({"noise": math.inf}, "noise must be 0 or a positive number."),
    "text noise": ({"noise": "0.1"}, "noise must be 0 or a positive number."),
    "schedule": ({"schedule": 0.1}, "schedule must be a function of the step."),
    "negative seed": ({"seed": -1}, "seed must be a whole number, 0 or more."),
    "half seed": ({"seed": 0.5}, "seed must be a whole number, 0 or more."),
    "keep": ({"keep": "first"}, "keep must be “all” or “last”."),
    "keep nothing": ({"keep": None}, "keep must be “all” or “last”."),
    "lengths": (
        {"optimizers": SGD(lr=np.array([0.1, 0.2])), "start": STARTS},
        "Starts and hyper-parameter arrays must have the same length.",
    ),
}


@pytest.mark.parametrize(("change", "said"), BAD.values(), ids=BAD)
def test_bad_arguments(change, said):
    """What cannot be used is refused with one sentence that names it."""
    arguments = {"optimizers": SGD(), "surface": BOWL, "start": (-7, 2), "steps": 3, **change}
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the sentence is compared below)
        trace(**arguments)
    assert str(caught.value) == said
    assert isinstance(caught.value.args[0], Text)


def test_generator_as_seed():
    """A NumPy generator is a seed, too; NumPy's integers are whole numbers."""
    one = trace(Lion(lr=0.1), BOWL, (-7, 2), np.int64(5), noise=1, seed=np.random.default_rng(7))
    np.testing.assert_array_equal(one.x, trace(Lion(lr=0.1), BOWL, (-7, 2), 5, noise=1, seed=np.int64(7)).x)
