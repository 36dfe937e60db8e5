"""A board to paint and move points on: in the browser by hand or keyboard, or written as text."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from optim_viz.data.points import LETTERS, LONGEST, read_points, write_points
from optim_viz.figures.classes import CLASSES
from optim_viz.ui.i18n import t
from optim_viz.ui.inbrowser import in_browser
from optim_viz.ui.state import bound
from optim_viz.words import Text

MOST, IN_LINK = 500, 1500  # points on a board, characters of a link
Painted = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Drawn:
    """A line on the board through `points` (x, y), named below it; `dash` is as SVG writes it."""

    name: str
    points: Sequence[tuple[float, float]]
    color: str
    dash: str = ""


@dataclass(frozen=True)
class Movable:
    """A board of `height` px whose points are first of all moved: `lines` of them are drawn while they are.

    `names` are those of the classes.
    """

    lines: Callable[[Painted], Sequence[Drawn]]
    names: Sequence[str]
    height: int


def painted(
    key: str, start: str, *, classes: int = 2, x: tuple[float, float] = (-1.0, 1.0),
    y: tuple[float, float] = (-1.0, 1.0), movable: Movable | None = None, most: int = MOST, text: Any = None,
) -> Painted | None:  # fmt: skip
    """Points (N, 2) inside x × y and their class numbers (N,); None, with a sentence, where the text is wrong.

    `start` is what is there at first, written as `read_points` reads it ("a 0.5 -0.2 b 1 0"; with `classes` = 1 no
    letters: "0.5 -0.2 1 0"). The points live in the text box under `key`, so a short text is part of the link and a
    long one stays in the session. Use `from_points` (classification) or the two columns (regression) on what is
    returned; draw nothing else into the same place, as the board keeps its own undo. `movable` makes it one to move
    points on; `text` is where the text box goes, by default below the board.
    """
    board, kept = st.container(), f"_{key}_good"
    with text or st.container():
        found = _found(_text(key, start), classes, x, y, most)
    if found is not None:
        st.session_state[kept] = found
    shown = st.session_state.get(kept) or read_points(start, classes, x, y)
    with board:
        _board(key, shown, classes, x, y, movable, most)
    return found


def _found(text: str, classes: int, x: tuple[float, float], y: tuple[float, float], most: int) -> Painted | None:
    try:
        found = read_points(text, classes, x, y)
    except ValueError as wrong:
        st.warning(t(wrong.args[0]))
        return None
    if len(found[0]) > most:
        st.warning(t("At most {most} points.", most=most))
        return None
    return found


def _text(key: str, start: str) -> str:
    label, help = t("Points as text"), t("x and y of each point; a letter is the class of all points after it.")
    if len(st.session_state.get(key, "")) > IN_LINK:
        st.caption(t("So many points stay in this session: a link would be too long."))
        return st.text_input(label, key=key, max_chars=LONGEST, help=help)
    return bound(
        st.text_input, label, key, lambda text: len(text) <= LONGEST, value=start, max_chars=LONGEST, help=help
    )


def _board(
    key: str, shown: Painted, classes: int, x: tuple[float, float], y: tuple[float, float], movable: Movable | None,
    most: int,
) -> None:  # fmt: skip
    name = f"{key}.board"

    def changed() -> None:
        found = st.session_state[name].get("points")
        if found is not None:
            st.session_state[key] = _written(found, classes, x, y)

    rows = [[*point, int(label)] for point, label in zip(shown[0].tolist(), shown[1], strict=True)]
    data = {"points": rows, "classes": list(LETTERS[:classes]), "colors": CLASSES[:classes], "x": x, "y": y,
            "most": most, "words": _words()}  # fmt: skip
    if movable is not None:
        lines = [{"name": one.name, "points": one.points, "color": one.color, "dash": one.dash}
                 for one in movable.lines(shown)]  # fmt: skip
        data |= {"move": True, "lines": lines, "names": movable.names, "height": movable.height}
        data["words"] |= {"board": t(_MOVED)}
    in_browser("points")(key=name, data=json.dumps(data).encode(), on_points_change=changed)


def _written(given: Any, classes: int, x: tuple[float, float], y: tuple[float, float]) -> str:
    """The text of what the browser sent, or "" for anything but points inside."""
    try:
        rows = np.array(given, float).reshape(-1, 3)[:MOST]
        labels = np.clip(np.nan_to_num(rows[:, 2]), 0, classes - 1).astype(int)
        return write_points(np.clip(rows[:, :2], *np.transpose([x, y])), labels)
    except (TypeError, ValueError):
        return ""


_MOVED = Text("Board of points. Arrow keys move the cross; Enter takes the point next to it, and leaves it again; M "
              "moves points, letters paint, Delete erases, Z undoes.")  # fmt: skip


def _words() -> dict[str, str]:
    return {
        "board": t("Board of points. Arrow keys move the cross, Enter paints, Delete erases, Z undoes."),
        "class": t("Class {name}"), "erase": t("Erase"), "undo": t("Undo"), "clear": t("Clear"), "move": t("Move"),
        "count": t("{n} points"), "full": t("The board is full: {n} points."),
    }  # fmt: skip
