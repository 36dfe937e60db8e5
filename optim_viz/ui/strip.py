"""A row of drawings played in the browser, such as the steps of a computation, with words to each."""

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st
from streamlit.components.v2 import component

from optim_viz import player
from optim_viz.export.tables import Table
from optim_viz.player.bundle import joined
from optim_viz.ui import numbers
from optim_viz.ui.i18n import t

MOST = 120  # frames
_WORDS = ("restart", "back", "play", "pause", "forward", "scrub", "speed", "loop", "fullscreen", "controls", "step")
_SLOWEST, _FASTEST, _WHOLE = 1.6, 0.25, 30.0  # seconds of a frame at most and at least, of all where that allows
_CODE = """
const meeting = ((window.optimVizStrips ??= {})[VERSION] ??= { waiting: new Map() });
export default function () {
  meeting.mount ??= (host, ...order) => mount(host, STRIP_STYLE, ...order);
  for (const [host, order] of meeting.waiting) if ((host.host ?? host).isConnected) meeting.mount(host, ...order);
  meeting.waiting.clear();
}
"""
_FRAMES = """
const meeting = ((window.optimVizStrips ??= {})[VERSION] ??= { waiting: new Map() });
export default function ({ data, parentElement, setStateValue }) {
  const order = [data, (step) => setStateValue("step", step)];
  if (meeting.mount) meeting.mount(parentElement, ...order);
  else meeting.waiting.set(parentElement, order);
  return () => setTimeout(() => { // the platform also cleans up after a run that another has overtaken
    if (!(parentElement.host ?? parentElement).isConnected) parentElement.strip?.destroy();
  }, 300);
}
"""


class Frame(NamedTuple):
    """One picture, as `str` of a figures.svg.Drawing (nothing else: it becomes part of the page), and its words.

    The words are plain text with x_{1} and x^{2}. All pictures of a strip have one size.
    """

    svg: str
    caption: str


def play(
    frames: Sequence[Frame], *, key: str, on_step: Callable[[int], None] | None = None, pace: float | None = None
) -> None:
    """Show the frames one after the other, `pace` seconds each; a single one without any controls.

    `key` keeps the place and whether it plays. `on_step(k)` is called with the number of the frame on show, from 0,
    when it rests and now and then while it plays; in a fragment, only that fragment runs again. ValueError for no
    frames, or more than `MOST`.
    """
    if not 1 <= len(frames) <= MOST:
        raise ValueError(f"a strip has 1 to {MOST} frames, not {len(frames)}")
    frame_component, code = _components()

    def moved() -> None:
        step = st.session_state[key].get("step")
        if on_step is not None and step is not None:
            on_step(min(max(int(step), 0), len(frames) - 1))

    listening = {} if on_step is None else {"on_step_change": moved}
    frame_component(key=key, data=pack(frames, pace, on_step is not None), **listening)
    code(key=f"{key}_carrier")  # last: the platform sends it once, then by hash
    if len(frames) > 1:
        numbers.note(t("What the drawings say, one after the other."), lambda: [_told(frames)])


def _told(frames: Sequence[Frame]) -> Table:
    words = (re.sub(r"[_^]\{([^{}]*)\}", r"\1", frame.caption) for frame in frames)
    return Table("", (t("Number"), t("In words")), tuple((k, said) for k, said in enumerate(words, 1)))


def pack(frames: Sequence[Frame], pace: float | None = None, listen: bool = False) -> bytes:
    """What the browser gets: frames are alike, so together they compress to a tenth."""
    seconds = pace or max(_FASTEST, min(_SLOWEST, _WHOLE / len(frames)))
    words = {name: t(player.TEXTS[name]) for name in _WORDS}
    told = {"frames": frames, "words": words, "pace": seconds, "listen": listen}
    return zlib.compress(json.dumps(told, ensure_ascii=False).encode(), 3)


@cache
def _components() -> tuple[Any, Any]:
    here = Path(__file__).parent
    script, style = ((here / f"strip.{kind}").read_text(encoding="utf-8") for kind in ("js", "css"))
    look = json.dumps(style).replace("</", "<\\/")
    code = f"{joined()}\nconst STRIP_STYLE = STYLE + {look};\nconst mount = (() => {{\n{script}\nreturn mount;\n}})();"
    version = f'const VERSION = "{hashlib.sha256(code.encode()).hexdigest()[:12]}";'
    frames = component("optim_viz_strip", js=version + _FRAMES)
    return frames, component("optim_viz_strip_code", js=f"{code}\n{version}{_CODE}")
