"""A lesson in a real browser: by keyboard alone, kept from one visit to the next, and where nothing may be kept."""

import itertools
import re

import pytest

from optim_viz import course
from tests.browser.test_player import rest, until

pytestmark = pytest.mark.browser
LESSON = course.lessons()["zigzag"]
BLOCKED = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } })"
STEPS = "all => all.map((one) => one.player?.steps)"
FOCUSED = "document.activeElement?.closest('[class*=st-key-guide-next]') !== null"


def bar(page):
    return page.locator(".st-key-guide")


def at(page, k):
    """Wait until step k is shown, and nothing is under way."""
    until(page, lambda: f"lesson={LESSON.key}.{k}" in page.url)
    bar(page).get_by_text(LESSON.steps[k - 1].title["en"]).first.wait_for()
    rest(page)


def answer(page, k):
    """With the right arrow from option to option, and Enter on the right one."""
    options = list(LESSON.steps[k - 1].options)
    pills = bar(page).locator(f".st-key-guess-{LESSON.key}-{k} button")
    pills.first.focus()
    for _ in range(options.index(LESSON.answer(LESSON.steps[k - 1]))):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    bar(page).get_by_text("Right.").wait_for()


def onward(page):
    """Enter on the button that leads on; again, as a person would, where it was replaced at that very moment."""
    step, looks = re.search(r"lesson=[\w.]+", page.url), itertools.count()

    def gone():
        if next(looks) % 100 == 0 and page.evaluate(FOCUSED):
            page.keyboard.press("Enter")
        return re.search(r"lesson=[\w.]+", page.url) is None or step[0] not in page.url

    until(page, gone)


def test_a_lesson_by_keyboard_and_its_progress(new_page, url):
    """From the list through every step to the end without a mouse; later the list and the answers are still there."""
    page = new_page(1280, 800, reduced_motion="reduce")
    page.goto(f"{url}/lessons?lang=en")
    card = page.locator(f".st-key-lesson-{LESSON.key}")
    card.get_by_role("button", name="Begin").focus()
    page.keyboard.press("Enter")
    for k, step in enumerate(LESSON.steps, 1):
        at(page, k)
        steps = int(str(step.link.get("steps") or step.link["in.steps"]))
        until(page, lambda steps=steps: page.locator(".optim-viz").evaluate_all(STEPS) == [steps])
        if k > 1:
            until(page, lambda: page.evaluate(FOCUSED))
        if step.options:
            answer(page, k)
            for _ in range(1 if k == 1 else 2):  # past Back, where there is a step back
                page.keyboard.press("Tab")
            assert page.evaluate(FOCUSED)
        onward(page)
    card.get_by_text("Done").wait_for()
    rest(page)
    page.goto(f"{url}/lessons?lang=en")
    card.get_by_text("Done").wait_for()
    page.goto(f"{url}/?lesson={LESSON.key}.1&lang=en")
    bar(page).get_by_text("Right.").wait_for()


def test_without_storage_on_a_phone(new_page, url):
    """Where the browser keeps nothing the lesson goes on all the same; folded away it leaves only its buttons."""
    page = new_page(390, 844, reduced_motion="reduce", alone=True)
    page.add_init_script(BLOCKED)
    page.goto(f"{url}/?lesson={LESSON.key}.2&lang=en")
    at(page, 2)
    bar(page).get_by_role("button", name="Next").click()
    at(page, 3)
    text = bar(page).get_by_text(LESSON.steps[2].title["en"])
    bar(page).locator("summary").focus()
    page.keyboard.press("Enter")
    text.wait_for(state="hidden")
    assert bar(page).get_by_role("button", name="Next").is_visible()
    assert bar(page).bounding_box()["height"] < 130
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 390
