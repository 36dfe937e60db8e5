"""Formula trees: immutable nodes, and constructors that simplify as they build."""

import math
from collections.abc import Iterable, Mapping
from hashlib import blake2b

import numpy as np

FUNCTIONS: dict[str, np.ufunc] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.absolute,
    "sign": np.sign,
    "step": np.heaviside,
    "min": np.minimum,
    "max": np.maximum,
}
ARITY: dict[str, int] = {name: 2 if name in ("min", "max") else 1 for name in FUNCTIONS}
CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e}
MAX_FACTORS = 8  # longer products stay nested: n factors have n² terms of n factors in the second derivative


class Node:
    """One operation of a formula; equal nodes have equal keys, so shared parts are found without recursion.

    `kind` is "number", "name", "add", "mul", "div", "pow" or "call"; `value` is the number, the name or the
    function's name; `size` counts the nodes of the printed tree (shared parts each time they are printed).
    """

    __slots__ = ("args", "key", "kind", "size", "value")

    kind: str
    args: tuple["Node", ...]
    value: float | str
    key: bytes
    size: int

    def __init__(self, kind: str, args: tuple["Node", ...] = (), value: float | str = "") -> None:
        digest = blake2b(f"{kind} {value!r}".encode(), digest_size=16)
        for arg in args:
            digest.update(arg.key)
        put = object.__setattr__
        put(self, "kind", kind)
        put(self, "args", args)
        put(self, "value", value)
        put(self, "key", digest.digest())
        put(self, "size", 1 + sum(arg.size for arg in args))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a formula node cannot change")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __reduce__(self):
        return Node, (self.kind, self.args, self.value)

    def __repr__(self) -> str:
        from optim_viz.formula.printing import text

        return f"<{text(self)}>" if self.size <= 300 else f"<{self.kind} of {self.size} nodes>"


def walk(*roots: Node) -> list[Node]:
    """Every distinct node below the roots once, children first (no recursion, whatever the depth)."""
    order: list[Node] = []
    seen: set[bytes] = set()
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif node.key not in seen:
            seen.add(node.key)
            stack.append((node, True))
            stack.extend((arg, False) for arg in reversed(node.args))
    return order


def names_of(*roots: Node) -> tuple[str, ...]:
    """Names in order of appearance, constants such as pi left out."""
    return tuple(str(n.value) for n in walk(*roots) if n.kind == "name" and n.value not in CONSTANTS)


def number(value: float) -> Node:
    """A number, always a Python float; -0.0 is 0.0."""
    return Node("number", (), float(value) + 0.0)


def name(word: str) -> Node:
    """A variable, a parameter or a named constant."""
    return Node("name", (), word)


ZERO, ONE, TWO, MINUS_ONE = number(0), number(1), number(2), number(-1)


def fold(ufunc: np.ufunc, *values: float) -> float:
    """A ufunc of numbers in float64: overflow is inf, an undefined value is nan, and nothing is raised."""
    with np.errstate(all="ignore"):
        return float(ufunc(*(np.float64(value) for value in values)))


def split(node: Node) -> tuple[float, Node]:
    """(numeric coefficient, the rest) of a term: 3 x y is (3, x y), and a number is (number, 1)."""
    if node.kind == "number":
        return float(node.value), ONE
    if node.kind == "mul" and node.args[0].kind == "number":
        rest = node.args[1:]
        return float(node.args[0].value), rest[0] if len(rest) == 1 else Node("mul", rest)
    if node.kind == "div":
        coefficient, top = split(node.args[0])
        if coefficient != 1 and math.isfinite(coefficient):
            return coefficient, Node("div", (top, node.args[1]))
    return 1.0, node


def add(*terms: Node) -> Node:
    """A sum with like terms collected, in order of first appearance."""
    collected: dict[Node, float] = {}
    for term in terms:
        for part in term.args if term.kind == "add" else (term,):
            coefficient, rest = split(part)
            collected[rest] = fold(np.add, collected[rest], coefficient) if rest in collected else coefficient
    parts = [mul(number(c), rest) for rest, c in collected.items() if c != 0]
    if len(parts) > 1 and parts[0].kind == "number" and float(parts[0].value) < 0:
        parts.append(parts.pop(0))  # y - 1 rather than -1 + y
    if len(parts) > 1:
        return Node("add", tuple(parts))
    return parts[0] if parts else ZERO


def sub(left: Node, right: Node) -> Node:
    return add(left, neg(right))


def neg(node: Node) -> Node:
    return mul(MINUS_ONE, node)


def mul(*factors: Node) -> Node:
    """A product: one coefficient in front, powers of the same base combined, fractions joined into one."""
    coefficient, bottoms = 1.0, []
    powers: dict[Node, float] = {}
    stack = list(reversed(factors))
    while stack:
        factor = stack.pop()
        if factor.kind == "number":
            coefficient = fold(np.multiply, coefficient, float(factor.value))
        elif factor.kind == "div":
            bottoms.append(factor.args[1])
            stack.append(factor.args[0])
        elif factor.kind == "mul" and _width(factor) + len(powers) <= MAX_FACTORS:
            stack.extend(reversed(factor.args))
        else:
            base, exponent = _power(factor)
            powers[base] = powers.get(base, 0.0) + exponent
    if bottoms:
        top = mul(number(coefficient), *(power(base, number(n)) for base, n in powers.items()))
        return div(top, mul(*bottoms) if len(bottoms) > 1 else bottoms[0])
    if coefficient == 0:
        return ZERO
    rest = [power(base, number(n)) for base, n in powers.items()]
    rest.sort(key=_rank)
    if coefficient != 1 or not rest:
        rest.insert(0, number(coefficient))
    return Node("mul", tuple(rest)) if len(rest) > 1 else rest[0]


def _width(product: Node) -> int:
    return len(product.args) - (product.args[0].kind == "number")


def _power(factor: Node) -> tuple[Node, float]:
    """(base, exponent) where exponents of one base may be added: positive ones only (x * x^-1 stays)."""
    if factor.kind == "pow" and factor.args[1].kind == "number" and float(factor.args[1].value) > 0:
        return factor.args[0], float(factor.args[1].value)
    return factor, 1.0


def _rank(factor: Node) -> tuple[int, str]:
    base = factor.args[0] if factor.kind == "pow" and factor.args[1].kind == "number" else factor
    if base.kind == "name":
        word = str(base.value)
        return (0 if word in CONSTANTS else 3 if word in ("x", "y") else 2 if len(word) == 1 else 1), word
    return (4 if base.kind == "add" else 5), ""


def div(top: Node, bottom: Node) -> Node:
    """A quotient: nested fractions made one, numbers reduced to lowest terms, nothing else canceled."""
    if bottom.kind == "div":
        return div(mul(top, bottom.args[1]), bottom.args[0])
    if top.kind == "div":
        return div(top.args[0], mul(top.args[1], bottom))
    over, top_rest = split(top)
    under, bottom_rest = split(bottom)
    if top_rest == ONE and bottom_rest == ONE:
        return number(fold(np.divide, over, under))
    if over == 0 and under != 0:
        return ZERO
    over, under = _reduced(over, under)
    top, bottom = mul(number(over), top_rest), mul(number(under), bottom_rest)
    return top if bottom == ONE else Node("div", (top, bottom))


def _reduced(over: float, under: float) -> tuple[float, float]:
    if under == 0 or not (math.isfinite(over) and math.isfinite(under)):
        return over, under
    if under < 0:
        over, under = -over, -under
    if over.is_integer() and under.is_integer():
        divisor = math.gcd(int(over), int(under))
        return over / divisor, under / divisor
    quotient = over / under
    return (quotient, 1.0) if len(repr(quotient)) <= 7 else (over, under)


def power(base: Node, exponent: Node) -> Node:
    if exponent.kind == "number":
        n = float(exponent.value)
        if n == 0:
            return ONE
        if n == 1:
            return base
        if base.kind == "number":
            return number(fold(np.power, float(base.value), n))
        if base.kind == "pow" and base.args[1].kind == "number":
            m = float(base.args[1].value)
            if m.is_integer() and n.is_integer() and math.isfinite(m * n):
                return power(base.args[0], number(m * n))
    return Node("pow", (base, exponent))


def call(function: str, *args: Node) -> Node:
    """A function of its arguments; a number where all are numbers and it is short (sqrt(4), not sqrt(2))."""
    if function in FUNCTIONS and all(arg.kind == "number" for arg in args):
        value = apply(function, *(float(arg.value) for arg in args))
        if len(repr(value)) <= 6:
            return number(value)
    return Node("call", args, function)


def apply(function: str, *values: float) -> float:
    """A listed function of numbers, in float64."""
    extra = (0.5,) if function == "step" else ()
    return fold(FUNCTIONS[function], *values, *extra)


BUILD = {"add": add, "mul": mul, "div": div, "pow": power}


def rebuild(node: Node, args: Iterable[Node]) -> Node:
    """The same operation on other arguments, simplified."""
    if not node.args:
        return node
    return call(str(node.value), *args) if node.kind == "call" else BUILD[node.kind](*args)


def substitute(roots: Iterable[Node], values: Mapping[str, "float | Node"]) -> list[Node]:
    """The trees with names replaced by numbers or other trees, simplified again."""
    roots = list(roots)
    done: dict[Node, Node] = {}
    for node in walk(*roots):
        if node.kind == "name":
            value = values.get(str(node.value), node)
            done[node] = value if isinstance(value, Node) else number(value)
        else:
            done[node] = rebuild(node, [done[arg] for arg in node.args])
    return [done[root] for root in roots]
