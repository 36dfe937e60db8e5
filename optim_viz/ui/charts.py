"""A Plotly figure on a page: in the reader's theme and words, made once for all who see the same."""

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from optim_viz import figures
from optim_viz.figures.tables import tables
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
    drawn = (key, setting, theme, language())
    figure = (
        build(theme=theme, texts=said)
        if setting is None
        else _MADE.make(drawn, lambda: _ready(build(theme=theme, texts=said)))
    )
    numbers.note(alt, lambda: tables(figure))
    if present.on():
        from optim_viz.figures.room import TALLER, enlarged

        figure = enlarged(figure, present.LARGER, theme)
        more |= {"height": round(TALLER * more["height"])} if more.get("height") else {}
    st.plotly_chart(figure, key=key, theme=None, alt=alt, **more)


def _ready(figure: Any) -> Any:
    """A figure whose arrays are written out once, not each time it is sent."""
    figure.__dict__["to_dict"] = partial(dict, figure.to_dict())
    return figure
