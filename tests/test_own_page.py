"""The page where people write an optimizer, without a browser: every control, every link, every broken program."""

import base64
import json
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import optim_viz as ov
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.starters import GROUND, LANDING, RIVALS, STARTERS
from optim_viz.tune import best_rate
from optim_viz.ui import i18n
from tests.pages import RENDERED, controls, header, heading, link, picture, said, snippet, table, widgets
from tests.server import ROOT

FILE = "pages/own.py"
ELSEWHERE = {"my.program": "m = b*m + (1-b)*g\nx = x - lr*sign(m)  # mine", "my.set.b": "0.5", "my.set.lr": "0.05",
             "surface": "Beale", "x0": "0.5", "y0": "-1.5", "my.steps": "100", "my.opt": ["SGD", "Lion"],
             "my.SGD.lr": "0.01", "my.view": "notebook"}  # fmt: skip


def at(link):
    """A fresh session whose first page this is: a link to it is not read by another page before."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.query_params = dict(link)
    app.switch_page(FILE)
    i18n.speak(app.query_params.get("lang", "en"))
    app.run()
    assert not app.exception
    return app


def shown(app):
    """The one LaTeX on the page: the program."""
    return next(text for text in said(app, "latex"))


def curves(app):
    return json.loads(app.get("plotly_chart")[0].proto.spec)["data"]


def end(app):
    """The number of decoded bytes after the header: the paths as the player draws them."""
    message = picture(app)[0]
    return message[4 + int.from_bytes(message[:4], "little") :]


READINGS = {
    "program": lambda app: widgets(app)["my.program"].value,
    "lit": lambda app: widgets(app)["my.starter"].value,
    "formula": shown,
    "controls": lambda app: set(widgets(app)),
    "ground": lambda app: [text for text in said(app, "markdown") if "partial" in text],
    "grid": lambda app: picture(app)[1],
    "start": lambda app: header(picture(app)[0])["start"],
    "steps": lambda app: header(picture(app)[0])["steps"],
    "names": lambda app: [one["name"] for one in header(picture(app)[0])["series"]],
    "memory": lambda app: [chart["title"] for chart in header(picture(app)[0])["charts"][1:] if "title" in chart],
    "paths": end,
    "mine": lambda app: table(app)["Custom"],
    "others": lambda app: {name: row for name, row in table(app).items() if name != "Custom"},
    "view": lambda app: (len(app.get("plotly_chart")), len(said(app, "code"))),
}
EVERYTHING = {"paths", "mine", "others"}
MOVES = {
    "my.program": ({}, "x = x - lr*g", {"program", "lit", "formula", "controls", "memory", "paths", "mine"}),
    "my.set.mu": ({}, 0.5, {"paths", "mine"}),
    "my.set.lr": ({}, 0.05, {"paths", "mine"}),
    "surface": ({}, "Himmelblau", {"ground", "controls", "grid", "start", *EVERYTHING}),
    "Elongated bowl.a": ({}, 5.0, {"grid", *EVERYTHING}),
    "x0": ({}, 3.5, {"start", *EVERYTHING}),
    "y0": ({}, -3.0, {"start", *EVERYTHING}),
    "my.steps": ({}, 100, {"steps", *EVERYTHING}),
    "my.opt": ({}, ["SGD"], {"names", "controls", "paths", "others"}),
    "my.Momentum.lr": ({}, 0.3, {"paths", "others"}),
    "my.Adam.lr": ({}, 1.0, {"paths", "others"}),
    "my.view": ({}, "rules", {"view"}),
    "my.suit": ({}, None, EVERYTHING),
    "my.starter": ({}, "look", {"program", "lit", "formula", "controls", "memory", "paths", "mine"}),
    "my.open": ({}, "RMSprop", {"program", "lit", "formula", "controls", "memory", "paths", "mine"}),
}


def move(app, key, value):
    control = widgets(app)[key]
    (control.click() if value is None else control.set_value(value)).run()
    assert not app.exception
    i18n.speak(app.button_group("lang").value)
    return app


def test_it_opens_with_a_race():
    """The landing program is in the box and lit; it runs against its rivals, over them, with its memory as curves."""
    app = at({})
    assert widgets(app)["my.program"].value == LANDING.program
    assert widgets(app)["my.starter"].value == "brake"
    assert READINGS["names"](app) == ["Momentum", "Adam", "Custom"]
    assert READINGS["memory"](app) == ["v: x solid, y dotted"]
    assert header(picture(app)[0])["charts"][1]["series"][0]["path"] == 2
    paths = ov.trace([LANDING.rule, *RIVALS], ov.SURFACES[GROUND], (-7, 2), 60)
    assert [row[0] for row in table(app).values()] == [f"{p.value[-1]:.6g}".replace("-", "−") for p in paths]
    assert r"v &\leftarrow \mu v" in shown(app)
    assert said(app, "warning", "error", "code") == []


@pytest.mark.parametrize("key", MOVES)
def test_a_control_changes_what_it_controls_and_nothing_else(key):
    """Moved once, each control changes exactly the readings listed for it."""
    before, value, expected = MOVES[key]
    app = at(before)
    was = {name: read(app) for name, read in READINGS.items()}
    move(app, key, value)
    now = {name: read(app) for name, read in READINGS.items()}
    assert {name for name in READINGS if was[name] != now[name]} == expected
    if value is not None and key != "my.open":
        assert widgets(app)[key].value == value


def test_no_control_is_left_out():
    """Every control that is not folded away is moved by a test here."""
    theirs = {"random", "reset", "Start my own formula from this one"}
    assert controls(at({})) - set(MOVES) == theirs


def test_a_link_restores_everything():
    """Program with its comment, settings, ground, rivals and view come back, and the link written is the link read."""
    app = at(ELSEWHERE)
    asked = {key: value if isinstance(value, list) else [value] for key, value in ELSEWHERE.items()}
    written = {key: value if isinstance(value, list) else [value] for key, value in link(app).items()}
    assert {key: value for key, value in written.items() if key in asked} == asked
    assert widgets(app)["my.program"].value == ELSEWHERE["my.program"]
    code = snippet(app)
    space = {}
    exec(code.replace("ov.animate(paths)", ""), space)
    assert space["paths"][0].optimizer == ov.custom(ELSEWHERE["my.program"], b=0.5, lr=0.05)
    assert [path.name for path in space["paths"]] == ["Custom", "SGD", "Lion"] == list(table(app))
    assert space["paths"][0].x[0].tolist() == [0.5, -1.5]
    assert len(space["paths"][0].x) == 101


@pytest.mark.parametrize("key", STARTERS)
def test_a_starter_fills_the_box(key):
    """Its program and settings are set, it is lit, and its story stands under it."""
    starter = STARTERS[key]
    app = move(at({"my.program": "x = x - 2*lr*g", "my.set.lr": "0.002", "my.view": "notebook"}), "my.starter", key)
    assert widgets(app)["my.starter"].value == key
    assert widgets(app)["my.program"].value == starter.program
    assert repr(starter.rule) in snippet(app)
    assert starter.story in said(app, "caption")
    assert table(app)["Custom"][-1].startswith(("still moving", "converged"))
    move(app, "my.set.lr", 0.001)
    assert widgets(app)["my.starter"].value == key
    widgets(app)["my.starter"].set_value(None).run()
    assert repr(starter.rule) in snippet(app)
    move(app, "surface", "Rosenbrock")
    widgets(app)["my.starter"].set_value(None).run()
    assert repr(best_rate(starter.rule, ov.SURFACES["Rosenbrock"], (-1.2, 1), 60)) in snippet(app)


@pytest.mark.parametrize("name", [name for name, rule in OPTIMIZERS.items() if rule.program])
def test_a_listed_rule_opens_as_a_program(name):
    """Opened beside itself in the race it has its settings, and ends in the same place."""
    app = move(at({"my.opt": [name], f"my.{name}.lr": "0.05"}), "my.open", name)
    assert widgets(app)["my.program"].value == OPTIMIZERS[name].program
    assert widgets(app)["my.open"].value is None
    assert widgets(app)["my.set.lr"].value == 0.05
    rows = table(app)
    assert rows["Custom"][2:4] == rows[name][2:4]
    assert rows["Custom"][5] == rows[name][5]


def test_a_rule_that_does_not_race_opens_at_a_good_rate():
    """Not among the rivals, it comes with the best rate of its grid."""
    app = move(at({}), "my.open", "Rprop")
    best = best_rate(OPTIMIZERS["Rprop"](), ov.SURFACES[GROUND], (-7, 2), 60)
    assert widgets(app)["my.set.lr"].value == best.lr
    assert widgets(app)["my.set.eta_minus"].value == 0.5


@pytest.mark.parametrize("key", ["my.suit", "surface"])
def test_rates_that_suit(key):
    """The button, and a new surface, give the own rule and every rival the best rate of their grids."""
    app = move(at({"my.set.mu": "0.8"}), key, None if key == "my.suit" else "Rosenbrock")
    surface = ov.SURFACES[GROUND if key == "my.suit" else "Rosenbrock"]
    mine = best_rate(replace(LANDING.rule, mu=0.8), surface, surface.start, 60)
    assert widgets(app)["my.set.lr"].value == mine.fields()["lr"]
    assert widgets(app)["my.set.mu"].value == 0.8
    for rival in RIVALS:
        best = best_rate(rival, surface, surface.start, 60)
        assert widgets(app)[f"my.{rival.name}.lr"].value == best.fields()["lr"]


def test_another_surface_without_a_rate_in_the_link():
    """Arriving on a surface of one's own, everyone gets a rate that suits; a rate in the link stays."""
    own, surface = {"surface": "own", "f": "x^2 + 9*y^2"}, ov.Surface("x^2 + 9*y^2")
    app = at(own)
    mine = best_rate(LANDING.rule, surface, surface.start, 60)
    assert mine.fields()["lr"] != 0.1
    assert widgets(app)["my.set.lr"].value == mine.fields()["lr"]
    assert widgets(at({**own, "my.set.lr": "0.2"}))["my.set.lr"].value == 0.2


def test_the_sweep_is_true():
    """Each curve holds the final losses of runs at its rates, the ring is the rate now; a rule without lr stays out."""
    app = at({"my.set.lr": "0.3"})
    mine = next(curve for curve in curves(app) if curve.get("name") == "Custom")
    for k, rate in enumerate(numbers(mine["x"])[10:40:3], 10):
        path = ov.trace(replace(LANDING.rule, lr=rate), ov.SURFACES[GROUND], (-7, 2), 60)
        assert numbers(mine["y"])[10 + 3 * (k - 10)] == pytest.approx(path.value[-1], rel=1e-3)
    ring = next(curve for curve in curves(app) if curve.get("marker", {}).get("symbol") == "circle-open")
    assert numbers(ring["x"])[0] == pytest.approx(0.3, rel=0.2)
    move(app, "my.program", "x = x - g/9")
    assert "Custom" not in {curve.get("name") for curve in curves(app)}
    assert "A setting called lr would bring your rule into this picture." in said(app, "caption")


def numbers(values):
    """A curve's values, packed or not."""
    packed = np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]) if "bdata" in values else values
    return [float(value) for value in packed]


BROKEN = {
    "": ("1: \n   ▲", "Write a line such as"),
    "x = x - lr*(m": ("1: x = x - lr*(m\n              ▲", "never closed"),
    "m = g": ("1: m = g\n   ▲", "x is never assigned"),
    "# <b>bold</b>\nx = x - <img>*g": ("2: x = x - <img>*g", "The character <"),
    "x = __import__('os')": ("1: x = __import__('os')", "character '"),
    "x = open(g)": ("1: x = open(g)\n       ▲", "not a function here"),
    "x = x\n" * 100: ("31: x = x", "at most 30 lines"),
    "x = x - $\\alpha$*g": ("1: x = x - $\\alpha$*g", "The character $"),
    "x = " + "x + " * 40 + "2y": ("x + 2y", "write 2*x"),
}


@pytest.mark.parametrize("program", BROKEN, ids=[text[:20] or "empty" for text in BROKEN])
def test_a_broken_program_is_pointed_at(program):
    """Line and mark, one sentence; the last good program stays in picture, formula and sliders; no text is rendered."""
    app = move(at({}), "my.program", "v = v + lr*g\nx = x - v/9")
    was = {name: read(app) for name, read in READINGS.items() if name not in ("program", "lit", "view")}
    move(app, "my.program", program)
    where, why = BROKEN[program]
    codes = said(app, "code")
    assert where in codes[0]
    assert why in codes[1]
    assert {name: READINGS[name](app) for name in was} == was
    rendered = " ".join(text for text in said(app, *RENDERED) if "<style>" not in text)
    assert all(part not in rendered for part in ("<b>", "<img", "__import__", "$\\alpha"))
    move(app, "my.program", "x = x - 0.5*g")
    assert said(app, "code") == []


@pytest.mark.parametrize("program", ["x = x/0", "x = 2*x", "x = x - g/(x - x)", "x = 9**9**9*x", "x = 3"])
def test_a_rule_that_goes_wrong_is_explained(program):
    """It diverges with a reason or stands still; the others run on."""
    app = at({"my.program": program})
    row = table(app)["Custom"]
    reading = next(text for text in said(app, "markdown") if "Custom" in text)
    assert row[-1].startswith("diverged") == ("Custom diverged. " in reading)
    assert table(app)["Adam"][-1] == "still moving"


@pytest.mark.parametrize(
    ("asked", "complaints"),
    [({"my.set.mu": "7"}, 1), ({"my.steps": "abc"}, 1), ({"surface": "nowhere"}, 1), ({"x0": "inf"}, 1),
     ({"my.opt": ["Adam", "nobody"]}, 1), ({"my.program": "x = x - a*g", "my.set.zzz": "1"}, 0)],
)  # fmt: skip
def test_a_link_that_asks_for_too_much(asked, complaints):
    """What a control does not have is said once at the control, and the default is used."""
    app = at(asked)
    assert len(said(app, "warning")) == complaints
    assert "Custom" in table(app)


def test_without_rivals_the_last_ones_stay():
    """An emptied choice is said, and the race goes on."""
    app = move(at({}), "my.opt", [])
    assert list(table(app)) == ["Custom", "Momentum", "Adam"]
    assert len(said(app, "warning")) == 1


def test_an_emptied_start_is_the_surfaces_own():
    """A number box without a number counts as its default, in the race and for the rates."""
    app = at({"x0": "3"})
    widgets(app)["x0"].set_value(None).run()
    assert header(picture(app)[0])["start"] == [-7, 2]
    move(app, "my.suit", None)


def test_the_card_shows_code_and_no_text_of_a_person():
    """Formulas and code of the own rule: names only, never a comment."""
    app = at({"my.program": "# **bold** <b>\nh2 = g^2\nx = x - lr*g/sqrt(h2 + 1)", "my.view": "rules"})
    card = next(text for text in said(app, "markdown") if text.startswith("**Custom.**"))
    assert "h2 = g**2" in card
    assert "bold" not in card


def test_in_korean():
    """Labels, stories and errors are in the reader's language; programs are not translated."""
    app = at({"lang": "ko", "my.program": "x = x - lr*(g"})
    assert heading(app) == "나만의 옵티마이저 쓰기"
    assert said(app, "code")[1] == "이 괄호가 닫히지 않았습니다."
    assert widgets(app)["my.program"].label == "내 갱신 규칙"
