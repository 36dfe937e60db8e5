"""Guided lessons through the pages, one TOML file each: predict, run, explain, try."""

from functools import cache
from pathlib import Path

from optim_viz.course.reading import LANGUAGES, LessonError, read
from optim_viz.course.record import KINDS, Fact, Lesson, Said, Step

FOLDER = Path(__file__).parent


@cache
def lessons() -> dict[str, Lesson]:
    """Key -> lesson, in their order; the files are read on first use."""
    found = sorted((read(file) for file in FOLDER.glob("*.toml")), key=lambda one: (one.order, one.key))
    return {lesson.key: lesson for lesson in found}


def find(name: str) -> tuple[Lesson, int] | None:
    """The lesson and the number of its step, from 1, that "zigzag.2" names ("zigzag" alone names the first)."""
    key, _, number = name.partition(".")
    lesson = lessons().get(key)
    if lesson is None or not (number or "1").isascii() or not (number or "1").isdecimal() or len(number) > 2:
        return None
    k = int(number or 1)
    return (lesson, k) if 1 <= k <= len(lesson.steps) else None


__all__ = ["KINDS", "LANGUAGES", "Fact", "Lesson", "LessonError", "Said", "Step", "find", "lessons", "read"]
