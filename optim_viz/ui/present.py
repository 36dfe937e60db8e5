"""The same page for a room, a worksheet, a slide and paper: what the link hides, and how large it is drawn."""

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st

from optim_viz.ui import state
from optim_viz.ui.controls import switch
from optim_viz.ui.i18n import language, t
from optim_viz.words import Text

LARGER = 1.4  # of type and lines in a chart, which knows nothing of the page's root size
MOST = 60  # names in one link
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .+-]{0,59}")
_SPLIT = ".st-key-split"
_PARTS: dict[str, tuple[Text, str]] = {
    "title": (Text("Title"), ".st-key-title h1"),
    "menu": (Text("Menu"), ".stAppHeader"),
    "top": (Text("Row above the picture"), ".st-key-top"),
    "stage": (Text("Picture"), f"{_SPLIT} > :nth-child(1)"),
    "panel": (Text("Controls"), f"{_SPLIT} > :nth-child(2)"),
    "words": (Text("Words below the picture"), f"{_SPLIT} > :nth-child(3)"),
    "code": (Text("Code"), ".stCode, [class*='st-key-'][class*='_code']"),
    "notes": (Text("What the notes say"), "[class*='st-key-'][class*='_notes']"),
    "numbers": (Text("Numbers behind the pictures"), ".st-key-numbers"),
    "save": (Text("Save"), "[class*='st-key-'][class*='-save']"),
    "buttons": (Text("Buttons beside the title"), ".st-key-ru-keep, .st-key-link, .st-key-present, .st-key-lang"),
}
_UNSEEN = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);"
_BARE = ".stAppHeader { display: none; } .stMainBlockContainer { padding-top: 1rem; }"
_WIDE = f"{_SPLIT} {{ grid-template: 'stage' auto 'words' auto / minmax(0, 1fr) !important; }}"


def on() -> bool:
    """Whether the page is drawn for a room: large, strong, controls folded."""
    return _is("present")


def _is(key: str) -> bool:
    return bool(st.session_state.get(key, st.query_params.get(key) == "true"))


def embedded() -> bool:
    """Whether the page is a part of another one."""
    return bool(st.context.is_embedded)


def switches() -> None:
    """In the title row: presenting, and while it lasts the controls."""
    before = on()
    help = t("Large type, thick lines, strong contrast; the controls are folded away.")
    now = switch(t("Present"), "present", False, help)
    if now:
        switch(t("Controls"), "present_controls", False)
    if now != before:  # a link or the browser's Back button: the style was written before the switch was read
        st.rerun()


def style() -> str:
    """What the page looks like, here and on paper, without what its link hides."""
    hidden = hides()
    rules = [_sheet("page"), _sheet("print")]
    folded = on() and not _is("present_controls")
    if on():
        rules.append(_sheet("present"))
    gone = [_selector(name) for name in hidden if name != "title"] + [_PARTS["panel"][1]] * folded
    if "title" in hidden:  # still the name of the page for those who listen
        rules.append(f"{_PARTS['title'][1]} {{ {_UNSEEN} }}")
    if embedded():
        rules.append(_BARE)
    if gone:
        rules.append(f":is({', '.join(gone)}):not(.st-key-guide, .st-key-guide *) {{ display: none !important; }}")
    if folded or "panel" in hidden:
        rules.append(_WIDE)
    return f"<style>{' '.join(rules)}</style>"


@cache
def _sheet(name: str) -> str:
    text = Path(__file__).with_name(f"{name}.css").read_text(encoding="utf-8")
    return text.replace("\n", " ")  # Streamlit looks at the indent of every line, at every run


def hides() -> tuple[str, ...]:
    """The parts and controls that the link hides; what cannot be a name is left out."""
    names = st.query_params.get("hide", "").split(",")
    return tuple(name for name in names if _NAME.fullmatch(name))[:MOST]


def refused() -> bool:
    """Whether the link asks to hide something that is no name at all."""
    asked = st.query_params.get("hide", "")
    return bool(asked) and len(hides()) < len(asked.split(","))


def _selector(name: str) -> str:
    """Streamlit writes a control's key into the class of its element, signs as dashes."""
    return _PARTS[name][1] if name in _PARTS else f".st-key-{re.sub('[^A-Za-z0-9_-]', '-', name)}"


def link_box() -> Any:
    """In the title row: a button that opens on the page's link."""
    return st.popover(t("Link"), icon=":material/link:", key="link", on_change="rerun")


def link(box: Any, title: str) -> None:
    """Fill the box, once all controls are known: the link, what a worksheet hides, and the code of a frame."""
    if not box.open:
        return
    with box:
        st.markdown(t("It opens the page exactly as it is now."))
        st.code(address(), language=None, wrap_lines=True)
        _worksheet()
        st.markdown(t("As part of another page, without title and menu: in HTML, in a slide, in Jupyter after %%html. "
                     "Notion takes the address alone."))  # fmt: skip
        st.code(_frame(title), language=None, wrap_lines=True)


def _frame(title: str) -> str:
    source = escape(address(embed="true"))
    look = 'width="100%" height="720" style="border: 0" allow="fullscreen"'
    return f'<iframe src="{source}" title="{escape(title)}" {look}></iframe>'


def _worksheet() -> None:
    names = {**{name: t(said) for name, (said, _) in _PARTS.items()}, **state.drawn()}
    names |= {name: name for name in hides() if name not in names}
    st.session_state["hiding"] = list(hides())
    st.multiselect(t("Hide for a worksheet"), tuple(names), key="hiding", on_change=_hide,
                   format_func=lambda name: f"{names[name]} · {name}", max_selections=MOST)  # fmt: skip


def _hide() -> None:
    names = ",".join(st.session_state["hiding"])
    if names:
        st.query_params["hide"] = names
    else:
        st.query_params.pop("hide", None)


def address(**more: str) -> str:
    """The whole link of the page as it is, in the reader's language."""
    link: dict[str, Any] = {key: st.query_params.get_all(key) for key in st.query_params}
    here = st.context.url or ""
    return f"{here}{'/' * (urlsplit(here).path == '')}?{urlencode({**link, 'lang': language(), **more}, doseq=True)}"


def on_paper() -> None:
    """The last line of a printed page: its link."""
    st.html(f'<p class="on-paper">{escape(address())}</p>')
