"""A 51 × 51 slice of the loss against the loss-landscapes package, and Hessian-vector products against gradients."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks import peers
from benchmarks.measure import Result, race
from benchmarks.networks import CNN, MLP
from optim_viz.curvature import HessianProduct
from optim_viz.landscape import Plane, slice_loss
from optim_viz.nn import Network

MISSING = "loss-landscapes not installed: skipped (pip install --no-deps loss-landscapes==3.0.6, with torch)"
SLICES = (  # network, samples, points a side, target
    ("51x51 slice of MLP 64-50-10, 1797 samples", MLP, 1797, 51, 3.0),
    ("15x15 slice of CNN 8-16 on 8x8, 500 samples", CNN, 500, 15, 2.0),
)
PRODUCTS = (
    ("MLP 64-50-10, 1500 samples", MLP, 1500, 10),
    ("the same with batch norm", Network([64, 50, 10], batch_norm=True), 1500, 10),
    ("CNN 8-16 on 8x8, 500 samples", CNN, 500, 3),
)


def run() -> Iterator[Result]:
    """A line per slice, and a line per network for gradients per Hessian-vector product: 2/3 is 1.5 gradients."""
    for name, net, count, side, target in SLICES:
        yield _slice(f"{name} vs loss-landscapes", net, count, side, target)
    for name, net, count, times in PRODUCTS:
        X, y = _data(net, count)
        data, theta = net.batch(X, y), net.init(0)
        product, v = HessianProduct(net, theta, data), np.random.default_rng(1).standard_normal(len(theta))
        products = _times(times, lambda product=product, v=v: product(v))
        gradients = _times(times, lambda net=net, theta=theta, data=data: net.value_and_gradient(theta, data))
        yield race(f"Hessian product vs gradient, {name}", 2 / 3, products, gradients, note="at most 1.5 gradients")


def _slice(name: str, net: Network, count: int, side: int, target: float) -> Result:
    torch = peers.torch()
    try:
        import loss_landscapes  # pyright: ignore[reportMissingImports]
        from loss_landscapes.metrics import Loss  # pyright: ignore[reportMissingImports]
    except ImportError:
        return Result(name, target, note=MISSING)
    X, y = _data(net, count)
    theta = net.init(0)
    axes = 0.05 * np.random.default_rng(1).standard_normal((2, len(theta)))
    plane, edge = Plane(theta, axes, "random", ((-1, 1), (-1, 1))), (side - 1) / side
    metric = Loss(torch.nn.functional.cross_entropy, torch.tensor(X), torch.tensor(y))

    def ours() -> np.ndarray:
        return slice_loss(net, plane, X, y, n=side, span=((0, edge), (0, edge))).values

    def peer() -> np.ndarray:
        models = [_model(torch, net, point) for point in (theta, theta + axes[0], theta + axes[1])]
        return loss_landscapes.planar_interpolation(*models, metric, steps=side)

    # Its first column begins one step up, because it moves before it measures.
    same = np.allclose(peer()[0, :-1], ours()[1:, 0], rtol=1e-12, atol=0)
    return race(name, target, ours, peer, note="same losses" if same else "LOSSES DIFFER")


def _model(torch: Any, net: Network, theta: np.ndarray) -> Any:
    model = eval(net.torch_code(), {"torch": torch}).double()  # noqa: S307 (our own text)
    torch.nn.utils.vector_to_parameters(torch.tensor(theta), model.parameters())
    return model


def _data(net: Network, count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((count, *net.input_shape)), rng.integers(0, net.outputs, count)


def _times(count: int, task: Callable[[], Any]) -> Callable[[], None]:
    def run() -> None:
        for _ in range(count):
            task()

    return run
