"""The player's modules as one script, and as one page that plays offline."""

import base64
import hashlib
import html as markup
import json
import re
from functools import cache
from pathlib import Path

from optim_viz.player.texts import TEXTS

HERE = Path(__file__).parent
MODULES = (  # each after those it imports
    *(
        "unpack",
        "scale",
        "palette",
        "contour",
        "marks",
        "icons",
        "clock",
        "trails",
        "charts",
        "view",
        "camera",
    ),
    *("painter", "controls", "pointer", "picture", "actions", "player", "shelf"),
)

LIGHT = "color-scheme: light; --st-background-color: #ffffff; --st-secondary-background-color: #f2f4f8; "
LIGHT += "--st-text-color: #23262f; --st-primary-color: #2f6fde;"
DARK = "color-scheme: dark; --st-background-color: #0e1117; --st-secondary-background-color: #1d222c; "
DARK += "--st-text-color: #f2f4f8; --st-primary-color: #6aa5ff;"
THEMES = {
    "light": f":root {{ {LIGHT} }}",
    "dark": f":root {{ {DARK} }}",
    "auto": f":root {{ {LIGHT} }} @media (prefers-color-scheme: dark) {{ :root {{ {DARK} }} }}",
}
START = """
const shelf = new Shelf(WORDS, STYLE);
const read = (id) => decode(document.getElementById(id).textContent);
shelf.addSurface(read("surface"));
shelf.mount(document.getElementById("player"), read("paths"), null);
"""
CARRIER = """
const meeting = ((window.optimViz ??= {})[VERSION] ??= { waiting: new Map() });
export default function ({ data }) {
  meeting.shelf ??= new Shelf(WORDS, STYLE);
  meeting.shelf.addSurface(data);
  for (const [host, order] of meeting.waiting) {
    if ((host.host ?? host).isConnected) order.done = meeting.shelf.mount(host, order.data, order.start);
  }
  meeting.waiting.clear();
}
"""
PLAYER = """
const meeting = ((window.optimViz ??= {})[VERSION] ??= { waiting: new Map() });
export default function ({ data, parentElement, setTriggerValue }) {
  const start = (point) => setTriggerValue("start", point);
  if (meeting.shelf) return meeting.shelf.mount(parentElement, data, start);
  const order = { data, start };
  meeting.waiting.set(parentElement, order);
  return () => order.done?.();
}
"""


@cache
def joined() -> str:
    """All modules in one scope, without `import` and `export`: top-level names are unique across modules."""
    parts = []
    for name in MODULES:
        text = re.sub(r"^import\b[^;]*;\n", "", _read(f"{name}.js"), flags=re.M)
        parts.append(re.sub(r"^export ", "", text, flags=re.M))
    words = json.dumps(TEXTS, ensure_ascii=False)
    style = json.dumps(_read("player.css"))
    lines = ['"use strict";', *parts, f"const WORDS = {words};", f"const STYLE = {style};"]
    return "\n".join(lines).replace("</", "<\\/")


@cache
def version() -> str:
    """Two deployments of different code never share an object in one browser window."""
    return hashlib.sha256(joined().encode()).hexdigest()[:12]


def carrier_script() -> str:
    """The constant component: all code; its data is the surface."""
    return f'{joined()}\nconst VERSION = "{version()}";{CARRIER}'


def player_script() -> str:
    """The component that is sent again with each change: it only hands over what has come."""
    return f'const VERSION = "{version()}";{PLAYER}'


def page(surface: bytes, paths: bytes, *, lang: str, theme: str, title: str) -> str:
    """One HTML page with everything inside; its policy allows this script, these styles and nothing else."""
    code = f"(() => {{\n{joined()}\n{START}}})();"
    css = THEMES[theme] + _read("page.css")
    return _read("page.html").format(
        lang=markup.escape(lang, quote=True),
        title=markup.escape(title),
        css=css,
        styles=f"{_digest(css)} {_digest(_read('player.css'))}",
        script=_digest(code),
        surface=base64.b64encode(surface).decode(),
        paths=base64.b64encode(paths).decode(),
        code=code,
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
