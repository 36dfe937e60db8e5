"""Data: exact values of the catalogue, what a record refuses, painted points."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from optim_viz.data import DATASETS, Data, DataSpec, from_points
from optim_viz.data.synthetic import wave
from optim_viz.words import Text

HERE = [key for key, dataset in DATASETS.items() if not dataset.download]
MADE = [key for key in HERE if DATASETS[key].parameters]
ROOT = Path(__file__).parent.parent


def refused(call, *args, **values) -> Text:
    """The sentence of the ValueError that the call must raise."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the sentence itself is what the tests look at
        call(*args, **values)
    assert isinstance(caught.value.args[0], Text)
    return caught.value.args[0]


def numbers(n=10, **facts) -> Data:
    """A regression with X = 0, 1, ... and y = 10 X."""
    x = np.arange(n, dtype=float)
    return Data("line", x[:, None], 10 * x, "regression", **facts)


# -- the catalogue ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", HERE)
def test_facts_are_true(key):
    """Names, shapes and classes that are declared are those of the data, and every class occurs."""
    declared, data = DATASETS[key], DataSpec(key).load()
    assert (data.name, data.task, data.source, data.teaches) == (
        declared.name, declared.task, declared.source, declared.teaches,
    )  # fmt: skip
    assert data.name
    assert data.teaches.endswith(".")
    assert data.X.dtype == np.float64
    assert not data.gaps
    if data.task == "classification":
        assert data.y.dtype == np.int64
        assert np.unique(data.y).tolist() == list(range(len(data.classes)))
        assert data.outputs == len(data.classes)
    else:
        assert (data.y.dtype, data.classes, data.outputs) == (np.float64, (), 1)
    assert data.features == declared.features or data.image


def test_bundled_data_are_scikit_learns():
    """Our readers give exactly what scikit-learn's own loaders give, names included."""
    from sklearn import datasets as theirs

    for key, bunch, unit in (
        ("digits", theirs.load_digits(), 16),
        ("iris", theirs.load_iris(), 1),
        ("wine", theirs.load_wine(), 1),
        ("cancer", theirs.load_breast_cancer(), 1),
        ("diabetes", theirs.load_diabetes(scaled=False), 1),
    ):
        data = DATASETS[key].load()
        assert np.array_equal(data.X, bunch.data / unit), key
        assert np.array_equal(data.y, bunch.target), key
        if key != "digits":
            assert data.features == tuple(bunch.feature_names), key
        if key in ("iris", "cancer"):
            assert data.classes == tuple(bunch.target_names), key


def test_digits_are_images():
    """The first digit is a zero whose pixels are sixteenths, flat or as a picture of one channel."""
    data = DATASETS["digits"].load()
    assert data.X.shape == (1797, 64)
    assert (data.y[:10].tolist(), data.image) == (list(range(10)), (1, 8, 8))
    assert (data.X[0, :8] * 16).tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    pictures = data.as_images()
    assert pictures.X.shape == (1797, 1, 8, 8)
    assert (pictures.X[0, 0, 1] * 16).tolist() == [0, 0, 13, 15, 10, 15, 5, 0]
    assert np.array_equal(pictures.flat().X, data.X)
    assert refused(DATASETS["iris"].load().as_images) == "These data are not images."


def test_what_the_tables_teach_is_so():
    """Wine has a column a thousand times larger than another; breast cancer has columns that repeat each other."""
    size = DATASETS["wine"].load().X.std(0)
    assert size.max() / size.min() > 1000
    repeats = np.corrcoef(DATASETS["cancer"].load().X[:, :3].T)
    assert repeats[0, 2] > 0.99  # radius, perimeter


def test_bundled_data_need_no_import_of_scikit_learn():
    """Neither `import optim_viz` nor loading bundled data imports scikit-learn, SciPy or pandas."""
    code = (
        "import sys, optim_viz, optim_viz.data as d; d.DataSpec('digits').load().split();"
        "print([m for m in ('sklearn', 'scipy', 'pandas', 'streamlit') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_without_scikit_learn(monkeypatch):
    """Where the package is missing, a sentence says what to install."""
    monkeypatch.setattr("optim_viz.data.bundled.find_spec", lambda name: None)
    assert "pip install scikit-learn" in refused(DATASETS["digits"].load)


@pytest.mark.parametrize("key", MADE)
def test_seeds_reproduce(key):
    """The same seed gives the same bits, another seed other points; the classes are equal to within one row."""
    first, again, other = DataSpec(key, seed=3).load(), DataSpec(key, seed=3).load(), DataSpec(key, seed=4).load()
    assert np.array_equal(first.X, again.X)
    assert np.array_equal(first.y, again.y)
    assert not np.array_equal(first.X, other.X)
    if first.classes:
        assert np.ptp(np.bincount(first.y)) <= 1


def test_shapes_without_noise():
    """Without noise every point lies exactly on its moon, circle, arm, corner, center or curve."""

    def points(key, **values):
        data = DataSpec(key, noise=0, n=101, **values).load()
        return data.X.T, data.y

    (x, y), k = points("moons")
    assert np.allclose(np.hypot(x - k, y - k / 2), 1, atol=1e-15)
    assert np.all((y - k / 2) * (1 - 2 * k) >= -1e-15)  # one opens below, the other above
    (x, y), k = points("circles", factor=0.3)
    assert np.allclose(np.hypot(x, y), np.where(k, 0.3, 1), atol=1e-15)
    (x, y), k = points("spiral", arms=2, turns=1.5)
    turn = np.arctan2(y, x) / (2 * np.pi) - 1.5 * np.hypot(x, y) - k / 2
    assert np.allclose(turn, np.round(turn), atol=1e-12)
    (x, y), k = points("xor")
    assert sorted(set(zip(x, y, k, strict=True))) == [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]
    (x, y), k = points("blobs", classes=4)
    corners = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)])
    assert np.allclose(np.stack([x, y], 1), corners[k], atol=1e-15)
    ((x,), y) = points("curve")
    assert np.array_equal(y, wave(x))
    assert wave(np.pi / 4) == pytest.approx(1 + np.pi / 8, abs=1e-15)


def test_noise_has_its_size():
    """The noise asked for is the noise there is."""
    data = DataSpec("curve", n=20000, noise=0.5).load()
    assert np.std(data.y - wave(data.X[:, 0])) == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize("key", DATASETS)
def test_parameters_have_choices(key):
    """Every default is one of its choices, and every choice is allowed."""
    for p in DATASETS[key].parameters:
        assert p.default in p.choices
        for value in p.choices:
            assert dict(DataSpec(key, **{p.name: value}).parameters)[p.name] == value


# -- specs ------------------------------------------------------------------------------------------------


def test_a_spec_is_a_key():
    """Equal settings are one key, defaults included; other settings or data are others; pickling keeps it."""
    spec = DataSpec("moons", n=200, noise=0.2)
    assert spec == DataSpec("moons", noise=0.2, n=200.0, seed=0)
    assert hash(spec) == hash(DataSpec("moons", noise=0.2, n=200))
    assert len({spec, DataSpec("moons"), DataSpec("xor"), DataSpec("moons", n=200)}) == 4
    assert spec.fields() == {"name": "moons", "n": 200, "noise": 0.2, "seed": 0}
    assert DataSpec(**spec.fields()) == spec == pickle.loads(pickle.dumps(spec))  # noqa: S301
    assert repr(spec) == "DataSpec('moons', n=200, noise=0.2, seed=0)"


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("nothing", {}, "There is no such data set."),
        (["moons"], {}, "There is no such data set."),
        ("iris", {"n": 5}, "These data have no parameter 'n'."),
        ("moons", {"n": 10.5}, "n must be a whole number."),
        ("moons", {"n": 10**7}, "n must be in [10, 20000], not 1e+07."),
        ("moons", {"n": np.array([10, 20])}, "n must be one number."),
        ("moons", {"noise": float("nan")}, "noise must be a finite number."),
        ("moons", {"noise": "much"}, "noise must be a number."),
        ("moons", {"seed": -1}, "seed must be in [0, 4294967295], not -1."),
        ("spiral", {"arms": 4}, "arms must be in [2, 3], not 4."),
        ("circles", {"factor": 1}, "factor must be in (0, 1), not 1."),
    ],
)
def test_bad_specs(name, values, sentence):
    """A parameter that makes no data is refused by name."""
    assert refused(DataSpec, name, **values) == sentence


# -- the record -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"X": [1.0, 2.0]}, "X must have the shape (N, features) or (N, C, H, W)."),
        ({"X": [["a"], ["b"]]}, "X must be an array of real numbers."),
        ({"X": [[1.0], [2.0, 3.0]]}, "X must be an array of real numbers."),
        ({"X": [[1.0], [np.nan]]}, "X holds NaN, an infinite or a huge number in row 2."),
        ({"X": [[np.inf], [1.0]], "gaps": True}, "X holds NaN, an infinite or a huge number in row 1."),
        ({"y": [0]}, "X has 2 rows, but y has 1."),
        ({"y": [0.0, 1.0]}, "Class numbers must be whole numbers from 0, one for each row."),
        ({"y": [-1, 0]}, "Class numbers must be whole numbers from 0, one for each row."),
        ({"y": [0, 10**9]}, "There can be at most 1000 classes."),
        ({"y": [0, 2], "classes": ("a", "b")}, "y holds class 2, but there are 2 classes."),
        ({"y": [0, np.nan], "task": "regression"}, "Targets must be finite numbers, one for each row."),
        ({"features": ("a", "b")}, "X has 1 columns, the list of their names 2."),
        ({"image": (1, 2, 2)}, "X does not have the shape of these images."),
        ({"task": "guess"}, "The task must be classification or regression, the scaling a known one."),
    ],
)
def test_bad_data(changes, sentence):
    """Whatever does not fit together is refused with its reason."""
    good = {"name": "d", "X": [[1.0], [2.0]], "y": [0, 1], "task": "classification"}
    assert Data(**good).classes == ("0", "1")
    assert refused(Data, **{**good, **changes}) == sentence


def test_data_cannot_change():
    """Data keep read-only copies: neither the caller's array nor a later write changes them."""
    X = np.zeros((2, 1))
    data = Data("d", X, [0, 1], "classification")
    X[0] = 5
    assert data.X[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        data.X[0] = 5
    assert data.digest == Data("d", np.zeros((2, 1)), [0, 1], "classification").digest
    assert data.digest != Data("d", X, [0, 1], "classification").digest
    assert data.digest != Data("d", np.zeros((2, 1)), [1, 0], "classification").digest


def test_painted_points():
    """Points keep their places; labels become classes in the order of their numbers."""
    data = from_points([0, 1, 2.5], [3, 4, 5], [10, 2, 10])
    assert data.X.tolist() == [[0, 3], [1, 4], [2.5, 5]]
    assert (data.y.tolist(), data.classes) == ([1, 0, 1], ("2", "10"))
    assert from_points([0, 1], [0, 1], ["red", "blue"]).classes == ("blue", "red")


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        (([], [], []), "There must be from 2 to 10000 points."),
        (([0, 1], [0], [0, 1]), "Each point needs x, y and a label."),
        (([0, 1], [0, 1], [1, 1]), "Paint points of from 2 to 10 classes."),
        (([0] * 11, [0] * 11, list(range(11))), "Paint points of from 2 to 10 classes."),
        (([0, 1], [0, 1], [0.5, 1]), "A label is a whole number or a word."),
        (([0, "a"], [0, 1], [0, 1]), "The coordinates of a point must be finite numbers."),
        (([0, np.inf], [0, 1], [0, 1]), "X holds NaN, an infinite or a huge number in row 2."),
    ],
)
def test_bad_points(points, sentence):
    """Points of which no two classes can be made are refused."""
    assert refused(from_points, *points) == sentence


# -- fetched images ---------------------------------------------------------------------------------------
