"""autograd behind its one door."""

import sys
import threading

import numpy as np
from autograd import numpy as anp

from optim_viz import autodiff
from optim_viz.surfaces import Surface

X = np.array([0.5, -1.0, 2.0])
Y = np.array([1.0, 3.0, -0.5])


def test_gradients_are_elementwise_derivatives():
    """Each argument gets its own derivative at every element; an argument that plays no part gets zeros."""
    gx, gy = autodiff.gradients(lambda x, y: x**2 * y + anp.sin(x), X, Y)
    np.testing.assert_allclose(gx, 2 * X * Y + np.cos(X), rtol=1e-15)
    np.testing.assert_allclose(gy, X**2, rtol=1e-15)
    np.testing.assert_array_equal(autodiff.gradients(lambda x, y: x, X, Y)[1], 0 * Y)


def test_second_derivatives():
    """xx, xy and yy equal the derivatives by hand, also where they vanish."""
    xx, xy, yy = autodiff.second_derivatives(lambda x, y: x**3 * y, X, Y)
    np.testing.assert_allclose([xx, xy, yy], [6 * X * Y, 3 * X**2, 0 * Y], rtol=1e-15)


def test_threads_do_not_disturb_each_other():
    """Nested derivatives from many threads at once are all right: 6 x y, never a mixture."""
    surface = Surface.from_function(lambda x, y: x**3 * y)
    wrong = []

    def work(seed):
        p = np.random.default_rng(seed).normal(size=(2, 4))
        for _ in range(20):
            if not np.allclose(surface.hessian(p)[0, 0], 6 * p[0] * p[1], rtol=1e-12):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []


def test_a_function_surface_equals_its_formula():
    """from_function gives what the same formula gives: values, gradients, Hessians, shapes and types."""
    code = Surface.from_function(lambda x, y: anp.sin(x) * y**2 + 1, x=(-2, 2), start=(1, 1), name="mine")
    text = Surface("sin(x)*y^2 + 1", x=(-2, 2), start=(1, 1))
    for p in (np.array([0.3, 2.0]), np.array([X, Y]), np.array([X, Y], np.float32)):
        for method in ("value", "gradient", "hessian"):
            ours, theirs = getattr(code, method)(p), getattr(text, method)(p)
            assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
            np.testing.assert_allclose(ours, theirs, rtol=1e-6 if p.dtype == np.float32 else 1e-14)
    assert (code.formula, code.latex, code.name, code.quadratic) == ("", "", "mine", None)
    assert code == Surface.from_function(code.function, x=(-2, 2), start=(1, 1), name="mine")
    assert code.replace(name="other").function is code.function


def test_a_constant_function_spreads():
    """A function that ignores its point still gives full shapes and zero slopes."""
    surface = Surface.from_function(lambda x, y: 3.0)
    np.testing.assert_array_equal(surface.value(np.ones((2, 3))), [3, 3, 3])
    np.testing.assert_array_equal(surface.gradient(np.ones((2, 3))), np.zeros((2, 3)))
