"""autograd behind one door: its tape is a module global, so one derivative runs at a time."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

_LOCK = threading.RLock()  # with two threads on the tape a nested derivative came back wrong


def numpy() -> Any:
    """autograd's own NumPy, to write a function in that it can differentiate."""
    from autograd import numpy as anp

    return anp


def gradients(function: Callable, *args: Any) -> tuple[np.ndarray, ...]:
    """The derivatives of sum(function(*args)) in every argument, each in the shape of its argument.

    For an elementwise function these are its derivatives at every element. `function` is written with
    `autograd.numpy`; arguments are float arrays or scalars.
    """
    from autograd import grad

    with _LOCK, np.errstate(all="ignore"):
        return tuple(grad(_total(function), i)(*args) for i in range(len(args)))


def second_derivatives(function: Callable, x: Any, y: Any) -> tuple[Any, Any, Any]:
    """The elementwise second derivatives (xx, xy, yy) of an elementwise function of two arguments."""
    from autograd import grad

    with _LOCK, np.errstate(all="ignore"):
        in_x, in_y = grad(_total(function), 0), grad(_total(function), 1)
        return grad(_total(in_x), 0)(x, y), grad(_total(in_x), 1)(x, y), grad(_total(in_y), 1)(x, y)


def _total(function: Callable) -> Callable:
    from autograd import numpy as anp

    def total(*args: Any) -> Any:
        # zero times each argument, or autograd warns where the result does not depend on one
        add_up = anp.sum  # pyright: ignore[reportAttributeAccessIssue]
        return add_up(function(*args)) + sum(add_up(0.0 * arg) for arg in args)

    return total
