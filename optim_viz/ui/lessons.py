"""The list of lessons with one's own progress, and the teacher's view: all steps of one with answers and reasons."""

from urllib.parse import urlencode

import streamlit as st

from optim_viz import course
from optim_viz.course import Lesson, Step
from optim_viz.topics import TOPICS
from optim_viz.ui import guide, lessons_kept
from optim_viz.ui.controls import switch
from optim_viz.ui.i18n import language, t
from optim_viz.ui.said import bullets
from optim_viz.ui.state import STEP, named


def answers() -> bool:
    """Whether the teacher's view is asked for."""
    st.html(guide.style())
    return switch(t("Teacher's view: answers and reasons"), "answers", False)


def listed() -> None:
    """Every lesson: what it is for, how far one has come, and a button that goes on there."""
    found, progress = course.lessons(), lessons_kept.progress()
    st.markdown(t(
        "Predict, run, explain, try: {n} lessons on the real pages, in an order that builds up. Your progress is kept "
        "in this browser only.", n=len(found)))  # fmt: skip
    with st.container(key="lessons"):
        for number, lesson in enumerate(found.values(), 1):
            _card(number, lesson, progress[lesson.key].step if lesson.key in progress else 0)
    if progress:
        icon = ":material/restart_alt:"
        st.button(t("Forget my progress"), key="guide.forget", on_click=lessons_kept.forget, icon=icon)
    if STEP not in st.query_params:  # else the bar above does it
        lessons_kept.store()


def _card(number: int, lesson: Lesson, step: int) -> None:
    """`step` is the furthest so far, 0 before the first."""
    lang, last = language(), len(lesson.steps)
    with st.container(key=f"lesson-{lesson.key}", border=True):
        st.markdown(f"**{number}. {lesson.title[lang]}**\n\n{lesson.goal[lang]}")
        if step > last:
            said, label, k = t("Done"), t("Once more"), 1
        elif step:
            said, label, k = t("Step {k} of {n}", k=step, n=last), t("Go on"), step
        else:
            said, label, k = t("{n} steps, about {minutes} minutes", n=last, minutes=lesson.minutes), t("Begin"), 1
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            icon = ":material/check_circle: " if step > last else ""
            st.caption(f"{icon}{said}")
            if st.button(label, key=f"guide.open.{lesson.key}", type="secondary" if step > last else "primary"):
                guide.go(lesson, k)


def one() -> Lesson:
    """The lesson whose answers are shown."""
    names = {lesson.key: lesson.title[language()] for lesson in course.lessons().values()}
    return course.lessons()[named(st.selectbox, t("Lesson"), "answers.of", names, next(iter(names)))]


def teacher(lesson: Lesson) -> None:
    """One lesson on paper: goal, what of the notes it teaches, and each step with its answer."""
    lang = language()
    st.subheader(lesson.title[lang], anchor=False)
    st.markdown(f"{lesson.goal[lang]}\n\n{t('About {minutes} minutes.', minutes=lesson.minutes)}")
    st.markdown(bullets(*(t(TOPICS[topic].claim) for topic in lesson.topics)))
    for k, step in enumerate(lesson.steps, 1):
        st.markdown("\n\n".join(_step(lesson, k, step, lang)))


def _step(lesson: Lesson, k: int, step: Step, lang: str) -> list[str]:
    """The paragraphs of a step."""
    page = guide.BY_NAME[step.page]
    link = urlencode({**step.link, STEP: f"{lesson.key}.{k}", "lang": lang}, doseq=True)
    told = [
        f"**{k}. {t(guide.KINDS[step.kind])}: {step.title[lang]}** · [{t(page.title)}](/{page.path}?{link})",
        lesson.said(step.text, lang, step),
    ]
    if step.options:
        right = lesson.answer(step)
        marked = {name: text[lang] for name, text in step.options.items()}
        marked[right] = f"**{marked[right]}** :material/check:"
        told += [f"*{lesson.said(step.question, lang, step)}*", bullets(*marked.values())]
    because = lesson.said(step.because, lang, step)
    return [*told, because] if because else told
