"""Schedules on the learning rate page: the same run with and without one, its rate on the player's clock."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from optim_viz import export
from optim_viz.compare import OUTCOMES
from optim_viz.schedules import SCHEDULES, ConstantRate, Schedule, WarmUp, factors
from optim_viz.trace import Path, trace
from optim_viz.ui import cached, rate
from optim_viz.ui.controls import choice, whole
from optim_viz.ui.i18n import t
from optim_viz.ui.race import NOISE
from optim_viz.ui.rate import PREFIX, Setup
from optim_viz.ui.said import bullets, table
from optim_viz.ui.state import named, steady
from optim_viz.words import Text

NAMES = {name: kind.title for name, kind in SCHEDULES.items() if kind is not WarmUp}
LANDING, HISS, DRAWS = "CosineDecay", 0.5, 100
_RISES = (0, *WarmUp.settings()[0].choices)
_SHARED, _MANY = cached.Bounded(64), cached.Bounded(64)


@dataclass(frozen=True)
class Plan:
    """The schedule, and how noisy every gradient is."""

    schedule: Schedule
    noise: float
    seed: int


def settings() -> Plan:
    """The schedule with its own settings, a warm-up before it, and noise."""
    with steady():
        name = named(st.selectbox, t("Schedule"), f"{PREFIX}schedule", NAMES, LANDING)
        kind = SCHEDULES[name]
        st.caption(t(kind.idea))
        st.latex(_stacked(kind.formula))
        values = {
            p.name: choice(p.name, f"{PREFIX}{name}.{p.name}", p.choices, p.default, t(p.help)) for p in kind.settings()
        }
        length = choice(t("Warm-up, updates"), f"{PREFIX}rise", _RISES, 0, t(WarmUp.idea))
        noise = choice(t("Gradient noise"), f"{PREFIX}noise", NOISE, HISS,
                       t("Standard deviation of the noise added to every gradient, as mini-batches have."))  # fmt: skip
        seed = whole(t("Seed"), f"{PREFIX}seed", 0) if noise else 0
    schedule = kind(**values)
    return Plan(WarmUp(length=length, then=schedule) if length else schedule, noise, seed)


def _stacked(lines: Sequence[str]) -> str:
    return r"\begin{gathered}" + r"\\".join(lines) + r"\end{gathered}"


def paths(setup: Setup, plan: Plan) -> list[Path]:
    """Without the schedule, and with it."""

    def run(schedule: Schedule) -> Path:
        key = (
            setup.focus,
            setup.surface,
            setup.start,
            setup.steps,
            plan.noise,
            plan.seed if plan.noise else 0,
            schedule,
        )
        return _SHARED.make(key, lambda: trace(setup.focus, setup.surface, setup.start, setup.steps, noise=plan.noise,
                                               seed=plan.seed, schedule=schedule))  # fmt: skip

    return [run(ConstantRate()), run(plan.schedule)]


def stage(setup: Setup, plan: Plan, both: Sequence[Path]) -> None:
    """Both paths, and under the loss the rate of every update."""
    lines = [(k, used(path, schedule)) for k, (path, schedule) in
             enumerate(zip(both, (ConstantRate(), plan.schedule), strict=True))]  # fmt: skip
    chart = {"title": t("learning rate lr"), "series": lines}
    labels = [t("constant"), _title(plan.schedule)]
    rate.show(setup, both, labels, height=520, saved=both[1:], charts=[chart])


def _title(schedule: Schedule) -> str:
    if isinstance(schedule, WarmUp):
        return t("warm-up, then {name}", name=schedule.then.title)
    return t(schedule.title)


def used(path: Path, schedule: Schedule) -> np.ndarray:
    """The rate of the update that led to each real point; the start has that of the first."""
    steps = len(path.value) - 1
    told = path.optimizer.lr * factors(schedule, steps, path.value)  # type: ignore[attr-defined]
    return np.concatenate([told[:1], told])[: int(path.end) + 1]


def words(setup: Setup, plan: Plan, both: Sequence[Path]) -> None:
    """What it changed: in this run, and over many draws of the noise."""
    rows = [[name, f"{path.value[path.end]:.4g}".replace("-", "−"), t(OUTCOMES[path.outcome.kind])]
            for path, name in zip(both, (t("constant"), _title(plan.schedule)), strict=True)]  # fmt: skip
    st.markdown(table([t("Schedule"), t("final f"), t("outcome")], rows, left=(0, 2)))
    said = list(many(setup, plan)) if plan.noise else [Text("Without noise there is one run: another start or rate may "
                                                             "change which ends lower.")]  # fmt: skip
    if plan.schedule.listens:
        said.append(_cuts(used(both[1], plan.schedule)))
    if setup.focus.name == "Rprop":
        said.append(Text("Rprop sets its own step lengths: lr is only the first, so a schedule changes nothing."))
    st.markdown(bullets(*map(t, said)))


def _cuts(rates: np.ndarray) -> Text:
    cut = np.flatnonzero(np.diff(rates) < 0)
    if not cut.size:
        return Text("The loss kept falling: the rate was never cut.")
    return Text("The rate was cut {n} times, first at update {step}.", n=len(cut), step=int(cut[0]) + 1)


def many(setup: Setup, plan: Plan) -> tuple[Text, ...]:
    """How often the schedule ends lower, over draws that both share."""
    key = (setup.focus, setup.surface, setup.start, setup.steps, plan.noise, plan.schedule)
    return _MANY.make(key, lambda: _counted(setup, plan))


def _counted(setup: Setup, plan: Plan) -> tuple[Text, ...]:
    start = np.repeat(np.array(setup.start)[:, None], DRAWS, axis=1)
    ends, lost = [], []
    for schedule in (ConstantRate(), plan.schedule):
        made = trace(setup.focus, setup.surface, start, setup.steps, noise=plan.noise, schedule=schedule, keep="last")
        lost.append(int((made.outcome.kind == "diverged").sum()))
        ends.append(np.where(made.outcome.kind == "diverged", np.inf, made.value))
    lower = int((ends[1] < ends[0]).sum())
    facts = {"n": DRAWS, "lower": lower, "plain": float(np.median(ends[0])), "eased": float(np.median(ends[1]))}
    said = Text("Over {n} draws of the noise the schedule ends lower in {lower}; median final f: {plain:.3g} with the "
                "constant rate, {eased:.3g} with the schedule.", **facts)  # fmt: skip
    if any(lost):
        return said, Text("Diverged: {plain} of {n} with the constant rate, {eased} with the schedule.",
                          plain=lost[0], eased=lost[1], n=DRAWS)  # fmt: skip
    return (said,)


def snippet(setup: Setup, plan: Plan) -> str:
    """Python that makes both paths, and the same schedule in PyTorch."""
    parts = [plan.schedule, plan.schedule.then] if isinstance(plan.schedule, WarmUp) else [plan.schedule]
    names = sorted({part.name for part in parts})
    noisy = f", noise={plan.noise!r}, seed={plan.seed}" if plan.noise else ""
    code = (
        f"import optim_viz as ov\nfrom optim_viz.schedules import {', '.join(names)}\n\n"
        f"surface = {export.surface_code(setup.surface)}\n"
        f"schedule = {plan.schedule!r}\n"
        f"rule = ov.{setup.focus!r}\n"
        f"plain = ov.trace(rule, surface, start={setup.start!r}, steps={setup.steps}{noisy})\n"
        f"path = ov.trace(rule, surface, start={setup.start!r}, steps={setup.steps}, schedule=schedule{noisy})\n"
        "ov.animate([plain, path])\n"
    )
    return code + _torch(setup, plan.schedule)


def _torch(setup: Setup, schedule: Schedule) -> str:
    """The schedule in PyTorch as a comment, with what is different there; "" where torch has none."""
    code, rule = schedule.torch_code(lr=setup.lr, steps=setup.steps), setup.focus
    if not code or not rule.torch:
        return ""
    call = "scheduler.step(loss) before" if schedule.listens else "scheduler.step() after"
    lines = [f"PyTorch, with {call} each update:", f"optimizer = {rule.torch_code()}", f"scheduler = {code}"]
    return "\n" + "".join(f"# {line}\n" for line in [*lines, *filter(None, (rule.differs, schedule.differs))])
