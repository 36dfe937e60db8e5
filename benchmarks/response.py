"""How fast the race answers in a real browser, beside the least the platform can do: `python -m benchmarks response`.

Three apps run at once, each in a process of its own on one core, the browser on another: *ours*; the *floor*, the
same page with the player swapped for five points in a Plotly chart; and an *empty* page with one slider and that
chart. Keys are pressed and times taken inside the page, turn by turn, so that all meet the same weather.
"""

import argparse
import os
import signal
import statistics
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.provide import executable
from tests.server import Server, running_app

PAGES = Path(__file__).with_name("response_pages")
APPS = {"ours": "app.py", "floor": str(PAGES / "floor.py"), "empty": str(PAGES / "empty.py")}
SLIDER = "Adam · lr"
POINTS = 7 * 101  # what the landing race draws
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
LONGEST = 60_000  # milliseconds
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
SERVER_CORE = CORES[0] if len(CORES) > 1 else None


@dataclass
class Row:
    """One line of the table: our figure, the peer's, what is compared, and the most (or least) allowed."""

    name: str
    ours: float
    floor: float | None = None
    target: float | None = None
    unit: str = "ms"
    least: bool = False
    of_peer: bool = True

    @property
    def ratio(self) -> float | None:
        return self.ours / self.floor if self.floor else None

    @property
    def met(self) -> bool | None:
        value = self.ratio if self.of_peer else self.ours
        if self.target is None or value is None:
            return None
        return value >= self.target if self.least else value <= self.target

    def cells(self) -> list[str]:
        sign = "≥" if self.least else "≤"
        unit = "×" if self.of_peer else f" {self.unit}"
        target = "" if self.target is None else f"{sign} {self.target:.3g}{unit}"
        met = {None: "", True: "yes", False: "NO"}[self.met]
        peer = "" if self.floor is None else f"{self.floor:.4g} {self.unit}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return [self.name, f"{self.ours:.4g} {self.unit}", peer, ratio, target, met]


@dataclass
class Tab:
    """A page of one app, and what came over its socket."""

    page: Page
    server: Server | None = None
    slider: str = SLIDER
    received: int = 0
    samples: list[tuple[float, float]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    cpu: float = 0.0

    def __post_init__(self) -> None:
        self.tools = self.page.context.new_cdp_session(self.page)
        self.tools.send("Network.enable")
        self.tools.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.tools.on("Network.webSocketFrameReceived", self._came)

    def _came(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        data = frame["payloadData"]
        self.received += len(b64decode(data)) if frame["opcode"] == 2 else len(data.encode())

    def press(self, key: str = "ArrowRight", settle: int = 120) -> None:
        """One change, and a moment for what is still under way."""
        before, used = self.received, cpu_of(self.server)
        self.samples.append(tuple(self.page.evaluate("([label, key]) => probe.press(label, key)", [self.slider, key])))
        self.page.wait_for_timeout(settle)
        self.sizes.append(self.received - before)
        self.cpu += cpu_of(self.server) - used

    def heap(self) -> float:
        """Bytes of JavaScript in use, garbage collected."""
        self.tools.send("HeapProfiler.collectGarbage")
        return self.tools.send("Runtime.getHeapUsage")["usedSize"]

    def work(self) -> float:
        """Milliseconds of processor time the page's main thread has spent on tasks."""
        found = self.tools.send("Performance.getMetrics")["metrics"]
        return 1000 * next(one["value"] for one in found if one["name"] == "TaskDuration")

    def throttle(self, times: int) -> None:
        self.tools.send("Emulation.setCPUThrottlingRate", {"rate": times})


def cpu_of(server: Server | None) -> float:
    """Milliseconds of processor time a server has used; 0 where the system does not say."""
    with suppress(OSError):
        if server is not None:
            fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) * 1000 / TICKS
    return 0.0


def quantile(values: list[float], q: float) -> float:
    """The smallest value that a share `q` of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


@contextmanager
def a_context(browser: Browser, still: bool = True) -> Iterator[BrowserContext]:
    """A fresh visitor; `still` asks for reduced motion, so that the player rests unless told to play."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="en-US", reduced_motion="reduce" if still else "no-preference"
    )
    context.set_default_timeout(LONGEST)
    context.add_init_script(path=PAGES / "probe.js")
    try:
        yield context
    finally:
        context.close()


def visit(
    context: BrowserContext, server: Server, query: str, path: str = "", slider: str = SLIDER
) -> tuple[Tab, float]:
    """Open an app and wait for its first picture: the tab, and milliseconds from navigation to that picture."""
    tab = Tab(context.new_page(), server, slider)
    tab.page.goto(f"{server.url}/{path}?{query}")
    tab.page.wait_for_function("() => probe.first")
    return tab, tab.page.evaluate("() => probe.first.shown")


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
            _take_turns(now, min(33, count - 33 * visitor), visitor)
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
            _take_turns(tabs, min(count, 16), 0)
        shown = {name: [time for _, time in tab.samples] for name, tab in tabs.items()}
        for label, q, most in (("p50", 0.5, 1.1), ("p95", 0.95, 1.3)):
            yield Row(
                f"{path}: slider to painted, {label}", quantile(shown["ours"], q), quantile(shown["floor"], q), most
            )
        cpu = tabs["ours"].cpu / len(tabs["ours"].samples)
        yield Row(f"{path}: server CPU per change", cpu, tabs["floor"].cpu / len(tabs["floor"].samples))


def _take_turns(tabs: dict[str, Tab], count: int, first: int) -> None:
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


PAINTED = """(span) => new Promise((done) => {
  const frames = probe.frames, from = performance.now();
  setTimeout(() => done([probe.frames - frames, performance.now() - from]), span);
})"""


def playing(browser: Browser, server: Server, rounds: int, span: int = 2500) -> Iterator[Row]:
    """Frames really painted while seven paths of 500 steps play, beside the frames an empty page gets."""
    with a_context(browser, still=False) as context:
        tab, _ = visit(context, server, "steps=500")
        blank = Tab(context.new_page())
        blank.page.goto("data:text/html,<title>blank</title>")
        tab.page.bring_to_front()
        tab.page.locator(".optim-viz canvas").press("l")
        for times in (1, 4):
            rates: dict[str, list[float]] = {"ours": [], "blank": []}
            work: list[float] = []
            for one in (tab, blank):
                one.throttle(times)
            for _ in range(rounds):
                blank.page.bring_to_front()
                count, took = blank.page.evaluate("(span) => probe.display(span)", span)
                rates["blank"].append(1000 * count / took)
                tab.page.bring_to_front()
                tab.page.wait_for_timeout(300)
                before = tab.work()
                count, took = tab.page.evaluate(PAINTED, span)
                rates["ours"].append(1000 * count / took)
                work.append((tab.work() - before) / max(count, 1))
            where = "" if times == 1 else f", CPU throttled {times}×"
            middle = {name: statistics.median(each) for name, each in rates.items()}
            yield Row(f"frames per second, 7 × 500{where}", middle["ours"], middle["blank"], 0.95, "/s", least=True)
            if times == 1:  # four times as long has to fit into a frame, whatever else the machine does
                yield Row("  main thread's CPU per frame", statistics.median(work), None, 1000 / 60 / 4, of_peer=False)


KEPT = """() => { const find = (root) => { for (const one of root.querySelectorAll("*")) {
  if (one.player) return one; const inner = one.shadowRoot && find(one.shadowRoot); if (inner) return inner; } };
  const { at, zoom, hidden, playing, speed } = find(document).player;
  return JSON.stringify({ at, zoom, hidden, playing, speed }); }"""


def fifty(browser: Browser, servers: dict[str, Server], count: int = 50) -> Iterator[Row]:
    """What a person set in the player is there after fifty changes, and the page has not grown."""
    growth = {}
    for name in ("ours", "floor"):
        with a_context(browser) as context:
            tab, _ = visit(context, servers[name], "Adam.lr=0.0001&x0=-5")
            if name == "ours":
                tab.page.locator(".chip").nth(1).click()
                for key in ("Home", *["ArrowRight"] * 6, "+"):
                    tab.page.locator(".optim-viz canvas").press(key)
            _walk(tab, 6)
            before, kept = tab.heap(), tab.page.evaluate(KEPT) if name == "ours" else ""
            _walk(tab, count)
            growth[name] = (tab.heap() - before) / 1e6
            if name == "ours":
                same = float(tab.page.evaluate(KEPT) == kept and "Momentum" in kept)
                yield Row(f"zoom, step, hidden path kept over {count}", same, None, 1, "", True, of_peer=False)
    yield Row(f"heap growth over {count} changes", growth["ours"], growth["floor"], 2, "MB", of_peer=False)


def _walk(tab: Tab, count: int) -> None:
    """To and fro over the slider, a step at a time."""
    for turn in range(count):
        tab.press("ArrowRight" if turn // 5 % 2 == 0 else "ArrowLeft", settle=20)


HEAD = ["", "ours", "floor", "ratio", "target", "met"]


def line(cells: list[str]) -> str:
    return "{:<46}{:>13}{:>14}{:>7}{:>13}{:>5}".format(*cells)


PARTS = ("changes", "others", "loads", "cold", "playing", "fifty")


def measure(parts: tuple[str, ...] = PARTS, count: int = 66, rounds: int = 5) -> Iterator[Row]:
    """Run the parts asked for; servers on the first core, the browser on the others."""
    work: dict[str, Callable[[Browser, dict[str, Server]], Iterator[Row]]] = {
        "changes": lambda browser, servers: changes(browser, servers, count),
        "others": lambda browser, servers: others(browser, servers, count),
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


@contextmanager
def a_browser(chromium: str, apart: bool) -> Iterator[Browser]:
    """A browser; `apart` from the servers' core. While paths play the servers rest, and a throttled page spins away
    the time it may not use: on a single core it would take that from the browser's own drawing."""
    with ExitStack() as stack:
        if apart and SERVER_CORE is not None:
            os.sched_setaffinity(0, set(CORES[1:]))
            stack.callback(os.sched_setaffinity, 0, set(CORES))
        playwright = stack.enter_context(sync_playwright())
        arguments = ["--no-sandbox", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        stack.callback(browser.close)
        yield browser


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


if __name__ == "__main__":
    sys.exit(main())
