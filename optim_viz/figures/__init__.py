"""Records of runs -> Plotly figures that a notebook or a page can show and change."""

from typing import Any

from optim_viz.figures.text import TEXTS, summary

__all__ = ["TEXTS", "contour", "gif", "loss", "summary", "surface3d"]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """Figures load on first use: looks and levels, which the player needs, come without Plotly."""
    import importlib

    homes = {"contour": "plane", "surface3d": "relief", "loss": "curves", "gif": "film"}
    if name in homes:
        return getattr(importlib.import_module(f"optim_viz.figures.{homes[name]}"), name)
    raise AttributeError(f"module 'optim_viz.figures' has no attribute {name!r}")
