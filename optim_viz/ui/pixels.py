"""A picture to draw: with the mouse, a finger or the keys in the browser, or written as digits."""

import json
from typing import Any

import numpy as np
import streamlit as st

from optim_viz.data.pixels import read_pixels, write_pixels
from optim_viz.ui.i18n import t
from optim_viz.ui.inbrowser import in_browser
from optim_viz.ui.state import bound


def drawn(key: str, start: str, side: int, *, brush: bool = False, numbers: bool = False) -> np.ndarray:
    """The gray values (side, side) of a drawn picture, whole numbers from 0 (empty) to 9 (ink).

    `start` is the picture at first, written as `read_pixels` reads it. `brush` paints the neighbors half as dark, as
    a pen does; `numbers` writes the values into the pixels. The picture is the text box under `key`, so it is part of
    the link; where the text is wrong, a sentence says so and the last good picture stays. Draw nothing else into the
    same place, as the board keeps its own undo.
    """
    board, kept, most = st.container(), f"_{key}_good", side * (side + 1)
    with st.expander(t("The picture as text"), key=f"{key}.box", on_change="rerun"):
        text = bound(
            st.text_input, t("Rows of digits"), key, lambda text: len(text) <= most, value=start, max_chars=most,
            help=t("One row after the other, a digit for each pixel: 0 is empty, 9 is ink."),
        )  # fmt: skip
        try:
            st.session_state[kept] = read_pixels(text, side)
        except ValueError as wrong:
            st.warning(t(wrong.args[0]))
    picture = st.session_state.get(kept)
    if picture is None or len(picture) != side:
        picture = read_pixels(start, side)
    with board:
        _board(key, picture, brush, numbers)
    return picture


def _board(key: str, picture: np.ndarray, brush: bool, numbers: bool) -> None:
    name = f"{key}.board"

    def changed() -> None:
        text = st.session_state[name].get("pixels")
        if text is not None:
            st.session_state[key] = _checked(text, len(picture))

    data = {"side": len(picture), "pixels": write_pixels(picture), "brush": brush, "numbers": numbers,
            "words": _words()}  # fmt: skip
    in_browser("pixels")(key=name, data=json.dumps(data).encode(), on_pixels_change=changed)


def _checked(text: Any, side: int) -> str:
    """The text of what the browser sent, or an empty picture for anything but one."""
    try:
        return write_pixels(read_pixels(str(text), side))
    except ValueError:
        return ""


def _words() -> dict[str, str]:
    return {
        "board": t("Picture to draw. Arrow keys move the frame, 0 to 9 set a value, Enter paints, Delete erases, "
                   "Z undoes."),
        "dark": t("Dark"), "gray": t("Gray"), "erase": t("Erase"), "undo": t("Undo"), "clear": t("Clear"),
        "here": t("row {row}, column {column}: {value}"),
    }  # fmt: skip
