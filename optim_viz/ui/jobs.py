"""Work that takes seconds: on a button, its cost told first, with progress and Stop; the last result stays."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import streamlit as st

from optim_viz.ui import cached
from optim_viz.ui.i18n import t
from optim_viz.words import Text

SLICE = 0.06  # seconds of work between two looks at Stop
MOST_SECONDS = 60
ALIKE = 4  # results that all sessions with the same settings share


@dataclass(eq=False)
class Job:
    """Work under way: `work` yields how much of it is done, from 0.0 to 1.0, and last the result.

    `say` tells where it is; `so_far` gives what Stop leaves, None for nothing; `screen` makes room for a picture, in
    each run of the page, and gives what draws it.
    """

    work: Generator[Any, None, None]
    say: Callable[[], str]
    so_far: Callable[[], Any] = lambda: None
    screen: Callable[[], Callable[[], None]] = lambda: lambda: None
    done: float = 0.0
    result: Any = None

    def advance(self) -> None:
        """A slice of the work, behind the gate."""
        with cached.GATE:
            begun = perf_counter()
            for told in self.work:
                if not isinstance(told, float):
                    self.result = told
                    return
                self.done = told
                if perf_counter() - begun > SLICE:
                    return
        raise RuntimeError("this work ended without a result")

    def end(self) -> None:
        """No more of it: after the slice that the page's last run may still be in."""
        with cached.GATE:
            self.work.close()


class Desk:
    """Where one page's work is done: a job and the last result of each session, what all sessions share beside it."""

    def __init__(self, name: str) -> None:
        self._job, self._result = f"_{name}_job", f"_{name}_result"
        self._runs, self._costs = cached.Bounded(ALIKE), cached.Bounded(128)

    @property
    def job(self) -> Job | None:
        return st.session_state.get(self._job)

    @property
    def result(self) -> Any:
        return st.session_state.get(self._result)

    def put(self, result: Any) -> None:
        """A result from elsewhere, such as a file."""
        st.session_state[self._result] = result

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
            st.session_state[self._result] = left

    def cost(self, setup: Any, count: Callable[[], float | Text]) -> float | Text:
        """Seconds, or the sentence that refuses the setup; counted once."""
        found = self._costs.get(setup)
        return self._costs.put(setup, count()) if found is None else found

    def at_once(self, setup: Any, work: Callable[[], Any]) -> Any:
        """The result of short work, kept as this session's."""
        st.session_state[self._result] = self._runs.make(setup, work)
        return self.result

    def row(self, label: str, cost: float | Text | None, begin: Callable[[], Job], keys: tuple[str, str]) -> None:
        """The button and what it would cost, or Stop while a job is under way; `keys` are those of both buttons."""
        place = st.empty()  # so that no button of the last run stands beside that of this one
        if self.job:
            place.button(t("Stop"), key=keys[1], on_click=self.stop, icon=":material/stop:", type="primary")
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
        there, unless it was Stop. A closed tab ends it in the same way.
        """
        job = self.job
        if job is None:
            return
        bar, draw = st.empty(), job.screen()
        while job.result is None:
            bar.progress(min(job.done, 1.0), job.say())
            draw()
            try:
                job.advance()
            except Exception:
                if self.job is job:
                    del st.session_state[self._job]
                raise
        st.session_state[self._result] = job.result
        del st.session_state[self._job]
        st.rerun()
