"""Every page, language, theme and width against axe's rules for WCAG 2.1 A and AA."""

import pytest
from axe_core_python.base import AXE_SCRIPT

from tests.browser.test_player import settled
from tests.pages import pages

pytestmark = pytest.mark.browser
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# Inside Streamlit's own widgets, out of our reach: (rule, part of the element) -> reason.
ALLOWED = {
    (
        "scrollable-region-focusable",
        'class="stMarkdown"',
    ): "The table scrolls on a narrow screen. Streamlit gives no tabindex "
    "to Markdown; Chromium and Firefox focus such boxes by themselves, which axe 4.4 of 2022 does not know.",
    ("scrollable-region-focusable", "<pre "): "The same for a long line in st.code.",
}
CHECK = """async (tags) => {
  const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => [id, node.target.flat().join(" "),
    node.html.slice(0, 160),
    node.any.concat(node.all, node.none).map((check) => check.message).join("; ").slice(0, 200)]));
}"""


@pytest.fixture(scope="module")
def url(serve):
    return serve("app.py")


def ours(rule, html):
    return not any(rule == known and part in html for known, part in ALLOWED)


STATES = [
    "lang=en",
    "lang=ko",
    "lang=en&view=loss&surface=own&f=x%5E2%2B%3F",
    "lang=ko&view=notebook&noise=1&SGD.lr=nan&opt=SGD",
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("path", pages())
def test_no_violation_that_is_ours(new_page, url, path, state, theme):
    """At 1280 and at 390 px, also with a broken formula and a refused link: nothing a screen reader stumbles over."""
    page = new_page(1280, 900, color_scheme=theme, reduced_motion="reduce")
    page.goto(f"{url}/{path}?{state}")
    page.locator("h1").wait_for()
    if not path:
        settled(page)
    page.wait_for_timeout(300)
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(CHECK, TAGS)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(400)
    found += page.evaluate(CHECK, TAGS)
    assert [one for one in found if ours(one[0], one[2])] == []
