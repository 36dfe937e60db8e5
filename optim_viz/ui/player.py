"""The player on a page: two components, the constant carrier and the paths, meeting in the browser."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from optim_viz import player
from optim_viz.player.tables import tables
from optim_viz.ui import numbers, state
from optim_viz.ui.i18n import each, t


@cache
def _components() -> tuple[Any, Any, Any]:
    carrier = component("optim_viz_carrier", js=player.carrier_script())
    ear = component("optim_viz_ear", js=player.ear_script())
    return component("optim_viz_player", js=player.player_script()), carrier, ear


def mount(
    paths: Sequence[Any],
    surface_bytes: bytes | None = None,
    paths_bytes: bytes | None = None,
    *,
    key: str,
    on_start: Callable[[float, float], None] | None = None,
    on_step: Callable[[int], None] | None = None,
) -> tuple[float, float] | None:
    """Show the player; returns the start (x, y) chosen on the map in this run, else None.

    Pass the (cached) messages of `player.pack_surface` and `player.pack_paths`; what is missing is packed
    here. `on_start(x, y)` is called before the page runs again. `key` keeps zoom, position and hidden paths.
    `on_step(t)` is called with the update the play head is in: when it rests, and now and then while it plays
    (the message has to be packed with `listen`); in a fragment, only that fragment runs again.
    """
    message = player.pack_paths(paths) if paths_bytes is None else paths_bytes
    ground = player.pack_surface(paths[0].surface) if surface_bytes is None else surface_bytes
    show, carry, _ = _components()
    mine = key + state.opening()

    def chosen() -> None:
        point = _point(st.session_state[mine])
        if on_start is not None and point is not None:
            on_start(*point)

    def moved() -> None:
        step = st.session_state[mine].get("step")
        if on_step is not None and step is not None:
            on_step(int(step))

    listening = {} if on_step is None else {"on_step_change": moved}
    shown = show(key=mine, data=message, on_start_change=chosen, **listening)
    carry(key=f"{key}_surface", data=ground)  # last: the platform sends it once, then by hash
    numbers.note(t("Paths and their loss, step by step."), lambda: tables(message, each(player.TEXTS)))
    return _point(shown)


def film(
    film: player.Film, *, key: str, height: int = 420, words: Mapping[str, str] | None = None, **options: Any
) -> None:
    """Show curves that move over data points; `options` are those of `player.pack_film`.

    `key` keeps zoom, position and hidden curves. `words` says in the reader's language what `player.TEXTS` calls
    otherwise, such as "step": "epoch {n} of {N}".
    """
    show, carry, _ = _components()
    message, said = player.pack_film(film, height=height, **options), {**each(player.TEXTS), **(words or {})}
    show(key=key + state.opening(), data=message)
    carry(key=f"{key}_surface", data=player.pack_ground(film, said))
    numbers.note(t("Curves and their loss, step by step."), lambda: tables(message, said, (film.xlabel, film.ylabel)))


def beside(chart: str) -> tuple[int | None, Any]:
    """For a 3-D chart with this key: the step at which the page's player rests, and the camera as it was turned.

    None where nothing was told yet. Call it in the chart's fragment: then only that runs again. A new camera comes
    with the next step or paths, for the chart that was turned shows it already and is not to be sent again.
    """
    *_, ear = _components()
    key = f"{chart}_ear"
    known = st.session_state.get(key, {}).get("step")
    data = {"step": -1 if known is None else known, "chart": chart}
    heard = ear(key=key, data=data, on_step_change=lambda: None, on_camera_change=lambda: None)
    step = heard.get("step")
    return None if step is None else int(step), heard.get("camera")


def _point(result: Any) -> tuple[float, float] | None:
    start = result.get("start") if result else None
    return (float(start["x"]), float(start["y"])) if start else None
