"""The perceptron lab's numbers: one line, the rule, all tables, layers, collapse, counts and what training finds."""

from itertools import product

import numpy as np
import pytest

from optim_viz.labs.perceptron import (
    BY_HAND,
    CORNERS,
    GATES,
    Line,
    best,
    counting,
    every_table,
    gate,
    line,
    linear,
    wide,
)
from optim_viz.labs.perceptron.line import rule
from optim_viz.nn import Network


@pytest.mark.parametrize("name", BY_HAND)
def test_weights_by_hand_make_their_gate(name):
    """w and b of the book give each table."""
    assert tuple(BY_HAND[name].says(CORNERS)) == GATES[name]
    assert BY_HAND[name].right(CORNERS, GATES[name]) == 4


def test_a_perceptron_says_1_where_the_sum_is_above_0():
    """Exactly on the line it says 0; the sum of tenths is exact."""
    assert Line(0.1, 0.2, -0.3).says([[1, 1], [1, 1.01], [0, 0]]).tolist() == [0, 1, 0]
    np.testing.assert_array_equal(Line(0.5, -2, 1).score([[2, 1], [0, 0]]), [0, 1])


def test_scaling_all_three_numbers_changes_no_answer():
    """The question on the page: the line stays, the sums grow."""
    for w1, w2, b in product((-0.6, 0.0, 1.1), (-1, 0.3), (-0.4, 0.2)):
        one, other = Line(w1, w2, b), Line(2 * w1, 2 * w2, 2 * b)
        np.testing.assert_array_equal(one.says(CORNERS), other.says(CORNERS))
        np.testing.assert_allclose(other.score(CORNERS), 2 * one.score(CORNERS))


def test_the_rule_step_by_step():
    """OR from zero at rate 1, by hand: (0,1) and (1,0) are wrong, then (0,0); b moves as a weight of the input 1."""
    learning = rule(Line(0, 0, 0), CORNERS, GATES["OR"], 1.0)
    moves = [(look.turn, look.point, look.after) for look in learning.looks if look.changed]
    assert moves == [
        (1, 1, Line(0, 1, 1)),
        (2, 0, Line(0, 1, 0)),
        (2, 2, Line(1, 1, 1)),
        (3, 0, Line(1, 1, 0)),
    ]
    assert (learning.kind, learning.turns, learning.mistakes) == ("learned", 3, 4)


@pytest.mark.parametrize("name", GATES)
def test_the_rule_ends_where_a_line_exists_and_circles_where_none_does(name):
    """From a grid of starts and every rate of the page; XOR comes back to weights it had, exactly."""
    for w1, w2, b, lr in product((-2, -0.7, 0.3, 2), (-2, 0.1, 1.9), (-2, 0, 2), (0.1, 0.2, 0.5, 1.0)):
        learning = rule(Line(w1, w2, b), CORNERS, GATES[name], lr)
        assert learning.kind == ("circles" if name == "XOR" else "learned")
        if name == "XOR":
            begins = [look.before for look in learning.looks if look.point == 0]
            assert begins[learning.since - 1] == learning.line
        else:
            assert learning.line.right(CORNERS, GATES[name]) == 4


def test_a_rate_that_is_no_rate_is_refused():
    """A sentence, not a loop."""
    with pytest.raises(ValueError, match="above 0"):
        rule(Line(0, 0, 0), CORNERS, GATES["AND"], 0)


def test_one_line_can_do_14_of_16_tables():
    """All but XOR and its opposite (Cover 1965: four points in general position have 14 linear dichotomies)."""
    found = every_table()
    missing = set(product((0, 1), repeat=4)) - set(found)
    assert missing == {GATES["XOR"], (1, 0, 0, 1)}
    assert all(tuple(one.says(CORNERS)) == table for table, one in found.items())


def test_no_line_of_a_fine_grid_does_more_than_the_forty():
    """The search is complete: 130,000 other lines find no table that the forty do not, and never four of XOR."""
    angles, offsets = np.linspace(0, 2 * np.pi, 361), np.linspace(-2, 2, 361)
    a, d = (g.ravel() for g in np.meshgrid(angles, offsets))
    answers = CORNERS @ np.stack([np.cos(a), np.sin(a)]) > d
    tables = {tuple(column) for column in np.unique(answers.T.astype(int), axis=0).tolist()}
    assert tables == set(every_table())
    assert (answers == np.array(GATES["XOR"])[:, None]).sum(axis=0).max() == 3
    assert line.best(GATES["XOR"])[::2] == (3, 40)
    assert line.best(GATES["AND"])[0] == 4


def test_the_search_is_complete_on_other_points_too():
    """Five points: random lines find nothing that every_line does not."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((5, 2))
    known = set(every_table(X))
    w, b = rng.standard_normal((2, 20_000)), rng.standard_normal(20_000)
    seen = {tuple(t) for t in np.unique((X @ w + b > 0).T.astype(int), axis=0).tolist()}
    assert seen <= known


def test_two_layers_make_xor():
    """AND(NAND, OR), with the table of every layer; other units do not."""
    answers = gate(CORNERS)
    assert answers.one.tolist() == [1, 1, 1, 0]
    assert answers.two.tolist() == [0, 1, 1, 1]
    assert tuple(answers.out) == GATES["XOR"]
    ands = gate(CORNERS, [BY_HAND["AND"]] * 3)
    assert tuple(ands.out) == GATES["AND"]


# --- best of three


def test_the_loss_of_a_line_is_what_it_says():
    """Mean squared and absolute error of the points; cross-entropy by its definition, and counted mistakes."""
    x, y = best.points("fit")
    error = 0.4 * x + 0.9 - y
    found = best.score("fit", (0.4, 0.9))
    assert found.loss == pytest.approx((error**2).mean())
    assert found.other == pytest.approx(np.abs(error).mean())
    X, t = best.points("separate")
    w = best.weights(50.0, 0.1)
    share = 1 / (1 + np.exp(-(X @ w[:2] + w[2])))
    found = best.score("separate", (50.0, 0.1))
    assert found.loss == pytest.approx(-np.where(t, np.log(share), np.log(1 - share)).mean())
    assert found.other == ((share > 0.5) != t).sum()


@pytest.mark.parametrize("task", best.TASKS)
def test_no_line_is_better_than_the_best_line(task):
    """By a grid that the search did not use."""
    (a, b), floor = best.optimum(task)
    spans = (1.0, 1.0) if task == "fit" else (180.0, 1.0)
    for da, db in product(np.linspace(-1, 1, 41), repeat=2):
        assert best.score(task, (a + da * spans[0], b + db * spans[1])).loss >= floor.loss - 1e-9


def test_mistakes_do_not_tell_lines_apart_that_the_loss_does():
    """What the page says of the separating lines: none makes a mistake, all have different losses."""
    scores = best.losses("separate", best.LINES["separate"][2])
    assert [scores[name].other for name in "ABC"] == [0, 0, 0]
    assert len({round(scores[name].loss, 3) for name in "ABC"}) == 3
    assert best.lowest(scores) == min("ABC", key=lambda name: scores[name].loss)


# --- width and depth


def test_one_unit_never_solves_xor_and_eight_always_do():
    """Over the eight draws of first weights: 0, some, all; and the history is that of the seeds one by one."""
    counts = [wide.solved(wide.trained("corners", width, 1)) for width in (1, 2, 8)]
    assert counts[0] == 0
    assert 0 < counts[1] < wide.SEEDS
    assert counts[2] == wide.SEEDS


def test_solved_means_nearly_all_right():
    """Of two moons some runs end with nine of ten points right: those do not count."""
    history = wide.trained("moons", 2, 1)
    scores = history.train_score[:, -1]
    assert ((scores > 0.8) & (scores < 0.97)).any()
    assert wide.solved(history) == (scores >= 0.97).sum()


def test_six_layers_are_harder_to_train_than_one(monkeypatch):
    """Of XOR's runs fewer are solved; with half the rate and twice the epochs as many."""

    def count(depth):
        return sum(wide.solved(wide.trained("corners", width, depth)) for width in (2, 3, 4))

    assert count(6) < count(1) - 5
    monkeypatch.setattr(wide, "RATE", wide.RATE / 2)
    monkeypatch.setattr(wide, "EPOCHS", 2 * wide.EPOCHS)
    assert count(6) >= count(1) - 1


@pytest.mark.parametrize("name", ["corners", "xor", "circles"])
def test_one_line_solves_no_problem_of_the_page(name):
    """Each of them needs more than one line: by the complete search, on the points themselves."""
    X, y = wide.problem(name)
    some = X[:20], y[:20]
    assert line.best(some[1], some[0])[0] < 0.97 * len(some[0])


def test_the_film_shows_the_run():
    """Lines are the first layer's weights and biases, shares what the network says there, scores the history's."""
    history = wide.trained("corners", 2, 1)
    film = wide.film(history, 3, n=5)
    theta = history.final.theta[3]
    parts = history.net.views(theta)
    np.testing.assert_array_equal(film.lines[-1, :, :2], parts["0.weight"])
    np.testing.assert_array_equal(film.lines[-1, :, 2], parts["0.bias"])
    corner = history.net.probabilities(theta, np.array([[-wide.SIDE, wide.SIDE]]))[0, 0]
    assert film.share[-1, -1, 0] == pytest.approx(corner)
    assert film.score[-1] == history.train_score[3, -1]
    assert film.loss[0] == history.train_loss[3, 0]


def test_the_census_counts_each_network(monkeypatch):
    """Rows are depths, columns widths; the same numbers as one by one."""
    monkeypatch.setattr(wide, "WIDTHS", (1, 2))
    monkeypatch.setattr(wide, "DEPTHS", (1, 2))
    *_, table = wide.census("corners")
    assert table.shape == (len(wide.DEPTHS), len(wide.WIDTHS))
    assert table[0, 1] == wide.solved(wide.trained("corners", 2, 1))
    assert table[:, 0].max() == 0


# --- without activation


@pytest.mark.parametrize(("turn", "stretch"), [(0, 1.0), (45, 1.5), (-150, 0.25)])
def test_two_linear_layers_are_one(turn, stretch):
    """W2 (W1 x) = (W2 W1) x to rounding; with an activation no matrix does it."""
    W1, W2, X = linear.matrix(turn, stretch), linear.matrix(-75, 0.5), linear.net_of_lines()
    none = linear.collapse(X, W1, W2)
    np.testing.assert_allclose(none.product, W2 @ W1)
    assert none.gap < 1e-15
    assert none.left < 1e-25
    for kind in ("relu", "tanh"):
        assert linear.collapse(X, W1, W2, kind).left > 0.001


def test_a_matrix_turns_and_stretches():
    """The first axis goes where it should."""
    np.testing.assert_allclose(linear.matrix(90, 2.0), [[0, -1], [2, 0]], atol=1e-12)
    grid = linear.net_of_lines(3, 5)
    assert grid.shape == (6, 5, 2)
    assert (np.abs(grid) <= 1).all()


# --- counting


def test_the_books_network_has_45360_parameters():
    """45,200 weights and 160 biases; the engine counts the same, for any layers."""
    counts = counting.counts(counting.BOOK)
    assert [one.total for one in counts] == [39_250, 5_100, 1_010]
    assert sum(one.weights for one in counts) == 45_200
    assert sum(one.total for one in counts) == Network(list(counting.BOOK)).parameter_count == 45_360
    assert counting.counts((2, 1))[0].total == 3


def test_the_price_of_a_numerical_gradient_is_counted_from_the_loss():
    """Two losses per parameter."""
    price = counting.price((4, 3, 2), 10)
    assert price.parameters == 23
    assert price.numerical == 46 * price.loss
    assert price.factor == pytest.approx(price.numerical / price.gradient)
    assert price.loss > 0
