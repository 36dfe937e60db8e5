"""What must be true of every optimizer, of each by itself, and of a new one."""

import dataclasses
import inspect
import math
import pickle

import numpy as np
import pytest

import optim_viz as ov
from optim_viz import optimizers
from optim_viz.optimizers import OPTIMIZERS, SGD, Adam, AdamW, Momentum, Nesterov
from optim_viz.optimizers.base import Optimizer, Value, param, rate
from optim_viz.words import Text

EVERY = pytest.mark.parametrize("cls", OPTIMIZERS.values(), ids=OPTIMIZERS)
SLOPE = np.array([0.1, 2.0])  # gradient of x²/20 + y² is SLOPE * p
STEPS = 12


def slope(p):
    """The gradient of x²/20 + y² + 0.3 x y³: not separable, so that a mixed-up axis shows."""
    x, y = p
    return np.stack([x / 10 + 0.3 * y * y * y, 2 * y + 0.9 * x * y * y])  # ** rounds numbers and arrays differently


def bowl(p):
    return SLOPE.astype(p.dtype).reshape(2, *(1,) * (p.ndim - 1)) * p


def run(rule, x, grad=slope, steps=STEPS):
    """All positions, and all states, of `steps` updates."""
    state = rule.init(x)
    xs, states = [x], [state]
    for t in range(1, steps + 1):
        x, state = rule.step(x, grad, state, t)
        xs.append(x)
        states.append(state)
    return np.stack(xs), states


def lively(cls, **more):
    """The rule with a rate that moves it, and every extra term switched on."""
    on = {"lr": 0.05, "weight_decay": 0.1, "nesterov": 1.0, "delta": 1.0}
    names = [h.name for h in cls.hyperparameters()]
    return cls(**{k: v for k, v in {**on, **more}.items() if k in names})


# -- every rule -------------------------------------------------------------------------------------------


def test_the_list():
    """The fourteen optimizers stand in teaching order under their class names."""
    order = "SGD Momentum Nesterov AdaGrad Adadelta RMSprop Adam AdamW AMSGrad NAdam RAdam AdamP Lion Rprop"
    assert " ".join(OPTIMIZERS) == order
    for name, cls in OPTIMIZERS.items():
        assert cls.__name__ == cls.name == cls().label() == name
        assert getattr(ov, name) is getattr(optimizers, name) is cls


@EVERY
def test_facts(cls):
    """Each class states its idea in one sentence, its formula, its source with a year, and its help texts."""
    assert cls.idea.endswith(".")
    assert cls.idea == " ".join(cls.__doc__.split())
    assert len(cls.formula) >= 2
    for line in cls.formula:
        assert line.count("{") == line.count("}")
        assert line.count(r"\begin") == line.count(r"\end")
    assert any(year in cls.source for year in map(str, range(1847, 2024)))
    for h in cls.hyperparameters():
        assert h.help.endswith(".")
        assert h.symbol
    if "weight_decay" in [h.name for h in cls.hyperparameters()]:
        decay = next(h for h in cls.hyperparameters() if h.name == "weight_decay")
        assert ("Decoupled" in decay.help) == (cls.name in ("AdamW", "AdamP", "Lion"))
        assert decay.choices[0] == 0


@EVERY
def test_controls(cls):
    """Choices increase, all are allowed values, the default is one of them, and the declared one is used."""
    for h in cls.hyperparameters():
        assert list(h.choices) == sorted(set(h.choices)), h.name
        assert h.default in h.choices, h.name
        assert getattr(cls(), h.name) == h.default
        for choice in h.choices:
            assert getattr(cls(**{h.name: choice}), h.name) == choice


def test_shared_grids():
    """The grids hold the book's rates, the rates at the bounds, and 0.999."""
    grids = {h.name: h.choices for cls in OPTIMIZERS.values() for h in cls.hyperparameters()}
    assert {0.001, 0.01, 0.1, 0.3, 0.9, 0.95, 1, 1.05, 1.1, 1.5, 2, 3, 5, 7, 10} <= set(grids["lr"])
    for name in ("momentum", "beta1", "beta2", "decay", "rho"):
        assert {0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999} <= set(grids[name]), name
    assert {1e-10, 1e-8, 1e-7, 1e-6, 1e-4, 1e-2, 1} <= set(grids["eps"])


def test_names_are_standard():
    """Hyper-parameters carry the names of the field (torch's, where torch has the rule)."""
    used = {h.name for cls in OPTIMIZERS.values() for h in cls.hyperparameters()}
    assert " ".join(sorted(used)) == (
        "beta1 beta2 decay delta eps eta_minus eta_plus lr momentum momentum_decay nesterov rho step_max "
        "step_min wd_ratio weight_decay"
    )
    assert all(cls.hyperparameters()[0].name == "lr" for cls in OPTIMIZERS.values())


@EVERY
def test_code(cls):
    """The shown source is the step itself, dedented, at most 12 lines, and compiles."""
    code = cls.code()
    assert code.startswith("def step(self, x, grad, state, t):")
    assert len(code.splitlines()) <= 12
    compile(code, cls.name, "exec")
    assert cls.code() is code


@EVERY
def test_pure(cls):
    """A step writes to nothing it was given, gives new arrays, and repeats exactly."""
    rule, x = lively(cls), np.array([-1.0, 0.5])
    _, states = run(rule, x, steps=3)
    x.setflags(write=False)
    for array in states[-1].values():
        array.setflags(write=False)

    def grad(p):
        g = slope(p)
        g.setflags(write=False)
        return g

    before = {k: v.copy() for k, v in states[-1].items()}
    one, two = (rule.step(x, grad, states[-1], 4) for _ in range(2))
    assert np.array_equal(one[0], two[0])
    assert all(np.array_equal(one[1][k], two[1][k]) for k in one[1])
    assert all(np.array_equal(states[-1][k], before[k]) for k in before)
    assert x.tolist() == [-1.0, 0.5]
    assert not np.shares_memory(one[0], x)


@EVERY
def test_one_gradient_per_step(cls):
    """Each step asks for the gradient once."""
    calls = []
    run(lively(cls), np.array([-1.0, 0.5]), lambda p: calls.append(1) or slope(p))
    assert len(calls) == STEPS


@EVERY
def test_batch_equals_alone(cls):
    """Points stacked as (2, B) move bit for bit as each point alone."""
    starts = np.random.default_rng(1).uniform(-1, 1, (2, 37))
    together, states = run(lively(cls), starts)
    for k in range(starts.shape[1]):
        alone, own = run(lively(cls), starts[:, k].copy())
        assert np.array_equal(together[..., k], alone)
        for key in own[-1]:
            assert np.array_equal(states[-1][key][:, k], own[-1][key])


@EVERY
def test_sweep_equals_single_runs(cls):
    """An array (B,) for any hyper-parameter moves bit for bit as B separate settings."""
    for h in cls.hyperparameters():
        values = np.array([c for c in h.choices if c <= 100])
        start = np.array([-1.0, 0.5])
        many, _ = run(lively(cls, **{h.name: values}), np.repeat(start[:, None], len(values), axis=1), bowl)
        for k, value in enumerate(values):
            alone, _ = run(lively(cls, **{h.name: value}), start, bowl)
            assert np.array_equal(many[..., k], alone), (h.name, value)


@EVERY
@pytest.mark.parametrize("shape", [(2,), (2, 1), (2, 5), (7, 3), (2, 3, 4)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_and_type(cls, shape, dtype):
    """Positions and states keep the shape and the precision of the start."""
    rule = cls(**{h.name: np.float64(h.default) for h in cls.hyperparameters()})
    xs, states = run(rule, np.full(shape, 0.5, dtype), lambda p: p * 2)
    assert xs.dtype == dtype
    assert xs.shape == (STEPS + 1, *shape)
    for state in states:
        assert {k: (v.dtype, v.shape) for k, v in state.items()} == dict.fromkeys(states[0], (dtype, shape))


@EVERY
def test_float32_sweep(cls):
    """float32 hyper-parameter arrays keep float32 points float32."""
    rule = cls(**{h.name: np.full(3, h.default, np.float32) for h in cls.hyperparameters()})
    xs, states = run(rule, np.ones((2, 3), np.float32), lambda p: p * 2)
    assert {xs.dtype, *(v.dtype for v in states[-1].values())} == {np.dtype(np.float32)}


@EVERY
def test_zero_gradient(cls):
    """Where the gradient is exactly zero nothing but weight decay moves the point, and no NaN comes."""
    names = [h.name for h in cls.hyperparameters()]
    rule = cls(weight_decay=0) if "weight_decay" in names else cls()
    xs, _ = run(rule, np.array([1.0, -2.0]), np.zeros_like)
    assert np.array_equal(xs, np.broadcast_to([1.0, -2.0], xs.shape))


@EVERY
def test_goes_downhill(cls):
    """From (-7, 2), 300 steps at a fair rate lower x²/20 + y²."""
    fair = {"Adadelta": 10, "Lion": 0.05, "AdaGrad": 1.5}
    xs, _ = run(cls(lr=fair.get(cls.name, 0.1)), np.array([-7.0, 2.0]), bowl, 300)
    loss = xs[:, 0] ** 2 / 20 + xs[:, 1] ** 2
    assert loss[-1] < 0.1 * loss[0]


@EVERY
def test_repr_is_notebook_code(cls):
    """`ov.` + repr gives the same optimizer back, arrays included; equal settings hash alike."""
    for rule in (
        cls(),
        lively(cls, lr=0.1 + 0.2),
        cls(lr=np.array([0.1, 1 / 3])),
        cls(lr=np.ones(2, np.float32)),
    ):
        back = eval(f"ov.{rule!r}", {"ov": ov, "np": np})  # noqa: S307
        assert type(back) is cls
        assert back == rule
        assert hash(back) == hash(rule)
        assert np.array_equal(back.lr, rule.lr)
        assert pickle.loads(pickle.dumps(rule)) == rule  # noqa: S301
    assert cls(lr=0.1) != cls(lr=0.2)
    assert repr(cls(lr=np.float64(0.5))) == repr(cls(lr=0.5))


@EVERY
def test_frozen(cls):
    """A setting cannot be changed in place, nor can the array of a sweep, nor from outside."""
    rule = cls()
    with pytest.raises(dataclasses.FrozenInstanceError):
        rule.lr = 1.0
    rates = np.array([0.1, 0.2])
    sweep = cls(lr=rates)
    rates[0] = 9
    assert sweep.lr.tolist() == [0.1, 0.2]
    with pytest.raises(ValueError, match="read-only"):
        sweep.lr[0] = 9
    assert dataclasses.replace(rule, lr=0.5).lr == 0.5


WRONG = [
    "0.1",
    None,
    math.nan,
    math.inf,
    -math.inf,
    True,
    np.True_,
    1j,
    [0.1],
    -1,
    10**400,
    np.array([0.1, np.nan]),
]
WRONG += [np.array(["a"]), np.array([True]), np.ones((2, 2)), np.array([0.1, -0.1]), np.array([1e400])]


@EVERY
@pytest.mark.parametrize("value", WRONG, ids=lambda v: repr(v)[:24])
def test_bad_values_name_their_field(cls, value):
    """Text, NaN, infinity, bool, negative numbers and odd arrays are refused in one sentence."""
    for h in cls.hyperparameters():
        with pytest.raises(ValueError, match=rf"^{h.name} must be") as caught:
            cls(**{h.name: value})
        assert isinstance(caught.value.args[0], Text)


def test_bounds():
    """Memories are in [0, 1), ε is above 0, Rprop's factors are below and above 1; the sentence says so."""
    for name, cls in OPTIMIZERS.items():
        for h in cls.hyperparameters():
            if h.name in ("momentum", "beta1", "beta2", "rho", "decay"):
                assert h.interval == "[0, 1)", name
            if h.name == "eps":
                assert h.interval == "(0, ∞)", name
    for make, words in [
        (lambda: Momentum(momentum=1), "momentum must be in [0, 1), not 1."),
        (lambda: Adam(beta2=1.5), "beta2 must be in [0, 1), not 1.5."),
        (lambda: Adam(eps=0), "eps must be in (0, ∞), not 0."),
        (lambda: Adam(beta1=np.array([0.9, 1.0])), "beta1 must be in [0, 1), not 1."),
        (lambda: optimizers.Rprop(eta_minus=1), "eta_minus must be in (0, 1), not 1."),
        (lambda: optimizers.Rprop(eta_plus=0.9), "eta_plus must be in [1, ∞), not 0.9."),
        (lambda: optimizers.AdamP(nesterov=2), "nesterov must be in [0, 1], not 2."),
    ]:
        with pytest.raises(ValueError) as caught:  # noqa: PT011
            make()
        assert str(caught.value) == words


# -- each rule --------------------------------------------------------------------------------------------


def test_the_books_first_path():
    """SGD at 0.95 from (-7, 2) on x²/20 + y² is a geometric sequence in each coordinate."""
    xs, _ = run(SGD(lr=0.95), np.array([-7.0, 2.0]), bowl, 29)
    k = np.arange(30)
    np.testing.assert_allclose(xs[:, 0], -7 * (1 - 0.095) ** k, rtol=1e-13)
    np.testing.assert_allclose(xs[:, 1], 2 * (1 - 1.9) ** k, rtol=1e-13)


def test_momentum_by_numbers():
    """v ← 0.9 v − 0.1 g, x ← x + v on y²: 2 -> 1.6 -> 0.92; Nesterov looks ahead: 2 -> 1.6 -> 0.992."""
    start = np.array([0.0, 2.0])
    xs, states = run(Momentum(lr=0.1, momentum=0.9), start, bowl, 2)
    np.testing.assert_allclose(xs[:, 1], [2, 1.6, 0.92], rtol=1e-14)
    np.testing.assert_allclose([s["v"][1] for s in states], [0, -0.4, -0.68], rtol=1e-14)
    xs, _ = run(Nesterov(lr=0.1, momentum=0.9), start, bowl, 2)
    np.testing.assert_allclose(xs[:, 1], [2, 1.6, 1.6 - 0.36 - 0.1 * 2 * (1.6 - 0.36)], rtol=1e-14)


@pytest.mark.parametrize("cls", [Momentum, Nesterov])
def test_without_momentum_is_sgd(cls):
    """μ = 0 leaves SGD, bit for bit."""
    xs, _ = run(cls(lr=0.3, momentum=0, weight_decay=0.1), np.array([-1.0, 0.5]))
    assert np.array_equal(xs, run(SGD(lr=0.3, weight_decay=0.1), np.array([-1.0, 0.5]))[0])


@pytest.mark.parametrize("cls", [SGD, Momentum, Nesterov])
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("weight_decay", [0.0, 0.5])
def test_stability_limit(cls, momentum, weight_decay):
    """On a quadratic, a rate 0.1 % below the limit shrinks the point and one 0.1 % above it throws it out."""
    rule = lively(cls, momentum=momentum, weight_decay=weight_decay)
    limit = rule.stability_limit(2.0)
    for factor, shrinks in ((0.999, True), (1.001, False)):
        xs, _ = run(dataclasses.replace(rule, lr=factor * limit), np.array([1.0, 1.0]), bowl, 20_000)
        size = np.abs(xs[-1]).max()
        assert size < 1e-2 if shrinks else size > 1e2, factor


def test_stability_limits_by_numbers():
    """2/λ, 2(1+μ)/λ and 2(1+μ)/(1+2μ)/λ; none without curvature, or where none is known; the words agree."""
    assert SGD().stability_limit(2) == 1
    assert SGD(weight_decay=0.5).stability_limit(2) == 0.8
    assert Momentum(momentum=0.9).stability_limit(2) == 1.9
    assert Nesterov(momentum=0.5).stability_limit(2) == 0.75
    assert SGD().stability_limit(0) is None
    assert SGD().stability_limit(-1) is None
    assert all(cls().stability_limit(2) is None for cls in OPTIMIZERS.values() if not cls.bound)
    assert [cls().limit for cls in (SGD, Momentum, Nesterov, Adam)] == [
        "2/λmax", "2(1+μ)/λmax", "2(1+μ)/(1+2μ)/λmax", "",
    ]  # fmt: skip
    assert SGD(weight_decay=0.5).limit == "2/(λmax + weight decay)"


def test_adagrad_by_numbers():
    """ε is outside the root: gradients 3 then 4 give h = 9, 25 and steps 3/(3+1), 4/(5+1)."""
    gradients = iter([3.0, 4.0])
    xs, states = run(optimizers.AdaGrad(lr=1, eps=1), np.zeros(1), lambda _: np.array([next(gradients)]), 2)
    assert [s["h"][0] for s in states] == [0, 9, 25]
    np.testing.assert_allclose(xs[:, 0], [0, -3 / 4, -3 / 4 - 4 / 6], rtol=1e-15)


def test_rmsprop_by_numbers():
    """Three steps by hand: gradients 2, 4, −4 with ρ = 0.5 give h = 2, 9, 12.5."""
    gradients = iter([2.0, 4.0, -4.0])
    rule = optimizers.RMSprop(lr=0.1, decay=0.5, eps=0.5)
    xs, states = run(rule, np.zeros(1), lambda _: np.array([next(gradients)]), 3)
    np.testing.assert_allclose([s["h"][0] for s in states], [0, 2, 9, 12.5], rtol=1e-15)
    moves = [-0.2 / (math.sqrt(2) + 0.5), -0.4 / 3.5, 0.4 / (math.sqrt(12.5) + 0.5)]
    np.testing.assert_allclose(np.diff(xs[:, 0]), moves, rtol=1e-14)


def test_adadelta_by_numbers():
    """ε is inside both roots: the first step is √ε / √((1−ρ) g² + ε) · g, whatever the loss's units."""
    rule = optimizers.Adadelta(rho=0.75, eps=0.01)
    xs, states = run(rule, np.zeros(1), lambda _: np.array([2.0]), 1)
    step = math.sqrt(0.01) / math.sqrt(1.01) * 2
    np.testing.assert_allclose(xs[1, 0], -step, rtol=1e-15)
    np.testing.assert_allclose(states[1]["E_dx2"], 0.25 * step**2, rtol=1e-15)


@pytest.mark.parametrize("cls", [Adam, AdamW, optimizers.AMSGrad])
@pytest.mark.parametrize("size", [1e-3, 1.0, 1e6])
def test_adams_first_step(cls, size):
    """The first step is lr · g/(|g| + ε): as long as the rate, whatever the slope."""
    xs, _ = run(cls(lr=0.3, weight_decay=0), np.array([1.0, 1.0]), lambda p: np.array([size, -size]), 1)
    expected = 0.3 * size / (size + 1e-8)
    np.testing.assert_allclose(xs[1] - xs[0], [-expected, expected], rtol=1e-13)


def test_adamw_without_decay_is_adam():
    """λ = 0 leaves Adam, bit for bit; with decay they part."""
    start = np.array([-1.0, 0.5])
    assert np.array_equal(run(AdamW(lr=0.1, weight_decay=0), start)[0], run(Adam(lr=0.1), start)[0])
    assert not np.allclose(
        run(AdamW(lr=0.1, weight_decay=0.1), start)[0], run(Adam(lr=0.1, weight_decay=0.1), start)[0]
    )


def test_decoupled_decay_is_not_divided_away():
    """Without a gradient AdamW, AdamP and Lion shrink the point by 1 − ηλ; Adam steps by η instead."""
    for name in ("AdamW", "AdamP", "Lion"):
        rule = OPTIMIZERS[name](lr=0.1, weight_decay=0.5, **({"delta": 0} if name == "AdamP" else {}))
        xs, _ = run(rule, np.array([1.0, 100.0]), np.zeros_like, 3)
        np.testing.assert_allclose(xs[:, 1], 100 * 0.95 ** np.arange(4), rtol=1e-14)
    xs, _ = run(Adam(lr=0.1, weight_decay=0.5), np.array([1.0, 100.0]), np.zeros_like, 1)
    np.testing.assert_allclose(xs[1], [0.9, 99.9], rtol=1e-8)


@pytest.mark.parametrize(("name", "key"), [("AMSGrad", "v_hat"), ("AdaGrad", "h")])
def test_brakes_never_lift(name, key):
    """AMSGrad's v̂ and AdaGrad's h never decrease, while Adam's v does on the same path."""
    _, states = run(OPTIMIZERS[name](lr=0.1), np.array([-7.0, 2.0]), bowl, 200)
    kept = np.stack([s[key] for s in states])
    assert (np.diff(kept, axis=0) >= 0).all()
    assert (np.diff(kept, axis=0) > 0).any()
    if name == "AMSGrad":
        assert (np.diff(np.stack([s["v"] for s in states]), axis=0) < 0).any()


def test_radam_starts_as_momentum():
    """With β₂ = 0.999 the first five steps ignore v (ρ_t <= 5): each is lr · m; then v counts."""
    rule = optimizers.RAdam(lr=0.1, beta1=0)
    xs, _ = run(rule, np.zeros(1), lambda _: np.array([7.0]), 6)
    moves = -np.diff(xs[:, 0])
    np.testing.assert_allclose(moves[:5], 0.7, rtol=1e-13)
    rho_inf, b6 = 1999, 0.999**6
    rho = rho_inf - 12 * b6 / (1 - b6)
    r = math.sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
    np.testing.assert_allclose(moves[5], 0.1 * r, rtol=1e-7)


def test_nadam_uses_the_new_gradient_twice():
    """With ψ = 0 every μ_t is β₁/2: the first step by hand."""
    xs, _ = run(optimizers.NAdam(lr=0.1, beta1=0.8, momentum_decay=0), np.zeros(1), lambda _: np.array([5.0]), 1)
    m_hat = 0.4 * 0.2 * 5 / (1 - 0.16) + 0.6 * 5 / (1 - 0.4)
    np.testing.assert_allclose(xs[1], -0.1 * m_hat / 5, rtol=1e-8)


def test_lion_steps_are_as_long_as_the_rate():
    """Every coordinate moves by exactly lr, at every slope but zero."""
    xs, _ = run(optimizers.Lion(lr=0.25), np.array([-7.0, 2.0]), bowl)
    assert np.array_equal(np.abs(np.diff(xs, axis=0)), np.full((STEPS, 2), 0.25))


def test_rprop_ignores_the_size():
    """Scaling the gradient by 1e-200 … 1e200 changes no bit of the path."""
    start = np.array([-7.0, 2.0])
    path, _ = run(optimizers.Rprop(lr=0.1), start, bowl, 40)
    for scale in (1e-200, 1e-9, 1e200):
        assert np.array_equal(run(optimizers.Rprop(lr=0.1), start, lambda p, s=scale: s * bowl(p), 40)[0], path)


def test_rprop_by_numbers():
    """On |x| from 1.5 at step 1: 1.5 -> 0.5 -> −0.7, turn: halve and wait, then walk back by 0.6."""
    xs, states = run(optimizers.Rprop(lr=1), np.array([1.5]), np.sign, 4)
    np.testing.assert_allclose(xs[:, 0], [1.5, 0.5, -0.7, -0.7, -0.1], rtol=1e-13)
    np.testing.assert_allclose([s["Delta"][0] for s in states], [1, 1, 1.2, 0.6, 0.6], rtol=1e-13)


# -- a new rule -------------------------------------------------------------------------------------------


class SignDescent(Optimizer):
    """Follow the sign of the slope. A second sentence is no part of the idea."""

    formula = (r"x_t = x_{t-1} - \eta\, \operatorname{sign}(g_t)",)
    source = "a test, 2024"
    torch = "Rule(params, lr={lr}, bias={bias})"

    lr: Value = rate(0.01)
    bias: Value = param(0.0, (0.0, 0.5), "b", "A bias.", "[0, 1)")

    def init(self, x):
        return {}

    def step(self, x, grad, state, t):
        return x - self.lr * np.sign(grad(x) + self.bias), {}


def test_a_new_rule_is_one_class(monkeypatch):
    """A class and its name in the list are enough: record, controls, checks, repr, spec and code all work."""
    monkeypatch.setitem(OPTIMIZERS, "SignDescent", SignDescent)
    rule = SignDescent(lr=0.5)
    assert dataclasses.is_dataclass(rule)
    assert (rule.name, rule.idea) == ("SignDescent", "Follow the sign of the slope.")
    assert [h.name for h in SignDescent.hyperparameters()] == ["lr", "bias"]
    assert repr(rule) == "SignDescent(lr=0.5, bias=0.0)"
    assert rule.torch_code() == "Rule(params, lr=0.5, bias=0.0)"
    assert ov.from_spec(ov.spec(rule)) == rule
    assert "np.sign" in rule.code()
    assert inspect.signature(SignDescent).parameters.keys() == {"lr", "bias"}
    with pytest.raises(ValueError, match=r"bias must be in \[0, 1\)"):
        SignDescent(bias=1)
    xs, _ = run(rule, np.array([-1.0, 2.0]), bowl, 3)
    assert xs[-1].tolist() == [0.0, 0.5]
    for check in (
        test_pure,
        test_batch_equals_alone,
        test_sweep_equals_single_runs,
        test_frozen,
        test_controls,
    ):
        check(SignDescent)


def test_torch_code_of_odd_settings():
    """torch refuses Nesterov without momentum, and knows no sweeps."""
    assert Nesterov(momentum=0.9).torch_code().endswith(", nesterov=True)")
    assert "nesterov" not in Nesterov(momentum=0).torch_code()
    assert Adam(lr=np.array([0.1, 0.2])).torch_code() == ""
    assert optimizers.Lion().torch_code() == ""
