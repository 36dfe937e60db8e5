"""The batch size page in a real browser: clocks, a start chosen on the map, links, a phone."""

import re

import pytest

from tests.browser.test_player import rest, settled, until

pytestmark = pytest.mark.browser
STILL = {"reduced_motion": "reduce"}  # the picture stands at its end


@pytest.fixture
def visit(new_page, url):
    """`visit(query, width)`: the page with its player painted and at rest."""

    def make(query="lang=en", width=1280):
        page = new_page(width, 900, **STILL)
        page.goto(f"{url}/batch?{query}")
        page.locator(".optim-viz canvas").wait_for()
        settled(page)
        rest(page)
        return page

    return make


def count(page):
    return page.locator(".optim-viz .count").inner_text()


def test_the_player_counts_what_the_clock_counts(visit):
    """Epochs in hundredths, then updates as whole numbers; arrow keys move by a step of that clock."""
    page = visit("lang=en&ba.epochs=5")
    assert count(page) == "epoch 5 of 5"
    page.locator(".optim-viz canvas").press("Home")
    page.locator(".optim-viz canvas").press("ArrowRight")
    until(page, lambda: count(page) == "epoch 0.01 of 5")
    page.get_by_text("updates", exact=True).first.click()
    until(page, lambda: count(page).endswith(" of 200"))
    assert "ba.clock=updates" in page.url


def test_a_click_on_the_map_is_the_start_of_all(visit):
    """The start goes into the boxes and the link, and the link brings it back."""
    page = visit()
    box = page.locator(".optim-viz canvas").bounding_box()
    page.mouse.click(box["x"] + 200, box["y"] + 120)
    until(page, lambda: "ba.x0=" in page.url and "ba.y0=" in page.url)
    start = re.search(r"ba\.x0=([-.\d]+)", page.url)[1]
    assert start != "-1.41"
    for shown in (page, visit(page.url.partition("?")[2])):
        until(shown, lambda shown=shown: shown.get_by_role("spinbutton", name="start w").input_value() == start)


def test_it_fits_a_phone(visit):
    """Nothing is wider than the screen, in any view."""
    page = visit("lang=ko", width=390)
    for _ in range(5):
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        views = page.locator(".stMain [data-testid=stButtonGroup]").nth(1).locator("button")
        names = views.all_inner_texts()
        chosen = next(k for k, name in enumerate(names) if views.nth(k).get_attribute("data-selected") == "true")
        views.nth((chosen + 1) % len(names)).click()
        rest(page)
        page.wait_for_timeout(300)
