"""Figures that Plotly does not look at say what Plotly's own would."""

import json

import numpy as np
import plotly.graph_objects as go
import plotly.io
import pytest

from optim_viz.figures.unchecked import Figure, Scatter, Unchecked, parts, unchecked, written


def draw():
    """All that figures are changed with."""
    figure = Figure(
        Scatter(x=np.arange(3), y=[1.0, None, 2.0], name=None), {"template": "none", "paper_bgcolor": "red"}
    )
    figure.add_traces([Scatter(x=[1], y=np.array([2.5], np.float32)), {"type": "bar", "y": np.arange(70_000)}])
    figure.add_vline(x=3, line={"color": "red"}).add_hline(y=2)
    figure.add_shape(type="rect", x0=0, x1=None).add_annotation(x=1, text="a")
    figure.update_layout(margin={"l": 3, "r": 4}, xaxis2={"anchor": "y"}, annotations=figure.layout["annotations"])
    figure.update_layout({"margin": {"l": 5}, "title": {"text": "t"}}, scene_camera={"eye": {"x": 1}}, title_x=0.5)
    figure.update_xaxes({"title": {"text": "q", "standoff": 4}, "range": [0, 1]}, nticks=7)
    return figure.update_xaxes(title_standoff=14).update_yaxes(tickvals=list(range(3)), type=None)


def test_the_same_as_plotlys_own():
    with unchecked():
        quick = draw()
    own = draw()
    assert isinstance(quick, Unchecked)
    assert isinstance(own, go.Figure)
    for one in (written(parts(quick)), quick.checked(), own):
        told = json.loads(str(plotly.io.to_json(one, validate=False)))
        assert told == json.loads(str(own.to_json()))
    seen = told["layout"]
    assert seen["margin"] == {"l": 5, "r": 4}
    assert seen["xaxis2"]["title"]["standoff"] == 14
    assert seen["xaxis"]["title"] == {"text": "q", "standoff": 14}
    assert seen["scene"]["camera"] == {"eye": {"x": 1}}
    assert [len(seen[kind]) for kind in ("shapes", "annotations")] == [3, 1]


def test_only_inside():
    with pytest.raises(ZeroDivisionError), unchecked():
        raise ZeroDivisionError
    assert isinstance(Figure(), go.Figure)
    with pytest.raises(ValueError, match="lime green sky"):
        Figure(Scatter(x=[1], line={"color": "lime green sky"}))
