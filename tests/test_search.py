"""Hyper-parameter search: the same trials for any number of workers, honest failures, a process that thinks right."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from optim_viz.experiments import gp, repeats
from optim_viz.experiments.cells import Cell, cell_of, run_cells
from optim_viz.experiments.crew import Loky
from optim_viz.experiments.digits import Digits, rule, splits
from optim_viz.experiments.search import (
    DECAY,
    METHODS,
    RATE,
    START,
    Bayesian,
    Found,
    Plan,
    Sampled,
    Trial,
    best_so_far,
    importances,
    search,
    settings,
    share,
    tried,
)
from tests.server import ROOT


def searched(plan, crew=None):
    *_, found = search(plan, crew)
    assert isinstance(found, Found)
    return found


@pytest.fixture(scope="module")
def found():
    return {method: searched(Plan(method, 16)) for method in METHODS}


@pytest.fixture(scope="module")
def record():
    return repeats.shipped()


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_trials_are_the_same_for_any_number_of_workers(workers, found):
    """TPE and the Gaussian process try the same settings with the same scores on 1, 2 and 4 worker processes."""
    crew = Loky(workers)
    try:
        for method in ("tpe", "gp"):
            assert searched(Plan(method, 16), crew).trials == found[method].trials
    finally:
        crew.close()


def test_trials_are_the_same_in_a_fresh_process(found):
    """The same seed gives the same trials and the same thoughts elsewhere."""
    code = (
        "import json\nfrom optim_viz.experiments.search import Plan, search\n"
        "for method in ('tpe', 'gp'):\n    *_, found = search(Plan(method, 16))\n"
        "    thoughts = [None if t is None else t.gain.sum() for t in found.thoughts]\n"
        "    print(json.dumps([[[t.lr, t.decay, t.score, t.test] for t in found.trials], thoughts]))\n"
    )
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for method, line in zip(("tpe", "gp"), out.splitlines(), strict=True):
        trials, thoughts = json.loads(line)
        assert [tuple(one) for one in trials] == [(t.lr, t.decay, t.score, t.test) for t in found[method].trials]
        assert thoughts == [None if t is None else t.gain.sum() for t in found[method].thoughts]


def test_another_seed_tries_other_settings(found):
    """Random, TPE and the process move with the seed; a grid has the same places in another order."""
    for method in METHODS:
        other = searched(Plan(method, 16, seed=1)).trials
        assert other != found[method].trials
        same = {(t.lr, t.decay) for t in other} == {(t.lr, t.decay) for t in found[method].trials}
        assert same == (method == "grid")


def test_all_start_alike_and_spend_the_budget(found, record):
    """16 trials each; the first eight of random, TPE and the process are one; a longer search begins as a shorter."""
    assert {len(one.trials) for one in found.values()} == {16}
    starts = {found[method].trials[:START] for method in ("random", "tpe", "gp")}
    assert len(starts) == 1
    assert found["gp"].trials[START:] != found["tpe"].trials[START:]
    for method in ("random", "tpe", "gp"):
        longer = record.found[method].trials[:16]
        assert [trial.place for trial in longer] == [trial.place for trial in found[method].trials]


def test_a_grid_is_a_grid(found):
    """4 × 4 learning rates and decays, evenly spread over the logarithm, each pair once."""
    trials = found["grid"].trials
    rates, decays = sorted({t.lr for t in trials}), sorted({t.decay for t in trials})
    assert len(rates) == len(decays) == 4
    assert len({(t.lr, t.decay) for t in trials}) == 16
    assert np.diff(np.log(rates)) == pytest.approx(np.log(3000) / 4, rel=1e-3)


def test_a_diverged_trial_is_a_failure_without_a_score():
    """A rate and a decay far too large: no score, FAIL in optuna, the worst score for the process."""
    bad, good = tried([(3.0, 1.0), (0.1, 0.01)])
    assert bad.score is None
    assert bad.test is None
    assert good.score is not None
    assert good.score > 0.8
    asker = Sampled(Plan("tpe"))
    asker.ask(2)
    asker.tell([bad, good])
    states = [trial.state.name for trial in asker._study.trials]
    assert states == ["FAIL", "COMPLETE"]
    process = Bayesian(Plan("gp"))
    process._done = [bad, good, *tried([settings((x, 0.2)) for x in np.linspace(0, 1, 7)])]
    _, thoughts = process.ask(1)
    corner, middle = thoughts[0].mean[-1, -1], thoughts[0].mean[10, 12]
    assert corner < 0.5 < middle


def test_a_score_is_what_a_plain_training_says():
    """One trial by hand: same data, weights and batches through `ov.nn.train`; bit for bit."""
    from optim_viz.nn import Network, train

    (data,) = splits(2, 1)
    *_, history = train(Network([64, 16, 10]), data, rule(0.05, 0.02), epochs=10, batch_size=20, seed=2)
    (trial,) = tried([(0.05, 0.02)], task=2)
    assert trial.score == history.validation_score[0, -1]
    assert trial.test == history.test.score[0]


def test_the_parts_do_not_touch():
    """150 to learn, 150 to judge, 1497 to test; with folds each of the 300 judges once, and none teaches itself."""
    (half,) = splits(0, 1)
    assert [len(y) for _, y in half] == [150, 150, 1497]
    folds = splits(0, 5)
    assert [[len(y) for _, y in fold] for fold in folds] == [[240, 60, 1497]] * 5
    judged = np.concatenate([fold[1][0] for fold in folds])
    pool = np.concatenate([half[0][0], half[1][0]])
    assert sorted(map(bytes, judged)) == sorted(map(bytes, pool))


def test_folds_are_the_mean_of_their_trainings():
    """The score of five folds counts every image once: a multiple of 1/300; a spec brings the problem back."""
    (trial,) = tried([(0.1, 0.01)], folds=5)
    assert trial.score is not None
    assert trial.score * 300 == pytest.approx(round(trial.score * 300), abs=1e-9)
    cell = Cell(Digits(5), rule(0.1, 0.01), 3)
    assert cell_of(cell.text) == cell
    both = run_cells([cell.text, Cell(Digits(5), rule(0.2, 0.01), 3).text])
    assert both[0] == run_cells([cell.text])[0]


def test_expected_improvement_is_the_integral():
    """E[max(f − best, 0)] by quadrature; 0 where nothing is open."""
    for mean, spread, best in ((0.5, 0.1, 0.6), (0.8, 0.05, 0.7), (0.2, 0.3, 0.9)):
        expected = quad(lambda f, b=best, m=mean, s=spread: (f - b) * norm.pdf(f, m, s), best, best + 5)[0]
        assert gp.expected_improvement(np.array(mean), np.array(spread), best) == pytest.approx(expected, rel=1e-6)
    assert gp.expected_improvement(np.array(0.5), np.array(0.0), 0.6) == 0


def test_the_process_believes_what_it_saw_and_chooses_the_highest_gain():
    """Near its data the mean is the data and the spread small; the choice is where the gain is largest; four differ."""
    points = np.random.default_rng(0).random((12, 2))
    scores = 1 - ((points - 0.6) ** 2).sum(axis=1)
    thoughts = gp.choose(points, scores, 4)
    process = gp.fitted(points, scores)
    mean, spread = gp.guess(process, points)
    assert np.abs(mean - scores).max() < 0.05
    assert spread.max() < 0.05
    assert len({thought.at for thought in thoughts}) == 4
    full, deviation = gp.guess(process, gp.candidates())
    gain = gp.expected_improvement(full, deviation, scores.max())
    assert thoughts[0].at == tuple(gp.candidates()[gain.argmax()])
    assert np.hypot(*(np.array(thoughts[0].at) - 0.6)) < 0.25


def test_places_and_settings_are_inverse():
    """Shares of the ranges are even on the logarithm; four digits are kept."""
    assert settings((0, 0)) == (RATE.low, DECAY.low)
    assert settings((1, 1)) == (RATE.high, DECAY.high)
    assert settings((0.5, 0.5)) == (0.05477, 0.01)
    assert share(DECAY, 1e-2) == pytest.approx(0.5)
    assert Trial(*settings((0.3, 0.7)), 0.5, 0.5).place == pytest.approx((0.3, 0.7), abs=1e-4)


def test_best_so_far_and_importances_on_known_trials():
    """A failure never counts; where only the rate matters it has nearly all of the variance."""
    rng = np.random.default_rng(0)
    trials = [Trial(*settings(at), float(at[0]), 0.0) for at in rng.random((40, 2))]
    assert best_so_far([replace(trials[0], score=None), *trials])[:2] == [0.0, trials[0].score]
    lr, decay = importances(trials) or (0, 0)
    assert lr > 0.9
    assert lr + decay == pytest.approx(1)
    assert importances(trials[:3]) is None
    assert importances([replace(trial, score=0.5) for trial in trials]) is None


@pytest.mark.parametrize("wrong", [{"method": "luck"}, {"budget": 20}, {"budget": 1}])
def test_plans_that_cannot_be_are_refused(wrong):
    """A method nobody knows, and a budget no grid can spend."""
    with pytest.raises(ValueError, match=r"no method|square number"):
        Plan(**{"method": "grid", **wrong})


def test_the_shipped_record_is_what_the_code_finds_today(record):
    """All four searches of seed 0, five places of the map and a repeat, computed again."""
    for method in METHODS:
        plan = record.found[method].plan
        assert plan == Plan(method)
        today, shipped = searched(plan), record.found[method]
        assert [(t.lr, t.decay) for t in today.trials] == [(t.lr, t.decay) for t in shipped.trials]
        assert best_so_far(today.trials) == pytest.approx(best_so_far(shipped.trials), abs=1e-5)
        assert today.shares == pytest.approx(shipped.shares, abs=1e-4)
    for row, column in ((0, 0), (3, 12), (10, 12), (16, 8), (20, 20)):
        (trial,) = tried([settings((column / 20, row / 20))])
        shown = record.truth[row, column]
        assert np.isnan(shown) if trial.score is None else shown == pytest.approx(trial.score, abs=1e-5)
    again = searched(Plan("gp", seed=7, task=7))
    assert record.curves[list(METHODS).index("gp"), 7] == pytest.approx(best_so_far(again.trials), abs=1e-5)


def test_the_record_keeps_its_thoughts_and_refuses_nonsense(record):
    """Written and read again it is the same; the versions are inside; anything else is refused."""
    again = repeats.read(record.write())
    assert again.write() == record.write()
    assert {"numpy", "optuna", "scikit-learn"} <= set(record.versions)
    assert (record.repeats, record.budget) == (20, 25)
    for text in ("", "{}", "[1]", record.write().replace("search 1", "search 9")):
        with pytest.raises(ValueError, match="no result"):
            repeats.read(text)


def test_wins_count_ties_for_all(record):
    """By hand: in how many repeats nobody is higher."""
    wins = record.wins(25)
    last = record.curves[:, :, 24]
    for k, name in enumerate(METHODS):
        assert wins[name] == sum(last[k, r] >= last[:, r].max() for r in range(20))


def test_the_text_is_true(record):
    """The process comes to the plateau and stays; a rate above 0.3 hardly learns; chance moves a score by 3 points."""
    good = [trial.score is not None and trial.score > 0.8 for trial in record.found["gp"].trials]
    assert sum(good[:START]) <= 2
    assert sum(good[START:]) > len(good[START:]) / 2
    high = record.truth[:, share_index(0.6) :]
    assert np.nanmedian(high) < 0.3
    top = record.found["gp"].best.score
    assert 0.025 < (top * (1 - top) / 150) ** 0.5 < 0.03


def share_index(lr):
    return round(share(RATE, lr) * 20)


def test_the_landing_page_loads_none_of_it():
    """scikit-learn, optuna, distributed and joblib load when they are asked for, not with the landing page."""
    code = (
        "import sys\nfrom tests.pages import opened\napp = opened()\nassert not app.exception\n"
        "print([name for name in ('sklearn', 'optuna', 'distributed', 'joblib', 'scipy') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"
