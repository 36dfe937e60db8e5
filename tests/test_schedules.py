"""Schedules: each against torch's recorded rates, and what a run makes of them."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optim_viz import SURFACES, from_spec, schedules, spec, trace
from optim_viz.nn import PARTS
from optim_viz.optimizers import OPTIMIZERS, SGD, Adam, Lion, Momentum
from optim_viz.schedules import (
    SCHEDULES,
    ConstantRate,
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    OneCycle,
    PolynomialDecay,
    ReduceOnPlateau,
    StepDecay,
    WarmRestarts,
    WarmUp,
    factors,
)
from optim_viz.words import Text

RECORD = json.loads((Path(__file__).parent / "reference" / "schedules.json").read_text(encoding="utf-8"))
RUNS = [pytest.param(run, id=f"{run['schedule']} {run['steps']}") for run in RECORD["runs"]]
EVERY = pytest.mark.parametrize("cls", SCHEDULES.values(), ids=SCHEDULES)
BOWL = SURFACES["Elongated bowl"]
LISTENING = [ReduceOnPlateau(patience=1), WarmUp(length=3, then=ReduceOnPlateau(patience=0, gamma=0.3))]
SOME = [StepDecay(every=4, gamma=0.1), CosineDecay(floor=0.1), OneCycle(), *LISTENING]


def made(text):
    return eval(text, vars(schedules))  # noqa: S307 (our own record)


@pytest.mark.parametrize("run", RUNS)
def test_the_rates_are_those_of_torch(run):
    """lr times the factor of every update is what torch.optim.lr_scheduler had, to 1e-13."""
    told = RECORD["lr"] * factors(made(run["schedule"]), run["steps"], RECORD["losses"])
    np.testing.assert_allclose(told, run["rates"], rtol=1e-13, atol=0)


def test_every_schedule_is_recorded():
    """The record holds each class at three lengths, warm-up before another, and plateaus that were seen."""
    kinds = [type(made(run["schedule"])) for run in RECORD["runs"]]
    for cls in SCHEDULES.values():
        assert {run["steps"] for run, kind in zip(RECORD["runs"], kinds, strict=True) if kind is cls} == {50, 7, 1}
    listened = [run["rates"] for run in RECORD["runs"] if run["schedule"].startswith("Reduce") and run["steps"] == 50]
    assert all(len(set(rates)) > 1 for rates in listened)
    assert min(RECORD["losses"]) < 0


def test_exact_factors():
    """The first values by hand, from the formulas."""
    assert factors(ConstantRate(), 3).tolist() == [1, 1, 1]
    assert factors(StepDecay(every=2, gamma=0.5), 5).tolist() == [1, 1, 0.5, 0.5, 0.25]
    assert factors(ExponentialDecay(gamma=0.5), 3).tolist() == [1, 0.5, 0.25]
    assert factors(InverseTimeDecay(decay=1.0), 3).tolist() == [1, 1 / 2, 1 / 3]
    assert factors(PolynomialDecay(power=2.0), 4).tolist() == [1, 0.5625, 0.25, 0.0625]
    assert factors(CosineDecay(floor=0.5), 2).tolist() == pytest.approx([1, 0.75])
    assert factors(WarmRestarts(first=1, multiply=2), 7)[[0, 1, 3]].tolist() == [1, 1, 1]
    assert factors(WarmRestarts(first=1, multiply=2), 3)[2] == pytest.approx(0.5)
    assert factors(WarmUp(length=4, start=0.2), 6).tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8, 1, 1])
    assert factors(OneCycle(rise=0.3, divide=10.0), 20)[5] == pytest.approx(1)
    assert factors(OneCycle(rise=0.3, divide=10.0, divide_end=100.0), 20)[[0, -1]].tolist() == pytest.approx(
        [0.1, 1e-3]
    )


def test_a_plateau_by_hand():
    """Better, then twice no better with patience 1: a cut at the second; the rest after it is not counted."""
    heard = [5, 5, 5, 5, 5, 5, 4, 4, 4]
    assert factors(ReduceOnPlateau(gamma=0.5, patience=1), 6, heard).tolist() == [1, 1, 0.5, 0.5, 0.25, 0.25]
    assert factors(ReduceOnPlateau(gamma=0.5, patience=1, cooldown=2), 6, heard).tolist() == [1, 1, 0.5, 0.5, 0.5, 0.5]
    assert factors(ReduceOnPlateau(gamma=0.5, patience=1, floor=0.4), 6, heard)[-1] == 0.4
    assert factors(ReduceOnPlateau(gamma=0.5, patience=1, threshold=0.5), 7, heard)[-1] == 0.125


@EVERY
def test_a_schedule_declares_what_a_page_needs(cls):
    """Name, title, idea, formula, source, torch, and for each setting a symbol, help, and choices with the default."""
    assert isinstance(cls.title, Text)
    assert cls.idea.endswith(".")
    assert cls.formula
    assert cls.source
    assert cls.torch.startswith("torch.optim.lr_scheduler.")
    for setting in cls.settings():
        assert setting.symbol
        assert setting.help
        assert setting.default in setting.choices
        for value in setting.choices:
            assert getattr(cls(**{setting.name: value}), setting.name) == value


@EVERY
def test_a_schedule_stays_in_bounds(cls):
    """At every length of run a factor is finite, not negative and at most 1, at its first and at its last update."""
    for steps in (1, 2, 3, 10, 299):
        told = factors(cls(), steps, np.linspace(5, 1, steps))
        assert told.shape == (steps,)
        assert np.isfinite(told).all()
        assert (told >= 0).all()
        assert told.max() <= 1 + 1e-15


@EVERY
def test_a_spec_brings_it_back(cls):
    """spec and from_spec are a round trip, also inside a warm-up; no name is taken twice."""
    for schedule in (cls(), *(cls(**{s.name: s.choices[0]}) for s in cls.settings())):
        assert from_spec(spec(schedule)) == schedule
        assert type(from_spec(spec(schedule))) is cls
        if cls is not WarmUp:
            inside = WarmUp(length=3, then=schedule)
            assert from_spec(spec(inside)) == inside
            assert made(repr(inside)) == inside
    assert cls.name not in PARTS
    assert cls.name not in OPTIMIZERS


def test_a_constant_schedule_is_none():
    """Constant is no schedule at all, bit for bit, for every rule, with noise and without."""
    rules = [cls(lr=0.01) for cls in OPTIMIZERS.values()]
    for noise in (0.0, 0.3):
        plain = trace(rules, BOWL, (-7, 2), 40, noise=noise)
        scheduled = trace(rules, BOWL, (-7, 2), 40, noise=noise, schedule=ConstantRate())
        for a, b in zip(plain, scheduled, strict=True):
            np.testing.assert_array_equal(a.x, b.x)
            assert a.calls == b.calls


@pytest.mark.parametrize("schedule", SOME, ids=repr)
def test_a_run_uses_the_factors(schedule):
    """Each update has lr times its factor: stepping by hand gives the same path, and `factors` says what it was."""
    path = trace(SGD(lr=1.02), BOWL, (-7, 2), 30, schedule=schedule)
    told, x = factors(schedule, 30, path.value), np.array([-7.0, 2.0])
    for t in range(30):
        x = x - 1.02 * told[t] * BOWL.gradient(x)
        np.testing.assert_allclose(path.x[t + 1], x, rtol=1e-12, atol=1e-14)
    assert path.optimizer == SGD(lr=1.02)
    assert len(set(told)) > 1


@pytest.mark.parametrize("schedule", SOME, ids=repr)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_side_by_side_and_in_batches_changes_nothing(schedule, dtype):
    """Lockstep, a batch of starts, and a sweep of rates are bit for bit the runs alone; float32 stays float32."""
    start = np.array([-7, 2], dtype)
    rules = [SGD(lr=0.99), Momentum(lr=0.1), Adam(lr=0.3), Lion(lr=0.1)]
    alone = [trace(rule, BOWL, start, 25, schedule=schedule) for rule in rules]
    for one, other in zip(alone, trace(rules, BOWL, start, 25, schedule=schedule), strict=True):
        np.testing.assert_array_equal(one.x, other.x)
        assert other.x.dtype == dtype
    starts = np.array([[-7, 3, 0.5], [2, -1, 4]], dtype)
    for keep in ("all", "last"):
        many = trace(rules[0], BOWL, starts, 25, schedule=schedule, keep=keep)
        for k in range(3):
            one = trace(rules[0], BOWL, starts[:, k].copy(), 25, schedule=schedule, keep=keep)
            np.testing.assert_array_equal(many.x[..., k], one.x)
    rates = np.array([0.1, 0.99, 0.5], dtype)
    swept = trace(replace(rules[0], lr=rates), BOWL, start, 25, schedule=schedule)
    assert swept.x.dtype == dtype
    for k, lr in enumerate(rates.tolist()):
        one = trace(SGD(lr=lr), BOWL, start, 25, schedule=schedule)
        np.testing.assert_array_equal(swept.x[..., k], one.x)


def test_each_rule_is_heard_on_its_own():
    """A plateau of one rule does not slow its neighbor: SGD at its limit bounces and is cut, Adam falls and is not."""
    schedule = ReduceOnPlateau(patience=2, gamma=0.5)
    paths = trace([SGD(lr=1.0), SGD(lr=0.3)], SURFACES["Elongated bowl"].replace(a=1), (0, 2), 12, schedule=schedule)
    bounced, fell = (factors(schedule, 12, path.value) for path in paths)
    assert bounced.min() < 1
    assert (fell == 1).all()


@pytest.mark.parametrize(("make", "message"), [
    (lambda: StepDecay(every=0), "every must be in"),
    (lambda: StepDecay(every=2.5), "every must be a whole number"),
    (lambda: ExponentialDecay(gamma=0.0), "gamma must be in"),
    (lambda: CosineDecay(floor=1.0), "floor must be in"),
    (lambda: InverseTimeDecay(decay=math.nan), "decay must be a finite number"),
    (lambda: PolynomialDecay(power="2"), "power must be a number"),
    (lambda: WarmUp(then=3), "then must be another schedule"),
    (lambda: WarmUp(then=WarmUp()), "then must be another schedule"),
    (lambda: ReduceOnPlateau().factor(1, 2), "needs the losses"),
    (lambda: trace(SGD(), BOWL, (1, 1), 3, schedule=CosineDecay), "schedule must be"),
    (lambda: trace(SGD(), BOWL, (1, 1), 3, schedule=lambda t: -1), "lr must be in"),
    (lambda: trace(SGD(), BOWL, (1, 1), 3, schedule=lambda t: math.inf), "lr must be a finite number"),
])  # fmt: skip
def test_bad_input_gets_a_sentence(make, message):
    """A setting that cannot be used is refused with a sentence that names it."""
    with pytest.raises(ValueError, match=message) as refused:
        make()
    assert isinstance(refused.value.args[0], Text)


def test_torch_code():
    """Torch code is filled with the run's own numbers; a plateau after a warm-up has none in torch."""
    code = CosineDecay(floor=0.5).torch_code(lr=0.2, steps=40)
    assert code == "torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40, eta_min=0.1)"
    assert "T_max=35" in WarmUp(length=5, then=CosineDecay()).torch_code(lr=0.2, steps=40)
    assert WarmUp(then=ReduceOnPlateau()).torch_code(lr=0.2, steps=40) == ""
