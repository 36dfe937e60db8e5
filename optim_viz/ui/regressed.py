"""Regression with different optimizers: the film of the fits, every rate, and what several seeds say of them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from optim_viz import player
from optim_viz.figures import regression as figures
from optim_viz.figures.style import Style, styles
from optim_viz.labs import regression
from optim_viz.labs.regression import GRID, RATES, Fits, Setup, Sweep, duels
from optim_viz.labs.targets import DOMAIN, TARGETS
from optim_viz.ui import cached
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import number
from optim_viz.ui.i18n import language, t
from optim_viz.ui.lab import digits, predict, table
from optim_viz.ui.player import film
from optim_viz.ui.regression import CURVES, OWN, PREFIX
from optim_viz.ui.said import bullets
from optim_viz.words import Text

TRUE = Style("#6b7280", "#a3aab8", (3, 4), "x")
COMMON = 0.01  # the rate at which all are compared besides their own best one
CLOSE, FAR = 1.5, 3.0
_FILMS = cached.Bounded(24)


def stage(result: Fits | Sweep, setup: Setup | None) -> bool:
    """The picture of a result; whether the words may tell all of it."""
    if setup is not None and setup != result.setup:
        button = t("Train") if isinstance(result, Fits) else t("Try every rate")
        st.caption(t("Still the last result: {what}. Press {button} for the new settings.", what=_what(result.setup),
                     button=button))  # fmt: skip
    if isinstance(result, Fits):
        shown = _FILMS.make((result.setup, language()), lambda: _film(result))
        words = {"step": t("epoch {n} of {N}", n="{n}", N="{N}"), "step_axis": t("epoch"),
                 "point": t("{name}, epoch {n}", name="{name}", n="{n}")}  # fmt: skip
        film(shown, key=f"{PREFIX}film", height=370, looks=_looks(result.setup), words=words)
        return True
    return _rates(result)


def _what(setup: Setup) -> str:
    """A setup in one line of numbers and names."""
    rules = ", ".join(f"{rule.label()} {number(getattr(rule, 'lr', 1))}" for rule in setup.rules)
    curve = t(CURVES[OWN]) if setup.points else f"{t(CURVES[setup.target])} ± {number(setup.noise)}"
    return f"{curve} · 1-{setup.hidden}-1 · {rules} · {t('epochs')} {setup.epochs}"


def _looks(setup: Setup) -> list[Style]:
    return [*styles([rule.label() for rule in setup.rules]), *[TRUE] * (not setup.points)]


def _film(result: Fits) -> player.Film:
    setup = result.setup
    epochs, y, loss = result.frames()
    names, truth = [rule.label() for rule in setup.rules], setup.truth()
    if truth is not None:
        names.append(t("true curve"))
        y = np.concatenate([y, np.broadcast_to(truth, (len(y), 1, len(GRID)))], axis=1)
        loss = np.concatenate([loss, np.full((len(loss), 1), np.nan)], axis=1)
    points = np.stack(setup.data(), axis=1)
    low, high = (float(edge(points[:, 1])) for edge in (np.min, np.max))
    room = 0.12 * (high - low or 1.0)
    return player.Film(GRID, y, names, points=points, loss=loss, steps=epochs, x_range=DOMAIN,
                       y_range=(low - room, high + room))  # fmt: skip


def _rates(result: Sweep) -> bool:
    """One curve, a question, and then all of them."""
    setup = result.setup
    first = setup.rules[0].label()
    told = len(setup.rules) < 2 or predict(
        f"{PREFIX}ask.rates",
        t("This is {first}. Give each optimizer the best of these rates: how many times the loss of the best one does "
          "the worst one have then?", first=first),
        {"close": Text("less than 1.5 times"), "middle": Text("1.5 to 3 times"), "far": Text("more than 3 times")},
        lambda: _spread(result), about=setup,
    )  # fmt: skip
    alt = "; ".join(_best(result)) if told else t("Training loss at the end of {first} at every rate.", first=first)
    chart(f"{PREFIX}rates.chart", partial(figures.rates, result, RATES, None if told else 1), alt,
          texts=figures.TEXTS, setting=(setup, told))  # fmt: skip
    return told


def _best(result: Sweep) -> list[str]:
    middle, best = result.medians(), result.best()
    return [t("{name}: {loss} at lr {rate}", name=rule.label(), loss=digits(middle[k, best[k]]),
              rate=number(RATES[best[k]])) for k, rule in enumerate(result.setup.rules)]  # fmt: skip


def _ratio(losses: np.ndarray) -> float:
    """The highest over the lowest; infinite where one is, or where the lowest is 0."""
    low, high = float(losses.min()), float(losses.max())
    return high / low if low > 0 and np.isfinite(high) else np.inf


def _spread(result: Sweep) -> tuple[str, str]:
    middle = result.medians()
    own, same = _ratio(middle.min(axis=1)), _ratio(middle[:, RATES.index(COMMON)])
    right = "close" if own < CLOSE else "middle" if own <= FAR else "far"
    return right, t("At their best rates: {best}. The worst has {own} times the loss of the best; with lr = {rate} for "
                    "all it is {same} times.", best="; ".join(_best(result)), own=_times(own), rate=number(COMMON),
                    same=_times(same))  # fmt: skip


def _times(ratio: float) -> str:
    return f"{ratio:.2f}" if np.isfinite(ratio) else "∞"


def words(result: Fits | Sweep, told: bool) -> None:
    """What the numbers say, once the question is answered."""
    if isinstance(result, Sweep):
        if told:
            st.markdown(t("The line is the median over {n} seeds, the bars reach from the lowest to the highest loss, "
                          "the star is the best rate.", n=result.loss.shape[2]))  # fmt: skip
        return
    setup = result.setup
    several = len(setup.rules) > 1
    options: dict[str, str] = {rule.name: rule.label() for rule in setup.rules}
    options["none"] = Text("no clear winner")
    asked = t("The film shows one seed. {n} more trainings of each start from other weights: which optimizer ends with "
              "the lowest loss, clearly?", n=result.ends().shape[1] - 1)  # fmt: skip
    if several and not predict(f"{PREFIX}ask.fit", asked, options, lambda: _winner(result), about=setup):
        return
    _table(result)
    st.markdown(bullets(*_sentences(result)))


def _winner(result: Fits) -> tuple[str, str]:
    found, rules = duels(result.ends()), result.setup.rules
    best, close = rules[found[0].best], min(found, key=lambda duel: duel.wins)
    facts: dict[str, Any] = {"best": best.label(), "other": rules[close.other].label(), "wins": close.wins,
                             "total": close.total}  # fmt: skip
    if all(duel.sure for duel in found):
        return best.name, t("{best} ends lower than each other one in at least {wins} of {total} seeds.", **facts)
    return "none", t("{best} has the lowest median, but it ends lower than {other} in only {wins} of {total} seeds: "
                     "chance does that, too.", **facts)  # fmt: skip


def _table(result: Fits) -> None:
    ends, misses = result.ends(), result.misses()
    head = [t("Optimizer"), "lr", t("median loss"), t("lowest to highest")]
    head += [t("distance from the true curve")] * (misses is not None)
    lines = []
    for k, rule in enumerate(result.setup.rules):
        cells = [rule.label(), number(getattr(rule, "lr", 1)), digits(float(np.median(ends[k]))),
                 f"{digits(ends[k].min())} – {digits(ends[k].max())}"]  # fmt: skip
        lines.append(cells + ([digits(float(np.median(misses[k])))] if misses is not None else []))
    table(head, lines)


def _sentences(result: Fits) -> list[str]:
    """What may be said of the table, and no more."""
    setup, ends = result.setup, result.ends()
    names, said = [rule.label() for rule in setup.rules], []
    for duel in duels(ends) if len(names) > 1 else []:
        told = t("more than chance") if duel.sure else t("not more than chance")
        said.append(t("{best} ends lower than {other} in {wins} of {total} seeds: {told}.", best=names[duel.best],
                      other=names[duel.other], wins=duel.wins, total=duel.total, told=told))  # fmt: skip
    lost = [t("{name}: {n} of {total} runs diverged.", name=names[k], n=n, total=ends.shape[1])
            for k in range(len(names)) if (n := int(np.isinf(ends[k]).sum()))]  # fmt: skip
    return said + lost + _about_truth(result, names)


def _about_truth(result: Fits, names: list[str]) -> list[str]:
    setup, misses = result.setup, result.misses()
    if misses is None:
        return []
    x, y = setup.data()
    floor = float(((TARGETS[setup.target].value(x) - y) ** 2).mean())
    middle = np.median(result.ends(), axis=1)
    under = [name for name, loss in zip(names, middle, strict=True) if loss < floor]
    said = t("The true curve itself has a loss of {floor} on these points.", floor=digits(floor))
    if under:
        said += " " + t("Below it, a fit has begun to learn the noise: {names}.", names=", ".join(under))
    else:
        said += " " + t("No median is below it: none has fitted the noise more than the curve.")
    near, low = int(np.median(misses, axis=1).argmin()), int(middle.argmin())
    if len(names) < 2:
        return [said]
    if near == low:
        return [said, t("The one with the lowest median loss is also the closest to the true curve: {name}.",
                        name=names[near])]  # fmt: skip
    return [said, t("{low} has the lowest median loss, but {near} is closest to the true curve.", low=names[low],
                    near=names[near])]  # fmt: skip


def code(setup: Setup) -> Callable[[], str]:
    """Notebook code that trains the same networks."""

    def write() -> str:
        rules = "".join(f"    ov.{rule!r},\n" for rule in setup.rules)
        x, y = ("x, y = np.array([\n    " + ", ".join(f"({a:g}, {b:g})" for a, b in setup.points) + "]).T\n", "") \
            if setup.points else ("", f"rng = np.random.default_rng({setup.seed})\n"
                                      f"x = rng.uniform({DOMAIN[0]:g}, {DOMAIN[1]:g}, {regression.COUNT})\n"
                                      f"y = {TARGETS[setup.target].code} + {setup.noise:g} * "
                                      f"rng.standard_normal({regression.COUNT})\n")  # fmt: skip
        seeds = f"range({setup.seed}, {setup.seed + regression.SEEDS})"
        batch = min(regression.BATCH, len(setup.data()[0]))
        return (
            f"import numpy as np\nimport optim_viz as ov\n\n{x}{y}"
            f'net = ov.nn.Network([1, {setup.hidden}, 1], activation="tanh", init="glorot", loss="mse")\n'
            f"rules = [\n{rules}]\n"
            f"*_, history = ov.nn.train(net, (x[:, None], y), rules, epochs={setup.epochs}, batch_size={batch}, "
            f"seed={seeds})\n"
            "loss = history.train_loss[:, -1].reshape(len(rules), -1)\n"
            "for rule, ends in zip(rules, loss):\n"
            "    print(rule, np.median(ends), ends.min(), ends.max())\n"
        )

    return write
