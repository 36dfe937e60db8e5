"""The static edition's formulas, words and scenes, and the command that writes it."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from optim_viz import __main__ as command_line
from optim_viz import export
from optim_viz.course import lessons
from optim_viz.experiments.command import main
from optim_viz.gallery import command, pages, scenes, writing
from optim_viz.gallery.markdown import html
from optim_viz.gallery.mathml import MathError, mathml
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.presets import PRESETS
from optim_viz.surfaces import SURFACES
from tests.pages import opened

PAGES = {"race": None, "inside": "pages/inside.py"}
STEPS = {
    f"{key}.{k}": step
    for key, lesson in lessons().items()
    for k, step in enumerate(lesson.steps, 1)
    if step.page in PAGES
}
LINKS = [  # an app each: what is not said is as the page has it
    ("race", {}),
    ("race", {"opt": ["SGD", "Lion"], "surface": "own", "f": "x^2 + a*y^2", "own.a": "2", "noise": "0.1", "seed": "3"}),
    ("inside", {}),
    ("inside", {"in.opt": "Lion", "in.surface": "Rosenbrock", "in.steps": "40"}),
    *((step.page, step.link) for step in list(STEPS.values())[:: max(1, len(STEPS) // 6)]),
]
EMPTY = pages.Entry("book", pages.INTRODUCTION, None, "a < b", "c & d")


@pytest.mark.parametrize(
    ("latex", "wanted"),
    [
        ("x^2", "<msup><mi>x</mi><mn>2</mn></msup>"),
        ("x_{t-1}^2", "<msubsup><mi>x</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow><mn>2</mn></msubsup>"),
        (r"\frac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (r"\frac{g}{\sqrt h}", "<mfrac><mi>g</mi><msqrt><mi>h</mi></msqrt></mfrac>"),
        (r"\hat m_t", '<msub><mover accent="true"><mi>m</mi><mo stretchy="false">^</mo></mover><mi>t</mi></msub>'),
        (r"\sum_i^n", "<munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover>"),
        ("0.95", "<mn>0.95</mn>"),
        ("a<b", "<mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi></mrow>"),
        (r"\text{if }x", "<mrow><mtext>if&#160;</mtext><mi>x</mi></mrow>"),
        (
            r"\begin{pmatrix}1 \\ 2\end{pmatrix}",
            '<mrow><mtable class="pmatrix">'
            "<mtr><mtd><mn>1</mn></mtd></mtr><mtr><mtd><mn>2</mn></mtd></mtr></mtable></mrow>",
        ),
    ],
)
def test_latex_becomes_mathml(latex, wanted):
    """What stands where: scripts, fractions, roots, accents, matrices; every sign is escaped."""
    assert mathml(latex) == f"<math>{wanted}</math>"


@pytest.mark.parametrize("latex", [r"\unknown", "{x", "x}", r"\frac{1}", r"\begin{aligned}x", r"\left( x", "a & b"])
def test_broken_latex_is_refused(latex):
    """What is not known or not closed is said, not dropped."""
    with pytest.raises(MathError):
        mathml(latex)


def test_every_formula_there_is():
    """Each optimizer's rule and each surface with its gradient becomes well-formed MathML with the same letters."""
    rules = [line for rule in OPTIMIZERS.values() for line in rule.formula]
    surfaces = [line for one in SURFACES.values() for line in (one.latex, *one.gradient_latex)]
    for latex in (*rules, *surfaces):
        said = "".join(ElementTree.fromstring(mathml(latex)).itertext())
        plain = re.sub(r"\\[a-zA-Z]+", "", latex)
        assert [c for c in said if c.isdigit()] == [c for c in plain if c.isdigit()], latex


def test_markdown():
    """Paragraphs, lists, emphasis, code and formulas; markup in a text stays text."""
    assert html("a *b* **c** `d<e`") == "<p>a <em>b</em> <strong>c</strong> <code>d&lt;e</code></p>"
    assert html("1 < 2\n\n- $x$\n- two\n  lines") == (
        "<p>1 &lt; 2</p>\n<ul><li><math><mi>x</mi></math></li><li>two lines</li></ul>"
    )
    assert html("`a`  \n`b`\nc") == "<p><code>a</code><br><code>b</code>\nc</p>"
    assert html("f* and 2 * 3 * 4") == "<p>f* and 2 * 3 * 4</p>"


@pytest.mark.parametrize("key", PRESETS)
def test_a_preset_is_played_as_declared(key):
    """The scene's paths are the preset's."""
    preset, scene = PRESETS[key], scenes.of_preset(PRESETS[key])
    assert [path.optimizer for path in scene.paths] == list(preset.optimizers)
    assert all(len(path.value) == preset.steps + 1 for path in scene.paths)
    np.testing.assert_array_equal(scene.paths[0].x[0], preset.start)


@pytest.mark.parametrize(("page", "link"), LINKS)
def test_a_link_plays_what_the_app_shows(page, link):
    """The code of the animation's paths is the code that the app shows at the link."""
    asked = {key: value if isinstance(value, str) else list(value) for key, value in link.items()}
    app = opened({**asked, "view" if page == "race" else "in.view": "notebook"}, PAGES[page])
    assert not app.exception
    assert export.notebook_code(scenes.of_link(page, link).paths).strip() in [block.value for block in app.code]


def test_every_step_of_a_lesson_is_understood():
    """Each link to a race or into an optimizer makes a scene; one with a strange parameter is refused."""
    for name, step in STEPS.items():
        assert scenes.of_link(step.page, step.link) is not None, name
    assert scenes.of_link("train", {"net.data": "digits"}) is None
    with pytest.raises(ValueError, match="strange"):
        scenes.of_link("race", {"strange": "1"})


@pytest.fixture
def quick(monkeypatch):
    """An edition of one page without a picture."""
    monkeypatch.setattr(writing.pages, "entries", lambda: [EMPTY])
    monkeypatch.setattr(writing.pages, "written", lambda entry, around, lang, others, app: f"{lang} {app}")


def listed(folder):
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def test_the_command_writes_it(quick, tmp_path, capsys):
    """A new folder, an empty one and one written before are filled; titles are escaped; nothing else is left behind."""
    out = tmp_path / "deep" / "site"
    out.mkdir(parents=True)
    for languages in (["en", "ko"], ["ko"]):
        assert main(["gallery", str(out), "--lang", ",".join(languages)], command.add) == 0
        pages_of = [f"{lang}/{name}" for lang in languages for name in ("book.html", "index.html")]
        assets = [f"assets/{name}" for name in ("front.js", "gallery.css", "gallery.js")]
        assert listed(out) == sorted([writing.OURS, *assets, *pages_of, "index.html"])
        assert [one.name for one in out.parent.iterdir()] == ["site"]
    assert "a &lt; b" in (out / "ko" / "index.html").read_text(encoding="utf-8")
    assert 'href="../en' not in (out / "ko" / "index.html").read_text(encoding="utf-8")
    assert "index.html" in capsys.readouterr().err


@pytest.mark.parametrize("held", ["a file", "a folder with a stranger's file"])
def test_foreign_folders_are_refused(quick, tmp_path, capsys, held):
    """What is there and is not ours stays, and a sentence says why."""
    out = tmp_path / "mine"
    file = out if held == "a file" else out / "thesis.txt"
    file.parent.mkdir(exist_ok=True)
    file.write_text("years of work", encoding="utf-8")
    assert main(["gallery", str(out)], command.add) == 2
    assert "mine holds something else" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "years of work"
    assert listed(tmp_path) == [file.relative_to(tmp_path).as_posix()]


def test_a_failure_changes_nothing(quick, tmp_path, monkeypatch):
    """Where a page cannot be made, the old edition stays whole and nothing is left beside it."""
    out = tmp_path / "site"
    list(writing.write(out))
    before = listed(tmp_path)
    monkeypatch.setattr(writing.pages, "written", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        list(writing.write(out))
    assert listed(tmp_path) == before


@pytest.mark.parametrize("wrong", [["--lang", "en,xx"], ["--lang", ""], ["--app", "javascript:alert(1)"]])
def test_wrong_words_are_refused(tmp_path, capsys, wrong):
    """A language that is not there, and an address that is none."""
    assert main(["gallery", str(tmp_path / "new"), *wrong], command.add) == 2
    assert wrong[0] in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_the_command_is_there():
    """`python -m optim_viz` knows it."""
    assert command_line.gallery is command
