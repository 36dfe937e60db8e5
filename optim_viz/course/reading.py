"""Lessons as files: TOML with both languages side by side, checked as it is read."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optim_viz.course.record import KINDS, Fact, Lesson, Link, Said, Step, frozen

LANGUAGES = ("en", "ko")
_LESSON = {"order", "minutes", "topics", "title", "goal", "facts", "steps"}
_STEP = {"kind", "page", "link", "title", "text", "question", "options", "answer", "because"}
_ASKS = ("question", "options", "answer", "because")  # what a prediction has
NOTHING: Said = dict.fromkeys(LANGUAGES, "")


class LessonError(ValueError):
    """A lesson's file says something a lesson cannot have; the message names the file and the step."""


def read(file: Path) -> Lesson:
    """The lesson in a file, its key the file's name. LessonError says what is wrong, and where."""
    try:
        return _lesson(file.stem, tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, LessonError) as wrong:
        raise LessonError(f"{file.name}: {wrong}") from None


def _lesson(key: str, given: dict[str, Any]) -> Lesson:
    _exactly(given, _LESSON, _LESSON - {"facts"}, "the lesson")
    facts = {}
    for name, fact in given.get("facts", {}).items():
        if not isinstance(fact, dict) or not isinstance(fact.get("of"), str):
            raise LessonError(f'the fact {name} needs a measure: {name} = {{ of = "...", ... }}')
        facts[name] = Fact(fact["of"], frozen({k: v for k, v in fact.items() if k != "of"}))
    lesson = Lesson(
        key, _number(given, "order"), _number(given, "minutes"), tuple(given["topics"]),
        _said(given, "title", "the lesson"), _said(given, "goal", "the lesson"), facts,
        tuple(_step(step, f"step {k}") for k, step in enumerate(given["steps"], 1)),
    )  # fmt: skip
    missing = set(KINDS) - {step.kind for step in lesson.steps}
    if missing or not 5 <= len(lesson.steps) <= 8:
        raise LessonError(f"it has {len(lesson.steps)} steps, and no {', '.join(sorted(missing)) or 'missing kind'}")
    return lesson


def _step(given: dict[str, Any], where: str) -> Step:
    _exactly(given, _STEP, {"kind", "page", "title", "text"}, where)
    kind = given["kind"]
    if kind not in KINDS:
        raise LessonError(f"{where}: {kind!r} is none of {', '.join(KINDS)}")
    asks = [name for name in _ASKS if name in given]
    if (kind == "predict" and len(asks) < len(_ASKS)) or (kind != "predict" and set(asks) - {"because"}):
        raise LessonError(f"{where}: a prediction has {', '.join(_ASKS)}, and nothing else has more than because")
    options = {name: _said(given["options"], name, where) for name in given.get("options", {})}
    if kind == "predict" and (len(options) < 2 or "show" in options):
        raise LessonError(f"{where}: a prediction has two options or more, none of them called show")
    told = {name: _said(given, name, where) if name in given else NOTHING for name in ("question", "because")}
    return Step(
        kind, given["page"], _link(given.get("link", {}), where), _said(given, "title", where),
        _said(given, "text", where), told["question"], options, given.get("answer", ""), told["because"],
    )  # fmt: skip


def _exactly(given: Mapping[str, Any], known: set[str], needed: set[str], where: str) -> None:
    unknown, missing = sorted(given.keys() - known), sorted(needed - given.keys())
    if unknown or missing:
        told = [
            f"{how} {', '.join(names)}" for how, names in (("has an unknown", unknown), ("needs", missing)) if names
        ]
        raise LessonError(f"{where} {' and '.join(told)}")


def _number(given: Mapping[str, Any], name: str) -> int:
    if type(given[name]) is not int or given[name] < 1:
        raise LessonError(f"{name} is a whole number from 1")
    return given[name]


def _said(given: Mapping[str, Any], name: str, where: str) -> Said:
    text = given[name]
    words = text.values() if isinstance(text, dict) and set(text) == set(LANGUAGES) else [None]
    if not all(isinstance(one, str) and one.strip() for one in words):
        raise LessonError(f"{where}: {name} needs a text in each of {', '.join(LANGUAGES)}")
    return {lang: text[lang].strip() for lang in LANGUAGES}


def _link(given: Mapping[str, Any], where: str) -> Link:
    link: dict[str, str | tuple[str, ...]] = {}
    for key, value in given.items():
        many = value if isinstance(value, list) else [value]
        if not many or not all(isinstance(one, str) for one in many):
            raise LessonError(f"{where}: {key} in the link is a text or a list of texts, as the address has it")
        link[key] = tuple(many) if isinstance(value, list) else value
    return link
