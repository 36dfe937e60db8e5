"""What every page has around it: navigation, title, language."""

import ctypes
import gc
import os
import runpy
import socket
import stat
from contextlib import suppress
from contextvars import ContextVar
from functools import cache
from html import escape
from pathlib import Path
from time import monotonic
from typing import Any

import streamlit as st
from threadpoolctl import threadpool_limits

from optim_viz.ui import numbers, present, runs, state
from optim_viz.ui.i18n import LANGUAGES, language, preferred, speak, t
from optim_viz.ui.site import PAGES
from optim_viz.ui.turns import TURNS

ICON = Path(__file__).with_name("icon.png")  # a named icon would be asked of another host
_MALLOC = {-1: 1 << 22, -3: 1 << 22, -8: 1}  # bytes kept free, bytes that get pages of their own, heaps; malloc.h
_TIDY_SECONDS, _TIDIED = 5.0, [monotonic()]
_FRAMED: ContextVar[bool] = ContextVar("framed", default=False)


def frame(pages: dict[str, list[Any]]) -> None:
    """Draw the chosen page under its title row."""
    settle()
    page = st.navigation(pages, position="hidden" if present.embedded() else "top")
    state.begin(page.url_path)
    state.resume()
    numbers.begin()
    link = _title(page)
    _FRAMED.set(True)
    if state.STEP in st.query_params:
        _guide(page.url_path)
    state.arrive()
    with TURNS.drawing():
        page.run()
    state.arrived()
    runs.complete()
    numbers.ending()
    if link is not None:
        present.link(link, page.title)
    present.on_paper()
    _tidy()


def _title(page: Any) -> Any:
    """The row with the page's title; returns the box for its link, None in a frame of another page."""
    spoken = language()
    head = f"<h1>{escape(page.title)}</h1>{present.style()}"  # one element: each costs every change its share
    if present.embedded():
        st.html(f'<div class="unseen">{head}</div>')
        return None
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="title"):
        st.html(head)
        runs.button(page.url_path or PAGES[0].name)
        link = present.link_box()
        present.switches()
        chosen = state.named(
            st.segmented_control, t("Language"), "lang", LANGUAGES, preferred(), required=True,
            label_visibility="collapsed",
        )  # fmt: skip
    if chosen != spoken:  # the browser's Back button changed it while this run was already speaking
        speak(chosen)
        st.rerun()
    if present.refused():
        st.warning(t("The link asks to hide something that has no name here; the rest is hidden."))
    return link


def _guide(path: str) -> None:
    """The step of a lesson above the page; who follows none pays nothing for it."""
    from optim_viz.ui import guide

    guide.bar(path)


def split() -> tuple[Any, Any, Any, Any]:
    """Containers of a page: a row on top, the picture, the controls beside it, the words under it."""
    _need_frame()
    top = st.container(key="top")
    with st.container(key="split"):
        return top, st.container(), st.container(), st.container()


def whole() -> Any:
    """The container of a page that is only to be read."""
    _need_frame()
    return st.container(key="whole")


def _need_frame() -> None:
    """On a fresh server Streamlit answers the first deep link with the bare page: then app.py runs around it."""
    if not _FRAMED.get():
        runpy.run_path(str(Path(__file__).parents[2] / "app.py"))
        st.stop()


@cache
def settle() -> None:
    """Once per process, so that it can serve a class: garbage and delayed packets cost more than the pages do."""
    gc.collect()
    threadpool_limits(1)  # two BLAS threads beside a busy process are many times slower than one
    gc.freeze()  # Streamlit collects after every run; what is loaded by now need not be walked again
    gc.set_threshold(20_000, 20, 20)  # looking for cycles after every 700 objects took 5 % of a busy server's time
    _keep_small()
    _send_at_once()


def _keep_small() -> None:
    """Every change runs in a new thread, with one of glibc's heaps, each of which keeps as much free memory as the
    largest array that was ever given back: with sixty sessions 200 MB. One heap is enough for who shares a core; told
    to keep much less than this, it asks the system for every array anew, which takes a sixth of the server's time."""
    with suppress(OSError, AttributeError):  # only glibc has it
        for what, most in _MALLOC.items():
            ctypes.CDLL(None).mallopt(what, most)


def _tidy() -> None:
    """Now and then at the end of a run: sessions that are over are cycles of objects, and leave holes in the heaps."""
    if monotonic() - _TIDIED[0] > _TIDY_SECONDS:
        _TIDIED[0] = monotonic()
        gc.collect()
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def _send_at_once() -> None:
    """Streamlit leaves Nagle's algorithm on: every change waits 40 ms for an acknowledgment. Sockets inherit this."""
    with suppress(OSError):  # only Linux lists its descriptors here
        for fd in map(int, os.listdir("/proc/self/fd")):
            with suppress(OSError):
                if stat.S_ISSOCK(os.fstat(fd).st_mode):
                    with socket.socket(fileno=os.dup(fd)) as one:
                        if one.family in (socket.AF_INET, socket.AF_INET6) and one.type == socket.SOCK_STREAM:
                            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
