"""Work on a button: it goes on through other clicks, and Stop or a closed tab ends it, however long it would be."""

from inspect import GEN_CLOSED, GEN_SUSPENDED, getgeneratorstate
from itertools import count
from threading import Event, Thread
from threading import enumerate as threads

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

from optim_viz.ui import book, cached, jobs, sharp, training
from tests.pages import opened, unfold, widgets

PAGES = {
    "pages/train.py": (training.DESK, "train", "stop", {"net.data": "digits", "net.layers": "300, 300",
                                                        "net.epochs": "100"}),
    "pages/book.py": (book.DESK, "bkrun", "bkstop", {"bk.experiment": "hyperparameter_optimization", "bk.seed": "9"}),
    "pages/sharp.py": (sharp.DESK, "measure", "sharpstop", {"sharp.updates": "10000", "sharp.seeds": "10"}),
}  # fmt: skip
SLICES = 4


def _again(context, clicked=()):
    """What a browser asks for when something was clicked."""
    states = WidgetStates(widgets=clicked)
    return RerunData(widget_states=states, page_script_hash=context.page_script_hash, query_string=context.query_string)


def running():
    """The threads that run a page now."""
    return [one for one in threads() if one.name.startswith("ScriptRunner.")]


@pytest.fixture
def after(monkeypatch):
    """`after(act)`: the page's own work, where `act(context)` comes after a few slices of it; the jobs seen."""
    seen, plain, slices = [], jobs.Job.advance, count(1)

    def prepare(act):
        def advance(job):
            plain(job)
            seen.append(job)
            if next(slices) == SLICES:
                act(get_script_run_ctx())

        monkeypatch.setattr(jobs.Job, "advance", advance)
        return seen

    return prepare


def started(file):
    """The page of `file`, with its button pressed; comes back when the page's run is over."""
    desk, button, stop, link = PAGES[file]
    app = opened(link, file)
    assert not app.button(key=button).disabled
    app.button(key=button).click().run(timeout=60)
    return app, desk, stop


@pytest.mark.parametrize("file", PAGES)
def test_a_closed_tab_ends_the_work(file, after):
    """What a closed tab asks for (the run to stop) is done within a slice: no thread of the page is left, no gate held.

    The work would have taken many seconds more; nothing advances it afterwards.
    """
    seen = after(lambda context: context.script_requests.request_stop())
    app, _, _ = started(file)
    assert len(seen) == SLICES
    assert running() == []
    assert seen[0].result is None
    assert seen[0].done < 1
    assert getgeneratorstate(seen[0].work) == GEN_SUSPENDED  # its session, and it with it, is forgotten by the server
    assert cached.GATE.acquire(blocking=False)
    cached.GATE.release()
    assert not app.exception


@pytest.mark.parametrize("file", PAGES)
def test_stop_ends_the_work(file, after):
    """A click on Stop comes between two slices: the generator is closed, the button is back."""

    def click(context):
        state = WidgetState(trigger_value=True)
        state.id = context.session_state._state._key_id_mapper.get_id_from_key(PAGES[file][2])
        context.script_requests.request_rerun(_again(context, [state]))

    seen = after(click)
    app, desk, _ = started(file)
    assert len(seen) == SLICES
    assert getgeneratorstate(seen[0].work) == GEN_CLOSED
    assert desk._job not in app.session_state
    assert PAGES[file][1] in widgets(app)


def test_another_click_does_not_end_the_work(after):
    """The same job goes on in the next run of the page, and its result is the one of work that was left alone."""

    def click(context):
        context.script_requests.request_rerun(_again(context))

    seen = after(click)
    app = opened({"net.data": "digits", "net.epochs": "20"}, "pages/train.py")
    app.button(key="train").click().run(timeout=60)
    assert len({id(job) for job in seen}) == 1
    assert app.session_state["_net_result"] is seen[0].result
    assert len(seen) > SLICES


def test_a_slice_is_short():
    """However much there is to do, advance comes back after the event that ends its slice."""
    events = (0.5 for _ in count())
    job = jobs.Job(events, str)
    try:
        jobs.SLICE, kept = -1.0, jobs.SLICE
        job.advance()
        assert next(events) == 0.5
    finally:
        jobs.SLICE = kept
    assert job.result is None
    assert job.done == 0.5


def test_stop_waits_for_the_slice_of_the_last_run():
    """Streamlit runs the page anew while the last run is still at work: ending the work then is no error."""
    inside, ending = Event(), Event()

    def work():
        while True:
            inside.set()
            ending.wait(30)
            yield 0.1

    job = jobs.Job(work(), str)
    last_run, stop = Thread(target=job.advance), Thread(target=job.end)
    last_run.start()
    assert inside.wait(30)
    stop.start()
    assert getgeneratorstate(job.work) != GEN_CLOSED
    ending.set()
    for one in (last_run, stop):
        one.join(30)
        assert not one.is_alive()
    assert getgeneratorstate(job.work) == GEN_CLOSED


def test_work_without_a_result_is_an_error():
    """It would be asked for more for ever."""
    with pytest.raises(RuntimeError, match="without a result"):
        jobs.Job(iter([0.1]), str).advance()


@pytest.mark.parametrize("file", PAGES)
def test_an_error_is_no_endless_job(file, monkeypatch):
    """What goes wrong inside the work is shown once; the page can be used again."""

    def broken(job):
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(jobs.Job, "advance", broken)
    _, button, _, link = PAGES[file]
    app = opened(link, file)
    app.button(key=button).click().run(timeout=60)
    assert len(app.exception) == 1
    assert not unfold(app).exception
    assert button in widgets(app)
