"""Controls read from the declarations of surfaces and optimizers."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from optim_viz.optimizers import OPTIMIZERS, Optimizer
from optim_viz.presets import LANDING
from optim_viz.ui.i18n import t
from optim_viz.ui.state import Fits, among, bound, quiet, steady

FARTHEST = 1e6


def number(value: Any) -> str:
    """A number as people write it: 0.1, 1e-08, 20."""
    return f"{value:g}"


def key_of(optimizer: str, parameter: str) -> str:
    return f"{optimizer}.{parameter}"


def within(low: float, high: float) -> Fits:
    """Numbers from low to high fit."""

    def fits(text: str) -> bool:
        try:
            return low <= float(text) <= high
        except ValueError:
            return False

    return fits


def choice(label: str, key: str, options: tuple[Any, ...], default: Any, help: str | None = None) -> Any:
    """A slider over a grid of numbers."""
    return bound(
        st.select_slider, label, key, among(options, number), options=options, value=default, format_func=number,
        help=help,
    )  # fmt: skip


def switch(label: str, key: str, default: bool, help: str | None = None) -> bool:
    """An on/off control."""
    return bound(st.toggle, label, key, lambda text: text.lower() in ("true", "false"), value=default, help=help)


def whole(label: str, key: str, default: int, most: int = 999_999, help: str | None = None) -> int:
    """A box for a whole number from 0, such as a seed; an emptied one counts as the default."""
    inside = within(0, most)
    value = bound(
        st.number_input, label, key, lambda text: inside(text) and float(text).is_integer(), value=default, min_value=0,
        max_value=most, help=help,
    )  # fmt: skip
    return default if value is None else value


def coordinate(label: str, key: str, default: float) -> float:
    """A number box; an emptied one counts as the default."""
    value = bound(
        st.number_input, label, key, within(-FARTHEST, FARTHEST), value=default, min_value=-FARTHEST,
        max_value=FARTHEST, step=0.1, format="%g",
    )  # fmt: skip
    return default if value is None else value


def optimizers(usual: Sequence[Optimizer] = LANDING.optimizers, prefix: str = "") -> list[Optimizer]:
    """Which optimizers run, each with its own hyper-parameters; at first the `usual` ones.

    `prefix` keeps the controls of one page apart from those of another, in the session and in the link.
    """
    names, landing = tuple(OPTIMIZERS), {rule.name: rule for rule in usual}
    with steady():
        chosen = bound(
            st.pills, t("Optimizers"), f"{prefix}opt", among(names), options=names, default=tuple(landing),
            selection_mode="multi",
        )  # fmt: skip
        if not chosen:
            st.warning(t("Choose at least one optimizer; the last choice stays."))
            chosen = st.session_state.get(f"_{prefix}racing", tuple(landing))
        st.session_state[f"_{prefix}racing"] = chosen
        rules = [_rates(name, landing, prefix) for name in names if name in chosen]
    with st.expander(t("More hyper-parameters"), key=f"{prefix}more", on_change="rerun") as box:
        return [_rest(name, rate, landing, bool(box.open), prefix) for name, rate in rules]


def _default(name: str, parameter: Any, landing: dict[str, Optimizer]) -> float:
    return getattr(landing[name], parameter.name) if name in landing else parameter.default


def _rates(name: str, landing: dict[str, Optimizer], prefix: str) -> tuple[str, float | None]:
    lr = next((p for p in OPTIMIZERS[name].hyperparameters() if p.name == "lr"), None)
    if lr is None:
        return name, None
    default = _default(name, lr, landing)
    return name, choice(f"{name} · lr", prefix + key_of(name, "lr"), lr.choices, default, t(lr.help))


def _rest(name: str, rate: float | None, landing: dict[str, Optimizer], shown: bool, prefix: str) -> Optimizer:
    """The other hyper-parameters; a folded control at its default has nothing to say, and is left out."""
    values = {} if rate is None else {"lr": rate}
    for p in OPTIMIZERS[name].hyperparameters():
        key, default = prefix + key_of(name, p.name), _default(name, p, landing)
        if p.name != "lr":
            drawn = shown or not quiet(key, default)
            values[p.name] = choice(f"{name} · {p.name}", key, p.choices, default, t(p.help)) if drawn else default
    return OPTIMIZERS[name](**values)
