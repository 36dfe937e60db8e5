"""Derivatives in closed form, simplified as they are built."""

from optim_viz.formula import tree
from optim_viz.formula.tree import (
    MINUS_ONE,
    ONE,
    TWO,
    ZERO,
    Node,
    add,
    call,
    div,
    mul,
    neg,
    power,
    sub,
)

Slopes = dict[Node, Node]


def derivative(node: Node, variable: str) -> Node:
    """d node / d variable; the slopes of |x| and sign are 0 at 0, min and max take the mean at a tie."""
    slopes: dict[Node, Node] = {}
    for part in tree.walk(node):
        if part.kind == "name":
            slopes[part] = ONE if part.value == variable else ZERO
        elif all(slopes[arg] == ZERO for arg in part.args):
            slopes[part] = ZERO
        else:
            slopes[part] = _RULES[part.kind](part, slopes)
    return slopes[node]


def _sum(node: Node, slopes: Slopes) -> Node:
    return add(*(slopes[term] for term in node.args))


def _product(node: Node, slopes: Slopes) -> Node:
    f = node.args
    return add(*(mul(slopes[u], *f[:i], *f[i + 1 :]) for i, u in enumerate(f) if slopes[u] != ZERO))


def _quotient(node: Node, slopes: Slopes) -> Node:
    """(u / wᵏ)' = (u' w − k u w') / wᵏ⁺¹: one power of w more, not k, so repeated derivatives stay short."""
    top, bottom = node.args
    if slopes[bottom] == ZERO:
        return div(slopes[top], bottom)
    base, exponent = bottom.args if bottom.kind == "pow" else (bottom, ONE)
    if exponent.kind != "number":
        base, exponent = bottom, ONE
    over = sub(mul(slopes[top], base), mul(exponent, top, slopes[base]))
    return div(over, power(base, add(exponent, ONE)))


def _power(node: Node, slopes: Slopes) -> Node:
    base, exponent = node.args
    terms = []
    if slopes[base] != ZERO:
        terms.append(mul(exponent, power(base, sub(exponent, ONE)), slopes[base]))
    if slopes[exponent] != ZERO:
        terms.append(mul(node, call("log", base), slopes[exponent]))
    return add(*terms)


def _call(node: Node, slopes: Slopes) -> Node:
    function, u = str(node.value), node.args[0]
    if function in ("min", "max"):
        u, v = node.args
        high, low = (u, v) if function == "max" else (v, u)
        return add(mul(slopes[u], call("step", sub(high, low))), mul(slopes[v], call("step", sub(low, high))))
    return mul(slopes[u], _OUTER[function](node, u))


def _square(u: Node) -> Node:
    return power(u, TWO)


_RULES = {"add": _sum, "mul": _product, "div": _quotient, "pow": _power, "call": _call}
_OUTER = {
    "sin": lambda f, u: call("cos", u),
    "cos": lambda f, u: neg(call("sin", u)),
    "tan": lambda f, u: add(ONE, _square(f)),
    "asin": lambda f, u: div(ONE, call("sqrt", sub(ONE, _square(u)))),
    "acos": lambda f, u: div(MINUS_ONE, call("sqrt", sub(ONE, _square(u)))),
    "atan": lambda f, u: div(ONE, add(ONE, _square(u))),
    "sinh": lambda f, u: call("cosh", u),
    "cosh": lambda f, u: call("sinh", u),
    "tanh": lambda f, u: sub(ONE, _square(f)),
    "exp": lambda f, u: f,
    "log": lambda f, u: div(ONE, u),
    "sqrt": lambda f, u: div(ONE, mul(TWO, f)),
    "abs": lambda f, u: call("sign", u),
    "sign": lambda f, u: ZERO,
    "step": lambda f, u: ZERO,
}
