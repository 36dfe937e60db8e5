"""The player's modules as one script, and as one page that plays offline."""

import base64
import hashlib
import html as markup
import json
import re
import struct
import zlib
from functools import cache
from pathlib import Path

import numpy as np

from optim_viz.player.texts import TEXTS

HERE = Path(__file__).parent
LIMIT = 200_000
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
        "film",
    ),
    *("painter", "controls", "arrows", "pointer", "picture", "actions", "player", "shelf"),
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
READ = """
const read = async (id) => {
  const folded = new Blob([decode(document.getElementById(id).textContent)]).stream();
  const plain = new Response(folded.pipeThrough(new DecompressionStream("deflate")));
  const bytes = new Uint8Array(await plain.arrayBuffer());
  const head = 4 + new DataView(bytes.buffer).getUint32(0, true), count = (bytes.length - head) / 4;
  const words = new Uint32Array(count);
  for (let k = 0, sum = 0; k < count; k++) {
    for (let plane = 0; plane < 4; plane++) sum += bytes[head + plane * count + k] * 2 ** (8 * plane);
    words[k] = sum >>>= 0;
  }
  bytes.set(new Uint8Array(words.buffer), head);
  return bytes;
};
"""
START = """
const shelf = new Shelf(WORDS, STYLE);
Promise.all(["surface", "paths"].map(read)).then(([surface, paths]) => {
  shelf.addSurface(surface);
  shelf.mount(document.getElementById("player"), paths, null);
});
"""
CARRIER = """
const meeting = ((window.optimViz ??= {})[VERSION] ??= { waiting: new Map() });
export default function ({ data }) {
  meeting.shelf ??= new Shelf(WORDS, STYLE);
  meeting.shelf.addSurface(data);
  for (const [host, order] of meeting.waiting) {
    if ((host.host ?? host).isConnected) order.done = meeting.shelf.mount(host, ...order);
  }
  meeting.waiting.clear();
}
"""
PLAYER = """
const meeting = ((window.optimViz ??= {})[VERSION] ??= { waiting: new Map() });
export default function ({ data, parentElement, setTriggerValue, setStateValue }) {
  const tell = (step) => { meeting.step = step; for (const ear of meeting.ears?.values() ?? []) ear(step); };
  const order = [data, (point) => setTriggerValue("start", point), (step) => setStateValue("step", step), tell];
  if (meeting.shelf) return meeting.shelf.mount(parentElement, ...order);
  meeting.waiting.set(parentElement, order);
  return () => order.done?.();
}
"""
EAR = """
const meeting = ((window.optimViz ??= {})[VERSION] ??= { waiting: new Map() });
export default function ({ data, parentElement, setStateValue }) {
  const tell = (step) => setStateValue("step", step), stops = new AbortController();
  (meeting.ears ??= new Map()).set(parentElement, tell);
  if ((meeting.step ?? data.step) !== data.step) tell(meeting.step);
  const watch = (event) => {
    const chart = event.target.closest?.(`.st-key-${data.chart} .js-plotly-plot`);
    if (!chart?.on || meeting.watched === chart) return;
    meeting.watched = chart;
    chart.on("plotly_relayout", (change) => change["scene.camera"] && meeting.look?.(change["scene.camera"]));
  };
  meeting.look = (camera) => setStateValue("camera", camera);
  for (const type of ["pointerdown", "wheel"]) {
    document.addEventListener(type, watch, { capture: true, passive: true, signal: stops.signal });
  }
  return () => {
    stops.abort();
    if (meeting.ears.get(parentElement) === tell) meeting.ears.delete(parentElement);
  };
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


def ear_script() -> str:
    """A component that shows nothing; it tells the step at which a player rests, and how a 3-D chart was turned."""
    return f'const VERSION = "{version()}";{EAR}'


def page(surface: bytes, paths: bytes, *, lang: str, theme: str, title: str) -> str:
    """One HTML page with everything inside; its policy allows this script, these styles and nothing else.

    Where it would be larger than `LIMIT` bytes, as 14 noisy paths of 1000 steps are, numbers keep four or three digits.
    """
    made = ""
    for bits in (0, 8, 12):
        made = _page(surface, paths, bits, lang, theme, title)
        if len(made.encode()) <= LIMIT:
            break
    return made


def _page(surface: bytes, paths: bytes, bits: int, lang: str, theme: str, title: str) -> str:
    code = f"(() => {{\n{lean(joined() + READ + START)}\n}})();"
    css = THEMES[theme] + _read("page.css")
    return _read("page.html").format(
        lang=markup.escape(lang, quote=True),
        title=markup.escape(title),
        css=css,
        styles=f"{_digest(css)} {player_style()}",
        script=_digest(code),
        surface=base64.b64encode(folded(surface)).decode(),
        paths=base64.b64encode(folded(paths, bits)).decode(),
        code=code,
    )


def lean(code: str) -> str:
    """The script without its indentation and comment lines: nobody reads it there."""
    lines = (line.strip() for line in code.splitlines())
    return "\n".join(line for line in lines if line and not re.fullmatch(r"//.*|/\*\*.*\*/", line))


def folded(message: bytes, bits: int = 0) -> bytes:
    """A message in a third of its size: neighbors are alike, so their differences, byte by byte, compress well.

    The last `bits` of every number's 24 are rounded away.
    """
    head = 4 + struct.unpack_from("<I", message)[0]
    words = np.frombuffer(message[head:], "<u4")
    if bits:
        words = (words + np.uint32(1 << (bits - 1))) & ~np.uint32((1 << bits) - 1)
    steps = np.diff(words, prepend=np.uint32(0)).astype("<u4")
    return zlib.compress(message[:head] + steps.view(np.uint8).reshape(-1, 4).T.tobytes(), 9)


def player_style() -> str:
    """The style element that a player writes, for the policy of a page."""
    return _digest(_read("player.css"))


def _digest(text: str) -> str:
    """The name of an inline script or style in a policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
