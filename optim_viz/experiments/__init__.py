"""Experiments: the same data under several settings, several seeds each, side by side."""

from optim_viz.experiments.arms import Arm, run, seconds

__all__ = ["Arm", "run", "seconds"]
