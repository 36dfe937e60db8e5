"""The batch size page's settings: batch sizes, optimizer, clock and start."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from optim_viz.optimizers import OPTIMIZERS, SGD, Optimizer
from optim_viz.samples import SampleLoss, seconds_per_update
from optim_viz.ui import cached
from optim_viz.ui.controls import choice, coordinate, key_of, number, whole
from optim_viz.ui.i18n import t
from optim_viz.ui.sampled import OWN, PREFIX, TRENDS, Ground
from optim_viz.ui.state import among, bound, named, put, quiet, steady
from optim_viz.words import Text

VIEWS = {"walk": Text("Paths"), "loss": Text("Loss by every clock"), "ball": Text("Noise ball"),
         "terms": Text("Single samples"), "escape": Text("Two minima")}  # fmt: skip
SIZES = (1, 2, 5, 10, 20, 50, 0)  # 0: all samples
USUAL = (1, 10, 0)
LANDING = "epochs"  # equal data for all: the comparison that surprises
CLOCKS = {"updates": Text("updates"), "samples": Text("samples"), "epochs": Text("epochs"), "time": Text("time")}
LENGTHS = {"updates": (10, 20, 50, 100, 200, 500, 1000), "samples": (20, 50, 100, 200, 500, 1000, 2000, 5000),
           "epochs": (1, 2, 5, 10, 20), "time": (1, 2, 5, 10, 20, 50)}  # fmt: skip
LENGTH = {"updates": 200, "samples": 1000, "epochs": 2, "time": 5}
UNITS = {"updates": Text("Updates"), "samples": Text("Samples seen"), "epochs": Text("Epochs"),
         "time": Text("Milliseconds")}  # fmt: skip
ORDERS = {"shuffle": Text("shuffled anew each epoch"), "fixed": Text("always the same"),
          "replace": Text("drawn with replacement")}  # fmt: skip
RATES = {"line": 0.05, "logistic": 0.3, "neuron": 1.5}
SHARE = {"SGD": 1.0, "Momentum": 0.2, "Nesterov": 0.2, "AdaGrad": 4.0}  # of that rate; others have one of their own
OTHERS, ADADELTA = 0.05, 1.0
MOST = 20_000  # updates of a run
_COSTS = cached.Bounded(256)


@dataclass(frozen=True)
class Setup:
    """What is run: `sizes` of batches (0: all samples), each for a `length` of `clock` units."""

    ground: Ground
    rule: Optimizer
    start: tuple[float, float]
    sizes: tuple[int, ...]
    clock: str
    length: int
    order: str
    seed: int

    @property
    def loss(self) -> SampleLoss:
        return self.ground.loss

    def batch(self, size: int) -> int:
        return size or len(self.loss)

    def updates(self, size: int) -> int:
        """How many updates of this size fit into the length."""
        if self.clock == "updates":
            return self.length
        if self.clock == "time":
            return min(MOST, int(self.length / 1000 / cost(self.loss, self.rule, self.batch(size))))
        n, k = len(self.loss), self.batch(size)
        seen = self.length * (n if self.clock == "epochs" else 1)
        return min(MOST, seen // n * -(-n // k) + seen % n // k)

    def name(self, size: int) -> str:
        """A batch size in words."""
        if not size:
            return t("all {n} samples", n=len(self.loss))
        return t("1 sample") if size == 1 else t("{n} samples", n=size)

    @property
    def names(self) -> dict[int, str]:
        return {size: self.name(size) for size in self.sizes}


def view() -> str:
    """Which part of the page is shown; the others cost nothing."""
    return named(st.segmented_control, t("View"), f"{PREFIX}view", VIEWS, "walk", required=True, on_change=_suited,
                 label_visibility="collapsed")  # fmt: skip


def _suited() -> None:
    """To leave a minimum there have to be two: bundled data with one give way to those with two."""
    ground = st.session_state.get(f"_{PREFIX}ground")
    asked = st.session_state[f"{PREFIX}view"] == "escape"
    if asked and ground is not None and ground.data not in OWN and len(ground.loss.minima) < 2:
        two_minima()


def two_minima() -> None:
    """Choose data with a poor and a good minimum."""
    put({f"{PREFIX}model": "neuron", f"{PREFIX}data": TRENDS})


def settings(ground: Ground, view: str) -> Setup:
    """What the view shows depends on: other controls are left out, as are folded ones at their default."""
    loss, clock = ground.loss, LANDING if view == "walk" else "updates"
    length = LENGTH[clock]
    with steady():
        sizes = _sizes(len(loss)) if view in ("walk", "loss", "ball") else (1,)
        if view == "walk":
            clock = named(st.segmented_control, t("Equal for all, and played by"), f"{PREFIX}clock", CLOCKS, LANDING,
                          required=True)  # fmt: skip
        if view in ("walk", "loss", "escape"):
            length = choice(t(UNITS[clock]), f"{PREFIX}{clock}", LENGTHS[clock], LENGTH[clock])
        rule = _rule(loss.model.key) if view != "terms" else SGD()
        start = _start(loss) if view in ("walk", "loss", "escape") else loss.start
    with st.expander(t("More"), key=f"{PREFIX}more", on_change="rerun") as box:
        shown = bool(box.open)
        rule, order, seed = _rest(rule, shown), "shuffle", 0
        if shown or not quiet(f"{PREFIX}order", "shuffle"):
            order = named(st.selectbox, t("Order of the samples"), f"{PREFIX}order", ORDERS, "shuffle")
        if shown or not quiet(f"{PREFIX}seed", 0):
            seed = whole(t("Seed"), f"{PREFIX}seed", 0)
    return Setup(ground, rule, start, sizes, clock, length, order, seed)


def _size(size: int) -> str:
    return number(size) if size else "N"


def _sizes(n: int) -> tuple[int, ...]:
    kept = f"_{PREFIX}sizes"
    picked = bound(st.pills, t("Batch sizes"), f"{PREFIX}sizes", among(SIZES, _size), options=SIZES, default=USUAL,
                   selection_mode="multi", format_func=_size,
                   help=t("Samples per update; N: all samples at once."))  # fmt: skip
    over = [size for size in picked if size >= n]
    if over:
        st.warning(t("There are only {n} samples: a batch of {size} is left out.", n=n, size=max(over)))
    fine = tuple(sorted((size for size in picked if size < n), key=lambda size: size or n))
    if not fine:
        st.warning(t("Choose at least one batch size; the last choice stays."))
        fine = tuple(size for size in st.session_state.get(kept, USUAL) if size < n) or (0,)
    st.session_state[kept] = fine
    return fine


def _rule(model: str) -> Optimizer:
    """The optimizer with its rate; every model has rates of its own."""
    names = tuple(OPTIMIZERS)
    with steady():
        name = bound(st.selectbox, t("Optimizer"), f"{PREFIX}opt", among(names), options=names,
                     index=names.index("SGD"))  # fmt: skip
        lr = next((p for p in OPTIMIZERS[name].hyperparameters() if p.name == "lr"), None)
        if lr is None:
            return OPTIMIZERS[name]()
        key = f"{PREFIX}{model}.{key_of(name, 'lr')}"
        return OPTIMIZERS[name](lr=choice(f"{name} · lr", key, lr.choices, usual(model, name, lr.choices), t(lr.help)))  # type: ignore[call-arg]


def usual(model: str, name: str, choices: Sequence[float]) -> float:
    """The rate to begin with, out of the choices."""
    rate = RATES[model] * SHARE[name] if name in SHARE else ADADELTA if name == "Adadelta" else OTHERS
    return min(choices, key=lambda choice: abs(np.log(max(choice, 1e-12) / rate)))


def _rest(rule: Optimizer, shown: bool) -> Optimizer:
    """The optimizer's other settings."""
    values = rule.fields()
    for p in rule.hyperparameters():
        key = PREFIX + key_of(rule.name, p.name)
        if p.name != "lr" and (shown or not quiet(key, p.default)):
            values[p.name] = choice(f"{rule.name} · {p.name}", key, p.choices, p.default, t(p.help))
    return type(rule)(**values)


def _start(loss: SampleLoss) -> tuple[float, float]:
    """Where every run begins; another loss brings its own start."""
    keys, before = [f"{PREFIX}{axis}0" for axis in "xy"], st.session_state.get(f"_{PREFIX}loss")
    if before not in (None, loss.digest):
        put({key: float(value) for key, value in zip(keys, loss.start, strict=True)})
    st.session_state[f"_{PREFIX}loss"] = loss.digest
    with st.container(horizontal=True):
        a, b = (coordinate(t("start {axis}", axis=axis), key, float(value))
                for key, axis, value in zip(keys, loss.axes, loss.start, strict=True))  # fmt: skip
    return a, b


def move_start(x: float, y: float) -> None:
    """A click on the map."""
    put({f"{PREFIX}x0": float(f"{x:.4g}"), f"{PREFIX}y0": float(f"{y:.4g}")})


def cost(loss: SampleLoss, rule: Optimizer, batch: int) -> float:
    """Seconds of an update, measured once on this server."""
    return _COSTS.make((loss.model.key, rule.name, batch), lambda: seconds_per_update(loss, rule, batch))
