"""Gradient clipping: a limit on how far one step can go, and the news when it was used."""

from typing import Any, NamedTuple

import numpy as np

from optim_viz.nn.parts import number


class Clipped(NamedTuple):
    """The gradient that is left, its norm before, and whether it was changed: scalars, or (K,) for K networks."""

    gradient: np.ndarray
    norm: Any
    active: Any


def clip_norm(gradient: np.ndarray, limit: float) -> Clipped:
    """Shortens a gradient (n,) or (K, n) that is longer than `limit`, keeping its direction.

    Pascanu, Mikolov & Bengio 2013, Algorithm 1. torch divides by the norm + 1e-6, so its result is a trifle shorter.
    """
    limit = number("limit", limit, "(0, ∞)")
    with np.errstate(all="ignore"):
        norm = np.sqrt((gradient * gradient).sum(axis=-1))
        active = ~(norm <= limit)  # also true for NaN
        scale = np.where(active, limit / norm, 1.0)
        return Clipped(gradient * scale[..., None], norm, active)


def clip_value(gradient: np.ndarray, limit: float) -> Clipped:
    """Cuts each component to at most `limit`, as torch.nn.utils.clip_grad_value_; this turns the direction."""
    limit = number("limit", limit, "(0, ∞)")
    with np.errstate(all="ignore"):
        norm = np.sqrt((gradient * gradient).sum(axis=-1))
        active = ~(np.abs(gradient) <= limit).all(axis=-1)
        return Clipped(np.clip(gradient, -limit, limit), norm, active)
