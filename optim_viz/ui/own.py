"""The parts of the page where a person writes an optimizer: program, settings, race, sweep."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import streamlit as st

from optim_viz import export, player, rates
from optim_viz.figures.rates import sweeps
from optim_viz.formula import FormulaError
from optim_viz.formula.lines import MAX_PROGRAM
from optim_viz.optimizers import OPTIMIZERS, Optimizer
from optim_viz.optimizers.custom import Custom, custom
from optim_viz.starters import GROUND, LANDING, RIVALS, STARTERS
from optim_viz.trace import Path
from optim_viz.tune import best_rate
from optim_viz.ui import cached, controls, explain
from optim_viz.ui import ground as grounds
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice, key_of
from optim_viz.ui.i18n import each, language, t
from optim_viz.ui.mistakes import point_at
from optim_viz.ui.player import mount
from optim_viz.ui.state import bound, named, put, steady
from optim_viz.words import Text

PREFIX = "my."
STEPS = (10, 20, 30, 40, 60, 100, 200, 300, 500, 1000)
USUAL_STEPS = 60
VIEWS = {"rates": Text("Learning rates"), "rules": Text("Formulas and code"), "notebook": Text("Notebook code")}
SHOWN_STATES = 3
_PROGRAM, _GOOD, _WHERE, _ON = f"{PREFIX}program", "_my_good", "_my_where", "_my_on"
_SWEEPS = cached.Bounded(64)
_COARSE = rates.RATES[::4]
_DOTTED = (3, 3)


def _key(setting: str) -> str:
    return f"{PREFIX}set.{setting}"


def rule() -> Custom:
    """The rule as typed, with a slider for each setting; the last good one while the text is broken."""
    text = bound(
        st.text_area, t("Your update rule"), _PROGRAM, lambda text: len(text) <= MAX_PROGRAM,
        value=LANDING.program, max_chars=MAX_PROGRAM, height="content",
        help=t("One assignment per line. x is the point, g the gradient there, g(...) the gradient elsewhere, t "
               "counts the steps from 1. A name read before it is written is memory and starts at 0; a name that "
               "is never written becomes a slider. Functions: sqrt, abs, sign, min, max, exp, log, tanh, step."),
    )  # fmt: skip
    written = _read(text)
    lines = r"\\[0.25em]".join(_aligned(line) for line in written.formula)
    st.latex(rf"\begin{{aligned}}{lines}\end{{aligned}}")
    picked = {h.name: choice(h.name, _key(h.name), h.choices, h.default) for h in written.hyperparameters()}
    return replace(written, **picked)


def _read(text: str) -> Custom:
    try:
        written = custom(text)
    except FormulaError as wrong:
        point_at(text, wrong, t("The picture still shows the last program that worked."))
        return _last_good()
    st.session_state[_GOOD] = written.program
    return written


def _aligned(line: str) -> str:
    for sign in (r"\leftarrow", "="):
        if sign in line:
            return line.replace(sign, f"&{sign}", 1)
    return line


def starters() -> None:
    """A pill per starter, lit while its program is in the box; and every listed rule to open."""
    told = STARTERS.get(_told() or "")
    st.session_state[f"{PREFIX}starter"] = told and told.key
    with st.container(horizontal=True, vertical_alignment="center"):
        st.pills(t("Begin with"), tuple(STARTERS), format_func=lambda key: t(STARTERS[key].name),
                 key=f"{PREFIX}starter", on_change=_start, label_visibility="collapsed")  # fmt: skip
        st.selectbox(
            t("Open a listed rule"), [name for name, listed in OPTIMIZERS.items() if listed.program], index=None,
            placeholder=t("Open a listed rule"), key=f"{PREFIX}open", on_change=_open, label_visibility="collapsed",
            width=220,
        )  # fmt: skip
    if told:
        st.caption(t(told.story))


def _told() -> str | None:
    """The starter whose program is in the box."""
    text = st.session_state.get(_PROGRAM, LANDING.program).strip()
    return next((starter.key for starter in STARTERS.values() if starter.program == text), None)


def _start() -> None:
    """The starter chosen, with its settings; again when it was there already."""
    key = st.session_state[f"{PREFIX}starter"] or _told()
    if key is not None:
        made = STARTERS[key].rule
        _write(made if st.session_state[_ON] == GROUND else _at_its_best(made))


def _open() -> None:
    """The listed rule as the race beside it has it, else at its defaults with a rate that suits the surface."""
    name = st.session_state[f"{PREFIX}open"]
    if name is None:
        return
    listed = OPTIMIZERS[name](**_set(_keys(name)))
    if name not in st.session_state.get(f"{PREFIX}opt", ()):
        listed = _at_its_best(listed)
    _write(custom(listed.program, **listed.fields()))
    st.session_state[f"{PREFIX}open"] = None


def _write(made: Custom) -> None:
    put({_PROGRAM: made.program, **{_key(name): value for name, value in made.fields().items()}})


@dataclass(frozen=True)
class Ground:
    """Where the race runs, from where, and for how long."""

    surface: Any
    start: tuple[float, float]
    steps: int


def ground() -> Ground:
    """Surface, start and steps; on another surface than before everyone gets the rate that suits it."""
    surface = grounds.surface()
    with steady("setup"):
        start = grounds.start(surface)
        steps = choice(t("Steps"), f"{PREFIX}steps", STEPS, USUAL_STEPS)
    where = st.session_state[_WHERE] = Ground(surface, start, steps)
    chosen, asked = st.session_state["surface"], _key("lr") in st.query_params
    before = st.session_state.get(_ON, chosen if asked else GROUND)  # a link's own rate is left alone
    st.session_state[_ON] = chosen
    if chosen != before:
        _suit()
    return where


def _at_its_best(made: Any) -> Any:
    where = st.session_state[_WHERE]
    with cached.GATE:
        return best_rate(made, where.surface, where.start, where.steps)


def suit() -> None:
    """A button that gives everyone, the own rule too, its best rate: one shared rate would be no fair race."""
    st.button(t("Find rates that suit this surface"), key=f"{PREFIX}suit", on_click=_suit, width="stretch",
              help=t("Every optimizer gets the rate of its own grid that ends lowest from this start in this many "
                     "steps."))  # fmt: skip


def _suit() -> None:
    mine = _last_good()
    racing = {name: OPTIMIZERS[name]() for name in st.session_state.get(f"{PREFIX}opt", ())}
    racing = racing or {rule.name: rule for rule in RIVALS}
    for made, keys in ((mine, _own_keys(mine)), *((rule, _keys(name)) for name, rule in racing.items())):
        if "lr" in keys:
            best = _at_its_best(replace(made, **_set(keys)))
            put({keys["lr"]: best.fields()["lr"]})


def _last_good() -> Custom:
    """The program in the box, or in the link on a first visit; the last one that could be read, if it cannot."""
    text = st.session_state.get(_PROGRAM, st.query_params.get(_PROGRAM, LANDING.program))
    try:
        return custom(text)
    except FormulaError:
        return custom(st.session_state.get(_GOOD, LANDING.program))


def _own_keys(mine: Custom) -> dict[str, str]:
    return {h.name: _key(h.name) for h in mine.hyperparameters()}


def _keys(name: str) -> dict[str, str]:
    """Setting -> key of its control, for a rival."""
    return {h.name: PREFIX + key_of(name, h.name) for h in OPTIMIZERS[name].hyperparameters()}


def _set(keys: dict[str, str]) -> dict[str, Any]:
    return {name: st.session_state[key] for name, key in keys.items() if key in st.session_state}


def rivals() -> list[Optimizer]:
    """Whom to race against, each with its own rate."""
    return controls.optimizers(RIVALS, PREFIX)


def race(mine: Custom, others: Sequence[Optimizer], where: Ground) -> list[Path]:
    """The own path first, then the others', from the same start."""
    return cached.race([mine, *others], where.surface, where.start, where.steps, 0.0, 0)


def stage(paths: Sequence[Path]) -> None:
    """The player, with what the own rule remembers on the same clock; its path is drawn last, over the others."""
    mine, *others = paths
    surface, texts = paths[0].surface, each(player.TEXTS)
    grid = cached.GRIDS.make((surface, "own", language()), lambda: player.pack_surface(surface, texts=texts))
    drawn = [*others, mine]
    mount(
        drawn, grid, player.pack_paths(drawn, charts=_memory(mine, len(others))), key="own", on_start=grounds.move_start
    )


def _memory(path: Path, place: int) -> list[dict[str, Any]]:
    last = int(path.end) + 1
    return [
        {"title": t("{name}: x solid, y dotted", name=name),
         "series": [(place, values[:last, 0], ()), (place, values[:last, 1], _DOTTED)]}
        for name, values in list(path.state.items())[:SHOWN_STATES]
    ]  # fmt: skip


def more(paths: Sequence[Path], where: Ground) -> None:
    """What only some want to see, computed only when shown."""
    view = named(st.segmented_control, t("More"), f"{PREFIX}view", VIEWS, "rates", label_visibility="collapsed")
    if view == "rates":
        _sweep([path.optimizer for path in paths], where)
    elif view == "rules":
        explain.rules([path.optimizer for path in paths])
    elif view == "notebook":
        st.code(export.notebook_code(paths), language="python")


def _sweep(rules: Sequence[Optimizer], where: Ground) -> None:
    """Where each would have ended at every rate: whether an idea is good, or only its rate."""
    mine, rated = rules[0], [rule for rule in rules if hasattr(rule, "lr")]
    if mine not in rated:
        st.caption(t("A setting called lr would bring your rule into this picture."))
    if not rated:
        return
    now = (mine.name, float(mine.fields()["lr"])) if mine in rated else None
    if now:
        st.caption(
            t("Where each would have ended at any other rate. Ring: your rule's rate now; stars: the best of each.")
        )
    made = tuple(_swept(rule, where) for rule in rated)
    chart(f"{PREFIX}sweep", partial(sweeps, made, now=now), t("Final loss at every learning rate"),
          setting=(made, now))  # a sweep is kept by identity, and comes from a cache itself  # fmt: skip


def _swept(rule: Optimizer, where: Ground) -> rates.Sweep:
    """The rate a rule runs at now changes nothing here, so that moving it costs nothing."""
    rule = replace(rule, lr=1.0)  # type: ignore[call-arg]
    key = (rule, where.surface, where.start, where.steps)
    return _SWEEPS.make(key, lambda: rates.sweep(rule, where.surface, where.start, where.steps, _COARSE))
