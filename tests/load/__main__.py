"""Sixty people moving a control every two seconds on one server core: `python -m tests.load --check`."""

import argparse
import asyncio
import os
import random
import sys
import time
from dataclasses import dataclass, field

import psutil

from tests.load.session import Session
from tests.load.wire import Widget, other_value
from tests.server import running_app

CHANGE_P95_SECONDS = 0.5
MEMORY_MB = 300.0
SECONDS_PER_JOIN = 0.1
SHARED = 0.15  # of the server's core; above this the times say more about the machine
MAX_SESSIONS, MAX_SECONDS = 500, 600.0


@dataclass(frozen=True)
class Plan:
    """Who comes, for how long (seconds after all have joined), how often each changes something, and what."""

    sessions: int
    seconds: float
    every: float
    page: str
    only: str


@dataclass
class Record:
    """What all sessions saw: seconds per first paint and per change, bytes per change, and what went wrong."""

    first: list[float] = field(default_factory=list)
    change: list[float] = field(default_factory=list)
    size: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory: float = 0.0
    cpu: float = 0.0
    foreign: float = float("nan")

    def misses(self) -> list[str]:
        """The targets that were not met, in words."""
        found = [f"{len(self.errors)} errors, first: {self.errors[0]}"] if self.errors else []
        if not self.change:
            found.append("nothing was changed")
        elif quantile(self.change, 0.95) > CHANGE_P95_SECONDS:
            found.append(f"change p95 {quantile(self.change, 0.95):.2f} s > {CHANGE_P95_SECONDS} s")
        if self.memory > MEMORY_MB:
            found.append(f"server {self.memory:.0f} MB > {MEMORY_MB:.0f} MB")
        return found

    def table(self) -> str:
        """The figures, one per line."""
        changes = max(1, len(self.change))
        rows = [
            ("first paint p50 / p95", f"{_ms(self.first, 0.5)} / {_ms(self.first, 0.95)} ms"),
            (
                f"change p50 / p95 / max ({len(self.change)})",
                f"{_ms(self.change, 0.5)} / {_ms(self.change, 0.95)} / {_ms(self.change, 1.0)} ms",
            ),
            ("received per change", f"{sum(self.size) / changes / 1000:.1f} kB"),
            ("server CPU per change", f"{self.cpu / changes * 1000:.1f} ms"),
            ("server memory, peak", f"{self.memory:.0f} MB"),
            ("server core taken by other programs", f"{self.foreign:.0%}"),
            ("errors", str(len(self.errors))),
        ]
        return "\n".join(f"{name:<36}{value:>24}" for name, value in rows)


def quantile(values: list[float], q: float) -> float:
    """The smallest value that a share `q` of the values does not exceed; nan of nothing."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


def _ms(values: list[float], q: float) -> str:
    return f"{quantile(values, q) * 1000:.0f}"


async def person(url: str, plan: Plan, number: int, begin: float, record: Record) -> None:
    """Join in turn; from `begin` on move one of the page's sliders every `plan.every` seconds, give or take a half."""
    dice = random.Random(number)
    await asyncio.sleep(number * SECONDS_PER_JOIN)
    query = "lang=ko" if number % 2 else "lang=en"
    try:
        began = time.perf_counter()
        async with await Session.open(url, query, plan.page) as session:
            record.first.append(time.perf_counter() - began)
            record.errors += session.exceptions
            await asyncio.sleep(max(0.0, begin - time.perf_counter()) + plan.every * dice.random())
            while time.perf_counter() < begin + plan.seconds:
                await change(session, plan, dice, record)
                await asyncio.sleep(plan.every * dice.uniform(0.5, 1.5))
    except Exception as error:  # one person's trouble must neither stop the others nor go unseen
        record.errors.append(f"{type(error).__name__}: {error}")


async def change(session: Session, plan: Plan, dice: random.Random, record: Record) -> None:
    """Move one slider of the page to another of its values and note what that took."""
    choices = movable(session, plan.only)
    if not choices:
        raise LookupError("the page has no slider to move")
    widget = dice.choice(choices)
    value = other_value(widget, session.value(widget.key or widget.label), dice.randrange(1000))
    began = time.perf_counter()
    await session.set(widget.key or widget.label, value)
    record.change.append(time.perf_counter() - began)
    record.size.append(session.received)
    record.errors += session.exceptions


def movable(session: Session, only: str) -> list[Widget]:
    """The sliders of the page that a person can move and whose key contains `only`."""
    sliders = [w for w in session.widgets if w.kind in ("select_slider", "slider") and not w.disabled]
    found = [w for w in sliders if only in w.key]
    return [w for w in found if len(w.options) > 1 or w.high > w.low]


async def crowd(url: str, plan: Plan, process: psutil.Process) -> Record:
    """Let everybody join over a ramp, work for `plan.seconds`, and leave; watch the server's process meanwhile."""
    record = Record()
    async with await Session.open(url, page=plan.page) as first:  # the first visitor pays for imports and caches
        record.errors += first.exceptions
    begin = time.perf_counter() + plan.sessions * SECONDS_PER_JOIN + plan.every
    people = [asyncio.create_task(person(url, plan, i, begin, record)) for i in range(plan.sessions)]
    watcher = asyncio.create_task(watch(process, begin, begin + plan.seconds, record))
    await asyncio.gather(*people)
    await watcher
    return record


async def watch(process: psutil.Process, begin: float, end: float, record: Record) -> None:
    """Follow the server's memory, and its CPU time and who else used its core between `begin` and `end`."""
    while time.perf_counter() < begin:
        record.memory = max(record.memory, process.memory_info().rss / 1e6)
        await asyncio.sleep(0.1)
    own, core = _used(process)
    while time.perf_counter() < end:
        record.memory = max(record.memory, process.memory_info().rss / 1e6)
        await asyncio.sleep(0.1)
    own_after, core_after = _used(process)
    record.cpu = own_after - own
    record.foreign = max(0.0, (core_after - core - record.cpu) / (end - begin))


def _used(process: psutil.Process) -> tuple[float, float]:
    """CPU seconds used so far by the process, and by everybody on its core (nan where it is not pinned to one)."""
    times = process.cpu_times()
    cores = process.cpu_affinity() if hasattr(process, "cpu_affinity") else []
    if not cores or len(cores) != 1:
        return times.user + times.system, float("nan")
    core = psutil.cpu_times(percpu=True)[cores[0]]
    return times.user + times.system, core.user + core.nice + core.system + core.irq + core.softirq


def main() -> int:
    """Run the load, print the table; 1 when a target is missed under --check."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--sessions", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=30.0, help="after everybody has joined")
    parser.add_argument("--every", type=float, default=2.0, help="seconds between one person's changes")
    parser.add_argument("--page", default="", help="url path of the page; the default page when left out")
    parser.add_argument("--only", default="", help="move only sliders whose key contains this")
    parser.add_argument("--script", default="app.py")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a target is missed")
    options = parser.parse_args()
    sessions, seconds = min(options.sessions, MAX_SESSIONS), min(options.seconds, MAX_SECONDS)
    plan = Plan(sessions, seconds, options.every, options.page, options.only)
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    # The server has one core to itself, and the crowd may not disturb it.
    with running_app(options.script, cpu=cores[0] if len(cores) > 1 else None) as server:
        if len(cores) > 1:
            os.sched_setaffinity(0, set(cores[1:]))
        record = asyncio.run(crowd(server.url, plan, psutil.Process(server.pid)))
    print(f"{sessions} sessions, one change every {options.every:g} s each, for {seconds:g} s")
    print(record.table())
    for error in sorted(set(record.errors))[:5]:
        print(f"error: {error}")
    if record.foreign > SHARED:
        print("note: other programs had much of the server's core, so these times are not the app's own")
    misses = record.misses()
    print("\n".join(f"missed: {miss}" for miss in misses) or "all targets met")
    return 1 if options.check and misses else 0


if __name__ == "__main__":
    sys.exit(main())
