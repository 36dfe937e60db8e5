"""What the player is sent, byte for byte, and the page that plays without a server."""

import json
import re
import struct
from types import SimpleNamespace

import numpy as np
import pytest

import optim_viz as ov
from optim_viz import player
from optim_viz.player import bundle
from optim_viz.ui import player as mounting

BOWL = ov.Surface("x^2/20 + y^2", start=(-7, 2), minima=[(0, 0)], value=0.0)
RULES = [ov.SGD(lr=0.95), ov.Momentum(lr=0.1), ov.Adam(lr=0.3)]


def unpack(message):
    size = struct.unpack_from("<I", message)[0]
    return json.loads(message[4 : 4 + size]), np.frombuffer(message[4 + size :], "<f4"), size


@pytest.fixture(scope="module")
def paths():
    return ov.trace(RULES, BOWL, BOWL.start, 30)


def test_paths_arrive_as_written(paths):
    """After the header come x, y and f − f* of each path, float32, in order, and nothing else."""
    header, floats, size = unpack(player.pack_paths(paths))
    assert size % 4 == 0
    assert floats.size == 3 * 3 * 31
    for k, path in enumerate(paths):
        x, y, value = floats[93 * k : 93 * k + 93].reshape(3, 31)
        np.testing.assert_array_equal(x, path.x[:, 0].astype("f4"))
        np.testing.assert_array_equal(y, path.x[:, 1].astype("f4"))
        np.testing.assert_array_equal(value, path.value.astype("f4"))
    assert [one["name"] for one in header["series"]] == ["SGD", "Momentum", "Adam"]
    assert (header["steps"], header["start"], header["floor"]) == (30, [-7, 2], 0)


def test_small_differences_survive(paths):
    """With a known minimum value far from 0 the loss is sent above it, so float32 keeps its digits."""
    raised = ov.Surface("x^2/20 + y^2 + 1000", start=(-7, 2), minima=[(0, 0)], value=1000.0)
    path = ov.trace(ov.SGD(lr=0.5), raised, (-7, 2), 120)
    header, floats, _ = unpack(player.pack_paths([path]))
    assert header["floor"] == 1000
    np.testing.assert_allclose(floats[242:], path.value - 1000, rtol=1e-6)
    assert floats[-1] > 0


def test_a_change_costs_twelve_bytes_a_point():
    """Seven paths of 300 steps: 12 bytes a point and a header below 3 kB."""
    many = ov.trace([rule() for rule in list(ov.OPTIMIZERS.values())[:7]], BOWL, (-7, 2), 300)
    message = player.pack_paths(many)
    points = sum(int(path.end) + 1 for path in many)
    assert len(message) <= 12 * points + 3000


def test_a_diverged_path_sends_its_real_points_only():
    """A path that runs away sends what is before its end, says where, and never a NaN or an infinity."""
    path = ov.trace(ov.SGD(lr=3.0), BOWL, (-7, 2), 300)
    header, floats, _ = unpack(player.pack_paths([path]))
    one = header["series"][0]
    assert one["count"] == path.end + 1 < 301
    assert one["diverged"] == path.outcome.step
    assert floats.size == 3 * one["count"]
    assert np.isfinite(floats).all()


def test_more_charts_share_the_clock(paths):
    """Another curve is appended after the paths, and the loss is not sent twice."""
    speed = np.linspace(0, 1, 31)
    header, floats, _ = unpack(player.pack_paths(paths, charts=[{"title": "v", "series": [(1, speed)]}]))
    assert [chart.get("title", chart.get("text")) for chart in header["charts"]] == ["gap_title", "v"]
    assert header["charts"][1]["series"] == [{"path": 1, "count": 31}]
    np.testing.assert_array_equal(floats[-31:], speed.astype("f4"))
    assert floats.size == 3 * 3 * 31 + 31


def test_log_needs_positive_values():
    """Where the minimum is not known and f goes below zero the loss axis is linear."""
    saddle = ov.Surface("x^2 - y^2", x=(-2, 2), y=(-2, 2), start=(1, 0.5))
    header, *_ = unpack(player.pack_paths([ov.trace(ov.SGD(lr=0.1), saddle, (1, 0.5), 10)]))
    assert header["charts"] == [{"text": "loss", "log": False, "loss": True}]
    assert header["floor"] is None


def test_surface_arrives_as_written():
    """Values row by row (rows are y), the levels, and at each arrow its place and exactly −∇f."""
    header, floats, _ = unpack(player.pack_surface(BOWL, 21, levels=[1, 10], arrows=3))
    x, y = np.meshgrid(np.linspace(-10, 10, 21), np.linspace(-10, 10, 21))
    np.testing.assert_allclose(floats[:441].reshape(21, 21), x**2 / 20 + y**2, rtol=1e-6)
    np.testing.assert_array_equal(floats[441:443], [1, 10])
    arrows = floats[443:].reshape(9, 4)
    np.testing.assert_allclose(arrows[:, 2:], np.stack([-arrows[:, 0] / 10, -2 * arrows[:, 1]]).T, atol=1e-5)
    assert (header["rows"], header["columns"], header["levels"], header["field"]) == (21, 21, 2, 9)
    assert (header["minima"], header["holes"]) == ([[0, 0]], False)


def test_undefined_values_become_holes():
    """Where f has no value the grid says so, and the page is told to hatch."""
    root = ov.Surface("sqrt(x)", x=(-1, 1), y=(-1, 1), start=(0.5, 0))
    header, floats, _ = unpack(player.pack_surface(root, 11))
    grid = floats[:121].reshape(11, 11)
    assert header["holes"]
    assert np.isnan(grid[:, :5]).all()
    assert np.isfinite(grid[:, 5:]).all()


def test_key_tells_surfaces_apart(paths):
    """Paths ask for their own surface: same content, same key; another parameter or domain, another key."""
    key = unpack(player.pack_paths(paths))[0]["surface"]
    assert key == unpack(player.pack_surface(BOWL))[0]["key"] == unpack(player.pack_surface(BOWL, 50))[0]["key"]
    others = [ov.Surface("x^2/21 + y^2"), ov.Surface("x^2/20 + y^2", x=(-9, 10))]
    assert len({key, *map(player.surface_key, others)}) == 3


def test_only_changed_words_travel(paths):
    """English is in the code already: the header carries a translation and nothing else."""
    header, *_ = unpack(player.pack_surface(BOWL, 5, texts={**player.TEXTS, "loop": "반복"}))
    assert header["texts"] == {"loop": "반복"}


def test_repeated_names_stay_apart(paths):
    """The same label twice is two paths that can be hidden one by one."""
    header, *_ = unpack(player.pack_paths(paths, labels=["A", "A", "B"]))
    assert [one["id"] for one in header["series"]] == ["A", "A 2", "B"]


def test_page_is_small_and_carries_everything(paths):
    """Stand-alone: below 200 kB, no address of another place, a policy that allows this script only."""
    page = player.html(paths, title="Race")
    assert len(page.encode()) < 200_000
    assert not re.search(r"(src|href)\s*=\s*[\"']?https?:", page)
    assert "default-src 'none'" in page
    assert page.count("<script") == page.count("</script>") == 3


def test_user_text_is_never_markup(paths):
    """A title or label with tags in it cannot end the script nor become an element."""
    evil = "</script><img src=x onerror=alert(1)>"
    page = player.html(paths, title=evil, labels=[evil, "b", "c"], lang='en"><b>', texts={"loop": evil})
    assert "<img" not in page
    assert "<b>" not in page
    assert page.count("</script>") == 3


def test_notebook_and_file(paths, tmp_path):
    """In a notebook the page lives in a sandboxed frame; the saved file is the page."""
    animation = ov.animate(paths, title="Race", theme="dark")
    shown = animation._repr_html_()
    assert 'sandbox="allow-scripts allow-downloads"' in shown
    assert "<script>" not in shown
    saved = animation.save(tmp_path / "race.html")
    assert saved.read_text(encoding="utf-8") == animation.html


def test_modules_fit_into_one_scope():
    """Joined modules share one scope: no top-level name occurs twice, and no import or export is left."""
    code = bundle.joined()
    names = re.findall(r"^(?:const|let|function|class|async function) (\w+)", code, flags=re.M)
    assert len(names) == len(set(names))
    assert not re.search(r"^(import|export)\b", code, flags=re.M)
    assert "\n" in player.player_script()  # a single line would be taken for a file path
    assert {file.stem for file in bundle.HERE.glob("*.js")} == set(bundle.MODULES)


def test_script_says_no_word_of_its_own():
    """Each word the script asks for exists, and each word that exists is asked for."""
    code = "\n".join(file.read_text(encoding="utf-8") for file in bundle.HERE.glob("*.js"))
    python = "\n".join((bundle.HERE / name).read_text(encoding="utf-8") for name in ("message.py", "film.py"))
    used = {key for key in player.TEXTS if re.search(rf"texts\.{key}\b|\"{key}\"", code + python)}
    assert used == set(player.TEXTS)
    assert set(re.findall(r"\btexts\.(\w+)", code)) <= set(player.TEXTS)


def test_chosen_start_is_a_pair_of_numbers():
    """What comes back from the page is a point or nothing."""
    assert mounting._point({"start": {"x": 1, "y": -2}}) == (1.0, -2.0)
    assert mounting._point({"start": None}) is None
    assert mounting._point(SimpleNamespace(get=lambda _: None)) is None
