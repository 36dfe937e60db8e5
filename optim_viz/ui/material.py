"""Data to train on: a set of the catalogue with its parameters, points painted by hand, or a table of one's own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from optim_viz.data import DATASETS, Data, DataSpec, Report, Split, fetch, fetched, from_text, read_csv, write_points
from optim_viz.data.points import LETTERS
from optim_viz.data.table import read_table
from optim_viz.ui import cached
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import t
from optim_viz.ui.points import painted
from optim_viz.ui.said import bullets
from optim_viz.ui.state import named
from optim_viz.words import Text

CSV, POINTS = "csv", "points"
LANDING = "moons"
PAINTED = (  # two heaps
    "-0.38 -0.45 -0.5 -0.84 -0.06 -0.12 -0.49 -0.2 -0.36 -0.46 -0.22 -0.41 -0.49 -0.51 -0.33 -0.37 -0.31 -0.47 -0.39 "
    "-0.53 -0.25 -0.31 -0.35 -0.27 -0.62 -0.19 -0.01 -0.68 -0.77 -0.65 -0.25 -0.32 -0.2 -0.21 -0.38 -0.29 -0.45 -0.18"
    " -0.65 -0.43 -0.37 0.01 -0.57 -0.57 -0.53 -0.16 -0.47 -0.09 -0.79 -0.12 -0.21 -0.63 b 0.43 0.62 0.42 0.58 0.87 "
    "0.43 0.34 0.23 0.53 0.34 0.36 0.36 0.53 0.17 0.09 -0.11 0.64 0.39 0.7 0.38 0.25 0.48 0.38 0.13 0.22 0.73 0.47 "
    "0.46 0.34 0.24 0.58 0.36 0.25 0.35 0.22 0.42 0.63 0.21 0.69 0.25 0.43 0.21 0.36 0.39 0.31 0.24 0.26 0.22 0.09 "
    "0.33 0.48 0.56"
)
NAMES = {**{key: dataset.name for key, dataset in DATASETS.items()}, POINTS: Text("Points I paint"),
         CSV: Text("My own table (CSV)")}  # fmt: skip
TASKS = {"auto": Text("as the target suggests"), "classification": Text("classification"),
         "regression": Text("regression")}  # fmt: skip
KINDS = {"number": Text("number"), "category": Text("category"), "target": Text("target"),
         "left out": Text("left out")}  # fmt: skip
_TABLE = "_table"
_DATA, _BOARDS = cached.Bounded(12), cached.Bounded(12)


@dataclass(frozen=True)
class Chosen:
    """Data with their split; `source` says which they are, `code` how a notebook gets the split."""

    source: DataSpec | str
    data: Data
    split: Split
    code: str

    @property
    def name(self) -> str:
        """What a person may be told: never the words of a file."""
        return NAMES[self.source.name if isinstance(self.source, DataSpec) else self.source.partition(" ")[0]]


def known(spec: DataSpec) -> Chosen:
    """A set of the catalogue, loaded once per process; ValueError where it has to be fetched first."""

    def load() -> Chosen:
        data = spec.load().flat()
        changed = {p.name: v for p, (_, v) in zip(DATASETS[spec.name].parameters, spec.parameters, strict=True)
                   if v != p.default}  # fmt: skip
        arguments = ", ".join(f"{k}={v!r}" for k, v in changed.items())
        flat = ".flat()" if DATASETS[spec.name].image else ""
        return Chosen(spec, data, data.split(), f"DATASETS[{spec.name!r}].load({arguments}){flat}.split()")

    return _DATA.make(spec, load)


def choose(prefix: str = "", moved: Callable[[], None] | None = None) -> Chosen | None:
    """The controls; None while there is nothing to train on, with a sentence that says why; `moved`: other data."""
    name = named(st.selectbox, t("Data"), f"{prefix}data", NAMES, LANDING, on_change=moved)
    if name in (CSV, POINTS):
        return _own(prefix) if name == CSV else _painted(prefix)
    chosen = DATASETS[name]
    st.caption(t(chosen.teaches))
    values = {p.name: choice(f"{t(chosen.name)} · {p.name}", f"{name}.{p.name}", p.choices, p.default, t(p.help))
              for p in chosen.parameters}  # fmt: skip
    spec = DataSpec(name, **values)
    if chosen.download and _DATA.get(spec) is None and not fetched(name):
        offer(name)
        return None
    try:
        return known(spec)
    except ValueError as wrong:
        st.warning(t(wrong.args[0]))
        return None


def offer(name: str) -> None:
    st.info(t("These images are not on this machine yet."))
    if st.button(t("Download them (30 MB)"), key="fetch", width="stretch"):
        try:
            with st.spinner(t("Downloading …")):
                fetch(name)
        except ValueError as wrong:
            st.warning(t(wrong.args[0]))
        else:
            st.rerun()


def _painted(prefix: str) -> Chosen | None:
    """Points of up to four classes, painted or written."""
    found = painted(f"{prefix}points", PAINTED, classes=len(LETTERS))
    if found is None:
        return None
    text = write_points(*found)

    def load() -> Chosen:
        data = from_text(text)
        return Chosen(f"{POINTS} {data.digest}", data, data.split(), f"from_text({text!r}).split()")

    try:
        return _BOARDS.make(text, load)
    except ValueError as wrong:
        st.warning(t(wrong.args[0]))
        return None


def _own(prefix: str) -> Chosen | None:
    st.caption(t("Your table stays in this session: a link cannot carry it."))
    asked = _asked(prefix)
    return None if asked is None else asked[0]


def own_table(prefix: str) -> tuple[str, int, str | None] | None:
    """Text, target column and task of a table of one's own that can be learned from; None while there is none."""
    asked = _asked(prefix)
    return None if asked is None else (asked[1].decode("utf-8", errors="replace"), asked[2], asked[3])


def _asked(prefix: str) -> tuple[Chosen, bytes, int, str | None] | None:
    """The table a person opened, its bytes, target and task; a sentence at the control for what is wrong with it."""
    file = st.file_uploader(t("CSV file, at most 5 MB"), ["csv", "tsv", "txt"], key=f"{prefix}file", max_upload_size=10)
    if file is None:
        return None
    try:
        names = _names(file)
        target = _target(names, prefix)
        picked = named(st.selectbox, t("Task"), f"{prefix}task", TASKS, "auto")
        task = None if picked == "auto" else picked
        chosen, report = _read(file, target, task)
    except ValueError as wrong:
        st.warning(t(wrong.args[0]))
        return None
    _tell(report)
    return chosen, file.getvalue(), target, task


def _names(file: Any) -> tuple[str, ...]:
    """The columns of the file, read once per file."""
    kept = st.session_state.get(_TABLE)
    if kept is None or kept[0] != file.file_id:
        kept = st.session_state[_TABLE] = (file.file_id, read_table(file.getvalue()).names, {})
    return kept[1]


def _target(names: tuple[str, ...], prefix: str) -> int:
    key, columns = f"{prefix}target", tuple(range(1, len(names) + 1))
    if st.session_state.get(key) not in columns:
        st.session_state[key] = columns[-1]
    return st.selectbox(t("Target column"), columns, key=key, format_func=lambda k: names[k - 1])


def _read(file: Any, target: int, task: str | None) -> tuple[Chosen, Report]:
    made = st.session_state[_TABLE][2]
    if (target, task) not in made:
        with cached.GATE:
            data, report = read_csv(file.getvalue(), target, task=task)
            split = data.split()
        asked = f", {target}" + (f", task={task!r}" if task else "")
        code = f'read_csv(open("table.csv", "rb").read(){asked})[0].split()'
        made.clear()  # one table at a time
        made[target, task] = Chosen(f"{CSV} {data.digest}", data, split, code), report
    return made[target, task]


def _tell(report: Report) -> None:
    """What was made of the table; names are the file's own words, so they stand in a code block."""
    st.markdown(bullets(*map(t, report.sentences())))
    lines = []
    for column in report.columns:
        notes = " ".join(t(note) for note in column.notes)
        lines.append(f"{column.number} {column.name}: {t(KINDS[column.kind])}. {notes}".strip())
    st.code("\n".join(lines), language=None, height=200 if len(lines) > 7 else "content", wrap_lines=True)
