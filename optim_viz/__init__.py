"""See how optimizers move: `import optim_viz as ov`."""

import importlib
import os
from typing import Any

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")  # two BLAS threads beside a busy process are many times slower than one

from optim_viz.formula import FormulaError  # noqa: E402
from optim_viz.optimizers import OPTIMIZERS, Optimizer  # noqa: E402
from optim_viz.optimizers.custom import custom  # noqa: E402
from optim_viz.optimizers.variants import VARIANTS  # noqa: E402
from optim_viz.outcome import Outcome  # noqa: E402
from optim_viz.spec import from_spec, spec  # noqa: E402
from optim_viz.surfaces import SURFACES, Surface  # noqa: E402
from optim_viz.trace import Path, trace  # noqa: E402

_LATER = {"animate": "optim_viz.player"}  # the core needs neither the player nor Plotly
_ROOMS = ("data", "export", "figures", "nn", "rates", "schedules")

__all__ = ["OPTIMIZERS", "SURFACES", "FormulaError", "Optimizer", "Outcome", "Path", "Surface",
           "custom", "from_spec", "spec", "trace"]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Every optimizer by its name (`ov.Adam`), and what loads on first use (`ov.animate`, `ov.nn`, ...)."""
    if name in OPTIMIZERS or name in VARIANTS:
        return OPTIMIZERS.get(name) or VARIANTS[name]
    if name in _LATER:
        return getattr(importlib.import_module(_LATER[name]), name)
    if name in _ROOMS:
        return importlib.import_module(f"optim_viz.{name}")
    raise AttributeError(f"module 'optim_viz' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *OPTIMIZERS, *_LATER, *_ROOMS])
