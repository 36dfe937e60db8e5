"""Text -> tree, and nothing else: the only place that reads what a person typed."""

import difflib
import re
from collections.abc import Iterable, Mapping
from string import ascii_letters
from typing import NamedTuple

from optim_viz.formula import tree
from optim_viz.formula.tree import ARITY, CONSTANTS, Node
from optim_viz.words import Text

SURFACE_NAMES = frozenset(ascii_letters) - set("eEXY")
MAX_CHARACTERS, MAX_NODES, MAX_DEPTH = 500, 300, 120

_NORMAL = {"²": "^2", "³": "^3", "·": "*", "×": "*", "−": "-", "**": "^"}
_TOKEN = re.compile(
    r"(?P<space> +)|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<symbol>\*\*|[-+*/^(),²³·×−])"
)
_BINDING = {"+": 10, "-": 10, "*": 20, "/": 20, "^": 40}
_NEGATION = 30  # -x^2 is -(x^2), and -x*y is (-x)*y
_ALIASES = {
    "ln": "log",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "fabs": "abs",
    "pow": "^",
    "X": "x",
    "Y": "y",
    "E": "e",
    "maximum": "max",
    "minimum": "min",
    "π": "pi",
}


class FormulaError(ValueError):
    """A formula that cannot be read; `args[0]` says why, `column` counts from 1 (None: all of it).

    `line`, from 1, is stated where the formula is one of several.
    """

    def __init__(self, message: Text, column: int | None = None, line: int | None = None) -> None:
        super().__init__(message, column, line)
        self.message = message
        self.column = column
        self.line = line

    def __str__(self) -> str:
        where = "" if self.line is None else f" (line {self.line}, column {self.column})"
        return f"{self.message}{where}"


class Token(NamedTuple):
    """One word of a formula, with the column of its first character in the text as it was typed."""

    kind: str
    text: str
    column: int


def parse(text: str, names: Iterable[str] = SURFACE_NAMES, functions: Mapping[str, int] = ARITY) -> Node:
    """The simplified tree of a formula in the given names and functions (name -> number of arguments).

    FormulaError for anything else.
    """
    if not isinstance(text, str):
        raise FormulaError(Text("A formula is a text such as x^2 + y^2."))
    if len(text) > MAX_CHARACTERS:
        raise FormulaError(
            Text("This formula has {n} characters; the limit is {limit}.", n=len(text), limit=MAX_CHARACTERS),
            MAX_CHARACTERS + 1,
        )
    tokens = tokenize(text)
    if not tokens:
        raise FormulaError(Text("Write a formula such as x^2 + y^2."), 1)
    return _Reader(tokens, frozenset(names), len(text) + 1, functions).read()


def tokenize(text: str) -> list[Token]:
    """The words of a formula; FormulaError at the first character that has no place in one."""
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _bad_character(text[position], position + 1)
        kind, word = str(match.lastgroup), match.group()
        if kind != "space":
            word = _NORMAL.get(word, word)
            symbols = word if word in ("^2", "^3") else ""
            if symbols:  # x² is two words at one column
                tokens.append(Token("symbol", "^", position + 1))
                kind, word = "number", symbols[1]
            tokens.append(Token(kind, word, position + 1))
        position = match.end()
    return tokens


def _bad_character(character: str, column: int) -> FormulaError:
    if character in "\t\r\n\v\f":
        return FormulaError(Text("Write the formula on one line, with spaces only."), column)
    shown = character if character.isprintable() and character.isascii() else f"U+{ord(character):04X}"
    hints = {
        "[": Text("Use round parentheses ( ) instead of [ ]."),
        "]": Text("Use round parentheses ( ) instead of [ ]."),
        "{": Text("Use round parentheses ( ) instead of braces."),
        "}": Text("Use round parentheses ( ) instead of braces."),
        "=": Text("Write only the right side: x^2 + y^2, without an equals sign."),
        "|": Text("Write abs(x) instead of |x|."),
        "π": Text("Write pi instead of the Greek letter."),
        "√": Text("Write sqrt(x) instead of the root sign."),
    }
    message = hints.get(character) or Text("The character {character} has no place in a formula.", character=shown)
    return FormulaError(message, column)


class _Reader:
    """Reads by precedence, counting depth and parts itself, so that no text can exhaust the interpreter."""

    def __init__(self, tokens: list[Token], names: frozenset[str], end: int, functions: Mapping[str, int]) -> None:
        self.tokens = [*tokens, Token("end", "", end)]
        self.names = names
        self.functions = functions
        self.position = self.nodes = self.depth = 0

    def read(self) -> Node:
        node = self.expression(0)
        token = self.peek()
        if token.text == ")":
            raise FormulaError(Text("This parenthesis closes nothing."), token.column)
        if token.text == ",":
            raise FormulaError(Text("A comma only separates the arguments of min and max."), token.column)
        return node

    def peek(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def count(self, token: Token) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise FormulaError(Text("This formula has more than {limit} parts.", limit=MAX_NODES), token.column)

    def expression(self, weakest: int) -> Node:
        """A run of operations that bind more tightly than `weakest`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FormulaError(
                Text("This formula is nested more than {limit} deep.", limit=MAX_DEPTH), self.peek().column
            )
        left = self.operand()
        while True:
            token = self.peek()
            binding = _BINDING.get(token.text, 0) if token.kind == "symbol" else 0
            if binding <= weakest:
                self.depth -= 1
                return left
            self.take()
            self.count(token)
            right = self.expression(binding - 1 if token.text == "^" else binding)
            left = _OPERATIONS[token.text](left, right)

    def operand(self) -> Node:
        token = self.take()
        if token.kind == "end":
            raise FormulaError(Text("The formula stops too early: a number or a name is missing here."), token.column)
        self.count(token)
        if token.text in ("-", "+") and token.kind == "symbol":
            inner = self.expression(_NEGATION)
            return tree.neg(inner) if token.text == "-" else inner
        if token.text == "(":
            node = self.expression(0)
            self.close(token)
        elif token.kind == "number":
            node = tree.number(float(token.text))
        elif token.kind == "name":
            node = self.word(token)
        else:
            raise FormulaError(Text("A number or a name is missing before {symbol}.", symbol=token.text), token.column)
        self.refuse_juxtaposition(token)
        return node

    def close(self, opening: Token) -> None:
        token = self.take()
        if token.text == ",":
            raise FormulaError(Text("A comma only separates the arguments of min and max."), token.column)
        if token.text != ")":
            raise FormulaError(Text("This parenthesis is never closed."), opening.column)

    def refuse_juxtaposition(self, token: Token) -> None:
        following = self.peek()
        if following.kind not in ("number", "name") and following.text != "(":
            return
        if token.kind == "name" and following.text == "(":
            raise FormulaError(
                Text("{name} is not a function: write {name}*(...) to multiply.", name=token.text),
                following.column,
            )
        raise FormulaError(Text("An operation is missing here: write 2*x for two times x."), following.column)

    def word(self, token: Token) -> Node:
        called = token.text in self.functions and self.peek().text == "("
        if not called and (token.text in self.names or token.text in CONSTANTS):
            return tree.name(token.text)
        if token.text not in self.functions:
            raise self.unknown(token)
        if not called:
            raise FormulaError(Text("{name} needs parentheses: write {name}(x).", name=token.text), token.column)
        opening = self.take()
        args = [] if self.peek().text == ")" else [self.expression(0)]
        while self.peek().text == ",":
            self.take()
            args.append(self.expression(0))
        arity = self.functions[token.text]
        if self.peek().text == ")" and len(args) != arity:
            raise FormulaError(
                Text("{name} takes {arity} argument(s), not {n}.", name=token.text, arity=arity, n=len(args)),
                token.column,
            )
        self.close(opening)
        return tree.call(token.text, *args)

    def unknown(self, token: Token) -> FormulaError:
        known = {*self.names, *self.functions, *CONSTANTS}
        close = difflib.get_close_matches(token.text, sorted(w for w in known if len(w) > 1), n=1)
        guess = _ALIASES.get(token.text) or (close[0] if close else "")
        if guess == "^" or guess in known:
            message = Text("{name} is unknown here: did you mean {guess}?", name=token.text, guess=guess)
        elif self.functions is not ARITY and self.peek().text == "(":
            known = ", ".join(sorted(self.functions))
            message = Text("{name} is not a function here: use one of {names}.", name=token.text, names=known)
        elif {"x", "y"} <= self.names:
            message = Text("{name} is unknown: use x, y, single letters and functions such as sin(x).", name=token.text)
        else:
            names = ", ".join(sorted(self.names))
            message = Text("{name} is unknown: use one of {names}.", name=token.text, names=names)
        return FormulaError(message, token.column)


_OPERATIONS = {"+": tree.add, "-": tree.sub, "*": tree.mul, "/": tree.div, "^": tree.power}
