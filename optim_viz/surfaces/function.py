"""Surfaces that are Python code instead of a formula: derivatives by autograd."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optim_viz import autodiff
from optim_viz.surfaces import checks
from optim_viz.surfaces.surface import Surface
from optim_viz.words import Text


class FunctionSurface(Surface):
    """A surface made by `Surface.from_function`; equal where the function is the same and the facts agree."""

    function: Callable

    def __init__(self, function: Callable, **fields: Any) -> None:
        if not callable(function):
            raise ValueError(Text("from_function needs a function f(x, y)."))
        self.__dict__["function"] = function
        super().__init__("0", **fields)
        self.__dict__["formula"] = ""

    def fields(self) -> dict[str, Any]:
        fields = super().fields()
        del fields["formula"]
        return {"function": self.function, **fields}

    def replace(self, **changes: Any) -> Surface:
        """A copy with other fields; another function leaves behind the facts of the old one."""
        fields = self.fields()
        if changes.get("function", self.function) is not self.function:
            fields = {"x": self.x, "y": self.y, "start": self.start}
        return self._made({**fields, **changes}, changes)

    def _content(self) -> tuple:
        return self.function, *super()._content()

    @property
    def quadratic(self) -> None:
        return None

    def value_and_gradient(self, p: Any) -> tuple[Any, np.ndarray]:
        return self.value(p), self.gradient(p)

    def hessian(self, p: Any) -> np.ndarray:
        points = checks.points(p)
        xx, xy, yy = autodiff.second_derivatives(self.function, points[0], points[1])
        return np.array([[xx, xy], [xy, yy]], points.dtype)

    def raw_value(self, p: np.ndarray) -> Any:
        value = np.asarray(self.function(p[0], p[1]), p.dtype)
        return np.array(np.broadcast_to(value, p.shape[1:]))[()]

    def raw_gradient(self, p: np.ndarray) -> np.ndarray:
        return np.array(autodiff.gradients(self.function, p[0], p[1]), p.dtype)

    @property
    def latex(self) -> str:
        return ""

    @property
    def gradient_latex(self) -> list[str]:
        return ["", ""]
