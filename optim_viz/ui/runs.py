"""Runs a person keeps: a button on every page that has a result, and the table of them."""

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from optim_viz.compare import OUTCOMES
from optim_viz.figures.spark import WIDTH, spark
from optim_viz.nn.history import History
from optim_viz.runs import LARGEST, Run, added, differences, from_json, run, to_json
from optim_viz.trace import Path
from optim_viz.ui import said, shown
from optim_viz.ui.i18n import language, t
from optim_viz.ui.site import BY_NAME, PAGES
from optim_viz.words import Text

PREFIX = "ru."
_RUNS, _KEPT, _SAID = "_runs", "_runs_kept", "_runs_said"
_SIDE = 4  # runs side by side at most
Told = tuple[Mapping[str, str], Mapping[str, Any]]
_TOLD: ContextVar[Callable[[], Told] | None] = ContextVar("told", default=None)


def runs() -> tuple[Run, ...]:
    return st.session_state.get(_RUNS, ())


def button(page: str) -> None:
    """In the title row of a page: keeps what the page shows."""
    said.begin()
    _TOLD.set(None)
    if not BY_NAME[page].keeps:
        return
    done = _KEPT in st.session_state
    icon = ":material/bookmark_added:" if done else ":material/bookmark_add:"
    st.button(t("Kept") if done else t("Keep"), key=f"{PREFIX}keep", icon=icon, on_click=_keep, args=(page,))


def tell(told: Callable[[], Told]) -> None:
    """What the page shows: results in words, and curves; asked for only when it is kept.

    A page that tells nothing has kept what stands in its tables, lists and pictures.
    """
    _TOLD.set(told)


def complete() -> None:
    """At the end of a run: what was kept before it gets its results."""
    page, link = st.session_state.pop(_KEPT, ("", {}))
    if page != (st.session_state["_page"] or PAGES[0].name):
        return
    told = _TOLD.get()
    results, curves = told() if told else (shown.results(), shown.curves())
    st.session_state[_RUNS] = added(runs(), run(page, link, results, curves))


def of_paths(paths: Sequence[Path]) -> Told:
    """Paths: where each ended, and its loss on the way."""
    return (
        {path.name: f"f = {path.value[path.end]:.6g}, {t(OUTCOMES[path.outcome.kind])}" for path in paths},
        {path.name: path.value[: path.end + 1] for path in paths},
    )


def of_history(history: History) -> Told:
    """A training: the last losses of each optimizer, and the curve."""
    names = [run.optimizer.label() for run in history.runs]
    last = history.train_loss[:, -1]
    results = {name: f"{t('loss')} {loss:.4g}" for name, loss in zip(names, last, strict=True)}
    if history.test is not None:
        for name, score in zip(names, history.test.score, strict=True):
            results[name] += f", {t('test')} {score:.3g}"
    return results, dict(zip(names, history.train_loss, strict=True))


def _keep(page: str) -> None:
    link = {key: st.query_params.get_all(key) for key in st.query_params}
    st.session_state[_RUNS] = added(runs(), run(page, link, {}, {}))  # should the next run not come to its end
    st.session_state[_KEPT] = page, link


def top() -> None:
    """What can be done with all of them."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kept = runs()  # the button's maker runs outside of the session
        st.download_button(t("Save all runs (JSON)"), lambda: to_json(kept), "optim_viz_runs.json",
                           "application/json", key=f"{PREFIX}save", icon=":material/download:", on_click="ignore",
                           disabled=not runs())  # fmt: skip
        with st.popover(t("Open a file of runs"), icon=":material/upload:"):
            st.file_uploader(t("Open a file of runs"), type="json", key=f"{PREFIX}file", on_change=_open,
                             label_visibility="collapsed", max_upload_size=1)  # fmt: skip
        st.button(t("Remove all that are not pinned"), key=f"{PREFIX}clear", on_click=_clear,
                  disabled=all(one.pinned for one in runs()))  # fmt: skip
    wrong = st.session_state.pop(_SAID, None)
    if wrong is not None:
        st.warning(t(wrong))


def _open() -> None:
    file = st.session_state[f"{PREFIX}file"]
    if file is None:
        return
    try:
        if file.size > LARGEST:
            raise ValueError(Text("This file is too large: at most {most:.0f} MB.", most=LARGEST / 1e6))
        opened = from_json(file.getvalue().decode("utf-8", errors="replace"), list(BY_NAME))
    except ValueError as wrong:
        st.session_state[_SAID] = wrong.args[0]
        return
    for one in reversed(opened):
        st.session_state[_RUNS] = added(runs(), one)


def _clear() -> None:
    st.session_state[_RUNS] = tuple(one for one in runs() if one.pinned)


def listed() -> None:
    """The runs, pinned ones first and side by side."""
    if not runs():
        st.info(t("Nothing kept yet. Press “Keep” beside the title of a page: what it shows comes here, with its "
                  "settings, its result and a link."))  # fmt: skip
        return
    pinned = [one for one in runs() if one.pinned]
    if len(pinned) > 1:
        st.subheader(t("Side by side"), anchor=False)
        _beside(pinned[:_SIDE])
    st.subheader(t("All runs"), anchor=False)
    for k, one in enumerate(runs()):
        _row(k, one)


def _row(k: int, one: Run) -> None:
    with st.container(key=f"run-{k}", border=True, horizontal=True, vertical_alignment="center"):
        picture = spark(one.curves, st.context.theme.type or "light")
        if picture:
            st.image(picture, width=int(WIDTH))
        with st.container():
            st.markdown(f"[{_title(one)}]({_address(one)})")
            if one.results:
                st.code("\n".join(f"{name}: {value}" for name, value in one.results), language=None, wrap_lines=True)
            st.code(_settings(one) or t("all at their defaults"), language=None, wrap_lines=True)
        with st.container(width="content"):
            pin = t("Unpin") if one.pinned else t("Pin")
            st.button(pin, key=f"{PREFIX}pin{k}", icon=":material/push_pin:", on_click=_pin, args=(k,))
            st.button(t("Remove"), key=f"{PREFIX}out{k}", icon=":material/delete:", on_click=_remove, args=(k,))


def _beside(some: list[Run]) -> None:
    """Only what differs, and the results."""
    names = differences(some)
    for place, one in zip(st.columns(len(some)), some, strict=True):
        with place, st.container(border=True):
            st.markdown(f"**[{_title(one)}]({_address(one)})**")
            picture = spark(one.curves, st.context.theme.type or "light")
            if picture:
                st.image(picture, width=int(WIDTH))
            st.code("\n".join(f"{name}: {value}" for name, value in one.results) or "–", language=None,
                    wrap_lines=True)  # fmt: skip
            if names:
                changed = (f"{key} = {', '.join(one.link.get(key, [t('default')]))}" for key in names)
                st.code("\n".join(changed), language=None, wrap_lines=True)


def _pin(k: int) -> None:
    kept = list(runs())
    kept[k] = kept[k].pin(not kept[k].pinned)
    st.session_state[_RUNS] = tuple(kept)


def _remove(k: int) -> None:
    st.session_state[_RUNS] = tuple(one for n, one in enumerate(runs()) if n != k)


def _title(one: Run) -> str:
    return t(BY_NAME[one.page].title)


def _address(one: Run) -> str:
    return f"/{BY_NAME[one.page].path}?{urlencode({**one.link, 'lang': [language()]}, doseq=True)}"


def _settings(one: Run) -> str:
    return " · ".join(f"{key} = {', '.join(values)}" for key, values in one.settings)
