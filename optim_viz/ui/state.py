"""Every control's value in the link, and back out of it.

Streamlit keeps a bound control in the URL by its *label*, and drops a value it does not know without a word. So
controls whose labels are the same in every language are bound, those with translated labels keep their id in the
URL here, and both say so when a link asks for something they cannot show.
"""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from optim_viz.ui.i18n import language, speak, t

_KEPT, _WRITTEN, _SPOKEN, _TURNED = "_kept", "_written", "_spoken", "_turned"
Fits = Callable[[str], bool]


def begin(page: str) -> None:
    """Once at the top of a run: fixes its language; on another page every control finds its value again."""
    now = language()
    speak(now)
    st.session_state[_TURNED] = st.session_state.get(_SPOKEN, now) != now
    st.session_state[_SPOKEN] = now
    if st.session_state.get("_page", page) != page:
        st.session_state[_WRITTEN] = {}
    st.session_state["_page"] = page


def bound(widget: Callable[..., Any], label: str, key: str, fits: Fits, **options: Any) -> Any:
    """A control whose words need no translation; `fits` tells whether it can show what a link asks for."""
    asked = st.query_params.get_all(key) if key not in st.session_state else []
    refused = not all(map(fits, asked))
    stumbles = refused and widget is st.number_input  # Streamlit fails on an infinite number in the link
    if stumbles:
        del st.query_params[key]
    value = widget(label, key=key, bind=None if stumbles else "query-params", **options)
    if refused:
        _refuse()
    return value


def named(
    widget: Callable[..., Any],
    label: str,
    key: str,
    options: Mapping[str, str],
    default: str | None,
    **more: Any,
) -> Any:
    """A control over ids with translated names; the URL holds the id, whatever the language."""
    kept = st.session_state.setdefault(_KEPT, {})
    written = st.session_state.setdefault(_WRITTEN, {})
    asked = st.query_params.get(key)
    if st.session_state.get(key) not in (*options, None):  # it was chosen when there were other options
        del st.session_state[key]
    if asked != written.get(key):  # a link, or the browser's Back button: the URL leads
        st.session_state[key] = asked if asked in options else default
    elif key not in st.session_state:
        st.session_state[key] = kept[key] if kept.get(key) in options else default
    elif st.session_state[_TURNED]:  # the browser holds a label of the other language, and would send it back
        st.session_state[key] = st.session_state[key]
    value = widget(label, tuple(options), key=key, format_func=lambda name: t(options[name]), **more)
    if asked is not None and asked not in options:
        _refuse()
    kept[key] = value
    wanted = None if value == default else value
    if wanted is None and asked is not None:
        del st.query_params[key]
    elif wanted is not None and asked != wanted:
        st.query_params[key] = wanted
    written[key] = wanted
    return value


def _refuse() -> None:
    st.warning(t("The link asks this control for a value it does not have; the default is used."))


def steady(key: str | None = None) -> Any:
    """A place for controls whose number changes: what comes after it stays where it is.

    The browser forgets which parameter of the link a control writes when another box takes the place of its own.
    """
    return st.container(key=key)


def among(options: Any, write: Callable[[Any], str] = str) -> Fits:
    """Exactly the given options fit (written out only when a link asks, not at every run)."""
    return lambda text: any(write(option) == text for option in options)


def quiet(key: str, default: Any) -> bool:
    """Whether a folded control has nothing to say: at its default, here and in the link, it need not be drawn."""
    return st.session_state.get(key, default) == default and key not in st.query_params


def put(values: Mapping[str, Any]) -> None:
    """Set controls by key before they are shown (in a callback: presets, reset, a click on the map)."""
    for key, value in values.items():
        st.session_state[key] = value
