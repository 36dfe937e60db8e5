"""Writing an optimizer in a real browser: by keyboard, in the link, with a mark under what is wrong."""

import pytest

from tests.browser.test_player import rest, until

pytestmark = pytest.mark.browser
TWO_LINES = "u = 0.8*u + g\nx = x - lr*u"


@pytest.fixture
def visit(new_page, url):
    """`visit(query, width)`: the page with its animation on."""

    def make(query="lang=en", width=1280, **options):
        page = new_page(width, 900, **options)
        page.goto(f"{url}/own?{query}")
        page.locator(".optim-viz canvas").first.wait_for()
        rest(page)
        return page

    return make


def box(page):
    return page.locator(".st-key-my-program textarea")


def write(page, program):
    box(page).fill(program)
    box(page).press("Control+Enter")
    rest(page)


def player(page, what):
    return page.locator(".optim-viz").first.evaluate(f"element => element.player.{what}")


def formula(page):
    return page.locator(".st-key-split .katex-display").first.inner_text()


def test_what_is_written_runs_and_is_in_the_link(visit):
    """Written and sent by keyboard, it runs at once, gets its slider and its curves, and a reload brings it back."""
    page = visit()
    assert player(page, "playing") or player(page, "step") > 0
    was = formula(page)
    write(page, TWO_LINES)
    until(page, lambda: formula(page) != was)
    until(page, lambda: "my.program=u" in page.url)
    page.reload()
    page.locator(".optim-viz canvas").first.wait_for()
    until(page, lambda: box(page).input_value() == TWO_LINES)
    assert page.locator(".st-key-my-set-lr").count() == 1
    assert page.locator(".st-key-my-set-mu").count() == 0


def test_a_mark_stands_under_what_is_wrong(visit):
    """The triangle is under the character named, the picture stays, and the next good program takes the mark away."""
    page = visit()
    was = formula(page)
    write(page, "x = x - lr*(g")
    block = page.locator(".st-key-split .stCode").first
    block.wait_for()
    first, second = block.locator("code").inner_text().split("\n")[:2]
    assert first[second.index("▲")] == "("
    assert formula(page) == was
    write(page, "x = x - lr*g")
    until(page, lambda: page.locator(".st-key-split .stCode").count() == 0)


def test_the_language_leaves_the_program_alone(visit):
    """Program and setting survive a change of language, and the page's words change."""
    page = visit("lang=en&my.program=x%20%3D%20x%20-%20lr*g%0A%23%20mine&my.set.lr=0.3")
    page.get_by_role("radio", name="한국어").or_(page.get_by_text("한국어")).first.click()
    until(page, lambda: page.locator("h1").inner_text().startswith("나만의"))
    assert box(page).input_value() == "x = x - lr*g\n# mine"
    until(page, lambda: "my.set.lr=0.3" in page.url)
    assert "my.program=" in page.url


def test_a_click_on_the_map_moves_the_start(visit):
    """The start goes where the map was clicked, for the own rule and its rivals."""
    page = visit("lang=en", reduced_motion="reduce")
    canvas = page.locator(".optim-viz canvas").first
    size = canvas.bounding_box()
    page.mouse.click(size["x"] + size["width"] * 0.25, size["y"] + size["height"] * 0.3)
    until(page, lambda: "x0=" in page.url)
    rest(page)
    assert "y0=" in page.url


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_it_fits_a_phone(visit, lang):
    """At 390 px nothing is wider than the screen."""
    page = visit(f"lang={lang}", width=390)
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 390
    assert box(page).bounding_box()["width"] > 300
