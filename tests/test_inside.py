"""Inside one update: the numbers shown are the path's, the switches do what they say, the sentences are true."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import optim_viz as ov
from optim_viz import SURFACES, sayings, switches, trace
from optim_viz.closeup import closeup
from optim_viz.inside import Line, inside, plain, symbol_of, written
from optim_viz.optimizers import OPTIMIZERS, SGD, AdaGrad, Adam, Lion, Momentum, Nesterov, RMSprop
from optim_viz.optimizers.base import Optimizer, rate
from optim_viz.optimizers.variants import VARIANTS, AdamUncorrected, MomentumEMA
from optim_viz.player import pack_paths
from optim_viz.player.signs import SIGNS
from optim_viz.sayings import EXAMPLES
from optim_viz.switches import SWITCHES
from tests.test_player import unpack

EVERY = pytest.mark.parametrize("cls", [*OPTIMIZERS.values(), *VARIANTS.values()], ids=[*OPTIMIZERS, *VARIANTS])
GROUNDS = {"Elongated bowl": 0.02, "Rosenbrock": 0.0005, "Himmelblau": 0.002}  # rates at which nobody runs away
SYMBOL = re.compile(
    r"\\(?:beta|eta|rho|mu|epsilon|lambda|Delta|Pi|hat|psi|delta|infty|nabla)(?![a-z])|_\{?t|[gmvhcpqwsrxy]_"
)


def numbers(latex):
    """The numbers of a column or of a single value written in LaTeX."""
    parts = re.findall(r"\\begin\{pmatrix\}(.*?)\\end\{pmatrix\}", latex) or [latex]
    return [_number(entry) for part in parts for entry in part.split(r"\\")]


def _number(text):
    text = text.strip()
    if "10^" not in text:
        return float(text.replace(r"\infty", "inf"))
    mantissa, power = re.fullmatch(r"(?:(.*) \\cdot )?10\^\{(-?\d+)\}", text).groups()
    return float(f"{mantissa or 1}e{power}")


def seen(rule, name="Elongated bowl", start=None, steps=25):
    surface = SURFACES[name]
    return inside(trace(rule, surface, surface.start if start is None else start, steps))


def facts(text) -> Any:
    """The numbers in a sentence."""
    return text.values


def reach(look) -> Any:
    """How far a slope of 1 moves, where the rule scales its axes."""
    return look.per_axis


def lively(cls, **more):
    names = [h.name for h in cls.hyperparameters()]
    return cls(**{k: v for k, v in {"lr": 0.02, **more}.items() if k in names})


# -- the numbers --------------------------------------------------------------------------------------------


@EVERY
@pytest.mark.parametrize("name", GROUNDS)
def test_every_number_is_the_paths(cls, name):
    """Point and state that the formulas end in are the recorded ones to all digits shown, at several updates."""
    look = seen(lively(cls, lr=GROUNDS[name], weight_decay=0.1), name)
    path = look.path
    for t in (1, 2, 7, len(look)):
        shown = {line.left: line for line in look.lines(t)}
        known = {"x_t": path.x[t]} | {symbol_of(cls, key): rows[t] for key, rows in path.state.items()}
        for symbol, value in known.items():
            if symbol == r"\hat v_t" and symbol not in shown:
                continue
            line = shown[symbol]
            told = numbers(line.result or line.filled)
            assert told == [float(f"{v:.4g}") for v in value], (symbol, t)


@EVERY
def test_the_filled_formula_holds_no_symbol(cls):
    """Every symbol of every formula is replaced by its number; only words, n and signs stay."""
    for decay in (0.0, 0.1):
        look = seen(lively(cls, weight_decay=decay))
        for t in (1, 9):
            for line in look.lines(t):
                bare = re.sub(r"\\infty|\\text\{[^}]*\}", "", line.filled)
                assert not SYMBOL.search(bare), line.filled
                assert "nan" not in line.filled
                assert line.filled.count("{") == line.filled.count("}")


@EVERY
def test_every_equation_of_the_formula_is_shown(cls):
    """The lines are the rule's own formula, decay left out only where it is 0."""
    with_decay = seen(lively(cls, weight_decay=0.1)).lines(3)
    equations = [part.strip() for formula in cls.formula for part in formula.split(r"\qquad")]
    assert [f"{line.left} = {line.right}" if line.left else line.right for line in with_decay] == equations
    without = " ".join(line.right for line in seen(lively(cls, weight_decay=0.0)).lines(3))
    assert r"\lambda" not in without


def eval_right(text):
    """A filled right side of + − · / √ over columns, computed by hand rules: an independent reading of the LaTeX."""
    text = re.sub(r"\\begin\{pmatrix\}(.*?)\\end\{pmatrix\}", lambda m: f"V[{m[1].replace(chr(92) * 2, ',')}]", text)
    for old, new in ((r" \cdot ", "*"), (r"10^{", "10**{"), (r"\,", " "), ("^2", "**2")):
        text = text.replace(old, new)
    while r"\frac" in text or r"\sqrt" in text:
        text = re.sub(r"\\sqrt\{([^{}]*)\}", r"np.sqrt(\1)", text)
        text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text)
        text = re.sub(r"\^\{([^{}]*)\}", r"**(\1)", text)
        text = re.sub(r"\*\*\{([^{}]*)\}", r"**(\1)", text)
    text = re.sub(r"\^\{([^{}]*)\}|\*\*\{([^{}]*)\}", lambda m: f"**({m[1] or m[2]})", text)
    return re.sub(r"(?<=[\d)\]]) +(?=[\dV(n])|(?<=\))(?=\()", "*", text)


class _Columns:
    def __getitem__(self, entries):
        return np.array(entries, dtype=float)


@pytest.mark.parametrize("cls", [SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam, MomentumEMA, AdamUncorrected])
def test_the_filled_formula_gives_its_result(cls):
    """Worked out from the digits shown, each right side gives what stands behind its last equality sign."""
    look = seen(lively(cls, lr=0.1))
    for t in (1, 5, 20):
        for line in look.lines(t, digits=12):
            if line.result:
                value = eval(eval_right(line.filled), {"np": np, "V": _Columns()})  # noqa: S307
                np.testing.assert_allclose(value, numbers(line.result), rtol=1e-9, atol=1e-12, err_msg=line.filled)


def test_momentum_by_hand():
    """The second update of Momentum(0.1) from (−7, 2): v = 0.9 v − 0.1 g, written out."""
    lines = {line.left: line for line in seen(Momentum(lr=0.1), start=(-7, 2)).lines(2)}
    column = r"\begin{{pmatrix}}{} \\ {}\end{{pmatrix}}".format
    assert lines["v_t"] == Line(
        "v_t", r"\mu\, v_{t-1} - \eta\, g_t",
        rf"0.9\, {column(0.07, -0.4)} - 0.1\, {column(-0.693, 3.2)}", column(0.1323, -0.68),
    )  # fmt: skip
    assert lines["g_t"] == Line("g_t", r"\nabla f(x_{t-1})", column(-0.693, 3.2), "")
    assert lines["v_t"].latex.count("&") == 2
    assert lines["g_t"].latex.count("&") == 1


def test_long_sums_are_folded():
    """A sum too wide for the panel goes on in the next row; a short one, and one inside a fraction, stays."""
    column = r"\begin{{pmatrix}}{0} \\ {0}\end{{pmatrix}}".format
    wide, short = f"0.999 {column('0.0009384')} + (1-0.999)\\, {column('-0.6400')}^2", f"{column('1')} + {column('2')}"
    inner = rf"\frac{{{wide}}}{{2}}"
    rows = [Line("v", "w", filled, "").latex.count(r"\\ &") for filled in (wide, short, inner)]
    assert rows == [2, 0, 1]


def test_numbers_are_written_as_people_do():
    """Powers of ten as powers, no minus before zero, two numbers as a column."""
    assert [written(v) for v in (0.0, -0.0, 1e-8, -2.5e-7, 123456, 0.001)] == [
        "0", "0", "10^{-8}", r"-2.5 \cdot 10^{-7}", r"1.235 \cdot 10^{5}", "0.001",
    ]  # fmt: skip
    assert written(np.array([1.0, np.inf])) == r"\begin{pmatrix}1 \\ \infty\end{pmatrix}"


@EVERY
def test_arrows_add_up(cls):
    """Step = what memory alone would do + the rest, the slope is the one asked for, and each row is an update."""
    rule = lively(cls, lr=0.002)
    look = seen(rule, "Himmelblau")
    path = look.path
    np.testing.assert_array_equal(look.step, np.diff(path.x, axis=0))
    np.testing.assert_allclose(look.slope, path.surface.gradient(look.asked.T).T, rtol=1e-12)
    for t in (1, 4, len(look)):
        state = {key: rows[t - 1] for key, rows in path.state.items()}
        bare = rule.step(path.x[t - 1], np.zeros_like, state, t)[0] - path.x[t - 1]
        np.testing.assert_allclose(look.coast[t - 1], bare, rtol=1e-12, atol=1e-15)
    if cls in (Momentum, Nesterov):
        np.testing.assert_allclose(look.coast, 0.9 * path.state["v"][:-1], rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(look.step - look.coast, -rule.lr * look.slope, rtol=1e-9, atol=1e-14)
    ahead = path.x[:-1] + look.coast if cls is Nesterov else path.x[:-1]
    np.testing.assert_allclose(look.asked, ahead, rtol=1e-12)


@EVERY
def test_step_per_unit_of_slope(cls):
    """Where a rule scales its axes, its step is that scale times its averaged slope, sign turned."""
    look = seen(lively(cls, weight_decay=0.0), "Himmelblau")
    scaling = {"AdaGrad", "Adadelta", "RMSprop", "RAdam", "AdamP", "Adam", "AdamW", "AMSGrad", "NAdam"}
    assert (look.per_axis is not None) == (cls.name.removesuffix("Uncorrected") in scaling)
    if look.per_axis is None or "AdamP" in cls.name:
        return
    average = look.found.get("m_hat")
    if average is None:
        t = np.arange(1, len(look) + 1)[:, None]
        corrected = 1 - look.path.optimizer.beta1**t if cls.name == "AMSGrad" else 1.0
        average = look.found["m"] / corrected if "m" in look.found else look.found["g"]
    np.testing.assert_allclose(look.step, -reach(look) * average, rtol=1e-7, atol=1e-12)


def test_a_new_rule_needs_no_edit_elsewhere():
    """A rule nobody has listed is looked into by its own names; without formulas there is nothing to fill in."""

    class Heavy(Optimizer):
        """Keep a third."""

        formula = (r"w_t = \tfrac13 w_{t-1} - \eta\, \nabla f(x_{t-1})", "x_t = x_{t-1} + w_t")
        lr: float = rate(0.1)

        def init(self, x):
            return {"w": np.zeros_like(x)}

        def step(self, x, grad, state, t):
            w = state["w"] / 3 - self.lr * grad(x)
            return x + w, {"w": w}

    class Mute(Heavy):
        """Say nothing."""

        formula = ()

    look = seen(Heavy())
    assert numbers(look.lines(4)[0].result) == [float(f"{v:.4g}") for v in look.path.state["w"][4]]
    assert [line.left for line in seen(Mute()).lines(4)] == ["w_t", "x_t"]
    assert sayings.told(look)[0].template.startswith(("Of the", "No step"))
    assert switches.fitting(Heavy()) == []


def test_other_hands_are_noticed():
    """A path moved by noise or a schedule, too, is refused with one sentence."""
    bowl = SURFACES["Elongated bowl"]
    for more in ({"noise": 0.5}, {"schedule": lambda t: 1 / t}):
        with pytest.raises(ValueError, match="noise or a schedule"):
            inside(trace(Momentum(lr=0.1), bowl, (-7, 2), 10, **more))


def test_a_path_that_breaks_is_seen_as_far_as_it_goes():
    """Only real updates are there; a path of no updates has none, and says so."""
    bowl = SURFACES["Elongated bowl"]
    wild = inside(trace(SGD(lr=10.0), bowl, (-7, 2), 200))
    assert 0 < len(wild) == wild.path.end < 200
    assert np.isfinite(wild.step).all()
    assert wild.lines(len(wild))
    none = inside(trace(Adam(), bowl, (-7, 2), 0))
    assert len(none) == 0
    assert sayings.told(none)[0].startswith("No update")


def test_names_of_curves():
    """State arrays have short names, as the formulas write them."""
    told = {plain(cls(), key) for cls in OPTIMIZERS.values() for key in cls().init(np.zeros(2))}
    assert told == {"v", "h", "E[g²]", "E[Δx²]", "m", "v̂", "Π", "g", "Δ"}


# -- variants and switches ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [n for n in VARIANTS if n.endswith("Uncorrected")])
def test_uncorrected(name):
    """Without correction the first step is √(1−β₂)/(1−β₁)'s inverse times as long; after 1/(1−β₂) updates alike."""
    cls = OPTIMIZERS[name.removesuffix("Uncorrected")]
    settings = {"lr": 0.01, "beta1": 0.9, "beta2": 0.99, "eps": 1e-12, "weight_decay": 0.0}
    rule, bare = cls(**settings), VARIANTS[name](**settings)
    x = np.array([-7.0, 2.0])

    def steps(of, t):
        return of.step(x, lambda p: np.array([3.0, -1.0]), {k: 0 * v for k, v in of.init(x).items()}, t)[0] - x

    np.testing.assert_allclose(steps(bare, 1), steps(rule, 1) * (1 - 0.9) / (1 - 0.99) ** 0.5, rtol=1e-9)
    np.testing.assert_allclose(steps(bare, 5000), steps(rule, 5000), rtol=1e-9)
    assert all("beta_1^t" not in line and "beta_2^t" not in line for line in bare.formula)
    assert bare.torch_code() == ""
    assert repr(bare).startswith(name)


@pytest.mark.parametrize("cls", VARIANTS.values(), ids=VARIANTS)
def test_a_variant_is_an_optimizer_like_any_other(cls):
    """It has a public name, its spec brings it back, its code and formula are its own."""
    rule = cls(lr=0.3)
    assert getattr(ov, cls.name) is cls
    assert ov.from_spec(ov.spec(rule)) == rule
    assert cls.name not in OPTIMIZERS
    assert cls.formula not in [listed.formula for listed in OPTIMIZERS.values()]
    assert cls.idea.endswith(".")


def test_average_momentum_is_slower_classic():
    """EMA momentum at lr is classic momentum at lr (1 − μ), and breaks at a rate 1/(1 − μ) times as high."""
    bowl = SURFACES["Elongated bowl"]
    ema, classic = (trace(rule, bowl, (-7, 2), 100) for rule in (MomentumEMA(lr=0.5), Momentum(lr=0.05)))
    np.testing.assert_allclose(ema.x, classic.x, atol=1e-12)
    limit = MomentumEMA().stability_limit(2.0)
    assert limit == pytest.approx(10 * Momentum().stability_limit(2.0))
    for factor, kind in ((0.99, {"converged", "still moving"}), (1.01, {"growing", "diverged"})):
        assert trace(MomentumEMA(lr=factor * limit), bowl, (-7, 2), 3000).outcome.kind in kind


def test_which_rule_has_which_switch():
    """Velocity, look-ahead, sum or average, forgetting, bias correction and ε, each where the rule has it."""
    has = {name: " ".join(s.key for s in switches.fitting(cls())) for name, cls in OPTIMIZERS.items()}
    assert has == {
        "SGD": "", "Momentum": "velocity ema", "Nesterov": "velocity ahead", "AdaGrad": "eps", "Adadelta": "eps",
        "RMSprop": "forget eps", "Adam": "bias eps", "AdamW": "bias eps", "AMSGrad": "bias eps", "NAdam": "ahead eps",
        "RAdam": "eps", "AdamP": "bias eps", "Lion": "", "Rprop": "",
    }  # fmt: skip


PAIRS = [(name, s.key) for name, cls in OPTIMIZERS.items() for s in switches.fitting(cls())]


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize(("name", "key"), PAIRS)
def test_a_switch_changes_what_it_says(name, key, ground):
    """Off is another path; the part that stays keeps its settings; both ends are the ones the sentence names."""
    rule, switch = lively(OPTIMIZERS[name], lr=GROUNDS[ground]), SWITCHES[key]
    other = switch.change(rule, 0.1)
    same = {k: v for k, v in rule.fields().items() if k in other.fields() and k != ("eps" if key == "eps" else "")}
    assert same.items() <= other.fields().items()
    whole, without = seen(rule, ground), seen(other, ground)
    assert not np.array_equal(whole.path.x, without.path.x)
    *said, end = switches.told(switch, whole, without)
    assert said
    assert end == f"f ends at {without.path.value[-1]:.3g} instead of {whole.path.value[-1]:.3g}."


def both(key):
    """The two paths of an example and its switch, looked into, with what is said."""
    example = EXAMPLES[key]
    other = SWITCHES[example.switch].change(example.rule, 0.1)
    whole, without = (seen(r, example.surface, example.start, example.steps) for r in (example.rule, other))
    return whole, without, switches.told(SWITCHES[example.switch], whole, without)


def test_velocity_off():
    """SGD at the same rate never takes a step in x longer than its first; with velocity they grow."""
    _, without, said = both("speed")
    assert type(without.path.optimizer) is SGD
    assert said[0] == "Along x the longest step is 0.07 without the velocity, 0.388 with it."
    assert np.abs(without.step[:, 0]).argmax() == 0


def test_look_ahead_off():
    """Momentum swings on with 70 % of each swing, Nesterov with 33 %: measured at the turning points themselves."""
    whole, without, said = both("damp")
    assert said[0] == "Without the look-ahead each swing along y is 70% of the one before, with it 33%."
    for look, share in ((without, 0.70), (whole, 0.33)):
        lengths = switches.swings(look, 1)
        np.testing.assert_allclose(lengths[1:4] / lengths[:3], share, atol=0.01)
        assert lengths[0] == pytest.approx(2 - look.path.x[:, 1].min())


def test_forgetting_off():
    """AdaGrad's h ends as the sum of all squares, RMSprop's far below its own highest value."""
    whole, without, said = both("forget")
    total, last = (without.slope[:, 1] ** 2).sum(), whole.path.state["h"][-1, 1]
    assert said[0] == f"Without forgetting, h along y ends at {total:.3g} instead of {last:.3g}."
    assert (reach(without)[-1] < reach(whole)[-1]).all()


def test_bias_correction_off():
    """The first step grows to (1 − β₁)/√(1 − β₂) = √10 times its length."""
    whole, without, said = both("correct")
    assert said[0] == "Without the correction the first step is 3.16 times as long."
    np.testing.assert_allclose(without.step[0] / whole.step[0], 10**0.5, rtol=1e-6)


def test_other_epsilon():
    """A large ε shortens what a slope moves, most where slopes are small; the sentence has both ends."""
    rule = Adam(lr=0.3)
    whole, without = (seen(r, start=(-7, 2), steps=60) for r in (rule, replace(rule, eps=1.0)))
    said = switches.told(SWITCHES["eps"], whole, without)
    assert facts(said[0])["t"] == 1
    assert facts(said[1])["t"] == 60
    a, b, c, d = (facts(said[0])[k] for k in "abcd")
    np.testing.assert_allclose([a, b], 0.3 / (np.abs([-0.7, 4]) + 1), rtol=1e-9)
    np.testing.assert_allclose([c, d], 0.3 / np.abs([-0.7, 4]), rtol=1e-6)


def test_average_instead_of_sum():
    """The sentence measures the distance to the classic path at a tenth of the rate: rounding only."""
    whole, without = seen(Momentum(lr=0.1)), seen(MomentumEMA(lr=0.1))
    text = switches.told(SWITCHES["ema"], whole, without)[0]
    assert (facts(text)["share"], facts(text)["rate"]) == (pytest.approx(0.1), pytest.approx(0.01))
    assert facts(text)["gap"] < 1e-12


# -- examples ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_an_example_can_be_shown(example):
    """Every value lies on its control's grid, the switch is one of the rule's, the start lies on the surface."""
    for p in example.rule.hyperparameters():
        assert getattr(example.rule, p.name) in p.choices, p.name
    assert example.switch in ("", *(s.key for s in switches.fitting(example.rule)))
    (x0, x1), (y0, y1) = SURFACES[example.surface].x, SURFACES[example.surface].y
    assert x0 <= example.start[0] <= x1
    assert y0 <= example.start[1] <= y1


def example(key, steps=None):
    it = EXAMPLES[key]
    look = seen(it.rule, it.surface, it.start, steps or it.steps)
    return look, sayings.told(look)


def test_sgd_zig_zags():
    """Every step after the first turns back in y, none in x, on a slope 4/0.7 times as steep."""
    look, said = example("zigzag")
    assert said[0] == "Of the 28 steps after the first, 28 turn back along y and 0 along x."
    assert facts(said[1])["ratio"] == pytest.approx(4 / 0.7)
    assert (np.sign(look.step[1:, 1]) == -np.sign(look.step[:-1, 1])).all()


def test_a_slow_sgd_is_not_said_to_zig_zag():
    """At a small rate nothing turns back, and that is what is said."""
    assert sayings.told(seen(SGD(lr=0.01)))[0] == "No step turns back, along x or along y."


def test_momentum_gathers_speed():
    """In x the step grows to more than five times the first."""
    look, said = example("speed")
    lengths = np.abs(np.diff(look.path.x[:, 0]))
    assert facts(said[0]) == pytest.approx({"axis": "x", "first": 0.07, "most": lengths.max(), "t": 12,
                                            "ratio": lengths.max() / 0.07})  # fmt: skip
    assert facts(said[0])["ratio"] > 5


def test_nesterov_damps():
    """Each swing is a third of the one before."""
    assert example("damp")[1] == ["Like a damped pendulum: on average each swing along y is 33% of the one before."]


def test_adagrad_freezes():
    """What a slope moves never grows, the last step is below a tenth of the first, and the minimum is far."""
    look, said = example("freeze")
    assert (np.diff(reach(look), axis=0) <= 0).all()
    assert facts(said[0]) == pytest.approx(dict(zip("abcd", reach(look)[[0, -1]].T.ravel(), strict=True)))
    assert facts(said[1])["share"] < 0.1
    assert facts(said[1])["far"] == pytest.approx(np.hypot(*look.path.x[-1]))
    assert facts(said[1])["far"] > 2


def test_adadelta_needs_no_rate():
    """A hundred times as steep a surface moves the path by less than 0.01; SGD's by its whole length."""
    look, said = example("norate")
    steep = ov.Surface("100*(x^2/20 + y^2)")
    again = trace(look.path.optimizer, steep, (-7, 2), EXAMPLES["norate"].steps)
    gap = np.abs(again.x - look.path.x).max()
    assert facts(said[1])["gap"] == pytest.approx(gap, rel=1e-6)
    assert gap < 0.01
    sgd = trace(SGD(lr=0.001), steep, (-7, 2), 1).x - trace(SGD(lr=0.001), SURFACES["Elongated bowl"], (-7, 2), 1).x
    assert np.abs(sgd).max() > 0.3


def test_rmsprop_forgets():
    """h falls to less than a thousandth of its highest value; the sum of squares does not fall."""
    look, said = example("forget")
    h = look.path.state["h"][:, 1]
    assert facts(said[0])["most"] == h.max() > 1000 * h[-1]
    assert facts(said[0])["t"] == h.argmax()
    assert facts(said[0])["total"] == pytest.approx((look.path.gradient[:-1, 1] ** 2).sum())


def test_adam_corrects_its_start():
    """The first step has length η along both axes; the correction was (1 − β₁ᵗ) and √(1 − β₂ᵗ)."""
    look, said = example("correct")
    np.testing.assert_allclose(np.abs(look.step[0]), 0.3, rtol=1e-6)
    assert said[0] == "The first step is (0.3, -0.3): η = 0.3 along an axis, however steep it is."
    assert facts(said[1])["first"] == pytest.approx(0.001**0.5 / 0.1)
    assert facts(said[1])["last"] == pytest.approx((1 - 0.999**60) ** 0.5 / (1 - 0.9**60))


@EVERY
@pytest.mark.parametrize("ground", ["Saddle", "Plateau"])
def test_sentences_are_never_broken(cls, ground):
    """On surfaces without a minimum or slope, every rule has its sentences, with numbers in them."""
    name = ground if ground in SURFACES else "Ackley"
    for text in sayings.told(seen(lively(cls), name, steps=5)):
        assert "nan" not in text
        assert "inf" not in text


# -- the picture --------------------------------------------------------------------------------------------


def test_closeup_holds_the_paths_and_keeps_its_sides():
    """Every point in the domain is in the picture; a small change of the rate keeps the picture where it is."""
    bowl = SURFACES["Elongated bowl"]
    looks = []
    for lr in (0.1, 0.11):
        path = trace(Nesterov(lr=lr), bowl, (-7, 2), 60)
        near = closeup(bowl, [path])
        assert (path.x[:, 0] >= near.x[0]).all() and (path.x[:, 0] <= near.x[1]).all()  # noqa: PT018
        assert (path.x[:, 1] >= near.y[0]).all() and (path.x[:, 1] <= near.y[1]).all()  # noqa: PT018
        assert bowl.x[0] <= near.x[0] < near.x[1] <= bowl.x[1]
        looks.append((near.x, near.y))
    assert looks[0] == looks[1]
    assert near.value((1.0, 2.0)) == bowl.value((1.0, 2.0))


@pytest.mark.parametrize("rule", [SGD(lr=10.0), Lion(lr=1e-5), SGD(lr=0.0)], ids=["wild", "still", "none"])
def test_closeup_of_extremes(rule):
    """A path that leaves, one that hardly moves and one that does not: always a proper part of the domain."""
    bowl = SURFACES["Elongated bowl"]
    near = closeup(bowl, [trace(rule, bowl, (9.99, -9.99), 50)])
    assert bowl.x[0] <= near.x[0] < near.x[1] <= bowl.x[1]
    assert bowl.y[0] <= near.y[0] < near.y[1] <= bowl.y[1]


def test_closeup_is_near():
    """A path that runs out of the domain is shown where it was in it, one of several minima with its own only."""
    slope = ov.Surface("-x", start=(8, 0))
    near = closeup(slope, [trace(SGD(lr=1.0), slope, (8, 0), 100)])
    assert near.x[0] > 0
    assert near.x[1] == 10
    four = SURFACES["Himmelblau"]
    path = trace(Adam(lr=0.1), four, (2, 1), 200)
    near = closeup(four, [path])
    seen_ones = [(near.x[0] <= x <= near.x[1]) and (near.y[0] <= y <= near.y[1]) for x, y in four.minima]
    nearest = np.hypot(*(four.minima - path.x[-1]).T).argmin()
    assert seen_ones == [k == nearest for k in range(4)]


def test_signs_arrive_as_written():
    """After the curves come, per sign, its two coordinates for every update; without them not a byte more is sent."""
    look = seen(Nesterov(lr=0.1), start=(-7, 2))
    before, _, _ = unpack(pack_paths([look.path]))
    header, floats, _ = unpack(pack_paths([look.path], inside=look, listen=True))
    assert {"inside", "listen"} & set(before) == set()
    assert (header["listen"], header["inside"]["count"]) == (True, len(look))
    assert [sign["id"] for sign in header["inside"]["signs"]] == ["step", "slope", "coast", "asked"]
    sent = floats[3 * 26 :].reshape(3, 2, len(look))
    for rows, mine in zip((look.slope, look.coast, look.asked), sent, strict=True):
        np.testing.assert_array_equal(mine, rows.T.astype("f4"))


def test_signs_a_rule_never_needs_are_left_out():
    """SGD has neither velocity nor look-ahead nor scaled axes; AdaGrad has a box."""

    def ids(rule):
        look = seen(rule)
        return [sign["id"] for sign in unpack(pack_paths([look.path], inside=look))[0]["inside"]["signs"]]

    assert ids(SGD(lr=0.1)) == ["step", "slope"]
    assert ids(AdaGrad(lr=0.1)) == ["step", "slope", "box"]
    assert set(SIGNS) == {"step", "slope", "coast", "asked", "box"}


def test_the_relief_at_a_step():
    """In 3-D the heads stand at the step asked for, and the slider on the nearest frame; else at the end."""
    path = trace(Momentum(lr=0.1), SURFACES["Elongated bowl"], (-7, 2), 300)
    at, end = (ov.figures.surface3d([path], step=step) for step in (7, None))
    assert at.data[-1].x[0] == pytest.approx(path.x[7, 0])
    assert end.data[-1].x[0] == pytest.approx(path.x[300, 0])
    steps = [int(step.label) for step in at.layout.sliders[0].steps]
    assert abs(steps[at.layout.sliders[0].active] - 7) == min(abs(step - 7) for step in steps)
    assert end.layout.sliders[0].active == len(steps) - 1
