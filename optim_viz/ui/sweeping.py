"""Where the sweeps of a page run: on this server, or on the cluster its operator has named; they share one journal."""

import logging
import os
from collections.abc import Callable, Generator
from contextlib import suppress
from functools import cache
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Thread
from typing import Any

import streamlit as st

from optim_viz.experiments import cluster
from optim_viz.experiments.crew import Crew, Lost, Serial
from optim_viz.experiments.journal import Journal
from optim_viz.ui import jobs
from optim_viz.ui.i18n import t
from optim_viz.words import Text

FOLDER = "OPTIM_VIZ_JOURNAL"  # in the environment: the folder of a journal that outlives the server
GONE = Text("The cluster cannot be reached: this server works alone.")
IN_MEMORY, IN_FILE = 32e6, 256e6  # bytes of results at most
_LOOK = 0.05  # seconds between two looks at the cluster
_FORSAKEN = 10.0  # seconds after which nobody asks for the next result any more: the tab is closed
_SAID = "_swept"
Compute = Callable[[Crew, Journal], Generator[Any, None, None]]


@cache
def journal() -> Journal:
    """One for all sessions: a cell that has run for anybody runs for nobody again."""
    folder = os.environ.get(FOLDER)
    if folder:
        try:
            return Journal(Path(folder, "pages.journal"), IN_FILE)
        except ValueError as wrong:
            logging.getLogger(__name__).warning("%s: %s", folder, wrong)
    return Journal(most=IN_MEMORY)


def scheduler() -> str | None:
    """The address that the environment or the secrets name, and nothing a visitor can write to."""
    st.secrets.load_if_toml_exists()  # puts them into the environment
    return cluster.address()


def job(compute: Compute, say: Callable[[], str]) -> jobs.Job:
    """The work of `compute(crew, journal)`: floats, and last the result, as jobs.Job has them."""
    st.session_state.pop(_SAID, None)
    address = scheduler()
    if address is None:
        return jobs.Job(compute(Serial(), journal()), say)
    errand = _Errand(address, compute)
    errand.job = jobs.Job(errand.work(), lambda: f"{errand.said} {say()}", here=False)
    return errand.job


def where() -> str:
    """What the last job of this session said about the cluster, if it was to use one."""
    return st.session_state.get(_SAID, "")


class _Errand:
    """Work for a cluster: a thread talks to it, so that neither Stop nor another session waits for an answer."""

    def __init__(self, address: str, compute: Compute) -> None:
        self.address, self.compute, self.said = address, compute, ""
        self._told: Queue[Any] = Queue(1)  # who asks for no more gets no more done
        self._over = False
        self.job: Any = None

    def work(self) -> Generator[Any, None, None]:
        """What the thread tells, and the last share again while there is nothing new."""
        self._say(t("Looking for the cluster."))
        thread, share = self._sent(), 0.0
        try:
            while True:
                try:
                    told = self._told.get(timeout=_LOOK)
                except Empty:
                    thread = thread if thread.is_alive() else self._sent()
                    yield share
                    continue
                if isinstance(told, int):
                    self._say(t("On a cluster of {n} workers.", n=told))
                elif isinstance(told, Lost):
                    break
                elif isinstance(told, Exception):
                    raise told
                else:
                    share = told if isinstance(told, float) else share
                    yield told
        finally:
            self._over = True
            with suppress(Empty):
                self._told.get_nowait()  # the thread may wait for room, and only then looks up
        self._say(t(GONE))
        self.job.here = True
        yield share  # and wait for the turn
        yield from self.compute(Serial(), journal())

    def _say(self, said: str) -> None:
        self.said = st.session_state[_SAID] = said

    def _sent(self) -> Thread:
        thread = Thread(target=self._go, daemon=True)
        thread.start()
        return thread

    def _go(self) -> None:
        """In the thread: the number of workers, then what `compute` yields, or what went wrong."""
        crew: Crew | None = None
        try:
            crew = self._reached()
            work = self.compute(crew, journal())
            try:
                for event in work:
                    if not self._tell(event):
                        return
            finally:
                work.close()
        except Exception as error:
            self._tell(error)
        finally:
            if crew is not None:
                crew.close()

    def _reached(self) -> Crew:
        try:
            crew, said = cluster.reach(self.address, Serial)
        except ValueError as wrong:
            crew, said = Serial(), wrong
        if not isinstance(crew, cluster.Dask):
            logging.getLogger(__name__).warning("%s", said)
            raise Lost(said)
        self._tell(crew.workers)
        return crew

    def _tell(self, event: Any) -> bool:
        """False when nobody listens any more."""
        try:
            if not self._over:
                self._told.put(event, timeout=_FORSAKEN)
        except Full:
            return False
        return not self._over
