"""Splits: disjoint parts of the right sizes, scaled and filled by what the training rows say alone."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim_viz.data import DATASETS, Data
from optim_viz.data.scaling import fit
from tests.test_data import numbers, refused


def test_take():
    """Rows come in the order asked for, each with its own target, and are no official test set any more."""
    few = numbers(9, held_out=2).take([7, 2, 2])
    assert (few.X[:, 0].tolist(), few.y.tolist(), few.held_out) == ([7, 2, 2], [70, 20, 20], 0)


# -- the split --------------------------------------------------------------------------------------------


def test_split_sizes_and_rows():
    """Parts have the asked sizes, share no row, miss none, and hold the rows they name."""
    data = numbers(10)
    split = data.split(0.5, 0.2, scaling="none", scale_target=False)
    assert [len(part) for part in (split.train, split.validation, split.test)] == [5, 2, 3]
    assert sorted(np.concatenate(split.rows).tolist()) == list(range(10))
    for part, rows in zip((split.train, split.validation, split.test), split.rows, strict=True):
        assert part.X[:, 0].tolist() == rows.tolist()
        assert part.y.tolist() == (10 * rows).tolist()
    digits = DATASETS["digits"].load().split()
    assert [len(p) for p in (digits.train, digits.validation, digits.test)] == [1078, 360, 359]


def test_split_seeds():
    """The same seed gives the same rows, another one others."""
    first, again, other = (DATASETS["iris"].load().split(seed=s).rows for s in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_all_rows_for_training():
    """Shares of 1 leave the other parts empty, and that is allowed."""
    split = numbers(5).split(1, 0)
    assert [len(p) for p in (split.train, split.validation, split.test)] == [5, 0, 0]
    assert len(numbers(5).split(0.8, 0.2).test) == 0


@given(st.lists(st.integers(1, 40), min_size=2, max_size=6), st.floats(0.3, 0.7), st.integers(0, 99))
def test_stratified(counts, train, seed):
    """Each class has its share of every part, to within one row and rounding."""
    y = np.repeat(np.arange(len(counts)), counts)
    if len(y) < 12:
        return
    split = Data("d", np.zeros((len(y), 1)), y, "classification").split(train, 0.2, seed=seed)
    parts = (split.train, split.validation, split.test)
    for part, share in zip(parts, (train, 0.2, 0.8 - train), strict=True):
        found = np.bincount(part.y, minlength=len(counts))
        assert np.all(np.abs(found - share * np.array(counts)) <= 2)


def test_stratify_exactly():
    """Ninety of one class and ten of another give 54 and 6, 18 and 2, 18 and 2; without it, chance decides."""
    data = Data("d", np.zeros((100, 1)), np.repeat([0, 1], [90, 10]), "classification")
    split = data.split()
    assert [np.bincount(p.y).tolist() for p in (split.train, split.validation, split.test)] == [
        [54, 6], [18, 2], [18, 2],
    ]  # fmt: skip
    rare = {int(data.split(seed=s, stratify=False).test.y.sum()) for s in range(20)}
    assert len(rare) > 1
    assert np.any(np.diff(split.train.y) < 0)  # the classes are mixed, not one after the other


def test_time_order_kept():
    """Without shuffling the parts follow each other in time, whatever the classes."""
    split = numbers(10).split(shuffle=False)
    assert [rows.tolist() for rows in split.rows] == [[0, 1, 2, 3, 4, 5], [6, 7], [8, 9]]
    labeled = Data("d", np.zeros((10, 1)), [0] * 5 + [1] * 5, "classification").split(shuffle=False)
    assert labeled.rows[0].tolist() == [0, 1, 2, 3, 4, 5]


def test_scaling_by_training_rows():
    """Training rows get mean 0 and deviation 1, or run from 0 to 1; the others follow the same rule."""
    data = numbers(10)
    split = data.split(shuffle=False)
    assert split.train.X[:, 0].tolist() == pytest.approx(((np.arange(6) - 2.5) / np.sqrt(35 / 12)).tolist(), abs=1e-15)
    assert split.test.X[:, 0].tolist() == pytest.approx([5.5 / np.sqrt(35 / 12), 6.5 / np.sqrt(35 / 12)], abs=1e-15)
    squeezed = data.split(shuffle=False, scaling="minmax")
    assert squeezed.train.X[:, 0].tolist() == [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert squeezed.test.X[:, 0].tolist() == [1.6, 1.8]
    plain = data.split(shuffle=False, scaling="none", scale_target=False)
    assert plain.test.X[:, 0].tolist() == [8, 9]
    assert (plain.test.y.tolist(), plain.target) == ([80, 90], None)
    assert np.allclose(split.scaler.inverse(split.test.X), [[8], [9]], atol=1e-14)
    assert split.target is not None
    assert np.allclose(split.target.inverse(split.test.y), [80, 90], atol=1e-12)
    assert split.train.y.mean() == pytest.approx(0, abs=1e-15)
    assert split.train.y.std() == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("scaling", ["standardize", "minmax"])
def test_no_leak(scaling):
    """Changing validation and test rows beyond recognition changes nothing about the training rows."""
    X = np.random.default_rng(0).normal(size=(50, 3))
    X[4, 1] = np.nan
    y = X[:, 0] * 7
    rows = Data("d", X, y, "regression", gaps=True).split(scaling=scaling).rows
    others = np.concatenate(rows[1:])
    Z, z = X.copy(), y.copy()
    Z[others], z[others] = 1e6, -1e6
    Z[others[0]] = np.nan
    for a, b in itertools.pairwise(
        [Data("d", *p, "regression", gaps=True).split(scaling=scaling) for p in ((X, y), (Z, z))]
    ):
        assert np.array_equal(a.train.X, b.train.X)
        assert np.array_equal(a.train.y, b.train.y)
        assert np.array_equal(a.scaler.center, b.scaler.center)
        assert not np.array_equal(a.test.X, b.test.X)


def test_gaps_are_filled_from_training_rows():
    """A missing value becomes the mean of the known training values, so 0 when standardized; unknown columns are 0."""
    X = np.array([[1, np.nan, 5], [3, np.nan, 5], [np.nan, 7, 5], [np.nan, np.nan, 6], [100, 9, 8]])
    split = Data("d", X, np.arange(5.0), "regression", gaps=True).split(0.6, 0.2, shuffle=False, scaling="none")
    assert split.train.X.tolist() == [[1, 7, 5], [3, 7, 5], [2, 7, 5]]
    assert split.validation.X.tolist() == [[2, 7, 6]]
    assert not split.train.gaps
    split = Data("d", X, np.arange(5.0), "regression", gaps=True).split(0.4, 0.2, shuffle=False)
    assert split.train.X.tolist() == [[-1, 0, 0], [1, 0, 0]]
    assert split.validation.X.tolist() == [[0, 7, 0]]  # nothing known of the second column: as it is
    assert split.test.X.tolist() == [[0, 0, 1], [98, 9, 3]]
    column = fit(np.array([[1], [np.nan], [3]]), "standardize")
    assert (column.center.tolist(), column.width.tolist()) == ([2], [pytest.approx(np.sqrt(2 / 3), abs=1e-15)])


def test_constant_columns_are_not_blown_up():
    """A column that is constant in training becomes exactly 0, although 0.1 has a rounded mean."""
    scaler = fit(np.full((7, 1), 0.1), "standardize")
    assert scaler.apply(np.array([[0.1], [0.6]])).tolist() == [[0], [0.5]]
    assert fit(np.full((7, 1), 0.1), "minmax").apply(np.array([[0.1]])).tolist() == [[0]]


def test_images_are_scaled_by_channel():
    """All pixels of a channel share one center and width, flat or not, so dark corners stay dark."""
    X = np.zeros((2, 2, 1, 2))
    X[0, 0, 0], X[1, 0, 0], X[0, 1] = (1, 3), (1, 3), 8
    data = Data("d", X, [0, 1], "classification")
    pictures = data.split(1, 0, scaling="standardize", shuffle=False)
    assert pictures.scaler.center.tolist() == [[[2, 2]], [[4, 4]]]
    assert pictures.scaler.width.tolist() == [[[1, 1]], [[4, 4]]]
    flat = data.flat().split(1, 0, scaling="standardize", shuffle=False)
    assert np.array_equal(flat.train.X, pictures.train.X.reshape(2, -1))


def test_official_test_rows_stay():
    """Held-out rows are the test part in every split; the rest is divided in the asked proportion."""
    split = numbers(12, held_out=4).split(0.6, 0.2, seed=5)
    assert sorted(split.rows[2].tolist()) == [8, 9, 10, 11]
    assert [len(split.train), len(split.validation)] == [6, 2]
    assert sorted(np.concatenate(split.rows).tolist()) == list(range(12))


SHARES = "The shares of training and validation must add up to at most 1, with some training."


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"train": 0.9, "validation": 0.2}, SHARES),
        ({"train": 0}, SHARES),
        ({"train": float("nan")}, "The share train must be a number from 0 to 1."),
        ({"validation": "half"}, "The share validation must be a number from 0 to 1."),
        ({"train": 0.99, "validation": 0.01}, "Too few rows for this split: 10."),
        ({"scaling": "huge"}, "The scaling must be one of standardize, minmax, none."),
        ({"seed": -1}, "The seed must be a whole number from 0."),
        ({"seed": 1.5}, "The seed must be a whole number from 0."),
    ],
)
def test_bad_splits(values, sentence):
    """A split that leaves a wanted part empty, or cannot be read, is refused."""
    assert refused(numbers(10).split, **values) == sentence


# -- painted points ---------------------------------------------------------------------------------------
