"""Optimizers people write: a program of a few lines becomes an optimizer like any other."""

from dataclasses import field, make_dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from optim_viz.formula import FormulaError, latex
from optim_viz.formula.lines import taken
from optim_viz.formula.script import Script
from optim_viz.formula.tree import name as name_node
from optim_viz.optimizers import OPTIMIZERS, Adam
from optim_viz.optimizers.base import Hyperparameter, Optimizer, Value, literal
from optim_viz.words import Text

ANY = (-10.0, -1.0, -0.1, 0.0, 1e-6, 0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0,
       10.0, 50.0, 100.0)  # fmt: skip
# A setting that is called as one of a listed rule looks like it; where rules differ, like Adam's.
_KNOWN = {h.name: h for rule in (*OPTIMIZERS.values(), Adam) for h in rule.hyperparameters()}
_ALIKE = {"b": "momentum", "b1": "beta1", "b2": "beta2", "beta": "momentum", "epsilon": "eps", "eta": "lr",
          "lam": "weight_decay", "mu": "momentum", "rate": "lr", "wd": "weight_decay"}  # fmt: skip
_RATE = 0.1


class Custom(Optimizer):
    """A rule of one's own, written in a few lines."""

    program: ClassVar[str]
    script: ClassVar[Script]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Nothing to declare: `_kind` has made the class."""

    def __init__(self, **settings: Any) -> None:
        for h in self.hyperparameters():
            object.__setattr__(self, h.name, h.checked(settings.pop(h.name, h.default)))
        if settings:
            known = ", ".join(h.name for h in self.hyperparameters()) or "–"
            wrong = repr(next(iter(settings)))[:60]
            raise ValueError(Text("This program has no setting {name}; it has: {names}.", name=wrong, names=known))

    @classmethod
    def hyperparameters(cls) -> tuple[Hyperparameter, ...]:
        """The settings in order of appearance; any finite number is allowed."""
        return cls.__dict__.get("_settings", ())

    @classmethod
    def code(cls) -> str:
        """The program as Python."""
        return cls.script.code

    def init(self, x):
        return {name: np.zeros_like(x) for name in self.script.states}

    def step(self, x, grad, state, t):
        return self.script.update(x, grad, state, t, vars(self))

    def inside(self, x, grad, state, t):
        return self.script.values(x, grad, state, t, vars(self))

    def __repr__(self) -> str:
        values = "".join(f", {name}={literal(value)}" for name, value in self.fields().items())
        return f"custom({_quoted(self.program)}{values})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Custom) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __reduce__(self):
        return _restore, (self.program, self.fields())


def custom(program: str, **settings: Value) -> Custom:
    """An optimizer from a program: assignments to x and to names of one's own, over x, the gradient g and the step t.

    A name read before it is written is state, starting at 0; a name never written is a setting, given here or left
    at its default (0.1 for lr, 0.9 for momentum, b1, ..., 0.999 for b2, 1e-8 for eps, 0 for weight_decay, else 1).
    `g(x + v)` is the gradient elsewhere; `#` begins a comment. FormulaError, with line and column, for a program
    that cannot be read; ValueError for a setting it cannot use.
    """
    if not isinstance(program, str):
        Script(program)  # says so
    return _kind(program)(**settings)


@lru_cache(maxsize=64)
def _kind(text: str) -> type[Custom]:
    """A class per program: its settings are dataclass fields, so that sweeps and copies work as everywhere."""
    script = Script(text)
    for name in script.settings:
        if hasattr(Custom, name) or name in Custom.__annotations__:
            line, column = script.where[name]
            raise FormulaError(taken(name), column, line)
    settings = tuple(_setting(name) for name in script.settings)
    body = {"program": script.text, "script": script, "formula": script.latex, "_settings": settings}
    body |= {
        "idea": Text("A rule of your own, written in a few lines."),
        "differs": Text("The Python above is written from the program."),
    }
    # init=False: into the code that dataclasses write a person's names go as quoted words only
    return make_dataclass("Custom", [(h.name, Value, field(default=h.default)) for h in settings], bases=(Custom,),
                          namespace=body, init=False, repr=False, eq=False, frozen=True)  # fmt: skip


def _setting(name: str) -> Hyperparameter:
    known = _KNOWN.get(_ALIKE.get(name, name))
    default, choices = (1.0, ANY) if known is None else (known.default, known.choices)
    if known is _KNOWN["lr"]:
        default = _RATE
    return Hyperparameter(name, default, choices, latex(name_node(name)), "", "(-∞, ∞)")


def _quoted(program: str) -> str:
    """The program as Python text: on lines of its own where nothing in it needs an escape."""
    plain = "\\" not in program and '"' not in program and program.replace("\n", "").isprintable()
    return f'"""\n{program}\n"""' if plain else repr(program)


def _restore(program: str, settings: dict[str, Value]) -> Custom:
    return custom(program, **settings)
