"""Numbers that a person types into a box."""

import numpy as np

from optim_viz.words import Text


def read_numbers(text: str, least: int, most: int, limit: float) -> np.ndarray:
    """From `least` to `most` numbers between -limit and limit, with spaces, commas or slashes between them.

    ValueError with a sentence for anything else.
    """
    words = text.replace("−", "-").replace(",", " ").replace("/", " ").split()
    try:
        found = np.array([float(word) if word.isascii() and len(word) < 20 else np.nan for word in words])
    except ValueError:
        found = np.array([np.nan])
    if not least <= len(found) <= most or not (np.abs(found) <= limit).all():
        if least == most:
            raise ValueError(Text("Write {most} numbers from −{limit:g} to {limit:g}.", most=most, limit=limit))
        raise ValueError(Text("Write {least} to {most} numbers from −{limit:g} to {limit:g}, such as 1 3 2.",
                              least=least, most=most, limit=limit))  # fmt: skip
    return found + 0.0
