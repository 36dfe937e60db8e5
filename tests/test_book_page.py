"""Book mode without a browser: what it opens with, each control, long runs, MNIST, bad links, and its code."""

from dataclasses import replace

import numpy as np
import pytest

from optim_viz.data import Data
from optim_viz.experiments.book import EXPERIMENTS, judge, material, verdicts
from optim_viz.experiments.book.record import Line, Panel
from optim_viz.ui import book, bookshown
from tests.pages import header, link, move, picture, said, snippet, unfold, visitor, widgets

FILE = "pages/book.py"
visit = visitor(FILE)
HEAVY = [key for key, e in EXPERIMENTS.items() if e.arms]
LIGHT = [key for key, e in EXPERIMENTS.items() if not e.arms]
PANELS = tuple(Panel(str(k), (Line("without", np.arange(3.0), np.full(3, k / 5)),)) for k in range(5))


def at(key, **more):
    """The page at an experiment, with its question left aside."""
    return visit({"bk.experiment": key, f"bk.{EXPERIMENTS[key].section}": "show", **more})


def verdict_lines(app):
    texts = [text for text in said(app, "markdown") if text.startswith("**What it must show")]
    return ["- " + line for line in "\n".join(texts).split("\n- ")[1:]]


def charts(app):
    return [chart.proto.spec for chart in app.get("plotly_chart")]


@pytest.fixture
def short(monkeypatch):
    """The long experiments with one epoch each, and nothing kept from other tests."""
    for key in HEAVY:
        plain = EXPERIMENTS[key]

        def arms(source, seed, plain=plain):
            return [replace(arm, how=replace(arm.how, epochs=1)) for arm in plain.arms(source, seed)[:4]]

        monkeypatch.setitem(EXPERIMENTS, key, replace(plain, arms=arms))
    monkeypatch.setattr(book, "_KEPT", type(book._KEPT)(48))
    monkeypatch.setattr(book.DESK, "_costs", type(book.DESK._costs)(128))


def test_the_page_opens_on_moving_paths_and_a_question():
    """Four paths of 30 points play at once; the verdicts wait for an answer; nothing to complain about."""
    app = visit()
    paths, _ = picture(app)
    assert header(paths)["steps"] == 29
    assert header(paths)["autoplay"]
    assert [series["name"] for series in header(paths)["series"]] == ["SGD", "Momentum", "AdaGrad", "Adam"]
    assert verdict_lines(app) == []
    assert said(app, "warning", "error") == []
    assert app.session_state["bk.6.1.7"] is None


def test_an_answer_brings_the_verdicts_and_the_reason():
    """A wrong guess is told kindly with the numbers of the paths; every line says the number of the core."""
    app = move(visit(), "bk.6.1.7", "SGD")
    (told,) = said(app, "warning")
    result = EXPERIMENTS["optimizer_compare_naive"].run()
    assert "the answer is “AdaGrad”" in told
    assert f"AdaGrad {result.numbers['f_AdaGrad']:.3g}, SGD {result.numbers['f_SGD']:.3g}" in told
    lines = verdict_lines(app)
    assert len(lines) == 5
    for line, verdict in zip(lines, verdicts(EXPERIMENTS[result.key], result), strict=True):
        assert line.startswith("- ✓ **seen**") == verdict.holds
        assert f"**{verdict.criterion.written(verdict.value)}**, needed {verdict.criterion.needed}" in line
    move(app, "bk.6.1.7", "AdaGrad")
    assert said(app, "success")


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_every_experiment_says_what_it_is(key):
    """Its settings, what differs, its question; the answer is right by the numbers; a light one is drawn at once."""
    experiment = EXPERIMENTS[key]
    app = visit({"bk.experiment": key})
    text = "\n".join(said(app, "markdown"))
    for line in (*experiment.settings, *experiment.differs, experiment.question.text, experiment.story):
        assert str(line) in text
    assert charts(app) == []
    assert ("bkrun" in widgets(app)) == (key in HEAVY)
    result = judge.beforehand(experiment) if key in HEAVY else experiment.run()
    right, reason = experiment.question.answer(result.numbers)
    move(app, f"bk.{experiment.section}", right)
    (told,) = said(app, "success")
    assert str(reason) in told
    assert len(charts(app)) == (experiment.kind != "paths")
    assert len(verdict_lines(app)) == len(experiment.criteria)


def test_a_long_experiment_opens_with_what_was_measured_beforehand():
    """The run of seed 0, said to be so; the spread of five seeds; what the digits do not show is said once more."""
    app = at("batch_norm_test")
    assert any(text.startswith("Measured beforehand, with seed 0.") for text in said(app, "caption"))
    assert len(charts(app)) == 1
    for line, c in zip(verdict_lines(app), EXPERIMENTS["batch_norm_test"].criteria, strict=True):
        seeds = judge.spread(EXPERIMENTS["batch_norm_test"], c.number)
        assert f"**{c.written(seeds[0])}**" in line
        assert f"five seeds: {c.written(min(seeds))} to {c.written(max(seeds))}" in line
        assert f"seen in {sum(map(c.holds, seeds))} of 5" in line
    assert any("At scale 0.16 the plain network is better.” (1 of 5 seeds)" in text for text in said(app, "info"))
    assert not any("mostly do not" in text for text in said(at("overfit_weight_decay"), "info"))


@pytest.mark.parametrize("key", HEAVY)
def test_a_run_shows_its_own_numbers(key, short, monkeypatch):
    """The button runs it; then picture and lines are those of the run, beside the seeds; another seed waits for it."""
    experiment = EXPERIMENTS[key]
    if key in ("batch_norm_test", "hyperparameter_optimization"):  # these read all their arms
        numbers = judge.beforehand(experiment).numbers | {c.number: 0.25 for c in experiment.criteria}
        monkeypatch.setitem(EXPERIMENTS, key, replace(experiment, read=lambda arms, histories: (numbers, PANELS)))
    app = at(key)
    before = charts(app)
    app.button(key="bkrun").click().run()
    assert not app.exception
    result = app.session_state["_bk_result"]
    assert (result.key, result.source, result.seed) == (key, "digits", 0)
    assert len(charts(app)) == 1
    assert charts(app) != before
    assert not any(text.startswith("Measured beforehand") for text in said(app, "caption"))
    for line, verdict in zip(verdict_lines(app), verdicts(experiment, result), strict=True):
        assert f"**{verdict.criterion.written(verdict.value)}**" in line
        assert "five seeds: " in line
    move(app, "bk.seed", 1)
    assert any(text.startswith("Still the last result: Digits, 8×8, seed 0.") for text in said(app, "caption"))
    again = at(key)
    assert charts(again) == charts(app)  # kept for other sessions


def test_a_kept_run_is_not_run_again(short, monkeypatch):
    """The button of a second session takes what the first has found."""
    first = at("overfit_weight_decay")
    first.button(key="bkrun").click().run()
    monkeypatch.setattr(type(EXPERIMENTS["overfit_weight_decay"]), "work", None)
    second = at("overfit_weight_decay")
    second.button(key="bkrun").click().run()
    assert not second.exception
    assert second.session_state["_bk_result"] is first.session_state["_bk_result"]


def test_a_run_whose_settings_were_left_meanwhile_is_shown_all_the_same(short):
    """The seed was changed while it ran: the result appears, and is said to be that of the other seed."""
    app = at("overfit_weight_decay")
    experiment = EXPERIMENTS["overfit_weight_decay"]
    app.session_state["_bk_result"] = replace(experiment.run(), seed=7)
    app.run()
    assert any(text.startswith("Still the last result: Digits, 8×8, seed 7.") for text in said(app, "caption"))
    value = verdicts(experiment, app.session_state["_bk_result"])[0].value
    assert f"**{experiment.criteria[0].written(value)}**" in verdict_lines(app)[0]


def test_the_seed_and_the_activation_change_the_histograms():
    """Other numbers for another seed; another curve draws others of the same run."""
    app = at("weight_init_activation_histogram")
    (before,), lines = charts(app), verdict_lines(app)
    move(app, "bk.curve", "relu")
    (after,) = charts(app)
    assert after != before
    assert verdict_lines(app) == lines
    move(app, "bk.seed", 4)
    assert verdict_lines(app) != lines
    known = judge.spread(EXPERIMENTS["weight_init_activation_histogram"], "sigmoid_one_flat")
    assert f"**{known[4]:.0%}**" in verdict_lines(app)[0]


def test_mnist_that_is_not_here_is_offered(monkeypatch):
    """A sentence and a button; offline a clear sentence; the digits' result stays until then."""

    def offline(name):
        raise ValueError("No server answered: you seem to be offline. The handwritten digits need no connection.")

    monkeypatch.setattr(book, "fetched", lambda name: False)
    monkeypatch.setattr("optim_viz.ui.material.fetch", offline)
    app = at("gradient_check")
    (drawn,) = charts(app)
    move(app, "bk.data", "mnist")
    assert "These images are not on this machine yet." in said(app, "info")
    assert any(text.startswith("Still the last result") for text in said(app, "caption"))
    assert charts(app) == [drawn]
    app.button(key="fetch").click().run()
    assert not app.exception
    assert any(text.startswith("No server answered: you seem to be offline.") for text in said(app, "warning"))
    heavy = at("overfit_dropout", **{"bk.data": "mnist"})
    assert heavy.button(key="bkrun").disabled
    assert any(text.startswith("Still the last result: Digits") for text in said(heavy, "caption"))


def test_mnist_that_is_here_is_used(short, monkeypatch):
    """The button counts its cost and runs on 784 inputs; no spread of the digits stands beside it."""

    def load(self):
        rng, many = np.random.default_rng(0), 6000
        X = rng.random((many, 1, 28, 28))
        return Data("m", X, np.arange(many) % 10, "classification", held_out=1000)

    monkeypatch.setattr(book, "fetched", lambda name: True)
    monkeypatch.setattr(book, "_HERE", type(book._HERE)(1))
    monkeypatch.setattr(material.DataSpec, "load", load)
    app = at("overfit_weight_decay", **{"bk.data": "mnist"})
    assert not app.button(key="bkrun").disabled
    app.button(key="bkrun").click().run()
    assert not app.exception
    move(app, "bk.6.4.1", "show")
    assert app.session_state["_bk_result"].source == "mnist"
    assert len(verdict_lines(app)) == 2
    assert not any("five seeds" in line for line in verdict_lines(app))


def test_a_link_restores_the_page():
    """Experiment, seed, activation and the answer."""
    app = move(
        move(move(visit(), "bk.experiment", "weight_init_activation_histogram"), "bk.seed", 2), "bk.curve", "tanh"
    )
    move(app, "bk.6.2.2", "half")
    again = visit(link(app))
    assert (charts(again), verdict_lines(again)) == (charts(app), verdict_lines(app))
    assert said(again) == said(app)


def test_no_control_is_left_out():
    """Every control of every experiment is moved by a test here."""
    seen = set()
    for key in EXPERIMENTS:
        seen |= set(widgets(unfold(visit({"bk.experiment": key}))))
    answers = {f"bk.{e.section}" for e in EXPERIMENTS.values()}
    own = {key for key in seen if key.startswith("bk")}
    assert own - answers == {"bk.experiment", "bk.data", "bk.seed", "bk.curve", "bkrun"}


CHECK = {"bk.experiment": "gradient_check"}


@pytest.mark.parametrize("asked", [{"bk.experiment": "nothing"}, {**CHECK, "bk.seed": "-1"},
                                   {**CHECK, "bk.data": "<b>"}, {"bk.6.1.7": "nobody"}])  # fmt: skip
def test_a_link_with_nonsense_gets_a_sentence(asked):
    """The default instead, a picture or a question all the same, and nothing rendered."""
    app = visit(asked)
    assert any(text.startswith("The link asks this control for a value") for text in said(app, "warning"))
    assert not any("<b>" in text for text in said(app))


@pytest.mark.parametrize("key", LIGHT)
def test_the_notebook_code_says_the_same(key, capsys):
    """Run as a script it prints a line per verdict, with the numbers of the page."""
    app = unfold(at(key))
    exec(snippet(app), {})
    printed = capsys.readouterr().out.splitlines()
    experiment = EXPERIMENTS[key]
    assert [line.startswith("seen ") for line in printed] == [line.startswith("- ✓") for line in verdict_lines(app)]
    for line, verdict in zip(printed, verdicts(experiment, experiment.run()), strict=True):
        assert str(verdict.value) in line


def test_the_notebook_code_of_a_long_run_shows_its_arms(short, capsys):
    """The arms with network, rule and settings, then the verdicts."""
    setup = book.Setup("overfit_dropout", "digits", 0)
    exec(bookshown.code(setup), {})
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("with Network(")
    assert "Dropout(rate=0.2, form='book')" in lines[1]
    assert len(lines) == 2 + 3


def test_it_speaks_korean():
    """Pills, settings, question, verdicts."""
    app = at("overfit_weight_decay", lang="ko")
    text = "\n".join(said(app, "markdown", "caption", "info"))
    assert "가중치 감소" in text
    assert "시드 다섯 개" in text
    assert not any(word in text for word in ("seeds", "gap", "What it", "needed"))
