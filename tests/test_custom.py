"""Optimizers people write: a program of a few lines is an optimizer like any other."""

import gc
import json
import pickle
import weakref
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

import optim_viz as ov
from optim_viz.figures.style import KNOWN, style_of, styles
from optim_viz.formula.lines import MAX_LETTERS, MAX_LINES, MAX_NAMES, MAX_PARTS, MAX_PROGRAM
from optim_viz.nn import Network
from optim_viz.nn.training import train
from optim_viz.optimizers import OPTIMIZERS
from optim_viz.optimizers.custom import Custom
from optim_viz.player import pack_paths
from optim_viz.starters import STARTERS
from optim_viz.words import Text
from tests import test_optimizers as laws

BOWL, VALLEY = ov.SURFACES["Elongated bowl"], ov.SURFACES["Rosenbrock"]
ADAM = """
m = b1*m + (1-b1)*g
v = b2*v + (1-b2)*g^2
x = x - lr * (m/(1-b1^t)) / (sqrt(v/(1-b2^t)) + eps)
"""
LOOK = "y = x + mu*v\nv = mu*v - lr*g(y)\nx = x + v"
CURVED = "a = a*tanh(b) + exp(-t/9)*sign(g)*abs(g)^b\nc = max(abs(a), step(t - 3)/4)\nx = x - lr*sin(a)/c^0.3"
SAYS = {rule.name: rule for rule in OPTIMIZERS.values() if rule.program}


def rewritten(rule):
    """The same settings on the rule's program."""
    return ov.custom(rule.program, **rule.fields())


# -- the same path as the built-in rule -------------------------------------------------------------------


def test_the_adam_of_the_issue():
    """Three lines are Adam: its path to 1e-12, its state m and v, its settings as sliders with Adam's defaults."""
    rule = ov.custom(ADAM, lr=0.3)
    mine, adam = ov.trace([rule, ov.Adam(lr=0.3)], BOWL, (-7, 2), 200)
    np.testing.assert_allclose(mine.x, adam.x, rtol=0, atol=1e-12)
    for name in ("m", "v"):
        np.testing.assert_allclose(mine.state[name], adam.state[name], rtol=1e-12, atol=1e-15)
    assert rule.fields() == {"b1": 0.9, "b2": 0.999, "lr": 0.3, "eps": 1e-8}
    assert ov.custom(ADAM).lr == 0.1
    assert rule.name == rule.label() == mine.name == "Custom"


def test_all_but_one_rule_can_be_opened():
    """Every rule has a program but AdamP, which measures angles between whole points."""
    assert [name for name in OPTIMIZERS if name not in SAYS] == ["AdamP"]


@pytest.mark.parametrize("name", SAYS)
def test_a_rule_opened_as_a_program_walks_the_same_path(name):
    """At the defaults, at lively settings, at noise, on a bowl and in a valley: to 1e-12 after 300 steps."""
    cls = SAYS[name]
    rates = {"Lion": 0.02, "AdaGrad": 0.5, "Adadelta": 1.0}
    lively = laws.lively(cls, lr=rates.get(name, 0.05), weight_decay=0.03)
    for rule in (cls(), lively, replace(lively, lr=0.001)):
        for surface, start, rate in ((BOWL, (-7, 2), 1.0), (VALLEY, (-1.2, 1), 0.01)):
            rule = replace(rule, lr=rule.lr * rate)
            mine = rewritten(rule)
            for noise in (0.0, 0.5):
                one, two = ov.trace([mine, rule], surface, start, 300, noise=noise, seed=3)
                np.testing.assert_allclose(one.x, two.x, rtol=0, atol=1e-12)
                assert one.calls == two.calls == 300
                assert np.isfinite(one.x).all()
                assert len(np.unique(one.x[:, 0])) > 20 or not np.any(two.x[-1] - two.x[0])


@pytest.mark.parametrize("name", SAYS)
def test_a_program_has_the_settings_of_its_rule(name):
    """No setting is lost and none invented; defaults and sliders come from the rule's own names, but for lr."""
    cls = SAYS[name]
    opened = {h.name: h for h in ov.custom(cls.program).hyperparameters()}
    assert set(opened) == {h.name for h in cls.hyperparameters()}
    for h in cls.hyperparameters():
        listed = {one.name: one for rule in OPTIMIZERS.values() for one in rule.hyperparameters()}
        assert opened[h.name].choices == (listed | {o.name: o for o in ov.Adam.hyperparameters()})[h.name].choices


def test_special_settings_walk_the_same_path():
    """RAdam's threshold at every memory, where parts of its formula are undefined; Rprop turning at every step."""
    for beta2 in (0.0, 0.1, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 0.9999):
        rule = ov.RAdam(lr=0.05, beta2=beta2)
        one, two = ov.trace([rewritten(rule), rule], BOWL, (-7, 2), 60)
        np.testing.assert_allclose(one.x, two.x, rtol=0, atol=1e-12)
    rule = OPTIMIZERS["Rprop"](lr=3, eta_minus=0.9, eta_plus=2.0)
    one, two = ov.trace([rewritten(rule), rule], BOWL, (-7, 2), 60)
    np.testing.assert_allclose(one.x, two.x, rtol=0, atol=1e-12)


# -- what the words mean ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "states", "settings"),
    [
        ("x = x - lr*g", (), ("lr",)),
        ("v = mu*v - lr*g\nx = x + v", ("v",), ("mu", "lr")),
        ("d = lr*g\nx = x - d", (), ("lr",)),
        ("x = x - lr*p\np = g", ("p",), ("lr",)),
        ("m = a*m\nm = m + g\nx = x - m", ("m",), ("a",)),
        ("g = g + c*x\nx = x - g", (), ("c",)),
        ("x = x - g(x - q)\nq = 2*q", ("q",), ()),
        ("b = b0\nx = x*b - a0", (), ("b0", "a0")),
        ("x = t*pi + e", (), ()),
        ("u = w\nw = u + s\nx = w", ("w",), ("s",)),
    ],
)
def test_state_setting_or_result(program, states, settings):
    """Read before written: state. Never written: setting. Otherwise a result on the way."""
    rule = ov.custom(program)
    assert rule.script.states == states == tuple(rule.init(np.zeros(2)))
    assert rule.script.settings == settings == tuple(rule.fields())


def test_defaults_by_name():
    """Names of the trade begin at sensible values, any other name at 1; every slider holds its default."""
    names = "lr eta rate b b1 beta1 momentum mu rho b2 beta2 eps epsilon lam wd weight_decay zzz"
    for half in (names.split()[:9], names.split()[9:]):
        rule = ov.custom("x = x - " + " - ".join(half))
        for h in rule.hyperparameters():
            assert h.default in h.choices
            assert list(h.choices) == sorted(set(h.choices))
    found = {name: getattr(ov.custom(f"x = {name}"), name) for name in names.split()}
    assert found == {
        **dict.fromkeys(("lr", "eta", "rate"), 0.1),
        **dict.fromkeys(("b", "b1", "beta1", "momentum", "mu", "rho"), 0.9),
        **dict.fromkeys(("b2", "beta2"), 0.999), **dict.fromkeys(("eps", "epsilon"), 1e-8),
        **dict.fromkeys(("lam", "wd", "weight_decay"), 0.0), "zzz": 1.0,
    }  # fmt: skip


def test_lines_run_in_order():
    """A name holds its last value: x moves twice here, the second time from where the first left it."""
    path = ov.trace(ov.custom("x = x + 1\nx = 2*x"), BOWL, (1, 2), 2)
    assert path.x.tolist() == [[1, 2], [4, 6], [10, 14]]
    path = ov.trace(ov.custom("k = k + 1\nx = x + k*t"), BOWL, (0, 0), 3)
    assert path.x[:, 0].tolist() == [0, 1, 5, 14]
    assert path.state["k"][:, 1].tolist() == [0, 1, 2, 3]


def test_the_gradient_elsewhere():
    """g(y) asks at y: Nesterov exactly, with one call; a step ahead and back asks twice; inside one another, too."""
    one, two = ov.trace([ov.custom(LOOK, lr=0.1), ov.Nesterov(lr=0.1)], BOWL, (-7, 2), 100)
    assert np.array_equal(one.x, two.x)
    assert one.calls == two.calls == 100
    ahead = ov.trace(ov.custom("x = x - lr*g(x - lr*g)", lr=0.5), ov.Surface("x^2 + y^2"), (1, 2), 1)
    assert ahead.calls == 2
    np.testing.assert_allclose(ahead.x[1], [1, 2])  # the look-ahead lands in the minimum, where the gradient is 0
    nested = ov.trace(ov.custom("x = g(g(x))"), ov.Surface("x^2 + y^2"), (1, 2), 1)
    np.testing.assert_allclose(nested.x[1], [4, 8])
    assert nested.calls == 2
    moved = ov.trace(ov.custom("x = x - lr*g\nx = x - lr*g(x)", lr=0.25), ov.Surface("x^2 + y^2"), (1, 2), 1)
    np.testing.assert_allclose(moved.x[1], [0.25, 0.5])
    for idle in ("x = x*0.5", "g = x\nx = x - g/2"):
        assert ov.trace(ov.custom(idle), BOWL, (4, 4), 1).calls == 0


def test_what_a_name_holds_at_the_end():
    """`inside` tells every assigned name, for the page that shows one update."""
    rule = ov.custom("g = g + x\nd = lr*g\nx = x - d", lr=0.5)
    found = rule.inside(np.array([1.0, 2.0]), lambda p: p * 2, {}, 1)
    assert {name: value.tolist() for name, value in found.items()} == {"g": [3, 6], "d": [1.5, 3], "x": [-0.5, -1]}


# -- an optimizer like any other --------------------------------------------------------------------------


@pytest.mark.parametrize("program", [ADAM, LOOK, CURVED, "x = lr", "k = t\nx = x - lr*sign(g)"])
@pytest.mark.parametrize(
    "law",
    [laws.test_pure, laws.test_batch_equals_alone, laws.test_sweep_equals_single_runs, laws.test_controls,
     laws.test_float32_sweep],
    ids=lambda law: law.__name__,
)  # fmt: skip
def test_the_laws_of_every_rule_hold(program, law):
    """Pure; batches and sweeps bit for bit as alone; choices that can be set; float32 stays."""
    law(type(ov.custom(program)))


@pytest.mark.parametrize("shape", [(2,), (2, 1), (2, 5), (7, 3), (2, 3, 4)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_and_type(shape, dtype):
    """Positions and states keep the shape and the precision of the start, also where a line is one number."""
    for program in (ADAM, LOOK, CURVED, "s = t\nx = lr"):
        laws.test_shape_and_type(type(ov.custom(program)), shape, dtype)


@pytest.mark.parametrize("program", [ADAM, LOOK, CURVED])
def test_alone_equals_together(program):
    """In lockstep with others, and as a lane of a sweep, every bit is that of the run alone."""
    rule = ov.custom(program, lr=0.07)
    alone = ov.trace(rule, VALLEY, (-1.2, 1), 60)
    together = ov.trace([ov.SGD(lr=1e-3), rule, ov.Adam(), ov.custom("x = x - lr*g", lr=1e-4)], VALLEY, (-1.2, 1), 60)
    assert np.array_equal(together[1].x, alone.x)
    lanes = np.array([0.001, 0.07, 0.2, *np.linspace(0.01, 0.3, 96)])
    sweep = ov.trace(replace(rule, lr=lanes), VALLEY, (-1.2, 1), 60)
    assert np.array_equal(sweep.x[..., 1], alone.x)
    last = ov.trace(replace(rule, lr=np.tile(lanes, 30)), VALLEY, (-1.2, 1), 60, keep="last")
    assert np.array_equal(last.x[:, 1 :: len(lanes)], np.repeat(alone.x[alone.end][:, None], 30, axis=1))


def test_a_view_gives_the_bits_of_a_copy():
    """However x, g and memory lie in memory, powers and exponentials round the same."""
    rule, table = (
        ov.custom("v = v + abs(g)^2.3\nx = exp(-x)*x^1.7 + v"),
        np.random.default_rng(0).uniform(0.1, 9, (500, 3)),
    )
    x, g, v = table.T
    one = rule.step(x, lambda p: g, {"v": v}, 1)
    two = rule.step(x.copy(), lambda p: g.copy(), {"v": v.copy()}, 1)
    assert np.array_equal(one[0], two[0])
    assert np.array_equal(one[1]["v"], two[1]["v"])


def test_a_record():
    """Frozen, a dataclass, equal and hashed by content; a copy with another rate is one; arrays are read-only."""
    rule = ov.custom(ADAM, lr=0.3)
    assert is_dataclass(rule)
    assert [f.name for f in fields(rule)] == ["b1", "b2", "lr", "eps"]
    assert rule == ov.custom(ADAM, lr=0.3) == replace(ov.custom(ADAM), lr=0.3)
    assert len({rule, ov.custom(ADAM, lr=0.3), ov.custom(ADAM), ov.custom(LOOK)}) == 3
    assert rule != ov.Adam(lr=0.3)
    with pytest.raises(AttributeError):
        rule.lr = 1.0
    with pytest.raises(ValueError, match="read-only"):
        ov.custom(ADAM, lr=np.ones(2)).lr[0] = 3
    assert (rule.torch_code(), rule.limit, rule.stability_limit(2.0)) == ("", "", None)


ODD = [
    ADAM,
    "    x = x - lr*g   # indented\n\n",
    "# 나의 첫 옵티마이저\nx = x - lr*g # η",
    '# """ a quote\nx = x - lr*g',
    "# back\\slash \\N{DEGREE SIGN}\nx = x - lr*g",
    'x = x - lr*g # ends in a quote ""\'',
    "\r\n\tv = g\r\n\tx = x - lr*v\r\n",
]


@pytest.mark.parametrize("program", ODD)
def test_it_comes_back(program):
    """`ov.` + repr, the spec and a pickle give the same optimizer, comments included, sweeps too."""
    for rule in (ov.custom(program, lr=0.1 + 0.2), ov.custom(program, lr=np.array([0.1, 1 / 3]))):
        back = [
            eval(f"ov.{rule!r}", {"ov": ov, "np": np}),  # noqa: S307
            ov.from_spec(ov.spec(rule)),
            pickle.loads(pickle.dumps(rule)),  # noqa: S301
            ov.custom(rule.program, **rule.fields()),
        ]
        for one in back:
            assert one == rule
            assert hash(one) == hash(rule)
            assert repr(one) == repr(rule)
            assert ov.spec(one) == ov.spec(rule)
            assert np.array_equal(one.lr, rule.lr)
            assert one.program == rule.program


def test_repr_reads_well():
    """The program stands on its own lines between triple quotes."""
    assert repr(ov.custom("v = v + g\nx = x - lr*v", lr=0.2)) == 'custom("""\nv = v + g\nx = x - lr*v\n""", lr=0.2)'
    assert ov.custom("  x = x\n").program == "x = x"


def test_spec_of_a_stranger():
    """A spec with a broken program, a foreign setting or none at all is refused in one sentence."""
    for text in (
        '{"class":"Custom"}',
        '{"class":"Custom","program":"x = x","lr":1}',
        '{"class":"Custom","program":"import os"}',
        '{"class":"Custom","program":5}',
        '{"class":"Custom","program":"x = lr","lr":"1"}',
        '{"class":"Custom","program":"x = lr","lr":NaN}',
    ):
        with pytest.raises(ValueError) as caught:  # noqa: PT011
            ov.from_spec(text)
        assert isinstance(caught.value.args[0], Text)


@pytest.mark.parametrize("program", [*(rule.program for rule in SAYS.values()), ADAM, LOOK, CURVED])
def test_the_code_shown_is_the_rule(program):
    """Running the Python that the card shows gives the step to 1e-12."""
    rule = ov.custom(program)
    space = {"np": np}
    exec(rule.code(), space)
    x, state = np.array([-1.0, 0.5]), rule.init(np.zeros(2))
    with np.errstate(all="ignore"):
        for t in range(1, 9):
            expected = space["step"](rule, x, laws.slope, state, t)
            x, state = rule.step(x, laws.slope, state, t)
            np.testing.assert_allclose(x, expected[0], rtol=1e-12)
            for name in state:
                np.testing.assert_allclose(state[name], expected[1][name], rtol=1e-12)


@pytest.mark.parametrize(
    ("program", "lines"),
    [
        ("x = x - lr*g", [r"g = \nabla f(x)", r"x \leftarrow x - \eta g"]),
        ("m = b1*m + (1-b1)*g\nx = x - m/(1-b1^t)",
         [r"g = \nabla f(x)", r"m \leftarrow b_{1} m + (1 - b_{1}) g", r"x \leftarrow x - \frac{m}{1 - b_{1}^{t}}"]),
        ("v = mu*v - lr*g(x + mu*v)\nx = x + v",
         [r"v \leftarrow \mu v - \eta \nabla f(x + \mu v)", r"x \leftarrow x + v"]),
        ("x = x - momentum*mu*g(x)^2", [r"x \leftarrow x - \mathrm{momentum} \mu \nabla f(x)^{2}"]),
        ("v_max = max(v_max, abs(g))\nx = x - lam*v_max",
         [r"g = \nabla f(x)", r"v_{\mathrm{max}} \leftarrow \max\left(v_{\mathrm{max}}, \left|g\right|\right)",
          r"x \leftarrow x - \lambda v_{\mathrm{max}}"]),
    ],
)  # fmt: skip
def test_latex(program, lines):
    """A line per assignment, settings by their symbols unless two would share one."""
    assert list(ov.custom(program).formula) == lines


def test_a_look_of_its_own():
    """An unlisted optimizer has a color, dash and marker that no listed one beside it has."""
    assert "Custom" not in KNOWN
    assert style_of("Custom") == style_of("Custom")
    for seen in (KNOWN, ("Custom", "Custom", "Adam")):
        looks = styles((*seen, "Custom"))
        assert len({(s.dash, s.marker) for s in looks}) == len(looks)


def test_in_the_player():
    """A message for the player, and the stand-alone page, take it as any path."""
    paths = ov.trace([ov.custom(ADAM), ov.SGD(lr=0.9)], BOWL, (-7, 2), 20)
    message = pack_paths(paths)
    head = json.loads(message[4 : 4 + int.from_bytes(message[:4], "little")])
    assert [one["name"] for one in head["series"]] == ["Custom", "SGD"]
    assert len(ov.animate(paths).html) > 50_000


def test_a_network_trains_with_it():
    """On n parameters of several networks at once the program of Adam is Adam, and a look-ahead Nesterov."""
    rng = np.random.default_rng(7)
    data = (rng.normal(size=(40, 6)), rng.integers(3, size=40))
    for rule in (ov.Adam(lr=0.02), ov.Nesterov(lr=0.05)):
        mine = rewritten(rule)
        rules = [rule, mine, replace(mine, lr=0.03), ov.custom("x = x - lr*sign(g)", lr=1e-3)]
        *_, history = train(Network([6, 8, 3]), (data, data, data), rules, epochs=3, batch_size=8)
        theta = history.theta
        np.testing.assert_allclose(theta[1], theta[0], rtol=0, atol=1e-12)
        assert np.abs(theta[:, -1] - theta[:, 0]).max(axis=-1).min() > 1e-3
        assert np.abs(theta[2, -1] - theta[1, -1]).max() > 1e-3


def test_classes_are_forgotten():
    """A class per program is kept for a while only: a thousand programs leave no thousand classes."""
    seen = [weakref.ref(type(ov.custom(f"x = x - {k}*g"))) for k in range(300)]
    ov.trace(ov.custom("x = x - 7*g"), BOWL, (1, 1), 2)
    gc.collect()
    assert sum(ref() is not None for ref in seen) <= 130
    assert ov.custom("x = x - 7*g") == ov.custom("x = x - 7*g")


# -- what the starters say --------------------------------------------------------------------------------


def test_the_starters_do_what_they_say():
    """Each story is true: the brake, the equal steps, the two steps to the minimum, the two gradients, Adam, SGD."""
    rule = {key: starter.rule for key, starter in STARTERS.items()}
    for surface, lr in ((BOWL, 0.1), (ov.SURFACES["Himmelblau"], 0.005), (ov.SURFACES["Beale"], 0.01)):
        brake, ball = ov.trace([replace(rule["brake"], lr=lr), ov.Momentum(lr=lr)], surface, surface.start, 60)
        v, g = brake.state["v"][:-1], brake.gradient[:-1]
        uphill = v * g > 0
        assert uphill.any()
        assert np.array_equal(brake.state["v"][1:][uphill], (-lr * g)[uphill])
        assert brake.value[-1] < ball.value[-1]
    path = ov.trace(rule["sign"], BOWL, (-7, 2), 60)
    assert np.abs(np.diff(path.x, axis=0)) == pytest.approx(np.repeat(np.arange(1, 61.0) ** -0.5, 2).reshape(60, 2))
    for a, b in ((20, 1), (3, 7), (0.5, 100)):
        path = ov.trace(rule["secant"], ov.Surface(f"x^2/{a} + y^2/{b}"), (-7, 2), 3)
        np.testing.assert_allclose(path.x[2], 0, atol=1e-3)
    assert ov.trace(rule["look"], BOWL, (-7, 2), 60).calls == 120
    adam, idea = ov.trace([ov.Adam(lr=0.3), ov.SGD(lr=0.5)], BOWL, (-7, 2), 60)
    np.testing.assert_allclose(ov.trace(rule["adam"], BOWL, (-7, 2), 60).x, adam.x, rtol=0, atol=1e-12)
    assert np.array_equal(ov.trace(rule["idea"], BOWL, (-7, 2), 60).x, idea.x)


def test_starters_fit_their_sliders():
    """Every setting of a starter is a choice of its slider."""
    for starter in STARTERS.values():
        for h in starter.rule.hyperparameters():
            assert starter.rule.fields()[h.name] in h.choices
        assert set(starter.settings) <= set(starter.rule.fields())


# -- what is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "line", "column", "words"),
    [
        ("", 1, 1, "Write a line such as"),
        ("\n\n# nothing\n", 1, 1, "Write a line such as"),
        ("m = g", 1, 1, "x is never assigned"),
        ("\nm = g\nX = X - g\n\n", 3, 1, "x is never assigned"),
        ("x - lr*g", 1, 1, "Every line is an assignment"),
        ("x = x\n  lr*g", 2, 3, "Every line is an assignment"),
        ("m += g", 1, 1, "Every line is an assignment"),
        ("x == g", 1, 1, "Every line is an assignment"),
        ("2 = x", 1, 1, "Every line is an assignment"),
        ("x, y = g", 1, 1, "Every line is an assignment"),
        ("x = m = g", 1, 7, "one equals sign"),
        ("x =", 1, 4, "stops too early"),
        ("x = # later", 1, 5, "stops too early"),
        ("x = x - 2g", 1, 10, "write 2*x"),
        ("# one\nm = g\nx = x - lr*(m", 3, 12, "never closed"),
        ("x = x - lr*m)", 1, 13, "closes nothing"),
        ("x = x - foo(g)", 1, 9, "foo is not a function here"),
        ("x = ln(g)", 1, 5, "did you mean log"),
        ("x = maximum(g, 1)", 1, 5, "did you mean max"),
        ("x = lr(g)", 1, 5, "lr is not a function here"),
        ("lr = 1\nx = lr(g)", 2, 7, "lr is not a function"),
        ("x = g(x, x)", 1, 5, "takes 1 argument"),
        ("x = sign", 1, 5, "needs parentheses"),
        ("t = 1\nx = t", 1, 1, "write t_ instead"),
        ("x = x\n  e = g", 2, 3, "write e_ instead"),
        ("step = 1\nx = step", 1, 1, "write step_ instead"),
        ("x = x - lambda*g", 1, 9, "write lam instead"),
        ("x = x - grad", 1, 9, "write g instead"),
        ("x = open*g", 1, 5, "write open_ instead"),
        ("x = self", 1, 5, "write self_ instead"),
        ("x = x - limit*g", 1, 9, "write limit_ instead"),
        ("program = g\nx = x - program*formula", 2, 17, "write formula_ instead"),
        ("x = __class__", 1, 5, "begins with a letter"),
        ("_x = 1", 1, 1, "begins with a letter"),
        ("x = x - " + "a" * (MAX_LETTERS + 1), 1, 9, f"at most {MAX_LETTERS} letters"),
        ("x = " + " + ".join(f"a{k}" for k in range(MAX_NAMES + 1)), 1, None, f"at most {MAX_NAMES} names"),
        ("x = x\n" * (MAX_LINES + 1), MAX_LINES + 1, 1, f"at most {MAX_LINES} lines"),
        ("x = " + "x+" * 160 + "x", 1, None, "more than 300 parts"),
        ("x = sin(x)*cos(x)+tan(x)*exp(x)+sin(g)*cos(g)+tan(g)*exp(g)\n" * 25, None, 1, f"more than {MAX_PARTS} parts"),
        ("#" * (MAX_PROGRAM + 1), None, None, f"the limit is {MAX_PROGRAM}"),
        ("x = x\n" * 10_000, None, None, "60000 characters"),
        ("x = " + "g(" * 5 + "x" + ")" * 5, 1, 1, "gradient elsewhere at most 4 times"),
        ("x = x # \u202e right to left", 1, 9, "U+202E"),
        ("x = x # \ud800", 1, 9, "U+D800"),
        ("х = x", 1, 1, "U+0445"),
        ("x = ｘ", 1, 5, "U+FF58"),
        ("x = x; m = g", 1, 10, "one equals sign"),
        ("x = x - lr*g\x0bm = g", 1, 16, "one equals sign"),
        ("import os", 1, 1, "Every line is an assignment"),
        ("x = x.real", 1, 6, "character ."),
        ("x = x[0]", 1, 6, "round parentheses"),
        ("x = 'x'", 1, 5, "character '"),
    ],
)  # fmt: skip
def test_a_broken_program_says_where(program, line, column, words):
    """One translatable sentence, the line, and the column in that line as it was typed."""
    with pytest.raises(ov.FormulaError) as caught:
        ov.custom(program)
    error = caught.value
    assert isinstance(error.args[0], Text)
    assert words in str(error)
    assert line is None or error.line == line
    assert column is None or error.column == column
    if error.line is not None:
        assert 1 <= error.column <= len(program.replace("\r", "").split("\n")[error.line - 1]) + 1
        assert str(error).endswith(f"(line {error.line}, column {error.column})")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (again.args[0], again.line, again.column) == (error.args[0], error.line, error.column)


@pytest.mark.parametrize("thing", [None, 1, b"x = x", ["x = x"], {"x": 1}])
def test_only_text_is_a_program(thing):
    """Anything but a string is a FormulaError, too."""
    with pytest.raises(ov.FormulaError, match="A program is a text"):
        ov.custom(thing)


@pytest.mark.parametrize("value", ["0.1", None, float("nan"), float("inf"), True, 1j, [0.1], np.ones((2, 2))])
def test_bad_settings_name_their_field(value):
    """A setting is a finite number or an array of them, of either sign; a foreign name is refused with the list."""
    with pytest.raises(ValueError, match=r"^lr must be") as caught:
        ov.custom("x = x - lr*g", lr=value)
    assert isinstance(caught.value.args[0], Text)
    assert ov.custom("x = x - lr*g", lr=-2).lr == -2
    with pytest.raises(ValueError, match=r"no setting 'rate'; it has: lr\.") as caught:
        ov.custom("x = x - lr*g", rate=1)
    assert isinstance(caught.value.args[0], Text)


@pytest.mark.parametrize(
    ("program", "kind", "step", "words"),
    [
        ("x = x/0", "diverged", 1, "no finite number"),
        ("x = x - g/(g - g)", "diverged", 1, "no finite number"),
        ("x = x - lr*g/sqrt(v)\nv = v + g^2", "diverged", 1, "no finite number"),
        ("x = x*9**9**9", "diverged", 1, "no finite number"),
        ("x = x - sqrt(-1)*g", "diverged", 1, "no finite number"),
        ("x = x*1e200", "diverged", 1, "very first step"),
        ("x = 2*x", "diverged", 12, "The steps grew"),
        ("s = s + 1\nx = x + s^s", "diverged", 6, "The steps grew"),
        ("x = x - 0.00001*g", "still moving", 40, "still"),
        ("x = 0", "converged", 1, "zero"),
    ],
)
def test_what_goes_wrong_is_an_outcome(program, kind, step, words):
    """Division by zero, growth without bound and roots of −1 end a path with a reason; nothing undefined is kept."""
    path = ov.trace(ov.custom(program), BOWL, (-7, 2), 40)
    assert (path.outcome.kind, path.outcome.step) == (kind, step)
    assert words in path.outcome.reason
    assert np.isfinite(path.x).all()
    assert all(np.isfinite(values).all() for values in path.state.values()) or kind == "diverged"


def test_settings_are_no_arguments_of_generated_code():
    """The class of a program has no `__init__` of its own: a setting's name is data, never compiled as a name."""
    made = type(ov.custom("x = x - weird_name*g"))
    assert "__init__" not in vars(made)
    assert made.__init__ is Custom.__init__
