"""The steps of the small network in LaTeX, with its matrices and numbers filled in."""

from typing import Any

import numpy as np

from optim_viz.inside import written
from optim_viz.labs.backprop.small import Pass

DIGITS = 3
_CURVES = {"Sigmoid": r"\sigma", "Tanh": r"\tanh", "ReLU": r"\mathrm{ReLU}"}


def equations(run: Pass, step: str, curve: str) -> list[str]:
    """What a step finds, one line per equation with & before its equality sign; `curve` is the activation's name."""
    return _LINES[step](run, _CURVES.get(curve, r"\varphi"))


def _numbers(value: Any) -> str:
    """A number, a column or a matrix."""
    rows = np.atleast_1d(np.asarray(value, dtype=float))
    if np.ndim(value) == 0:
        return written(float(rows[0]), DIGITS)
    cells = r" \\ ".join(" & ".join(written(v, DIGITS) for v in np.atleast_1d(row)) for row in rows)
    return rf"\begin{{pmatrix}}{cells}\end{{pmatrix}}"


def _row(value: np.ndarray) -> str:
    return r"\begin{pmatrix}" + " & ".join(written(v, DIGITS) for v in value) + r"\end{pmatrix}"


def _by(name: str) -> str:
    return rf"\frac{{\partial L}}{{\partial {name}}}"


def _in_brackets(value: float) -> str:
    shown = written(value, DIGITS)
    return f"({shown})" if shown.startswith("-") else shown


_LINES = {
    "x": lambda r, f: [f"x &= {_numbers(r.x)}, \\quad t = {written(r.t, DIGITS)}"],
    "z": lambda r, f: [f"z &= W x + b = {_numbers(r.W)} {_numbers(r.x)} + {_numbers(r.b)} = {_numbers(r.z)}"],
    "a": lambda r, f: [f"a &= {f}(z) = {f}{_numbers(r.z)} = {_numbers(r.a)}"],
    "y": lambda r, f: [f"y &= v^\\top a + c = {_row(r.v)} {_numbers(r.a)} + {_in_brackets(r.c)} = {_numbers(r.y)}"],
    "L": lambda r, f: [f"L &= (y - t)^2 = ({_numbers(r.y)} - {_in_brackets(r.t)})^2 = {_numbers(r.loss)}"],
    "dy": lambda r, f: [f"{_by('y')} &= 2\\,(y - t) = 2\\,({_numbers(r.y)} - {_in_brackets(r.t)}) = {_numbers(r.dy)}"],
    "dv": lambda r, f: [
        f"{_by('v')} &= {_by('y')}\\, a = {_numbers(r.dy)} \\cdot {_numbers(r.a)} = {_numbers(r.dv)}",
        f"{_by('c')} &= {_by('y')} \\cdot 1 = {_numbers(r.dc)}"],
    "da": lambda r, f: [f"{_by('a')} &= {_by('y')}\\, v = {_numbers(r.dy)} \\cdot {_numbers(r.v)} = {_numbers(r.da)}"],
    "dz": lambda r, f: [
        f"{_by('z')} &= {_by('a')} \\odot {f}'(z) = {_numbers(r.da)} \\odot {_numbers(r.slope)} = {_numbers(r.dz)}"],
    "dw": lambda r, f: [
        f"{_by('W')} &= {_by('z')}\\, x^\\top = {_numbers(r.dz)} {_row(r.x)} = {_numbers(r.dW)}",
        f"{_by('b')} &= {_by('z')} \\cdot 1 = {_numbers(r.db)}"],
}  # fmt: skip
