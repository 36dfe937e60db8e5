"""Work on a button: it goes on through other clicks, and Stop or a closed tab ends it, however long it would be."""

from inspect import GEN_CLOSED, GEN_SUSPENDED, getgeneratorstate
from itertools import count
from threading import Event, Thread
from threading import enumerate as threads

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

from optim_viz.ui import book, jobs, sharp, training
from optim_viz.ui.turns import TURN, TURNS, Account, Gate, Turns
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
    """What a closed tab asks for (the run to stop) is done within a slice: no thread is left, nor a place in the queue.

    The work would have taken many seconds more; nothing advances it afterwards.
    """
    seen = after(lambda context: context.script_requests.request_stop())
    app, _, _ = started(file)
    assert len(seen) == SLICES
    assert running() == []
    assert seen[0].result is None
    assert seen[0].done < 1
    assert getgeneratorstate(seen[0].work) == GEN_SUSPENDED  # its session, and it with it, is forgotten by the server
    assert TURNS._working is None
    assert TURNS._places == []
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


class Work:
    """A job as far as the queue looks at it."""

    here = True

    def __init__(self, turns):
        self.number = turns.number()


def test_one_job_at_a_time_and_each_in_its_turn():
    """Two sessions at work: a turn each; a third that has used nothing comes before both."""
    turns = Turns()
    first, second, third = (Work(turns) for _ in range(3))
    one, other = Account(), Account()
    with turns.place(first, one) as a, turns.place(second, other) as b:
        assert (turns.ahead(a, 0), turns.ahead(b, 0)) == (0, 1)
        turns.used(a, TURN / 2)
        assert (turns.ahead(a, 0), turns.ahead(b, 0)) == (0, 1)
        turns.used(a, TURN)
        assert (turns.ahead(b, 0), turns.ahead(a, 0)) == (0, 1)
        turns.used(b, 2.5 * TURN)
        with turns.place(third, Account()) as c:
            assert (turns.ahead(c, 0), turns.ahead(a, 0), turns.ahead(b, 0)) == (0, 1, 2)
        assert (turns.ahead(a, 0), turns.ahead(b, 0)) == (0, 1)


def test_who_goes_away_leaves_the_turn():
    """Whoever waits is called at once when the one at work leaves, also by an error."""
    turns, called = Turns(), []
    work, waiting = Work(turns), Work(turns)

    def wait():
        with turns.place(waiting, Account()) as place:
            called.append(turns.ahead(place, 30))

    def fail():
        with turns.place(work, Account()) as place:
            assert turns.ahead(place, 0) == 0
            thread.start()
            raise KeyError

    thread = Thread(target=wait)
    with pytest.raises(KeyError):
        fail()
    thread.join(10)
    assert called == [0]


def test_a_job_alone_keeps_its_turn_and_work_elsewhere_needs_none():
    """With nobody waiting a turn does not end; what another machine does stands in nobody's way."""
    turns = Turns()
    work, elsewhere = Work(turns), Work(turns)
    elsewhere.here = False
    with turns.place(elsewhere, Account()), turns.place(work, Account()) as place:
        for _ in range(3):
            assert turns.ahead(place, 0) == 0
            turns.used(place, 2 * TURN)


def test_a_slice_waits_for_pages_that_are_drawn():
    """A page being drawn delays the next slice until it is there; a run that is at work itself counts as none."""
    turns, drawn, order = Turns(), Event(), []

    def draw():
        with turns.drawing():
            drawn.set()
            finish.wait(10)
            order.append("page")

    finish, page = Event(), Thread(target=draw)
    with turns.drawing(), turns.place(Work(turns), Account()) as place:
        assert turns.ahead(place, 0) == 0
        turns.used(place, 0.001)
        page.start()
        drawn.wait(10)
        finish.set()
        turns.used(place, 10.0)
        order.append("slice")
    page.join(10)
    assert order == ["page", "slice"]


def test_what_a_session_used_is_forgotten():
    """Half of it in a minute."""
    account = Account(8.0, at=100.0)
    assert account.owed(100.0) == 8.0
    assert account.owed(160.0) == pytest.approx(4.0)
    assert account.owed(220.0) == pytest.approx(2.0)


def test_the_gate_goes_to_whoever_asked_first():
    """Held by one, asked for by five in turn: they get it in that order; the holder may enter again."""
    gate, order, threads = Gate(), [], []

    def ask(k):
        with gate:
            order.append(k)

    with gate, gate:
        assert gate.acquire()
        gate.release()
        for k in range(5):
            threads.append(Thread(target=ask, args=(k,)))
            threads[-1].start()
            while len(gate._waiting) <= k:
                pass
        assert order == []
    for thread in threads:
        thread.join(10)
    assert order == list(range(5))
    assert gate.acquire(blocking=False)
    gate.release()


def test_a_session_has_one_job_at_a_time(after):
    """Work left on one page stands in the way of work on another, until it is stopped there or here."""
    after(lambda context: context.script_requests.request_stop())
    app, desk, _ = started("pages/train.py")
    assert desk._job in app.session_state
    app.query_params = {}
    app.switch_page("pages/sharp.py").run()
    assert "measure" not in widgets(app)
    app.button(key="sharpstop").click().run()
    assert desk._job not in app.session_state
    assert not app.button(key="measure").disabled


def test_work_over_its_budget_is_stopped(monkeypatch):
    """An estimate that was far too low ends with a sentence, and what was done so far stays."""
    monkeypatch.setattr(jobs, "BUDGET", 0.05)
    app, desk, _ = started("pages/train.py")
    assert desk._job not in app.session_state
    assert [warning.value for warning in app.warning] == ["This took more than 0.05 s of computing and was stopped."]
    assert "train" in widgets(app)
    assert app.session_state["_net_result"].trainer.place.step > 0
