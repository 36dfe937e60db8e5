"""Sharp and flat without a browser: what it opens with, each control, bad input, Stop, and what one takes away."""

import csv
import io
from dataclasses import fields
from itertools import product
from time import perf_counter

import numpy as np
import pytest

from optim_viz import sharpness
from optim_viz.figures import sharp as figures
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.ui import sharp
from optim_viz.ui.sharp import Setup, landing
from tests.pages import controls, link, move, said, unfold, visitor, widgets

FILE = "pages/sharp.py"
visit = visitor(FILE)
SMALL = {"sharp.updates": "50", "sharp.layers": "3", "sharp.seeds": "2", "sharp.batches": ["20", "N"],
         "sharp.edge.steps": "100"}  # fmt: skip


def result(app):
    return app.session_state["_sharp_result"]


def press(app, key="measure"):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def cells(app):
    lines = next(text for text in said(app, "markdown") if "\n| " in text).split("\n\n")[1].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def charts(app):
    return [chart.proto.spec for chart in app.get("plotly_chart")]


def test_the_page_opens_with_a_finished_result():
    """Two optimizers, three batch sizes, five seeds, four verdicts, two parts: nothing to press, no complaint."""
    app = visit()
    sizes = [["10", "300\u202f/\u202f16.67"], ["50", "300\u202f/\u202f75"], ["N\xa0=\xa0180", "300\u202f/\u202f300"]]
    assert [row[:3] for row in cells(app)] == [[name, *size] for name in ("SGD", "Adam") for size in sizes]
    assert len(charts(app)) == 5
    assert said(app, "warning", "error") == []
    assert result(app).setup == landing()[0]
    assert len(result(app).minima) == 30
    assert not any("Still the last result" in text for text in said(app, "caption"))
    assert result(visit()) is result(app)


def test_the_first_result_is_small():
    """Less than a second and a half of work, and the controls say the same settings."""
    setup, chosen = landing()
    begun = perf_counter()
    list(sharp._work(setup, chosen, None))
    assert perf_counter() - begun < 1.5 * 3  # threefold for a busy machine
    app = visit()
    assert not app.button(key="measure").disabled


def test_the_words_are_those_of_the_numbers():
    """The verdicts on the page are those of the core on the runs shown, and the medians those of the table."""
    app = visit()
    minima = result(app).minima
    found = sharpness.claims(minima)
    bullets = next(text for text in said(app, "markdown") if text.startswith("- Larger batch")).splitlines()
    for line, one in zip(bullets, (*found.larger_is_sharper, *found.flatter_is_better), strict=False):
        word = "not distinguishable from chance" if one.verdict == "not distinguishable" else f"{one.verdict} here"
        assert f"**{word}** ({one.agree:g} of {one.pairs} pairs agree" in line
    assert any(line.startswith("- Equal for all: 300 updates") for line in bullets)
    for row, (name, batch) in zip(cells(app), product(("SGD", "Adam"), (10, 50, 180)), strict=True):
        mine = [m for m in minima if (m.optimizer, m.batch) == (name, batch)]
        assert row[4].split("\u202f/")[0] == f"{np.median([m.top for m in mine]):.3g}"
        assert row[7] == f"{np.median([m.score for m in mine]):.1%}"
    assert sharpness.edge_reading(result(app).edges) in said(app, "markdown")


# control: (link before, new value, the fields of the setup that change)
MOVES = {
    "sharp.data": ({}, "circles", {"data"}),
    "moons.n": ({}, 100, {"data"}),
    "moons.noise": ({}, 0.3, {"data"}),
    "moons.seed": ({}, 3, {"data"}),
    "sharp.layers": ({}, "5", {"net"}),
    "sharp.activation": ({}, "tanh", {"net"}),
    "sharp.opt": ({}, ["SGD", "Lion"], {"rules"}),
    "sharp.SGD.lr": ({}, 0.1, {"rules"}),
    "sharp.Adam.beta1": ({}, 0.5, {"rules"}),
    "sharp.batches": ({}, [10, 50], {"batches"}),
    "sharp.unit": ({"sharp.epochs": "5"}, "epochs", {"unit", "length"}),
    "sharp.updates": ({}, 100, {"length"}),
    "sharp.epochs": ({"sharp.unit": "epochs", "sharp.epochs": "10"}, 5, {"length"}),
    "sharp.seeds": ({}, 3, {"seeds"}),
    "sharp.edge.lr": ({}, 0.5, {"lr"}),
    "sharp.edge.steps": ({}, 200, {"steps"}),
}


@pytest.mark.parametrize("key", MOVES)
def test_a_control_changes_what_is_measured_and_only_on_the_button(key):
    """Moved once: the last result stays, with a note; the button then changes exactly the field of the control."""
    before, value, expected = MOVES[key]
    app = press(visit({**SMALL, **before}))
    was = result(app)
    move(app, key, value)
    assert result(app) is was
    assert any("Still the last result" in text for text in said(app, "caption"))
    press(app)
    now = result(app)
    assert {f.name for f in fields(Setup) if getattr(now.setup, f.name) != getattr(was.setup, f.name)} == expected
    assert not any("Still the last result" in text for text in said(app, "caption"))
    if expected <= {"lr", "steps"}:  # the other part is not computed again
        assert now.minima is was.minima
        assert now.edges is not was.edges
    elif expected & {"data", "net"}:
        assert now.edges is not was.edges
    else:
        assert now.edges is was.edges
        assert now.minima is not was.minima


def test_no_control_is_left_out():
    """Every control of the page is moved by a test here."""
    tuned = {f"sharp.{name}.{p.name}" for name, rule in OPTIMIZERS.items() for p in rule.hyperparameters()}
    assert controls(unfold(visit())) - tuned - set(MOVES) == {"measure", "sharpruns"}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_can_be_asked(name):
    """Each has its own rate, and its runs come to an end."""
    app = press(visit({**SMALL, "sharp.opt": name}))
    assert [rule.name for rule in result(app).setup.rules] == [name]
    assert f"sharp.{name}.lr" in widgets(app)


def test_a_link_restores_the_page():
    """A fresh session at the link of a moved page has the same controls and measures the same."""
    app = press(move(move(visit(SMALL), "sharp.seeds", 3), "sharp.SGD.lr", 0.1))
    again = press(visit(link(app)))
    assert result(again).setup == result(app).setup
    assert (cells(again), charts(again)) == (cells(app), charts(app))


WRONG = {
    "a batch too large": ({"sharp.batches": ["10", "500"]}, "A batch of 500 is larger than the 180 training samples."),
    "one batch size": ({"sharp.batches": ["10"]}, "Choose at least two batch sizes to compare."),
    "no units": ({"sharp.layers": "8, 0"}, "A layer has 1 to 100000 units, not 0."),
    "text for units": ({"sharp.layers": "<b>"}, "Write whole numbers with commas between them, such as 64, 32."),
    "too long": ({"sharp.updates": "10000", "sharp.seeds": "20", "sharp.layers": "500"}, "This would take about"),
    "too many parameters": ({"sharp.layers": "9999,9999"}, "This"),
    "no such data": ({"sharp.data": "nothing"}, "The link asks this control for a value"),
    "no such batch": ({"sharp.batches": ["3"]}, "The link asks this control for a value"),
}


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_gets_a_sentence_and_the_result_stays(case):
    """A sentence at the control; a finished result is on the page all the same, and nothing of a text is rendered."""
    before, sentence = WRONG[case]
    app = visit(before)
    assert [text for text in said(app, "warning") if text.startswith(sentence)]
    assert len(cells(app)) == 6
    assert not any("<b>" in text for text in said(app))
    assert app.button(key="measure").disabled or sentence.startswith("The link")


def test_the_same_batch_twice_is_refused():
    """A batch of all samples by its number and by its name would be compared with itself; one's own table works."""
    rng = np.random.default_rng(0)
    rows = [f"{a:.3f},{b:.3f},{k % 2}" for k, (a, b) in enumerate(rng.normal(size=(167, 2)))]
    app = visit({**SMALL, "sharp.data": "csv", "sharp.batches": ["100", "N"]})
    assert app.button(key="measure").disabled
    app.file_uploader(key="sharp.file").set_value(
        ("mine.csv", "\n".join(["x,y,kind", *rows]).encode(), "text/csv")
    ).run()
    assert not app.exception
    assert said(app, "warning") == ["100 and N are the same here: all training samples."]
    press(move(app, "sharp.batches", [20, 0]))
    assert [row[1] for row in cells(app)] == ["20", "N\xa0=\xa0100"] * 2


def test_regression_is_judged_by_r2():
    """A table without accuracy, and no percent."""
    app = press(visit({**SMALL, "sharp.data": "curve"}))
    assert all("%" not in row[7] for row in cells(app))
    assert any("R²: test" in text for text in said(app, "markdown"))


def test_it_speaks_korean():
    """Verdicts, table and both parts."""
    app = visit({"lang": "ko"})
    assert any("안정성의 경계" in text for text in said(app, "markdown"))
    assert not any(word in text for text in said(app, "markdown", "caption") for word in ("pairs", "Larger", "seed "))


def test_what_is_saved_has_every_run():
    """The file has a line per run."""
    lines = list(csv.DictReader(io.StringIO(sharpness.table(result(visit()).minima))))
    assert len(lines) == 30


def test_the_figures_show_every_number():
    """A dot per run, the bar at the median; what is not above 0 has no log axis; the line is 2/lr."""
    drawn = figures.dots({"SGD": {"10": [1.0, 3.0, 2.0], "N": [5.0]}, "<b>": {"N": [4.0]}}, "λmax", log=True)
    assert [list(trace.y) for trace in drawn.data] == [[1, 3, 2, 5], [2, 2, None, 5, 5, None], [4], [4, 4, None]]
    assert [round(v) for v in drawn.data[0].x] == [0, 0, 0, 1]
    assert drawn.data[0].x[-1] < 1 < drawn.data[2].x[0]
    assert [trace.name for trace in drawn.data if trace.showlegend is None] == ["SGD", "&lt;b&gt;"]
    assert drawn.layout.yaxis.type == "log"
    assert drawn.layout.yaxis.ticktext == ("1", "2", "5")
    assert figures.dots({"SGD": {"10": [2e-5, 0.3]}}, "λmax", log=True).layout.yaxis.tickvals == (1e-4, 1e-3, 1e-2, 0.1)
    assert figures.dots({"SGD": {"10": [1.0, -3.0, np.nan], "N": []}}, "λmax", log=True).layout.yaxis.type == "linear"
    edges = result(visit()).edges
    curve, limit = figures.edge(edges).data
    assert list(curve.y) == [e.curvature for e in edges if e.curvature is not None]
    assert list(limit.y) == [1, 1]
    assert len(figures.edge(edges, "loss").data[0].y) == 601


@pytest.mark.parametrize(("asked", "kept", "words"), [(["1", "2", "zz"], [1, 2], "those are left out"),
                                                      (["zz"], [10, 50, 0], "the default is used")])  # fmt: skip
def test_what_became_of_values_nobody_knows(asked, kept, words):
    """Of several, those that are known stay; the sentence says which it was."""
    app = visit({"sharp.batches": asked})
    (warning,) = said(app, "warning")
    assert words in warning
    assert list(widgets(app)["sharp.batches"].value) == kept
