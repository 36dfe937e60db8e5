"""Inside one update: every number a rule names on its way, and its formulas with these numbers filled in."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from optim_viz.optimizers.base import Optimizer
from optim_viz.trace import Path
from optim_viz.words import Text

DIGITS = 4  # of every number shown
WIDEST = 32  # digits in a row of formulas: what a panel beside a picture holds
GREEK = ("alpha", "beta", "gamma", "delta", "Delta", "epsilon", "eta", "theta", "mu", "nu", "Pi", "rho", "sigma")
_OPAQUE = r"\\(?:text|operatorname|mathrm|begin|end)\{[^}]*\}"  # words, not symbols
_SLOPE = r"\\nabla f\([^()]*\)"
_SPACE = re.compile(r"(?:\s|\\[,;: ])+")
_DECAY = re.compile(r" [+-] (?:\\eta)?\\lambda(?: w_t)?(?:\\,)? ?[xy]_(?:\{t-1\}|t)")


@dataclass(frozen=True)
class Line:
    """One equation of an update: `left` = `right`, = `filled` with this step's numbers, = `result` ("" if no more)."""

    left: str
    right: str
    filled: str
    result: str

    @property
    def latex(self) -> str:
        """All of it, aligned at the equality signs; short sides share a row."""
        rows = [f"{self.left} &= {self.right}" if self.left else f"& {self.right}"]
        sign = "=" if self.left else r"\quad"
        for part in filter(None, (self.filled, self.result)):
            if _width(rows[-1]) + _width(part) <= WIDEST:
                rows[-1] += f" {sign} {part}"
            else:
                rows.append(f"&{sign} {_folded(part)}")
        return r"\begin{aligned}" + r" \\ ".join(rows) + r"\end{aligned}"


@dataclass(frozen=True, eq=False)
class Inside:
    """The updates t = 1 ... T of a path, T its last real one; row t − 1 of every array belongs to update t.

    `asked` (T, 2) is where the rule asked for the gradient, `slope` (T, 2) the answer; `coast` (T, 2) is the step
    it would have taken had the slope been 0 (its memory alone); `step` (T, 2) the one it took; `per_axis` (T, 2)
    how far a slope of 1 moves each axis, None where all axes are alike; `found[name]` (T, 2) or (T,) the numbers
    the rule names.
    """

    path: Path
    asked: np.ndarray
    slope: np.ndarray
    coast: np.ndarray
    step: np.ndarray
    per_axis: np.ndarray | None
    found: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.step)

    def value(self, symbol: str, t: int) -> Any:
        """What stands for a LaTeX symbol of the formulas in update t: a float, (2,) numbers, or None."""
        rule, row = self.path.optimizer, t - 1
        if symbol.startswith(r"\nabla"):
            return self.slope[row]
        if symbol == "t":
            return t
        kind, name = _symbols(type(rule), tuple(self.found), tuple(self.path.state)).get(symbol, ("", ""))
        source = {"found": self.found, "state": self.path.state, "path": {"now": self.path.x[1:], "x": self.path.x}}
        return getattr(rule, name) if kind == "field" else source[kind][name][row] if kind else None

    def lines(self, t: int, digits: int = DIGITS) -> list[Line]:
        """The update rule, equation by equation, with the numbers of update t; decay that is 0 is left out."""
        told, rule = [], type(self.path.optimizer)
        if not rule.formula:
            return [Line(symbol_of(rule, name), written(rows[t], digits), "", "") for name, rows in self._kept()]
        for formula in self.path.optimizer.formula:
            if not np.any(getattr(self.path.optimizer, "weight_decay", 0)):
                formula = _DECAY.sub("", formula)
            told += [self._line(equation.strip(), t, digits) for equation in formula.split(r"\qquad")]
        return told

    def _kept(self) -> list[tuple[str, np.ndarray]]:
        return [*self.path.state.items(), ("x", self.path.x)]

    def _line(self, equation: str, t: int, digits: int) -> Line:
        left, sign, right = equation.partition(" = ")
        names = [name.strip() for name in left.split(",")]
        results = [self.value(name, t) for name in names]
        if not sign or any(result is None for result in results):
            return Line("", equation, self._filled(equation, t, digits), "")
        filled, result = self._filled(right, t, digits), r",\; ".join(written(one, digits) for one in results)
        return Line(left, right, filled, "" if filled == result else result)

    def _filled(self, formula: str, t: int, digits: int) -> str:
        """The formula with every known symbol replaced; a dot between numbers that would run together."""
        out, last = [], ""
        for token, known in _tokens(formula, type(self.path.optimizer), tuple(self.found), tuple(self.path.state)):
            value = self.value(token, t) if known else None
            if value is None:
                out.append(token)
                if not _SPACE.fullmatch(token):
                    last = "number" if token.isdigit() or token in (")", "}") else ""
                continue
            kind = "vector" if np.ndim(value) else "number"
            out += [r" \cdot "] if last and (kind == "number" or last == "vector") else []
            text = written(value, digits if isinstance(value, np.floating | np.ndarray) else 12)
            negative = kind == "number" and text.startswith("-")
            out.append(f"({text})" if negative else f"{{{text}}}" if token == "t" else text)
            last = kind
        return "".join(out)


def inside(path: Path) -> Inside:
    """Look inside every update of a path (a single one, with all its steps); ValueError where other hands moved it.

    The rule runs once more over all recorded points at once, so its numbers are those of the path.
    """
    rule, last = path.optimizer, int(path.end)
    x, slope = np.ascontiguousarray(path.x[:last].T), np.ascontiguousarray(path.gradient[:last].T)
    state = {key: np.ascontiguousarray(rows[:last].T) for key, rows in path.state.items()}
    t: Any = np.arange(1.0, last + 1)
    asked = [(x, slope)]

    def grad(q: np.ndarray) -> np.ndarray:
        asked.append((q, slope if q is x else path.surface.raw_gradient(q)))
        return asked[-1][1]

    with np.errstate(all="ignore"):
        found = rule.inside(x, grad, state, t)
        moved = rule.step(x, grad, state, t)[0].T
        coast = rule.step(x, np.zeros_like, state, t)[0] - x
        per_axis = rule.per_axis(found)
    if not np.allclose(moved, path.x[1 : last + 1], rtol=1e-6, atol=1e-12):
        raise ValueError(Text("The rule alone did not make this path: noise or a schedule took part."))
    where, answer = asked[-1]
    numbers = {name: _rows(value, last) for name, value in found.items() if name not in ("x", "t")}
    return Inside(
        path, where.T, answer.T, coast.T, path.x[1 : last + 1] - path.x[:last],
        None if per_axis is None else np.broadcast_to(per_axis, x.shape).T,
        {name: rows for name, rows in numbers.items() if rows is not None},
    )  # fmt: skip


def written(value: Any, digits: int = DIGITS) -> str:
    """A number, or two as a column, in LaTeX."""
    if np.ndim(value):
        return r"\begin{pmatrix}" + r" \\ ".join(written(float(part), digits) for part in value) + r"\end{pmatrix}"
    mantissa, _, power = f"{float(value) + 0.0:.{digits}g}".partition("e")
    if "inf" in mantissa:
        return mantissa.replace("inf", r"\infty")
    if not power:
        return mantissa
    factor = "" if mantissa == "1" else rf"{mantissa} \cdot "
    return f"{factor}10^{{{int(power)}}}"


def _folded(formula: str) -> str:
    """The formula, on two rows where it is too wide for one and has a sum to part at."""
    middle = formula.find(" + ")
    open_braces = formula[:middle].count("{") - formula[:middle].count("}")
    if middle < 0 or open_braces or _width(formula) <= WIDEST + 2:
        return formula
    return rf"{formula[:middle]} \\ &\qquad {formula[middle:].strip()}"


def _width(formula: str) -> float:
    """About how many digits wide a formula is."""
    columns = re.findall(r"\\begin\{pmatrix\}(.*?)\\end\{pmatrix\}", formula)
    rest = re.sub(r"\\begin\{pmatrix\}.*?\\end\{pmatrix\}|\\[a-zA-Z]+|[{}&^_ ]|\\.", "", formula)
    entries = [max(len(re.sub(r"\\cdot|[{}^ ]", "", entry)) for entry in column.split(r"\\")) for column in columns]
    return sum(entries) + 1.6 * len(columns) + len(rest) + 1.5 * len(re.findall("[=+<-]", rest))


def _rows(value: Any, count: int) -> np.ndarray | None:
    """One row per update; None for what is no number."""
    if isinstance(value, bool | int | float | np.number):
        return np.full(count, value)
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub" or value.shape not in ((2, count), (count,)):
        return None
    return value.T


def symbol_of(rule: type[Optimizer], name: str) -> str:
    """How the formulas write a name of the code: "m_hat" is \\hat m_t, unless the rule says otherwise."""
    if name in rule.symbols:
        return rule.symbols[name]
    word, *marks = name.split("_")
    letter = rf"\{word}" if word in GREEK else word
    return (rf"\hat {letter}" if marks == ["hat"] else "_".join([letter, *marks])) + "_t"


def plain(rule: Optimizer, name: str) -> str:
    """The same symbol as plain text, for the title of a curve: "E[g²]", "v̂"."""
    text = re.sub(r"\\hat (\w)", "\\1\u0302", re.sub("_t$", "", symbol_of(type(rule), name))).replace("^2", "²")
    return re.sub(r"\\(\w+) ?", lambda word: unicodedata.lookup(_greek(word[1])), text)


def _greek(word: str) -> str:
    return f"GREEK {'CAPITAL' if word[0].isupper() else 'SMALL'} LETTER {word.upper()}"


@lru_cache(maxsize=256)
def _symbols(rule: type[Optimizer], found: tuple[str, ...], state: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """LaTeX symbol -> where its number is kept."""
    known = {h.symbol: ("field", h.name) for h in rule.hyperparameters()}
    known |= {re.sub("_t$", "_{t-1}", symbol_of(rule, key)): ("state", key) for key in state}
    known |= {symbol_of(rule, name): ("found", name) for name in found}
    return known | {"x_{t-1}": ("path", "x"), "x_t": ("path", "now"), "t": ("", "")}


@lru_cache(maxsize=1024)
def _tokens(
    formula: str, rule: type[Optimizer], found: tuple[str, ...], state: tuple[str, ...]
) -> list[tuple[str, bool]]:
    """The formula in pieces, and which of them stand for a number."""
    longest = sorted(_symbols(rule, found, state), key=len, reverse=True)
    names = "|".join(re.escape(symbol) + ("(?![a-zA-Z])" if symbol.startswith("\\") else "") for symbol in longest)
    pattern = re.compile(rf"{_OPAQUE}|({_SLOPE}|{names})|_\{{[^}}]*\}}|_.|\\[a-zA-Z]+|\\.|\d+|\s+|.")
    return [(piece.group(), piece.group(1) is not None) for piece in pattern.finditer(formula)]
