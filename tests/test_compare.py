"""What a table and its reading say are what the paths show: the book's first figure to the digit, and by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from optim_viz import SURFACES, Surface, trace
from optim_viz.compare import Row, reading, summary
from optim_viz.optimizers import OPTIMIZERS, SGD, AdaGrad, Adam, Momentum, Rprop
from optim_viz.outcome import Outcome
from optim_viz.trace import Path
from optim_viz.tune import best_rate
from optim_viz.words import Text

BOWL = SURFACES["Elongated bowl"]
BOOK = [SGD(lr=0.95), Momentum(lr=0.1, momentum=0.9), AdaGrad(lr=1.5, eps=1e-7), Adam(lr=0.3, eps=1e-7)]


def book_by_hand():
    """The book's four updates on x²/20 + y² from (-7, 2), one number at a time: name -> end point."""
    ends = {}
    for name in ("SGD", "Momentum", "AdaGrad", "Adam"):
        p, v, h, m = [-7.0, 2.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]
        for t in range(1, 30):
            for i, g in enumerate((p[0] / 10, 2 * p[1])):
                if name == "SGD":
                    p[i] -= 0.95 * g
                elif name == "Momentum":
                    v[i] = 0.9 * v[i] - 0.1 * g
                    p[i] += v[i]
                elif name == "AdaGrad":
                    h[i] += g * g
                    p[i] -= 1.5 * g / (math.sqrt(h[i]) + 1e-7)
                else:
                    m[i] = 0.9 * m[i] + 0.1 * g
                    h[i] = 0.999 * h[i] + 0.001 * g * g
                    m_hat, h_hat = m[i] / (1 - 0.9**t), h[i] / (1 - 0.999**t)
                    p[i] -= 0.3 * m_hat / (math.sqrt(h_hat) + 1e-7)
        ends[name] = p
    return ends


def path_by_hand(x, value, kind="still moving", name="SGD", surface=BOWL, calls=3):
    """A path of given points (T, 2) and values (T,)."""
    x, value = np.array(x, float), np.array(value, float)
    end = len(value) - 1
    outcome = Outcome(kind, end, Text("Because."))
    return Path(OPTIMIZERS[name](), surface, x, value, np.zeros_like(x), {}, calls, end, outcome)


def row(name, final, *, kind="still moving", arrived=None, turns=0.0):
    return Row(name, final, final, None, arrived, 10, kind, 10, Text("Because."), turns)


# -- the book ---------------------------------------------------------------------------------------------


def test_the_books_first_experiment():
    """Start and 29 updates end where scalar loops end, to the digit (12 of them), for all four optimizers."""
    ends = book_by_hand()
    for path in trace(BOOK, BOWL, (-7, 2), 29):
        assert len(path.x) == 30
        np.testing.assert_allclose(path.x[-1], ends[path.name], rtol=1e-12, atol=1e-14)
    assert ends["SGD"] == pytest.approx([-7 * (1 - 0.095) ** 29, 2 * (1 - 1.9) ** 29], rel=1e-12)


def test_the_zigzag_wins_in_the_book():
    """By final loss SGD's zig-zag beats Momentum and Adam in the book's figure, and the reading says so."""
    rows = {r.name: r for r in map(summary, trace(BOOK, BOWL, (-7, 2), 29))}
    assert rows["AdaGrad"].final < rows["SGD"].final < min(rows["Momentum"].final, rows["Adam"].final)
    assert [round(rows[name].final, 4) for name in ("SGD", "Momentum", "AdaGrad", "Adam")] == [
        0.0164,
        0.1076,
        0.0009,
        0.1037,
    ]
    assert rows["SGD"].turns == 1.0
    assert reading(list(rows.values()), floor=0.0) == [
        "AdaGrad ends lowest (f = 0.000927), Momentum highest (f = 0.108).",
        "SGD turns back in 100% of its steps and still ends lower than Adam, Momentum: "
        "a pretty path is not a fast one.",
        "First to close 99 % of the gap f₀ − f*: AdaGrad, after 13 steps.",
        "One start and one setting each: another rate or surface may change the order.",
    ]


# -- numbers of one path ----------------------------------------------------------------------------------


def test_summary_by_hand():
    """Final and best f, distance to the nearest minimum, first step within 1 %, calls and turns, by hand."""
    x = [[0, 4], [0, -3], [0, 0.4], [3, -4]]
    made = summary(path_by_hand(x, [16, 9, 0.16, 16.45]))
    assert made == Row("SGD", 16.45, 0.16, 5.0, 2, 3, "still moving", 3, Text("Because."), 1.0)


def test_nearest_of_several_minima():
    """The distance is to the nearest of the known minima."""
    surface = Surface("0*x", minima=[(0, 0), (10, 0)], value=0)
    assert summary(path_by_hand([[5, 0], [9, 0]], [1, 1], surface=surface)).distance == 1.0


def test_two_that_end_alike_share_the_first_place():
    """What is equal in the six digits of the table is said to be equal."""
    said = reading([row("SGD", 0.5), row("Adam", 0.5 + 1e-9), row("Lion", 2.0)])
    assert said[0] == "SGD, Adam end lowest alike (f = 0.5), Lion highest (f = 2)."


def test_unknown_minimum():
    """Where no minimum is known there is neither distance nor arrival."""
    made = summary(path_by_hand([[1, 1], [0, 2]], [0, -4], surface=SURFACES["Saddle"]))
    assert (made.distance, made.arrived) == (None, None)


def test_arrival_needs_one_percent_of_the_way():
    """f − f* at most 1 % of f₀ − f* counts as arrived, with f* other than 0, and just above does not."""
    surface = Surface("x^2 + 5", minima=[(0, 0)], value=5)
    points = [[10, 0], [1, 0]]
    assert summary(path_by_hand(points, [105, 6], surface=surface)).arrived == 1
    assert summary(path_by_hand(points, [105, 6.001], surface=surface)).arrived is None
    assert summary(path_by_hand([[0, 0]], [5], surface=surface)).arrived == 0


def test_summary_stops_at_the_end():
    """Rows after `end` are copies and count for nothing; a start where f is undefined has no value at all."""
    path = replace(path_by_hand([[0, 4], [0, 2], [0, 2], [0, 2]], [16, 4, 4, 4]), end=1)
    assert summary(path).turns == 0.0
    made = summary(trace(SGD(lr=0.1), Surface("log(x) + y^2"), (-1, 0), 3))
    assert (made.final, made.best, made.kind, made.step) == (None, None, "diverged", 0)
    assert summary(trace(SGD(), SURFACES["Cone"], (0, 0), 3)).final == 0.0


def test_turns():
    """Turns are the share of steps that go back along the axis that turns most."""
    x = np.array([[0, 0], [1, 1], [0, 2], [1, 3], [2, 4]])
    assert summary(path_by_hand(x, [1] * 5)).turns == pytest.approx(2 / 3)
    assert summary(path_by_hand(x[:2], [1] * 2)).turns == 0.0


# -- sentences --------------------------------------------------------------------------------------------


def test_reading_of_two():
    """Order, arrival and the caution, in these words."""
    said = reading([row("Adam", 2.0), row("SGD", 0.5, arrived=7)], floor=0.0)
    assert said == [
        "SGD ends lowest (f = 0.5), Adam highest (f = 2).",
        "First to close 99 % of the gap f₀ − f*: SGD, after 7 steps.",
        "Not there in this time: Adam.",
        "One start and one setting each: another rate or surface may change the order.",
    ]
    assert all(isinstance(sentence, Text) for sentence in said)


def test_reading_of_broken_paths():
    """A path that diverged or grows is said to, with its reason, and ranks nowhere."""
    rows = [row("SGD", 0.0, kind="diverged"), row("Momentum", 0.1, kind="growing"), row("Adam", 3.0)]
    assert reading(rows, floor=0.0) == [
        "SGD diverged. Because.",
        "Momentum moves away from the minimum. Because.",
        "None closes 99 % of the gap f₀ − f*.",
        "One start and one setting each: another rate or surface may change the order.",
    ]


def test_reading_when_all_broke():
    """Where every path broke nothing is said about arriving."""
    rows = [row("SGD", None, kind="diverged"), row("Adam", 9.0, kind="diverged", arrived=2)]
    assert reading(rows, floor=0.0)[:-1] == ["SGD diverged. Because.", "Adam diverged. Because."]


def test_reading_of_a_tie():
    """Equal losses are called equal, and joint firsts are named together."""
    assert reading([row("SGD", 0.25, arrived=3), row("Adam", 0.25, arrived=3)], floor=0.0)[:2] == [
        "All end at the same f = 0.25.",
        "First to close 99 % of the gap f₀ − f*: SGD, Adam, after 3 steps.",
    ]


def test_reading_without_a_known_minimum():
    """Where f* is unknown no sentence mentions it."""
    said = reading([row("SGD", -2.0), row("Adam", -9.0)], floor=None)
    assert said == [
        "Adam ends lowest (f = -9), SGD highest (f = -2).",
        "One start and one setting each: another rate or surface may change the order.",
    ]
    assert not any("f*" in sentence for sentence in said)


def test_reading_of_one():
    """A single path is not ranked, and needs no caution about an order."""
    assert reading([row("SGD", 1.0)], floor=None) == []


def test_reading_of_noise():
    """Under noise every path turns back, so turns prove nothing; the caution is about the seed."""
    rows = [row("SGD", 0.1, turns=0.8), row("Adam", 0.2, turns=0.1)]
    assert any("pretty path" in sentence for sentence in reading(rows, floor=None))
    assert reading(rows, floor=None, noisy=True) == [
        "SGD ends lowest (f = 0.1), Adam highest (f = 0.2).",
        "The noise is one draw: another seed may change the order.",
    ]


def test_a_zigzag_that_loses_is_no_lesson():
    """A zig-zag that ends highest, or above nothing smoother, or turns in half of its steps only, gets no sentence."""
    for rows in (
        [row("SGD", 0.9, turns=1.0), row("Adam", 0.2)],
        [row("SGD", 0.1, turns=1.0), row("Adam", 0.2, turns=1.0)],
        [row("SGD", 0.1, turns=0.5), row("Adam", 0.2)],
    ):
        assert not any("pretty path" in sentence for sentence in reading(rows, floor=None))


# -- tuning -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [SGD(), Momentum(momentum=0.5), Adam(beta2=0.9), Rprop()], ids=lambda r: r.name)
@pytest.mark.parametrize("name", ["Elongated bowl", "Rosenbrock", "Ackley"])
def test_best_rate_is_the_best_of_the_grid(rule, name):
    """The tuned rate is the one a loop over the grid finds; everything else of the rule stays."""
    surface, best, lowest = SURFACES[name], None, math.inf
    for lr in next(p.choices for p in rule.hyperparameters() if p.name == "lr"):
        path = trace(replace(rule, lr=lr), surface, surface.start, 30)
        if path.outcome.kind != "diverged" and path.value[path.end] < lowest:
            best, lowest = lr, path.value[path.end]
    assert best_rate(rule, surface, surface.start, 30) == replace(rule, lr=best)


def test_best_rate_when_all_diverge():
    """Where every rate diverges the smallest is chosen: there is nothing to prefer."""
    tuned = best_rate(SGD(), SURFACES["Cone"], (0, 0), 5)
    assert tuned == SGD(lr=SGD.hyperparameters()[0].choices[0])
