"""The page Backpropagation in a real browser: the equations under the picture are those of the frame that plays."""

import pytest

from tests.browser.test_player import until
from tests.browser.test_strip import now

pytestmark = pytest.mark.browser


def equations(page):
    return page.locator(".st-key-bp-chain annotation, .st-key-bp-line annotation").all_text_contents()


def test_the_equations_follow_the_strip(new_page, url):
    """Forward plays by itself to its end; an answer plays the way back, and each step brings its own chain rule."""
    page = new_page(1280, 1000)
    page.goto(f"{url}/backprop?lang=en")
    page.locator(".strip svg").first.wait_for()
    until(page, lambda: (now(page), now(page, "playing")) == (3, False))
    until(page, lambda: any("3^{2} = 9" in text for text in equations(page)))
    page.locator(".st-key-bp-most").get_by_text("w", exact=True).click()
    page.get_by_text("The backward pass finds").wait_for()
    until(page, lambda: (now(page), now(page, "playing")) == (7, False), 30)
    page.locator(".strip .drawing").focus()
    until(page, lambda: any(r"6 \times 3 = 18" in text for text in equations(page)))
    page.keyboard.press("ArrowLeft")
    until(page, lambda: any(r"\partial q_{2}}{\partial b} &= 1" in text for text in equations(page)))
    assert "bp.most=w" in page.url
