"""Paths as tables, as text that comes back, and as pictures that move anywhere."""

import csv
import io
import json
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageColor

import optim_viz as ov
from optim_viz import export, player
from optim_viz.export import numbers
from optim_viz.figures import scene, strokes
from optim_viz.figures.base import PAPER
from optim_viz.figures.style import MARKERS, styles
from optim_viz.player import bundle

BOWL = ov.SURFACES["Elongated bowl"]
SEVEN = list(ov.OPTIMIZERS.values())[:7]


@pytest.fixture(scope="module")
def paths():
    """Every rule, one that diverges among them, with noise."""
    rules = [ov.SGD(lr=3.0), *(rule() for rule in list(ov.OPTIMIZERS.values())[1:])]
    return ov.trace(rules, BOWL, (-7, 2), 150, noise=0.01, seed=5)


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


# --- CSV


def test_every_number_survives_a_table(paths):
    """Read back as float64, each cell is the very number of the path: position, f, gradient and state."""
    table = rows(export.to_csv(paths))
    at = 0
    for path in paths:
        part = table[at : at + path.end + 1]
        at += path.end + 1
        assert {row["optimizer"] for row in part} == {path.name}
        assert [int(row["step"]) for row in part] == list(range(path.end + 1))
        for key, values in numbers.columns(path).items():
            np.testing.assert_array_equal(np.array([row[key] for row in part], float), values)
        strange = set(part[0]) - set(numbers.columns(path)) - {"optimizer", "step"}
        assert all(row[key] == "" for row in part for key in strange)
    assert at == len(table)
    assert paths[0].outcome.kind == "diverged"


def test_columns_are_what_they_say():
    """x, y, f and both parts of ∇f and of the state stand under their names."""
    path = ov.trace(ov.Momentum(lr=0.1), BOWL, (-7, 2), 2)
    table = rows(export.to_csv(path))
    assert list(table[0]) == ["optimizer", "step", "x", "y", "f", "df/dx", "df/dy", "v.x", "v.y"]
    assert list(table[0].values()) == ["Momentum", "0", "-7.0", "2.0", "6.45", "-0.7", "4.0", "0.0", "0.0"]
    assert (table[1]["v.x"], table[1]["v.y"]) == (repr(0.1 * 0.7), "-0.4")


def test_text_cannot_become_a_formula(monkeypatch):
    """A text that a spreadsheet would run gets an apostrophe; a negative number stays a number."""
    path = ov.trace(ov.SGD(lr=0.1), BOWL, (-7, 2), 1)
    for evil in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n@x", '=HYPERLINK("http://x")'):
        monkeypatch.setattr(type(path), "name", property(lambda _, evil=evil: evil))
        line = rows(export.to_csv(path))[0]
        assert line["optimizer"] == "'" + evil.strip()
        assert line["x"] == "-7.0"
    monkeypatch.setattr(type(path), "name", property(lambda _: 'a,"b"\nc'))
    assert rows(export.to_csv(path))[0]["optimizer"] == 'a,"b" c'


# --- JSON


def same(one, other):
    for key in ("x", "value", "gradient"):
        np.testing.assert_array_equal(getattr(one, key), getattr(other, key))
        assert getattr(one, key).dtype == getattr(other, key).dtype
    assert list(one.state) == list(other.state)
    for key, values in one.state.items():
        np.testing.assert_array_equal(values, other.state[key])
    assert one.optimizer == other.optimizer
    assert one.surface == other.surface
    assert (one.outcome.kind, one.outcome.step, one.end, one.calls) == (
        other.outcome.kind, other.outcome.step, other.end, other.calls,
    )  # fmt: skip
    assert one.outcome.reason == other.outcome.reason
    assert (one.noise, one.seed, one.schedule) == (other.noise, other.seed, other.schedule)


def test_a_record_comes_back_whole(paths):
    """Written and read again, every array, setting, outcome, seed and noise is the same to the last bit."""
    back = export.read_json(export.to_json(paths))
    assert len(back) == len(paths) == 14
    for one, other in zip(paths, back, strict=True):
        same(one, other)


@pytest.mark.parametrize(
    "path",
    [
        ov.trace(ov.SGD(lr=0.5), BOWL, (-7, 2), 300),
        ov.trace(ov.SGD(lr=0.1), ov.Surface("x^2 - y^2"), (0.1, 1), 200),
        ov.trace(ov.SGD(lr=0.1), ov.Surface("sqrt(x*y)"), (-1, 1), 10),
        ov.trace(ov.Adam(lr=0.1), ov.Surface("1e200*x^2 + y"), (-1, 1), 10),
        ov.trace(ov.SGD(lr=0.1), BOWL, np.array([-7, 2], np.float32), 10),
        ov.trace(ov.Adam(lr=0.1), BOWL, (-7, 2), 10, schedule=ov.schedules.CosineDecay()),
        ov.trace(ov.custom("x = x - lr*g", lr=0.1), BOWL, (-7, 2), 10),
        ov.trace(ov.SGD(lr=0.1), BOWL, (-7, 2), 0),
    ],
    ids=["converged", "fell", "undefined start", "infinite state", "float32", "schedule", "own rule", "no step"],
)
def test_odd_paths_come_back(path):
    """What ends early, has no value, overflows in its state, or is small comes back as it was."""
    same(path, export.read_json(export.to_json(path))[0])


def test_a_record_says_what_made_it(paths):
    """Versions, seed, noise, surface and optimizers stand in the file in plain JSON."""
    data = json.loads(export.to_json(paths))
    assert set(data["versions"]) == {"optim_viz", "numpy", "python"}
    assert {(row["steps"], row["noise"], row["seed"]) for row in data["paths"]} == {(150, 0.01, 5)}
    assert data["surface"]["formula"] == "x^2/a + y^2"
    assert data["paths"][6]["optimizer"]["beta1"] == 0.9
    assert len(data["paths"][6]["columns"]["m.x"]) == 151


def changed(**change):
    data = json.loads(export.to_json(ov.trace([ov.Momentum(lr=0.1)], BOWL, (-7, 2), 3)))
    for place, value in change.items():
        *way, last = place.split("__")
        part = data
        for key in way:
            part = part[int(key) if key.isdigit() else key]
        part[last] = value
    return json.dumps(data)


def inside(**change):
    """The same with something of its path changed."""
    return changed(**{f"paths__0__{place}": value for place, value in change.items()})


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "[]", "null", "3", '"x"', "{" * 100_000, "[" * 100_000, "\x00", b"\xff\xfe", b"\x80\x04K\x01.",
        "NaN", '{"format": "optim_viz paths 1"}',
        changed(format="optim_viz paths 2"), changed(paths=[]), changed(paths={}), changed(paths=3),
        inside(steps=-1), inside(steps=1e9), inside(steps=True), inside(steps=2), inside(steps=4),
        inside(noise=-1), inside(noise="0"), inside(seed=1.5), inside(seed=-1), inside(schedule=3),
        inside(schedule={"class": "SGD", "lr": 1}), changed(surface={"name": "f"}), changed(surface=None),
        changed(surface={"class": "SGD", "lr": 0.1}), inside(optimizer={"class": "Surface", "formula": "x"}),
        inside(outcome={}), inside(outcome__kind="won"), inside(outcome__step=99),
        inside(calls=-1), inside(dtype="object"), inside(columns={}),
        inside(columns__x=[1, 2, 3]), inside(columns__x=[1, 2, 3, "4"]),
        inside(columns__x=[1, 2, 3, True]), inside(columns__x=[1, 2, 3, None]),
        inside(columns__x=[1, 2, 3, [4]]), inside(columns__x="1234"),
        inside(columns__f=[1, 2, 3, "nan"]), inside(columns__more=[1, 2, 3, 4]),
        inside(columns__x=[1, 2, 3, 10**400]),
        inside(columns__x=[1, 2, 3, 4.5]).replace("4.5", "1e999"),
        inside(columns__x=[1, 2, 3, 4.5]).replace("4.5", "NaN"),
        None, 3, ["x"],
    ],
    ids=lambda text: str(text)[:1] + str(len(str(text))),
)  # fmt: skip
def test_a_damaged_record_gets_one_sentence(text):
    """Anything else than what was written is refused in one sentence that a page can translate."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        export.read_json(text)
    sentence = caught.value.args[0]
    assert hasattr(sentence, "template")
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_what_the_spec_refuses_is_told_in_its_words():
    """A broken formula or rule inside the file says what is wrong with it."""
    for change, said in (
        ({"surface": {"class": "Surface", "formula": "x +"}}, "stops too early"),
        ({"paths__0__optimizer": {"class": "Momentum", "lr": -1}}, "lr must be"),
        ({"paths__0__optimizer": {"class": "os.system"}}, "class"),
    ):
        with pytest.raises(ValueError, match=said):
            export.read_json(changed(**change))


def test_a_record_too_long_is_refused_unread():
    """More than 20 MB is refused before anything is parsed."""
    with pytest.raises(ValueError, match="at most 20 MB"):
        export.read_json("[" * (export.MAX_BYTES + 1))


def test_a_sentence_in_a_file_is_not_believed():
    """The reason of an outcome is said again from the numbers, not copied."""
    data = json.loads(export.to_json(ov.trace(ov.SGD(lr=3.0), BOWL, (-7, 2), 50)))
    data["paths"][0]["outcome"]["reason"] = "{x.__class__} <script>"
    back = export.read_json(json.dumps(data))[0]
    assert back.outcome.reason.startswith("lr 3 > 2/λmax = 1")


def test_a_function_is_named_and_stays_at_home():
    """A surface that is Python code has its numbers and its name in the file; the file cannot bring it back."""
    surface = ov.Surface.from_function(lambda x, y: x * x + y * y, name="mine")
    path = ov.trace(ov.SGD(lr=0.1), surface, (1, 1), 3)
    data = json.loads(export.to_json(path))
    assert data["surface"] == {"name": "mine"}
    assert data["paths"][0]["columns"]["x"] == path.x[:, 0].tolist()
    assert len(rows(export.to_csv(path))) == 4
    assert len(ov.animate(path).html) < 200_000
    assert film(path, only=())[1]
    with pytest.raises(ValueError, match="not a file of saved paths"):
        export.read_json(json.dumps(data))


def test_a_batch_is_refused():
    """A batch of lanes, or nothing at all, gets a sentence."""
    batch = ov.trace(ov.SGD(lr=np.array([0.1, 0.2])), BOWL, (-7, 2), 3)
    for make in (export.to_csv, export.to_json, export.notebook_code, export.torch_code):
        with pytest.raises(ValueError, match="not a batch"):
            make(batch)
        with pytest.raises(ValueError, match="no path"):
            make([])


# --- the page that plays offline


def test_the_page_stays_small():
    """At most 200 kB: seven rules on every surface, and all fourteen for a thousand steps, even with noise."""
    for surface in ov.SURFACES.values():
        page = player.html(ov.trace([rule() for rule in SEVEN], surface, surface.start, 60))
        assert len(page.encode()) < 200_000, surface.name
    valley = ov.SURFACES["Rosenbrock"]
    for noise in (0, 1):
        many = ov.trace([rule(lr=0.02) for rule in ov.OPTIMIZERS.values()], valley, valley.start, 1000, noise=noise)
        assert len(player.html(many).encode()) < 200_000


def unfolded(data):
    """What the page's script does."""
    data = zlib.decompress(data)
    head = 4 + struct.unpack_from("<I", data)[0]
    planes = np.frombuffer(data[head:], np.uint8).reshape(4, -1).T
    words = np.cumsum(np.ascontiguousarray(planes).view("<u4").ravel(), dtype=np.uint32)
    return data[:head] + words.astype("<u4").tobytes(), head


def test_folding_loses_nothing():
    """Unfolded, a message is byte for byte what it was; with fewer bits its numbers keep at least three digits."""
    message = player.pack_surface(ov.SURFACES["Ackley"], 40)
    plain, head = unfolded(bundle.folded(message))
    assert plain == message
    exact = np.frombuffer(message[head:], "<f4")
    for bits, digits in ((8, 2e-5), (12, 3e-4)):
        rough = np.frombuffer(unfolded(bundle.folded(message, bits))[0][head:], "<f4")
        np.testing.assert_allclose(rough, exact, rtol=digits)
        assert (rough != exact).any()


# --- the drawn animation


def film(paths, only=None, **options):
    """Frame number -> RGB array of (some of) the frames of a GIF, and the time of every frame in ms."""
    frames, times = {}, []
    with Image.open(io.BytesIO(ov.figures.gif(paths, **options))) as picture:
        assert picture.info["loop"] == 0
        for k in range(getattr(picture, "n_frames", 1)):
            picture.seek(k)
            if only is None or k in only:
                frames[k] = np.asarray(picture.convert("RGB")).astype(int)
            times.append(picture.info["duration"])
    return frames, times


def share_near(frame, color, box=None):
    """How many pixels are nearly of this color."""
    part = frame if box is None else frame[box[1] : box[3], box[0] : box[2]]
    return int((np.abs(part - np.array(ImageColor.getrgb(color))).max(axis=-1) < 25).sum())


BOX = tuple(map(int, scene.MAP))


@pytest.fixture(scope="module")
def race():
    return ov.trace([ov.SGD(lr=0.95), ov.Momentum(lr=0.1)], BOWL, (-7, 2), 29)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_film_moves(race, theme):
    """Colors of both paths grow frame by frame on the map, under their names in the legend from the first frame on."""
    frames, times = film(race, only=(0, 5, 40, 116), theme=theme)
    assert len(times) == 29 * 4 + 1
    assert frames[0].shape == (450, 800, 3)
    assert abs(sum(times[:-1]) - 6000) < 1000
    assert times[-1] == 2000
    for look in styles(["SGD", "Momentum"]):
        ink = {k: share_near(frame, look.color(theme), BOX) for k, frame in frames.items()}
        assert ink[116] > ink[40] > ink[5] > 0
        assert share_near(frames[0], look.color(theme), (495, 10, 800, 30)) > 20
    assert share_near(frames[0], PAPER[theme], (476, 300, 490, 440)) == 14 * 140


def test_heads_stand_where_the_path_is(race):
    """At the frame of each step the middle of the marker is at the path's point, and has left the one before."""
    frames, _ = film(race, only=(0, 28, 80))
    ink = styles(["SGD", "Momentum"])[1].light
    for step in (0, 7, 20):
        x, y = scene.Scene(race).on_map(race[1].x[step]) / scene.FINE
        around = tuple(round(v) for v in (x - 3, y - 3, x + 3, y + 3))
        assert share_near(frames[4 * step], ink, around) >= 30, step


def test_long_and_short_films_are_bounded(race):
    """A thousand steps are 121 frames that end at the last one; fewer can be asked for; no step is one frame."""
    long = ov.trace([ov.SGD(lr=0.01), ov.Adam(lr=0.01)], BOWL, (-7, 2), 1000)
    frames, times = film(long, only=(120,))
    assert len(times) == 121
    x, y = scene.Scene(long).on_map(long[1].x[-1]) / scene.FINE
    ink = styles(["SGD", "Adam"])[1].light
    assert share_near(frames[120], ink, tuple(round(v) for v in (x - 3, y - 3, x + 3, y + 3))) >= 20
    assert len(film(race, only=(), frames=30)[1]) == 30
    assert len(film(ov.trace(ov.SGD(), BOWL, (-7, 2), 0))[0]) == 1


def test_only_what_changes_is_stored(race):
    """A later frame of the film holds a small part of the picture, so the file stays below 400 kB."""
    data = ov.figures.gif(race)
    assert len(data) < 400_000
    with Image.open(io.BytesIO(data)) as picture:
        picture.seek(30)
        left, top, right, bottom = picture.dispose_extent
        assert (right - left) * (bottom - top) < 0.7 * 800 * 450


@pytest.mark.parametrize(
    ("formula", "start", "rule"),
    [
        ("x^2 + y^2", (1, 1), ov.SGD(lr=1.5)),
        ("x^2 - y^2", (1, 0.1), ov.SGD(lr=0.3)),
        ("log(x) + sqrt(y)", (5, 5), ov.SGD(lr=0.5)),
        ("sqrt(x*y)", (-1, 1), ov.SGD(lr=0.5)),
        ("0", (1, 1), ov.SGD(lr=0.5)),
        ("1e300*x^2", (1, 1), ov.Adam(lr=0.5)),
        ("1/x", (0, 1), ov.Adam(lr=0.5)),
    ],
)
def test_odd_surfaces_are_drawn(formula, start, rule):
    """Divergence, falling for ever, holes, constants and huge values give a film without a warning."""
    frames, times = film(ov.trace(rule, ov.Surface(formula), start, 20), only=(80,))
    assert len(times) == 81
    assert frames[80].std() > 5


def test_korean_is_written_or_left_alone(race, monkeypatch):
    """With a Korean font the words are Korean; without one the film says them in English, not in boxes."""
    korean = {"step": "스텝", "loss": "손실 f"}
    monkeypatch.setattr(scene, "_KOREAN", ("no such font.ttf",))
    scene._font.cache_clear()
    assert scene.Scene(race, "light", True, korean).said["step"] == "step"
    assert ov.figures.gif(race, texts=korean, frames=2) == ov.figures.gif(race, frames=2)
    monkeypatch.undo()
    scene._font.cache_clear()
    if scene._font(12, True) is not None:
        assert scene.Scene(race, "light", True, korean).said["step"] == "스텝"
        assert ov.figures.gif(race, texts=korean, frames=2) != ov.figures.gif(race, frames=2)


def test_strokes_are_the_path(race):
    """Solid strokes have the length of the path inside the box; dashes keep their share of it, gap by gap."""
    points = np.array([[0.0, 0], [30, 40], [30, 140], [1e6, 140]])
    box = strokes.Box(-10, -10, 100, 200)
    moments = np.linspace(0, 3, 13)
    solid = strokes.strokes(points, moments, (), box)
    length = np.hypot(*(solid.line[:, 2:] - solid.line[:, :2]).T)
    assert length.sum() == pytest.approx(50 + 100 + 70)
    assert (np.diff(solid.frame) >= 0).all()
    assert length[solid.frame <= 4].sum() == pytest.approx(50)
    np.testing.assert_allclose(solid.line[0, :2], [0, 0])
    np.testing.assert_allclose(solid.line[-1, 2:], [100, 140])
    dashed = strokes.strokes(points, moments, (6, 4), box)
    assert np.hypot(*(dashed.line[:, 2:] - dashed.line[:, :2]).T).sum() == pytest.approx(0.6 * 220)


def test_every_marker_can_be_drawn():
    """Each marker of the styles has corners, of the player's size."""
    assert set(MARKERS) <= set(strokes.CORNERS)
    for corners in strokes.CORNERS.values():
        assert 0.8 < np.hypot(*corners.T).max() < 1.35
