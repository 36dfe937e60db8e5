"""Formulas people type: text -> tree -> value, derivative, LaTeX."""

from optim_viz.formula.derive import derivative
from optim_viz.formula.evaluate import Program, constant
from optim_viz.formula.parse import MAX_CHARACTERS, SURFACE_NAMES, FormulaError, parse
from optim_viz.formula.printing import latex, python, text
from optim_viz.formula.tree import ARITY, CONSTANTS, Node, names_of, substitute

__all__ = [
    "ARITY",
    "CONSTANTS",
    "MAX_CHARACTERS",
    "SURFACE_NAMES",
    "FormulaError",
    "Node",
    "Program",
    "constant",
    "derivative",
    "latex",
    "names_of",
    "parse",
    "python",
    "substitute",
    "text",
]
