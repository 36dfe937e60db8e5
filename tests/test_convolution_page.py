"""The convolution page without a browser: each view, each control, honest words, predictions, links, bad input."""

import json
import re
import zlib

import numpy as np
import pytest

from optim_viz.figures.text import short
from optim_viz.labs.windows import KERNELS, backward, features, moved, numerical, size, slide
from optim_viz.ui import convback, convnet, convviews
from optim_viz.ui.convolution import PREFIX, VIEWS
from optim_viz.ui.strip import MOST
from tests.pages import link, move, opened, said, strips, unfold, widgets

FILE = "pages/convolution.py"
SHOW = {"step": "plane.turn", "draw": "follows", "back": "back.turn", "size": "ratio"}


def visit(view="step", **more):
    app = opened({f"{PREFIX}view": view, **{f"{PREFIX}{name}": value for name, value in more.items()}}, FILE)
    assert not app.exception
    return app


def captions(app, which=0):
    return [caption for _, caption in strips(app)[which]]


def text(app):
    return "\n".join(said(app, "markdown", "info", "success", "caption"))


def test_the_page_opens_with_a_window_on_a_picture():
    """Nine places with their sums, the first of them by hand; nothing is complained about, nothing given away."""
    app = visit()
    assert captions(app)[0] == "Row 1, column 1 of the map: 0·1 + 3·(−1) + 0·2 + 3·(−2) + 0·1 + 3·(−1) = −12"
    picture = np.array([list(map(int, row)) for row in ["00300", "03300", "00300", "00300", "03330"]], float)
    y = slide(picture[None], KERNELS["edges"].weights[None, None])[0]
    assert [caption.rsplit("= ")[-1] for caption in captions(app)] == [short(v) for v in y.ravel().tolist()]
    assert said(app, "warning", "error", "info", "success") == []
    assert "= (5 + 2·0 − 3) / 1 + 1 = 3." in text(app)


def test_the_notes_example_is_written_out():
    """x1..x5 and w1..w3: every output as a sum with names and with numbers."""
    assert captions(visit(kind="line")) == [
        "y_{1} = x_{1}·w_{1} + x_{2}·w_{2} + x_{3}·w_{3} = 1·2 + 3·1 + 2·(−1) = 3",
        "y_{2} = x_{2}·w_{1} + x_{3}·w_{2} + x_{4}·w_{3} = 3·2 + 2·1 + 5·(−1) = 3",
        "y_{3} = x_{3}·w_{1} + x_{4}·w_{2} + x_{5}·w_{3} = 2·2 + 5·1 + 4·(−1) = 5",
    ]
    padded = captions(visit(kind="line", padding="1"))
    assert padded[0] == "y_{1} = x_{1}·w_{2} + x_{2}·w_{3} = 1·1 + 3·(−1) = −2"
    assert len(padded) == 5


def test_channels_are_summed_and_kernels_give_maps():
    """Each caption's channel sums add up to its total; O kernels over 3×3 places give O · 9 frames."""
    for maps, channels in ((2, 3), (4, 2)):
        found = captions(visit(kind="depth", maps=str(maps), channels=str(channels)))
        assert len(found) == maps * 9
        for caption in found:
            parts, total = caption.replace("−", "-").split("add up, ")[1].split(" = ")
            numbers = [int(part.strip("()")) for part in parts.split(" + ")]
            assert len(numbers) == channels
            assert sum(numbers) == int(total)


# --- predictions


def test_turning_the_kernel():
    """An odd kernel changes the sign, an even one nothing, others something; pictures come only after the answer."""
    for kernel, right in (("edges", "sign"), ("outline", "same"), ("emboss", "other")):
        app = visit(kernel=kernel)
        assert len(strips(app)) == 1
        move(app, f"{PREFIX}plane.turn", right)
        assert said(app, "success")[0].startswith("**Right.**")
        assert len(strips(app)) == 2
        move(app, f"{PREFIX}padding", 1)
        assert said(app, "success") == []  # another setting is another question
    assert "3 of 3 numbers differ, by up to 6." in text(visit(kind="line", **{"line.turn": "show"}))


def test_a_wrong_guess_is_told_kindly():
    """It names the right answer and the numbers behind it."""
    told = said(visit(**{"plane.turn": "same"}), "warning")
    assert told == ["**Not this time: the answer is “the same with the other sign”.** All 9 numbers change their sign: "
                    "turned, this kernel is its own opposite."]  # fmt: skip


def test_the_map_follows_the_picture(monkeypatch):
    """What the page says of the move is what the core measures: equivariant, not invariant; a stride may break it."""
    made, scene = [], convviews.scene
    monkeypatch.setattr(convviews, "scene", lambda: made.append(scene()) or made[-1])
    app = visit("draw", follows="follow")
    one = moved(*made[-1].arrays, 0, 3, 1, 1)
    assert one.differ == 0 < one.stay
    assert f"all {one.places} places" in said(app, "success")[0]
    assert f"{one.stay} of 576" in said(app, "success")[0]
    assert captions(app, 1)[-1].endswith(f"0 of {one.places} places differ.")
    assert len(captions(app, 1)) == 4
    assert f"is {short(one.before.max())} before and after the move" in text(app)
    strided = moved(*made[-1].arrays, 0, 3, 2, 1)
    assert strided.differ > 0
    app = visit("draw", stride="2", follows="other")
    assert f"best {strided.differ} of {strided.places} places" in said(app, "success")[0]
    assert said(visit("draw", right="0", follows="stay"), "success")
    assert said(visit("draw", picture="0", follows="stay"), "success")


def test_the_way_back_is_checked():
    """The table holds the sums of the notes, each value is the numerical one; ∂x comes only after the answer."""
    app = visit("back")
    assert "∂x" not in text(app).replace("∂L/∂x", "")
    app = move(app, f"{PREFIX}back.turn", "turned")
    assert said(app, "success")[0].endswith("9 as it is.")
    for row in ("| ∂w₁ | δ₁x₁ + δ₂x₂ + δ₃x₃ | 1 | 1 |", "| ∂w₂ | δ₁x₂ + δ₂x₃ + δ₃x₄ | 14 | 14 |",
                "| ∂w₃ | δ₁x₃ + δ₂x₄ + δ₃x₅ | 4 | 4 |", "| ∂x₃ | δ₁w₃ + δ₂w₂ + δ₃w₁ | 3 | 3 |"):  # fmt: skip
        assert row in text(app)
    assert captions(app, 1)[2] == "∂x_{3} = δ_{1}·w_{3} + δ_{2}·w_{2} + δ_{3}·w_{1} = 1·(−1) + (−2)·1 + 3·2 = 3"
    largest = float(re.search(r"largest difference is (\S+)\.", text(app))[1])
    assert largest < 1e-9
    even = visit("back", w="1 2 1", **{"back.turn": "both"})
    assert said(even, "success")


@pytest.mark.parametrize(("padding", "stride"), [(0, 2), (1, 1), (2, 3), (1, 2)])
def test_the_drawn_way_back_is_the_gradient(padding, stride):
    """In every drawing the numbers under the window, times those above, add up to the gradient that is shown."""
    numbers, weights, errors = (1.0, 3.0, 2.0, 5.0, 4.0), (2.0, 1.0, -1.0), (1.0, -2.0, 3.0, 4.0, -1.0, 2.0, 1.0)
    places = size(len(numbers), len(weights), padding, stride)
    back = convback.Back(numbers, weights, errors[:places], padding, stride)
    x, w, d = back.arrays
    made = convback.to_numbers(back), convback.to_weights(back)
    slid = "w3 w2 w1", " ".join(f"δ{j + 1}" for j in range(places))
    for frames, names, found in zip(made, slid, backward(x, w, d, stride, padding), strict=True):
        assert [frame.caption.rsplit("= ")[-1] for frame in frames] == [short(v) for v in found.ravel().tolist()]
        for frame in frames:
            written = re.findall(r'y="194\.2" font-size="15">([^<+]*)<', frame.svg)
            total = sum(float(value.replace("−", "-")) for value in written)
            assert total == pytest.approx(float(frame.caption.rsplit("= ")[-1].replace("−", "-")))
            under = re.findall(r'y="114\.5" font-size="13">(\S)<tspan[^>]*>(\d)<', frame.svg)
            assert " ".join(map("".join, under)) == names
    for ours, check in zip(backward(x, w, d, stride, padding), numerical(x, w, d, stride, padding), strict=True):
        np.testing.assert_allclose(ours, check, atol=1e-9)


def test_sizes_and_weights():
    """28×28 with 3×3 gives 26×26, by formula and by counting; 80 parameters against 4,245,280 only after the guess."""
    app = visit("size")
    assert "= 26; counted place by place: 26. Out come 8 maps of 26×26." in text(app)
    assert "4,245,280" not in text(app)
    assert len(captions(app)) == 26
    move(app, f"{PREFIX}ratio", "thousands")
    assert said(app, "success")
    assert "| parameters | 80 | 4,245,280 | 53,066 |" in text(app)
    assert "Rounded down: no window sees the last 1." in text(visit("size", S="2"))


def test_the_trained_network():
    """It opens trained, an epoch a frame; the words name the digit; the button's numbers are those of the core."""
    convnet._RESULTS.clear()
    app = visit("net")
    net = features.trained(8)
    assert len(captions(app)) == len(convnet.SHOWN)
    assert convnet.SHOWN[-1] == features.EPOCHS
    assert f"{net.accuracy[-1]:.1%} of 359 test digits right" in captions(app)[-1]
    assert "it is 3." in text(app)
    assert not [key for key in widgets(app) if key == f"{PREFIX}falls"]
    widgets(app)[f"{PREFIX}train"].click().run()
    assert not app.exception
    move(app, f"{PREFIX}falls", "less")
    found = convnet._RESULTS.get(8)
    assert said(app, "success")[0].startswith("**Right.** It falls from ")
    assert f"{found.moved['conv'].mean():.1%} ({found.moved['conv'].min():.1%}–" in text(app)
    own = move(app, f"{PREFIX}source", "own")
    assert "At the end it says 4" in text(own)


# --- controls, links, bad input

MOVES = {
    "step": {"kind": "line", "x": "1 2 3 4", "w": "1 -1", "padding": 1, "stride": 2, "line.turn": "other"},
    "step2": {"small": "123", "kernel": "own", "kernel.own": "1 0 0 0 0 0 0 0 2", "padding": 2, "stride": 3},
    "step3": {"kind": "depth", "channels": 2, "maps": 3, "k": 3, "depth.maps": "pairs"},
    "draw": {"turn": True, "named": "emboss", "picture": "0 0999 0909", "right": -2, "down": 1, "stride": 2},
    "back": {"x": "2 1 0 3", "w": "1 5", "d": "1 1", "padding": 1, "stride": 2, "back.turn": "as"},
    "size": {"H": 12, "C": 3, "O": 4, "K": 5, "S": 2, "P": 1, "ratio": "more"},
    "net": {"digit": 7, "kernels": 4, "source": "own"},
}


def shown(app):
    return strips(app), said(app)


@pytest.mark.parametrize("name", MOVES)
def test_each_control_moves_something_and_the_link_restores_it(name):
    """Moved once, each changes what is shown; a fresh session at the link shows the same, also on another visit."""
    app = unfold(visit(name.rstrip("23")))
    for key, value in MOVES[name].items():
        before = shown(app)
        move(app, PREFIX + key, value)
        assert shown(app) != before, key
        assert said(app, "error") == []
    again = unfold(opened(link(app), FILE))
    assert not again.exception
    assert shown(again) == shown(app)


@pytest.mark.parametrize(
    ("view", "key", "wrong", "sentence"),
    [
        ("step", "small", "12a", "Write a picture as rows of digits"),
        ("step", "small", "123456", "5 rows of 5 digits"),
        ("back", "x", "1 2 <b>x</b>", "Write 3 to 9 numbers"),
        ("back", "w", "1 2 1e9", "Write 1 to 5 numbers"),
        ("back", "d", "", "Write 1 to 13 numbers"),
        ("draw", "picture", "__import__", "rows of digits"),
    ],
)
def test_bad_input_is_told_and_the_picture_stays(view, key, wrong, sentence):
    """A sentence at the control; what was shown last is still shown; nothing the person typed is rendered."""
    app = unfold(visit(view))
    before = strips(app)
    move(app, PREFIX + key, wrong)
    told = said(app, "warning")
    assert len(told) == 1
    assert sentence in told[0]
    assert strips(app) == before
    assert all("<b>" not in one for one in said(app) if "<style>" not in one)


def test_what_does_not_fit_is_told():
    """Each box may be right and no window fit all the same: the last good picture stays."""
    app = visit("back", x="1 2 3")
    before = strips(app)
    move(app, f"{PREFIX}w", "1 2 3 4 5")
    assert said(app, "warning") == ["A window of 5 does not fit on 3 numbers."]
    assert strips(app) == before
    assert said(visit("size", H="5", K="7"), "warning") == ["A 7×7 window does not fit an image of 5×5."]
    assert "padding must be smaller" in said(visit("step", kind="line", w="1", padding="1"), "warning")[0]


@pytest.mark.parametrize(
    ("view", "key", "value"),
    [("back", "x", "nan"), ("step", "padding", "7"), ("zzz", "kernel", "zzz"), ("net", "digit", "-1"),
     ("size", "H", "1e9"), ("step", "small", "\0"), ("draw", "picture", "9" * 2000)],
)  # fmt: skip
def test_a_link_with_nonsense_opens(view, key, value):
    """A value no control has: a sentence, and the same picture as without it."""
    app = opened({f"{PREFIX}view": view, PREFIX + key: value}, FILE)
    assert not app.exception
    assert said(app, "warning")
    assert strips(app) == strips(visit(view if view in VIEWS else "step"))


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("view", VIEWS)
def test_the_code_runs(view, lang, capsys):
    """The notebook code is a script that prints the page's numbers, in either language."""
    app = unfold(opened({f"{PREFIX}view": view, "lang": lang, f"{PREFIX}kernels": "4"}, FILE))
    code = next(one for one in said(app, "code") if "import" in one)
    if lang == "en":
        exec(code, {})
        out = capsys.readouterr().out
        assert {"step": "-6", "draw": "36", "back": "14", "size": "4245280", "net": "Network"}[view] in out
    assert any("##" in one for one in said(app, "markdown"))


def test_no_setting_has_too_many_frames():
    """The largest of each kind stays below what a strip takes, and small when packed."""
    largest = [("step", {"padding": "2"}), ("step", {"kind": "depth", "maps": "4", "k": "1"}),
               ("size", {"H": "32", "K": "7", "P": "3"}), ("draw", {"right": "4", "follows": "show"})]  # fmt: skip
    for view, more in largest:
        for frames in strips(visit(view, **more)):
            assert len(frames) <= MOST
            assert len(zlib.compress(json.dumps(frames).encode(), 3)) < 60_000
