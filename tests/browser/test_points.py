"""The board of points in a real browser: mouse, keyboard, erasing, undo, the link, and a training of its points."""

import pytest

from tests.browser.test_player import rest, until

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(new_page, server):
    """`visit(width)`: the training page with the board on it, quiet."""

    def make(query="", width=1280, **options):
        page = new_page(width, 900, **options)
        page.goto(f"{server.url}/train?lang=en&net.data=points{query}")
        page.locator(".sheet .mark").first.wait_for()
        rest(page)
        return page

    return make


def text(page):
    return page.get_by_role("textbox", name="Points as text").input_value()


def marks(page):
    return page.locator(".sheet .mark").count()


def tool(page, name):
    page.locator(".tools").get_by_role("button", name=name).click()


def place(page, across, up):
    """Where on the screen a share of the board is."""
    box = page.locator(".sheet").bounding_box()
    return box["x"] + across * box["width"], box["y"] + (1 - up) * box["height"]


def test_clicks_paint_and_the_link_keeps_them(visit):
    """Clear, a point of each of two classes: both are in the text, in the link, and there again after a reload."""
    page = visit()
    tool(page, "Clear")
    until(page, lambda: text(page) == "")
    page.mouse.click(*place(page, 0.5, 0.5))
    tool(page, "Class b")
    page.mouse.click(*place(page, 0.75, 0.75))
    until(page, lambda: " b " in text(page))
    first, second = text(page).split(" b ")
    assert [abs(float(v)) < 0.02 for v in first.split()] == [True, True]
    assert [0.45 < float(v) < 0.6 for v in second.split()] == [True, True]
    until(page, lambda: "net.points=" in page.url)
    page.reload()
    page.locator(".sheet .mark").first.wait_for()
    until(page, lambda: marks(page) == 2)


def test_a_stroke_erasing_and_undo(visit):
    """A drag leaves several points in one go; the eraser takes those under it; undo brings back stroke by stroke."""
    page = visit()
    tool(page, "Clear")
    until(page, lambda: text(page) == "")
    page.mouse.move(*place(page, 0.2, 0.5))
    page.mouse.down()
    page.mouse.move(*place(page, 0.8, 0.5), steps=25)
    painted = marks(page)
    assert painted >= 8
    page.mouse.up()
    until(page, lambda: len(text(page).split()) == 2 * painted)
    tool(page, "Erase")
    page.mouse.click(*place(page, 0.2, 0.5))
    until(page, lambda: len(text(page).split()) < 2 * painted)
    tool(page, "Undo")
    until(page, lambda: len(text(page).split()) == 2 * painted)
    tool(page, "Undo")
    until(page, lambda: text(page) == "")


def test_painted_by_keyboard_alone(visit):
    """Arrows, letters of classes, Enter, Delete and Z do all that a mouse does."""
    page = visit()
    tool(page, "Clear")
    until(page, lambda: text(page) == "")
    page.locator(".sheet").focus()
    for key in ("Enter", "b", "ArrowRight", "ArrowRight", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    until(page, lambda: text(page) == "0 0 b 0.2 0.1")
    page.keyboard.press("Delete")
    until(page, lambda: text(page) == "0 0")
    page.keyboard.press("z")
    until(page, lambda: text(page) == "0 0 b 0.2 0.1")
    assert "2 points" in page.locator(".board .count").inner_text()


def test_what_was_painted_is_trained_on(visit):
    """One more point, Train: the boundary's data have one point more."""
    page = visit()
    before = marks(page)
    page.mouse.click(*place(page, 0.05, 0.05))
    until(page, lambda: len(text(page)) and marks(page) == before + 1)
    page.get_by_text("Still the last result").wait_for()
    page.get_by_role("button", name="Train", exact=True).click()
    until(page, lambda: page.get_by_text("Still the last result").count() == 0)
    rest(page)
    assert page.locator(".js-plotly-plot").count() == 5


def test_the_board_fits_a_phone_and_a_finger(visit):
    """At 390 px a tap paints, and nothing is wider than the screen."""
    page = visit(width=390, has_touch=True)
    before = marks(page)
    page.locator(".sheet").scroll_into_view_if_needed()
    page.touchscreen.tap(*place(page, 0.05, 0.05))
    until(page, lambda: marks(page) == before + 1)
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 390


def test_many_points_stay_in_the_session(visit):
    """A text too long for a link leaves the address and keeps its points, also when something else is changed."""
    page = visit()
    box = page.get_by_role("textbox", name="Points as text")
    box.fill("a 0.25 -0.5 b 0.5 0.25 " * 90)
    box.press("Enter")
    until(page, lambda: marks(page) == 180)
    page.get_by_text("So many points stay in this session").wait_for()
    rest(page)
    assert len(page.url) < 300
    page.get_by_text("한국어").click()
    page.get_by_text("글로 적은 점").wait_for()
    rest(page)
    assert marks(page) == 180
    page.mouse.click(*place(page, 0.95, 0.95))
    until(page, lambda: marks(page) == 181)
    rest(page)
    assert marks(page) == 181
