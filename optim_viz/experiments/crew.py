"""Who runs the cells: this process, or worker processes behind a `concurrent.futures.Executor`."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import suppress
from typing import Any

from optim_viz.experiments.cells import batches, failure, working
from optim_viz.experiments.guard import Limits, work
from optim_viz.words import Text

GOOD = 0.5  # seconds of work in a task: with more the news comes late, and much is lost with a worker
MOST_FALLS = 12  # times in a row that the workers die before any of them has done anything
_LOOK = 0.2  # seconds between two looks at workers that say nothing
Found = dict[str, str]


class Lost(RuntimeError):
    """The workers are gone for good; what is done is in the journal."""


class Crew:
    """Runs cells and yields results as they come; it begins again where workers die."""

    def work(self, texts: Sequence[str], limits: Limits, marks: str) -> Generator[Found | None, None, None]:
        """Cell -> result, each once, and None now and then; `marks` is a folder for `guard`."""
        raise NotImplementedError

    def close(self) -> None:
        """Lets the workers go."""


class Serial(Crew):
    """One batch after another in this process: the answer all others must equal, byte for byte."""

    def work(self, texts: Sequence[str], limits: Limits, marks: str) -> Generator[Found | None, None, None]:
        for numbers in batches(texts):
            some = [texts[k] for k in numbers]
            results = yield from working(some)
            yield dict(zip(some, results, strict=True))


class Pool(Crew):
    """Worker processes; a subclass says how to hire them and how to let them go."""

    def __init__(self, workers: int) -> None:
        self.workers, self._executor = workers, None

    def hire(self) -> Any:
        """An Executor with fresh workers."""
        raise NotImplementedError

    def fire(self, executor: Any) -> None:
        raise NotImplementedError

    def broken(self, executor: Any) -> bool:
        """Whether there is nobody left to wait for."""
        return False

    def died(self, error: BaseException) -> bool:
        """Whether this error says that a worker died, and not that its work went wrong."""
        return isinstance(error, BrokenExecutor | CancelledError | OSError)

    def work(self, texts: Sequence[str], limits: Limits, marks: str) -> Generator[Found | None, None, None]:
        desk = _Desk(self, texts, limits, marks)
        try:
            while desk.busy:
                yield desk.turn()
        finally:
            for future in desk.running:
                future.cancel()

    def executor(self) -> Executor:
        if self._executor is None:
            self._executor = self.hire()
        return self._executor

    def close(self) -> None:
        if self._executor is not None:
            with suppress(Exception):
                self.fire(self._executor)
            self._executor = None


class _Desk:
    """The cells that wait, those that are out, and how long one takes."""

    def __init__(self, pool: Pool, texts: Sequence[str], limits: Limits, marks: str) -> None:
        self.pool, self.limits, self.marks = pool, limits, marks
        self.waiting = deque([texts[k] for k in numbers] for numbers in batches(texts))
        self.running: dict[Future, list[str]] = {}
        self.pace: float | None = None  # seconds of a cell
        self.falls = 0

    @property
    def busy(self) -> bool:
        return bool(self.waiting or self.running)

    def turn(self) -> Found:
        """Hands out work and takes in what is done."""
        try:
            while self.waiting and len(self.running) < 2 * self.pool.workers:
                task = self.task()
                try:
                    future = self.pool.executor().submit(work, task, self.limits, self.marks)
                except Exception:
                    self.waiting.appendleft(task)
                    raise
                self.running[future] = task
        except Exception as error:
            if not self.pool.died(error):
                raise
            self.begin_again()
        done, _ = wait(self.running, timeout=_LOOK, return_when=FIRST_COMPLETED)
        found: Found = {}
        for future in done:
            found.update(self.take_in(future))
        executor = self.pool._executor
        if executor is not None and self.pool.broken(executor):
            self.begin_again()
        return found

    def task(self) -> list[str]:
        """Batches for about GOOD seconds; while nobody knows how long a cell takes, one batch."""
        task = list(self.waiting.popleft())
        while self.waiting and self.pace is not None and self.pace * (len(task) + len(self.waiting[0])) < GOOD:
            task += self.waiting.popleft()
        return task

    def take_in(self, future: Future) -> Found:
        task = self.running.pop(future, None)
        if task is None:  # it went back to those that wait with the others of its pool
            return {}
        try:
            results, seconds = future.result()
        except BaseException as error:
            if not self.pool.died(error):
                return dict.fromkeys(task, failure(str(error) or type(error).__name__))
            self.waiting.extend([text] for text in task)
            self.begin_again()
            return {}
        self.falls, self.pace = 0, max(seconds / len(task), 1e-6)
        return dict(zip(task, results, strict=True))

    def begin_again(self) -> None:
        """What was out goes back to what waits, cell by cell: the marks on disk tell which cell ends its worker."""
        self.falls += 1
        if self.falls > MOST_FALLS:
            raise Lost(Text("The workers end before they have done anything."))
        for future, task in list(self.running.items()):
            if not (future.done() and not future.cancelled() and future.exception() is None):
                del self.running[future]
                self.waiting.extend([text] for text in task)
        self.pool.close()


class Loky(Pool):
    """The cores of this machine."""

    def __init__(self, workers: int | None = None) -> None:
        super().__init__(workers or os.cpu_count() or 1)

    def hire(self) -> Any:
        from joblib.externals.loky import ProcessPoolExecutor  # a second to load, for those who want it

        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        return ProcessPoolExecutor(self.workers, env=threads, timeout=60)

    def fire(self, executor: Any) -> None:
        executor.shutdown(wait=True, kill_workers=True)
