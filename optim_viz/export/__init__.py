"""Paths to take away: CSV, JSON and back, and the code that makes them again here and in PyTorch."""

from optim_viz.export.numbers import names, to_csv
from optim_viz.export.record import MAX_BYTES, read_json, to_json
from optim_viz.export.script import notebook_code, surface_code
from optim_viz.export.torch_code import torch_code

__all__ = ["MAX_BYTES", "names", "notebook_code", "read_json", "surface_code", "to_csv", "to_json", "torch_code"]
