"""The player on a page: two components, the constant carrier and the paths, meeting in the browser."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from optim_viz import player


@cache
def _components() -> tuple[Any, Any]:
    carrier = component("optim_viz_carrier", js=player.carrier_script())
    return component("optim_viz_player", js=player.player_script()), carrier


def mount(
    paths: Sequence[Any],
    surface_bytes: bytes | None = None,
    paths_bytes: bytes | None = None,
    *,
    key: str,
    height: int | None = None,
    on_start: Callable[[float, float], None] | None = None,
) -> tuple[float, float] | None:
    """Show the player; returns the start (x, y) chosen on the map in this run, else None.

    Pass the (cached) messages of `player.pack_surface` and `player.pack_paths`; what is missing is packed
    here. `on_start(x, y)` is called before the page runs again. `key` keeps zoom, position and hidden paths.
    """
    message = player.pack_paths(paths) if paths_bytes is None else paths_bytes
    if height is not None:
        message = player.with_height(message, height)
    ground = player.pack_surface(paths[0].surface) if surface_bytes is None else surface_bytes
    show, carry = _components()

    def chosen() -> None:
        point = _point(st.session_state[key])
        if on_start is not None and point is not None:
            on_start(*point)

    with st.container(gap=None):
        shown = show(key=key, data=message, on_start_change=chosen)
        carry(key=f"{key}_surface", data=ground)  # last: the platform sends it once, then by hash
    return _point(shown)


def _point(result: Any) -> tuple[float, float] | None:
    start = result.get("start") if result else None
    return (float(start["x"]), float(start["y"])) if start else None
