"""The landscape page without a browser: what it opens with, each control, its planes and numbers, bad input."""

import csv
import io
import json
from dataclasses import fields

import numpy as np
import pytest

import optim_viz as ov
from optim_viz import landscape as core
from optim_viz import player
from optim_viz.nn import Network
from optim_viz.nn.history import History
from optim_viz.nn.sampling import judged, parts
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.ui import landscape as page
from optim_viz.ui.training import Setup
from optim_viz.walks import KINDS, between, plane_of, standing, survey, table
from tests.pages import controls, header, link, move, picture, said, snippet, unfold, visitor

FILE = "pages/landscape.py"
visit = visitor(FILE)
SMALL = {"ls.epochs": "5", "ls.layers": "4"}


def result(app):
    return app.session_state["_landscape"]


def charts(app):
    return [chart.proto.spec for chart in app.get("plotly_chart")]


def shown(app):
    return [*picture(app), *charts(app)]


def test_the_page_opens_with_paths_on_a_plane():
    """Three optimizers in the player, three charts under it, an honest sentence, nothing complained about."""
    app = visit()
    paths, ground = map(header, picture(app))
    assert [line["name"] for line in paths["series"]] == ["SGD", "Momentum", "Adam"]
    assert [line["count"] for line in paths["series"]] == [41] * 3
    assert paths["surface"] == ground["key"]
    assert all("of the variance" in label for label in ground["axes"])
    assert len(charts(app)) == 3
    assert said(app, "warning", "error") == []
    assert any("A slice lies" in text for text in said(app, "markdown"))


def test_the_play_head_counts_epochs():
    """A row of a path is an epoch, also of a long training; where memory keeps fewer, it is called a checkpoint."""
    app = visit({**SMALL, "ls.epochs": "200"})
    assert [line["count"] for line in header(picture(app)[0])["series"]] == [201] * 3
    words = {**header(picture(app)[1])["texts"], **header(picture(app)[0])["texts"]}
    assert (words["step"], words["diverged"]) == ("epoch {n} of {N}", "diverged at epoch {n}")
    assert [c.step for c in result(app).history.checkpoints] == [9 * k for k in range(201)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "CHECKPOINTS", 40)
        page._RUNS.clear()
        thinned = header(picture(visit({**SMALL, "ls.epochs": "200", "ls.seed": "5"}))[0])
    assert [line["count"] for line in thinned["series"]] == [26] * 3
    assert thinned["texts"]["step"] == "checkpoint {n} of {N}"


def test_the_first_run_is_made_once_for_all():
    """A second session gets the very same result."""
    assert result(visit()) is result(visit())


# control: (new value, the fields of the setup that change; none: the picture alone changes)
MOVES = {
    "ls.data": ("circles", {"data"}),
    "moons.n": (100, {"data"}),
    "moons.noise": (0.3, {"data"}),
    "moons.seed": (3, {"data"}),
    "ls.layers": ("5", {"net"}),
    "ls.bn": (True, {"net"}),
    "ls.opt": (["SGD", "Lion"], {"rules"}),
    "ls.SGD.lr": (0.1, {"rules"}),
    "ls.Adam.beta1": (0.5, {"rules"}),
    "ls.epochs": (10, {"epochs"}),
    "ls.seed": (4, {"seed"}),
    "ls.plane": ("points", set()),
    "ls.center": ("Adam", set()),
    "ls.draw": (7, set()),
    "ls.a": ("Momentum", set()),
    "ls.b": ("Momentum", set()),
}


@pytest.mark.parametrize("key", MOVES)
def test_a_control_changes_what_it_is_about(key):
    """Moved once: exactly its field of the setup, or only the picture; the link opens the same."""
    value, expected = MOVES[key]
    before = {**SMALL, "ls.plane": "random"} if key in ("ls.center", "ls.draw") else dict(SMALL)
    before = {k: v for k, v in before.items() if k != key or key == "ls.layers"}
    app = visit(before)
    was, pictures = result(app).setup, shown(app)
    move(app, key, value)
    now = result(app).setup
    assert {f.name for f in fields(Setup) if getattr(now, f.name) != getattr(was, f.name)} == expected
    assert shown(app) != pictures
    again = visit(link(app))
    assert result(again).setup == now
    assert shown(again) == shown(app)


def test_no_control_is_left_out():
    """Every control of the page is moved by a test here."""
    tuned = {f"ls.{name}.{p.name}" for name, rule in OPTIMIZERS.items() for p in rule.hyperparameters()}
    there = controls(unfold(visit({**SMALL, "ls.plane": "random"})))
    assert there - tuned - set(MOVES) - {"ls.view", "ls.html", "ls.csv"} == set()


def test_the_view_in_three_dimensions():
    """One more chart in place of the player."""
    app = move(visit(SMALL), "ls.view", "3d")
    assert len(charts(app)) == 4
    assert len(app.get("bidi_component")) == 0
    slider = json.loads(charts(app)[0])["layout"]["sliders"][0]
    assert slider["currentvalue"]["prefix"].strip() == "epoch"


@pytest.mark.parametrize("kind", KINDS)
def test_the_numbers_are_those_of_the_core(kind):
    """Plane, grid, projections, distances and losses of a survey equal landscape.py's, run by run."""
    had = result(visit(SMALL))
    history, data = had.history, had.data
    seen = survey(history, plane_of(history, kind, 1, 5), data, 11)
    final = history.final.theta
    plane = {
        "pca": lambda: core.pca_plane(history.theta),
        "random": lambda: core.random_plane(history.net, final[1], 5),
        "points": lambda: core.three_points_plane(final[0], final[1], final[2]),
    }[kind]()
    assert np.array_equal(seen.plane.axes, plane.axes)
    assert np.array_equal(seen.grid.values, core.slice_loss(history.net, plane, data, n=11).values)
    for k, walk in enumerate(seen.walks()):
        where = core.project(plane, history.theta[k])
        assert np.allclose(walk.x, where.x, rtol=0, atol=1e-12)
        assert np.allclose(seen.where.distance[k], where.distance, rtol=0, atol=1e-12)
        assert np.allclose(walk.value, history.train_loss[k], rtol=1e-12)
    assert between(history, 0, 2, data).height == core.barrier(history.net, final[0], final[2], data).height


def test_the_sentence_names_the_largest_error():
    """No checkpoint is further off, in ratio, than the one the page names."""
    had = result(visit(SMALL))
    seen = survey(had.history, plane_of(had.history), had.data, 5)
    off = np.abs(np.log(seen.losses.shown / seen.losses.true))
    assert off[seen.worst()] == off.max()


def test_a_diverging_optimizer_does_not_bend_the_plane():
    """It is told, its cross is in the player, and the plane is that of the others."""
    rules = [ov.SGD(lr=0.1), ov.Momentum(lr=1e200), ov.Adam(lr=0.03)]
    had = result(visit(SMALL))
    setup = Setup(had.setup.data, Network([2, 4, 2], activation="relu"), tuple(rules), 20, 5, 0)
    *_, history = setup.trainer(had.chosen).events()
    assert isinstance(history, History)
    seen = survey(history, plane_of(history), judged(parts(setup.net, had.chosen.split)["train"]), 5)
    assert standing(history) == [0, 2]
    assert np.isfinite(seen.grid.values).all()
    assert np.array_equal(seen.plane.axes, core.pca_plane(history.theta[[0, 2]]).axes)
    assert all(np.isfinite(walk.x[: walk.end + 1]).all() for walk in seen.walks())


def test_three_results_need_three_optimizers():
    """With two a sentence, and the plane of PCA in its place; with one no line either."""
    app = visit({**SMALL, "ls.plane": "points", "ls.opt": ["SGD", "Adam"]})
    assert any("needs three optimizers" in text for text in said(app, "warning"))
    assert "of the variance" in header(picture(app)[1])["axes"][0]
    app = visit({**SMALL, "ls.opt": ["Adam"]})
    assert len(charts(app)) == 2
    assert any("two different optimizers" in text for text in said(app, "caption"))


@pytest.mark.parametrize(("key", "value"), [("ls.layers", "a"), ("ls.layers", "0"), ("ls.layers", "900, 900")])
def test_bad_input_gets_a_sentence_and_the_last_result_stays(key, value):
    """At the control; the paths stay, with a note."""
    app = visit(SMALL)
    was, pictures = result(app), shown(app)
    move(app, key, value)
    assert said(app, "warning")
    assert result(app) is was
    assert shown(app) == pictures
    assert any("Still the last result" in text for text in said(app, "caption"))


def test_batch_normalization_is_told():
    """Its statistics are computed anew, and the page says so."""
    app = visit({**SMALL, "ls.bn": "true"})
    assert any("computed anew" in text for text in said(app, "markdown"))


def test_the_notebook_code_makes_the_same_numbers(capsys):
    """What it prints is what the page shows."""
    app = unfold(visit({**SMALL, "ls.plane": "points"}))
    exec(snippet(app), {})
    told = capsys.readouterr().out.splitlines()
    had = result(app)
    assert float(told[-1]) == between(had.history, 0, 2, had.data).height


def test_what_is_saved_has_every_checkpoint():
    """A line per run and checkpoint, to the last digit; the animation is one page with every path in it."""
    had = result(visit(SMALL))
    seen = survey(had.history, plane_of(had.history), had.data, 11)
    rows = list(csv.DictReader(io.StringIO(table(seen))))
    assert [row["optimizer"] for row in rows[::6]] == ["SGD", "Momentum", "Adam"]
    assert [row["epoch"] for row in rows[:6]] == ["0.0", "1.0", "2.0", "3.0", "4.0", "5.0"]
    assert [float(row["true_loss"]) for row in rows[6:12]] == seen.losses.true[1].tolist()
    assert [float(row["distance"]) for row in rows[12:]] == seen.where.distance[2].tolist()
    assert all(name in player.html(seen.walks(), axes=("a", "b")) for name in ("<html", "</html>"))


def test_it_speaks_korean():
    """No English sentence is left."""
    app = visit({**SMALL, "lang": "ko"})
    assert any("단면은 거짓말을 합니다" in text for text in said(app, "markdown"))
