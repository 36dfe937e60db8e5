"""The learning rate page without a browser: what each part opens with, each control, links, clicks, bad input."""

import io
import json
import re
from contextlib import redirect_stdout

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import optim_viz as ov
from optim_viz import rates
from optim_viz.basins import basin_map, shares
from optim_viz.figures import maps
from optim_viz.figures import rates as figures
from optim_viz.optimizers import OPTIMIZERS, SGD, Momentum
from optim_viz.rates import RATES
from optim_viz.schedules import SCHEDULES, CosineDecay, ReduceOnPlateau, WarmUp, factors
from optim_viz.ui import i18n, rate, rate_code, scheduled
from tests.pages import controls, header, link, move, picture, said, table, unfold, widgets
from tests.server import ROOT

FILE = "pages/rate.py"
BOWL = ov.SURFACES["Elongated bowl"]
PARTS = ("sweep", "three", "schedule", "phases", "basins")


def opened(asked):
    """A fresh session whose first page this is: a link to it is not read by another page before."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.query_params = dict(asked)
    app.switch_page(FILE)
    i18n.speak(app.query_params.get("lang", "en"))
    return app.run()


def visit(part="sweep", **before):
    asked = {} if part == "sweep" else {"lr.view": part}
    app = opened({**asked, **{key.replace("__", "."): value for key, value in before.items()}})
    assert not app.exception
    return app


def spec(app):
    return json.loads(app.get("plotly_chart")[0].proto.spec)


def bullets(app):
    return [line[2:] for text in said(app, "markdown") for line in text.splitlines() if line.startswith("- ")]


def names(app):
    return [one["name"] for one in header(picture(app)[0])["series"]]


READINGS = {
    "chart": lambda app: [chart.proto.spec for chart in app.get("plotly_chart")],
    "paths": lambda app: [message[4:] for message in picture(app)[:1]] if app.get("bidi_component") else [],
    "ground": lambda app: picture(app)[1] if app.get("bidi_component") else [],
    "words": lambda app: [text for text in said(app, "markdown") if text.startswith(("- ", "| "))],
    "controls": lambda app: sorted(key for key in widgets(app) if key),
}
# part: control: (new value, readings that change; every other one must not)
MOVES = {
    "sweep": {
        "lr.opt": (["SGD", "Lion"], {"chart", "words"}),
        "lr.focus": ("Adam", {"chart", "paths", "words"}),
        "lr.rate": (0.1, {"chart", "paths"}),
        "lr.steps": (50, {"chart", "paths", "words"}),
        "x0": (3.0, {"chart", "paths", "words"}),
        "Elongated bowl.a": (50.0, {"chart", "paths", "words", "ground"}),
    },
    "three": {
        "lr.focus": ("Lion", {"paths", "words"}),
        "lr.steps": (50, {"paths", "words"}),
        "y0": (3.0, {"paths", "words"}),
    },
    "schedule": {
        "lr.steps": (100, {"paths", "words"}),
        "lr.CosineDecay.floor": (0.1, {"paths", "words"}),
        "lr.rise": (10, {"paths", "words"}),
        "lr.noise": (0.1, {"paths", "words"}),
        "lr.seed": (3, {"paths", "words"}),
        "lr.rate": (0.1, {"paths", "words"}),
        "lr.focus": ("Adam", {"paths", "words"}),
        "lr.schedule": ("StepDecay", {"paths", "words", "controls"}),
    },
    "phases": {
        "lr.steps": (50, {"paths", "words"}),
        "lr.rate": (0.1, {"chart", "paths", "words"}),
        "lr.Momentum.momentum": (0.5, {"chart", "paths", "words"}),
    },
    "basins": {
        "lr.opt": (["SGD", "Lion"], {"words"}),
        "lr.rate": (0.1, {"chart", "words"}),
        "lr.focus": ("Momentum", {"chart", "words", "controls"}),
        "lr.steps": (20, {"chart", "words"}),
    },
}


@pytest.mark.parametrize("part", PARTS)
def test_each_part_opens_with_something(part):
    """A chart or a player, sentences, no complaint."""
    app = visit(part)
    assert said(app, "warning", "error", "info") == []
    assert app.get("plotly_chart") or app.get("bidi_component")
    assert bullets(app)


@pytest.mark.parametrize("part", PARTS)
def test_a_control_changes_what_it_controls_and_nothing_else(part):
    """Moved once, one after the other, each control changes exactly the readings listed for it; none is left out."""
    app = visit(part)
    elsewhere = {
        "lr.view",
        "surface",
        "x0",
        "y0",
        "random",
        "reset",
        "Elongated bowl.a",
        "lr.more",
        "lr.code",
        "lr.save",
    }
    keyed = {key for key in controls(app) if key and not key.startswith("Start my own")}
    assert keyed - set(MOVES[part]) <= elsewhere
    before = {name: read(app) for name, read in READINGS.items()}
    for key, (value, expected) in MOVES[part].items():
        move(app, key, value)
        after = {name: read(app) for name, read in READINGS.items()}
        assert {name for name in READINGS if before[name] != after[name]} == expected, key
        before = after


def test_the_sweep_is_drawn_as_it_is():
    """Lines are the rates and gaps of the sweep, the strip holds the diverged ones, theory stands at its rates."""
    made = [rates.sweep(OPTIMIZERS[name](), BOWL, (-7, 2), 200) for name in rate.USUAL]
    theory = [(one.optimizer.name, line) for one in made for line in
              rates.theory(one.optimizer, rates.curvature(BOWL, (0, 0)))]  # fmt: skip
    figure = figures.sweeps(made, theory, ("SGD", 0.5))
    assert figure.to_plotly_json()["data"][0]["name"] == "SGD"
    for k, one in enumerate(made):
        kept = ~one.diverged
        np.testing.assert_allclose(figure.data[k].x, one.rates[kept], rtol=1e-6)
        gap = np.clip(one.final[kept], figures.DEEP * BOWL.value((-7, 2)), figures.HIGH * BOWL.value((-7, 2)))
        np.testing.assert_allclose(figure.data[k].y, gap, rtol=1e-6)
        np.testing.assert_array_equal(figure.data[k].customdata, one.final[kept])
        assert figures.clicked(made, k, 0) == one.optimizer.name
    lost = [one for one in made if one.diverged.any()]
    for k, one in enumerate(lost, len(made)):
        np.testing.assert_allclose(figure.data[k].x, one.rates[one.diverged], rtol=1e-6)
        assert figures.clicked(made, k, 0) == one.optimizer.name
    stars = figure.data[len(made) + len(lost)]
    assert list(stars.x) == [one.rates[one.best] for one in made]
    assert [figures.clicked(made, len(made) + len(lost), k) for k in range(len(made))] == list(rate.USUAL)
    assert figures.clicked(made, len(made) + len(lost) + 1, 0) is None
    upright = sorted(shape.x0 for shape in figure.layout.shapes if shape.type == "line" and shape.yref != "y2")
    assert upright == pytest.approx(sorted([0.5, 1.0, 2 / 2.1, 1.9]))
    notes = {note.text: note.y for note in figure.layout.annotations}
    assert notes == {"2/(λmin + λmax) · 2/λmax": 0, "2(1+μ)/λmax": 1}
    app = visit()
    assert [trace["name"] for trace in spec(app)["data"][:4]] == list(rate.USUAL)


def test_the_table_is_the_sweep():
    """Best rate, final f, the rates that close 99 % of the gap, and the first that diverges, to the digits shown."""
    rows = table(visit())
    assert rows["**SGD**"] == ["0.95", "1.32e−17", "0.095 to 0.95", "1.06"]
    made = rates.sweep(OPTIMIZERS["Adam"](), BOWL, (-7, 2), 200)
    good = made.rates[~made.diverged & (made.final <= 0.01 * BOWL.value((-7, 2)))]
    assert rows["Adam"][0] == f"{made.rates[made.best]:g}"
    assert rows["Adam"][2:] == [f"{good[0]:g} to {good[-1]:g}", "–"]
    assert any(
        "limit by theory 2/λmax = 1; in the sweep the first rate that diverges is 1.06" in b for b in bullets(visit())
    )


def test_theory_says_where_it_holds():
    """On a surface that is no quadratic the curvature is that of one minimum, and the page says of which."""
    app = visit(surface="Himmelblau", x0="3", y0="1", lr__rate="0.01")
    assert any("at the minimum (3, 2) only" in line for line in bullets(app))
    app = visit(surface="Saddle", x0="1", y0="0.1")
    assert any("no formula for the limit here" in line for line in bullets(app))


def test_a_click_sets_optimizer_and_rate():
    """A clicked point of a curve puts its optimizer in focus at its rate, and the player shows that path."""
    app = visit()
    made = [rate.swept(rate.Setup(BOWL, (-7.0, 2.0), 200, (), SGD(lr=0.5)), OPTIMIZERS[n]()) for n in rate.USUAL]
    asked = {}
    points = [{"curve_number": 3, "point_index": 7, "x": 0.30000001}]

    class Session(dict):
        def __getitem__(self, key):
            assert key == "lr.sweep"
            return {"selection": {"points": points}}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rate.st, "session_state", Session())
        patch.setattr(rate, "put", asked.update)
        rate._clicked(made)
        points = []
        rate._clicked(made)
    assert asked == {"lr.focus": "Adam", "lr.rate": 0.3}
    for key, value in asked.items():
        app.session_state[key] = value
    assert names(app.run())[0] == "Adam · lr 0.3"


@pytest.mark.parametrize("part", PARTS)
def test_a_link_brings_it_back(part):
    """A session at the address of another shows the same."""
    more = {"surface": "Beale", "x0": "0.5", "y0": "-1.5", "lr__rate": "0.02", "lr__steps": "100", "lang": "ko"}
    if part != "phases":
        more["lr__focus"] = "Momentum"
    if part == "schedule":
        more |= {"lr__schedule": "WarmRestarts", "lr__WarmRestarts__first": "5", "lr__noise": "0.2", "lr__seed": "4",
                 "lr__rise": "5"}  # fmt: skip
    one = visit(part, **more, **{"lr__Momentum__momentum": "0.5"} if part != "three" else {})
    other = opened(link(one))
    assert not other.exception
    for name, read in READINGS.items():
        assert read(one) == read(other), name
    assert said(one, "warning") == []


def test_three_paths_and_their_reasons():
    """The player holds the three paths under their names, and the sentences are the core's."""
    app = visit("three")
    found = rates.three(rates.sweep(SGD(), BOWL, (-7, 2), 200))
    assert names(app) == [f"{rate.KINDS[one.kind]} · lr {one.path.optimizer.lr:g}" for one in found]
    assert bullets(app) == [f"**{rate.KINDS[one.kind]}.** {one.reason}" for one in found]


def test_missing_examples_are_said():
    """Where no rate is too small, or none too large, the page says so instead of showing one."""
    app = visit("three", lr__focus="AdaGrad")
    assert len(names(app)) == 2
    assert any(text.startswith("No rate of the sweep is too large here") for text in said(app, "caption"))


@pytest.mark.parametrize("name", scheduled.NAMES)
def test_every_schedule_has_its_controls(name):
    """Each setting of the chosen schedule is a control; the rate under the loss is lr times its factors."""
    app = visit("schedule", lr__schedule=name, lr__noise="0")
    keys = {f"lr.{name}.{setting.name}" for setting in SCHEDULES[name].settings()}
    assert keys <= set(widgets(app))
    schedule = SCHEDULES[name]()
    path = ov.trace(SGD(lr=0.5), BOWL, (-7, 2), 200, schedule=schedule)
    np.testing.assert_array_equal(scheduled.used(path, schedule)[1:], 0.5 * factors(schedule, 200, path.value))
    chart = header(picture(app)[0])["charts"][1]
    assert [line["count"] for line in chart["series"]] == [201, 201]
    for setting in SCHEDULES[name].settings():
        key, before = f"lr.{name}.{setting.name}", READINGS["paths"](app)
        move(app, key, next(value for value in setting.choices if value != widgets(app)[key].value))
        changed = READINGS["paths"](app) != before
        assert changed or name == "ReduceOnPlateau", key


def test_many_draws_are_counted():
    """The share of draws in which the schedule ends lower is what a batch of draws says, both on the same draws."""
    setup = rate.Setup(BOWL, (-7.0, 2.0), 200, (), SGD(lr=0.5))
    (told,) = scheduled.many(setup, scheduled.Plan(CosineDecay(), 0.5, 0))
    starts = np.repeat([[-7.0], [2.0]], 100, axis=1)
    plain, eased = (
        ov.trace(SGD(lr=0.5), BOWL, starts, 200, noise=0.5, schedule=s).value[-1] for s in (None, CosineDecay())
    )
    assert told.values["lower"] == (eased < plain).sum() > 50
    assert told.values["plain"] == np.median(plain)
    assert told.values["eased"] == np.median(eased)


def test_a_plateau_tells_its_cuts():
    """How often the rate was cut, and when first, is said; so is that it was not."""
    app = visit("schedule", lr__schedule="ReduceOnPlateau", lr__noise="0", lr__rate="1.06")
    path = ov.trace(SGD(lr=1.06), BOWL, (-7, 2), 200, schedule=ReduceOnPlateau())
    used = scheduled.used(path, ReduceOnPlateau())
    n = int((np.diff(used) < 0).sum())
    first = int((np.diff(used) < 0).argmax()) + 1
    assert n > 0
    assert f"The rate was cut {n} times, first at update {first}." in bullets(app)
    app = visit("schedule", lr__schedule="ReduceOnPlateau", lr__noise="0", lr__rate="0.1")
    assert "The loss kept falling: the rate was never cut." in bullets(app)


def test_the_phase_map_and_its_words():
    """Theory and measurement for the pair of the controls; without a bowl a sentence stands there instead."""
    app = visit("phases", lr__rate="0.1")
    bowl = rates.curvature(BOWL, (0, 0))
    theory = rates.contraction(0.1, 0.9, bowl)
    seen = rates.measured(ov.trace(Momentum(lr=0.1, momentum=0.9), BOWL, (-7, 2), 200))
    assert any(f"shrinks × {theory:.4g} per step" in b and f"× {seen:.4g}." in b for b in bullets(app))
    assert any("Along λmax: μ is above critical damping" in b for b in bullets(app))
    assert any("lr = 4/(√λmin + √λmax)² = 1.336" in b for b in bullets(app))
    app = visit("phases", surface="Saddle")
    assert "no phase map here" in said(app, "info")[0]
    assert not app.get("plotly_chart")


def test_the_basin_map_and_its_words():
    """The picture's numbers are the map's labels and steps, the shares are counted, and at the start is a mark."""
    surface = ov.SURFACES["Himmelblau"]
    app = visit("basins", surface="Himmelblau", lr__rate="0.01", x0="0", y0="-3")
    made = basin_map(SGD(lr=0.01), surface, 200, 200)
    told = [b for b in bullets(app) if "end at minimum" in b]
    counted = shares(made)
    assert [float(re.match(r"([\d.]+)%", line)[1]) for line in told] == [
        round(100 * share, 1) for _, share, _ in counted[:4]
    ]
    assert sum(share for _, share, _ in counted) == pytest.approx(1)
    rows = table(app)
    assert list(rows) == list(rate.USUAL)
    best = rates.sweep(OPTIMIZERS["Adam"](), surface, (0, -3), 200)
    rough = basin_map(best.at(best.best), surface, 100, 200)
    counts = [(rough.labels == label).mean() for label in (0, 1, 2, 3, -1, -2)]
    assert rows["Adam"][:-1] == [f"{best.rates[best.best]:g}", *(f"{share:.0%}" for share in counts)]
    assert rows["Adam"][-1] == f"{int(np.median(rough.steps[rough.labels >= 0]))} steps"
    figure = maps.basins(made, surface, (0, -3))
    np.testing.assert_array_equal(np.asarray(figure.data[0].z) // maps.SHADES, made.labels)
    np.testing.assert_array_equal(figure.data[0].customdata, made.steps)


@pytest.mark.parametrize("part", PARTS)
def test_notebook_code_runs(part):
    """The code of each part runs as it stands, and its rule is that of the controls."""
    app = unfold(visit(part))
    (code,) = [text for text in said(app, "code") if text.startswith("import optim_viz")]
    assert "0.5" in code or part == "three"
    space = {}
    with redirect_stdout(io.StringIO()):
        exec(code.replace(".show()", ""), space)
    if part == "schedule":
        both = scheduled.paths(
            rate.Setup(BOWL, (-7.0, 2.0), 200, (), SGD(lr=0.5)), scheduled.Plan(CosineDecay(), 0.5, 0)
        )
        for one, other in zip(both, (space["plain"], space["path"]), strict=True):
            np.testing.assert_array_equal(one.x, other.x)


def test_code_of_a_warm_up():
    """A schedule inside a warm-up is imported by its name, and its torch line is whole."""
    setup = rate.Setup(BOWL, (-7.0, 2.0), 60, (), SGD(lr=0.5))
    plan = scheduled.Plan(WarmUp(length=5, then=CosineDecay(floor=0.1)), 0.0, 0)
    code = rate_code.snippet("schedule", setup, plan)
    space = {}
    exec(code, space)
    assert space["schedule"] == plan.schedule
    assert "SequentialLR" in code


@pytest.mark.parametrize(("key", "value"), [
    ("lr.rate", "0.12345"), ("lr.rate", "abc"), ("lr.steps", "7"), ("lr.opt", "Newton"), ("lr.focus", "Newton"),
    ("lr.view", "nothing"), ("x0", "1e99"), ("surface", "Nowhere"),
])  # fmt: skip
def test_a_link_with_a_bad_value(key, value):
    """A value a control does not have is said, and the default is used."""
    app = opened({key: value})
    assert not app.exception
    assert any("does not have" in text for text in said(app, "warning"))
    assert app.get("plotly_chart")


def test_a_bad_start_and_a_bad_formula():
    """A start without a value leaves pictures and sentences standing; a broken formula keeps the last surface."""
    for part in PARTS:
        app = visit(part, surface="own", f="log(x) + y^2", x0="-1", y0="1")
        assert any("f has no value at this start" in text for text in said(app, "warning"))
    app = visit(surface="own", f="x^2 + * y")
    assert not app.exception
    assert app.get("plotly_chart")


def test_all_rates_are_options():
    """The slider holds every rate of the sweep, so any click can be taken over exactly."""
    assert widgets(visit())["lr.rate"].options == [f"{value:g}" for value in RATES]


def test_no_optimizer_to_compare():
    """With none chosen to compare, the one in focus is swept alone."""
    app = move(visit(), "lr.opt", [])
    assert list(table(app)) == ["**SGD**"]
    assert said(app, "warning") == []


def test_folded_hyper_parameters():
    """Unfolded, the other settings of all that run are there, and one moved changes the sweep."""
    app = unfold(visit())
    assert {"lr.Momentum.momentum", "lr.Adam.beta1", "lr.SGD.weight_decay"} <= set(widgets(app))
    before = READINGS["chart"](app)
    move(app, "lr.Momentum.momentum", 0.5)
    assert READINGS["chart"](app) != before
