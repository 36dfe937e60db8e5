"""Who computes next: light work in the order of asking; heavy jobs one at a time, in turns, and while nobody waits."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Condition, Lock, get_ident
from time import monotonic
from typing import Any

TURN = 3.0  # seconds of work before another job's turn comes
SHARE = 0.1  # of the time that a heavy job gets however many pages are being drawn
LONGEST = 0.2  # seconds that a slice waits, so that Stop is heard
HALF = 60.0  # seconds after which half of what a session has used is forgotten


class Gate:
    """A lock that goes to whoever has asked first; its holder may take it again."""

    def __init__(self) -> None:
        self._lock, self._waiting = Lock(), deque[tuple[int, Lock]]()
        self._holder, self._depth = 0, 0

    def acquire(self, blocking: bool = True) -> bool:
        me = get_ident()
        with self._lock:
            if self._holder in (0, me):
                self._holder, self._depth = me, self._depth + 1
                return True
            if not blocking:
                return False
            called = Lock()
            called.acquire()
            self._waiting.append((me, called))
        return called.acquire()

    def release(self) -> None:
        with self._lock:
            self._depth -= 1
            if self._depth:
                return
            self._holder = 0
            if self._waiting:  # handed over: who asks at this moment comes after those who wait
                self._holder, called = self._waiting.popleft()
                self._depth = 1
                called.release()

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


@dataclass
class Account:
    """Seconds of heavy work a session has used, the longer ago the less they count."""

    seconds: float = 0.0
    at: float = field(default_factory=monotonic)

    def owed(self, now: float | None = None) -> float:
        return self.seconds * 0.5 ** (((monotonic() if now is None else now) - self.at) / HALF)

    def charge(self, seconds: float) -> None:
        now = monotonic()
        self.seconds, self.at = self.owed(now) + seconds, now


@dataclass(eq=False)
class Place:
    """A job in the queue, what its session has used, and how long its turn has lasted."""

    job: Any  # with its `number`
    account: Account
    turn: float = 0.0

    @property
    def rank(self) -> tuple[int, int]:
        return round(self.account.owed() / TURN), self.job.number


class Turns:
    """A queue of heavy jobs: one works for at most TURN seconds, then the one whose session has used least.

    Pages being drawn (`drawing`) come first: a slice of a job waits for them, as long as it keeps its SHARE.
    """

    def __init__(self) -> None:
        self._changed, self._numbers = Condition(), count()
        self._places: list[Place] = []
        self._working: Place | None = None
        self._drawing: set[int] = set()

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """A page is being drawn by this thread."""
        me = get_ident()
        with self._changed:
            self._drawing.add(me)
        try:
            yield
        finally:
            self._leave(me)

    def _leave(self, me: int) -> None:
        with self._changed:
            self._drawing.discard(me)
            if not self._drawing:
                self._changed.notify_all()

    def number(self) -> int:
        """For a new job: the order of asking, which it keeps through all runs of its page."""
        return next(self._numbers)

    @contextmanager
    def place(self, job: Any, account: Account) -> Iterator[Place]:
        """In the queue as long as the page is there; its run counts as drawing no more."""
        mine = Place(job, account)
        self._leave(get_ident())
        with self._changed:
            if job.here:
                self._places.append(mine)
        try:
            yield mine
        finally:
            with self._changed:
                self._places = [one for one in self._places if one is not mine]
                self._working = None if self._working is mine else self._working
                self._changed.notify_all()

    def ahead(self, mine: Place, wait: float) -> int:
        """How many others come first, after waiting up to `wait` seconds for 0: then it is this one's turn."""
        with self._changed:
            self._changed.wait_for(lambda: self._before(mine) == 0, wait)
            before = self._before(mine)
            if before == 0 and self._working is not mine:
                self._working, mine.turn = mine, 0.0
            return before

    def _before(self, mine: Place) -> int:
        if self._working is mine:
            return 0
        others = [one for one in self._places if one.job is not mine.job]
        if self._working in others:
            return 1 + sum(one.rank < mine.rank for one in others if one is not self._working)
        return sum(one.rank < mine.rank for one in others)

    def used(self, mine: Place, seconds: float) -> None:
        """After a slice of so many seconds: its session has used them; pages first, then the next."""
        mine.account.charge(seconds)
        mine.turn += seconds
        with self._changed:
            self._changed.wait_for(lambda: not self._drawing, min(seconds * (1 / SHARE - 1), LONGEST))
            others = any(one.job is not mine.job for one in self._places)
            if self._working is mine and mine.turn >= TURN and others:
                self._working = None
                self._changed.notify_all()


TURNS = Turns()
