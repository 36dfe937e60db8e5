"""Trees -> LaTeX, our own formula text, and Python source."""

from fractions import Fraction
from math import isinf, isnan

from optim_viz.formula import tree
from optim_viz.formula.tree import CONSTANTS, Node

MAX_PRINTED_NODES = 400
_SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 3, 4  # how tightly a printed piece holds together

_GREEK = "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega"
_GREEK += " Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
_MACROS = {"asin": r"\arcsin", "acos": r"\arccos", "atan": r"\arctan", "log": r"\ln"}
_MACROS |= {name: rf"\operatorname{{{name}}}" for name in ("sign", "step")} | {"g": r"\nabla f"}

Piece = tuple[str, int]


def latex(node: Node) -> str:
    r"""LaTeX as a textbook sets it; `\ldots` where a formula is too long to read anyway."""
    if node.size > MAX_PRINTED_NODES:
        return r"\ldots"
    pieces: dict[Node, Piece] = {}
    for part in tree.walk(node):
        pieces[part] = _LATEX[part.kind](part, [pieces[arg] for arg in part.args])
    return pieces[node][0]


def text(node: Node) -> str:
    """The tree in the formula language: `parse(text(node))` gives it back."""
    return _plain(node, "^", str, lambda name: name)


def python(node: Node, module: str) -> str:
    """The tree as a Python expression over `module`, which may be np, torch or autograd's numpy."""
    return _plain(node, "**", lambda f: f"{module}.{f}", lambda n: _python_name(n, module))


def _python_name(name: str, module: str) -> str:
    return f"{module}.{name}" if name in CONSTANTS else name


def _plain(node: Node, hat: str, function, name) -> str:
    pieces: dict[Node, Piece] = {}
    for part in tree.walk(node):
        args = [pieces[arg] for arg in part.args]
        if part.kind == "name":
            pieces[part] = name(str(part.value)), _ATOM
        elif part.kind == "call" and hat == "**":
            pieces[part] = _python_call(part, args, function)
        elif part.kind == "call":
            pieces[part] = f"{part.value}({', '.join(a for a, _ in args)})", _ATOM
        else:
            pieces[part] = _PLAIN[part.kind](part, args, hat)
    return pieces[node][0]


def _python_call(node: Node, args: list[Piece], function) -> Piece:
    if not tree.names_of(node):  # torch's functions refuse plain numbers
        from optim_viz.formula.evaluate import constant

        return _number(constant(node))
    inside = [a for a, _ in args]
    if node.value == "step":
        return f"({function('sign')}({inside[0]}) + 1) / 2", _PRODUCT
    if node.value in ("min", "max"):
        u, v = inside
        if function("") == "np.":
            return f"np.{node.value}imum({u}, {v})", _ATOM
        # torch.minimum refuses plain numbers, arithmetic does not
        sign = "+" if node.value == "max" else "-"
        return f"(({u}) + ({v}) {sign} {function('abs')}(({u}) - ({v}))) / 2", _PRODUCT
    return f"{function(str(node.value))}({inside[0]})", _ATOM


def _hold(piece: Piece, least: int) -> str:
    return piece[0] if piece[1] >= least else f"({piece[0]})"


def _number(value: float) -> Piece:
    if isnan(value):
        return "(1e999 - 1e999)", _ATOM
    if isinf(value):
        return ("1e999", _ATOM) if value > 0 else ("-1e999", _SUM)
    shown = repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return shown, _ATOM if value >= 0 else _SUM


def _signed_sum(terms: list[str]) -> str:
    return terms[0] + "".join(f" - {t[1:]}" if t.startswith("-") else f" + {t}" for t in terms[1:])


def _plain_product(node: Node, args: list[Piece], hat: str) -> Piece:
    sign, factors = "", args
    first = node.args[0]
    if first.kind == "number" and float(first.value) < 0:
        sign = "-"
        factors = args[1:] if first.value == -1 else [_number(-float(first.value)), *args[1:]]
    return sign + "*".join(_hold(piece, _POWER) for piece in factors), _SUM if sign else _PRODUCT


def _plain_fraction(node: Node, args: list[Piece], hat: str) -> Piece:
    (top, level), bottom = args[0], _hold(args[1], _POWER)
    if node.args[0].kind == "add":
        top = f"({top})"
    return f"{top}/{bottom}", _SUM if level == _SUM and top.startswith("-") else _PRODUCT


_PLAIN = {
    "number": lambda node, args, hat: _number(float(node.value)),
    "add": lambda node, args, hat: (_signed_sum([a for a, _ in args]), _SUM),
    "mul": _plain_product,
    "div": _plain_fraction,
    "pow": lambda node, args, hat: (_hold(args[0], _ATOM) + hat + _hold(args[1], _ATOM), _POWER),
}


def _brackets(content: str) -> str:
    tall = r"\frac" in content or r"\left" in content
    return rf"\left({content}\right)" if tall else f"({content})"


def _wrap(piece: Piece, least: int) -> str:
    return piece[0] if piece[1] >= least else _brackets(piece[0])


def _latex_number(node: Node, args: list[Piece]) -> Piece:
    value = float(node.value)
    level = _ATOM if value >= 0 else _SUM
    if isnan(value):
        return r"\text{undefined}", _ATOM
    if isinf(value):
        return (r"\infty" if value > 0 else r"-\infty"), level
    if len(repr(value)) > 8:  # 0.3333333333333333 is 1/3
        simple = Fraction(value).limit_denominator(99)
        if simple.denominator > 1 and abs(float(simple) - value) <= 1e-15 * abs(value):
            sign = "-" if value < 0 else ""
            return (
                rf"{sign}\frac{{{abs(simple.numerator)}}}{{{simple.denominator}}}",
                _SUM if sign else _PRODUCT,
            )
    mantissa, _, exponent = f"{value:.10g}".partition("e")
    if not exponent:
        return mantissa, level
    factor = {"1": "", "-1": "-"}.get(mantissa, mantissa + r" \cdot ")
    return rf"{factor}10^{{{int(exponent)}}}", _SUM if value < 0 else _PRODUCT


def _latex_name(node: Node, args: list[Piece]) -> Piece:
    word = str(node.value)
    if word.endswith("_hat") and len(word) > 4:
        return rf"\hat{{{_latex_word(word[:-4])}}}", _ATOM
    return _latex_word(word), _ATOM


def _latex_word(word: str) -> str:
    stem = word.rstrip("0123456789_")
    index = word[len(stem) :].strip("_")
    head, _, tail = stem.partition("_")
    if tail and (len(head) == 1 or head in _GREEK.split()):  # E_g2 is E with an index, weight_decay one word
        rest = word[len(head) + 1 :].strip("_").replace("_", r"\_")
        return rf"{_latex_word(head)}_{{\mathrm{{{rest}}}}}"
    shown = rf"\{stem}" if stem in _GREEK.split() else r"\varepsilon" if stem == "eps" else stem
    if len(stem) > 1 and shown == stem:
        shown = rf"\mathrm{{{stem.replace('_', chr(92) + '_')}}}"
    return f"{shown}_{{{index}}}" if index else shown


def _latex_product(node: Node, args: list[Piece]) -> Piece:
    sign, pieces = "", list(args)
    if node.args[0].kind == "number" and float(node.args[0].value) < 0:
        sign = "-"
        pieces[0] = _latex_number(tree.number(-float(node.args[0].value)), [])
        if node.args[0].value == -1:
            del pieces[0]
    out = _wrap(pieces[0], _PRODUCT)
    for piece in pieces[1:]:
        shown = _wrap(piece, _PRODUCT)
        out += (r" \cdot " if shown[0].isdigit() else " ") + shown
    return sign + out, _SUM if sign else _PRODUCT


def _latex_fraction(node: Node, args: list[Piece]) -> Piece:
    top, sign = args[0][0], ""
    if node.args[0].kind in ("mul", "number") and top.startswith("-"):
        top, sign = top[1:], "-"
        if len(node.args[0].args) == 2 and node.args[0].args[1].kind == "add" and top.endswith(")"):
            top = top[6:-7] if top.startswith(r"\left(") else top[1:-1] if top.startswith("(") else top
    return rf"{sign}\frac{{{top}}}{{{args[1][0]}}}", _SUM if sign else _PRODUCT


def _latex_power(node: Node, args: list[Piece]) -> Piece:
    base, exponent = node.args
    if exponent.kind == "number" and exponent.value == 0.5:
        return rf"\sqrt{{{args[0][0]}}}", _POWER
    shown = args[1][0]
    plain = base.kind == "call" and base.value not in ("exp", "sqrt", "abs", "g")
    if plain and exponent.kind == "number" and float(exponent.value) > 0:
        head = _macro(str(base.value))
        return head + f"^{{{shown}}}" + args[0][0][len(head) :], _POWER
    return f"{_wrap(args[0], _ATOM)}^{{{shown}}}", _POWER


def _macro(function: str) -> str:
    return _MACROS.get(function, rf"\{function}")


def _latex_call(node: Node, args: list[Piece]) -> Piece:
    inside = args[0][0]
    if node.value == "exp":
        return f"e^{{{inside}}}", _POWER
    if node.value == "sqrt":
        return rf"\sqrt{{{inside}}}", _POWER
    if node.value == "abs":
        return rf"\left|{inside}\right|", _ATOM
    return _macro(str(node.value)) + _brackets(", ".join(a for a, _ in args)), _ATOM


_LATEX = {
    "number": _latex_number,
    "name": _latex_name,
    "add": lambda node, args: (_signed_sum([a for a, _ in args]), _SUM),
    "mul": _latex_product,
    "div": _latex_fraction,
    "pow": _latex_power,
    "call": _latex_call,
}
