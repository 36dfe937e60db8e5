"""One perceptron in the plane: y = 1 if b + w1·x1 + w2·x2 > 0, its learning rule, and all it can tell apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from optim_viz.words import Text

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
"""The four inputs (x1, x2) of a gate, in the order of its table."""
_DIGITS = 9  # sums of tenths are kept tenths, so that a weight that comes back is seen to come back


@dataclass(frozen=True)
class Line:
    """The weights of a perceptron; the line is where b + w1·x1 + w2·x2 = 0."""

    w1: float
    w2: float
    b: float

    def score(self, X: Any) -> np.ndarray:
        """b + w1·x1 + w2·x2 of points X (N, 2)."""
        X = np.asarray(X, float)
        return np.round(self.b + X @ np.array([self.w1, self.w2]), _DIGITS)

    def says(self, X: Any) -> np.ndarray:
        """0 or 1 for each of the points X (N, 2)."""
        return (self.score(X) > 0).astype(int)

    def right(self, X: Any, t: Any) -> int:
        """How many of the points get their target."""
        return int((self.says(X) == np.asarray(t)).sum())


BY_HAND = {"AND": Line(0.5, 0.5, -0.7), "OR": Line(0.5, 0.5, -0.2), "NAND": Line(-0.5, -0.5, 0.7)}
"""Weights that make a gate (Saito 2016, section 2.3)."""


@dataclass(frozen=True)
class Look:
    """The rule looks at one point: the line before, what it said, what was wanted, the line after."""

    turn: int  # which pass over the points, from 1
    point: int
    before: Line
    said: int
    target: int
    after: Line

    @property
    def changed(self) -> bool:
        return self.said != self.target


@dataclass(frozen=True)
class Learning:
    """All looks of the rule until a whole pass went by without a mistake, or it is known that none ever will.

    `kind` is "learned", "circles" (weights came back that a pass had begun with: from there on all repeats) or
    "unfinished"; `since` is the pass whose first weights came back.
    """

    looks: tuple[Look, ...]
    kind: str
    line: Line
    since: int = 0

    @property
    def mistakes(self) -> int:
        return sum(look.changed for look in self.looks)

    @property
    def turns(self) -> int:
        return self.looks[-1].turn


def rule(start: Line, X: np.ndarray, t: Sequence[int], lr: float, turns: int = 300) -> Learning:
    """The perceptron rule: after each mistake w ← w + lr·(t − y)·x and b ← b + lr·(t − y).

    Rosenblatt 1958; Novikoff 1962 proves that it ends where a line exists. ValueError unless lr > 0.
    """
    if not 0 < lr < np.inf:
        raise ValueError(Text("The learning rate must be above 0."))
    line, looks, begun = start, list[Look](), {}
    for turn in range(1, turns + 1):
        if line in begun:
            return Learning(tuple(looks), "circles", line, begun[line])
        begun[line] = turn
        for k, x in enumerate(X):
            said = int(line.says(x[None])[0])
            after = _moved(line, x, lr * (int(t[k]) - said)) if said != t[k] else line
            looks.append(Look(turn, k, line, said, int(t[k]), after))
            line = after
        if line.right(X, t) == len(X):
            return Learning(tuple(looks), "learned", line)
    return Learning(tuple(looks), "unfinished", line)


def _moved(line: Line, x: np.ndarray, by: float) -> Line:
    """Adding 0 makes −0 a 0."""
    w1, w2, b = (round(float(v), _DIGITS) + 0.0 for v in (line.w1 + by * x[0], line.w2 + by * x[1], line.b + by))
    return Line(w1, w2, b)


def every_line(X: np.ndarray) -> list[Line]:
    """Lines that stand for all lines: any other tells the points X (N, 2) apart like one of these.

    The order of the points along a direction changes only where two of them fall together, so one direction between
    each two such directions is enough, and for each of them one line in every gap.
    """
    ties = sorted({(np.arctan2(*(b - a)[::-1]) + np.pi / 2) % np.pi for a, b in combinations(X, 2)})
    half = [(a + b) / 2 for a, b in pairwise([*ties, ties[0] + np.pi])]
    lines = []
    for angle in (*half, *(a + np.pi for a in half)):
        w = np.array([np.cos(angle), np.sin(angle)])
        along = np.unique(np.round(X @ w, 12))
        edges = [along[0] - 1, *((a + b) / 2 for a, b in pairwise(along)), along[-1] + 1]
        lines += [Line(float(w[0]), float(w[1]), float(-edge)) for edge in edges]
    return lines


def every_table(X: np.ndarray = CORNERS) -> dict[tuple[int, ...], Line]:
    """Each way a line can answer for the points X, with one line that does."""
    return {tuple(line.says(X).tolist()): line for line in every_line(X)}


def best(t: Sequence[int], X: np.ndarray = CORNERS) -> tuple[int, Line, int]:
    """The most points any line gets right, one such line, and how many lines were tried: they stand for all."""
    lines = every_line(X)
    winner = max(lines, key=lambda line: line.right(X, t))
    return winner.right(X, t), winner, len(lines)
