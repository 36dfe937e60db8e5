"""A strip in a real browser: it opens moving, every way to step is exact, and the page is told what is on show."""

from pathlib import Path

import pytest

from tests.browser.test_player import until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def url(serve):
    return serve(Path(__file__).with_name("strip_app.py"))


@pytest.fixture
def visit(new_page, url):
    def make(width=1280, motion="no-preference", **options):
        page = new_page(width, 800, reduced_motion=motion, **options)
        page.goto(url)
        page.locator(".strip svg").first.wait_for()
        return page

    return make


def now(page, name="step"):
    return page.locator(".strip").evaluate(f"element => element.strip.{name}")


def caption(page):
    return page.locator(".strip .said").inner_text()


def test_it_opens_moving_and_every_key_is_exact(visit):
    """It plays from the first frame to the last by itself; then keys, buttons and the slider go where they say."""
    page = visit()
    assert now(page, "playing")
    until(page, lambda: (now(page), now(page, "playing")) == (5, False))
    until(page, lambda: "told of 5" in page.content())
    page.locator(".strip .drawing").focus()
    for key, step in [("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("Shift+ArrowRight", 5)]:
        page.keyboard.press(key)
        assert now(page) == step
    page.get_by_role("button", name="One step back").click()
    page.get_by_text("step 5 of 6").wait_for()
    assert caption(page) == "Frame 4: x4 < 3"
    assert page.locator(".strip svg text").text_content() == "x4 & <b>42</b>"
    page.get_by_role("slider", name="Step").fill("2")
    until(page, lambda: caption(page).startswith("Frame 1:"))
    page.get_by_text("told of 1").wait_for()


def test_new_frames_keep_the_place(visit):
    """More frames while it rests in the middle: the same number is shown, of more; a single frame has no controls."""
    page = visit()
    page.locator(".strip .drawing").focus()
    for key in ("Home", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    count = page.get_by_role("spinbutton", name="count")
    count.fill("9")
    count.press("Enter")
    page.get_by_text("step 3 of 9").wait_for()
    assert not now(page, "playing")
    count.fill("1")
    count.press("Enter")
    until(page, lambda: page.locator(".strip .bar").is_hidden())
    assert caption(page).startswith("Frame 0:")


def test_still_and_on_a_phone(visit):
    """With reduced motion the last frame rests; at 390 px only the drawing scrolls, to what matters now."""
    page = visit(390, "reduce", color_scheme="dark")
    assert (now(page), now(page, "playing")) == (5, False)
    box = page.locator(".strip .drawing")
    assert box.evaluate("e => [e.scrollWidth > e.clientWidth, e.scrollLeft > 0]") == [True, True]
    box.focus()
    page.keyboard.press("Home")
    until(page, lambda: box.evaluate("e => e.scrollLeft") == 0)
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 390
    assert box.get_attribute("aria-label") == "Frame 0: x0 < 3"
