"""Numbers and sentences as Markdown: a list, a table, a short number, a median with its range."""

from collections.abc import Collection, Iterable, Sequence
from contextvars import ContextVar

import numpy as np

from optim_viz.figures.text import short

_TABLES: ContextVar[list[tuple[Sequence[str], list[Sequence[str]]]]] = ContextVar("tables")
_SENTENCES: ContextVar[list[str]] = ContextVar("sentences")


def begin() -> None:
    """Once at the top of a run: nothing is said yet."""
    _TABLES.set([])
    _SENTENCES.set([])


def tables() -> list[tuple[Sequence[str], list[Sequence[str]]]]:
    """Head and rows of all tables of this run so far."""
    return _TABLES.get([])


def sentences() -> list[str]:
    """What has stood in lists in this run so far."""
    return _SENTENCES.get([])


def bullets(*sentences: str) -> str:
    _SENTENCES.get([]).extend(sentences)
    return "\n".join(f"- {sentence}" for sentence in sentences)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], left: Collection[int] = (0,)) -> str:
    """A table, the columns numbered in `left` to the left and all others to the right."""
    rows = list(rows)
    _TABLES.get([]).append((head, rows))
    sides = [":--" if k in left else "--:" for k in range(len(head))]
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, sides, *rows))


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
