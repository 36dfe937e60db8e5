"""The steps of a graph with their numbers: what was computed, in LaTeX and as plain words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from optim_viz.formula import CONSTANTS, latex, text, tree
from optim_viz.inside import written
from optim_viz.labs.backprop.knots import Graph, Run

DIGITS = 4
_LATEX_TOKEN = re.compile(r"\\operatorname\{[a-z]+\}|\\[A-Za-z]+|[A-Za-z](?:_\{\d+\})?|\s+|[0-9.]+|.")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?!\()\b")


@dataclass(frozen=True)
class Step:
    """One moment of a pass: "start", "forward" through a knot, "turn" (f by itself: 1), or "back"."""

    phase: str
    knot: int


def steps(graph: Graph, back: bool) -> tuple[Step, ...]:
    """Forward through every operation; with `back`, from the last to the first again."""
    there = [Step("start", 0), *(Step("forward", k) for k in graph.operations)]
    if back:
        there += [Step("turn", graph.operations[-1]), *(Step("back", k) for k in reversed(graph.operations))]
    return tuple(there)


def short(value: float, digits: int = DIGITS) -> str:
    """A few digits with a true minus sign and 10^{−9}; ∞, and a question mark for what is not defined."""
    if value != value:
        return "?"
    mantissa, _, power = f"{value + 0.0:.{digits}g}".partition("e")
    shown = f"{mantissa}·10^{{{int(power)}}}" if power else mantissa
    return shown.replace("inf", "∞").replace("-", "−")


def number_latex(value: float) -> str:
    """The same in LaTeX."""
    return r"\text{?}" if value != value else written(value, DIGITS)


def named(name: str) -> str:
    """q1 as q_{1}, for drawings and captions."""
    return name if len(name) == 1 else f"{name[0]}_{{{name[1:]}}}"


def caption(graph: Graph, run: Run, step: Step) -> str:
    """The numbers of a step in a line of plain text with x_{1} and x^{2}; "" for the start."""
    knot, known = graph.knots[step.knot], _known(graph, run)
    if step.phase == "forward" and knot.op is not None:
        plain = _styled(text(knot.op))
        filled, result = _filled_plain(text(knot.op), known), short(run.value[step.knot])
        return " = ".join(dict.fromkeys((named(knot.name), plain, filled, result)))
    if step.phase == "turn":
        return f"f = {named(knot.name)}; ∂f/∂{named(knot.name)} = 1"
    parts = []
    for k, i in enumerate(knot.inputs if step.phase == "back" else ()):
        up, slope, sent = (short(v) for v in (run.gradient[step.knot], run.local[step.knot][k], run.sent[step.knot][k]))
        parts.append(f"{named(graph.knots[i].name)}: {up} × {_bracketed(slope)} = {sent}")
    return "; ".join(parts)


def equations(graph: Graph, run: Run, step: Step) -> list[str]:
    """The same in LaTeX, rows to be aligned: on the way back the local derivative, then the chain rule with it."""
    knot, known = graph.knots[step.knot], _known(graph, run)
    name = _symbol(knot.name)
    if step.phase == "forward" and knot.op is not None:
        sides = dict.fromkeys((latex(knot.op), filled(latex(knot.op), known), number_latex(run.value[step.knot])))
        return [f"{name} &= " + " = ".join(sides)]
    if step.phase == "turn":
        return [f"f &= {name}", rf"\frac{{\partial f}}{{\partial {name}}} &= 1"]
    lines = []
    for k, i in enumerate(knot.inputs if step.phase == "back" else ()):
        lines += _chain(graph, run, step.knot, k, i, known)
    return lines


def _chain(graph: Graph, run: Run, j: int, k: int, i: int, known: Mapping[str, float]) -> list[str]:
    """Upstream × local for input k of knot j, which is knot i; and the sum, where i is used more than once."""
    knot = graph.knots[j]
    upper, lower = _symbol(knot.name), _symbol(graph.knots[i].name)
    slope = latex(knot.slopes[k])
    locally = " = ".join(dict.fromkeys((slope, filled(slope, known), number_latex(run.local[j][k]))))
    up, local, sent = (number_latex(v) for v in (run.gradient[j], run.local[j][k], run.sent[j][k]))
    whole, first = rf"\frac{{\partial f}}{{\partial {lower}}}", rf"\frac{{\partial f}}{{\partial {upper}}}"
    chain = rf"{first}\,\frac{{\partial {upper}}}{{\partial {lower}}}"
    users = graph.users(i)
    locally = rf"\frac{{\partial {upper}}}{{\partial {lower}}} &= {locally}"
    product = f"{up} \\times {_in_brackets(local)} = {sent}"
    if len(users) == 1:
        return [rf"{locally} & \qquad {whole} &= {chain} = {product}"]
    told = [rf"{locally} & \qquad {chain} &= {product}"]
    if j == min(users):  # the last of them on the way back: now the sum is whole
        first, *others = (number_latex(run.sent[u][graph.knots[u].inputs.index(i)]) for u in reversed(users))
        total = " + ".join((first, *map(_in_brackets, others)))
        told.append(rf"& & \qquad {whole} &= {total} = {number_latex(run.gradient[i])}")
    return told


def _known(graph: Graph, run: Run) -> dict[str, float]:
    return {knot.name: float(value) for knot, value in zip(graph.knots, run.value, strict=True)}


def _symbol(name: str) -> str:
    return latex(tree.name(name))


def _bracketed(shown: str) -> str:
    return f"({shown})" if shown.startswith("−") else shown


def _in_brackets(shown: str) -> str:
    return f"({shown})" if shown.startswith("-") else shown


def filled(formula: str, known: Mapping[str, float]) -> str:
    """Our printer's LaTeX with each name replaced by its number; a dot where two factors would run together."""
    numbers = {_symbol(name): _in_brackets(number_latex(value)) for name, value in known.items()}
    out, last = "", ""
    gap = False
    for token in _LATEX_TOKEN.findall(formula):
        if token.isspace():
            gap = True
            continue
        new: str = numbers.get(token) or token
        factor = new[0].isdigit() or new[0] in "(\\"
        close = gap and (last[-1:].isdigit() or last[-1:] in (")", "}") or last == r"\pi") and factor
        operator = token in (r"\cdot", r"\times")
        out += r" \cdot " if close and not operator else " " if gap else ""
        out += new
        last, gap = new, False
    out = re.sub(r"\(\((-[^()]*)\)\)", r"(\1)", re.sub(r"\{\((-[^()]*)\)\}", r"{\1}", out))
    return re.sub(r"^\((-[^()]*)\)$", r"\1", out)


def _styled(formula: str) -> str:
    """Our formula text as people write it: w·x, q_{1}, x^{2}."""
    shown = _PLAIN_NAME.sub(lambda m: m[0] if m[0] in CONSTANTS else named(m[0]), formula)
    shown = re.sub(r"\^(-?[0-9.]+|[a-z](?:_\{\d+\})?)", r"^{\1}", shown)
    return _signs(shown)


def _signs(formula: str) -> str:
    return re.sub(r"\bpi\b", "π", formula.replace("*", "·").replace("-", "−"))


def _filled_plain(formula: str, known: Mapping[str, float]) -> str:
    marked = re.sub(r"\^(-?[0-9.]+)", r"^{\1}", _signs(formula))
    shown = _PLAIN_NAME.sub(lambda m: _bracketed(short(known[m[0]])) if m[0] in known else m[0], marked)
    return re.sub(r"\((\(−[^()]*\))\)", r"\1", shown)
