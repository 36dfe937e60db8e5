"""The map of the course notes: every claim in their order, with the pages on which it can be tried."""

import streamlit as st

from optim_viz.topics import CHAPTERS, OUTSIDE, TOPICS, Chapter, Topic
from optim_viz.ui.i18n import t
from optim_viz.ui.site import PAGES, Page
from optim_viz.ui.state import named
from optim_viz.words import Text

PREFIX = "no."
ALL = "all"


def chapters() -> tuple[Chapter, ...]:
    """The chapters the reader chose to see, at first all."""
    names = {ALL: Text("All"), **{f"{k}": chapter.name for k, chapter in enumerate(CHAPTERS, 1)}}
    chosen = named(st.pills, t("Chapter"), f"{PREFIX}chapter", names, ALL, required=True, label_visibility="collapsed")
    return CHAPTERS if chosen == ALL else (CHAPTERS[int(chosen) - 1],)


def lead() -> None:
    """What this page is, counted."""
    loose = sum(bool(topic.but) for topic in TOPICS.values())
    st.markdown(t(
        "The {n} claims of the course notes in their order. Each can be tried on the pages beside it; {loose} are "
        "loose or wrong, which is said below them.", n=len(TOPICS), loose=loose))  # fmt: skip


def chapter(one: Chapter) -> None:
    """A chapter: its claims, and beside each the pages where it can be tried."""
    st.subheader(t(one.name), anchor=False)
    for topic in one.topics:
        with st.container(key=f"claim-{topic.id}"):
            st.markdown(_said(topic))
            with st.container(gap=None):
                for page in places(topic):
                    st.page_link(page.file, label=t(page.title), icon=":material/arrow_forward:")


def _said(topic: Topic) -> str:
    but = f"\n\n:material/info: *{t(topic.but)}*" if topic.but else ""
    return f"{t(topic.claim)}{but}"


def places(topic: Topic) -> tuple[Page, ...]:
    """The pages that declare this topic."""
    return tuple(page for page in PAGES if topic.id in page.topics)


def outside() -> None:
    """What the notes have beyond this, and why it is not here."""
    st.caption(t(OUTSIDE))
