"""Words: the catalogue is complete and compiled, terms are held, and nothing reaches a person untranslated."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages import Message
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from optim_viz.formula.tree import ARITY
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.ui.i18n import LANGUAGES, preferred, speak, translate
from optim_viz.words import Text
from tests import catalog
from tests.pages import heading, opened

ROOT = Path(__file__).parent.parent
HANGUL = re.compile(r"[가-힣]")
MESSAGES = [message for message in catalog.read("ko") if message.id]
TRANSLATED = [message for message in MESSAGES if message.string]
NAMES = {*OPTIMIZERS, *ARITY, "torch", "optim_viz", *(h.name for o in OPTIMIZERS.values() for h in o.hyperparameters())}


# --- the catalogue


def test_catalogue_has_exactly_todays_words():
    """Every msgid of the code is in the catalogue, and nothing else is: `python -m tests.catalog` was run."""
    assert {message.id for message in MESSAGES} == set(catalog.msgids())
    assert not catalog.read("ko").obsolete


# Thousands of messages are one test: each test costs far more than it takes to look at a message.
def test_each_message_is_translated():
    """A translation is there (else: say it in Korean, then run `python -m tests.catalog`) and is settled."""
    assert [message.id for message in MESSAGES if not message.string or message.fuzzy] == []


def test_each_translation_keeps_the_placeholders():
    """Each with its format: no number is lost, or written in another way."""
    assert [m.id for m in TRANSLATED if placeholders(m.string) != placeholders(m.id)] == []


def test_each_translation_is_korean():
    """Only what has no English words in it has none of Korean."""
    latin = [m.id for m in TRANSLATED if not HANGUL.search(m.string)]
    assert [text for text in latin if re.search(r"[A-Za-z]{2}", without_placeholders(text))] == []


def placeholders(template: str) -> set[tuple[str, str, str]]:
    fields = Formatter().parse(template)
    return {(name, spec or "", conversion or "") for _, name, spec, conversion in fields if name is not None}


def without_placeholders(template: str) -> str:
    return "".join(text for text, *_ in Formatter().parse(template))


def test_compiled_catalogue_is_what_the_text_says():
    """The committed .mo is the .po compiled: a page shows what a translator wrote."""
    committed = catalog.LOCALE / "ko" / "LC_MESSAGES" / "optim_viz.mo"
    assert committed.read_bytes() == catalog.compiled(catalog.read("ko"))


def test_no_particle_follows_a_name():
    """Korean particles depend on the last sound, which a name in a placeholder does not tell."""
    word = r"\{(?:name|names|best|worst|others|guess|field|character|symbol|surface|outcome|item|words|known)\}"
    particle = r"(?:은|는|이|가|을|를|와|과|으로|로|이나|나|이라|라)(?![가-힣])"
    for message in MESSAGES:
        assert not re.search(word + particle, message.string), message.string


def test_no_star_turns_into_emphasis():
    """`f*` before a particle would open Markdown emphasis, so a space or a mark follows each star."""
    for message in MESSAGES:
        assert not re.search(r"\*[가-힣]", message.string), message.string


# --- the glossary


def glossary() -> list[tuple[tuple[str, ...], tuple[str, ...], str]]:
    """Rows of the table: English forms, Korean words, note."""
    lines = (catalog.LOCALE / "GLOSSARY.md").read_text(encoding="utf-8").splitlines()
    table = lines[next(k for k, line in enumerate(lines) if line.startswith("|---")) + 1 :]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return [(tuple(row[0].split(" / ")), tuple(row[1].split(" / ")), row[2]) for row in rows]


WORDS = {form.lower(): (korean, note) for english, korean, note in glossary() for form in english}
TERM = re.compile(
    r"(?<![\w-])(" + "|".join(sorted(map(re.escape, WORDS), key=len, reverse=True)) + r")(?:e?s)?(?![\w-])", re.I
)


def test_glossary_says_each_term_once():
    """No English form stands in two rows, and no row is empty."""
    forms = [form.lower() for english, _, _ in glossary() for form in english]
    assert len(forms) >= 60
    assert len(forms) == len(set(forms))
    assert all(HANGUL.search(word) or word in NAMES for korean, _ in WORDS.values() for word in korean)


def test_longer_terms_come_first():
    """ "learning rate" is one term, not "rate"; plurals and capitals count; parts of words do not."""
    assert TERM.findall("Learning rates, rate, hyper-parameter, stepping") == [
        "Learning rate",
        "rate",
        "hyper-parameter",
    ]


def test_glossary_is_held():
    """Where an English term stands in a message, one of its Korean words stands in the translation."""
    assert [broken for message in TRANSLATED for broken in unheld(message)] == []


def unheld(message: Message) -> Iterator[str]:
    for term in TERM.findall(without_placeholders(message.id)):
        korean, note = WORDS[term.lower()]
        excused = any(part in message.id for part in re.findall("except “([^”]+)”", note))
        if not excused and not any(word in message.string for word in korean):
            yield f"{message.id}: {term}: {' / '.join(korean)}"


def test_glossary_has_no_idle_exception():
    """Each exception is needed: its message exists and really lacks the word."""
    for _, korean, note in glossary():
        for part in re.findall("except “([^”]+)”", note):
            meant = [message for message in MESSAGES if part in message.id]
            assert len(meant) == 1
            assert not any(word in meant[0].string for word in korean)


# --- the code: nothing bypasses t(...)

SHOWN = {"markdown", "write", "title", "header", "subheader", "caption", "text", "warning", "error", "info", "success",
         "button", "download_button", "link_button", "toggle", "checkbox", "radio", "selectbox", "multiselect", "pills",
         "segmented_control", "slider", "select_slider", "number_input", "text_input", "text_area", "file_uploader",
         "expander", "popover", "tabs", "metric", "spinner", "toast", "progress", "status", "Page", "code",
         "choice", "switch", "whole", "coordinate"}  # fmt: skip
SECOND = {"bound", "named"}  # our own: the widget first, then its label
SPOKEN = ("label", "help", "placeholder", "title", "caption", "body")


def said_directly(tree: ast.AST) -> list[str]:
    """Literals with a word in them that are handed to a function that shows text, outside t(...) and Text(...)."""
    found = []
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and called(call) in SHOWN | SECOND:
            first = 1 if called(call) in SECOND else 0
            shown = [*call.args[first : first + 1], *(k.value for k in call.keywords if k.arg in SPOKEN)]
            if called(call) == "Page":  # its first argument is a file
                shown = shown[1:]
            found += [text for argument in shown for text in literals(argument) if words(text)]
    return found


def called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def literals(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Call) and called(node) in ("t", "Text"):
        return []
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Subscript):  # a key, not a text
        return []
    return [text for child in ast.iter_child_nodes(node) for text in literals(child)]


def words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_][\w]+", text) if word not in NAMES]


def test_no_text_bypasses_translation():
    """A literal a person would read is always said through t(...)."""
    files = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "optim_viz" / "ui").glob("*.py")]
    found = {file.name: said_directly(ast.parse(file.read_text(encoding="utf-8"))) for file in files}
    assert len(found) > 50
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('st.button("Press me")', ["Press me"]),
        ('st.button(t("Press me"), key="press")', []),
        ('st.markdown(f"**{name}** and {t(more)}")', ["** and "]),
        ('st.markdown("\\n".join(f"- {t(s)}" for s in said))', []),
        ('bound(st.toggle, "Switch it", "key", fits)', ["Switch it"]),
        ('st.toggle(label, help="Why not")', ["Why not"]),
        ('choice(f"{name} · lr", key, options, 1)', []),
        ('st.Page("pages/race.py", title="The race")', ["The race"]),
    ],
)
def test_the_search_for_bypasses_finds_them(code: str, found: list[str]):
    """The search above sees labels, helps and the words of f-strings, and leaves keys, names and files alone."""
    assert said_directly(ast.parse(code)) == found


def test_every_template_can_be_found():
    """`Text(...)` with values and `t(...)` of a sentence take literals: what is built cannot be in a catalogue."""
    for file in catalog.sources():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and called(node) in ("t", "Text") and node.args:
                assert not isinstance(node.args[0], ast.JoinedStr | ast.BinOp), f"{file.name}:{node.lineno}"


# --- saying it


def test_nested_texts_are_translated():
    """A Text inside a Text is said in the same language, down to its own values."""
    why = Text("{n} of {total} diverged", n=1, total=2)
    text = Text("{name} diverged. {reason}", name="SGD", reason=why)
    assert text == "SGD diverged. 1 of 2 diverged"
    assert translate(text, "ko") == "SGD: 발산했습니다. 2개 중 1개 발산"
    assert translate(text, "en") == str(text)


def test_values_are_not_templates():
    """Braces in a value (a person's text) are shown as they are."""
    assert translate(Text("{name} is not an optimizer.", name="{x!r}"), "ko") == "옵티마이저가 아닙니다: {x!r}"


def test_every_message_can_be_filled():
    """Each translation takes the values its English takes."""
    for message in TRANSLATED:
        values = {name: 0.5 if spec else "A" for name, spec, _ in placeholders(message.id)}
        assert translate(message.id, "ko", **values) == (message.string.format(**values) if values else message.string)


def test_an_unknown_message_stays_english():
    """What no catalogue has, and the empty text, come back unchanged (never the catalogue's header)."""
    assert translate("nobody says this", "ko") == "nobody says this"
    assert translate("", "ko") == ""


# --- the language of a session

TITLE = {"en": "Optimizer race", "ko": "옵티마이저 경주"}


def title(page: AppTest) -> str:
    assert not page.exception
    return heading(page)


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_the_link_leads(lang: str):
    """`?lang=` wins over the browser's language."""
    other = "ko-KR" if lang == "en" else "en-US"
    assert title(opened({"lang": lang}, locale=other)) == TITLE[lang]


@pytest.mark.parametrize(
    ("locale", "lang"), [("ko-KR", "ko"), ("ko", "ko"), ("KO", "ko"), ("en-GB", "en"), ("fr-FR", "en"), (None, "en")]
)
def test_the_browser_decides_without_a_link(locale: str | None, lang: str, monkeypatch: pytest.MonkeyPatch):
    """Without a choice the browser's language holds where we speak it, else English."""
    monkeypatch.setattr(ContextProxy, "locale", property(lambda self: locale))
    assert preferred() == lang


def test_the_choice_beats_the_browser():
    """A choice on the page holds for the session, and goes into the link."""
    speak("ko")
    page = opened({"lang": "ko"}, locale="ko-KR")
    page.button_group(key="lang").set_value("en").run()
    assert title(page) == TITLE["en"]
    assert page.query_params["lang"] == "en"
    speak("en")
    assert title(page.run()) == TITLE["en"]


def test_a_new_link_beats_the_choice():
    """When the link changes under a running session, it leads again."""
    page = opened({"lang": "ko"}, locale="en-US")
    page.query_params["lang"] = "en"
    assert title(page.run()) == TITLE["en"]


@pytest.mark.parametrize("nonsense", ["xx", "", "../../etc"])
def test_an_unknown_language_is_english(nonsense: str):
    """A language nobody speaks is English, and no error."""
    assert title(opened({"lang": nonsense}, locale="en-US")) == TITLE["en"]


# --- the whole page in Korean

LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]*(?:[ ,]+[A-Za-z][A-Za-z'’-]*){2,}")
FIELDS = {"label", "body", "help", "content", "options", "placeholder", "alt", "text", "caption"}
CODE = {"code", "latex", "html", "bidi_component"}
PLACES = [
    *({"view": view} for view in ("rules", "3d", "loss", "notebook")),
    {"SGD.lr": "1.05"},
    {"surface": "own", "f": "x^^2"},
    {"surface": "own", "f": "x^2", "x0": "nothing"},
    {"surface": "own", "f": "log(x) + y^2", "noise": "1", "x0": "-1"},
    {"opt": ""},
]


def texts(block) -> list[str]:
    """Every text a person reads on the page, code and formulas left out."""
    found = []
    for element in block.children.values():
        if hasattr(element, "children"):
            found += texts(element)
        if element.type not in CODE and hasattr(element.proto, "ListFields"):
            found += strings(element.proto)
    return found


def strings(message) -> list[str]:
    found = []
    for field, value in message.ListFields():
        for item in value if isinstance(value, list) or hasattr(value, "append") else [value]:
            if isinstance(item, str) and field.name in FIELDS:
                found.append(item)
            elif hasattr(item, "ListFields"):
                found += strings(item)
    return found


def english(text: str) -> list[str]:
    """Runs of three Latin words, other than names, functions, `code`, formulas and cited papers."""
    plain = re.sub(r"`[^`]*`|\$[^$]*\$", " ", text)
    for cited in {rule.source for rule in OPTIMIZERS.values()}:
        plain = plain.replace(cited, " ")
    return [run for run in LATIN.findall(plain) if len(words(run)) >= 3]


@pytest.mark.parametrize("query", PLACES, ids=lambda query: "&".join(f"{k}={v}" for k, v in query.items()))
def test_no_english_is_left_in_korean(query: dict[str, str]):
    """In Korean no three English words follow each other, whatever is shown; papers keep their own titles."""
    page = opened({"lang": "ko", **query})
    assert not page.exception
    said = texts(page.main)
    assert sum(bool(HANGUL.search(text)) for text in said) > 20
    assert [run for text in said for run in english(text)] == []


def test_english_is_found_where_it_is():
    """The search above sees an English page as English."""
    page = opened({"lang": "en"})
    assert any(english(text) for text in texts(page.main))
