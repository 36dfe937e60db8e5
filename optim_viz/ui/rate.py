"""The learning rate page's parts: settings, the sweep with the path of the chosen rate, and three paths."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from optim_viz import player, rates
from optim_viz.compare import CLOSE
from optim_viz.figures import rates as charts
from optim_viz.figures.style import styles
from optim_viz.optimizers import OPTIMIZERS, Optimizer
from optim_viz.rates import RATES, Curvature, Line, Sweep
from optim_viz.ui import cached, ground, share
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice, key_of, number
from optim_viz.ui.i18n import each, language, t
from optim_viz.ui.lab import table
from optim_viz.ui.player import mount
from optim_viz.ui.said import bullets
from optim_viz.ui.state import among, bound, named, put, quiet, steady
from optim_viz.words import Text

PREFIX = "lr."
VIEWS = {"sweep": Text("Sweep"), "three": Text("Three paths"), "schedule": Text("Schedules"),
         "phases": Text("Phase map"), "basins": Text("Basin map")}  # fmt: skip
USUAL, FOCUS, RATE = ("SGD", "Momentum", "AdaGrad", "Adam"), "SGD", 0.5
STEPS, LENGTH = (10, 20, 50, 100, 200, 300, 500, 1000), 200
KINDS = {"small": Text("Too small"), "right": Text("Right"), "large": Text("Too large")}
LOOKS = {"small": "Nesterov", "right": "SGD", "large": "Momentum"}  # whose look each of the three borrows
_SWEEPS, _THREE = cached.Bounded(128), cached.Bounded(64)


@dataclass(frozen=True)
class Setup:
    """What is looked at: `rules` are swept, so their lr counts for nothing; `focus` is the one with the chosen rate."""

    surface: Any
    start: tuple[float, float]
    steps: int
    rules: tuple[Optimizer, ...]
    focus: Optimizer

    @property
    def lr(self) -> float:
        return self.focus.lr  # type: ignore[attr-defined]


def view() -> str:
    """Which part of the page is shown; the others cost nothing."""
    return named(st.segmented_control, t("View"), f"{PREFIX}view", VIEWS, "sweep", required=True,
                 label_visibility="collapsed")  # fmt: skip


def settings(part: str) -> tuple[tuple[Optimizer, ...], Optimizer, int]:
    """The optimizers to sweep, the one in focus with its rate, steps; the phase map is about Momentum alone."""
    names, name = tuple(OPTIMIZERS), "Momentum"
    chosen: Sequence[str] = ()
    with steady():
        if part in ("sweep", "basins"):
            chosen = bound(st.pills, t("Optimizers to compare"), f"{PREFIX}opt", among(names), options=names,
                           default=USUAL, selection_mode="multi")  # fmt: skip
        if part != "phases":
            hint = t("A click on a curve of the sweep chooses it, and the rate.")
            name = bound(st.selectbox, t("Optimizer"), f"{PREFIX}focus", among(names), options=names,
                         index=names.index(FOCUS), help=hint)  # fmt: skip
        lr = RATE if part == "three" else choice(f"{name} · lr", f"{PREFIX}rate", RATES, RATE)
        front = {"momentum": _setting(name, "momentum")} if "momentum" in _fields(name) else {}
        steps = choice(t("Steps"), f"{PREFIX}steps", STEPS, LENGTH)
    with st.expander(t("More hyper-parameters"), key=f"{PREFIX}more", on_change="rerun") as box:
        made = {rule: _rule(rule, bool(box.open), front if rule == name else {})
                for rule in names if rule == name or rule in chosen}  # fmt: skip
    return tuple(made.values()), replace(made[name], lr=lr), steps  # type: ignore[call-arg]


def _fields(name: str) -> dict[str, Any]:
    return {p.name: p for p in OPTIMIZERS[name].hyperparameters()}


def _setting(name: str, field: str) -> float:
    p = _fields(name)[field]
    return choice(f"{name} · {field}", PREFIX + key_of(name, field), p.choices, p.default, t(p.help))


def _rule(name: str, shown: bool, front: dict[str, float]) -> Optimizer:
    """Everything but lr; a folded control at its default has nothing to say, and is left out."""
    values = dict(front)
    for field, p in _fields(name).items():
        if field != "lr" and field not in front:
            drawn = shown or not quiet(PREFIX + key_of(name, field), p.default)
            values[field] = _setting(name, field) if drawn else p.default
    return OPTIMIZERS[name](**values)


def swept(setup: Setup, rule: Optimizer) -> Sweep:
    """The sweep of one rule, from the cache where another change did not touch it."""
    rule = replace(rule, lr=1.0)  # type: ignore[call-arg]
    key = (rule, setup.surface, setup.start, setup.steps)
    return _SWEEPS.make(key, lambda: rates.sweep(rule, setup.surface, setup.start, setup.steps))


def path(setup: Setup, rule: Optimizer) -> Any:
    return cached.race([rule], setup.surface, setup.start, setup.steps, 0.0, 0)[0]


def bowl(setup: Setup, made: Sweep) -> Curvature | None:
    """The curvature theory speaks of: that of the minimum the best run came closest to."""
    return rates.curvature(setup.surface, setup.start if made.best is None else made.end[:, made.best])


def show(
    setup: Setup,
    paths: Sequence[Any],
    labels: Sequence[str],
    looks: Sequence[str] = (),
    height: int = 360,
    saved: Sequence[Any] = (),
    **more: Any,
) -> None:
    """Paths in the player, by default with the look of the first's optimizer and one nothing like it; and as files,
    all of them or those of `saved`. A click or drag on the map moves the start.
    """
    name = paths[0].name
    drawn_as = styles((looks or (name, "Nesterov" if name != "Nesterov" else "SGD"))[: len(paths)])
    lang, texts = language(), each(player.TEXTS)
    grid = cached.GRIDS.make((setup.surface, "viridis", "auto", lang),
                             lambda: player.pack_surface(setup.surface, texts=texts))  # fmt: skip
    message = player.pack_paths(paths, looks=drawn_as, labels=labels, height=height, **more)
    mount(paths, grid, message, key=f"{PREFIX}player", on_start=ground.move_start)
    share.downloads(saved or paths, key=PREFIX.strip("."), **({} if saved else {"labels": labels, "looks": drawn_as}))


def sweep(setup: Setup) -> list[Sweep]:
    """Final loss over the rate, and the path of the chosen rate beside the best."""
    made = [swept(setup, rule) for rule in setup.rules]
    told = [(one.optimizer.name, line) for one in made for line in rates.theory(one.optimizer, bowl(setup, one))]
    now = (setup.focus.name, setup.lr)
    chart(f"{PREFIX}sweep", partial(charts.sweeps, made, told, now),
          t("Final loss of each optimizer over the learning rate"),
          on_select=partial(_clicked, made), selection_mode="points")  # fmt: skip
    mine = next(one for one in made if one.optimizer.name == setup.focus.name)
    both, labels = [path(setup, setup.focus)], [f"{setup.focus.name} · lr {number(setup.lr)}"]
    if mine.best is not None and mine.rates[mine.best] != setup.lr:
        both.append(path(setup, mine.at(mine.best)))
        labels.append(t("best: lr {rate}", rate=number(mine.rates[mine.best])))
    show(setup, both, labels)
    return made


def _clicked(made: Sequence[Sweep]) -> None:
    """A click on a curve chooses its optimizer and rate."""
    points = st.session_state[f"{PREFIX}sweep"]["selection"]["points"]
    if points:
        name = charts.clicked(made, points[0]["curve_number"], points[0]["point_index"])
        put({f"{PREFIX}rate": _nearest(points[0]["x"])} | ({f"{PREFIX}focus": name} if name else {}))


def _nearest(rate: float) -> float:
    return RATES[int(np.abs(np.log(np.array(RATES) / rate)).argmin())]


def reading(setup: Setup, made: Sequence[Sweep]) -> None:
    """A row per optimizer, theory against the sweep for the one in focus, and what none of it says."""
    head = [t("Optimizer"), t("best lr"), t("final f there"), t("rates that close 99 % of the gap"),
            t("diverges from lr")]  # fmt: skip
    table(head, [[_bold(one, setup), *_cells(one)] for one in made])
    mine = next(one for one in made if one.optimizer.name == setup.focus.name)
    said = compared(mine, bowl(setup, mine))
    said.append(Text("One start, one surface, {steps} steps: with other ones the curves move.", steps=setup.steps))
    st.markdown(bullets(*map(t, said)))


def _bold(one: Sweep, setup: Setup) -> str:
    name = one.optimizer.name
    return f"**{name}**" if name == setup.focus.name else name


def _cells(one: Sweep) -> list[str]:
    best = "–" if one.best is None else number(one.rates[one.best])
    final = "–" if one.best is None else f"{one.final[one.best]:.3g}".replace("-", "−")
    good = one.closing(CLOSE)
    span = "–" if good is None else t("{low} to {high}", low=number(good[0]), high=number(good[1]))
    gone = one.rates[one.diverged & (one.rates > (0 if one.best is None else one.rates[one.best]))]
    return [best, final, span, number(gone[0]) if gone.size else "–"]


def compared(made: Sweep, found: Curvature | None) -> list[Text]:
    """Theory beside what the sweep measured, and how far theory reaches here."""
    name, lines = made.optimizer.name, rates.theory(made.optimizer, found)
    if found is None or not lines:
        return [Text("{name}: no formula for the limit here; the sweep is all there is.", name=name)]
    said = [_against(made, name, line) for line in lines]
    if found.at is None:
        said.append(Text("The surface is quadratic: λmin = {low:.4g} and λmax = {high:.4g} hold everywhere.",
                         low=found.low, high=found.high))  # fmt: skip
    else:
        said.append(Text("λmin = {low:.4g} and λmax = {high:.4g} are those at the minimum ({a:.4g}, {b:.4g}) only: "
                         "further away the limit may be higher or lower.",
                         low=found.low, high=found.high, a=found.at[0], b=found.at[1]))  # fmt: skip
    return said


def _against(made: Sweep, name: str, line: Line) -> Text:
    facts: dict[str, Any] = {"name": name, "formula": line.formula, "rate": line.rate}
    if line.kind == "best":
        if made.best is None:
            return Text("{name}: best fixed rate by theory {formula} = {rate:.4g}.", **facts)
        return Text("{name}: best fixed rate by theory {formula} = {rate:.4g}, in the sweep {found:g}.",
                    found=float(made.rates[made.best]), **facts)  # fmt: skip
    gone = made.rates[made.diverged]
    if not gone.size:
        return Text("{name}: limit by theory {formula} = {rate:.4g}; in the sweep no rate diverges.", **facts)
    return Text("{name}: limit by theory {formula} = {rate:.4g}; in the sweep the first rate that diverges is "
                "{found:g}.", found=float(gone[0]), **facts)  # fmt: skip


def three(setup: Setup) -> None:
    """Too small, right, too large: three paths, and why."""
    made = swept(setup, setup.focus)
    found = _THREE.make((made.optimizer, setup.surface, setup.start, setup.steps), lambda: rates.three(made))
    labels = [f"{t(KINDS[one.kind])} · lr {number(one.path.optimizer.lr)}" for one in found]
    show(setup, [one.path for one in found], labels, [LOOKS[one.kind] for one in found], height=480)


def reasons(setup: Setup) -> None:
    """Why each of the three is what it is called."""
    made = swept(setup, setup.focus)
    found = _THREE.get((made.optimizer, setup.surface, setup.start, setup.steps)) or rates.three(made)
    st.markdown("\n".join(f"- **{t(KINDS[one.kind])}.** {t(one.reason)}" for one in found))
    missing = [kind for kind in KINDS if kind not in {one.kind for one in found}]
    if "small" in missing:
        st.caption(
            t("No rate of the sweep is too small here: even the lowest covers half the way, or leads elsewhere.")
        )
    if "large" in missing:
        st.caption(t("No rate of the sweep is too large here: all above the best still cover half the way."))
    st.caption(t("The way is that from the start to where the best rate ends. Too small: the largest rate with "
                 "which, as with all below it, less than half of it is covered. Too large: the first rate above the "
                 "best that diverges; where none does, the first that covers less than half."))  # fmt: skip
