"""The training page in a real browser: it trains, Stop and a closed tab end it, and it fits a phone."""

import re
import time

import pytest

from tests.browser.test_player import rest, until

pytestmark = pytest.mark.browser
LONG = "net.data=digits&net.layers=300,300&net.epochs=200&net.batch=50"  # half a minute on a core of today


@pytest.fixture
def visit(new_page, server):
    """`visit(query, width)`: the page with its first result drawn."""

    def make(query="lang=en", width=1280, **options):
        page = new_page(width, 900, **options)
        page.goto(f"{server.url}/train?{query}")
        page.locator(".js-plotly-plot .scatterlayer").first.wait_for()
        rest(page)
        return page

    return make


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def cpu(pid):
    """Seconds of work the server has done so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        user, system = file.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / 100


def test_it_trains_on_the_button(visit):
    """Another seed leaves the result; Train replaces it, and the link holds the seed."""
    page = visit()
    was = page.locator(".stMarkdown table").inner_text()
    box = page.get_by_role("spinbutton", name=re.compile("^Seed"))
    box.fill("7")
    box.press("Enter")
    page.get_by_text("Still the last result").wait_for()
    assert page.locator(".stMarkdown table").inner_text() == was
    button(page, "Train").click()
    until(page, lambda: page.locator(".stMarkdown table").count() and page.locator("table").inner_text() != was)
    assert page.get_by_text("Still the last result").count() == 0
    assert "net.seed=7" in page.url


def at_rest(pid):
    """Whether the server does next to nothing for a second; a training alone would take most of one."""
    before = cpu(pid)
    time.sleep(1)
    return cpu(pid) - before < 0.25


def test_stop_ends_a_long_training_and_keeps_what_is_there(visit, server):
    """Curves grow while it trains, other controls do not end it; after Stop the server rests and the result stays."""
    page = visit(f"lang=en&{LONG}")
    button(page, "Train").click()
    page.get_by_text(re.compile("^Epoch [1-9]")).wait_for()
    page.get_by_role("textbox", name="Hidden layers").fill("5")
    page.get_by_role("textbox", name="Hidden layers").press("Enter")
    page.wait_for_timeout(700)
    page.get_by_text(re.compile("^Epoch [1-9]")).wait_for()
    assert not at_rest(server.pid)
    button(page, "Stop").click()
    button(page, "Train").wait_for()
    page.locator(".stMarkdown table").wait_for()
    assert "stopped by hand" in page.locator(".stMarkdown table").inner_text()
    assert "300-300" in page.get_by_text("Still the last result").inner_text()
    until(page, lambda: at_rest(server.pid))


def test_a_closed_tab_ends_a_training(visit, server):
    """The tab is gone, and the server rests long before the training would have been over."""
    page = visit(f"lang=en&{LONG}")
    button(page, "Train").click()
    page.get_by_text(re.compile("^Epoch [1-9]")).wait_for()
    assert not at_rest(server.pid)
    page.close()
    assert any(at_rest(server.pid) for _ in range(5))


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_it_fits_a_phone(visit, lang):
    """At 390 px nothing is wider than the screen, and the button comes before everything that scrolls."""
    page = visit(f"lang={lang}", width=390)
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 390
    widths = page.evaluate("[...document.querySelectorAll('.js-plotly-plot')].map((one) => one.offsetWidth)")
    assert len(widths) == 5
    assert all(250 < width < 390 for width in widths)
    assert page.get_by_role("button", name=re.compile("Train|학습")).first.bounding_box()["y"] < 400
