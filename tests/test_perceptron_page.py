"""The page *Perceptron and layers*: every view, every control moved once, words that hold, links, bad input, code."""

import re
from itertools import pairwise

import pytest

from optim_viz.labs.perceptron import CORNERS, GATES, Line, best, counting, line, linear, wide
from optim_viz.labs.perceptron.line import rule
from optim_viz.ui import layered, perceptron, strip
from tests.pages import link, move, said, table, unfold, visitor, widgets

FILE = "pages/perceptron.py"
visit = visitor(FILE)
VIEWS = tuple(perceptron.VIEWS)


@pytest.fixture
def frames(monkeypatch):
    """The strips that are drawn: key -> frames, in order."""
    seen, plain = {}, strip.play

    def play(given, *, key, **more):
        seen[key] = list(given)
        plain(given, key=key, **more)

    monkeypatch.setattr(strip, "play", play)
    return seen


def words(app):
    return " ".join(said(app, "markdown", "caption", "info", "success", "warning"))


@pytest.fixture(scope="module")
def pages():
    """Each view, opened once."""
    return {view: visit({"pc.view": view}) for view in VIEWS}


def test_it_opens_on_a_line_that_learns(frames):
    """No question, nothing pressed: the hand's line, and the rule on its way with a frame per correction."""
    app = visit()
    assert said(app, "warning", "error") == []
    learning = rule(perceptron.START, CORNERS, GATES["AND"], 0.2)
    assert len(frames["pc.byhand"]) == 1
    assert len(frames["pc.rule"]) == learning.mistakes + 2
    last = frames["pc.rule"][-1].caption
    assert last == f"All four corners are right: the rule is done after {learning.turns} passes and 15 corrections."
    assert "2 of the 4 corners of AND" in frames["pc.byhand"][0].caption


def test_every_view_opens_without_a_warning(pages):
    """And each of them says something."""
    for app in pages.values():
        assert said(app, "warning", "error") == []
        assert len(words(app)) > 100 or said(app, "caption")


# control: (link before, new value, what its view depends on afterwards)
MOVES = {
    "pc.gate": ({}, "OR"), "pc.w1": ({}, 1.0), "pc.w2": ({}, -0.5), "pc.b": ({}, -1.2), "pc.lr": ({}, 1.0),
    "pc.double": ({}, "stays"),
    "pc.task": ({"pc.view": "best"}, "separate"), "pc.slope": ({"pc.view": "best", "pc.which.fit": "C"}, 1.2),
    "pc.height": ({"pc.view": "best", "pc.which.fit": "C"}, -0.3),
    "pc.angle": ({"pc.view": "best", "pc.task": "separate", "pc.which.separate": "B"}, 25.0),
    "pc.offset": ({"pc.view": "best", "pc.task": "separate", "pc.which.separate": "B"}, -0.4),
    "pc.which.fit": ({"pc.view": "best"}, "A"), "pc.which.separate": ({"pc.view": "best", "pc.task": "separate"}, "A"),
    "pc.unit0": ({"pc.view": "xor"}, "AND"), "pc.unit1": ({"pc.view": "xor"}, "AND"),
    "pc.unit2": ({"pc.view": "xor"}, "OR"), "pc.xor": ({"pc.view": "xor"}, "3"),
    "pc.problem": ({"pc.view": "width"}, "circles"), "pc.width": ({"pc.view": "width"}, 3),
    "pc.depth": ({"pc.view": "width"}, 2), "pc.seed": ({"pc.view": "width"}, 2),
    "pc.some": ({"pc.view": "width"}, "some"),
    "pc.bend": ({"pc.view": "linear"}, "tanh"), "pc.oneturn": ({"pc.view": "linear"}, 90),
    "pc.onestretch": ({"pc.view": "linear"}, 2.0), "pc.twoturn": ({"pc.view": "linear"}, 0),
    "pc.twostretch": ({"pc.view": "linear"}, 1.0), "pc.bent": ({"pc.view": "linear"}, "no"),
    "pc.units": ({"pc.view": "count"}, "4, 3, 2"), "pc.samples": ({"pc.view": "count", "pc.long": "show"}, 10),
    "pc.long": ({"pc.view": "count"}, "hour"),
}  # fmt: skip
ELSEWHERE = {"pc.view", "pc.hand", "pc.lowest"}


@pytest.mark.parametrize("key", MOVES)
def test_a_control_changes_the_page_and_the_link_restores_it(key, frames):
    """Moved once: a strip, the words or a chart are others; opened by the link, they are the same again."""
    before, value = MOVES[key]

    def seen(app):
        # what is measured differs from time to time
        told = re.sub(r"[\d.,]+ (µs|ms|s|min|h)\b|[\d,]+ times as long", "", words(app))
        return dict(frames), told, [chart.proto.spec for chart in app.get("plotly_chart")]

    app = visit(before)
    was = seen(app)
    move(app, key, value)
    now = seen(app)
    assert now != was
    if key not in ("pc.samples", "pc.long"):
        again = seen(visit({**before, **link(app)}))
        assert again[:2] == now[:2]


def test_no_control_is_left_out(pages):
    """Every control of every view is moved by a test here."""
    there = set().union(*(set(widgets(unfold(app))) for app in pages.values()))
    assert {key for key in there if key.startswith("pc.")} - set(MOVES) - ELSEWHERE == set()


def test_weights_that_work():
    """The button sets weights that get all four right; XOR has none."""
    app = visit({"pc.gate": "NAND"})
    app.button(key="pc.hand").click().run()
    assert [widgets(app)[f"pc.{key}"].value for key in ("w1", "w2", "b")] == [-0.5, -0.5, 0.7]
    assert all(row[-1].endswith("✓") for row in table(app).values())
    assert visit({"pc.gate": "XOR"}).button(key="pc.hand").disabled


def test_the_table_says_what_the_line_says():
    """Sums with their signs, answers, and whether they are right."""
    app = visit({"pc.w1": "-0.6", "pc.w2": "1.1", "pc.b": "-0.4", "pc.gate": "OR"})
    rows = table(app)
    assert rows["1, 1"] == ["−0.4 − 0.6·1 + 1.1·1 = 0.1", "1", "1 ✓"]
    assert rows["1, 0"] == ["−0.4 − 0.6·1 + 1.1·0 = −1", "0", "1 ✗"]
    assert "x₂ counts 1.83 times as much as x₁" in words(app)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [((0.0, 0.0, 0.1), "always gives 1"), ((0.0, 0.5, 0.1), "The weight of x₁ is 0"),
     ((0.5, 0.5, -0.7), "Both inputs count the same. The line crosses the axes at x₁ = 1.4 and x₂ = 1.4")],
)  # fmt: skip
def test_weights_are_read_out(line, sentence):
    """What a weight of 0, equal weights, and a bias mean."""
    app = visit({f"pc.{key}": f"{value:g}" for key, value in zip(("w1", "w2", "b"), line, strict=True)})
    assert sentence in words(app)


def test_xor_goes_round(frames):
    """With one line the rule comes back to where it was, and says which passes."""
    visit({"pc.gate": "XOR", "pc.lr": "0.5"})
    learning = rule(perceptron.START, CORNERS, GATES["XOR"], 0.5)
    assert frames["pc.rule"][-1].caption.startswith(f"The weights that pass {learning.since} began with")
    assert len(frames["pc.rule"]) <= strip.MOST


def test_the_losses_come_after_the_guess():
    """Before it neither numbers nor the bowl; then the losses of the core, and the winner named."""
    app = visit({"pc.view": "best"})
    assert len(app.get("plotly_chart")) == 1
    assert "Answer first" in words(app)
    app = move(app, "pc.which.fit", "A")
    assert any("Not this time" in text for text in said(app, "warning"))
    scores = best.losses("fit", best.LINES["fit"][2])
    assert table(app)["C"] == [f"{scores['C'].loss:.3g}", f"{scores['C'].other:.3g}"]
    assert "Of the three, C has the lowest loss" in words(app)
    app.button(key="pc.lowest").click().run()
    assert (widgets(app)["pc.slope"].value, widgets(app)["pc.height"].value) == (0.6, 0.5)


def test_mistakes_are_all_zero_and_the_page_says_so():
    """Three separating lines without a mistake."""
    app = visit({"pc.view": "best", "pc.task": "separate", "pc.which.separate": "C"})
    assert [row[1] for row in table(app).values()] == ["0"] * 4
    assert "A, B, C: no mistake at all." in words(app)


def test_two_layers_and_all_tables(frames):
    """Six drawings to XOR; then 16 tables, of which one line can do 14."""
    app = visit({"pc.view": "xor"})
    assert len(frames["pc.layers"]) == 6
    assert all(row[-1].endswith("✓") for row in table(app).values())
    assert "pc.tables" not in frames
    app = move(app, "pc.xor", "4")
    assert any("3 of 4. The search was complete: 40 lines" in text for text in said(app, "warning"))
    assert "One line can do 14" in frames["pc.tables"][0].caption
    assert line.best(GATES["XOR"])[0] == 3


def test_the_film_ends_like_the_run(frames):
    """Its last caption has the loss and the score of the run that is chosen."""
    visit({"pc.view": "width", "pc.width": "4", "pc.seed": "3"})
    history = wide.trained("corners", 4, 1)
    assert f"loss {history.train_loss[3, -1]:.3g}, {history.train_score[3, -1]:.0%} right" in (
        frames["pc.training"][-1].caption
    )


def test_how_many_are_solved_comes_after_the_guess():
    """Then for every width, as the core counts them."""
    app = visit({"pc.view": "width"})
    assert "solves it" not in words(app)
    app = move(app, "pc.some", "all")
    counts = [f"{wide.solved(wide.trained('corners', w, 1))}/8" for w in wide.WIDTHS]
    assert table(app)["solved"] == counts
    assert any("some" in text for text in said(app, "warning"))


def test_every_width_and_depth_on_the_button(monkeypatch):
    """The table is the core's, with a sentence on each."""
    monkeypatch.setattr(wide, "WIDTHS", (1, 2))
    monkeypatch.setattr(wide, "DEPTHS", (1, 2))
    app = visit({"pc.view": "width", "pc.some": "show"})
    app.button(key="census").click().run(timeout=60)
    assert not app.exception
    assert "Width: with 1 unit 0 of 16 runs solve it, with 2 units" in words(app)
    assert "Depth: " in words(app)
    assert len(app.get("plotly_chart")) == 1
    assert layered.DESK.cost("corners", lambda: 0.0) >= 0


def test_layers_collapse_and_do_not():
    """The distance is that of the core: rounding without, far with an activation between."""
    app = visit({"pc.view": "linear"})
    seen = linear.collapse(linear.net_of_lines(), linear.matrix(45, 1.5), linear.matrix(-75, 0.5))
    assert f"at the end is {seen.gap:.1g}: two layers are one" in words(app)
    app = move(app, "pc.bent", "yes")
    rows = table(app)
    assert rows["none"][1] == "0.0%"
    assert float(rows["ReLU"][1].rstrip("%")) > 1
    assert any("Not this time" in text for text in said(app, "warning"))


def test_the_parts_of_the_way_join(frames):
    """From frame to frame of the two grids nothing jumps, and the last drawing rests."""
    visit({"pc.view": "linear"})
    drawn = frames["pc.morph"]
    assert len(drawn) <= strip.MOST
    assert all(len(a.svg) < 6000 for a in drawn)
    assert drawn[-1] == drawn[-2]
    assert all(a != b for a, b in pairwise(drawn[:-8]))


def test_counts_and_the_price():
    """45,360 in the words, each layer in the table; the times add up after the guess."""
    app = visit({"pc.view": "count"})
    assert table(app)["784 → 50"] == ["784 · 50 = 39,200", "50", "39,250"]
    assert "This network has 45,360: 45,200 weights and 160 biases." in words(app)
    assert "pc.prices" not in [chart.proto.id for chart in app.get("plotly_chart")]
    app = move(app, "pc.long", "show")
    assert "2 · 45,360 losses of" in words(app)
    assert len(app.get("plotly_chart")) == 1
    assert counting.BOOK == (784, 50, 100, 10)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("4, x", "Write whole numbers"), ("7", "Give at least two numbers"), ("0, 3", "Give at least two"),
     ("9999, 9999", "At most 500,000 parameters"), ("1 " * 12, "At most 10 hidden layers")],
)  # fmt: skip
def test_bad_layers_get_a_sentence_and_the_picture_stays(text, sentence):
    """At the box; the table still shows the last layers that worked."""
    app = visit({"pc.view": "count", "pc.units": "4, 3, 2"})
    move(app, "pc.units", text)
    assert any(sentence in one for one in said(app, "warning"))
    assert list(table(app)) == ["4 → 3", "3 → 2"]


@pytest.mark.parametrize(
    "bad", [{"pc.view": "nine"}, {"pc.w1": "0.55"}, {"pc.gate": "NOR"}, {"pc.seed": "99", "pc.view": "width"}]
)
def test_a_bad_link_gets_a_sentence(bad):
    """And the page is there all the same."""
    app = visit(bad)
    assert any(text.startswith("The link asks this control for a value") for text in said(app, "warning"))
    assert table(app) if bad.get("pc.view") != "width" else words(app)


@pytest.mark.parametrize("view", VIEWS)
def test_the_code_runs_and_the_long_text_opens(view, pages):
    """Executed as it stands."""
    app = unfold(pages[view])
    (code,) = said(app, "code")
    exec(code, {"__name__": "notebook"})
    assert any("## Counting" in text for text in said(app, "markdown"))


def test_it_speaks_korean():
    """Every view, answered."""
    answers = {"pc.double": "show", "pc.which.fit": "A", "pc.xor": "show", "pc.some": "show", "pc.bent": "show",
               "pc.long": "show"}  # fmt: skip
    for view in VIEWS:
        app = visit({"lang": "ko", "pc.view": view, **answers})
        told = words(app)
        assert not re.search(r"\b(line|layer|weights|loss|right|units|together)\b", told), told
        assert re.search("[가-힣]", told)


def test_a_line_says_itself():
    """What the code panel writes is a line again."""
    assert eval(repr(Line(0.5, -0.1, 0.0))) == Line(0.5, -0.1, 0.0)  # noqa: S307
