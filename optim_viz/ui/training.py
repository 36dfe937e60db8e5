"""Training several optimizers on one network: the settings, what they would cost, the run, and going on from it."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from itertools import count
from time import perf_counter
from typing import Any

import streamlit as st

from optim_viz.data import DataSpec
from optim_viz.figures.training import curves
from optim_viz.nn import EarlyStopping, Network
from optim_viz.nn.history import History, Progress
from optim_viz.nn.training import Settings, Trainer
from optim_viz.optimizers import SGD, Adam, Momentum, Optimizer
from optim_viz.ui import jobs, material
from optim_viz.ui.charts import worded
from optim_viz.ui.controls import choice, number, optimizers, whole
from optim_viz.ui.i18n import t
from optim_viz.ui.jobs import MOST_SECONDS, Job
from optim_viz.ui.material import Chosen
from optim_viz.ui.network import ACTIVATIONS, LAYERS, hidden_units, network
from optim_viz.ui.state import among, bound, quiet
from optim_viz.words import Text

PREFIX = "net."
RULES = (SGD(lr=0.3), Momentum(lr=0.1), Adam(lr=0.03))
BATCHES = (1, 2, 5, 10, 20, 30, 50, 100, 200, 500, 1000, 0)  # 0: all training samples
EPOCHS = (1, 2, 5, 10, 20, 40, 60, 100, 200, 500, 1000, 2000)
CLIPS = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # 0: none
PATIENCES = (0, 2, 5, 10, 20, 50)  # 0: none
AT_ONCE = 1.5  # seconds of work that need no button
CHECKPOINTS = 60
REDRAW, REST, LIVE = 0.5, 10, 200  # live pictures: seconds between two, times as long as one took; points of a curve
_STEP_SECONDS = 0.25  # of one step: Stop cannot come in between
_OVERHEAD = 1e-4  # seconds of a step apart from the arithmetic
_REFUSED = "_refused"
_NUMBERS = count()
DESK = jobs.Desk("net")


@dataclass(frozen=True)
class Setup:
    """All that decides how a training goes."""

    data: DataSpec | str
    net: Network
    rules: tuple[Optimizer, ...]
    batch: int | None
    epochs: int
    seed: int
    clip: float | None = None
    patience: int | None = None

    def how(self, epochs: int | None = None) -> Settings:
        stop = EarlyStopping(self.patience) if self.patience else None
        return Settings(epochs or self.epochs, self.batch, clip=self.clip, stop=stop, checkpoints=CHECKPOINTS)

    def trainer(self, chosen: Chosen) -> Trainer:
        return Trainer(self.net, chosen.split, self.rules, self.how(), seed=self.seed)


Past = tuple[tuple[Setup, int], ...]  # settings, and the step up to which they were used


@dataclass(frozen=True, eq=False)
class Result:
    """A training that is over, with the trainer that can go on from it; `number` is its own."""

    setup: Setup
    chosen: Chosen
    trainer: Trainer
    history: History
    past: Past = ()
    number: int = 0


def settings(chosen: Chosen | None) -> Setup | None:
    """The controls beside the picture; None while one does not fit, with a sentence below it."""
    net = network(chosen, PREFIX)
    rules = tuple(optimizers(RULES, PREFIX))
    batch = _batch(chosen)
    epochs = choice(t("Epochs"), f"{PREFIX}epochs", EPOCHS, 40)
    seed = whole(t("Seed"), f"{PREFIX}seed", 0, help=t("It draws the first weights and the order of the samples."))
    clip, patience = _more()
    if chosen is None or net is None or batch is None:
        return None
    return Setup(chosen.source, net, rules, batch or None, epochs, seed, clip or None, patience or None)


def _more() -> tuple[float, int]:
    """Clipping and early stopping, 0 for none; folded controls at their default are not drawn."""
    with st.expander(t("More about the training"), key=f"{PREFIX}how", on_change="rerun") as box:

        def picked(label: str, key: str, options: tuple[Any, ...], help: str) -> Any:
            drawn = bool(box.open) or not quiet(PREFIX + key, 0)
            return choice(label, PREFIX + key, options, options[0], help) if drawn else 0

        cut = t("A longer gradient is shortened to this length before the step; 0: gradients are left alone.")
        stop = t("Ends a run whose validation loss was not lower for so many epochs; 0: never.")
        clip = picked(t("Longest gradient"), "clip", CLIPS, cut)
        patience = picked(t("Early stopping"), "patience", PATIENCES, stop)
    return clip, patience


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
    return DESK.cost(setup, lambda: _seconds(setup, chosen))


def _seconds(setup: Setup, chosen: Chosen) -> float | Text:
    split, runs = chosen.split, len(setup.rules)
    steps = setup.epochs * -(-len(split.train) // (setup.batch or len(split.train)))
    each = setup.net.cost(setup.batch or len(split.train)).seconds + 3e-9 * setup.net.parameter_count
    looks = sum(setup.net.cost(len(part)).seconds for part in (split.train, split.validation) if len(part)) / 3
    total = steps * (_OVERHEAD + runs * each) + runs * (setup.epochs + 1) * looks
    if total > MOST_SECONDS:
        return Text("This would take about {seconds:.0f} s; the limit is {most} s. Use fewer epochs, a smaller "
                    "network, or a larger batch.", seconds=total, most=MOST_SECONDS)  # fmt: skip
    if each > _STEP_SECONDS:
        return Text("One step would take about {seconds:.1f} s, and nothing could stop it. Use a smaller network or "
                    "batch.", seconds=each)  # fmt: skip
    try:
        setup.trainer(chosen)
    except ValueError as wrong:
        return wrong.args[0]
    return total


def start(setup: Setup | None, chosen: Chosen | None) -> None:
    """Train, or Stop while it trains; and what it would cost."""
    cost = None if setup is None or chosen is None else seconds(setup, chosen)
    DESK.row(t("Train"), cost, lambda: _job(setup, chosen, setup.trainer(chosen)), ("train", "stop"))  # type: ignore


def _job(setup: Setup, chosen: Chosen, trainer: Trainer, past: Past = ()) -> Job:
    first, left = trainer.place.step, [0.0]

    def result(history: History) -> Result:
        return Result(setup, chosen, trainer, history, past, next(_NUMBERS))

    def work() -> Generator[float | Result, None, None]:
        for event in trainer.events():
            if isinstance(event, Progress):
                left[0] = event.seconds_left
            share = (trainer.place.step - first) / max(trainer.steps - first, 1)
            yield result(event) if isinstance(event, History) else share

    def say() -> str:
        said = t("Epoch {epoch} of {epochs}, about {seconds} s left", seconds=f"{left[0]:.0f}",
                 epoch=trainer.place.step // trainer.batches.per_epoch, epochs=trainer.how.epochs)  # fmt: skip
        names = ", ".join(_clipped(trainer))
        return said + (" · " + t("gradient clipped: {names}", names=names) if names else "")

    def so_far() -> Result | None:
        return result(trainer.history()) if trainer.points else None

    return Job(work(), say, so_far, lambda: _screen(trainer))


def _clipped(trainer: Trainer) -> list[str]:
    """The optimizers whose gradient was shortened in the last epoch."""
    before, now = (trainer.points[k].clipped for k in (-2, -1)) if len(trainer.points) > 1 else ((), ())
    return [run.optimizer.label() for run, a, b in zip(trainer.runs, before, now, strict=False) if b > a]


def _screen(trainer: Trainer) -> Callable[[], None]:
    """Room for the curves of a training under way; draws them when there is something new, and not too often."""
    with st.container(key="curves"):
        charts = {"loss": st.empty(), "score": st.empty()}
    due, known, most = 0.0, 1, max(LIVE // 5, min(LIVE, 3 * LIVE // len(trainer.runs)))
    theme, texts = worded()

    def draw() -> None:
        nonlocal due, known
        begun = perf_counter()
        if len(trainer.points) <= known or begun < due:
            return
        history = trainer.history()
        for what, chart in charts.items():
            figure = curves(history, what, theme=theme, texts=texts, most=most)
            chart.plotly_chart(figure, theme=None, alt=t("Training …"))
        now = perf_counter()
        due, known = now + max(REDRAW, REST * (now - begun)), len(trainer.points)

    return draw


def latest(setup: Setup | None, chosen: Chosen | None) -> Result | None:
    """The last result of this session, at first a short run of these settings; None while one is under way."""
    if DESK.job:
        return None
    if DESK.result is None:
        cost = None if setup is None or chosen is None else seconds(setup, chosen)
        short = isinstance(cost, float) and cost <= AT_ONCE
        _at_once(*((setup, chosen) if short else landing()))  # type: ignore[arg-type]
    return DESK.result


def _at_once(setup: Setup, chosen: Chosen) -> None:
    def run() -> Result:
        return list(_job(setup, chosen, setup.trainer(chosen)).work)[-1]

    DESK.at_once(setup, run)


def onward(result: Result, setup: Setup | None, step: int) -> None:
    """A button that goes on from the last station up to `step`, with today's rates, for today's number of epochs."""
    step = max((s for s in result.trainer.stations if s <= step), default=0)
    ready = _same(result.setup, setup) and result.trainer.running(step)
    epoch = step // result.trainer.batches.per_epoch
    pressed = st.button(
        t("Train on from epoch {epoch}", epoch=epoch), key="onward", icon=":material/resume:",
        on_click=_onward, args=(result, setup, step), disabled=not ready,
        help=t("Goes back to the weights of that epoch and trains on from there for as many epochs as are set, with "
               "the learning rates that are set now. Data, network, optimizers, batch size and seed stay."),
    )  # fmt: skip
    if _REFUSED in st.session_state:
        st.warning(t(st.session_state.pop(_REFUSED)))
    elif pressed:
        st.rerun()


def _same(was: Setup, now: Setup | None) -> bool:
    return now is not None and [type(r) for r in was.rules] == [type(r) for r in now.rules] and all(
        getattr(was, name) == getattr(now, name) for name in ("data", "net", "batch", "seed"))  # fmt: skip


def _onward(result: Result, setup: Setup, step: int) -> None:
    how = setup.how(step // result.trainer.batches.per_epoch + setup.epochs)
    try:
        trainer = result.trainer.again(step, setup.rules, how)
    except ValueError as wrong:
        st.session_state[_REFUSED] = wrong.args[0]
        return
    DESK.begin(_job(setup, result.chosen, trainer, (*result.past, (result.setup, step))))
