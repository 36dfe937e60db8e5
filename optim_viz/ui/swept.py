"""A sweep's result from the command line, opened on a page: its rules on each of its problems."""

from dataclasses import dataclass
from functools import partial

import streamlit as st

from optim_viz.experiments import sweep
from optim_viz.experiments.summary import Part, summary
from optim_viz.figures import swept as figures
from optim_viz.ui.charts import chart
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import digits
from optim_viz.ui.said import bullets, table
from optim_viz.ui.state import named
from optim_viz.words import Text

VIEW = "sweep"
_OPENED, _NEW = "_sweep", "_sweep_new"
_ROWS = 20


@dataclass(frozen=True, eq=False)
class Opened:
    """What is kept of a file."""

    parts: tuple[Part, ...]
    seeds: int
    versions: str


def put(text: str) -> bool:
    """Whether this is the result of a sweep, which then is shown; ValueError where it is one that holds no losses."""
    try:
        outcome = sweep.read(text)
    except ValueError:
        return False
    made = ", ".join(f"{name} {version}" for name, version in sorted(sweep.versions().items()))
    st.session_state[_OPENED] = Opened(summary(outcome), len(outcome.sweep.seeds), made)
    st.session_state[_NEW] = True
    return True


def view(key: str) -> dict[str, Text]:
    """The view that a file which was opened adds to those of the page, chosen once for a new one."""
    if _OPENED not in st.session_state:
        return {}
    if st.session_state.pop(_NEW, False):
        st.session_state[key] = VIEW
    return {VIEW: Text("My sweep")}


def choose(key: str) -> tuple[Opened, Part]:
    """The problem that is looked at."""
    opened: Opened = st.session_state[_OPENED]
    names = {f"{k}": f"{k}: {part.name[:60]}" for k, part in enumerate(opened.parts, 1)}
    return opened, opened.parts[int(named(st.selectbox, t("Problem"), key, names, "1")) - 1]


def stage(part: Part, key: str) -> None:
    alt = t("Final loss of every rule of the sweep over its learning rate, median and quartiles of the seeds")
    chart(key, partial(figures.rates, part.lines), alt, figures.TEXTS)


def words(opened: Opened, part: Part) -> None:
    """The best rules in a table, and what failed."""
    some = part.lines[:_ROWS]
    head = [t("Optimizer"), t("settings"), t("final loss"), t("failed runs")]
    rows = [[line.optimizer, "`" + ", ".join(f"{name} {value:g}" for name, value in line.settings) + "`",
             f"{digits(line.loss.median)} [{digits(line.loss.low)} … {digits(line.loss.high)}]",
             f"{line.failed:.0%}"] for line in some]  # fmt: skip
    if any(line.why for line in some):
        head.append(t("why"))
        rows = [[*row, t(line.why) if line.why else ""] for row, line in zip(rows, some, strict=True)]
    lines = [t("{rules} rules on {problems} problems, {seeds} seeds each: medians, and quartiles in brackets.",
               rules=len(part.lines), problems=len(opened.parts), seeds=opened.seeds)]  # fmt: skip
    if len(part.lines) > _ROWS:
        lines.append(t("The best {n} of them are listed.", n=_ROWS))
    st.markdown(f"{bullets(*lines)}\n\n{table(head, rows, left=(0, 1, 4))}")


def snippet() -> str:
    """Python that reads the file."""
    return (
        "from pathlib import Path\n\nfrom optim_viz.experiments.summary import summary\n"
        "from optim_viz.experiments.sweep import read\n\n"
        'for part in summary(read(Path("spec.result.json").read_text())):\n'
        '    print(part.name, *part.lines[:3], sep="\\n")\n'
    )
