"""The pages of the static edition: races, optimizers looked into, lessons, and an index in each language."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from urllib.parse import urlencode

from optim_viz.course import Lesson, Step, lessons
from optim_viz.gallery.markdown import html, inline
from optim_viz.gallery.parts import DRAWN, Stage, document, folds, say_in, words
from optim_viz.gallery.scenes import Scene, of_example, of_link, of_preset
from optim_viz.presets import PRESETS
from optim_viz.sayings import EXAMPLES
from optim_viz.translation import LANGUAGES, translate
from optim_viz.words import Text

KINDS = {"predict": Text("Predict"), "run": Text("Run"), "explain": Text("Explain"), "try": Text("Try")}
HEADLINE = Text("See how optimizers move")
INTRODUCTION = Text("Paths of optimizers over a surface, step by step. Every page plays by itself, without a server.")
ELSEWHERE = Text("For this, the app is needed.")


@dataclass(frozen=True, eq=False)
class Entry:
    """One page, in every language: its file's name, the scene of its picture in the index, and what is said of it."""

    key: str
    section: Text
    scene: Scene | None
    name: str | Text = ""
    story: str | Text = ""
    lesson: Lesson | None = None

    def title(self, lang: str) -> str:
        return self.lesson.title[lang] if self.lesson else translate(self.name, lang)

    def about(self, lang: str) -> str:
        return self.lesson.goal[lang] if self.lesson else translate(self.story, lang) if self.story else ""


def entries() -> list[Entry]:
    """Everything there is, in the order of the index."""
    found = [
        Entry(key, Text("Optimizer race"), of_preset(preset), preset.name, preset.story)
        for key, preset in PRESETS.items()
    ]
    inside = Text("Inside an optimizer")
    found += [Entry(f"inside-{key}", inside, of_example(one), one.name) for key, one in EXAMPLES.items()]
    for key, lesson in lessons().items():
        played = [scene for step in lesson.steps if (scene := played_in(step)) and scene.steps]
        found.append(Entry(f"lesson-{key}", Text("Lessons"), next(iter(played), None), lesson=lesson))
    return found


@lru_cache(maxsize=256)
def played_in(step: Step) -> Scene | None:
    """What a step plays, the same in every language."""
    return of_link(step.page, step.link)


def written(entry: Entry, around: Sequence[Entry | None], lang: str, others: Sequence[str], app: str) -> str:
    """The page of an entry; `around` are the entries before and after it, `app` the address of the app or ""."""
    stage = Stage(lang)
    if entry.lesson:
        inside = _lesson(entry.lesson, stage, lang, app)
    else:
        assert entry.scene is not None
        inside = "\n".join((stage.play(entry.scene), words(entry.scene, lang), folds(entry.scene, lang)))
    about = f'<p class="about">{escape(entry.about(lang), quote=False)}</p>\n' if entry.about(lang) else ""
    signs = ("← {}", "{} →")
    pager = "".join(
        f'<a href="{one.key}.html">{sign.format(escape(one.title(lang), quote=False))}</a>' if one else "<span></span>"
        for one, sign in zip(around, signs, strict=True)
    )
    title = escape(entry.title(lang), quote=False)
    body = f'<h1>{title}</h1>\n{about}{inside}\n<nav class="pager">{pager}</nav>\n{stage.scripts()}'
    return document(lang, others, entry.title(lang), body, f"{entry.key}.html", script=True)


def _lesson(lesson: Lesson, stage: Stage, lang: str, app: str) -> str:
    return "\n".join(_step(lesson, k, step, stage, lang, app) for k, step in enumerate(lesson.steps, 1))


def _step(lesson: Lesson, k: int, step: Step, stage: Stage, lang: str, app: str) -> str:
    """A step in full: its words, its animation where it has one, and to unfold: the answer with its reason."""
    say = say_in(lang)
    parts = [
        f'<section class="step" id="step{k}"><h2><span class="kind">{k}. {say(KINDS[step.kind])}</span><br>'
        f"{escape(step.title[lang], quote=False)}</h2>",
        html(lesson.said(step.text, lang, step)),
    ]
    if step.options:
        options = "".join(f"<li>{inline(text[lang])}</li>" for text in step.options.values())
        parts.append(f'<p class="question">{inline(lesson.said(step.question, lang, step))}</p>')
        parts.append(f'<ul class="options">{options}</ul>')
    scene = played_in(step)
    if scene is not None and scene.steps:
        parts.append(stage.play(scene))
    parts.append(_address(lesson, k, step, lang, app, scene is None))
    because = lesson.said(step.because, lang, step)
    if because:
        right = f"<p><strong>{inline(step.options[lesson.answer(step)][lang])}</strong></p>" if step.options else ""
        label = Text("Show the answer") if step.options else Text("What to expect")
        parts.append(f"<details><summary>{say(label)}</summary>{right}{html(because)}</details>")
    return "\n".join([*filter(None, parts), "</section>"])


def _address(lesson: Lesson, k: int, step: Step, lang: str, app: str, needed: bool) -> str:
    """A link to the step in the app where its address is known; else, where the step needs it, that it does."""
    say = say_in(lang)
    if not app:
        return f'<p class="about">{say(ELSEWHERE)}</p>' if needed else ""
    query = urlencode({**step.link, "lesson": f"{lesson.key}.{k}", "lang": lang}, doseq=True)
    address = f"{app}/{'' if step.page == 'race' else step.page}?{query}"
    return f'<p><a href="{escape(address)}">{say(Text("Open this in the app"))}</a></p>'


def index(found: Sequence[Entry], lang: str, others: Sequence[str]) -> str:
    """All entries of a language by section, each with its picture."""
    say = say_in(lang)
    parts = [
        f"<h1>{say(HEADLINE)}</h1>",
        f"<p>{say(INTRODUCTION)}</p>",
    ]
    for section in dict.fromkeys(entry.section for entry in found):
        cards = "\n".join(_card(entry, lang) for entry in found if entry.section == section)
        parts.append(f'<h2>{say(section)}</h2>\n<ul class="cards">\n{cards}\n</ul>')
    return document(lang, others, f"optim_viz: {translate(HEADLINE, lang)}", "\n".join(parts), "index.html")


def _card(entry: Entry, lang: str) -> str:
    light, dark = (f"../assets/{entry.key}{ending}" for ending in DRAWN)
    picture = ""
    if entry.scene:
        picture = (
            f'<picture><source srcset="{dark}" media="(prefers-color-scheme: dark)">'
            f'<img src="{light}" alt="" loading="lazy" width="360" height="210"></picture>'
        )
    name, about = (escape(text, quote=False) for text in (entry.title(lang), entry.about(lang)))
    return f'<li><a href="{entry.key}.html">{picture}<div><strong>{name}</strong><span>{about}</span></div></a></li>'


def front(languages: Sequence[str]) -> str:
    """The page at the top: leads to the reader's language, and names all of them."""
    links = " · ".join(f'<a href="{lang}/index.html" lang="{lang}">{LANGUAGES[lang]}</a>' for lang in languages)
    return FRONT.format(lang=languages[0], links=links)


FRONT = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="optim_viz">
<title>optim_viz</title>
<link rel="stylesheet" href="assets/gallery.css">
<link rel="icon" href="data:,">
<script src="assets/front.js" defer></script>
</head>
<body><main><h1>optim_viz</h1><p class="languages">{links}</p></main></body>
</html>
"""
