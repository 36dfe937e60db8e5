"""Pictures of every page: `python -m tests.browser.screens [--pages race] [--out screens] [--readme]`."""

import argparse
import itertools
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.provide import executable
from tests.pages import pages
from tests.server import ROOT, running_app

LANGUAGES, THEMES, WIDTHS = ("en", "ko"), ("light", "dark"), {1280: 900, 390: 844}
PLAYED = "element => element.player.playing ? element.player.step >= 0.3 * element.player.steps : true"


def name_of(path: str) -> str:
    """The name of a page in the file names: that of its file."""
    return Path(pages()[path]).stem


def opened(context, address: str):
    """The page at `address`, at rest; if it has an animation, a third of the way."""
    page = context.new_page()
    page.goto(address)
    page.locator(":is(.st-key-split, .st-key-whole) :is(p, input, a, button)").first.wait_for(state="attached")
    page.locator("[data-test-script-state=notRunning]").wait_for()
    for _ in range(200):
        if all(page.locator(".optim-viz:has(canvas)").evaluate_all(f"found => found.map({PLAYED})")):
            break
        page.wait_for_timeout(50)
    page.wait_for_timeout(300)
    return page


def full(page, file: Path) -> None:
    """A picture of everything there is to scroll to: Streamlit scrolls inside a box, so the window is made as tall."""
    tall = page.evaluate("Math.max(...[...document.querySelectorAll('.stMain')].map((main) => main.scrollHeight))")
    width = page.viewport_size["width"]
    page.set_viewport_size({"width": width, "height": min(int(tall) + 60, 12_000)})
    page.wait_for_timeout(400)
    page.screenshot(path=file)


def take(browser, url: str, names: list[str], out: Path) -> list[Path]:
    """One PNG per page, language, theme and width."""
    out.mkdir(parents=True, exist_ok=True)
    taken = []
    wanted = [path for path in pages() if not names or name_of(path) in names]
    for path, lang, theme, width in itertools.product(wanted, LANGUAGES, THEMES, WIDTHS):
        context = browser.new_context(viewport={"width": width, "height": WIDTHS[width]}, color_scheme=theme)
        page = opened(context, f"{url}/{path}?lang={lang}")
        taken.append(out / f"{name_of(path)}-{lang}-{theme}-{width}.png")
        full(page, taken[-1])
        context.close()
    return taken


def readme(browser, url: str, out: Path) -> list[Path]:
    """The picture at the top of README.md: the landing page, in few enough colors to stay below 300 kB."""
    out.mkdir(exist_ok=True)
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light")
    page = opened(context, f"{url}/?lang=en")
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "race.png"
        page.screenshot(path=raw)
        Image.open(raw).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(out / "race.png", optimize=True)
    context.close()
    return [out / "race.png"]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--pages", nargs="*", default=[], help="names of page files; all without")
    asked.add_argument("--out", type=Path, default=ROOT / "screens")
    asked.add_argument("--readme", action="store_true", help="write docs/race.png instead")
    given = asked.parse_args()
    browser_path = executable()
    with running_app() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        if given.readme:
            taken = readme(browser, server.url, ROOT / "docs")
        else:
            taken = take(browser, server.url, given.pages, given.out)
        for file in taken:
            print(f"{file}  {file.stat().st_size // 1000} kB")
        browser.close()


if __name__ == "__main__":
    main()
