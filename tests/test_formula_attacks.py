"""What people must not be able to do by typing a formula."""

import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import optim_viz as ov
from optim_viz import formula as f
from optim_viz.formula.script import Script

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


# As one side of a line of a program these are what they look like; the first is a line.
HARMLESS = {"assignment", "comment", "tab", "euler as a parameter", "unknown letter pair"}
PROGRAMS = {
    "ten thousand lines": "x = x\n" * 10_000,
    "ten thousand blank lines": "\n" * 10_000,
    "a megabyte of comment": "#" * 1_000_000 + "\nx = x",
    "thirty-one lines": "x = x\n" * 31,
    "never assigns x": "m = b*m + g",
    "assigns only X": "X = X - lr*g",
    "assigns t": "t = 0\nx = t",
    "assigns a function": "sign = g\nx = sign",
    "assigns a constant": "pi = 3\nx = x*pi",
    "assigns a builtin": "print = g\nx = print",
    "calls a builtin": "x = print(g)",
    "reads a builtin": "x = x - open*g",
    "the builtins": "x = __builtins__",
    "a keyword": "x = x - lambda*g",
    "a keyword as a target": "import = g\nx = x",
    "the record itself": "x = self",
    "a field of the record": "x = x - script*g",
    "a method of the record": "x = x - init*g",
    "a dunder target": "__init__ = g\nx = x",
    "an attribute as a target": "x.real = g",
    "an item as a target": "x[0] = g",
    "two targets": "x = y = g",
    "a tuple of targets": "x, y = g",
    "an augmented assignment": "x -= lr*g",
    "a walrus": "x := g",
    "an annotation": "x: float = g",
    "a semicolon": "m = g; x = x",
    "a continued line": "x = x \\\n - g",
    "an open parenthesis over two lines": "x = (x\n- g)",
    "a def": "def f(x): return x\nx = f(x)",
    "a decorator": "@g\nx = x",
    "a format field": "x = {x}",
    "twenty-five names": "x = " + " + ".join(f"a{k}" for k in range(25)),
    "a name of a thousand letters": "x = " + "a" * 1000,
    "many parts": "x = sin(x) + cos(x) + tan(x) + exp(x) + tanh(x) + x + g\n" * 29,
    "gradients of gradients": "x = " + "g(" * 120 + "x" + ")" * 120,
    "the gradient with out": "x = g(x, out=x)",
    "the gradient without a place": "x = g()",
    "the gradient as a function": "x = sign(g)(x)",
    "right to left": "x = x # \u202e",
    "zero width": "x = x # a\u200bb",
    "a nul": "x = x # \0",
    "a surrogate": "x = x # \ud83d",
    "a paragraph separator": "x = x # a\u2029m = g",
    "a cyrillic target": "х = g\nx = x",
    "a full-width equals sign": "x ＝ g",
    "a combining accent": "x = x\u0301",
    "markdown": "**x** = g",
    "html": "<img src=x onerror=alert(1)>\nx = x",
    "latex": r"x = \input{x}",
}


@pytest.mark.parametrize("form", ["x = {}", "{}", "m = g\nx = x - ({})*m"], ids=["a side", "a line", "inside"])
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_in_a_program_too(name, form):
    """Each formula that is refused is refused as a line, and as a part of one."""
    if name in HARMLESS:
        return
    with pytest.raises(f.FormulaError) as caught:
        ov.custom(form.replace("{}", ATTACKS[name]))
    assert caught.value.args[0].template


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_a_hostile_program_is_refused(text):
    """Each is refused at once with one translatable sentence, and a line and column inside the text."""
    began = time.process_time()
    with pytest.raises(f.FormulaError) as caught:
        ov.custom(text)
    assert time.process_time() - began < 0.5
    assert caught.value.args[0].template
    if caught.value.line is not None:
        assert 1 <= caught.value.column <= len(text.split("\n")[caught.value.line - 1]) + 1


@pytest.mark.parametrize(
    "text",
    ["x = x/0", "x = x - g/(x - x)", "x = 9**9**9**9*x", "x = x*1e999", "x = x^x^x^x", "k = k*k + t\nx = x + k",
     "a = x*x\n" * 9 + "x = a", "a = a*a + 1\nb = b*b + a\nx = exp(exp(exp(b)))", "x = sqrt(log(-1) + x)",
     "x = x - g(g(g(g(x*1e300))))", "x = " + "x^" * 100 + "x", "x = (x + g)^64*(x - g)^63*(x*g + 1)^62"],
)  # fmt: skip
def test_a_program_that_blows_up_is_harmless(text):
    """Division by zero and growth without bound end the path, quickly, and leave only finite numbers in it."""
    began = time.process_time()
    path = ov.trace(ov.custom(text), ov.SURFACES["Elongated bowl"], (-7, 2), 200)
    assert time.process_time() - began < 1
    assert np.isfinite(path.x).all()
    assert path.outcome.reason


def test_fifty_thousand_generated_programs():
    """Every text is a FormulaError or a program whose paths hold finite numbers only."""
    rng = random.Random(4)
    words = [
        *"xgtvmb20",
        "lr",
        "eps",
        "1e999",
        "sign(g)",
        "g(x)",
        "sqrt(v)",
        "x^2",
        "max(m, v)",
        "(x - m)",
        "open",
    ]
    joints = ["+", "-", "*", "/", "^", " ", "(", "\n", "=", "# ", "\n"]
    accepted = 0
    for _ in range(50_000):
        lines = []
        for _ in range(rng.randint(1, 3)):
            side = "".join(rng.choice(words) + rng.choice(joints) for _ in range(rng.randint(0, 3))) + rng.choice(words)
            lines.append(rng.choice("xxxmvgt_2") + rng.choice((" = ", " = ", "=", "")) + side)
        try:
            rule = Script("\n".join(lines))
        except f.FormulaError:
            continue
        accepted += 1
        if accepted % 40 == 0:
            assert rule.latex
            assert rule.code
            path = ov.trace(ov.custom(rule.text), ov.SURFACES["Elongated bowl"], (-7, 2), 5)
            assert np.isfinite(path.x).all()
    assert accepted > 2000


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
from optim_viz.formula.script import Script
def use(text):
    for program in ("x = " + text, text, "m = g(x) + " + text + "\\nx = m"):
        try:
            made = Script(program)
            made.latex, made.code
        except f.FormulaError as error:
            str(error)
    try:
        node = f.parse(text)
        f.latex(f.derivative(node, "x"))
    except f.FormulaError as error:
        str(error)
texts = {texts!r}
for text in ("x^2 + y", "foo(x)", "2x", "é", "9^9^9^9", "x # y", "x = y", "x = g"):
    use(text)
events = []
sys.addaudithook(lambda event, args: events.append(event))
for text in texts:
    use(text)
seen = sorted(set(events))
assert set(seen) <= {{"compile"}}, seen
"""


def test_reading_a_formula_touches_nothing():
    """While formulas, programs and attacks are read, the interpreter reports no import, no file, no process."""
    texts = [*ATTACKS.values(), *SEEDS, *(text for text in PROGRAMS.values() if len(text) < 2000)]
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
