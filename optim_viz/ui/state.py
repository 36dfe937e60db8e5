"""Every control's value in the link, and back out of it.

Streamlit keeps a bound control in the URL by its *label*, and drops a value it does not know without a word. So
controls whose labels are the same in every language are bound, those with translated labels keep their id in the
URL here, and both say so when a link asks for something they cannot show.
"""

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NoReturn

import streamlit as st

from optim_viz.ui.i18n import language, speak, t
from optim_viz.ui.site import Page

_KEPT, _WRITTEN, _SPOKEN, _TURNED = "_kept", "_written", "_spoken", "_turned"
STEP = "lesson"  # the parameter that names a step of a lesson
_ASKED, _OPENED = "_asked", "_opened"
_EVERYWHERE = ("lang", "hide", "present", "present_controls")  # no page's own: they stay when a page is opened
_DRAWN: ContextVar[dict[str, str]] = ContextVar("drawn")
_TYPED = (st.number_input, st.text_input, st.text_area)
Fits = Callable[[str], bool]


@dataclass
class _Asked:
    """A page to be opened from another with exactly the parameters `link`, of which `free` can be written at once.

    `done` are the controls that have followed them; `tries` more may be made when something leads elsewhere.
    """

    page: Page
    origin: str
    link: Mapping[str, Sequence[str]]
    free: Mapping[str, Sequence[str]]
    done: set[str] = field(default_factory=set)
    tries: int = 5


_LINK: ContextVar[_Asked | None] = ContextVar("link", default=None)


def begin(page: str) -> None:
    """Once at the top of a run: fixes its language; on another page every control finds its value again."""
    now = language()
    speak(now)
    _DRAWN.set({})
    st.session_state[_TURNED] = st.session_state.get(_SPOKEN, now) != now
    st.session_state[_SPOKEN] = now
    if st.session_state.get("_page", page) != page:
        st.session_state[_WRITTEN] = {}
    st.session_state["_page"] = page
    if _ASKED in st.session_state and "present" in st.session_state:  # bound in every page: it writes its own parameter
        put({"present": st.session_state["present"]})


def bound(widget: Callable[..., Any], label: str, key: str, fits: Fits, **options: Any) -> Any:
    """A control whose words need no translation; `fits` tells whether it can show what a link asks for."""
    link = _leading(key)
    asked = _from_outside(key) if link is None else link.get(key, [])
    none = asked == [""] and options.get("selection_mode") == "multi"  # nothing chosen, as this control writes it
    refused = not none and not all(map(fits, asked))
    if link is not None:
        st.session_state[key] = _read(widget, asked, options) if asked and not refused else _default(options)
    # Streamlit fails on an infinite number, cuts a long text, and takes "" for no choice where there has to be one.
    stumbles = refused and (widget in _TYPED or ("" in asked and "required" in options))
    if stumbles and key in st.query_params:
        del st.query_params[key]
    value = widget(label, key=key, bind=None if stumbles else "query-params", **options)
    _DRAWN.get({})[key] = label
    if refused:
        _refuse(some=options.get("selection_mode") == "multi" and any(map(fits, asked)))
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
    asked, link = st.query_params.get(key), _leading(key)
    if st.session_state.get(key) not in (*options, None):  # it was chosen when there were other options
        del st.session_state[key]
    if asked != written.get(key) or link is not None:  # a link, or the browser's Back button: the URL leads
        st.session_state[key] = asked if asked in options else default
    elif key not in st.session_state:
        st.session_state[key] = kept[key] if kept.get(key) in options else default
    elif st.session_state[_TURNED]:  # the browser holds a label of the other language, and would send it back
        st.session_state[key] = st.session_state[key]
    value = widget(label, tuple(options), key=key, format_func=lambda name: t(options[name]), **more)
    _DRAWN.get({})[key] = label
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


def _from_outside(key: str) -> Sequence[str]:
    """What the link that opened the page says to a control that is drawn for the first time."""
    return st.query_params.get_all(key) if key not in st.session_state else []


def drawn() -> dict[str, str]:
    """Key and label of every control that this run has drawn so far."""
    return _DRAWN.get({})


def _refuse(some: bool = False) -> None:
    """Say what became of a value nobody knows; of several, Streamlit keeps those that are known."""
    if some:
        st.warning(t("The link asks this control for values it does not have; those are left out."))
    else:
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
    asked = _LINK.get()
    if asked is not None and key not in asked.done:
        if key in asked.link:
            return False
        st.session_state[key] = default
    return st.session_state.get(key, default) == default and key not in st.query_params


def put(values: Mapping[str, Any]) -> None:
    """Set controls by key before they are shown (in a callback: presets, reset, a click on the map)."""
    for key, value in values.items():
        st.session_state[key] = value


def open_page(page: Page, link: Mapping[str, str | Sequence[str]]) -> NoReturn:
    """Go to a page with exactly the settings of `link`: its other controls at their defaults; nothing else is lost."""
    told = {key: [value] if isinstance(value, str) else list(value) for key, value in link.items()}
    ours = {key: st.query_params.get_all(key) for key in _EVERYWHERE if key in st.query_params}
    # Streamlit lets nobody write the parameter of a bound control but itself, and it does for those it knows already
    kept = st.session_state.get(_KEPT, {})
    free = {key: texts for key, texts in {**told, **ours}.items() if key in kept or key not in st.session_state}
    st.session_state[_ASKED] = _Asked(page, st.session_state["_page"], told, free)
    st.session_state[_OPENED] = st.session_state.get(_OPENED, 0) + 1
    _switch()


def _switch() -> NoReturn:
    asked, written = st.session_state[_ASKED], st.session_state.get(_WRITTEN, {})
    st.session_state[_WRITTEN] = {key: written[key] for key in _EVERYWHERE if key in asked.free and key in written}
    st.switch_page(asked.page.file, query_params=asked.free)


def resume() -> None:
    """What an animation says while a page is being opened may lead back to the one that was left: go on then."""
    asked, now = st.session_state.get(_ASKED), st.session_state["_page"]
    if asked is None or (now == asked.page.path and st.query_params.get_all(STEP) == list(asked.link.get(STEP, ()))):
        return
    asked.tries -= 1
    if asked.tries and now in (asked.origin, asked.page.path):
        _switch()
    del st.session_state[_ASKED]


def arrive() -> None:
    """From here on in this run the controls follow what `open_page` was told, each once."""
    _LINK.set(st.session_state.get(_ASKED))


def arrived() -> None:
    """At the end of a run in which every control of the page was drawn."""
    st.session_state.pop(_ASKED, None)


def opening() -> str:
    """What is added to the key of an animation, so that it plays from the start when `open_page` leads to it again."""
    return f".{st.session_state[_OPENED]}" if _OPENED in st.session_state else ""


def _leading(key: str) -> Mapping[str, Sequence[str]] | None:
    """The link that leads a control in this run, None where the session does."""
    asked = _LINK.get()
    if asked is None or key in asked.done:
        return None
    asked.done.add(key)
    return asked.link


def _default(options: Mapping[str, Any]) -> Any:
    """What a control shows that nobody has set."""
    if "index" in options:
        return options["options"][options["index"]]
    if options.get("selection_mode") == "multi":
        return list(options["default"])
    return options.get("value", options.get("default"))


def _read(widget: Callable[..., Any], asked: Sequence[str], options: Mapping[str, Any]) -> Any:
    """The value of a control that shows these texts of a link."""
    if "options" in options:
        write = options.get("format_func", str)
        named = {write(option): option for option in options["options"]}
        return [named[text] for text in asked if text] if options.get("selection_mode") == "multi" else named[asked[-1]]
    if widget is st.toggle:
        return asked[-1].lower() == "true"
    return type(options["value"])(float(asked[-1])) if widget is st.number_input else asked[-1]
