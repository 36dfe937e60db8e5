"""People who come, look at a page, move something twice and go: does the server keep what they leave behind?"""

import asyncio
import random
import time

import psutil

from tests.load.crowd import Plan, Record, change
from tests.load.session import Session

FIRST, AT_ONCE, CHANGES = 100, 10, 2
REST = 6.0  # seconds after which a run of any page clears away what the last guests left


async def guests(url: str, count: int, plan: Plan, process: psutil.Process) -> tuple[list[float], Record]:
    """The server's memory in MB after every FIRST of `count` guests, at most AT_ONCE of them at a time.

    Between two clearings it rises by the sessions that are over; what it keeps of them is told at rest.
    """
    record, sizes = Record(), [process.memory_info().rss / 1e6]
    for begin in range(0, count, FIRST):
        room = asyncio.Semaphore(AT_ONCE)
        numbers = range(begin, min(begin + FIRST, count))
        await asyncio.gather(*(_guest(url, plan, number, room, record) for number in numbers))
        await asyncio.sleep(REST)
        await _guest(url, plan, begin, room, record)
        sizes.append(process.memory_info().rss / 1e6)
    return sizes, record


async def _guest(url: str, plan: Plan, number: int, room: asyncio.Semaphore, record: Record) -> None:
    page, dice = plan.pages[number % len(plan.pages)], random.Random(number)
    async with room:
        try:
            began = time.perf_counter()
            async with await Session.open(url, f"lang={('en', 'ko')[number % 2]}", page) as session:
                record.first.setdefault(page, []).append(time.perf_counter() - began)
                record.merge(session.exceptions, page)
                for _ in range(CHANGES):
                    await change(session, plan, dice, record, page)
        except Exception as error:  # one guest's trouble must neither stop the others nor go unseen
            record.merge([f"{type(error).__name__}: {error}"], page)
