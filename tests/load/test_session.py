"""The client of the load test and the rehearsal must see what a browser would see."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.load.session import Session
from tests.load.wire import other_value
from tests.server import Server, running_app


@pytest.fixture(scope="module")
def sample():
    """The sample app, with only large messages sent by reference."""
    here = Path(__file__).parent
    with running_app("sample.py", cwd=here, env={"STREAMLIT_GLOBAL_MIN_CACHED_MESSAGE_SIZE": "10000"}) as server:
        yield server


def visit(server: Server, work: Callable[[Session], Awaitable[None]], query: str = "") -> None:
    """Open the sample app and do `work` with the session."""

    async def run() -> None:
        async with await Session.open(server.url, query) as session:
            await work(session)

    asyncio.run(run())


def test_a_change_reaches_the_script_and_the_link(sample):
    """A moved slider shows its new value on the page and in the query string; the default leaves the query."""

    async def work(session: Session) -> None:
        assert session.widget("rate").options == ("0.1", "0.2", "0.5")
        assert (session.value("rate"), session.query) == (["0.2"], {})
        await session.set("rate", ["0.5"])
        assert "rate 0.5" in session.texts
        assert session.query == {"rate": ["0.5"]}
        await session.set("Rate", ["0.2"])
        assert "rate 0.2" in session.texts
        assert session.query == {}

    visit(sample, work)


def test_a_link_restores_the_value(sample):
    """The query string of the link sets the control, and an impossible value leaves the link."""

    async def restored(session: Session) -> None:
        assert "rate 0.1" in session.texts
        assert session.value("rate") == ["0.1"]

    async def refused(session: Session) -> None:
        assert "rate 0.2" in session.texts
        assert session.query == {}

    visit(sample, restored, "rate=0.1")
    visit(sample, refused, "?rate=0.3")


def test_a_value_set_by_the_script_is_kept(sample):
    """A control that the script moves keeps its new value in later runs."""

    async def work(session: Session) -> None:
        await session.press("set")
        assert {"rate 0.5", "set"} <= set(session.texts)
        await session.rerun()
        assert "rate 0.5" in session.texts
        assert "set" not in session.texts

    visit(sample, work)


def test_a_fragment_runs_alone(sample):
    """A change inside a fragment leaves the rest of the page in place and receives little."""

    async def work(session: Session) -> None:
        await session.set("word", "two")
        assert {"part two", "rate 0.2"} <= set(session.texts)
        assert session.finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
        assert session.received < 5000
        assert len(session.widgets) == 5

    visit(sample, work)


def test_large_messages_come_once(sample):
    """An unchanged large element is sent by reference in every later run and still read as its text."""

    async def work(session: Session) -> None:
        assert session.received > 20_000
        for value in ("0.1", "0.5", "0.2", "0.1"):
            await session.set("rate", [value])
            assert session.cached == 1
            assert session.received < 10_000
            assert any(text.startswith("long long") for text in session.texts)

    visit(sample, work)


def test_exceptions_are_seen_and_leave(sample):
    """An exception of the script is reported for the run that raised it, and for no other."""

    async def work(session: Session) -> None:
        assert session.exceptions == []
        await session.press("fail")
        assert session.exceptions == ["ValueError: as asked"]
        await session.rerun()
        assert session.exceptions == []

    visit(sample, work)


def test_a_rerun_inside_a_run_is_waited_for(sample):
    """When the script starts itself again the change ends with the last run."""

    async def work(session: Session) -> None:
        await session.set("again", True)
        assert session.finished == 0
        assert session.exceptions == []
        assert session.widget("fail").label == "Fail"

    visit(sample, work)


def test_other_values_are_possible_and_different(sample):
    """Every value that the load test moves a slider to is one of its choices, and not the current one."""

    async def work(session: Session) -> None:
        rate, word = session.widget("rate"), session.widget("word")
        assert {other_value(rate, ["0.2"], turn)[0] for turn in range(9)} == {"0.1", "0.5"}
        assert {other_value(word, "one", turn) for turn in range(9)} == {"two"}

    visit(sample, work)


def test_a_script_that_cannot_start_is_explained(tmp_path):
    """A server that does not come up ends with its own words, and leaves no process behind."""
    with pytest.raises(RuntimeError, match=r"nowhere\.py"), running_app("nowhere.py", cwd=tmp_path):
        pass
