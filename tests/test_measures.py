"""Measures of the lessons on cases whose answer is known."""

import numpy as np
import pytest

from optim_viz.course.measures import known
from optim_viz.experiments import benchmark, repeats, standings
from optim_viz.experiments.statistics import holm
from optim_viz.labs import deep
from optim_viz.labs.overfit import kept

BALL = "v = mu*v - lr*g\nx = x + v"
ADAM = {"optimizer": "Adam", "settings": {"lr": 0.3}, "steps": 60}


def measured(name, /, **given):
    return known()[name](**given)


def test_first_steps_and_their_correction():
    """Adam's first step is its rate along both axes; the correction is √0.001 / 0.1 at t = 1 and 1 in the long run."""
    assert [measured("pace", axis=axis, **ADAM) for axis in "xy"] == pytest.approx([0.3, 0.3])
    assert measured("correction", beta1=0.9, beta2=0.999, t=1) == pytest.approx(0.001**0.5 / 0.1)
    assert measured("correction", beta1=0.9, beta2=0.999, t=10**6) == pytest.approx(1)
    assert measured("more_or_less", what="correction", beta1=0.9, beta2=0.999, t=1) == "less"


def test_adagrad_keeps_the_sum_of_squares():
    """What is kept at the end is that sum, also its highest; a slope of 1 moves the point by η/√h."""
    path = {"optimizer": "AdaGrad", "settings": {"lr": 0.3}, "steps": 100}
    total = measured("squares", axis="x", **path)
    assert measured("highest", state="h", axis="x", **path) == pytest.approx(total)
    assert measured("reach", axis="x", step=-1, **path) == pytest.approx(0.3 / total**0.5, rel=1e-5)
    assert measured("reach", axis="x", step=1, **path) == pytest.approx(0.3 / 0.7, rel=1e-5)


def test_a_steeper_surface():
    """A hundred times as steep: Adam walks as before, SGD diverges, AdamW with decay takes other steps."""
    assert measured("steeper", times=100, **ADAM) == "same"
    assert measured("steeper", times=100, optimizer="SGD", settings={"lr": 0.3}, steps=60) == "gone"
    assert measured("steeper", times=2, optimizer="SGD", settings={"lr": 0.1}, steps=60) == "other"


def test_programs():
    """Momentum in two lines: two sliders, one memory, Momentum's path; another momentum, another path."""
    assert (measured("sliders", program=BALL), measured("memories", program=BALL)) == (2, 1)
    given = {"program": BALL, "optimizer": "Momentum", "settings": {"lr": 0.1, "momentum": 0.9}}
    assert measured("apart", program_settings={"lr": 0.1, "mu": 0.9}, **given) == 0
    assert measured("apart", program_settings={"lr": 0.1, "mu": 0.5}, **given) > 1


def test_comparison_and_search_are_what_ships():
    """Counts are those of the page's own tables; five seeds cannot pass 36 tests, twelve can."""
    report, record = benchmark.shipped(), repeats.shipped()
    adam = standings.always(standings.standings(report, "loss", "default"))
    assert adam is not None
    assert measured("among_best", setting="default") == adam.count
    assert measured("leads", setting="default") == adam.most
    assert measured("pairs") == 36
    assert measured("best_case", seeds=12) == pytest.approx(holm([2.0**-11] + [1.0] * 35)[0])
    assert [measured("enough", seeds=n) for n in (5, 12)] == ["no", "yes"]
    assert {name: measured("wins", method=name) for name in record.wins(25)} == record.wins(25)
    assert measured("rates_tried", method="grid") == 5


def test_networks_and_cures_are_what_was_measured():
    """Spreads of a passage, and accuracies of the files, in percent."""
    row = deep.passage("tanh", deep.INITS["small"], 5, samples=1000)
    assert measured("spread", activation="tanh", init="small", layer=5) == row.std[4]
    assert measured("flat", activation="tanh", init="small", layer=5) == 100 * row.flat[4]
    assert deep.keepers({"xavier": np.array([1.0, 0.4]), "he": np.array([1.0, 9.0, 1.9])}) == "he"
    assert measured("keeps", activation="relu", depth=20) == "he"
    found = kept.every(0.2)
    assert measured("accuracy", on="test") == pytest.approx(100 * found["plain"].kept_test.mean())
    gain = 100 * (found["dropout"].kept_test - found["plain"].kept_test).mean()
    assert measured("cure_gain", name="dropout") == pytest.approx(gain)
    book = kept.book()["decay"]
    assert measured("book_accuracy", on="gap", way="decay") == pytest.approx(100 * book.gap.mean())


def test_batches():
    """442 samples: 442 updates of one, 45 of ten and one of all in an epoch; the ball shrinks with the rate."""
    assert [measured("updates", batch=n, epochs=1) for n in (1, 10, 0)] == [442, 45, 1]
    heights = {name: measured("above", batch=n) for name, n in (("one", 1), ("ten", 10), ("full", 0))}
    assert measured("lowest_after", batches={"one": 1, "ten": 10, "full": 0}) == min(heights, key=heights.__getitem__)
    assert np.diff([measured("ball", batch=1, lr=lr) for lr in (0.01, 0.02, 0.05)]).min() > 0
    assert measured("runs_poor", batch=1) == 20
