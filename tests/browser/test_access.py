"""Every page, language, theme and width against axe's rules for WCAG 2.1 A and AA."""

import pytest
from axe_core_python.base import AXE_SCRIPT

from tests.browser.test_player import settled
from tests.pages import pages

pytestmark = pytest.mark.browser
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# Inside Streamlit's own widgets, out of our reach: rule -> parts of the selector, each with its reason.
ALLOWED: dict[str, dict[str, str]] = {}
CHECK = """async (tags) => {
  const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => [id, node.target.flat().join(" "), node.html.slice(0, 160),
    node.any.concat(node.all, node.none).map((check) => check.message).join("; ").slice(0, 200)]));
}"""


@pytest.fixture(scope="module")
def url(serve):
    return serve("app.py")


def ours(rule, target):
    return not any(part in target for part in ALLOWED.get(rule, {}))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("path", pages())
def test_no_violation_that_is_ours(new_page, url, path, lang, theme):
    """At 1280 and at 390 px, in each view: nothing that a screen reader or weak eyes would stumble over."""
    page = new_page(1280, 900, color_scheme=theme, reduced_motion="reduce", bypass_csp=True)
    page.goto(f"{url}/{path}?lang={lang}")
    page.locator("h1").wait_for()
    if page.locator(".optim-viz canvas").count() or not path:
        settled(page)
    page.wait_for_timeout(300)
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(CHECK, TAGS)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(400)
    found += page.evaluate(CHECK, TAGS)
    assert [one for one in found if ours(*one[:2])] == []
