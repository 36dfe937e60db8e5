"""What keeps a cell from taking its worker with it for ever: a time limit, a memory limit, and marks on disk.

A mark is a file per running cell. The worker that is killed, or ends itself because time is up, leaves it behind;
so whoever runs the cell next knows how often it has ended a process, and whether it was too slow.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from optim_viz.experiments.cells import DIED, LATE, failure, key_of, run_cells

MOST_DEATHS = 4  # of its process; three may be somebody's who kills workers
_BEGUN, _LATE = "b", "l"
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Limits:
    """What a cell may use: seconds of time, and megabytes of memory more than the worker has already."""

    seconds: float = 60.0
    megabytes: float = 1000.0


def work(texts: Sequence[str], limits: Limits, marks: str) -> tuple[list[str], float]:
    """`run_cells` in a worker process, within the limits: results and the seconds they took.

    `marks` is a folder that outlives the worker.
    """
    begun, folder = perf_counter(), Path(marks)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    reasons = {text: _verdict(folder, key_of(text)) for text in texts}
    free = [text for text in texts if not reasons[text]]
    results = dict(zip(free, _guarded(free, limits, folder), strict=True))
    refused = {text: failure(reason) for text, reason in reasons.items() if reason}
    return [(refused | results)[text] for text in texts], perf_counter() - begun


def _guarded(texts: list[str], limits: Limits, folder: Path) -> list[str]:
    @contextmanager
    def guard(keys: Sequence[str]) -> Iterator[None]:
        for key in keys:
            _note(folder, key, _BEGUN)
        end = threading.Timer(limits.seconds * len(keys), _give_up, (folder, list(keys)))
        end.daemon = True
        end.start()
        try:
            with _less_memory(limits.megabytes):
                yield
        finally:
            end.cancel()
            for key in keys:
                with suppress(OSError):
                    (folder / key).unlink()

    if any(_marks(folder, key_of(text)) for text in texts):  # one has ended a process: it takes no other with it
        return [run_cells([text], guard)[0] for text in texts]
    return run_cells(texts, guard)


def _give_up(folder: Path, keys: list[str]) -> None:
    """Time is up: nothing inside Python can stop a computation that does not look up, so the process ends."""
    if len(keys) == 1:  # in a batch nobody knows whose fault it is: each of them runs alone next time
        _note(folder, keys[0], _LATE)
    os._exit(70)


def _note(folder: Path, key: str, what: str) -> None:
    """A letter is added for each process that begins this cell."""
    with suppress(OSError), (folder / key).open("a") as file:
        file.write(what)


def _marks(folder: Path, key: str) -> str:
    """What processes that are no more have left of this cell."""
    try:
        return (folder / key).read_text()
    except OSError:
        return ""


def _verdict(folder: Path, key: str) -> str:
    """Why this cell is not tried again; "" if it is."""
    marks = _marks(folder, key)
    if _LATE in marks:
        return LATE
    return DIED if marks.count(_BEGUN) >= MOST_DEATHS else ""


@contextmanager
def _less_memory(megabytes: float) -> Iterator[None]:
    """Inside, an allocation beyond the limit is a MemoryError (where the system can limit a process)."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (ImportError, OSError):
        yield
        return
    with _LOCK:
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = pages * resource.getpagesize() + int(megabytes * 1e6)
        resource.setrlimit(resource.RLIMIT_AS, (most if hard == -1 else min(most, hard), hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
