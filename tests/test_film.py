"""What a film of curves sends, byte for byte, and the page that plays it without a server."""

import json
import struct

import numpy as np
import pytest

import optim_viz as ov
from optim_viz import player
from optim_viz.player import Film

X = np.linspace(0, 1, 5)
Y = np.arange(2 * 3 * 5).reshape(3, 2, 5) / 10.0  # 3 frames of 2 curves
POINTS = np.array([[0.1, 4.0], [0.9, -1.0]])
LOSS = np.array([[3.0, 9.0], [2.0, 8.0], [1.0, 7.0]])


def unpack(message):
    size = struct.unpack_from("<I", message)[0]
    return json.loads(message[4 : 4 + size]), np.frombuffer(message[4 + size :], "<f4")


def test_a_film_arrives_as_written():
    """After the header come the losses, x, each curve frame by frame, and the points; nothing else."""
    header, floats = unpack(player.pack_film(Film(X, Y, ["a", "b"], points=POINTS, loss=LOSS)))
    assert floats.size == 6 + 5 + 30 + 4
    np.testing.assert_array_equal(floats[:6], LOSS.T.ravel())
    np.testing.assert_array_equal(floats[6:11], X.astype("f4"))
    np.testing.assert_array_equal(floats[11:41].reshape(2, 3, 5), Y.transpose(1, 0, 2).astype("f4"))
    np.testing.assert_array_equal(floats[41:].reshape(2, 2), POINTS.astype("f4"))
    assert (header["steps"], header["film"]) == (2, {"n": 5, "frames": 3, "count": 2})
    assert [(one["name"], one["count"], one["diverged"]) for one in header["series"]] == [
        ("a", 3, None),
        ("b", 3, None),
    ]
    assert header["charts"] == [{"text": "film_loss", "log": True, "loss": True}]


def test_ground_and_film_meet():
    """The ground under a film carries its key, ranges that hold all that is shown, and no grid."""
    film = Film(X, Y, ["a", "b"], points=POINTS)
    ground, rest = unpack(player.pack_ground(film))
    assert ground["key"] == unpack(player.pack_film(film))[0]["surface"]
    assert (ground["rows"], ground["field"], rest.size) == (0, 0, 0)
    assert ground["x"][0] < 0 < 1 < ground["x"][1]
    assert ground["y"][0] < -1 < 4 < ground["y"][1]
    assert unpack(player.pack_ground(Film(X, Y, ["a", "b"], y_range=(0, 1))))[0]["y"] == [0, 1]


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (None, {}),
        ([0, 1, 2], {}),
        ([0, 50, 100], {"unit": 50}),
        ([0, 1, 10], {"marks": [0, 1, 10]}),
        ([1, 2, 3], {"marks": [1, 2, 3]}),
    ],
)
def test_frames_are_called_by_their_steps(steps, told):
    """Even steps from 0 are a unit, others are written one by one."""
    header, _ = unpack(player.pack_film(Film(X, Y, ["a", "b"], steps=steps)))
    assert {key: header[key] for key in ("unit", "marks") if key in header} == told
    assert header["charts"] == []


def test_a_curve_that_diverges_says_where_and_leaves_a_gap():
    """Its losses end before the first that is no number; its values there are NaN, which is not drawn."""
    loss, y = LOSS.copy(), Y.copy()
    loss[1:, 1], y[2, 1], y[1, 1, 0] = np.inf, np.inf, 1e300
    header, floats = unpack(player.pack_film(Film(X, y, ["a", "b"], loss=loss)))
    assert [(one["count"], one["diverged"]) for one in header["series"]] == [(3, None), (1, 1)]
    curve = floats[4 + 5 + 15 :].reshape(3, 5)
    assert np.isnan(curve[2]).all()
    assert curve[1, 0] == np.float32(3e38)


def test_a_curve_without_a_loss_has_none():
    """A target curve stands beside the fits: no loss, and not diverged."""
    loss = LOSS.copy()
    loss[:, 1] = np.nan
    header, floats = unpack(player.pack_film(Film(X, Y, ["fit", "target"], loss=loss)))
    assert [(one["count"], one["diverged"]) for one in header["series"]] == [(3, None), (0, None)]
    assert floats.size == 3 + 5 + 30


def test_classes_have_colors_and_shapes():
    """Points of two classes differ in both."""
    header, _ = unpack(player.pack_film(Film(X, Y, ["a", "b"], points=POINTS, classes=[1, 0])))
    assert header["film"]["classes"] == [1, 0]
    assert len(set(header["film"]["colors"])) == len(set(header["film"]["markers"])) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"x": X[:4]},
        {"y": Y[0]},
        {"names": ["a"]},
        {"loss": LOSS[:2]},
        {"points": [[1, 2, 3]]},
        {"classes": [0, 1, 2]},
        {"steps": [0, 1]},
        {"y": np.zeros((0, 2, 5))},
    ],
)
def test_shapes_that_do_not_fit_are_refused(wrong):
    """A wrong array is named, before anything is sent."""
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} (is|has)|needs a frame"):
        Film(**{"x": X, "y": Y, "names": ["a", "b"], "points": POINTS, **wrong})


def test_words_of_a_film():
    """It calls itself a chart of curves in any language; what English says by itself does not travel."""
    film = Film(X, Y, ["a", "b"])
    assert unpack(player.pack_film(film))[0]["texts"] == {}
    words = unpack(player.pack_ground(film))[0]["texts"]
    assert set(words) == {"picture", "legend", "zoom_reset"}
    assert words["legend"] == "Curves"
    spoken = unpack(player.pack_ground(film, {**player.TEXTS, "film_legend": "곡선"}))[0]["texts"]
    assert spoken["legend"] == "곡선"


def test_page_of_a_film_stands_alone():
    """As the player's page: small, a policy that allows its own script only, and names that cannot become markup."""
    page = player.html(Film(X, Y, ["</script><img src=x>", "b"], points=POINTS, loss=LOSS), title="Fit")
    assert len(page.encode()) < 100_000
    assert page.count("</script>") == 3
    assert "<img" not in page
    assert 'sandbox="allow-scripts' in ov.animate(Film(X, Y, ["a", "b"]), height=300)._repr_html_()
