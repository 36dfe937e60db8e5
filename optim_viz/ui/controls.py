"""Controls read from the declarations of surfaces and optimizers."""

import math
from typing import Any

import streamlit as st

from optim_viz.optimizers import OPTIMIZERS, Optimizer
from optim_viz.presets import LANDING
from optim_viz.ui.i18n import t
from optim_viz.ui.state import control, one_of


def number(value: Any) -> str:
    """A number as people write it: 0.1, 1e-08, 20."""
    return f"{value:g}"


def key_of(optimizer: str, parameter: str) -> str:
    return f"{optimizer}.{parameter}"


def finite(text: str) -> float:
    """A number a person would type, from a link."""
    value = float(text)
    if not math.isfinite(value) or abs(value) > 1e6:
        raise ValueError(text)
    return value


def choice(label: str, key: str, options: tuple[Any, ...], default: Any, help: str | None = None) -> Any:
    """A slider over a grid of numbers."""
    return control(
        st.select_slider, label, key, default, read=one_of(options, number), write=number,
        options=options, format_func=number, help=help,
    )  # fmt: skip


def switch(label: str, key: str, default: bool, help: str | None = None) -> bool:
    """An on/off control; in a link 1 and 0."""
    read = one_of((False, True), lambda on: str(int(on)))
    return control(st.toggle, label, key, default, read=read, write=lambda on: str(int(on)), help=help)


def whole(label: str, key: str, default: int) -> int:
    """A box for a whole number from 0 to 999999, such as a seed."""

    def read(text: str) -> int:
        return one_of(range(1_000_000))(text)

    value = control(st.number_input, label, key, default, read=read, min_value=0, max_value=999_999, step=1)
    return default if value is None else value


def coordinate(label: str, key: str, default: float) -> float:
    """A number box; an emptied one counts as the default."""
    value = control(st.number_input, label, key, default, read=finite, write=repr, step=0.1, format="%g")
    return default if value is None else value


def optimizers() -> list[Optimizer]:
    """Which optimizers race, each with its own hyper-parameters."""
    names = tuple(OPTIMIZERS)
    landing = {rule.name: rule for rule in LANDING.optimizers}
    chosen = control(
        st.pills, t("Optimizers"), "opt", tuple(landing), read=_names, write=",".join,
        options=names, selection_mode="multi",
    )  # fmt: skip
    if not chosen:
        st.warning(t("Choose at least one optimizer; the last choice keeps racing."))
    chosen = st.session_state["_racing"] = chosen or st.session_state.get("_racing", tuple(landing))
    rules = [_rates(name, landing) for name in names if name in chosen]
    with st.expander(t("More hyper-parameters")):
        return [_rest(name, rate, landing) for name, rate in rules]


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if not set(names) <= set(OPTIMIZERS):
        raise ValueError(text)
    return names


def _default(name: str, parameter: Any, landing: dict[str, Optimizer]) -> float:
    return getattr(landing[name], parameter.name) if name in landing else parameter.default


def _rates(name: str, landing: dict[str, Optimizer]) -> tuple[str, float | None]:
    lr = next((p for p in OPTIMIZERS[name].hyperparameters() if p.name == "lr"), None)
    if lr is None:
        return name, None
    default = _default(name, lr, landing)
    return name, choice(f"{name} · lr", key_of(name, "lr"), lr.choices, default, t(lr.help))


def _rest(name: str, rate: float | None, landing: dict[str, Optimizer]) -> Optimizer:
    values = {} if rate is None else {"lr": rate}
    for p in OPTIMIZERS[name].hyperparameters():
        if p.name != "lr":
            label = f"{name} · {p.name}"
            values[p.name] = choice(label, key_of(name, p.name), p.choices, _default(name, p, landing), t(p.help))
    return OPTIMIZERS[name](**values)
