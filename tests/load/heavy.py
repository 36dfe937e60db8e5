"""A few sessions that compute as much as a page allows, while others move sliders; then Stop, and a closed tab."""

import asyncio
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

import psutil

from tests.load.crowd import Plan, Record, crowd
from tests.load.session import Session

# Page -> button, Stop, link: each is told to take most of the minute that a page allows.
JOBS = {
    "train": ("train", "stop", {"net.data": "digits", "net.layers": "300, 300", "net.epochs": "100"}),
    "book": ("bkrun", "bkstop", {"bk.experiment": "hyperparameter_optimization", "bk.seed": "9"}),
    "sharp": ("measure", "sharpstop", {"sharp.updates": "10000", "sharp.seeds": "10"}),
}
LOOKS, PAUSE, LONGEST = 4, 0.3, 30.0


@dataclass
class Ends:
    """How long after Stop and after a closed tab the work went on, in seconds; what the others saw meanwhile."""

    others: Record
    stops: list[float] = field(default_factory=list)
    closed: list[float] = field(default_factory=list)
    waited: bool = False  # was told its place in the queue


async def heavy(url: str, count: int, plan: Plan, process: psutil.Process) -> Ends:
    """`count` sessions at work as long as the crowd of `plan` is there; all but one press Stop, that one goes away."""
    stop, leave, ends = asyncio.Event(), asyncio.Event(), Ends(Record())
    before = {thread.id for thread in process.threads()}
    people = asyncio.create_task(crowd(url, plan, process))
    names = [list(JOBS)[k % len(JOBS)] for k in range(count)]
    tasks = [asyncio.create_task(_busy(url, name, stop, ends)) for name in names[1:]]
    tab = asyncio.create_task(_tab(url, names[0], leave, ends))
    await asyncio.sleep(plan.seconds)
    stop.set()
    await asyncio.gather(*tasks)
    work = await _at_work(process, before)
    leave.set()
    await tab
    began = time.perf_counter()
    while work & {thread.id for thread in process.threads()} and time.perf_counter() < began + LONGEST:
        await asyncio.sleep(0.01)
    ends.closed.append(time.perf_counter() - began)
    ends.others = await people
    return ends


async def _busy(url: str, name: str, stop: asyncio.Event, ends: Ends) -> None:
    """Work without a pause, and in the end Stop."""
    async with await Session.open(url, urlencode(JOBS[name][2]), name) as session:
        await _work(session, name, stop, ends)
        while JOBS[name][1] not in [widget.key for widget in session.widgets]:
            await session.listen(0.05)
        began = time.perf_counter()
        await session.press(JOBS[name][1])
        ends.stops.append(time.perf_counter() - began)
        ends.others.merge(session.exceptions, name)


async def _tab(url: str, name: str, leave: asyncio.Event, ends: Ends) -> None:
    """Work without a pause, and in the end nobody is there."""
    async with await Session.open(url, urlencode(JOBS[name][2]), name) as session:
        await _work(session, name, leave, ends)


async def _work(session: Session, name: str, until: asyncio.Event, ends: Ends) -> None:
    await session.begin(JOBS[name][0])
    while not until.is_set():
        if await session.listen(0.2):
            ends.others.merge(session.exceptions, name)
            await session.begin(JOBS[name][0])
        ends.waited |= any(text.startswith("Waiting for its turn") for text in session.texts)


async def _at_work(process: psutil.Process, before: set[int]) -> set[int]:
    """The threads that have been there for a while, and were not before: those of pages that compute."""
    found: set[int] | None = None
    for _ in range(LOOKS):
        now = {thread.id for thread in process.threads()} - before
        found = now if found is None else found & now
        await asyncio.sleep(PAUSE)
    return found or set()
