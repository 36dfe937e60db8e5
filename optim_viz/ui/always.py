"""Always Adam? A benchmark that is there already, how to read it, and how to run it again."""

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

import streamlit as st

from optim_viz.experiments import benchmark, standings
from optim_viz.experiments.benchmark import ENTRIES, OWN, Protocol, Report
from optim_viz.experiments.crew import Crew
from optim_viz.experiments.journal import Journal
from optim_viz.experiments.problems import Problem, Table
from optim_viz.experiments.standings import MEASURES, SETTINGS, Standing
from optim_viz.figures import always as figures
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.ui import cached, jobs, material, sweeping, swept
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import t
from optim_viz.ui.state import among, bound, named
from optim_viz.words import Text

PREFIX = "al."
VIEWS = {"all": Text("All problems"), "curves": Text("Curves"), "rates": Text("Learning rates"),
         "profiles": Text("Profiles"), "pairs": Text("Pairs")}  # fmt: skip
TRIALS, SEEDS = (3, 5, 10, 20, 30), (10, 15, 20)
RULES = ("SGD", "Momentum", "Adam")
LARGEST = 4_000_000  # bytes of a result file
DESK = jobs.Desk("al")
CHOICES = {
    **{name: entry.name for name, entry in ENTRIES.items()},
    "all": VIEWS["all"],
    OWN: Text("My own table (CSV)"),
}
_MADE = cached.Bounded(64)
_COSTS = cached.Bounded(64)


@dataclass(frozen=True, eq=False)
class Shown:
    """What is looked at."""

    report: Report
    own: bool
    measure: str
    setting: str
    entry: int

    @property
    def way(self) -> int:
        return list(SETTINGS).index(self.setting)

    @property
    def key(self) -> tuple[Any, ...]:
        return (self.report.number, self.measure, self.setting, self.entry)


def view() -> str:
    views = {**VIEWS, **swept.view(f"{PREFIX}view")}
    return named(st.segmented_control, t("View"), f"{PREFIX}view", views, "all", required=True,
                 label_visibility="collapsed")  # fmt: skip


def settings(view: str) -> Shown:
    """What is looked at, out of the last result of this session or the one that comes with the app."""
    own = DESK.result
    report = benchmark.shipped() if own is None else own
    setting = named(st.segmented_control, t("Settings"), f"{PREFIX}setting", SETTINGS, "tuned", required=True)
    measure = "loss"
    if view in ("all", "pairs"):
        measure = named(st.selectbox, t("Measure"), f"{PREFIX}measure", MEASURES, "loss")
    entry = 0
    if view not in ("all", "profiles"):
        names = {name: report.protocol.entry(name).name for name in report.protocol.entries}
        entry = list(names).index(named(st.selectbox, t("Problem"), f"{PREFIX}problem", names, next(iter(names))))
    shown = Shown(report, own is not None, measure, setting, entry)
    _again(report)
    return shown


def _again(report: Report) -> None:
    """Run it again, smaller or larger."""
    with st.expander(t("Run it again"), key=f"{PREFIX}again", on_change="rerun") as box:
        if not box.open:
            return
        which = named(st.selectbox, t("Problems"), f"{PREFIX}which", CHOICES, "wine")
        table = material.own_table(PREFIX) if which == OWN else None
        rules = bound(st.pills, t("Optimizers"), f"{PREFIX}rules", among(benchmark.RANGES),
                      options=tuple(benchmark.RANGES), default=RULES, selection_mode="multi")  # fmt: skip
        trials = choice(t("Trials per optimizer"), f"{PREFIX}trials", TRIALS, 5)
        seeds = choice(t("Seeds of the report"), f"{PREFIX}seeds", SEEDS, 10)
        try:
            entries = tuple(ENTRIES) if which == "all" else (which,)
            own = None if table is None else benchmark.own_problem(Table(*table))
            if which == OWN and own is None:
                return  # there is no table yet, and its box is above
            protocol = Protocol(entries, rules, trials, seeds=tuple(range(seeds)), own=own)
        except ValueError as wrong:
            st.warning(t(wrong.args[0]))
            return
        DESK.row(t("Run"), DESK.cost(protocol, lambda: _seconds(protocol)), lambda: _job(protocol),
                 (f"{PREFIX}run", f"{PREFIX}stop"))  # fmt: skip
        _open()


def _open() -> None:
    """A result of the command line."""
    file = st.file_uploader(t("Open a result file"), type="json", key=f"{PREFIX}result", max_upload_size=4)
    if file is None or st.session_state.get(f"_{PREFIX}read") == file.file_id:
        return
    st.session_state[f"_{PREFIX}read"] = file.file_id
    try:
        if file.size > LARGEST:
            raise ValueError(Text("This file is too large: {size:.0f} MB, at most {most:.0f}.", size=file.size / 1e6,
                                  most=LARGEST / 1e6))  # fmt: skip
        text = file.getvalue().decode("utf-8", errors="replace")
        if not swept.put(text):
            DESK.put(benchmark.read(text))
    except ValueError as wrong:
        st.warning(t(wrong.args[0]))
        return
    st.rerun()


def _seconds(protocol: Protocol) -> float | Text:
    """What it would cost: a cell of each problem, measured once on this server."""
    each = sum(_cell(protocol.entry(name).problem) for name in protocol.entries)
    per = protocol.trials * len(protocol.tuning) + 2 * len(protocol.seeds)
    total = each * per * len(protocol.optimizers)
    if total > jobs.MOST_SECONDS:
        return Text("This would take about {seconds:.0f} s; the limit is {most} s. Choose fewer problems, or run it "
                    "from the command line.", seconds=total, most=jobs.MOST_SECONDS)  # fmt: skip
    return total


def _cell(problem: Problem) -> float:
    def measure() -> float:
        begun = perf_counter()
        problem.solve([(OPTIMIZERS["SGD"](), 0)])
        return perf_counter() - begun

    return _COSTS.make(problem, measure)


def _job(protocol: Protocol) -> jobs.Job:
    told = [0, 1]

    def work(crew: Crew, journal: Journal) -> Generator[Any, None, None]:
        for event in benchmark.compute(protocol, crew, journal):
            if isinstance(event, Report):
                yield event
            else:
                told[:] = event.done, event.total
                yield event.done / event.total

    return sweeping.job(work, lambda: t("{done} of {total} runs", done=told[0], total=told[1]))


def all_standings(shown: Shown) -> tuple[Standing, ...]:
    key = (shown.report.number, shown.measure, shown.setting)
    return _MADE.make(key, lambda: standings.standings(shown.report, shown.measure, shown.setting))


def standing(shown: Shown) -> Standing:
    return _MADE.make(shown.key, lambda: standings.standing(shown.report, shown.entry, shown.measure, shown.setting))


def stage(shown: Shown, view: str) -> None:
    """The picture of the view."""
    report, name = shown.report, t(shown.report.protocol.entry(shown.report.protocol.entries[shown.entry]).name)
    if view == "all":
        given = all_standings(shown)
        if not given:
            st.info(t("On these problems there is nothing to tell apart by this measure."))
            return
        rows = [t(report.protocol.entry(one.entry).name) for one in given]
        build = partial(figures.grid, given, rows, shown.measure)
        alt = t("Problems in rows, optimizers in columns: who is best, and who is not distinguishable from the best")
    elif view == "curves":
        build = partial(figures.curves, report, shown.entry, shown.way)
        alt = t("{problem}: loss of each optimizer over the updates, median and quartiles of the seeds", problem=name)
    elif view == "rates":
        build = partial(figures.rates, report, shown.entry)
        alt = t("{problem}: final loss over the learning rate of every trial; stars: the chosen ones", problem=name)
    elif view == "profiles":
        build = partial(figures.performance, report, shown.setting)
        alt = t("Share of runs that reached the target within so many times the gradients of the quickest")
    else:
        one = standing(shown)
        if not one.pairs:
            st.info(t("This problem has no such measure."))
            return
        build = partial(figures.pairs, one)
        alt = t("{problem}: each pair of optimizers, and which of the two is better beyond chance", problem=name)
    chart(f"{PREFIX}{view}", build, alt, figures.TEXTS, setting=shown.key)
