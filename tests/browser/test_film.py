"""Curves that move over data, in a real browser: the numbers are those of the frame."""

import numpy as np
import pytest

from optim_viz import player
from tests.browser.test_player import press, settled, state

pytestmark = pytest.mark.browser


def test_a_film_plays_and_tells_the_numbers_of_its_frame(new_page, tmp_path):
    """It opens moving; arrows step through its frames; the curve under the mouse is told; a chip hides a curve."""
    x = np.linspace(0, 1, 21)
    y = np.stack([np.stack([t * x, 1 - t * x]) for t in np.linspace(0, 1, 5)])
    film = player.Film(x, y, ["up", "down"], points=[[0.5, 0.5]], loss=np.outer(5 - np.arange(5), [1, 2]),
                       steps=[0, 1, 10, 100, 1000])  # fmt: skip
    file = tmp_path / "film.html"
    file.write_text(player.html(film), encoding="utf-8")
    page = new_page(1280, 700, offline=True)
    page.goto(file.as_uri())
    settled(page)
    assert state(page, "playing")
    press(page, "Home", "ArrowRight", "ArrowRight")
    assert page.locator(".count").inner_text() == "step 10 of 1000"
    assert page.locator(".chip").first.inner_text().split() == ["up", "3.000"]
    box = page.locator("canvas").bounding_box()
    px, py = page.locator(".optim-viz").evaluate("(element) => element.player.pixel(0.8, 0.4)")
    page.mouse.move(box["x"] + px, box["y"] + py)
    told = page.locator(".tip").inner_text().split("\n")
    assert told == ["up, step 10", "x = 0.800000", "y = 0.400000", "Loss = 3.00000"]
    press(page, "ArrowRight")
    assert page.locator(".tip").inner_text().split("\n")[0] in ("up, step 100", "down, step 100")
    page.locator(".chip").first.click()
    assert state(page, "hidden") == ["up"]
    assert page.locator(".tip").is_hidden() or page.locator(".tip").inner_text().startswith("down")
