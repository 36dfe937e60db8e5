"""What batch sizes do besides their paths: loss by every clock, the noise ball, single samples, two minima."""

from functools import partial

import numpy as np
import streamlit as st

from optim_viz.figures import batch as charts
from optim_viz.optimizers import SGD
from optim_viz.samples import Ball, Escape, Measured, escapes, measured, stationary, updates_for
from optim_viz.samples.ball import nearest
from optim_viz.ui import cached
from optim_viz.ui.batch import UNITS, Setup, cost, two_minima
from optim_viz.ui.batchwalks import drawn, run
from optim_viz.ui.controls import choice
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import table
from optim_viz.ui.said import bullets
from optim_viz.ui.sampled import PREFIX
from optim_viz.ui.state import named
from optim_viz.words import Text

SEEDS = 20
SETTLED, LONGEST = 1000, 4000  # updates of a ball: at least, at most
SPEEDS = np.geomspace(1e-3, 10, 17)  # rates of the curves of theory
FEW = (3, 5, 8, 12, 20, 40)
ALL_SIZES = (1, 2, 5, 10, 20, 0)
_SEEN, _TOLD, _LEFT = cached.Bounded(32), cached.Bounded(256), cached.Bounded(32)


def _short(value: float) -> str:
    return f"{value:.3g}".replace("-", "−") if np.isfinite(value) else "∞"


def clocks(setup: Setup) -> dict[int, float]:
    """The same twenty runs of each batch size against updates, samples, epochs and time; -> seconds per update."""
    n, floor = len(setup.loss), setup.loss.minimum_value
    st.caption(t("The same {n} runs on four clocks: the median, and the middle half of them as a band.", n=SEEDS))
    runs, costs = {}, {size: cost(setup.loss, setup.rule, setup.batch(size)) for size in setup.sizes}
    for size in setup.sizes:
        updates = max(setup.length, updates_for(5, n, setup.batch(size)))
        walk = run(setup, size, updates, SEEDS)
        rows = np.unique(np.round(np.geomspace(1, updates, 90)).astype(int))
        values = _SEEN.make((walk, "values"), lambda walk=walk, rows=rows: walk.values(rows))
        seen = {"updates": rows + 0.0, "samples": walk.samples[rows] + 0.0, "epochs": walk.samples[rows] / n,
                "time": 1000 * costs[size] * rows}  # fmt: skip
        runs[size] = (seen, values - (floor or 0.0))
    with st.container(key="curves"):
        for k, (clock, unit) in enumerate(UNITS.items()):
            of = {size: (seen[clock], values) for size, (seen, values) in runs.items()}
            figure = partial(charts.clocked, of, setup.names, t(unit), log=floor is not None, legend=not k)
            drawn(f"clock.{clock}", figure, t("Loss of each batch size against {unit}.", unit=t(unit)))
    return costs


def costs(setup: Setup, spent: dict[int, float]) -> None:
    """What an update and an epoch cost, measured: what many samples at once save."""
    n, rows = len(setup.loss), []
    epochs = {size: seconds * -(-n // setup.batch(size)) for size, seconds in spent.items()}
    for size, seconds in spent.items():
        rows.append([setup.name(size), f"{1e6 * seconds:.1f} µs", f"{1e6 * seconds / setup.batch(size):.3g} µs",
                     str(-(-n // setup.batch(size))), f"{1e3 * epochs[size]:.3g} ms"])  # fmt: skip
    if len(spent) > 1:
        slow, fast = max(epochs, key=epochs.__getitem__), min(epochs, key=epochs.__getitem__)
        st.markdown(bullets(t("An epoch takes {factor} times as long with {slow} at a time as with {fast}: NumPy works "
                              "on a whole batch in one go.", factor=f"{epochs[slow] / epochs[fast]:.0f}",
                              slow=setup.name(slow), fast=setup.name(fast))))  # fmt: skip
    table([t("Batch"), t("an update"), t("per sample"), t("updates per epoch"), t("an epoch")], rows)
    st.caption(t("Measured once on this server, one core; the time axis is the number of updates times this cost."))


def _theory(setup: Setup, size: int, lr: float, middle: np.ndarray) -> Ball | None:
    key = (setup.loss, lr, setup.batch(size), setup.order, tuple(middle))
    found = _TOLD.make(key, lambda: [stationary(setup.loss, lr, setup.batch(size), setup.order, middle)])
    return found[0]


def center(setup: Setup) -> np.ndarray:
    """The minimum nearest to the start, (2,)."""
    return nearest(setup.loss, np.array(setup.start)[None, :, None])


def ball(setup: Setup) -> dict[int, tuple[Measured, Ball | None]] | None:
    """Where the last updates of many runs lie about the minimum, and what theory says; None without a minimum."""
    loss, seen = setup.loss, {}
    if not len(loss.minima):
        st.info(t("This loss has no minimum to stay close to. Choose other data or another model."))
        return None
    middle = center(setup)
    plain = isinstance(setup.rule, SGD) and not np.any(setup.rule.weight_decay)
    for size in setup.sizes:
        if size:
            per = updates_for(1, len(loss), size)
            updates = min(max(SETTLED // per, 1) * 2 * per, max(LONGEST // per, 2) * per)
            walk = run(setup, size, updates, SEEDS, middle)
            found = _SEEN.make((walk, "ball"), lambda walk=walk: measured(walk))
            seen[size] = found, _theory(setup, size, setup.rule.lr, middle) if plain else None  # type: ignore[attr-defined]
    if not seen:
        st.info(t("All samples at once leave nothing to chance: the full batch has no ball. Add a smaller batch size."))
        return None
    st.caption(t("The last updates of {n} runs that began at the minimum; an ellipse reaches two deviations. Over the "
                 "learning rate, lines are theory and marks are measured.", n=SEEDS))  # fmt: skip
    with st.container(key="curves"):
        drawn("ball", partial(charts.ball, loss, middle, {k: m for k, (m, _) in seen.items()},
                              {k: b for k, (_, b) in seen.items()}, setup.names),
              t("Points about the minimum, by batch size, with ellipses."))  # fmt: skip
        if plain:
            told = {k: [b and b.radius for b in (_theory(setup, k, lr, middle) for lr in SPEEDS)] for k in seen}
            radii = {k: (m.radius, m.radius_error) for k, (m, _) in seen.items()}
            rate = float(setup.rule.lr)  # type: ignore[attr-defined]
            drawn("radii", partial(charts.sizes, SPEEDS, told, radii, rate, setup.names),
                  t("Radius of the ball over the learning rate, by batch size."))  # fmt: skip
    return seen


def radii(setup: Setup, seen: dict[int, tuple[Measured, Ball | None]] | None) -> None:
    """The balls in numbers, and which theory they are held to."""
    if seen is None:
        return
    rows = []
    for size, (found, told) in seen.items():
        rows.append([setup.name(size), f"{_short(found.radius)} ± {_short(found.radius_error)}",
                     "–" if told is None else _short(told.radius), _short(found.excess),
                     "–" if told is None else _short(told.excess)])  # fmt: skip
    said = [t("Every batch asks for another minimum, so the runs never stop: learning rate and batch size decide how "
              "far they stray.")]  # fmt: skip
    for size, (_, told) in seen.items():
        half = told and _theory(setup, size, float(setup.rule.lr) / 2, center(setup))  # type: ignore[attr-defined]
        if told and half and told.radius > 1e-9:
            said.append(t("Theory for {name}: half the learning rate makes the ball {factor} times as wide.",
                          name=setup.name(size), factor=f"{half.radius / told.radius:.2f}"))  # fmt: skip
            break
    fine = {size: b.radius for size, (_, b) in seen.items() if b is not None}
    if len(fine) > 1:
        small, large = min(fine), max(fine)
        factor = f"{fine[small] / max(fine[large], 1e-300):.1f}"
        said.append(t("Theory: the ball of {small} is {factor} times as wide as that of {large}.",
                      small=setup.name(small), large=setup.name(large), factor=factor))  # fmt: skip
    for size, (found, told) in seen.items():
        if told is None and not found.radius < 1e3 * float(np.linalg.norm(setup.loss.scale)):
            said.append(t("{name}: this learning rate is too large for a ball; the runs diverge.",
                          name=setup.name(size)))  # fmt: skip
    st.markdown(bullets(*said))
    table([t("Batch"), t("radius, measured"), t("radius, theory"), t("E − E*, measured"), t("E − E*, theory")], rows)
    st.caption(t(_which(setup)))


def _which(setup: Setup) -> Text:
    if not isinstance(setup.rule, SGD) or np.any(setup.rule.weight_decay):
        return Text("Theory is drawn for plain SGD only. ± is the standard error over the runs.")
    told = {
        "replace": Text("Theory: fixed point of the second moments of SGD with independent batches."),
        "shuffle": Text("Theory: second moments of SGD over an epoch that deals out all samples, which makes the ball "
                        "smaller than independent batches would."),
        "fixed": Text("Theory: the cycle that SGD ends in when the order is always the same."),
    }[setup.order]  # fmt: skip
    exact = Text("It is exact for a straight line.") if setup.order != "shuffle" else Text(
        "For a straight line it leaves out only that the curvatures within an epoch depend on each other.")  # fmt: skip
    if setup.loss.model.key != "line":
        exact = Text("For this model it holds as far as the loss is quadratic within the ball.")
    return Text("{theory} {exact} ± is the standard error over the runs.", theory=told, exact=exact)


def terms(setup: Setup) -> tuple[np.ndarray, np.ndarray, int]:
    """Losses of a few single samples under their mean, over one parameter; -> places, E_i there, which parameter."""
    loss = setup.loss
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = dict(enumerate(loss.axes))
        along = int(named(st.segmented_control, t("Parameter"), f"{PREFIX}along", {"0": names[0], "1": names[1]}, "0",
                          required=True))  # fmt: skip
        few = choice(t("Samples drawn"), f"{PREFIX}few", FEW, 8)
    place = center(setup) if len(loss.minima) else np.array(setup.start)
    place = np.where(np.abs(place) < 1e-9 * loss.scale, 0.0, place)
    at = place[along] + 3 * loss.scale[along] * np.linspace(-1, 1, 241)
    p = np.repeat(place[:, None], len(at), axis=1)
    p[along] = at
    rows = np.sort(np.random.default_rng(setup.seed).choice(len(loss), min(few, len(loss)), replace=False))
    each = loss.terms(p)
    best = float(place[along]) if len(loss.minima) else None
    title = t("{axis}, with {other} = {value} as at the minimum", axis=names[along], other=names[1 - along],
              value=_short(place[1 - along]))  # fmt: skip
    drawn("terms", partial(charts.terms, at, each[:, rows], each.mean(axis=1), best, title),
          t("Losses of single samples over {axis}, and their mean.", axis=names[along]))  # fmt: skip
    return at, each, along


def pull(setup: Setup, seen: tuple[np.ndarray, np.ndarray, int]) -> None:
    """Where each sample would like the parameter to be."""
    at, each, along = seen
    lowest = at[each.argmin(axis=0)]
    inside = (lowest > at[0]) & (lowest < at[-1])
    name, n = setup.loss.axes[along], len(setup.loss)
    said = [t("The thick line is what the full batch goes down: the mean of all {n} samples. An update on one sample "
              "follows one thin line, towards its own lowest place.", n=n)]  # fmt: skip
    if inside.any():
        low, high = np.quantile(lowest[inside], (0.25, 0.75))
        said.append(t("Half of the samples that have their lowest place in this picture have it from {axis} = {low} to "
                      "{high}; their mean is lowest at {best}.", axis=name, low=_short(low), high=_short(high),
                      best=_short(float(at[each.mean(axis=1).argmin()]))))  # fmt: skip
    left, right = int((lowest <= at[0]).sum()), int((lowest >= at[-1]).sum())
    if left + right:
        said.append(t("Samples whose loss only falls to the left: {left}; only to the right: {right}.", left=left,
                      right=right))  # fmt: skip
    st.markdown(bullets(*said))


def escape(setup: Setup) -> dict[int, Escape] | None:
    """How many of twenty runs leave the poor minimum, by batch size; None where there are no two minima."""
    loss = setup.loss
    if len(loss.minima) < 2:
        st.info(t("This loss has fewer than two minima."))
        st.button(t("Take data with two minima"), key=f"{PREFIX}two", on_click=two_minima)
        return None
    sizes = [size for size in ALL_SIZES if size < len(loss)]
    key = (loss, setup.rule, setup.start, setup.length, setup.order, setup.seed)

    def build() -> list[Escape]:
        return escapes(loss, setup.rule, setup.start, [setup.batch(size) for size in sizes], setup.length,
                       range(setup.seed, setup.seed + SEEDS), setup.order)  # fmt: skip

    told = dict(zip(sizes, _LEFT.make(key, build), strict=True))
    names = {size: setup.name(size) for size in sizes}
    short = {size: str(size or f"N = {len(loss)}") for size in sizes}
    with st.container(key="curves"):
        drawn("ends", partial(charts.ends, loss, setup.start, told, names),
              t("Where the runs of each batch size stopped, on the contour of the loss."))  # fmt: skip
        drawn("escapes", partial(charts.escapes, told, short),
              t("Share of the runs that left the poor minimum, by batch size."))  # fmt: skip
    return told


def census(setup: Setup, told: dict[int, Escape] | None) -> None:
    """The counts, with what they allow to say."""
    if told is None:
        return
    loss, names = setup.loss, {size: setup.name(size) for size in told}
    good, poor = (float(loss.value(m)) for m in loss.minima[:2])
    said = [t("The good minimum has E = {good}, the poor one {poor}. All runs begin at the same place and make {n} "
              "updates; then each is counted where straight downhill leads it.", good=_short(good), poor=_short(poor),
              n=setup.length)]  # fmt: skip
    shares = {size: one.left / one.total for size, one in told.items()}
    most, least = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    if told[most].low > told[least].high:
        facts = {"a": told[most].left, "b": told[most].total, "c": told[least].left, "d": told[least].total}
        said.append(t("{most}: {a} of {b} runs left the poor minimum. {least}: {c} of {d}. The intervals do not "
                      "overlap.", most=names[most], least=names[least], **facts))  # fmt: skip
    else:
        said.append(t("The intervals overlap: these runs show no difference between the batch sizes. Try another "
                      "learning rate, or more updates."))  # fmt: skip
    st.markdown(bullets(*said))
    rows = [[names[size], f"{one.left} / {one.total}", f"{one.low:.0%} … {one.high:.0%}" if one.total > 1 else "–",
             str(int((one.where < 0).sum()))] for size, one in told.items()]  # fmt: skip
    table([t("Batch"), t("left the poor minimum"), t("95 % interval"), t("at neither minimum")], rows)
    st.caption(t("Intervals after Wilson (1927). All samples at once leave nothing to chance: that is one run."))
