"""The bar of a lesson above the page its step is about: what to do there, a question, and the way on."""

from functools import cache
from pathlib import Path
from typing import NoReturn

import streamlit as st

from optim_viz import course
from optim_viz.course import Lesson, Step
from optim_viz.ui import lab, lessons_kept
from optim_viz.ui.i18n import language, t
from optim_viz.ui.site import BY_NAME, Page
from optim_viz.ui.state import STEP, open_page
from optim_viz.words import Text

KINDS = {"predict": Text("Predict"), "run": Text("Run"), "explain": Text("Explain"), "try": Text("Try")}
_AT = "_lesson"  # the step this session was led to last


def bar(path: str) -> None:
    """The step that the link names, above the page at that path."""
    asked = st.query_params[STEP]
    found = course.find(asked)
    if found is None:
        st.warning(t("There is no such step of a lesson. All lessons are on the page “Lessons”."))
        return
    lesson, k = found
    step = lesson.steps[k - 1]
    page = BY_NAME[step.page]
    if st.session_state.get(_AT) != asked and not _set_up(page, step, path):
        go(lesson, k)
    st.session_state[_AT] = asked
    lessons_kept.reached(lesson.key, k)
    with st.container(key="guide"):
        st.html(style())
        with st.expander(f"**{lesson.title[language()]}** · {k}/{len(lesson.steps)}", expanded=True):
            if page.path != path:
                st.info(t("This step is about the page “{page}”: “Set up again” leads there.", page=t(page.title)))
            ready = _told(lesson, k)
        _row(lesson, k, ready)
        lessons_kept.store(asked)


def _set_up(page: Page, step: Step, path: str) -> bool:
    """Whether a link that came from outside has the step's settings with it; a short one only names the step."""
    return any(key in st.query_params for key in step.link) or (page.path == path and not step.link)


def go(lesson: Lesson, k: int) -> NoReturn:
    """Opens the page of a step with exactly the step's settings."""
    name, step = f"{lesson.key}.{k}", lesson.steps[k - 1]
    st.session_state[_AT] = name
    open_page(BY_NAME[step.page], {**step.link, STEP: name})


def _told(lesson: Lesson, k: int) -> bool:
    """What there is to do; whether it is time for the next step: after a question, once it is answered."""
    step, lang = lesson.steps[k - 1], language()
    kind = "" if step.kind == "predict" else f"{t(KINDS[step.kind])}: "  # a question says so itself
    st.markdown(f"**{kind}{step.title[lang]}**\n\n{lesson.said(step.text, lang, step)}")
    if step.kind != "predict":
        return True
    key = f"guess.{lesson.key}.{k}"
    before = lessons_kept.progress()[lesson.key].answers.get(k)
    if before is not None and st.session_state.get(key) is None and key not in st.query_params:
        st.session_state[key] = before
    names = {name: text[lang] for name, text in step.options.items()}
    answered = lab.predict(key, lesson.said(step.question, lang, step), names, lambda: _truth(lesson, step))
    if answered:
        lessons_kept.reached(lesson.key, k, {k: st.session_state[key]})
    return answered


def _truth(lesson: Lesson, step: Step) -> tuple[str, str]:
    return lesson.answer(step), lesson.said(step.because, language(), step)


def _row(lesson: Lesson, k: int, ready: bool) -> None:
    """Back, on, the same again, and out."""
    last = k == len(lesson.steps)
    with st.container(key="guide-row", horizontal=True, gap="small"):
        if st.button(t("Back"), key="guide.back", disabled=k == 1):
            go(lesson, k - 1)
        if st.button(t("Finish") if last else t("Next"), key="guide.next", type="primary" if ready else "secondary"):
            if last:
                lessons_kept.reached(lesson.key, k + 1)
                open_page(BY_NAME["lessons"], {})
            go(lesson, k + 1)
        if st.button(t("Set up again"), key="guide.again"):
            go(lesson, k)
        if st.button(t("Leave"), key="guide.leave"):
            del st.query_params[STEP]
            st.rerun()


@cache
def style() -> str:
    return f"<style>{Path(__file__).with_name('guide.css').read_text(encoding='utf-8')}</style>"
