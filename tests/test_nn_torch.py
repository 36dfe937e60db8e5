"""Networks against an independent author: torch's recorded losses, gradients and training steps."""

import json
from pathlib import Path

import numpy as np
import pytest

from optim_viz import from_spec
from optim_viz.nn import ACTIVATIONS, LAYERS, LOSSES, Dropout, Step
from optim_viz.optimizers import Nesterov

RECORD = json.loads((Path(__file__).parent / "reference" / "nn.json").read_text(encoding="utf-8"))
BATCH, TRAINING_BATCH = 5, 8
CLASSICS = {"SGD", "Momentum", "Nesterov", "AdaGrad", "Adadelta", "RMSprop", "Adam"}


def wave(count, seed, shape=None):
    i = np.arange(1, count + 1)
    return np.round(np.sin(0.7 * i * i + 1.3 * i + seed), 3).reshape(shape or count)


def samples(net, count, seed):
    return 2 * wave(count * int(np.prod(net.input_shape)), seed, (count, *net.input_shape))


def targets(net, count, kind):
    if kind == "labels":
        return np.arange(count) * 7 % net.outputs
    t = wave(count * net.outputs, 4.0, (count, net.outputs))
    return np.round((t + 1) / 2, 3) if kind == "chances" else 2 * t


def error(ours, torch):
    ours, torch = np.asarray(ours), np.asarray(torch)
    assert ours.shape == torch.shape
    return float((np.abs(ours - torch) / (1 + np.abs(torch))).max())


def state_of(record):
    return {key: np.array(value) for key, value in record["state"].items()} or None


def test_every_layer_activation_and_loss_is_recorded():
    """Each layer meets each activation and each loss, but for what torch has not (step) or draws itself (dropout)."""
    seen = set()
    for record in RECORD["gradients"]:
        net = from_spec(record["net"])
        layers = {type(layer) for layer in net.layers}
        curves = layers & set(ACTIVATIONS.values())
        loss = type(net.objective)
        seen |= {(layer, curve, loss) for layer in layers - curves for curve in curves}
    for layer in set(LAYERS.values()) - {Dropout}:
        for curve in set(ACTIVATIONS.values()) - {Step}:
            for loss in LOSSES.values():
                assert (layer, curve, loss) in seen, (layer, curve, loss)


@pytest.mark.parametrize("curve", [word for word in ACTIVATIONS if word != "step"])
def test_gradients(curve):
    """Loss and gradient equal torch's float64 to 1e-12."""
    records = [r for r in RECORD["gradients"] if f'"{curve}",' in r["net"] and '"loss"' in r["net"]]
    assert len(records) == 48
    for record in records:
        check(record)


@pytest.mark.parametrize("record", [r for r in RECORD["gradients"] if '"loss"' not in r["net"]], ids=lambda r: r["net"])
def test_special_gradients(record):
    """Strides, paddings, cropped pools, penalties and running statistics as torch has them, to 1e-12."""
    check(record)


def check(record):
    net = from_spec(record["net"])
    theta = wave(net.parameter_count, 1.0)
    X, y = samples(net, BATCH, 2.0), targets(net, BATCH, record["y"])
    value, gradient = net.value_and_gradient(theta, X, y, state=state_of(record))
    assert error(value, record["loss"]) <= 1e-12, record["net"]
    assert error(gradient, record["gradient"]) <= 1e-12, record["net"]
    assert error(net.loss(theta, X, y, state=state_of(record)), record["loss"]) <= 1e-12


@pytest.mark.parametrize("record", [r for r in RECORD["gradients"] if r["state"]], ids=lambda r: r["net"])
def test_running_statistics(record):
    """Two training passes leave torch's running mean and unbiased running variance."""
    net = from_spec(record["net"])
    theta, state = wave(net.parameter_count, 1.0), None
    for seed in (5.0, 6.0):
        _, _, state = net.training_pass(theta, samples(net, BATCH, seed), np.zeros(BATCH, int), state=state)
    assert state.keys() == record["state"].keys()
    assert max(error(state[key], value) for key, value in record["state"].items()) <= 1e-13


def test_the_seven_classics_train_three_networks():
    """The record holds an MLP, an MLP with batch norm and a CNN, each under all seven rules; each loss falls."""
    runs = {(run["net"], json.loads(run["rule"])["class"]) for run in RECORD["runs"]}
    nets = {net for net, _ in runs}
    assert runs == {(net, rule) for net in nets for rule in CLASSICS}
    assert [("BatchNorm" in repr(from_spec(net).layers), "Conv2d" in net) for net in sorted(nets)].count(
        (True, True)
    ) == 1
    assert len(nets) == 3


@pytest.mark.parametrize("run", RECORD["runs"], ids=lambda r: f"{r['rule'][:30]} {r['net'][:60]}")
def test_training(run):
    """Ten steps on ten batches equal torch's: losses, parameters and running statistics to 1e-10."""
    net, rule = from_spec(run["net"]), from_spec(run["rule"])
    theta, y = wave(net.parameter_count, 1.0), targets(net, TRAINING_BATCH, "labels")
    memory, state, losses = rule.init(theta), net.init_state(), []

    def gradient(point):
        nonlocal state
        value, slope, state = net.training_pass(point, X, y, state=state)
        losses.append(value)
        return slope

    for t in range(1, len(run["losses"]) + 1):
        X = samples(net, TRAINING_BATCH, t - 1)
        theta, memory = rule.step(theta, gradient, memory, t)
    # torch's Nesterov stores the look-ahead point
    reached = theta + rule.momentum * memory["v"] if isinstance(rule, Nesterov) else theta
    assert error(losses, run["losses"]) <= 1e-10
    assert error(reached, run["theta"]) <= 1e-10
    assert state.keys() == run["state"].keys()
    for key, value in run["state"].items():
        assert error(state[key], value) <= 1e-10
