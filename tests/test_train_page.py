"""The training page without a browser: what it opens with, each control, honest words, bad input, what one takes."""

import csv
import io
from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import pytest

import optim_viz as ov
from optim_viz.data import DATASETS
from optim_viz.figures import classes, training
from optim_viz.nn import CrossEntropy, Network, verdict, views
from optim_viz.nn.training import train
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.ui import trained
from optim_viz.ui import training as running
from optim_viz.ui.training import RULES, Setup, landing, seconds
from optim_viz.words import Text
from tests.pages import link, opened, said, table, unfold, widgets

FILE = "pages/train.py"
SMALL = {"net.epochs": "5", "net.layers": "4"}
IRIS = {**SMALL, "net.data": "iris"}


def visit(before=None):
    app = opened(before, FILE)
    assert not app.exception
    return app


def result(app):
    return app.session_state["_result"]


def press(app, key="train"):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def move(app, key, value):
    if key not in widgets(app):
        unfold(app)
    widgets(app)[key].set_value(value).run()
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
    monkeypatch.setattr(running, "SLICE", 0.0)
    monkeypatch.setattr(running, "REDRAW", -1.0)
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
}
TESTED_BELOW = {"train", "net.at", "net.view", "weights", "measurements", "lang"}


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
    assert set(widgets(unfold(visit(SMALL)))) - tuned - set(MOVES) - TESTED_BELOW == set()


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
    exec(trained.snippet(result(app)), told)
    assert np.array_equal(told["history"].final.theta, result(app).history.final.theta)
    assert np.array_equal(told["history"].test.score, result(app).history.test.score)


def test_the_code_is_shown_on_demand():
    """Folded there is none; unfolded it is the snippet of the result."""
    app = visit(SMALL)
    assert said(app, "code") == []
    assert said(unfold(app), "code") == [trained.snippet(result(app)).strip()]


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


# --- the words


def row(name, test, train=0.1, kind="trained", errors=None, rose=False):
    return verdict.Row(name, (train, 0.2, 0.3), (0.9, 0.9, test), 0.1, 0.01, 5.0, kind, Text("Why."), 2.0, rose, errors)


def test_the_margin_is_that_of_a_share():
    """±1.96·sqrt(p(1−p)/n): half right of 100 is ±9.8 %, all right is ±0."""
    assert verdict.margin(0.5, 100) == pytest.approx(0.098)
    assert verdict.margin(1.0, 100) == 0


def spoken(rows, score="accuracy", tests=100):
    return "\n".join(verdict.reading(rows, score, tests))


def test_differences_within_the_noise_are_not_called_differences():
    """90 and 85 of 100 are not distinguishable; 90 and 70 are; nothing is said of an order within the noise."""
    near = spoken([row("A", 0.90), row("B", 0.85)])
    assert "Not distinguishable on 100 test samples" in near
    assert "A (90.0%), B (85.0%)" in near
    assert "Behind" not in near
    assert "Behind A by more than chance on 100 test samples: B (70.0%)." in spoken([row("A", 0.9), row("B", 0.7)])
    assert "cannot tell them apart" in spoken([row("A", 1.0), row("B", 1.0)])
    assert "known to about ±5.9%" in spoken([row("A", 0.9)])


def test_a_regression_is_judged_error_by_error():
    """R² differ only where the squared errors, sample by sample, differ by more than 1.96 standard errors."""
    rng = np.random.default_rng(0)
    small = rng.uniform(0, 1, 50)
    pair = [row("A", 0.8, errors=small), row("B", 0.7, errors=small + rng.normal(0, 1, 50))]
    assert "R² not distinguishable on 50 test samples: A (0.800), B (0.700)." in spoken(pair, "R²", 50)
    pair[1] = row("B", 0.1, errors=small + 1 + rng.normal(0, 0.1, 50))
    assert "R² behind A by more than chance on 50 test samples: B (0.100)." in spoken(pair, "R²", 50)


def test_one_seed_proves_nothing_is_always_said():
    """Also of a single, or of a diverged run; what went wrong is said with its reason."""
    words = spoken([row("A", 0.9), row("B", None, kind="diverged", rose=True)])
    assert "B diverged. Why." in words
    assert "overfitting" not in words
    assert words.endswith("Another seed may change the order.")
    assert "overfitting" in spoken([row("A", 0.9, rose=True)])
    assert "Stopped by hand" in spoken([row("A", 0.9, kind="running")])


def moons(epochs=5, **more):
    split = DATASETS["moons"].load().split()
    net = Network([2, 6, 2], activation="tanh", **more)
    *_, history = train(net, split, [ov.SGD(lr=0.5), ov.Adam(lr=0.05)], epochs=epochs, batch_size=20)
    return split, history


def test_the_rows_are_the_history_and_the_test():
    """Losses and scores are those of the last point; the test is the engine's own, also where training was stopped."""
    split, history = moons()
    rows = verdict.rows(history, split.test)
    for k, one in enumerate(rows):
        assert one.loss[:2] == (history.train_loss[k, -1], history.validation_loss[k, -1])
        assert (one.loss[2], one.score[2]) == (history.test.loss[k], history.test.score[k])
        assert (one.epochs, one.gradient) == (5, history.gradient_norm[k, -1])


def test_a_validation_loss_has_risen_only_if_clearly_and_long():
    """A tenth above the lowest, reached in the first three quarters, on average over the last tenth."""
    assert verdict._rose(np.array([3, 2, 1.0, 1.5, 2, 2]), 2)
    assert not verdict._rose(np.array([3, 2, 1.0, 1.05, 1.05, 1.05]), 2)
    assert not verdict._rose(np.array([3.0, 2, 2, 2, 1, 2]), 4)


# --- views and figures


@pytest.mark.parametrize("loss", ["auto", "binary_cross_entropy", CrossEntropy(smoothing=0.1)], ids=str)
def test_a_boundary_is_what_the_network_says(loss):
    """The picture's class at each place is the network's, row of y by column of x, in original units."""
    net = Network([2, 6, 1 if loss == "binary_cross_entropy" else 2], activation="tanh", loss=loss)
    split = DATASETS["moons"].load().split(scaling="standardize")
    *_, history = train(net, split, [ov.Adam(lr=0.1)], epochs=5, batch_size=20)
    original = split.scaler.inverse(split.train.X)
    plane = views.plane(net, history.final, original, split.scaler, n=16)
    where = np.array([[plane.x[11], plane.y[3]]])
    assert plane.chances[0, 3, 11].argmax() == net.classify(history.final.theta, split.scaler.apply(where))[0, 0]
    figure = classes.boundary(plane.x, plane.y, plane.chances[0], (original, split.train.y), (original, split.train.y),
                              ("<b>", "$y$"))  # fmt: skip
    assert np.array_equal(np.asarray(figure.data[0].z) // 20, plane.chances[0].argmax(-1))
    assert figure.data[2].name == "&lt;b&gt; · training"
    assert sum(len(trace.x) for trace in figure.data[2:]) == 2 * len(original)


def test_a_confusion_counts_every_sample():
    """Row: true class; column: what was said."""
    counts = views.confusion(np.array([0, 0, 1, 2]), np.array([0, 2, 1, 2]), 3)
    assert counts.tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 1]]
    figure = classes.confusion(counts, ("a", "b", "c"))
    assert np.asarray(figure.data[0].z)[0].tolist() == [0.5, 0, 0.5]
    assert np.array_equal(figure.data[0].customdata, counts)


def test_curves_are_the_history():
    """Validation bold and training thin of each optimizer, up to its end; log loss, accuracy in percent."""
    _, history = moons()
    loss, score = (training.curves(history, what) for what in ("loss", "score"))
    assert np.array_equal(loss.data[0].y, history.train_loss[0])
    assert np.array_equal(loss.data[1].y, history.validation_loss[0])
    assert np.array_equal(score.data[3].y, history.validation_score[1])
    assert [trace.line.width for trace in loss.data] == [1, 2.5, 1, 2.5]
    assert [trace.name for trace in loss.data if trace.showlegend] == ["SGD", "Adam"]
    assert (loss.layout.yaxis.type, score.layout.yaxis.tickformat) == ("log", ".0%")


def test_spreads_add_up():
    """Every layer has its weights and its output; shares of one run add up to 1, also for batch normalization."""
    split, history = moons(batch_norm=True)
    weights, outputs = (views.weights(history.net, history.final),
                        views.activations(history.net, history.final, split.train.X))  # fmt: skip
    assert [len(weights), len(outputs)] == [2, 2]
    for spread in (*weights, *outputs):
        assert spread.shares.sum(axis=1) == pytest.approx([1, 1])
    assert outputs[0].edges[[0, -1]] == pytest.approx([-1, 1], abs=0.2)
    figure = training.histograms(history, weights, outputs)
    assert len(figure.data) == 8


def test_pictures_taken_for_something_else_are_shown_as_they_are():
    """At most twelve, each with its true class and what was said; none is no error."""
    pictures = np.arange(15 * 4.0).reshape(15, 2, 2) / 60
    figure = classes.mistakes(pictures, ["<i>"] * 15, ["7"] * 15)
    assert len(figure.layout.annotations) == 12
    assert figure.layout.annotations[0].text == "&lt;i&gt; → <b>7</b>"
    assert not classes.mistakes(pictures[:0], [], []).layout.annotations


def test_estimates_grow_with_the_work():
    """Twice the epochs take twice as long; what takes more than a minute is refused in words."""
    setup, chosen = landing()
    once = seconds(setup, chosen)
    twice = seconds(Setup(setup.data, setup.net, setup.rules, setup.batch, 80, 0), chosen)
    assert once < 0.5
    assert twice == pytest.approx(2 * once, rel=0.05)
    assert isinstance(seconds(Setup(setup.data, setup.net, setup.rules, 1, 100_000, 0), chosen), Text)


def test_names_tell_runs_apart():
    """The seed is told only where one optimizer trained with several."""
    runs = [SimpleNamespace(optimizer=rule, seed=seed) for rule, seed in ((RULES[0], 1), (RULES[0], 2), (RULES[2], 1))]
    assert training.names(SimpleNamespace(runs=runs)) == ["SGD · 1", "SGD · 2", "Adam"]
