"""What an optimizer is: a frozen record of numbers with a pure step."""

import inspect
import math
import numbers
import re
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache, lru_cache
from typing import Any, ClassVar, dataclass_transform

import numpy as np

from optim_viz.words import Text

Value = float | np.ndarray  # one number, or (B,) numbers for a sweep
State = dict[str, np.ndarray]
Gradient = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Hyperparameter:
    """One field of an optimizer: what a control needs, and the allowed values as an interval, "[0, 1)"."""

    name: str
    default: float
    choices: tuple[float, ...]
    symbol: str
    help: str
    interval: str

    def checked(self, value: Any) -> Value:
        """The value as a float, or as a read-only array (B,); ValueError for anything the rule cannot use."""
        if isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind in "fiu":
            value = np.array(value, np.float32 if value.dtype == np.float32 else float)
            value.setflags(write=False)
            low, high = value.min(initial=math.inf), value.max(initial=-math.inf)
            finite = bool(np.isfinite(value).all())
        else:
            low = high = value = self._number(value)
            finite = math.isfinite(value)
        if not finite:
            raise ValueError(Text("{name} must be a finite number.", name=self.name))
        if not (_above(low, self.interval) and _below(high, self.interval)):
            wrong = float(high if _above(low, self.interval) else low)
            raise ValueError(
                Text(
                    "{name} must be in {interval}, not {value:g}.",
                    name=self.name,
                    interval=self.interval,
                    value=wrong,
                )
            )
        return value

    def _number(self, value: Any) -> float:
        # A NumPy scalar would turn float32 points into float64, hence float().
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value[()]
        if isinstance(value, numbers.Real) and not isinstance(value, bool):
            try:
                return float(value) + 0.0  # -0.0 and 0.0 are one setting
            except OverflowError:
                return math.inf
        raise ValueError(Text("{name} must be a number.", name=self.name))


@cache
def _bounds(interval: str) -> tuple[float, float]:
    low, high = interval[1:-1].replace("∞", "inf").split(",")
    return float(low), float(high)


def _above(value: Any, interval: str) -> bool:
    low = _bounds(interval)[0]
    return bool(value >= low if interval[0] == "[" else value > low)


def _below(value: Any, interval: str) -> bool:
    high = _bounds(interval)[1]
    return bool(value <= high if interval[-1] == "]" else value < high)


def param(default: float, choices: tuple[float, ...], symbol: str, help: str, interval: str = "[0, ∞)") -> Any:
    """A dataclass field: default, control choices, LaTeX symbol, one line of help, allowed interval."""
    return field(default=default, metadata={"choices": choices, "symbol": symbol, "help": help, "interval": interval})


@dataclass_transform(frozen_default=True)
@dataclass(frozen=True, eq=False, repr=False)
class Optimizer:
    """A rule that moves a point downhill.

    A subclass is one optimizer: its docstring is the idea in one sentence, its fields (made by `param`) are
    the hyper-parameters, its class attributes the facts. It becomes a frozen dataclass by being defined.
    A field is a number, or an array (B,) to try B values at once on points (2, B); a float32 array where
    float32 points should stay float32.
    """

    name: ClassVar[str]
    idea: ClassVar[str]
    formula: ClassVar[tuple[str, ...]] = ()
    source: ClassVar[str] = ""
    differs: ClassVar[str] = ""
    torch: ClassVar[str] = ""
    program: ClassVar[str] = ""  # the rule in the formula language, where that can say it
    bound: ClassVar[str] = ""  # the stability limit in words, "{}" standing for the curvature
    optimum: ClassVar[str] = ""  # the best fixed rate on a quadratic in words
    symbols: ClassVar[Mapping[str, str]] = {}  # LaTeX of names in `step` that do not read as their own symbol

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = cls.__name__
        words = " ".join((cls.__dict__.get("__doc__") or "").split())
        cls.idea = re.split(r"(?<=[.!?])\s", words, maxsplit=1)[0]
        dataclass(frozen=True, eq=False, repr=False)(cls)

    def __post_init__(self) -> None:
        for h in self.hyperparameters():
            object.__setattr__(self, h.name, h.checked(getattr(self, h.name)))

    def init(self, x: np.ndarray) -> State:
        """The state before the first step at x (2, ...)."""
        raise NotImplementedError

    def step(self, x: np.ndarray, grad: Gradient, state: State, t: int) -> tuple[np.ndarray, State]:
        """The t-th update (t = 1, 2, ...) of x (2, ...): new arrays, nothing written."""
        raise NotImplementedError

    def inside(self, x: np.ndarray, grad: Gradient, state: State, t: Any) -> dict[str, Any]:
        """Every number the running `step`, and each method it calls, gave a name to, by that name."""
        before, found = sys.getprofile(), {}

        def note(frame: Any, event: str, _: Any) -> None:
            if event == "return" and frame.f_locals.get("self") is self:
                found.update(frame.f_locals)

        sys.setprofile(note)
        try:
            self.step(x, grad, state, t)
        finally:
            sys.setprofile(before)
        return found

    def per_axis(self, inside: Mapping[str, Any]) -> np.ndarray | None:
        """How far a slope of 1 moves each axis in this update, from what `inside` found; None where axes are alike."""
        return getattr(self, "lr", 1.0) / inside["size"] if "size" in inside else None

    def stability_limit(self, curvature: float) -> Value | None:
        """The rate above which a quadratic with largest eigenvalue `curvature` diverges; None if unknown."""
        return None

    def best_fixed_rate(self, low: float, high: float) -> Value | None:
        """The fastest fixed rate on a quadratic with eigenvalues from `low` to `high`; None if unknown."""
        return None

    @property
    def limit(self) -> str:
        """The stability limit as a formula in λmax, "" where none is known."""
        return self.bound.format("(λmax + weight decay)" if np.any(getattr(self, "weight_decay", 0)) else "λmax")

    @classmethod
    @lru_cache(maxsize=256)  # each rule that a person writes is a class of its own
    def hyperparameters(cls) -> tuple[Hyperparameter, ...]:
        """The fields in the order of their declaration."""
        return tuple(Hyperparameter(f.name, getattr(cls, f.name), **f.metadata) for f in fields(cls))

    @classmethod
    @lru_cache(maxsize=256)
    def code(cls) -> str:
        """The source of `step`, dedented."""
        return textwrap.dedent(inspect.getsource(cls.step))

    def label(self) -> str:
        """The name to show."""
        return self.name

    def fields(self) -> dict[str, Value]:
        """The constructor's arguments."""
        return {h.name: getattr(self, h.name) for h in self.hyperparameters()}

    def torch_code(self) -> str:
        """The same optimizer in PyTorch, "" where torch has none (as for a sweep)."""
        if any(map(np.ndim, self.fields().values())):
            return ""
        return self.torch.format(**{name: literal(value) for name, value in self.fields().items()})

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={literal(value)}" for name, value in self.fields().items())
        return f"{self.name}({values})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


def literal(value: Value) -> str:
    """Python code that gives back exactly this value."""
    if not isinstance(value, np.ndarray):
        return repr(value)
    kind = ", np.float32" if value.dtype == np.float32 else ""
    return f"np.array({value.tolist()}{kind})"


def each(function: Callable[..., float]) -> Callable[..., Any]:
    """Let a function of numbers take hyper-parameter arrays, too.

    NumPy's vector routines (`power` above all) may round differently from Python's; going through the same
    function makes a sweep equal to its single runs bit for bit.
    """
    arrays: dict[int, Callable[..., Any]] = {}

    def call(*args: Any) -> Any:
        for a in args:
            if isinstance(a, np.ndarray):
                many = arrays.setdefault(len(args), np.frompyfunc(function, len(args), 1))
                return many(*args).astype(a.dtype)
        return function(*args)

    return call


@each
def power(base: float, exponent: float) -> float:
    """base ** exponent, for numbers and for hyper-parameter arrays (B,)."""
    return base**exponent


L2 = "g = g + weight_decay*x\n"  # a program's first line, where the decay is part of the gradient
_LR = sorted(
    {float(f"{m}e{d}") for d in range(-5, 1) for m in (1, 2, 3, 5, 7)}
    | {0.15, 0.25, 0.4, 0.6, 0.65, 0.8, 0.9, 0.95, 0.99, 1.05, 1.1, 1.5, 1.8, 1.9, 1.95, 2.1, 2.5, 4.0, 10.0}
)
LR = tuple(_LR)
FRACTIONS = (0.0, 0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999, 0.9999)
EPS = (1e-12, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
WEIGHT_DECAY = (0.0, 1e-5, 1e-4, 1e-3, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)


def rate(default: float, help: str = "Learning rate: how far one step goes.") -> Any:
    """The learning rate η >= 0."""
    return param(default, LR, r"\eta", help)


def fraction(default: float, symbol: str, help: str) -> Any:
    """A share in [0, 1), such as a momentum or a memory."""
    return param(default, FRACTIONS, symbol, help, "[0, 1)")


def epsilon(default: float, help: str = "Small number that keeps the division finite, outside the root.") -> Any:
    """The ε > 0 of a denominator."""
    return param(default, EPS, r"\epsilon", help, "(0, ∞)")


def l2_decay() -> Any:
    """Weight decay as part of the gradient."""
    return param(0.0, WEIGHT_DECAY, r"\lambda", "Weight decay as L2: λx is added to the gradient.")


def decoupled_decay(default: float) -> Any:
    """Weight decay beside the gradient step."""
    return param(
        default,
        WEIGHT_DECAY,
        r"\lambda",
        "Decoupled weight decay: x shrinks by ηλx, beside the gradient step.",
    )
