"""Pictures drawn by hand, as a short text: a digit from 0 (empty) to 9 (ink) for each pixel."""

import numpy as np

from optim_viz.words import Text

INK = 9


def read_pixels(text: str, side: int) -> np.ndarray:
    """Gray values (side, side), whole numbers from 0 to 9, from rows of digits such as "0 0099 09".

    What a row or the text lacks is 0. ValueError for anything else, and for more than fits.
    """
    rows = text.split()
    if not all(row.isascii() and row.isdigit() for row in rows):
        raise ValueError(Text("Write a picture as rows of digits from 0 (empty) to 9 (ink), such as 0 0099 09."))
    if len(rows) > side or max(map(len, rows), default=0) > side:
        raise ValueError(Text("This picture has {side} rows of {side} digits, not more.", side=side))
    return np.array([[int(digit) for digit in row.ljust(side, "0")] for row in [*rows, *[""] * (side - len(rows))]])


def write_pixels(pixels: np.ndarray) -> str:
    """The shortest text that `read_pixels` takes for this picture (side, side)."""
    rows = ["".join(str(int(v)) for v in row).rstrip("0") or "0" for row in pixels]
    while rows and rows[-1] == "0":
        rows.pop()
    return " ".join(rows)
