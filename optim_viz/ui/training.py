"""Training several optimizers on one network: the settings, what they would cost, the run and a way to stop it."""

import re
from collections.abc import Generator
from dataclasses import dataclass
from itertools import count
from time import perf_counter
from typing import Any

import streamlit as st

from optim_viz.data import DataSpec
from optim_viz.figures import TEXTS
from optim_viz.figures.training import curves
from optim_viz.nn import INITIALIZERS, CrossEntropy, Network
from optim_viz.nn.history import History, Progress
from optim_viz.nn.training import Settings, Trainer
from optim_viz.optimizers import SGD, Adam, Momentum, Optimizer
from optim_viz.ui import cached, material
from optim_viz.ui.controls import choice, number, optimizers, switch, whole
from optim_viz.ui.i18n import t
from optim_viz.ui.material import Chosen
from optim_viz.ui.state import among, bound, named, quiet
from optim_viz.words import Text

PREFIX = "net."
RULES = (SGD(lr=0.3), Momentum(lr=0.1), Adam(lr=0.03))
LAYERS, MOST_LAYERS, LONGEST = "8, 8", 10, 80
ACTIVATIONS = ("tanh", "relu", "leaky_relu", "gelu", "sigmoid", "identity")
BATCHES = (1, 2, 5, 10, 20, 30, 50, 100, 200, 500, 1000, 0)  # 0: all training samples
EPOCHS = (1, 2, 5, 10, 20, 40, 60, 100, 200, 500, 1000, 2000)
DROPOUT = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7)
L2 = (0.0, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1)
LOSSES = {
    "cross_entropy": Text("cross-entropy"), "smooth": Text("cross-entropy, labels smoothed by 0.1"),
    "binary_cross_entropy": Text("binary cross-entropy, one output"), "mse": Text("mean squared error"),
    "mae": Text("mean absolute error"), "rmse": Text("root of the mean squared error"), "huber": Text("Huber"),
}  # fmt: skip
MOST_SECONDS, AT_ONCE = 60, 1.5
CHECKPOINTS = 60
_OVERHEAD = 1e-4  # seconds of a step apart from the arithmetic
SLICE, REDRAW = 0.08, 0.5  # seconds of work between two looks at Stop, and between two pictures
_JOB, _RESULT = "_job", "_result"
_RUNS, _COSTS = cached.Bounded(8), cached.Bounded(128)
_NUMBERS = count()


@dataclass(frozen=True)
class Setup:
    """All that decides how a training goes."""

    data: DataSpec | str
    net: Network
    rules: tuple[Optimizer, ...]
    batch: int | None
    epochs: int
    seed: int

    def trainer(self, chosen: Chosen) -> Trainer:
        how = Settings(self.epochs, self.batch, checkpoints=CHECKPOINTS)
        return Trainer(self.net, chosen.split, self.rules, how, seed=self.seed)


@dataclass(frozen=True, eq=False)
class Result:
    """A training that is over; `number` is its own."""

    setup: Setup
    chosen: Chosen
    history: History
    number: int


@dataclass(frozen=True, eq=False)
class Job:
    """A training under way."""

    setup: Setup
    chosen: Chosen
    trainer: Trainer


def settings(chosen: Chosen | None) -> Setup | None:
    """The controls beside the picture; None while one does not fit, with a sentence below it."""
    net = _network(chosen)
    rules = tuple(optimizers(RULES, PREFIX))
    batch = _batch(chosen)
    epochs = choice(t("Epochs"), f"{PREFIX}epochs", EPOCHS, 40)
    seed = whole(t("Seed"), f"{PREFIX}seed", 0, help=t("It draws the first weights and the order of the samples."))
    if chosen is None or net is None or batch is None:
        return None
    return Setup(chosen.source, net, rules, batch or None, epochs, seed)


def _network(chosen: Chosen | None) -> Network | None:
    text = bound(
        st.text_input, t("Hidden layers"), f"{PREFIX}layers", lambda text: len(text) <= LONGEST, value=LAYERS,
        max_chars=LONGEST, help=t("How many units in each, such as 64, 32; nothing for no hidden layer."),
    )  # fmt: skip
    below = st.container()
    activation = bound(
        st.selectbox, t("Activation function"), f"{PREFIX}activation", among(ACTIVATIONS), options=ACTIVATIONS,
    )  # fmt: skip
    more = _more(chosen)
    try:
        units = hidden_units(text)
        if chosen is None:
            return None
        outputs = 1 if more["loss"] == "binary_cross_entropy" else chosen.data.outputs
        return Network([chosen.data.X.shape[1], *units, outputs], activation=activation, **more)
    except ValueError as wrong:
        below.warning(t(wrong.args[0]))
        return None


def hidden_units(text: str) -> list[int]:
    """What a person wrote into the box of hidden layers; ValueError with a sentence."""
    words = [word for word in re.split(r"[\s,]+", text) if word]
    if not all(word.isascii() and word.isdigit() and len(word) < 10 for word in words):
        raise ValueError(Text("Write whole numbers with commas between them, such as 64, 32."))
    if len(words) > MOST_LAYERS:
        raise ValueError(Text("At most {most} hidden layers.", most=MOST_LAYERS))
    return [int(word) for word in words]


def _more(chosen: Chosen | None) -> dict[str, Any]:
    """What only some want to set; folded controls at their default are not drawn."""
    with st.expander(t("More about the network"), key=f"{PREFIX}details", on_change="rerun") as box:

        def drawn(key: str, default: Any) -> bool:
            return bool(box.open) or not quiet(PREFIX + key, default)

        starts, init = tuple(INITIALIZERS), "glorot"
        loss = _loss(chosen, bool(box.open))
        if drawn("init", init):
            init = bound(st.selectbox, t("Initializer"), f"{PREFIX}init", among(starts), options=starts,
                         index=starts.index(init))  # fmt: skip
        norm = switch(t("Batch normalization"), f"{PREFIX}bn", False) if drawn("bn", False) else False
        drop = choice(t("Dropout"), f"{PREFIX}dropout", DROPOUT, 0.0) if drawn("dropout", 0.0) else 0.0
        l2 = (
            choice(t("L2 penalty"), f"{PREFIX}l2", L2, 0.0, t("½ λ Σ w² is added to the loss."))
            if drawn("l2", 0.0)
            else 0.0
        )
    return {"loss": loss, "init": init, "batch_norm": norm, "dropout": drop, "l2": l2}


def _loss(chosen: Chosen | None, shown: bool) -> Any:
    """The losses that fit the data's task."""
    task = "classification" if chosen is None else chosen.data.task
    fit = ["mse", "mae", "rmse", "huber"] if task == "regression" else ["cross_entropy", "smooth"]
    if task == "classification" and chosen is not None and chosen.data.outputs == 2:
        fit.append("binary_cross_entropy")
    key = f"{PREFIX}loss"
    if not shown and quiet(key, fit[0]):
        return "auto"
    picked = named(st.selectbox, t("Loss function"), key, {name: LOSSES[name] for name in fit}, fit[0])
    return CrossEntropy(smoothing=0.1) if picked == "smooth" else "auto" if picked == fit[0] else picked


def _batch(chosen: Chosen | None) -> int | None:
    """Samples per step, 0 for all; None when there are not so many."""

    def write(size: int) -> str:
        return number(size) if size else "N"

    size = bound(
        st.select_slider, t("Batch size"), f"{PREFIX}batch", among(BATCHES, write), options=BATCHES, value=20,
        format_func=write, help=t("Samples per step; N: all training samples at once."),
    )  # fmt: skip
    if chosen is not None and size > len(chosen.split.train):
        st.warning(t(Text("A batch of {size} is larger than the {n} training samples.",
                          size=size, n=len(chosen.split.train))))  # fmt: skip
        return None
    return size


def landing() -> tuple[Setup, Chosen]:
    """What the page opens with."""
    chosen = material.known(DataSpec(material.LANDING))
    units = [chosen.data.X.shape[1], *hidden_units(LAYERS), chosen.data.outputs]
    net = Network(units, activation=ACTIVATIONS[0], init="glorot")
    return Setup(chosen.source, net, RULES, 20, 40, 0), chosen


def seconds(setup: Setup, chosen: Chosen) -> float | Text:
    """About how long it takes on a core of today; or the sentence that refuses it."""
    found = _COSTS.get(setup)
    return _COSTS.put(setup, _seconds(setup, chosen)) if found is None else found


def _seconds(setup: Setup, chosen: Chosen) -> float | Text:
    split, runs = chosen.split, len(setup.rules)
    steps = setup.epochs * -(-len(split.train) // (setup.batch or len(split.train)))
    each = setup.net.cost(setup.batch or len(split.train)).seconds + 3e-9 * setup.net.parameter_count
    looks = sum(setup.net.cost(len(part)).seconds for part in (split.train, split.validation) if len(part)) / 3
    total = steps * (_OVERHEAD + runs * each) + runs * (setup.epochs + 1) * looks
    if total > MOST_SECONDS:
        return Text("This would take about {seconds:.0f} s; the limit is {most} s. Use fewer epochs, a smaller "
                    "network, or a larger batch.", seconds=total, most=MOST_SECONDS)  # fmt: skip
    try:
        setup.trainer(chosen)
    except ValueError as wrong:
        return wrong.args[0]
    return total


def start(setup: Setup | None, chosen: Chosen | None) -> None:
    """Train, or Stop while it trains; and what it would cost."""
    job: Job | None = st.session_state.get(_JOB)
    cost = None if setup is None or chosen is None else seconds(setup, chosen)
    with st.container(horizontal=True, vertical_alignment="center"):
        if job:
            st.button(t("Stop"), key="stop", on_click=_stop, icon=":material/stop:", type="primary")
            return
        ready = isinstance(cost, float)
        st.button(t("Train"), key="train", on_click=_begin, args=(setup, chosen), icon=":material/play_arrow:",
                  type="primary", disabled=not ready)  # fmt: skip
        if isinstance(cost, float):
            st.caption(t("about {seconds} s", seconds=f"{cost:.1f}" if cost < 10 else f"{cost:.0f}"))
    if isinstance(cost, Text):
        st.warning(t(cost))


def _begin(setup: Setup, chosen: Chosen) -> None:
    st.session_state[_JOB] = Job(setup, chosen, setup.trainer(chosen))


def _stop() -> None:
    job = st.session_state.pop(_JOB, None)
    if job and job.trainer.points:
        st.session_state[_RESULT] = Result(job.setup, job.chosen, job.trainer.history(), next(_NUMBERS))


def latest(setup: Setup | None, chosen: Chosen | None) -> Result | None:
    """The last result of this session, at first a short run of these settings; None while one is under way."""
    if _JOB in st.session_state:
        return None
    if _RESULT not in st.session_state:
        cost = None if setup is None or chosen is None else seconds(setup, chosen)
        short = isinstance(cost, float) and cost <= AT_ONCE and isinstance(setup.data, DataSpec)  # type: ignore[union-attr]
        st.session_state[_RESULT] = _at_once(setup, chosen) if short else _at_once(*landing())  # type: ignore[arg-type]
    return st.session_state[_RESULT]


def _at_once(setup: Setup, chosen: Chosen) -> Result:
    def run() -> Result:
        *_, history = setup.trainer(chosen).events()
        return Result(setup, chosen, history, next(_NUMBERS))  # type: ignore[arg-type]

    return _RUNS.make(setup, run)


def go() -> None:
    """Trains on, if something is under way: the last thing in a run, so that every control is there to be used.

    Whatever the person does ends this run of the page at the next line that draws; the next one goes on from there,
    unless it was Stop. A closed tab ends it in the same way.
    """
    job: Job | None = st.session_state.get(_JOB)
    if job is None:
        return
    bar, events = st.empty(), job.trainer.events()
    with st.container(key="curves"):
        charts = {"loss": st.empty(), "score": st.empty()}
    drawn, known, left = 0.0, 1, seconds(job.setup, job.chosen)
    texts, theme = {key: t(text) for key, text in TEXTS.items()}, st.context.theme.type or "light"
    while True:
        told, history = _slice(events)
        if history is not None:
            st.session_state[_RESULT] = Result(job.setup, job.chosen, history, next(_NUMBERS))
            del st.session_state[_JOB]
            st.rerun()
        step, steps = job.trainer.place.step, job.trainer.steps
        left = next((e.seconds_left for e in reversed(told) if isinstance(e, Progress)), left)
        said = t("Epoch {epoch} of {epochs}, about {seconds} s left", epoch=step // job.trainer.batches.per_epoch,
                 epochs=job.setup.epochs, seconds=f"{left:.0f}")  # fmt: skip
        bar.progress(min(step / max(steps, 1), 1.0), said)
        if len(job.trainer.points) > known and perf_counter() - drawn > REDRAW:
            for what, chart in charts.items():
                chart.plotly_chart(curves(job.trainer.history(), what, theme=theme, texts=texts), theme=None, alt=said)
            drawn, known = perf_counter(), len(job.trainer.points)


def _slice(events: Generator[Any, None, None]) -> tuple[list[Any], History | None]:
    """Less than a fifth of a second of training behind the gate: the events, and the history once it is over."""
    told: list[Any] = []
    with cached.GATE:
        begun = perf_counter()
        for event in events:
            if isinstance(event, History):
                return told, event
            told.append(event)
            if perf_counter() - begun > SLICE:
                break
    return told, None
