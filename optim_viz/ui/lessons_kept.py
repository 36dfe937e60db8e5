"""How far this person has come in the lessons: in the session, and in the browser from one visit to the next."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from optim_viz import course
from optim_viz.course.progress import Progress, Reached, read, together, write

_PROGRESS, _HEARD, _STORE = "_progress", "_progress_heard", "guide.store"


def progress() -> Progress:
    return st.session_state.get(_PROGRESS, {})


def reached(lesson: str, step: int, answers: dict[int, str] | None = None) -> None:
    """Notes a step, and what was answered at it."""
    st.session_state[_PROGRESS] = together(progress(), {lesson: Reached(step, answers or {})})


def forget() -> None:
    """Starts over, here and in the browser."""
    st.session_state[_PROGRESS] = {}
    st.session_state[_HEARD] = True


def store(at: str = "") -> None:
    """Keeps the progress in the browser; before that, asks once what it kept on an earlier visit.

    `at` is the step that is shown: where it changes, the keyboard's focus stays on the way on.
    """
    data = {"asks": not st.session_state.get(_HEARD, False), "text": write(progress()), "at": at}
    _component()(key=_STORE, data=json.dumps(data).encode(), on_kept_change=_hear)


def _hear() -> None:
    text = st.session_state[_STORE].get("kept")
    if text is not None:
        st.session_state[_PROGRESS] = together(read(text, course.lessons()), progress())
        st.session_state[_HEARD] = True


@cache
def _component() -> Any:
    return component("optim_viz_lessons", js=Path(__file__).with_name("lessons_kept.js").read_text(encoding="utf-8"))
