"""What every lab has: a prediction before the next result, the code, and the long text of the page."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cache
from math import isfinite
from pathlib import Path

import streamlit as st

from optim_viz.ui import said
from optim_viz.ui.i18n import language, t
from optim_viz.ui.site import PAGES
from optim_viz.ui.state import named
from optim_viz.words import Text

_LOCALE = Path(__file__).parent.parent / "locale"
_SHOW = "show"


def predict(
    key: str,
    question: str,
    options: Mapping[str, str],
    truth: Callable[[], tuple[str, str]],
    about: Hashable = None,
) -> bool:
    """A question before the next step; True once it is answered, and only then is its result to be shown.

    `options` are ids with their names; `truth` gives the id of the right one and the reason in words, and is asked
    only after the answer. A changed `about`, the settings the question is on, takes the answer back.
    """
    before = f"_{key}_about"
    if st.session_state.get(before, about) != about and key in st.session_state:
        st.session_state[key] = None
    st.session_state[before] = about
    st.markdown(f"**{t('Predict')}** · {question}")
    choices = {**options, _SHOW: Text("just show me")}
    guess = named(st.pills, question, key, choices, None, label_visibility="collapsed")
    if guess is None:
        return False
    right, reason = truth()
    if guess == _SHOW:
        st.info(reason, icon=":material/visibility:")
    elif guess == right:
        st.success(f"**{t('Right.')}** {reason}", icon=":material/check:")
    else:
        was = t("Not this time: the answer is “{answer}”.", answer=t(options[right]))
        st.warning(f"**{was}** {reason}", icon=":material/lightbulb:")
    return True


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A small table in Markdown, its first column to the left."""
    st.markdown(said.table(head, rows))


def digits(value: float) -> str:
    """A number in three digits: 0 where only rounding is left, ∞ where it is not finite."""
    if not isfinite(value):
        return "∞"
    return "0" if abs(value) < 1e-12 else f"{value:.3g}".replace("-", "−")


def ending(code: Callable[[], str]) -> None:
    """The last thing on a lab: notebook code and the long text, each made only when it is opened."""
    page = st.session_state["_page"]
    with st.expander(t("Notebook code"), key=f"{page}_code", on_change="rerun") as box:
        if box.open:
            st.code(code(), language="python")
    with st.expander(t("What the notes say"), key=f"{page}_notes", on_change="rerun") as box:
        if box.open:
            st.markdown(written(page, language()))


@cache
def written(page: str, lang: str) -> str:
    """The long text of a page, in Markdown; its links to other pages stay in the language."""
    text = (_LOCALE / lang / "pages" / f"{page}.md").read_text(encoding="utf-8")
    for other in PAGES:
        text = text.replace(f"]({other.name})", f"](/{other.path}?lang={lang})")
    return text
