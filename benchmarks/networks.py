"""Training steps of Adam on networks against torch in its default setting, float64; and how well digits are learned."""

from collections.abc import Callable, Iterator

import numpy as np

from benchmarks import peers
from benchmarks.measure import Result, cpu, race
from optim_viz.data import DataSpec
from optim_viz.nn import Conv2d, MaxPool, Network
from optim_viz.nn.training import train
from optim_viz.optimizers import Adam

MLP = Network([64, 50, 10])
WIDE = Network([784, 100, 100, 10])
CNN = Network([Conv2d(8, 3, padding=1), "relu", MaxPool(2), Conv2d(16, 3, padding=1), "relu", MaxPool(2), 10],
              input=(1, 8, 8))  # fmt: skip
AGAINST_TORCH = (  # network, batch, target, steps per timed call
    ("MLP 64-50-10, batch 100", MLP, 100, 3.0, 100),
    ("MLP 64-50-10, full batch 1500", MLP, 1500, 1.5, 15),
    ("MLP 784-100-100-10, batch 100", WIDE, 100, 1.2, 20),
    ("CNN 8-16 on 8x8, batch 100", CNN, 100, 2.0, 15),
)
MANY = 16
SECONDS = 3.0  # of training that a network for the digits may take
DIGITS = (  # network, share of the test samples to be right about, epochs
    ("digits MLP 64-100-10", Network([64, 100, 10]), 0.97, 15),
    ("digits CNN 16-32", Network([Conv2d(16, padding=1), MaxPool(), Conv2d(32, padding=1), MaxPool(), 10],
                                 input=(1, 8, 8), batch_norm=True), 0.98, 15),
)  # fmt: skip
Step = Callable[[], np.ndarray]


def run() -> Iterator[Result]:
    """A line per network against torch; 16 networks at once against torch's loop and against our own."""
    torch = peers.torch()
    for name, net, count, target, steps in AGAINST_TORCH:
        if torch is None:
            yield Result(f"{name} vs torch", target, note=peers.MISSING)
            continue
        X, y = _data(net, count)
        ours, theirs = _ours(net, net.init(0), X, y), _theirs(torch, net, net.init(0), X, y)
        yield race(f"{name} vs torch", target, _times(steps, ours), _times(steps, theirs), note=_same(ours, theirs))
    yield from _many(torch)
    for name, net, wanted, epochs in DIGITS:
        yield _learned(name, net, wanted, epochs)


def _learned(name: str, net: Network, wanted: float, epochs: int) -> Result:
    """Seconds allowed per second taken, on the test samples of the app's own data; a miss counts as no time at all."""
    title, scores = f"{name}: {wanted:.0%} right in {SECONDS:g} s", []
    try:
        split = DataSpec("digits").load().flat().split(0.7, 0.1)
    except ValueError as missing:
        return Result(title, 1, note=str(missing))

    def training() -> None:
        *_, history = train(net, split, Adam(lr=0.003), epochs=epochs)
        scores.append(float(history.test.score[0]))

    taken, limit = cpu(training), 1e3 * SECONDS
    ratio = limit / taken if scores[0] >= wanted else 0.0
    return Result(title, 1, taken, limit, ratio, note=f"{scores[0]:.1%} of {len(split.test)} test samples")


def _many(torch) -> Iterator[Result]:
    X, y = _data(MLP, 100)
    start = MLP.init(range(MANY))
    stacked, alone = _ours(MLP, start, X, y), [_ours(MLP, theta, X, y) for theta in start]
    for k, step in enumerate(alone):
        np.testing.assert_array_equal(_ours(MLP, start, X, y)()[k], step())
    name, loop = f"{MANY} MLPs 64-50-10 at once, batch 100", _times(5, lambda: [step() for step in alone])
    if torch is None:
        yield Result(f"{name} vs torch", 5, note=peers.MISSING)
    else:
        theirs = [_theirs(torch, MLP, theta, X, y) for theta in start]
        torchs_loop = _times(5, lambda: [step() for step in theirs])
        yield race(f"{name} vs torch", 5, _times(5, stacked), torchs_loop, note="one after the other in torch")
    yield race(f"{name} vs alone", 1.4, _times(5, stacked), loop, note="equal bit for bit")


def _data(net: Network, count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((count, *net.input_shape)), rng.integers(0, net.outputs, count)


def _times(steps: int, step: Callable) -> Callable[[], None]:
    def task() -> None:
        for _ in range(steps):
            step()

    return task


def _ours(net: Network, theta: np.ndarray, X: np.ndarray, y: np.ndarray) -> Step:
    """One step of one network (n,), or of K networks (K, n)."""
    rule, batch, t = Adam(), net.batch(X, y), 0
    x = theta.T
    state = rule.init(x)

    def gradient(q: np.ndarray) -> np.ndarray:
        return net.gradient(q.T, batch).T

    def step() -> np.ndarray:
        nonlocal x, state, t
        t += 1
        x, state = rule.step(x, gradient, state, t)
        return x.T

    return step


def _theirs(torch, net: Network, theta: np.ndarray, X: np.ndarray, y: np.ndarray) -> Step:
    model = eval(net.torch_code(), {"torch": torch}).double()  # noqa: S307 (our own text)
    torch.nn.utils.vector_to_parameters(torch.tensor(theta), model.parameters())
    optimizer, loss = torch.optim.Adam(model.parameters(), lr=Adam().lr), torch.nn.CrossEntropyLoss()
    samples, labels = torch.tensor(X), torch.tensor(y)

    def step() -> np.ndarray:
        optimizer.zero_grad()
        loss(model(samples), labels).backward()
        optimizer.step()
        return model

    return step


def _same(ours: Step, theirs: Callable) -> str:
    """Both take ten steps from the same parameters: how far apart they end."""
    for _ in range(9):
        ours()
        theirs()
    reached = [p.detach().numpy().ravel() for p in theirs().parameters()]
    return f"after 10 steps within {np.abs(ours() - np.concatenate(reached)).max():.0e}"
