"""Inside an optimizer in a real browser: signs, numbers that follow the play head, a start by mouse and by finger."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np
import pytest

import optim_viz as ov
from optim_viz import player
from optim_viz.inside import inside
from tests.browser.test_player import colors, frame, move_to, press, settled, state, until

pytestmark = pytest.mark.browser
STILL = {"reduced_motion": "reduce"}
WIDTHS = "[document.documentElement.scrollWidth, document.querySelector('.stMain').scrollWidth]"
PIXELS = "canvas => canvas.toDataURL()"


@pytest.fixture
def visit(new_page, url):
    def make(link=None, width=1280, height=900, **options):
        page = new_page(width, height, **options)
        page.goto(f"{url}/inside?{urlencode(link or {})}")
        page.locator(".optim-viz canvas").wait_for()
        settled(page)
        return page

    return make


def update(page):
    """The number of the update spelled out beside the picture."""
    return int(re.search(r"\d+", page.get_by_text(re.compile(r"^Update \d+$")).inner_text())[0])


def spelled(page):
    """The TeX of the formulas."""
    return page.locator(".st-key-split .katex annotation").all_text_contents()


def query(page):
    return parse_qs(urlsplit(page.url).query)


def test_the_numbers_follow_the_play_head(visit):
    """Played, stepped or jumped, the formulas come to the step of the picture, and only that part runs again."""
    page = visit({"in.opt": "Adam"}, **STILL)
    until(page, lambda: update(page) == 60)
    page.evaluate("document.querySelector('.st-key-in-more').dataset.mine = 'kept'")
    painted = state(page, "painted")
    for keys, t in ((["Home"], 1), (["ArrowRight"] * 4, 4), (["Shift+ArrowRight"], 14), (["ArrowLeft"], 13)):
        press(page, *keys)
        until(page, lambda t=t: update(page) == t)
    path = ov.trace(ov.Adam(lr=0.3), ov.SURFACES["Elongated bowl"], (-7, 2), 60)
    x, y = (f"{v:.4g}" for v in path.x[13])
    assert rf"\begin{{pmatrix}}{x} \\ {y}\end{{pmatrix}}" in spelled(page)[-1]
    assert state(page, "painted") == painted  # the paths were not sent again, nor laid out anew
    press(page, "Home", "Space")
    until(page, lambda: update(page) > 3)
    assert state(page, "playing")


def test_signs_are_drawn_and_can_be_hidden(visit):
    """Each sign has a button that takes it off the map and brings it back."""
    page = visit({"in.opt": "Adam"}, **STILL)
    press(page, "Home", *["ArrowRight"] * 3)
    canvas = page.locator(".optim-viz canvas")
    chips = page.locator(".signs .chip")
    assert chips.count() == 4
    whole = canvas.evaluate(PIXELS)
    for k in range(4):
        chips.nth(k).click()
        frame(page)
        assert chips.nth(k).get_attribute("aria-pressed") == "false"
        assert canvas.evaluate(PIXELS) != whole
        chips.nth(k).click()
        frame(page)
        assert canvas.evaluate(PIXELS) == whole


def test_a_click_moves_the_start_of_the_whole_page(visit):
    """The paths, the first update spelled out and the address begin where the map was clicked."""
    page = visit(**STILL)
    before = state(page, "painted")
    move_to(page, -4, -2, click=True)
    until(page, lambda: state(page, "painted") > before and "in.x0" in query(page))
    assert float(query(page)["in.x0"][0]) == pytest.approx(-4, abs=0.05)
    assert float(query(page)["in.y0"][0]) == pytest.approx(-2, abs=0.05)
    press(page, "Home")
    until(page, lambda: update(page) == 1)
    x, y = (f"{float(query(page)[key][0]):.4g}" for key in ("in.x0", "in.y0"))
    until(page, lambda: rf"\begin{{pmatrix}}{x} \\ {y}\end{{pmatrix}}" in spelled(page)[0])


def test_a_finger_moves_the_start(visit):
    """A tap on the map, and a drag of the start, by touch on a phone: the paths begin there."""
    page = visit({}, 390, 844, has_touch=True, is_mobile=True, **STILL)
    canvas = page.locator(".optim-viz canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()

    def place(x, y):
        px, py = page.locator(".optim-viz").evaluate("(element, at) => element.player.pixel(...at)", [x, y])
        return box["x"] + px, box["y"] + py

    before = state(page, "painted")
    page.touchscreen.tap(*place(-3, 1))
    until(page, lambda: state(page, "painted") > before and "in.x0" in query(page))
    assert float(query(page)["in.x0"][0]) == pytest.approx(-3, abs=0.15)
    box = canvas.bounding_box()
    (x0, y0), (x1, y1) = place(-3, 1), place(-1.5, -1)
    finger = page.context.new_cdp_session(page)
    before = state(page, "painted")

    def touch(kind, *points):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", (x0, y0))
    for share in np.linspace(0.2, 1, 5):
        touch("touchMove", (x0 + share * (x1 - x0), y0 + share * (y1 - y0)))
    touch("touchEnd")
    until(page, lambda: state(page, "painted") > before and float(query(page).get("in.x0", [0])[0]) > -2)
    assert float(query(page)["in.y0"][0]) == pytest.approx(-1, abs=0.2)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_phone_does_not_scroll_sideways(visit, lang):
    """390 px wide: nothing sticks out, whatever the rule; a long formula scrolls in its own box."""
    for name in ("RAdam", "AdamP"):
        page = visit({"lang": lang, "in.opt": name}, 390, 844, has_touch=True, is_mobile=True, **STILL)
        until(page, lambda page=page: max(page.evaluate(WIDTHS)) <= 390)


def test_the_stand_alone_page_has_the_signs(new_page, tmp_path):
    """Offline the same signs are there, and nobody is told anything."""
    path = ov.trace(ov.AdaGrad(lr=1.5), ov.SURFACES["Elongated bowl"], (-7, 2), 30)
    file = tmp_path / "inside.html"
    file.write_text(player.html([path], inside=inside(path), listen=True), encoding="utf-8")
    assert file.stat().st_size < 200_000
    page = new_page(offline=True, **STILL)
    page.goto(file.as_uri())
    settled(page)
    assert page.locator(".signs .chip").count() == 3
    press(page, "Home", "ArrowRight")
    assert colors(page)[0] > 100


HEADS = "chart => { const heads = chart.data?.at(-1); return heads ? [heads.x[0], heads.y[0]] : []; }"
EYE = """chart => {
  const { x, y, z } = chart._fullLayout?.scene?._scene?.getCamera().eye ?? {};
  return [x, y, z];
}"""


def test_the_relief_shows_the_players_step(new_page, url):
    """On the race page the heads in 3-D come to the step the player rests on; a turned camera stays turned."""
    page = new_page(1280, 900, **STILL)
    page.goto(f"{url}/?view=3d&opt=SGD&opt=Adam")
    page.locator(".optim-viz canvas").wait_for()
    settled(page)
    chart = page.locator("[data-stale=false] .js-plotly-plot").first  # the one before leaves a moment later
    chart.locator("canvas").first.wait_for()

    def play(*keys):
        page.locator(".optim-viz canvas").focus()
        for key in keys:
            page.keyboard.press(key)

    path = ov.trace(ov.SGD(lr=0.95), ov.SURFACES["Elongated bowl"], (-7, 2), 100)
    for keys, step in ((["Home", *["ArrowRight"] * 5], 5), (["Shift+ArrowRight"], 15)):
        play(*keys)
        until(page, lambda step=step: chart.evaluate(HEADS) == pytest.approx(path.x[step].tolist(), rel=1e-5))
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    before = chart.evaluate(EYE)
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.45 * box["height"], steps=6)
    page.mouse.up()
    until(page, lambda: chart.evaluate(EYE) != pytest.approx(before, abs=0.01))
    page.wait_for_timeout(500)  # a turned camera glides to its place, and the page is told
    turned = chart.evaluate(EYE)
    chart.evaluate("chart => { chart.dataset.mine = 'kept'; }")
    play("ArrowLeft")
    until(page, lambda: chart.evaluate(HEADS) == pytest.approx(path.x[14].tolist(), rel=1e-5))
    until(page, lambda: chart.evaluate(EYE) == pytest.approx(turned, abs=0.02))
    slider = page.locator(".st-key-SGD-lr input[type=range]")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    slower = ov.trace(ov.SGD(lr=0.9), ov.SURFACES["Elongated bowl"], (-7, 2), 100)
    until(page, lambda: chart.evaluate(HEADS) == pytest.approx(slower.x[14].tolist(), rel=1e-5))
    until(page, lambda: chart.evaluate(EYE) == pytest.approx(turned, abs=0.02))
