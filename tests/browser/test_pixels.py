"""The picture to draw in a real browser: mouse, fingers, keys, undo, the link, and the map that follows."""

import pytest

from tests.browser.test_player import rest, until

pytestmark = pytest.mark.browser
BLANK = "cv.picture=0&cv.small=0"


@pytest.fixture
def visit(new_page, server):
    """`visit(view)`: the convolution page with an empty picture, at rest."""

    def make(view="draw", width=1280, **options):
        page = new_page(width, 900, **options)
        page.goto(f"{server.url}/convolution?lang=en&cv.view={view}&{BLANK}")
        page.locator(".pixels .cell").first.wait_for()
        rest(page)
        return page

    return make


def values(page):
    """What each pixel shows, from 0 to 9, row by row."""
    full = 1 if page.locator(".sheet text").count() == 0 else 0.45
    ink = page.locator(".cell").evaluate_all("all => all.map(one => Number(one.getAttribute('fill-opacity')))")
    side = int(len(ink) ** 0.5)
    shown = [round(9 * opacity / full) for opacity in ink]
    return [shown[k * side : (k + 1) * side] for k in range(side)]


def inked(page):
    return sum(value > 0 for row in values(page) for value in row)


def place(page, row, column):
    """Where on the screen the middle of a pixel is."""
    box = page.locator(".cell").nth(row * len(values(page)) + column).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def tool(page, name):
    page.locator(".pixels .tools").get_by_role("button", name=name).click()


def test_a_stroke_is_soft_unbroken_and_in_the_link(visit):
    """A fast drag leaves no gap, its neighbors are half as dark; the map changes, and a reload shows the same."""
    page = visit()
    before = page.locator(".strip .drawing").first.inner_html()
    page.mouse.move(*place(page, 5, 4))
    page.mouse.down()
    page.mouse.move(*place(page, 5, 20))
    page.mouse.up()
    drawn = values(page)
    assert drawn[5][4:21] == [9] * 17
    assert drawn[4][4:21] == drawn[6][4:21] == [4] * 17
    assert drawn[5][2:4] == [0, 4]
    until(page, lambda: "cv.picture=" in page.url and "9999" in page.url)
    until(page, lambda: page.locator(".strip .drawing").first.inner_html() != before)
    page.reload()
    page.locator(".pixels .cell").first.wait_for()
    rest(page)
    until(page, lambda: values(page) == drawn)


def test_erasing_undo_and_clear(visit):
    """The eraser takes what the pen left, undo brings it back stroke by stroke, clear empties."""
    page = visit()
    page.mouse.click(*place(page, 5, 5))
    page.mouse.click(*place(page, 15, 15))
    until(page, lambda: inked(page) == 10)
    tool(page, "Erase")
    page.mouse.click(*place(page, 5, 5))
    until(page, lambda: inked(page) == 5)
    tool(page, "Undo")
    until(page, lambda: inked(page) == 10)
    tool(page, "Gray")
    page.mouse.click(*place(page, 0, 0))
    until(page, lambda: values(page)[0][:2] == [5, 2])
    tool(page, "Clear")
    until(page, lambda: inked(page) == 0)
    rest(page)
    assert inked(page) == 0


def test_drawn_by_keyboard_alone(visit):
    """Arrows, digits, Enter, Delete and Z do all that a mouse does, and say where they are; numbers are written."""
    page = visit("step")
    page.locator(".sheet").focus()
    for key in ("7", "ArrowRight", "Enter", "ArrowDown", "3"):
        page.keyboard.press(key)
    until(page, lambda: values(page)[2] == [0, 0, 7, 9, 0] and values(page)[3][3] == 3)
    assert page.locator(".pixels .note").inner_text() == "row 4, column 4: 3"
    assert page.locator(".sheet text").all_text_contents()[12] == "7"
    page.keyboard.press("Delete")
    until(page, lambda: values(page)[3][3] == 0)
    page.keyboard.press("z")
    until(page, lambda: values(page)[3][3] == 3)
    rest(page)
    until(page, lambda: "0+0+0079+0003" in page.url or "0%200%200079%200003" in page.url)


def test_a_finger_draws_on_a_phone(visit):
    """At 390 px a tap paints, and nothing is wider than the screen; words follow the language and keep the picture."""
    page = visit(width=390, has_touch=True)
    page.locator(".sheet").scroll_into_view_if_needed()
    page.touchscreen.tap(*place(page, 12, 12))
    until(page, lambda: inked(page) == 5)
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 390
    rest(page)
    page.get_by_text("한국어").click()
    page.locator(".pixels .tools").get_by_role("button", name="되돌리기").wait_for()
    rest(page)
    assert inked(page) == 5


def test_the_text_box_and_the_board_are_one(visit):
    """What is typed is drawn; a wrong text is told, and the picture stays."""
    page = visit("step")
    page.get_by_text("The picture as text").click()
    box = page.get_by_role("textbox", name="Rows of digits")
    box.fill("12345")
    box.press("Enter")
    until(page, lambda: values(page)[0] == [1, 2, 3, 4, 5])
    box.fill("123456")
    box.press("Enter")
    page.get_by_text("This picture has 5 rows of 5 digits, not more.").wait_for()
    rest(page)
    assert values(page)[0] == [1, 2, 3, 4, 5]
