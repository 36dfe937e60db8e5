"""Initialization lab: its settings, the histograms of outputs by layer and first weights, and their spread by layer."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from optim_viz.figures import init as charts
from optim_viz.figures.passing import passing
from optim_viz.labs import deep
from optim_viz.labs.deep import INIT_NAMES, INITS, NAMES, RANGES, Passage
from optim_viz.labs.deep.forward import UNITS
from optim_viz.nn import Normal
from optim_viz.ui import cached
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice, whole
from optim_viz.ui.i18n import language, t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.said import brief, bullets, middle, unbroken
from optim_viz.ui.state import named, quiet
from optim_viz.ui.strip import Frame, play
from optim_viz.words import Text

PREFIX = "ini."
VIEWS = {"hist": Text("Histograms"), "layers": Text("Spread by layer"), "train": Text("Training")}
KINDS = ("sigmoid", "tanh", "relu")
DEPTHS = (5, 10, 20, 50, 100)
OWN = (0.02, 0.03, 0.05, 0.07, 0.1, 0.12, 0.14, 0.16, 0.2, 0.3, 0.5)
SHOWN, FIRST = 5, ("one", "small")  # layers in a row, and the rows on show before a guess
MANY, FEW, SPREAD = 1000, 200, 100  # samples through the book's five layers, through more, and with each of SEEDS
ASKED, SEEDS = 20, (0, 1, 2)  # layers the questions are about
_PASSAGES, _FRAMES = cached.Bounded(160), cached.Bounded(32)


@dataclass(frozen=True)
class Setup:
    """What the controls of the first two views say."""

    kind: str = "sigmoid"
    depth: int = 5
    own: float = 0.05
    seed: int = 0

    @property
    def samples(self) -> int:
        return MANY if self.depth == DEPTHS[0] else FEW

    def names(self, answered: bool) -> dict[str, str]:
        """The first weights on show, by id."""
        known = INIT_NAMES if answered else {name: INIT_NAMES[name] for name in FIRST}
        return {**known, "own": f"σ = {self.own:g}"}


def view() -> str:
    """Which part of the page is shown; the others cost nothing."""
    return named(st.segmented_control, t("View"), f"{PREFIX}view", VIEWS, "hist", required=True,
                 label_visibility="collapsed")  # fmt: skip


def activation(key: str, default: str) -> str:
    return named(st.segmented_control, t("Activation function"), PREFIX + key, {k: NAMES[k] for k in KINDS}, default,
                 required=True)  # fmt: skip


def settings(part: str) -> Setup:
    """The controls of the first two views; the second has seeds of its own."""
    kind = activation("kind", Setup.kind)
    depth = choice(t("Layers"), f"{PREFIX}depth", DEPTHS, Setup.depth)
    own = choice(t("A standard deviation of your own"), f"{PREFIX}own", OWN, Setup.own,
                 t("With n = {units} inputs per unit, √(1/n) is {xavier} and √(2/n) is {he}.", units=UNITS,
                   xavier=brief(deep.gain(INITS["xavier"], UNITS) / UNITS**0.5),
                   he=brief(deep.gain(INITS["he"], UNITS) / UNITS**0.5, 3)))  # fmt: skip
    if part != "hist":
        return Setup(kind, depth, own)
    with st.expander(t("More"), key=f"{PREFIX}more", on_change="rerun") as box:
        drawn = bool(box.open) or not quiet(f"{PREFIX}seed", 0)
        seed = whole(t("Seed"), f"{PREFIX}seed", 0) if drawn else 0
    return Setup(kind, depth, own, seed)


def passage(kind: str, init: str, setup: Setup, seed: int, depth: int, samples: int) -> Passage:
    """A batch through fresh layers, computed once for all sessions."""
    own = setup.own if init == "own" else None
    made = Normal(own) if own else INITS[init]
    return _PASSAGES.make((kind, init, own, seed, depth, samples), lambda: deep.passage(
        kind, made, depth, samples=samples, seed=seed))  # fmt: skip


def _row(setup: Setup, init: str) -> Passage:
    return passage(setup.kind, init, setup, setup.seed, setup.depth, setup.samples)


def histograms(setup: Setup) -> bool:
    """Rows of histograms: at first of two first weights and one's own; then, after a guess, of all."""
    place = st.container()
    options = {"both": Text("both"), "xavier": "Xavier", "he": "He", "neither": Text("neither")}
    asked = t("Next come Xavier and He. With which of them do the outputs of {name} keep their standard deviation "
              "within a factor of 2 from layer 1 to layer {depth}?", name=t(NAMES[setup.kind]),
              depth=ASKED)  # fmt: skip
    seen = predict(f"{PREFIX}keeps", asked, options, partial(_keeps, setup.kind), setup.kind)
    with place:
        play(_FRAMES.make((setup, seen, language()), lambda: _frames(setup, seen)), key=f"{PREFIX}hist", pace=1.4)
    return seen


def _frames(setup: Setup, answered: bool) -> list[Frame]:
    """A layer more in each; at the end all are there."""
    names = setup.names(answered)
    rows = {name: _row(setup, name) for name in names}
    shares = {name: row.shares for name, row in rows.items()}
    shown = np.linspace(0, setup.depth - 1, SHOWN).round().astype(int).tolist()
    heads = [t("layer {n}", n=layer + 1) for layer in shown]
    frames = []
    for k, layer in enumerate(shown):
        told = ", ".join(unbroken(f"{label} → {brief(float(rows[name].std[layer]))}") for name, label in names.items())
        sheet = passing(shares, names, shown, RANGES[setup.kind], heads, k, arriving=layer < setup.depth - 1)
        frames.append(Frame(str(sheet), t("Standard deviation of the outputs of layer {depth}: {told}.",
                                          depth=layer + 1, told=told)))  # fmt: skip
    return frames


def _keeps(kind: str) -> tuple[str, str]:
    stds = {name: passage(kind, name, Setup(), 0, ASKED, FEW).std for name in ("xavier", "he")}
    told = "; ".join(f"{INIT_NAMES[name]}: {brief(std[0])} → {brief(std[-1])}" for name, std in stds.items())
    return deep.keepers(stds), t("Measured: {told}.", told=told)


def histogram_words(setup: Setup, answered: bool) -> None:
    """The numbers of the last layer, and what they say."""
    names = setup.names(answered)
    rows = {name: _row(setup, name) for name in names}
    head = [t("First weights"), t("std, layer 1"), t("std, layer {depth}", depth=setup.depth),
            t("of it between samples"), t("flat")]  # fmt: skip
    table(head, [[unbroken(names[name]), brief(p.std[0], 3), brief(p.std[-1], 3), brief(p.apart[-1], 3),
                  f"{p.flat[-1]:.0%}"] for name, p in rows.items()])  # fmt: skip
    low, high = (brief(end) for end in RANGES[setup.kind])
    st.caption(t("{samples} samples from N(0, 1) through layers of {units} units without biases; every histogram from "
                 "{low} to {high}, its outer bars with all beyond, its bars cut at {cut} of the outputs. Between "
                 "samples: the standard deviation of a unit's output over the samples. Flat: outputs where less than a "
                 "tenth of the largest slope is left.", samples=setup.samples, units=UNITS, low=low,
                 high=high, cut=f"{charts.CUT:.0%}"))  # fmt: skip
    st.markdown(bullets(*_told(setup, rows, names)))


def _told(setup: Setup, rows: dict[str, Passage], names: dict[str, str]) -> list[str]:
    one, small = rows["one"], rows["small"]
    said = [t("σ = 0.01, layer {depth}: the outputs have mean {mean} and standard deviation {std}: almost all alike.",
              depth=setup.depth, mean=brief(small.mean[-1]), std=brief(small.std[-1]))]  # fmt: skip
    if setup.kind == "relu":
        said.append(t("σ = 1, layer {depth}: the outputs grew to a standard deviation of {std}.", depth=setup.depth,
                      std=brief(one.std[-1])))  # fmt: skip
    else:
        said.append(t("σ = 1, layer {depth}: {flat} of the outputs sit at the ends, where hardly any slope is left.",
                      depth=setup.depth, flat=f"{one.flat[-1]:.0%}"))  # fmt: skip
    room = 0.05 * (RANGES[setup.kind][1] - RANGES[setup.kind][0])
    blind = [names[name] for name, p in rows.items() if p.std[-1] > room and p.apart[-1] < p.std[-1] / 10]
    if blind:
        said.append(t("What the histogram hides, with {names}: the outputs are spread because units differ, while each "
                      "unit says almost the same for every sample. The layer has lost which sample it was.",
                      names=", ".join(blind)))  # fmt: skip
    return said


def _several(setup: Setup, what: str, names: dict[str, str], depth: int) -> dict[str, np.ndarray]:
    return {name: np.stack([getattr(passage(setup.kind, name, setup, seed, depth, SPREAD), what) for seed in SEEDS])
            for name in names}  # fmt: skip


def layers(setup: Setup) -> bool:
    """The spread of all outputs by layer; then, after a guess, how much of it is between samples."""
    names = setup.names(True)
    _spread(setup, names, "std")
    options = {"all": Text("nearly all (above 90%)"), "part": Text("a part"), "none": Text("hardly any (below 10%)")}
    asked = t("{name} with Xavier, layer {depth}: how much of this standard deviation is between samples, and not only "
              "between units?", depth=ASKED, name=t(NAMES[setup.kind]))  # fmt: skip
    seen = predict(f"{PREFIX}between", asked, options, partial(_between, setup.kind), setup.kind)
    if seen:
        _spread(setup, names, "apart")
    return seen


def _spread(setup: Setup, names: dict[str, str], what: str) -> None:
    found = _several(setup, what, names, setup.depth)
    told = ", ".join(f"{label} {brief(float(np.median(found[name][:, -1])))}" for name, label in names.items())
    alt = {"std": t("Standard deviation of the outputs of layer {depth}: {told}.", depth=setup.depth, told=told),
           "apart": t("Of it between samples: {told}.", told=told)}[what]  # fmt: skip
    chart(f"{PREFIX}{what}", partial(charts.spreads, found, names, what), alt, charts.TEXTS, setup)


def _between(kind: str) -> tuple[str, str]:
    found = {what: _several(Setup(kind), what, {"xavier": ""}, ASKED)["xavier"][:, -1] for what in ("std", "apart")}
    share = found["apart"] / found["std"]
    mid = float(np.median(share))
    right = "all" if mid > 0.9 else "none" if mid < 0.1 else "part"
    return right, t("Measured with {seeds} seeds: {apart} of {std}.", seeds=len(SEEDS), apart=middle(found["apart"]),
                    std=middle(found["std"]))  # fmt: skip


def layer_words(setup: Setup, answered: bool) -> None:
    """By what a layer multiplies the spread, and which first weights come closest to keeping it."""
    names = setup.names(True)
    parts = {"std": t("std × per layer"), **({"apart": t("between samples × per layer")} if answered else {})}
    found = {what: {name: _factor(y) for name, y in _several(setup, what, names, setup.depth).items()}
             for what in parts}  # fmt: skip
    table([t("First weights"), "σ√n", *parts.values()],
          [[unbroken(label), brief(_gain(setup, name), 3), *(middle(found[what][name], 3) for what in parts)]
           for name, label in names.items()])  # fmt: skip
    st.caption(t("Geometric mean over layers 1 to {depth}; {samples} samples, median of {seeds} seeds (lowest … "
                 "highest).", depth=setup.depth, samples=SPREAD, seeds=len(SEEDS)))  # fmt: skip
    labels = {"std": t("standard deviation"), "apart": t("difference between samples")}
    said = [_closest(found[what], names, labels[what]) for what in parts]
    st.markdown(bullets(*said))


def _factor(y: np.ndarray) -> np.ndarray:
    return (y[:, -1] / y[:, 0]) ** (1 / (y.shape[1] - 1))


def _gain(setup: Setup, name: str) -> float:
    return deep.gain(Normal(setup.own) if name == "own" else INITS[name], UNITS)


def _closest(factors: dict[str, np.ndarray], names: dict[str, str], what: str) -> str:
    """Which first weights keep it best, and with how many of the seeds they do."""
    away = {name: np.abs(np.log(np.maximum(f, 1e-9))) for name, f in factors.items()}
    best = min(away, key=lambda name: float(np.median(away[name])))
    wins = int((np.stack([away[name] for name in away]).argmin(axis=0) == list(away).index(best)).sum())
    return t("{what}: closest to × 1 per layer is {name}, × {factor} (with {wins} of {seeds} seeds).", what=what,
             name=names[best], factor=brief(float(np.median(factors[best])), 3), wins=wins,
             seeds=len(SEEDS))  # fmt: skip
