"""The maps of the learning rate page: rate × momentum, and which start ends at which minimum."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from optim_viz import rates
from optim_viz.basins import GONE, NONE, Basins, basin_map, shares
from optim_viz.figures import maps as charts
from optim_viz.figures.text import short
from optim_viz.optimizers import Optimizer
from optim_viz.rates import Curvature, Phases
from optim_viz.ui import cached, rate
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import number
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import table
from optim_viz.ui.rate import Setup
from optim_viz.ui.said import bullets
from optim_viz.words import Text

SIDE, LONGEST = 200, 300  # starts a side; steps at most, so that the map follows a slider
ROUGH = 100  # starts a side where optimizers are compared
_PHASES, _BASINS = cached.Bounded(32), cached.Bounded(64)


def phases(setup: Setup) -> Phases | None:
    """The map, and the path of the chosen pair beside that of the fastest; None where there is no bowl."""
    chosen: Any = setup.focus
    bowl = rates.curvature(setup.surface, setup.start, chosen.weight_decay)
    if bowl is None or bowl.low <= 0:
        st.info(
            t("There is no phase map here: it needs a minimum at which the surface curves upward in every direction.")
        )
        return None
    made = _PHASES.make(bowl, lambda: rates.phases(bowl))
    chart(f"{rate.PREFIX}phases", partial(charts.phase_map, made, (chosen.lr, chosen.momentum)),
          t("Error per step of Momentum, over rate and momentum"))  # fmt: skip
    lr, momentum = made.optimum
    best = replace(chosen, lr=lr, momentum=momentum)
    names = [f"lr {short(one.lr)}, μ {short(one.momentum)}" for one in (chosen, best)]
    rate.show(
        setup, [rate.path(setup, chosen), rate.path(setup, best)], [names[0], t("fastest: {pair}", pair=names[1])]
    )
    return made


def factors(setup: Setup, made: Phases | None) -> None:
    """Theory and measurement for the chosen pair, the fastest pair, and where theory holds."""
    if made is None:
        return
    chosen, bowl = setup.focus, made.bowl
    theory = float(rates.contraction(chosen.lr, chosen.momentum, bowl))  # type: ignore[attr-defined]
    said = [_factor(theory, rates.measured(rate.path(setup, chosen))), *_damping(chosen, bowl)]
    said.append(Text("Fastest: lr = 4/(√λmin + √λmax)² = {lr:.4g}, μ = ((√κ − 1)/(√κ + 1))² = {momentum:.4g}, "
                     "κ = λmax/λmin = {condition:.4g}: × {factor:.4g} per step.",
                     lr=made.optimum[0], momentum=made.optimum[1], condition=bowl.high / bowl.low,
                     factor=made.fastest))  # fmt: skip
    if bowl.at is not None:
        said.append(Text("Theory holds near the minimum ({a:.4g}, {b:.4g}), where λmin = {low:.4g} and λmax = "
                         "{high:.4g}; further away the surface curves differently.",
                         a=bowl.at[0], b=bowl.at[1], low=bowl.low, high=bowl.high))  # fmt: skip
    st.markdown(bullets(*map(t, said)))


def _factor(theory: float, seen: float | None) -> Text:
    if theory > 1:
        lead = Text("Theory: the error grows × {factor:.4g} per step.", factor=theory)
    elif theory == 1:
        lead = Text("Theory: the error stays as large as it is.")
    else:
        steps = float(np.log(0.1) / np.log(theory)) if theory else 0.0
        lead = Text("Theory: the error shrinks × {factor:.4g} per step, {steps:.0f} steps for a digit.",
                    factor=theory, steps=steps)  # fmt: skip
    if seen is None:
        return Text("{lead} This path is too short to measure it.", lead=lead)
    return Text("{lead} Measured on this path: × {seen:.4g}.", lead=lead, seen=seen)


def _damping(chosen: Any, bowl: Curvature) -> list[Text]:
    """Whether it creeps or swings along the steepest and the flattest direction."""
    said = []
    for name, value in (("λmax", bowl.high), ("λmin", bowl.low)):
        critical = float(rates.critical(np.array(chosen.lr), value))
        if chosen.momentum > critical:
            said.append(Text("Along {name}: μ is above critical damping {critical:.4g}, so it swings.",
                             name=name, critical=critical))  # fmt: skip
        else:
            said.append(Text("Along {name}: μ is not above critical damping {critical:.4g}, so it does not swing.",
                             name=name, critical=critical))  # fmt: skip
    return said


def basins(setup: Setup) -> Basins:
    """Where each start ends, and how soon."""
    made = _mapped(setup, setup.focus, SIDE)
    chart(f"{rate.PREFIX}basins", partial(charts.basins, made, setup.surface, setup.start),
          t("Which minimum each start ends at, and how soon"))  # fmt: skip
    return made


def _mapped(setup: Setup, rule: Optimizer, side: int) -> Basins:
    steps = min(setup.steps, LONGEST)
    return _BASINS.make((rule, setup.surface, steps, side), lambda: basin_map(rule, setup.surface, side, steps))


def census(setup: Setup, made: Basins) -> None:
    """The shares of the map in words."""
    minima = setup.surface.minima
    said = [Text("{n} starts, {name} with lr {lr:g}, {steps} steps.", n=made.labels.size, name=setup.focus.name,
                 lr=setup.lr, steps=min(setup.steps, LONGEST))]  # fmt: skip
    for label, share, middle in shares(made):
        if label >= 0:
            said.append(Text("{share:.1%} end at minimum {k} ({a:.4g}, {b:.4g}), half of them within {steps} steps.",
                             share=share, k=label + 1, a=float(minima[label][0]), b=float(minima[label][1]),
                             steps=middle))  # fmt: skip
        elif label == GONE:
            said.append(Text("{share:.1%} diverge, half of them within {steps} steps.", share=share, steps=middle))
        else:
            said.append(Text("{share:.1%} have not settled at a known minimum.", share=share))
    if not len(minima):
        said.append(Text("No minimum is known here: nothing can be seen to settle."))
    st.markdown(bullets(*map(t, said)))
    side_by_side(setup)
    st.caption(t("The fainter, the later. A start has settled once it is close to a minimum and nearly still; close is "
                 "2 % of the shorter side of the picture."))  # fmt: skip


def side_by_side(setup: Setup) -> None:
    """The same count for every optimizer to compare, each with the rate that its sweep from the start likes best."""
    count = len(setup.surface.minima)
    kinds = [*range(count), NONE, GONE]
    head = [t("Optimizer"), t("best lr"), *(f"→ {k + 1}" for k in range(count)), t("not settled"),
            t("diverged"), t("half within")]  # fmt: skip
    rows = []
    for rule in setup.rules:
        made = rate.swept(setup, rule)
        if made.best is not None:
            best = made.at(made.best)
            found = _mapped(setup, best, ROUGH)
            found_shares = {label: share for label, share, _ in shares(found)}
            ended = found.steps[found.labels >= 0]
            middle = t("{n} steps", n=int(np.median(ended))) if ended.size else "–"
            rows.append([rule.name, number(made.rates[made.best]),
                         *(f"{found_shares.get(kind, 0):.0%}" for kind in kinds), middle])  # fmt: skip
    if rows:
        table(head, rows)
        st.caption(t("Every optimizer with the rate that ends lowest from the start, over {n} starts.", n=ROUGH**2))
