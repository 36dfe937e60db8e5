"""Statistics of experiments on cases whose answer is known."""

import numpy as np
import pytest
from scipy.stats import wilcoxon

from optim_viz.experiments.statistics import Comparison, Spread, compare, holm, profile, signed_ranks, smallest

INF = float("inf")


def signed_rank(a, b) -> tuple[float, float]:
    return signed_ranks([a], [b])[0]


def test_spread_on_five_numbers():
    """Quartiles of 1..5 are 2, 3, 4; failures move to the end and stay infinite."""
    assert Spread.of([5, 3, 1, 2, 4]) == Spread(2.0, 3.0, 4.0)
    assert Spread.of([1, 2, 3, 4]) == Spread(1.75, 2.5, 3.25)
    assert Spread.of([1.0, 2.0, INF, INF, INF]).median == INF
    assert Spread.of([7.0]) == Spread(7.0, 7.0, 7.0)


def test_holm_by_hand():
    """0.01, 0.04, 0.03 times 3, 1, 2, never falling: 0.03, 0.06, 0.06."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.6]) == [1.0, 1.0]
    assert holm([]) == []


def test_signed_rank_of_a_textbook_case():
    """Ten pairs, all in one direction: p = 2/2**10, effect 1; turned round, −1."""
    a = np.arange(10.0)
    b = a + np.linspace(1, 2, 10)
    assert signed_rank(a, b) == (pytest.approx(2 / 1024), 1.0)
    assert signed_rank(b, a) == (pytest.approx(2 / 1024), -1.0)


def test_signed_rank_is_scipys():
    """On random pairs p is that of scipy, and the effect (R+ − R−)/(R+ + R−)."""
    draw = np.random.default_rng(0)
    a, b = draw.normal(size=(2, 14))
    p, effect = signed_rank(a, b)
    found = wilcoxon(b, a, method="exact")
    assert p == found.pvalue
    assert abs(effect) == pytest.approx(1 - 2 * found.statistic / (14 * 15 / 2))


def test_many_pairs_at_once_are_as_one_by_one():
    """With ties, zeros and failures among them."""
    draw = np.random.default_rng(2)
    a, b = draw.normal(size=(2, 12, 11))
    b[3] = a[3]
    b[4, :5] = a[4, :5]
    a[5], b[5] = np.arange(11) % 3, np.arange(11) % 2
    b[6, :4] = INF
    assert signed_ranks(list(a), list(b)) == [signed_rank(x, y) for x, y in zip(a, b, strict=True)]


def test_five_in_a_hundred_is_the_line():
    """Below p = 0.05 a pair differs and one is named; at it nobody is better."""
    assert Comparison("a", "b", 0.0499, -1.0).better == "b"
    assert Comparison("a", "b", 0.05, 1.0).better is None


def test_the_smallest_p_is_that_of_a_perfect_result():
    """Ten of ten in one direction, with no two differences alike."""
    p, _ = signed_rank(np.zeros(10), np.arange(1.0, 11))
    assert p == smallest(10) == 2 / 1024


def test_failures_are_worse_than_any_number_and_equal_to_each_other():
    """inf against a number loses with the largest rank; inf against inf is no evidence."""
    assert signed_rank(np.full(8, INF), np.full(8, INF)) == (1.0, 0.0)
    assert signed_rank(np.array([1.0, 2, 3, 4, 5, 6]), np.full(6, INF))[1] == 1.0
    _, effect = signed_rank(np.array([0.0, 0, 0, 0]), np.array([-1.0, -2, -3, INF]))
    assert effect == pytest.approx((4 - 6) / 10)


def test_compare_tells_the_better_one_only_when_it_can():
    """With ten seeds a clear difference is told, noise is not, even in the company of clear ones."""
    draw = np.random.default_rng(1)
    base = draw.normal(size=10)
    found = {(c.a, c.b): c for c in compare({"low": base - 5, "one": base, "two": base + draw.normal(size=10) * 0.1})}
    assert found["low", "one"].better == found["low", "two"].better == "low"
    assert found["one", "two"].better is None


def test_profile_by_hand():
    """Two tasks, costs 10 and 20 against 20 and inf: the first is best on both."""
    made = profile({"a": [10, 20], "b": [20, INF]}, [1, 2, 4])
    assert made["a"].tolist() == [1.0, 1.0, 1.0]
    assert made["b"].tolist() == [0.0, 0.5, 0.5]
    assert profile({"a": [INF]}, [1, 100])["a"].tolist() == [0.0, 0.0]
