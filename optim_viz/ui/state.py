"""The shareable state of a page: every control's value, in the URL and back.

Streamlit's own `bind="query-params"` writes the *translated* label of an option, drops a control that is hidden
for two runs, and discards a bad value without a word; a link must survive all three, so the URL is kept here.
"""

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from optim_viz.ui.i18n import language, speak, t

_KEPT, _LINK, _LANGUAGE = "_kept", "_link", "_language"


def begin() -> None:
    """Call once at the top of a run: forgets which controls the last run showed."""
    st.session_state[_LINK] = {}
    lang = language()
    speak(lang)
    if st.session_state.get(_LANGUAGE, lang) != lang:
        # A control whose words change is a new control to Streamlit; give it its value back.
        for key, value in st.session_state.get(_KEPT, {}).items():
            st.session_state[key] = value
    st.session_state[_LANGUAGE] = lang


def control(
    widget: Callable[..., Any],
    label: str,
    key: str,
    default: Hashable,
    *,
    read: Callable[[str], Any],
    write: Callable[[Any], str] = str,
    **options: Any,
) -> Any:
    """One widget whose value lives under `key` in the session and the URL.

    `read` turns URL text into a value or raises ValueError; then a sentence under the control says that the
    default is used instead.
    """
    kept = st.session_state.setdefault(_KEPT, {})
    refused = False
    if key not in st.session_state:
        value, refused = kept.get(key), False
        if key not in kept:
            value, refused = _from_url(key, default, read)
        st.session_state[key] = value
    value = widget(label, key=key, **options)
    if isinstance(value, list):
        value = tuple(option for option in options["options"] if option in value)
    kept[key] = value
    if value != default:
        st.session_state[_LINK][key] = write(value)
    if refused:
        st.warning(t("The link asks {label} for a value it cannot take; the default is used.", label=f"“{label}”"))
    return value


def _from_url(key: str, default: Any, read: Callable[[str], Any]) -> tuple[Any, bool]:
    raw = st.query_params.get(key)
    if raw is None:
        return default, False
    try:
        return read(raw), False
    except (ValueError, OverflowError):
        return default, True


def one_of(options: Any, write: Callable[[Any], str] = str) -> Callable[[str], Any]:
    """A reader for `control` that accepts exactly the given options."""
    names = {write(option): option for option in options}

    def read(text: str) -> Any:
        if text not in names:
            raise ValueError(text)
        return names[text]

    return read


def put(values: dict[str, Any]) -> None:
    """Set controls by key before they are shown (in a callback: presets, reset, a click on the contour)."""
    for key, value in values.items():
        st.session_state[key] = value
        st.session_state.setdefault(_KEPT, {})[key] = value


def publish() -> None:
    """Call once at the end of a run: the URL says exactly what the controls show."""
    wanted = dict(st.session_state[_LINK])
    if wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)
