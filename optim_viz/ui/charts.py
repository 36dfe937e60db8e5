"""A Plotly figure on a page: in the reader's theme and words, made once for all who see the same."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import streamlit as st
from plotly.basedatatypes import BaseFigure

from optim_viz import figures
from optim_viz.figures.room import TALLER, enlarged
from optim_viz.figures.tables import tables
from optim_viz.figures.unchecked import Unchecked, parts, unchecked, written
from optim_viz.ui import cached, numbers, present
from optim_viz.ui.i18n import each, language

_MADE = cached.Bounded(96)


def worded(texts: Mapping[str, str] | None = None) -> tuple[str, dict[str, str]]:
    """The reader's theme, and the figures' words (with those of `texts`) in the reader's language."""
    return st.context.theme.type or "light", each({**figures.TEXTS, **(texts or {})})


def chart(
    key: str,
    build: Callable[..., Any],
    alt: str,
    texts: Mapping[str, str] | None = None,
    setting: Hashable = None,
    **more: Any,
) -> None:
    """Show `build(theme=..., texts=...)`; `alt` says in words what is seen.

    `texts` are words beside those of all figures: a figure's module declares them as `TEXTS = {"depth":
    Text("depth"), ...}`. With `setting`, which must hold all that the figure depends on, it is kept for all sessions.
    `more` goes to `st.plotly_chart`: height, config, what a click does.
    """
    theme, said = worded(texts)
    room = present.on()

    def make() -> Any:
        with unchecked():
            figure = build(theme=theme, texts=said)
            figure = enlarged(figure, present.LARGER, theme) if room else figure
        return _Sent(figure) if isinstance(figure, Unchecked) else figure

    figure = make() if setting is None else _MADE.make((key, setting, theme, language(), room), make)
    numbers.note(alt, lambda: tables(figure.drawn.checked() if isinstance(figure, _Sent) else figure))
    if room and more.get("height"):
        more["height"] = round(TALLER * more["height"])
    st.plotly_chart(figure, key=key, theme=None, alt=alt, **more)


class _Sent(BaseFigure):
    """What Streamlit takes for a figure of Plotly's and does not check once more: all it asks of one is `to_dict`."""

    drawn: Unchecked

    def __init__(self, figure: Unchecked) -> None:
        self.__dict__.update(drawn=figure, sent=written(parts(figure)))

    def to_dict(self) -> dict[str, Any]:
        return dict(self.__dict__["sent"])
