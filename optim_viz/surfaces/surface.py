"""Surface: a formula in x and y, its domain, and the facts known about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from optim_viz import formula as f
from optim_viz.formula.parse import tokenize
from optim_viz.surfaces import checks
from optim_viz.surfaces.calculus import Calculus, calculus

Pair = tuple[float, float]
DEFAULT_GRID = (-10.0, -5.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_LETTERS = f.SURFACE_NAMES - {"x", "y"}
_DEFAULTS: dict[str, Any] = {
    "x": (-10.0, 10.0),
    "y": (-10.0, 10.0),
    "start": None,
    "minima": (),
    "value": None,
}
_DEFAULTS |= {"name": "", "source": "", "teaches": "", "tags": (), "ranges": ()}


class Surface:
    """A loss surface: a formula of x and y whose other letters are parameters; frozen, equal by content.

    `minima` are pairs of numbers or formulas of the parameters, `value` is the value there; `ranges` are the
    values a slider offers for each parameter. Points have shape (2, ...). ValueError for arguments that make
    no surface, FormulaError for a formula that cannot be read.
    """

    formula: str
    x: Pair
    y: Pair
    start: Pair
    name: str
    source: str
    teaches: str
    tags: tuple[str, ...]
    _minima: tuple[tuple[float | str, float | str], ...]
    _value: float | str | None
    _parameters: tuple[tuple[str, float], ...]
    _ranges: tuple[tuple[str, tuple[float, ...]], ...]

    def __init__(
        self,
        formula: str,
        *,
        x: Iterable[float] = (-10, 10),
        y: Iterable[float] = (-10, 10),
        start: Iterable[float] | None = None,
        minima: Iterable[Iterable[float | str]] = (),
        value: float | str | None = None,
        name: str = "",
        source: str = "",
        teaches: str = "",
        tags: Iterable[str] = (),
        ranges: Mapping[str, Iterable[float]] | Iterable[tuple[str, Iterable[float]]] = (),
        **parameters: float,
    ) -> None:
        put = self.__dict__.__setitem__
        put("formula", formula)
        letters = self._letters()
        put("x", checks.interval("x", x))
        put("y", checks.interval("y", y))
        put("start", checks.start(start, self.x, self.y))
        put("_minima", tuple(checks.minimum(pair) for pair in minima))
        put("_value", value if value is None else checks.fact(value))
        put("name", checks.string("name", name))
        put("source", checks.string("source", source))
        put("teaches", checks.string("teaches", teaches))
        put("tags", tuple(checks.string("tags", tag) for tag in ((tags,) if isinstance(tags, str) else tags)))
        put("_parameters", checks.parameters(letters, parameters))
        put("_ranges", checks.ranges(letters, ranges))

    def _letters(self) -> tuple[str, ...]:
        f.parse(self.formula)
        return tuple(dict.fromkeys(t.text for t in tokenize(self.formula) if t.text in _LETTERS))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Surface cannot change: use surface.replace(...)")

    __delattr__ = __setattr__  # type: ignore[assignment]

    def fields(self) -> dict[str, Any]:
        """The constructor's arguments that differ from the defaults, as plain numbers, strings and tuples."""
        stated = {"x": self.x, "y": self.y, "start": self.start, "minima": self._minima, "value": self._value}
        stated |= {key: getattr(self, key) for key in ("name", "source", "teaches", "tags")}
        stated["ranges"] = dict(self._ranges) or ()
        kept = {key: value for key, value in stated.items() if value != _DEFAULTS[key]}
        return {"formula": self.formula, **kept, **self.parameters}

    def replace(self, **changes: Any) -> Surface:
        """A copy with other parameters or fields; a new formula leaves behind the facts of the old one."""
        fields = self.fields()
        if changes.get("formula", self.formula) != self.formula:
            fields = {key: fields[key] for key in ("x", "y", "start") if key in fields}
            fields |= {"formula": changes["formula"]}
            fields |= {key: v for key, v in self.parameters.items() if key in _letters_of(changes["formula"])}
        return self._made({**fields, **changes}, changes)

    def _made(self, fields: dict[str, Any], changes: dict[str, Any]) -> Surface:
        made = type(self)(**fields)
        inside = all(low <= s <= high for s, (low, high) in zip(made.start, (made.x, made.y), strict=True))
        if inside or "start" in changes or not {"x", "y"} & set(changes):
            return made
        return type(self)(**{**fields, "start": None})  # the domain has left the old start behind

    @property
    def parameters(self) -> dict[str, float]:
        """Letter -> value, in order of appearance in the formula."""
        return dict(self._parameters)

    @property
    def ranges(self) -> dict[str, tuple[float, ...]]:
        """Letter -> increasing choices for its slider; the current value is always one of them."""
        stated = dict(self._ranges)
        return {k: tuple(sorted({*stated.get(k, DEFAULT_GRID), v})) for k, v in self._parameters}

    def _content(self) -> tuple:
        return self.formula, self.x, self.y, self.start, self._minima, self._value, self.name, self.source, (
            self.teaches, self.tags, self._parameters, self._ranges,
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Surface) and type(self) is type(other) and self._content() == other._content()

    def __hash__(self) -> int:
        return hash(self._content())

    def __repr__(self) -> str:
        return f"Surface({', '.join(f'{k}={v!r}' for k, v in self.fields().items())})"

    def __reduce__(self):
        return _restore, (type(self), self.fields())

    @property
    def quadratic(self) -> np.ndarray | None:
        """The constant Hessian (2, 2) if the formula is a quadratic polynomial, else None."""
        return self._calculus.quadratic

    @cached_property
    def minima(self) -> np.ndarray:
        """All known global minima, one per row (k, 2); exact for a quadratic bowl that states none."""
        rows = [[self._fact(word) for word in pair] for pair in self._minima]
        hessian = self.quadratic
        if not rows and hessian is not None and np.linalg.eigvalsh(hessian)[0] > 0:
            rows = [np.linalg.solve(hessian, -self.gradient(np.zeros(2)))]
        points = np.array(rows, dtype=float).reshape(-1, 2)
        points.flags.writeable = False
        return points

    @cached_property
    def minimum_value(self) -> float | None:
        """The value at the global minima, None where it is unknown or there is none."""
        if self._value is not None:
            return self._fact(self._value)
        return float(self.value(self.minima[0])) if len(self.minima) else None

    def _fact(self, word: float | str) -> float:
        if not isinstance(word, str):
            return word
        return f.constant(f.substitute([f.parse(word, _LETTERS)], dict(self._parameters))[0])

    @cached_property
    def _calculus(self) -> Calculus:
        return calculus(self.formula, self._parameters)

    def value(self, p: Any) -> Any:
        """f at p (2, ...) -> (...); overflow and undefined values are inf and nan, without a warning."""
        points = checks.points(p)
        with np.errstate(all="ignore"):
            return self.raw_value(points)

    def gradient(self, p: Any) -> np.ndarray:
        """∇f at p (2, ...) -> (2, ...)."""
        points = checks.points(p)
        with np.errstate(all="ignore"):
            return self.raw_gradient(points)

    def value_and_gradient(self, p: Any) -> tuple[Any, np.ndarray]:
        """f and ∇f at p (2, ...), with shared parts computed once."""
        points = checks.points(p)
        with np.errstate(all="ignore"):
            value, *slopes = self._calculus.both.run((points[0], points[1]), points.dtype, points.ndim == 1)
            return _spread(value, points), _stack(slopes, points)

    def hessian(self, p: Any) -> np.ndarray:
        """The second derivatives at p (2, ...) -> (2, 2, ...), symmetric."""
        points = checks.points(p)
        out = np.empty((2, *points.shape), points.dtype)
        with np.errstate(all="ignore"):
            xx, xy, yy = self._calculus.hessian.run((points[0], points[1]), points.dtype, points.ndim == 1)
        out[0, 0], out[0, 1], out[1, 0], out[1, 1] = xx, xy, xy, yy
        return out

    def raw_value(self, p: np.ndarray) -> Any:
        """`value` for hot loops: C-contiguous float32 or float64, inside the caller's `np.errstate`."""
        return _spread(self._calculus.value.run((p[0], p[1]), p.dtype, p.ndim == 1)[0], p)

    def raw_gradient(self, p: np.ndarray) -> np.ndarray:
        """`gradient` for hot loops: C-contiguous float32 or float64, inside the caller's `np.errstate`."""
        return _stack(self._calculus.gradient.run((p[0], p[1]), p.dtype, p.ndim == 1), p)

    @property
    def latex(self) -> str:
        return f.latex(self._calculus.tree)

    @property
    def gradient_latex(self) -> list[str]:
        """∂f/∂x and ∂f/∂y, with the parameters as letters."""
        return list(self._calculus.gradient_latex)

    @staticmethod
    def from_function(function: Callable, **fields: Any) -> Surface:
        """A surface from Python code f(x, y) written with `autograd.numpy`, elementwise in x and y."""
        from optim_viz.surfaces.function import FunctionSurface

        return FunctionSurface(function, **fields)


def _letters_of(text: str) -> set[str]:
    return {token.text for token in tokenize(text)} & _LETTERS


def _restore(kind: type[Surface], fields: dict[str, Any]) -> Surface:
    return kind(**fields)


def _spread(value: Any, p: np.ndarray) -> Any:
    return value if value.shape == p.shape[1:] else np.full(p.shape[1:], value, p.dtype)


def _stack(slopes: list, p: np.ndarray) -> np.ndarray:
    out = np.empty(p.shape, p.dtype)
    out[0], out[1] = slopes
    return out
