"""7 optimizers x 200 learning rates x 300 steps: one batch each, against one torch.optim run per optimizer and rate."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks import peers
from benchmarks.measure import Result, race
from optim_viz import OPTIMIZERS, SURFACES
from optim_viz.rates import sweep

NAMES = ("SGD", "Momentum", "Nesterov", "AdaGrad", "Adadelta", "RMSprop", "Adam")
RULES = [OPTIMIZERS[name]() for name in NAMES]
RATES = tuple(np.geomspace(1e-3, 0.3, 200))
SURFACE, STEPS = SURFACES["Elongated bowl"], 300
SAMPLE = 50  # the rate torch runs in a timed round, of each optimizer; it needs the same time for each


def run() -> Iterator[Result]:
    """One line; beforehand torch runs five rates of each optimizer to see that both end at the same losses."""
    name, torch = "sweep: 7 optimizers x 200 rates x 300 vs torch", peers.torch()
    if torch is None:
        yield Result(name, 1200, note=peers.MISSING)
        return
    some = range(0, len(RATES), 40)
    theirs = np.array([[_final(torch, rule, RATES[k]) for k in some] for rule in RULES])
    ours = np.array([swept.final[list(some)] for swept in _sweeps()])
    near = np.abs(ours - theirs) <= 1e-9 * theirs + 1e-30
    note = "timed on 1 rate of 200; " + ("same losses" if near.all() else "LOSSES DIFFER")

    def peer() -> list[float]:
        return [_final(torch, rule, RATES[SAMPLE]) for rule in RULES]

    yield race(name, 1200, _sweeps, peer, scale=len(RATES), note=note)


def _sweeps() -> list[Any]:
    return [sweep(rule, SURFACE, SURFACE.start, STEPS, RATES) for rule in RULES]


def _seen(x: Any, state: Any, rule: Any, rate: float) -> Any:
    """The point itself: torch's Nesterov holds the one it looks ahead to."""
    return x + rate * rule.momentum * state["momentum_buffer"] if rule.name == "Nesterov" else x


def _final(torch: Any, rule: Any, rate: float) -> float:
    x = torch.tensor(SURFACE.start, dtype=torch.float64, requires_grad=True)
    code = replace(rule, lr=float(rate)).torch_code()
    optimizer = eval(code, {"torch": torch, "params": [x]})  # noqa: S307 (our own text)
    for _ in range(STEPS):
        optimizer.zero_grad()
        (x[0] ** 2 / 20 + x[1] ** 2).backward()
        optimizer.step()
    a, b = _seen(x, optimizer.state[x], rule, rate).tolist()
    return a**2 / 20 + b**2
