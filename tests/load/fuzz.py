"""Links nobody should write, to every page over its own protocol: `python -m tests.load.fuzz`."""

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlencode

import psutil

from optim_viz.ui.site import PAGES
from tests.load.explore import EVERYWHERE, Query, Reach, explore, parameter, unfold, written
from tests.load.session import Session
from tests.load.wire import Widget, other_value
from tests.server import running_app

# As they stand in the link, already quoted: some are no quoted text at all.
BAD: dict[str, list[str]] = {
    name: [quote(text, safe="")] for name, text in {
        "empty": "", "long": "ab" * 5000, "no number": "NaN", "infinite": "-inf", "overflow": "1e309",
        "negative zero": "-0.0", "huge": "9" * 400, "negative": "-999999999", "spelled otherwise": "0.50 ",
        "exponent": "1_0", "Korean": "경사 하강법", "right to left": "\u202eeparg\u202c", "emoji": "💥👩‍👩‍👧",
        "full width": "１２", "NUL": "a\0b", "lines": "a\r\nSet-Cookie: b\t", "markup": "<img src=x onerror=alert(1)>",
        "script": "</script><script>alert(1)</script>", "markdown": "[x](javascript:alert(1)) :red[x] **b** $x$",
        "query": "'; DROP TABLE cells; --", "path": "../../../../etc/passwd", "format": "{0.__class__} %s %n ${7*7}",
        "JSON": '{"a": [1, null]}', "array": "[1, 2, 3]", "true": "True",
    }.items()
}  # fmt: skip
BAD |= {"repeated": ["1", "2", "zz"], "broken percent": ["%zz%"], "broken UTF-8": ["%ff%fe%C0%AF"],
        "surrogate": ["%ED%A0%80"]}  # fmt: skip
MOVES = 10  # of one person, one after the other
MARKED = ("<img src=x", "<script>alert", "](javascript:", ":red[x]")  # a person's text where it would be rendered


@dataclass
class Known:
    """A page at a link without anything wrong: its parameters and their values, at once and with all boxes open."""

    shown: dict[str, Any]
    values: dict[str, Any]
    texts: int


@dataclass
class Book:
    """What was tried, and what went wrong."""

    tries: int = 0
    slowest: tuple[float, str] = (0.0, "")
    wrong: list[str] = field(default_factory=list)

    def add(self, what: str, seconds: float, problems: Iterable[str]) -> None:
        self.tries += 1
        self.slowest = max(self.slowest, (seconds, what))
        self.wrong += [f"{what}: {problem}" for problem in problems]


def values(session: Session) -> dict[str, Any]:
    """Parameter -> value of its control."""
    return {name: session.value(w.key or w.label) for w in session.widgets if (name := parameter(w))}


async def known(url: str, page: str, link: Query) -> Known:
    """The page as it opens there."""
    async with await Session.open(url, written(link), page) as session:
        shown, texts = values(session), len(session.texts)
        await unfold(session)
        assert session.exceptions == [], (page, link, session.exceptions)
        return Known(shown, values(session), texts)


def spoiled(link: Query, bad: Mapping[str, list[str]]) -> str:
    """The query string of `link` with `bad` values, which are quoted already, in it."""
    rest = {key: value for key, value in link.items() if key not in bad}
    more = "&".join(f"{quote(key)}={value}" for key, given in bad.items() for value in given)
    return "&".join(filter(None, (urlencode(rest, doseq=True), more)))


async def attempt(url: str, page: str, link: Query, bad: Mapping[str, list[str]], usual: Known) -> list[str]:
    """Open the page with bad values; what is wrong with what is shown."""
    async with await Session.open(url, spoiled(link, bad), page) as session:
        found = [*session.exceptions, *(["the run did not finish"] if session.finished != 0 else [])]
        texts, now, said = len(session.texts), values(session), session.kinds("alert")
        if any(name in usual.values and name not in now for name in bad):
            said += await unfold(session)
            now = values(session)
        changed = {name for name in bad if name in usual.values and now.get(name) != usual.values[name]}
        if not changed:
            found += [f"without {name}" for name in usual.shown if name not in now]
            if texts < usual.texts // 2:
                found.append("half of the page is missing")
        for name, given in bad.items():
            silent = name in now and name not in changed and name not in session.query and not said
            if silent and not harmless(given, usual.values[name]):
                found.append(f"{name} fell back without a word")
        if changed and len(bad) == 1 and any("default is used" in text for text in said):
            found.append("it says that the default is used, which is not so")
        found += [f"rendered: {text[:80]!r}" for text in session.rendered if any(mark in text for mark in MARKED)]
        return found + [error for error in session.exceptions if error not in found]


def harmless(given: list[str], usual: Any) -> bool:
    """Nothing was asked for, or the very value that is there anyway."""
    last = unquote(given[-1])
    try:
        return not any(given) or last.lower() == str(usual).lower() or float(last) == float(usual)
    except (TypeError, ValueError):
        return False


async def everything(url: str, page: str, reach: Reach, names: Iterable[str], book: Book) -> None:
    """All parameters of a page are the same bad value, at each of its links in turn."""
    cache: dict[str, Known] = {}
    for k, name in enumerate(names):
        link = reach.links[k % len(reach.links)]
        usual = cache.get(written(link)) or cache.setdefault(written(link), await known(url, page, link))
        bad = dict.fromkeys((key for key in (*EVERYWHERE, *reach.parameters) if key not in link), BAD[name])
        begun = time.perf_counter()
        found = await attempt(url, page, link, bad, usual)
        book.add(f"/{page}?{written(link)} everything {name}", time.perf_counter() - begun, found)


async def single(url: str, page: str, reach: Reach, pairs: Iterable[tuple[str, str]], book: Book) -> None:
    """One parameter is wrong: each of the pairs (parameter, name of a bad value)."""
    cache: dict[str, Known] = {}
    for key, name in pairs:
        link = reach.parameters[key]
        usual = cache.get(written(link)) or cache.setdefault(written(link), await known(url, page, link))
        begun = time.perf_counter()
        found = await attempt(url, page, link, {key: BAD[name]}, usual)
        book.add(f"/{page}?{written(link)} {key} = {name}", time.perf_counter() - begun, found)


async def walk(url: str, page: str, reach: Reach, states: int, dice: random.Random, book: Book) -> None:
    """Move one control after the other; after each the link, opened by somebody else, shows the same values."""
    for first in range(0, states, MOVES):
        path = [written(dice.choice(reach.links))]
        async with await Session.open(url, path[0], page) as session:
            if first % (2 * MOVES):
                await unfold(session)
            for _ in range(min(MOVES, states - first)):
                begun = time.perf_counter()
                widget = await moved(session, dice, path)
                found = session.exceptions or await _restored(url, page, session)
                book.add(f"/{page} {' → '.join(path)} ({widget})", time.perf_counter() - begun, found)


async def moved(session: Session, dice: random.Random, path: list[str]) -> str:
    """Move one of the controls that are in the link, and add it to `path`; its key."""
    movable = [w for w in session.widgets if parameter(w) and not w.disabled and _ways(w, session.value(w.key), dice)]
    if not movable:
        await session.rerun()
        return "nothing to move"
    widget = dice.choice(movable)
    value = dice.choice(_ways(widget, session.value(widget.key), dice))
    path.append(f"{widget.key} = {value}")
    await session.set(widget.key, value)
    return widget.key


def _ways(widget: Widget, now: Any, dice: random.Random) -> list[Any]:
    """Values the control offers itself, other than the one it has."""
    match widget.kind:
        case "checkbox":
            return [not now]
        case "number_input":
            low, high = max(widget.low, -1000), min(widget.high, 1000)
            return [float(dice.randint(round(low), round(high)))]
        case "button_group" if len(now or []) > 1:
            return [sorted(dice.sample(widget.options, dice.randint(1, len(widget.options))), key=widget.options.index)]
        case "button_group" | "select_slider" | "radio" | "selectbox" if len(widget.options) > 1:
            return [other_value(widget, now, dice.randrange(1000))]
    return []


async def _restored(url: str, page: str, session: Session) -> list[str]:
    async with await Session.open(url, written(session.query), page) as again:
        mine, theirs = values(session), values(again)
        told = [name for w in session.widgets if (name := parameter(w)) and session.value(w.key) != w.default]
        if set(told) - set(theirs):  # at its default a folded control is not even made
            await unfold(again)
            theirs = values(again)
        left = {parameter(w) for w in session.widgets if session.value(w.key) == w.default}
        left |= theirs.keys() - mine.keys()  # folded there
        left &= {parameter(w) for w in again.widgets if again.value(w.key) == w.default}  # nobody's choice in both
        differ = [name for name in theirs if mine.get(name) != theirs[name] and name not in left]
        differ += [name for name in told if name not in theirs]
        return [*again.exceptions, *(f"{name} is {theirs.get(name)!r}, was {mine.get(name)!r}" for name in differ)]


async def main_run(url: str, pages: list[str], states: int, seed: int, views: bool) -> Book:
    """The whole product, page after page, with what it comes to."""
    total = Book()
    for page in pages:
        reach, book, begun = await explore(url, page, views), Book(), time.perf_counter()
        await everything(url, page, reach, (name for name in BAD for _ in reach.links), book)
        await single(url, page, reach, ((key, name) for key in reach.parameters for name in BAD), book)
        await walk(url, page, reach, states, random.Random(f"{seed} {page}"), book)
        seconds = time.perf_counter() - begun
        print(f"/{page:<12} {len(reach.parameters):4} parameters, {len(reach.links):3} views, {book.tries:5} links, "
              f"{len(book.wrong):3} wrong, {seconds:5.0f} s, slowest {book.slowest[0]:.2f} s", flush=True)  # fmt: skip
        for line in book.wrong[:20]:
            print(f"    {line[:400]}", flush=True)
        total.tries += book.tries
        total.wrong += book.wrong
    return total


def main() -> int:
    """Try them all, print what is wrong; 1 when anything is."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.fuzz", description=__doc__)
    parser.add_argument("--pages", default="", help="url paths of pages, by commas; all when left out")
    parser.add_argument("--states", type=int, default=100, help="states of each page whose link is opened again")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--views", action="store_true", help="only what the views show, not what every choice brings")
    options = parser.parse_args()
    pages = options.pages.split(",") if options.pages else [page.path for page in PAGES]
    with running_app() as server:
        book = asyncio.run(main_run(server.url, pages, options.states, options.seed, options.views))
        memory = psutil.Process(server.pid).memory_info().rss / 1e6
    print(f"{book.tries} links, {len(book.wrong)} wrong, server {memory:.0f} MB at the end")
    return 1 if book.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
