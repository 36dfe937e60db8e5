"""A page of an app in a browser: keys pressed, times taken inside the page, bytes over its socket."""

import os
from base64 import b64decode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.server import Server

PAGES = Path(__file__).parents[1] / "response_pages"
APPS = {"ours": "app.py", "floor": str(PAGES / "floor.py"), "empty": str(PAGES / "empty.py")}
SLIDER = "Adam · lr"
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
LONGEST = 60_000  # milliseconds
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
SERVER_CORE = CORES[0] if len(CORES) > 1 else None


@dataclass
class Tab:
    """A page of one app, and what came over its socket."""

    page: Page
    server: Server | None = None
    slider: str = SLIDER
    keys: tuple[str, ...] = ("ArrowRight",)
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

    def press(self, key: str | None = None, settle: int = 120) -> None:
        """One change, by the next of `keys` unless one is given, and a moment for what is still under way."""
        key = key or self.keys[len(self.samples) % len(self.keys)]
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
