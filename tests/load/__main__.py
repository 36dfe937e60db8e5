"""The app under a class of people, on one server core: `make load`. Each part can be asked for alone."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from optim_viz.ui.site import PAGES
from tests.load.crowd import Plan, Record, crowd, quantile
from tests.load.guests import guests
from tests.load.heavy import heavy
from tests.load.session import Session
from tests.load.tongues import tongues
from tests.server import Server, running_app

SHARED = 0.15  # of the server's core; above this the times say more about the machine
MAX_SESSIONS, MAX_SECONDS = 1000, 600.0
SIXTY = {"first": 4.0, "change": 0.5, "memory": 400.0}
HUNDRED = {"change": 1.0, "memory": 500.0}
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


@dataclass
class Row:
    """One line of the table: what was measured, and the most allowed."""

    name: str
    value: float
    unit: str
    most: float | None = None

    @property
    def met(self) -> bool | None:
        return None if self.most is None else self.value <= self.most

    def __str__(self) -> str:
        target = "" if self.most is None else f"≤ {self.most:g} {self.unit}"
        met = {None: "", True: "yes", False: "NO"}[self.met]
        return f"{self.name:<58}{f'{self.value:.4g} {self.unit}':>14}{target:>12}{met:>5}"


def _seen(title: str, record: Record, limits: dict[str, float]) -> Iterator[Row]:
    """What a crowd saw."""
    changes = record.changes
    yield Row(f"{title}: first paint, p95", quantile(record.firsts, 0.95), "s", limits.get("first"))
    yield Row(f"{title}: change, p50", quantile(changes, 0.5), "s")
    yield Row(f"{title}: change, p95 (of {len(changes)})", quantile(changes, 0.95), "s", limits.get("change"))
    yield Row(f"{title}: server's memory, most", record.memory, "MB", limits.get("memory"))
    yield Row(f"{title}: memory per session", (record.memory - record.before) / max(len(record.firsts), 1), "MB")
    yield Row(f"{title}: server's CPU per change", record.cpu / max(len(changes), 1) * 1000, "ms")
    yield Row(f"{title}: received per change", sum(record.size) / max(len(changes), 1) / 1000, "kB")
    yield from _errors(title, record)
    if record.foreign > SHARED:
        yield Row(f"{title}: core taken by others, so not the app's own", 100 * record.foreign, "%")


def _errors(title: str, record: Record) -> Iterator[Row]:
    for error in sorted(set(record.errors))[:5]:
        print(f"{title}: {error[:300]}", file=sys.stderr)
    yield Row(f"{title}: errors", len(record.errors), "", 0)


@contextmanager
def _server() -> Iterator[tuple[Server, psutil.Process]]:
    """The app on a core of its own where there are two; this process leaves that core alone."""
    with running_app(cpu=CORES[0] if len(CORES) > 1 else None) as server:
        if len(CORES) > 1:
            os.sched_setaffinity(0, set(CORES[1:]))
        try:
            yield server, psutil.Process(server.pid)
        finally:
            if CORES:
                os.sched_setaffinity(0, set(CORES))


def landing(_: int, __: Plan) -> Iterator[Row]:
    """The very first visit."""

    async def visit(url: str) -> None:
        async with await Session.open(url):
            pass

    with _server() as (server, process):
        asyncio.run(visit(server.url))
        yield Row("server's memory after the landing page", process.memory_info().rss / 1e6, "MB", 200)


def sessions(count: int, plan: Plan) -> Iterator[Row]:
    """Everybody on a page of their own choice."""
    limits = SIXTY if count <= 60 else HUNDRED
    with _server() as (server, process):
        record = asyncio.run(crowd(server.url, plan, process))
    yield from _seen(f"{count} sessions", record, limits)
    for page in plan.pages:
        p95, n = quantile(record.change.get(page, []), 0.95), len(record.change.get(page, []))
        print(f"  {page or PAGES[0].name:<14} change p95 {p95:6.2f} s of {n}", file=sys.stderr)
    for seconds, what in record.slowest:
        print(f"  slowest: {seconds:.2f} s  {what[:80]}", file=sys.stderr)


def busy(count: int, plan: Plan) -> Iterator[Row]:
    """Some compute as much as they may."""
    with _server() as (server, process):
        ends = asyncio.run(heavy(server.url, count, plan, process))
    title = f"{plan.sessions} sessions beside {count} at work"
    yield from _seen(title, ends.others, {"change": 1.0})
    yield Row(f"{title}: Stop to stopped, longest", max(ends.stops), "s", 0.5)
    yield Row(f"{title}: closed tab to the end of its work", max(ends.closed), "s", 0.5)
    yield Row(f"{title}: nobody was told a place in the queue", float(not ends.waited), "", 0)


def come_and_go(count: int, plan: Plan) -> Iterator[Row]:
    """What is left of guests."""
    with _server() as (server, process):
        sizes, record = asyncio.run(guests(server.url, count, plan, process))
    print("  MB after each hundred:", " ".join(f"{size:.0f}" for size in sizes), file=sys.stderr)
    yield Row(f"{count} come and go: growth after the first 100", sizes[-1] - sizes[1], "MB", 20)
    yield from _errors(f"{count} come and go", record)


def languages(count: int, plan: Plan) -> Iterator[Row]:
    """Two languages at once."""
    with _server() as (server, _):
        wrong, record = asyncio.run(tongues(server.url, count, plan))
    for text in wrong[:20]:
        print(f"  wrong language: {text[:200]}", file=sys.stderr)
    yield Row(f"{count} sessions, two languages: strings of the wrong one", len(wrong), "", 0)
    yield from _errors(f"{count} sessions, two languages", record)


PARTS: dict[str, tuple[Callable[[int, Plan], Iterator[Row]], tuple[int, ...]]] = {
    "landing": (landing, (1,)),
    "sessions": (sessions, (60, 100)),
    "heavy": (busy, (3,)),
    "come-and-go": (come_and_go, (600,)),
    "languages": (languages, (50,)),
}


def main() -> int:
    """Run the parts asked for, or all of them; 1 when a target is missed under --check."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    for name, (part, counts) in PARTS.items():
        parser.add_argument(f"--{name}", type=int, help=f"{part.__doc__} {' and '.join(map(str, counts))} usually.")
    parser.add_argument("--seconds", type=float, default=30.0, help="after everybody has joined")
    parser.add_argument("--every", type=float, default=2.0, help="seconds between one person's changes")
    parser.add_argument("--pages", default=",".join(page.name for page in PAGES if page.light),
                        help="with commas between them; all light ones without")  # fmt: skip
    parser.add_argument("--only", default="", help="move only controls whose key contains this")
    parser.add_argument("--choices", type=float, default=0.0, help="share of changes that are no sliders")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a target is missed")
    given = vars(parser.parse_args())
    asked = {name: (given[name.replace("-", "_")],) for name in PARTS if given[name.replace("-", "_")] is not None}
    paths = {page.name: page.path for page in PAGES}
    pages = tuple(paths[name] for name in given["pages"].split(","))
    missed = 0
    for name, counts in (asked or {name: usual for name, (_, usual) in PARTS.items()}).items():
        for count in counts:
            people = min(count, MAX_SESSIONS) if name == "sessions" else 60
            plan = Plan(
                people, min(given["seconds"], MAX_SECONDS), given["every"], pages, given["only"], given["choices"]
            )
            for row in PARTS[name][0](min(count, MAX_SESSIONS), plan):
                missed += row.met is False
                print(row, flush=True)
    print("all targets met" if not missed else f"{missed} targets missed")
    return 1 if given["check"] and missed else 0


if __name__ == "__main__":
    sys.exit(main())
