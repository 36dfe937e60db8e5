"""Arms: every run of every arm is what it would be alone, progress never goes back, and a bad arm is told at once."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

import optim_viz as ov
from optim_viz.experiments import Arm, run, seconds
from optim_viz.nn import History, Network, Settings, Trainer

RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(40, 4)), RNG.integers(3, size=40)
DATA = ((X[:24], Y[:24]), (X[24:32], Y[24:32]), (X[32:], Y[32:]))
NET, HOW = Network([4, 6, 3]), Settings(5, 8)
ARMS = (
    Arm("plain", NET, ov.SGD(lr=0.1), DATA, HOW, (0, 3)),
    Arm("dropout", NET.replace(dropout=0.3), ov.SGD(lr=0.1), DATA, HOW, (0, 3)),
    Arm("decay", NET.replace(l2=0.1), ov.Adam(lr=0.01), DATA, Settings(3, None), (7,)),
    Arm("wild", NET, ov.SGD(lr=1e30), DATA, HOW),
)


def finished(arms):
    *_, last = run(arms)
    return last


def test_each_history_is_that_of_the_arm_alone():
    """One history per arm, in order; run k has seed k; its numbers equal those of a training with that seed alone."""
    found = finished(ARMS)
    assert len(found) == len(ARMS)
    for arm, history in zip(ARMS, found, strict=True):
        assert isinstance(history, History)
        assert [(r.optimizer, r.seed) for r in history.runs] == [(arm.rule, seed) for seed in arm.seeds]
        for k, seed in enumerate(arm.seeds):
            *_, alone = Trainer(arm.net, arm.data, arm.rule, arm.how, seed=seed).events()
            np.testing.assert_array_equal(history.train_loss[k], alone.train_loss[0])
            np.testing.assert_array_equal(history.final.theta[k], alone.final.theta[0])
            assert (history.test.score[k], history.outcomes[k].kind) == (alone.test.score[0], alone.outcomes[0].kind)
    assert found[3].outcomes[0].kind == "diverged"


def test_a_seed_means_the_same_in_every_arm():
    """The same seed begins at the same weights in arms that differ in the rule, dropout or decay."""
    found = finished(ARMS[:2])
    np.testing.assert_array_equal(found[0].theta[:, 0], found[1].theta[:, 0])
    assert not np.array_equal(found[0].final.theta, found[1].final.theta)


def test_progress_goes_from_zero_to_one_and_never_back():
    """Shares of the whole, at least one per epoch of each arm, then a list and nothing more."""
    *shares, last = run(ARMS[:3])
    assert all(isinstance(share, float) for share in shares)
    assert isinstance(last, list)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert all(a <= b for a, b in itertools.pairwise(shares))
    assert len(shares) >= sum(arm.how.epochs for arm in ARMS[:3])
    parts = [len(arm.seeds) * steps * arm.net.cost(size).seconds
             for arm, steps, size in zip(ARMS, (15, 15, 3), (8, 8, 24), strict=False)]  # fmt: skip
    assert any(abs(share - parts[0] / sum(parts)) < 1e-9 for share in shares)


def test_stop_ends_it_in_the_middle():
    """Closing the generator leaves nothing running."""
    work = run(ARMS)
    next(work)
    work.close()
    assert list(work) == []


def test_no_arms_is_no_work():
    """An empty list of arms ends with an empty list of histories."""
    assert list(run([])) == [[]]
    assert seconds([]) == 0


def test_seconds_tries_each_kind_of_arm_once(monkeypatch):
    """Arms that differ in numbers only are tried once; the estimate is the sum over all arms."""
    tried = []
    estimate = Trainer.estimate

    def counted(self):
        tried.append(self.how)
        return estimate(self)

    monkeypatch.setattr(Trainer, "estimate", counted)
    decays = [Arm(f"{l2}", NET.replace(l2=l2), ov.SGD(lr=l2), DATA, HOW) for l2 in (0.1, 0.2, 0.3)]
    assert 0 < seconds(decays) < 5
    assert len(tried) == 1
    seconds([decays[0], replace(decays[0], rule=ov.Adam())])
    assert len(tried) == 1 + 2
    seconds(ARMS)
    assert len(tried) == 3 + len(ARMS)


@pytest.mark.parametrize("work", [seconds, finished])
def test_an_arm_that_cannot_be_trained_is_refused_with_a_sentence(work):
    """Both the estimate and the run say what is wrong."""
    wrong = Arm("too large", NET, ov.SGD(), DATA, Settings(5, 1000))
    with pytest.raises(ValueError, match="A batch of 1000 is larger than the 24 training samples"):
        work([ARMS[0], wrong])
