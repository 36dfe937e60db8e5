"""The learning rate's numbers: a sweep is its single runs, theory is what runs do, three paths tell the truth."""

from dataclasses import replace

import numpy as np
import pytest

from optim_viz import SURFACES, Surface, trace
from optim_viz.compare import summary
from optim_viz.figures import maps
from optim_viz.figures import rates as figures
from optim_viz.optimizers import OPTIMIZERS, SGD, AdaGrad, Adam, Lion, Momentum, Nesterov, Optimizer
from optim_viz.outcome import Outcome
from optim_viz.rates import RATES, contraction, critical, curvature, measured, phases, sweep, theory, three
from optim_viz.words import Text

BOWL = SURFACES["Elongated bowl"]


def test_the_rates():
    """At least 200 rates, evenly spaced to 2 % on a log axis, each written with three digits; the book's are there."""
    assert len(RATES) == 280
    np.testing.assert_allclose(np.diff(np.log10(RATES)), 1 / 40, atol=0.009)
    assert all(float(f"{rate:.3g}") == rate for rate in RATES)
    assert {0.95, 0.1, 1.5, 0.3, 1e-5, 95.0} <= set(RATES)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_sweep_is_its_single_runs(name):
    """Every tenth rate, run alone, ends bit for bit where the sweep says, with the same outcome."""
    rule = OPTIMIZERS[name]()
    made = sweep(rule, BOWL, (-7, 2), 60)
    for k in range(0, len(RATES), 28):
        path = trace(made.at(k), BOWL, (-7, 2), 60)
        assert path.optimizer.lr == RATES[k]
        assert made.final[k] == path.value[path.end]
        np.testing.assert_array_equal(made.end[:, k], path.x[path.end])
        assert made.kind[k] == path.outcome.kind


def test_best_and_progress():
    """The best is the lowest end that did not diverge; progress is 1 there, 0 at the start, NaN where it diverged."""
    made = sweep(SGD(), BOWL, (-7, 2), 300)
    assert made.rates[made.best] == 0.95
    assert made.final[made.best] == made.final[~made.diverged].min()
    assert made.progress[made.best] == 1
    assert 0 < made.progress[0] < 0.001
    assert np.isnan(made.progress[made.diverged]).all()
    assert made.diverged[made.rates > 1.05].all()
    assert not made.diverged[made.rates <= 1].any()


def test_all_diverged():
    """Where every rate diverges there is no best, and the one example says why."""
    made = sweep(SGD(), SURFACES["Cone"], (0, 0), 5)
    assert made.best is None
    (only,) = three(made)
    assert only.kind == "large"
    assert "not defined" in only.reason


def test_a_rule_without_a_rate():
    """A rule that has no lr cannot be swept, and says so."""

    class Still(Optimizer):
        """Stay."""

        def init(self, x):
            return {}

        def step(self, x, grad, state, t):
            return x, {}

    with pytest.raises(ValueError, match="Still has no learning rate"):
        sweep(Still(), BOWL, (1, 1), 5)


def test_curvature():
    """Exact on a quadratic, at the nearest minimum elsewhere, none where there is no bowl."""
    found = curvature(BOWL, (0, 0))
    assert (found.low, found.high, found.at) == (pytest.approx(0.1), pytest.approx(2), None)
    near = curvature(SURFACES["Himmelblau"], (3.1, 2.2))
    assert near.at == (3, 2)
    assert (near.low, near.high) == pytest.approx((25.7157, 82.2843), abs=1e-3)
    for name in ("Saddle", "Monkey saddle", "Flat bottom", "Cone", "Sum of absolutes"):
        assert curvature(SURFACES[name], (0, 0)) is None


@pytest.mark.parametrize(
    "rule", [SGD(), Momentum(momentum=0.5), Momentum(), Nesterov(), SGD(weight_decay=0.1)], ids=repr
)
def test_the_limit_is_where_runs_diverge(rule):
    """Two percent below the limit a quadratic converges, two percent above it diverges."""
    (limit, *_) = theory(rule, curvature(BOWL, (0, 0)))
    assert limit.kind == "limit"
    kinds = sweep(rule, BOWL, (-7, 2), 3000, (0.98 * limit.rate, 1.02 * limit.rate)).kind
    assert kinds.tolist() == ["converged", "diverged"] if not rule.weight_decay else kinds[1] == "diverged"


def test_the_best_fixed_rate():
    """2/(λmin + λmax) beats every other rate in the long run; only SGD has such a line."""
    bowl = curvature(BOWL, (0, 0))
    best = theory(SGD(), bowl)[1]
    assert (best.kind, best.formula, best.rate) == ("best", "2/(λmin + λmax)", pytest.approx(2 / 2.1))
    around = best.rate * np.array([0.9, 0.97, 1, 1.03])
    assert sweep(SGD(), BOWL, (-7, 2), 500, around).best == 2
    assert [line.kind for line in theory(Momentum(), bowl)] == ["limit"]
    assert theory(Adam(), bowl) == theory(AdaGrad(), bowl) == []
    assert theory(SGD(), None) == []


@pytest.mark.parametrize(("lr", "momentum"), [(0.1, 0.0), (0.1, 0.9), (1.0, 0.5), (0.95, 0.0), (2.0, 0.8)])
def test_the_phase_map_is_what_paths_do(lr, momentum):
    """Where the map says an error shrinks by a factor per step, a long run measures that factor."""
    bowl = curvature(BOWL, (0, 0))
    path = trace(Momentum(lr=lr, momentum=momentum), BOWL, (-7, 2), 300)
    assert measured(path) == pytest.approx(float(contraction(lr, momentum, bowl)), abs=0.004)


def test_the_phase_map():
    """Its fastest cell is Polyak's pair, above the limit it diverges, and critical damping is where roots meet."""
    bowl = curvature(BOWL, (0, 0))
    made = phases(bowl)
    assert made.factor.shape == (len(made.momenta), len(made.rates))
    assert made.factor.min() >= made.fastest
    assert contraction(*made.optimum, bowl) == pytest.approx(made.fastest, abs=1e-7)
    assert made.fastest == pytest.approx((np.sqrt(20) - 1) / (np.sqrt(20) + 1))
    rate, momentum = np.meshgrid(made.rates, made.momenta)
    limit = 2 * (1 + momentum) / bowl.high
    assert (made.factor[rate > limit * 1.001] > 1).all()
    inside = (rate < limit * 0.999) & (rate > 0) & (momentum < 1)
    assert (made.factor[inside] < 1).all()
    rates = np.linspace(0.01, 1.9, 50) / bowl.high
    at = critical(rates, bowl.high)
    stiff = replace(bowl, low=bowl.high)
    np.testing.assert_allclose(contraction(rates, at, stiff), np.sqrt(at), atol=1e-7)
    assert (contraction(rates, at * 0.99, stiff) > contraction(rates, at, stiff)).all()
    assert (contraction(rates, at * 1.01, stiff) > contraction(rates, at, stiff)).all()


def test_measured_says_nothing_without_a_minimum():
    """No minimum, or a path too short: no number."""
    assert measured(trace(SGD(lr=0.1), SURFACES["Saddle"], (1, 1), 30)) is None
    assert measured(trace(SGD(lr=0.1), BOWL, (1, 1), 3)) is None


@pytest.mark.parametrize("name", SURFACES)
@pytest.mark.parametrize("rule", [SGD(), Momentum(), Adam(), Lion()], ids=lambda rule: rule.name)
def test_three_paths_tell_the_truth(name, rule):
    """Too small < right < too large; each reason's numbers are those of its path."""
    surface = SURFACES[name]
    made = sweep(rule, surface, surface.start, 200)
    found = three(made)
    rates = [example.path.optimizer.lr for example in found]
    assert rates == sorted(set(rates))
    order = [kind for kind in ("small", "right", "large") if kind in {example.kind for example in found}]
    assert [example.kind for example in found] == order
    for example in found:
        path, values = example.path, example.reason.values
        assert values["lr"] == path.optimizer.lr
        if example.kind == "right":
            assert values["f"] == path.value[path.end] == made.final[made.best]
        if "share" in values:
            reach = np.hypot(*(path.x[0] - made.end[:, made.best]))
            assert values["share"] == pytest.approx(1 - np.hypot(*(path.x[-1] - made.end[:, made.best])) / reach)
            assert values["share"] < 0.5
        if "longest" in values:
            assert values["longest"] == np.hypot(*np.diff(path.x, axis=0).T).max()
        if "turns" in values:
            assert values["turns"] == summary(path).turns
        if "reason" in values:
            assert path.outcome.kind == "diverged"
            assert values["step"] == path.outcome.step


def test_three_on_the_bowl():
    """The landing's own three, exactly."""
    small, right, large = three(sweep(SGD(), BOWL, (-7, 2), 300))
    assert (small.path.optimizer.lr, right.path.optimizer.lr, large.path.optimizer.lr) == (0.0212, 0.95, 1.06)
    assert large.reason == "lr 1.06 diverges at step 82. lr 1.06 > 2/λmax = 1 (λmax = 2)."
    assert isinstance(large.reason.values["reason"], Text)
    assert isinstance(large.path.outcome, Outcome)


def test_user_surfaces():
    """A formula of one's own without known minima has a sweep and three paths; an undefined start has a reason."""
    surface = Surface("sin(x) + y^4", start=(1, 1))
    assert three(sweep(SGD(), surface, (1, 1), 50))[-1].kind in ("right", "large")
    undefined = sweep(SGD(), Surface("log(x)"), (-1, 1), 50)
    assert undefined.best is None


def test_the_phase_map_is_drawn_as_it_is():
    """Cells are the factors, above 1 all alike; the curves are critical damping and the limit, the marks the pairs."""
    made = phases(curvature(BOWL, (0, 0)))
    figure = maps.phase_map(made, (0.5, 0.9))
    cells = np.asarray(figure.data[0].z)
    np.testing.assert_allclose(cells[made.factor <= 1], made.factor[made.factor <= 1], rtol=1e-6)
    assert len(set(cells[made.factor > 1 + 1e-9].tolist())) == 1
    for trace_, value in ((figure.data[1], made.bowl.high), (figure.data[2], made.bowl.low)):
        np.testing.assert_allclose(trace_.y, (1 - np.sqrt(trace_.x * value)) ** 2)
    assert (figure.data[3].x.tolist(), figure.data[3].y) == ([1, 2], (0, 1))
    assert [(mark.x[0], mark.y[0]) for mark in figure.data[4:]] == [made.optimum, (0.5, 0.9)]
    assert len(maps.phase_map(made, (50.0, 0.9)).data) == len(figure.data) - 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["Saddle", "Levy N. 13", "Himmelblau"])
def test_sweeps_without_a_floor_or_with_gaps(name, theme):
    """Without a known minimum f itself is drawn; rates that diverge among others leave a gap; nothing is NaN."""
    surface = SURFACES[name]
    made = [sweep(rule, surface, surface.start, 200) for rule in (SGD(), Momentum(), Adam())]
    figure = figures.sweeps(made, (), ("SGD", 95.0), theme=theme)
    assert figure.layout.yaxis.type == ("log" if surface.minimum_value is not None else None)
    text = figure.to_json()
    assert "NaN" not in text
    assert "Infinity" not in text
    assert len(text) < 100_000
    ring = next(trace_ for trace_ in figure.data if trace_.marker.symbol == "circle-open")
    assert ring.yaxis == ("y2" if made[0].diverged[-1] else "y")
