"""The page Inside an optimizer, without a browser: what it opens with, each control, the link, the numbers."""

import re

import numpy as np
import pytest

from optim_viz import SURFACES, switches
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.sayings import EXAMPLES
from optim_viz.ui import i18n
from optim_viz.ui import inside as page
from tests.pages import controls, header, link, move, picture, said, snippet, unfold, visitor, widgets
from tests.test_inside import numbers

FILE = "pages/inside.py"
visit = visitor(FILE)


def formulas(app):
    """The text beside the picture: this update's numbers."""
    return next(text for text in said(app, "markdown") if "aligned" in text)


def sentences(app):
    return next(text for text in said(app, "markdown") if text.startswith("- "))


def columns(app):
    """Every column of two numbers in the formulas."""
    return re.findall(r"\\begin\{pmatrix\}.*?\\end\{pmatrix\}", formulas(app))


def names(app):
    return [one["name"] for one in header(picture(app)[0])["series"]]


def signs(app):
    return [sign["id"] for sign in header(picture(app)[0])["inside"]["signs"]]


def test_the_page_opens_inside_a_rule():
    """Nesterov beside itself without its look-ahead, with signs, curves, formulas with numbers and true sentences."""
    app = visit()
    paths, ground = map(header, picture(app))
    assert names(app) == ["Nesterov", "Look-ahead off"]
    assert signs(app) == ["step", "slope", "coast", "asked"]
    assert [chart.get("title", "loss") for chart in paths["charts"]] == ["loss", "v: x solid, y dashed"]
    assert (paths["listen"], paths["autoplay"], paths["surface"]) == (True, True, ground["key"])
    assert widgets(app)["in.example"].value == page.LANDING.key
    assert formulas(app).startswith("**Update 1**")
    assert columns(app)[0] == r"\begin{pmatrix}-7 \\ 2\end{pmatrix}"
    assert "each swing along y is 70% of the one before, with it 33%" in sentences(app)
    assert said(app, "warning", "error") == []


def test_the_numbers_are_those_of_the_step_played():
    """What the player tells decides which update is spelled out; beyond the ends it is the first or last one."""
    app = visit({"in.opt": "Adam", "in.steps": "20"})
    seen = page.look(adam()).insides[0]
    for step, t in ((0, 1), (1, 1), (7, 7), (20, 20), (999, 20)):
        app.session_state["in.t"] = step
        app.run()
        assert formulas(app).startswith(f"**Update {t}**")
        assert numbers(columns(app)[-1]) == [float(f"{v:.4g}") for v in seen.path.x[t]]


def adam():
    """Twenty updates of Adam on the landing's surface, as the page takes it."""
    return page.Setting(
        OPTIMIZERS["Adam"](lr=0.3), SURFACES[page.LANDING.surface], page.LANDING.start, 20, None, switches.EPS
    )


READINGS = {
    "names": names,
    "signs": signs,
    "formulas": formulas,
    "sentences": sentences,
    "paths": lambda app: picture(app)[0],
    "ground": lambda app: picture(app)[1],
    "controls": lambda app: set(widgets(app)) - {"in.more"},
    "example": lambda app: widgets(app)["in.example"].value,
    "more": lambda app: [len(said(app, "code")), sum("```python" in text for text in said(app, "markdown"))],
}
# control: (link before, new value, readings that have to change)
MOVES = {
    "in.opt": ({}, "RMSprop", {"names", "signs", "formulas", "sentences", "controls", "example"}),
    "in.surface": ({}, "Himmelblau", {"formulas", "sentences", "ground", "example"}),
    "Elongated bowl.a": ({}, 50.0, {"formulas", "sentences", "paths", "ground", "example"}),
    "in.Nesterov.lr": ({}, 0.05, {"formulas", "sentences", "paths", "example"}),
    "in.Nesterov.momentum": ({}, 0.5, {"sentences", "paths", "example"}),
    "in.Nesterov.weight_decay": ({}, 0.1, {"formulas", "sentences", "paths", "example"}),
    "in.off": ({}, "velocity", {"names", "sentences", "example"}),
    "in.eps": ({"in.opt": "Adam", "in.off": "eps"}, 1.0, {"sentences", "paths"}),
    "in.x0": ({}, 3.5, {"formulas", "paths", "example", "ground"}),
    "in.y0": ({}, -4.0, {"formulas", "paths", "example", "ground"}),
    "in.steps": ({}, 20, {"sentences", "paths", "example"}),
    "in.view": ({}, "rules", {"more"}),
}


@pytest.mark.parametrize("key", MOVES)
def test_a_control_changes_what_it_controls(key):
    """Moved once, each control changes what is listed for it, and a link brings all of it back."""
    before, value, expected = MOVES[key]
    app = visit(before)
    if key not in widgets(app):
        unfold(app)
    was = {name: read(app) for name, read in READINGS.items()}
    move(app, key, value)
    now = {name: read(app) for name, read in READINGS.items()}
    assert expected <= {name for name in READINGS if was[name] != now[name]}
    assert widgets(app)[key].value == value
    again = visit(link(app))
    assert {name: read(again) for name, read in READINGS.items() if name != "controls"} == {
        name: now[name] for name in READINGS if name != "controls"
    }


@pytest.mark.parametrize("before", [{}, {"in.opt": "Adam", "in.off": "eps"}], ids=["landing", "two values of ε"])
def test_no_control_is_left_out(before):
    """Every control of the page is moved by a test here."""
    parameters = {f"in.{name}.{p.name}" for name, rule in OPTIMIZERS.items() for p in rule.hyperparameters()}
    assert controls(unfold(visit(before))) - set(MOVES) - parameters - {"in.example", "in.save"} == set()


@pytest.mark.parametrize("key", EXAMPLES)
def test_a_preset_shows_its_example(key):
    """One click on a preset: its rule, its switch, its settings, and it is lit."""
    app = move(visit({"in.opt": "Lion", "in.x0": "5", "in.surface": "Matyas"}), "in.example", key)
    example = EXAMPLES[key]
    other = [switches.SWITCHES[example.switch].name] if example.switch else []
    assert names(app) == [example.rule.name, *other]
    assert header(picture(app)[0])["start"] == list(example.start)
    assert header(picture(app)[0])["steps"] == example.steps
    assert widgets(app)["in.example"].value == key


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_rule_opens(name):
    """Chosen by hand, each rule moves on the landing's surface, at a rate that suits it, with its own formulas."""
    app = move(visit(), "in.opt", name)
    paths = header(picture(app)[0])
    assert paths["series"][0]["name"] == name
    assert paths["series"][0]["diverged"] is None
    assert formulas(app).count("$$") // 2 == sum(1 + line.count(r"\qquad") for line in OPTIMIZERS[name].formula)
    assert len(paths["charts"]) == 1 + len(OPTIMIZERS[name]().init(np.zeros(2)))
    assert said(app, "warning", "error") == []


def test_a_surface_brings_its_start_and_a_rate():
    """Another surface: its own start, and the rate that ends lowest there."""
    app = move(visit({"in.opt": "Adam"}), "in.surface", "Rosenbrock")
    assert header(picture(app)[0])["start"] == list(SURFACES["Rosenbrock"].start)
    app2 = visit(link(app))
    assert picture(app2)[0] == picture(app)[0]


def test_a_formula_of_ones_own():
    """Typed here, it brings its own start and rate; a broken one leaves the picture; a link brings it back."""
    app = move(visit(), "in.surface", "own")
    was = picture(app)
    move(app, "f", "(x-1)^2 + 3*(y+2)^2")
    assert picture(app) != was
    start = header(picture(app)[0])["start"]
    assert start == [widgets(app)["in.x0"].value, widgets(app)["in.y0"].value]
    good = picture(app)
    assert picture(visit(link(app))) == good
    move(app, "f", "x^2 + foo")
    assert picture(app) == good
    assert any("▲" in text for text in said(app, "code"))


def test_a_rate_too_large_is_said():
    """A path that breaks is shown as far as it is real, with the reason first."""
    app = visit({"in.opt": "SGD", "in.SGD.lr": "10", "in.steps": "500"})
    assert sentences(app).startswith("- SGD diverged. lr 10 > 2/λmax = 1")
    assert header(picture(app)[0])["series"][0]["diverged"]
    app.session_state["in.t"] = 500
    assert "nan" not in formulas(app.run())


BAD = {"in.opt": "Magic", "in.off": "<b>", "in.surface": "own'", "in.Nesterov.lr": "-1", "in.x0": "inf",
       "in.steps": "7.5", "in.eps": "0", "in.view": "x"}  # fmt: skip


@pytest.mark.parametrize("key", BAD)
def test_nonsense_in_the_link(key):
    """A value a control cannot show is refused in a sentence where the control stands, and the page is there."""
    before = {"in.opt": "Adam", "in.off": "eps"} if key == "in.eps" else {}
    app = visit({**before, key: BAD[key]})
    assert any("link asks" in text for text in said(app, "warning"))
    assert len(names(app)) == 2


def test_the_notebook_code_reproduces_the_paths():
    """The code under the picture runs as it stands and gives the paths of the page, the variant included."""
    app = visit({"in.opt": "Adam", "in.off": "bias", "in.view": "notebook"})
    code, found = snippet(app).replace("ov.animate(paths)", ""), {}
    assert "ov.SURFACES['Elongated bowl']" in code
    exec(code, found)
    assert [type(path.optimizer).__name__ for path in found["paths"]] == ["Adam", "AdamUncorrected"]
    np.testing.assert_array_equal(found["paths"][0].x[:21], page.look(adam()).paths[0].x)


def test_what_can_be_taken_along():
    """The files are offered, made of the very paths of the page."""
    app = visit({"lang": "ko", "in.opt": "Adam", "in.off": "bias"})
    app.session_state["in.save"] = True
    app.run()
    assert not app.exception
    kinds = {key.rpartition(".")[2] for key in widgets(app) if key.startswith("in.save.")}
    assert {"html", "gif", "csv", "json", "code"} <= kinds


def test_korean():
    """In Korean every word is, the formulas stay."""
    app = visit({"lang": "ko"})
    i18n.speak("ko")
    assert re.search("[가-힣]", sentences(app))
    assert re.search("[가-힣]", formulas(app))
    assert all(re.search("[가-힣]", sign["name"]) for sign in header(picture(app)[0])["inside"]["signs"])
    i18n.speak("en")
