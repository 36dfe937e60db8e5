"""The race page without a browser: each control does its own work only, and a link brings all of it back."""

import re

import numpy as np
import pytest

import optim_viz as ov
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.presets import LANDING, PRESETS
from optim_viz.tune import best_rate
from optim_viz.ui import cached, i18n
from tests.pages import controls, header, heading, link, opened, picture, said, snippet, table, unfold, widgets

COPY = "Start my own formula from this one"
ELSEWHERE = {"surface": "Beale", "x0": "0.5", "y0": "-1.5", "SGD.lr": "0.02", "Adam.beta1": "0.5",
             "opt": ["SGD", "Adam"], "noise": "0.5", "seed": "7", "steps": "60", "log": "false", "field": "true",
             "fill": "gray", "levels": "linear", "view": "notebook"}  # fmt: skip
OWN = {"surface": "own", "f": "sin(a*x) + b*y^2", "own.a": "2", "own.b": "0.5", "xmin": "-4", "xmax": "6.5",
       "ymin": "-3", "ymax": "3", "x0": "1.25", "y0": "2", "view": "notebook"}  # fmt: skip


def numbers(app):
    """Optimizer -> its row without the outcome, which is said in the reader's language."""
    return {name: cells[:5] for name, cells in table(app).items()}


FLOATS = 4 * 120 * 120  # bytes of the values on the map, before the contour levels


def body(app):
    """The ground's message without its header."""
    message = picture(app)[1]
    return message[4 + int.from_bytes(message[:4], "little") :]


READINGS = {
    "title": heading,
    "words": lambda app: header(picture(app)[1])["texts"],
    "controls": lambda app: {one.key for one in widgets(app).values()},
    "preset": lambda app: app.button_group("preset").value,
    "formula": lambda app: next(text for text in said(app, "markdown") if "$$" in text).split("$$")[1],
    "domain": lambda app: [header(picture(app)[1])[axis] for axis in "xy"],
    "fill": lambda app: header(picture(app)[1])["fill"],
    "grid": lambda app: body(app)[:FLOATS],
    "levels": lambda app: body(app)[FLOATS:],
    "start": lambda app: header(picture(app)[0])["start"],
    "steps": lambda app: header(picture(app)[0])["steps"],
    "names": lambda app: [one["name"] for one in header(picture(app)[0])["series"]],
    "numbers": numbers,
    "log": lambda app: header(picture(app)[0])["charts"][0]["log"],
    "equal": lambda app: header(picture(app)[0])["equal"],
    "field": lambda app: header(picture(app)[0])["field"],
    "view": lambda app: [app.button_group("view").value, *parts(app)],
}
# control: (link before, new value or None for a click, readings that change; every other one must not)
MOVES = {
    "lang": ({}, "ko", {"title", "words"}),
    "surface": ({}, "Matyas", {"preset", "formula", "grid", "levels", "start", "numbers", "controls"}),
    "Elongated bowl.a": ({}, 50.0, {"preset", "grid", "levels", "numbers"}),
    "opt": ({"view": "rules"}, ["SGD", "Lion"], {"preset", "names", "numbers", "controls", "view"}),
    "suit": ({"SGD.lr": "0.01", "Adam.lr": "0.001"}, None, {"numbers"}),
    "x0": ({}, 3.5, {"preset", "start", "numbers"}),
    "y0": ({}, -4.0, {"preset", "start", "numbers"}),
    "random": ({}, None, {"preset", "start", "numbers"}),
    "reset": ({"x0": "5"}, None, {"preset", "start", "numbers"}),
    "steps": ({}, 50, {"preset", "steps", "numbers"}),
    "noise": ({}, 0.5, {"preset", "numbers", "controls"}),
    "seed": ({"noise": "0.5"}, 4, {"numbers"}),
    "log": ({}, False, {"log"}),
    "equal": ({}, True, {"equal"}),
    "field": ({}, True, {"field"}),
    "fill": ({}, "gray", {"fill"}),
    "levels": ({}, "log", {"levels"}),
    "view": ({}, "loss", {"view"}),
    "f": (OWN, "cos(a*x) + b*y^2", {"formula", "domain", "grid", "levels", "start", "numbers"}),
    "worth": (OWN, "Ring", {"formula", "domain", "grid", "levels", "start", "numbers", "controls"}),
    "fit": (OWN, None, {"domain", "grid", "levels", "start", "numbers"}),
    "own.a": (OWN, 5.0, {"grid", "levels", "numbers"}),
    "own.b": (OWN, 5.0, {"grid", "levels", "numbers"}),
    "xmin": (OWN, -5.0, {"domain", "grid", "levels"}),
    "xmax": (OWN, 5.0, {"domain", "grid", "levels"}),
    "ymin": (OWN, -5.0, {"domain", "grid", "levels"}),
    "ymax": (OWN, 5.0, {"domain", "grid", "levels"}),
}
TESTED_BELOW = {"preset", COPY}


def parts(app):
    """How many charts, cards with code, and code blocks there are."""
    cards = sum("```python" in text for text in said(app, "markdown"))
    return len(app.get("plotly_chart")), cards, len(said(app, "code"))


def readings(app):
    return {name: read(app) for name, read in READINGS.items()}


def move(app, key, value=None):
    """Set the control, or press it when no value is given, and let the page run."""
    control = widgets(app)[key]
    (control.click() if value is None else control.set_value(value)).run()
    assert not app.exception
    i18n.speak(app.button_group("lang").value)
    return app


def test_the_page_opens_with_a_race():
    """The landing preset is on, its seven paths are in the player and in the table, and nothing is complained about."""
    app = opened()
    assert not app.exception
    assert app.button_group("preset").value == LANDING.key
    names = [rule.name for rule in LANDING.optimizers]
    assert list(table(app)) == READINGS["names"](app) == names
    assert said(app, "warning", "error") == []


@pytest.mark.parametrize("key", MOVES)
def test_a_control_changes_what_it_controls_and_nothing_else(key):
    """Moved once, each control changes exactly the readings listed for it."""
    before, value, expected = MOVES[key]
    app = opened(before)
    if key not in widgets(app):
        unfold(app)
    was = readings(app)
    move(app, key, value)
    now = readings(app)
    assert {name for name in READINGS if was[name] != now[name]} == expected
    if value is not None:
        assert widgets(app)[key].value == value


@pytest.mark.parametrize("before", [{}, {"noise": "1"}, OWN], ids=["landing", "noise", "own formula"])
def test_no_control_is_left_out(before):
    """Every control on the page is moved by a test here; a new one fails this test until it is, too."""
    tuned = {f"{name}.{p.name}" for name, rule in OPTIMIZERS.items() for p in rule.hyperparameters()}
    assert controls(unfold(opened(before))) - tuned - set(MOVES) - TESTED_BELOW == set()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_hyper_parameter_moves_only_its_own_path(name, monkeypatch):
    """Each hyper-parameter changes the path and the code of its optimizer; those of the other stay the same."""
    shown, other = spied(monkeypatch), "SGD" if name != "SGD" else "Adam"
    special = {"AdamP": {"AdamP.weight_decay": "0.1"}, "Rprop": {"Rprop.lr": "1", "noise": "0"}}.get(name, {})
    app = unfold(opened({"opt": [name, other], "noise": "0.5", f"{name}.lr": "0.1", "view": "notebook", **special}))
    for parameter in OPTIMIZERS[name].hyperparameters():
        key, options = f"{name}.{parameter.name}", parameter.choices
        default, was, code = widgets(app)[key].value, table(app), snippet(app)
        value = options[-1] if options.index(default) < len(options) / 2 else options[0]
        move(app, key, value)
        before, after = ({path.name: path.x for path in paths} for paths in shown[-2:])
        assert not np.array_equal(before[name], after[name]), parameter.name
        assert np.array_equal(before[other], after[other])
        assert table(app)[other] == was[other]
        changed = set(snippet(app).splitlines()) - set(code.splitlines())
        assert [line.split("(")[0].strip() for line in changed] == [f"ov.{name}"]
        assert f"{parameter.name}={value!r}" in changed.pop()
        move(app, key, default)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_a_preset_is_exactly_its_settings(preset, monkeypatch):
    """From a page where everything differs, a press shows exactly the preset's race, lit, with its story."""
    shown = spied(monkeypatch)
    decays = {f"{name}.weight_decay": "0.1" for name in OPTIMIZERS}
    app = opened({**ELSEWHERE, **decays, "opt": list(OPTIMIZERS), "surface": preset.surface})
    for letter, options in preset.ground.ranges.items():
        move(app, f"{preset.surface}.{letter}", options[-1])
    move(app, "preset", preset.key)
    assert {path.optimizer for path in shown[-1]} == set(preset.optimizers)
    assert {path.surface for path in shown[-1]} == {preset.ground}
    assert READINGS["start"](app) == list(preset.start)
    assert READINGS["steps"](app) == preset.steps
    assert app.select_slider("noise").value == preset.noise
    assert app.button_group("preset").value == preset.key
    assert preset.story in said(app, "caption")
    move(app, "steps", 40 if preset.steps != 40 else 50)
    assert app.button_group("preset").value is None
    assert preset.story not in said(app, "caption")


def test_the_book_is_reproduced():
    """The book's preset shows the losses of the book's own settings, and says what they show: looks deceive."""
    rules = [ov.SGD(lr=0.95), ov.Momentum(lr=0.1), ov.AdaGrad(lr=1.5, eps=1e-7), ov.Adam(lr=0.3, eps=1e-7)]
    paths = ov.trace(rules, ov.Surface("x^2/20 + y^2"), (-7, 2), 29)
    app = move(opened(), "preset", "book")
    assert {name: cells[0] for name, cells in table(app).items()} == {path.name: six(path.value[-1]) for path in paths}
    assert any("SGD" in text and "a pretty path is not a fast one" in text for text in said(app, "markdown"))


def six(value):
    return f"{value:.6g}".replace("-", "−")


def spied(monkeypatch):
    """The paths of each run as the page itself got them."""
    shown, race = [], cached.race
    monkeypatch.setattr(cached, "race", lambda *given: shown.append(race(*given)) or shown[-1])
    return shown


@pytest.mark.parametrize("before", [{"view": "notebook"}, ELSEWHERE, OWN], ids=["landing", "elsewhere", "own formula"])
def test_the_notebook_code_gives_the_same_paths(before, monkeypatch):
    """What the page offers for a notebook, run as it stands, reproduces every path bit for bit."""
    shown, told = spied(monkeypatch), {}
    app = opened(before)
    exec(snippet(app), told)
    assert [path.optimizer for path in told["paths"]] == [path.optimizer for path in shown[-1]]
    for ours, theirs in zip(told["paths"], shown[-1], strict=True):
        assert np.array_equal(ours.x, theirs.x)
        assert np.array_equal(ours.value, theirs.value, equal_nan=True)


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("before", [{}, ELSEWHERE, OWN], ids=["landing", "elsewhere", "own formula"])
def test_a_link_restores_the_page(before, lang):
    """A fresh session at the link of a moved page has the same values, the same numbers and the same picture."""
    app = opened({**before, "lang": lang})
    move(app, "SGD.lr", 0.03)
    move(app, "y0", 1.5)
    move(app, "noise", 2.0)
    move(app, "seed", 11)
    again = opened(link(app))
    assert not again.exception
    assert said(again, "warning", "error") == []
    assert values(again) == values(app)
    assert (table(again), picture(again)) == (table(app), picture(app))
    assert again.number_input("seed").value == 11


def values(app):
    return {one.key: one.value for one in widgets(app).values() if one.key}


@pytest.mark.parametrize("before", [{}, ELSEWHERE, OWN], ids=["landing", "elsewhere", "own formula"])
def test_another_language_changes_words_only(before):
    """There and back: every control keeps its value and every number stays; the words change and come back."""
    app = opened(before)
    was, rows, words = values(app), numbers(app), said(app)
    move(app, "lang", "ko")
    assert values(app) == {**was, "lang": "ko"}
    assert numbers(app) == rows
    assert re.search("[가-힣]", heading(app))
    move(app, "lang", "en")
    assert (values(app), said(app)) == ({**was, "lang": "en"}, words)


@pytest.mark.parametrize(
    ("locale", "korean"), [("ko-KR", True), ("ko", True), ("en-US", False), ("fr-FR", False), (None, False)]
)
def test_the_browser_chooses_the_first_language(locale, korean):
    """Korean for a Korean browser, English for every other; a link's language goes before the browser's."""
    assert bool(re.search("[가-힣]", heading(opened(locale=locale)))) == korean
    asked = "en" if korean else "ko"
    assert bool(re.search("[가-힣]", heading(opened({"lang": asked}, locale=locale)))) != korean


BROKEN = {"x^2 + ?": 7, "x^2 + (y": 7, "x^2 + foo(y)": 7, "": 1, "x y": 3, "1 + [x]": 5}


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_formula_keeps_the_last_picture(text):
    """The character is marked, the old paths stay, and nothing of the text is rendered; a good formula goes on."""
    app = opened(OWN)
    was = picture(app), table(app)
    move(app, "f", text)
    assert (picture(app), table(app)) == was
    marked, reason = (code for code in said(app, "code") if code != snippet(app))
    assert marked == f"{text}\n{' ' * (BROKEN[text] - 1)}▲".strip("\n")
    assert reason
    assert "The picture still shows the last formula that worked." in said(app, "caption")
    move(app, "f", "x^2 + 3*y^2")
    assert picture(app) != was[0]
    assert not any("▲" in code for code in said(app, "code"))


def test_a_broken_formula_from_a_link_shows_the_landing_surface():
    """With no last good formula in the session there is still a picture."""
    app = opened({"surface": "own", "f": "x^2 +"})
    assert not app.exception
    assert READINGS["names"](app)
    assert any("▲" in code for code in said(app, "code"))


@pytest.mark.parametrize("name", ["Elongated bowl", "Rosenbrock", "Rippled ravine", "Griewank", "Beale"])
def test_a_formula_of_my_own_starts_from_a_known_one(name):
    """The copy has the formula, parameters, domain, start and so the very same paths; the original is not changed."""
    app = opened({"surface": name})
    letters = {key: one.options for key, one in widgets(app).items() if key.startswith(f"{name}.")}
    for key, options in letters.items():
        move(app, key, float(options[-1]))
    was = {key: READINGS[key](app) for key in ("formula", "domain", "start", "names", "grid")}
    finals = {row: cells[0] for row, cells in table(app).items()}
    move(app, COPY)
    assert app.selectbox("surface").value == "own"
    assert app.text_input("f").value == ov.SURFACES[name].formula
    assert {key: READINGS[key](app) for key in was} == was
    assert {row: cells[0] for row, cells in table(app).items()} == finals
    for key, options in letters.items():
        assert app.select_slider(key.replace(name, "own")).value == float(options[-1])
    assert COPY not in widgets(app)


@pytest.mark.parametrize("name", ["Rosenbrock", "Beale", "Saddle"])
def test_a_new_surface_brings_its_start_and_suitable_rates(name):
    """The start is the surface's own, every rate the best of its grid there; no other setting moves."""
    app = opened({"opt": ["SGD", "Adam"], "SGD.weight_decay": "0.01", "steps": "60", "x0": "5"})
    move(app, "surface", name)
    surface = ov.SURFACES[name]
    assert READINGS["start"](app) == list(surface.start)
    for rule in (ov.SGD(weight_decay=0.01), ov.Adam()):
        assert app.select_slider(f"{rule.name}.lr").value == best_rate(rule, surface, surface.start, 60).lr
    assert (app.select_slider("SGD.weight_decay").value, app.select_slider("steps").value) == (0.01, 60)


def test_no_optimizer_keeps_the_last_choice():
    """Nothing chosen: a sentence, and the last choice races on; the choice itself stays empty."""
    app = opened({"opt": ["SGD", "Adam"]})
    was = picture(app)
    move(app, "opt", [])
    assert picture(app) == was
    assert list(table(app)) == ["SGD", "Adam"]
    assert any("at least one optimizer" in text for text in said(app, "warning"))
    assert app.button_group("opt").value == []
    move(app, "opt", ["Lion"])
    assert list(table(app)) == ["Lion"]
    assert said(app, "warning") == []


def test_each_view_is_made_only_when_shown():
    """Formulas, 3-D, loss and code: one of them at a time, each with what it is for."""
    app, seen = opened(), {}
    for view in ("3d", "loss", "notebook", "rules"):
        seen[view] = parts(move(app, "view", view))
    assert seen == {"3d": (1, 0, 0), "loss": (1, 0, 0), "notebook": (0, 0, 1), "rules": (0, len(LANDING.optimizers), 0)}
