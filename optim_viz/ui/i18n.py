"""Words in the reader's language: `t("English sentence")`, never a global install."""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

import streamlit as st

from optim_viz.translation import LANGUAGES, translate


def language() -> str:
    """`?lang=` > what this session chose > the browser's language > English."""
    chosen = st.session_state.get("lang") or st.query_params.get("lang")
    return chosen if chosen in LANGUAGES else preferred()


def preferred() -> str:
    """The first of our languages that the browser asks for."""
    short = (st.context.locale or "en").split("-")[0].lower()
    return short if short in LANGUAGES else "en"


_SPOKEN: ContextVar[str | None] = ContextVar("spoken", default=None)


def speak(lang: str) -> None:
    """Fix the language for the rest of this run; every run is a context of its own."""
    _SPOKEN.set(lang)


def t(message: str, **values: Any) -> str:
    """`message` in the language of this session."""
    return translate(message, _SPOKEN.get() or language(), **values)


def each(messages: Mapping[str, str]) -> dict[str, str]:
    """All of a table of words, such as those of the player, in the language of this session."""
    return {key: t(text) for key, text in messages.items()}
