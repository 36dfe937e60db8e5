"""The map of the course notes, and the long texts of the labs."""

import re
from pathlib import Path

import pytest

from optim_viz.topics import CHAPTERS, TOPICS
from optim_viz.ui import lab, notes
from optim_viz.ui.i18n import LANGUAGES, translate
from optim_viz.ui.site import PAGES
from tests.pages import elements, heading, link, move, opened, said
from tests.server import ROOT

LOCALE = ROOT / "optim_viz" / "locale"
TEXTS = sorted(file.stem for file in (LOCALE / "en" / "pages").glob("*.md"))


def linked(app) -> list[str]:
    """Where the links to pages go, in reading order."""
    return [element.proto.page for element in elements(app._tree) if element.type == "page_link"]


@pytest.mark.parametrize("topic", TOPICS.values(), ids=list(TOPICS))
def test_every_topic_has_a_place(topic):
    """Each claim of the notes can be tried on at least one page."""
    assert notes.places(topic)


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_pages_declare_topics_that_exist(page):
    """A page is a file, covers only known topics, and none twice."""
    assert (ROOT / page.file).is_file()
    assert set(page.topics) <= set(TOPICS)
    assert len(set(page.topics)) == len(page.topics)


def test_no_page_is_missing_from_the_list():
    """Every file in pages/ is declared, once."""
    assert sorted(page.name for page in PAGES) == sorted(file.stem for file in (ROOT / "pages").glob("*.py"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_map_shows_every_claim_in_order_with_its_pages(lang):
    """All claims in the order of the notes, what is loose in them, and a link for each place."""
    app = opened({"lang": lang}, "pages/notes.py")
    assert heading(app) == translate("Notes map", lang)
    shown = "\n".join(said(app, "markdown"))
    at = [shown.index(translate(topic.claim, lang)) for topic in TOPICS.values()]
    assert at == sorted(at)
    assert all(translate(topic.but, lang) in shown for topic in TOPICS.values())
    assert linked(app) == [page.path for topic in TOPICS.values() for page in notes.places(topic)]


def test_one_chapter_can_be_chosen():
    """The choice shows that chapter alone, and stands in the link."""
    app = opened({}, "pages/notes.py")
    move(app, "no.chapter", "2")
    assert linked(app) == [page.path for topic in CHAPTERS[1].topics for page in notes.places(topic)]
    assert link(app)["no.chapter"] in ("2", ["2"])


def outline(text: str) -> tuple[list[str], list[str], list[str]]:
    """Levels of the headings, formulas, and targets of the links."""
    formulas = re.findall(r"\$\$.+?\$\$|\$[^$\n]+?\$", text, re.DOTALL)
    return re.findall(r"^#+(?= )", text, re.MULTILINE), formulas, re.findall(r"\]\(([^)]+)\)", text)


@pytest.mark.parametrize("page", TEXTS)
def test_long_texts_say_the_same_in_both_languages(page):
    """Headings, formulas and links of a long text agree: the same number of headings in the same order, and so on."""
    english, korean = ((LOCALE / lang / "pages" / f"{page}.md").read_text(encoding="utf-8") for lang in ("en", "ko"))
    assert outline(english)[0] == outline(korean)[0]
    assert sorted(outline(english)[1]) == sorted(outline(korean)[1])
    assert sorted(outline(english)[2]) == sorted(outline(korean)[2])


@pytest.mark.parametrize("page", TEXTS)
def test_links_of_a_long_text_lead_to_pages(page):
    """Each link names a page, and becomes an address that keeps the language."""
    text = Path(LOCALE / "en" / "pages" / f"{page}.md").read_text(encoding="utf-8")
    assert set(outline(text)[2]) <= {page.name for page in PAGES}
    ready = outline(lab.written(page, "ko"))[2]
    assert all(re.fullmatch(r"/[a-z]*\?lang=ko", address) for address in ready)


def test_every_lab_has_a_long_text():
    """A text belongs to a page, and each page that ends as a lab has one."""
    ends = {page.name for page in PAGES if "ending" in _parts(page.name)}
    assert ends <= set(TEXTS) <= {page.name for page in PAGES}


def _parts(name: str) -> str:
    """The source of a page and of its own part in ui/."""
    files = [ROOT / "pages" / f"{name}.py", ROOT / "optim_viz" / "ui" / f"{name}.py"]
    return "".join(file.read_text(encoding="utf-8") for file in files if file.is_file())
