"""The losses page without a browser: what it opens with, each control, its questions, honest words, bad input."""

import json
import re

import numpy as np
import plotly.graph_objects as go
import pytest

from optim_viz.labs.losses import (
    SOURCES,
    best_right,
    cross_entropy,
    descend,
    entropy,
    gate_data,
    kl,
    line,
    of_error,
    pull,
    spread,
    statistics,
    way,
)
from optim_viz.nn.losses import MAE, MSE, RMSE, Huber
from optim_viz.ui import lossdraws, losses, lossfits, lossgate, shares
from tests.pages import charts, header, link, move, said, unfold, visitor, widgets

FILE = "pages/losses.py"
visit = visitor(FILE)
VIEWS = tuple(losses.VIEWS)
POINTS = np.array(lossfits.START.replace("b ", "").split(), float).reshape(-1, 2)


def answered(view, guess="show", **more):
    return visit({"lo.view": view, f"lo.{view}.guess": guess, **more})


def board(app):
    """What the board in the browser was told."""
    boards = ("optim_viz_points", "optim_viz_shares")
    return json.loads(next(e.proto.bytes for e in app.get("bidi_component") if e.proto.component_name in boards))


def drawn(app):
    """All a person sees: pictures and words."""
    parts = [element.proto.SerializeToString() for element in app.get("bidi_component")]
    return parts, charts(app), said(app, "markdown")


def rows(app):
    """First cell -> the others, of the last table on the page."""
    text = [text for text in said(app, "markdown") if "| :--" in text][-1]
    lines = [line.strip("|").split("|") for line in text.split("\n") if line.startswith("| ")]
    return {cells[0].strip().strip("*"): [cell.strip() for cell in cells[1:]] for cells in lines[2:]}


def number(text):
    return float(text.replace("−", "-").rstrip("%"))


def test_the_page_opens_with_a_board_an_outlier_and_three_lines():
    """Nine points, the last an outlier; the exact line of each loss; nothing complained about, nothing given away."""
    app = visit()
    assert said(app, "warning", "error", "info", "success") == []
    told = board(app)
    assert [point[2] for point in told["points"]] == [0] * 8 + [1]
    assert [one["name"] for one in told["lines"]] == ["MSE without outliers", "MSE", "MAE", "Huber"]
    for loss, one in zip((MSE(), MAE(), Huber(1.0)), told["lines"][1:], strict=True):
        w, b = line(loss, *POINTS.T)
        np.testing.assert_allclose(one["points"], [[0, b], [10, 10 * w + b]], atol=1e-4)
    assert charts(app) == []


def test_the_lines_arrive_in_a_film():
    """The board's points, and per loss the lines and the rest of its loss after each of sixty steps, exactly."""
    app = visit({"lo.fits.losses": ["MAE", "RMSE"], "lo.points": "0 1 4 2 8 9 b 9 2"})
    film = next(e.proto.bytes for e in app.get("bidi_component") if e.proto.bytes and b'"film"' in e.proto.bytes)
    head = header(film)
    assert [one["name"] for one in head["series"]] == ["MAE", "RMSE"]
    assert (head["film"]["frames"], head["film"]["classes"]) == (61, [0, 0, 0, 1])
    numbers = np.frombuffer(film[4 + int.from_bytes(film[:4], "little") :], "<f4")
    x, y = np.array([[0, 1], [4, 2], [8, 9], [9, 2.0]]).T
    left, at, curves = numbers[:122].reshape(2, 61), numbers[122:131], numbers[131 : 131 + 2 * 61 * 9].reshape(2, 61, 9)
    for k, loss in enumerate((MAE(), RMSE())):
        one = way(loss, x, y)
        np.testing.assert_allclose(left[k], one.left, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(curves[k], one.lines[0][:, None] * at + one.lines[1][:, None], rtol=1e-5, atol=1e-5)
    half = [int(np.flatnonzero(way(loss, x, y).left <= 0.5)[0]) for loss in (MAE(), RMSE())]
    assert f"is gone: MAE {half[0]}, RMSE {half[1]}." in said(app, "markdown")[-1]
    assert "Huber > 60." in said(visit({"lo.delta": "0.1"}), "markdown")[-1]


CONTROLS = {
    "fits": {"lo.delta": 0.2, "lo.fits.losses": ["MSE", "RMSE"], "lo.points": "0 0 5 1 b 8 9"},
    "curves": {"lo.curves.losses": ["RMSE"], "lo.delta": 2.0, "lo.at": -3.0, "lo.classes": 10, "lo.others": 1,
               "lo.rest": 3.0},
    "draws": {"lo.n": 50, "lo.factor": 0.5, "lo.draws.seed": 3, "lo.source": "exponential", "lo.target": "variance"},
    "bits": {"lo.q": "1 1 0 0", "lo.p": "4 3 2 1", "lo.unit": "nats", "lo.draws": 100, "lo.bits.seed": 2},
    "gate": {"lo.w": -2.0, "lo.lr": 0.3, "lo.steps": 50, "lo.spread": 1.0, "lo.gate.seed": 4},
}  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
def test_each_control_moves_what_is_shown_and_the_link_brings_it_back(view):
    """Moved once, each changes the picture or the words; a fresh session at the link shows the same."""
    app = answered(view, **({"lo.curves.losses": ["MSE", "RMSE", "Huber"]} if view == "curves" else {}))
    unfold(app)
    for key, value in CONTROLS[view].items():
        before = drawn(app)
        move(app, key, value)
        if view in ("gate", "draws") and f"lo.{view}.guess" not in app.query_params:
            move(app, f"lo.{view}.guess", "show")
        assert drawn(app) != before, key
    again = visit(link(app))
    assert charts(again) == charts(app)
    assert [e.proto.bytes for e in again.get("bidi_component")] == [e.proto.bytes for e in app.get("bidi_component")]


@pytest.mark.parametrize(
    ("view", "right", "wrong"),
    [("fits", "MSE", "MAE"), ("curves", "MSE", "RMSE"), ("draws", "mean", "first"), ("bits", "hqp", "hq"),
     ("gate", "CrossEntropy", "tie")],
)  # fmt: skip
def test_each_question_knows_its_answer(view, right, wrong):
    """Before the answer the next picture is missing; right is praised, wrong told kindly, and both see it."""
    before = len(charts(visit({"lo.view": view})))
    good, bad = answered(view, right), answered(view, wrong)
    assert said(good, "success")
    assert not said(good, "warning")
    assert said(bad, "warning")
    shown = len(charts(good)) + (view == "gate")
    assert shown > before
    assert len(charts(bad)) == len(charts(good))


def test_the_words_on_the_outlier_are_those_of_the_lines():
    """Slope, height, own loss and the distance by which the outlier moved each line, all recomputed here."""
    app = answered("fits", **{"lo.fits.losses": ["MSE", "MAE", "RMSE", "Huber"]})
    x, y = POINTS.T
    told = rows(app)
    for name, loss in {"MSE": MSE(), "MAE": MAE(), "RMSE": RMSE(), "Huber": Huber(1.0)}.items():
        (w, b), (w0, b0) = line(loss, x, y), line(loss, x[:-1], y[:-1])
        own = loss.value_and_slope((w * x + b)[None, None], y[None, None])[0][0]
        wanted = [w, b, own, abs((w - w0) * 9 + b - b0)]
        np.testing.assert_allclose([number(cell) for cell in told[name]], wanted, rtol=0.006)
    assert told["MSE"][0] == told["RMSE"][0]
    assert "moves the line of MSE by 2.12 and that of MAE by 0.362" in said(app, "markdown")[-1]


def test_the_curves_are_those_of_the_losses():
    """The dots of the picture are `of_error`; the pulls stay hidden until the question is answered."""
    app = visit({"lo.view": "curves", "lo.at": "4"})
    assert len(charts(app)) == 2
    assert [cells[1] for cells in rows(app).values()] == ["?"] * 4
    app = move(app, "lo.curves.guess", "show")
    assert len(charts(app)) == 4
    shape = of_error(MSE(), np.array([4.0]))
    assert [number(cell) for cell in rows(app)["MSE"]] == [pytest.approx(shape.value[0], abs=0.01), shape.pull[0]]
    mark = charts(app)[2]["data"][1]
    assert (mark["x"], mark["y"]) == ([4], [8])


def test_estimators_are_told_as_they_are():
    """The table is that of the same draws; biased, efficient, consistent are said of whom they are true."""
    app = answered("draws")
    found = statistics(SOURCES["normal"], 10, 40_000)
    for label, name in (("mean", "mean"), ("shrunk mean", "shrunk")):
        one = spread(name, SOURCES["normal"], found, 10, 0.8)
        wanted = [one.bias, one.variance, one.sum, one.mse]
        np.testing.assert_allclose([number(cell) for cell in rows(app)[label][:4]], wanted, rtol=0.006)
    assert [rows(app)[label][4] for label in ("mean", "shrunk mean")] == ["100%", "–"]
    text = said(app, "markdown")[-1]
    assert "No bias to be seen: mean, median, first value only." in text
    assert "0 from n = 50 to 500: mean, median." in text
    assert "however large n is: shrunk mean, first value only." in text
    off = float(re.search(r"off by at most ([\d.]+)%", text)[1])
    assert 0 < off < 3


def test_the_bias_of_dividing_by_n_is_seen():
    """−1/n of the variance, and no bias for n − 1."""
    app = answered("draws", "n", **{"lo.target": "variance", "lo.n": "5"})
    assert number(rows(app)["÷ n"][0]) == pytest.approx(-0.2, abs=0.02)
    assert "No bias to be seen: ÷ (n − 1)." in said(app, "markdown")[-1]
    assert said(app, "success")


def test_the_sums_of_surprise_are_written_out():
    """The last row of the table and the sentences are H, cross-entropy and both KL."""
    app = visit({"lo.view": "bits", "lo.q": "4 2 1 1", "lo.p": "1 1 1 1"})
    assert rows(app)["sum"][-2:] == ["**H(q) = 1.750**", "**H(q, p) = 2.000**"]
    text = said(app, "markdown")[-1]
    assert "= 0.250: what the model costs" in text
    assert "KL(p‖q) = 0.250: here as large" in text
    q, p = np.array([4, 2, 1, 1]) / 8, np.full(4, 0.25)
    assert (entropy(q), cross_entropy(q, p), kl(q, p)) == (1.75, 2, 0.25)


def test_examples_of_bags():
    """One color is 0 bits and twenty blue balls, all equal is 2 bits, p = q costs nothing more."""
    app = visit({"lo.view": "bits"})
    app.button(key="lo.one").click().run()
    assert board(app)["balls"] == [20, 0, 0, 0]
    assert "the entropy is 0" in said(app, "markdown")[-1]
    app.button(key="lo.even").click().run()
    assert "2.000 bits" in said(app, "markdown")[-1]
    app.button(key="lo.match").click().run()
    assert "= 0.000: what the model costs" in said(app, "markdown")[-1]


def test_a_model_that_rules_out_what_happens_pays_infinitely():
    """∞ in the table and the reason, and no error."""
    app = answered("bits", **{"lo.q": "1 1 1 1", "lo.p": "1 1 1 0"})
    assert rows(app)["sum"][-1] == "**H(q, p) = ∞**"
    assert "no chance at all" in said(app, "info")[0]


def test_the_film_shows_both_descents():
    """Its losses are the mean squared errors of the core's runs; the words tell how many are right at the end."""
    app = visit({"lo.view": "gate"})
    film = next(e.proto.bytes for e in app.get("bidi_component") if e.proto.bytes and b'"film"' in e.proto.bytes)
    head = header(film)
    assert [one["name"] for one in head["series"]] == ["MSE", "cross-entropy"]
    x, t = gate_data()
    numbers = np.frombuffer(film[4 + int.from_bytes(film[:4], "little") :], "<f4")
    frames = np.unique(np.linspace(0, 100, lossgate.FRAMES).astype(int))
    for k, loss in enumerate(("MSE", "CrossEntropy")):
        run = descend(loss, x, t, np.array([-5.0]), np.zeros(1), 1.0, 100)
        a = 1 / (1 + np.exp(-(run.w[frames] * x + run.b[frames])))
        shown = numbers[k * len(frames) : (k + 1) * len(frames)]
        np.testing.assert_allclose(shown, ((a - t) ** 2).mean(axis=1), rtol=1e-5)
    text = said(app, "markdown")[-1]
    score = -5 * x[t > 0].mean()
    mse = abs(pull("MSE", np.array([score]))[1][0])
    assert f"of MSE is {mse:.3g}".replace("-", "−") in text
    assert f"a threshold can get {best_right(x, t):.0%}" in text


WRONG = [
    ("fits", "lo.points", "1 2 3", "The last point has only one number."),
    ("fits", "lo.points", "1 2 11 3", "The number 11 is outside 0 to 10."),
    ("fits", "lo.points", "0 1 " * 31, "At most 30 points."),
    ("bits", "lo.q", "1 2 3", "Write 4 numbers, one for each color."),
    ("bits", "lo.p", "0 0 0 0", "Shares are numbers from 0 on, not all of them 0."),
]


@pytest.mark.parametrize(("view", "key", "text", "sentence"), WRONG)
def test_bad_input_gets_a_sentence_and_the_last_picture_stays(view, key, text, sentence):
    """At the control; the board keeps what it had, from a link as by hand."""
    app = visit({"lo.view": view})
    before = board(app)
    move(app, key, text)
    assert said(app, "warning") == [sentence]
    assert board(app) == before
    assert sentence in said(visit({"lo.view": view, key: text}), "warning")


@pytest.mark.parametrize("text", ["", "3 4", "3 1 3 2 b 3 5"])
def test_points_that_fix_no_line_are_said_to(text):
    """None, one, or all above each other: a sentence, no lines, no error; the code still runs."""
    app = visit({"lo.points": text})
    assert "A line needs points at two different x, at least." in said(app, "warning")
    assert board(app)["lines"] == []


def test_a_board_without_an_outlier_says_so():
    """The lines are there, the question is not."""
    app = visit({"lo.points": "0 0 5 5 9 8"})
    assert len(board(app)["lines"]) == 3
    assert "There is no outlier" in said(app, "markdown")[-1]
    assert "lo.fits.guess" not in widgets(app)


def test_an_emptied_choice_keeps_the_last_one():
    """Losses cannot all be taken away."""
    app = move(visit(), "lo.fits.losses", ["MAE"])
    move(app, "lo.fits.losses", [])
    assert "the last choice stays" in said(app, "warning")[0]
    assert [one["name"] for one in board(app)["lines"]] == ["MSE without outliers", "MAE"]


def test_what_the_browser_sends_is_written_as_shares():
    """Two rows that sum to 1 become text; anything else leaves no harm."""
    assert shares.written([[0.5, 0.5, 0, 0], [0.25] * 4], 4) == ["0.5 0.5 0 0", "0.25 0.25 0.25 0.25"]
    for nonsense in (None, "x", [[1, 2]], [[0] * 4] * 2, [[-1, 1, 1, 1]] * 2, [["<b>"] * 4] * 2, [[np.inf] * 4] * 2):
        assert shares.written(nonsense, 4) == ["", ""]


@pytest.mark.parametrize("view", VIEWS)
def test_the_code_of_each_view_runs_and_shows_the_same(view, monkeypatch, capsys):
    """Pasted into a notebook it runs, and its pictures have the page's numbers."""
    shown = []
    monkeypatch.setattr(go.Figure, "show", lambda figure: shown.append(figure))
    app = unfold(answered(view))
    exec(next(text for text in said(app, "code")), {})
    assert capsys.readouterr().out or view == "curves"
    page = {tuple(trace["y"]["bdata"] if isinstance(trace["y"], dict) else trace["y"])
            for chart in charts(app) for trace in chart["data"] if len(trace["x"]) > 1}  # fmt: skip
    code = {tuple(trace["y"]["bdata"] if isinstance(trace["y"], dict) else trace["y"])
            for figure in shown for trace in json.loads(figure.to_json())["data"]}  # fmt: skip
    assert len(page & code) >= 2


def test_changed_settings_take_the_answer_back():
    """Another source of values is another question; a larger sample is the same."""
    app = answered("draws", "mean")
    move(app, "lo.n", 50)
    assert said(app, "success")
    move(app, "lo.source", "laplace")
    assert not said(app, "success", "info")


def test_everything_is_said_in_korean():
    """Headings of all views, and the long text opens."""
    for view in VIEWS:
        app = unfold(answered(view, lang="ko"))
        text = " ".join(said(app, "markdown", "info", "caption"))
        assert len(re.findall("[가-힣]{2,}", text)) > 100
    assert lossdraws.TARGETS


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    "text", ["nan", "-1e999", "<script>alert(1)</script>", "{0.__class__}", "ㅋㅋ∞💥", "x+" * 2000]
)
def test_nonsense_in_a_link_is_refused_in_words(view, text):
    """Every parameter of a view at once: a sentence each or the default, no error, and none of it rendered."""
    app = visit({"lo.view": view, f"lo.{view}.guess": text, **dict.fromkeys(CONTROLS[view], text)})
    assert said(app, "warning")
    rendered = [shown for shown in said(app) if 'class="on-paper"' not in shown]  # the address, escaped, for print
    assert not any(text in shown for shown in rendered if len(text) > 4)
    assert app.get("bidi_component") or charts(app)
