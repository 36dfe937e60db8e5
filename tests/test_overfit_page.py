"""The overfitting page without a browser: what it opens with, each view and control, honest words, the button."""

import numpy as np
import pytest

from optim_viz.labs.overfit import decay, kept, smooth
from optim_viz.labs.overfit.cures import CURES
from optim_viz.labs.overfit.growing import growth
from optim_viz.labs.overfit.trial import Setting, verdict
from optim_viz.ui import overbook, overdecay, overfit, overpictures, overstop
from tests.pages import charts, header, link, move, picture, said, unfold, visitor, widgets

FILE = "pages/overfit.py"
visit = visitor(FILE)


def text(app):
    return "\n".join(said(app))


def test_the_page_opens_on_overfitting():
    """Plain training at once, ten seeds; dropout only after a guess, with the paired difference."""
    app = visit()
    plain, cured = kept.every(0.2)["plain"], kept.every(0.2)["dropout"]
    assert said(app, "warning", "error") == []
    assert len(charts(app)) == 1
    assert len(charts(app)[0]["data"]) == 4
    film, made = picture(app)[0], growth()
    assert header(film)["marks"] == made.steps.tolist()
    assert f"lowest after {made.steps[made.best]} steps, {made.test[made.best]:.3g}" in text(app)
    assert f"ends with {plain.kept_train.mean():.1%} of the training images right" in text(app)
    assert "Every cure alone" not in text(app)
    move(app, "of.guess", "higher")
    found = verdict(cured.kept_test, plain.kept_test)
    assert "Right." in text(app)
    assert f"{found.mean:+.1%} ± {found.off:.1%}" in text(app)
    assert len(charts(app)) == 2
    assert len(charts(app)[0]["data"]) == 8


def test_all_cures_are_told_apart_by_what_was_measured():
    """Each cure stands in the sentence its verdict puts it in, for both shares of wrong labels."""
    app = visit({"of.guess": "show"})
    for wrong in (0.2, 0.0):
        if wrong == 0.0:
            move(app, "of.noisy", 0.0)
        found = kept.every(wrong)
        lines = {start: next(line for line in text(app).split("\n") if line.startswith(f"- {start}"))
                 for start in ("Higher", "Not distinguishable", "Lower")}  # fmt: skip
        place = {"higher": "Higher", "alike": "Not distinguishable", "lower": "Lower"}
        for key, cure in CURES.items():
            kind = verdict(found[key].kept_test, found["plain"].kept_test).kind
            assert cure.name in lines[place[kind]], key


@pytest.mark.parametrize("key", CURES)
def test_every_cure_is_at_hand(key):
    """At its usual strength it is shown at once; another strength is for the button."""
    app = visit({"of.cures": key, "of.guess": "show"})
    assert CURES[key].name in text(app)
    assert "of.train" not in widgets(app)
    others = [v for v in CURES[key].choices if v != CURES[key].usual]
    if others:
        move(app, f"of.{key}", others[0])
        assert "of.train" in widgets(app)
        assert "Still the last result" in text(app)


def test_the_button_trains_two_cures_together():
    """A small setting: its own curves, a verdict over its own seeds; the page's words name both."""
    app = visit({"of.cures": "dropout", "of.second": "shift", "of.images": "50", "of.width": "20", "of.epochs": "20",
                 "of.seeds": "3", "of.wrong": "0.4"})  # fmt: skip
    widgets(app)["of.train"].click().run(timeout=120)
    assert not app.exception
    result = app.session_state["_overfit_result"]
    assert result.setup.setting == Setting(50, 0.4, (20, 20), 20, seeds=(0, 1, 2))
    move(app, "of.guess", "show")
    found = verdict(result.cured.kept_test, result.plain.kept_test)
    assert f"{found.mean:+.1%} ± {found.off:.1%} (95 % interval of the mean; {found.above} of 3 seeds above 0)" in text(
        app
    )
    assert "Dropout 0.5 + Shift 1" in text(app)
    assert len(charts(app)[0]["data"]) == 8


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("of.wrong", 0.3),
        ("of.images", 100),
        ("of.width", 50),
        ("of.epochs", 40),
        ("of.second", "l2"),
        ("of.dropout", 0.2),
    ],
)
def test_each_control_asks_for_another_training(key, value):
    """Moved once, the result on show is not that of the controls any more, and the link has the value."""
    app = unfold(visit())
    move(app, key, value)
    assert "Still the last result" in text(app)
    assert "of.train" in widgets(app)
    assert key in link(app)


@pytest.mark.parametrize("way", ["decay", "dropout"])
def test_the_book_in_words(way):
    """Both lower the test accuracy: the answer and the counts are those of the runs on file."""
    app = visit({"of.view": "book", "of.book": way, "of.truth": "lower"})
    assert "Right." in text(app)
    cured = kept.book()[way]
    plain = kept.book()["plain"].until(cured.epoch[-1])
    narrow, lower = int((cured.gap < plain.gap).sum()), int((cured.kept_test < plain.kept_test).sum())
    assert f"The gap is smaller in {narrow} of 5 seeds, and the test accuracy is lower in {lower} of 5" in text(app)


def test_early_stopping_counts_seeds():
    """Ten of ten with wrong labels; with right ones fewer, and then the page says otherwise."""
    app = visit({"of.view": "stop", "of.stopped": "most"})
    assert "Right." in text(app)
    assert f"no worse in {kept.paths(0.2).no_worse(5)} of 10 seeds" in text(app)
    before = charts(app)
    move(app, "of.seed", 4)
    assert charts(app) != before
    move(app, "of.noisy", 0.0)
    move(app, "of.patience", 1)
    move(app, "of.stopped", "show")
    count = kept.paths(0.0).no_worse(1)
    assert count < 8
    assert f"is worse in {10 - count} of 10 seeds" in text(app)


@pytest.mark.parametrize("kind", overpictures.NAMES)
def test_pictures_of_every_change(kind):
    """Another strength or draw gives other pictures; the labels below are those of the change."""
    app = visit({"of.view": "pictures", "of.change": kind})
    first = charts(app)
    move(app, "of.draw", 3)
    assert charts(app) != first
    told = " ".join(a["text"] for a in charts(app)[0]["layout"]["annotations"][1::2])
    assert ("+" in told) == (kind in ("Mixup", "CutMix"))


def test_the_six_that_becomes_a_nine():
    """Predicted and measured; training with every angle costs accuracy, in the words too."""
    app = visit({"of.view": "pictures", "of.six": "nine"})
    assert "Right." in text(app)
    small, every = kept.turning().values()
    assert (
        f"nines {np.median(every.accuracy[:, 9]):.0%} are right instead of {np.median(small.accuracy[:, 9]):.0%}"
        in text(app)
    )


def test_weight_decay_in_numbers():
    """The fits' norm and bend, and what is left of two weights; with SGD both forms are the same."""
    app = visit({"of.view": "decay", "of.forms": "small"})
    assert "Right." in text(app)
    made, left = smooth.fits(0), decay.decayed("adam", 0.01, 0.1).left
    assert f"‖W‖ falls from {made.norm[0]:.3g} to {made.norm[-1]:.3g}" in text(app)
    assert f"{left['l2'][0]:.3g} of the weight with large gradients" in text(app)
    before = charts(app)
    move(app, "of.lambda", 0.01)
    assert charts(app)[0] != before[0]
    move(app, "of.base", "sgd")
    move(app, "of.forms", "same")
    assert "Right." in text(app)
    assert "here the same" in text(app)
    for key, value in (("of.lr", 0.1), ("of.decay", 0.3)):
        move(app, key, value)
        move(app, "of.forms", "show")
    assert "1 − λ = 0.7" in text(app)
    assert "λ/η = 3 " in text(app)
    move(app, "of.points", 1)
    assert "of.points" in link(app)


def test_a_link_restores_the_page():
    """View, cures, strengths and the guess."""
    wanted = {"of.cures": "mixup", "of.guess": "higher", "of.wrong": "0"}
    app = visit(wanted)
    assert text(visit(link(app))) == text(app)


def codes():
    setup = overfit.Setup(Setting(50, 0.2, (20, 20), 2, seeds=(0, 1, 2)), (("dropout", 0.5), ("mixup", 1.0)))
    yield overfit.code(overfit.Result(setup, None, None), True)  # type: ignore[arg-type]
    yield overstop.code(overstop.Setup(0.2, 1, 9), True)
    yield overpictures.code(overpictures.Setup("Cutout", 3.0, 0), True)
    yield overpictures.code(overpictures.Setup("Rotate", 15.0, 0), True)
    yield overdecay.code(overdecay.Setup("adam", 0.01, 0.1, 0.0, 0), True)


def test_the_code_runs(capsys):
    """As a script, and says something; the book's experiments are those of Book mode."""
    for code in codes():
        exec(compile(code, "notebook", "exec"), {})
        assert capsys.readouterr().out
    from optim_viz.experiments.book import EXPERIMENTS

    for way in ("decay", "dropout"):
        assert overbook.code(way, True).split('"')[1] in EXPERIMENTS


def test_korean_has_no_english_left():
    """Every view in Korean, answered: no run of three English words."""
    from tests.test_i18n import english, texts

    for view, key in (
        ("cures", "guess"),
        ("book", "truth"),
        ("stop", "stopped"),
        ("pictures", "six"),
        ("decay", "forms"),
    ):
        app = visit({"lang": "ko", "of.view": view, f"of.{key}": "show"})
        assert [run for told in texts(app.main) for run in english(told)] == [], view
