"""What every page has around it: navigation, title, language."""

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
from typing import Any

import streamlit as st
from threadpoolctl import threadpool_limits

from optim_viz.ui import runs, state
from optim_viz.ui.i18n import LANGUAGES, language, preferred, speak, t
from optim_viz.ui.site import PAGES

ICON = Path(__file__).with_name("icon.png")  # a named icon would be asked of another host
_FRAMED: ContextVar[bool] = ContextVar("framed", default=False)


def frame(pages: dict[str, list[Any]]) -> None:
    """Draw the chosen page under its title row."""
    settle()
    page = st.navigation(pages, position="top")
    state.begin(page.url_path)
    spoken = language()
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.html(f"<h1>{escape(page.title)}</h1>{_style()}")  # one element: each costs every change its share
        runs.button(page.url_path or PAGES[0].name)
        chosen = state.named(
            st.segmented_control, t("Language"), "lang", LANGUAGES, preferred(), required=True,
            label_visibility="collapsed",
        )  # fmt: skip
    if chosen != spoken:  # the browser's Back button changed it while this run was already speaking
        speak(chosen)
        st.rerun()
    _FRAMED.set(True)
    page.run()


def split() -> tuple[Any, Any, Any, Any]:
    """Containers of a page: a row on top, the picture, the controls beside it, the words under it."""
    _need_frame()
    top = st.container()
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
def _style() -> str:
    return f"<style>{Path(__file__).with_name('page.css').read_text(encoding='utf-8')}</style>"


@cache
def settle() -> None:
    """Once per process, so that it can serve a class: garbage and delayed packets cost more than the pages do."""
    gc.collect()
    threadpool_limits(1)  # two BLAS threads beside a busy process are many times slower than one
    gc.freeze()  # Streamlit collects after every run; what is loaded by now need not be walked again
    _send_at_once()


def _send_at_once() -> None:
    """Streamlit leaves Nagle's algorithm on: every change waits 40 ms for an acknowledgment. Sockets inherit this."""
    with suppress(OSError):  # only Linux lists its descriptors here
        for fd in map(int, os.listdir("/proc/self/fd")):
            with suppress(OSError):
                if stat.S_ISSOCK(os.fstat(fd).st_mode):
                    with socket.socket(fileno=os.dup(fd)) as one:
                        if one.family in (socket.AF_INET, socket.AF_INET6) and one.type == socket.SOCK_STREAM:
                            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
