"""The ground a race runs on: a surface of the catalogue or a formula of one's own, its domain, the start."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from optim_viz.formula import MAX_CHARACTERS, FormulaError
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.presets import LANDING
from optim_viz.surfaces import SURFACES, Surface
from optim_viz.surfaces.fit import Fit, fit
from optim_viz.surfaces.gallery import GALLERY
from optim_viz.surfaces.surface import DEFAULT_GRID
from optim_viz.tune import best_rate
from optim_viz.ui.cached import GATE
from optim_viz.ui.controls import choice, coordinate, key_of
from optim_viz.ui.i18n import t
from optim_viz.ui.mistakes import point_at
from optim_viz.ui.state import bound, named, put, steady
from optim_viz.words import Text

OWN = "own"
WIDE = (-10.0, 10.0)
NAMES = {**{name: name for name in SURFACES}, OWN: Text("My own formula")}
_GOOD = "_good_surface"
After = Callable[[Surface], None]
_TAUGHT = {worth.formula: worth.teaches for worth in GALLERY.values()}
# A formula started from any surface of the catalogue keeps whatever its sliders stood at.
_GRID = tuple(
    sorted({v for ground in SURFACES.values() for row in ground.ranges.values() for v in row} | {*DEFAULT_GRID})
)


def surface() -> Surface:
    """The surface chosen or typed, with a slider for each free letter; the last good one while a formula is broken."""
    with steady():
        name = named(st.selectbox, t("Surface"), "surface", NAMES, LANDING.surface, on_change=_moved)
        ground = named_one(name)
        _describe(ground)
        if name != OWN:
            st.button(t("Start my own formula from this one"), on_click=_copy, args=(ground,), width="stretch")
    return ground


def named_one(name: str, after: After | None = None) -> Surface:
    """The surface of that name, or the formula typed here, with a slider for each free letter.

    `after` is called with the surface when another formula has been typed or chosen.
    """
    ground = _typed(after) if name == OWN else SURFACES[name]
    for letter, value in ground.parameters.items():
        options = _GRID if name == OWN else ground.ranges[letter]
        picked = choice(letter, f"{name}.{letter}", options, value)
        ground = ground if picked == value else ground.replace(**{letter: picked})
    st.session_state[_GOOD] = ground
    return ground


def _describe(ground: Surface) -> None:
    """What the surface teaches, f and its gradient: our own printer's LaTeX, never a person's text."""
    across, up = ground.gradient_latex
    lines = (f"f &= {ground.latex}", rf"\partial f/\partial x &= {across}", rf"\partial f/\partial y &= {up}")
    teaches = ground.teaches or _TAUGHT.get(ground.formula, "")
    taught = f":small[{t(teaches)}]\n\n" if teaches else ""
    formulas = r"$$\begin{aligned}" + r"\\".join(lines) + r"\end{aligned}$$"
    st.markdown(taught + formulas)


def _typed(after: After | None) -> Surface:
    landing = SURFACES[LANDING.surface]
    text = bound(
        st.text_input, t("f(x, y) ="), "f", lambda text: len(text) <= MAX_CHARACTERS, value=landing.formula,
        max_chars=MAX_CHARACTERS, on_change=refit, args=(after,),
        help=t("Numbers, x, y, other single letters as sliders, + − * / ^, and functions such as sin, exp, sqrt, abs."),
    )  # fmt: skip
    _worth_trying(text, after)
    shown = _fitted(text)
    with st.expander(t("Domain")):
        across, up = _side("x", shown.x), _side("y", shown.y)
        st.button(t("Fit the domain to the formula"), key="fit", on_click=refit, args=(after,), width="stretch")
    inside = all(low <= at <= high for at, (low, high) in zip(shown.start, (across, up), strict=True))
    try:
        return Surface(text, x=across, y=up, start=shown.start if inside else None)
    except FormulaError as wrong:
        point_at(text, wrong, t("The picture still shows the last formula that worked."))
    except ValueError as wrong:
        st.warning(t(wrong.args[0]))
    return st.session_state.get(_GOOD, landing)


def _side(axis: str, usual: tuple[float, float]) -> tuple[float, float]:
    low, high = st.columns(2)
    with low:
        a = coordinate(t("{axis} from", axis=axis), f"{axis}min", usual[0])
    with high:
        b = coordinate(t("{axis} to", axis=axis), f"{axis}max", usual[1])
    return a, b


def _worth_trying(text: str, after: After | None) -> None:
    """The gallery; the formula that is in the box is the chosen one."""
    st.session_state["worth"] = next((name for name, worth in GALLERY.items() if worth.formula == text), None)
    st.selectbox(t("Worth trying"), tuple(GALLERY), key="worth", format_func=t, on_change=_try, args=(after,),
                 placeholder=t("Choose a formula"))  # fmt: skip


def _try(after: After | None) -> None:
    if st.session_state["worth"]:
        put({"f": GALLERY[st.session_state["worth"]].formula})
        refit(after)


def _fitted(text: str) -> Fit:
    """What the boxes hold unless a link says otherwise, so it knows the text alone; ±10 while that cannot be read."""
    try:
        return fit(Surface(text))
    except ValueError:
        return Fit(WIDE, WIDE, (-7.0, 2.0))


def refit(after: After | None = None) -> None:
    """Domain, start and rates that suit the formula with its sliders as they stand; a broken one changes nothing."""
    try:
        typed = Surface(st.session_state.get("f", SURFACES[LANDING.surface].formula))
    except ValueError:
        return
    typed = typed.replace(**{k: st.session_state.get(f"{OWN}.{k}", 1.0) for k in typed.parameters})
    shown = fit(typed)
    put(dict(zip(("xmin", "xmax", "ymin", "ymax"), (*shown.x, *shown.y), strict=True)))
    put({"x0": shown.start[0], "y0": shown.start[1]})
    typed = typed.replace(x=shown.x, y=shown.y, start=shown.start)
    tuned(typed, shown.start, st.session_state.get("steps", LANDING.steps))
    if after is not None:
        after(typed)


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
    x = coordinate(t("start x"), "x0", float(ground.start[0]))
    y = coordinate(t("start y"), "y0", float(ground.start[1]))
    st.button(t("Random start"), key="random", on_click=_random, args=(ground,), width="stretch")
    st.button(t("Reset start"), key="reset", on_click=move_start, args=ground.start, width="stretch")
    if not np.isfinite(ground.value((x, y))):
        st.warning(t("f has no value at this start: the paths end where they begin."))
    return x, y


def _random(ground: Surface) -> None:
    draw = np.random.default_rng()
    move_start(draw.uniform(*ground.x), draw.uniform(*ground.y))


def move_start(x: float, y: float) -> None:
    """Put the start at (x, y), rounded to what a person reads (also called by a click on the map)."""
    put({"x0": float(f"{x:.4g}"), "y0": float(f"{y:.4g}")})
