"""Figures: the numbers in them are the numbers of the paths, and nothing undefined reaches a picture."""

import base64
import json
import subprocess
import sys
from pathlib import Path as File

import numpy as np
import plotly.graph_objects as go
import pytest

import optim_viz as ov
from optim_viz import figures
from optim_viz.figures.base import crossings, ground
from optim_viz.figures.levels import bottom, levels, suits
from optim_viz.figures.style import style_of
from optim_viz.figures.text import clean, short

BOWL = ov.SURFACES["Elongated bowl"]
HALF = ov.Surface("x^2 - y^2 + sqrt(x)", x=(-3, 3), y=(-2, 2))
DRAW = {"contour": figures.contour, "surface3d": figures.surface3d, "loss": figures.loss}


@pytest.fixture(scope="module")
def book() -> list:
    return ov.trace([ov.SGD(lr=0.95), ov.Momentum(lr=0.1), ov.AdaGrad(lr=1.5), ov.Adam(lr=0.3)], BOWL, (-7, 2), 29)


@pytest.fixture(scope="module")
def wild() -> list:
    """One grows, one diverges, one of the same name stays."""
    return ov.trace([ov.SGD(lr=1.05), ov.SGD(lr=3), ov.SGD(lr=0.1)], BOWL, (-7, 2), 60)


@pytest.fixture(scope="module")
def broken() -> list:
    """Paths that run into points where f is not defined, on a surface half of which is not."""
    return ov.trace([ov.SGD(lr=0.05), ov.Adam(lr=0.1)], HALF, (2, 0.01), 40)


def plain(figure: go.Figure) -> dict:
    """The figure as strict JSON with its packed arrays as lists; fails on anything not finite."""

    def unpack(part):
        if isinstance(part, dict) and "bdata" in part:
            values = np.frombuffer(base64.b64decode(part["bdata"]), dtype=part["dtype"])
            assert np.isfinite(values).all()
            shape = [int(n) for n in str(part.get("shape", values.size)).split(",")]
            return values.reshape(shape).tolist()
        if isinstance(part, dict):
            return {key: unpack(value) for key, value in part.items()}
        return [unpack(value) for value in part] if isinstance(part, list) else part

    def refuse(word):
        raise AssertionError(f"{word} in the figure")

    return unpack(json.loads(figure.to_json(), parse_constant=refuse))


def lines(figure: go.Figure) -> list:
    return [t for t in figure.data if t.type == "scatter" and t.mode == "lines+markers"]


# -- levels -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("z", "kwargs", "expected"),
    [
        ([0, 10], {"count": 5}, [2, 4, 6, 8]),
        ([0, 1], {"count": 10}, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]),
        ([-9, 9], {"count": 6}, [-6, -3, 0, 3, 6]),
        ([[-1, 0], [0, 1]], {"count": 4}, [-0.5, 0, 0.5]),
        ([0.5, 99], {"scale": "log", "floor": 0, "count": 9}, [1, 2, 5, 10, 20, 50]),
        ([3.5, 103], {"scale": "log", "floor": 3, "count": 9}, [4, 5, 8, 13, 23, 53]),
        ([1, 9], {"scale": "log", "floor": 0}, [1.5, 2, 3, 5, 7]),
        ([1e-4, 1e4], {"scale": "log", "floor": 0, "count": 5}, [0.01, 1, 100]),
        ([5, 5, 5], {}, [5]),
        ([np.nan, np.inf], {}, []),
        ([], {}, []),
        ([np.nan, 0, 4, -np.inf], {"count": 4}, [1, 2, 3]),
    ],
)
def test_levels_exactly(z, kwargs, expected):
    """Whole multiples of a nice step (0.3, not 0.30000000000000004), or the floor plus a 1-2-5 ladder."""
    assert levels(np.array(z, dtype=float), **kwargs).tolist() == expected


def test_levels_choose_the_scale():
    """Even steps for a bowl and around 0 for a saddle; decades for Rosenbrock, also when its floor is unknown."""
    x, y = np.meshgrid(np.linspace(-2, 2, 60), np.linspace(-1, 3, 60))
    bowl, saddle, valley = x**2 / 20 + y**2, x**2 - y**2, (1 - x) ** 2 + 100 * (y - x**2) ** 2
    assert [suits(z) for z in (bowl, saddle, valley)] == ["linear", "linear", "log"]
    assert np.ptp(np.diff(levels(bowl))) < 1e-12
    assert 0 in levels(saddle)
    assert bottom(valley) == 0
    assert {0.5, 1, 2, 5, 10, 100, 1000} <= set(levels(valley).tolist())
    np.testing.assert_array_equal(levels(valley - 7, floor=-7), levels(valley, floor=0) - 7)


@pytest.mark.parametrize("name", ov.SURFACES)
@pytest.mark.parametrize("scale", ["auto", "linear", "log"])
def test_levels_increase_strictly_inside(name: str, scale: str):
    """On every surface: 3 to 18 increasing levels inside the range of z."""
    surface = ov.SURFACES[name]
    z = ground(surface, n=40).z
    found = levels(z, scale, surface.minimum_value)
    assert 3 <= len(found) <= 18
    assert (np.diff(found) > 0).all()
    assert np.nanmin(z) < found[0]
    assert found[-1] < np.nanmax(z)


@pytest.mark.parametrize("z", [[-1.7e308, 0, 1.7e308], [0, 5e-324], [1e-300, 1e300, 1], [1, 1 + 1e-15], [0, 1e-310]])
@pytest.mark.parametrize("scale", ["auto", "linear", "log"])
def test_levels_of_absurd_ranges(z, scale: str):
    """The largest and smallest floats give levels, without a warning."""
    found = levels(np.array(z), scale)
    assert len(found)
    assert np.isfinite(found).all()


def test_levels_ignore_a_wrong_floor():
    """A floor above the data, or one that is not a number, cannot hide values."""
    assert bottom([1.0, 2.0], 5) == bottom([1.0, 2.0], np.nan) == 1
    with pytest.raises(ValueError, match="scale"):
        levels([1.0, 2.0], "cubic")


# -- what all figures share ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("draw", DRAW)
@pytest.mark.parametrize("case", ["book", "wild", "broken"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_undefined_in_a_picture(draw: str, case: str, theme: str, request):
    """No NaN or infinity anywhere in the JSON, packed arrays included."""
    plain(DRAW[draw](request.getfixturevalue(case), theme=theme))


@pytest.mark.parametrize("name", ov.SURFACES)
@pytest.mark.parametrize("draw", DRAW)
def test_every_surface_can_be_drawn(draw: str, name: str):
    """Every catalogue surface, from its start."""
    surface = ov.SURFACES[name]
    plain(DRAW[draw](ov.trace(ov.Adam(lr=0.1), surface, surface.start, 5)))


@pytest.mark.parametrize("draw", DRAW)
def test_single_path_is_a_list_of_one(draw: str, book):
    """A Path and [Path] give the same figure."""
    assert DRAW[draw](book[0]).to_json() == DRAW[draw]([book[0]]).to_json()


@pytest.mark.parametrize("draw", DRAW)
def test_what_cannot_be_drawn(draw: str):
    """No path, a batch, or an unknown theme is a ValueError in words."""
    with pytest.raises(ValueError, match="no path"):
        DRAW[draw]([])
    with pytest.raises(ValueError, match="batch"):
        DRAW[draw](ov.trace(ov.SGD(), BOWL, np.zeros((2, 3)), 4))
    with pytest.raises(ValueError, match="theme"):
        DRAW[draw](ov.trace(ov.SGD(), BOWL, (1, 1), 4), theme="neon")


@pytest.mark.parametrize("draw", DRAW)
def test_words_can_be_replaced(draw: str, book):
    """Every word a figure shows comes from `texts`."""
    texts = {key: f"«{key}»" + (" {n}" if "{n}" in word else "") + (" {title}" if "{title}" in word else "")
             for key, word in figures.TEXTS.items()}  # fmt: skip
    said = json.dumps(plain(DRAW[draw](book, texts=texts)), ensure_ascii=False)
    shown = {"contour": {"x", "y", "step", "start", "minimum"}, "loss": {"step", "gap", "log"},
             "surface3d": {"x", "y", "step", "minimum", "play", "pause"}}[draw]  # fmt: skip
    for key in shown:
        assert f"«{key}»" in said
    for word in ("minimum", "Play", "Pause", "above"):
        assert f"{word}" not in said.replace(f"«{word}»", "")


@pytest.mark.parametrize("draw", DRAW)
def test_same_view_after_new_paths(draw: str, book):
    """Zoom and camera survive other paths on the same surface, and start afresh on another."""
    other = DRAW[draw](ov.trace(ov.Lion(lr=0.1), BOWL, (3, 3), 9)).layout.uirevision
    assert DRAW[draw](book).layout.uirevision == other
    if draw != "loss":
        wide = ov.trace(ov.SGD(), BOWL.replace(a=5), (3, 3), 9)
        assert DRAW[draw](wide).layout.uirevision != other


def test_names_are_not_markup():
    """A user's name arrives as text: no tag, no TeX, no template of Plotly's; white space and length are tamed."""
    assert clean("<b>a</b> & $x$ %{x}") == "&lt;b&gt;a&lt;/b&gt; &amp; &#36;x&#36; &#37;{x}"
    assert clean(" a\n b ") == "a b"
    assert len(clean("x" * 500)) == 40

    class Odd(ov.SGD):
        """A rule with a bad name."""

        def label(self) -> str:
            return "<a href='javascript:1'>$x$ %{x}</a>"

    path = ov.trace(Odd(lr=0.1), BOWL, (1, 1), 3)
    for draw in DRAW.values():
        said = draw(path).to_json()
        assert "<a href" not in json.loads(json.dumps(said))
        assert "\\u003ca href" not in said
        assert "$x$" not in said


def test_looks_are_the_optimizers_looks(book):
    """Color, dash and marker of each line are those of style.py, in either theme."""
    for theme in ("light", "dark"):
        for line, path in zip(lines(figures.contour(book, theme=theme)), book, strict=True):
            look = style_of(path.name)
            dash = ",".join(f"{n}px" for n in look.dash) or "solid"
            drawn = (line.name, line.line.color, line.line.dash, line.marker.symbol)
            assert drawn == (path.name, look.color(theme), dash, look.marker)


def test_twins_are_told_apart(wild):
    """Paths of one optimizer are named by the value that differs, and look different."""
    drawn = lines(figures.contour(wild))
    assert [t.name for t in drawn] == ["SGD lr=1.05", "SGD lr=3.0", "SGD lr=0.1"]
    assert len({(t.line.color, t.line.dash, t.marker.symbol) for t in drawn}) == 3
    same = ov.trace([ov.SGD(), ov.SGD()], BOWL, (1, 1), 2)
    assert [t.name for t in lines(figures.loss(same))] == ["SGD (1)", "SGD (2)"]


# -- contour -------------------------------------------------------------------------------------------------------


def test_contour_holds_the_numbers(book):
    """Positions and losses are the path's own, bit for bit; the grid is f on the domain as float32."""
    figure = figures.contour(book)
    for line, path in zip(lines(figure), book, strict=True):
        np.testing.assert_array_equal(line.x, path.x[:, 0])
        np.testing.assert_array_equal(line.y, path.x[:, 1])
        np.testing.assert_array_equal(line.customdata, path.value)
    hills = figure.data[0]
    x, y = np.meshgrid(np.linspace(-10, 10, 120), np.linspace(-10, 10, 120))
    np.testing.assert_array_equal(hills.z, BOWL.value(np.stack([x, y])).astype(np.float32))
    assert (hills.contours.start, hills.contours.end, hills.contours.size) == (6, 102, 6)
    assert tuple(figure.layout.xaxis.range) == BOWL.x
    assert tuple(figure.layout.yaxis.range) == BOWL.y


def test_contour_of_a_valley_says_the_true_f():
    """A log map puts its lines where f is 1, 10, 100, names them so, and hovers the exact f."""
    surface = ov.SURFACES["Rosenbrock"]
    hills = figures.contour(ov.trace(ov.Adam(), surface, surface.start, 3)).data[0]
    land = ground(surface, n=120)
    assert land.scale == "log"
    np.testing.assert_array_equal(hills.customdata, land.z.astype(np.float32))
    ticks = dict(zip(hills.colorbar.ticktext, hills.colorbar.tickvals, strict=True))
    for rung, level in enumerate(land.levels):
        above = land.z >= level
        assert (hills.z[above] >= np.float32(rung)).all()
        assert (hills.z[~above] <= np.float32(rung)).all()
    assert min(ticks.values()) >= 0
    assert max(ticks.values()) <= len(land.levels) - 1
    for f, name in ((1.0, "1"), (10.0, "10"), (100.0, "100")):
        assert ticks[name] == pytest.approx(land.levels.tolist().index(f), abs=1e-9)


def test_scale_can_be_chosen():
    """log on a bowl, linear on a valley."""
    bowl, valley = (ov.trace(ov.SGD(), ov.SURFACES[n], (1, 1), 2) for n in ("Elongated bowl", "Rosenbrock"))
    assert figures.contour(bowl, scale="log").data[0].contours.size == 1
    assert figures.contour(bowl, scale="log").data[0].customdata is not None
    assert figures.contour(valley, scale="linear").data[0].customdata is None
    with pytest.raises(ValueError, match="scale"):
        figures.contour(bowl, scale="cubic")


def test_start_minimum_and_end_are_marked(book):
    """One start for all, every known minimum, and each path's marker where it ended."""
    marks = {t.name: t for t in figures.contour(book).data[1:] if t.mode == "markers"}
    assert (marks["start"].x.tolist(), marks["start"].y.tolist()) == ([-7], [2])
    assert (marks["minimum"].x.tolist(), marks["minimum"].y.tolist()) == ([0], [0])
    assert [marks["Adam"].x[0], marks["Adam"].y[0]] == book[3].x[-1].tolist()
    many = ov.SURFACES["Himmelblau"]
    marks = {t.name: t for t in figures.contour(ov.trace(ov.SGD(), many, (0, 0), 2)).data}
    np.testing.assert_array_equal(marks["minimum"].x, many.minima[:, 0])


def test_diverged_path_is_cut_at_its_end(wild):
    """Nothing after the last real point; a cross there, and an arrow where it left the picture."""
    figure, path = figures.contour(wild), wild[1]
    assert path.outcome.kind == "diverged"
    line = lines(figure)[1]
    assert len(line.x) == path.end + 1 < len(path.x)
    np.testing.assert_array_equal(line.y, path.x[: path.end + 1, 1])
    ends = [t for t in figure.data[1:] if t.name == line.name and t.mode == "markers"]
    assert [t.marker.symbol for t in ends] == ["x", "arrow"]
    assert [ends[0].x[0], ends[0].y[0]] == path.x[path.end].tolist()
    assert f"diverged at step {path.outcome.step}" in ends[0].hovertemplate
    assert abs(ends[1].y[0]) == 10
    assert ends[1].marker.angle == pytest.approx(0 if ends[1].y[0] > 0 else 180, abs=15)


def test_equal_units(book):
    """`equal` ties the axes together; otherwise they fill the space."""
    assert figures.contour(book, equal=True).layout.yaxis.scaleanchor == "x"
    assert figures.contour(book).layout.yaxis.scaleanchor is None


# -- surface3d -----------------------------------------------------------------------------------------------------


def test_paths_stand_on_the_surface(book):
    """Markers are the path's points at height f, the line between them has the height of the surface."""
    figure = figures.surface3d(book)
    marks = [t for t in figure.data[1:] if t.mode == "markers" and t.name in {p.name for p in book}]
    for mark, path in zip(marks, book, strict=True):
        np.testing.assert_array_equal(mark.x, path.x[:, 0])
        np.testing.assert_array_equal(mark.z, path.value)
        np.testing.assert_array_equal(mark.customdata, np.column_stack([path.value, np.arange(30)]))
    tall = figure.layout.scene.zaxis.range[1] - figure.layout.scene.zaxis.range[0]
    for line in (t for t in figure.data[1:] if t.mode == "lines"):
        np.testing.assert_allclose(line.z, BOWL.value(np.stack([line.x, line.y])), atol=0.005 * tall)
    assert figure.data[0].z.dtype == np.float32


def test_divergence_does_not_stretch_the_picture(wild):
    """Everything drawn is inside the domain, interrupted outside, and the axes are those of the surface."""
    calm, figure = figures.surface3d(wild[2]), figures.surface3d(wild)
    assert figure.layout.scene.zaxis.range == calm.layout.scene.zaxis.range
    assert figure.layout.scene.aspectmode == "manual"
    for trace in plain(figure)["data"][1:]:
        x, y = ([v for v in trace[k] if v is not None] for k in "xy")
        assert max(map(abs, [*x, *y])) <= 10
    assert None in plain(figure)["data"][1]["x"]


def test_long_moves_bend_with_the_surface():
    """A move across the domain is laid on it in small pieces; thousands of them stay a bounded message."""
    zigzag = ov.trace(ov.SGD(lr=1), ov.Surface("x^2 + y^2"), (-9, 9), 3000)
    short_one = figures.surface3d(ov.trace(ov.SGD(lr=1), ov.Surface("x^2 + y^2"), (-9, 9), 2)).data[1]
    assert np.abs(np.diff(short_one.x)).max() <= 20 / 60 + 1e-5
    assert len(short_one.x) == 1 + 2 * 54
    assert len(figures.surface3d(zigzag).data[1].x) <= 9001


def test_lines_end_on_the_rim():
    """A straight move out of the box is cut where it crosses, one that misses is not drawn."""
    p = np.array([[0.0, 0], [2, 0], [2, 3], [0, 0], [0.5, 0.5], [0.5, 0.5]])
    enter, leave = crossings(p, (-1, 1), (-1, 1))
    assert leave[0] == 0.5
    assert enter[0] == 0
    assert enter[1] > leave[1]
    assert enter[2] == pytest.approx(2 / 3)
    assert leave[2:].tolist() == [1, 1, 1]
    assert enter[3:].tolist() == [0, 0]


def test_frames_move_the_heads(book):
    """At most 60 frames, from start to end; a frame holds one point per path and nothing else."""
    figure = figures.surface3d(book)
    assert [f.name for f in figure.frames] == [str(k) for k in range(30)]
    for step in (0, 17, 29):
        head = figure.frames[step].data[0]
        assert list(head.x) == [float(p.x[step, 0]) for p in book]
        assert list(head.z) == [float(p.value[step]) for p in book]
    assert figure.frames[3].traces == (len(figure.data) - 1,)
    long = figures.surface3d(ov.trace(ov.SGD(lr=0.1), BOWL, (1, 1), 5000))
    assert len(long.frames) == 60
    assert (long.frames[0].name, long.frames[-1].name) == ("0", "5000")
    assert [s.label for s in long.layout.sliders[0].steps] == [f.name for f in long.frames]
    assert len(figures.surface3d(ov.trace(ov.SGD(), BOWL, (1, 1), 0)).frames) == 0


def test_log_height_is_said():
    """On a valley the height is log10 of the rise, its ticks and hover name f itself."""
    surface = ov.SURFACES["Rosenbrock"]
    path = ov.trace(ov.Adam(lr=0.1), surface, surface.start, 20)
    figure = figures.surface3d(path)
    axis = figure.layout.scene.zaxis
    assert axis.title.text == "f (log)"
    assert dict(zip(axis.ticktext, axis.tickvals, strict=True))["100"] == pytest.approx(2)
    sheet, mark = figure.data[0], figure.data[2]
    np.testing.assert_array_equal(sheet.customdata, ground(surface, n=80).z.astype(np.float32))
    np.testing.assert_array_equal(mark.customdata[:, 0], path.value)
    np.testing.assert_allclose(mark.z, np.maximum(np.log10(path.value), min(mark.z)))
    assert min(mark.z) >= sheet.z.min() - 1e-6
    assert figures.surface3d(path, scale="linear").layout.scene.zaxis.title.text == "f"


# -- loss ----------------------------------------------------------------------------------------------------------


def test_loss_is_the_gap_where_the_minimum_is_known():
    """f − f* on a log axis, f itself in the hover; `log=False` draws f."""
    surface = ov.SURFACES["Styblinski-Tang"]
    path = ov.trace(ov.Adam(lr=0.1), surface, (0, 1), 20)
    figure = figures.loss(path)
    np.testing.assert_array_equal(figure.data[0].x, np.arange(21))
    np.testing.assert_array_equal(figure.data[0].y, path.value - surface.minimum_value)
    np.testing.assert_array_equal(figure.data[0].customdata, path.value)
    assert (figure.layout.yaxis.type, figure.layout.yaxis.title.text) == ("log", "Loss above the minimum, f − f* (log)")
    straight = figures.loss(path, log=False)
    np.testing.assert_array_equal(straight.data[0].y, path.value)
    assert (straight.layout.yaxis.type, straight.layout.yaxis.title.text) == (None, "Loss f")


def test_loss_without_a_known_minimum(broken):
    """f on a linear axis, up to the end of each path."""
    figure = figures.loss(broken)
    assert figure.layout.yaxis.type is None
    for line, path in zip(figure.data, broken, strict=True):
        np.testing.assert_array_equal(line.y, path.value[: path.end + 1])


def test_loss_at_the_minimum_is_a_gap():
    """A value equal to f* has no logarithm: a hole in the line, not a zero or −∞."""
    figure = figures.loss(ov.trace(ov.SGD(lr=0.5), ov.Surface("x^2 + y^2"), (4, 2), 3))
    assert plain(figure)["data"][0]["y"] == [20, None, None, None]
    assert plain(figure)["data"][0]["customdata"] == [20, 0, 0, 0]


def test_growing_path_does_not_hide_the_others(wild):
    """On a linear axis the first view fits the paths that behave."""
    low, high = figures.loss(wild, log=False).layout.yaxis.range
    assert low < wild[2].value.min() < wild[2].value[0] < high < 2 * wild[2].value[0]


# -- words ---------------------------------------------------------------------------------------------------------


def test_summary_says_what_happened(wild, book):
    """One sentence with names, outcomes, steps and losses from the data; translatable piece by piece."""
    assert figures.summary(wild) == (
        f"Elongated bowl from (-7, 2): the loss of SGD lr=1.05 is growing: f = {wild[0].value[60]:.3g} after 60 steps; "
        f"SGD lr=3.0 diverged at step {wild[1].outcome.step}; "
        f"SGD lr=0.1 is still moving: f = {wild[2].value[60]:.3g} after 60 steps."
    )
    said = figures.summary(book[0])
    assert said.template == "{surface} from ({x:.3g}, {y:.3g}): {paths}."
    assert said.values["paths"].template == "{name} is still moving: f = {value:.3g} after {end} steps"
    user = ov.trace(ov.SGD(lr=0.5), ov.Surface("x^2 + y^2"), (1, 1), 4)
    assert figures.summary(user) == "x^2 + y^2 from (1, 1): SGD converged at step 1 with f = 0."


def test_short_numbers():
    """Axis numbers: four digits, a true minus, no padded exponent."""
    assert [short(v) for v in (0.0, -0.0, -2.5, 1234.0, 1e-12, 1e100)] == ["0", "0", "−2.5", "1234", "1e−12", "1e100"]


def test_looks_and_levels_need_no_plotly():
    """The player takes styles and levels without paying for Plotly."""
    code = (
        "import sys; from optim_viz.figures.style import styles; from optim_viz.figures.levels import levels\n"
        "print('plotly' in sys.modules)"
    )
    root = File(__file__).parent.parent
    out = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


def test_squares_are_the_evenly_spaced_rings_of_a_bowl():
    """On r² the radii of the levels are equally far apart, inside the range, counted from the floor."""
    r = np.linspace(0, 10, 201)
    found = levels(3 + r**2, "squares", floor=3.0, count=10)
    assert found.tolist() == [3 + k**2 for k in range(1, 10)]
    assert np.allclose(np.diff(np.sqrt(found - 3)), 1.0)
