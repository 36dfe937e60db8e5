"""A slider moved: milliseconds to the picture, bytes and server time for each change."""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack

from playwright.sync_api import Browser

from benchmarks.response.tab import Tab, a_context, visit
from benchmarks.response.table import Row, quantile
from tests.server import Server

POINTS = 7 * 101  # what the landing race draws


def changes(browser: Browser, servers: dict[str, Server], count: int) -> Iterator[Row]:
    """Slider to picture, bytes and server time per change; `count` changes each, in turn, none of them cached."""
    tabs: dict[str, list[Tab]] = {name: [] for name in servers}
    for visitor in range(-(-count // 33)):
        with ExitStack() as stack:
            now = {}
            for name, server in servers.items():
                context = stack.enter_context(a_context(browser))
                now[name], _ = visit(context, server, f"Adam.lr=0.0001&x0={-7 - visitor / 100}")
                tabs[name].append(now[name])
            take_turns(now, min(33, count - 33 * visitor), visitor)
    shown = {name: [s for tab in each for _, s in tab.samples] for name, each in tabs.items()}
    drawn = {name: [d for tab in each for d, _ in tab.samples] for name, each in tabs.items()}
    size = {name: [s for tab in each for s in tab.sizes] for name, each in tabs.items()}
    cpu = {name: sum(tab.cpu for tab in each) / count for name, each in tabs.items()}
    for label, q, most in (("p50", 0.5, 1.1), ("p95", 0.95, 1.3)):
        yield Row(f"slider to painted, {label}", quantile(shown["ours"], q), quantile(shown["floor"], q), most)
    yield Row("  the same beside an empty page", quantile(shown["ours"], 0.5), quantile(shown["empty"], 0.5), 1.6)
    yield Row("slider to drawn, p50 (no frame added)", quantile(drawn["ours"], 0.5), quantile(drawn["floor"], 0.5))
    mean = {name: statistics.fmean(sizes) / 1000 for name, sizes in size.items()}
    yield Row("received per change", mean["ours"], mean["floor"], 20 + 12 * POINTS / 1000, "kB", of_peer=False)
    yield Row("server CPU per change", cpu["ours"], cpu["floor"], 20, of_peer=False)
    yield Row("  the same beside an empty page", cpu["ours"], cpu["empty"])


# Other pages with a player: the slider that is moved there, and the link that puts it at its low end.
OTHERS = {
    "inside": ("lr", "in.opt=Adam&in.Adam.lr=0.0001&in.x0={x}"),
    "own": ("lr", "my.set.lr=0.0001&my.view=notebook&x0={x}"),
    "batch": ("SGD · lr", "ba.line.SGD.lr=0.002&ba.x0={x}"),
}


def others(browser: Browser, servers: dict[str, Server], count: int) -> Iterator[Row]:
    """The other pages with a player, each beside itself with five points in its place."""
    for path, (slider, link) in OTHERS.items():
        with ExitStack() as stack:
            tabs = {
                name: visit(stack.enter_context(a_context(browser)), servers[name], link.format(x=-6), path, slider)[0]
                for name in ("ours", "floor")
            }
            take_turns(tabs, min(count, 16), 0)
        shown = {name: [time for _, time in tab.samples] for name, tab in tabs.items()}
        for label, q, most in (("p50", 0.5, 1.1), ("p95", 0.95, 1.3)):
            yield Row(
                f"{path}: slider to painted, {label}", quantile(shown["ours"], q), quantile(shown["floor"], q), most
            )
        cpu = tabs["ours"].cpu / len(tabs["ours"].samples)
        yield Row(f"{path}: server CPU per change", cpu, tabs["floor"].cpu / len(tabs["floor"].samples))


def take_turns(tabs: dict[str, Tab], count: int, first: int) -> None:
    """`count` changes on each page, one after the other; who begins changes, too."""
    names = list(tabs)
    for name in names:  # the first change of a page is not like the others
        tabs[name].page.bring_to_front()
        tabs[name].press()
        tabs[name].samples.clear()
        tabs[name].sizes.clear()
        tabs[name].cpu = 0.0
    for turn in range(count):
        at = (turn + first) % len(names)
        for name in names[at:] + names[:at]:
            tabs[name].page.bring_to_front()
            tabs[name].press()
