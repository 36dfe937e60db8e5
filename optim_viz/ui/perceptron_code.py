"""Python that shows in a notebook what a view of the perceptron lab shows."""

from typing import Any


def snippet(view: str, given: dict[str, Any]) -> str:
    """The code of a view with its settings; it runs as it is."""
    return {"line": _line, "best": _best, "xor": _xor, "width": _width, "linear": _linear, "count": _count}[view](given)


def _line(given: dict[str, Any]) -> str:
    return (
        "from optim_viz.labs.perceptron import CORNERS, GATES, Line, rule\n\n"
        f"line = {given['line']!r}\n"
        f"print(line.says(CORNERS), GATES[{given['gate']!r}])\n"
        f"learning = rule(line, CORNERS, GATES[{given['gate']!r}], lr={given['lr']})\n"
        "print(learning.kind, learning.turns, learning.line)\n"
    )


def _best(given: dict[str, Any]) -> str:
    return (
        "from optim_viz.labs.perceptron import best\n\n"
        f"for name, score in best.losses({given['task']!r}, {given['mine']!r}).items():\n"
        "    print(name, score.loss, score.other)\n"
    )


def _xor(given: dict[str, Any]) -> str:
    lines = ", ".join(f"BY_HAND[{name!r}]" for name in given["names"])
    return (
        "from optim_viz.labs.perceptron import BY_HAND, CORNERS, GATES, gate, line\n\n"
        f"print(gate(CORNERS, [{lines}]).out, GATES['XOR'])\n"
        "right, closest, tried = line.best(GATES['XOR'])\n"
        "print(f'one line: {right} of 4, after all {tried} kinds of lines')\n"
    )


def _width(given: dict[str, Any]) -> str:
    return (
        "from optim_viz.labs.perceptron import wide\n\n"
        f"history = wide.trained({given['name']!r}, width={given['width']}, depth={given['depth']})\n"
        "print(history.net.parameter_count, wide.solved(history))\n"
        f"film = wide.film(history, run={given['seed']})\n"
        "print(film.lines[-1], film.score[-1])\n"
    )


def _linear(given: dict[str, Any]) -> str:
    one, two = given["values"]
    return (
        "from optim_viz.labs.perceptron import linear\n\n"
        f"W1, W2 = linear.matrix{one!r}, linear.matrix{two!r}\n"
        f"seen = linear.collapse(linear.net_of_lines(), W1, W2, {given['bend']!r})\n"
        "print(seen.product, seen.gap, seen.left)\n"
    )


def _count(given: dict[str, Any]) -> str:
    return (
        "from optim_viz.labs.perceptron import counting\n\n"
        f"units = {given['units']!r}\n"
        "print(sum(layer.total for layer in counting.counts(units)))\n"
        f"price = counting.price(units, samples={given['samples']})\n"
        "print(price.loss, price.gradient, price.numerical)\n"
    )
