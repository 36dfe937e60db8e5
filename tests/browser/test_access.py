"""Every page and view, language, theme and width against axe's rules for WCAG 2.1 A and AA."""

import itertools

import pytest
from axe_core_python.base import AXE_SCRIPT

from optim_viz.ui.i18n import LANGUAGES
from optim_viz.ui.site import PAGES
from tests.browser.conftest import ours

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
CHECK = """async (asked) => {
  const { violations, incomplete } = await axe.run(document, { ...asked, resultTypes: ["violations", "incomplete"],
    iframes: false, preload: false });
  const broke = ({ none }) => none.some(({ id }) => id === "error-occurred");  // a color that axe cannot read, say
  const failed = incomplete.filter(({ nodes }) => nodes.some(broke));
  const around = (target) => document.querySelector([target[0]].flat()[0])?.closest("[data-testid]")?.dataset.testid;
  return [...violations, ...failed].flatMap(({ id, nodes }) => nodes.map((node) => [id, around(node.target),
    node.html.slice(0, 160),
    node.any.concat(node.all, node.none).map((check) => check.message).join("; ").slice(0, 200)]));
}"""
INKS = ["color-contrast", "link-in-text-block"]
ALL = {"runOnly": TAGS}
COLORS = {"runOnly": {"type": "rule", "values": INKS}}  # all that a theme can break
NAMES = {"runOnly": TAGS, "rules": {rule: {"enabled": False} for rule in INKS}}  # all that a language can break
GO = """to => { history.pushState({}, "", to); dispatchEvent(new PopStateEvent("popstate", { state: {} })); }"""
RESTS = """dark => document.querySelector("[data-test-script-state=notRunning]")
  && !document.querySelector("[data-stale=true]")
  && !document.getAnimations().some((one) => one instanceof CSSTransition && one.playState === "running")
  && document.querySelector(":is(.st-key-split, .st-key-whole) :is(p, input, a, button)")
  && [...document.querySelectorAll("style")].some((style) => style.textContent.includes(".st-key-split"))
  && getComputedStyle(document.querySelector(".stApp")).colorScheme.includes("dark") === dark"""
SIZES = {1280: {"width": 1280, "height": 900}, 390: {"width": 390, "height": 844}}
VIEWS = "[class*='st-key-'][class*='view '] [role=radio]"


class Reader:
    """One window for all pages: what it looks like, and what axe finds in it."""

    def __init__(self, page, url):
        self.page, self.url, self.theme, self.width, self.found, self.errors = page, url, "light", 1280, [], []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if ours(message) else None)

    def open(self, link):
        """Come to `link` from another page where that is possible: a new window costs ten times as much."""
        page = self.page
        if page.url.startswith(self.url) and page.locator("h1").count():
            page.evaluate(GO, f"/{link}")
        else:
            page.goto(f"{self.url}/{link}")
            page.locator("h1").wait_for(state="attached")
            page.evaluate(AXE_SCRIPT)
        return self.rest()

    def rest(self):
        """Asked ten times a second: more often would cost more than what is waited for."""
        self.page.wait_for_function(RESTS, arg=self.theme == "dark", polling=100, timeout=120_000)
        self.page.wait_for_timeout(150)
        return self

    def look(self, theme=None, width=None):
        """The same page in another theme, or on another screen."""
        if theme and theme != self.theme:
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            self.theme = theme
        if width and width != self.width:
            self.page.set_viewport_size(SIZES[width])
            self.width = width
        return self.rest()

    def speak(self, lang):
        self.page.get_by_role("radio", name=LANGUAGES[lang], exact=True).click()
        return self.rest()

    def check(self, asked=ALL, where=""):
        told = self.page.evaluate(CHECK, asked)
        if any(around is None for _, around, *_ in told):  # what it found is gone: Streamlit was still moving its menu
            self.page.wait_for_timeout(1000)
            told = self.page.evaluate(CHECK, asked)
        self.found += [(where, self.theme, self.width, *one) for one in told if tuple(one[:2]) not in ALLOWED]
        return self


@pytest.fixture(scope="module")
def window(browser, url):
    context = browser.new_context(viewport=SIZES[1280], color_scheme="light", reduced_motion="reduce")
    context.set_default_timeout(120_000)
    yield Reader(context.new_page(), url)
    context.close()


@pytest.fixture
def reader(window):
    """The module's window; what axe found and what the console said in this test fails it."""
    window.found, window.errors = [], []
    yield window
    assert window.found == []
    assert window.errors == []


@pytest.mark.parametrize("place", PAGES, ids=lambda place: place.name)
def test_every_page_and_view(reader, place):
    """In light and dark, at 1280 and 390 px, in both languages, and in every view: nobody stumbles."""
    first, second = ("en", "ko") if PAGES.index(place) % 2 else ("ko", "en")
    reader.open(f"{place.path}?lang={first}")
    reader.look("light", 1280).check().look("dark").check(COLORS)
    reader.look(width=390).check().look("light").check(COLORS)
    reader.speak(second).check(NAMES).look(width=1280).check(NAMES)
    views = reader.page.locator(VIEWS)
    looks = itertools.cycle(itertools.product(SIZES, ("dark", "light")))
    for k in range(views.count()):
        view = views.nth(k)
        if view.get_attribute("aria-checked") == "true":
            continue
        name = view.inner_text()
        view.click()
        width, theme = next(looks)
        reader.rest().look(theme, width).check(where=name)


def test_presenting_and_the_boxes(reader):
    """Large and strong, with the controls folded and brought back; the link, and the numbers behind the pictures."""
    reader.open("?lang=ko&view=loss").look("light", 1280)
    reader.page.locator(".st-key-numbers summary").click()
    reader.page.locator(".numbers table").first.wait_for()
    reader.page.locator(".st-key-link button").click()
    reader.page.locator(".st-key-hiding").wait_for()
    reader.rest().check(where="boxes").look("dark").check(COLORS, "boxes")
    reader.page.keyboard.press("Escape")
    reader.page.locator(".st-key-present label").click()
    reader.page.locator(".st-key-present_controls").wait_for()
    reader.rest().check(where="present").look("light", 390).check(where="present")
    reader.page.locator(".st-key-present_controls label").click()
    reader.rest().look("light", 1280).check(where="controls")
    reader.page.locator(".st-key-present label").click()
    reader.rest()


def test_a_step_of_a_lesson(reader):
    """The bar above the page, before and after the answer."""
    reader.open("?lesson=zigzag.1&lang=en").look("light", 1280)
    reader.page.locator(".st-key-guide").wait_for()
    reader.rest().check(where="step").look("dark", 390).check(where="step")
    answers = reader.page.locator(".st-key-guide [role=radio]")
    if answers.count():
        answers.first.click()
        reader.rest().page.wait_for_timeout(1000)  # Streamlit fades a box in again after a run
        reader.check(where="answer")


@pytest.mark.parametrize("link", [
    "?view=loss&surface=own&f=x%5E2%2B%3F&lang=en", "?view=notebook&noise=1&SGD.lr=nan&opt=SGD&lang=ko",
    "?lang=en&embed=true&hide=words,SGD.lr,code",
])  # fmt: skip
def test_links_that_open_a_page_of_their_own(browser, url, link):
    """A broken formula, a refused value, and a worksheet in a frame: told to everybody, and still whole."""
    context = browser.new_context(viewport=SIZES[1280], color_scheme="light", reduced_motion="reduce")
    own = Reader(context.new_page(), url).open(link)
    found = own.check().look("dark", 390).check().found
    context.close()
    assert (found, own.errors) == ([], [])
