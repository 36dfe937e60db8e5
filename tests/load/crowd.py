"""People who come, each on a page of their own, and move a control every two seconds."""

import asyncio
import random
import time
from dataclasses import dataclass, field

import psutil

from tests.load.session import Session
from tests.load.wire import Widget, other_value

SECONDS_PER_JOIN = 0.1
SLIDERS, CHOICES = ("select_slider", "slider"), ("button_group", "selectbox", "radio", "checkbox")


@dataclass(frozen=True)
class Plan:
    """Who comes, for how long (seconds after all have joined), how often each changes something, where, and what."""

    sessions: int
    seconds: float
    every: float = 2.0
    pages: tuple[str, ...] = ("",)
    only: str = ""
    choices: float = 0.0  # share of the changes that are views, presets and the like, where a page has sliders, too


@dataclass
class Record:
    """What all sessions saw: seconds per first paint and per change by page, bytes per change, what went wrong."""

    first: dict[str, list[float]] = field(default_factory=dict)
    change: dict[str, list[float]] = field(default_factory=dict)
    size: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    before: float = 0.0
    memory: float = 0.0
    cpu: float = 0.0
    foreign: float = float("nan")

    @property
    def firsts(self) -> list[float]:
        return [seconds for each in self.first.values() for seconds in each]

    @property
    def changes(self) -> list[float]:
        return [seconds for each in self.change.values() for seconds in each]

    def took(self, seconds: float, page: str, what: str, size: int) -> None:
        """Note a change."""
        self.change.setdefault(page, []).append(seconds)
        self.size.append(size)
        self.slowest = sorted([*self.slowest, (seconds, f"{page or 'race'} {what}")], reverse=True)[:8]

    def merge(self, errors: list[str], page: str) -> None:
        self.errors += [f"{page or 'race'}: {error}" for error in errors]


def quantile(values: list[float], q: float) -> float:
    """The smallest value that a share `q` of the values does not exceed; nan of nothing."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


class Start:
    """The moment at which all are there."""

    def __init__(self, missing: int) -> None:
        self.missing, self.at, self.all = missing, 0.0, asyncio.Event()

    def came(self) -> None:
        """One more is there, or will not come."""
        self.missing -= 1
        if self.missing == 0:
            self.at = time.perf_counter()
            self.all.set()

    async def wait(self) -> float:
        """One more has come; gives the moment when all have."""
        self.came()
        await self.all.wait()
        return self.at


async def person(url: str, plan: Plan, number: int, start: Start, record: Record) -> None:
    """Join in turn; when all are there move one of the page's controls every `plan.every` seconds, more or less."""
    dice, page = random.Random(number), plan.pages[number % len(plan.pages)]
    await asyncio.sleep(number * SECONDS_PER_JOIN)
    query = "lang=ko" if number // len(plan.pages) % 2 else "lang=en"
    try:
        began = time.perf_counter()
        async with await Session.open(url, query, page) as session:
            record.first.setdefault(page, []).append(time.perf_counter() - began)
            record.merge(session.exceptions, page)
            end = await start.wait() + plan.seconds
            await asyncio.sleep(plan.every * dice.random())
            while time.perf_counter() < end:
                await change(session, plan, dice, record, page)
                await asyncio.sleep(plan.every * dice.uniform(0.5, 1.5))
    except Exception as error:  # one person's trouble must neither stop the others nor go unseen
        record.merge([f"{type(error).__name__}: {error}"], page)
        start.came()  # the others need not wait for this one


async def change(session: Session, plan: Plan, dice: random.Random, record: Record, page: str) -> None:
    """Move one control of the page to another of its values and note what that took; a page without one runs again."""
    sliders, choices = (movable(session, kinds, plan.only) for kinds in (SLIDERS, CHOICES))
    some = choices if choices and (not sliders or dice.random() < plan.choices) else sliders
    began, what = time.perf_counter(), "again"
    if some:
        widget = dice.choice(some)
        name = widget.key or widget.label
        value = other_value(widget, session.value(name), dice.randrange(1000))
        what = f"{name}={value}"
        await session.set(name, value)
    else:
        await session.rerun()
    record.took(time.perf_counter() - began, page, what, session.received)
    record.merge(session.exceptions, page)


def movable(session: Session, kinds: tuple[str, ...], only: str = "") -> list[Widget]:
    """The controls of these kinds that a person can move, apart from the language, whose key contains `only`."""
    found = [w for w in session.widgets if w.kind in kinds and not w.disabled and w.key != "lang" and only in w.key]
    return [w for w in found if w.kind == "checkbox" or len(w.options) > 1 or w.high > w.low]


async def crowd(url: str, plan: Plan, process: psutil.Process) -> Record:
    """Let everybody join over a ramp, work for `plan.seconds`, and leave; watch the server's process meanwhile."""
    record = Record()
    async with await Session.open(url, page=plan.pages[0]) as first:  # the first visitor pays for imports
        record.merge(first.exceptions, plan.pages[0])
    record.before = process.memory_info().rss / 1e6
    start = Start(plan.sessions + 1)
    people = [asyncio.create_task(person(url, plan, i, start, record)) for i in range(plan.sessions)]
    watcher = asyncio.create_task(watch(process, start, plan.seconds, record))
    await asyncio.gather(*people)
    await watcher
    return record


async def watch(process: psutil.Process, start: Start, seconds: float, record: Record) -> None:
    """Follow the server's memory, and its CPU time and who else used its core in the seconds after all have come."""
    all_there = asyncio.create_task(start.wait())
    while not all_there.done():
        await _look(process, record)
    own, core = used(process)
    while time.perf_counter() < start.at + seconds:
        await _look(process, record)
    own_after, core_after = used(process)
    record.cpu = own_after - own
    record.foreign = max(0.0, (core_after - core - record.cpu) / seconds)


async def _look(process: psutil.Process, record: Record) -> None:
    record.memory = max(record.memory, process.memory_info().rss / 1e6)
    await asyncio.sleep(0.1)


def used(process: psutil.Process) -> tuple[float, float]:
    """CPU seconds used so far by the process, and by everybody on its core (nan where it is not pinned to one)."""
    times = process.cpu_times()
    cores = process.cpu_affinity() if hasattr(process, "cpu_affinity") else []
    if not cores or len(cores) != 1:
        return times.user + times.system, float("nan")
    core = psutil.cpu_times(percpu=True)[cores[0]]
    return times.user + times.system, core.user + core.nice + core.system + core.irq + core.softirq
