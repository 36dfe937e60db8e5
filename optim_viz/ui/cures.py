"""From a cure of the checklist to the controls of the page *Train a network*, and the way there."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from optim_viz.data import DataSpec
from optim_viz.labs.checklist import Case, Example, Fix
from optim_viz.labs.checklist.examples import board
from optim_viz.labs.checklist.table import csv_text
from optim_viz.labs.checklist.trial import changed, epochs
from optim_viz.ui.controls import number
from optim_viz.ui.i18n import t
from optim_viz.ui.material import CSV, POINTS
from optim_viz.ui.points import IN_LINK, MOST
from optim_viz.ui.state import put
from optim_viz.ui.training import BATCHES, EPOCHS, PREFIX

TRAIN = "pages/train.py"
STAND_INS = {"missing": "curve", "loss": "digits", "outliers": "curve", "imbalance": POINTS}
"""Faulty data that only an example has: the data that page gets in their place."""
QUIET = {f"{PREFIX}{name}": value for name, value in
         {"init": "glorot", "bn": False, "dropout": 0.0, "l2": 0.0, "clip": 0.0, "patience": 0}.items()}  # fmt: skip
"""Folded controls that need not be drawn, nor be in a link, at these values."""
_NONE = object()


def nearest(options: Sequence[float], value: float) -> Any:
    return min(options, key=lambda option: abs(option - value))


def of_example(key: str, example: Example) -> dict[str, Any]:
    """All controls of that page that make it train what the example trains, where it has the data."""
    source = example.source
    data = source.name if isinstance(source, DataSpec) else STAND_INS[key]
    values = {f"{data}.{name}": value for name, value in source.parameters} if isinstance(source, DataSpec) else {}
    rule = example.rule
    own = {"data": data, "layers": ", ".join(map(str, example.layers)), "activation": example.activation,
           "init": example.init, "opt": [rule.name], f"{rule.name}.lr": rule.lr,  # type: ignore[attr-defined]
           "batch": example.batch, "epochs": example.epochs, "seed": 0, "bn": False, "dropout": 0.0, "l2": 0.0,
           "clip": 0.0, "patience": 0}  # fmt: skip
    return {**{f"{PREFIX}{name}": value for name, value in own.items()}, **values}


def of_fix(case: Case, fix: Fix) -> dict[str, Any] | None:
    """The controls a cure changes; None where that page has no control for it."""
    match fix.kind:
        case "rate":
            return {f"{PREFIX}{case.rule.name}.lr": fix.value}
        case "init" | "loss":
            return {f"{PREFIX}{fix.kind}": fix.value}
        case "layers":
            return {f"{PREFIX}layers": ", ".join(map(str, fix.value))}
        case "more" if isinstance(case.source, DataSpec):
            return {f"{case.source.name}.n": fix.value, **_as_long(case, fix)}
        case "rows" if painted(case):
            text = board(case.data, list(fix.value))
            fits = len(fix.value) <= MOST and len(text) <= IN_LINK
            return {f"{PREFIX}data": POINTS, f"{PREFIX}points": text, **_as_long(case, fix)} if fits else None
        case "classes" if str(case.source).startswith(CSV):
            return {f"{PREFIX}task": "classification"}
    return None


def painted(case: Case) -> bool:
    return str(case.source).startswith(POINTS)


def _as_long(case: Case, fix: Fix) -> dict[str, Any]:
    """As many steps as before, with batches the new data have room for."""
    new = changed(case, fix)
    n = len(new.split.train)
    wanted = nearest(EPOCHS, epochs(new, len(case.split.train)))
    small = max(size for size in BATCHES if size <= min(n, case.batch or n))
    return {f"{PREFIX}epochs": wanted, f"{PREFIX}batch": small if case.batch else 0}


def link(values: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """The controls as that page's link has them: what code sets, the browser does not write by itself."""
    return {key: _written(key, value) for key, value in values.items() if QUIET.get(key, _NONE) != value}


def _written(key: str, value: Any) -> str | list[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    if isinstance(value, str):
        return value
    return "N" if key == f"{PREFIX}batch" and not value else number(value)


def button(name: str, case: Case, fix: Fix, base: Mapping[str, Any] | None) -> None:
    """Sets the controls and goes there; `base` are those of an example, None for a run of one's own."""
    key = f"ck.fix.{name}.{fix.kind}"
    changes = of_fix(case, fix)
    if base is None and changes is None:
        if fix.kind == "rows":
            st.download_button(t("{cure}: as a table (CSV)", cure=t(fix.says)),
                               lambda: csv_text(case.data, list(fix.value)), "optim_viz_rows.csv", "text/csv", key=key,
                               icon=":material/download:", on_click="ignore")  # fmt: skip
        return
    there = {**(base or {}), **(changes or {})}
    if st.button(t("{cure}, on the page Train a network", cure=t(fix.says)), key=key, icon=":material/build:",
                 on_click=put, args=(there,)):  # fmt: skip
        st.switch_page(TRAIN, query_params=link(there))
