"""Formulas: what is read, what comes out, its derivatives and its LaTeX."""

import math
import pickle

import numpy as np
import pytest
from autograd import grad
from autograd import numpy as anp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optim_viz import formula as f
from optim_viz.formula import tree

X = np.array([-2.0, -0.5, 0.0, 0.3, 1.0, 7.0])
Y = np.array([1.5, -3.0, 0.0, 2.0, 0.25, -1.0])


def value(text, x=X, y=Y, **parameters):
    node = f.substitute([f.parse(text)], parameters)[0]
    return f.Program([node], "xy")({"x": x, "y": y})[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-x^2", -(X**2)),
        ("2^3^2", 512.0 + 0 * X),
        ("2^-1*x", X / 2),
        ("-x*y", -X * Y),
        ("x - y - 1", X - Y - 1),
        ("x**2 + y²·x³ − 1", X**2 + Y**2 * X**3 - 1),
        ("8/4/2", 1.0 + 0 * X),
        ("x/(1 + y^2)*2", X / (1 + Y**2) * 2),
        ("--x + +y", X + Y),
        ("max(x, min(y, 1)) + abs(x)", np.maximum(X, np.minimum(Y, 1)) + abs(X)),
        ("sin(x)*cos(y) + tan(0.1*x)", np.sin(X) * np.cos(Y) + np.tan(0.1 * X)),
        ("sinh(x) - cosh(y) + tanh(x)", np.sinh(X) - np.cosh(Y) + np.tanh(X)),
        ("asin(x/10) + acos(y/10) + atan(x)", np.arcsin(X / 10) + np.arccos(Y / 10) + np.arctan(X)),
        ("sign(x) + step(y)", np.sign(X) + np.heaviside(Y, 0.5)),
        ("exp(x)*log(y^2 + 1)*sqrt(x^2)", np.exp(X) * np.log(Y**2 + 1) * abs(X)),
        ("(x^2 + 1)^1.5 + (x^2 + 1)^-0.5", (X**2 + 1) ** 1.5 + (X**2 + 1) ** -0.5),
        (".5e1*x + 1.e-1", 5 * X + 0.1),
        ("pi*x + e", math.pi * X + math.e),
    ],
)
def test_a_formula_means_what_mathematics_means(text, expected):
    """Precedence, right-associative powers, signs and every function agree with NumPy."""
    np.testing.assert_allclose(value(text), expected, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("power", [*range(-9, 10), 31, 64, 65, -64, 0.5, 1.5, -2.5])
def test_powers_by_multiplication_equal_numpys_power(power):
    """Repeated squaring gives NumPy's power to a few roundings, for either sign of base and exponent."""
    base = abs(X) if power % 1 else X
    with np.errstate(all="ignore"):
        expected = np.power(base, power)
    np.testing.assert_allclose(value(f"x^({power})", base), expected, rtol=3e-14)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9**9**9**9", math.inf),
        ("1e999", math.inf),
        ("-2^99999", -math.inf),
        ("2*3 + 4^2/8", 8.0),
        ("0^0", 1.0),
    ],
)
def test_numbers_fold_at_once(text, expected):
    """A formula of numbers is one number after parsing, in float64 with overflow to inf."""
    node = f.parse(text)
    assert (node.kind, node.value) == ("number", expected)
    assert all(type(part.value) is float for part in tree.walk(node))


@pytest.mark.parametrize("text", ["1/0", "0/0", "(-8)^(1/3)", "log(-1)", "sqrt(-1)*x", "x/0", "1e999 - 1e999"])
def test_undefined_numbers_are_nan_or_inf_without_a_warning(text):
    """Division by zero, complex roots and inf - inf give inf or nan arrays of full shape, silently."""
    result = value(text)
    assert result.shape == X.shape
    assert not np.isfinite(result).all()


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("x^2/a + y^2", r"\frac{x^{2}}{a} + y^{2}"),
        ("(a - x)^2 + b*(y - x^2)^2", r"(a - x)^{2} + b (y - x^{2})^{2}"),
        ("2*x*y", "2 x y"),
        ("3*2^x", r"3 \cdot 2^{x}"),
        ("sqrt(x^2 + y^2)", r"\sqrt{x^{2} + y^{2}}"),
        ("abs(x) + abs(y)", r"\left|x\right| + \left|y\right|"),
        ("-exp(-x^2/(2*s^2))", r"-e^{-\frac{x^{2}}{2 s^{2}}}"),
        ("sin(3*pi*x)^2", r"\sin^{2}(3 \pi x)"),
        ("cos(y/sqrt(2))", r"\cos\left(\frac{y}{\sqrt{2}}\right)"),
        ("x^(1/3) + 1e-7*x", r"x^{\frac{1}{3}} + 10^{-7} x"),
        ("log(x)/tan(y)", r"\frac{\ln(x)}{\tan(y)}"),
        ("-(x - y)/3", r"-\frac{x - y}{3}"),
        ("max(x, 0)^2", r"\max^{2}(x, 0)"),
        ("(-x)^3 - 2*(x + 1)", r"(-x)^{3} - 2 (x + 1)"),
        ("2^100*x", r"1.2676506 \cdot 10^{30} x"),
        ("9^9^9", r"\infty"),
    ],
)
def test_latex_looks_like_a_textbook(text, latex):
    """Fractions, powers and products are set without clutter and with the parentheses they need."""
    assert f.latex(f.parse(text)) == latex


@pytest.mark.parametrize(
    ("text", "variable", "expected"),
    [
        ("x^2/a + y^2", "x", r"\frac{2 x}{a}"),
        ("x^2/a + y^2", "y", "2 y"),
        ("(a - x)^2 + b*(y - x^2)^2", "x", r"-2 (a - x) - 4 b x (y - x^{2})"),
        ("(a - x)^2 + b*(y - x^2)^2", "y", r"2 b (y - x^{2})"),
        ("sin(3*pi*x)^2", "x", r"6 \pi \sin(3 \pi x) \cos(3 \pi x)"),
        ("sqrt(x^2 + y^2)", "x", r"\frac{x}{\sqrt{x^{2} + y^{2}}}"),
        ("1/(1 + x^2)^2", "x", r"-\frac{4 x}{(1 + x^{2})^{3}}"),
        ("exp(x*y)", "y", r"x e^{x y}"),
        ("abs(x)", "x", r"\operatorname{sign}(x)"),
        ("x^a", "x", "a x^{a - 1}"),
        ("x + x*y + 3", "y", "x"),
        ("7*pi", "x", "0"),
    ],
)
def test_derivatives_are_short(text, variable, expected):
    """Derivatives come simplified: no zero terms, no factors of one, no repeated powers."""
    assert f.latex(f.derivative(f.parse(text), variable)) == expected


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("x^1", 0.0, 1.0),
        ("x^2", 0.0, 0.0),
        ("x^3", -2.0, 12.0),
        ("abs(x)", 0.0, 0.0),
        ("sign(x)", 0.0, 0.0),
        ("max(x, 0)", 0.0, 0.5),
        ("max(x, 0)", 2.0, 1.0),
        ("min(x, 0)", 2.0, 0.0),
        ("2^x", 3.0, 8 * math.log(2)),
        ("x^x", 2.0, 4 * (math.log(2) + 1)),
        ("(-2)^x", 2.0, math.nan),
        ("x^-2", 2.0, -0.25),
    ],
)
def test_derivative_values_at_hard_points(text, at, expected):
    """Kinks have slope 0 (abs, sign) or the mean (min, max); log(base) appears only for x in exponents."""
    slope = f.Program([f.derivative(f.parse(text), "x")], "xy")({"x": np.array(at), "y": np.array(0.0)})[0]
    np.testing.assert_allclose(slope, expected, rtol=1e-14)


def judge(node, x, y):
    """The tree evaluated node by node with autograd's NumPy: independent of Program."""
    if node.kind == "number":
        return np.float64(node.value)
    if node.kind == "name":
        return {"x": x, "y": y, **f.CONSTANTS}[node.value]
    args = [judge(arg, x, y) for arg in node.args]
    if node.kind == "add":
        return sum(args)
    if node.kind == "mul":
        return math.prod(args)
    if node.kind == "div":
        return args[0] / args[1]
    if node.kind == "pow":
        return anp.power(*args)
    names = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "min": "minimum", "max": "maximum"}
    return getattr(anp, names.get(node.value, node.value))(*args)


def _grow(inner):
    unary = st.sampled_from(sorted(name for name, n in f.ARITY.items() if n == 1 and name != "step"))
    return st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]}){t[1]}({t[2]})"),
        st.tuples(unary, inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(inner, st.sampled_from(["2", "3", "-1", "0.5", "1.7"])).map(lambda t: f"({t[0]})^({t[1]})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]},{t[2]})"),
    )


LEAVES = st.sampled_from(["x", "y", "x", "y", "2", "0.5", "3", "pi"])
FORMULAS = st.recursive(LEAVES, _grow, max_leaves=10)
POINT = st.floats(0.1, 3.0).map(lambda v: round(v, 3))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(FORMULAS, POINT, POINT)
def test_random_derivatives_agree_with_autograd(text, x, y):
    """Slopes and curvatures of random formulas equal autograd's wherever those are ordinary numbers."""
    node = f.parse(text)
    slopes = [f.derivative(node, "x"), f.derivative(node, "y"), f.derivative(f.derivative(node, "x"), "y")]
    ours = [float(v) for v in f.Program([node, *slopes], "xy")({"x": np.array(x), "y": np.array(y)})]

    def total(x, y):
        return judge(node, x, y) + 0.0 * x + 0.0 * y

    x, y = np.float64(x), np.float64(y)  # Python floats would raise, or turn complex
    with np.errstate(all="ignore"):
        theirs = [total(x, y), grad(total, 0)(x, y), grad(total, 1)(x, y)]
        theirs.append(grad(lambda x, y: grad(total, 0)(x, y) + 0.0 * y, 1)(x, y))
    assume(all(math.isfinite(v) and abs(v) < 1e6 for v in theirs))
    np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-7)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(FORMULAS)
def test_text_is_read_back_as_the_same_tree(text):
    """The printed formula parses to an equal node, and so does a pickled one."""
    node = f.parse(text)
    again = f.parse(f.text(node))
    points = {"x": X, "y": Y}
    a, b = f.Program([node], "xy")(points)[0], f.Program([again], "xy")(points)[0]
    np.testing.assert_allclose(a, b, rtol=1e-12)
    assert pickle.loads(pickle.dumps(node)) == node  # noqa: S301
    assert f.latex(node).count("{") == f.latex(node).count("}")


def test_python_source_uses_the_modules_functions():
    """The Python form is complete: powers, constants and functions of the named module."""
    assert f.python(f.parse("sin(pi*x)^2 + a*exp(y)"), "torch") == "torch.sin(torch.pi*x)**2 + a*torch.exp(y)"


def test_shared_parts_are_computed_once():
    """A value and its gradient need one exponential, not three."""
    node = f.parse("exp(-(x^2 + y^2))")
    program = f.Program([node, f.derivative(node, "x"), f.derivative(node, "y")], "xy")
    assert [op[0] for op in program._operations].count(np.exp) == 1


def test_programs_keep_float32_and_spread_constants():
    """float32 in, float32 out; a constant output has the shape of the inputs; integers count as float64."""
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    outputs = f.Program([f.parse("x^2/3 + pi + sin(x)"), f.parse("2")], "xy")({"x": x, "y": np.float32(1)})
    assert [(o.dtype, o.shape) for o in outputs] == [(np.float32, (2, 3))] * 2
    assert f.Program([f.parse("x")], "x")({"x": np.arange(3)})[0].dtype == np.float64


def test_programs_never_write_to_or_return_their_inputs():
    """Write-protected inputs work, stay as they were, and share no memory with the results."""
    x = X.copy()
    x.flags.writeable = False
    program = f.Program([f.parse(text) for text in ("x", "abs(x)", "max(x, y)", "-x + 0*y")], "xy")
    for result in program({"x": x, "y": x}):
        assert not np.shares_memory(result, x)
    np.testing.assert_array_equal(x, X)


def test_layout_never_changes_a_result():
    """A strided view gives the bits of a copy, also for powers that are no product."""
    table = np.random.default_rng(0).uniform(0.1, 9, size=(500, 2))
    program = f.Program([f.parse("x^2.3 + y^x")], "xy")
    copies = program({"x": table[:, 0].copy(), "y": table[:, 1].copy()})[0]
    np.testing.assert_array_equal(program({"x": table[:, 0], "y": table[:, 1]})[0], copies)


def test_float32_is_float32_all_the_way():
    """Every step of a float32 computation is rounded to float32, not only the result."""
    x = np.float32([0.1, 0.7])
    expected = (x + np.float32(1e8)) - np.float32(0.3) * x
    np.testing.assert_array_equal(f.Program([f.parse("(x + c) - 0.3*x")], "xc")({"x": x, "c": 1e8})[0], expected)


def test_other_names_for_other_languages():
    """The allowed names are the caller's: words work where they are given, and x does not where it is not."""
    node = f.parse("lambda*g - beta1*m_hat/(sqrt(v) + eps)", ["g", "m_hat", "v", "eps", "beta1", "lambda"])
    assert f.latex(node) == r"\lambda g - \frac{\beta_{1} \hat{m}}{\sqrt{v} + \varepsilon}"
    with pytest.raises(f.FormulaError, match="x is unknown"):
        f.parse("x + g", ["g"])


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("x^2 + 2y", 8, "write 2*x"),
        ("x² + 2y", 7, "write 2*x"),
        ("x + ", 5, "stops too early"),
        ("x + * y", 5, "missing before *"),
        ("(x + y", 1, "never closed"),
        ("x + y)", 6, "closes nothing"),
        ("sin x", 1, "needs parentheses"),
        ("1 + sin(x, y)", 5, "takes 1 argument"),
        ("max(x)", 1, "takes 2 argument"),
        ("x(y + 1)", 2, "not a function"),
        ("ln(x)", 1, "did you mean log"),
        ("3 + sine(x)", 5, "did you mean sin"),
        ("X + 1", 1, "did you mean x"),
        ("y = x", 3, "without an equals sign"),
        ("|x|", 1, "abs(x)"),
        ("x + é", 5, "U+00E9"),
        ("x\ty", 2, "one line"),
        ("", 1, "such as"),
        ("   ", 1, "such as"),
        ("foo + x", 1, "foo is unknown"),
        ("x, y", 2, "comma"),
        ("()", 2, "missing before"),
    ],
)
def test_errors_name_the_column_and_help(text, column, words):
    """A bad formula gives one sentence that helps and the 1-based column in the text as it was typed."""
    with pytest.raises(f.FormulaError) as caught:
        f.parse(text)
    assert words in str(caught.value)
    assert caught.value.column == column
    assert caught.value.args[0].template
    assert pickle.loads(pickle.dumps(caught.value)).column == column  # noqa: S301
