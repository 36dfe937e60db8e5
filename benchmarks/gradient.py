"""The closed-form gradient against autograd's tape, on every surface of the catalogue."""

from collections.abc import Callable, Iterator
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd import elementwise_grad

from benchmarks.measure import Result, middle, race
from optim_viz import SURFACES, Surface

BATCHES = (1, 20, 200)
CALLS = 20
_NUMPY: Any = anp
_WORDS = {name: getattr(_NUMPY, name) for name in ("sin", "cos", "exp", "sqrt", "abs", "pi", "e")}
_WORDS |= {"min": _NUMPY.minimum, "max": _NUMPY.maximum}


def run() -> Iterator[Result]:
    """One line per batch size: the median over the catalogue."""
    for batch in BATCHES:
        lines = [_one(surface, batch) for surface in SURFACES.values()]
        note = f"median of {len(lines)} surfaces, {CALLS} calls each"
        yield middle(f"gradient at {batch} points vs autograd", 7, lines, note)


def _one(surface: Surface, batch: int) -> Result:
    rng = np.random.default_rng(0)
    low, high = np.array([surface.x, surface.y]).T
    points = np.ascontiguousarray((low + (high - low) * rng.random((batch, 2))).T)
    function = _python(surface)
    slope = elementwise_grad(function, (0, 1))

    def peer() -> None:
        for _ in range(CALLS):
            slope(points[0], points[1])

    def ours() -> None:
        for _ in range(CALLS):
            surface.gradient(points)

    with np.errstate(all="ignore"):
        np.testing.assert_allclose(np.array(slope(points[0], points[1])), surface.gradient(points), 1e-9, 1e-9)
        return race(surface.name, 7, ours, peer)


def _python(surface: Surface) -> Callable[..., Any]:
    """The catalogue's formula as the function a person would write for autograd."""
    code = f"lambda x, y: {surface.formula.replace('^', '**')}"
    return eval(code, {**_WORDS, **surface.parameters})  # noqa: S307 (our own catalogue's text)
