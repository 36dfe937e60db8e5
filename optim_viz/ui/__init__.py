"""Everything that knows Streamlit; its modules are loaded by one thread at a time.

A class opens its links at once, each in a thread of its own. Where two threads import modules of one package in
different orders, Python gives up, or hands out half of one: on a fresh server some of the class saw a traceback.
"""

import importlib
from threading import RLock
from typing import Any

import optim_viz.nn
import optim_viz.player  # noqa: F401
from optim_viz.ui import charts, controls, frame, lab, state  # noqa: F401  # pages import these by their own names

_LOADING, _LONGEST = RLock(), 20.0  # seconds: rather a traceback than to wait for ever


def __getattr__(name: str) -> Any:
    """A module that nobody has asked for yet: `from optim_viz.ui import name` comes here first."""
    if name.startswith("_"):
        raise AttributeError(name)
    held = _LOADING.acquire(timeout=_LONGEST)
    try:
        return importlib.import_module(f"optim_viz.ui.{name}")
    except ModuleNotFoundError as missing:
        if missing.name != f"optim_viz.ui.{name}":
            raise
        raise AttributeError(name) from None
    finally:
        if held:
            _LOADING.release()
