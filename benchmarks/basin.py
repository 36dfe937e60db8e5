"""A basin map of 400 x 400 starts x 200 Adam steps on Himmelblau, against batched torch and batched autograd."""

from collections.abc import Iterator
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd import grad

from benchmarks import peers
from benchmarks.measure import Result, race
from optim_viz import SURFACES
from optim_viz.basins import RADIUS, basin_map
from optim_viz.optimizers import Adam

SURFACE = SURFACES["Himmelblau"]
N, STEPS, LR = 400, 200, 0.1


def run() -> Iterator[Result]:
    """Two lines, with the count of equal labels; ours drops a start that has settled, a peer carries all to the end."""
    torch, ours = peers.torch(), {kind: _ours(kind) for kind in (np.float32, np.float64)}
    note = f"float64 {_same(ours[np.float64], _autograd())}"
    yield race("basin map, ours float32 vs autograd", 3, lambda: _ours(np.float32), _autograd, note=note)
    name = "basin map, float32 vs torch"
    if torch is None:
        yield Result(name, 4, note=peers.MISSING)
        return
    equal = [f"{k.__name__} {_same(ours[k], _torch(torch, getattr(torch, k.__name__)))}" for k in ours]
    note = ", ".join(equal) + "; ours drops a start once it has settled"
    yield race(name, 4, lambda: _ours(np.float32), lambda: _torch(torch, torch.float32), note=note)


def _ours(dtype: Any) -> np.ndarray:
    return basin_map(Adam(lr=LR), SURFACE, N, STEPS, dtype).labels


def _same(a: np.ndarray, b: np.ndarray) -> str:
    return f"{int((a == b).sum())} of {a.size} labels equal"


def _himmelblau(x: Any, y: Any) -> Any:
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def _starts() -> np.ndarray:
    axes = (np.linspace(low, high, N) for low, high in (SURFACE.x, SURFACE.y))
    return np.array(np.meshgrid(*axes)).reshape(2, -1)


def _torch(torch: Any, dtype: Any) -> np.ndarray:
    p = torch.tensor(_starts(), dtype=dtype, requires_grad=True)
    optimizer = torch.optim.Adam([p], lr=LR)
    for _ in range(STEPS):
        optimizer.zero_grad()
        _himmelblau(p[0], p[1]).sum().backward()
        optimizer.step()
    return _nearest(p.detach().numpy())


def _autograd() -> np.ndarray:
    total: Any = anp
    slope: Any = grad(lambda p: total.sum(_himmelblau(p[0], p[1])))  # pyright: ignore[reportCallIssue]
    rule, p = Adam(lr=LR), _starts()
    state = rule.init(p)
    for t in range(1, STEPS + 1):
        p, state = rule.step(p, slope, state, t)
    return _nearest(p)


def _nearest(p: np.ndarray) -> np.ndarray:
    """The minimum within the map's radius after the last step, -1 where there is none."""
    away = [np.hypot(p[0] - a, p[1] - b) for a, b in SURFACE.minima]
    near = np.min(away, axis=0) < RADIUS * min(np.ptp(SURFACE.x), np.ptp(SURFACE.y))
    return np.where(near, np.argmin(away, axis=0), -1).reshape(N, N)
