"""200 learning rates x 500 steps of Adam on Rosenbrock: one call against one torch.optim.Adam per rate."""

from collections.abc import Iterator

import numpy as np

from benchmarks import peers
from benchmarks.measure import Result, race
from optim_viz import SURFACES, trace
from optim_viz.optimizers import Adam

RATES = np.geomspace(1e-3, 1, 200)
STEPS, START = 500, (-1.2, 1.0)
SAMPLE = 2  # rates torch runs in a timed round; it needs the same time for each


def run() -> Iterator[Result]:
    """One line; beforehand torch runs every tenth rate to see that both like the same one best."""
    name, torch = "sweep: 200 rates x 500 Adam steps vs torch", peers.torch()
    if torch is None:
        yield Result(name, 1000, note=peers.MISSING)
        return
    thinned = slice(None, None, 10)
    theirs = np.array([_final(torch, rate) for rate in RATES[thinned]])
    ours = _sweep().value[thinned]
    same = np.argmin(theirs) == np.argmin(ours) and np.allclose(theirs, ours, rtol=1e-6)
    note = f"timed on {SAMPLE} rates of 200; " + ("same losses, same best rate" if same else "LOSSES DIFFER")
    picked = RATES[[60, 140]]
    yield race(
        name, 1000, _sweep, lambda: [_final(torch, rate) for rate in picked], scale=len(RATES) / SAMPLE, note=note
    )


def _sweep():
    return trace(Adam(lr=RATES), SURFACES["Rosenbrock"], START, STEPS, keep="last")


def _final(torch, rate: float) -> float:
    x = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([x], lr=float(rate))
    for _ in range(STEPS):
        optimizer.zero_grad()
        ((1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2).backward()
        optimizer.step()
    a, b = x.tolist()
    return (1 - a) ** 2 + 100 * (b - a * a) ** 2
