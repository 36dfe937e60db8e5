"""The ground a race runs on: a surface of the catalogue or a formula of one's own, its domain, the start."""

from typing import Any

import numpy as np
import streamlit as st

from optim_viz.formula import MAX_CHARACTERS, FormulaError
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.presets import LANDING
from optim_viz.surfaces import SURFACES, Surface
from optim_viz.surfaces.surface import DEFAULT_GRID
from optim_viz.tune import best_rate
from optim_viz.ui.cached import GATE
from optim_viz.ui.controls import choice, coordinate, key_of
from optim_viz.ui.i18n import t
from optim_viz.ui.state import bound, named, put
from optim_viz.words import Text

OWN = "own"
NAMES = {**{name: name for name in SURFACES}, OWN: Text("My own formula")}
_GOOD = "_good_surface"
# A formula started from any surface of the catalogue keeps whatever its sliders stood at.
_GRID = tuple(
    sorted({v for ground in SURFACES.values() for row in ground.ranges.values() for v in row} | {*DEFAULT_GRID})
)


def surface() -> Surface:
    """The surface chosen or typed, with a slider for each free letter; the last good one while a formula is broken."""
    name = named(st.selectbox, t("Surface"), "surface", NAMES, LANDING.surface, on_change=_moved)
    ground = _typed() if name == OWN else SURFACES[name]
    if name != OWN:
        st.caption(t(ground.teaches))
    for letter, value in ground.parameters.items():
        options = _GRID if name == OWN else ground.ranges[letter]
        picked = choice(letter, f"{name}.{letter}", options, value)
        ground = ground if picked == value else ground.replace(**{letter: picked})
    across, up = ground.gradient_latex
    lines = (f"f &= {ground.latex}", rf"\partial f/\partial x &= {across}", rf"\partial f/\partial y &= {up}")
    st.latex(r"\begin{aligned}" + r"\\".join(lines) + r"\end{aligned}")
    if name != OWN:
        st.button(t("Start my own formula from this one"), on_click=_copy, args=(ground,), width="stretch")
    st.session_state[_GOOD] = ground
    return ground


def _typed() -> Surface:
    landing = SURFACES[LANDING.surface]
    text = bound(
        st.text_input, t("f(x, y) ="), "f", lambda text: len(text) <= MAX_CHARACTERS, value=landing.formula,
        max_chars=MAX_CHARACTERS,
        help=t("Numbers, x, y, other single letters as sliders, + − * / ^, and functions such as sin, exp, sqrt, abs."),
    )  # fmt: skip
    with st.expander(t("Domain")):
        across, up = _side("x"), _side("y")
    try:
        return Surface(text, x=across, y=up)
    except FormulaError as wrong:
        _point_at(text, wrong)
    except ValueError as wrong:
        st.warning(t(wrong.args[0]))
    return st.session_state.get(_GOOD, landing)


def _side(axis: str) -> tuple[float, float]:
    low, high = st.columns(2)
    with low:
        a = coordinate(t("{axis} from", axis=axis), f"{axis}min", -10.0)
    with high:
        b = coordinate(t("{axis} to", axis=axis), f"{axis}max", 10.0)
    return a, b


def _point_at(text: str, wrong: FormulaError) -> None:
    """A mark under the character that stops the formula; a code block shows a person's text as text."""
    if wrong.column is not None:
        first = max(0, wrong.column - 24)  # a narrow panel shows about forty characters
        st.code(f"{text[first:]}\n{' ' * (wrong.column - 1 - first)}▲", language=None)
    st.code(t(wrong.args[0]), language=None, wrap_lines=True)
    st.caption(t("The picture still shows the last formula that worked."))


def _copy(ground: Surface) -> None:
    (xmin, xmax), (ymin, ymax) = ground.x, ground.y
    put({"surface": OWN, "f": ground.formula, "xmin": xmin, "xmax": xmax, "ymin": ymin, "ymax": ymax})
    put({f"{OWN}.{letter}": value for letter, value in ground.parameters.items()})


def _moved() -> None:
    """A new surface brings its own start, and every optimizer the rate of its grid that suits it."""
    name = st.session_state["surface"]
    ground = SURFACES.get(name) or st.session_state[_GOOD]
    put({"x0": float(ground.start[0]), "y0": float(ground.start[1])})
    tuned(ground, ground.start, st.session_state.get("steps", LANDING.steps))


def tuned(ground: Surface, start: tuple[float, float], steps: int) -> None:
    """Set each racing optimizer's rate to the best of its grid here."""
    rules = [OPTIMIZERS[name](**_set(name)) for name in st.session_state.get("opt", ())]
    with GATE:
        best = [best_rate(rule, ground, start, steps) for rule in rules]
    put({key_of(rule.name, "lr"): rule.lr for rule in best if hasattr(rule, "lr")})  # type: ignore[attr-defined]


def suit(ground: Surface, start: tuple[float, float], steps: int) -> None:
    """A button that gives every optimizer its best rate: one shared rate would be no fair race."""
    st.button(
        t("Find rates that suit this surface"),
        key="suit",
        help=t("Every optimizer gets the rate of its own grid that ends lowest from this start in this many steps."),
        on_click=tuned,
        args=(ground, start, steps),
        width="stretch",
    )


def _set(name: str) -> dict[str, Any]:
    keys = {p.name: key_of(name, p.name) for p in OPTIMIZERS[name].hyperparameters()}
    return {field: st.session_state[key] for field, key in keys.items() if key in st.session_state}


def start(ground: Surface) -> tuple[float, float]:
    """Where every path begins: two boxes, a random one, the surface's own."""
    with st.container(horizontal=True):
        x = coordinate(t("start x"), "x0", float(ground.start[0]))
        y = coordinate(t("start y"), "y0", float(ground.start[1]))
    with st.container(horizontal=True):
        st.button(t("Random start"), on_click=_random, args=(ground,), width="stretch")
        st.button(t("Reset start"), on_click=move_start, args=ground.start, width="stretch")
    if not np.isfinite(ground.value((x, y))):
        st.warning(t("f has no value at this start: the paths end where they begin."))
    return x, y


def _random(ground: Surface) -> None:
    draw = np.random.default_rng()
    move_start(draw.uniform(*ground.x), draw.uniform(*ground.y))


def move_start(x: float, y: float) -> None:
    """Put the start at (x, y), rounded to what a person reads (also called by a click on the map)."""
    put({"x0": float(f"{x:.4g}"), "y0": float(f"{y:.4g}")})
