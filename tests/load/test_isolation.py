"""Several people on one server: what one paints, opens or starts is nobody else's, and all of it ends in time."""

import asyncio

import pytest

from optim_viz.ui.site import PAGES
from tests.load.crowd import Plan, Record, change, movable
from tests.load.session import Session
from tests.load.tongues import foreign, tongues
from tests.server import running_app

AT_ONCE = ("race", "batch", "perceptron", "init", "train", "overfit", "book", "generalize", "checklist")


@pytest.fixture(scope="module")
def fresh():
    """A server nobody has visited, for the first test; later ones find it warm."""
    with running_app() as server:
        yield server


def test_a_class_may_open_its_links_at_once(fresh):
    """Pages that share packages, at the same moment on a fresh server: each is whole, and none shows an error."""

    pages = [page for page in PAGES if page.name in AT_ONCE]

    async def visit(page):
        async with await Session.open(fresh.url, "", page.path) as session:
            return session.exceptions, len(session.widgets)

    async def all_at_once():
        return await asyncio.gather(*map(visit, pages))

    found = dict(zip([page.name for page in pages], asyncio.run(all_at_once()), strict=True))
    assert {name: errors for name, (errors, _) in found.items() if errors} == {}
    assert min(count for _, count in found.values()) >= 2


def test_painted_points_stay_with_who_painted_them(fresh):
    """Another session on the same page has the points the page begins with, whatever the first one wrote."""

    async def two():
        link = "ba.data=points"
        async with (
            await Session.open(fresh.url, link, "batch") as mine,
            await Session.open(fresh.url, link, "batch") as other,
        ):
            before = other.value("ba.points.1")
            await mine.set("ba.points.1", "0.111 0.222 0.333 0.444 -0.5 0.5")
            await other.rerun()
            assert other.value("ba.points.1") == before
            assert not any("0.333" in text for text in other.texts)
            assert any("0.333" in text for text in mine.texts)

    asyncio.run(two())


def test_nobody_hears_the_other_language(fresh):
    """Six sessions, every second one in Korean, move controls at the same time: no words of the other language."""
    plan = Plan(6, 2.0, every=0.2, pages=("", "perceptron", "book"))
    wrong, record = asyncio.run(tongues(fresh.url, 6, plan))
    assert (wrong, record.errors) == ([], [])


def test_the_other_language_is_noticed():
    """A sentence of the page in the wrong language is found, alone, in a list or inside a longer text."""
    assert foreign(["Optimizer race", "최적화 경주"], "en") == ["최적화 경주"]
    assert foreign(["한국어", "English"], "en") == []
    assert foreign(["최적화", "- Optimizer race\n- 다른 것"], "ko") == ["Optimizer race"]
    assert foreign(["adam = ov.Adam(lr=0.1)"], "ko") == []


def test_a_change_of_the_crowd_is_a_change(fresh):
    """What the load test moves really moves: a slider has another value afterwards, and the time is noted."""

    async def one():
        import random

        record = Record()
        async with await Session.open(fresh.url, "", "") as session:
            before = {w.key: session.value(w.key) for w in movable(session, ("select_slider",))}
            await change(session, Plan(1, 1.0), random.Random(3), record, "")
            after = {key: session.value(key) for key in before}
        assert sum(before[key] != after[key] for key in before) == 1
        assert len(record.changes) == 1
        assert record.errors == []

    asyncio.run(one())
