"""Words in the reader's language: `t("English sentence")`, never a global install."""

import gettext
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

LANGUAGES = {"en": "English", "ko": "한국어"}
_LOCALE = Path(__file__).parent.parent / "locale"


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    return gettext.translation("optim_viz", _LOCALE, languages=[lang], fallback=lang not in LANGUAGES or lang == "en")


def translate(message: str, lang: str, **values: object) -> str:
    """`message` in `lang`; a `Text` from the core brings its own template and values."""
    template = getattr(message, "template", message)
    filled = {**getattr(message, "values", {}), **values}
    said = _catalogue(lang).gettext(template) if template else ""
    if not filled:
        return said
    return said.format(**{k: translate(v, lang) if hasattr(v, "template") else v for k, v in filled.items()})


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
