"""How fast the race answers in a real browser, beside the least the platform can do: `python -m benchmarks response`.

Three apps run at once, each in a process of its own on one core, the browser on another: *ours*; the *floor*, the
same page with the player swapped for five points in a Plotly chart; and an *empty* page with one slider and that
chart. Keys are pressed and times taken inside the page, turn by turn, so that all meet the same weather.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from playwright.sync_api import Browser

from benchmarks.response.changes import changes, others
from benchmarks.response.labs import labs
from benchmarks.response.loads import cold_loads, first_loads
from benchmarks.response.playing import fifty, playing
from benchmarks.response.tab import APPS, SERVER_CORE, a_browser, a_context, visit
from benchmarks.response.table import HEAD, Row, line
from tests.browser.provide import executable
from tests.server import Server, running_app

PARTS = ("changes", "others", "labs", "loads", "cold", "playing", "fifty")


def measure(parts: tuple[str, ...] = PARTS, count: int = 66, rounds: int = 5) -> Iterator[Row]:
    """Run the parts asked for; servers on the first core, the browser on the others."""
    work: dict[str, Callable[[Browser, dict[str, Server]], Iterator[Row]]] = {
        "changes": lambda browser, servers: changes(browser, servers, count),
        "others": lambda browser, servers: others(browser, servers, count),
        "labs": lambda browser, servers: labs(browser, servers, count),
        "loads": lambda browser, servers: first_loads(browser, servers, rounds),
        "cold": lambda browser, _: cold_loads(browser, 2),
        "playing": lambda browser, servers: playing(browser, servers["ours"], rounds),
        "fifty": lambda browser, servers: fifty(browser, servers),
    }
    chromium = executable()
    with ExitStack() as stack:
        servers = {name: stack.enter_context(running_app(file, cpu=SERVER_CORE)) for name, file in APPS.items()}
        for part in parts:
            with a_browser(chromium, apart=part != "playing") as browser:
                for server in servers.values():
                    with a_context(browser) as context:
                        visit(context, server, "")
                yield from work[part](browser, servers)


def main(argv: list[str] | None = None) -> int:
    """Measure, print the table; 1 when a target is missed under --check."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks response", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"some of {', '.join(PARTS)}; all when left out")
    parser.add_argument("--changes", type=int, default=66, help="slider moves on each page")
    parser.add_argument("--rounds", type=int, default=5, help="first loads, and rounds of playing")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a target is missed")
    options = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no server is left behind
    missed = 0
    print(line(HEAD), flush=True)
    for row in measure(tuple(options.parts) or PARTS, options.changes, options.rounds):
        missed += row.met is False
        print(line(row.cells()), flush=True)
    if hasattr(os, "getloadavg"):  # times and frames of a crowded machine say little
        print(f"Processes waiting for this machine's {os.cpu_count()} cores, last 5 minutes: {os.getloadavg()[1]:.1f}")
    return int(options.check and missed > 0)
