"""Links that nobody should write, to every page, the way a browser sends them: the page stays whole and says so."""

import asyncio
import random
from collections import Counter
from itertools import cycle, islice

import psutil
import pytest

from optim_viz.ui.site import PAGES
from tests.load.explore import Query, Reach, explore, parameter, unfold, written
from tests.load.fuzz import BAD, MARKED, Book, everything, known, moved, single, values, walk
from tests.load.session import Session
from tests.server import running_app

STATES = 500
GROWTH = 20e6  # bytes

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server():
    with running_app() as one:
        yield one


@pytest.fixture(scope="module")
def reaches(server) -> dict[str, Reach]:
    """What the link of each page can hold, views by views."""

    async def all_of_them() -> dict[str, Reach]:
        return {page.path: await explore(server.url, page.path, views=True) for page in PAGES}

    return asyncio.run(all_of_them())


# Links that once showed an error, or a sentence that was not so: page, link, the control to look at, what it shows.
ONCE = [
    ("inside", "in.surface=Beale&in.opt=Nesterov&in.Nesterov.lr=1&in.y0=-904", "in.opt", "Nesterov"),
    ("perceptron", "pc.gate=", "pc.gate", ["AND"]),
    ("convolution", f"cv.view=back&cv.x={'9' * 400}", "cv.x", "1 3 2 5 4"),
    ("rate", "lr.view=schedule&lr.seed=7.5", "lr.seed", 0.0),
    ("search", "se.truth=FALSE", "se.truth", False),
]


@pytest.mark.parametrize(("page", "link", "key", "value"), ONCE, ids=[page for page, *_ in ONCE])
def test_what_was_wrong_once(server, page, link, key, value):
    """No error; the control shows the default, with a sentence, or what the link says, without one."""

    async def run() -> None:
        async with await Session.open(server.url, f"lang=en&{link}", page) as session:
            assert session.exceptions == []
            assert session.value(key) == value
            refused = any("default is used" in text for text in session.kinds("alert"))
            assert refused == (page not in ("inside", "search"))

    asyncio.run(run())


def test_nothing_chosen_is_a_choice(server):
    """The link of a page on which no optimizer is chosen is no wrong link."""

    async def run() -> None:
        async with await Session.open(server.url, "lang=en&opt=") as session:
            assert session.value("opt") == []
            assert not any("default is used" in text for text in session.kinds("alert"))

    asyncio.run(run())


def test_every_control_is_found(reaches):
    """A page has as many links as views, and the parameters that those bring; the race's are known by name."""
    assert {"opt", "surface", "SGD.lr", "Adam.beta2", "noise", "x0", "view", "lang"} <= set(reaches[""].parameters)
    assert reaches["losses"].parameters.keys() >= {"lo.view", "lang"}
    assert len(reaches["losses"].links) >= 5
    assert sum(len(reach.parameters) for reach in reaches.values()) > 450


def test_everything_wrong_at_once(server, reaches):
    """All parameters of a page, those of every page among them, are the same bad value: each page × each value."""
    book = Book()

    async def run() -> None:
        for page, reach in reaches.items():
            await everything(server.url, page, reach, BAD, book)

    asyncio.run(run())
    assert book.tries == len(PAGES) * len(BAD)
    assert book.wrong == []


def test_one_thing_wrong(server, reaches):
    """Every third parameter of every page, each with the next bad value; `python -m tests.load.fuzz` tries them all."""
    book, bad = Book(), cycle(BAD)

    async def run() -> None:
        for n, (page, reach) in enumerate(reaches.items()):
            names = list(reach.parameters)[n % 3 :: 3]
            await single(server.url, page, reach, zip(names, bad, strict=False), book)

    asyncio.run(run())
    assert book.tries > 150
    assert book.wrong == []


def test_five_hundred_states_come_back(server, reaches):
    """Controls moved one after the other, spread over the pages; a stranger at the link sees the same values."""
    book, shares = Book(), Counter(islice(cycle(reaches), STATES))

    async def run() -> None:
        for page, reach in reaches.items():
            await walk(server.url, page, reach, shares[page], random.Random(page), book)

    asyncio.run(run())
    assert book.tries == STATES
    assert book.wrong == []


def chosen(session: Session) -> dict[str, object]:
    """Key -> what a control shows: the places of its options, whatever their words."""
    found = {}
    for widget in session.widgets:
        now = session.value(widget.key or widget.label)
        if parameter(widget) and widget.key != "lang":
            some = now if isinstance(now, list) else [now]
            found[widget.key] = [widget.options.index(one) if one in widget.options else one for one in some]
    return found


def test_another_language_keeps_every_value(server, reaches):
    """On every view of every page: two controls moved, the other language chosen, and each shows what it showed."""
    wrong, seen = [], 0

    async def turn(page: str, link: Query) -> int:
        dice, path = random.Random(f"{page} {link}"), []
        async with await Session.open(server.url, written({**link, "lang": ["en"]}), page) as session:
            await unfold(session)
            for _ in range(2):
                await moved(session, dice, path)
            await unfold(session)
            before = chosen(session)
            await session.set("lang", ["한국어"])
            assert session.query["lang"] == ["ko"]
            await unfold(session)  # a box whose name changes closes
            after = chosen(session)
            wrong.extend((page, link, path, key) for key in before | after if before.get(key) != after.get(key))
            return len(before)

    async def run() -> int:
        return sum([await turn(page, link) for page, reach in reaches.items() for link in reach.links])

    seen = asyncio.run(run())
    assert wrong == []
    assert seen > 700


def test_markup_in_every_text_box(server, reaches):
    """What a person types is shown to that person, as text or not at all, and to nobody else; the page stands."""
    typed = "<img src=x onerror=alert(1)> :red[x] [x](javascript:alert(1))"
    boxes: set[str] = set()

    async def fill(page: str, link: Query) -> None:
        async with await Session.open(server.url, written(link), page) as session:
            await unfold(session)
            new = {w.key for w in session.widgets if w.kind in ("text_input", "text_area")} - boxes
            for key in new:
                await session.set(key, typed)
                assert session.exceptions == [], key
                assert not [text for text in session.rendered if any(mark in text for mark in MARKED)]
                assert typed in "".join(map(str, values(session).values()))
            if new:
                async with await Session.open(server.url, written(link), page) as stranger:
                    await unfold(stranger)
                    assert not [text for text in stranger.texts if "onerror" in text]
            boxes.update(new)

    async def run() -> None:
        for page, reach in reaches.items():
            for link in reach.links:
                await fill(page, link)

    asyncio.run(run())
    assert boxes >= {"my.program", "net.layers", "bp.formula"}


def test_the_server_is_as_it_was(server, reaches):
    """After all of it a fresh visitor finds the same page, and memory has not piled up."""
    before = psutil.Process(server.pid).memory_info().rss

    async def run() -> tuple[list[str], list[str]]:
        async with await Session.open(server.url, "lang=en") as one:
            first = one.texts
        usual = await known(server.url, "", {"lang": ["en"]})
        for name in BAD:
            await everything(
                server.url, "", Reach([{"lang": ["en"]}], {key: {} for key in usual.values}), [name], Book()
            )
        async with await Session.open(server.url, "lang=en") as again:
            return first, again.texts

    first, again = asyncio.run(run())
    assert first == again
    assert psutil.Process(server.pid).memory_info().rss - before < GROWTH
