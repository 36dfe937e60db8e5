"""What layers, losses and initializers share: a frozen record that knows its name, formula, source and idea."""

import re
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, dataclass_transform

import numpy as np

from optim_viz.optimizers.base import Hyperparameter
from optim_viz.words import Text


def real(default: float, interval: str, symbol: str, help: str, choices: tuple[float, ...] = ()) -> Any:
    """A field that is one finite number of the interval."""
    return field(default=default, metadata=_facts("real", interval, symbol, help, choices))


def whole(default: Any, interval: str, symbol: str, help: str, choices: tuple[int, ...] = ()) -> Any:
    """A field that is a whole number of the interval; `MISSING` where it must be given."""
    return field(default=default, metadata=_facts("whole", interval, symbol, help, choices))


def one_of(default: str, choices: tuple[str, ...], help: str) -> Any:
    """A field that is one of a few words."""
    return field(default=default, metadata=_facts("word", "", "", help, choices))


def _facts(kind: str, interval: str, symbol: str, help: str, choices: tuple) -> dict[str, Any]:
    return {"kind": kind, "interval": interval, "symbol": symbol, "help": help, "choices": choices}


@dataclass_transform(frozen_default=True)
@dataclass(frozen=True)
class Part:
    """A piece of a network; a subclass becomes a frozen dataclass by being defined.

    Its docstring is the idea in one sentence, `formula` LaTeX lines, `source` where to check it, `torch` the same in
    PyTorch ("" where torch has none), `differs` how it differs from torch.
    """

    name: ClassVar[str]
    idea: ClassVar[str]
    formula: ClassVar[tuple[str, ...]] = ()
    source: ClassVar[str] = ""
    torch: ClassVar[str] = ""
    differs: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = cls.__name__
        words = " ".join((cls.__dict__.get("__doc__") or "").split())
        cls.idea = re.split(r"(?<=[.!?])\s", words, maxsplit=1)[0]
        dataclass(frozen=True)(cls)

    def __post_init__(self) -> None:
        for f in fields(self):
            if "kind" in f.metadata:
                object.__setattr__(self, f.name, _checked(f.name, getattr(self, f.name), f.metadata))

    def fields(self) -> dict[str, Any]:
        """The constructor's arguments that differ from their defaults."""
        given = {f.name: (getattr(self, f.name), f.default) for f in fields(self)}
        return {name: value for name, (value, usual) in given.items() if usual is MISSING or value != usual}

    @classmethod
    def settings(cls) -> tuple[Hyperparameter, ...]:
        """What a control needs to know of each field, in the order of declaration."""
        return tuple(
            Hyperparameter(f.name, f.default, *(f.metadata[k] for k in ("choices", "symbol", "help", "interval")))  # type: ignore[arg-type]
            for f in fields(cls)
            if "kind" in f.metadata
        )

    def torch_code(self, **context: Any) -> str:
        """The same part in PyTorch, "" where torch has none; a layer is told the `shape` of the sample it gets."""
        return self.torch.format(**{f.name: getattr(self, f.name) for f in fields(self)}, **context)


def short(part: Part, words: dict[str, type]) -> Any:
    """The word of a part whose settings are all the usual ones, else the part."""
    return part if part.fields() else next(word for word, kind in words.items() if kind is type(part))


def _checked(name: str, value: Any, facts: Any) -> Any:
    if facts["kind"] == "word":
        if not isinstance(value, str) or value not in facts["choices"]:
            raise ValueError(Text("{name} must be one of: {words}.", name=name, words=", ".join(facts["choices"])))
        return value
    given = number(name, value, facts["interval"])
    if facts["kind"] == "real":
        return given
    if given != int(given):
        raise ValueError(Text("{name} must be a whole number.", name=name))
    return int(given)


def number(name: str, value: Any, interval: str) -> float:
    """The value as a float of the interval; ValueError naming the field for anything else."""
    if np.ndim(value):
        raise ValueError(Text("{name} must be a number.", name=name))
    return Hyperparameter(name, 0.0, (), "", "", interval).checked(value)  # type: ignore[return-value]


def word_of(name: str) -> str:
    """The word a part is asked for by: LeakyReLU -> leaky_relu, CrossEntropy -> cross_entropy."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def named(parts: dict[str, type], word: Any, kind: str) -> Any:
    """The part a word stands for, with its default settings; ValueError for a word that is none."""
    if isinstance(word, str) and word in parts:
        return parts[word]()
    raise ValueError(
        Text("{word} is no {kind}; there are: {known}.", word=repr(word)[:60], kind=kind, known=", ".join(parts))
    )
