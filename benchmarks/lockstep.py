"""The seven classic optimizers side by side against one after the other, on every surface of the catalogue."""

from collections.abc import Iterator

import numpy as np

from benchmarks.measure import Result, middle, race
from optim_viz import OPTIMIZERS, SURFACES, Surface, trace

CLASSICS = [OPTIMIZERS[name]() for name in ("SGD", "Momentum", "Nesterov", "AdaGrad", "Adadelta", "RMSprop", "Adam")]
STEPS = 500


def run() -> Iterator[Result]:
    """One line: the median over the catalogue."""
    lines = [_one(surface) for surface in SURFACES.values()]
    spread = f"{min(r.ratio for r in lines):.2f} to {max(r.ratio for r in lines):.2f}"  # pyright: ignore[reportArgumentType]
    note = f"median of {len(lines)} surfaces ({spread}), equal bit for bit"
    yield middle(f"lockstep: 7 optimizers x {STEPS} steps vs alone", 1.7, lines, note)


def _one(surface: Surface) -> Result:
    def together():
        return trace(CLASSICS, surface, surface.start, STEPS)

    def alone():
        return [trace(rule, surface, surface.start, STEPS) for rule in CLASSICS]

    for a, b in zip(together(), alone(), strict=True):
        np.testing.assert_array_equal(a.x, b.x)
    return race(surface.name, 1.7, together, alone)
