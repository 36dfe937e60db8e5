"""What nobody should type, and somebody will: the page says so, shows a picture all the same, renders none of it."""

import itertools

import numpy as np
import pytest

import optim_viz as ov
from tests.pages import elements, header, link, opened, picture, said, table, unfold, widgets

LONG = "x+" * 5000
NONSENSE = ["nan", "inf", "-1e999", "1e9", "", LONG, "<script>alert(1)</script>", "\0%00", "ㅋㅋ∞💥", "Not An Option",
            "**bold** $x$", "{0.__class__}"]  # fmt: skip
CHOICES = ("opt", "surface", "fill", "levels", "view", "lang")
NEVER_AN_OPTION = [text for text in NONSENSE if text]
FORMULAS = [
    "", " ", "(", ")" * 400, "(" * 400, "x" * 500, "-" * 499 + "x", "x^" * 200 + "x", "1/0", "log(-1)", "nan",
    "inf", "1e999",
    "x; import os", "__import__('os').system('true')", "x.__class__", "lambda: x", "[x for x in y]", "x if y else x",
    "open('/etc/passwd')", "exec('x')", "{x}", "{0.__class__}", "%s%n", "f'{x}'", "x\ny", "x\0y", "'", '"', "\\", "$x$",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "**x**", "[x](javascript:alert(1))", ":red[x]", "# x",
    "| x |",
    "ｘ＋ｙ", "х + у", "∞", "x²³", "💥", "\u202ex", LONG, "9**9**9**9", "exp(exp(exp(x)))", "x^0.5 + y^-1",
    "a*b*c*d*g*h*k*m*n*x",
]  # fmt: skip


def values(app):
    return {one.key: one.value for one in widgets(app).values() if one.key}


def rendered(app, text):
    """Elements that render Markdown, HTML or LaTeX and have this text of a person in them."""
    return [shown for shown in said(app) if text in shown] if len(text) > 3 else []


@pytest.fixture(scope="module")
def own():
    """A session with a formula of one's own, kept for the module: what came before must never matter."""
    return opened({"surface": "own", "f": "x^2 + 2*y^2"})


@pytest.mark.parametrize("text", FORMULAS, ids=lambda text: ascii(text)[:30])
def test_any_text_as_a_formula(own, text):
    """A formula or not: no exception, a picture, and either it is drawn or a code block says why not."""
    widgets(own)["f"].set_value("x^2 + 2*y^2").run()
    good = picture(own)
    widgets(own)["f"].set_value(text).run()
    assert not own.exception
    assert len(header(picture(own)[0])["series"]) == 7
    if "▲" in "".join(said(own, "code")):
        assert picture(own) == good
        assert rendered(own, text) == []
    else:
        ov.Surface(text)
        assert not any("<" in shown for shown in said(own, "latex", "markdown"))


@pytest.mark.parametrize("text", FORMULAS, ids=lambda text: ascii(text)[:30])
def test_any_text_as_a_formula_from_a_link(text):
    """The same from a link, where nothing good came before: the landing surface is shown instead."""
    app = opened({"surface": "own", "f": text})
    assert not app.exception
    assert len(header(picture(app)[0])["series"]) == 7
    assert "▲" not in "".join(said(app, "code")) or rendered(app, text) == []


def test_the_largest_power_tower_ends_at_once():
    """9**9**9**9 is a number too large to write, not a computation: the page says that f has no value there."""
    app = opened({"surface": "own", "f": "9**9**9**9"})
    assert not app.exception
    assert {cells[-1].partition(",")[0] for cells in table(app).values()} <= {"converged", "diverged", "still moving"}


@pytest.fixture(scope="module")
def usual():
    """Key -> value on the page as it opens."""
    return values(opened())


def every_key():
    """All query parameters of the page, with the link under which each one's control is shown."""
    names = list(ov.OPTIMIZERS)
    found = {}
    for before in (
        {"opt": names},
        {"opt": names, "noise": "1"},
        {"surface": "own", "f": "a*x^2+y^2"},
        {"surface": "Rosenbrock"},
    ):
        for key in link(unfold(opened(before))):
            found.setdefault(key, {name: value for name, value in before.items() if name != key})
    return {**found, **{key: {} for key in CHOICES}}


def test_every_parameter_of_the_link_refuses_nonsense():
    """Each parameter, with bad values in turn: a sentence at that control, its default, the old numbers."""
    keys, bad = every_key(), itertools.cycle(NEVER_AN_OPTION)
    assert len(keys) > 60
    usual = {}
    for key, before in keys.items():
        text, name = next(bad), repr(before)
        if name not in usual:
            usual[name] = opened(before)
        app = opened({**before, key: text})
        assert not app.exception, (key, text)
        assert rendered(app, text) == []
        if key == "f":
            assert "▲" in "".join(said(app, "code")) or said(app, "warning")
            continue
        assert table(app) == table(usual[name]), (key, text)
        assert {k: v for k, v in values(app).items() if k != key} == {
            k: v for k, v in values(usual[name]).items() if k != key
        }
        shown = list(elements(app._tree))
        at = next(n for n, one in enumerate(shown) if one.key == key)
        assert shown[at + 1].type == "warning", (key, text)
        assert len(said(app, "warning")) == 1


@pytest.mark.parametrize("before", [{}, {"surface": "own", "f": "a*x^2+y^2"}], ids=["landing", "own formula"])
@pytest.mark.parametrize(
    "text", [*(text[:2000] for text in NONSENSE), "-3", ["1", "2"], ["0.5", "nan"]], ids=lambda text: ascii(text)[:20]
)
def test_everything_wrong_at_once(before, text):
    """A link in which all parameters but a few are the same nonsense opens like the link without them."""
    usual = opened(before)
    keys = set(link(unfold(opened(before)))) - {"surface", "f", "opt"}
    app = opened({**dict.fromkeys(keys, text), **before})
    assert not app.exception
    assert list(table(app)) == list(table(usual))
    assert said(app, "warning")
    if text != "-3" and not isinstance(text, list):
        assert {k: v for k, v in values(app).items() if k in values(usual)} == values(usual)
        assert table(app) == table(usual)


@pytest.mark.parametrize("text", NONSENSE, ids=lambda text: ascii(text)[:20])
@pytest.mark.parametrize("key", CHOICES)
def test_a_choice_that_does_not_exist(key, text, usual):
    """No exception, the default, and a sentence for every value that is no option."""
    app = opened({key: text})
    assert not app.exception
    assert rendered(app, text) == []
    if (key, text) == ("opt", ""):  # the link of a page on which nothing is chosen
        usual = {**usual, "opt": []}
    assert {key: value for key, value in values(app).items() if key in usual} == usual
    assert said(app, "warning") or not text


def test_parameters_that_belong_to_nothing_are_left_alone():
    """Unknown parameters and the rate of an optimizer that does not race change nothing and say nothing."""
    app = opened(
        {"utm_source": "<b>mail</b>", "Lion.lr": "0.1", "Nobody.lr": "3", "__proto__": "x", "session_state": "1"}
    )
    assert not app.exception
    assert table(app) == table(opened())
    assert said(app, "warning") == []


@pytest.mark.parametrize(("x", "y"), [("1e6", "-1e6"), ("-1000000", "0"), ("11", "2"), ("1e-300", "0"), ("0", "0")])
def test_a_start_outside_the_domain(x, y):
    """The paths begin where they are told to, also off the map; the map stays where it is."""
    app = opened({"x0": x, "y0": y})
    assert not app.exception
    assert header(picture(app)[0])["start"] == [float(x), float(y)]
    assert header(picture(app)[1])["x"] == [-10, 10]


@pytest.mark.parametrize("ends", [("5", "5"), ("5", "-5"), ("0", "1e-300"), ("-1e6", "1e6"), ("999999", "1e6")])
def test_a_domain_that_is_none(ends):
    """Equal or swapped ends get a sentence and the last good picture; wide and narrow ones are drawn."""
    app = opened({"surface": "own", "f": "x^2+y^2", "xmin": ends[0], "xmax": ends[1]})
    assert not app.exception
    low, high = header(picture(app)[1])["x"]
    if float(ends[0]) < float(ends[1]) and not said(app, "warning"):
        assert (low, high) == (float(ends[0]), float(ends[1]))
    else:
        assert said(app, "warning")
        assert (low, high) == (-10, 10)


def test_no_steps_at_all():
    """Zero steps: each path is its start, and the table says so."""
    app = opened({"steps": "0"})
    assert not app.exception
    assert header(picture(app)[0])["steps"] == 0
    assert {cells[0] for cells in table(app).values()} == {"6.45"}


def test_a_start_where_f_has_no_value():
    """log at a negative number: a sentence, no row with nan, no exception in any view."""
    for view in ("rules", "3d", "loss", "notebook"):
        app = opened({"surface": "own", "f": "log(x) + y^2", "x0": "-3", "view": view})
        assert not app.exception
        assert said(app, "warning")
        assert len(header(picture(app)[0])["series"]) == 7


@pytest.mark.parametrize("rate", [1e9, 1e300, 5e-324, 0.0])
def test_absurd_rates_are_results(rate):
    """In a notebook any rate from 0 on runs; what explodes is called diverged, and nothing that is kept is nan."""
    rules = [cls(lr=rate) for cls in ov.OPTIMIZERS.values() if "lr" in cls.__dataclass_fields__]
    for path in ov.trace(rules, ov.SURFACES["Rosenbrock"], (-1.2, 1), 50):
        assert np.isfinite(path.x).all()
        assert path.outcome.kind in ("diverged", "growing", "converged", "still moving")
        assert path.outcome.reason


@pytest.mark.parametrize("rate", [np.nan, np.inf, -1.0, "0.1", None, True, 1j])
def test_rates_that_are_none(rate):
    """What is no rate is refused with a sentence that names the field."""
    with pytest.raises(ValueError, match="lr"):
        ov.SGD(lr=rate)


@pytest.mark.parametrize("steps", [-1, 1.5, "3", None, True, 10**12])
def test_steps_that_are_none(steps):
    """Not a whole number from 0 to the limit: one sentence, no work."""
    with pytest.raises(ValueError, match="steps must be a whole number"):
        ov.trace(ov.SGD(lr=0.1), ov.SURFACES["Matyas"], (1, 1), steps)


def test_huge_noise_is_a_result():
    """Noise far larger than the surface: paths leave and say so; noise that is no number is refused."""
    for path in ov.trace([ov.SGD(lr=0.1), ov.Adam(lr=0.1)], ov.SURFACES["Matyas"], (1, 1), 50, noise=1e300):
        assert np.isfinite(path.x).all()
    for noise in (np.nan, np.inf, -1.0):
        with pytest.raises(ValueError, match="noise"):
            ov.trace(ov.SGD(lr=0.1), ov.SURFACES["Matyas"], (1, 1), 5, noise=noise)
