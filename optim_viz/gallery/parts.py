"""What pages of the static edition are made of: the frame, a played scene, its words and numbers."""

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from html import escape
from xml.etree import ElementTree

from optim_viz import compare, export, sayings, switches
from optim_viz.export.record import version
from optim_viz.gallery.markdown import inline
from optim_viz.gallery.mathml import mathml
from optim_viz.gallery.scenes import Scene
from optim_viz.inside import Inside
from optim_viz.optimizers import Optimizer
from optim_viz.player.bundle import folded, player_style
from optim_viz.switches import SWITCHES
from optim_viz.translation import LANGUAGES, translate
from optim_viz.words import Text

POLICY = "default-src 'none'; img-src 'self' file: data: blob:; script-src 'self' file:; style-src 'self' file: {style}"
DRAWN = ".webp", "-dark.webp"
Say = Callable[[str], str]


def say_in(lang: str) -> Say:
    """Words in that language, ready for HTML."""
    return lambda text: escape(translate(text, lang), quote=False)


def document(lang: str, others: Sequence[str], title: str, body: str, name: str, script: bool = False) -> str:
    """A whole page in the folder `lang`; the folders `others` have a page of the same `name`."""
    say = say_in(lang)
    links = [
        f'<a href="../{other}/{name}" lang="{other}" hreflang="{other}">{LANGUAGES[other]}</a>' for other in others
    ]
    home = "optim_viz" if name == "index.html" else f'<a href="index.html">{say(Text("All animations"))}</a>'
    code = '<script src="../assets/gallery.js" defer></script>\n' if script else ""
    return f"""<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY.format(style=player_style())}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="optim_viz">
<title>{escape(title, quote=False)}</title>
<link rel="stylesheet" href="../assets/gallery.css">
<link rel="icon" href="data:,">
{code}</head>
<body>
<header>{home}<span class="language">{" ".join(links)}</span></header>
<main>
{body}
</main>
<footer>{say(Text("Made by optim_viz {version}. It plays without a server.", version=version()))}</footer>
</body>
</html>
"""


class Stage:
    """Collects the data of one page: every ground is written once, however many scenes play on it."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.data: dict[str, str] = {}
        self.grounds: dict[bytes, str] = {}

    def keep(self, name: str, message: bytes) -> str:
        """The id under which a packed message is on the page."""
        self.data[name] = base64.b64encode(message).decode()
        return name

    def play(self, scene: Scene) -> str:
        """The player of a scene; beside one that is looked into, the numbers of the update it shows."""
        k, ground = len(self.data), scene.ground(self.lang)
        if ground not in self.grounds:
            self.grounds[ground] = self.keep(f"ground{k}", folded(ground))
        surface, paths = self.grounds[ground], self.keep(f"paths{k}", folded(scene.message(self.lang)))
        if not scene.insides:
            return f'<div class="player" data-surface="{surface}" data-paths="{paths}"></div>'
        told = list(updates(scene.insides[0], self.lang))
        numbers = self.keep(f"numbers{k}", zlib.compress(json.dumps(told, ensure_ascii=False).encode(), 9))
        player = f'<div class="player" data-surface="{surface}" data-paths="{paths}" data-numbers="{numbers}"></div>'
        return f'<div class="beside">{player}<div class="update" tabindex="0" id="{numbers}-shown"></div></div>'

    def scripts(self) -> str:
        """The data, for the end of the page."""
        return "\n".join(
            f'<script type="application/octet-stream" id="{name}">{text}</script>' for name, text in self.data.items()
        )


def updates(seen: Inside, lang: str) -> Iterable[dict]:
    """Every update in numbers: its title, its formulas as trees of MathML, and what a slope of 1 moves."""
    say = partial(translate, lang=lang)
    for now, lines in enumerate(_formulas(seen), 1):
        told = {"title": say(Text("Update {n}", n=now)), "lines": lines}
        if seen.per_axis is not None:
            a, b = (float(part) for part in seen.per_axis[now - 1])
            told["note"] = say(Text("Now a slope of 1 moves x by {a:.4g} and y by {b:.4g}.", a=a, b=b))
        yield told


@lru_cache(maxsize=8)
def _formulas(seen: Inside) -> list[list]:
    """The same in every language, and most of the work."""
    return [[_tree(line.latex) for line in seen.lines(now)] for now in range(1, len(seen) + 1)]


def _tree(latex: str) -> list:
    def nested(element: ElementTree.Element) -> list:
        inside = [element.text] if element.text else []
        return [element.tag, element.attrib, *inside, *map(nested, element)]

    return nested(ElementTree.fromstring(mathml(latex, display=True)))


def words(scene: Scene, lang: str) -> str:
    """What the scene shows, in sentences and a table computed from it."""
    say = say_in(lang)
    if scene.insides:
        change = switches.told(SWITCHES[scene.switch], *scene.insides) if scene.switch else []
        return _list(say(text) for text in (*sayings.told(scene.insides[0]), *change))
    rows = [compare.summary(path) for path in scene.paths]
    told = compare.reading(rows, floor=scene.surface.minimum_value, noisy=scene.noise > 0)
    lines = [[say(cell) if isinstance(cell, Text) else escape(cell) for cell in compare.cells(row)] for row in rows]
    table = _table([*map(say, compare.HEAD)], lines)
    return f'{_list(map(say, told))}\n{table}\n<p class="about">{say(compare.NOTE)}</p>'


def _list(sentences: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{sentence}</li>' for sentence in sentences)}</ul>"


def _table(head: list[str], rows: list[list[str]]) -> str:
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>' for row in rows
    )
    return f'<div class="wide" tabindex="0"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def folds(scene: Scene, lang: str) -> str:
    """To unfold: update rules, and the code that makes the paths again."""
    say = say_in(lang)
    rules = "".join(_rule(rule, lang) for rule in scene.rules)
    code = escape(export.notebook_code(scene.paths), quote=False)
    return (
        f"<details><summary>{say(Text('Formulas'))}</summary>{rules}</details>\n"
        f'<details><summary>{say(Text("Notebook code"))}</summary><pre tabindex="0"><code>{code}</code></pre></details>'
    )


def _rule(rule: Optimizer, lang: str) -> str:
    say = say_in(lang)
    lines = r"\begin{aligned}" + r"\\".join(f"&{line}" for line in rule.formula) + r"\end{aligned}"
    notes = " · ".join(filter(None, (escape(rule.source, quote=False), say(rule.differs))))
    return (
        f"<p><strong>{rule.name}.</strong> {inline(translate(rule.idea, lang))}</p>"
        f'<div class="formula" tabindex="0">{mathml(lines, display=True)}</div><p class="about">{notes}</p>'
    )
