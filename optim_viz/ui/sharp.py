"""Minima of small and large batches, how sharp they are, and what that says about a well-known claim."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from itertools import count

import streamlit as st

from optim_viz import sharpness
from optim_viz.curvature import Edge, edge_of_stability
from optim_viz.data import DataSpec
from optim_viz.nn import Network
from optim_viz.optimizers import SGD, Adam, Optimizer
from optim_viz.sharpness import Found, Minimum
from optim_viz.ui import jobs, material, network
from optim_viz.ui.controls import choice, number, optimizers
from optim_viz.ui.i18n import t
from optim_viz.ui.jobs import MOST_SECONDS, Job
from optim_viz.ui.material import Chosen
from optim_viz.ui.state import among, bound, named
from optim_viz.words import Text

PREFIX = "sharp."
LAYERS, ACTIVATION = "8", "relu"
RULES = (SGD(lr=0.3), Adam(lr=0.03))
BATCHES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 0)  # 0: all training samples
USUAL = (10, 50, 0)
LENGTHS = {"updates": (50, 100, 200, 300, 600, 1000, 2000, 5000, 10000), "epochs": (5, 10, 20, 50, 100, 200, 500)}
LENGTH = {"updates": 300, "epochs": 50}
UNITS = {"updates": Text("updates"), "epochs": Text("epochs")}
SEEDS = (2, 3, 5, 10, 20)
RATES = tuple(v for v in next(p for p in SGD.hyperparameters() if p.name == "lr").choices if v >= 0.001)
STEPS = (100, 200, 400, 600, 1000, 2000, 5000)
LOOKS = 60  # measurements of the curvature on the way
_OVERHEAD, _LOOK = 2e-4, 3e-4  # seconds of a step, and of a measurement, apart from the arithmetic
_PRODUCTS = 60  # Hessian products for the top eigenvalues, about
_NUMBERS = count()
DESK = jobs.Desk("sharp")


@dataclass(frozen=True)
class Setup:
    """All that decides what is found; `lr` and `steps` are those of the walk along the edge of stability."""

    data: DataSpec | str
    net: Network
    rules: tuple[Optimizer, ...]
    batches: tuple[int | None, ...]
    unit: str
    length: int
    seeds: int
    lr: float
    steps: int

    def experiment(self, chosen: Chosen) -> Iterator[Found]:
        return sharpness.minima_steps(self.net, chosen.split, self.rules, batches=self.batches,
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


def settings(chosen: Chosen | None) -> Setup | None:
    """The controls beside the picture; None while one does not fit, with a sentence below it."""
    net = _network(chosen)
    rules = tuple(optimizers(RULES, PREFIX))
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
    return Setup(chosen.source, net, rules, batches, unit, length, seeds, lr, steps)


def _network(chosen: Chosen | None) -> Network | None:
    text, below = network.layers(PREFIX, LAYERS)
    activation = network.activation(PREFIX, ACTIVATION)
    try:
        return None if chosen is None else _built(chosen, network.hidden_units(text), activation)
    except ValueError as wrong:
        below.warning(t(wrong.args[0]))
        return None


def _built(chosen: Chosen, units: list[int], activation: str) -> Network:
    return Network([chosen.data.X.shape[1], *units, chosen.data.outputs], activation=activation, init="glorot")


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
    net = _built(chosen, network.hidden_units(LAYERS), ACTIVATION)
    batches = tuple(size or None for size in USUAL)
    return Setup(chosen.source, net, RULES, batches, "updates", LENGTH["updates"], 5, 2.0, 600), chosen


def seconds(setup: Setup, chosen: Chosen) -> float | Text:
    """About how long it takes on a core of today; or the sentence that refuses it."""
    return DESK.cost(setup, lambda: _seconds(setup, chosen))


def _seconds(setup: Setup, chosen: Chosen) -> float | Text:
    n, runs, cost, total = len(chosen.split.train), setup.seeds * len(setup.rules), setup.net.cost, 0.0
    look = _LOOK + runs * cost(n).seconds / 3
    for batch in setup.batches:
        per = -(-n // (batch or n))
        steps = setup.length * (per if setup.unit == "epochs" else 1)
        total += steps * (_OVERHEAD + runs * cost(batch or n).seconds) + steps / per * look
        total += runs * 2 * _PRODUCTS * cost(n).seconds
    total += (setup.steps + 20 * LOOKS) * (_OVERHEAD / 2 + cost(n).seconds)
    if total > MOST_SECONDS:
        return Text("This would take about {seconds:.0f} s; the limit is {most} s. Use fewer updates or epochs, fewer "
                    "seeds or optimizers, or a smaller network.", seconds=total, most=MOST_SECONDS)  # fmt: skip
    try:
        for batch in setup.batches:
            sharpness.trainer_of(setup.net, chosen.split, setup.rules, batch, range(setup.seeds), setup.length,
                                 setup.unit)  # fmt: skip
    except ValueError as wrong:
        return wrong.args[0]
    return total


def start(setup: Setup | None, chosen: Chosen | None) -> None:
    """Run the experiment, or Stop while it runs; and what it would cost."""
    cost = None if setup is None or chosen is None else seconds(setup, chosen)
    DESK.row(t("Train and measure"), cost, lambda: _job(setup, chosen), ("measure", "sharpstop"))  # type: ignore


def _job(setup: Setup, chosen: Chosen) -> Job:
    return Job(_work(setup, chosen, DESK.result), lambda: t("Training and measuring …"))


def _work(setup: Setup, chosen: Chosen, last: Result | None) -> Generator[float | Result, None, None]:
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
    if DESK.result is not None:
        return DESK.result
    setup, chosen = landing()
    return DESK.at_once(setup, lambda: list(_work(setup, chosen, None))[-1])
