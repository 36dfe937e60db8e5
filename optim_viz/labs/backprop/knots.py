"""A formula as a graph of single operations: values flow forward through it, derivatives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from optim_viz.formula import SURFACE_NAMES, FormulaError, Node, Program, derivative, names_of, parse, text, tree
from optim_viz.formula.parse import tokenize
from optim_viz.words import Text

RESULT = "f"
LETTERS = SURFACE_NAMES - {RESULT}
MOST_OPERATIONS, MOST_LETTERS = 18, 7


@dataclass(frozen=True)
class Knot:
    """A letter (`op` is None) or one operation on earlier knots.

    `op` is a formula in the names of its inputs, `slopes` are its derivatives by each of them, and `sign` is what
    stands in a drawing of it.
    """

    name: str
    sign: str
    op: Node | None = None
    inputs: tuple[int, ...] = ()
    slopes: tuple[Node, ...] = ()


@dataclass(frozen=True, eq=False)
class Run:
    """The numbers of one pass there and back, by knot.

    `value` (n,) and `gradient` (n,), the derivative of f by each knot; per operation and input the `local`
    derivative, and `sent` = local × upstream, of which a knot's gradient is the sum.
    """

    value: np.ndarray
    gradient: np.ndarray
    local: tuple[tuple[float, ...], ...]
    sent: tuple[tuple[float, ...], ...]

    @property
    def finite(self) -> bool:
        """Whether every number there and back is one."""
        return bool(np.isfinite(self.value).all() and np.isfinite(self.gradient).all())


@dataclass(frozen=True, eq=False)
class Graph:
    """Knots in an order in which each comes after its inputs: letters first; the last one is f."""

    formula: Node
    knots: tuple[Knot, ...]
    _program: Program = field(repr=False)

    @property
    def letters(self) -> tuple[str, ...]:
        return tuple(knot.name for knot in self.knots if knot.op is None)

    @property
    def operations(self) -> tuple[int, ...]:
        """Places of the knots that are operations."""
        return tuple(range(len(self.letters), len(self.knots)))

    def users(self, k: int) -> tuple[int, ...]:
        """The operations that take knot k: more than one, and the parts of its gradient add up."""
        return tuple(j for j in self.operations if k in self.knots[j].inputs)

    def run(self, values: Mapping[str, float]) -> Run:
        """Forward and backward at these values of the letters; what is not defined is nan or infinite."""
        found = iter(float(number) for number in self._program(values))
        start = [float(values[name]) for name in self.letters]
        value = np.array([*start, *(next(found) for _ in self.operations)])
        local = tuple(tuple(next(found) for _ in knot.inputs) for knot in self.knots)
        gradient = np.zeros(len(value))
        sent: list[tuple[float, ...]] = [()] * len(value)
        gradient[-1] = 1.0  # f by itself
        with np.errstate(all="ignore"):
            for k in reversed(self.operations):
                sent[k] = tuple(float(slope * gradient[k]) for slope in local[k])
                for i, part in zip(self.knots[k].inputs, sent[k], strict=True):
                    gradient[i] += part
        return Run(value, gradient, local, tuple(sent))


@lru_cache(64)
def graph(formula: str) -> Graph:
    """The graph of a formula as a person types it; FormulaError where it cannot be read or has no place here."""
    node = parse(formula, LETTERS)
    written = {token.text: k for k, token in reversed(list(enumerate(tokenize(formula))))}
    letters = tuple(sorted(names_of(node), key=lambda letter: written[letter]))
    if not letters or node.kind == "name":
        raise FormulaError(Text("Write at least one letter and one operation, such as w*x + b."), 1)
    if len(letters) > MOST_LETTERS:
        raise FormulaError(Text("This formula has {n} letters; a graph of at most {most} can be read.",
                                n=len(letters), most=MOST_LETTERS), 1)  # fmt: skip
    build = _Builder(letters)
    build.knot(node)
    count = len(build.knots) - len(letters)
    if count > MOST_OPERATIONS:
        raise FormulaError(Text("This formula has {n} operations; a graph of at most {most} can be read.",
                                n=count, most=MOST_OPERATIONS), 1)  # fmt: skip
    lines = [(knot.name, knot.op) for knot in build.knots if knot.op is not None]
    outputs = [tree.name(name) for name, _ in lines] + [slope for knot in build.knots for slope in knot.slopes]
    return Graph(node, tuple(build.knots), Program(outputs, letters, lines))


class _Builder:
    """Cuts a tree into single operations; equal parts become one knot."""

    def __init__(self, letters: tuple[str, ...]) -> None:
        self.knots = [Knot(letter, letter) for letter in letters]
        self.place: dict[Node, int] = {tree.name(letter): k for k, letter in enumerate(letters)}

    def knot(self, node: Node) -> int:
        """The place of a part that depends on a letter, made with all it needs."""
        if node not in self.place:
            self.place[node] = getattr(self, f"_{node.kind}")(node)
        return self.place[node]

    def _new(self, op: Node, sign: str, inputs: tuple[int, ...]) -> int:
        if op in self.place:
            return self.place[op]
        names = [self.knots[i].name for i in inputs]
        count = sum(knot.op is not None for knot in self.knots)
        slopes = tuple(derivative(op, name) for name in names)
        self.knots.append(Knot(f"q{count + 1}", sign, op, inputs, slopes))
        self.place[op] = len(self.knots) - 1
        return self.place[op]

    def _name(self, place: int) -> Node:
        return tree.name(self.knots[place].name)

    def _unary(self, place: int, build, sign: str) -> int:
        return self._new(build(self._name(place)), sign, (place,))

    def _add(self, node: Node) -> int:
        """The letters' terms in one sum; a number is added by itself."""
        fixed = [arg for arg in node.args if not names_of(arg)]
        terms, signs = [], []
        for arg in node.args:
            if names_of(arg):
                coefficient, rest = tree.split(arg)
                minus = coefficient == -1
                terms.append(self.knot(rest if minus else arg))
                signs.append("−" if minus else "+")
        total = terms[0]
        if len(terms) > 1 or signs == ["−"]:
            parts = [tree.neg(self._name(k)) if s == "−" else self._name(k) for k, s in zip(terms, signs, strict=True)]
            sign = "+" if "−" not in signs else "−" if signs == ["+", "−"] else " ".join(signs)
            total = self._new(tree.add(*parts), sign, tuple(dict.fromkeys(terms)))
        for number in fixed:
            shown = _short(number)
            sign = f"− {shown[1:]}" if shown.startswith("−") else f"+ {shown}"
            total = self._unary(total, lambda u, c=number: tree.add(u, c), sign)
        return total

    def _mul(self, node: Node) -> int:
        """The letters' factors in one product; numbers are multiplied by themselves."""
        fixed = [arg for arg in node.args if not names_of(arg)]
        places = [self.knot(arg) for arg in node.args if names_of(arg)]
        total = places[0]
        if len(places) > 1:
            total = self._new(tree.mul(*map(self._name, places)), "×", tuple(dict.fromkeys(places)))
        for number in fixed:
            total = self._unary(total, lambda u, c=number: tree.mul(c, u), f"× {_bracketed(_short(number))}")
        return total

    def _div(self, node: Node) -> int:
        top, bottom = node.args
        if not names_of(bottom):
            return self._unary(self.knot(top), lambda u: tree.div(u, bottom), f"÷ {_bracketed(_short(bottom))}")
        if not names_of(top):
            return self._unary(self.knot(bottom), lambda u: tree.div(top, u), f"{_short(top)}/□")
        places = self.knot(top), self.knot(bottom)
        return self._new(tree.div(*map(self._name, places)), "÷", tuple(dict.fromkeys(places)))

    def _pow(self, node: Node) -> int:
        base, exponent = node.args
        if not names_of(exponent):
            shown = "√" if exponent == tree.number(0.5) else f"□^{{{_short(exponent)}}}"
            return self._unary(self.knot(base), lambda u: tree.power(u, exponent), shown)
        if not names_of(base):
            return self._unary(self.knot(exponent), lambda u: tree.power(base, u), f"{_short(base)}^{{□}}")
        places = self.knot(base), self.knot(exponent)
        return self._new(tree.power(*map(self._name, places)), "□^{□}", tuple(dict.fromkeys(places)))

    def _call(self, node: Node) -> int:
        """A function; a number in min or max stays in it."""
        function = str(node.value)
        inputs = tuple(dict.fromkeys(self.knot(arg) for arg in node.args if names_of(arg)))
        args = [self._name(self.place[arg]) if names_of(arg) else arg for arg in node.args]
        fixed = [_short(arg) for arg in node.args if not names_of(arg)]
        sign = f"{function} {' '.join(fixed)}".strip() if fixed else {"sqrt": "√"}.get(function, function)
        return self._new(tree.call(function, *args), sign, inputs)


def _short(number: Node) -> str:
    return text(number).replace("-", "−").replace("pi", "π").replace("*", "·")


def _bracketed(shown: str) -> str:
    return f"({shown})" if shown.startswith("−") else shown
