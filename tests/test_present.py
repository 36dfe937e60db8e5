"""Presenting, worksheets, frames and numbers, without a browser."""

import ast
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from optim_viz.ui import i18n, numbers, present
from tests.pages import heading, move, opened, said, widgets
from tests.test_architecture import PACKAGE, ROOT

OPEN = {"link": True, "numbers": True}


def sheet(app):
    """All style of the page in one line."""
    return " ".join(re.findall(r"<style>(.*?)</style>", " ".join(said(app, "html")), re.DOTALL))


def type_size(app):
    return json.loads(app.get("plotly_chart")[0].proto.spec)["layout"]["font"]["size"]


@pytest.fixture(scope="module")
def race():
    """The race with its loss chart, with the boxes for link and numbers open."""
    app = opened({"lang": "en", "view": "loss", "opt": ["SGD", "Adam"], "hide": "save,Adam.lr"})
    for key in OPEN:
        app.session_state[key] = True
    return app.run()


def test_the_numbers_behind_every_picture(race):
    """The player's and the chart's, as tables with heads and in one file; what is not chosen is not there."""
    tables = [text for text in said(race, "html") if "<table>" in text]
    assert len(tables) == 2
    assert all('<th scope="col">SGD</th>' in text and "Momentum" not in text for text in tables)
    assert tables[1].startswith("<p>Elongated bowl from (-7, 2): SGD")
    assert '<th scope="row">0</th><td>6.45</td>' in tables[0]  # 7² / 20 + 2²
    assert len(re.findall("<tr>", tables[0].split("</table>")[0])) == 22
    assert "tabindex" in tables[0]


@pytest.mark.parametrize("view", ["loss", "3d"])
def test_the_numbers_are_the_same_in_a_room(view):
    """However large it is drawn."""
    tables = []
    for present_ in ("false", "true"):
        app = opened({"view": view, "opt": ["SGD", "Adam"], "present": present_})
        app.session_state["numbers"] = True
        tables.append([text for text in said(app.run(), "html") if "<table>" in text])
        assert not app.exception
    assert tables[0] == tables[1]
    assert len(tables[0]) == 2


def test_closed_they_cost_nothing(monkeypatch):
    """No table is made before somebody asks."""

    def never(table):
        raise AssertionError("made")

    monkeypatch.setattr(numbers, "_table", never)
    app = opened({"view": "loss"})
    assert not app.exception
    assert not [text for text in said(app, "html") if "<table>" in text]


def test_the_link_holds_everything(race):
    """Also the language, which the address bar need not show; the frame's code asks for the bare page."""
    link, frame = [code for code in said(race, "code") if "lang=en" in code]
    asked = parse_qs(urlsplit(link).query)
    assert asked == {"lang": ["en"], "view": ["loss"], "opt": ["SGD", "Adam"], "hide": ["save,Adam.lr"]}
    assert "embed=true" in frame
    assert re.fullmatch(r'<iframe src="[^"<>]+" title="[^"<>]+" width="100%" height="720" [^<>]+></iframe>', frame)


def test_worksheets_are_made_by_choosing(race):
    """Every control of the page is offered under its label, and every part; the choice is in the link."""
    box = widgets(race)["hiding"]
    assert box.value == ["save", "Adam.lr"]
    assert {"SGD · lr · SGD.lr", "Optimizers · opt"} <= set(box.options)
    assert {name.rpartition(" · ")[2] for name in box.options} >= {*present._PARTS, "surface", "steps"}
    app = move(opened({"lang": "en"}), "steps", 60)
    app.session_state["link"] = True
    app.run()
    widgets(app)["hiding"].set_value(["panel", "steps"]).run()
    assert app.query_params["hide"] in ("panel,steps", ["panel,steps"])


def test_hidden_things_are_gone_for_everybody():
    """A control by its key, a part by its name; the title stays for those who listen, the guide always stays."""
    style = sheet(opened({"hide": "title,panel,SGD.lr"}))
    (gone,) = re.findall(
        r":is\(([^{]*)\):not\(\.st-key-guide, \.st-key-guide \*\) \{ display: none !important; \}", style
    )
    assert set(gone.split(", ")) == {".st-key-split > :nth-child(2)", ".st-key-SGD-lr"}
    assert ".st-key-title h1 { position: absolute" in style
    assert "grid-template: 'stage' auto 'words'" in style


@pytest.mark.parametrize("asked", [
    "a}b{", "</style><script>", "панель", "x" * 70, "a,,b", " ", ",".join("abcdefg" * 20), "*", "\x00", "a)", "nth(2",
])  # fmt: skip
def test_what_is_no_name_hides_nothing(asked):
    """It is told, the rest is hidden, and nothing of it comes into the page's style."""
    app = opened({"hide": f"panel,{asked}"})
    assert not app.exception
    assert len([text for text in said(app, "warning") if "hide" in text]) == 1
    style = sheet(app)
    assert ".st-key-split > :nth-child(2)" in style
    assert len(asked) == 1 or asked not in style
    assert "<script" not in style


def test_presenting():
    """Large and strong, its charts too; the controls are folded until they are asked for, and the link says so."""
    small, app = opened({"view": "loss"}), opened({"view": "loss", "present": "true"})
    assert "clamp(" not in sheet(small)
    assert widgets(small)["present"].value is False
    assert "present_controls" not in widgets(small)
    assert "clamp(" in sheet(app)
    assert ".st-key-split > :nth-child(2)):not(" in sheet(app)
    assert type_size(app) == pytest.approx(present.LARGER * type_size(small))
    move(app, "present_controls", True)
    assert ".st-key-split > :nth-child(2)):not(" not in sheet(app)
    move(app, "lang", "ko")
    i18n.speak("ko")
    assert (widgets(app)["present"].value, heading(app)) == (True, "옵티마이저 경주")
    move(app, "present", False)
    assert "clamp(" not in sheet(app)


def test_in_a_frame_of_another_page():
    """Neither title nor menu nor buttons; the language of the link, and the name of the page for those who listen."""
    app = opened({"lang": "ko"}, is_embedded=True)
    assert not app.exception
    assert not {"lang", "present", "ru.keep"} & set(widgets(app))
    assert heading(app) == "옵티마이저 경주"
    assert any('class="unseen"' in text for text in said(app, "html"))
    assert ".stAppHeader { display: none; }" in sheet(app)


def test_paper_shows_the_link(race):
    """The last line of the page, seen only on paper; what somebody wrote into the link is text."""
    assert any('class="on-paper"' in text and "view=loss" in text for text in said(race, "html"))
    app = opened({"f": "<img src=x onerror=alert(1)>", "surface": "own"})
    (line,) = [text for text in said(app, "html") if 'class="on-paper"' in text]
    assert "<img" not in line
    assert "&amp;lang=en" in line


def test_every_chart_passes_one_place():
    """So that each has words and a table: nobody draws around `charts.chart`."""
    for file in [*PACKAGE.rglob("*.py"), *(Path(ROOT) / "pages").glob("*.py")]:
        text = file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "plotly_chart" in text else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("plotly_chart"):
                alts = [word for word in node.keywords if word.arg == "alt"]
                assert alts, f"{file.name}: a chart without words"
                assert file.name in ("charts.py", "training.py"), f"{file.name} draws around charts.chart"
