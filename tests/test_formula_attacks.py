"""What people must not be able to do by typing a formula."""

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from optim_viz import formula as f

ATTACKS = {
    "attribute": "x.real",
    "dunder class": "x.__class__",
    "subclasses": "().__class__.__bases__[0].__subclasses__()",
    "dunder name": "__import__",
    "import call": "__import__('os').system('id')",
    "import statement": "import os",
    "open": "open('/etc/passwd')",
    "exec": "exec('1')",
    "eval": "eval(x)",
    "compile": "compile(x, x, x)",
    "getattr": "getattr(x, y)",
    "globals": "globals()",
    "print": "print(x)",
    "input": "input()",
    "breakpoint": "breakpoint()",
    "exit": "exit()",
    "numpy module": "np.sin(x)",
    "lambda": "lambda: x",
    "lambda call": "(lambda x: x)(y)",
    "list": "[x, y]",
    "list comprehension": "[x for x in y]",
    "generator": "(x for x in y)",
    "set": "{x}",
    "dict": "{x: y}",
    "walrus": "(x := y)",
    "assignment": "x = y",
    "f-string": "f'{x}'",
    "string": "'x'",
    "double quoted": '"x"',
    "bytes": "b'x'",
    "raw string": "r'x'",
    "subscript": "x[0]",
    "slice": "x[0:1]",
    "keyword out": "sin(x, out=y)",
    "keyword where": "sin(x, where=y)",
    "second argument": "sin(x, y)",
    "second argument of exp": "exp(x, x)",
    "third argument": "max(x, y, x)",
    "star arguments": "sin(*x)",
    "double star arguments": "sin(**x)",
    "no argument": "sin()",
    "too few": "min(x)",
    "trailing comma": "sin(x,)",
    "tuple": "(x, y)",
    "bare tuple": "x, y",
    "empty tuple": "()",
    "function as value": "sin",
    "function of function": "abs(sin)",
    "call of a number": "1(2)",
    "call of a result": "sin(x)(y)",
    "call of a name": "x(y)",
    "deep parentheses": "(" * 400 + "x" + ")" * 99,
    "balanced deep parentheses": "(" * 130 + "x" + ")" * 130,
    "unclosed parentheses": "(" * 500,
    "many minus signs": "-" * 499 + "x",
    "ten thousand minus signs": "-" * 10_000 + "x",
    "deep functions": "sin(" * 124 + "x",
    "deep powers": "x^" * 249 + "x",
    "ten kilobytes": "x+" * 5000 + "x",
    "many parts": "x+" * 249 + "x",
    "complex": "1j",
    "complex literal": "2+3j*x",
    "hexadecimal": "0xff",
    "binary": "0b1",
    "octal": "0o7",
    "underscore digits": "1_000",
    "true": "True",
    "none": "None",
    "ellipsis": "...",
    "matrix product": "x @ y",
    "floor division": "x // y",
    "remainder": "x % y",
    "bit and": "x & y",
    "bit or": "x | y",
    "bit not": "~x",
    "shift": "x << 9",
    "less": "x < y",
    "chained comparison": "0 < x < y",
    "equals": "x == y",
    "not": "not x",
    "and": "x and y",
    "or without spaces": "1or 2",
    "in": "x in y",
    "is": "x is y",
    "conditional": "x if y else x",
    "await": "await x",
    "yield": "(yield x)",
    "semicolon": "x; y",
    "comment": "x # y",
    "line continuation": "x \\\n + y",
    "newline": "x\n+y",
    "carriage return": "x\r+y",
    "tab": "x\t+y",
    "form feed": "x\f+y",
    "nul": "x\0",
    "surrogate": "x\ud800",
    "full-width letter": "ｘ",
    "full-width digits": "１+x",
    "full-width parentheses": "sin（x）",
    "cyrillic x": "х+1",
    "greek omicron": "ο",
    "mathematical italic": "𝑥",
    "arabic digit": "٣*x",
    "superscript four": "x⁴",
    "zero width space": "x\u200b+y",
    "zero width joiner": "x\u200d",
    "non-breaking space": "x\u00a0+y",
    "bidi override": "\u202ex+y",
    "byte order mark": "\ufeffx",
    "combining accent": "x\u0301",
    "html": "<script>alert(1)</script>",
    "latex": r"\input{x}",
    "markdown": "**x**",
    "dollar": "$x$",
    "shell": "`id`",
    "format field": "{x}",
    "percent format": "%s",
    "implicit product": "2x",
    "two numbers": "1 2",
    "two operators": "x */ y",
    "three stars": "x***y",
    "dangling operator": "x+",
    "dangling power": "x^",
    "only an operator": "*",
    "dots": "1..2",
    "number and dot": "1.2.3",
    "lonely dot": ".",
    "lonely exponent": "1e+",
    "empty": "",
    "spaces": "      ",
    "euler as a parameter": "E",
    "unknown letter pair": "xy",
}


@pytest.mark.parametrize("text", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_named_attack_is_refused(text):
    """Each is refused with a FormulaError: one translatable sentence and a column inside the text."""
    with pytest.raises(f.FormulaError) as caught:
        f.parse(text)
    message = caught.value.args[0]
    assert message.template
    assert message.endswith((".", "?", ")", "multiply", "times x"))
    assert 1 <= caught.value.column <= len(text) + 1


@pytest.mark.parametrize("thing", [None, 1, b"x", ["x"], object()])
def test_only_text_is_a_formula(thing):
    """Anything but a string is a FormulaError too."""
    with pytest.raises(f.FormulaError):
        f.parse(thing)


@pytest.mark.parametrize("text", ["9**9**9**9", "9^" * 100 + "9", "1e999", "9" * 500, "2^-" * 50 + "x", "1/0", "x/0"])
def test_heavy_numbers_are_harmless(text):
    """Huge numbers and towers of powers are floats at once."""
    result = f.Program([f.parse(text)], "xy")({"x": np.ones(2), "y": np.ones(2)})[0]
    assert result.dtype == np.float64
    assert result.shape == (2,)


NAMES = "x y a b e pi sin cos max min abs exp log sqrt step foo lambda import __class__ if else or and not in is"
SYMBOLS = "( ( ( ) ) ) + - * / ^ ** , . ² ³ · − 1 2 3.5 1e3 1e999 0 .5 9 [ ] { } = : ; ' \" # @ % & | ~ < > ! \\"
WORDS = [*NAMES.split(" "), *SYMBOLS.split(" "), "\n", "\t", "\0", "é", "ｘ"]
PARTS = "x y a b 2 sin(x) (x+y) 3.5 max(x,a) exp(-x^2) pi -x abs(y) 1e999 0 log(x)"
GOOD, JOINTS = PARTS.split(" "), ("+", "-", "*", "/", "^", "²*", " ")
SEEDS = ("x^2/a + y^2", "(a - x)^2 + b*(y - x^2)^2", "-exp(-(x^2+y^2)/2)*sin(3*x)", "max(x, min(y, 2))")


def _soup(rng):
    kind = rng.random()
    if kind < 0.3:  # mostly correct
        parts = rng.choices(GOOD, k=rng.randint(1, 6))
        return "".join(part + rng.choice(("+", "-", "*", "/", "^", "²*", " ")) for part in parts[:-1]) + parts[-1]
    if kind < 0.6:
        return rng.choice(("", " ")).join(rng.choices(WORDS, k=rng.randint(1, 10)))
    text = list(rng.choice(SEEDS))
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(text))
        text[place : place + rng.randint(0, 2)] = rng.choice(WORDS) if rng.random() < 0.7 else ""
        text = text or ["x"]
    return "".join(text)


def test_a_hundred_thousand_generated_texts():
    """Every text is a FormulaError or a Node, and accepted ones evaluate and differentiate to floats."""
    rng = random.Random(20)
    points = [np.array([-1.5, 0.0, 2.0]), np.array([0.0, 0.5, -3.0])]
    accepted, evaluated = set(), set()
    for _ in range(100_000):
        text = _soup(rng)
        try:
            node = f.parse(text)
        except f.FormulaError:
            continue
        accepted.add(text)
        if len(accepted) % 8 or text in evaluated:
            continue
        evaluated.add(text)
        names = f.names_of(node)
        outputs = f.Program([node, f.derivative(node, "x")], ("x", "y", *sorted({*names} - {"x", "y"})))(
            {"x": points[0], "y": points[1]} | {n: np.array(2.0) for n in names if n not in ("x", "y")}
        )
        assert all(out.dtype == np.float64 and out.shape == (3,) for out in outputs)
        assert f.latex(node)
    assert len(accepted) > 5000
    assert len(evaluated) > 500


AUDIT = """
import sys
from optim_viz import formula as f
def use(text):
    try:
        node = f.parse(text)
        f.latex(f.derivative(node, "x"))
    except f.FormulaError as error:
        str(error)
texts = {texts!r}
for text in ("x^2 + y", "foo(x)", "2x", "é", "9^9^9^9"):
    use(text)
events = []
sys.addaudithook(lambda event, args: events.append(event))
for text in texts:
    use(text)
seen = sorted(set(events))
assert set(seen) <= {{"compile"}}, seen
"""


def test_reading_a_formula_touches_nothing():
    """While formulas and attacks are read, the interpreter reports no import, no file, no process."""
    texts = [*ATTACKS.values(), *SEEDS]
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", AUDIT.format(texts=texts)],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def _tower(step, start="x", limit=480):
    text = start
    while len(text) + len(step) < limit:
        grown = step.replace("@", text)
        try:
            f.parse(grown)
        except f.FormulaError:
            return text
        text = grown
    return text


@pytest.mark.parametrize(
    "text",
    [
        _tower("x^(@)"),
        _tower("(@)^x"),
        _tower("sin(@)"),
        _tower("x/(1 + @)"),
        _tower("max(x, @)"),
        _tower("sqrt(x + @)"),
        _tower("(@)*(x + y)"),
        _tower("(@)*sin(@)"),
        "*".join(f"(x+{i})" for i in range(60)),
        "*".join(f"abs(x-{i})" for i in range(40)),
        "/".join(f"(x+{i})" for i in range(60)),
    ],
)
def test_derivatives_of_the_worst_formulas_stay_small(text):
    """No accepted formula has second derivatives of more than a few thousand operations."""
    node = f.parse(text)
    slope = f.derivative(node, "x")
    program = f.Program([node, slope, f.derivative(slope, "x"), f.derivative(slope, "y")], "xy")
    assert len(program._operations) < 10_000
    assert len(f.latex(f.derivative(slope, "x"))) < 20_000
