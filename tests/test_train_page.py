"""The training page without a browser: what it opens with, each control, honest words, bad input, what one takes."""

import csv
import io
from dataclasses import fields

import numpy as np
import pytest

from optim_viz.figures import training
from optim_viz.nn import Network, verdict
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.ui import jobs, trained, training_code
from optim_viz.ui import training as running
from optim_viz.ui.training import RULES, Setup, landing
from tests.pages import controls, link, move, said, table, unfold, visitor, widgets

FILE = "pages/train.py"
visit = visitor(FILE)
SMALL = {"net.epochs": "5", "net.layers": "4"}
IRIS = {**SMALL, "net.data": "iris"}


def result(app):
    return app.session_state["_net_result"]


def press(app, key="train"):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def charts(app):
    return [chart.proto.spec for chart in app.get("plotly_chart")]


def test_the_page_opens_with_a_finished_run():
    """Two moons, three optimizers, curves, three boundaries and a table: nothing to press, nothing complained about."""
    app = visit()
    assert list(table(app)) == ["SGD", "Momentum", "Adam"]
    assert len(charts(app)) == 5
    assert said(app, "warning", "error") == []
    assert result(app).setup == landing()[0]
    assert not any("Still the last result" in text for text in said(app, "caption"))


def test_the_first_run_is_made_once_for_all():
    """A second session gets the very same result."""
    assert result(visit()) is result(visit())


def test_every_picture_on_the_way_is_drawn(monkeypatch):
    """A training that is looked at after every event ends like one that is not."""
    quiet = press(move(visit(SMALL), "net.seed", 8))
    monkeypatch.setattr(jobs, "SLICE", 0.0)
    monkeypatch.setattr(running, "REDRAW", -1.0)
    monkeypatch.setattr(running, "REST", 0)
    drawn = []
    monkeypatch.setattr(
        running, "curves", lambda *given, **more: drawn.append(given) or training.curves(*given, **more)
    )
    app = press(move(visit(SMALL), "net.seed", 8))
    assert np.array_equal(result(app).history.final.theta, result(quiet).history.final.theta)
    assert [len(history.epoch) for history, what in drawn if what == "loss"] == [2, 3, 4, 5, 6]


# control: (link before, new value, the fields of the setup that change)
MOVES = {
    "net.data": ({}, "circles", {"data"}),
    "moons.n": ({}, 100, {"data"}),
    "moons.noise": ({}, 0.3, {"data"}),
    "moons.seed": ({}, 3, {"data"}),
    "net.layers": ({}, "5", {"net"}),
    "net.activation": ({}, "relu", {"net"}),
    "net.init": ({}, "he", {"net"}),
    "net.bn": ({}, True, {"net"}),
    "net.dropout": ({}, 0.2, {"net"}),
    "net.l2": ({}, 0.01, {"net"}),
    "net.loss": ({}, "binary_cross_entropy", {"net"}),
    "net.opt": ({}, ["SGD", "Lion"], {"rules"}),
    "net.SGD.lr": ({}, 0.1, {"rules"}),
    "net.Adam.beta1": ({}, 0.5, {"rules"}),
    "net.batch": ({}, 0, {"batch"}),
    "net.epochs": ({}, 10, {"epochs"}),
    "net.seed": ({}, 4, {"seed"}),
    "net.clip": ({}, 0.1, {"clip"}),
    "net.patience": ({}, 2, {"patience"}),
    "net.points": ({"net.data": "points"}, "a 0.1 0.2 " * 20 + "b 0.8 0.8 " * 20, {"data"}),
    "net.kind": ({"net.data": "digits", "net.epochs": "2"}, "conv", {"net"}),
    "net.filters": ({"net.data": "digits", "net.epochs": "2", "net.kind": "conv"}, "4", {"net"}),
}  # fmt: skip
TESTED_BELOW = {"train", "onward", "net.at", "net.view", "weights", "measurements"}


@pytest.mark.parametrize("key", MOVES)
def test_a_control_changes_what_is_trained_and_only_on_the_button(key):
    """Moved once: the last result stays, with a note; Train then changes exactly the field the control is about."""
    before, value, expected = MOVES[key]
    app = visit({**SMALL, **before} if key not in ("net.epochs", "net.layers") else before)
    was = result(app)
    move(app, key, value)
    assert result(app) is was
    assert any("Still the last result" in text for text in said(app, "caption"))
    press(app)
    now = result(app).setup
    assert {f.name for f in fields(Setup) if getattr(now, f.name) != getattr(was.setup, f.name)} == expected
    assert not any("Still the last result" in text for text in said(app, "caption"))


def test_no_control_is_left_out():
    """Every control of the page is moved by a test here."""
    tuned = {f"net.{name}.{p.name}" for name, rule in OPTIMIZERS.items() for p in rule.hyperparameters()}
    there = controls(unfold(visit({**SMALL, "net.data": "points"})))
    there |= controls(visit({**SMALL, "net.data": "digits", "net.kind": "conv"}))
    assert there - tuned - set(MOVES) - TESTED_BELOW == set()


def test_the_playhead_moves_the_boundaries_and_nothing_else():
    """At epoch 0 the boundaries are others; the curves and the table are not."""
    app = visit(SMALL)
    was, rows = charts(app), table(app)
    move(app, "net.at", 0.0)
    now = charts(app)
    assert now[:2] == was[:2]
    assert all(a != b for a, b in zip(now[2:], was[2:], strict=True))
    assert table(app) == rows


@pytest.mark.parametrize(
    ("data", "views"),
    [("moons", ["boundary", "confusion", "inside"]), ("digits", ["mistakes", "confusion", "inside"]),
     ("iris", ["confusion", "inside"]), ("curve", ["curve", "predicted", "inside"]),
     ("diabetes", ["predicted", "inside"])],
)  # fmt: skip
def test_each_kind_of_data_has_its_views(data, views):
    """What fits the data is offered, and every view draws."""
    app = visit({**SMALL, "net.data": data})
    shown = set()
    for view in views:
        move(app, "net.view", view)
        shown.add(tuple(charts(app)))
    assert len(shown) == len(views)


@pytest.mark.parametrize("before", [SMALL, {**IRIS, "net.loss": "smooth", "net.at": "2", "net.view": "inside"}])
def test_a_link_restores_the_page(before):
    """A fresh session at the link of a moved page has the same controls, trains the same and shows the same."""
    app = press(move(move(visit(before), "net.seed", 3), "net.Adam.lr", 0.1))
    again = visit(link(app))
    values = ({k: w.value for k, w in widgets(one).items() if hasattr(w, "value")} for one in (again, app))
    assert next(values) == next(values)
    assert result(again).setup == result(app).setup
    assert (table(again), charts(again)) == (table(app), charts(app))


WRONG = {
    "a batch too large": ({"net.batch": "1000"}, "A batch of 1000 is larger than the 180 training samples."),
    "no units": ({"net.layers": "8, 0"}, "A layer has 1 to 100000 units, not 0."),
    "ten million units": ({"net.layers": "10000000"}, "A layer has 1 to 100000 units, not 10000000."),
    "text for units": ({"net.layers": "8, <b>"}, "Write whole numbers with commas between them, such as 64, 32."),
    "no filters": ({"net.data": "digits", "net.kind": "conv", "net.filters": "0"}, "channels must be"),
    "too small images": ({"net.data": "digits", "net.kind": "conv", "net.filters": "4, 4, 4, 4"}, "A 2×2 window"),
    "one step too long": (
        {
            "net.data": "spiral",
            "spiral.n": "5000",
            "net.layers": "900, 900",
            "net.opt": "SGD",
            "net.batch": "N",
            "net.epochs": "5",
        },
        "One step would take about",
    ),
    "half a point": ({"net.data": "points", "net.points": "a 1 1 b 0"}, "The last point has only one number."),
    "a point of words": ({"net.data": "points", "net.points": "<b>"}, "Write points as letters of classes and pairs"),
    "points far away": ({"net.data": "points", "net.points": "a 1 1 b 0 2"}, "The number 2 is outside -1 to 1."),
    "points of one class": ({"net.data": "points", "net.points": "1 1 0 0"}, "Paint points of from 2 to 10 classes."),
    "too few points": ({"net.data": "points", "net.points": "1 1 b 0 0"}, "Too few rows for this split: 2."),
    "more points than fit": ({"net.data": "points", "net.points": "0 1 b 1 0 " * 300}, "At most 500 points."),
    "too many layers": ({"net.layers": "1 " * 11}, "At most 10 hidden layers."),
    "too long": ({"net.data": "digits", "net.layers": "2000", "net.epochs": "2000"}, "This would take about"),
    "too large": ({"net.layers": "1000,1000,1000", "net.epochs": "1"}, "This training needs about"),
    "too many parameters": ({"net.layers": "9999,9999"}, "This network has"),
    "one sample per normalized batch": ({"net.bn": "true", "net.batch": "1"}, "Batch normalization of one sample"),
    "a loss that does not fit": ({"net.loss": "mse"}, "The link asks this control for a value"),
    "no such data": ({"net.data": "nothing"}, "The link asks this control for a value"),
}


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_gets_a_sentence_and_the_result_stays(case):
    """One sentence at the control; a finished run is on the page all the same, and nothing of a text is rendered."""
    before, sentence = WRONG[case]
    app = visit(before)
    (warning,) = said(app, "warning")
    assert warning.startswith(sentence)
    assert len(table(app)) == 3
    assert not any("<b>" in text for text in said(app))
    refused = not sentence.startswith("The link")
    assert app.button(key="train").disabled == refused


def test_every_parameter_of_the_link_refuses_nonsense():
    """Whatever a link asks for, the page opens with a finished run."""
    keys = set(widgets(unfold(visit()))) - {"train", "weights", "measurements", "lang"}
    for nonsense in ("", "<b>x</b>", "-1", "nan", "1e400", "9" * 400, "[]"):
        app = visit(dict.fromkeys(keys, nonsense))
        assert len(table(app)) == 3
        assert not any("<b>" in text for text in said(app))
        move(app, "net.seed", 3)
        assert float(link(app)["net.seed"]) == 3


def test_a_view_that_does_not_fit_the_new_data_gives_way():
    """Boundaries are looked at, then digits are trained: their mistakes are shown, in the link's own order too."""
    app = move(move(visit(SMALL), "net.view", "confusion"), "net.view", "boundary")
    press(move(app, "net.data", "digits"))
    assert app.button_group(key="net.view").value == "mistakes"
    press(move(move(app, "net.view", "inside"), "net.data", "iris"))
    assert app.button_group(key="net.view").value == "inside"


TABLES = {
    "one class": (b"x,y,kind\n1,2,a\n3,4,a\n5,6,a\n", "The target has only one class"),
    "a header": (b"x,y\n", "The file has only a header and no data."),
    "nothing": (b" \n", "The file is empty."),
    "ragged": (b"x,y\n1,2\n3\n", "Row 3 and row 1 differ"),
    "no text": (b"\x00\x01\x02\xff", "This is not text"),
    "fifty megabytes": (b"x" * 50_000_000, "The file has 50.0 MB"),
    "an infinite number": (b"x,y\n1,a\ninf,b\n3,a\n4,b\n", "Row 3, column 1 holds an infinite or huge number."),
    "text for a number": (b"x,y\n" + b"".join(b"%d,w%d\n" % (k, k) for k in range(60)), "The target has 60 different"),
    "six megabytes": (b"1,2\n" * 1_500_000, "The file has 6.0 MB"),
    "text only": (b"".join(b"w%d,%d\n" % (k, k % 2) for k in range(40)), "No column to learn from"),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_bad_table_gets_a_sentence_and_the_result_stays(case):
    """What is wrong with the file is said; the last result stays and nothing can be trained."""
    raw, sentence = TABLES[case]
    app = visit({**SMALL, "net.data": "csv"})
    was = table(app)
    app.file_uploader(key="net.file").set_value(("<b>.csv", raw, "text/csv")).run()
    assert not app.exception
    assert [text for text in said(app, "warning") if text.startswith(sentence)]
    assert table(app) == was
    assert app.button(key="train").disabled


def own_table(rows=60):
    rng = np.random.default_rng(1)
    lines = ["<b>width</b>,**height**,kind"]
    for k in range(rows):
        a, b = rng.normal(k % 2, 0.3, 2)
        lines.append(f"{a:.3f},{'' if k == 7 else f'{b:.3f}'},{('one', '$x$')[k % 2]}")
    return "\n".join(lines).encode()


def test_a_table_of_ones_own_is_trained_on():
    """Columns are reported as plain text, another target can be chosen, and Train shows boundaries of these data."""
    app = visit({**SMALL, "net.data": "csv"})
    app.file_uploader(key="net.file").set_value(("mine.csv", own_table(), "text/csv")).run()
    assert not app.exception
    assert any("<b>width</b>" in code for code in said(app, "code"))
    assert not any("<b>width" in text or "**height" in text for text in said(app))
    press(app)
    data = result(app).chosen.data
    assert (data.features, data.classes, len(data)) == (("<b>width</b>", "**height**"), ("$x$", "one"), 60)
    assert any("Missing cells: 1" in text for text in said(app, "markdown"))
    assert not any("<b>width" in chart or "$x$" in chart for chart in charts(app))
    move(app, "net.target", 1)
    press(app)
    assert result(app).chosen.data.task == "regression"
    assert "R²" in next(text for text in said(app, "markdown") if text.startswith("| "))


@pytest.mark.parametrize(
    "before",
    [{}, {**IRIS, "net.loss": "smooth", "net.bn": "true", "net.batch": "N"}, {**SMALL, "net.data": "digits"},
     {**SMALL, "net.data": "curve", "net.loss": "huber", "net.seed": "5", "curve.n": "50"},
     {**SMALL, "net.loss": "binary_cross_entropy", "net.l2": "0.01", "net.dropout": "0.2", "net.activation": "gelu"}],
)  # fmt: skip
def test_the_notebook_code_trains_the_same(before):
    """Run as it stands, it gives the parameters of the page bit for bit."""
    app, told = visit(before), {}
    exec(training_code.snippet(result(app)), told)
    assert np.array_equal(told["history"].final.theta, result(app).history.final.theta)
    assert np.array_equal(told["history"].test.score, result(app).history.test.score)


def test_the_code_is_shown_on_demand():
    """Folded there is none; unfolded it is the snippet of the result."""
    app = visit(SMALL)
    assert said(app, "code") == []
    assert said(unfold(app), "code") == [training_code.snippet(result(app)).strip()]


def test_what_is_saved_can_be_read_again():
    """The weights load as the same network; the table has every measurement of every run."""
    history = result(visit(SMALL)).history
    net, theta, _ = Network.load(io.BytesIO(trained.weights(history)))
    assert net == history.net
    assert np.array_equal(theta, history.final.theta)
    rows = list(csv.DictReader(io.StringIO(verdict.table(history))))
    assert len(rows) == 3 * len(history.epoch)
    losses = [float(row["validation_loss"]) for row in rows if row["optimizer"] == "Momentum"]
    assert losses == history.validation_loss[1].tolist()


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_no_optimizer_keeps_the_last_choice(lang):
    """Nothing chosen: a sentence, and the last choice can still be trained."""
    app = move(visit({**SMALL, "lang": lang}), "net.opt", [])
    assert len(said(app, "warning")) == 1
    press(app)
    assert result(app).setup.rules == RULES


def test_a_rate_too_large_is_a_result():
    """A run that blows up is in the table and in words, the others stand beside it."""
    app = visit({**SMALL, "net.data": "diabetes", "net.SGD.lr": "10", "net.activation": "relu"})
    assert table(app)["SGD"][-1] in ("diverged", "got worse")
    assert any(text.startswith("- SGD") for text in "\n".join(said(app, "markdown")).splitlines())
    assert len(table(app)) == 3
