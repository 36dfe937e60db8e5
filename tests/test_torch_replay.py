"""Every rule against an independent author: torch's recorded steps, or the paper's loop in scalars."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from optim_viz import optimizers
from optim_viz.optimizers import OPTIMIZERS, AdamP, Lion, Nesterov

RECORD = json.loads((Path(__file__).parent / "reference" / "optimizers.json").read_text(encoding="utf-8"))
GRADIENTS = np.array(RECORD["gradients"])
RUNS = [pytest.param(run, id=run["rule"]) for run in RECORD["runs"]]
TOLERANCE = 1e-12  # of 1 + |torch|, at every recorded step and coordinate
TORCH_STATE = {  # our key -> torch's, per rule
    "Momentum": {"v": "momentum_buffer"},
    "Nesterov": {"v": "momentum_buffer"},
    "AdaGrad": {"h": "sum"},
    "Adadelta": {"E_g2": "square_avg", "E_dx2": "acc_delta"},
    "RMSprop": {"h": "square_avg"},
    "AMSGrad": {"m": "exp_avg", "v": "exp_avg_sq", "v_hat": "max_exp_avg_sq"},
    "NAdam": {"m": "exp_avg", "v": "exp_avg_sq", "Pi": "mu_product"},
    "Rprop": {"g": "prev", "Delta": "step_size"},
    **{name: {"m": "exp_avg", "v": "exp_avg_sq"} for name in ("Adam", "AdamW", "RAdam", "AdamP")},
}


def rule_of(text):
    name, _, rest = text.partition("(")
    values = dict(item.split("=") for item in rest[:-1].split(", "))
    return getattr(optimizers, name)(**{key: float(value) for key, value in values.items()})


def replay(rule, gradients=GRADIENTS, start=RECORD["start"], keep=RECORD["marks"]):
    """Positions at the steps `keep` and the last state, with gradients that ignore the position."""
    x = np.array(start)
    state, kept = rule.init(x), []
    for t, g in enumerate(gradients, start=1):
        x, state = rule.step(x, lambda _, g=g: g, state, t)
        if t in keep:
            # torch's Nesterov stores the look-ahead point
            kept.append(x + rule.momentum * state["v"] if isinstance(rule, Nesterov) else x)
    return np.array(kept), state


def error(ours, torch):
    return float((np.abs(ours - torch) / (1 + np.abs(torch))).max())


def test_the_recorded_gradients_are_hard():
    """2000 steps with exact zeros (the first included), ten decades of sizes and sign changes."""
    sizes = np.abs(GRADIENTS[GRADIENTS != 0])
    assert GRADIENTS.shape == (2000, 4)
    assert GRADIENTS[0, 2] == 0
    assert (GRADIENTS == 0).sum() > 1000
    assert sizes.max() / sizes.min() > 0.9e10
    assert (np.diff(np.sign(GRADIENTS), axis=0) != 0).sum(axis=0).min() > 10


def test_every_rule_of_torch_is_recorded_at_three_settings():
    """Each rule that has torch code, and AdamP, is recorded three times, some with weight decay."""
    rules = [rule_of(run["rule"]) for run in RECORD["runs"]]
    for name, cls in OPTIMIZERS.items():
        runs = [rule for rule in rules if type(rule) is cls]
        assert len(runs) == (3 if cls.torch or name == "AdamP" else 0), name
        if runs and hasattr(runs[0], "weight_decay"):
            assert any(rule.weight_decay > 0 for rule in runs), name


@pytest.mark.parametrize("run", RUNS)
def test_replay(run):
    """2000 recorded gradients move our rule and torch's to the same places, and leave the same memory."""
    rule = rule_of(run["rule"])
    positions, state = replay(rule)
    assert positions.shape == (len(RECORD["marks"]), 4)
    assert error(positions, np.array(run["x"])) <= TOLERANCE
    scale = -rule.lr if rule.name in ("Momentum", "Nesterov") else 1.0
    names = TORCH_STATE.get(rule.name, {})
    assert set(names) == set(state)
    assert set(names.values()) == set(run["state"])
    for ours, theirs in names.items():
        torch = scale * np.array(run["state"][theirs])
        np.testing.assert_allclose(state[ours], torch, rtol=TOLERANCE, atol=0)


@pytest.mark.parametrize("run", RUNS)
def test_torch_code_is_what_was_run(run):
    """The PyTorch line a page shows is the line that made the recorded path."""
    assert rule_of(run["rule"]).torch_code() == run["torch"]


def test_nesterov_closed_loop_is_the_shifted_form():
    """At a stable rate y = x + μv follows torch's recursion b ← μb + g, y ← y − η(g + μb) on a bowl."""
    rule = Nesterov(lr=0.1, momentum=0.9)
    slope = np.array([0.1, 2.0])
    x = y = np.array([-7.0, 2.0])
    state, b = rule.init(x), np.zeros(2)
    for t in range(1, 301):
        x, state = rule.step(x, lambda p: slope * p, state, t)
        g = slope * y
        b = 0.9 * b + g
        y = y - 0.1 * (g + 0.9 * b)
        assert error(x + 0.9 * state["v"], y) <= TOLERANCE


def adamp_by_hand(r, gradients, start):
    """Heo et al. 2021, Algorithm 2, one number at a time; also how often the step was projected."""
    x, n = list(start), len(start)
    m, v, path, projected = [0.0] * n, [0.0] * n, [], 0
    for t, g in enumerate(gradients, start=1):
        p = []
        for i in range(n):
            m[i] = r.beta1 * m[i] + (1 - r.beta1) * g[i]
            v[i] = r.beta2 * v[i] + (1 - r.beta2) * g[i] * g[i]
            top = r.beta1 * m[i] + (1 - r.beta1) * g[i] if r.nesterov else m[i]
            p.append(top / (math.sqrt(v[i]) / math.sqrt(1 - r.beta2**t) + r.eps))
        size_x, size_g = math.hypot(*x), math.hypot(*g)
        cosine = abs(sum(a * b for a, b in zip(x, g, strict=True))) / max(size_x, r.eps) / max(size_g, r.eps)
        share = 1.0
        if cosine < r.delta / math.sqrt(n):
            unit = [a / (size_x + r.eps) for a in x]
            along = sum(a * b for a, b in zip(unit, p, strict=True))
            p = [b - along * a for a, b in zip(unit, p, strict=True)]
            share, projected = r.wd_ratio, projected + 1
        x = [a * (1 - r.lr * r.weight_decay * share) - r.lr / (1 - r.beta1**t) * b for a, b in zip(x, p, strict=True)]
        path.append(x)
    return np.array(path), projected


@pytest.mark.parametrize(
    "rule",
    [
        AdamP(lr=0.1),
        AdamP(lr=0.3, weight_decay=0.1, delta=1.0),
        AdamP(lr=0.05, beta1=0.5, beta2=0.9, weight_decay=0.01, delta=0.5, wd_ratio=0.5, nesterov=1),
    ],
    ids=repr,
)
@pytest.mark.parametrize("n", [2, 4])
def test_adamp_against_scalars(rule, n):
    """AdamP equals the paper's algorithm in plain Python, where some steps are projected and some are not."""
    gradients = GRADIENTS[:, :n] if n == 4 else GRADIENTS[:, [0, 3]]
    path, projected = adamp_by_hand(rule, gradients.tolist(), RECORD["start"][:n])
    assert 20 < projected < 1980
    ours, _ = replay(rule, gradients, RECORD["start"][:n], range(1, 2001))
    assert error(ours, path) <= TOLERANCE


def test_adamp_projection_by_numbers():
    """At x = (3, 4), with the gradient at right angles to x, the part of the step along x is removed."""
    rule = AdamP(lr=0.1, weight_decay=0.5, eps=1e-12)
    x = np.array([3.0, 4.0])
    moved, _ = rule.step(x, lambda _: np.array([-8.0, 6.0]), rule.init(x), 1)
    # p = (-1, 1); along x/5: (−3 + 4)/5 = 0.2 -> p − 0.2 (0.6, 0.8) = (−1.12, 0.84); decay 0.5 · 0.1 · 0.1
    np.testing.assert_allclose(moved, [3 * 0.995 + 0.112, 4 * 0.995 - 0.084], rtol=1e-11)
    straight, _ = rule.step(x, lambda _: np.array([3.0, 4.0]), rule.init(x), 1)
    np.testing.assert_allclose(straight, [3 * 0.95 - 0.1, 4 * 0.95 - 0.1], rtol=1e-11)


@pytest.mark.parametrize("rule", [Lion(), Lion(lr=0.1, beta1=0.5, beta2=0.8, weight_decay=0.1)], ids=repr)
def test_lion_against_scalars(rule):
    """Lion equals Chen et al. 2023, Algorithm 2, in plain Python."""
    x, m, path = list(RECORD["start"]), [0.0] * 4, []
    for g in GRADIENTS.tolist():
        for i in range(4):
            c = rule.beta1 * m[i] + (1 - rule.beta1) * g[i]
            sign = (c > 0) - (c < 0)
            x[i] = x[i] - rule.lr * sign - rule.lr * rule.weight_decay * x[i]
            m[i] = rule.beta2 * m[i] + (1 - rule.beta2) * g[i]
        path.append(list(x))
    ours, state = replay(rule, keep=range(1, 2001))
    assert error(ours, np.array(path)) <= TOLERANCE
    np.testing.assert_allclose(state["m"], m, rtol=TOLERANCE)
