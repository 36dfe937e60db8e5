"""What a lesson is: steps on the pages, with texts in every language and numbers that are computed."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

KINDS = ("predict", "run", "explain", "try")
Said = Mapping[str, str]  # language -> text
Link = Mapping[str, str | tuple[str, ...]]
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)(?::([^{}]*))?\}")


@dataclass(frozen=True)
class Fact:
    """A number, or the id of an option, that the measure `of` gives for `arguments` (JSON, so that it can be a key)."""

    of: str
    arguments: str = "{}"

    def value(self) -> float | str:
        """Computed anew: who shows it keeps it."""
        from optim_viz.course import measures  # what they measure with is loaded when it is asked for

        return measures.known()[self.of](**json.loads(self.arguments))


@dataclass(frozen=True, eq=False)
class Step:
    """One thing to do on the page `page`, opened with the query parameters `link`.

    `question`, `options` (id -> name), `answer` and `because` belong to a prediction; a task to try may have a
    `because`, what its teacher can expect.
    """

    kind: str
    page: str
    link: Link
    title: Said
    text: Said
    question: Said
    options: Mapping[str, Said]
    answer: str
    because: Said


@dataclass(frozen=True, eq=False)
class Lesson:
    """Steps in their order; `topics` are ids of the course notes, `facts` what the texts name in {braces}."""

    key: str
    order: int
    minutes: int
    topics: tuple[str, ...]
    title: Said
    goal: Said
    facts: Mapping[str, Fact]
    steps: tuple[Step, ...]

    @cached_property
    def _known(self) -> dict[str, float | str]:
        return {}

    def fact(self, name: str) -> float | str:
        """The value of that fact, computed when it is first asked for."""
        if name not in self._known:
            self._known[name] = self.facts[name].value()
        return self._known[name]

    def said(self, text: Said, lang: str, step: Step | None = None) -> str:
        """`text` in `lang` with its numbers; a fact that is an option of `step` goes by the option's name."""

        def fill(found: re.Match[str]) -> str:
            name, form = found.groups()
            if name not in self.facts:  # braces of a formula
                return found[0]
            value = self.fact(name)
            if step is not None and value in step.options:
                return step.options[str(value)][lang]
            return format(value, form or "").replace("-", "−") if not isinstance(value, str) else value

        return _PLACE.sub(fill, text[lang])

    def answer(self, step: Step) -> str:
        """The id of the right option of a prediction."""
        return self.said({"en": step.answer}, "en")

    def named(self, text: str) -> list[tuple[str, str]]:
        """The facts a text names, each with its format, in order."""
        return [(name, form) for name, form in _PLACE.findall(text) if name in self.facts]


def frozen(arguments: Mapping[str, Any]) -> str:
    """Arguments of a measure as text that is equal where they are."""
    return json.dumps(arguments, sort_keys=True)
