"""Initialization lab: training curves from different first weights, on a button."""

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from itertools import count

import numpy as np
import streamlit as st

from optim_viz.data import DataSpec, Split
from optim_viz.experiments import arms
from optim_viz.figures import init as charts
from optim_viz.labs.deep import INIT_NAMES, NAMES, starts
from optim_viz.nn import History
from optim_viz.ui import jobs, material
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import t
from optim_viz.ui.init import PREFIX, activation
from optim_viz.ui.jobs import MOST_SECONDS, Job
from optim_viz.ui.lab import predict, table
from optim_viz.ui.said import bullets, middle, unbroken
from optim_viz.words import Text

LAYERS, UNITS, SEEDS = (1, 2, 3, 4, 5, 6, 8), (20, 50, 100), (2, 3, 5, 10)
RATES, EPOCHS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0), (3, 6, 10, 20, 40, 80)
FIRST = ("one", "small", "xavier")  # on show before a guess
_NUMBERS = count()
DESK = jobs.Desk("init")


@dataclass(frozen=True)
class Setup:
    """All that decides what is trained."""

    kind: str = "relu"
    layers: int = 4
    units: int = 50
    lr: float = 0.03
    epochs: int = 6
    seeds: int = 3

    def arms(self, split: Split) -> list[arms.Arm]:
        return starts.arms(split, self.kind, self.layers, self.units, self.lr, self.epochs, tuple(range(self.seeds)))


@dataclass(frozen=True, eq=False)
class Result:
    """A finished training: a history for each of INITS; `number` is its own."""

    setup: Setup
    histories: dict[str, History]
    number: int


def settings() -> Setup:
    """The controls beside the picture."""
    kind = activation("net", Setup.kind)
    layers = choice(t("Hidden layers"), f"{PREFIX}layers", LAYERS, Setup.layers)
    units = choice(t("Units in each"), f"{PREFIX}units", UNITS, Setup.units)
    lr = choice(t("Learning rate"), f"{PREFIX}lr", RATES, Setup.lr)
    epochs = choice(t("Epochs"), f"{PREFIX}epochs", EPOCHS, Setup.epochs)
    return Setup(kind, layers, units, lr, epochs, choice(t("Seeds"), f"{PREFIX}seeds", SEEDS, Setup.seeds))


def start(setup: Setup) -> None:
    """The button, its cost, or Stop while it works."""
    split = _digits()
    DESK.row(t("Train from all first weights"), DESK.cost(setup, lambda: _seconds(setup, split)), lambda: Job(
        _work(setup, split), lambda: t("Training …")), ("ini.train", "ini.stop"))  # fmt: skip


def _digits() -> Split:
    """The data, loaded before any other work: who holds the gate must not ask for it again."""
    return material.known(DataSpec("digits")).split


def _seconds(setup: Setup, split: Split) -> float | Text:
    total = arms.seconds(setup.arms(split))
    if total > MOST_SECONDS:
        return Text("This would take about {seconds:.0f} s; the limit is {most} s. Use fewer epochs, seeds or units.",
                    seconds=total, most=MOST_SECONDS)  # fmt: skip
    return total


def _work(setup: Setup, split: Split) -> Generator[float | Result, None, None]:
    made = setup.arms(split)
    for told in arms.run(made):
        if isinstance(told, list):
            yield Result(setup, dict(zip((arm.name for arm in made), told, strict=True)), next(_NUMBERS))
        else:
            yield told


def latest() -> Result:
    """The last result of this session, at first a small one."""
    setup, split = Setup(), _digits()
    return DESK.result or DESK.at_once(setup, lambda: list(_work(setup, split))[-1])


def stage(result: Result, setup: Setup) -> bool:
    """Loss and accuracy of three first weights; after a guess He's as well."""
    if setup != result.setup:
        st.caption(t("Still the last result: {what}. Press the button for the new settings.", what=_what(result.setup)))
    place = st.container(key="curves")
    options = {"lower": Text("lower than Xavier"), "same": Text("no clear difference"),
               "higher": Text("higher than Xavier")}  # fmt: skip
    seen = predict(f"{PREFIX}he", t("He's weights are √2 times Xavier's. Where will their training loss end?"), options,
                   partial(_he, result), result.number)  # fmt: skip
    histories = {name: h for name, h in result.histories.items() if seen or name in FIRST}
    with place:
        for what in ("loss", "score"):
            ends = {name: (h.train_loss if what == "loss" else h.validation_score)[:, -1]  # type: ignore[index]
                    for name, h in histories.items()}  # fmt: skip
            told = ", ".join(f"{INIT_NAMES[name]} {middle(y, 3, what == 'score')}" for name, y in ends.items())
            alt = {"loss": t("Training loss at the end: {told}.", told=told),
                   "score": t("Accuracy on validation samples at the end: {told}.", told=told)}[what]  # fmt: skip
            chart(f"{PREFIX}{what}", partial(charts.learning, histories, INIT_NAMES, what), alt, charts.TEXTS,
                  (result.number, seen))  # fmt: skip
    return seen


def _what(setup: Setup) -> str:
    return (f"{t(NAMES[setup.kind])} · {setup.layers} × {setup.units} · SGD {setup.lr:g} · {t('epochs')} "
            f"{setup.epochs} · {t('Seeds')} {setup.seeds}")  # fmt: skip


def _he(result: Result) -> tuple[str, str]:
    he, xavier = result.histories["he"], result.histories["xavier"]
    wins, losses, n = starts.below(he, xavier), starts.below(xavier, he), result.setup.seeds
    gap = abs(float(np.median(he.train_loss[:, -1]) - np.median(xavier.train_loss[:, -1])))
    clear = gap > 0.05 * float(np.median(xavier.train_loss[:, -1]))
    right = "lower" if clear and wins == n else "higher" if clear and losses == n else "same"
    return right, t("Lower with {wins} of {seeds} seeds: He {he}, Xavier {xavier}.", wins=wins, seeds=n,
                    he=middle(he.train_loss[:, -1], 3), xavier=middle(xavier.train_loss[:, -1], 3))  # fmt: skip


def words(result: Result, answered: bool) -> None:
    """What each has reached, and who learned nothing."""
    setup = result.setup
    shown = {name: h for name, h in result.histories.items() if answered or name in FIRST}
    head = [t("First weights"), t("training loss"), t("test accuracy"), t("epochs to half right"), t("learned nothing")]
    table(head, [[unbroken(INIT_NAMES[name]), *_row(h)] for name, h in shown.items()])
    st.caption(t("Digits, batches of {batch}, SGD; median of {seeds} seeds (lowest … highest). Half right: half of the "
                 "training samples. Learned nothing: no better than 98% of the loss of guessing, {chance} (dotted), or "
                 "diverged.", batch=starts.BATCH, seeds=setup.seeds, chance=f"{np.log(10):.3f}"))  # fmt: skip
    idle = {name: int(starts.stuck(h).sum()) for name, h in shown.items()}
    said = [t("Nothing learned with any seed: {names}.", names=", ".join(
        INIT_NAMES[name] for name, many in idle.items() if many == setup.seeds) or t("none of them"))]  # fmt: skip
    if answered:
        best = min(shown, key=lambda name: float(np.median(starts.ends(shown[name]))))
        wins = int((np.array([starts.ends(h) for h in shown.values()]).argmin(axis=0) == list(shown).index(best)).sum())
        said.append(t("Lowest training loss: {name}; with {wins} of {seeds} seeds it is below all others.",
                      name=INIT_NAMES[best], wins=wins, seeds=setup.seeds))  # fmt: skip
    st.markdown(bullets(*said))


def _row(history: History) -> list[str]:
    reached = starts.half(history)
    epochs = middle(reached[np.isfinite(reached)]) if np.isfinite(reached).any() else "–"
    gone = sum(o.kind == "diverged" for o in history.outcomes)
    loss = t("diverged: {gone} of {seeds}", gone=gone, seeds=len(history.runs)) if gone else middle(
        history.train_loss[:, -1], 3)  # fmt: skip
    score = history.test.score if history.test is not None else np.zeros(1)
    return [loss, middle(score, share=True), epochs, f"{int(starts.stuck(history).sum())} / {len(history.runs)}"]
