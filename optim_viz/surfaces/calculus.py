"""A formula with its parameters bound: value, gradient and Hessian programs, built once and shared."""

from functools import cached_property, lru_cache

import numpy as np

from optim_viz import formula as f
from optim_viz.formula.tree import Node, walk


class Calculus:
    """Programs of one formula; equal formulas with equal parameters share one (see `calculus`)."""

    def __init__(self, text: str, parameters: tuple[tuple[str, float], ...]) -> None:
        self.tree = f.parse(text)
        self.bound = f.substitute([self.tree], dict(parameters))[0]

    @cached_property
    def slopes(self) -> list[Node]:
        return [f.derivative(self.bound, "x"), f.derivative(self.bound, "y")]

    @cached_property
    def bends(self) -> list[Node]:
        """The second derivatives xx, xy, yy."""
        in_x, in_y = self.slopes
        return [f.derivative(in_x, "x"), f.derivative(in_x, "y"), f.derivative(in_y, "y")]

    @cached_property
    def value(self) -> f.Program:
        return f.Program([self.bound], "xy")

    @cached_property
    def gradient(self) -> f.Program:
        return f.Program(self.slopes, "xy")

    @cached_property
    def both(self) -> f.Program:
        return f.Program([self.bound, *self.slopes], "xy")

    @cached_property
    def hessian(self) -> f.Program:
        return f.Program(self.bends, "xy")

    @cached_property
    def gradient_latex(self) -> list[str]:
        return [f.latex(f.derivative(self.tree, variable)) for variable in "xy"]

    @cached_property
    def quadratic(self) -> np.ndarray | None:
        """The constant Hessian (2, 2) of a quadratic polynomial; None for planes and for everything else."""
        bent = any(node.kind == "call" and f.names_of(node) for node in walk(self.bound))
        if bent or any(f.names_of(node) for node in self.bends):
            return None
        xx, xy, yy = (f.constant(node) for node in self.bends)
        hessian = np.array([[xx, xy], [xy, yy]])
        hessian.flags.writeable = False
        return hessian if np.isfinite(hessian).all() and hessian.any() else None


@lru_cache(maxsize=256)
def calculus(text: str, parameters: tuple[tuple[str, float], ...]) -> Calculus:
    return Calculus(text, parameters)
