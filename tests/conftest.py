"""The order of the tests, and what holds for all of them.

Long files come first, so that no core waits for another's; the browser last: its driver keeps an event loop running,
in which no other test can start one.
"""

import json

import plotly.io
import pytest

from optim_viz.ui import charts


def pytest_collection_modifyitems(items):
    def rank(item):
        return item.get_closest_marker("browser") is not None, item.get_closest_marker("slow") is None

    items.sort(key=rank)


@pytest.fixture(autouse=True)
def every_chart_is_plotlys(monkeypatch):
    """Pages send figures that Plotly has not looked at: here it looks at each, and finds what was sent."""
    send, wrong = charts._Sent.to_dict, []

    def sent(self):
        figure = send(self)
        try:
            checked = json.loads(str(self.drawn.checked().to_json()))
            if json.loads(str(plotly.io.to_json(figure, validate=False))) != checked:
                wrong.append(figure)
        except ValueError as error:
            wrong.append(error)
        return figure

    monkeypatch.setattr(charts._Sent, "to_dict", sent)
    yield
    assert not wrong
