"""Every page, language, theme and width against axe's rules for WCAG 2.1 A and AA."""

import pytest
from axe_core_python.base import AXE_SCRIPT

from tests.browser.test_player import settled, until
from tests.pages import pages

pytestmark = pytest.mark.browser
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
SCROLLS = (
    "Streamlit gives no tabindex to a box that scrolls; Chromium and Firefox focus it all the same, unknown to axe 4.4."
)
# Inside Streamlit's own elements, out of our reach: (rule, data-testid around the element) -> reason.
ALLOWED = {
    ("scrollable-region-focusable", "stMarkdown"): SCROLLS,
    ("scrollable-region-focusable", "stCode"): SCROLLS,
    ("list", "stSidebarNavItems"): "Streamlit's menu on narrow screens has section headers between its list items.",
    ("listitem", "stSidebarNavItems"): "The same menu: its items stand in a header's box.",
    ("listitem", "stNavSection"): "The same menu.",
}
STYLED = "[...document.querySelectorAll('style')].some((style) => style.textContent.includes('.st-key-split'))"
CHECK = """async (asked) => {
  const { violations, incomplete } = await axe.run(document, asked);
  const broke = ({ none }) => none.some(({ id }) => id === "error-occurred");  // a color that axe cannot read, say
  const failed = incomplete.filter(({ nodes }) => nodes.some(broke));
  const around = (target) => document.querySelector([target[0]].flat()[0])?.closest("[data-testid]")?.dataset.testid;
  return [...violations, ...failed].flatMap(({ id, nodes }) => nodes.map((node) => [id, around(node.target),
    node.html.slice(0, 160),
    node.any.concat(node.all, node.none).map((check) => check.message).join("; ").slice(0, 200)]));
}"""
ALL = {"runOnly": TAGS}
COLORS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}  # what a theme can break
DARK = "getComputedStyle(document.querySelector('.stApp')).colorScheme.includes('dark')"
SIZES = ({"width": 1280, "height": 900}, {"width": 390, "height": 844})


RACE = ["?view=loss&surface=own&f=x%5E2%2B%3F", "?view=notebook&noise=1&SGD.lr=nan&opt=SGD&lang=ko"]


@pytest.mark.parametrize("link", [*(f"{path}?lang={lang}" for path in pages() for lang in ("en", "ko")), *RACE])
def test_no_violation_that_is_ours(new_page, url, link):
    """In light and dark, at 1280 and 390 px, also with a broken formula and a refused link: nobody stumbles."""
    page = new_page(1280, 900, color_scheme="light", reduced_motion="reduce")
    page.goto(f"{url}/{link}")
    page.locator("h1").wait_for()
    if link.startswith("?"):
        settled(page)
    until(page, lambda: page.evaluate(STYLED))
    page.locator(".st-key-split input, .st-key-whole :is(a, button)").first.wait_for(state="attached")
    page.evaluate(AXE_SCRIPT)
    found = []
    for theme, asked in (("light", ALL), ("dark", COLORS)):
        page.emulate_media(color_scheme=theme)
        until(page, lambda dark=theme == "dark": page.evaluate(DARK) == dark)
        for size in SIZES if theme == "light" else reversed(SIZES):  # a window is resized only where it must be
            page.set_viewport_size(size)
            page.locator("[data-test-script-state=notRunning]").wait_for()
            page.wait_for_timeout(250)
            told = page.evaluate(CHECK, asked)
            found += [(theme, size["width"], *one) for one in told if tuple(one[:2]) not in ALLOWED]
    assert found == []
