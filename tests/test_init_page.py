"""The initialization page without a browser: its views and questions, each control, training on a button, bad input."""

import re

import numpy as np
import pytest

from optim_viz.data import DataSpec
from optim_viz.experiments import arms
from optim_viz.labs import deep
from optim_viz.labs.deep import INIT_NAMES, INITS, starts
from optim_viz.nn import Normal
from optim_viz.ui import init
from optim_viz.ui.initrun import Setup
from optim_viz.ui.said import brief, middle, unbroken
from tests.pages import charts, controls, link, move, said, strips, unfold, visitor

FILE = "pages/init.py"
visit = visitor(FILE)
QUESTION = {"hist": "ini.keeps", "layers": "ini.between", "train": "ini.he"}
SMALL = {"ini.view": "train", "ini.units": "20", "ini.epochs": "3", "ini.seeds": "2", "ini.layers": "2"}


def answered(view, guess="show", **more):
    return visit({"ini.view": view, QUESTION[view]: guess, **more})


def rows(app):
    """First cell -> the others, of the table."""
    text = next(text for text in said(app, "markdown") if text.startswith("| "))
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()[2:]]
    return {row[0]: row[1:] for row in cells}


def all_words(app):
    return "\n".join(said(app, "markdown", "caption", "info", "success", "warning", "error"))


def press(app):
    app.button(key="ini.train").click().run()
    assert not app.exception
    return app


@pytest.mark.parametrize(("view", "right", "wrong", "shown"), [
    ("hist", "both", "he", (3, 5)), ("layers", "none", "all", (5, 5)), ("train", "lower", "higher", (3, 4)),
])  # fmt: skip
def test_every_view_opens_with_a_picture_and_a_question(view, right, wrong, shown):
    """A picture at once; Xavier and He, or the other half of the story, after a guess that the numbers judge."""
    app = visit({"ini.view": view})
    assert said(app, "warning", "error", "success", "info") == []
    assert (len(strips(app)), len(charts(app))) == {"hist": (1, 0), "layers": (0, 1), "train": (0, 2)}[view]
    assert all(len(chart.proto.alt) > 20 for chart in app.get("plotly_chart"))
    assert len(rows(app)) == shown[0]
    move(app, QUESTION[view], right)
    assert said(app, "success")[0].startswith("**Right.**")
    assert len(rows(app)) == shown[1]
    assert len(charts(app)) == {"hist": 0, "layers": 2, "train": 2}[view]
    move(app, QUESTION[view], wrong)
    assert re.search(r"\d", said(app, "warning")[0].split("**")[2])


@pytest.mark.parametrize(("kind", "keeps", "between"), [("sigmoid", "both", "none"), ("tanh", "he", "all"),
                                                        ("relu", "he", "part")])  # fmt: skip
def test_the_questions_answers(kind, keeps, between):
    """At 20 layers: He keeps ReLU and tanh within a factor of 2, both keep sigmoid, but not between samples."""
    assert init._keeps(kind)[0] == keeps
    assert init._between(kind)[0] == between


@pytest.mark.parametrize("kind", init.KINDS)
def test_the_histograms_numbers_are_the_cores(kind):
    """Every cell of the table, also for a standard deviation of one's own, another depth and another seed."""
    app = answered("hist", **{"ini.kind": kind, "ini.depth": "10", "ini.own": "0.2", "ini.seed": "3"})
    found = rows(app)
    for name, made in {**INITS, "own": Normal(0.2)}.items():
        p = deep.passage(kind, made, 10, samples=200, seed=3)
        assert found[unbroken({**INIT_NAMES, "own": "σ = 0.2"}[name])] == [
            brief(p.std[0], 3), brief(p.std[-1], 3), brief(p.apart[-1], 3), f"{p.flat[-1]:.0%}"]  # fmt: skip
    assert "200 samples" in all_words(app)


def test_the_book_is_followed_at_first():
    """1000 samples, 100 units, five layers of sigmoid; the words name saturation, sameness and what is hidden."""
    app = answered("hist")
    words = all_words(app)
    assert "1000 samples from N(0, 1) through layers of 100 units" in words
    p = {name: deep.passage("sigmoid", made, 5) for name, made in INITS.items()}
    assert f"σ = 1, layer 5: {p['one'].flat[-1]:.0%} of the outputs sit at the ends" in words
    assert f"standard deviation {brief(p['small'].std[-1])}: almost all alike" in words
    assert "What the histogram hides, with Xavier √(1/n), He √(2/n), σ = 0.05" in words
    assert "What the histogram hides" not in all_words(move(app, "ini.kind", "tanh"))
    assert "the outputs grew to a standard deviation of" in all_words(move(app, "ini.kind", "relu"))


def test_a_hundred_layers_show_five_of_them():
    """The row of layers runs from the first to the last, and fills one by one: frame k says what its layer has."""
    (frames,) = strips(visit({"ini.depth": "100", "ini.kind": "tanh"}))
    layers = (1, 26, 51, 75, 100)
    made = {**{INIT_NAMES[name]: INITS[name] for name in init.FIRST}, "σ = 0.05": Normal(0.05)}
    stds = {name: deep.passage("tanh", one, 100, samples=200).std for name, one in made.items()}
    for k, (picture, told) in enumerate(frames):
        assert all(f">layer {n}</text>" in picture for n in layers)
        assert picture.count('" d="M') - (k > 0) == 3 * (k + 1)  # histograms, and the head of the arrow
        assert picture.count(" fresh") == (3 if k < 4 else 0)
        numbers = ", ".join(unbroken(f"{name} → {brief(std[layers[k] - 1])}") for name, std in stds.items())
        assert told == f"Standard deviation of the outputs of layer {layers[k]}: {numbers}."


def test_the_spread_by_layer_is_computed():
    """Factors with their range over three seeds, and which first weights come closest to × 1."""
    app = answered("layers", **{"ini.kind": "relu", "ini.depth": "20"})
    found = rows(app)
    for name, made in INITS.items():
        for k, what in enumerate(("std", "apart")):
            y = np.stack([getattr(p, what) for p in deep.passages("relu", made, 20, (0, 1, 2), samples=100)])
            assert found[unbroken(INIT_NAMES[name])][k + 1] == middle((y[:, -1] / y[:, 0]) ** (1 / 19), 3)
    assert [found[unbroken(name)][0] for name in INIT_NAMES.values()] == ["10", "0.1", "1", "1.41"]
    assert "standard deviation: closest to × 1 per layer is He √(2/n)" in all_words(app)


# --- training


def test_the_first_training_is_small_and_the_cores():
    """A few epochs of a small network; every number of the table is that of the same arms trained again."""
    setup, split = Setup(), DataSpec("digits").load().flat().split()
    assert setup.epochs * setup.units * setup.layers * setup.seeds <= 3600
    *_, histories = arms.run(setup.arms(split))
    app = answered("train")
    found = rows(app)
    for name, h in zip(INITS, histories, strict=True):
        loss, score, epochs, idle = found[unbroken(INIT_NAMES[name])]
        gone = sum(o.kind == "diverged" for o in h.outcomes)
        assert loss == (f"diverged: {gone} of 3" if gone else middle(h.train_loss[:, -1], 3))
        assert score == middle(h.test.score, share=True)
        assert idle == f"{starts.stuck(h).sum()} / 3"
        assert (epochs == "–") == bool(np.isnan(starts.half(h)).all())
    words = all_words(app)
    assert "Nothing learned with any seed: σ = 1, σ = 0.01." in words
    assert "Lowest training loss: He √(2/n); with 3 of 3 seeds it is below all others." in words


# control: (value, the setting it changes)
TRAINING = {"ini.layers": (1, "layers"), "ini.net": ("tanh", "kind"), "ini.lr": (0.1, "lr"),
            "ini.epochs": (6, "epochs"), "ini.seeds": (3, "seeds"), "ini.units": (50, "units")}  # fmt: skip


def test_training_waits_for_the_button_and_a_link_restores_it():
    """Each control changes its own setting, at the button and not before; the same link measures the same."""
    app = press(visit(SMALL))
    for key, (value, field) in TRAINING.items():
        was = app.session_state["_init_result"]
        move(app, key, value)
        assert app.session_state["_init_result"] is was
        assert any("Still the last result" in text for text in said(app, "caption"))
        now = press(app).session_state["_init_result"]
        assert [f for f in vars(was.setup) if getattr(was.setup, f) != getattr(now.setup, f)] == [field]
        assert not any("Still the last result" in text for text in said(app, "caption"))
    assert controls(app) - set(TRAINING) == {"ini.view", "ini.train", "ini.he"}
    again = press(visit(link(app)))
    assert rows(again) == rows(app)


def test_too_much_is_refused_with_a_sentence():
    """The button rests, and the last picture stays."""
    app = visit({"ini.view": "train", "ini.units": "100", "ini.epochs": "80", "ini.seeds": "10", "ini.layers": "8"})
    assert said(app, "warning")[0].startswith("This would take about")
    assert app.button(key="ini.train").disabled
    assert len(charts(app)) == 2


def seen(app):
    return charts(app), strips(app), all_words(app)


MOVES = {"hist": {"ini.kind": "tanh", "ini.depth": 20, "ini.own": 0.1, "ini.seed": 4, "ini.keeps": "both"},
         "layers": {"ini.kind": "tanh", "ini.depth": 20, "ini.own": 0.1, "ini.between": "all"}}  # fmt: skip


@pytest.mark.parametrize("view", MOVES)
def test_each_control_changes_what_is_seen_and_a_link_restores_it(view):
    """Each moved once: other words or another picture; a fresh session at the last link shows exactly the same."""
    app = unfold(visit({"ini.view": view}))
    assert controls(app) - {"ini.view"} == set(MOVES[view])
    for key, value in MOVES[view].items():
        before = seen(app)
        move(app, key, value)
        assert seen(app) != before, key
    again = unfold(visit(link(app)))
    assert seen(again) == seen(app)


@pytest.mark.parametrize(("wrong", "times"), [
    ({"ini.kind": "gelu", "ini.depth": "1000000", "ini.own": "nan", "ini.keeps": "<b>"}, 4),
    ({"ini.view": "train", "ini.lr": "inf", "ini.units": "-1", "ini.he": "1"}, 3),
])  # fmt: skip
def test_bad_links_get_a_sentence(wrong, times):
    """The defaults are shown, with a sentence at each control."""
    app = visit(wrong)
    assert len(said(app, "warning")) == times
    assert all(text.startswith("The link asks this control") for text in said(app, "warning"))
    assert charts(app) + strips(app)


@pytest.mark.parametrize("view", init.VIEWS)
def test_the_code_runs_and_says_the_same(view, capsys):
    """The notebook code of each view is a script, and prints numbers of the page."""
    app = unfold(visit({"ini.view": view}))
    exec(next(iter(said(app, "code"))), {})
    out = capsys.readouterr().out
    result = app.session_state["_init_result"] if view == "train" else None
    expected = {"hist": str(deep.passage("sigmoid", INITS["he"], 5).apart[-1]), "layers": "own ",
                "train": "he "}[view]  # fmt: skip
    assert expected in out
    if result is not None:
        assert str(np.median(result.histories["he"].train_loss[:, -1])) in out


@pytest.mark.parametrize("view", init.VIEWS)
def test_it_speaks_korean(view):
    """Question, table and axes are in Korean."""
    app = answered(view, lang="ko")
    frames = " ".join("".join(frame) for strip in strips(app) for frame in strip)
    assert not re.search(r"\b(the|layer|layers|units|samples|seeds|outputs|of)\b", all_words(app) + frames)
    titles = [figure["layout"][side]["title"]["text"] for figure in charts(app) for side in ("xaxis", "yaxis")]
    assert not re.search("[a-z]{3}", " ".join(titles))
