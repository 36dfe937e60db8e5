"""A Plotly figure on a page: in the reader's theme and words, made once for all who see the same."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import streamlit as st

from optim_viz import figures
from optim_viz.ui import cached
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
    height: int | None = None,
) -> None:
    """Show `build(theme=..., texts=...)`; `alt` says in words what is seen.

    `texts` are words beside those of all figures: a figure's module declares them as `TEXTS = {"depth":
    Text("depth"), ...}`. With `setting`, which must hold all that the figure depends on, it is kept for all sessions.
    """
    theme, said = worded(texts)
    drawn = (key, setting, theme, language())
    figure = (
        build(theme=theme, texts=said) if setting is None else _MADE.make(drawn, lambda: build(theme=theme, texts=said))
    )
    more: dict[str, Any] = {} if height is None else {"height": height}
    st.plotly_chart(figure, key=key, theme=None, alt=alt, **more)
