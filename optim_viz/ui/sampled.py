"""The loss that batches walk on: a small model, data of the catalogue, of a table or painted, and which columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from optim_viz.data import DATASETS, Data, from_text, read_csv, write_points
from optim_viz.data.table import read_table
from optim_viz.samples import MODELS, SampleLoss, sample_loss, two_trends
from optim_viz.ui import cached
from optim_viz.ui.i18n import t
from optim_viz.ui.points import painted
from optim_viz.ui.state import named, quiet
from optim_viz.words import Text

PREFIX = "ba."
CSV, POINTS, TRENDS = "csv", "points", "trends"
FORMULAS = {
    "line": Text("Straight line, mean squared error"),
    "logistic": Text("Logistic regression, cross-entropy"),
    "neuron": Text("One sigmoid neuron, mean squared error"),
}
OWN = {POINTS: Text("Points I paint"), CSV: Text("My own table (CSV)")}
OFFERED = {  # the first one is the default
    "line": ("diabetes", "curve"),
    "logistic": ("iris", "cancer", TRENDS, "moons"),
    "neuron": (TRENDS, "iris", "cancer", "moons"),
}
TWO_TRENDS = Text("Two trends in one set")
SCALES = {"standardize": Text("mean 0, deviation 1"), "minmax": Text("from 0 to 1"), "none": Text("as they are")}
FIRST = {"diabetes": 2}  # the column to begin with
SECOND = {"moons": "2", POINTS: "2"}
CLASS = {"iris": 2}
SCATTER = "-0.8 -0.5 -0.7 -0.2 -0.5 -0.4 -0.4 0.1 -0.2 -0.3 -0.1 0 0.1 0.3 0.2 -0.1 0.4 0.2 0.5 0.6 0.7 0.4 0.8 0.7"
CLOUDS = (
    "-0.8 -0.3 -0.6 0.2 -0.5 -0.6 -0.3 -0.2 -0.2 0.3 0 -0.4 0.2 -0.1 "
    "b -0.1 0.1 0.1 0.4 0.3 -0.2 0.4 0.5 0.5 0 0.7 0.3 0.8 -0.1"
)
_DATA, _LOSSES = cached.Bounded(8), cached.Bounded(24)
Named = tuple[Any, Data]  # what tells these data from others, and the data


@dataclass(frozen=True)
class Ground:
    """A loss, what has to be said about it, which data it is made of (never the words of a file), and how a notebook
    makes it."""

    loss: SampleLoss
    notes: tuple[Text, ...]
    data: str
    name: str
    features: tuple[str, ...]
    target: tuple[str, ...]
    code: str


def ground() -> Ground:
    """The controls; the last good loss of this session while they make none, with a sentence that says why."""
    model = named(st.selectbox, t("Model"), f"{PREFIX}model", FORMULAS, "line")
    names = _names(model)
    source = named(st.selectbox, t("Data"), f"{PREFIX}data", names, next(iter(names)))
    try:
        found = _chosen(model, source)
    except ValueError as wrong:
        st.warning(t(wrong.args[0]))
        found = None
    if found is None:
        st.caption(t("The picture still shows the last data that worked."))
        return st.session_state.get(_kept()) or landing()
    for note in found.notes:
        st.caption(t(note))
    st.session_state[_kept()] = found
    return found


def landing() -> Ground:
    """What the page opens with."""
    return _made("line", "diabetes", ("diabetes", _known("diabetes")), (FIRST["diabetes"],), 1, "standardize")


def _kept() -> str:
    return f"_{PREFIX}ground"


def _names(model: str) -> dict[str, str]:
    names = {key: TWO_TRENDS if key == TRENDS else DATASETS[key].name for key in OFFERED[model]}
    return {**names, **OWN}


def _chosen(model: str, source: str) -> Ground | None:
    task = MODELS[model].task
    read = {CSV: _table, POINTS: _painted}.get(source)
    told = (source, _known(source)) if read is None else read(task)
    if told is None:
        return None
    data = told[1]
    if source == TRENDS:
        return _made(model, source, told, (0,), 1, "none")
    with st.expander(t("Columns and scale"), key=f"{PREFIX}{source}.box", on_change="rerun",
                     expanded=source == CSV) as box:  # fmt: skip
        pick = partial(_pick, bool(box.open))
        columns, one = _columns(source, data, pick), 1
        if len(data.classes) > 2:
            classes = {str(k): name for k, name in enumerate(data.classes)}
            one = int(pick(t("Class told from all others"), f"{source}.class", classes, str(CLASS.get(source, 0))))
        scaling = pick(t("Scale of the columns"), "scale", SCALES, "standardize")
    return _made(model, source, told, columns, one, scaling)


def _pick(shown: bool, label: str, key: str, options: Mapping[str, str], default: str) -> str:
    """A choice that is left out while it is folded and at its default."""
    if shown or not quiet(PREFIX + key, default):
        return named(st.selectbox, label, PREFIX + key, options, default)
    return default


def _columns(source: str, data: Data, pick: Callable[..., str]) -> tuple[int, ...]:
    """One column, which leaves room for an offset b, or two."""
    numbered = {str(k): name for k, name in enumerate(data.features, 1)}
    if len(numbered) == 1:
        return (0,)
    first = pick(t("Column"), f"{source}.column", numbered, str(FIRST.get(source, 0) + 1))
    others = {"0": Text("none, but an offset b"), **{k: name for k, name in numbered.items() if k != first}}
    second = pick(t("Second column"), f"{source}.second", others, SECOND.get(source, "0"))
    return (int(first) - 1,) if second == "0" else (int(first) - 1, int(second) - 1)


def _known(source: str) -> Data:
    return _DATA.make(source, two_trends if source == TRENDS else DATASETS[source].load)


def _painted(task: str) -> Named | None:
    """Points (x, y) of a line to be found, or of two classes."""
    classes = 1 if task == "regression" else 2
    found = painted(f"{PREFIX}points.{classes}", SCATTER if classes == 1 else CLOUDS, classes=classes)
    if found is None:
        return None
    points, labels = found
    text = write_points(points, labels)
    if classes == 2:
        return text, from_text(text)
    if len(points) < 2:
        raise ValueError(Text("There must be from 2 to {limit} points.", limit=10_000))
    return text, Data("Painted points", points[:, :1], points[:, 1], "regression", (), ("x",), "y", scaling="none")


def _table(task: str) -> Named | None:
    """A table of one's own: its target column, and a report of what was made of it."""
    st.caption(t("Your table stays in this session: a link cannot carry it."))
    file = st.file_uploader(t("CSV file, at most 5 MB"), ["csv", "tsv", "txt"], key=f"{PREFIX}file", max_upload_size=10)
    if file is None:
        return None
    kept: dict[Any, Any] = st.session_state.setdefault(f"_{PREFIX}table", {})
    names = _once(kept, file.file_id, lambda: read_table(file.getvalue()).names)
    columns, key = tuple(range(1, len(names) + 1)), f"{PREFIX}target"
    if st.session_state.get(key) not in columns:
        st.session_state[key] = columns[-1]
    target = st.selectbox(t("Target column"), columns, key=key, format_func=lambda k: names[k - 1])

    def read() -> Any:
        with cached.GATE:
            return read_csv(file.getvalue(), target, task=task)

    data, report = _once(kept, (file.file_id, target, task), read)
    for sentence in report.sentences():
        st.caption(t(sentence))
    told = [f"{c.number} {c.name}: {' '.join(t(note) for note in c.notes)}" for c in report.columns if c.notes]
    if told:
        st.code("\n".join(told), language=None, height=150 if len(told) > 5 else "content", wrap_lines=True)
    return (file.file_id, target, task), data


def _once(kept: dict[Any, Any], key: Any, build: Callable[[], Any]) -> Any:
    if key not in kept:
        made = build()
        if len(kept) > 6:
            kept.clear()
        kept[key] = made
    return kept[key]


def _made(model: str, source: str, told: Named, columns: tuple[int, ...], one: int, scaling: str) -> Ground:
    data = told[1]

    def build() -> Ground:
        start = (-2.0, 1.0) if source == TRENDS else None
        loss, notes = sample_loss(data, model, columns, positive=one, scaling=scaling, start=start)
        loss.minima.setflags(write=False)
        names = _names(model)
        features = tuple(data.features[k] for k in columns)
        target = (data.target, data.classes[one]) if data.classes else (data.target,)
        given = f"{columns!r}" + (f", positive={one}" if one != 1 else "") + f", scaling={scaling!r}"
        given += f", start={start!r}" if start else ""
        code = f"loss, notes = sample_loss({_code(source, data)}, {model!r}, {given})"
        return Ground(loss, tuple(notes), source, names[source], features, target, code)

    return _LOSSES.make((model, told[0], columns, one, scaling), build)


def _code(source: str, data: Data) -> str:
    if source == TRENDS:
        return "two_trends()"
    if source == CSV:
        return 'read_csv(open("table.csv", "rb").read())[0]'
    if source == POINTS:
        arguments = f"{np.round(data.X, 4).tolist()}, {data.y.tolist()}, {data.task!r}"
        return f'Data("Painted points", {arguments})'
    return f"DATASETS[{source!r}].load()"
