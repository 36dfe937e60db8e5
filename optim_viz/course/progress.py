"""How far somebody has come: kept in the browser, where anybody can write, so nothing of it is trusted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from optim_viz.course.record import Lesson

LONGEST = 20_000  # characters
SHOWN = "show"  # the answer of who would rather be told


@dataclass(frozen=True)
class Reached:
    """The furthest step of a lesson (one more than it has: it is done), and what was answered at which step."""

    step: int
    answers: Mapping[int, str] = field(default_factory=dict)


Progress = Mapping[str, Reached]


def read(text: object, lessons: Mapping[str, Lesson]) -> dict[str, Reached]:
    """What of a text fits these lessons; nothing for anything else."""
    if not isinstance(text, str) or len(text) > LONGEST:
        return {}
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    rows = {key: given[key] for key in lessons if key in given} if isinstance(given, dict) else {}
    found = {key: _reached(row, lessons[key]) for key, row in rows.items()}
    return {key: one for key, one in found.items() if one is not None}


def _reached(row: object, lesson: Lesson) -> Reached | None:
    if not isinstance(row, list) or len(row) != 2 or type(row[0]) is not int or not isinstance(row[1], dict):
        return None
    step, answers = row
    if not 1 <= step <= len(lesson.steps) + 1:
        return None
    fits = {
        k: answers[str(k)]
        for k, one in enumerate(lesson.steps, 1)
        if isinstance(answers.get(str(k)), str) and answers[str(k)] in (*one.options, SHOWN) and one.options
    }
    return Reached(step, fits)


def write(progress: Progress) -> str:
    """The text `read` reads."""
    return json.dumps({key: [one.step, {str(k): v for k, v in one.answers.items()}] for key, one in progress.items()})


def together(old: Progress, new: Progress) -> dict[str, Reached]:
    """The further of both in each lesson, the answers of both; `new` wins where they differ."""
    found = dict(old)
    for key, one in new.items():
        before = found.get(key, Reached(1))
        found[key] = Reached(max(before.step, one.step), {**before.answers, **one.answers})
    return found
