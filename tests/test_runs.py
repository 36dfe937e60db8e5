"""Runs that a person keeps: records, the file of them, and the page."""

import json
import random

import numpy as np
import pytest

import optim_viz as ov
from optim_viz.experiments import repeats
from optim_viz.figures.spark import spark
from optim_viz.runs import LARGEST, MOST_RUNS, POINTS, Run, added, differences, from_json, run, thin, to_json
from optim_viz.ui import runs as shown_runs
from optim_viz.ui.site import PAGES
from tests.pages import move, opened, said, widgets

NAMES = [page.name for page in PAGES]
ONE = run(
    "race", {"steps": ["50"], "lang": ["ko"]}, {"SGD": "f = 1"}, {"SGD": [3.0, 2.0, 1.0], "Adam": [2.0, np.inf, 1.0]}
)


def test_a_run_is_what_the_page_showed():
    """Settings without the language, results in words, finite points of the curves."""
    assert (
        Run("race", (("steps", ("50",)),), (("SGD", "f = 1"),), (("SGD", (3.0, 2.0, 1.0)), ("Adam", (2.0, 1.0)))) == ONE
    )
    assert ONE.link == {"steps": ["50"]}


def test_long_curves_are_thinned_from_end_to_end():
    """Forty points, the first and the last among them."""
    values = np.linspace(1, 2, 1001)
    found = thin(values)
    assert len(found) == POINTS
    assert (found[0], found[-1]) == (1.0, 2.0)
    assert thin([]) == thin([np.nan]) == ()


def test_the_same_settings_again_replace_the_old_run_and_keep_its_pin():
    """Newest first; nothing twice; pinned ones are not pushed out by new ones."""
    other = run("race", {"steps": ["60"]}, {}, {})
    again = run("race", {"steps": ["50"]}, {"SGD": "f = 2"}, {})
    kept = added(added((ONE.pin(True),), other), again)
    assert [one.results for one in kept] == [(("SGD", "f = 2"),), ()]
    assert kept[0].pinned
    many = (ONE.pin(True),)
    for k in range(MOST_RUNS + 5):
        many = added(many, run("rate", {"k": [str(k)]}, {}, {}))
    assert len(many) == MOST_RUNS
    assert many[-1] == ONE.pin(True)
    assert many[0].link == {"k": [str(MOST_RUNS + 4)]}


def test_side_by_side_shows_what_differs():
    """Settings that are alike in all are left out."""
    a = run("race", {"steps": ["50"], "noise": ["1"]}, {}, {})
    b = run("race", {"steps": ["60"], "noise": ["1"], "seed": ["2"]}, {}, {})
    assert differences([a, b]) == ["steps", "seed"]
    assert differences([a]) == []


def test_a_file_of_runs_comes_back():
    """Written and read again: the same records."""
    runs = (ONE, ONE.pin(True), run("train", {}, {"Adam": "한글"}, {}))
    assert from_json(to_json(runs), NAMES) == runs


def test_two_hundred_broken_files_are_refused():
    """Cut, spliced and swapped: each is refused with one sentence, or still is a file of valid runs."""
    text, draw, fine = to_json((ONE, run("train", {"a": ["b"]}, {}, {}))), random.Random(0), 0
    reasons = set()
    for _ in range(200):
        at, size = draw.randrange(len(text)), draw.randrange(1, 12)
        piece = draw.choice(["", "}", "null", "1e999", "NaN", '"x"', "[", "true", '{"page":"../x"}'])
        try:
            read = from_json(text[:at] + piece + text[at + size :], NAMES)
        except ValueError as wrong:
            reasons.add(str(wrong))
        else:
            fine += all(one.page in NAMES for one in read)
    assert reasons == {"This is no file of runs, or it is damaged."}
    assert fine < 60


@pytest.mark.parametrize(
    "wrong",
    [
        lambda one: {**one, "page": "nowhere"},
        lambda one: {**one, "curves": [["a", [1.0] * (POINTS + 1)]]},
        lambda one: {**one, "curves": [["a", ["1"]]]},
        lambda one: {**one, "results": {"a": "b"}},
        lambda one: {**one, "pinned": 1},
        lambda one: {**one, "more": 1},
        lambda one: {**one, "settings": [["a", ["x" * 5000]]]},
    ],
)
def test_files_that_look_right_and_are_not(wrong):
    """Unknown pages, too many points, numbers as text, other fields, endless words."""
    plain = json.loads(to_json((ONE,)))
    plain["runs"] = [wrong(plain["runs"][0])]
    with pytest.raises(ValueError, match="damaged"):
        from_json(json.dumps(plain), NAMES)
    with pytest.raises(ValueError, match="damaged"):
        from_json(to_json((run("race", {}, {}, {"a": [0.125, 1.0]}),)).replace("0.125", "1e999"), NAMES)
    with pytest.raises(ValueError, match="too large"):
        from_json(" " * (LARGEST + 1), NAMES)


def test_a_spark_has_a_line_per_curve():
    """Curves that fall over many powers of ten are drawn on a logarithmic scale; none, no picture."""
    assert spark((), "light") == spark((("a", (1.0,)),), "light") == ""
    drawn = spark((("SGD", (1.0, 0.1, 0.01)), ("Adam", (1.0, 0.5, 0.01))), "dark")
    assert drawn.count("<polyline") == 2
    first = drawn.split('points="')[1].split('"')[0].split()
    heights = [float(point.split(",")[1]) for point in first]
    assert heights[1] - heights[0] == pytest.approx(heights[2] - heights[1], abs=0.2)


def test_keeping_a_race_lists_it_with_its_numbers():
    """The button beside the title keeps settings and results; the page of runs shows them and leads back."""
    app = opened({"steps": "40"})
    widgets(app)["ru.keep"].click().run()
    app.switch_page("pages/runs.py").run()
    text = "\n".join(said(app, "code", "markdown"))
    assert not app.exception
    (path,) = ov.trace([ov.SGD(lr=0.95)], ov.SURFACES["Elongated bowl"], (-7, 2), 40)
    assert f"SGD: f = {path.value[-1]:.6g}" in text
    assert "steps = 40" in text
    assert "](/?steps=40&lang=en)" in text


def test_runs_are_pinned_compared_and_removed():
    """Two pinned runs stand side by side with what differs; removing takes one away."""
    app = opened({})
    widgets(app)["ru.keep"].click().run()
    move(app, "steps", 100)
    app.query_params["steps"] = "100"
    widgets(app)["ru.keep"].click().run()
    app.switch_page("pages/runs.py").run()
    for k in (0, 1):
        widgets(app)[f"ru.pin{k}"].click().run()
    assert any(text == "steps = 100" for text in said(app, "code"))
    assert any(text == "steps = default" for text in said(app, "code"))
    widgets(app)["ru.out0"].click().run()
    assert "ru.pin1" not in widgets(app)
    assert not app.exception


def test_every_page_keeps_more_than_its_link():
    """In words or numbers what stands there, without markup; as a file all of it comes back."""
    app = opened({})
    for page in PAGES:
        if page.keeps:
            app.switch_page(page.file).run()
            widgets(app)["ru.keep"].click().run()
            assert not app.exception, page.name
    kept = {one.page: one for one in app.session_state["_runs"]}
    assert list(kept) == [page.name for page in reversed(PAGES) if page.keeps]
    assert all(one.results for one in kept.values())
    assert sum(bool(one.curves) for one in kept.values()) > len(kept) / 2
    words = [word for one in kept.values() for pair in one.results for word in pair]
    assert all(word and "**" not in word and "\xa0" not in word for word in words)
    assert from_json(to_json(tuple(kept.values())), NAMES) == tuple(kept.values())
    best = repeats.shipped().found["gp"].best
    assert dict(kept["search"].results)["Gaussian process"].startswith(f"best {best.score:.1%} · on test images")
    (line,) = [values for name, values in kept["rate"].curves if name == "SGD"]
    assert np.isfinite(line).all()


def test_a_run_that_is_left_at_once_is_kept_all_the_same(monkeypatch):
    """Whoever goes on before the page is drawn again has the link, and loses no results kept before."""
    app = opened({})
    monkeypatch.setattr(shown_runs, "complete", lambda: None)
    widgets(app)["ru.keep"].click().run()
    monkeypatch.undo()
    app.switch_page("pages/runs.py").run()
    (one,) = app.session_state["_runs"]
    assert (one.page, one.results) == ("race", ())


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_empty_page_says_what_to_do(lang):
    """Nothing kept: a sentence, no exception."""
    app = opened({"lang": lang}, "pages/runs.py")
    assert not app.exception
    assert len(said(app, "info")) == 1
