"""Entropy of a bag of balls, and the surprise of a model about what is drawn from it."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from optim_viz.figures import losses as figures
from optim_viz.figures.classes import CLASSES
from optim_viz.labs.losses import cross_entropy, entropy, kl, running
from optim_viz.labs.losses.bits import UNITS
from optim_viz.ui import shares
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice, whole
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import digits, predict, table
from optim_viz.ui.losses import PREFIX
from optim_viz.ui.said import bullets
from optim_viz.ui.state import named, put
from optim_viz.words import Text

COLORS = {"blue": Text("blue"), "orange": Text("orange"), "green": Text("green"), "pink": Text("pink")}
KEYS, STARTS = (f"{PREFIX}q", f"{PREFIX}p"), ("0.5 0.25 0.15 0.1", "0.1 0.2 0.3 0.4")
KINDS = (Text("q, the bag"), Text("p, the model"))
NAMES = {"bits": Text("bits (log₂)"), "nats": Text("nats (ln)")}
DRAWS, SERIES = (100, 300, 1000, 3000, 10000), 5
ENDS = {"hq": Text("at H(q), the entropy"), "hqp": Text("at H(q, p), the cross-entropy"), "kl": Text("at KL(q‖p)"),
        "hp": Text("at H(p)")}  # fmt: skip


@dataclass(frozen=True)
class Setup:
    """The unit, how many balls are drawn from which seed on, and the place of the boxes with shares as text."""

    unit: str
    draws: int
    seed: int
    place: Any


@dataclass(frozen=True, eq=False)
class Seen:
    """The bag q (k,), the model p (k,), and whether the question was answered."""

    q: np.ndarray
    p: np.ndarray
    told: bool


def controls() -> Setup:
    """Examples to begin with, the unit, the draws."""
    st.caption(t("Drag the tops of the bars: full is the bag, striped what a model believes."))
    with st.container(horizontal=True):
        for name, text in (("one", t("one color only")), ("even", t("all equal")), ("match", t("p = q"))):
            st.button(text, key=f"{PREFIX}{name}", on_click=_example, args=(name,))
    unit = named(st.segmented_control, t("Unit"), f"{PREFIX}unit", NAMES, "bits", required=True)
    draws = choice(t("Balls drawn"), f"{PREFIX}draws", DRAWS, 1000)
    seed = whole(t("Seed"), f"{PREFIX}bits.seed", 0)
    return Setup(unit, draws, seed, st.container())


def _example(name: str) -> None:
    """A bag of one color, a bag of all alike, or the model that knows the bag."""
    now = st.session_state.get(KEYS[0], STARTS[0])
    put({"one": {KEYS[0]: "1 0 0 0"}, "even": {KEYS[0]: "1 1 1 1"}, "match": {KEYS[1]: now}}[name])


def stage(setup: Setup) -> Seen:
    """The bars; after the question, the mean surprise as balls are drawn."""
    q, p = shares.two(KEYS, STARTS, (t(KINDS[0]), t(KINDS[1])), CLASSES[: len(COLORS)], list(map(t, COLORS.values())),
                      setup.place)  # fmt: skip
    asked = t("Balls are drawn from the bag and put back; each costs the model its surprise −log p. Where does the "
              "mean cost end?")  # fmt: skip
    told = predict(f"{PREFIX}bits.guess", asked, ENDS, partial(_truth, setup, q, p))
    if told:
        _drawn(setup, q, p)
    return Seen(q, p, told)


def _truth(setup: Setup, q: np.ndarray, p: np.ndarray) -> tuple[str, str]:
    cost = cross_entropy(q, p, setup.unit)
    if not np.isfinite(cost):
        return "hqp", t("The model gives a color of the bag no chance at all: the first such ball costs ∞, and so does "
                        "H(q, p).")  # fmt: skip
    end = float(np.mean([running(q, p, setup.draws, seed, setup.unit)[-1] for seed in _seeds(setup)]))
    return "hqp", t("After {n} balls the mean of {series} series is {end}; H(q, p) = {cost}, H(q) = {least}.",
                    n=setup.draws, series=SERIES, end=_three(end), cost=_three(cost),
                    least=_three(entropy(q, setup.unit)))  # fmt: skip


def _seeds(setup: Setup) -> range:
    return range(setup.seed, setup.seed + SERIES)


def _drawn(setup: Setup, q: np.ndarray, p: np.ndarray) -> None:
    series = np.stack([running(q, p, setup.draws, seed, setup.unit) for seed in _seeds(setup)])
    levels = {"H(q)": entropy(q, setup.unit), "H(q, p)": cross_entropy(q, p, setup.unit)}
    chart(f"{PREFIX}surprise", partial(figures.surprise, series, levels, setup.unit),
          t("Mean surprise of the model as balls are drawn"), figures.TEXTS)  # fmt: skip


def _three(value: float) -> str:
    return f"{value:.3f}" if np.isfinite(value) else "∞"


def words(setup: Setup, seen: Seen) -> None:
    """The sums written out color by color, and what they mean."""
    unit, log = setup.unit, np.log(2) if setup.unit == "bits" else 1.0
    head = [t("Color"), "q", "p", "−log q", "−log p", "q · (−log q)", "q · (−log p)"]
    rows = []
    for name, q, p in zip(COLORS.values(), seen.q, seen.p, strict=True):
        own, told = (_surprise(share, log) for share in (q, p))
        parts = [_three(q * s) if q else _three(0.0) for s in (own, told)]
        rows.append([t(name), digits(q), digits(p), _three(own), _three(told), *parts])
    h, cost = entropy(seen.q, unit), cross_entropy(seen.q, seen.p, unit)
    rows.append([f"**{t('sum')}**", "1", "1", "", "", f"**H(q) = {_three(h)}**", f"**H(q, p) = {_three(cost)}**"])
    table(head, rows)
    st.markdown(bullets(*_said(seen, unit, h, cost)))


def _surprise(share: float, log: float) -> float:
    return float("inf") if share == 0 else float(-np.log(share) / log) + 0.0


def _said(seen: Seen, unit: str, h: float, cost: float) -> list[str]:
    most = np.log(len(seen.q)) / UNITS[unit]
    one, other = kl(seen.q, seen.p, unit), kl(seen.p, seen.q, unit)
    if h < 1e-9:
        first = t("One color only: the entropy is 0, as nothing is uncertain.")
    elif h > most - 1e-6:
        first = t("All colors alike: the entropy is as large as it gets with {k} colors, {most} {unit}.", k=len(seen.q),
                  most=_three(most), unit=unit)  # fmt: skip
    else:
        first = t("Entropy H(q) = {h} {unit}, between 0 (one color only) and {most} (all alike).", h=_three(h),
                  unit=unit, most=_three(most))  # fmt: skip
    second = t("KL(q‖p) = H(q, p) − H(q) = {kl}: what the model costs beyond the entropy; 0 only where p = q.",
               kl=_three(one))  # fmt: skip
    third = t(
        "The other way round KL(p‖q) = {other}: it is no distance, the two directions differ.", other=_three(other)
    )
    if abs(one - other) < 1e-3 or (one, other) == (float("inf"),) * 2:
        third = t("The other way round KL(p‖q) = {other}: here as large, which is not so in general.",
                  other=_three(other))  # fmt: skip
    return [first, second, third]


def code(setup: Setup, seen: Seen) -> str:
    """The sums and the draws in a notebook."""
    q, p = ([round(float(v), 4) for v in one] for one in (seen.q, seen.p))
    return f"""import numpy as np
from optim_viz.figures import losses as figures
from optim_viz.labs.losses import cross_entropy, entropy, kl, running, shares

q, p, unit = shares({q}), shares({p}), {setup.unit!r}
print(entropy(q, unit), cross_entropy(q, p, unit), kl(q, p, unit), kl(p, q, unit))
series = np.stack([running(q, p, {setup.draws}, seed, unit) for seed in range({setup.seed}, {setup.seed + SERIES})])
levels = {{"H(q)": entropy(q, unit), "H(q, p)": cross_entropy(q, p, unit)}}
figures.surprise(series, levels, unit).show()
"""
