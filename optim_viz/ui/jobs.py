"""Work that takes seconds: on a button, its cost told first, with progress and Stop; the last result stays."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from threading import RLock
from time import perf_counter, thread_time
from typing import Any

import streamlit as st

from optim_viz.ui import cached
from optim_viz.ui.i18n import t
from optim_viz.ui.turns import TURNS, Account
from optim_viz.ui.weight import weight
from optim_viz.words import Text

SLICE = 0.04  # seconds of work between two looks at Stop
LOOK = 0.1  # seconds between two looks at it while a job waits for its turn
MOST_SECONDS = 60
BUDGET = 3 * MOST_SECONDS  # seconds of processor time that end a job: its cost was told for a core of today
ALIKE = 4  # results that all sessions with the same settings share
SESSION_BYTES = 16e6  # of a session's results; the last one stays, whatever it weighs
_DESKS: "list[Desk]" = []
_ACCOUNT, _RESULTS, _ENDED = "_account", "_results", "_ended"


@dataclass(eq=False)
class Job:
    """Work under way: `work` yields how much of it is done, from 0.0 to 1.0, and last the result.

    `say` tells where it is; `so_far` gives what Stop leaves, None for nothing; `screen` makes room for a picture, in
    each run of the page, and gives what draws it. Work that another machine does (not `here`) waits for no turn.
    """

    work: Generator[Any, None, None]
    say: Callable[[], str]
    so_far: Callable[[], Any] = lambda: None
    screen: Callable[[], Callable[[], None]] = lambda: lambda: None
    done: float = 0.0
    result: Any = None
    here: bool = True
    spent: float = 0.0
    number: int = field(default_factory=TURNS.number)
    _lock: Any = field(default_factory=RLock)

    def advance(self) -> None:
        """A slice of the work."""
        with self._lock:
            begun, used = perf_counter(), thread_time()
            for told in self.work:
                self.spent += thread_time() - used
                used = thread_time()
                if not isinstance(told, float):
                    self.result = told
                    return
                self.done = told
                if perf_counter() - begun > SLICE:
                    return
        raise RuntimeError("this work ended without a result")

    def end(self) -> None:
        """No more of it: after the slice that the page's last run may still be in."""
        with self._lock:
            self.work.close()


class Desk:
    """Where one page's work is done: a job and the last result of each session, what all sessions share beside it."""

    def __init__(self, name: str) -> None:
        _DESKS.append(self)
        self._job, self._result = f"_{name}_job", f"_{name}_result"
        self._runs, self._costs = cached.Bounded(ALIKE), cached.Bounded(128)

    @property
    def job(self) -> Job | None:
        return st.session_state.get(self._job)

    @property
    def result(self) -> Any:
        return st.session_state.get(self._result)

    def put(self, result: Any) -> None:
        """The new result; the oldest ones of this session's other desks go when all are too much."""
        kept = st.session_state.setdefault(_RESULTS, {})
        if st.session_state.get(self._result) is not result or self._result not in kept:
            kept.pop(self._result, None)
            st.session_state[self._result], kept[self._result] = result, weight(result)
        while len(kept) > 1 and sum(kept.values()) > SESSION_BYTES:
            oldest = next(iter(kept))
            del kept[oldest]
            st.session_state.pop(oldest, None)

    def begin(self, job: Job) -> None:
        st.session_state[self._job] = job

    def stop(self) -> None:
        """Ends the job; what it has so far, if anything, is the new result."""
        job = st.session_state.pop(self._job, None)
        if job is None:
            return
        job.end()
        left = job.so_far()
        if left is not None:
            self.put(left)

    @property
    def other(self) -> "Desk | None":
        """The desk where this session has work under way elsewhere: there is one job at a time."""
        return next((desk for desk in _DESKS if desk is not self and desk.job), None)

    def cost(self, setup: Any, count: Callable[[], float | Text]) -> float | Text:
        """Seconds, or the sentence that refuses the setup; counted once."""
        found = self._costs.get(setup)
        return self._costs.put(setup, count()) if found is None else found

    def at_once(self, setup: Any, work: Callable[[], Any]) -> Any:
        """The result of short work, kept as this session's."""
        self.put(self._runs.make(setup, work))
        return self.result

    def row(self, label: str, cost: float | Text | None, begin: Callable[[], Job], keys: tuple[str, str]) -> None:
        """The button and what it would cost, or Stop while a job is under way; `keys` are those of both buttons."""
        place = st.empty()  # so that no button of the last run stands beside that of this one
        if self.job:
            place.button(t("Stop"), key=keys[1], on_click=self.stop, icon=":material/stop:", type="primary")
            return
        if st.session_state.pop(_ENDED, False):
            st.warning(t("This took more than {seconds} s of computing and was stopped.", seconds=BUDGET))
        other = self.other
        if other is not None:
            place.button(t("Stop my other work"), key=keys[1], on_click=other.stop, icon=":material/stop:",
                         help=t("Another calculation of yours is under way, here or on another page."))  # fmt: skip
            return
        with place.container(horizontal=True, vertical_alignment="center"):
            ready = isinstance(cost, float)
            st.button(label, key=keys[0], on_click=lambda: self.begin(begin()), icon=":material/play_arrow:",
                      type="primary", disabled=not ready)  # fmt: skip
            if isinstance(cost, float):
                st.caption(t("about {seconds} s", seconds=f"{max(cost, 0.1):.1f}" if cost < 10 else f"{cost:.0f}"))
        if isinstance(cost, Text):
            st.warning(t(cost))

    def go(self) -> None:
        """Works on: the last thing in a run, so that every control is there to be used.

        Whatever the person does ends this run of the page at the next line that draws; the next run goes on from
        there, unless it was Stop. A closed tab ends it in the same way. Jobs of several sessions take turns.
        """
        job = self.job
        if job is None:
            return
        bar, draw = st.empty(), job.screen()
        account = st.session_state.setdefault(_ACCOUNT, Account())
        with TURNS.place(job, account) as place:
            told = 0
            while job.result is None:
                ahead = TURNS.ahead(place, LOOK) if job.here else 0
                if ahead == 0:
                    bar.progress(min(job.done, 1.0), job.say())
                    draw()
                    self._advance(job, place)
                elif ahead != told:
                    bar.progress(min(job.done, 1.0), t("Waiting for its turn. Before it: {n}", n=ahead))
                told = ahead
                if self.job is not job:  # to look ends this run of the page when it is over
                    return
        self.put(job.result)
        del st.session_state[self._job]
        st.rerun()

    def _advance(self, job: Job, place: Any) -> None:
        """A slice of a job whose turn it is; a job that is over its budget ends."""
        begun = perf_counter()
        try:
            job.advance()
        except Exception:
            if self.job is job:
                del st.session_state[self._job]
            raise
        if job.here:
            TURNS.used(place, perf_counter() - begun)
        if job.spent > BUDGET and job.result is None:
            self.stop()
            st.session_state[_ENDED] = True
            st.rerun()
