"""Data to learn from: a catalogue, tables of one's own, painted points, and how they are divided."""

from optim_viz.data.catalogue import DATASETS, Dataset, DataSpec
from optim_viz.data.download import fetch, fetched
from optim_viz.data.points import from_points, from_text, read_points, write_points
from optim_viz.data.read import Report, read_csv
from optim_viz.data.record import Data, Split
from optim_viz.data.scaling import Scaler

__all__ = ["DATASETS", "Data", "DataSpec", "Dataset", "Report", "Scaler", "Split", "fetch", "fetched", "from_points",
           "from_text", "read_csv", "read_points", "write_points"]  # fmt: skip
