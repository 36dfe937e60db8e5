"""Points painted by hand: the text they are written as, the board, the link, and what they become."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim_viz.data import from_text, read_points, write_points
from optim_viz.ui import points, training_code
from optim_viz.ui.material import PAINTED
from tests.pages import link, opened, said, widgets
from tests.test_train_page import SMALL, charts, move, press, result

FILE = "pages/train.py"
PAINT = {**SMALL, "net.data": "points"}


def test_a_text_of_points_is_read_as_it_says():
    """A letter is the class of what follows; commas, true minus signs and any spaces are welcome."""
    at, labels = read_points("0.5 -0.2  b 1,0 −1 1\na .25 0", 2)
    assert at.tolist() == [[0.5, -0.2], [1, 0], [-1, 1], [0.25, 0]]
    assert labels.tolist() == [0, 1, 1, 0]
    assert [len(part) for part in read_points("", 2)] == [0, 0]
    assert read_points("12 -7", 1, x=(0, 20), y=(-10, 0))[0].tolist() == [[12, -7]]


@given(st.lists(st.tuples(st.integers(-100, 100), st.integers(-100, 100), st.integers(0, 3)), max_size=40))
def test_what_is_written_is_read_back(rows):
    """Points on the board's grid come back exactly, in order."""
    at = np.array([row[:2] for row in rows], float).reshape(-1, 2) / 100
    labels = np.array([row[2] for row in rows], int)
    back = read_points(write_points(at, labels), 4)
    assert np.array_equal(back[0], at)
    assert np.array_equal(back[1], labels)


WRONG = {
    "letter without pair": ("0.1 b 0.2", "Write points as letters"),
    "a class too many": ("c 1 1", "Write points as letters"),
    "two letters": ("ab 1 1", "Write points as letters"),
    "nan": ("nan 0", "Write points as letters"),
    "inf": ("0 inf", "Write points as letters"),
    "huge": ("1e999 0", "Write points as letters"),
    "outside": ("0 1.01", "The number 1.01 is outside -1 to 1."),
    "odd": ("0 1 0.5", "The last point has only one number."),
    "endless": ("0 " * 6001, "At most 12000 characters"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_text_that_is_no_points_gets_a_sentence(case):
    """The reason in words, whatever was written."""
    text, sentence = WRONG[case]
    with pytest.raises(ValueError, match=sentence.replace(".", r"\.")):
        read_points(text, 2)


def test_one_class_needs_no_letters():
    """Then a letter is as wrong as any word, and the sentence does not speak of letters."""
    assert read_points("0 1 1 0", 1)[1].tolist() == [0, 0]
    with pytest.raises(ValueError, match="pairs of numbers"):
        read_points("a 0 1", 1)


def test_painted_points_are_data():
    """The classes are called by their letters, also where one is missing; the numbers stay what they were."""
    data = from_text("c 0 1 1 1 a 0.5 0.5 -1 -1")
    assert (data.classes, data.features, data.scaling) == (("a", "c"), ("x", "y"), "none")
    assert data.y.tolist() == [1, 1, 0, 0]
    assert data.X[2].tolist() == [0.5, 0.5]


def board(app):
    """What the board in the browser was told."""
    return json.loads(app.get("bidi_component")[0].proto.bytes)


def test_the_board_shows_the_points_at_first_and_after_a_change():
    """As many as the text has, with their classes; a broken text leaves the last ones on the board."""
    app = opened(PAINT, FILE)
    assert len(board(app)["points"]) == len(read_points(PAINTED, 4)[0])
    assert board(app)["classes"] == ["a", "b", "c", "d"]
    move(app, "net.points", "0.5 1 b -1 0.25")
    assert board(app)["points"] == [[0.5, 1, 0], [-1, 0.25, 1]]
    move(app, "net.points", "0.5 1 b -1")
    assert board(app)["points"] == [[0.5, 1, 0], [-1, 0.25, 1]]
    assert said(app, "warning") == ["The last point has only one number."]
    assert app.button(key="train").disabled


def test_a_stroke_becomes_text():
    """What the browser sends is written as text; anything else than points inside leaves no harm."""
    sent = [[0.5, -0.25, 0], [3, -7, 1], [0, 0, 9]]
    assert points._written(sent, 4, (-1, 1), (-1, 1)) == "0.5 -0.25 b 1 -1 d 0 0"
    for nonsense in ("x", [[1, 2]], {"a": 1}, [["<b>", 0, 0]], 7):
        assert points._written(nonsense, 4, (-1, 1), (-1, 1)) == ""
    assert len(read_points(points._written([[0, 0, 0]] * 900, 2, (-1, 1), (-1, 1)), 2)[0]) == points.MOST


def test_few_points_are_in_the_link_and_many_are_not():
    """A short text is restored by the link, with the same training; a long one stays in the session, which is said."""
    app = press(opened({**PAINT, "net.points": PAINTED + " a 0 0"}, FILE))
    again = opened(link(app), FILE)
    assert result(again).setup == result(app).setup
    assert charts(again) == charts(app)
    move(app, "net.points", "a 0.25 -0.5 b 0.5 0.25 " * 80)
    assert "net.points" not in link(app) or len(link(app)["net.points"]) < points.IN_LINK
    assert any("stay in this session" in text for text in said(app, "caption"))
    move(app, "net.seed", 2)
    assert len(board(app)["points"]) == 160
    move(app, "net.points", "a 0 1 b 1 1")
    assert link(app)["net.points"] == "a 0 1 b 1 1"


def test_points_are_trained_on_like_other_data():
    """Boundaries over the board, four classes as painted, and notebook code that makes the same."""
    text = " ".join(f"{name} " + " ".join(f"{x} {y}" for _ in range(8)) for name, x, y in
                    (("a", -0.5, -0.5), ("b", 0.5, 0.5), ("c", -0.5, 0.5), ("d", 0.5, -0.5)))  # fmt: skip
    app = press(move(opened({**PAINT, "net.batch": "10"}, FILE), "net.points", text))
    assert result(app).chosen.data.classes == ("a", "b", "c", "d")
    assert app.button_group(key="net.view").value == "boundary"
    told = {}
    exec(training_code.snippet(result(app)), told)
    assert np.array_equal(told["history"].final.theta, result(app).history.final.theta)


@pytest.mark.parametrize("file", ["pages/sharp.py", "pages/landscape.py"])
def test_every_page_of_networks_has_the_board(file):
    """The same data are offered there, under keys of their own."""
    prefix = {"pages/sharp.py": "sharp.", "pages/landscape.py": "ls."}[file]
    app = opened({f"{prefix}data": "points", **SMALL}, file)
    assert not app.exception
    assert f"{prefix}points" in widgets(app)
