"""Surfaces: the facts of the catalogue are true, and the record behaves."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optim_viz import autodiff
from optim_viz.formula import FormulaError
from optim_viz.surfaces import SURFACES, Surface
from tests.test_formula import judge

CASES = [pytest.param(surface, id=name) for name, surface in SURFACES.items()]
VARIED = [
    pytest.param(surface.replace(**{letter: choice}), id=f"{name} {letter}={choice:g}")
    for name, surface in SURFACES.items()
    for letter, choices in surface.ranges.items()
    for choice in choices
] + [case for case in CASES if not case.values[0].parameters]
NO_GRADIENT_AT_MINIMUM = {"Cone", "Ackley"}


def points_in(surface, n, seed=0):
    low, high = np.array([surface.x, surface.y]).T[:, :, None]
    return np.random.default_rng(seed).uniform(low, high, size=(2, n))


def test_the_catalogue_is_complete():
    """At least 22 surfaces, the book's bowl first, each with source, lesson, tags and a start in its domain."""
    assert len(SURFACES) >= 22
    first = next(iter(SURFACES.values()))
    assert (first.name, first.formula, first.start, first.x, first.y) == (
        "Elongated bowl",
        "x^2/a + y^2",
        (-7.0, 2.0),
        (-10.0, 10.0),
        (-10.0, 10.0),
    )
    assert first.parameters == {"a": 20.0}
    for name, s in SURFACES.items():
        assert s.name == name
        assert s.source
        assert s.teaches.endswith((".", "?"))
        assert s.tags
        assert s.x[0] <= s.start[0] <= s.x[1]
        assert s.y[0] <= s.start[1] <= s.y[1]
        assert ("quadratic" in s.tags) == (s.quadratic is not None)
        assert ("unbounded" in s.tags) == (not len(s.minima))


def test_the_books_bowl_has_the_books_gradient():
    """f = x²/20 + y² has gradient (x/10, 2y), exactly."""
    bowl = SURFACES["Elongated bowl"]
    np.testing.assert_array_equal(bowl.gradient((-7, 2)), [-0.7, 4.0])
    np.testing.assert_array_equal(bowl.hessian((-7, 2)), [[0.1, 0], [0, 2]])
    assert bowl.value((-7, 2)) == 49 / 20 + 4
    assert bowl.gradient_latex == [r"\frac{2 x}{a}", "2 y"]


@pytest.mark.parametrize("surface", VARIED)
def test_stated_minima_are_minima(surface):
    """At each stated minimum the value is the stated one, the gradient is zero, the curvature not negative."""
    for point in surface.minima:
        assert surface.value(point) == pytest.approx(surface.minimum_value, abs=1e-12)
        assert surface.x[0] <= point[0] <= surface.x[1]
        assert surface.y[0] <= point[1] <= surface.y[1]
        if surface.name not in NO_GRADIENT_AT_MINIMUM:
            np.testing.assert_allclose(surface.gradient(point), 0, atol=1e-12)
            assert np.linalg.eigvalsh(surface.hessian(point))[0] >= -1e-9


@pytest.mark.parametrize("surface", VARIED)
def test_nothing_lies_lower_and_no_global_minimum_is_missing(surface):
    """A dense grid refined by Newton's method finds nothing below the stated value and no further minimum."""
    if not len(surface.minima):
        corners = np.array([surface.x, surface.y]) * 1000
        assert surface.value(corners).min() < -1e4 or surface.value(corners[::-1]).min() < -1e4 or (
            surface.value([0.0, 1e5]) < -1e4
        )  # fmt: skip
        return
    axes = [np.linspace(low, high, 301) for low, high in (surface.x, surface.y)]
    grid = np.array(np.meshgrid(*axes)).reshape(2, -1)
    best = refine(surface, grid[:, np.argsort(surface.value(grid))[:300]])
    values = surface.value(best)
    slack = 1e-9 * (1 + abs(surface.minimum_value))
    assert surface.value(grid).min() >= surface.minimum_value - slack
    assert values.min() >= surface.minimum_value - slack
    inside = [(low <= c) & (c <= high) for (low, high), c in zip((surface.x, surface.y), best, strict=True)]
    for point in best[:, (values < surface.minimum_value + slack) & inside[0] & inside[1]].T:
        assert np.linalg.norm(surface.minima - point, axis=1).min() < 0.02


def refine(surface, p, steps=40):
    """Damped Newton steps for a batch (2, B), each kept only where it goes down."""
    damping = np.full(p.shape[1], 1e-3)
    for _ in range(steps):
        g, h = surface.gradient(p), np.moveaxis(surface.hessian(p), -1, 0)
        ok = np.isfinite(g).all(0) & np.isfinite(h).all((1, 2))
        g, h = np.where(ok, g, 0), np.where(ok[:, None, None], h, np.eye(2))
        weights, vectors = np.linalg.eigh(h)
        inverse = (vectors / (np.abs(weights) + damping[:, None])[:, None, :]) @ np.swapaxes(vectors, 1, 2)
        trial = p - np.einsum("bij,jb->ib", inverse, g)
        better = surface.value(trial) < surface.value(p)
        p = np.where(better, trial, p)
        damping = np.where(better, damping / 10, damping * 10 + 1e-6)
    return p


@pytest.mark.parametrize("surface", CASES)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data())
def test_gradients_agree_with_central_differences(surface, data):
    """The closed-form gradient and Hessian equal central differences with h = 1e-6 anywhere in the domain."""
    x = data.draw(st.floats(*surface.x).map(lambda v: round(v, 2) + 0.0033))
    y = data.draw(st.floats(*surface.y).map(lambda v: round(v, 2) + 0.0029))
    p, h = np.array([x, y]), 1e-6 * np.eye(2)
    scale = 1 + abs(surface.value(p))
    slopes = [(surface.value(p + d) - surface.value(p - d)) / 2e-6 for d in h]
    np.testing.assert_allclose(surface.gradient(p), slopes, rtol=1e-6, atol=1e-8 * scale)
    bends = [(surface.gradient(p + d) - surface.gradient(p - d)) / 2e-6 for d in h]
    steep = 1 + np.abs(surface.gradient(p)).max()
    np.testing.assert_allclose(surface.hessian(p), bends, rtol=1e-5, atol=1e-7 * steep)


@pytest.mark.parametrize("surface", CASES)
def test_gradients_agree_with_autograd(surface):
    """Value, gradient and Hessian equal autograd's on the same tree at 100 points."""
    p = points_in(surface, 100)
    tree = surface._calculus.bound

    def f(x, y):
        return judge(tree, x, y)

    np.testing.assert_allclose(surface.value(p), f(*p), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(surface.gradient(p), autodiff.gradients(f, *p), rtol=1e-10, atol=1e-10)
    xx, xy, yy = autodiff.second_derivatives(f, *p)
    np.testing.assert_allclose(surface.hessian(p), [[xx, xy], [xy, yy]], rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("surface", CASES)
def test_a_batch_equals_its_points_alone_bit_for_bit(surface, dtype):
    """One point, a batch, a grid and a strided view give the same bits, in the type that came in."""
    p = points_in(surface, 64).astype(dtype)
    p.flags.writeable = False
    kept = p.copy()
    for method in (surface.value, surface.gradient, surface.hessian):
        whole = method(p)
        assert whole.dtype == dtype
        alone = np.stack([method(p[:, k]) for k in range(64)], axis=-1)
        assert alone.dtype == dtype
        np.testing.assert_array_equal(whole, alone)
        np.testing.assert_array_equal(whole, np.stack([method(p[:, k : k + 1]) for k in range(64)], -1)[..., 0, :])
        np.testing.assert_array_equal(whole, method(p.reshape(2, 8, 8)).reshape(whole.shape))
        np.testing.assert_array_equal(whole, method(np.asfortranarray(p)))
        np.testing.assert_array_equal(whole[..., ::3], method(p[:, ::3]))
        assert not np.shares_memory(whole, p)
    value, gradient = surface.value_and_gradient(p)
    np.testing.assert_array_equal(value, surface.value(p))
    np.testing.assert_array_equal(gradient, surface.gradient(p))
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(surface.raw_gradient(p), gradient)
        np.testing.assert_array_equal(surface.raw_value(p), value)
    np.testing.assert_array_equal(p, kept)


@pytest.mark.parametrize("surface", CASES)
def test_far_away_is_quiet(surface):
    """Points at infinity, nan or 1e300 give arrays of full shape and no warning."""
    p = np.array([[np.inf, np.nan, 1e300, -1e200, 0.0], [-np.inf, 1.0, 1e300, 3.0, 0.0]])
    assert surface.value(p).shape == (5,)
    assert surface.gradient(p).shape == (2, 5)
    assert surface.hessian(p).shape == (2, 2, 5)
    assert surface.gradient(p[:, 0]).shape == (2,)


def test_powers_do_not_depend_on_the_layout():
    """Fortran order and slices give the bits of a C-contiguous batch, also where NumPy's power is used."""
    surface = Surface("abs(x)^2.3 + abs(y)^1.7")
    p = points_in(surface, 501)
    for method in (surface.value, surface.gradient, surface.hessian):
        np.testing.assert_array_equal(method(np.asfortranarray(p)), method(p))
        np.testing.assert_array_equal(method(np.repeat(p, 2, axis=1)[:, ::2]), method(p))


def test_raw_results_are_new_arrays():
    """Even where the formula is just x, the hot loop's results share no memory with the point."""
    p = np.ones((2, 3))
    assert not np.shares_memory(Surface("x").raw_value(p), p)


def test_constant_parts_have_full_shape():
    """A plane's gradient and a constant's value are spread over the batch."""
    plane = Surface("2*x - 3")
    np.testing.assert_array_equal(plane.gradient(np.zeros((2, 3))), [[2, 2, 2], [0, 0, 0]])
    np.testing.assert_array_equal(Surface("7").value(np.zeros((2, 2, 2))), np.full((2, 2), 7.0))
    assert Surface("7").value((0, 0)) == 7


@pytest.mark.parametrize(
    ("text", "hessian"),
    [
        ("x^2/20 + y^2", [[0.1, 0], [0, 2]]),
        ("(x + 2*y - 7)^2 + (2*x + y - 5)^2", [[10, 8], [8, 10]]),
        ("x*y - (x - 1)*(x + 1)", [[-2, 1], [1, 0]]),
        ("x^2/0.5 + sin(2)*y", [[4, 0], [0, 0]]),
    ],
)
def test_quadratics_are_found(text, hessian):
    """A quadratic polynomial has its constant Hessian, however it is written."""
    np.testing.assert_allclose(Surface(text).quadratic, hessian, rtol=1e-15)


@pytest.mark.parametrize(
    "text", ["x + y", "3", "x^3", "x^2 + abs(y)", "x^2 + step(y)", "max(x, y)^2", "x^2/y", "x^2/0", "x^2*y^2"]
)
def test_other_formulas_are_not_quadratic(text):
    """Planes, kinks, steps and everything else have none."""
    assert Surface(text).quadratic is None


def test_a_typed_bowl_knows_its_minimum():
    """A positive definite quadratic that states no minimum gets the exact one; nothing else does."""
    bowl = Surface("2*x^2 + x*y + y^2 + q*x - 3", q=7)
    np.testing.assert_allclose(bowl.minima, [[-2, 1]], rtol=1e-14)
    assert bowl.minimum_value == pytest.approx(-10, rel=1e-14)
    for text in ("x^2 - y^2", "x^2", "x^4 + y^4", "sin(x)"):
        assert Surface(text).minima.shape == (0, 2)
        assert Surface(text).minimum_value is None


def test_facts_follow_the_parameters():
    """Minima written as formulas move with their parameters: Rosenbrock's is (a, a²)."""
    np.testing.assert_allclose(SURFACES["Rosenbrock"].replace(a=1.5).minima, [[1.5, 2.25]])


def test_parameters_and_ranges():
    """Letters come in order of appearance and are 1 unless given; a slider offers the current value."""
    surface = Surface("c*x^2 + b*y + a*e", b=3.3, ranges={"b": (1, 5)})
    assert list(surface.parameters.items()) == [("c", 1.0), ("b", 3.3), ("a", 1.0)]
    assert surface.ranges["b"] == (1.0, 3.3, 5.0)
    assert 1.0 in surface.ranges["c"]
    for entry in SURFACES.values():
        assert all(entry.parameters[k] in choices for k, choices in entry.ranges.items())


def test_replace():
    """Parameters and fields change in a copy; a new formula keeps domain and start, not the facts."""
    bowl = SURFACES["Elongated bowl"]
    assert bowl.replace(a=5).parameters == {"a": 5.0}
    assert bowl.replace(a=5).replace(a=20) == bowl
    assert bowl.replace(start=(1, 1)).start == (1.0, 1.0)
    assert bowl.replace(x=(-8, 8)).start == bowl.start
    assert bowl.replace(x=(0, 1)).start == pytest.approx((0.15, 2))
    other = bowl.replace(formula="x^4/a + b*y^2", b=2)
    assert (other.name, other.minimum_value, other.start) == ("", None, bowl.start)
    assert other.parameters == {"a": 20.0, "b": 2.0}


def test_equal_by_content():
    """Equal facts are equal surfaces with equal hashes, through pickle, copy and fields; a change is not."""
    for surface in SURFACES.values():
        surface.gradient(surface.start)
        for twin in (
            pickle.loads(pickle.dumps(surface)),  # noqa: S301
            copy.deepcopy(surface),
            Surface(**surface.fields()),
        ):
            assert twin == surface
            assert hash(twin) == hash(surface)
            np.testing.assert_array_equal(twin.gradient(surface.start), surface.gradient(surface.start))
        assert surface != surface.replace(start=(0.123, 0.456))
        assert surface != surface.replace(name="other")
    assert len(set(SURFACES.values())) == len(SURFACES)


def test_a_surface_is_frozen():
    """Attributes cannot be set, and the arrays it hands out are read-only or the caller's own."""
    bowl = SURFACES["Elongated bowl"]
    with pytest.raises(AttributeError):
        bowl.x = (0, 1)
    with pytest.raises(ValueError, match="read-only"):
        bowl.minima[0, 0] = 1
    bowl.parameters["a"] = 7
    assert bowl.parameters == {"a": 20.0}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"x": (1, -1)}, "domain of x"),
        ({"y": (0, 0)}, "domain of y"),
        ({"x": (0, np.inf)}, "domain of x"),
        ({"x": (-1.7e308, 1.7e308)}, "domain of x"),
        ({"x": "ab"}, "domain of x"),
        ({"x": 3}, "domain of x"),
        ({"x": (1, 2, 3)}, "domain of x"),
        ({"x": (False, True)}, "domain of x"),
        ({"start": (np.nan, 0)}, "start"),
        ({"start": "xy"}, "start"),
        ({"q": 3}, "no parameter q"),
        ({"a": np.inf}, "parameter a"),
        ({"a": "2"}, "parameter a"),
        ({"a": True}, "parameter a"),
        ({"minima": [(1, 2, 3)]}, "pair"),
        ({"minima": [(np.nan, 0)]}, "finite"),
        ({"value": np.inf}, "finite"),
        ({"value": [1]}, "finite"),
        ({"name": 3}, "name must be text"),
        ({"ranges": {"q": (1,)}}, "no parameter q"),
        ({"ranges": {"a": ()}}, "choices for a"),
    ],
)
def test_bad_arguments_are_one_clear_sentence(fields, words):
    """What makes no surface is a ValueError with a translatable sentence that names it."""
    with pytest.raises(ValueError, match=words) as caught:
        Surface("x^2/a + y^2", **fields)
    assert caught.value.args[0].template


def test_bad_formulas_and_points():
    """A bad formula is a FormulaError at once; points need x and y on the first axis."""
    with pytest.raises(FormulaError):
        Surface("x +")
    with pytest.raises(FormulaError):
        Surface("x^2", minima=[("x", 0)])
    for p in (3.0, [1.0], np.zeros((3, 2))):
        with pytest.raises(ValueError, match="shape"):
            SURFACES["Saddle"].value(p)
