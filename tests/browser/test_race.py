"""The race page as people use it: a real browser, the mouse, the keyboard, links, the Back button, a phone."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

import optim_viz as ov
from tests.browser.test_player import colors, frame, move_to, press, settled, state, until

pytestmark = pytest.mark.browser
STILL = {"reduced_motion": "reduce"}  # the picture stands at its end, so two pictures can be compared
SHOWN = """() => {
  const all = (selector, read) => [...document.querySelectorAll(selector)].map(read);
  return {
    rows: all(".stMarkdown table tr", (row) => row.innerText),
    sliders: all("input[type=range]", (slider) => [slider.ariaLabel, slider.value]),
    boxes: all(".stMain input:not([type=range])",
      (box) => [box.ariaLabel, box.type === "checkbox" ? box.checked : box.value]),
    chosen: all("button[data-selected=true]", (button) => button.innerText),
    formulas: all(".st-key-split .katex annotation", (formula) => formula.textContent),
  };
}"""


@pytest.fixture
def visit(new_page, url):
    """`visit(link, width, height, **context options)`: the race page at a link, painted."""

    def make(link=None, width=1280, height=900, **options):
        page = new_page(width, height, **options)
        return go(page, link if isinstance(link, str) else f"{url}/?{urlencode(link or {}, doseq=True)}")

    return make


def go(page, address):
    page.goto(address)
    page.locator(".optim-viz canvas").wait_for()
    settled(page)
    return resting(page)


def resting(page):
    """Wait until the page has been told everything: no run is under way and what is shown no longer changes."""
    shown = [None]

    def quiet():
        before, shown[0] = shown[0], page.evaluate(SHOWN)
        busy = page.locator("[data-test-script-state=running], [data-stale=true]").count()
        return before == shown[0] and not busy

    until(page, lambda: (page.wait_for_timeout(60), quiet())[1])
    return page


def painted(page, change):
    """Do something and wait until new paths are on the canvas and the page rests."""
    before = state(page, "painted")
    change()
    until(page, lambda: state(page, "painted") > before)
    return resting(page)


def query(page):
    return parse_qs(urlsplit(page.url).query)


def rows(page):
    """Optimizer -> its row of the table."""
    return dict(line.split("\t", 1) for line in page.evaluate(SHOWN)["rows"][1:])


def choose(page, label, option):
    """Choose in a select box the way a keyboard does."""
    box, found = page.get_by_role("combobox", name=label), page.get_by_role("option", name=option, exact=True)

    def listed():  # a list that closes while the page is still being drawn is opened again, as a person would
        box.focus()
        box.fill("")
        box.fill(option)
        page.wait_for_timeout(200)
        return found.is_visible()

    until(page, listed)
    painted(page, lambda: page.keyboard.press("Enter"))


def type_formula(page, text):
    box = page.get_by_role("textbox", name="f(x, y) =")
    box.fill(text)
    box.press("Enter")


def test_the_page_opens_moving(visit):
    """Without a click the paths run, from step 0 on, and the legend has seven of them."""
    page = visit()
    first = state(page, "step")
    until(page, lambda: state(page, "step") > first)
    assert state(page, "playing") or state(page, "at") == 100
    assert page.locator(".optim-viz .chip").count() == 7


def test_a_slider_moved_by_keyboard_repaints_its_path(visit):
    """An arrow key on a rate: the URL, its row and the picture change; the rows of the others do not."""
    page = visit(**STILL)
    was, image = rows(page), page.locator(".optim-viz canvas").screenshot()
    slider = page.locator(".st-key-SGD-lr input[type=range]")
    slider.focus()
    painted(page, lambda: page.keyboard.press("ArrowLeft"))
    until(page, lambda: query(page) == {"SGD.lr": ["0.9"]})  # the picture may come before the address
    now = rows(page)
    assert [name for name in now if now[name] != was[name]] == ["SGD"]
    assert page.locator(".optim-viz canvas").screenshot() != image
    assert page.evaluate("performance.getEntriesByName('optim-viz-painted').length") == 1


MOVED = {"surface": "Rosenbrock", "Rosenbrock.b": "20", "opt": ["SGD", "Adam", "Lion"], "Adam.beta1": "0.5",
         "noise": "0.5", "seed": "7", "fill": "gray", "levels": "log", "view": "notebook", "steps": "60", "x0": "0.25",
         "y0": "-1"}  # fmt: skip
OWN = {"surface": "own", "f": "sin(a*x) + b*y^2", "own.a": "2", "own.b": "0.5", "xmin": "-4", "xmax": "6.5",
       "x0": "1.25", "y0": "2"}  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("link", [{}, MOVED, OWN], ids=["landing", "elsewhere", "own formula"])
def test_a_copied_link_restores_the_page(visit, link, lang):
    """The address after a change by hand, opened by somebody else, shows the same controls, numbers and paths."""
    page = visit({**link, "lang": lang}, **STILL)
    slider = page.locator(".st-key-Adam-lr input[type=range]")
    slider.focus()
    painted(page, lambda: page.keyboard.press("ArrowRight"))
    until(page, lambda: "Adam.lr" in query(page))
    again = visit(page.url, **STILL)
    assert again.evaluate(SHOWN) == page.evaluate(SHOWN)
    assert state(again, "surface") == state(page, "surface")
    assert query(again) == query(page)
    assert bool(re.search("[가-힣]", again.locator("h1").inner_text())) == (lang == "ko")


def test_another_language_keeps_every_value(visit):
    """A Korean link read in English and back: the numbers and the address keep, the translated choices too."""
    page = visit({**MOVED, "lang": "ko"}, **STILL)
    korean, address = page.evaluate(SHOWN), query(page)
    numbers = {name: row.split("\t")[:4] for name, row in rows(page).items()}
    page.get_by_role("radio", name="English").or_(page.get_by_role("button", name="English")).first.click()
    until(page, lambda: page.locator("h1").inner_text() == "Optimizer race")
    resting(page)
    english = page.evaluate(SHOWN)
    assert {name: row.split("\t")[:4] for name, row in rows(page).items()} == numbers
    until(page, lambda: {**query(page), "lang": 0} == {**address, "lang": 0})
    assert [value for _, value in english["sliders"]] == [value for _, value in korean["sliders"]]
    page.get_by_text("한국어").click()
    until(page, lambda: page.locator("h1").inner_text() != "Optimizer race")
    assert resting(page).evaluate(SHOWN) == korean
    assert len(korean["sliders"]) > 5
    assert korean["chosen"][0] == "한국어"


def test_back_returns_to_the_surface_before(visit):
    """After a change of surface, Back leads to the surface before, without a loop that would trap."""
    page = visit(**STILL, alone=True)
    was = page.evaluate(SHOWN)
    choose(page, "Surface", "Rosenbrock")
    entries = page.evaluate("history.length")
    for _ in range(entries):  # every rate that was tuned is an entry of its own
        page.go_back()
        resting(page)
        if page.get_by_role("combobox", name="Surface").input_value() == "Elongated bowl":
            break
    assert page.evaluate(SHOWN) == was
    assert page.evaluate("history.length") == entries


def test_back_returns_to_the_language_before(visit):
    """After a change of language, Back leads to the whole page in the language before."""
    page = visit({"lang": "ko"}, **STILL)
    was = page.evaluate(SHOWN)
    page.get_by_text("English").click()
    until(page, lambda: page.locator("h1").inner_text() == "Optimizer race")
    resting(page)
    page.go_back()
    until(page, lambda: page.locator("h1").inner_text() != "Optimizer race")
    assert resting(page).evaluate(SHOWN) == was


def test_a_click_on_the_map_moves_the_start(visit):
    """The start boxes, the address and every path begin at the point of the map that was clicked."""
    page = visit(**STILL)
    painted(page, lambda: move_to(page, 3, -4, click=True))
    until(page, lambda: "x0" in query(page))
    x, y = (float(query(page)[key][0]) for key in ("x0", "y0"))
    assert (x, y) == (pytest.approx(3, abs=0.04), pytest.approx(-4, abs=0.06))
    press(page, "Home")
    assert f"{ov.SURFACES['Elongated bowl'].value((x, y)):.3f}"[:4] in page.locator(".chip").first.inner_text()


def test_what_was_set_on_the_player_survives_a_change(visit):
    """Zoom, step and hidden paths stay when a control changes the paths."""
    page = visit(**STILL)
    page.locator(".optim-viz .chip").nth(1).click()
    press(page, "Home", *["ArrowRight"] * 5, "+")
    kept = [state(page, name) for name in ("at", "zoom", "hidden", "playing")]
    assert kept == [5, pytest.approx(1.5), ["Momentum"], False]
    page.locator(".st-key-SGD-lr input[type=range]").focus()
    painted(page, lambda: page.keyboard.press("ArrowLeft"))
    assert [state(page, name) for name in ("at", "zoom", "hidden", "playing")] == kept


def test_a_formula_is_drawn_or_marked_but_never_rendered(visit):
    """A good formula is a new surface; a bad one gets a mark under its character; markup in it stays text."""
    page = visit({"surface": "own"}, **STILL, alone=True)
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    old = state(page, "surface")
    painted(page, lambda: type_formula(page, "x^2 + 3*y^2"))
    good = state(page, "surface")
    assert good != old
    type_formula(page, "x^2 + foo(y)")
    mark = page.locator(".stCode", has_text="▲")
    mark.wait_for()
    line, below = mark.locator("code").inner_text().rstrip("\n").split("\n")
    assert line[below.index("▲")] == "f"
    type_formula(page, "<img src=x onerror=alert(1)>")
    mark.filter(has_text="<img").wait_for()
    resting(page)
    assert state(page, "surface") == good
    assert page.locator("img[onerror], img[src=x]").count() == 0
    assert dialogs == []


def test_everything_with_the_keyboard_alone(visit):
    """Tab reaches every main control; keys alone play, choose a preset and a surface, and set the start."""
    page = visit(**STILL)
    seen = set()
    for _ in range(90):
        page.keyboard.press("Tab")
        seen.add(page.evaluate(
            """() => { const host = document.activeElement; let at = host;
              while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
              return host.closest("[class*=st-key-]")?.className.match(/st-key-(\\S+)/)[1] + "/" + at.tagName; }"""
        ))  # fmt: skip
    reached = {place.split("/")[0] for place in seen}
    assert {"lang", "preset", "race", "surface", "opt", "SGD-lr", "more", "suit", "x0", "y0", "steps", "noise",
            "display", "race-save", "view"} <= reached  # fmt: skip
    assert {"race/CANVAS", "race/BUTTON", "race/INPUT", "race/SELECT"} <= seen
    press(page, "Home", "Space")
    assert state(page, "playing")
    pill = page.locator(".st-key-preset button").first
    pill.focus()
    painted(page, lambda: page.keyboard.press("Enter"))
    assert list(rows(page)) == ["SGD", "Momentum", "AdaGrad", "Adam"]
    choose(page, "Surface", "Himmelblau")
    until(page, lambda: query(page).get("surface") == ["Himmelblau"])
    resting(page)
    box = page.locator(".st-key-x0 input")
    box.focus()
    before = rows(page)
    box.fill("1.5")
    painted(page, lambda: page.keyboard.press("Enter"))
    until(page, lambda: query(page).get("x0") == ["1.5"])
    assert rows(page) != before  # every path now begins elsewhere


def test_a_control_keeps_its_place_in_the_link_when_others_come_and_go(visit):
    """After sliders above it have gone and come, a control in a box of its own still writes itself to the link."""
    page = visit(**STILL)
    page.locator(".st-key-display summary").click()
    page.locator(".st-key-equal input").wait_for(state="attached")
    choose(page, "Surface", "Booth")  # one slider fewer above
    painted(page, lambda: page.locator(".st-key-opt button", has_text="AdamP").click())  # and one more
    page.locator(".st-key-noise input[type=range]").focus()
    painted(page, lambda: page.keyboard.press("ArrowRight"))  # a box for the seed comes
    page.locator(".st-key-equal label").first.click()
    until(page, lambda: query(page).get("equal") == ["true"])
    box = page.locator(".st-key-y0 input")
    box.focus()
    box.fill("2.5")
    page.keyboard.press("Enter")
    until(page, lambda: query(page).get("y0") == ["2.5"])


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_phone_does_not_scroll_sideways(visit, lang):
    """390 px wide, every view: nothing is wider than the screen, each theme is followed, the map is painted."""
    page = visit({"lang": lang}, 390, 844, has_touch=True, is_mobile=True, **STILL)
    views = page.locator(".st-key-view button")
    for k in range(views.count()):
        views.nth(k).click()
        resting(page)
        assert width(page) <= 390, k
    assert views.count() == 4
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, **STILL)
        until(page, lambda dark=theme == "dark": (colors(page)[1] < 110) if dark else (colors(page)[1] > 150))
        assert colors(page)[0] > 100
        assert width(page) <= 390


def width(page):
    return page.evaluate(
        "Math.max(document.documentElement.scrollWidth, document.querySelector('.stMain').scrollWidth)"
    )


@pytest.mark.parametrize("view", ["3d", "loss"])
def test_charts_are_drawn(visit, view):
    """The 3-D view and the loss chart come up with one trace per optimizer and a text for those who cannot see them."""
    page = visit({"view": view}, **STILL)
    chart = page.locator(".js-plotly-plot")
    chart.wait_for()
    names = chart.evaluate("chart => chart.data.map((trace) => trace.name)")
    assert {"SGD", "Adam"} <= set(names)
    if view == "3d":
        chart.locator("canvas").first.wait_for()


def test_the_saved_page_plays_offline(visit, new_page, tmp_path):
    """The downloaded file is small, needs no network, and plays the same race."""
    page = visit(**STILL)
    page.get_by_role("button", name="Save", exact=True).click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Animation (HTML, plays offline)").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    assert file.suffix == ".html"
    assert file.stat().st_size < 200_000
    alone = new_page(offline=True)
    alone.goto(file.as_uri())
    settled(alone)
    first = state(alone, "step")
    until(alone, lambda: state(alone, "step") > first)
    assert alone.locator(".chip").count() == 7
    press(alone, "End")
    press(page, "End")
    frame(page)
    assert alone.locator(".chip").all_inner_texts() == page.locator(".optim-viz .chip").all_inner_texts()
