"""Always Adam? The protocol: equal budgets, tuning and report on different seeds, numbers that are the cells' own."""

import json

import numpy as np
import pytest

import optim_viz as ov
from optim_viz.experiments import benchmark
from optim_viz.experiments.benchmark import ENTRIES, FRACTIONS, Protocol, Report, choose, compute, read
from optim_viz.experiments.ranges import RANGES, Range, trials
from optim_viz.experiments.sweep import Outcome

SMALL = Protocol(("bowl", "wine"), ("SGD", "Adam"), trials=3, tuning=(100, 101), seeds=range(10))


@pytest.fixture(scope="module")
def report() -> Report:
    *steps, last = compute(SMALL)
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1].done == steps[-1].total == 2 * 2 * 3 * 2 + 2 * 4 * 10
    assert isinstance(last, Report)
    return last


@pytest.mark.parametrize("name", RANGES)
def test_trials_stay_in_their_range_and_are_shared(name):
    """Random settings lie in the published range; a longer search begins with a shorter one; rates are shared."""
    made = trials(name, 40, seed=3)
    assert trials(name, 5, seed=3) == made[:5]
    for field, span in RANGES[name].items():
        values = np.array([getattr(rule, field) for rule in made])
        assert span.low * 0.999 <= values.min()
        assert values.max() <= span.high * 1.001
        assert len(set(values)) > 30
    if RANGES[name]["lr"] == RANGES["SGD"]["lr"]:
        assert [rule.lr for rule in made] == [rule.lr for rule in trials("SGD", 40, seed=3)]


def test_scales_of_a_range():
    """Half way: the middle, the geometric middle, the geometric middle of 1 − β."""
    assert Range(0.0, 1.0, "linear").at(0.5) == 0.5
    assert Range(1e-4, 1.0).at(0.5) == pytest.approx(1e-2)
    assert Range(0.9, 0.999, "beta").at(0.5) == pytest.approx(0.99)


def test_the_report_holds_the_cells_own_numbers(report):
    """Tuned Adam on the bowl, seed 4: its loss and steps to the target are those of its path."""
    problem, rule = ENTRIES["bowl"].problem, report.chosen[0][1]
    path = ov.trace(rule, problem.surface, problem.start(4), problem.steps)
    assert report.loss[0, 1, 0, 4] == path.value[-1]
    first = next((t for t, v in enumerate(path.value) if v <= FRACTIONS[1] * path.value[0]), np.inf)
    assert report.reached[0, 1, 0, 4, 1] == first
    assert np.isnan(report.test[0]).all()
    assert ((report.test[1] >= 0) & (report.test[1] <= 1)).all()
    assert report.calls.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_tuning_takes_the_lowest_median_and_nothing_else(report):
    """The chosen trial has the lowest median over the tuning seeds; the report's seeds play no part."""
    medians = np.median(report.trial_loss, axis=-1)
    for e in range(2):
        for o, name in enumerate(SMALL.optimizers):
            assert report.chosen[e][o] == trials(name, 3)[medians[e, o].argmin()]
    worse = np.full((2, 2, 3, 2), np.inf)
    worse[:, :, 2] = 1.0
    assert choose(SMALL, worse) == tuple(tuple(trials(n, 3)[2] for n in SMALL.optimizers) for _ in range(2))


def test_one_lucky_seed_is_not_enough():
    """Of two trials, the one that is good on every tuning seed is chosen, not the one with the best single run."""
    protocol = Protocol(("bowl",), ("SGD", "Adam"), trials=2, tuning=(100, 101), seeds=range(10))
    loss = np.array([[[[0.1, 9.0], [1.0, 1.0]]] * 2])
    assert choose(protocol, loss) == (tuple(trials(name, 2)[1] for name in protocol.optimizers),)


def test_failed_cells_are_infinite_and_counted():
    """A run that failed, or has no result at all, counts as failed, whatever number it left; curves stay in place."""
    protocol = Protocol(("bowl",), ("SGD", "Adam"), trials=1, tuning=(100,), seeds=range(10))

    def cell(height: float, failed: bool = False):
        return {
            "ok": {
                "loss": height,
                "failed": failed,
                "calls": 1.0,
                "reached": [None] * len(FRACTIONS),
                "curve": [[0, height]],
            }
        }

    settings = [[cell(float(height)) for _ in range(10)] for height in (1, 2, 3, 4)]  # tuned, tuned, default, default
    settings[0][2], settings[3][5] = cell(7.0, failed=True), {"error": "late"}
    outcome = Outcome(protocol.tuned(), tuple(one for row in settings for one in row))
    found = benchmark._report(protocol, (), np.zeros((1, 2, 1, 1)), [outcome])
    assert np.argwhere(found.failed).tolist() == [[0, 0, 0, 2], [0, 1, 1, 5]]
    assert np.argwhere(found.loss == np.inf).tolist() == [[0, 0, 0, 2], [0, 1, 1, 5]]
    heights = [[found.curves[0][o][setting][0][2] for setting in (0, 1)] for o in (0, 1)]
    assert heights == [[1.0, 3.0], [2.0, 4.0]]


def test_defaults_are_the_optimizers_own(report):
    """The second setting of each optimizer is its constructor's, on the same seeds."""
    problem = ENTRIES["bowl"].problem
    path = ov.trace(ov.SGD(), problem.surface, problem.start(0), problem.steps)
    assert report.loss[0, 0, 1, 0] == path.value[-1]


def test_a_report_is_a_file(report):
    """Written (six digits) and read again: the same file; broken ones are refused."""
    text = report.write()
    assert read(text).write() == text
    np.testing.assert_allclose(read(text).loss, report.loss, rtol=1e-5)
    plain = json.loads(text)
    for broken in ("", "{}", text[:-9], json.dumps({**plain, "loss": [1]}), json.dumps({**plain, "form": "x"})):
        with pytest.raises(ValueError, match="no result"):
            read(broken)


def test_bands_are_quartiles_and_failures_count():
    """A curve that ends early is infinite from there; the median of three is the middle one."""
    rows = benchmark._band([[[0, 4.0], [1, 1.0]], [[0, 4.0], [1, 3.0]], [[0, 4.0]]], 3)
    assert rows == [[0, 4.0, 4.0, 4.0], [1, 2.0, 3.0, None]]


@pytest.mark.parametrize(
    "bad",
    [
        {"entries": ("nowhere",)},
        {"seeds": range(100, 120)},
        {"seeds": range(4)},
        {"trials": 0},
        {"optimizers": ("Adam",)},
    ],
)
def test_unfair_protocols_are_refused(bad):
    """Unknown problems, tuning on the report's seeds, too few seeds, nobody to compare with."""
    with pytest.raises(ValueError, match=r"benchmark|Seeds|comparison"):
        Protocol(**bad)
