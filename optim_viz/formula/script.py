"""Programs people type: a few assignments over x, g and t that make an update rule.

A name read before it is written is state (0 at first), a name never written is a setting, the others are results
on the way. `g` is the gradient at x, `g(...)` the gradient at any other point.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from optim_viz.formula import printing, tree
from optim_viz.formula.evaluate import Program
from optim_viz.formula.lines import read_lines, tidy
from optim_viz.formula.parse import FormulaError
from optim_viz.formula.tree import Node
from optim_viz.words import Text

MAX_LOOKS = 4
_SYMBOLS = {"lr": "eta", "momentum": "mu", "weight_decay": "lambda", "lam": "lambda", "decay": "rho"}


class Script:
    """A program that has been read; `settings` and `states` are its names of either kind, in order of appearance.

    FormulaError with line and column for a text that is no program.
    """

    def __init__(self, text: str) -> None:
        lines, self.where = read_lines(text)
        self.text = tidy(text)
        self.lines = tuple(lines)
        written, known, early = {line.name for line in lines}, {"x", "g", "t"}, dict[str, None]()
        for line in lines:
            early |= dict.fromkeys(name for name in tree.names_of(line.node) if name not in known)
            known.add(line.name)
        self.states = tuple(name for name in early if name in written)
        self.settings = tuple(name for name in self.where if name in early and name not in written)
        self.asks = self._reads_gradient()
        self._looks, self._inputs, self._bound = self._with_looks_apart()
        self._update = self._program(("x", *self.states))

    def _reads_gradient(self) -> bool:
        for line in self.lines:
            if "g" in tree.names_of(line.node) or line.name == "g":
                return "g" in tree.names_of(line.node)
        return False

    def _with_looks_apart(self) -> tuple[list[Program], list[str], list[tuple[str, Node]]]:
        """A program for each place where the gradient is asked for; inputs and lines with the answers as inputs."""
        lines = [(name, tree.name(_before(name))) for name in self.states]
        inputs = ["x", *(["g"] if self.asks else []), "t", *self.settings, *map(_before, self.states)]
        looks: list[Program] = []

        def look(place: Node) -> Node:
            looks.append(Program([place], inputs, lines))
            inputs.append(f"g({len(looks)})")  # no name a person can type
            return tree.name(inputs[-1])

        for line in self.lines:
            lines.append((line.name, _with_looks(line.node, look)))
            if len(looks) > MAX_LOOKS:
                wrong = Text("A program asks for the gradient elsewhere at most {limit} times.", limit=MAX_LOOKS)
                raise FormulaError(wrong, 1, line.number)
        return looks, inputs, lines

    def _program(self, names: Iterable[str]) -> Program:
        return Program([tree.name(name) for name in names], self._inputs, self._bound)

    def update(self, x: np.ndarray, *asked: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """One pass over the lines: new x and state, of x's shape and type; inf and nan come without a warning.

        `asked` is the gradient as a function, the state, the step t from 1, and the settings by name.
        """
        moved, *after = self._run(self._update, x, *asked)
        return moved, dict(zip(self.states, after, strict=True))

    def values(self, x: np.ndarray, *asked: Any) -> dict[str, np.ndarray]:
        """What every assigned name holds at the end of such a pass."""
        names = tuple(dict.fromkeys((*("g" for _ in range(self.asks)), *(line.name for line in self.lines))))
        return dict(zip(names, self._run(self._program(names), x, *asked), strict=True))

    def _run(
        self, program: Program, x: np.ndarray, grad: Callable, state: Mapping[str, np.ndarray], t: int,
        settings: Mapping[str, Any],
    ) -> list[np.ndarray]:  # fmt: skip
        kind = x.dtype
        values = [_solid(x, kind)]
        with np.errstate(all="ignore"):
            if self.asks:
                values.append(_solid(grad(x), kind))
            values += [np.asarray(value, kind) for value in (t, *(settings[name] for name in self.settings))]
            values += [_solid(state[name], kind) for name in self.states]
            for look in self._looks:
                place = _shaped(look.run(values, kind, False)[0], x)
                values.append(_solid(grad(place), kind))
            return [_shaped(result, x) for result in program.run(values, kind, False)]

    @cached_property
    def latex(self) -> tuple[str, ...]:
        """A line of LaTeX per assignment, settings by the symbols of the papers."""
        names = {name for line in self.lines for name in (line.name, *tree.names_of(line.node))}
        symbols = {name: tree.name(symbol) for name, symbol in _SYMBOLS.items() if name in names}
        used = [*names, *(str(node.value) for node in symbols.values())]
        symbols = {name: node for name, node in symbols.items() if used.count(str(node.value)) == 1}
        fixed = {"t", *(str(getattr(symbols.get(name), "value", name)) for name in self.settings)}
        shown = [r"g = \nabla f(x)"] if self.asks else []
        for line in self.lines:
            target = printing.latex(symbols.get(line.name) or tree.name(line.name))
            formula = _factors_first(tree.substitute([line.node], symbols)[0], fixed)
            shown.append(rf"{target} \leftarrow {printing.latex(formula)}")
        return tuple(shown)

    @cached_property
    def code(self) -> str:
        """The same update as a Python method over NumPy."""
        words = {name: tree.name(f"self.{name}") for name in self.settings}
        words |= {name: tree.name(f'state["{name}"]') for name in self.states}
        fixed = {"t", *(f"self.{name}" for name in self.settings)}
        body = ["g = grad(x)"] if self.asks else []
        for line in self.lines:
            node = _with_looks(tree.substitute([line.node], words)[0], _look_in_python)
            body.append(f"{line.name} = {printing.python(_factors_first(node, fixed), 'np')}")
            words.pop(line.name, None)
        kept = ", ".join(f'"{name}": {name}' for name in self.states)
        return "\n    ".join(["def step(self, x, grad, state, t):", *body, f"return x, {{{kept}}}"]) + "\n"


def _factors_first(node: Node, fixed: set[str]) -> Node:
    """The same tree, in products first what does not change on the way: (1 - b) g."""
    done: dict[Node, Node] = {}
    for part in tree.walk(node):
        args = [done[arg] for arg in part.args]
        if part.kind == "mul":
            args.sort(key=lambda arg: not fixed.issuperset(tree.names_of(arg)))
        done[part] = Node(part.kind, tuple(args), part.value)
    return done[node]


def _look_in_python(place: Node) -> Node:
    return tree.name(f"grad({printing.python(place, 'np')})")


def _before(name: str) -> str:
    """The input that holds a state's last value; no name a person can type."""
    return f"{name}'"


def _solid(a: Any, kind: np.dtype) -> np.ndarray:
    """One layout: a strided view may take another SIMD path, and then other bits, than a copy."""
    a = np.asarray(a, kind)
    return a if a.flags.forc else np.ascontiguousarray(a)


def _shaped(result: Any, x: np.ndarray) -> np.ndarray:
    if isinstance(result, np.ndarray) and result.shape == x.shape:
        return result
    return np.array(np.broadcast_to(np.asarray(result, x.dtype), x.shape))


def _with_looks(node: Node, look: Callable[[Node], Node]) -> Node:
    """The tree with every g(...) replaced by what `look` makes of the place in it, inner ones first."""
    done: dict[Node, Node] = {}
    for part in tree.walk(node):
        args = [done[arg] for arg in part.args]
        done[part] = look(args[0]) if part.kind == "call" and part.value == "g" else tree.rebuild(part, args)
    return done[node]
