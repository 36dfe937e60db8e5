"""Where a page's sweeps run: on this server in turn, or on a cluster that keeps nobody waiting."""

from threading import Event, active_count
from time import monotonic

import pytest

import optim_viz as ov
from optim_viz.experiments import cluster
from optim_viz.experiments.crew import Loky, Serial
from optim_viz.experiments.journal import Journal
from optim_viz.experiments.problems import OnSurface
from optim_viz.experiments.sweep import Outcome, Sweep, run
from optim_viz.ui import sweeping
from optim_viz.ui.i18n import speak

SWEEP = Sweep([OnSurface(ov.SURFACES["Elongated bowl"], 20)], [ov.SGD(lr=0.5), ov.Adam()], range(5))


def compute(crew, journal):
    """A sweep as a page's job."""
    for event in run(SWEEP, crew, journal):
        yield event if isinstance(event, Outcome) else event.done / event.total


@pytest.fixture
def session(monkeypatch):
    """What a session would keep, and English words."""
    kept = {}
    monkeypatch.setattr(sweeping.st, "session_state", kept)
    monkeypatch.setattr(sweeping, "journal", Journal)
    speak("en")
    return kept


def finished(job):
    while job.result is None:
        job.advance()
    return job.result


def test_without_a_cluster_it_runs_here(session, monkeypatch):
    """No address in the environment: it takes turns with other sessions, and has nothing to say."""
    monkeypatch.delenv(cluster.ADDRESS, raising=False)
    job = sweeping.job(compute, lambda: "some")
    assert job.here
    assert len(finished(job).results) == 10
    assert (job.say(), sweeping.where()) == ("some", "")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "tcp://10.0.0.1:8786"])
def test_a_cluster_that_cannot_be_had_is_said_and_this_server_works(session, monkeypatch, address):
    """Nobody answers, or the address is refused: the same results from here, in turn with others, and a sentence."""
    monkeypatch.setenv(cluster.ADDRESS, address)
    monkeypatch.setattr(cluster, "PATIENCE", 0.3)
    begun, job = monotonic(), sweeping.job(compute, lambda: "some")
    *_, here = run(SWEEP)
    assert not job.here
    assert finished(job).write() == here.write()
    assert job.here
    assert monotonic() - begun < 5
    assert job.say() == f"{sweeping.GONE} some"
    assert sweeping.where() == sweeping.GONE


def test_stop_does_not_wait_for_the_cluster(session, monkeypatch):
    """While a cluster is looked for, the page looks up often, Stop ends the work at once, and no thread stays."""
    asked, answer, before = Event(), Event(), active_count()

    def reach(address, alone):
        asked.set()
        answer.wait(30)
        return Loky(1), "told too late"

    monkeypatch.setenv(cluster.ADDRESS, "tcp://127.0.0.1:9")
    monkeypatch.setattr(cluster, "reach", reach)
    job = sweeping.job(compute, lambda: "some")
    job.advance()
    assert asked.wait(30)
    begun = monotonic()
    job.advance()
    assert job.say() == "Looking for the cluster. some"
    job.end()
    assert monotonic() - begun < 0.5
    answer.set()
    _until(lambda: active_count() == before)


def _until(true):
    end = monotonic() + 20
    while not true():
        assert monotonic() < end
        Event().wait(0.02)


def test_who_asks_for_no_more_gets_no_more_done(session, monkeypatch):
    """A closed tab asks for nothing: the sweep stands still, gives up, and goes on when somebody is back."""
    closed = []

    class Near(cluster.Dask):
        def __init__(self):
            self.workers = 3

        work = Serial.work

        def close(self):
            closed.append(True)

    steps = []

    def slow(crew, journal):
        for k in range(40):
            steps.append(k)
            yield k / 40
        yield "done"

    monkeypatch.setenv(cluster.ADDRESS, "tcp://127.0.0.1:9")
    monkeypatch.setattr(cluster, "reach", lambda address, alone: (Near(), ""))
    monkeypatch.setattr(sweeping, "_FORSAKEN", 0.2)
    monkeypatch.setattr(sweeping.jobs, "SLICE", -1.0)
    job = sweeping.job(slow, lambda: "some")
    for _ in range(3):
        job.advance()
    _until(lambda: closed)
    assert len(steps) <= 5
    assert finished(job) == "done"
    assert sweeping.where() == "On a cluster of 3 workers."


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The environment names a folder for the journal."""
    sweeping.journal.cache_clear()
    monkeypatch.setenv(sweeping.FOLDER, str(tmp_path / "kept"))
    yield tmp_path / "kept"
    sweeping.journal.cache_clear()


def test_a_journal_in_a_folder_outlives_the_server(folder):
    """What one process has done, the next finds; a folder that cannot be used is no reason to stop."""
    *_, first = run(SWEEP, journal=sweeping.journal())
    sweeping.journal().close()
    sweeping.journal.cache_clear()
    assert len(sweeping.journal()) == 10
    begun = next(iter(run(SWEEP, journal=sweeping.journal())))
    assert begun.done == begun.total == 10
    sweeping.journal().close()
    sweeping.journal.cache_clear()
    (folder / "pages.journal").write_text("no data base" * 1000)
    *_, again = run(SWEEP, journal=sweeping.journal())
    assert again.write() == first.write()
    assert len(sweeping.journal()) == 10


def test_a_journal_has_an_end():
    """Beyond its size the oldest results go, and the newest stay."""
    journal = Journal(most=200_000)
    for k in range(400):
        journal.put({f"cell {k}": "x" * 2000})
    assert 40 < len(journal) < 100
    assert journal.bytes <= 200_000
    assert set(journal.found(["cell 0", "cell 399"])) == {"cell 399"}
