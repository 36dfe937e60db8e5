"""What a benchmark says in words: the verdict, the table of a problem, how it was made, and its code."""

from typing import Any

import streamlit as st

from optim_viz.experiments import benchmark, standings
from optim_viz.experiments.benchmark import FRACTIONS
from optim_viz.experiments.standings import MEASURES, Standing
from optim_viz.experiments.statistics import ALPHA, smallest
from optim_viz.figures.always import short
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.ui import sweeping
from optim_viz.ui.always import Shown, all_standings, standing
from optim_viz.ui.i18n import t
from optim_viz.ui.said import bullets, table


def words(shown: Shown, view: str) -> None:
    """What the picture says, in numbers."""
    if view == "all":
        st.caption(t("★ the best median · ≈ not distinguishable from it · blank: worse beyond chance. The deeper the "
                     "color, the more times the best."))  # fmt: skip
    if view in ("all", "profiles"):
        _verdict(shown)
    else:
        _table(shown)
    _protocol(shown)


def _verdict(shown: Shown) -> None:
    adam = standings.always(all_standings(shown))
    if adam is None:
        return
    p = shown.report.protocol
    said = [t("{name} is the best, or not distinguishable from it, on {k} of {n} problems.",
              name=adam.name, k=adam.count, n=adam.problems)]  # fmt: skip
    if adam.beaten:
        where = "; ".join(f"{t(p.entry(problem).name)} ({best})" for problem, best in adam.beaten)
        said.append(t("It is beaten, beyond chance, on: {where}.", where=where))
    if adam.count < adam.most:
        leaders = ", ".join(adam.leaders)
        said.append(t("Most often among the best: {leaders}, on {most} of {n}.", leaders=leaders, most=adam.most,
                      n=adam.problems))  # fmt: skip
    said.append(t("Always Adam? It depends on the data.") if adam.beaten else t("Nothing here speaks against Adam."))
    pairs = len(p.optimizers) * (len(p.optimizers) - 1) // 2
    if smallest(len(p.seeds)) * pairs >= ALPHA:
        said.append(t("With {seeds} seeds and {pairs} pairs no difference, however clear, could pass the test: take "
                      "more seeds or fewer optimizers.", seeds=len(p.seeds), pairs=pairs))  # fmt: skip
    st.markdown(bullets(*said))


def _table(shown: Shown) -> None:
    """The chosen problem: settings, spreads, and the test against the best."""
    one, report, e = standing(shown), shown.report, shown.entry
    if not one.spreads:
        return
    head = [t("Optimizer"), t(MEASURES[shown.measure]), t("failed runs"), t("against the best"), t("settings")]
    rows = []
    order = sorted(range(len(one.names)), key=lambda k: one.spreads[k].median)
    for k in order:
        rule = report.chosen[e][k] if shown.setting == "tuned" else OPTIMIZERS[one.names[k]]()
        spread = one.spreads[k]
        numbers = (spread.median, spread.low, spread.high)
        middle, low, high = (short(v, shown.measure) for v in numbers)
        failed = f"{report.failed[e, k, shown.way].mean():.0%}"
        rows.append([one.names[k], f"{middle} [{low} … {high}]", failed, _against(one, k), _rule(rule, one.names[k])])
    st.markdown(table(head, rows, left=(0, 3, 4)))


def _rule(rule: Any, name: str) -> str:
    return ", ".join(f"{field} {getattr(rule, field):g}" for field in benchmark.RANGES[name])


def _against(one: Standing, k: int) -> str:
    name = one.names[k]
    if name == one.best or one.best is None:
        return t("the best") if one.best else "–"
    pair = one.p(name, one.best)
    assert pair is not None
    if name in one.alike:
        return t("not distinguishable (p = {p})", p=f"{pair.p:.2g}")
    return t("worse (p = {p}, effect {effect})", p=f"{pair.p:.1g}", effect=f"{-abs(pair.effect):.2f}".replace("-", "−"))


def _protocol(shown: Shown) -> None:
    """How the comparison was made: it decides what may be concluded."""
    p = shown.report.protocol
    whose = f"{t('Your run.')} {sweeping.where()}" if shown.own else t("Run beforehand, and shipped with the app.")
    st.caption(" ".join((
        whose,
        t("{trials} random trials per optimizer in published ranges, chosen by the median loss of {tuning} seeds; "
          "reported on {seeds} other seeds. Failed runs count as infinitely bad. Pairs: Wilcoxon's signed-rank test, "
          "corrected by Holm; “not distinguishable” is p ≥ 0.05.", trials=p.trials, tuning=len(p.tuning),
          seeds=len(p.seeds)),
        t("Target: the loss falls to {share} of the first one.", share=_targets(shown)),
    )))  # fmt: skip


def _targets(shown: Shown) -> str:
    fractions = sorted({shown.report.protocol.entry(name).fraction for name in shown.report.protocol.entries})
    assert set(fractions) <= set(FRACTIONS)
    return ", ".join(f"{fraction:.0%}" for fraction in fractions)


def snippet(shown: Shown) -> str:
    """Python that runs this comparison again."""
    p = shown.report.protocol
    return (
        "from optim_viz.experiments.benchmark import Protocol, compute\n"
        "from optim_viz.experiments.standings import always, standings\n\n"
        f"protocol = Protocol(\n    entries={p.entries!r},\n    optimizers={p.optimizers!r},\n"
        f"    trials={p.trials}, tuning={p.tuning!r}, seeds={p.seeds!r},\n)\n"
        "*_, report = compute(protocol)\n"
        f"print(always(standings(report, {shown.measure!r}, {shown.setting!r})))\n"
    )
