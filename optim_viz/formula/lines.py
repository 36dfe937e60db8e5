"""Text of several lines -> assignments: each right side is read by the parser of the formulas, and by nothing else."""

import builtins
import keyword
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

from optim_viz.formula.parse import FormulaError, Token, parse, tokenize
from optim_viz.formula.tree import ARITY, CONSTANTS, Node
from optim_viz.words import Text

MAX_PROGRAM = 1500  # characters
MAX_LINES, MAX_NAMES, MAX_LETTERS, MAX_PARTS = 30, 24, 20, 500
FUNCTIONS = {**ARITY, "g": 1}  # g(...) is the gradient anywhere else

_TAKEN = {*keyword.kwlist, *dir(builtins), "self", "state", "grad", "np"} - {*ARITY}
_FIXED = {"t", *ARITY, *CONSTANTS}
_INSTEAD = {"lambda": "lam", "grad": "g"}
_TARGET = re.compile(r" *([A-Za-z_][A-Za-z0-9_]*) *=")
Where = dict[str, tuple[int, int]]


class Line(NamedTuple):
    """`name = node`, and the line it stood on, from 1."""

    name: str
    node: Node
    number: int


class _Half(NamedTuple):
    """A line before its formula is read; the right side stands behind spaces, so that columns stay what they are."""

    name: str
    right: str
    number: int
    column: int


def read_lines(text: Any) -> tuple[list[Line], Where]:
    """The assignments of a program, and line and column where each name first stands.

    FormulaError with line and column for anything that is no program.
    """
    if not isinstance(text, str):
        raise FormulaError(Text("A program is a text of lines such as x = x - lr*g."))
    if len(text) > MAX_PROGRAM:
        raise FormulaError(
            Text("This program has {n} characters; the limit is {limit}.", n=len(text), limit=MAX_PROGRAM)
        )
    halves = [half for number, row in enumerate(_rows(text), 1) if (half := _half(row, number))]
    if not halves:
        raise FormulaError(Text("Write a line such as x = x - lr*g."), 1, 1)
    if len(halves) > MAX_LINES:
        raise FormulaError(Text("A program has at most {limit} lines.", limit=MAX_LINES), 1, halves[MAX_LINES].number)
    where: Where = {}
    for half in halves:
        _note_names(half, where)
    lines = [Line(half.name, _on(half.number, parse, half.right, where, FUNCTIONS), half.number) for half in halves]
    _check(lines)
    return lines, where


def tidy(text: str) -> str:
    """The same program without indentation, and without blank lines around it."""
    return "\n".join(row.strip(" ") for row in _rows(text)).strip("\n")


def taken(name: str) -> Text:
    """The sentence about a name that already means something."""
    return Text("{name} has another meaning: write {guess} instead.", name=name, guess=_INSTEAD.get(name, f"{name}_"))


def _rows(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\t", " ").split("\n")


def _on(number: int, read: Callable, *arguments: Any) -> Any:
    """What the parser of one formula says, with the line it says it about."""
    try:
        return read(*arguments)
    except FormulaError as error:
        raise FormulaError(error.message, error.column, number) from None


def _half(row: str, number: int) -> _Half | None:
    """The two sides of a line, None where nothing stands before the comment."""
    said, _, comment = row.partition("#")
    for column, character in enumerate(comment, len(said) + 2):
        if not character.isprintable():  # among them what turns the direction of writing
            shown = f"U+{ord(character):04X}"
            raise FormulaError(
                Text("The character {character} has no place in a comment.", character=shown), column, number
            )
    if not said.strip(" "):
        return None
    match = _TARGET.match(said)
    if match is None or said[match.end() :].startswith("="):
        _on(number, tokenize, said.replace("=", " "))  # an odd character is what there is to say first
        column = len(said) - len(said.lstrip(" ")) + 1
        raise FormulaError(Text("Every line is an assignment such as m = b*m + g."), column, number)
    right = " " * match.end() + said[match.end() :]
    if "=" in right:
        raise FormulaError(Text("A line has one equals sign only."), right.index("=") + 1, number)
    if not right.strip(" "):
        raise FormulaError(
            Text("The formula stops too early: a number or a name is missing here."), len(said) + 1, number
        )
    return _Half(match[1], right, number, match.start(1) + 1)


def _note_names(half: _Half, where: Where) -> None:
    if half.name in _FIXED:
        raise FormulaError(taken(half.name), half.column, half.number)
    _note(half.name, half.column, half.number, where)
    for token, after in pairwise([*_on(half.number, tokenize, half.right), Token("end", "", 0)]):
        if token.kind == "name" and after.text != "(":  # before a parenthesis it has to be a function
            _note(token.text, token.column, half.number, where)


def _note(name: str, column: int, number: int, where: Where) -> None:
    """Remember where a name first stood, if it is one a person may use."""
    if name in where or name in ARITY or name in CONSTANTS:
        return
    wrong = None
    if not name[0].isalpha():
        wrong = Text("A name begins with a letter.")
    elif name in _TAKEN:
        wrong = taken(name)
    elif len(name) > MAX_LETTERS:
        wrong = Text("A name has at most {limit} letters.", limit=MAX_LETTERS)
    elif len(where) >= MAX_NAMES:
        wrong = Text("A program has at most {limit} names.", limit=MAX_NAMES)
    if wrong:
        raise FormulaError(wrong, column, number)
    where[name] = number, column


def _check(lines: list[Line]) -> None:
    parts = 0
    for line in lines:
        parts += line.node.size
        if parts > MAX_PARTS:
            raise FormulaError(Text("This program has more than {limit} parts.", limit=MAX_PARTS), 1, line.number)
    if all(line.name != "x" for line in lines):
        raise FormulaError(Text("x is never assigned: end with a line such as x = x - lr*g."), 1, lines[-1].number)


__all__ = ["FUNCTIONS", "MAX_PROGRAM", "Line", "Where", "read_lines", "taken", "tidy"]
