"""torch on one thread, where it is installed; it is never a requirement."""

from typing import Any

MISSING = "torch not installed: skipped (pip install torch==2.13.0)"


def torch() -> Any:
    """The torch module on one thread, None if it cannot be imported."""
    try:
        import torch as module  # pyright: ignore[reportMissingImports]
    except ImportError:
        return None
    module.set_num_threads(1)
    return module
