"""What many sessions share: paths, grids and code, computed once, bounded, one computation at a time."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock, RLock
from typing import Any

from optim_viz.optimizers import Optimizer
from optim_viz.trace import Path, trace

GATE = RLock()  # sixty sessions computing at once would only slow each other down; what builds may ask for what else


class Bounded:
    """A dictionary that forgets the entry unused for longest; safe between sessions."""

    def __init__(self, most: int):
        self.most, self.lock = most, Lock()
        self.entries: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable) -> Any:
        with self.lock:
            if key in self.entries:
                self.entries.move_to_end(key)
            return self.entries.get(key)

    def put(self, key: Hashable, value: Any) -> Any:
        with self.lock:
            self.entries[key] = value
            self.entries.move_to_end(key)
            while len(self.entries) > self.most:
                self.entries.popitem(last=False)
        return value

    def make(self, key: Hashable, build: Callable[[], Any]) -> Any:
        """The entry under `key`, built behind the gate when it is missing."""
        found = self.get(key)
        if found is not None:
            return found
        with GATE:
            return self.put(key, build())


_PATHS, GRIDS, FIGURES = Bounded(256), Bounded(64), Bounded(32)


def race(
    rules: list[Optimizer], surface: Any, start: tuple[float, float], steps: int, noise: float, seed: int
) -> list[Path]:
    """A path per optimizer; those another change did not touch come from the cache, the rest run in lockstep."""
    setting = (surface, start, steps, noise, seed if noise else 0)
    keys = [(repr(rule), *setting) for rule in rules]  # written once: a rule is equal to what it is written as
    found = [_PATHS.get(key) for key in keys]
    missing = [k for k, path in enumerate(found) if path is None]
    if missing:
        with GATE:
            paths = trace([rules[k] for k in missing], surface, start, steps, noise=noise, seed=seed)
        for k, path in zip(missing, paths, strict=True):
            found[k] = _PATHS.put(keys[k], path)
    return found
