"""Arguments of a Surface, checked once: what goes in is finite, or a ValueError says what is not."""

import math
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

import numpy as np

from optim_viz import formula as f
from optim_viz.words import Text


def finite(value: Any) -> float | None:
    """The value as a float, or None if it is not one finite real number."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        return None
    number = float(value)
    return number + 0.0 if math.isfinite(number) else None


def _pair(value: Any) -> tuple[float, float] | None:
    if isinstance(value, str) or not isinstance(value, Iterable):
        return None
    numbers = [finite(v) for v in value]
    return (numbers[0], numbers[1]) if len(numbers) == 2 and None not in numbers else None  # type: ignore[return-value]


def interval(axis: str, value: Any) -> tuple[float, float]:
    pair = _pair(value)
    if pair is None or not pair[0] < pair[1] or not math.isfinite(pair[1] - pair[0]):
        raise ValueError(Text("The domain of {axis} must be two finite numbers, the smaller one first.", axis=axis))
    return pair


def start(value: Any, x: tuple[float, float], y: tuple[float, float]) -> tuple[float, float]:
    """The start as two floats; by default left of the middle and above it, where paths have far to go."""
    if value is None:
        return x[0] + 0.15 * (x[1] - x[0]), y[0] + 0.6 * (y[1] - y[0])
    pair = _pair(value)
    if pair is None:
        raise ValueError(Text("The start must be two finite numbers."))
    return pair


def fact(value: Any) -> float | str:
    """A number, or a formula of the parameters."""
    if isinstance(value, str):
        f.parse(value, f.SURFACE_NAMES - {"x", "y"})
        return value
    number = finite(value)
    if number is None:
        raise ValueError(Text("Minima and their value must be finite numbers or formulas of the parameters."))
    return number


def minimum(pair: Any) -> tuple[float | str, float | str]:
    words = () if isinstance(pair, str) or not isinstance(pair, Iterable) else tuple(pair)
    if len(words) != 2:
        raise ValueError(Text("Each minimum must be a pair such as (1, 1)."))
    return fact(words[0]), fact(words[1])


def string(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(Text("{field} must be text.", field=field))
    return value


def parameters(letters: tuple[str, ...], values: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    """(letter, value) in the order of the formula; 1 where none is given."""
    for name in values:
        if name not in letters:
            raise ValueError(Text("The formula has no parameter {name}.", name=name))
    result = {letter: finite(values.get(letter, 1.0)) for letter in letters}
    for letter, value in result.items():
        if value is None:
            raise ValueError(Text("The parameter {name} must be a finite number.", name=letter))
    return tuple(result.items())  # type: ignore[arg-type]


def ranges(letters: tuple[str, ...], values: Any) -> tuple[tuple[str, tuple[float, ...]], ...]:
    stated = dict(values)
    for name in stated:
        if name not in letters:
            raise ValueError(Text("The formula has no parameter {name}.", name=name))
    result = []
    for letter in letters:
        if letter in stated:
            choices = [finite(v) for v in stated[letter]]
            if not choices or None in choices:
                raise ValueError(Text("The choices for {name} must be finite numbers.", name=letter))
            result.append((letter, tuple(sorted(set(choices)))))  # type: ignore[type-var]
    return tuple(result)


def points(p: Any) -> np.ndarray:
    """p as a C-contiguous (2, ...) array of float32 or float64."""
    array = np.asarray(p)
    if array.dtype != np.float32 and array.dtype != np.float64:
        array = array.astype(np.float64)
    if array.ndim == 0 or array.shape[0] != 2:
        raise ValueError(Text("Points must have shape (2, ...): x first, then y."))
    # a strided row may take another SIMD path, and then other bits, than the same numbers in line
    return array if array.flags.c_contiguous else np.ascontiguousarray(array)
