"""The race page's parts: run settings, presets, player, and what lies under it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from optim_viz import export, figures, player
from optim_viz.optimizers import OPTIMIZERS, Optimizer
from optim_viz.presets import LANDING, PRESETS, Preset
from optim_viz.trace import Path
from optim_viz.ui import cached, explain, ground
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice, key_of, switch, whole
from optim_viz.ui.i18n import each, language, t
from optim_viz.ui.player import beside, mount
from optim_viz.ui.state import named, put, quiet
from optim_viz.words import Text

STEPS = (0, 10, 20, 29, 40, 50, 60, 100, 150, 200, 300, 500, 750, 1000)
NOISE = (0.0, 0.01, 0.03, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
FILLS = {"viridis": Text("green to yellow"), "blue": Text("blue"), "gray": Text("gray")}
SCALES = {"auto": Text("as suits the surface"), "linear": Text("linear"), "log": Text("logarithmic")}
VIEWS = {"rules": Text("Formulas and code"), "3d": Text("3-D view"), "loss": Text("Loss chart"),
         "notebook": Text("Notebook code")}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """How long, and with how much noise."""

    steps: int
    noise: float
    seed: int


@dataclass(frozen=True)
class Display:
    """How it is drawn."""

    log: bool
    equal: bool
    field: bool
    fill: str
    levels: str


def settings() -> Run:
    """Steps, noise and its seed."""
    steps = choice(t("Steps"), "steps", STEPS, LANDING.steps)
    noise = choice(
        t("Gradient noise"),
        "noise",
        NOISE,
        LANDING.noise,
        t("Standard deviation of the noise added to every gradient, as mini-batches have."),
    )
    seed = whole(t("Seed"), "seed", 0) if noise else 0
    return Run(steps, noise, seed)


def display() -> Display:
    """Switches for the picture; folded ones at their default are not drawn."""
    squares = t("Only then is the gradient seen at right angles to the contour lines.")
    with st.expander(t("Display"), key="display", on_change="rerun") as box:

        def unless_quiet(key: str, default: Any, draw: Callable[[], Any]) -> Any:
            return draw() if box.open or not quiet(key, default) else default

        return Display(
            unless_quiet("log", True, lambda: switch(t("Loss on a logarithmic axis"), "log", True)),
            unless_quiet("equal", False, lambda: switch(t("Equal units on both axes"), "equal", False, squares)),
            unless_quiet("field", False, lambda: switch(t("Downhill directions −∇f"), "field", False)),
            unless_quiet("fill", "viridis", lambda: named(st.selectbox, t("Color scale"), "fill", FILLS, "viridis")),
            unless_quiet("levels", "auto", lambda: named(st.selectbox, t("Contour levels"), "levels", SCALES, "auto")),
        )


def presets(surface: Any, start: tuple[float, float], rules: Sequence[Optimizer], run: Run) -> None:
    """A pill per preset; the one that is exactly what the controls show is lit, with its story."""
    now = (surface, start, run.steps, run.noise, tuple(rules))
    lit = next((p.key for p in PRESETS.values() if now == _setting(p)), None)
    st.session_state["preset"] = lit
    st.pills(t("Presets"), tuple(PRESETS), format_func=lambda key: t(PRESETS[key].name), key="preset",
             on_change=_apply, label_visibility="collapsed")  # fmt: skip
    if lit:
        st.caption(t(PRESETS[lit].story))


def _setting(preset: Preset) -> tuple:
    order = list(OPTIMIZERS)
    rules = tuple(sorted(preset.optimizers, key=lambda rule: order.index(rule.name)))
    return (preset.ground, tuple(map(float, preset.start)), preset.steps, preset.noise, rules)


def _apply() -> None:
    preset = PRESETS.get(st.session_state["preset"] or "")
    if preset is None:
        return
    surface = preset.ground
    put({"surface": preset.surface, "x0": float(preset.start[0]), "y0": float(preset.start[1])})
    put({f"{preset.surface}.{letter}": value for letter, value in surface.parameters.items()})
    put({"steps": preset.steps, "noise": preset.noise, "opt": tuple(rule.name for rule in preset.optimizers)})
    for rule in preset.optimizers:
        put({key_of(rule.name, p.name): getattr(rule, p.name) for p in rule.hyperparameters()})


def stage(paths: Sequence[Path], show: Display) -> None:
    """The player; a click or drag on the map moves the start."""
    surface = paths[0].surface
    grid = cached.GRIDS.make((surface, show.fill, show.levels, language()), lambda: _grid(surface, show))
    message = player.pack_paths(paths, log=show.log, equal=show.equal, field=show.field)
    mount(paths, grid, message, key="race", on_start=ground.move_start)


def _grid(surface: Any, show: Display) -> bytes:
    texts = each(player.TEXTS)
    return player.pack_surface(surface, fill=show.fill, scale=show.levels, texts=texts)


def more(paths: Sequence[Path]) -> None:
    """Under the picture, what only some want to see; computed only when shown."""
    view = named(st.segmented_control, t("More"), "view", VIEWS, None, label_visibility="collapsed")
    if view == "rules":
        explain.rules([path.optimizer for path in paths])
    elif view == "3d":
        _relief(paths)
    elif view == "loss":
        chart("chartloss", partial(figures.loss, paths), t(figures.summary(paths)), height=460)
    elif view == "notebook":
        st.code(export.notebook_code(paths), language="python")


@st.fragment
def _relief(paths: Sequence[Path]) -> None:
    """The 3-D view at the step the player rests on: only this part runs again when that changes."""
    step, camera = beside("chart3d")

    def turned(theme: str, texts: dict[str, str]) -> Any:
        shown, used = st.session_state.get("_relief", (None, None))
        now = (tuple(map(id, paths)), step, theme, language())
        seen = used if now == shown else camera  # turned by hand it is shown so already: the same chart stays
        st.session_state["_relief"] = now, seen
        figure = figures.surface3d(paths, theme=theme, texts=texts, step=step)
        return figure.update_layout(scene_camera=seen) if seen else figure

    chart("chart3d", turned, t(figures.summary(paths)), height=520)
