"""Some rows of a data set as a CSV text, for the upload of a page."""

import csv
import io
from collections.abc import Sequence

from optim_viz.data import Data


def csv_text(data: Data, rows: Sequence[int]) -> str:
    """Header and rows; a missing value is an empty cell, classes go by their names."""
    flat = data.flat()
    names = data.features or tuple(f"x{k}" for k in range(1, flat.X.shape[1] + 1))
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    write([*names, data.target or "y"])
    for row in rows:
        answer = data.classes[int(data.y[row])] if data.classes else repr(float(data.y[row]))
        write([*("" if v != v else repr(float(v)) for v in flat.X[row].tolist()), answer])
    return out.getvalue()
