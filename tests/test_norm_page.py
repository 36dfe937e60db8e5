"""The normalization page without a browser: what it opens with, each view and control, honest words, bad input."""

import json
import zlib

import numpy as np
import pytest

from optim_viz.labs.norm import companions, hand, kept, running
from optim_viz.ui import norm, normcrowd, normscales, normshift, normuse
from tests.pages import charts, link, move, said, unfold, visitor, widgets

FILE = "pages/norm.py"
visit = visitor(FILE)


def frames(app):
    """Pictures and captions of the strip."""
    message = next(e.proto.bytes for e in app.get("bidi_component") if e.proto.bytes)
    return json.loads(zlib.decompress(message))["frames"]


def text(app):
    return "\n".join(said(app))


def test_the_page_opens_on_a_batch_that_moves():
    """Two frames and two formulas at first, all four after a guess; nothing is complained about."""
    app = visit()
    assert said(app, "warning", "error") == []
    assert len(frames(app)) == 2
    assert r"\mu &= \tfrac1{4}\,(1 + 3 + 5 + 7) = 4" in text(app)
    assert r"\hat x_1" not in text(app)
    move(app, "nm.same", "times")
    assert "Not this time" in text(app)
    assert len(frames(app)) == 4
    made = hand.worked(hand.table(norm.BATCH))
    for value in made.x_hat[:, 0]:
        assert norm._list(np.array([value])) in text(app)
    assert "−1.342" in frames(app)[2][0]


@pytest.mark.parametrize(
    ("key", "value"),
    [("nm.kind", "layer"), ("nm.kind", "group"), ("nm.batch", "1 2; 3 5"), ("nm.gamma", 2.0), ("nm.beta", 1.0),
     ("nm.eps", 1.0), ("nm.set", 3)],
)  # fmt: skip
def test_each_control_of_the_batch_moves_the_picture(key, value):
    """Moved once, the strip changes; the link brings it back."""
    app = unfold(visit({"nm.same": "show"}))
    before = frames(app)
    move(app, key, value)
    if len(frames(app)) == 2:
        move(app, "nm.same", "show")
    assert frames(app) != before
    assert frames(visit(link(app))) == frames(app)


def test_the_answer_is_that_of_the_numbers():
    """Of equal numbers, or of one, everything is 0 before and after: the page says so."""
    for batch in ("3 1", "2; 2; 2"):
        app = visit({"nm.batch": batch, "nm.same": "zero"})
        assert "Right." in text(app)
    one = visit({"nm.batch": "3 1", "nm.same": "show"})
    assert "One number is its own mean" in text(one)
    assert r"\hat x_1 &= \frac{x_1 - \mu}{\sqrt{\sigma^2 + \varepsilon}} = 0" in text(one)
    assert "Of two numbers only which one is larger is left" in text(visit({"nm.batch": "3; 9"}))


def test_a_bad_batch_leaves_the_last_good_one():
    """A sentence at the control, and the picture stays."""
    app = visit()
    move(app, "nm.batch", "1 2; 3 4; 5 7")
    before = frames(app)
    for bad, words in (("1 2; x 4", "plain numbers"), ("1; 2 3", "same count"), ("", "Write 1 to 8 samples")):
        move(app, "nm.batch", bad)
        assert any(words in told for told in said(app, "warning"))
        assert frames(app) == before
    move(app, "nm.batch", "1 2 3; 4 5 6")
    move(app, "nm.kind", "group")
    assert any("3 channels do not split" in told for told in said(app, "warning"))


def test_weight_scales_tell_what_was_measured():
    """Only plain networks before a guess; then the numbers on file, and where plain is better."""
    app = visit({"nm.view": "scales"})
    assert len(charts(app)[0]["data"]) == 2
    move(app, "nm.many", "most")
    assert "Right." in text(app)
    assert len(charts(app)[0]["data"]) == 8
    learned = kept.scales().learned()
    assert f"batch norm | {min(learned['batch'])}–{max(learned['batch'])} |" in text(app)
    assert "Where the plain network is better, with every seed: at scale 0.29" in text(app)
    shown = charts(app)
    move(app, "nm.at20", 1)
    assert charts(app) != shown


def test_the_button_trains_what_is_asked():
    """A small setting, trained on the page: its own numbers, its own question, one seed is not called proof."""
    app = visit({"nm.view": "scales", "nm.width": "20", "nm.epochs": "5", "nm.images": "200", "nm.beside": "layer"})
    assert "about" in text(app)
    widgets(app)["nm.train"].click().run(timeout=120)
    assert not app.exception
    assert "With layer norm?" in text(app)
    move(app, "nm.many", "show")
    assert "200 images, five hidden layers of 20" in text(app)
    assert "One seed proves nothing" in text(app)
    assert app.session_state["_norm_result"].number > 0


def test_every_setting_of_the_button_counts():
    """Each control changes what would be trained, and stands in the link."""
    app = unfold(visit({"nm.view": "scales"}))
    seen = []
    for key, value in (("nm.beside", "all"), ("nm.width", 20), ("nm.lr", 0.1), ("nm.epochs", 10), ("nm.images", 200),
                       ("nm.size", 20), ("nm.seeds", 2)):  # fmt: skip
        move(app, key, value)
        seen.append(link(app)[key])
    assert seen[0] == "all"
    assert len(set(map(str, seen))) == len(seen) - 1  # 20 units, batches of 20


@pytest.mark.parametrize("size", [1, 2, 16])
def test_company_in_words(size):
    """The sentence is that of this batch size, with the numbers drawn."""
    app = visit({"nm.view": "company", "nm.n": str(size)})
    made = companions.company(size, 13, 5)
    words = {1: "A batch of one", 2: f"+1 in {(made.values > 0).mean():.0%} of the batches", 16: "= 3.87"}[size]
    assert words in text(app)
    move(app, "nm.few", "batch")
    assert "Right." in text(app)
    assert len(charts(app)) == 2
    unfold(app)
    for key, value in (("nm.image", 4), ("nm.unit", 6), ("nm.seed", 1)):
        before = charts(app)
        move(app, key, value)
        assert (charts(app) != before) or size == 1
    assert charts(visit(link(app))) == charts(app)


def test_use_after_training():
    """Early on running averages are late; the table has the measured accuracies, the worst way is told."""
    app = visit({"nm.view": "use", "nm.early": "worse"})
    made = running.use(0.1)
    assert "Right." in text(app)
    assert f"Test batches sorted by class, with their own statistics: {made.accuracy['sorted'][-1]:.1%} right" in text(
        app
    )
    before = charts(app)
    move(app, "nm.mean", 2)
    assert charts(app) != before
    move(app, "nm.rho", 1.0)
    assert len(charts(app)) == 1  # another share, another question


def test_what_changes_is_measured():
    """At 0.02 the shift is larger with batch norm, at 0.1 smaller: each rate has its own truth and sentence."""
    app = visit({"nm.view": "shift", "nm.less": "larger"})
    assert "Right." in text(app)
    assert "less shift cannot be the reason here" in text(app)
    move(app, "nm.rate", 0.1)
    assert len(charts(app)[0]["data"]) == 2
    move(app, "nm.less", "smaller")
    assert "Right." in text(app)
    assert "At smaller rates it is larger" in text(app)


def codes():
    """Every view's code, for settings that train in seconds."""
    small = normscales.Setting(("none", "batch"), 20, 200, 50, 0.02, 1)
    shown = normscales.Result(normscales.Found(small, np.zeros((2, 16, 1, 2))))
    table = hand.table(norm.BATCH)
    for kind in hand.KINDS:
        setup = norm.Setup(norm.BATCH, hand.worked(table, kind), kind, 0, 1.0, 0.0, 1e-5)
        yield norm.code(setup, True)
    yield normscales.code(shown)
    yield normcrowd.code(normcrowd.Setup(64, 3, 5, 0), True)
    yield normuse.code(normuse.Setup(0.1, 0), True)
    yield normshift.code(0.05, True)


def test_the_code_runs(capsys):
    """As a script, and prints the page's numbers."""
    for code in codes():
        exec(compile(code, "notebook", "exec"), {})
        told = capsys.readouterr().out
        assert told
        if "hand.worked" in code:
            ours, theirs = (np.array([float(v) for v in part.replace("[", " ").replace("]", " ").split()])
                            for part in _tables(told))  # fmt: skip
            np.testing.assert_allclose(ours, theirs, atol=1e-6)


def _tables(told):
    """The normalized table by hand, and the same from the network's layer, out of what was printed."""
    parts = told.replace("]]", "]]\n;").split(";")
    return parts[0][parts[0].index("[[") :], parts[2]


def test_korean_has_no_english_left():
    """Every view in Korean, answered: no run of three English words."""
    from tests.test_i18n import english, texts

    for view, key in (("hand", "same"), ("scales", "many"), ("company", "few"), ("use", "early"), ("shift", "less")):
        app = visit({"lang": "ko", "nm.view": view, f"nm.{key}": "show"})
        assert [run for told in texts(app.main) for run in english(told)] == [], view
