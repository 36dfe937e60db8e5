"""Going back to a moment of a training and on from there; clipping and early stopping; convolutions; live pictures."""

import json

import numpy as np
import pytest

from optim_viz.figures import training
from optim_viz.nn import Conv2d, EarlyStopping, Network
from optim_viz.nn.training import train
from optim_viz.ui import jobs, training_code
from optim_viz.ui import training as running
from optim_viz.ui.network import suit
from tests.pages import said, table, widgets
from tests.test_train_page import SMALL, charts, move, press, result, visit


def replay(app):
    """The history the page's notebook code makes."""
    told = {}
    exec(training_code.snippet(result(app)), told)
    return told["history"]


def test_a_training_goes_on_from_its_end():
    """Five epochs and five more are ten epochs, curve by curve and bit by bit, and nothing is called an old result."""
    app = press(visit(SMALL), "onward")
    assert result(app).trainer.how.epochs == 10
    assert not any("Still the last result" in text for text in said(app, "caption"))
    whole = result(press(move(app, "net.epochs", 10)))
    longer = result(press(visit(SMALL), "onward"))
    assert np.array_equal(whole.history.train_loss, longer.history.train_loss)
    assert np.array_equal(whole.history.final.theta, longer.history.final.theta)


def test_back_to_an_epoch_and_on_with_another_rate():
    """The curve up to that epoch stays, then it bends; only the optimizer whose rate was moved has another future."""
    app = move(move(visit({**SMALL, "net.epochs": "10"}), "net.at", 4.0), "net.SGD.lr", 0.03)
    before = result(app)
    assert app.button(key="onward").label == "Train on from epoch 4"
    now = result(press(app, "onward"))
    old, new = before.history, now.history
    assert len(new.epoch) == 15
    assert np.array_equal(new.train_loss[:, :5], old.train_loss[:, :5])
    assert new.train_loss[0, 5] != old.train_loss[0, 5]
    assert np.array_equal(new.train_loss[1:, 5:11], old.train_loss[1:, 5:11])
    assert now.past == ((before.setup, 4 * new.steps_per_epoch),)
    assert np.array_equal(replay(app).train_loss, new.train_loss)
    assert len(before.history.epoch) == 11  # the training it came from is as it was
    twice = press(move(app, "net.at", 8.0), "onward")
    assert np.array_equal(replay(twice).final.theta, result(twice).history.final.theta)


def test_what_was_stopped_goes_on():
    """Stop in the middle, then on from there: the same as never having stopped."""
    app = visit(SMALL)
    setup, chosen = result(app).setup, result(app).chosen
    job = running._job(setup, chosen, setup.trainer(chosen))
    while job.done < 0.5:
        assert isinstance(next(job.work), float)
        job.done = job.work.gi_frame.f_locals["share"]
    left = job.so_far()
    again = left.trainer.again(left.trainer.stations[-1], setup.rules, setup.how())
    *_, end = again.events()
    assert np.array_equal(end.final.theta, result(app).history.final.theta)


@pytest.mark.parametrize("moved", [("net.data", "circles"), ("net.layers", "3"), ("net.opt", ["Adam"]),
                                   ("net.batch", 30), ("net.seed", 2)])  # fmt: skip
def test_other_settings_need_a_new_training(moved):
    """What the memories would not fit keeps the button off; a rate does not."""
    app = visit(SMALL)
    assert not app.button(key="onward").disabled
    assert not move(app, "net.Adam.lr", 0.1).button(key="onward").disabled
    assert move(app, *moved).button(key="onward").disabled


def test_what_is_over_does_not_go_on():
    """Where early stopping has ended every run there is nothing to train on; before that there is."""
    app = press(move(visit({**SMALL, "net.patience": "2", "net.epochs": "200", "net.batch": "10"}), "net.seed", 1))
    assert {outcome.kind for outcome in result(app).history.outcomes} == {"stopped early"}
    assert app.button(key="onward").disabled
    assert not move(app, "net.at", 1.0).button(key="onward").disabled


def test_a_refusal_to_go_on_is_said(monkeypatch):
    """More measurements than are kept: a sentence, and the result stays."""
    app = visit(SMALL)
    was = result(app)
    monkeypatch.setattr("optim_viz.nn.training.MAX_POINTS", 8)
    press(app, "onward")
    assert [text for text in said(app, "warning") if text.startswith("This would measure")]
    assert result(app) is was


def test_clipping_is_shown_where_it_acts():
    """A short limit cuts the gradients: in words, with the share of steps; without a limit nothing is said."""
    app = press(move(visit(SMALL), "net.clip", 0.1))
    share = result(app).history.clipped[:, -1] / result(app).trainer.steps
    assert share[0] > 0
    assert any(f"clipped, in the share of steps in parentheses: SGD ({share[0]:.0%})" in text
               for text in said(app, "markdown"))  # fmt: skip
    assert result(app).history.gradient_norm[0, 1] > 0.1  # told before clipping
    assert np.array_equal(replay(app).train_loss, result(app).history.train_loss)
    assert not any("clipped" in text for text in said(visit(SMALL), "markdown"))
    assert running._clipped(result(app).trainer)[0] == "SGD"
    assert running._clipped(result(visit(SMALL)).trainer) == []


def test_early_stopping_is_shown_where_it_stopped():
    """The run ends, the table and the words say so, and a ring on its validation curve is at the very point."""
    app = press(visit({**SMALL, "net.patience": "2", "net.epochs": "60", "net.Adam.lr": "0.3"}))
    history = result(app).history
    (k,) = [k for k, outcome in enumerate(history.outcomes) if outcome.kind == "stopped early"][-1:]
    name, end = training.names(history)[k], int(history.end[k])
    assert table(app)[name][-1] == "stopped early"
    assert any(f"{name} stopped early. Stopped after epoch {end}" in text for text in said(app, "markdown"))
    *rings, told = [one for one in training.curves(history).data if one.mode == "markers"]
    assert told.name == "stopped early"
    assert [rings[-1].x[0], rings[-1].y[0]] == [history.epoch[end], history.validation_loss[k, end]]
    assert len(rings) == sum(outcome.kind == "stopped early" for outcome in history.outcomes)
    assert np.array_equal(replay(app).train_loss, history.train_loss)


def test_digits_by_convolutions():
    """The choice is there for images only; two convolutions, their code, every view; links restore it."""
    app = visit({"net.data": "digits", "net.kind": "conv", "net.layers": "12", "net.epochs": "2"})
    net = result(app).setup.net
    assert net.input_shape == (1, 8, 8)
    assert [layer.channels for layer in net.layers if isinstance(layer, Conv2d)] == [8, 16]
    assert np.array_equal(replay(app).final.theta, result(app).history.final.theta)
    for view in ("mistakes", "confusion", "inside"):
        move(app, "net.view", view)
    assert len(json.loads(charts(app)[-1])["data"]) == 3 * 2 * 4  # runs, weights and outputs, layers
    assert "net.kind" not in widgets(visit(SMALL))


def test_images_may_be_rows():
    """A network that takes images takes the same images written as rows; other rows are refused."""
    net, rng = Network([Conv2d(2, 3), 3], input=(1, 8, 8)), np.random.default_rng(0)
    X, y = rng.random((5, 1, 8, 8)), np.arange(5) % 3
    theta = net.init(0)
    assert net.loss(theta, X, y) == net.loss(theta, X.reshape(5, 64), y)
    with pytest.raises(ValueError, match="this network takes"):
        net.loss(theta, X.reshape(10, 32), y)


def test_images_bring_a_wider_layer(monkeypatch):
    """Only where the box still has the other default; a layer of one's own stays."""
    app = move(visit({"net.epochs": "1"}), "net.data", "digits")
    assert app.text_input(key="net.layers").value == "50"
    assert move(app, "net.data", "moons").text_input(key="net.layers").value == "8, 8"
    own = move(move(app, "net.layers", "7"), "net.data", "digits")
    assert own.text_input(key="net.layers").value == "7"
    assert callable(suit)


def test_live_curves_are_thin(monkeypatch):
    """However long the training: at most 200 points a curve, and about 15 kB per optimizer in both pictures."""
    split = running.landing()[1].split
    net = Network([2, 2, 2], init="glorot")
    *_, history = train(net, split, list(running.RULES), epochs=1500, batch_size=180)
    sizes = []
    for what in ("loss", "score"):
        figure = training.curves(history, what, most=running.LIVE)
        assert max(len(trace.x) for trace in figure.data) <= running.LIVE
        assert figure.data[1].x[-1] == history.epoch[-1]
        sizes.append(len(figure.to_json()))
    assert sum(sizes) < 3 * 16_000


def test_live_curves_are_rare(monkeypatch):
    """A slice draws only after half a second, and only when there is a new point."""
    monkeypatch.setattr(jobs, "SLICE", 0.0)
    drawn, now = [], iter(range(10_000))

    def curves(*given, **more):
        drawn.append(len(given[0].epoch))
        return training.curves(*given, **more)

    monkeypatch.setattr(running, "curves", curves)
    monkeypatch.setattr(running, "perf_counter", lambda: 0.2 * next(now))
    press(move(visit({**SMALL, "net.epochs": "20"}), "net.seed", 6))
    assert 2 <= len(drawn) < 20
    assert drawn[::2] == drawn[1::2] == sorted(set(drawn))


def test_patience_reaches_the_engine():
    """What the control says is what is trained with."""
    setup = result(press(move(visit(SMALL), "net.patience", 5))).setup
    assert setup.how().stop == EarlyStopping(5)
    assert setup.how().clip is None
