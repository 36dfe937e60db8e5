"""A page opened: milliseconds from navigation to the first picture."""

import statistics
from collections.abc import Iterator

from playwright.sync_api import Browser

from benchmarks.response.tab import APPS, SERVER_CORE, a_context, visit
from benchmarks.response.table import Row
from tests.server import Server, running_app


def first_loads(browser: Browser, servers: dict[str, Server], rounds: int) -> Iterator[Row]:
    """Navigation to first picture for new visitors of a warm server."""
    times: dict[str, list[float]] = {name: [] for name in servers}
    names = list(servers)
    for turn in range(rounds):
        for name in names[turn % 3 :] + names[: turn % 3]:
            with a_context(browser) as context:
                times[name].append(visit(context, servers[name], f"x0={-6 - turn / 100}")[1])
    middle = {name: statistics.median(each) for name, each in times.items()}
    yield Row("first load, median", middle["ours"], middle["floor"], 1.3)
    yield Row("  the same beside an empty page", middle["ours"], middle["empty"])


def cold_loads(browser: Browser, rounds: int) -> Iterator[Row]:
    """The very first visit of a server that has just started."""
    times: dict[str, list[float]] = {"ours": [], "floor": []}
    for _ in range(rounds):
        for name, each in times.items():
            with running_app(APPS[name], cpu=SERVER_CORE) as server, a_context(browser) as context:
                each.append(visit(context, server, "")[1])
    yield Row("first load, cold server", statistics.median(times["ours"]), statistics.median(times["floor"]), 1.3)
