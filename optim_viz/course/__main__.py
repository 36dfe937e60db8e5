"""`python -m optim_viz.course zigzag`: a lesson as its readers will see it, with what each number costs."""

import sys
import time

from optim_viz.course import LANGUAGES, Lesson, lessons


def show(lesson: Lesson) -> None:
    """Every fact, then every step in every language."""
    for name, fact in lesson.facts.items():
        begun = time.process_time()
        print(f"{name} = {fact.value()}  ({time.process_time() - begun:.3f} s)")
    for lang in LANGUAGES:
        print(f"\n# {lesson.title[lang]}\n{lesson.goal[lang]}")
        for k, step in enumerate(lesson.steps, 1):
            print(f"\n{k}. {step.kind} on {step.page}: {step.title[lang]}\n{lesson.said(step.text, lang, step)}")
            if step.options:
                print(f"? {lesson.said(step.question, lang, step)} {lesson.answer(step)} of {', '.join(step.options)}")
            if step.because[lang]:
                print(f"= {lesson.said(step.because, lang, step)}")


if __name__ == "__main__":
    for key in sys.argv[1:] or lessons():
        show(lessons()[key])
