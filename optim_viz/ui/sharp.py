"""Minima of small and large batches, how sharp they are, and what that says about a well-known claim."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from time import perf_counter

import streamlit as st

from optim_viz import sharpness
from optim_viz.curvature import Edge, edge_of_stability
from optim_viz.data import DataSpec
from optim_viz.nn import Network
from optim_viz.optimizers import OPTIMIZERS, SGD, Optimizer
from optim_viz.sharpness import Found, Minimum
from optim_viz.ui import cached, material
from optim_viz.ui.controls import choice, key_of, number
from optim_viz.ui.i18n import t
from optim_viz.ui.material import Chosen
from optim_viz.ui.state import among, bound, named
from optim_viz.ui.training import ACTIVATIONS, LONGEST, MOST_SECONDS, RULES, hidden_units
from optim_viz.words import Text

PREFIX = "sharp."
LAYERS, ACTIVATION = "8", "relu"
BATCHES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 0)  # 0: all training samples
USUAL = (10, 50, 0)
LENGTHS = {"updates": (50, 100, 200, 300, 600, 1000, 2000, 5000, 10000), "epochs": (5, 10, 20, 50, 100, 200, 500)}
LENGTH = {"updates": 300, "epochs": 50}
UNITS = {"updates": Text("updates"), "epochs": Text("epochs")}
SEEDS = (2, 3, 5, 10, 20)
RATES = tuple(v for v in next(p for p in SGD.hyperparameters() if p.name == "lr").choices if v >= 0.001)
STEPS = (100, 200, 400, 600, 1000, 2000, 5000)
LOOKS = 60  # measurements of the curvature on the way
SLICE = 0.1  # seconds of work between two looks at Stop
_OVERHEAD, _LOOK = 2e-4, 3e-4  # seconds of a step, and of a measurement, apart from the arithmetic
_PRODUCTS = 60  # Hessian products for the top eigenvalues, about
_JOB, _RESULT = "_sharp_job", "_sharp_result"
_RUNS, _COSTS = cached.Bounded(8), cached.Bounded(128)
_NUMBERS = count()


@dataclass(frozen=True)
class Setup:
    """All that decides what is found; `lr` and `steps` are those of the walk along the edge of stability."""

    data: DataSpec | str
    net: Network
    rule: Optimizer
    batches: tuple[int | None, ...]
    unit: str
    length: int
    seeds: int
    lr: float
    steps: int

    def experiment(self, chosen: Chosen) -> Iterator[Found]:
        return sharpness.minima_steps(self.net, chosen.split, self.rule, batches=self.batches,
                                      seeds=range(self.seeds), length=self.length, unit=self.unit)  # fmt: skip

    def walk(self, chosen: Chosen) -> Iterator[Edge]:
        train, every = chosen.split.train, max(1, self.steps // LOOKS)
        return edge_of_stability(self.net, self.net.init(0), train.X, train.y, lr=self.lr, steps=self.steps,
                                 every=every)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Result:
    """A finished experiment: minima, and the steps of the walk; `number` is its own."""

    setup: Setup
    chosen: Chosen
    minima: tuple[Minimum, ...]
    edges: tuple[Edge, ...]
    number: int


@dataclass(eq=False)
class Job:
    """An experiment under way: shares of it done, last the Result."""

    setup: Setup
    work: Iterator[float | Result]
    done: float = 0.0
    result: Result | None = None

    def advance(self) -> None:
        """A slice of the work."""
        begun = perf_counter()
        for told in self.work:
            if isinstance(told, Result):
                self.result = told
            else:
                self.done = told
            if perf_counter() - begun > SLICE:
                return


def settings(chosen: Chosen | None) -> Setup | None:
    """The controls beside the picture; None while one does not fit, with a sentence below it."""
    net = _network(chosen)
    rule = _rule()
    batches = _batches(chosen)
    unit = named(st.segmented_control, t("What is equal for all batch sizes"), f"{PREFIX}unit", UNITS, "updates",
                 required=True, help=t("Equal epochs give a small batch many more updates; equal updates show it less "
                                       "data."))  # fmt: skip
    label = t("Updates") if unit == "updates" else t("Epochs")
    length = choice(label, PREFIX + unit, LENGTHS[unit], LENGTH[unit])
    seeds = choice(t("Seeds"), f"{PREFIX}seeds", SEEDS, 5, t("Each seed is a training of its own at every batch size; "
                                                             "its first weights are the same for all."))  # fmt: skip
    st.markdown(f"**{t('Edge of stability')}**")
    lr = choice(t("lr of full-batch gradient descent"), f"{PREFIX}edge.lr", RATES, 2.0)
    steps = choice(t("Steps"), f"{PREFIX}edge.steps", STEPS, 600)
    if chosen is None or net is None or batches is None:
        return None
    return Setup(chosen.source, net, rule, batches, unit, length, seeds, lr, steps)


def _network(chosen: Chosen | None) -> Network | None:
    text = bound(
        st.text_input, t("Hidden layers"), f"{PREFIX}layers", lambda text: len(text) <= LONGEST, value=LAYERS,
        max_chars=LONGEST, help=t("How many units in each, such as 64, 32; nothing for no hidden layer."),
    )  # fmt: skip
    below = st.container()
    activation = bound(st.selectbox, t("Activation function"), f"{PREFIX}activation", among(ACTIVATIONS),
                       options=ACTIVATIONS, index=ACTIVATIONS.index(ACTIVATION))  # fmt: skip
    try:
        return None if chosen is None else _built(chosen, hidden_units(text), activation)
    except ValueError as wrong:
        below.warning(t(wrong.args[0]))
        return None


def _built(chosen: Chosen, units: list[int], activation: str) -> Network:
    return Network([chosen.data.X.shape[1], *units, chosen.data.outputs], activation=activation, init="glorot")


def _rule() -> Optimizer:
    names, usual = tuple(OPTIMIZERS), {rule.name: rule for rule in RULES}
    name = bound(st.selectbox, t("Optimizer"), f"{PREFIX}opt", among(names), options=names, index=names.index("SGD"))
    lr = next(p for p in OPTIMIZERS[name].hyperparameters() if p.name == "lr")
    default = getattr(usual.get(name), "lr", lr.default)
    values = {"lr": choice(f"{name} · lr", PREFIX + key_of(name, "lr"), lr.choices, default, t(lr.help))}
    return OPTIMIZERS[name](**values)


def _size(size: int) -> str:
    return number(size) if size else "N"


def _batches(chosen: Chosen | None) -> tuple[int | None, ...] | None:
    picked = bound(st.pills, t("Batch sizes"), f"{PREFIX}batches", among(BATCHES, _size), options=BATCHES,
                   default=USUAL, selection_mode="multi", format_func=_size,
                   help=t("Samples per step; N: all training samples at once."))  # fmt: skip
    if len(picked) < 2:
        st.warning(t("Choose at least two batch sizes to compare."))
        return None
    n = max(picked) if chosen is None else len(chosen.split.train)
    if max(picked) > n:
        st.warning(t(Text("A batch of {size} is larger than the {n} training samples.", size=max(picked), n=n)))
        return None
    if n in picked and 0 in picked:
        st.warning(t(Text("{n} and N are the same here: all training samples.", n=n)))
        return None
    return tuple(size or None for size in sorted(picked, key=lambda size: size or n))


def landing() -> tuple[Setup, Chosen]:
    """What the page opens with."""
    chosen = material.known(DataSpec(material.LANDING))
    net = _built(chosen, hidden_units(LAYERS), ACTIVATION)
    batches = tuple(size or None for size in USUAL)
    return Setup(chosen.source, net, RULES[0], batches, "updates", LENGTH["updates"], 5, 2.0, 600), chosen


def seconds(setup: Setup, chosen: Chosen) -> float | Text:
    """About how long it takes on a core of today; or the sentence that refuses it."""
    found = _COSTS.get(setup)
    return _COSTS.put(setup, _seconds(setup, chosen)) if found is None else found


def _seconds(setup: Setup, chosen: Chosen) -> float | Text:
    n, runs, cost, total = len(chosen.split.train), setup.seeds, setup.net.cost, 0.0
    look = _LOOK + runs * cost(n).seconds / 3
    for batch in setup.batches:
        per = -(-n // (batch or n))
        steps = setup.length * (per if setup.unit == "epochs" else 1)
        total += steps * (_OVERHEAD + runs * cost(batch or n).seconds) + steps / per * look
        total += runs * 2 * _PRODUCTS * cost(n).seconds
    total += (setup.steps + 20 * LOOKS) * (_OVERHEAD / 2 + cost(n).seconds)
    if total > MOST_SECONDS:
        return Text("This would take about {seconds:.0f} s; the limit is {most} s. Use fewer updates or epochs, fewer "
                    "seeds, or a smaller network.", seconds=total, most=MOST_SECONDS)  # fmt: skip
    try:
        for batch in setup.batches:
            sharpness.trainer_of(setup.net, chosen.split, setup.rule, batch, range(runs), setup.length, setup.unit)
    except ValueError as wrong:
        return wrong.args[0]
    return total


def start(setup: Setup | None, chosen: Chosen | None) -> None:
    """Run the experiment, or Stop while it runs; and what it would cost."""
    if _JOB in st.session_state:
        st.button(t("Stop"), key="sharpstop", on_click=_stop, icon=":material/stop:", type="primary")
        return
    cost = None if setup is None or chosen is None else seconds(setup, chosen)
    ready = isinstance(cost, float)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(t("Train and measure"), key="measure", on_click=_begin, args=(setup, chosen), type="primary",
                  icon=":material/play_arrow:", disabled=not ready)  # fmt: skip
        if isinstance(cost, float):
            st.caption(t("about {seconds} s", seconds=f"{cost:.1f}" if cost < 10 else f"{cost:.0f}"))
    if isinstance(cost, Text):
        st.warning(t(cost))


def _begin(setup: Setup, chosen: Chosen) -> None:
    st.session_state[_JOB] = Job(setup, _work(setup, chosen, st.session_state.get(_RESULT)))


def _stop() -> None:
    st.session_state.pop(_JOB, None)


def _work(setup: Setup, chosen: Chosen, last: Result | None) -> Iterator[float | Result]:
    """Both parts; the one whose settings are still those of the last result is taken over from there."""
    old = None if last is None else last.setup
    minima, edges = (last.minima, last.edges) if last else ((), ())
    if old is None or replace(setup, lr=old.lr, steps=old.steps) != old:
        for found in setup.experiment(chosen):
            minima = found.minima
            yield 0.9 * found.done
    if old is None or (setup.data, setup.net, setup.lr, setup.steps) != (old.data, old.net, old.lr, old.steps):
        kept: dict[int, Edge] = {}
        for edge in setup.walk(chosen):
            kept[edge.step] = edge  # the last word on a step has the curvature
            yield 0.9 + 0.1 * edge.step / max(setup.steps, 1)
        edges = tuple(kept.values())
    yield Result(setup, chosen, minima, edges, next(_NUMBERS))


def latest() -> Result:
    """The last result of this session, at first that of the landing settings."""
    if _RESULT not in st.session_state:
        setup, chosen = landing()
        st.session_state[_RESULT] = _RUNS.make(setup, lambda: list(_work(setup, chosen, None))[-1])
    return st.session_state[_RESULT]


def go() -> None:
    """Goes on, if something is under way: the last thing in a run, so that Stop is there to be pressed.

    Whatever the person does ends this run of the page at the next line that draws; the next one goes on from there,
    unless it was Stop. A closed tab ends it in the same way.
    """
    job: Job | None = st.session_state.get(_JOB)
    if job is None:
        return
    bar = st.empty()
    while job.result is None:
        bar.progress(min(job.done, 1.0), t("Training and measuring …"))
        with cached.GATE:
            job.advance()
    st.session_state[_RESULT] = job.result
    del st.session_state[_JOB]
    st.rerun()
