"""The lessons: complete in both languages, computed, and every step opens its page with exactly its settings."""

import re
from math import isfinite

import pytest

from optim_viz import course
from optim_viz.course import LANGUAGES, Lesson, LessonError, Said, Step, measures
from optim_viz.course.progress import Reached, read, together, write
from optim_viz.course.reading import NOTHING
from optim_viz.course.reading import read as read_file
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.topics import TOPICS
from optim_viz.ui import state
from optim_viz.ui.i18n import speak, translate
from optim_viz.ui.site import PAGES
from tests.pages import heading, link, opened, said, widgets

LESSONS = list(course.lessons().values())
FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$\n]+?\$", re.DOTALL)
NAMES, WORD = re.compile("|".join(OPTIMIZERS)), re.compile("[A-Za-z]{2}")
PLACE = re.compile(r"\{[^{}\s]*\}")
REFUSED = translate("The link asks this control for a value it does not have; the default is used.", "en")
PLACES = {page.name: page for page in PAGES}
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)


def texts(lesson):
    """Every text of a lesson, in all its languages."""
    yield from (lesson.title, lesson.goal)
    for step in lesson.steps:
        yield from (step.title, step.text, step.question, step.because, *step.options.values())


# --- the files


def test_lessons_come_in_their_order():
    """Each has a number of its own, and teaches something of the notes."""
    orders = [lesson.order for lesson in LESSONS]
    assert orders == sorted(set(orders))
    assert all(set(lesson.topics) <= set(TOPICS) for lesson in LESSONS)


@each_lesson
def test_both_languages_say_the_same(lesson):
    """The same numbers in the same form and the same formulas; in Korean there is Korean; no braces are left over."""
    for text in texts(lesson):
        places = {lang: set(lesson.named(text[lang])) for lang in LANGUAGES}
        formulas = {lang: set(FORMULA.findall(text[lang])) for lang in LANGUAGES}
        assert places["en"] == places["ko"], text
        assert formulas["en"] == formulas["ko"], text
        assert re.search("[가-힣]", text["ko"]) or not WORD.search(NAMES.sub("", FORMULA.sub("", text["en"]))), text
        assert not re.search(r"\}(?:은|는|이|가|을|를|와|과|으로|로)(?![가-힣])", text["ko"]), text
        for lang in LANGUAGES:
            assert not PLACE.findall(FORMULA.sub("", lesson.said(text, lang))), text


@each_lesson
def test_every_number_is_computed(lesson):
    """A fact is a finite number or the id of an option, and some text uses it."""
    used = {name for text in texts(lesson) for name, _ in lesson.named(text["en"])}
    used |= {name for step in lesson.steps for name, _ in lesson.named(step.answer)}
    assert used == set(lesson.facts)
    measures.known()
    for name, fact in lesson.facts.items():
        value = fact.value()
        assert isinstance(value, str) or isfinite(value), name


@each_lesson
def test_every_answer_is_an_option(lesson):
    """The computed answer is one of what can be chosen, and some option is wrong."""
    for step in lesson.steps:
        assert (step.kind == "predict") == bool(step.options)
        assert not step.options or lesson.answer(step) in step.options


def test_options_go_by_their_names():
    """A fact that is the id of an option is said in the reader's words; braces of formulas stay."""
    lesson = course.lessons()["zigzag"]
    step = lesson.steps[0]
    assert lesson.said({"en": r"{turning}: \frac{1}{x}"}, "en", step) == r"along y, the short axis: \frac{1}{x}"
    assert lesson.said({"en": "{slope_x:.2f}"}, "en") == "−0.70"


SMALL = """
order = 1
minutes = 5
topics = ["sgd"]
title = { en = "A", ko = "가" }
goal = { en = "B", ko = "나" }
"""
STEP = """
[[steps]]
kind = "%s"
page = "race"
title = { en = "A", ko = "가" }
text = { en = "B", ko = "나" }
"""
ALL = SMALL + "".join(STEP % kind for kind in ("run", "explain", "try", "run"))
ASKS = """question = { en = "A", ko = "가" }
answer = "x"
because = { en = "A", ko = "가" }
options = { x = { en = "A", ko = "가" }, y = { en = "B", ko = "나" } }
"""
WRONG = {
    "no order": (ALL.replace("order = 1", ""), "needs order"),
    "no Korean": (ALL.replace(', ko = "나"', ""), "goal needs a text in each of en, ko"),
    "an unknown key": (ALL + 'page2 = "rate"', "step 4 has an unknown page2"),
    "an unknown kind": (ALL.replace('"explain"', '"tell"'), "step 2: 'tell' is none of"),
    "four steps": (ALL, "4 steps"),
    "no prediction": (ALL + STEP % "run", "no predict"),
    "half a question": (ALL + STEP % "predict", "a prediction has question"),
    "an answer to no question": (ALL + STEP % "run" + ASKS, "a prediction has question"),
    "a number in a link": (ALL + "link = { steps = 29 }", "steps in the link is a text"),
    "no measure": (SMALL + "[facts]\nx = 3\n" + "".join(STEP % "run"), "the fact x needs a measure"),
    "no TOML": ("order = ", "bad.toml"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_says_what_is_wrong(name, tmp_path):
    """The message names the file, the step and what is missing or unknown."""
    text, told = WRONG[name]
    file = tmp_path / "bad.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LessonError, match=rf"bad\.toml: .*{re.escape(told)}|{re.escape(told)}"):
        read_file(file)


def test_a_right_file_is_read(tmp_path):
    """What the files above lack is all there is to lack."""
    file = tmp_path / "good.toml"
    file.write_text(ALL + STEP % "predict" + ASKS, encoding="utf-8")
    assert [step.kind for step in read_file(file).steps] == ["run", "explain", "try", "run", "predict"]


# --- progress


def test_progress_goes_through_the_browser():
    """What was written is read again; both visits count, and the further step stays."""
    lessons = course.lessons()
    old = {"zigzag": Reached(3, {1: "y"}), "rate": Reached(8, {})}
    assert read(write(old), lessons) == old
    assert together(old, {"zigzag": Reached(2, {4: "show"})})["zigzag"] == Reached(3, {1: "y", 4: "show"})


@pytest.mark.parametrize(
    "text",
    [None, 3, "", "{", "[]", "[" * 5000, "x" * 30_000, '{"zigzag": 1}', '{"zigzag": [99, {}]}', '{"nobody": [1, {}]}',
     '{"zigzag": [0, {}]}', '{"zigzag": [true, {}]}', '{"zigzag": [1, []]}', '{"zigzag": ["1", {}]}'],
    ids=lambda text: str(text)[:20],
)  # fmt: skip
def test_nonsense_from_the_browser_is_no_progress(text):
    """Anybody can write there: what no lesson has is left out."""
    assert read(text, course.lessons()) == {}
    assert read('{"zigzag": [2, {"1": "<b>", "9": "x", "2": "y", "4": 3}]}', course.lessons()) == {"zigzag": Reached(2)}


# --- on the pages


def shows(app, key, asked):
    """Whether the control shows what the link asks for."""
    shown, wanted = link(app).get(key, widgets(app)[key].value), [asked] if isinstance(asked, str) else list(asked)
    found = [str(one) for one in (shown if isinstance(shown, list | tuple) else [shown])]
    return found == wanted or [f"{float(one):g}" for one in found] == [f"{float(one):g}" for one in wanted]


def walk(app, lesson, k):
    """The step on the page, with exactly its settings, refused by no control."""
    step = lesson.steps[k]
    assert not app.exception, (lesson.key, k + 1)
    assert heading(app) == PLACES[step.page].title
    assert app.query_params["lesson"] == f"{lesson.key}.{k + 1}"
    assert REFUSED not in said(app, "warning"), (lesson.key, k + 1)
    assert any(step.title["en"] in text for text in said(app, "markdown"))
    for key, asked in step.link.items():
        assert key in widgets(app), f"{lesson.key}.{k + 1}: the page has no {key}"
        assert shows(app, key, asked), f"{lesson.key}.{k + 1}: {key} shows {widgets(app)[key].value}"


@each_lesson
def test_every_step_opens_with_its_settings(lesson):
    """From the first step to the list of lessons by the bar's own button; what a question hides comes after it."""
    app = opened({"lesson": lesson.key})
    for k, step in enumerate(lesson.steps):
        if k:
            widgets(app)["guide.next"].click().run()
        else:
            app.query_params["lesson"] = f"{lesson.key}.1"
        walk(app, lesson, k)
        if step.options:
            reason = lesson.said(step.because, "en", step)
            assert not any(reason in text for text in said(app))
            widgets(app)[f"guess.{lesson.key}.{k + 1}"].set_value(lesson.answer(step)).run()
            assert any("Right." in text and reason in text for text in said(app, "success"))
    widgets(app)["guide.next"].click().run()
    assert heading(app) == "Lessons"
    assert "lesson" not in app.query_params
    assert any("Done" in text for text in said(app, "caption"))


WAYS = (  # every kind of control, one page after another, twice the same page
    (
        "race",
        {"opt": ("SGD", "Adam"), "SGD.lr": "0.3", "Adam.beta1": "0.5", "steps": "60", "noise": "0.5", "seed": "7"},
    ),
    ("race", {"surface": "own", "f": "x^2 + 3*y^2", "xmin": "-4", "x0": "-3", "field": "true", "view": "notebook"}),
    ("rate", {"surface": "Rotated bowl", "Rotated bowl.k": "50", "lr.focus": "Adam", "x0": "2", "lr.opt": ("Adam",)}),
    ("race", {}),
    ("lessons", {"answers": "true"}),
    ("race", {"Adam.lr": "0.1", "opt": ("Adam",), "x0": "5"}),
)


def test_a_step_has_exactly_its_settings_whatever_was_before(monkeypatch):
    """After other pages and own changes every control shows, and the link says, what a fresh visitor of it sees."""
    name: Said = {"en": "A", "ko": "A"}
    steps = tuple(Step("run", page, given, name, name, NOTHING, {}, "", NOTHING) for page, given in WAYS)
    monkeypatch.setitem(course.lessons(), "made", Lesson("made", 99, 1, (), name, name, {}, steps))
    app = opened({"lesson": "made.1", "present": "true", "hide": "words"})
    for k, (page, given) in enumerate(WAYS, 1):
        if k > 1:
            widgets(app)["guide.next"].click().run()
        fresh = opened({**given, "lesson": f"made.{k}", "present": "true", "hide": "words"}, PLACES[page].file)
        assert not app.exception
        assert {key: one.value for key, one in widgets(app).items()} == {
            key: one.value for key, one in widgets(fresh).items()
        }
        assert link(app) == link(fresh)
        for key, value in {"opt": ["Momentum"], "steps": 10, "x0": 1.5, "lr.rate": 0.1, "log": False}.items():
            if key in widgets(app):
                widgets(app)[key].set_value(value).run()


def test_the_bar_keeps_the_language_and_gives_back_the_settings():
    """Own changes last until “Set up again”; the language and kept answers outlive every step."""
    app = opened({"lesson": "zigzag.1"})
    widgets(app)["guess.zigzag.1"].set_value("x").run()
    assert any("along y, the short axis" in text for text in said(app, "warning"))
    widgets(app)["SGD.lr"].set_value(0.01).run()
    widgets(app)["lang"].set_value("ko").run()
    speak("ko")
    assert app.query_params["lesson"] == "zigzag.1"
    assert widgets(app)["SGD.lr"].value == 0.01
    assert any("짧은 축인 y 방향" in text for text in said(app, "warning"))
    widgets(app)["guide.again"].click().run()
    assert widgets(app)["SGD.lr"].value == 0.95
    widgets(app)["guide.next"].click().run()
    widgets(app)["guide.back"].click().run()
    assert app.query_params["lang"] == "ko"
    assert widgets(app)["guess.zigzag.1"].value == "x"
    widgets(app)["guide.leave"].click().run()
    assert "lesson" not in app.query_params
    assert "guide.next" not in widgets(app)
    assert widgets(app)["steps"].value == 0
    speak("en")


@pytest.mark.parametrize(("page", "ends"), [("inside", "Optimizer race"), ("notes", "Notes map")])
def test_an_animation_that_speaks_up_on_the_way_does_not_lead_back(page, ends):
    """Streamlit takes the newest word for the page to show: from the page that is being left it counts for nothing."""
    app = opened({"lang": "en"}, PLACES[page].file)
    link = {"lesson": ["zigzag.2"], "steps": ["29"]}
    app.session_state["_asked"] = state._Asked(PLACES["race"], "inside", link, link)
    app.run()
    assert heading(app) == ends
    assert app.query_params.get("lesson") == ("zigzag.2" if ends == "Optimizer race" else None)
    assert "_asked" not in app.session_state


def test_a_step_that_is_none():
    """A sentence, and the page as it is without."""
    app = opened({"lesson": ""})
    for asked in (
        "",
        "nobody",
        "zigzag.0",
        "zigzag.99",
        "zigzag.x",
        "zigzag.²",
        "<b>.1",
        "../zigzag",
        "rate." + "9" * 99,
    ):
        app.query_params["lesson"] = asked
        app.run()
        assert not app.exception
        assert said(app, "warning") == ["There is no such step of a lesson. All lessons are on the page “Lessons”."]
        assert "guide.next" not in widgets(app)


def listed(app):
    """To the list of lessons, as the menu leads there: without parameters."""
    app.query_params.clear()
    app.switch_page("pages/lessons.py").run()


def test_the_list_goes_on_where_one_left_off():
    """A lesson begun goes on at its furthest step; another page's settings and kept runs are still there."""
    app = opened({"lang": "en", "lr.view": "phases"}, "pages/rate.py")
    widgets(app)["ru.keep"].click().run()
    listed(app)
    assert [key for key in widgets(app) if key.startswith("guide.open")] == [f"guide.open.{one.key}" for one in LESSONS]
    widgets(app)["guide.open.zigzag"].click().run()
    widgets(app)["guide.next"].click().run()
    listed(app)
    assert "Step 2 of 6" in said(app, "caption")
    widgets(app)["guide.open.zigzag"].click().run()
    assert app.query_params["lesson"] == "zigzag.2"
    assert len(app.session_state["_runs"]) == 1
    app.switch_page("pages/rate.py").run()
    assert widgets(app)["lr.view"].value == "phases"
    listed(app)
    widgets(app)["guide.forget"].click().run()
    assert "Step 2 of 6" not in said(app, "caption")


@each_lesson
def test_the_teacher_sees_every_answer(lesson):
    """All steps with texts, right answers and reasons, and a link that opens each step."""
    app = opened({"answers": "true", "answers.of": lesson.key, "lang": "ko"}, "pages/lessons.py")
    assert not app.exception
    shown = "\n".join(said(app, "markdown"))
    for k, step in enumerate(lesson.steps, 1):
        assert step.title["ko"] in shown
        assert lesson.said(step.because, "ko", step) in shown
        assert f"lesson={lesson.key}.{k}&lang=ko)" in shown
        assert not step.options or f"**{step.options[lesson.answer(step)]['ko']}** :material/check:" in shown
