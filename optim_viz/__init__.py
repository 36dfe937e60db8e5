"""See how optimizers move: `import optim_viz as ov`."""

import importlib
from typing import Any

from optim_viz.formula import FormulaError
from optim_viz.optimizers import OPTIMIZERS, Optimizer
from optim_viz.outcome import Outcome
from optim_viz.spec import from_spec, spec
from optim_viz.surfaces import SURFACES, Surface
from optim_viz.trace import Path, trace

_LATER = {"animate": "optim_viz.player"}  # the core needs neither the player nor Plotly

__all__ = ["OPTIMIZERS", "SURFACES", "FormulaError", "Optimizer", "Outcome", "Path", "Surface", "animate",
           "from_spec", "spec", "trace"]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Every optimizer by its name (`ov.Adam`), and what loads on first use (`ov.animate`, `ov.figures`)."""
    if name in OPTIMIZERS:
        return OPTIMIZERS[name]
    if name in _LATER:
        return getattr(importlib.import_module(_LATER[name]), name)
    if name == "figures":
        return importlib.import_module("optim_viz.figures")
    raise AttributeError(f"module 'optim_viz' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *OPTIMIZERS, "figures"])
