"""The page of hyper-parameter search: opens playing, says what its numbers say, tries by hand, runs again."""

import numpy as np
import pytest

from optim_viz.experiments import repeats
from optim_viz.experiments.search import METHODS, Trial, best_so_far, settings, tried
from optim_viz.figures import search as figures
from optim_viz.figures.isles import isles
from optim_viz.ui import byhand
from optim_viz.ui import search as page
from optim_viz.ui.i18n import each
from tests.pages import link, move, opened, said, strips, table, unfold, widgets

PAGE = "pages/search.py"


@pytest.fixture(scope="module")
def record():
    return repeats.shipped()


@pytest.fixture(scope="module")
def app():
    return opened({}, PAGE)


def test_it_opens_on_a_search_that_plays(app, record):
    """A drawing per trial of the Gaussian process, its caption the numbers of the trial."""
    assert not app.exception
    (frames,) = strips(app)
    trials = record.found["gp"].trials
    assert len(frames) == 25
    for k, (_, caption) in enumerate(frames):
        assert f"Trial {k + 1} of 25: lr {trials[k].lr:g}, weight decay {trials[k].decay:g}" in caption
    best = next(k for k, trial in enumerate(trials) if trial == record.found["gp"].best)
    assert "The best so far." in frames[best][1]
    assert "expected improvement" in frames[-1][1]
    assert "expected improvement" not in frames[0][1]


def test_the_table_says_what_was_found(app, record):
    """The best method first; best score, test score and the number of learning rates are those of the trials."""
    rows = table(app)
    order = sorted(METHODS, key=lambda name: -best_so_far(record.found[name].trials)[-1])
    assert list(rows) == [str(METHODS[name]) for name in order]
    for name in METHODS:
        found = record.found[name]
        row = rows[str(METHODS[name])]
        assert row[:2] == [f"**{found.best.score:.1%}**", f"{found.best.test:.1%}"]
        assert row[3] == str(len({trial.lr for trial in found.trials}))
        good = sum(trial.score is not None and trial.score > 0.8 for trial in found.trials)
        assert (row[2], row[4]) == (f"{good}/25", str(sum(trial.score is None for trial in found.trials)))
    assert rows["Grid"][3] == "5"
    best = record.found[order[0]].best.score
    error = 100 * (best * (1 - best) / 150) ** 0.5
    assert any(f"150 images: chance alone moves it by ±{error:.1f} %" in text for text in said(app, "markdown"))


def test_the_true_map_is_drawn_where_wanted(record):
    """With the switch off no outline of the true map is drawn, nor its height; on by default, off by hand."""
    with_map = strips(opened({}, PAGE))[0][-1][0]
    without = strips(opened({"se.truth": "false"}, PAGE))[0][-1][0]
    assert "c faint" in with_map
    assert "true best 91%" in with_map
    assert "c faint" not in without
    assert "true best" not in without
    hand = strips(opened({"se.method": "manual", "se.tries": "7.7"}, PAGE))[0][-1][0]
    assert "c faint" not in hand


@pytest.mark.parametrize("view", list(page.VIEWS))
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_each_view_opens_from_its_link(view, lang):
    """Every view in both languages, with the controls it needs."""
    app = opened({"se.view": view, "lang": lang}, PAGE)
    assert not app.exception
    assert ("se.method" in widgets(app)) == (view in ("one", "matter"))
    assert ("se.budget" in widgets(app)) == (view != "wins")


def test_a_try_by_hand_is_a_trial_like_any(record):
    """The sliders and the button: one training, its score in caption and table; the link brings it back."""
    app = opened({"se.method": "manual"}, PAGE)
    assert not strips(app)
    move(app, "se.lr", byhand.RATES[7])
    move(app, "se.decay", byhand.DECAYS[5])
    widgets(app)["se.try"].click().run()
    assert not app.exception
    (trial,) = tried([(byhand.RATES[7], byhand.DECAYS[5])])
    ((_, caption),) = strips(app)[0]
    assert f"accuracy {trial.score:.1%}" in caption
    assert table(app)["By hand"][0] == f"**{trial.score:.1%}**"
    again = opened(link(app), PAGE)
    assert strips(again) == strips(app)
    widgets(app)["se.clear"].click().run()
    assert not strips(app)
    assert "se.tries" not in link(app)


@pytest.mark.parametrize("text", ["99.99", "<b>", "1.2.3.4-", "-" * 2000, "5"])
def test_nonsense_in_the_link_is_no_try(text):
    """What is no place on the sliders is left out; nothing breaks."""
    app = opened({"se.method": "manual", "se.tries": text}, PAGE)
    assert not app.exception


def test_another_seed_waits_for_the_button_and_runs():
    """The last result stays and is said to be the last; the button replaces it by the new one; others then have it."""
    app = opened({"se.view": "best", "se.budget": "16", "se.seed": "3"}, PAGE)
    assert any(text.startswith("Still the last result: 25 trials") for text in said(app, "caption"))
    widgets(app)["se.run"].click().run()
    assert not app.exception
    assert not any(text.startswith("Still the last") for text in said(app, "caption"))
    assert table(app)["Grid"][3] == "4"
    again = opened(link(app), PAGE)
    assert table(again) == table(app)
    assert "se.run" not in widgets(again)


def test_folds_cost_more_and_say_so(monkeypatch):
    """The choice of folds is part of what is asked, and told in the words of the result."""
    app = move(opened({"se.view": "best"}, PAGE), "se.folds", "5")
    assert any("half and half, seed 0" in text for text in said(app, "caption"))
    assert link(app)["se.folds"] == "5"
    found = repeats.shipped().found
    setup = page.Setup(folds=5)
    app.session_state["_se_result"] = page.Result(setup, found)
    app.run()
    assert any("every trial costs five trainings" in text for text in said(app, "markdown"))


def test_what_matters_is_the_importance_of_the_trials(record):
    """The sentence has the shares of the method; with the method they change; too few tries by hand are said to be."""
    app = opened({"se.view": "matter"}, PAGE)
    assert any(f"explains {record.found['gp'].shares[0]:.0%}" in text for text in said(app, "markdown"))
    move(app, "se.method", "grid")
    assert any(f"explains {record.found['grid'].shares[0]:.0%}" in text for text in said(app, "markdown"))
    few = opened({"se.view": "matter", "se.method": "manual", "se.tries": "7.7-8.8"}, PAGE)
    assert any(text.startswith("Too few trials") for text in said(few, "markdown"))


def test_the_repeats_wait_for_an_answer(record):
    """First the question; then wins, pairs and what is left on test images, all from the record."""
    app = opened({"se.view": "wins"}, PAGE)
    assert not app.get("plotly_chart")
    wins = record.wins(25)
    right = max(wins, key=lambda name: wins[name])
    move(app, "se.guess", right)
    assert said(app, "success")
    rows = table(app)
    for name in METHODS:
        assert rows[str(METHODS[name])][0] == f"{wins[name]}/20"
    clear = [pair for pair in record.pairs(25) if pair.better]
    text = " ".join(said(app, "markdown"))
    for pair in clear:
        worse = pair.b if pair.better == pair.a else pair.a
        assert f"{METHODS[pair.better]} is better than {METHODS[worse]}" in text
    assert f"The other {6 - len(clear)} of 6" in text
    medians = [record.tested(name).median for name in METHODS]
    assert f"{100 * (max(medians) - min(medians)):.1f} on test images" in text
    move(app, "se.after", 12)
    assert not app.get("plotly_chart")


@pytest.mark.parametrize("asked", [{}, {"se.view": "wins", "se.guess": "show"},
                                   {"se.method": "manual", "se.tries": "7.7-6.6"}])  # fmt: skip
def test_the_notebook_code_runs(asked, capsys, record):
    """As a script it prints what the page shows."""
    app = unfold(opened(asked, PAGE))
    (code,) = [text for text in said(app, "code") if "optim_viz" in text]
    exec(code, {})
    printed = capsys.readouterr().out
    if not asked:
        for line, name in zip(printed.splitlines(), METHODS, strict=True):
            assert line.startswith(f"{name} Trial(lr={record.found[name].best.lr}")
    else:
        assert printed.strip()


def test_the_figures_show_the_numbers(record):
    """Lines, dots and bars are the arrays; failed trials are no lines."""
    names = {name: str(said) for name, said in METHODS.items()}
    say = {"theme": "light", "texts": figures.TEXTS}
    lines = figures.progress(record.found, names, **say).data
    for line, (_, found) in zip(lines, figures.looks(list(record.found)).items(), strict=True):
        assert found
        name = next(key for key, shown in names.items() if shown == line.name)
        assert list(line.y) == best_so_far(record.found[name].trials)
    (coordinates,) = figures.coordinates(record.found["grid"], **say).data
    assert len(coordinates.dimensions[0]["values"]) == sum(t.score is not None for t in record.found["grid"].trials)
    boxes = figures.repeats(record, 16, names, **say).data
    assert np.array_equal([box.y for box in boxes], record.curves[:, :, 15])
    assert set(each(figures.TEXTS)) == set(figures.TEXTS)


def test_the_surface_fills_in_as_trials_come(record):
    """At a trial its score, a failure scores 0; near nobody it is unknown; with each trial the known part grows."""
    trials = record.found["random"].trials
    shares = []
    for k in range(1, len(trials) + 1):
        surface, inside = figures.known(trials[:k])
        shares.append((inside > 0).mean())
        row, column = (round(share * (len(surface) - 1)) for share in reversed(trials[k - 1].place))
        assert inside[row, column] > 0
    assert shares[0] < 0.06
    assert shares == sorted(shares)
    assert 0.5 < shares[-1] < 0.9
    middle = Trial(*settings((0.5, 0.5)), 0.9, 0.9)
    surface, inside = figures.known([middle, Trial(*settings((0.7, 0.5)), None, None)])
    assert surface[15, 15] == pytest.approx(0.9, abs=1e-3)
    assert surface[15, 21] == pytest.approx(0, abs=1e-3)
    assert 0.3 < surface[15, 18] < 0.6
    assert (inside[15, 15] > 0, inside[15, 3] > 0, inside[0, 15] > 0) == (True, False, False)
    drawn = [str(figures.picture(record.found["random"], k, None, None, figures.TEXTS)) for k in (0, 24)]
    assert drawn[0].count("a full faint") < drawn[1].count("a full faint")


def test_outlines_go_around_what_is_high():
    """A single high number: a diamond half-way to its neighbors; at the rim along it; two islands are two."""
    z = np.zeros((5, 5))
    z[2, 2] = 1
    (line,) = isles(z, 0.5)
    assert sorted(map(tuple, line.tolist())) == [(1.5, 2), (2, 1.5), (2, 2.5), (2.5, 2)]
    z[0, 0] = 1
    assert len(isles(z, 0.5)) == 2
    (all_of_it,) = isles(np.ones((3, 4)), 0.5)
    assert (all_of_it.min(axis=0).tolist(), all_of_it.max(axis=0).tolist()) == ([0, 0], [3, 2])
    z[4, 4] = np.nan
    assert len(isles(z, 0.5)) == 2
    assert isles(z, 2.0) == []


def test_no_control_is_left_out():
    """Every control of every view is moved by a test here, or is the button of another page's part."""
    seen = set()
    for asked in ({}, {"se.method": "manual"}, {"se.view": "wins"}, {"se.seed": "9"}):
        seen |= {key for key in widgets(unfold(opened(asked, PAGE))) if key.startswith("se.")}
    assert seen == {"se.view", "se.method", "se.budget", "se.folds", "se.seed", "se.truth", "se.peek", "se.lr",
                    "se.decay", "se.try", "se.clear", "se.after", "se.guess", "se.run"}  # fmt: skip
