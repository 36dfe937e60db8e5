"""LaTeX, as far as optimizers and lessons use it, as MathML, which browsers draw without a script."""

import re
from collections.abc import Iterator
from html import escape

_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\d+(?:\.\d+)?|\s+|.")
_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "eta": "η", "theta": "θ",
    "lambda": "λ", "mu": "μ", "nu": "ν", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "varphi": "φ", "phi": "ϕ",
    "psi": "ψ", "omega": "ω", "xi": "ξ", "Delta": "Δ", "Gamma": "Γ", "Lambda": "Λ", "Omega": "Ω", "Phi": "Φ",
    "Pi": "Π", "Psi": "Ψ", "Sigma": "Σ", "Theta": "Θ", "ell": "ℓ", "infty": "∞", "partial": "∂", "nabla": "∇",
}  # fmt: skip
_SIGNS = {
    "cdot": "⋅", "times": "×", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈",
    "pm": "±", "to": "→", "rightarrow": "→", "leftarrow": "←", "in": "∈", "odot": "⊙", "star": "⋆", "top": "⊤",
    "mid": "|", "ll": "≪", "gg": "≫", "propto": "∝", "sim": "∼", "dots": "…", "ldots": "…", "cdots": "⋯", "int": "∫",
    "lVert": "‖", "rVert": "‖", "|": "‖", "lfloor": "⌊", "rfloor": "⌋", "langle": "⟨", "rangle": "⟩",
    "{": "{", "}": "}", "%": "%", "_": "_", "&": "&", "#": "#", "$": "$",
}  # fmt: skip
_SPACES = {",": "0.17em", ":": "0.22em", ";": "0.28em", "!": "0", " ": "0.3em", "quad": "1em", "qquad": "2em"}
_FUNCTIONS = ("max", "min", "cos", "sin", "tan", "tanh", "log", "ln", "exp", "lim", "arg")
_ACCENTS = {"hat": "^", "bar": "¯", "overline": "¯", "tilde": "~", "vec": "→", "dot": "˙"}
_WORDS = ("text", "mathrm", "operatorname", "textbf", "mathbf")
_LIMITS = {"sum": "∑", "prod": "∏"}
_TABLES = {"pmatrix": "", "aligned": "", "cases": "{"}  # sign in front; the style sheet draws the sides of a pmatrix
_SKIPPED = ("displaystyle", "limits", "big", "Big", "bigl", "bigr")


class MathError(ValueError):
    """LaTeX this module cannot write."""


def mathml(latex: str, display: bool = False) -> str:
    """The formula as one <math> element; MathError for what is not known, or not closed."""
    reader = _Reader(latex)
    row = reader.row()
    if reader.next is not None:
        raise MathError(f"{reader.next!r} is not opened in {latex!r}")
    shown = ' display="block"' if display else ""
    return f"<math{shown}>{row}</math>"


class _Reader:
    def __init__(self, latex: str) -> None:
        self.latex = latex
        self.tokens: Iterator[str] = iter(_TOKEN.findall(latex))
        self.next: str | None = next(self.tokens, None)

    def take(self) -> str:
        """The next token; the last one must not be asked for."""
        token = self.next
        if token is None:
            raise MathError(f"{self.latex!r} ends too early")
        self.next = next(self.tokens, None)
        return token

    def skip(self) -> None:
        while self.next is not None and self.next.isspace():
            self.take()

    def row(self, *ends: str) -> str:
        """Everything up to one of the ends, which is not taken, in one <mrow>."""
        parts = []
        while True:
            self.skip()
            if self.next is None or self.next in ("}", "&", r"\\", r"\end", r"\right", *ends):
                return parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>"
            parts.append(self.scripted())

    def scripted(self) -> str:
        """One thing with what stands below and above it."""
        base, below, above = self.one(), "", ""
        limits = any(f"<mo>{sign}</mo>" == base for sign in _LIMITS.values())
        while True:
            self.skip()
            if self.next == "_" and not below:
                self.take()
                below = self.argument()
            elif self.next == "^" and not above:
                self.take()
                above = self.argument()
            elif self.next == "'" and not above:
                self.take()
                above = "<mo>′</mo>"
            else:
                break
        if not below and not above:
            return base
        low, high = ("under", "over") if limits else ("sub", "sup")
        return _tag("m" + low * bool(below) + high * bool(above), base + below + above)

    def argument(self) -> str:
        """What a command or a script takes: a group in braces, or one thing; of a number its first digit."""
        self.skip()
        if self.next == "{":
            return self.group()
        if self.next is not None and self.next[0].isdigit() and len(self.next) > 1:
            digit, rest = self.next[0], self.next[1:]
            self.next = rest
            return f"<mn>{digit}</mn>"
        return self.one()

    def group(self) -> str:
        self.take()
        inside = self.row()
        self.expect("}")
        return inside

    def expect(self, token: str) -> None:
        self.skip()
        if self.next != token:
            raise MathError(f"{token} is missing in {self.latex!r}")
        self.take()

    def raw(self) -> str:
        """The text in braces as it is written."""
        self.expect("{")
        parts = []
        while self.next != "}":
            parts.append(self.take())
        self.take()
        return "".join(parts)

    def one(self) -> str:
        if self.next == "{":
            return self.group()
        token = self.take()
        if token.startswith("\\"):
            return self.command(token[1:])
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        if token.isalpha():
            return f"<mi>{token}</mi>"
        return f"<mo>{escape({'-': '−', '*': '∗'}.get(token, token))}</mo>"

    def command(self, name: str) -> str:
        if name in _GREEK:
            return f"<mi>{_GREEK[name]}</mi>"
        if name in _SIGNS:
            return f"<mo>{escape(_SIGNS[name])}</mo>"
        if name in _SPACES:
            return f'<mspace width="{_SPACES[name]}"></mspace>'
        if name in _FUNCTIONS:
            return f"<mi>{name}</mi>"
        if name in _LIMITS:
            return f"<mo>{_LIMITS[name]}</mo>"
        if name in _ACCENTS:
            return f'<mover accent="true">{self.argument()}<mo stretchy="false">{_ACCENTS[name]}</mo></mover>'
        if name in _WORDS:
            said = escape(self.raw())
            return f"<mi>{said}</mi>" if name == "operatorname" else f"<mtext>{said.replace(' ', '&#160;')}</mtext>"
        if name in ("frac", "tfrac", "dfrac"):
            return _tag("mfrac", self.argument() + self.argument())
        return self.larger(name)

    def larger(self, name: str) -> str:
        """What holds whole rows."""
        if name == "sqrt":
            return _tag("msqrt", self.argument())
        if name == "underbrace":
            return f"<munder>{self.argument()}<mo>⏟</mo></munder>"
        if name == "left":
            left = self.fence()
            inside = self.row()
            self.expect(r"\right")
            return f"<mrow>{left}{inside}{self.fence()}</mrow>"
        if name == "begin":
            return self.table(self.raw())
        if name in _SKIPPED:
            return ""
        raise MathError(f"\\{name} is not known (in {self.latex!r})")

    def fence(self) -> str:
        token = self.take()
        sign = _SIGNS.get(token[1:], token) if token.startswith("\\") else token
        return "" if sign == "." else f'<mo stretchy="true">{escape(sign)}</mo>'

    def table(self, name: str) -> str:
        if name not in _TABLES:
            raise MathError(f"\\begin{{{name}}} is not known")
        rows, cells = [], [self.row()]
        while self.next != r"\end":
            sign = self.take()
            if sign == "&":
                cells.append(self.row())
            elif sign == r"\\":
                rows.append(cells)
                cells = [self.row()]
            else:
                raise MathError(f"{sign!r} is not opened in {self.latex!r}")
        self.take()
        if self.raw() != name:
            raise MathError(f"\\begin{{{name}}} is not closed in {self.latex!r}")
        written = "".join(_tag("mtr", "".join(_tag("mtd", cell) for cell in row)) for row in [*rows, cells])
        left = f'<mo stretchy="true">{_TABLES[name]}</mo>' if _TABLES[name] else ""
        return f'<mrow>{left}<mtable class="{name}">{written}</mtable></mrow>'


def _tag(name: str, inside: str) -> str:
    return f"<{name}>{inside}</{name}>"
