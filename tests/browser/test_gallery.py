"""The static edition as its readers have it: opened from a folder, without a server, in a real browser."""

import re
import shutil
from itertools import cycle

import pytest
from axe_core_python.base import AXE_SCRIPT

from optim_viz.course import lessons
from optim_viz.gallery import scenes, writing
from optim_viz.gallery.mathml import mathml
from optim_viz.presets import PRESETS
from optim_viz.sayings import EXAMPLES
from tests.browser.test_access import ALL, CHECK
from tests.browser.test_player import state, until

pytestmark = pytest.mark.browser
NAMES = ["index", *PRESETS, *(f"inside-{key}" for key in EXAMPLES), *(f"lesson-{key}" for key in lessons())]
LOOKS = [("en", "light", 1280), ("ko", "dark", 390), ("ko", "light", 1280), ("en", "dark", 390)]
HANGUL = re.compile(r"[가-힣]")
MOVED = "[...document.querySelectorAll('.optim-viz')].map((one) => one.player.painted && one.player.at)"


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    """All of it, written once, and then moved: nothing in it may know where it was made."""
    place = tmp_path_factory.mktemp("edition")
    list(writing.write(place / "made", app="https://app.example"))
    shutil.move(place / "made", place / "moved")
    return place / "moved"


@pytest.fixture
def visit(new_page, edition):
    """`visit(name, lang, theme, width)`: a page from the folder; a request beyond it fails the test."""
    asked = []

    def make(name, lang="en", theme="light", width=1280, motion="no-preference"):
        page = new_page(width, 900, color_scheme=theme, reduced_motion=motion)
        page.on("request", lambda request: asked.append(request.url))
        page.goto((edition / lang / f"{name}.html").as_uri())
        return page

    yield make
    inside = (edition.as_uri(), "data:", "blob:")
    assert [url for url in asked if not url.startswith(inside)] == []


def test_everything_is_there_in_both_languages(edition):
    """A page per preset, example and lesson and an index of them, in each language and in its words."""
    for lang in ("en", "ko"):
        assert sorted(file.stem for file in (edition / lang).iterdir()) == sorted(NAMES)
        index = (edition / lang / "index.html").read_text(encoding="utf-8")
        assert [f'href="{name}.html"' in index for name in NAMES[1:]] == [True] * len(NAMES[1:])
    for name in NAMES:
        english, korean = ((edition / lang / f"{name}.html").read_text(encoding="utf-8") for lang in ("en", "ko"))
        assert HANGUL.findall(english.replace("한국어", "")) == []
        assert len(HANGUL.findall(korean)) > 20


def test_it_is_whole_and_asks_nobody(edition):
    """Every reference is relative and leads to a file that is there; the player's script is written once."""
    files = list(edition.rglob("*.html"))
    for file in files:
        text = file.read_text(encoding="utf-8")
        shown = re.sub(r"<script.*?</script>|<pre.*?</pre>", "", text, flags=re.S)
        loaded = re.findall(r'(?:src|srcset|<link[^>]*href)="([^"]*)"', text)
        linked = re.findall(r'<a [^>]*href="([^"]*)"', text)
        for target in loaded + [one for one in linked if not one.startswith("https://app.example/")]:
            assert target == "data:," or (file.parent / target).is_file(), f"{file}: {target}"
        assert not re.search(r"\{[a-z_]+(:[^}]*)?\}|\$|\*\*", re.sub(r"<[^>]*>", "", shown)), f"{file}: raw markup"
        assert str(edition.parent) not in text
        assert "class Player" not in text
    sizes = sorted(file.stat().st_size for file in files)
    assert sum(sizes) / len(sizes) < 60_000
    assert sizes[-1] < 200_000


@pytest.mark.parametrize(("name", "look"), list(zip(NAMES, cycle(LOOKS))))
def test_a_page_plays_from_a_folder(visit, name, look):
    """In sight, it plays; it fits the window, light and dark, wide and narrow; axe finds nothing, nor in what folds."""
    lang, theme, width = look
    page = visit(name, lang, theme, width)
    players = page.locator(".player").count()
    assert players or name == "index" or name.startswith("lesson-")
    until(page, lambda: len(page.evaluate(MOVED)) == players)
    if players:
        page.locator(".player").first.scroll_into_view_if_needed()
        until(page, lambda: page.evaluate(MOVED)[0] > 0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(CHECK, ALL) == []


def test_numbers_keep_step(visit):
    """Beside an optimizer looked into stand the numbers of the very update the player shows."""
    page = visit("inside-speed", motion="reduce")
    seen = scenes.of_example(EXAMPLES["speed"]).insides[0]
    box = page.locator(".update")
    until(page, lambda: box.locator("strong").inner_text() == f"Update {len(seen)}")
    page.locator(".optim-viz canvas").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    until(page, lambda: box.locator("strong").inner_text() == "Update 2")
    assert state(page, "step") == 2
    shown = box.locator("math").evaluate_all("all => all.map((one) => one.textContent)")
    assert shown == [re.sub(r"<[^>]*>", "", mathml(line.latex)) for line in seen.lines(2)]


def test_the_first_page_leads_to_the_reader_s_language(new_page, edition):
    """A Korean browser comes to the Korean index, any other to English; a click opens a page, and back."""
    for locale, lang in (("ko-KR", "ko"), ("fr-FR", "en")):
        page = new_page(locale=locale)
        page.goto((edition / "index.html").as_uri())
        page.wait_for_url(f"**/{lang}/index.html")
    page.locator(".cards a").first.click()
    page.wait_for_url("**/en/book.html")
    page.get_by_role("link", name="한국어").click()
    page.wait_for_url("**/ko/book.html")
