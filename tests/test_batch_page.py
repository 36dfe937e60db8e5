"""The batch size page without a browser: what it opens with, each control, each view, honest words, bad input."""

import struct
from dataclasses import fields

import numpy as np
import pytest

import optim_viz as ov
from optim_viz.data import DATASETS
from optim_viz.figures import batch as figures
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.samples import MODELS, descend, escapes, measured, sample_loss, stationary, two_trends
from optim_viz.ui import batch, batchviews, batchwalks, sampled
from optim_viz.ui.batch import Setup
from tests.pages import charts, header, link, move, picture, said, table, unfold, visitor, widgets

FILE = "pages/batch.py"
visit = visitor(FILE)
SHORT = {"ba.clock": "updates", "ba.updates": "20"}


@pytest.fixture(autouse=True)
def steady_cost(monkeypatch):
    """Measured times would differ from run to run: an update costs 10 µs and 10 ns for each sample."""
    monkeypatch.setattr(batch, "seconds_per_update", lambda loss, rule, k: 1e-5 + 1e-8 * k)
    batch._COSTS.clear()
    yield
    batch._COSTS.clear()


@pytest.fixture
def setups(monkeypatch):
    """Every Setup the page makes, the last one last."""
    made, settings = [], batch.settings
    monkeypatch.setattr(batch, "settings", lambda *given: made.append(settings(*given)) or made[-1])
    return made


def arrays(message):
    """x, y and value of every path in the player's message."""
    head = header(message)
    (size,) = struct.unpack("<I", message[:4])
    numbers, found = np.frombuffer(message[4 + size :], "<f4"), []
    for one in head["series"]:
        count = one["count"]
        found.append(numbers[: 3 * count].reshape(3, count))
        numbers = numbers[3 * count :]
    return found


def test_the_page_opens_with_three_walks_on_real_data():
    """One sample, ten, and all 442 from the same start, each seeing the same two epochs; nothing complained about."""
    app = visit()
    told = table(app)
    assert list(told) == ["1 sample", "10 samples", "all 442 samples"]
    assert [row[:3] for row in told.values()] == [
        ["442", "884", "884"],
        ["45", "90", "884"],
        ["1", "2", "884"],
    ]
    assert said(app, "warning", "error", "info") == []
    paths, ground = picture(app)
    head = header(paths)
    assert [one["name"] for one in head["series"]] == list(told)
    assert (head["steps"], head["unit"]) == (500, 0.004)
    assert header(ground)["axes"] == ["w", "b"]
    assert len(charts(app)) == 1


def test_the_player_shows_the_walks():
    """Every number in the picture is that of the core's run: the full batch waits, then steps."""
    app = visit({**SHORT, "ba.sizes": ["10", "N"]})
    loss, _ = sample_loss(DATASETS["diabetes"].load(), "line", (2,))
    for batch_size, shown in zip((10, None), arrays(picture(app)[0]), strict=True):
        path = descend(loss, ov.SGD(lr=0.05), loss.start, batch=batch_size, updates=20).path()
        np.testing.assert_allclose(shown[:2], path.x.T, rtol=1e-6)
        np.testing.assert_allclose(shown[2], path.value - loss.minimum_value, rtol=1e-5)
    slow = arrays(picture(visit({"ba.clock": "samples", "ba.samples": "1000", "ba.sizes": "N"}))[0])[0]
    assert len(np.unique(slow[0])) == 3
    assert (slow[0, :442] == slow[0, 0]).all()
    assert slow[0, 442] != slow[0, 0]


@pytest.mark.parametrize(
    ("clock", "length", "updates"),
    [
        ("updates", "50", ["50", "50", "50"]),
        ("samples", "500", ["500", "50", "1"]),
        ("epochs", "2", ["884", "90", "2"]),
        ("time", "2", ["199", "198", "138"]),
    ],
)
def test_the_clock_is_what_is_equal(clock, length, updates):
    """The same updates, samples, epochs or milliseconds for all; the axis of the player counts them."""
    app = visit({"ba.clock": clock, f"ba.{clock}": length})
    assert [row[1] for row in table(app).values()] == updates
    head = header(picture(app)[0])
    assert head["steps"] * head.get("unit", 1) == pytest.approx(float(length))
    loss, _ = sample_loss(DATASETS["diabetes"].load(), "line", (2,))
    for size, made, shown in zip((1, 10, 442), updates, arrays(picture(app)[0]), strict=True):
        walk = descend(loss, ov.SGD(lr=0.05), loss.start, batch=size, updates=int(made))
        np.testing.assert_allclose(shown[:2, -1], walk.x[-1, :, 0], rtol=1e-5)  # the last update is seen
        moves = np.flatnonzero(np.diff(shown[0]))
        first = {"updates": 1, "samples": size, "epochs": size / 442, "time": 1e3 * (1e-5 + 1e-8 * size)}[clock]
        assert moves[0] * head.get("unit", 1) < first <= (moves[0] + 1) * head.get("unit", 1) * (1 + 1e-9)


# link before: {control: (new value, the fields of the setup that change)}, one after the other
MOVES = [
    (
        {},
        {
            "ba.sizes": ([2, 50], {"sizes"}),
            "ba.updates": (50, {"length"}),
            "ba.line.SGD.lr": (0.1, {"rule"}),
            "ba.x0": (1.0, {"start"}),
            "ba.y0": (-1.0, {"start"}),
            "ba.SGD.weight_decay": (0.1, {"rule"}),
            "ba.order": ("replace", {"order"}),
            "ba.seed": (3, {"seed"}),
            "ba.diabetes.column": ("9", {"ground", "start"}),
            "ba.diabetes.second": ("4", {"ground", "start"}),
            "ba.scale": ("minmax", {"ground", "start"}),
            "ba.opt": ("Momentum", {"rule"}),
            "ba.data": ("curve", {"ground", "start"}),
            "ba.clock": ("samples", {"clock", "length"}),
            "ba.samples": (100, {"length"}),
            "ba.model": ("logistic", {"ground", "rule", "start"}),
            "ba.iris.class": ("1", {"ground"}),
        },
    ),
    (
        {"ba.clock": "time"},
        {
            "ba.time": (1, {"length"}),
            "ba.clock": ("epochs", {"clock", "length"}),
            "ba.epochs": (1, {"length"}),
        },
    ),
    (
        {"ba.data": "points", "ba.sizes": ["2", "N"]},
        {"ba.points.1": ("0 0 1 1 0.5 0.2", {"ground", "start"})},
    ),
    (
        {"ba.model": "neuron", "ba.data": "points", "ba.sizes": ["2", "N"]},
        {
            "ba.points.2": ("0 0 0.2 1 b 1 1 0.5 0.2 -1 0", {"ground"}),
            "ba.points.second": ("0", {"ground"}),
        },
    ),
]


@pytest.mark.parametrize(("before", "moves"), MOVES, ids=["usual", "clocks", "points", "classes"])
def test_each_control_moves_what_it_says(before, moves, setups):
    """Moved once, each changes exactly its fields of the setup and the picture; the link brings all of it back."""
    app = unfold(visit({**SHORT, **before}))
    for key, (value, expected) in moves.items():
        was, drawn = setups[-1], picture(app)
        move(app, key, value)
        now = setups[-1]
        assert {f.name for f in fields(Setup) if getattr(now, f.name) != getattr(was, f.name)} == expected, key
        assert picture(app) != drawn
    again = visit(link(app))
    assert setups[-1] == now
    assert picture(again) == picture(app)
    assert table(again) == table(app)


def test_views_have_controls_of_their_own():
    """What a view does not show it does not offer; parameter and number of the single samples are in the link."""
    app = visit({"ba.view": "terms"})
    assert {"ba.sizes", "ba.opt", "ba.clock"}.isdisjoint(widgets(app))
    before = charts(app)
    for key, value in (("ba.along", "1"), ("ba.few", 3)):
        move(app, key, value)
        assert charts(app) != before
        before = charts(app)
    assert charts(visit(link(app))) == before
    assert move(visit(), "ba.view", "loss").get("plotly_chart")


@pytest.mark.parametrize("model", MODELS)
def test_every_optimizer_walks_in_batches(model):
    """Each has a rate to begin with, on every model, that takes even single samples down."""
    data = {"line": "diabetes", "logistic": "iris", "neuron": "trends"}[model]
    ground = sampled._made(model, data, (data, sampled._known(data)), (0,), 1, "standardize")
    for name, kind in OPTIMIZERS.items():
        choices = next((p.choices for p in kind.hyperparameters() if p.name == "lr"), ())
        rule = kind(lr=batch.usual(model, name, choices)) if choices else kind()
        sizes = (0,) if name == "Rprop" else (1, 10, 0)  # Rprop counts signs: it was made for full batches
        setup = Setup(ground, rule, ground.loss.start, sizes, "updates", 100, "shuffle", 0)
        for path in batchwalks.walks(setup).values():
            assert path.outcome.kind not in ("diverged", "growing"), name
            assert path.value[-20:].mean() < path.value[0], name


def test_a_click_on_the_map_moves_the_start(setups):
    """As the callback writes it: every walk begins there, and the link says so."""
    app = visit(SHORT)
    app.session_state["ba.x0"], app.session_state["ba.y0"] = 0.5, 1.0
    app.run()
    assert setups[-1].start == (0.5, 1.0)
    assert all((shown[:2, 0] == (0.5, 1.0)).all() for shown in arrays(picture(app)[0]))
    move(app, "ba.data", "curve")
    assert setups[-1].start == setups[-1].loss.start


def test_the_words_are_those_of_the_numbers():
    """Samples seen, the lowest end and the share of updates that went up are those of the runs shown."""
    app = visit({**SHORT, "ba.updates": "50"})
    loss, _ = sample_loss(DATASETS["diabetes"].load(), "line", (2,))
    walks = {k: descend(loss, ov.SGD(lr=0.05), loss.start, batch=k, updates=50) for k in (1, 10, None)}
    up = {k: np.mean(np.diff(walk.path().value) > 0) for k, walk in walks.items()}
    text = next(text for text in said(app, "markdown") if text.startswith("- All made 50 updates"))
    assert "1 sample at a time looked at 50 samples, all 442 samples at 22100." in text
    assert f"rose in {up[1]:.0%} of the updates with 1 sample, in {up[None]:.0%} with all 442 samples" in text
    assert "Lowest at the end of this one run: all 442 samples." in text
    for row, walk in zip(table(app).values(), walks.values(), strict=True):
        assert row[3] == f"{walk.path().value[-1] - loss.minimum_value:.3g}"


def test_a_walk_that_runs_away_says_why():
    """A rate above 2/λmax: the table and a sentence say it, the data show no such line."""
    app = visit({**SHORT, "ba.updates": "200", "ba.line.SGD.lr": "10"})
    assert {row[3] for row in table(app).values()} == {"diverged"}
    assert any("all 442 samples: lr 10 > 2/λmax = 1" in text for text in said(app, "markdown"))
    assert len(charts(app)[0]["data"]) == 1


def test_the_loss_on_four_clocks():
    """Twenty runs each; on the time axis an update costs what was measured; the table says what a batch saves."""
    app = visit({"ba.view": "loss"})
    assert [chart["layout"]["xaxis"]["title"]["text"] for chart in charts(app)] == [
        "Updates",
        "Samples seen",
        "Epochs",
        "Milliseconds",
    ]
    assert table(app)["1 sample"] == ["10.0 µs", "10 µs", "442", "4.42 ms"]
    assert table(app)["all 442 samples"] == ["14.4 µs", "0.0326 µs", "1", "0.0144 ms"]
    assert any("An epoch takes 307 times as long with 1 sample" in text for text in said(app, "markdown"))


def test_the_ball_is_the_cores():
    """Measured and theory in the table are those of the core for the same runs; the full batch has none."""
    app = visit({"ba.view": "ball", "ba.sizes": ["10", "N"], "ba.order": "replace", "ba.data": "curve"})
    loss, _ = sample_loss(DATASETS["curve"].load(), "line")
    walk = descend(loss, ov.SGD(lr=0.05), loss.minima[0], batch=10, updates=2000, seeds=range(20), order="replace")
    found, told = measured(walk), stationary(loss, 0.05, 10, "replace")
    assert table(app) == {"10 samples": [f"{found.radius:.3g} ± {found.radius_error:.3g}", f"{told.radius:.3g}",
                                         f"{found.excess:.3g}", f"{told.excess:.3g}"]}  # fmt: skip
    half = stationary(loss, 0.025, 10, "replace").radius / told.radius
    assert any(f"half the learning rate makes the ball {half:.2f} times as wide" in s for s in said(app, "markdown"))
    assert abs(found.radius - told.radius) < 4 * found.radius_error
    assert "It is exact for a straight line." in said(app, "caption")[-1]


@pytest.mark.parametrize(
    ("before", "kind", "sentence"),
    [
        ({"ba.sizes": "N"}, "info", "All samples at once leave nothing to chance"),
        (
            {"ba.model": "logistic", "ba.iris.class": "0", "ba.iris.column": "3"},
            "info",
            "This loss has no minimum to stay close to",
        ),
        ({"ba.opt": "Adam"}, "caption", "Theory is drawn for plain SGD only"),
        ({"ba.line.SGD.lr": "0.9"}, "markdown", "1 sample: this learning rate is too large for a ball"),
    ],
)
def test_where_there_is_no_ball_or_no_theory_it_says_so(before, kind, sentence):
    """No number is claimed that has no ground."""
    app = visit({"ba.view": "ball", **before})
    assert any(sentence in text for text in said(app, kind))


def test_single_samples_lie_under_their_mean():
    """The thick line is the mean of all E_i, the thin ones are samples, and the words count their lowest places."""
    setup = Setup(sampled.landing(), ov.SGD(), (0.0, 0.0), (1,), "updates", 10, "shuffle", 0)
    loss = setup.loss
    at = loss.minima[0][0] + 3 * np.linspace(-1, 1, 241)
    each = loss.terms(np.stack([at, np.zeros(241)]))
    drawn = figures.terms(at, each[:, :3], each.mean(axis=1), 0.5, "w")
    thick = next(line for line in drawn.data if line.name == "E, the mean of all samples")
    np.testing.assert_allclose(thick.y, loss.value(np.stack([at, np.zeros(241)])))
    app = visit({"ba.view": "terms"})
    lowest = at[each.argmin(axis=0)]
    left, right = (lowest <= at[0]).sum(), (lowest >= at[-1]).sum()
    text = next(text for text in said(app, "markdown") if text.startswith("- The thick line"))
    assert f"only falls to the left: {left}; only to the right: {right}." in text
    assert "their mean is lowest at 0.586" in text


def test_two_minima_and_who_leaves_the_poor_one():
    """The view chooses data with two minima by itself; counts and intervals are the core's."""
    app = move(visit(), "ba.view", "escape")
    assert widgets(app)["ba.data"].value == "trends"
    loss, _ = sample_loss(two_trends(), "neuron", scaling="none", start=(-2, 1))
    told = escapes(loss, ov.SGD(lr=1.5), (-2, 1), (1, 2, 5, 10, 20, 48), 200, range(20))
    assert list(table(app).values()) == [
        [f"{one.left} / {one.total}", f"{one.low:.0%} … {one.high:.0%}" if one.total > 1 else "–", "0"] for one in told
    ]
    assert any(
        "1 sample: 20 of 20 runs left the poor minimum. 10 samples: 0 of 20." in s for s in said(app, "markdown")
    )
    again = visit(link(app))
    assert table(again) == table(app)
    calm = visit({"ba.view": "escape", "ba.model": "neuron", "ba.neuron.SGD.lr": "0.05"})
    assert any("The intervals overlap" in text for text in said(calm, "markdown"))


def test_ones_own_data_are_not_taken_away():
    """Painted points with one minimum stay; a button offers data with two."""
    app = move(visit({"ba.data": "points"}), "ba.view", "escape")
    assert widgets(app)["ba.data"].value == "points"
    assert said(app, "info") == ["This loss has fewer than two minima."]
    app.button(key="ba.two").click().run()
    assert len(table(app)) == 6


def csv_of(rows):
    return ("mine.csv", "\n".join(rows).encode(), "text/csv")


LINE = ["x,z,y", *(f"{k / 10},{np.sin(k):.3f},{k / 5 + 1 + np.cos(3 * k) / 5:.3f}" for k in range(40))]
TABLES = {
    "text for numbers": (
        ["x,y", *(f"{k},word{k % 3}" for k in range(20))],
        "warning",
        "The target holds text: a regression needs",
    ),
    "blanks": ([LINE[0], ",0.5,1", *LINE[2:]], "caption", "Missing cells: 1"),
    "one row": (LINE[:2], "warning", "The file has only one row of data"),
    "empty": ([""], "warning", "The file is empty"),
    "a million rows": (["x,y", *("1,2" for _ in range(1_000_000))], "warning", "The file has more than 100000 rows"),
    "too many bytes": (["x,y", *("1.25,2.25" for _ in range(600_000))], "warning", "The file has 6.0 MB"),
    "one target": (["x,y", *(f"{k},3" for k in range(20))], "warning", "same"),
    "ragged": (["x,y", "1,2", "1,2,3", "2,3"], "warning", "differ in their number of cells"),
}


def test_a_table_gets_its_sentence_and_nothing_is_lost():
    """A bad file says what is wrong at the control, and the last good picture stays."""
    app = visit({**SHORT, "ba.data": "csv"})
    app.file_uploader(key="ba.file").set_value(csv_of(LINE)).run()
    assert "all 40 samples" in table(app)
    for case, (rows, kind, sentence) in TABLES.items():
        good = picture(app)
        app.file_uploader(key="ba.file").set_value(csv_of(rows)).run()
        assert not app.exception
        assert any(sentence in text for text in said(app, kind)), (case, said(app, kind))
        assert (picture(app) == good) == (kind == "warning")
        assert ("The picture still shows the last data that worked." in said(app, "caption")) == (kind == "warning")


def test_two_equal_columns_make_a_valley():
    """Chosen together they get their sentence, and a picture all the same; the user's words are nowhere rendered."""
    rows = ["<b>a</b>,<b>b</b>,y", *(f"{k},{k},{k + np.cos(k):.3f}" for k in range(30))]
    app = visit({**SHORT, "ba.data": "csv"})
    app.file_uploader(key="ba.file").set_value(csv_of(rows)).run()
    move(app, "ba.csv.second", "2")
    assert any(text.startswith("The two columns say the same") for text in said(app, "caption"))
    assert any("Equal to column 1." in text for text in said(app, "code"))
    assert not any("<b>" in text for text in said(app))
    assert header(picture(app)[1])["axes"] == ["w₁", "w₂"]


POINTS = {
    "words": ("0.1 zwei", "Write points as pairs of numbers"),
    "one number": ("0.1 0.2 0.3", "The last point has only one number."),
    "outside": ("0.1 7", "The number 7 is outside"),
    "one point": ("0.1 0.2", "There must be from 2 to"),
    "one x": ("0.1 0.2 0.1 0.4", "All samples have the same value in this column"),
    "one y": ("0.1 0.2 0.3 0.2", "All samples have the same target"),
}


def test_points_get_their_sentence_and_the_picture_stays():
    """Whatever is written into the box of points, one after the other."""
    app = visit({**SHORT, "ba.data": "points"})
    good = picture(app)
    for text, sentence in POINTS.values():
        move(app, "ba.points.1", text)
        assert any(warning.startswith(sentence) for warning in said(app, "warning")), text
        assert picture(app) == good


WRONG = {
    "no such batch": ({"ba.sizes": ["3"]}, "The link asks this control for a value"),
    "no such data": ({"ba.data": "moons"}, "The link asks this control for a value"),
    "a huge start": ({"ba.x0": "1e99"}, "The link asks this control for a value"),
    "a batch too large": (
        {"ba.model": "neuron", "ba.sizes": ["10", "50"]},
        "There are only 48 samples: a batch of 50 is left out.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_bad_link_gets_a_sentence(case):
    """And the page is there all the same."""
    before, sentence = WRONG[case]
    app = visit({**SHORT, **before})
    assert any(text.startswith(sentence) for text in said(app, "warning"))
    assert table(app)


def test_no_batch_size_leaves_the_last_choice():
    """Nothing disappears when the last pill is switched off."""
    app = visit({**SHORT, "ba.sizes": ["2", "N"]})
    was = list(table(app))
    move(app, "ba.sizes", [])
    assert said(app, "warning") == ["Choose at least one batch size; the last choice stays."]
    assert list(table(app)) == was


def test_separable_classes_are_shown_without_a_minimum():
    """No minimum is drawn or claimed: the loss itself is played, and a sentence says why."""
    app = visit({**SHORT, "ba.model": "logistic", "ba.iris.class": "0", "ba.iris.column": "3"})
    assert any(text.startswith("These two classes can be separated") for text in said(app, "caption"))
    assert header(picture(app)[0])["floor"] is None
    assert header(picture(app)[1])["minima"] == []


@pytest.mark.parametrize("before", [{}, {"ba.model": "neuron"}, {"ba.data": "points"}, {"ba.diabetes.second": "4"}])
def test_the_code_makes_the_same_runs(before, setups):
    """Executed, the code on the page gives the paths of the picture."""
    app = unfold(visit({**SHORT, **before}))
    code = next(code for code in said(app, "code") if code.startswith("import optim_viz"))
    made: dict = {}
    exec(code.replace("ov.animate(paths)", ""), made)
    assert made["loss"].digest == setups[-1].loss.digest
    for path, shown in zip(made["paths"], arrays(picture(app)[0]), strict=True):
        np.testing.assert_allclose(path.x.T, shown[:2], rtol=1e-5, atol=1e-6)


def test_what_one_takes_along(setups):
    """The files name each batch size."""
    visit(SHORT)
    paths = batchwalks.walks(setups[-1])
    assert [path.name for path in paths.values()] == ["SGD, batch 1", "SGD, batch 10", "SGD, batch 442"]


def test_figures_show_the_numbers_they_are_given():
    """Ends of runs, shares with their intervals, an ellipse two deviations wide, the same look everywhere."""
    loss, _ = sample_loss(two_trends(), "neuron", scaling="none", start=(-2, 1))
    told = dict(zip((1, 0), escapes(loss, ov.SGD(lr=1.5), (-2, 1), (1, 48), 100, range(5)), strict=True))
    names = {1: "one", 0: "all"}
    bars = figures.escapes(told, names).data
    assert [bar.y[0] for bar in bars] == [one.left / one.total for one in told.values()]
    assert bars[0].error_y.arrayminus[0] == pytest.approx(bars[0].y[0] - told[1].low)
    dots = figures.ends(loss, (-2, 1), told, names).data[1]
    np.testing.assert_array_equal([dots.x, dots.y], told[1].ends)
    x, y = figures._ellipse(np.array([1.0, 2.0]), np.diag([4.0, 1.0]))
    assert (x.max(), y.max()) == (pytest.approx(5), pytest.approx(4))
    assert len({(figures.look(k).light, figures.look(k).marker) for k in figures.SIZES}) == len(figures.SIZES)
    x = np.array([1.0, 10.0])
    drawn = figures.clocked({1: (x, np.array([[1.0, 2.0, 3.0], [0.1, 0.2, 0.3]]))}, names, "Updates").data
    np.testing.assert_allclose(drawn[-1].y, [2.0, 0.2])


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("columns", [(0,), (0, 1)])
def test_the_data_are_drawn_with_what_was_learned(model, columns):
    """A curve, a boundary, or answers against targets: where the model says ½, or what it says."""
    data = DATASETS["diabetes" if model == "line" else "cancer"].load()
    loss, _ = sample_loss(data, model, columns)
    drawn = figures.fit(loss, {1: (0.5, -0.25)}, {1: "one"}, ("u", "v"), "t").data
    line = next(trace for trace in drawn if trace.name == "one")
    if columns == (0,):
        z = 0.5 * np.asarray(line.x) - 0.25
        np.testing.assert_allclose(line.y, z if model == "line" else 1 / (1 + np.exp(-z)), atol=1e-6)
        dots = drawn[0]  # a stroke each: its middle is the sample, and what is told of it is exact
        np.testing.assert_allclose((dots.x[::3] + dots.x[1::3]) / 2, loss.u, rtol=1e-5, atol=1e-6)
        assert np.isnan(dots.x[2::3]).all()
        np.testing.assert_array_equal(dots.customdata[::3], loss.u.astype(np.float32))
        np.testing.assert_array_equal(dots.y[::3], loss.target.astype(np.float32))
    elif model == "line":
        np.testing.assert_allclose(line.y, 0.5 * loss.u - 0.25 * loss.v)
    else:
        np.testing.assert_allclose(0.5 * np.asarray(line.x) - 0.25 * np.asarray(line.y), 0, atol=1e-12)


def test_it_speaks_korean():
    """Every view, to the last sentence."""
    app = visit({**SHORT, "lang": "ko", "ba.model": "neuron"})
    for view in batch.VIEWS:
        move(app, "ba.view", view)
        told = " ".join(said(app, "markdown", "caption", "info", "warning"))
        assert not any(word in told for word in ("sample", "batch", "update", "minimum", "Theory", "runs"))
        assert "샘플" in told


def test_theory_is_stopped_where_there_is_none():
    """The curve over the rates ends where the ball does."""
    setup = Setup(sampled.landing(), ov.SGD(lr=0.05), (0.0, 0.0), (10,), "updates", 10, "replace", 0)
    middle = batchviews.center(setup)
    radii = [batchviews._theory(setup, 10, lr, middle) for lr in batchviews.SPEEDS]
    known = [ball is not None for ball in radii]
    assert known == sorted(known, reverse=True)
    assert any(known)
    assert not all(known)
