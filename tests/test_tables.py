"""Numbers behind pictures: the tables say exactly what the picture shows, under the names it shows."""

import numpy as np
import plotly.graph_objects as go
import pytest

import optim_viz as ov
from optim_viz import player
from optim_viz.export.tables import Table, tables_csv
from optim_viz.figures.room import TALLER, enlarged
from optim_viz.figures.tables import tables
from optim_viz.player.tables import tables as player_tables

LAYOUT = {"xaxis": {"title": {"text": "w<sub>1</sub>"}}, "yaxis": {"title": {"text": "loss &amp; more"}}}
BOWL = ov.Surface("x^2/20 + y^2", start=(-7, 2), minima=[(0, 0)], value=0.0)


def of(*traces, **layout):
    return tables(go.Figure(list(traces), {**LAYOUT, **layout}))


def test_curves_over_the_same_places_stand_side_by_side():
    """One that ends early leaves gaps; a curve over other places has a table of its own."""
    short = {"x": [0, 1], "y": [5.5, np.nan], "name": "<b>Adam</b>"}
    shown = of({"x": [0, 1, 2], "y": [5, 4, 3], "name": "SGD"}, short, {"x": [0.5], "y": [9], "name": "best"})
    assert shown == [
        Table("loss & more", ("w1", "SGD", "Adam"), ((0, 5, 5.5), (1, 4, None), (2, 3, None))),
        Table("best", ("w1", "loss & more"), ((0.5, 9),)),
    ]


def test_a_longer_curve_that_comes_later_sets_the_places():
    """The order of the curves is that of the legend all the same."""
    (table,) = of({"x": [0], "y": [1], "name": "a"}, {"x": [0, 1], "y": [2, 3], "name": "b"})
    assert table.head == ("w1", "a", "b")
    assert table.rows == ((0, 1, 2), (1, None, 3))


def test_a_band_is_its_upper_and_its_lower_edge():
    """A shape that goes along the top and comes back below."""
    (table,) = of({"x": [0, 1, 1, 0], "y": [1, 2, 8, 9], "fill": "toself", "hoverinfo": "skip", "name": "SGD"},
                  {"x": [0, 1], "y": [5, 6], "name": "SGD"})  # fmt: skip
    assert table.head == ("w1", "SGD ↑", "SGD ↓", "SGD")
    assert table.rows == ((0, 9, 1, 5), (1, 8, 2, 6))


def test_what_the_hover_tells_is_the_number():
    """A height drawn on a ladder is not the value; a value beside both places is a further column."""
    (drawn,) = of({"x": [0], "y": [0.5], "customdata": [1e-9], "hovertemplate": "f %{customdata:.3g}", "name": "a"})
    assert drawn.rows == ((0, 1e-9),)
    (path,) = of({"x": [1], "y": [2], "customdata": [3], "hovertemplate": "x %{x}<br>y %{y}<br>f %{customdata}"})
    assert (path.head, path.rows) == (("w1", "loss & more", "f"), ((1, 2, 3),))


def test_decoration_and_hidden_curves_are_left_out():
    """Unless there is nothing else; an entry made only for the legend is nothing."""
    line, mark = {"x": [0], "y": [1], "name": "line"}, {"x": [0, 9], "y": [1, 1], "hoverinfo": "skip"}
    hidden, legend = {**line, "visible": False}, {"x": [None], "y": [None], "name": "entry"}
    assert [table.caption for table in of(line, mark, hidden, legend)] == ["line"]
    assert len(of(mark)) == 1


def test_grids_bars_boxes_and_parallel_axes():
    """Each kind in the way one would write it down."""
    (grid,) = of(go.Heatmap(z=[[1, 2], [3, None]], x=["a", "b"], y=["p", "q"]))
    assert (grid.head, grid.rows) == (("loss & more \\ w1", "a", "b"), (("p", 1, 2), ("q", 3, None)))
    (large,) = of(go.Contour(z=np.arange(10_000.0).reshape(100, 100)))
    assert (len(large.rows), len(large.head)) == (12, 13)
    assert (large.rows[0][:2], large.rows[-1][-1]) == ((0, 0), 9999)
    (bars,) = of(go.Bar(x=[3, 4], y=["one", "two"], orientation="h", name="n"))
    assert (bars.head, bars.rows) == (("loss & more", "w1"), (("one", 3), ("two", 4)))
    (box,) = of(go.Box(y=[1, 2, 3, 4, 5], name="TPE"))
    assert (box.caption, box.rows) == ("TPE", ((1, 2, 3, 4, 5),))
    powers = {"label": "lr", "values": [-3, -2], "tickvals": [-3, -2], "ticktext": ["0.001", "0.01"]}
    (lines,) = of(go.Parcoords(dimensions=[powers, {"label": "score", "values": [0.5, 0.9]}]))
    assert lines.head == ("lr", "score")
    np.testing.assert_allclose(lines.rows, [(0.001, 0.5), (0.01, 0.9)])


def test_places_with_names():
    """Points scattered a little about the places 0, 1, 2 belong to the names written there."""
    named = {**LAYOUT["xaxis"], "tickvals": [0, 1], "ticktext": ["10", "N = 180"]}
    (table,) = of({"x": [-0.2, 1.3], "y": [5, 6], "mode": "markers"}, xaxis=named)
    assert table.rows == (("10", 5), ("N = 180", 6))


def test_the_players_paths():
    """Loss and place at every step, as exact as the player has them; nothing after a path's end."""
    paths = ov.trace([ov.SGD(lr=0.9), ov.SGD(lr=2.5)], BOWL, BOWL.start, 30)
    loss, place = player_tables(player.pack_paths(paths, unit=0.5), player.TEXTS)
    assert loss.head == ("step", "SGD", "SGD 2")
    np.testing.assert_allclose([row[1] for row in loss.rows], paths[0].value, rtol=1e-6)
    assert [row[0] for row in loss.rows[:3]] == [0, 0.5, 1]
    assert place.rows[0] == (0, "(-7, 2)", "(-7, 2)")
    gone = ov.trace([ov.SGD(lr=1e6)], BOWL, BOWL.start, 30)
    assert player_tables(player.pack_paths([*paths, *gone]), player.TEXTS)[0].rows[-1][-1] is None


def test_the_last_frame_of_a_film():
    """Its curves, the losses on the way, and the points under them; a gap is a gap."""
    film = player.Film([0, 1], [[[1, 2]], [[3, np.nan]]], ["fit"], points=[(0.5, 4)], loss=[[8], [2]], steps=[0, 10])
    loss, last, points = player_tables(player.pack_film(film), player.TEXTS, ("t", "u"))
    assert (loss.rows, last.head, last.rows) == (((0, 8), (10, 2)), ("t", "fit"), ((0, 3), (1, None)))
    assert (last.caption, points.rows) == ("u (step 10)", ((0.5, 4),))


def test_some_rows_of_many():
    """Evenly chosen, with the first and the last."""
    table = Table("", ("n",), tuple((k,) for k in range(101)))
    assert [row[0] for row in table.some(5).rows] == [0, 25, 50, 75, 100]
    assert table.some(101) is table


def test_a_spreadsheet_runs_nothing():
    """A name that begins like a formula gets an apostrophe; numbers keep their sign and every digit."""
    text = tables_csv([("=title", [Table("-c", ("+x", "@y"), ((-0.1, "=1+1"), (1 / 3, None)))])])
    assert text.splitlines() == ["'=title,'-c", "'+x,'@y", "-0.1,'=1+1", "0.3333333333333333,", ""]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_figure_for_a_room(theme):
    """Type, lines and markers grow, also where they had no size; the picture itself is left alone."""
    figure = go.Figure(
        [{"x": [1], "y": [2], "line": {"width": 3}, "marker": {"size": [4, 8]}}, {"x": [1], "y": [2]},
         go.Heatmap(z=[[1]], textfont={"size": 10})],
        {"font": {"size": 14}, "height": 400, "margin": {"l": 10}, "xaxis": {"tickfont": {"size": 12}}},
    )  # fmt: skip
    large = enlarged(figure, 1.5, theme)
    assert (large.data[0].line.width, list(large.data[0].marker.size)) == (4.5, [6, 12])
    assert (large.data[1].line.width, large.data[1].marker.size, large.data[2].textfont.size) == (3, 9, 15)
    assert (large.layout.font.size, large.layout.xaxis.tickfont.size, large.layout.margin.l) == (21, 18, 15)
    assert large.layout.height == 400 * TALLER
    assert large.layout.font.color == {"light": "#000000", "dark": "#ffffff"}[theme]
    assert (figure.data[0].line.width, figure.layout.font.size, figure.layout.height) == (3, 14, 400)
    assert list(large.data[0].x) == [1]
