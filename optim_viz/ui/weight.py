"""How many bytes a value keeps in memory, about."""

import gc
from collections import deque
from sys import getsizeof
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from optim_viz.optimizers import Optimizer
from optim_viz.surfaces import Surface

_SHARED = (type, ModuleType, FunctionType, BuiltinFunctionType, MethodType, CodeType, FrameType, Optimizer, Surface)
_MOST = 50_000  # objects looked at; what is larger than that is large because of arrays or long texts


def weight(value: Any) -> int:
    """Bytes of everything that can be reached from `value`; what it shares counts in full, but for code, rules and
    surfaces: they are small, made of many parts, and in every key."""
    total, seen, waiting = 0, {id(value)}, deque((value,))
    while waiting and len(seen) < _MOST:
        one = waiting.popleft()
        total += getsizeof(one, 64)
        if isinstance(one, np.ndarray):
            found = [] if one.base is None else [one.base]
            if one.dtype.hasobject:
                found += one.ravel().tolist()
        else:
            found = gc.get_referents(one)
        for inner in found:
            if id(inner) not in seen and not isinstance(inner, _SHARED):
                seen.add(id(inner))
                waiting.append(inner)
    return total
