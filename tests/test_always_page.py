"""The page "Always Adam?": opens full, says what the numbers say, runs again, opens files, refuses bad ones."""

import json

import numpy as np
import pytest

from optim_viz import SGD, SURFACES, Adam, Surface, trace
from optim_viz.experiments import benchmark, cluster, standings, sweep
from optim_viz.experiments.benchmark import ENTRIES, Protocol
from optim_viz.experiments.problems import OnSurface
from optim_viz.experiments.statistics import Spread
from optim_viz.experiments.summary import summary
from optim_viz.experiments.sweep import Sweep, grid
from optim_viz.figures import always as figures
from optim_viz.figures import swept
from optim_viz.ui import always
from optim_viz.ui.i18n import each
from tests.pages import link, move, opened, said, table, unfold, widgets

PAGE = "pages/always.py"


@pytest.fixture(scope="module")
def report():
    return benchmark.shipped()


def test_the_shipped_result_is_todays_protocol(report):
    """What ships was made by the command with its defaults: all problems, usual optimizers, thirty trials, 20 seeds."""
    assert report.protocol == Protocol()
    assert not np.isnan(report.loss).any()


def test_shipped_numbers_are_reproduced(report):
    """Three cells chosen beforehand, run again today, give the shipped numbers to their six digits."""
    for entry, optimizer, way, seed in ((0, 6, 0, 3), (4, 0, 1, 7), (8, 5, 0, 11)):
        names = report.protocol.optimizers
        rule = report.chosen[entry][optimizer] if way == 0 else benchmark.OPTIMIZERS[names[optimizer]]()
        problem = ENTRIES[report.protocol.entries[entry]].problem
        (found,) = problem.solve([(rule, seed)])
        assert found["loss"] == pytest.approx(report.loss[entry, optimizer, way, seed], rel=1e-4)


def test_a_standing_by_hand(report):
    """The best has the lowest median; beaten are those with a corrected p below 0.05."""
    one = standings.standing(report, 3, "loss", "tuned")
    medians = np.median(report.loss[3, :, 0], axis=1)
    assert one.best == report.protocol.optimizers[medians.argmin()]
    assert one.spreads[0] == Spread.of(report.loss[3, 0, 0])
    for k, name in enumerate(one.names):
        pair = one.p(name, one.best) if name != one.best else None
        assert (name in one.alike) == (pair is None or pair.p >= 0.05)
        assert medians[k] >= medians.min()


def test_test_results_rank_from_the_top(report):
    """By test data the best is the one with the highest median; surfaces have none and are left out."""
    given = standings.standings(report, "test", "tuned")
    assert [one.entry for one in given] == [name for name in report.protocol.entries if name not in
                                            ("bowl", "rosenbrock", "himmelblau")]  # fmt: skip
    one, entry = given[0], report.protocol.entries.index("digits")
    assert one.best == report.protocol.optimizers[np.median(report.test[entry, :, 0], axis=1).argmax()]


def test_the_grid_shows_the_standings(report):
    """A star for each best, ≈ for its likes, and no color for the best."""
    given = standings.standings(report, "loss", "tuned")
    rows = [one.entry for one in given]
    heat = figures.grid(given, rows, "loss", theme="light", texts=figures.TEXTS).data[0]
    for k, one in enumerate(given):
        marks = dict(zip(heat.x, heat.text[k], strict=True))
        assert [name for name, mark in marks.items() if mark == "★"] == [one.best]
        assert {name for name, mark in marks.items() if mark} == one.alike
        assert heat.z[k][list(heat.x).index(one.best)] == 0


def test_profiles_count_what_was_reached(report):
    """At the far right stands the share of runs that arrive within 32 times the quickest."""
    made = standings.profiles(report, "tuned")
    rows = np.concatenate([standings.numbers(report, e, "steps", "tuned") for e in range(len(ENTRIES))], axis=1)
    best = rows.min(axis=0)
    adam = rows[report.protocol.optimizers.index("Adam")]
    with np.errstate(invalid="ignore"):
        inside = np.isfinite(adam) & (np.maximum(adam, 1) <= 32 * np.maximum(best, 1))
    assert made["Adam"][-1] == inside.mean()


@pytest.fixture(scope="module")
def app():
    return opened({}, PAGE)


def test_the_page_opens_with_its_verdict(app, report):
    """At once: the picture, Adam's count, and how the comparison was made."""
    assert not app.exception
    adam = standings.always(standings.standings(report, "loss", "tuned"))
    text = " ".join(said(app, "markdown", "caption"))
    assert f"on {adam.count} of {adam.problems} problems" in text
    assert "30 random trials" in text
    assert "20 other seeds" in text


@pytest.mark.parametrize("view", list(always.VIEWS))
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_each_view_opens_from_its_link(view, lang):
    """Every view in both languages, with the controls it needs and no exception."""
    app = opened({"al.view": view, "lang": lang}, PAGE)
    assert not app.exception
    assert ("al.problem" in widgets(app)) == (view not in ("all", "profiles"))
    assert ("al.measure" in widgets(app)) == (view in ("all", "pairs"))


def test_the_table_tells_the_chosen_settings(report):
    """On a problem every optimizer has its row, the best first, with its tuned rate."""
    app = opened({"al.view": "curves", "al.problem": "deep"}, PAGE)
    rows = table(app)
    entry = report.protocol.entries.index("deep")
    medians = np.median(report.loss[entry, :, 0], axis=1)
    assert next(iter(rows)) == report.protocol.optimizers[medians.argmin()]
    adam = report.protocol.optimizers.index("Adam")
    assert rows["Adam"][0].startswith(f"{medians[adam]:.3g} [")
    assert f"lr {report.chosen[entry][adam].lr:g}" in rows["Adam"][-1]


def test_every_control_moves_the_page(app):
    """Setting, measure and problem each change what is said, and stand in the link."""
    before = said(app, "markdown")
    move(app, "al.setting", "default")
    assert said(app, "markdown") != before
    move(app, "al.measure", "steps")
    assert link(app)["al.measure"] == "steps"
    move(app, "al.view", "curves")
    rows = table(app)
    move(app, "al.problem", "wine")
    assert table(app) != rows


def test_it_runs_again_with_other_seeds(monkeypatch):
    """A small run on the button gives a report of this session; it runs here, whatever scheduler a link names."""
    monkeypatch.delenv(cluster.ADDRESS, raising=False)
    monkeypatch.setattr(cluster, "reach", lambda *given: pytest.fail("somebody asked for a cluster"))
    app = unfold(opened(dict.fromkeys((cluster.ADDRESS, "scheduler", "address"), "tcp://127.0.0.1:9"), PAGE))
    move(app, "al.trials", 3)
    widgets(app)["al.run"].click().run()
    assert not app.exception
    text = " ".join(said(app, "markdown", "caption"))
    assert "Your run." in text
    assert "3 random trials" in text


def test_a_table_of_ones_own_is_a_problem_like_any():
    """A CSV opened on the page is compared on, and its report carries it; too large a table is refused."""
    rows = "\n".join(f"{k % 7},{(k * k) % 5},{'yes' if k % 7 > 3 else 'no'}" for k in range(80))
    app = unfold(opened({"al.which": "own"}, PAGE))
    assert not app.exception
    assert "al.run" not in widgets(app)
    app.file_uploader[0].upload("table.csv", f"a,b,answer\n{rows}".encode(), "text/csv").run()
    move(app, "al.trials", 3)
    widgets(app)["al.run"].click().run()
    assert not app.exception
    found = app.session_state[always.DESK._result]
    assert found.protocol.entries == ("own",)
    assert benchmark.read(found.write()).protocol == found.protocol
    assert np.median(found.test[0, :, 0]) > 0.8
    with pytest.raises(ValueError, match="characters"):
        benchmark.Table("a,b\n" * 10_000, 2)


def test_a_sweep_of_the_command_line_opens_on_the_page():
    """Its file becomes a view of its own: a problem's rules, the lowest median first, and why a cell has no result."""
    bowl = OnSurface(SURFACES["Elongated bowl"], 30)
    rules = [*grid(SGD, lr=[0.1, 0.5, 3.0]), *grid(Adam, lr=[0.1, 0.5], beta1=[0.8, 0.9])]
    *_, outcome = sweep.run(Sweep([bowl, OnSurface(Surface("x^2 + y^2"), 30)], rules, range(4)))
    plain = json.loads(outcome.write())
    plain["results"][2 * 4] = {"error": "late"}  # the third rule diverges on the first problem as well
    app = unfold(opened({}, PAGE))
    assert "My sweep" not in widgets(app)["al.view"].options
    app.file_uploader[0].upload("spec.result.json", json.dumps(plain).encode(), "application/json").run()
    assert not app.exception
    assert widgets(app)["al.view"].value == "sweep"
    found = summary(outcome)
    assert [part.name for part in found] == ["Elongated bowl", "x^2 + y^2"]
    medians = [line.loss.median for line in found[0].lines]
    assert medians == sorted(medians)
    best = found[0].lines[0]
    losses = [trace(SGD(lr=0.5), bowl.surface, bowl.start(k), 30).value[-1] for k in range(4)]
    (half,) = [line for line in found[0].lines if (line.optimizer, line.settings) == ("SGD", (("lr", 0.5),))]
    assert half.loss == Spread.of(losses)
    text = "\n".join(said(app, "markdown"))
    assert "7 rules on 2 problems, 4 seeds each" in text
    assert text.index(f"lr {dict(best.settings)['lr']:g}") < text.index("lr 3")
    assert "| 100% | It took longer than it may. |" in text
    move(app, "al.part", "2")
    assert "It took longer" not in "\n".join(said(app, "markdown"))
    figure = swept.rates(found[0].lines, theme="light", texts=swept.TEXTS)
    assert sorted(y for trace in figure.data[1::2] for y in trace.y) == [m for m in medians if np.isfinite(m)]
    for broken in ({"ok": {"loss": "1"}}, {"ok": [1]}, {"ok": {"loss": True}}):
        with pytest.raises(ValueError, match="no result of a sweep"):
            summary(sweep.Outcome(outcome.sweep, (broken,) * len(outcome.results)))


def test_a_protocol_that_compares_nothing_is_refused_at_the_control():
    """One optimizer: a sentence, and the picture stays."""
    app = unfold(opened({}, PAGE))
    widgets(app)["al.rules"].set_value(["Adam"]).run()
    assert not app.exception
    assert any("two optimizers" in text for text in said(app, "warning"))
    assert app.get("plotly_chart")


def test_too_few_seeds_for_so_many_pairs_is_said():
    """With ten seeds and nine optimizers nothing can pass: the page says so instead of "no difference"."""
    from optim_viz.experiments.statistics import smallest

    assert smallest(10) * 36 >= 0.05
    assert smallest(20) * 36 < 0.05


def test_figures_know_their_words():
    """All words of these figures can be said in the reader's language."""
    assert set(each(figures.TEXTS)) == set(figures.TEXTS)
