"""What the facts of lessons are computed with: pure functions of JSON-able arguments, by theme."""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import TypeVar

Measure = Callable[..., float | str]
Given = TypeVar("Given", bound=Measure)
_FOUND: dict[str, Measure] = {}


def measure(function: Given) -> Given:
    """Lets lessons call a function by its name: a number, or the id of an option, in at most 0.3 s."""
    other = _FOUND.setdefault(function.__name__, function)
    if other.__module__ != function.__module__:
        raise ValueError(f"{function.__name__} is measured in {other.__module__} already")
    return function


@cache
def known() -> dict[str, Measure]:
    """All of them; the modules of this folder are loaded on first use."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return _FOUND
