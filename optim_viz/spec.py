"""One text for one thing: the key of caches and journals, and the long form of a link."""

import json
import sys
from typing import Any

import numpy as np

from optim_viz.optimizers import OPTIMIZERS
from optim_viz.optimizers.base import Optimizer
from optim_viz.optimizers.custom import Custom, custom
from optim_viz.optimizers.variants import VARIANTS
from optim_viz.surfaces import Surface
from optim_viz.words import Text

MAX_LENGTH = 100_000  # characters; a longer text is refused unread
_CLASS = "class"  # a Python keyword, so no field can have this name


def spec(obj: Any) -> str:
    """Canonical JSON with class names: equal things give equal text, things of another type never do.

    Takes optimizers, schedules, surfaces, networks, numbers, text, arrays, and lists or dicts of these; ValueError for
    what cannot be written down (a Python function, NaN).
    """
    return json.dumps(_plain(obj), sort_keys=True, separators=(",", ":"))


def from_spec(text: str) -> Any:
    """The thing `spec` wrote down (tuples come back as lists); ValueError for an unknown class or field."""
    if not isinstance(text, str) or len(text) > MAX_LENGTH:
        raise ValueError(Text("A spec is text of at most {limit} characters.", limit=MAX_LENGTH))
    try:
        return _built(json.loads(text, parse_constant=_refuse_constant))
    except (ValueError, RecursionError) as error:
        if _speaks(error):
            raise
        raise ValueError(Text("This spec is not JSON.")) from None


def _speaks(error: Exception) -> bool:
    return isinstance(error, ValueError) and bool(error.args) and isinstance(error.args[0], Text)


def _classes() -> dict[str, type]:
    from optim_viz.data import DataSpec  # these load on first use
    from optim_viz.experiments.digits import Digits
    from optim_viz.experiments.problems import OnData, OnSurface, Table
    from optim_viz.nn import PARTS, Network
    from optim_viz.schedules import SCHEDULES

    named = {cls.__name__: cls for cls in (Custom, DataSpec, Digits, Network, OnData, OnSurface, Surface, Table)}
    return {**OPTIMIZERS, **VARIANTS, **PARTS, **SCHEDULES, **named}


def _plain(obj: Any) -> Any:
    if obj is None or isinstance(obj, str | bool):
        return obj
    if isinstance(obj, int | float | np.number):
        return _number(obj)
    if isinstance(obj, np.ndarray):
        rows = _plain(obj.tolist())
        return {_CLASS: "float32", "values": rows} if obj.dtype == np.float32 else rows
    if isinstance(obj, list | tuple):
        return [_plain(item) for item in obj]
    if isinstance(obj, dict):
        if not all(isinstance(key, str) and key != _CLASS for key in obj):
            raise ValueError(Text("A spec's keys are words."))
        return {key: _plain(value) for key, value in obj.items()}
    name = type(obj).__name__
    if isinstance(obj, Custom):
        return {_CLASS: name, "program": obj.program, **_plain(obj.fields())}
    if _classes().get(name) is not type(obj):
        raise ValueError(Text("{name} cannot be written as a spec.", name=name))
    return {_CLASS: name, **_plain(obj.fields())}


def _number(value: Any) -> int | float:
    value = value.item() if isinstance(value, np.number) else value
    if not abs(value) <= sys.float_info.max:  # whole numbers, too, and NaN is not
        raise ValueError(Text("A spec holds finite numbers only."))
    return value


def _refuse_constant(_: str) -> None:
    raise ValueError(Text("A spec holds finite numbers only."))


def _built(data: Any) -> Any:
    if isinstance(data, list):
        return [_built(item) for item in data]
    if type(data) in (int, float):
        return _number(data)
    if not isinstance(data, dict):
        return data
    values = {key: _built(value) for key, value in data.items() if key != _CLASS}
    if _CLASS not in data:
        return values
    name = data[_CLASS]
    if name == "float32" and set(values) == {"values"}:
        return _array(values["values"], np.float32)
    if not isinstance(name, str) or name not in _classes():
        raise ValueError(Text("A spec cannot hold the class {name}.", name=repr(name)[:60]))
    return _made(_classes()[name], name, values)


def _made(cls: type, name: str, values: dict[str, Any]) -> Any:
    if issubclass(cls, Optimizer):
        values = {key: _array(v, float) if isinstance(v, list) else v for key, v in values.items()}
    if name in OPTIMIZERS:
        unknown = sorted(set(values) - {h.name for h in OPTIMIZERS[name].hyperparameters()})
        if unknown:
            raise ValueError(Text("{name} has no field {field}.", name=name, field=repr(unknown[0])[:60]))
    try:
        return custom(**values) if cls is Custom else cls(**values)
    except (TypeError, AttributeError, ValueError) as error:
        if _speaks(error):
            raise
        raise ValueError(Text("The fields of {name} do not fit.", name=name)) from None


def _array(rows: Any, dtype: type) -> np.ndarray:
    # Only JSON numbers: NumPy would also turn "1" and true into 1.
    if not isinstance(rows, list) or not all(type(v) in (int, float) for v in rows):
        raise ValueError(Text("A spec's array is a list of numbers."))
    try:
        return np.array(rows, dtype)
    except OverflowError:
        raise ValueError(Text("A spec holds finite numbers only.")) from None
