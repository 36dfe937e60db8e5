"""Numbers and sentences as Markdown: a list, a short number, a median with its range."""

from collections.abc import Sequence

import numpy as np

from optim_viz.figures.text import short


def bullets(*sentences: str) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def brief(value: float, digits: int = 2) -> str:
    """A number with few digits."""
    return short(float(f"{value:.{digits}g}"))


def middle(values: Sequence[float] | np.ndarray, digits: int = 2, share: bool = False) -> str:
    """The median, and the lowest and the highest behind it; shares in percent."""
    y = np.asarray(values, float)
    ends = (float(f(y)) for f in (np.median, np.min, np.max))
    mid, low, high = (f"{v:.0%}" if share else brief(v, digits) for v in ends)
    return f"{mid} ({unbroken(f'{low} … {high}')})"


def unbroken(text: str) -> str:
    """The text in one line: a narrow table is broken elsewhere."""
    return text.replace(" ", "\xa0")
