"""Notebook code for each part of the learning rate page: it makes the same numbers and pictures."""

import streamlit as st

from optim_viz import export
from optim_viz.ui import scheduled
from optim_viz.ui.i18n import t
from optim_viz.ui.maps import LONGEST, SIDE
from optim_viz.ui.rate import PREFIX, Setup
from optim_viz.ui.scheduled import Plan


def notebook(part: str, setup: Setup, plan: Plan | None) -> None:
    """The code of the part that is shown, written when asked for."""
    with st.expander(t("Notebook code"), key=f"{PREFIX}code", on_change="rerun") as box:
        if box.open:
            st.code(snippet(part, setup, plan), language="python")


def snippet(part: str, setup: Setup, plan: Plan | None) -> str:
    """Python for `part` ("sweep", "three", "schedule", "phases" or "basins")."""
    if plan is not None:
        return scheduled.snippet(setup, plan)
    head = "import optim_viz as ov\nfrom optim_viz.figures import maps, rates as charts\n\n"
    head += f"surface, start = {export.surface_code(setup.surface)}, {setup.start!r}\n"
    focus = f"rule = ov.{setup.focus!r}\n"
    if part == "sweep":
        rules = "".join(f"    ov.{rule!r},\n" for rule in setup.rules)
        return head + (
            f"rules = [\n{rules}]\n"
            f"made = [ov.rates.sweep(rule, surface, start, {setup.steps}) for rule in rules]\n"
            "for one in made:\n"
            "    print(one.optimizer.name, one.best is not None and (one.rates[one.best], one.final[one.best]))\n"
            "charts.sweeps(made).show()\n"
            f"ov.animate(ov.trace(ov.{setup.focus!r}, surface, start, {setup.steps}))\n"
        )
    if part == "three":
        return head + focus + (
            f"examples = ov.rates.three(ov.rates.sweep(rule, surface, start, {setup.steps}))\n"
            "for one in examples:\n"
            "    print(one.kind, one.reason)\n"
            "ov.animate([one.path for one in examples])\n"
        )  # fmt: skip
    if part == "phases":
        return head + focus + (
            "bowl = ov.rates.curvature(surface, start, rule.weight_decay)\n"
            "print(ov.rates.contraction(rule.lr, rule.momentum, bowl))\n"
            "maps.phase_map(ov.rates.phases(bowl), (rule.lr, rule.momentum)).show()\n"
            f"ov.animate(ov.trace(rule, surface, start, {setup.steps}))\n"
        )  # fmt: skip
    return head.replace("\n\n", "\nfrom optim_viz.basins import basin_map, shares\n\n", 1) + focus + (
        f"made = basin_map(rule, surface, {SIDE}, {min(setup.steps, LONGEST)})\n"
        "print(shares(made))\n"
        "maps.basins(made, surface, start).show()\n"
    )  # fmt: skip
