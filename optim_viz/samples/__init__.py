"""Descent on real data over two parameters: full batch, one sample, mini-batch, and what their noise does."""

from optim_viz.samples.ball import Ball, Measured, measured, stationary
from optim_viz.samples.descent import ORDERS, BatchPath, Descent, descend, on_clock, seconds_per_update, updates_for
from optim_viz.samples.escape import Escape, escapes, wilson
from optim_viz.samples.loss import SampleLoss
from optim_viz.samples.models import MODELS, Model
from optim_viz.samples.prepare import MOST_SAMPLES, sample_loss, two_trends

__all__ = ["MODELS", "MOST_SAMPLES", "ORDERS", "Ball", "BatchPath", "Descent", "Escape", "Measured", "Model",
           "SampleLoss", "descend", "escapes", "measured", "on_clock", "sample_loss", "seconds_per_update",
           "stationary", "two_trends", "updates_for", "wilson"]  # fmt: skip
