"""For a room, on a worksheet, in a frame, on paper, and with the keyboard alone."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.test_player import settled, state, until
from tests.browser.test_race import go, query, resting

pytestmark = pytest.mark.browser
BOXES = """() => Object.fromEntries(Object.entries({ title: "h1", picture: ".optim-viz canvas", bar: ".optim-viz .bar",
  panel: ".st-key-split > :nth-child(2)", words: ".st-key-split > :nth-child(3)" }).map(([name, selector]) => {
    const box = document.querySelector(selector)?.getBoundingClientRect() ??
      [...document.querySelectorAll("*")].map((one) => one.shadowRoot?.querySelector(selector)).find(Boolean)
      ?.getBoundingClientRect();
    return [name, box ? [box.left, box.top, box.right, box.bottom].map(Math.round) : null];
  }))"""
FOCUSED = """() => { let one = document.activeElement; while (one?.shadowRoot) one = one.shadowRoot.activeElement;
  return [one?.getAttribute("aria-label") || one?.innerText || "", one?.closest("[class*='st-key-']")?.className
    .match(/st-key-([\\w-]+)/)?.[1] ?? ""]; }"""
INK = "canvas => [...canvas.getContext('2d').getImageData(60, 200, 1, 1).data]"
TYPE = "parseFloat(getComputedStyle(document.documentElement).fontSize)"


def tab_to(page, name, most=60):
    """Press Tab until the control of this name has the focus, as those do who have no mouse."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if name in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"{name} cannot be reached")


def unseen(page, *selectors):
    for selector in selectors:
        assert not page.locator(selector).first.is_visible(), selector


def test_presenting_by_keyboard(new_page, url):
    """On the smallest projector the picture and its buttons are in sight, large and strong; then all is back."""
    page = go(new_page(1024, 768, reduced_motion="reduce"), f"{url}/?lang=en")
    before = page.evaluate(BOXES)
    tab_to(page, "present")
    page.keyboard.press("Space")
    until(page, lambda: query(page).get("present") == ["true"])
    until(page, lambda: page.evaluate(TYPE) >= 20)
    until(page, lambda: (state(page, "unit") or 0) >= 1.25 and state(page, "contrast"))
    resting(page)
    shown = page.evaluate(BOXES)
    assert shown["bar"][3] <= 768
    assert shown["panel"] == [0, 0, 0, 0]
    assert shown["picture"][2] > 0.9 * 1024
    tab_to(page, "present_controls")
    page.keyboard.press("Space")
    until(page, lambda: page.evaluate(BOXES)["panel"][2] > 900)
    tab_to(page, "present", 99)
    page.keyboard.press("Space")
    until(page, lambda: "present" not in query(page) and page.evaluate(TYPE) == 16)
    until(page, lambda: state(page, "unit") == 1 and not state(page, "contrast"))
    until(page, lambda: page.evaluate(BOXES) == before)


def test_a_lab_by_keyboard(new_page, url):
    """Choose a view, answer its question, read the numbers behind the picture, change the language: nothing else."""
    page = new_page(1280, 900, reduced_motion="reduce")
    page.goto(f"{url}/init?lang=en")
    page.locator(".strip .drawing svg").first.wait_for()
    tab_to(page, "ini-view")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    until(page, lambda: query(page).get("ini.view") == ["layers"])
    page.locator(".stPlotlyChart").first.wait_for()
    tab_to(page, "ini-between")
    page.keyboard.press("Space")
    page.locator(".stAlert").first.wait_for()
    tab_to(page, "numbers", 200)
    page.keyboard.press("Enter")
    page.locator(".numbers table").first.wait_for()
    page.locator("h1").click()  # from the top of the page again
    tab_to(page, "lang")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.locator("h1", has_text="가중치 초깃값").wait_for()


def test_a_worksheet(new_page, url):
    """What the link hides is neither seen nor reached; the rest works."""
    asked = "words,steps,SGD.lr,numbers,menu,title"
    page = go(new_page(1280, 900, reduced_motion="reduce"), f"{url}/?lang=en&hide={asked}")
    unseen(page, ".st-key-steps", ".st-key-SGD-lr", ".st-key-numbers", ".stAppHeader", ".st-key-split > :nth-child(3)")
    assert page.locator(".st-key-Adam-lr").is_visible()
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.locator("h1").bounding_box()["width"] <= 1
    assert parse_qs(urlsplit(page.url).query)["hide"] == [asked]


def test_in_a_frame_of_another_site(new_page, url, tmp_path):
    """The picture plays there; no title, no menu, no buttons of ours around it."""
    page = new_page(1000, 800)
    file = tmp_path / "school.html"
    file.write_text(f'<iframe src="{url}/?lang=en&embed=true" width="960" height="720"></iframe>', encoding="utf-8")
    page.goto(file.as_uri())
    inside = page.frame_locator("iframe")
    player = inside.locator(".optim-viz")
    player.wait_for(timeout=60_000)
    until(page, lambda: player.evaluate("element => element.player.playing && element.player.painted > 0"))
    assert inside.locator(".stAppHeader").is_hidden()
    assert inside.locator(".st-key-lang, .st-key-ru-keep, .st-key-present, .st-key-link").count() == 0
    assert inside.locator("h1").bounding_box()["width"] <= 1
    assert inside.locator(".st-key-top").bounding_box()["y"] < 60


def test_on_paper(new_page, url):
    """The last frame on white, the words and the link; nothing to press. Afterwards the picture is where it was."""
    page = go(new_page(1280, 900, color_scheme="dark", reduced_motion="reduce"), f"{url}/?lang=en&steps=40")
    page.locator(".optim-viz canvas").focus()
    page.keyboard.press("Home")
    until(page, lambda: state(page, "step") == 0)
    dark = page.locator(".optim-viz canvas").evaluate(INK)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert state(page, "step") == 40
    light = page.locator(".optim-viz canvas").evaluate(INK)
    assert sum(light[:3]) > sum(dark[:3]) + 200
    unseen(page, ".stAppHeader", ".st-key-top", ".st-key-lang", ".st-key-steps", ".optim-viz .bar", ".stExpander")
    assert page.locator(".on-paper").inner_text() == f"{url}/?steps=40&lang=en"
    assert page.locator(".st-key-split table").first.is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert state(page, "step") == 0
    settled(page)


def test_less_motion(new_page, url):
    """Players, films and strips stand at their end, and nothing on the page moves by itself."""
    page = new_page(1280, 900, reduced_motion="reduce")
    page.goto(f"{url}/activations?lang=en")
    page.locator(".strip .drawing svg").wait_for()
    strip = page.locator(".strip").first
    until(page, lambda: strip.evaluate("one => one.strip.painted > 0"))
    assert strip.evaluate("one => [one.strip.playing, one.strip.step === one.strip.steps]") == [False, True]
    page.goto(f"{url}/losses?lang=en")
    page.locator(".optim-viz canvas").first.wait_for()
    settled(page)
    assert (state(page, "playing"), state(page, "step")) == (False, state(page, "steps"))
    page.locator("[data-test-script-state=notRunning]").wait_for()
    moving = "document.getAnimations().filter((one) => one.effect.getComputedTiming().duration > 1).length"
    until(page, lambda: page.evaluate(moving) == 0)
