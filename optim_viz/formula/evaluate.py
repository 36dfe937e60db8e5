"""Trees -> one straight-line program that computes all of them, each shared part once."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.formula import tree
from optim_viz.formula.tree import CONSTANTS, FUNCTIONS, Node

MAX_MULTIPLIED_POWER = 64
_UFUNCS: dict[str, Callable] = {**FUNCTIONS, "abs": abs}


class Program:
    """Formulas compiled for arrays; `inputs` are the names it needs, in the order `run` takes their arrays.

    Calling it with {name: array} gives one new array per formula, each in the shape all inputs broadcast to;
    float32 inputs give float32, other types float64; overflow and undefined values are inf and nan, silently.
    `lines` are assignments (name, formula) carried out in order before the formulas are read.
    """

    def __init__(
        self, nodes: Sequence[Node], inputs: Sequence[str] | None = None, lines: Sequence[tuple[str, Node]] = ()
    ) -> None:
        nodes = list(nodes)
        self.inputs = tuple(inputs) if inputs is not None else tree.names_of(*nodes)
        missing = set(tree.names_of(*nodes)) - {*self.inputs, *(name for name, _ in lines)}
        if missing:
            raise ValueError(f"no input given for {sorted(missing)}")
        build = _Builder(self.inputs)
        for name, node in lines:
            build.assign(name, node)
        slots = build.build(nodes)
        self._operations, self._outputs = build.finish(slots)
        self.constants = [slot < 0 for slot in slots]  # outputs that no input can change
        self._tables: dict[tuple[np.dtype, bool], list] = {}
        self._numbers = build.numbers

    def __call__(self, values: Mapping[str, Any]) -> list[np.ndarray]:
        arrays = [np.asarray(values[name]) for name in self.inputs]
        dtype = float_type(*(values[name] for name in self.inputs))
        shape = np.broadcast_shapes(*(array.shape for array in arrays))
        # one layout: a strided view may take another SIMD path, and then other bits, than a copy
        arrays = [np.ascontiguousarray(array, dtype).reshape(array.shape) for array in arrays]
        with np.errstate(all="ignore"):
            results = self.run(arrays, dtype, not shape)
        return [np.array(np.broadcast_to(np.asarray(result, dtype), shape)) for result in results]

    def run(self, values: Sequence[Any], dtype: np.dtype, scalar: bool) -> list:
        """The bare results for float arrays (or NumPy scalars if `scalar`) of one dtype: the hot loop.

        For callers already inside `np.errstate(all="ignore")`; a constant output is a scalar or 0-d array.
        """
        table = self._tables.get((dtype, scalar))
        if table is None:
            table = self._tables[dtype, scalar] = self._table(dtype, scalar)
        slots = [*values, *table]
        put = slots.append
        for function, i, j in self._operations:
            put(function(slots[i]) if j is None else function(slots[i], slots[j]))
        return [slots[i] for i in self._outputs]

    def _table(self, dtype: np.dtype, scalar: bool) -> list:
        # 0-d arrays keep float32 and are cheaper beside arrays than Python floats, scalars beside scalars
        with np.errstate(all="ignore"):
            cast = [np.array(number).astype(dtype) for number in self._numbers]
        return [number[()] for number in cast] if scalar else cast


def float_type(*values: Any) -> np.dtype:
    """float32 if no array among the values asks for more, else float64; Python numbers ask for nothing."""
    types = [np.asarray(value).dtype for value in values if isinstance(value, np.ndarray | np.generic)]
    return np.dtype(np.float32) if types and all(t == np.float32 for t in types) else np.dtype(np.float64)


def constant(node: Node) -> float:
    """The value of a tree without names, in float64."""
    return float(Program([node])({})[0])


class _Builder:
    """Numbers every distinct operation once (inputs >= 0, numbers < 0 until `finish` places them)."""

    def __init__(self, inputs: Sequence[str]) -> None:
        self.slots: dict[str, int] = {name: i for i, name in enumerate(inputs)}
        self.done: dict[Node, int] = {}
        self.width = len(inputs)
        self.numbers: list[float] = []
        self.number_slots: dict[str, int] = {}
        self.operations: list[tuple[Callable, int, int | None]] = []
        self.known: dict[tuple, int] = {}

    def build(self, nodes: list[Node]) -> list[int]:
        self.walk(nodes)
        return [self.fresh(self.done[node]) for node in nodes]

    def assign(self, name: str, node: Node) -> None:
        """From here on the name stands for the formula's value."""
        self.walk([node])
        self.slots[name] = self.done[node]

    def walk(self, nodes: list[Node]) -> None:
        for node in tree.walk(*nodes):
            self.done[node] = _EMIT[node.kind](self, node)

    def fresh(self, slot: int) -> int:
        """A result that is an input is copied, so that no caller holds the input twice."""
        return self.emit(operator.pos, slot) if 0 <= slot < self.width else slot

    def finish(self, outputs: list[int]) -> tuple[list[tuple[Callable, int, int | None]], list[int]]:
        """Live operations only, slots in the order inputs, numbers, results."""
        live, stack = set(), list(outputs)
        while stack:
            slot = stack.pop()
            if slot >= self.width and slot not in live:
                live.add(slot)
                stack.extend(s for s in self.operations[slot - self.width][1:] if s is not None)
        used = {s for slot in live for s in self.operations[slot - self.width][1:] if s is not None and s < 0}
        kept = sorted(used | {s for s in outputs if s < 0}, reverse=True)
        place = {slot: slot for slot in range(self.width)}
        place |= {slot: self.width + i for i, slot in enumerate(kept)}
        place |= {slot: self.width + len(kept) + i for i, slot in enumerate(sorted(live))}
        self.numbers = [self.numbers[-1 - slot] for slot in kept]
        operations = []
        for slot in sorted(live):
            function, i, j = self.operations[slot - self.width]
            operations.append((function, place[i], None if j is None else place[j]))
        return operations, [place[slot] for slot in outputs]

    def number(self, value: float) -> int:
        text = repr(value)
        if text not in self.number_slots:
            self.numbers.append(value)
            self.number_slots[text] = -len(self.numbers)
        return self.number_slots[text]

    def value(self, slot: int) -> float:
        return self.numbers[-1 - slot]

    def emit(self, function: Callable, i: int, j: int | None = None) -> int:
        if i < 0 and (j is None or j < 0):
            values = (self.value(i),) if j is None else (self.value(i), self.value(j))
            with np.errstate(all="ignore"):
                return self.number(float(function(*map(np.float64, values))))
        if function in (operator.mul, operator.add) and j is not None and j < i:
            i, j = j, i
        key = (function, i, j)
        if key not in self.known:
            self.operations.append(key)
            self.known[key] = self.width + len(self.operations) - 1
        return self.known[key]

    def leaf(self, node: Node) -> int:
        if node.kind == "number":
            return self.number(float(node.value))
        word = str(node.value)
        return self.number(CONSTANTS[word]) if word in CONSTANTS else self.slots[word]

    def sum(self, node: Node) -> int:
        """Terms with a negative coefficient are subtracted: a - 2 b shares 2 b, and needs no negation."""
        negative = [term.kind == "mul" and tree.split(term)[0] < 0 for term in node.args]
        first = negative.index(False) if False in negative else 0
        total = self.done[node.args[first]]
        for k, term in enumerate(node.args):
            if k == first:
                continue
            if negative[k]:
                total = self.emit(operator.sub, total, self.product(term, -1.0))
            else:
                total = self.emit(operator.add, total, self.done[term])
        return total

    def product(self, node: Node, sign: float = 1.0) -> int:
        """The coefficient comes last, so that 2 x y and 3 x y share x y."""
        coefficient, _ = tree.split(node)
        factors = node.args[1:] if node.args[0].kind == "number" else node.args
        total = self.done[factors[0]]
        for factor in factors[1:]:
            total = self.emit(operator.mul, total, self.done[factor])
        if coefficient * sign == -1:
            return self.emit(operator.neg, total)
        return total if coefficient * sign == 1 else self.emit(operator.mul, total, self.number(coefficient * sign))

    def quotient(self, node: Node) -> int:
        return self.emit(operator.truediv, *(self.done[arg] for arg in node.args))

    def power(self, node: Node) -> int:
        """Whole and half powers by multiplication and root: NumPy's power is up to 80 times slower."""
        base, exponent = (self.done[arg] for arg in node.args)
        n = self.value(exponent) if exponent < 0 else 0.5 + MAX_MULTIPLIED_POWER
        if base < 0 or abs(n) > MAX_MULTIPLIED_POWER or not (2 * n).is_integer():
            # not **, which rounds differently for NumPy's scalars than for its arrays
            return self.emit(np.power, base, exponent)
        whole, half = divmod(abs(n), 1)
        result = self.emit(np.sqrt, base) if half else None
        bits, square = int(whole), base
        while bits:
            if bits & 1:
                result = square if result is None else self.emit(operator.mul, result, square)
            bits >>= 1
            square = self.emit(operator.mul, square, square) if bits else square
        if result is None:
            return self.number(1.0)
        return result if n > 0 else self.emit(operator.truediv, self.number(1.0), result)

    def call(self, node: Node) -> int:
        slots = [self.done[arg] for arg in node.args]
        if node.value == "step":
            slots.append(self.number(0.5))
        return self.emit(_UFUNCS[str(node.value)], *slots)


_EMIT = {
    "number": _Builder.leaf,
    "name": _Builder.leaf,
    "add": _Builder.sum,
    "mul": _Builder.product,
    "div": _Builder.quotient,
    "pow": _Builder.power,
    "call": _Builder.call,
}
