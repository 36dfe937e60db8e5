"""The Save button under a player: nothing is made until it is asked for, and every file is what it says."""

import json

import pytest
from streamlit.testing.v1 import AppTest

import optim_viz as ov
from optim_viz.ui import share
from optim_viz.ui.i18n import speak
from tests.pages import said, widgets

KINDS = ("html", "gif", "csv", "json", "code", "torch")
BOWL = ov.SURFACES["Elongated bowl"]


def app(kind: str = "formula"):
    import streamlit as st

    import optim_viz as ov
    from optim_viz.ui import share, state

    state.begin("save")
    kind = st.session_state.get("kind", kind)
    rules, surface = [ov.SGD(lr=0.1), ov.Lion(lr=0.1)], ov.SURFACES["Elongated bowl"]
    if kind == "function":
        surface = ov.Surface.from_function(lambda x, y: x * x + y * y)
    if kind == "lion":
        rules = rules[1:]
    share.downloads(ov.trace(rules, surface, (-7, 2), 30), key="here")


def opened(**session):
    page = AppTest.from_function(app, default_timeout=60)
    for key, value in session.items():
        page.session_state[key] = value
    page.run()
    assert not page.exception
    return page


def test_closed_it_costs_one_element(monkeypatch):
    """Until it is opened there is one button, and nothing was computed for it."""
    monkeypatch.setattr(share, "_makers", lambda *_: pytest.fail("made before it was asked for"))
    page = opened()
    assert list(widgets(page)) == []
    assert len(page.main.children) == 1


def test_open_it_offers_every_file():
    """Opened it shows a button per file, in the reader's language."""
    page = opened(**{"here.save": True})
    assert list(widgets(page)) == [f"here.save.{kind}" for kind in KINDS]
    speak("ko")
    korean = opened(**{"here.save": True, "lang": "ko"})
    labels = [element.label for element in widgets(korean).values()]
    assert labels[2:4] == ["숫자 (CSV)", "숫자와 설정 (JSON)"]
    speak("en")


def test_what_cannot_be_made_says_why():
    """A surface that is Python code has no PyTorch script, nor has a rule torch lacks; the other files are there."""
    page = opened(**{"here.save": True, "kind": "function"})
    assert list(widgets(page)) == [f"here.save.{kind}" for kind in KINDS[:-1]]
    assert said(page, "caption") == [
        "Code for PyTorch: PyTorch code can be given for a surface that is a formula; this one is not."
    ]
    page = opened(**{"here.save": True, "kind": "lion"})
    assert said(page, "caption") == ["Code for PyTorch: torch.optim has none of these optimizers."]


def test_every_file_is_what_it_says():
    """The makers give a page, a picture, a table, a record and two programs of the very paths."""
    speak("en")
    paths, options = ov.trace([ov.SGD(lr=0.1), ov.Adam(lr=0.3)], BOWL, (-7, 2), 30), {"log": False}
    made = {kind: make() for kind, make in share._makers(paths, share._page(paths, options), options).items()}
    assert tuple(made) == KINDS == tuple(share._FILES)
    assert made["html"].startswith("<!DOCTYPE html>")
    assert "<title>SGD, Adam</title>" in made["html"]
    assert made["gif"][:6] == b"GIF89a"
    assert made["csv"].splitlines()[1].startswith("SGD,0,-7.0,2.0,6.45")
    assert [row["name"] for row in json.loads(made["json"])["paths"]] == ["SGD", "Adam"]
    compile(made["torch"], "torch", "exec")
    names: dict = {}
    exec(made["code"].replace("ov.animate(paths)\n", ""), names)
    assert (names["paths"][1].x == paths[1].x).all()


def test_labels_are_in_every_file():
    """Where a page calls its paths by other names than their optimizers', so do the files it gives away."""
    paths, options = ov.trace([ov.SGD(lr=0.1), ov.SGD(lr=0.2)], BOWL, (-7, 2), 30), {"labels": ["slow", "=fast"]}
    made = {kind: make() for kind, make in share._makers(paths, share._page(paths, options), options).items()}
    assert "<title>slow, =fast</title>" in made["html"]
    assert {line.partition(",")[0] for line in made["csv"].splitlines()[1:]} == {"slow", "'=fast"}
    assert [row["name"] for row in json.loads(made["json"])["paths"]] == ["slow", "=fast"]
    assert made["gif"] != ov.figures.gif(paths)
