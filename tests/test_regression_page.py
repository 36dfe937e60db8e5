"""Regression with different optimizers without a browser: opening, each control, answers, bad input, code."""

import subprocess
import sys

import numpy as np
import pytest

from optim_viz.figures import regression as figures
from optim_viz.labs.regression import COUNT, RATES, Setup
from optim_viz.optimizers import OPTIMIZERS, Adam
from optim_viz.ui import regressed
from optim_viz.ui.i18n import language
from optim_viz.ui.regression import PAINTED, RULES
from tests.pages import header, link, move, picture, said, table, visitor, widgets
from tests.server import ROOT

FILE = "pages/regression.py"
visit = visitor(FILE)
SHORT = {"rg.epochs": "10", "rg.hidden": "2"}


def result(app, view="fit"):
    return app.session_state[f"_rg_{view}_result"]


def press(app, view="fit"):
    app.button(key=f"rg.{view}.go").click().run()
    assert not app.exception
    return app


def lines(app):
    return [text for text in said(app, "markdown") if text.startswith("- ")]


def test_it_opens_moving_and_keeps_the_answer_back():
    """A finished film of three fits and the true curve over sixty points, with the epochs for a clock; no table yet."""
    app = visit()
    film, ground = map(header, picture(app))
    assert [one["name"] for one in film["series"]] == ["SGD", "Momentum", "Adam", "true curve"]
    assert film["autoplay"]
    assert film["film"]["count"] == COUNT
    assert film["marks"][-1] == 100
    assert ground["texts"]["step"] == "epoch {n} of {N}"
    assert ground["x"] == [-2, 2]
    assert result(app).setup == Setup(RULES)
    assert result(visit()) is result(app)
    assert said(app, "warning", "error") == []
    assert not any("| " in text for text in said(app, "markdown"))


def test_the_answer_is_that_of_the_ten_seeds():
    """Adam's median is lowest, but not clearly: the page says so, and its numbers are those of the runs."""
    app = move(visit(), "rg.ask.fit", "Adam")
    ends, misses = result(app).ends(), result(app).misses()
    best, wins = int(np.median(ends, axis=1).argmin()), int((ends[2] < ends[1]).sum())
    assert best == 2
    assert wins < 9
    (warned,) = said(app, "warning")
    assert "no clear winner" in warned
    assert f"lower than Momentum in only {wins} of 10 seeds" in warned
    for k, (name, cells) in enumerate(table(app).items()):
        assert name == RULES[k].name
        assert cells[1:] == [f"{np.median(ends[k]):.3g}", f"{ends[k].min():.3g} – {ends[k].max():.3g}",
                             f"{np.median(misses[k]):.3g}"]  # fmt: skip
    (told,) = lines(app)
    assert f"Adam ends lower than Momentum in {wins} of 10 seeds: not more than chance." in told
    x, y = result(app).setup.data()
    floor = ((regressed.TARGETS["wave"].value(x) - y) ** 2).mean()
    assert f"a loss of {floor:.3g} on these points" in told
    move(app, "rg.ask.fit", "none")
    assert any(text.startswith("**Right.**") for text in said(app, "success"))


def test_every_rate_is_shown_after_the_answer():
    """First one curve, then all; the answer and its numbers are those of the sweep."""
    app = visit({"rg.view": "rates"})
    assert '"name":"SGD"' in app.get("plotly_chart")[0].proto.spec
    assert '"name":"Adam"' not in app.get("plotly_chart")[0].proto.spec
    move(app, "rg.ask.rates", "far")
    sweep = result(app, "rates")
    best, common = sweep.medians().min(axis=1), sweep.medians()[:, RATES.index(0.01)]
    (warned,) = said(app, "warning")
    assert "“less than 1.5 times”" in warned
    assert f"{best.max() / best.min():.2f} times the loss of the best" in warned
    assert f"for all it is {common.max() / common.min():.2f} times" in warned
    figure = figures.rates(sweep, RATES)
    np.testing.assert_array_equal(figure.data[4].y, sweep.medians()[2])
    assert (figure.data[5].x[0], figure.data[5].y[0]) == (RATES[sweep.best()[2]], sweep.medians()[2].min())


# control: new value, the fields of the setup that change; in this order, in one session
MOVES = {
    "rg.curve": ("step", {"target"}),
    "rg.noise": (0.0, {"noise"}),
    "rg.opt": (["SGD", "Lion"], {"rules"}),
    "rg.SGD.lr": (0.01, {"rules"}),
    "rg.Lion.beta1": (0.5, {"rules"}),
    "rg.hidden": (5, {"hidden"}),
    "rg.epochs": (20, {"epochs"}),
    "rg.seed": (3, {"seed"}),
}


def test_each_control_changes_what_is_trained_and_only_on_the_button():
    """The last film stays, with a note; the button trains exactly that, and the link brings the same again."""
    app = visit(SHORT)
    for key, (value, expected) in MOVES.items():
        was = result(app)
        move(app, key, value)
        assert result(app) is was
        assert any(text.startswith("Still the last result") for text in said(app, "caption"))
        now = result(press(app)).setup
        changed = {name for name in now.__dataclass_fields__ if getattr(was.setup, name) != getattr(now, name)}
        assert changed == expected, key
    again = visit(link(app))
    assert result(again).setup == result(app).setup
    assert picture(again) == picture(app)


def test_painted_points_have_no_true_curve():
    """Their film shows the fits alone, the table has no distance, and a lone optimizer asks nothing."""
    app = visit({**SHORT, "rg.curve": "points", "rg.opt": ["Adam"]})
    film = header(picture(app)[0])
    assert [one["name"] for one in film["series"]] == ["Adam"]
    assert film["film"]["count"] == len(PAINTED.split()) / 2
    assert len(table(app)["Adam"]) == 3
    assert result(app).setup.rules == (Adam(lr=0.03),)
    assert "rg.ask.fit" not in widgets(app)
    press(move(app, "rg.points", "-1 0 -0.5 1 0 0.5 1 0 1.5 1"))
    assert result(app).setup.points[1] == (-0.5, 1)


WRONG = {
    "half a point": ({"rg.curve": "points", "rg.points": "1 0 1"}, "The last point has only one number."),
    "too few": ({"rg.curve": "points", "rg.points": "1 0 1 1"}, "Paint at least 5 points."),
    "markup": ({"rg.curve": "points", "rg.points": "<b>"}, "Write points as pairs of numbers"),
    "no such curve": ({"rg.curve": "nothing"}, "The link asks this control for a value"),
    "no such rate": ({"rg.SGD.lr": "0.123"}, "The link asks this control for a value"),
    "too many runs": (
        {"rg.opt": list(OPTIMIZERS)[:11]}, "110 runs at once are too many"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_gets_a_sentence_and_a_film_stays(case):
    """A sentence at the control; a finished film is there all the same, and nothing of a text is rendered."""
    before, sentence = WRONG[case]
    app = visit({**SHORT, **before})
    assert [text for text in said(app, "warning") if text.startswith(sentence)]
    assert header(picture(app)[0])["film"]["frames"] > 5
    assert not any("<b>" in text for text in said(app))
    assert app.button(key="rg.fit.go").disabled or sentence.startswith("The link")


def test_diverged_runs_are_counted_and_infinite():
    """No NaN in the table, and the count is told."""
    app = press(move(visit({**SHORT, "rg.epochs": "100", "rg.Momentum.lr": "10"}), "rg.seed", 1))
    move(app, "rg.ask.fit", "show")
    assert table(app)["Momentum"][1] == "∞"
    assert "Momentum: 10 of 10 runs diverged." in lines(app)[0]
    assert not any("nan" in text for text in said(app, "markdown"))


@pytest.mark.parametrize("given", [{"target": "step"}, {"points": ((-1.0, 0.0), (0.0, 1.0), (1.0, 0.5))}])
def test_the_code_prints_the_numbers_of_the_table(given):
    """A script of its own process: median, lowest and highest loss of each optimizer."""
    setup = Setup(RULES, epochs=10, hidden=3, seed=4, **given)
    out = subprocess.run([sys.executable, "-c", regressed.code(setup)()], cwd=ROOT, capture_output=True, text=True,
                         check=True).stdout  # fmt: skip
    fits = list(regressed.regression.train(setup))[-1]
    said_there = np.array([line.split()[-3:] for line in out.splitlines()], dtype=float)
    np.testing.assert_allclose(said_there[:, 0], np.median(fits.ends(), axis=1))
    np.testing.assert_allclose(said_there[:, 2], fits.ends().max(axis=1))


def test_it_speaks_korean():
    """Film, question and verdict."""
    app = move(visit({"lang": "ko"}), "rg.ask.fit", "none")
    assert language() == "en"  # outside a session
    assert header(picture(app)[0])["series"][-1]["name"] == "원래 곡선"
    assert any("원래 곡선 자체의 손실" in text for text in said(app, "markdown"))
    assert not any(word in text for text in said(app, "markdown") for word in ("seeds", "ends lower", "median"))
