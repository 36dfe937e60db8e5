"""Writes nn.json: losses, gradients, running statistics and trained parameters of networks as torch computes them.

Needs torch (`pip install torch==2.13.0`); the tests need only the file. Run from the repository:
`python tests/reference/make_nn_reference.py`. Every network is written as its spec, and built in torch from
`torch_code()`; data and first parameters are waves rounded to three decimals, the same on every machine, so that only
results are stored.
"""

import itertools
import json
import platform
import sys
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from optim_viz import optimizers as ov  # noqa: E402
from optim_viz import spec  # noqa: E402
from optim_viz.nn import (  # noqa: E402
    MSE,
    BatchNorm,
    BinaryCrossEntropy,
    Conv2d,
    CrossEntropy,
    Flatten,
    GroupNorm,
    Huber,
    LayerNorm,
    LeakyReLU,
    MaxPool,
    Network,
)

N, STEPS = 5, 10
CURVES = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "gelu", "gelu_tanh", "softmax")
LOSSES = ("mse", "mae", "rmse", Huber(0.5), "cross_entropy", CrossEntropy(0.1), "binary_cross_entropy",
          BinaryCrossEntropy(0.2))  # fmt: skip


def wave(count: int, seed: float, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Numbers in -1..1 without a visible pattern, with three decimals."""
    i = np.arange(1, count + 1)
    return np.round(np.sin(0.7 * i * i + 1.3 * i + seed), 3).reshape(shape or count)


def samples(net: Network, count: int, seed: float) -> np.ndarray:
    return 2 * wave(count * int(np.prod(net.input_shape)), seed, (count, *net.input_shape))


def targets(net: Network, count: int, kind: str) -> np.ndarray:
    if kind == "labels":
        return np.arange(count) * 7 % net.outputs
    t = wave(count * net.outputs, 4.0, (count, net.outputs))
    return np.round((t + 1) / 2, 3) if kind == "chances" else 2 * t


def stacks(curve: str) -> list[Network]:
    """The kinds of layers, each followed by the curve."""
    return [
        Network([3, 4, curve, 3]),
        Network([3, 4, BatchNorm(), curve, 3]),
        Network([3, 4, LayerNorm(), curve, 3]),
        Network([3, 4, GroupNorm(2, 1e-3), curve, 3]),
        Network([Conv2d(2, 2), curve, MaxPool(2), Flatten(), 3], input=(1, 5, 5)),
        Network([Conv2d(2, 2), BatchNorm(eps=1e-3), curve, MaxPool(2), 3], input=(1, 5, 5)),
    ]


SPECIAL = [
    Network([Conv2d(2, 3, 2, 1), "tanh", Conv2d(3, 2, 2, 1), "relu", 2], input=(2, 7, 6)),
    Network([Conv2d(4, 2), GroupNorm(2), "gelu", MaxPool(3), LayerNorm(), 3], input=(1, 8, 9)),
    Network([Conv2d(2, 3, 1, 2), LayerNorm(1e-3), "relu", Conv2d(2, 3), MaxPool(2), 4, 2], input=(1, 5, 5)),
    Network([3, 6, 5, 4, 3], activation=LeakyReLU(0.2), batch_norm=True, l2=0.1),
    Network([3, 6, 3], activation="sigmoid", l1=0.05, l2=0.01),
    Network([BatchNorm(), 4, "tanh", LayerNorm(), 2], input=3),
    Network([3, 3]),
]
"""Strides, paddings, cropped pools, image norms, norms at the input, penalties."""

TRAINED = [
    Network([6, 10, 8, 3], activation="tanh"),
    Network([6, 10, 8, 3], batch_norm=True),
    Network(
        [Conv2d(3, 3, padding=1), MaxPool(2), Conv2d(4, 3, padding=1), BatchNorm(), MaxPool(2), 3], input=(1, 6, 6)
    ),
]
RULES = [ov.SGD(0.1), ov.Momentum(0.05), ov.Nesterov(0.05), ov.AdaGrad(0.05, eps=1e-7), ov.Adadelta(),
         ov.RMSprop(0.01, eps=1e-7), ov.Adam(0.01, eps=1e-7)]  # fmt: skip
"""The book's ε: batch normalization cancels the bias before it, whose gradient is rounding noise of 1e-17. Divided by
itself + 1e-10 that noise would move the bias by 1e-9, torch's another way than ours."""


def torch_net(net: Network, theta: np.ndarray) -> torch.nn.Module:
    """The same network in torch, its parameters filled in torch's order."""
    model = eval(net.torch_code(), {"torch": torch})  # noqa: S307
    torch.nn.utils.vector_to_parameters(torch.tensor(theta), model.parameters())
    return model


def torch_loss(net: Network, model: torch.nn.Module, X: np.ndarray, y: np.ndarray) -> torch.Tensor:
    loss, t = net.objective, torch.tensor(y)
    z = model(torch.tensor(X))
    if loss is None:
        loss = CrossEntropy() if y.dtype.kind == "i" else MSE()
    if isinstance(loss, BinaryCrossEntropy):
        value = torch.nn.BCEWithLogitsLoss()(z, t * (1 - loss.smoothing) + loss.smoothing / 2)
    elif loss.torch:
        value = eval(loss.torch_code(), {"torch": torch})(z, t)  # noqa: S307
    else:
        value = torch.sqrt(torch.nn.MSELoss()(z, t))  # RMSE
    weights = [m.weight for m in model if isinstance(m, torch.nn.Linear | torch.nn.Conv2d)]
    return value + sum(net.l1 * w.abs().sum() + net.l2 / 2 * (w**2).sum() for w in weights)


def record(net: Network, kind: str, evaluated: bool = False) -> dict:
    """Loss and gradient of one batch; `evaluated` with the running statistics that two batches left."""
    model = torch_net(net, wave(net.parameter_count, 1.0))
    for seed in (5.0, 6.0) if evaluated else ():
        model(torch.tensor(samples(net, N, seed)))
    statistics = {k: b.tolist() for k, b in model.named_buffers() if "running" in k} if evaluated else {}
    model.train(not evaluated)
    value = torch_loss(net, model, samples(net, N, 2.0), targets(net, N, kind))
    value.backward()
    gradient = torch.cat([p.grad.flatten() for p in model.parameters()]).tolist()
    return {"net": spec(net), "y": kind, "loss": value.item(), "gradient": gradient, "state": statistics}


def kind_of(loss: object) -> str:
    word = getattr(loss, "name", loss)
    return {"cross_entropy": "labels", "CrossEntropy": "labels", "binary_cross_entropy": "chances",
            "BinaryCrossEntropy": "chances"}.get(word, "values")  # fmt: skip


def trained(net: Network, rule: ov.Optimizer) -> dict:
    """Ten steps on ten different batches: the losses on the way, the last parameters and running statistics."""
    model = torch_net(net, wave(net.parameter_count, 1.0))
    optimizer = eval(rule.torch_code(), {"torch": torch, "params": list(model.parameters())})  # noqa: S307
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        value = torch_loss(net, model, samples(net, 8, step), targets(net, 8, "labels"))
        value.backward()
        optimizer.step()
        losses.append(value.item())
    theta = torch.cat([p.detach().flatten() for p in model.parameters()]).tolist()
    state = {k: b.tolist() for k, b in model.named_buffers() if "running" in k}
    return {"net": spec(net), "rule": spec(rule), "losses": losses, "theta": theta, "state": state}


def main() -> None:
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    made_by = {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()}
    gradients = [record(net.replace(loss=loss), kind_of(loss))
                 for curve, loss in itertools.product(CURVES, LOSSES) for net in stacks(curve)]  # fmt: skip
    gradients += [record(net, kind) for net in SPECIAL for kind in ("labels", "values")]
    gradients += [record(net, "labels", evaluated=True) for net in (*SPECIAL[3:6], *TRAINED[1:])]
    runs = [trained(net, rule) for net in TRAINED for rule in RULES]
    parts = [f' "{key}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n ]"
             for key, rows in (("gradients", gradients), ("runs", runs))]  # fmt: skip
    text = f'{{\n "made_by": {json.dumps(made_by)},\n' + ",\n".join(parts) + "\n}\n"
    Path(__file__).with_name("nn.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
