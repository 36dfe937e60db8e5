"""Networks: one flat vector, K at once, pure passes, and a clear sentence for what cannot be used."""

import io
import itertools
import pickle
import threading
import tracemalloc

import autograd.numpy as anp
import numpy as np
import pytest

from optim_viz import autodiff, from_spec, spec
from optim_viz.nn import (
    ACTIVATIONS,
    BatchNorm,
    Conv2d,
    CrossEntropy,
    Dense,
    Dropout,
    Flatten,
    GroupNorm,
    Huber,
    LayerNorm,
    LeakyReLU,
    MaxPool,
    Network,
    Normal,
    ReLU,
    clip_norm,
    clip_value,
    storage,
)
from optim_viz.optimizers import OPTIMIZERS, Adam, AdamW
from optim_viz.words import Text

CNN = Network([Conv2d(4, 3, padding=1), "relu", MaxPool(2), Conv2d(3, 2), GroupNorm(3), "tanh", Flatten(), 10],
              input=(1, 8, 8))  # fmt: skip
NETS = [
    *(Network([5, 6, 3], activation=word) for word in ACTIVATIONS if word != "step"),
    Network([5, 8, 7, 3], batch_norm=True, dropout=0.3, l1=0.01, l2=0.1),
    Network([BatchNorm(), 6, LayerNorm(), "gelu", Dropout(0.2, "book"), 1], input=5),
    Network([2, 16, 16, 1], activation="tanh"),
    Network([1, 1]),
    CNN,
    CNN.replace(batch_norm=True, dropout=0.1),
]


def data(net, N, seed=0, own=()):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((*own, N, *net.input_shape)), rng.integers(0, max(2, net.outputs), (*own, N))


def test_layers_of_the_short_list():
    """Numbers are dense layers; each hidden one is followed by what was asked for, unless the list names it."""
    assert Network([64, 100, 10]).layers == (Dense(100), ReLU(), Dense(10))
    deep = Network([64, 100, 50, 10], activation="tanh", batch_norm=True, dropout=0.2)
    kinds = [layer.name for layer in deep.layers]
    assert kinds == ["Dense", "BatchNorm", "Tanh", "Dropout", "Dense", "BatchNorm", "Tanh", "Dropout", "Dense"]
    named = Network([4, 8, LayerNorm(), "gelu", 8, "identity", Dropout(0.1), 2], batch_norm=True, dropout=0.5)
    kinds = [layer.name for layer in named.layers]
    assert kinds == ["Dense", "LayerNorm", "GELU", "Dropout", "Dense", "BatchNorm", "Identity", "Dropout", "Dense"]
    assert named.layers[-2] == Dropout(0.1)


def test_a_cnn_by_the_same_road():
    """Written out, or with the activation and the flattening left to the network: the same layers."""
    written = Network([Conv2d(8, 3), "relu", MaxPool(2), Flatten(), 10], input=(1, 8, 8))
    short = Network([Conv2d(8), MaxPool(2), 10], input=(1, 8, 8))
    assert written.layers == short.layers
    assert written.plan.shapes == ((1, 8, 8), (8, 6, 6), (8, 6, 6), (8, 3, 3), (72,), (10,))
    assert written.parameter_count == 8 * 9 + 8 + 72 * 10 + 10
    assert (written.input_shape, written.outputs) == ((1, 8, 8), 10)


def test_parameters_lie_in_torchs_order():
    """Weight (out, in) before bias, layer by layer, under torch's names; views share memory with theta."""
    net = Network([3, 4, 2], batch_norm=True)
    theta = np.arange(net.parameter_count, dtype=float)
    views = net.views(theta)
    shapes = {"0.weight": (4, 3), "0.bias": (4,), "1.weight": (4,), "1.bias": (4,), "3.weight": (2, 4), "3.bias": (2,)}
    assert {name: view.shape for name, view in views.items()} == shapes
    assert np.concatenate([view.ravel() for view in views.values()]).tolist() == theta.tolist()
    views["3.bias"][1] = -1
    assert theta[-1] == -1
    assert net.views(np.stack([theta, theta]))["0.weight"].shape == (2, 4, 3)


def test_first_parameters():
    """A seed gives the same parameters again, a list of seeds a row each, another seed others."""
    net = Network([64, 100, 10])
    assert net.parameter_count == 64 * 100 + 100 + 1000 + 10
    np.testing.assert_array_equal(net.init([3, 4]), [net.init(3), net.init(4)])
    assert (net.init(3) != net.init(4)).any()
    assert net.views(net.init(0))["0.weight"].std() == pytest.approx((2 / 64) ** 0.5, rel=0.03)
    assert Network([64, 100, 10], init=0.01).views(net.init(0)).keys() == {"0.weight", "0.bias", "2.weight", "2.bias"}
    assert Network([64, 100, 10], init=0.01) == Network([64, 100, 10], init=Normal(0.01))


def numeric(net, theta, X, y, at, **how):
    out = []
    for i in at:
        ahead, behind = theta.copy(), theta.copy()
        ahead[i] += 1e-6
        behind[i] -= 1e-6
        out.append((net.loss(ahead, X, y, **how) - net.loss(behind, X, y, **how)) / 2e-6)
    return np.array(out)


@pytest.mark.parametrize("net", NETS, ids=repr)
def test_gradient_is_the_slope_of_the_loss(net):
    """Central differences, in training mode, with dropout, and with running statistics."""
    X, y = data(net, 6)
    theta = net.init(1) + 0.05
    _, _, state = net.training_pass(theta, X + 1, y)
    at = np.random.default_rng(0).permutation(len(theta))[:25]
    for how in ({}, {"seed": 3}, {"state": state}):
        np.testing.assert_allclose(
            net.gradient(theta, X, y, **how)[at], numeric(net, theta, X, y, at, **how), atol=3e-8
        )


def autograd_loss(net, X, y):
    """An MLP of tanh, batch normalization and cross-entropy, written again for autograd."""

    def loss(theta):
        x = X
        names = net.views(np.zeros(net.parameter_count))
        place = 0
        part = {}
        for name, view in names.items():
            part[name] = anp.reshape(theta[place : place + view.size], view.shape)
            place += view.size
        for i, layer in enumerate(net.layers):
            if layer.name == "Dense":
                x = anp.dot(x, part[f"{i}.weight"].T) + part[f"{i}.bias"]
            elif layer.name == "BatchNorm":
                middle = x - anp.mean(x, axis=0)
                x = middle / anp.sqrt(anp.mean(middle**2, axis=0) + 1e-5) * part[f"{i}.weight"] + part[f"{i}.bias"]
            elif layer.name == "LayerNorm":
                middle = x - anp.mean(x, axis=1, keepdims=True)
                x = middle / anp.sqrt(anp.mean(middle**2, axis=1, keepdims=True) + 1e-5)
                x = x * part[f"{i}.weight"] + part[f"{i}.bias"]
            else:
                x = anp.tanh(x) if layer.name == "Tanh" else anp.maximum(x, 0)
        shifted = x - anp.max(x, axis=1, keepdims=True)
        return anp.mean(anp.log(anp.sum(anp.exp(shifted), axis=1)) - shifted[anp.arange(len(y)), y])

    return loss


@pytest.mark.parametrize("net", [Network([5, 7, 6, 4], activation="tanh"), Network([5, 7, 4], batch_norm=True),
                                 Network([5, 7, LayerNorm(), "tanh", 6, 4])], ids=repr)  # fmt: skip
def test_autograd_agrees(net):
    """The tape of another package, on the same network written its way, gives our gradient to 1e-13."""
    X, y = data(net, 9)
    theta = net.init(2)
    (theirs,) = autodiff.gradients(autograd_loss(net, X, y), theta)
    np.testing.assert_allclose(net.gradient(theta, X, y), theirs, rtol=0, atol=1e-13)


@pytest.mark.parametrize("net", NETS, ids=repr)
def test_many_equal_alone_bit_for_bit(net):
    """K networks at once give each the loss, gradient, statistics and outputs it has alone, with shared or own data."""
    for N, K, own in itertools.product((2, 7, 64), (1, 2, 5), (False, True)):
        X, y = data(net, N, own=(K,) if own else ())
        theta = net.init(range(K))
        value, gradient, state = net.training_pass(theta, X, y, state=net.init_state(K), seed=9)
        later, outputs = net.loss(theta, X, y, state=state), net.predict(theta, X)
        for k in range(K):
            mine = (X[k], y[k]) if own else (X, y)
            alone_value, alone, alone_state = net.training_pass(theta[k], *mine, seed=9)
            assert value[k] == alone_value
            np.testing.assert_array_equal(gradient[k], alone)
            for key, statistics in alone_state.items():
                np.testing.assert_array_equal(state[key][k], statistics)
            assert later[k] == net.loss(theta[k], *mine, state=alone_state)
            np.testing.assert_array_equal(outputs[k], net.predict(theta[k], mine[0]))


@pytest.mark.parametrize("rule", [rule for rule in OPTIMIZERS.values() if rule.name != "AdamP"])
def test_training_many_equals_training_alone(rule):
    """An optimizer that sees coordinates first moves K networks, each with its own rate, as it moves each alone."""
    net, K = Network([4, 6, 3], batch_norm=True), 3
    X, y = data(net, 12)
    rates = np.array([0.01, 0.02, 0.05])
    many, memory = net.init(range(K)).T, rule(lr=rates).init(net.init(range(K)).T)
    alone = [net.init(k) for k in range(K)]
    memories = [rule(lr=rate).init(theta) for rate, theta in zip(rates, alone, strict=True)]
    for t in range(1, 6):
        many, memory = rule(lr=rates).step(many, lambda p: net.gradient(p.T, X, y).T, memory, t)
        for k in range(K):
            step = rule(lr=rates[k]).step
            alone[k], memories[k] = step(alone[k], lambda p: net.gradient(p, X, y), memories[k], t)
    np.testing.assert_array_equal(many.T, alone)


@pytest.mark.parametrize("net", NETS, ids=repr)
def test_passes_are_pure(net):
    """Nothing handed in is written, calls repeat exactly, and what was handed out stays as it was."""
    X, y = data(net, 8)
    theta = net.init([0, 1])
    state = net.init_state(2)
    frozen = [X, y, theta, *state.values()]
    for array in frozen:
        array.flags.writeable = False
    first = net.training_pass(theta, X, y, state=state, seed=5)
    kept = [np.copy(a) for a in (first[0], first[1], *first[2].values())]
    layers = net.activations(theta, X)
    outputs = net.predict(theta, X)
    before = [a.copy() for a in layers]
    net.value_and_gradient(theta * 1.5, X * 2, y)
    second = net.training_pass(theta, X, y, state=state, seed=5)
    for a, b, c in zip(kept, (first[0], first[1], *first[2].values()), (second[0], second[1], *second[2].values()),
                       strict=True):  # fmt: skip
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(a, c)
    for a, b in zip(before, layers, strict=True):
        np.testing.assert_array_equal(a, b)
        assert not np.shares_memory(b, X)
    np.testing.assert_array_equal(outputs, net.predict(theta, X))


def test_threads_do_not_share_work_arrays():
    """Two threads that train the same network at once both get what one gets."""
    net = Network([20, 60, 50, 5])
    X, y = data(net, 300)
    thetas = [net.init(k) for k in range(2)]
    right = [net.gradient(theta, X, y) for theta in thetas]
    wrong = []

    def work(k):
        for _ in range(60):
            if (net.gradient(thetas[k], X, y) != right[k]).any():
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_work_arrays_are_used_again():
    """A second pass allocates no more than its results and small temporaries: an eighth of the first."""
    net = Network([30, 200, 10])
    batch = net.batch(*data(net, 1000))
    theta = net.init(0)

    def peak():
        tracemalloc.start()
        net.value_and_gradient(theta, batch)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    first, second = peak(), peak()
    assert first > 3 * 200 * 1000 * 8
    assert second < first / 8


def test_penalties():
    """L1 and L2 add λ₁Σ|w| + ½λ₂Σw² over weights, and leave biases and normalizations alone."""
    plain = Network([3, 4, 2], batch_norm=True)
    X, y = data(plain, 5)
    theta = plain.init(0) + 0.1
    w = np.concatenate([view.ravel() for name, view in plain.views(theta).items() if name in ("0.weight", "3.weight")])
    decayed = plain.replace(l1=0.3, l2=0.2)
    extra = decayed.loss(theta, X, y) - plain.loss(theta, X, y)
    assert extra == pytest.approx(0.3 * np.abs(w).sum() + 0.1 * (w * w).sum(), rel=1e-13)
    change = decayed.views(decayed.gradient(theta, X, y) - plain.gradient(theta, X, y))
    np.testing.assert_allclose(change["0.weight"], 0.3 * np.sign(plain.views(theta)["0.weight"])
                               + 0.2 * plain.views(theta)["0.weight"], atol=1e-15)  # fmt: skip
    for name in ("0.bias", "1.weight", "1.bias", "3.bias"):
        assert not change[name].any()


def test_default_losses():
    """Whole numbers are labels (two classes with one output), real numbers targets; each can be overruled."""
    X = np.zeros((4, 2))
    names = {
        (3, "i"): (np.array([0, 1, 2, 0]), "CrossEntropy"),
        (1, "i"): (np.array([0, 1, 1, 0]), "BinaryCrossEntropy"),
        (1, "f"): (np.array([0.5, 1, 1, 0]), "MSE"),
        (3, "f"): (np.zeros((4, 3)), "MSE"),
    }
    for (outputs, _), (y, name) in names.items():
        assert Network([2, outputs]).batch(X, y).loss.name == name
    assert Network([2, 1], loss=Huber(2.0)).batch(X, np.array([0, 1, 1, 0])).loss == Huber(2.0)
    flat, column = np.array([1.0, 2, 3, 4]), np.array([[1.0], [2], [3], [4]])
    assert Network([2, 1]).loss(np.zeros(3), X, flat) == Network([2, 1]).loss(np.zeros(3), X, column) == 7.5


def test_soft_labels_and_smoothing():
    """Shares that are certain equal labels; smoothing equals the smoothed shares."""
    net = Network([3, 5, 4], loss="cross_entropy")
    X, y = data(net, 6)
    theta, sure = net.init(0), np.eye(4)[y]
    assert net.loss(theta, X, y) == net.loss(theta, X, sure)
    smooth = net.replace(loss=CrossEntropy(0.2))
    assert smooth.loss(theta, X, y) == pytest.approx(net.loss(theta, X, 0.8 * sure + 0.05), rel=1e-14)


def test_batches_are_cut_without_a_second_check():
    """`take` picks rows in order, shared or per network, and gives what the same rows give from scratch."""
    for net in (Network([5, 4, 3]), CNN):
        X, y = data(net, 20)
        batch, rows = net.batch(X, y), np.array([7, 3, 3, 19])
        theta = net.init([0, 1])
        assert (len(batch), len(batch.take(rows))) == (20, 4)
        np.testing.assert_array_equal(net.gradient(theta, batch.take(rows)), net.gradient(theta, X[rows], y[rows]))
        each = np.array([[7, 3], [0, 1]])
        np.testing.assert_array_equal(net.gradient(theta, batch.take(each)), net.gradient(theta, X[each], y[each]))


def test_predictions():
    """Scores, shares that add up to one, and labels; for one network and for two."""
    net = Network([4, 6, 3])
    X, _ = data(net, 9)
    theta = net.init([0, 1])
    score, share, label = net.predict(theta, X), net.probabilities(theta, X), net.classify(theta, X)
    assert (score.shape, share.shape, label.shape) == ((2, 9, 3), (2, 9, 3), (2, 9))
    np.testing.assert_allclose(share.sum(axis=-1), 1, rtol=1e-15)
    np.testing.assert_array_equal(label, score.argmax(axis=-1))
    np.testing.assert_array_equal(net.probabilities(theta[1], X), share[1])
    yes = Network([4, 1])
    theta = yes.init(0)
    chance = yes.probabilities(theta, X)
    np.testing.assert_allclose(chance, 1 / (1 + np.exp(-yes.predict(theta, X))), rtol=1e-15)
    np.testing.assert_array_equal(yes.classify(theta, X), (yes.predict(theta, X)[:, 0] > 0).astype(int))


def test_activations_of_every_layer():
    """One array per layer in the public layout; the last is the prediction, each follows from the one before."""
    X, _ = data(CNN, 4)
    theta = CNN.init(0)
    layers = CNN.activations(theta, X)
    assert [a.shape[1:] for a in layers] == list(CNN.plan.shapes[1:])
    np.testing.assert_array_equal(layers[-1], CNN.predict(theta, X))
    np.testing.assert_array_equal(layers[1], np.maximum(layers[0], 0))
    np.testing.assert_array_equal(layers[6], layers[5].reshape(4, -1))
    both = CNN.activations(np.stack([theta, theta]), X)
    np.testing.assert_array_equal(both[3][1], layers[3])


def test_running_statistics_are_measured_again():
    """`measured_state` holds mean and unbiased variance of what reaches each norm, so X looks as in its own batch."""
    net = Network([3, 5, 4, 2], batch_norm=True)
    X, y = data(net, 50)
    theta = net.init(0)
    state = net.measured_state(theta, X)
    first = net.activations(theta, X)[0]
    np.testing.assert_allclose(state["1.running_mean"], first.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(state["1.running_var"], first.var(axis=0, ddof=1), rtol=1e-12)
    assert net.loss(theta, X, y, state=state) == pytest.approx(net.loss(theta, X, y), rel=0.02)
    assert net.predict(theta, X[:1], state=state).shape == (1, 2)
    assert Network([3, 2]).measured_state(np.zeros(8), X) == {}


def test_divergence_is_a_result():
    """Parameters far out, infinite or NaN give a loss that is not finite, and no warning."""
    net = Network([3, 4, 3], activation="tanh")
    X, y = data(net, 5)
    for size in (1e200, np.inf, np.nan):
        value, gradient = net.value_and_gradient(np.full(net.parameter_count, size), X, y)
        assert gradient.shape == (net.parameter_count,)
        assert not np.isfinite(value) or value > 0


def test_clipping():
    """A long gradient keeps its direction, a short one stays; the report says which, per network."""
    gradient = np.array([[3.0, 4.0], [0.3, 0.4]])
    clipped = clip_norm(gradient, 1.0)
    np.testing.assert_allclose(clipped.gradient, [[0.6, 0.8], [0.3, 0.4]], rtol=1e-15)
    np.testing.assert_array_equal(clipped.active, [True, False])
    np.testing.assert_allclose(clipped.norm, [5, 0.5])
    cut = clip_value(gradient, 0.35)
    np.testing.assert_array_equal(cut.gradient, [[0.35, 0.35], [0.3, 0.35]])
    assert cut.active.all()
    assert clip_norm(gradient[0], 5.0).active == False  # noqa: E712 (a NumPy bool)
    assert clip_norm(np.array([np.nan, 1.0]), 1.0).active
    with pytest.raises(ValueError, match="limit"):
        clip_norm(gradient, 0)


@pytest.mark.parametrize(
    "net", [*NETS, Network([4, 3, 2], activation=LeakyReLU(0.2), init=0.5, loss=Huber(0.1))], ids=repr
)
def test_spec_and_back(net):
    """Equal networks have equal specs; a spec gives the network back; so do pickle and the printed code."""
    assert from_spec(spec(net)) == net == pickle.loads(pickle.dumps(net))  # noqa: S301
    assert hash(from_spec(spec(net))) == hash(net)
    assert from_spec(spec(net)).layers == net.layers
    names = {part: getattr(__import__("optim_viz.nn", fromlist=[part]), part) for part in
             ("Network", "Conv2d", "MaxPool", "Flatten", "GroupNorm", "LayerNorm", "BatchNorm", "Dropout", "Huber",
              "LeakyReLU", "Normal")}  # fmt: skip
    assert eval(repr(net), names) == net  # noqa: S307


def test_networks_are_frozen_values():
    """Other arguments, another network; the same arguments said another way, the same."""
    net = Network([64, 100, 10])
    assert net == Network((64, np.int64(100), 10), activation=ReLU(), init="he", dropout=0, loss="auto")
    assert spec(net) == '{"class":"Network","layers":[64,100,10]}'
    assert net != net.replace(activation="tanh")
    assert net.replace(activation="tanh").replace(activation="relu") == net
    with pytest.raises(AttributeError):
        net.l1 = 3.0  # type: ignore[misc]


@pytest.mark.parametrize("many", [None, 3])
def test_save_and_load(many, tmp_path):
    """A file, or bytes in memory, gives back network, parameters and statistics exactly, without pickle."""
    net = Network([5, 8, 3], batch_norm=True)
    theta, state = net.init(0 if many is None else range(many)), net.init_state(many)
    for file in (tmp_path / "net.npz", io.BytesIO()):
        net.save(file, theta, state)
        if isinstance(file, io.BytesIO):
            file.seek(0)
        loaded, parameters, statistics = Network.load(file)
        assert loaded == net
        np.testing.assert_array_equal(parameters, theta)
        assert {key: value.tolist() for key, value in statistics.items()} == {k: v.tolist() for k, v in state.items()}
    with np.load(tmp_path / "net.npz", allow_pickle=False) as stored:
        assert all(stored[key].dtype.kind in "fU" for key in stored.files)


def test_files_that_are_no_networks():
    """Noise, another archive, pickles, missing or wrong arrays are refused in words."""
    net = Network([3, 2])
    wrong = [b"", b"noise", b"PK\x03\x04 noise"]
    text, theta = np.array(spec(net)), np.zeros(8)
    for arrays in ({"theta": theta}, {"spec": text, "theta": theta[1:]}, {"spec": text, "theta": theta.astype(int)},
                   {"spec": np.array(spec(Adam())), "theta": theta}, {"spec": text, "theta": np.array([None] * 8)},
                   {"spec": text, "theta": theta, "state.1.running_mean": theta[:2]}):  # fmt: skip
        file = io.BytesIO()
        np.savez(file, **arrays)
        wrong.append(file.getvalue())
    for content in wrong:
        with pytest.raises(ValueError, match="not a saved network") as caught:
            Network.load(io.BytesIO(content))
        assert isinstance(caught.value.args[0], Text)


def test_damaged_files_are_refused_in_words():
    """Cut or altered anywhere, a file gives a network of the right size or the sentence, and nothing else."""
    file = io.BytesIO()
    Network([3, 2]).save(file, np.ones(8))
    whole, rng, said = file.getvalue(), np.random.default_rng(0), []
    for _ in range(300):
        content = bytearray(whole[: rng.integers(len(whole))] if rng.random() < 0.2 else whole)
        for place in rng.integers(len(content), size=rng.integers(1, 4)) if content else ():
            content[place] ^= 1 << rng.integers(8)
        try:
            net, theta, _ = Network.load(io.BytesIO(bytes(content)))
        except ValueError as error:
            said.append(error.args[0])
        else:
            assert theta.shape == (net.parameter_count,)
    assert len(said) > 100
    assert all(isinstance(sentence, Text) for sentence in said)


def test_a_file_that_unpacks_too_large_is_not_unpacked(monkeypatch):
    """The size is read from the archive's list before any array is."""
    file = io.BytesIO()
    Network([3, 2]).save(file, np.zeros(8))
    file.seek(0)
    assert Network.load(file)[0] == Network([3, 2])
    file.seek(0)
    monkeypatch.setattr(storage, "MAX_BYTES", 100)
    with pytest.raises(ValueError, match="not a saved network"):
        Network.load(file)


def test_cost_is_close():
    """Memory is within a factor of 2 of what a first pass takes; operations count the matrix products."""
    for net, N in ((Network([64, 100, 10]), 1000), (Network([64, 50, 50, 10], batch_norm=True), 500), (CNN, 200)):
        batch = net.batch(*data(net, N))
        theta = net.init([0, 1])
        tracemalloc.start()
        net.value_and_gradient(theta, batch)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert used / 2 < net.cost(N, networks=2).bytes < 2 * used
    assert Network([64, 100, 10]).cost(100).operations == pytest.approx(100 * 2 * (2 * 6400 + 3 * 1000), rel=0.1)
    assert Network([784, 5000, 100, 10]).cost(10_000).seconds > 5


def test_torch_code():
    """The same network in torch's words; nothing where torch has no such layer."""
    code = Network([3, 4, 2], batch_norm=True, dropout=0.1).torch_code()
    lines = ["Linear(3, 4)", "BatchNorm1d(4, eps=1e-05, momentum=0.1)", "ReLU()", "Dropout(0.1)", "Linear(4, 2)"]
    assert code == "torch.nn.Sequential(\n" + "".join(f"    torch.nn.{line},\n" for line in lines) + ")"
    assert "BatchNorm2d(4" in CNN.replace(batch_norm=True).torch_code()
    assert Network([3, 4, 2], dropout=Dropout(0.1, "book")).torch_code() == ""
    assert Network([3, 4, 2], activation="step").torch_code() == ""


NET, X5, Y5 = Network([3, 4, 10]), np.zeros((5, 3)), np.arange(5)
THETA = NET.init(0)
BAD = {
    "zero units": (lambda: Network([64, 0, 10]), "1 to 100000 units, not 0"),
    "ten million units": (lambda: Network([64, 10**7, 10]), "not 10000000"),
    "too many parameters": (lambda: Network([3000, 3000, 10]), "9,033,010 parameters; the limit is 5,000,000"),
    "no layers": (lambda: Network([]), "list of 1 to"),
    "no weights": (lambda: Network([3]), "at least one layer of weights"),
    "text for layers": (lambda: Network("64"), "list of 1 to"),
    "unknown activation": (lambda: Network([3, "wave", 2]), "'wave' is no activation; there are: identity"),
    "unknown item": (lambda: Network([3, 2.5, 2]), "2.5 is no layer"),
    "no input size": (lambda: Network(["relu", 2]), "Start the list with the number of features"),
    "image to dense": (lambda: Network([Conv2d(2), 2], input=64), "images"),
    "images out": (lambda: Network([Conv2d(2)], input=(1, 8, 8)), "end the list with a number of units"),
    "bad input": (lambda: Network([3, 2], input=(1, 8)), "input is a number of features"),
    "xavier": (lambda: Network([3, 2], init="xavier"), "two things"),
    "unknown loss": (lambda: Network([3, 2], loss="hinge"), "no loss"),
    "dropout 1": (lambda: Network([3, 2], dropout=1.0), "dropout"),
    "batch_norm text": (lambda: Network([3, 2], batch_norm="yes"), "True or False"),
    "label too large": (lambda: NET.loss(THETA, X5, [0, 1, 2, 3, 10]), "Label 10 .* 10 outputs: labels are 0 to 9"),
    "negative label": (lambda: NET.loss(THETA, X5, [0, 1, 2, 3, -1]), "Label -1"),
    "float labels": (lambda: NET.replace(loss="cross_entropy").loss(THETA, X5, Y5 * 1.0), "whole-number labels"),
    "text labels": (lambda: NET.loss(THETA, X5, list("abcde")), "y must be numbers"),
    "NaN in y": (lambda: Network([3, 1]).loss(np.zeros(4), X5, Y5 * np.nan), "y holds values that are missing"),
    "one real target": (lambda: NET.loss(THETA, X5, Y5 * 1.0), "1 targets per sample, but the network has 10"),
    "y too short": (lambda: NET.loss(THETA, X5, Y5[:4]), "X has 5 samples, but y has shape"),
    "shares": (lambda: NET.replace(loss="cross_entropy").loss(THETA, X5, np.ones((5, 10))), "add up to 1"),
    "one class": (lambda: Network([3, 1], loss="cross_entropy").loss(np.zeros(4), X5, Y5), "2 or more outputs"),
    "yes or no": (lambda: Network([3, 1]).loss(np.zeros(4), X5, Y5), "from 0 to 1"),
    "no y": (lambda: NET.loss(THETA, X5), "give y"),
    "NaN in X": (lambda: NET.predict(THETA, np.full((5, 3), np.nan)), "X holds values that are missing"),
    "X too narrow": (lambda: NET.predict(THETA, np.zeros((5, 2))), r"takes \(N, 3\)"),
    "X one sample": (lambda: NET.predict(THETA, np.zeros(3)), r"takes \(N, 3\)"),
    "X empty": (lambda: NET.predict(THETA, np.zeros((0, 3))), "no samples"),
    "X text": (lambda: NET.predict(THETA, [["a", "b", "c"]]), "table of numbers"),
    "X ragged": (lambda: NET.predict(THETA, [[1, 2, 3], [1]]), "table of numbers"),
    "theta too short": (lambda: NET.predict(THETA[1:], X5), "this network has 66 parameters"),
    "own data of others": (lambda: NET.predict(NET.init([0, 1]), np.zeros((3, 5, 3))), "for 3 networks"),
    "batch of another": (lambda: NET.predict(THETA, Network([4, 2]).batch(np.zeros((5, 4)))), "another network"),
    "batch of a loss": (lambda: NET.replace(loss="mse").loss(THETA, NET.batch(X5, Y5)), "another network"),
    "state of another": (lambda: Network([3, 4, 10], batch_norm=True).loss(np.zeros(74), X5, Y5, state={}), "state"),
    "one sample": (lambda: Network([3, 4, 10], batch_norm=True).gradient(np.zeros(74), X5[:1], Y5[:1]), "one sample"),
    "step": (lambda: Network([3, 4, 10], activation="step").gradient(THETA, X5, Y5), "step function cannot be trained"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_in_words(case):
    """A ValueError with one translatable sentence that says what to do instead."""
    act, words = BAD[case]
    with pytest.raises(ValueError, match=words) as caught:
        act()
    assert isinstance(caught.value.args[0], Text)


def test_step_runs_forward():
    """The step function predicts; only its gradient is refused. A loss is still a number."""
    net = Network([3, 4, 2], activation="step")
    X, y = data(net, 5)
    assert set(np.unique(net.activations(net.init(0), X)[1])) <= {0.0, 1.0}
    assert net.loss(net.init(0), X, y) > 0


def test_hidden_rates_broadcast_to_networks():
    """AdamW with a rate per network on theta.T keeps the (K, n) layout that the engine needs without a copy."""
    net = Network([3, 4, 2])
    X, y = data(net, 5)
    theta = net.init([0, 1])
    rule = AdamW(lr=np.array([0.1, 0.2]))
    moved, _ = rule.step(theta.T, lambda p: net.gradient(p.T, X, y).T, rule.init(theta.T), 1)
    assert moved.T.flags.c_contiguous
