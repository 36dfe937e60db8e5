"""The app's pages without a browser: opened by a link, moved, and read the way a person reads them."""

import json
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest, app_test

from optim_viz.ui import i18n
from optim_viz.ui.site import PAGES
from tests.server import ROOT

# What renders Markdown or HTML; a person's own text belongs into `code` and its own box only.
RENDERED = {
    "markdown",
    "caption",
    "latex",
    "title",
    "header",
    "subheader",
    "warning",
    "error",
    "info",
    "success",
    "html",
}

STRIP = "optim_viz_strip"
PAPER = re.compile('<p class="on-paper">[^<>]*</p>')  # markup in it would make it something else
PLAYER = ("optim_viz_player", "optim_viz_carrier")


class _Navigation(PagesManager):
    """AppTest takes the folder `pages` for the old kind of app and would run a page without app.py around it."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        PagesManager.uses_pages_directory = False


app_test.PagesManager = _Navigation
# AppTest looks through every installed package for components in each new session, which takes longer than a page.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def pages() -> dict[str, str]:
    """URL path -> file of every page; the default page answers at ""."""
    return {page.path: page.file for page in PAGES}


def opened(link: Mapping[str, Any] | None = None, file: str | None = None, **context: Any) -> AppTest:
    """A fresh session at `link` (query parameters), on the page in `file` (the default page without)."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.query_params = dict(link or {})
    app.context = context
    if file is not None and file not in (pages().get(""),):
        app.switch_page(file)
    i18n.speak(app.query_params.get("lang", "en"))  # AppTest writes labels from here, where no session tells it
    return app.run()


def visitor(file: str) -> Callable[..., AppTest]:
    """What opens the page in `file` at a link, where nothing may go wrong."""

    def visit(before: Mapping[str, Any] | None = None, **context: Any) -> AppTest:
        app = opened(before, file, **context)
        assert not app.exception
        return app

    return visit


def unfold(app: AppTest) -> AppTest:
    """Open every expander that makes its controls only when open."""
    for box in app.expander:
        if box.proto.id and not box.proto.id.endswith("-numbers"):  # the tables behind the charts hold no controls
            app.session_state[box.proto.id.rpartition("-")[2]] = True
    return app.run()


def move(app: AppTest, key: str, value: Any) -> AppTest:
    """Set a control, wherever it is folded away, and let the page run."""
    if key not in widgets(app):
        unfold(app)
    widgets(app)[key].set_value(value).run()
    assert not app.exception
    return app


def elements(block: Any) -> Iterator[Any]:
    """Everything inside, in reading order."""
    for child in getattr(block, "children", {}).values():
        yield child
        yield from elements(child)


def widgets(app: AppTest) -> dict[str, Any]:
    """Key -> control; controls without a key go by their label."""
    found = {}
    for element in elements(app._tree):
        if hasattr(element, "_widget_state"):
            name = element.key or element.label
            assert name not in found, f"two controls are called {name}"
            found[name] = element
    return found


def controls(app: AppTest) -> set[str]:
    """The keys of the page's own: the row with its title, above it, is the same everywhere."""
    row = next(block for block in elements(app._tree) if getattr(block.proto, "id", "").endswith("-title"))
    return set(widgets(app)) - {element.key for element in elements(row)}


def charts(app: AppTest) -> list[dict[str, Any]]:
    """The Plotly figures of the page."""
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def said(app: AppTest, *kinds: str) -> list[str]:
    """What elements of these kinds say: when none is named all that render Markdown, but for the address on paper."""
    wanted = set(kinds) or RENDERED
    found = [str(element.value) for element in elements(app._tree) if element.type in wanted]
    return [text for text in found if kinds or not PAPER.fullmatch(text)]


def heading(app: AppTest) -> str:
    """The page's title."""
    found = next(text for text in said(app, "html") if "<h1>" in text)
    return re.sub("<style>.*</style>|<.*?>", "", found, flags=re.DOTALL)


def link(app: AppTest) -> dict[str, Any]:
    """The query parameters a browser would show now: what a moved control writes, AppTest leaves to the browser."""
    written = dict(app.query_params)
    for element in widgets(app).values():
        name = getattr(element.proto, "query_param_key", "")
        state = element._widget_state
        kind = state.WhichOneof("value")
        if name and kind:
            value = getattr(state, kind)
            written[name] = (
                list(value.data) if hasattr(value, "data") else json.dumps(value) if kind != "string_value" else value
            )
    return written


def table(app: AppTest) -> dict[str, list[str]]:
    """Optimizer -> the other cells of its row."""
    lines = next(
        found for text in said(app, "markdown") if len(found := re.findall(r"^\| .*", text, re.MULTILINE)) > 2
    )[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:] for row in rows}


def picture(app: AppTest) -> tuple[bytes, bytes]:
    """The two messages of the player: paths, ground."""
    parts = (element.proto for element in app.get("bidi_component") if element.proto.component_name in PLAYER)
    paths, ground = filter(None, (proto.bytes for proto in parts))
    return paths, ground


def strips(app: AppTest) -> list[list[tuple[str, str]]]:
    """Of each strip on the page its frames: the drawing and the words to it."""
    found = [element.proto for element in app.get("bidi_component") if element.proto.component_name == STRIP]
    return [[tuple(frame) for frame in json.loads(zlib.decompress(proto.bytes))["frames"]] for proto in found]


def header(message: bytes) -> dict[str, Any]:
    """The numbers and names at the head of one of the player's messages."""
    (size,) = struct.unpack("<I", message[:4])
    return json.loads(message[4 : 4 + size])


def snippet(app: AppTest) -> str:
    """The notebook code shown in the view of that name."""
    return next(code for code in said(app, "code") if re.match("import optim_viz", code))
