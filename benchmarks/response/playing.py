"""Paths that play, and what is left of a person's settings after many changes."""

import statistics
from collections.abc import Iterator

from playwright.sync_api import Browser

from benchmarks.response.tab import Tab, a_context, visit
from benchmarks.response.table import Row
from tests.server import Server

SPAN, COUNT = 2500, 50  # milliseconds of playing; changes

PAINTED = """(span) => new Promise((done) => {
  const frames = probe.frames, from = performance.now();
  setTimeout(() => done([probe.frames - frames, performance.now() - from]), span);
})"""


def playing(browser: Browser, server: Server, rounds: int) -> Iterator[Row]:
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
                count, took = blank.page.evaluate("(span) => probe.display(span)", SPAN)
                rates["blank"].append(1000 * count / took)
                tab.page.bring_to_front()
                tab.page.wait_for_timeout(300)
                before = tab.work()
                count, took = tab.page.evaluate(PAINTED, SPAN)
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


def fifty(browser: Browser, servers: dict[str, Server]) -> Iterator[Row]:
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
            _walk(tab, COUNT)
            growth[name] = (tab.heap() - before) / 1e6
            if name == "ours":
                same = float(tab.page.evaluate(KEPT) == kept and "Momentum" in kept)
                yield Row(f"zoom, step, hidden path kept over {COUNT}", same, None, 1, "", True, of_peer=False)
    yield Row(f"heap growth over {COUNT} changes", growth["ours"], growth["floor"], 2, "MB", of_peer=False)


def _walk(tab: Tab, count: int) -> None:
    """To and fro over the slider, a step at a time."""
    for turn in range(count):
        tab.press("ArrowRight" if turn // 5 % 2 == 0 else "ArrowLeft", settle=20)
