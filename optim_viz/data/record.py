"""Data: samples with what is known about them, and their split into training, validation and test."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optim_viz.data.partition import parts
from optim_viz.data.scaling import KINDS, Scaler, fit
from optim_viz.words import Text

TASKS = ("classification", "regression")
LARGEST = 1e100  # squares of larger numbers overflow
MOST_CLASSES = 1000
MOST_SEED = 2**32 - 1


@dataclass(frozen=True, eq=False)
class Data:
    """Samples X (N, features) or (N, C, H, W) as float64, with y (N,): class numbers 0, 1, ... or real targets.

    `image` is the shape (C, H, W) of a sample that is a picture, also where X is flat; `scaling` the scaling that
    suits; `gaps` says that NaN in X stands for a missing value; `held_out` counts last rows that are an official test
    set. Arrays are read-only copies. ValueError names what does not fit.
    """

    name: str
    X: np.ndarray
    y: np.ndarray
    task: str
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    target: str = ""
    source: str = ""
    teaches: str = ""
    image: tuple[int, ...] = ()
    scaling: str = "standardize"
    gaps: bool = False
    held_out: int = 0

    def __post_init__(self) -> None:
        put = object.__setattr__
        if self.task not in TASKS or self.scaling not in KINDS:
            raise ValueError(Text("The task must be classification or regression, the scaling a known one."))
        put(self, "X", _samples(self.X, self.gaps))
        labels = self.task == "classification"
        put(self, "y", _labels(self.y) if labels else _targets(self.y))
        if len(self.X) != len(self.y):
            raise ValueError(Text("X has {n} rows, but y has {m}.", n=len(self.X), m=len(self.y)))
        if labels and not self.classes:
            put(self, "classes", tuple(str(k) for k in range(int(self.y.max(initial=-1)) + 1)))
        put(self, "classes", tuple(self.classes))
        if labels and self.y.max(initial=-1) >= len(self.classes):
            raise ValueError(Text("y holds class {label}, but there are {count} classes.",
                                  label=int(self.y.max()), count=len(self.classes)))  # fmt: skip
        put(self, "features", tuple(self.features))
        if self.features and self.X.shape[1:] != (len(self.features),):
            raise ValueError(Text("X has {n} columns, the list of their names {m}.",
                                  n=math.prod(self.X.shape[1:]), m=len(self.features)))  # fmt: skip
        put(self, "image", self.image or (self.X.shape[1:] if self.X.ndim == 4 else ()))
        if self.image and math.prod(self.image) != math.prod(self.X.shape[1:]):
            raise ValueError(Text("X does not have the shape of these images."))
        self.X.setflags(write=False)
        self.y.setflags(write=False)

    def __len__(self) -> int:
        return len(self.X)

    @property
    def outputs(self) -> int:
        """How many numbers a network answers with: one per class, or one."""
        return len(self.classes) or 1

    @property
    def digest(self) -> str:
        """A text that equal data share and others do not: a cache key for data that no DataSpec describes."""
        facts = tuple(getattr(self, f) for f in self.__dataclass_fields__ if f not in ("X", "y"))
        return hashlib.sha256(repr((facts, self.X.shape)).encode() + self.X.tobytes() + self.y.tobytes()).hexdigest()

    def flat(self) -> Data:
        """The same samples as rows (N, features)."""
        return replace(self, X=self.X.reshape(len(self), -1))

    def as_images(self) -> Data:
        """The same samples as (N, C, H, W); ValueError where they are no pictures."""
        if not self.image:
            raise ValueError(Text("These data are not images."))
        return replace(self, X=self.X.reshape(len(self), *self.image), features=())

    def take(self, rows: Any) -> Data:
        """The given rows, in the given order."""
        return replace(self, X=self.X[rows], y=self.y[rows], held_out=0)

    def split(
        self,
        train: float = 0.6,
        validation: float = 0.2,
        seed: int = 0,
        stratify: bool = True,
        shuffle: bool = True,
        scaling: str | None = None,
        scale_target: bool | None = None,
    ) -> Split:
        """Training, validation and test rows, all scaled by what the training rows say.

        `scaling` is "standardize", "minmax" or "none", by default the one that suits the data; `scale_target`
        standardizes the targets of a regression (the default). Missing values are filled with training means.
        """
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed <= MOST_SEED:
            raise ValueError(Text("The seed must be a whole number from 0."))
        labels = self.y if stratify and self.task == "classification" else None
        rows = parts(len(self), labels, train, validation, int(seed), shuffle, self.held_out)
        scaler = fit(self.X[rows[0]], scaling or self.scaling, self.image[0] if self.image else 0)
        target = None
        if self.task == "regression" and scale_target is not False:
            target = fit(self.y[rows[0]], "standardize")
        made = [_part(self, r, scaler.apply, target) for r in rows]
        return Split(made[0], made[1], made[2], scaler, target, rows)


@dataclass(frozen=True, eq=False)
class Split:
    """Three parts of one data set; `scaler` and `target` (None: as they were) give back the original numbers.

    `rows` are the row numbers of each part in the original.
    """

    train: Data
    validation: Data
    test: Data
    scaler: Scaler
    target: Scaler | None
    rows: tuple[np.ndarray, np.ndarray, np.ndarray]


def _part(data: Data, rows: np.ndarray, scaled: Callable, target: Scaler | None) -> Data:
    y = data.y[rows] if target is None else target.apply(data.y[rows])
    return replace(data, X=scaled(data.X[rows]), y=y, gaps=False, held_out=0, scaling="none")


def _array(values: Any, what: str) -> np.ndarray:
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "biuf":
            raise ValueError
    except ValueError:
        raise ValueError(Text("{what} must be an array of real numbers.", what=what)) from None
    return array


def _samples(values: Any, gaps: bool) -> np.ndarray:
    X = np.array(_array(values, "X"), dtype=np.float64, order="C")
    if X.ndim not in (2, 4) or 0 in X.shape[1:]:
        raise ValueError(Text("X must have the shape (N, features) or (N, C, H, W)."))
    bad = ~(np.abs(X) <= LARGEST) & ~(np.isnan(X) if gaps else False)
    if bad.any():
        row = int(np.flatnonzero(bad.reshape(len(X), -1).any(1))[0])
        raise ValueError(Text("X holds NaN, an infinite or a huge number in row {row}.", row=row + 1))
    return X


def _labels(values: Any) -> np.ndarray:
    y = _array(values, "y")
    if y.dtype.kind == "f" or y.ndim != 1 or (y.size and y.min() < 0):
        raise ValueError(Text("Class numbers must be whole numbers from 0, one for each row."))
    if y.size and y.max() >= MOST_CLASSES:
        raise ValueError(Text("There can be at most {limit} classes.", limit=MOST_CLASSES))
    return y.astype(np.int64)


def _targets(values: Any) -> np.ndarray:
    y = np.array(_array(values, "y"), dtype=np.float64)
    if y.ndim != 1 or not (np.abs(y) <= LARGEST).all():
        raise ValueError(Text("Targets must be finite numbers, one for each row."))
    return y
