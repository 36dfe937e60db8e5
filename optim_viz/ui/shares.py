"""Two distributions over the same colors as bars to drag, or written as text."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from optim_viz.labs.losses import balls, read_shares, shares
from optim_viz.labs.losses.bits import LONGEST
from optim_viz.ui.i18n import t
from optim_viz.ui.inbrowser import in_browser
from optim_viz.ui.state import bound

BALLS = 20  # in the bag that is drawn


def two(
    keys: tuple[str, str], starts: tuple[str, str], kinds: tuple[str, str], colors: Sequence[str], names: Sequence[str],
    text: Any,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Two rows of shares (k,), each summing to 1: the first is also a bag of balls.

    They live in the text boxes under `keys`, drawn into the place `text`, so they are in the link; what is written
    wrongly there gets a sentence, and the last good shares stay. `kinds` are the names of the two.
    """
    board = st.container()
    with text:
        q, p = (_read(*one, len(names)) for one in zip(keys, starts, kinds, strict=True))
    with board:
        _board(keys, (q, p), kinds, colors, names)
    return q, p


def _read(key: str, start: str, kind: str, count: int) -> np.ndarray:
    kept = f"_{key}_good"
    text = bound(st.text_input, t("{kind} as text", kind=kind), key, lambda text: len(text) <= LONGEST, value=start,
                 max_chars=LONGEST, help=t("One number for each color; only their proportions count."))  # fmt: skip
    try:
        st.session_state[kept] = read_shares(text, count)
    except ValueError as wrong:
        st.warning(t(wrong.args[0]))
    found = st.session_state.get(kept)
    return read_shares(start, count) if found is None else found


def _board(
    keys: tuple[str, str], now: tuple[np.ndarray, np.ndarray], kinds: tuple[str, str], colors: Sequence[str],
    names: Sequence[str],
) -> None:  # fmt: skip
    name = f"{keys[0]}.board"

    def changed() -> None:
        found = st.session_state[name].get("shares")
        for key, text in zip(keys, written(found, len(names)), strict=True):
            if text:
                st.session_state[key] = text

    words = {"bag": t("In the bag:"), "kinds": kinds}
    data = {"shares": [[round(float(v), 4) for v in row] for row in now], "colors": colors, "names": names,
            "balls": balls(now[0], BALLS).tolist(), "words": words}  # fmt: skip
    in_browser("shares")(key=name, data=json.dumps(data).encode(), on_shares_change=changed)


def written(given: Any, count: int) -> list[str]:
    """The two texts of what the browser sent; "" for anything but shares."""
    try:
        rows = np.array(given, float).reshape(2, count)
    except (TypeError, ValueError):
        return ["", ""]
    if np.isfinite(rows).all() and (rows >= 0).all() and (rows.sum(axis=1) > 0).all():
        return [" ".join(f"{value + 0.0:.4g}" for value in shares(row)) for row in rows]
    return ["", ""]
