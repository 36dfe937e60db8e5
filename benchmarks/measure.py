"""CPU time of candidates that take turns in one process."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ROUNDS = 7


@dataclass(frozen=True)
class Result:
    """One line of the table; times in milliseconds. A skipped line has its reason in `note` and no numbers."""

    name: str
    target: float
    ours: float | None = None
    peer: float | None = None
    ratio: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        return None if self.ratio is None else self.ratio >= self.target

    def cells(self) -> tuple[str, ...]:
        """Name, ours, peer, ratio, target, met, note."""
        numbers = ("-" if n is None else f"{n:,.2f}" for n in (self.ours, self.peer, self.ratio))
        met = {None: "-", True: "yes", False: "NO"}[self.met]
        return self.name, *numbers, f">= {self.target:g}", met, self.note


def cpu(task: Callable[[], Any]) -> float:
    """CPU milliseconds of one call."""
    start = time.process_time()
    task()
    return 1e3 * (time.process_time() - start)


def race(
    name: str,
    target: float,
    ours: Callable[[], Any],
    peer: Callable[[], Any],
    *,
    scale: float = 1,
    note: str = "",
) -> Result:
    """The median ratio of `peer` (times `scale`, for a peer that does a share of the work) to `ours`."""
    ours()
    peer()
    pairs = [(cpu(ours), scale * cpu(peer)) for _ in range(ROUNDS)]
    ratio = statistics.median(b / a for a, b in pairs)
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    return Result(name, target, mine, theirs, ratio, note)


def middle(name: str, target: float, results: list[Result], note: str = "") -> Result:
    """The median of several results as one line."""
    mid = {key: statistics.median(getattr(r, key) for r in results) for key in ("ours", "peer", "ratio")}
    return Result(name, target, **mid, note=note)
