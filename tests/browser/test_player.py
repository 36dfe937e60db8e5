"""The player in a real browser: the clock is exact, the numbers are true, nothing is lost between runs."""

import re
import time
from pathlib import Path

import numpy as np
import pytest

import optim_viz as ov
from optim_viz import player

pytestmark = pytest.mark.browser
BOWL = ov.Surface("x^2/20 + y^2", start=(-7, 2), minima=[(0, 0)], value=0.0)
RULES = [ov.SGD(lr=0.9), ov.Momentum(lr=0.1), ov.Adam(lr=0.3)]


@pytest.fixture(scope="module")
def paths():
    return ov.trace(RULES, BOWL, BOWL.start, 30)


@pytest.fixture
def open_player(new_page, tmp_path):
    """`open_player(paths, options of the page..., **options of html)`: a page with a player, offline."""

    def make(paths, width=1280, height=800, context=None, **options):
        page = new_page(width, height, offline=True, **(context or {}))
        file = tmp_path / "player.html"
        file.write_text(player.html(paths, **options), encoding="utf-8")
        page.goto(file.as_uri())
        settled(page)
        return page

    return make


def until(page, holds, seconds=20):
    """Wait without `eval` in the page, whose policy forbids it."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        page.wait_for_timeout(30)


def rest(page):
    """Wait until the page has nothing under way."""
    until(page, lambda: page.locator("[data-test-script-state=running]").count() == 0)


def settled(page):
    until(page, lambda: state(page, "painted") > 0)


def state(page, name):
    return page.locator(".optim-viz").evaluate(f"element => element.player.{name}")


def frame(page):
    """Wait until what was asked for is drawn."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def press(page, *keys):
    page.locator("canvas").focus()
    for key in keys:
        page.keyboard.press(key)
    frame(page)


def move_to(page, x, y, click=False):
    """Put the mouse on the point (x, y) of the map."""
    box = page.locator("canvas").bounding_box()
    px, py = page.locator(".optim-viz").evaluate("(element, at) => element.player.pixel(...at)", [x, y])
    (page.mouse.click if click else page.mouse.move)(box["x"] + px, box["y"] + py)
    frame(page)


def colors(page):
    """The number of different colors on the canvas, and its mean lightness 0..255."""
    return page.locator("canvas").evaluate(
        """canvas => {
          const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          const seen = new Set(); let light = 0, count = 0;
          for (let k = 0; k < data.length; k += 4) if (data[k + 3] === 255) {
            seen.add(data[k] << 16 | data[k + 1] << 8 | data[k + 2]);
            light += data[k] + data[k + 1] + data[k + 2]; count += 3;
          }
          return [seen.size, light / count];
        }"""
    )


def six(value):
    return f"{np.float32(value):#.6g}".replace("-", "−")


def test_keys_move_the_clock_exactly(open_player, paths):
    """Arrows are one step, with Shift ten; Home and End jump; L repeats; each stops the play but L."""
    page = open_player(paths)
    for keys, step in [
        (["Home"], 0),
        (["ArrowRight"] * 3, 3),
        (["Shift+ArrowRight"], 13),
        (["ArrowLeft"], 12),
    ]:
        press(page, *keys)
        assert state(page, "at") == step
    press(page, "Shift+ArrowLeft", "Shift+ArrowLeft")
    assert state(page, "at") == 0
    press(page, "End", "l")
    assert (state(page, "at"), state(page, "loop"), state(page, "playing")) == (30, True, False)
    assert page.locator(".count").inner_text() == "step 30 of 30"


def test_buttons_do_what_the_keys_do(open_player, paths):
    """Play pauses and goes on, the step buttons step, the slider scrubs, speed is what was chosen."""
    page = open_player(paths)
    assert state(page, "playing")
    page.get_by_role("button", name="Pause").click()
    assert not state(page, "playing")
    at = state(page, "at")
    page.wait_for_timeout(120)
    assert state(page, "at") == at
    page.get_by_role("slider", name="Step").fill("7")
    page.get_by_role("button", name="One step forward").click()
    page.get_by_role("button", name="One step forward").click()
    page.get_by_role("button", name="One step back").click()
    assert state(page, "at") == 8
    page.get_by_role("combobox", name="Speed").select_option("8")
    page.get_by_role("button", name="Play").click()
    until(page, lambda: state(page, "at") == 30)
    assert (state(page, "speed"), state(page, "playing")) == (8, False)
    page.get_by_role("button", name="Back to the start").click()
    assert state(page, "at") == 0


def test_space_on_the_map_plays_and_pauses(open_player, paths):
    """Space on the map is play and pause; after the end it begins again."""
    page = open_player(paths)
    press(page, "Home", "End", "Space")
    assert state(page, "playing")
    assert state(page, "at") < 15
    press(page, "Space")
    assert not state(page, "playing")


def test_hover_gives_exact_values(open_player, paths):
    """The nearest point of a path: its step, x, y and f with six digits."""
    page = open_player(paths[:1])
    press(page, "End")
    x, y = paths[0].x[5]
    move_to(page, x, y)
    value = paths[0].value[5]
    expected = ["SGD, step 5", f"x = {six(x)}", f"y = {six(y)}", f"f = {six(value)}"]
    assert page.locator(".tip").inner_text().split("\n") == expected
    press(page, "+")
    assert page.locator(".tip").is_hidden()
    press(page, "0")
    move_to(page, x, y)
    assert page.locator(".tip").is_visible()
    move_to(page, 9, 9)
    assert page.locator(".tip").is_hidden()


def test_legend_shows_the_loss_and_hides_paths(open_player, paths):
    """Each button names its path and its loss now; one click hides it, a double click leaves only it."""
    page = open_player(paths)
    press(page, "Home")
    first = page.locator(".chip").first
    assert first.inner_text().split() == ["SGD", "6.450"]
    first.click()
    assert state(page, "hidden") == ["SGD"]
    assert first.get_attribute("aria-pressed") == "false"
    first.click()
    page.locator(".chip").nth(2).dblclick()
    assert state(page, "hidden") == ["SGD", "Momentum"]
    page.locator(".chip").nth(2).dblclick()
    assert state(page, "hidden") == []


def test_zoom_keeps_the_point_under_the_mouse(open_player, paths):
    """Ctrl and the wheel zoom where the mouse is; without Ctrl the page keeps the wheel; 0 resets."""
    page = open_player(paths)
    move_to(page, 4, -5)
    before = page.locator(".optim-viz").evaluate("element => element.player.pixel(4, -5)")
    page.mouse.wheel(0, -100)
    assert state(page, "zoom") == 1
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    frame(page)
    assert state(page, "zoom") > 1.5
    after = page.locator(".optim-viz").evaluate("element => element.player.pixel(4, -5)")
    np.testing.assert_allclose(after, before, atol=0.6)  # the mouse stands on whole pixels
    press(page, "0")
    assert state(page, "zoom") == 1
    press(page, "+", "+")
    assert state(page, "zoom") == pytest.approx(2.25)


def test_dragging_a_zoomed_map_pans(open_player, paths):
    """What was under the mouse stays under the mouse."""
    page = open_player(paths)
    press(page, "+")
    move_to(page, 1, 1)
    page.mouse.down()
    box = page.locator("canvas").bounding_box()
    before = page.locator(".optim-viz").evaluate("element => element.player.pixel(1, 1)")
    page.mouse.move(box["x"] + before[0] + 60, box["y"] + before[1] - 40, steps=4)
    page.mouse.up()
    frame(page)
    after = page.locator(".optim-viz").evaluate("element => element.player.pixel(1, 1)")
    np.testing.assert_allclose(np.subtract(after, before), [60, -40], atol=0.01)


def test_divergence_is_said_and_never_drawn_as_nan(open_player):
    """A path that runs away ends with a sentence; no NaN, no infinity, no error anywhere."""
    wild = ov.trace([ov.SGD(lr=3.0), ov.SGD(lr=0.5)], BOWL, (-7, 2), 60)
    page = open_player(wild, labels=["wild", "tame"])
    press(page, "End")
    text = page.locator(".optim-viz").inner_text()
    assert f"diverged at step {wild[0].outcome.step}" in text.replace("\n", " ")
    assert "NaN" not in text
    assert "∞" not in text


def test_reduced_motion_shows_the_end_and_plays_when_asked(open_player, paths):
    """Who asked for less motion sees the finished picture at once; play still works."""
    page = open_player(paths, context={"reduced_motion": "reduce"})
    assert (state(page, "playing"), state(page, "at")) == (False, 30)
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(150)
    assert 0 < state(page, "at") < 30


def test_a_phone_never_scrolls_sideways(open_player, paths):
    """At 390 px everything fits in width, and each thing to touch is at least 40 px high."""
    page = open_player(paths, 390, 844, context={"has_touch": True, "is_mobile": True})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for button in page.locator("button:visible, select, input").all():
        assert button.bounding_box()["height"] >= 40


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_picture_has_colors_of_its_theme(open_player, paths, theme):
    """The map really is painted, light on a light page and dark on a dark one."""
    page = open_player(paths, context={"color_scheme": theme, "reduced_motion": "reduce"})
    count, lightness = colors(page)
    assert count > 100
    assert lightness > 170 if theme == "light" else lightness < 100


def test_picture_is_saved_as_png(open_player, paths, tmp_path):
    """The button gives a PNG with the map and the legend under it."""
    page = open_player(paths)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save this picture").click()
    file = Path(waiting.value.path())
    data = file.read_bytes()
    assert data.startswith(b"\x89PNG")
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    canvas = page.locator("canvas").evaluate("canvas => [canvas.width, canvas.height]")
    assert width > canvas[0]
    assert height > canvas[1] + 26


def test_equal_units_and_arrows(open_player):
    """With `equal` one unit is as long on both axes and the whole domain is seen; arrows can be shown."""
    flat = BOWL.replace(y=(-4, 4))
    page = open_player(ov.trace(RULES, flat, (-7, 2), 30), equal=True, context={"reduced_motion": "reduce"})
    (x0, y0), (x1, y1) = page.locator(".optim-viz").evaluate(
        "element => [element.player.pixel(0, 0), element.player.pixel(1, 1)]"
    )
    assert x1 - x0 == pytest.approx(y0 - y1, rel=0.01)
    plain, _ = colors(page)
    page.get_by_role("button", name="downhill").click()
    frame(page)
    assert colors(page)[0] != plain


def test_a_listener_hears_only_when_it_rests(open_player, paths):
    """The live sentence is empty while it plays and tells step and losses when paused."""
    page = open_player(paths)
    page.wait_for_timeout(500)
    assert page.locator("[aria-live]").inner_text() == ""
    press(page, "Home")
    page.wait_for_timeout(600)
    assert page.locator("[aria-live]").text_content() == "step 0 of 30; SGD 6.450; Momentum 6.450; Adam 6.450"
    assert "3 paths" in page.locator("canvas").get_attribute("aria-label")


# --- In Streamlit ---


@pytest.fixture(scope="module")
def app(serve):
    return serve(Path(__file__).parent / "player_app.py")


@pytest.fixture
def mounted(new_page, app):
    page = new_page(1280, 900)
    page.goto(app)
    page.locator(".optim-viz canvas").wait_for()
    settled(page)
    return page


def rerun(page, change):
    """Change something and wait until the new data is painted."""
    before = state(page, "painted")
    change()
    until(page, lambda: state(page, "painted") > before)


def set_steps(page, steps):
    box = page.get_by_label("steps", exact=True)
    box.fill(str(steps))
    rerun(page, lambda: box.press("Enter"))


def test_a_rerun_loses_nothing(mounted):
    """New paths keep step, zoom, speed, hidden paths and loop; what showed the end shows the new end."""
    page = mounted
    page.get_by_role("combobox", name="Speed").select_option("2")
    page.locator(".chip").nth(1).click()
    press(page, "Home", *["ArrowRight"] * 6, "+", "l")
    kept = [state(page, name) for name in ("at", "zoom", "speed", "hidden", "loop", "playing")]
    assert kept == [6, pytest.approx(1.5), 2, ["Momentum"], True, False]
    set_steps(page, 50)
    assert [state(page, name) for name in ("at", "zoom", "speed", "hidden", "loop", "playing")] == kept
    assert state(page, "steps") == 50
    press(page, "End")
    set_steps(page, 80)
    assert (state(page, "at"), state(page, "steps")) == (80, 80)


def test_playing_goes_on_through_a_rerun(mounted):
    """New data while playing: it plays on from the same step."""
    page = mounted
    set_steps(page, 400)
    press(page, "Home", "Space")
    page.wait_for_timeout(400)
    before = state(page, "at")
    set_steps(page, 500)
    assert state(page, "playing")
    assert before <= state(page, "at") < 250


def test_a_click_sends_a_start(mounted):
    """A click on the map is the new start, exactly; dragging the start moves it."""
    page = mounted
    rerun(page, lambda: move_to(page, 3, -4, click=True))
    page.get_by_text(re.compile("start [23].* -[34]")).wait_for()
    x, y = map(float, page.get_by_text(re.compile("^start")).inner_text().split()[1:3])
    assert (x, y) == (pytest.approx(3, abs=0.03), pytest.approx(-4, abs=0.04))
    box = page.locator(".optim-viz canvas").bounding_box()
    to = page.locator(".optim-viz").evaluate("element => element.player.pixel(-5, 5)")
    move_to(page, x, y)
    page.mouse.down()
    page.mouse.move(box["x"] + to[0], box["y"] + to[1], steps=5)
    rerun(page, page.mouse.up)
    page.get_by_text(re.compile(r"start -[45]\.\d+ [45]\.")).wait_for()


def test_grid_and_paths_always_belong_together(mounted):
    """After the surface has changed the player shows the grid of the new one, never the old one."""
    page = mounted
    old = state(page, "surface")
    rerun(page, lambda: page.get_by_text("wide", exact=True).click())
    until(page, lambda: state(page, "surface") != old)
    assert page.get_by_text(re.compile("^start")).inner_text().split()[-1] == state(page, "surface")


def test_fifty_reruns_leak_nothing(mounted):
    """The page's heap grows by at most 2 MB over fifty changes."""
    page = mounted
    tools = page.context.new_cdp_session(page)

    def heap():
        tools.send("HeapProfiler.collectGarbage")
        return tools.send("Runtime.getHeapUsage")["usedSize"]

    for steps in range(31, 36):
        set_steps(page, steps)
    before = heap()
    for steps in range(36, 86):
        set_steps(page, steps)
    assert heap() - before < 2_000_000
    assert page.locator(".optim-viz").count() == 1
