"""Arrays to work in, used again by the next pass.

Without this, each pass asks the system for its large arrays and gives them back: at 1500 samples that takes longer than
the arithmetic.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

_LOCAL = threading.local()  # two threads must not work in the same arrays
_KEPT = 4  # shapes of a pass per thread: training batch, last batch of an epoch, validation, test


class Memory:
    """Hands out the same arrays in the same order in every pass of one network with one batch size."""

    def __init__(self) -> None:
        self.arrays: list[np.ndarray] = []
        self.taken = 0

    def __call__(self, shape: tuple[int, ...], dtype: Any = float) -> np.ndarray:
        """An array of any content, valid until the next pass begins."""
        i = self.taken
        self.taken = i + 1
        if i < len(self.arrays):
            array = self.arrays[i]
            if array.shape == shape and array.dtype == dtype:
                return array
            del self.arrays[i:]
        self.arrays.append(np.empty(shape, dtype))
        return self.arrays[i]


def memory(*key: Any) -> Memory:
    """This thread's arrays for passes of this kind, from the first on."""
    kinds: dict[Any, Memory] = _LOCAL.__dict__
    kept = kinds.pop(key, None) or Memory()
    kinds[key] = kept  # the latest comes last
    if len(kinds) > _KEPT:
        del kinds[next(iter(kinds))]
    kept.taken = 0
    return kept
