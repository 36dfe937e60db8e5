"""Data: exact values of the catalogue, honest splits, painted points, and images that are fetched only when asked."""

import gzip
import hashlib
import io
import itertools
import pickle
import struct
import subprocess
import sys
import urllib.error
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim_viz.data import DATASETS, Data, DataSpec, download, fetch, fetched, from_points, idx
from optim_viz.data.scaling import fit
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


def idx_file(array) -> bytes:
    return b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def server(monkeypatch, tmp_path):
    """A tiny "mnist" of 8 + 4 images of one gray each, its files by URL, and a cache folder of its own."""
    monkeypatch.setenv("OPTIM_VIZ_DATA", str(tmp_path))
    files, sums = {}, {}
    for part, n in (("train", 8), ("t10k", 4)):
        images = np.repeat(np.arange(n), 784).astype(np.uint8).reshape(n, 28, 28)
        for kind, array in ((idx.IMAGES, images), (idx.LABELS, (np.arange(n) % 10).astype(np.uint8))):
            raw = gzip.compress(idx_file(array), mtime=0)
            files[f"https://one/{part}-{kind}"] = raw
            sums[f"{part}-{kind}"] = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    archive = download.Archive(("https://down/", "https://one/"), sums)
    monkeypatch.setitem(download.ARCHIVES, "mnist", archive)
    return files


def opener(files, asked=None):
    def read(url, timeout):
        if asked is not None:
            asked.append(url)
        if url not in files:
            raise urllib.error.URLError("no such host")
        return io.BytesIO(files[url])

    return read


def test_fetch(server, tmp_path):
    """The second mirror helps when the first is down; whole files are not fetched again; the data are then here."""
    asked, heard = [], []
    assert not fetched("mnist")
    assert fetch("mnist", opener=opener(server, asked), progress=heard.append) == tmp_path / "mnist"
    assert len(asked) == 8
    assert heard[-1] == sum(map(len, server.values()))
    assert fetched("mnist")
    assert sorted(p.name for p in (tmp_path / "mnist").iterdir()) == sorted(u.rsplit("/")[-1] for u in server)
    fetch("mnist", opener=opener({}))


def test_fetched_images(server):
    """Pixels come from 0 to 1 beside their labels, and the official test images stay the test part."""
    fetch("mnist", opener=opener(server))
    data = DataSpec("mnist", n=100).load()
    assert (data.X.shape, data.image, data.held_out) == ((12, 784), (1, 28, 28), 4)
    assert np.array_equal(data.X * 255, np.repeat(data.y[:, None], 784, 1))
    assert (sorted(data.y[:8]), sorted(data.y[8:])) == (list(range(8)), list(range(4)))
    assert sorted(data.split().test.y) == [0, 1, 2, 3]
    X, y, held_out = idx.Images("mnist")(5, seed=0)
    assert (X.shape, len(y), held_out, len(set(y[:5].tolist()))) == ((6, 784), 6, 1, 5)
    assert np.array_equal(X, idx.Images("mnist")(5, seed=0)[0])


def test_offline(server, tmp_path):
    """Without a connection a sentence says so, and nothing is left behind; loading asks to fetch first."""
    assert refused(fetch, "mnist", opener=opener({})).startswith("No server answered: you seem to be offline.")
    assert list(tmp_path.iterdir()) == []
    assert refused(DataSpec("mnist").load) == "These images are not on this computer yet: fetch them first."
    assert refused(fetch, "../mnist") == "There is no such data set."


def test_damaged_files(server, tmp_path):
    """A file with a wrong checksum is never kept, and a kept file that changes is noticed and fetched anew."""
    wrong = {url: raw[:-1] for url, raw in server.items()}
    assert "wrong checksum" in refused(fetch, "mnist", opener=opener(wrong))
    assert not list(tmp_path.rglob("*gz*"))
    place = fetch("mnist", opener=opener(server))
    (place / f"train-{idx.LABELS}").write_bytes(b"changed")
    assert not fetched("mnist")
    assert "fetch them first" in refused(idx.Images("mnist"), 5, 0)
    fetch("mnist", opener=opener(server))
    assert fetched("mnist")


def test_too_large_a_download(server, monkeypatch):
    """A server that sends without end is cut off at the limit."""
    monkeypatch.setattr(download, "MAX_FILE", 1 << 18)

    class Endless(io.RawIOBase):
        sent = 0

        def read(self, size=-1):
            self.sent += size
            assert self.sent < 1 << 20
            return b"x" * size

    assert "wrong checksum" in refused(fetch, "mnist", opener=lambda url, timeout: Endless())


def test_a_folder_that_cannot_be_written(server, tmp_path):
    """A cache folder that is a file is a sentence, not a crash."""
    (tmp_path / "file").write_text("")
    assert "OPTIM_VIZ_DATA" in refused(fetch, "mnist", folder=tmp_path / "file", opener=opener(server))


def test_a_write_is_whole_or_nothing(server, tmp_path, monkeypatch):
    """When the disk fails in the middle, neither the file nor a part of it stays."""

    def full(*_):
        raise OSError("no space")

    monkeypatch.setattr("os.replace", full)
    assert "cannot be written" in refused(fetch, "mnist", opener=opener(server))
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_every_mirror_is_https():
    """What is published is fetched over https, four files each, under 128-bit checksums that all differ."""
    sums = [md5 for archive in download.ARCHIVES.values() for md5 in archive.files.values()]
    assert len(set(sums)) == 8
    assert {len(md5) for md5 in sums} == {32}
    assert all(m.startswith("https://") and m.endswith("/") for a in download.ARCHIVES.values() for m in a.mirrors)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\0\x08",
        b"\0\0\x08\x01\0\0",
        b"\0\0\x09\x01\0\0\0\x01x",
        b"\0\0\x08\x04" + b"\0\0\0\x01" * 4 + b"x",
        b"\0\0\x08\x01\0\0\0\x02x",
        b"\0\0\x08\x01\0\0\0\x01xx",
        b"\0\0\x08\x03" + b"\xff\xff\xff\xff" * 3 + b"x",
    ],
)
def test_broken_idx(raw):
    """A file that is cut, too long, of another type or claims to be huge is refused before it is read."""
    refused(idx.parse_idx, raw)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=3))
def test_idx_round_trip(shape):
    """What is written as idx is read back, in any shape of one to three dimensions."""
    array = np.arange(np.prod(shape)).astype(np.uint8).reshape(shape)
    assert np.array_equal(idx.parse_idx(idx_file(array)), array)
