"""A search by hand: two sliders and a button, what was tried so far, and its place in the link."""

import re

import streamlit as st

from optim_viz.experiments.search import BUDGETS, Trial, settings, tried
from optim_viz.ui import cached
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import t

PREFIX = "se."
SIDE = 13  # values of each slider
TRIES = f"{PREFIX}tries"
RATES, DECAYS = zip(*(settings((k / (SIDE - 1), k / (SIDE - 1))) for k in range(SIDE)), strict=True)
_TRIALS = cached.Bounded(256)


def trials(budget: int, folds: int, controls: bool) -> tuple[Trial, ...]:
    """What the person has tried, at most the budget; with `controls` there is more to try."""
    pairs = read(st.session_state[TRIES] if TRIES in st.session_state else st.query_params.get(TRIES, ""))
    if controls:
        pairs = _controls(pairs, budget)
    _write(pairs)
    chosen = [(RATES[a], DECAYS[b]) for a, b in pairs[:budget]]
    found = {pair: _TRIALS.get((pair, folds)) for pair in chosen}
    new = [pair for pair, trial in found.items() if trial is None]
    if new:
        with cached.GATE:
            made = tried(new, folds)  # together they take little longer than one
        found.update({pair: _TRIALS.put((pair, folds), trial) for pair, trial in zip(new, made, strict=True)})
    return tuple(found[pair] for pair in chosen)


def _controls(pairs: list[tuple[int, int]], budget: int) -> list[tuple[int, int]]:
    with st.container(border=True):
        lr = choice("lr", f"{PREFIX}lr", RATES, RATES[4])
        decay = choice(t("weight decay"), f"{PREFIX}decay", DECAYS, DECAYS[6])
        with st.container(horizontal=True):
            if st.button(t("Try it"), key=f"{PREFIX}try", type="primary", disabled=len(pairs) >= budget):
                pairs = [*pairs, (RATES.index(lr), DECAYS.index(decay))]
            if st.button(t("Clear"), key=f"{PREFIX}clear", disabled=not pairs):
                pairs = []
        st.caption(t("{done} of {total} trials", done=min(len(pairs), budget), total=budget))
    return pairs


def read(text: str) -> list[tuple[int, int]]:
    """Pairs of places on the sliders, as "4.6-7.3"; what is none of them is left out."""
    found = [(int(a), int(b)) for a, b in re.findall(r"(?<!\d)(\d{1,2})\.(\d{1,2})(?!\d)", text[:400])]
    return [(a, b) for a, b in found if a < SIDE and b < SIDE][: max(BUDGETS)]


def _write(pairs: list[tuple[int, int]]) -> None:
    """The link keeps what was tried."""
    text = "-".join(f"{a}.{b}" for a, b in pairs)
    st.session_state[TRIES] = text
    if text and st.query_params.get(TRIES) != text:
        st.query_params[TRIES] = text
    elif not text and TRIES in st.query_params:
        del st.query_params[TRIES]
