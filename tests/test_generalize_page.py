"""Generalization without a browser: each part of the page, its question, its numbers, its controls, its code."""

import re
import subprocess
import sys

import numpy as np
import pytest

from optim_viz.figures import generalize as figures
from optim_viz.figures.folds import HEIGHT, WIDTH, Sheet
from optim_viz.labs.generalize.degrees import folds, three, tradeoff
from optim_viz.labs.generalize.samples import AT
from optim_viz.labs.generalize.series import forecast
from optim_viz.labs.generalize.trees import team
from optim_viz.ui.generalize import SEED, USUAL, VIEWS, Setup
from optim_viz.ui.generalize_code import code
from tests.pages import header, link, move, said, strips, table, visitor
from tests.server import ROOT

FILE = "pages/generalize.py"
visit = visitor(FILE)
RIGHT = {"parts": "higher", "folds": "all", "time": "ordered", "bias": "higher", "team": "variance"}
WRONG = {"parts": "lower", "folds": "same", "time": "same", "bias": "lower", "team": "neither"}


def answered(view, **more):
    return visit({"ge.view": view, f"ge.ask.{view}": RIGHT[view], **more})


def charts(app):
    return [chart.proto.spec for chart in app.get("plotly_chart")]


def messages(app):
    return [element.proto.bytes for element in app.get("bidi_component")]


@pytest.mark.parametrize("view", VIEWS)
def test_each_part_opens_with_a_picture_and_a_question(view):
    """Something is drawn before the answer, no table of results; the right answer on the opening settings is right."""
    app = visit({"ge.view": view})
    assert charts(app) or messages(app)
    assert any(text.startswith("**Predict**") for text in said(app, "markdown"))
    assert said(app, "warning", "error", "success") == []
    move(app, f"ge.ask.{view}", RIGHT[view])
    assert [text for text in said(app, "success") if text.startswith("**Right.**")]
    assert said(move(app, f"ge.ask.{view}", WRONG[view]), "warning")


def test_three_parts_tell_the_numbers_of_the_core():
    """Medians and counts of a thousand samples; the test line comes with the answer."""
    before, after = visit(), answered("parts")
    assert '"name":"test"' not in charts(before)[0]
    assert '"name":"test"' in charts(after)[0]
    found = three(USUAL, seed=SEED)
    for app, parts in ((before, ("train", "validation")), (after, ("train", "validation", "test"))):
        for (_, told), degree in zip(strips(app)[0], (*range(9), 4), strict=True):
            assert told.startswith(f"Degree {degree}, ")
            numbers = [f"{getattr(found, part)[0, degree]:.3g}" for part in parts]
            assert re.findall(r"\d\.?\d*", told)[1:] == numbers
    validation, test = found.winners()
    (right,) = said(after, "success")
    assert f"In {(test > validation).sum()} of 1000 samples" in right
    assert f"{np.median(test):.3g} and {np.median(validation):.3g}" in right
    bullets = next(text for text in said(after, "markdown") if text.startswith("- "))
    assert f"the validation error at degree {found.chosen[0]}" in bullets
    assert "fitted to 18 points, the degree chosen by 6 others, judged by the last 6" in bullets


def test_the_table_checks_the_sum():
    """Every degree: bias², variance, noise², their sum, the measured error, and a difference of at most 3 %."""
    app = answered("bias")
    found = tradeoff(USUAL)
    rows = table(app)
    assert list(rows) == [str(k) if k != 4 else "**4**" for k in range(9)]
    for k, cells in enumerate(rows.values()):
        numbers = (found.parts.bias[k], found.parts.variance[k], 0.25, found.parts.sum[k], found.error[k])
        assert cells[:5] == [f"{value:.3g}" for value in numbers]
        assert abs(float(cells[5].replace("−", "-").rstrip("%"))) <= 3
        assert sum(map(float, cells[:3])) == pytest.approx(float(cells[3]), rel=0.01)
    bullets = next(text for text in said(app, "markdown") if text.startswith("- "))
    assert f"at most {np.abs(found.off).max():.1%}" in bullets


def test_without_noise_the_page_says_what_it_measured():
    """New x each time: some variance is left. The same x: none, and nothing to trade. A line finds itself."""
    anew = next(text for text in said(answered("bias"), "markdown") if "Without noise" in text and "- " in text)
    assert "there still is variance" in anew
    assert "does not rise again up to degree 8" in anew
    same = answered("bias", **{"ge.fixed": "true"})
    assert any("the variance is 0, the error is the bias² alone" in text for text in said(same, "markdown"))
    line = visit({"ge.view": "bias", "ge.curve": "line", "ge.ask.bias": "same"})
    assert said(line, "success")
    assert any("the curve itself is among these polynomials" in text for text in said(line, "markdown"))
    quiet = visit({"ge.view": "bias", "ge.noise": "0"})
    assert not any(text.startswith("**Predict**") for text in said(quiet, "markdown"))
    assert any("there still is variance" in text for text in said(quiet, "markdown"))


def test_folds_and_series_tell_the_numbers_of_the_core():
    """Medians of the estimates, and the three errors of the series."""
    rows = table(answered("folds"))
    one, mean = np.median(folds(USUAL, 5, seed=SEED).estimates(4), axis=1)
    assert (rows["one fold alone"][0], rows["mean of 5 folds"][0]) == (f"{one:.3g}", f"{mean:.3g}")
    app = answered("time")
    found = forecast(0.95, seed=SEED)
    assert [cells[0] for cells in table(app).values()] == [f"{value:.3g}" for value in found.means()]
    assert any(f"{found.means()[2] / found.means()[0]:.1f} times too low" in text for text in said(app, "markdown"))
    calm = visit({"ge.view": "time", "ge.memory": "0", "ge.ask.time": "same"})
    assert said(calm, "success")
    assert any("the order of time does not matter" in text for text in said(calm, "markdown"))


def test_teams_tell_the_numbers_of_the_core():
    """Bias² and variance of one tree and of fifty; the film has a frame per tree."""
    app = answered("team")
    found = team(USUAL, "bagging", 3, 50, 0.3, seed=SEED)
    rows = table(app)
    assert rows["one tree"] == [f"{v:.3g}" for v in (found.parts.bias[0], found.parts.variance[0], found.alone)]
    assert rows["50 trees, bagging"][2] == f"{found.error[-1]:.3g}"
    film = next(header(message) for message in messages(app) if b'"film"' in message)
    assert (film["film"]["frames"], film["marks"][0]) == (50, 1)
    chain = visit({"ge.view": "team", "ge.method": "boosting", "ge.depth": "3", "ge.rounds": "100",
                   "ge.ask.team": "bias"})  # fmt: skip
    assert any("too many trees learn the noise" in text for text in said(chain, "markdown"))
    alone = visit({"ge.view": "team", "ge.rounds": "1"})
    assert not any(text.startswith("**Predict**") for text in said(alone, "markdown"))


# view -> control: new value; in this order, in one session
MOVES = {
    "parts": {"ge.noise": 0.1, "ge.n": 100, "ge.degree": 7, "ge.seed": 0, "ge.curve": "wave"},
    "folds": {"ge.folds": 10, "ge.degree": 2},
    "time": {"ge.memory": 0.5, "ge.way": "ordered", "ge.seed": 1},
    "bias": {"ge.fixed": True, "ge.degree": 8},
    "team": {"ge.depth": 1, "ge.rounds": 10, "ge.method": "boosting", "ge.share": 1.0},
}


@pytest.mark.parametrize("view", VIEWS)
def test_each_control_changes_the_picture_and_the_link_restores_it(view):
    """Moved once each: something else is drawn; a new session at the link draws the same."""
    app = answered(view)
    for key, value in MOVES[view].items():
        was = charts(app), messages(app)
        move(app, key, value)
        assert (charts(app), messages(app)) != was, key
    again = visit(link(app))
    assert (charts(again), messages(again)) == (charts(app), messages(app))


def test_a_link_with_nonsense_is_told():
    """A sentence at each control; the defaults are used."""
    keys = ("ge.view", "ge.curve", "ge.noise", "ge.n", "ge.degree", "ge.seed", "ge.ask.parts")
    app = visit(dict.fromkeys(keys, "<b>nonsense"))
    assert sum(text.startswith("The link asks") for text in said(app, "warning")) == len(keys)
    assert charts(app)
    assert not any("<b>" in text for text in said(app))


@pytest.mark.parametrize("view", VIEWS)
def test_the_code_runs(view):
    """A script of its own process that prints numbers of the page."""
    out = subprocess.run([sys.executable, "-c", code(Setup(), view)], cwd=ROOT, capture_output=True, text=True,
                         check=True).stdout  # fmt: skip
    validation, test = three(USUAL, seed=SEED).winners()
    known = {"parts": np.median(validation), "time": forecast(0.95, seed=SEED).means()[1],
             "team": team(USUAL, "bagging", 3, 50, 0.3, seed=SEED).alone}  # fmt: skip
    assert (str(float(known[view])) in out) if view in known else out
    assert len(test) == 1000


def test_a_sheet_keeps_everything_inside():
    """Values beyond the data stand at the rim, and the row of boxes is under the picture."""
    sheet = Sheet([0, 1], [0, 1], (-2, 2))
    places = np.array(sheet.place([-2, 2, 0], [-50, 50, 0.5]))
    assert (places >= 0).all()
    assert (places[:, 0] <= WIDTH).all()
    assert (places[:, 1] <= sheet.bottom).all()
    assert sheet.bottom < HEIGHT - 30


def test_figures_hold_what_they_are_given():
    """Arrays in are arrays drawn."""
    found = tradeoff(USUAL)
    bars = figures.pieces(found.parts, found.error, 3)
    np.testing.assert_allclose(sum(np.asarray(bar.y) for bar in bars.data[:3]), found.parts.sum)
    np.testing.assert_array_equal(bars.data[3].y, found.error)
    fan = figures.fan(AT, found.fits[:4, 2], found.parts.mean[2], USUAL.value(AT))
    assert np.isnan(fan.data[0].y).sum() == 4
    np.testing.assert_array_equal(fan.data[1].y, found.parts.mean[2])


def test_it_speaks_korean():
    """Question, verdict and table."""
    for view in VIEWS:
        texts = said(answered(view, lang="ko"), "markdown", "success", "caption")
        assert not any(word in text for text in texts for word in ("degree", "sample", "error", "trees", "fold "))
