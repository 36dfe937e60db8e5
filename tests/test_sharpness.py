"""Sharp and flat, the core: the numbers are those of a direct computation, the verdicts follow their rule exactly."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from optim_viz import sharpness
from optim_viz.curvature import Edge, hessian
from optim_viz.curvature import sharpness as direct
from optim_viz.data import DataSpec
from optim_viz.nn import Network
from optim_viz.nn.training import train
from optim_viz.optimizers import SGD, Adam
from optim_viz.sharpness import Minimum, agreement, caveats, claims, edge_reading, minima_steps, rows

SPLIT = DataSpec("moons", n=100).load().flat().split()
NET = Network([2, 4, 2], activation="tanh", init="glorot")
SEEDS, RULE = (0, 3), SGD(lr=0.5)


def found(net=NET, rule=RULE, batches=(10, None), seeds=SEEDS, length=24, unit="updates", split=SPLIT):
    *_, last = minima_steps(net, split, rule, batches=batches, seeds=seeds, length=length, unit=unit)
    assert last.done == 1
    return last.minima


def test_the_numbers_are_those_of_a_direct_computation():
    """Parameters of `train`, eigenvalues of `eigvalsh`, sharpness, loss and accuracy of the network itself."""
    minima = found()
    assert [(m.batch, m.seed) for m in minima] == [(10, 0), (10, 3), (60, 0), (60, 3)]
    for m in minima:
        epochs = {10: 4, 60: 24}[m.batch]  # 60 training samples
        *_, history = train(NET, SPLIT, SGD(lr=0.5), epochs=epochs, batch_size=m.batch, seed=m.seed)
        assert np.array_equal(m.theta, history.final.theta[0])
        X, y = SPLIT.train.X, SPLIT.train.y
        exact = np.linalg.eigvalsh(hessian(NET, m.theta, X, y))[::-1][:3]
        np.testing.assert_allclose(m.eigenvalues, exact, rtol=0, atol=1e-5 * exact[0])
        assert abs(m.top - exact[0]) < 1e-8 * exact[0]
        assert m.sharpness == direct(NET, m.theta, X, y, radius=sharpness.RADIUS).mean
        assert m.loss == pytest.approx(NET.loss(m.theta, X, y), rel=1e-12)
        assert m.score == np.mean(NET.predict(m.theta, SPLIT.test.X).argmax(axis=1) == SPLIT.test.y)


def test_equal_updates_or_equal_epochs():
    """Exactly as many steps, or exactly as many passes, also where an epoch is no divisor of the steps."""
    assert [(m.updates, m.epochs) for m in found(length=25, seeds=(0,))] == [(25, 25 / 6), (25, 25)]
    assert [(m.updates, m.epochs) for m in found(length=3, seeds=(0,), unit="epochs")] == [(18, 3), (3, 3)]
    with pytest.raises(ValueError, match="unit must be one of"):
        found(unit="hours")


def test_a_seed_is_what_it_is_alone():
    """Two seeds side by side give the numbers of each by itself; batch normalization works by its statistics."""
    net = Network([2, 4, 2], batch_norm=True)
    both, alone = found(net, Adam(lr=0.03)), found(net, Adam(lr=0.03), seeds=(3,))
    for one, other in zip(both[1::2], alone, strict=True):
        assert np.array_equal(one.theta, other.theta)
        assert np.array_equal(one.eigenvalues, other.eigenvalues)
        assert np.isfinite(one.eigenvalues).all()


def test_what_diverged_has_no_curvature():
    """A rate far too large: nan where nothing can be measured, and one sentence per row."""
    split = DataSpec("curve", n=100).load().flat().split()
    minima = found(Network([1, 4, 1]), SGD(lr=1e3), length=200, split=split)
    assert {m.kind for m in minima} == {"diverged"}
    assert np.isnan([m.top for m in minima]).all()
    told = rows(minima)
    assert [(r.diverged, r.runs) for r in told] == [(2, 2), (2, 2)]
    assert caveats(told) == ["batch 10: 2 of 2 runs diverged and are left out.",
                             "batch 60: 2 of 2 runs diverged and are left out."]  # fmt: skip
    assert {a.verdict for pair in vars(claims(minima)).values() for a in pair} == {"not distinguishable"}


BATCH, SEED = np.tile([10, 50, 200], 5), np.repeat(np.arange(5), 3)


@pytest.mark.parametrize(
    ("values", "agree", "verdict"),
    [(BATCH, 15, "supported"), (-BATCH, 0, "contradicted"), (np.ones(15), 7.5, "not distinguishable"),
     (BATCH + 1000 * SEED, 15, "supported"),  # seeds far apart: pairs stay within a seed
     (np.tile([1, 2, 1], 5), 7.5, "not distinguishable"),
     (np.where(SEED < 3, BATCH, -BATCH), 9, "not distinguishable")],
)  # fmt: skip
def test_the_verdict_follows_the_rule(values, agree, verdict):
    """Pairs within a seed, ties half; supported or contradicted only where shuffling hardly ever does as well."""
    found = agreement(BATCH, values, SEED)
    assert (found.agree, found.pairs, found.verdict) == (agree, 15, verdict)


def test_chance_is_that_of_all_shuffles():
    """Two batch sizes, five seeds, all agreeing: chance does so in 1 of 32; six seeds are the fewest that can tell."""
    five, six = (agreement(np.tile([1, 2], n), np.tile([1, 2], n), np.repeat(np.arange(n), 2), 20_000) for n in (5, 6))
    assert five.above == pytest.approx(1 / 32, abs=0.004)
    assert six.above == pytest.approx(1 / 64, abs=0.003)
    assert (five.verdict, six.verdict) == ("not distinguishable", "supported")
    assert (five.below, six.below) == (1, 1)


def test_what_is_not_finite_makes_no_pair():
    """A diverged run is left out with its pairs; nothing at all is not distinguishable."""
    values = BATCH.astype(float)
    values[0] = np.nan
    assert agreement(BATCH, values, SEED).pairs == 13
    assert agreement([], [], []).verdict == "not distinguishable"
    assert agreement([1, 1], [1, 2], [0, 0]).pairs == 0


def minimum(batch, seed, top, score, loss=0.1, optimizer="SGD"):
    return Minimum(optimizer, batch, seed, 1, 1.0, "running", loss, score, np.array([top, 0.1]), top / 10, np.zeros(1))


def test_claims_rows_and_caveats_on_constructed_runs():
    """Sharper with the batch and worse for it: both halves supported; medians; unequal depth is said."""
    runs = [minimum(b, s, b + s, 1 - b / 1000, 0.1 if b < 200 else 0.16) for b in (10, 50, 200) for s in range(5)]
    told = claims(runs)
    assert [a.verdict for a in (*told.larger_is_sharper, *told.flatter_is_better)] == ["supported"] * 4
    other = claims([replace(m, score=-m.score) for m in runs])
    assert [a.verdict for a in other.flatter_is_better] == ["contradicted"] * 2
    first = rows(runs)[0]
    assert (first.batch, first.eigenvalues, first.low, first.high) == (10, (12, 0.1), 10, 14)
    (said,) = caveats(rows(runs))
    assert said.startswith("They are not equally far down: the median training loss is 0.1 (batch 10) and 0.16")
    assert caveats(rows([replace(m, loss=0.1) for m in runs])) == []


def test_optimizers_side_by_side_are_what_they_are_alone():
    """Two rules in one run give the minima of each by itself, in the order of rules and seeds, batch by batch."""
    both = found(rule=[SGD(lr=0.5), Adam(lr=0.05)])
    assert [(m.optimizer, m.batch, m.seed) for m in both] == [
        (rule, batch, seed) for batch in (10, 60) for rule in ("SGD", "Adam") for seed in SEEDS
    ]
    for rule in (SGD(lr=0.5), Adam(lr=0.05)):
        mine = [m for m in both if m.optimizer == rule.name]
        for one, other in zip(mine, found(rule=rule), strict=True):
            assert np.array_equal(one.theta, other.theta)
            assert (one.top, one.sharpness, one.score) == (other.top, other.sharpness, other.score)


def test_claims_across_optimizers():
    """A batch is compared with others of its optimizer only; flat minima of one with sharp minima of another."""
    runs = [minimum(b, s, b + 1000 * k, 1 - k / 2, optimizer=name) for k, name in enumerate(("SGD", "Adam"))
            for b in (10, 200) for s in range(6)]  # fmt: skip
    told = claims(runs)
    assert [(a.pairs, a.agree) for a in told.larger_is_sharper] == [(12, 12)] * 2
    assert [(a.pairs, a.agree) for a in told.flatter_is_better] == [(36, 30)] * 2  # ties of equal batches count half
    assert [(r.optimizer, r.batch) for r in rows(runs)] == [("SGD", 10), ("SGD", 200), ("Adam", 10), ("Adam", 200)]
    uneven = [replace(m, loss=0.01 if m.optimizer == "Adam" else 0.1) for m in runs]
    assert "0.01 (Adam, batch 10) and 0.1 (SGD, batch 200)" in caveats(rows(uneven))[0]


def walk(*values, limit=2.0, loss=1.0):
    return [Edge(k, loss, v, limit, np.zeros(1)) for k, v in enumerate(values)]


@pytest.mark.parametrize(
    ("edges", "sentence"),
    [(walk(1, 1.5, 2.1, 2.05), "At the edge of stability: in the last quarter of the steps the median of λmax is 2.05"),
     (walk(1, 1, 1, 1), "λmax stays below 2/lr = 2 and ends near 1"),
     (walk(1, 3, 1, 1), "λmax was at or above 2/lr = 2 (first seen at step 1) and then fell to about 1"),
     (walk(1, 1, 3, 4), "λmax was at or above 2/lr = 2 (first seen at step 2) and ends near 4"),
     ([*walk(1, 3), Edge(2, np.inf, None, 2.0, np.zeros(1))], "The loss is no longer finite after 2 steps"),
     ([], "Nothing was measured.")],
)  # fmt: skip
def test_the_edge_is_read_by_its_numbers(edges, sentence):
    """Near the line, below it, over and back, over and on, gone."""
    assert edge_reading(edges).startswith(sentence)


def test_the_table_has_every_run():
    """CSV, one line per run, to the last digit."""
    minima = found()
    lines = list(csv.DictReader(io.StringIO(sharpness.table(minima))))
    assert [float(line["eigenvalue_1"]) for line in lines] == [m.top for m in minima]
    assert [(int(line["batch"]), int(line["seed"])) for line in lines] == [(m.batch, m.seed) for m in minima]
