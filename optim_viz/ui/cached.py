"""What many sessions share: paths, grids and code, computed once, bounded, one computation at a time."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Any

from optim_viz.optimizers import Optimizer
from optim_viz.trace import Path, trace
from optim_viz.ui.turns import Gate
from optim_viz.ui.weight import weight

GATE = Gate()  # sixty sessions computing at once would only slow each other down; what builds may ask for what else
MOST_BYTES = 24e6


class Pool:
    """What several caches may hold together: the entry unused for longest goes first, whichever cache it is in."""

    def __init__(self, most: float) -> None:
        self.most, self.held, self.lock = most, 0, RLock()
        self.entries: OrderedDict[tuple[Bounded, Hashable], int] = OrderedDict()  # and what each weighs

    def forget(self, place: "tuple[Bounded, Hashable]") -> None:
        cache, key = place
        self.held -= self.entries.pop(place)
        del cache.entries[key]


POOL = Pool(MOST_BYTES)


class Bounded:
    """A dictionary that forgets the entry unused for longest; safe between sessions.

    It has at most `most` entries, and all caches of the process together hold at most MOST_BYTES.
    """

    def __init__(self, most: int, pool: Pool = POOL) -> None:
        self.most, self.pool = most, pool
        self.entries: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable) -> Any:
        with self.pool.lock:
            if key in self.entries:
                self.entries.move_to_end(key)
                self.pool.entries.move_to_end((self, key))
            return self.entries.get(key)

    def put(self, key: Hashable, value: Any) -> Any:
        size = weight((key, value))
        with self.pool.lock:
            if key in self.entries:
                self.pool.forget((self, key))
            if size > self.pool.most / 2:  # it would cost too many others their place
                return value
            self.entries[key] = value
            self.pool.entries[self, key] = size
            self.pool.held += size
            if len(self.entries) > self.most:
                self.pool.forget((self, next(iter(self.entries))))
            while self.pool.held > self.pool.most:
                self.pool.forget(next(iter(self.pool.entries)))
        return value

    def clear(self) -> None:
        """Forget everything."""
        with self.pool.lock:
            for key in list(self.entries):
                self.pool.forget((self, key))

    def make(self, key: Hashable, build: Callable[[], Any]) -> Any:
        """The entry under `key`, built behind the gate when it is missing."""
        found = self.get(key)
        if found is not None:
            return found
        with GATE:
            found = self.get(key)  # who waited here for the same thing finds it
            return self.put(key, build()) if found is None else found


_PATHS, GRIDS = Bounded(256), Bounded(64)


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
