"""The losses page in a real browser: points and bars moved by mouse, finger and keyboard, and what follows them."""

import re

import pytest

from tests.browser.test_player import rest, until
from tests.browser.test_points import place, text

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(new_page, server):
    """`visit(query, width)`: the page with its board, quiet."""

    def make(query="", width=1280, **options):
        page = new_page(width, 900, **options)
        page.goto(f"{server.url}/losses?lang=en{query}")
        page.locator(".sheet .mark, .slot").first.wait_for()
        rest(page)
        return page

    return make


def lines(page):
    return [one.get_attribute("points") for one in page.locator(".sheet polyline").all()]


def outlier(page):
    """x and y of the outlier, as the text says."""
    return [float(word) for word in text(page).split(" b ")[1].split()]


def share(page, name):
    return float(page.get_by_role("slider", name=name).get_attribute("aria-valuenow"))


def test_the_lines_follow_the_outlier_while_it_is_dragged(visit):
    """On the way up, the mouse still down, the page draws other lines; at the end the link has the point, undo not."""
    page = visit()
    before = lines(page)
    page.mouse.move(*place(page, 0.9, 0.1))
    page.mouse.down()
    page.mouse.move(*place(page, 0.9, 0.5), steps=10)
    until(page, lambda: lines(page)[1] != before[1])
    assert lines(page)[0] == before[0]  # the line without the outlier
    page.mouse.move(*place(page, 0.9, 0.9), steps=10)
    page.mouse.up()
    until(page, lambda: outlier(page)[1] > 8.5)
    assert abs(outlier(page)[0] - 9) < 0.15
    until(page, lambda: re.search(r"lo\.points=", page.url))
    page.locator(".tools").get_by_role("button", name="Undo").click()
    until(page, lambda: outlier(page) == [9, 1])


def test_the_outlier_is_moved_by_keyboard_alone(visit):
    """The cross waits at it: Enter takes it, arrows move it, Enter leaves it, Z takes all of that back."""
    page = visit()
    page.locator(".sheet").focus()
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("ArrowUp")
    until(page, lambda: outlier(page) == [9, 3])
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("z")
    until(page, lambda: outlier(page) == [9, 1])


def test_a_finger_moves_a_point_on_a_phone(visit):
    """At 390 px, a little beside the point: it is taken all the same, and nothing is wider than the screen."""
    page = visit(width=390, has_touch=True)
    page.locator(".sheet").scroll_into_view_if_needed()
    touch = page.context.new_cdp_session(page)

    def finger(kind, across, up):
        x, y = place(page, across, up)
        points = [] if kind == "touchEnd" else [{"x": x + 8, "y": y + 8}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", 0.885, 0.115)
    for up in (0.2, 0.4, 0.6):
        finger("touchMove", 0.885, up)
    finger("touchEnd", 0.885, 0.6)
    until(page, lambda: outlier(page)[1] > 4)
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 390


def test_points_are_painted_and_erased_too(visit):
    """The same board: another outlier by a click, gone with the eraser."""
    page = visit()
    page.locator(".tools").get_by_role("button", name="Outlier").click()
    page.mouse.click(*place(page, 0.3, 0.9))
    until(page, lambda: len(text(page).split()) == 21)
    page.locator(".tools").get_by_role("button", name="Erase").click()
    page.mouse.click(*place(page, 0.3, 0.9))
    until(page, lambda: len(text(page).split()) == 19)


def test_a_dragged_bar_takes_from_the_others(visit):
    """The bag's blue goes up to nearly all: the others give way in proportion, balls and words follow, all sum to 1."""
    page = visit("&lo.view=bits")
    box = page.get_by_role("slider", name="q, the bag: blue").bounding_box()
    x = box["x"] + box["width"] / 2
    page.mouse.move(x, box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(x, box["y"] + 0.2 * box["height"], steps=8)
    page.mouse.up()
    until(page, lambda: abs(share(page, "q, the bag: blue") - 0.8) < 0.03)
    rest(page)
    shares = [share(page, f"q, the bag: {name}") for name in ("blue", "orange", "green", "pink")]
    assert abs(sum(shares) - 1) < 0.02
    assert abs(shares[1] / shares[2] - 0.25 / 0.15) < 0.35
    assert share(page, "p, the model: blue") == 0.1
    until(page, lambda: "blue 16" in page.locator(".bag").get_attribute("aria-label"))
    until(page, lambda: "lo.q=" in page.url)


def test_bars_are_sliders_for_the_keyboard(visit):
    """Arrows, Home and End; the words say what it means."""
    page = visit("&lo.view=bits")
    slider = page.get_by_role("slider", name="q, the bag: blue")
    slider.focus()
    page.keyboard.press("ArrowUp")
    until(page, lambda: share(page, "q, the bag: blue") == 0.55)
    page.keyboard.press("End")
    page.get_by_text("One color only: the entropy is 0").wait_for()
    page.get_by_role("button", name="all equal").click()
    until(page, lambda: share(page, "q, the bag: blue") == 0.25)
