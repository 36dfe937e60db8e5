"""A small convolutional network trained on digits: what its kernels look like, what they see, how it takes a move."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from optim_viz.data import DATASETS, Split
from optim_viz.experiments import Arm, run
from optim_viz.labs.windows.kernels import shifted
from optim_viz.nn import Conv2d, MaxPool, Network, Settings
from optim_viz.optimizers import Adam

SIDE = 8  # of a digit
EPOCHS = 15
RULE, HOW = Adam(lr=0.01), Settings(epochs=EPOCHS, batch_size=32)
SEEDS = (0, 1, 2, 3, 4)
MOVES = ((0, 1), (0, -1), (1, 0), (-1, 0))  # down, right
UNITS = {4: 9, 6: 14, 8: 18}  # of a dense network with about as many parameters, by the kernels of the other


def convolutional(kernels: int) -> Network:
    """One convolution of 3×3, ReLU, the largest of every 2×2, and a dense layer to ten classes."""
    return Network([Conv2d(kernels, 3, padding=1), MaxPool(2), 10], input=(1, SIDE, SIDE))


def dense(kernels: int) -> Network:
    """A dense network with about as many parameters."""
    return Network([UNITS[kernels], 10], input=(1, SIDE, SIDE))


@cache
def digits() -> Split:
    """The digits as images (N, 1, 8, 8), gray values from 0 to 1, split 60 : 20 : 20."""
    return DATASETS["digits"].load().as_images().split(seed=0)


@dataclass(frozen=True, eq=False)
class Trained:
    """A network, its parameters after each epoch (epochs + 1, n), and the share of test digits each gets right."""

    net: Network
    theta: np.ndarray
    accuracy: np.ndarray

    def kernels(self, epoch: int = -1) -> np.ndarray:
        """The weights of the convolution after an epoch (O, 3, 3)."""
        slot = self.net.plan.slots[0][0]
        return self.theta[epoch, slot.part].reshape(slot.shape)[:, 0]

    def see(self, picture: np.ndarray, epochs: Sequence[int] = (-1,)) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For one picture (8, 8), after each of the epochs (E,): maps after ReLU (E, O, 8, 8), pooled (E, O, 4, 4),
        and the chances of the classes (E, 10)."""
        theta, X = self.theta[list(epochs)], picture[None, None]
        _, maps, pooled, *_ = self.net.activations(theta, X)
        return maps[:, 0], pooled[:, 0], self.net.probabilities(theta, X)[:, 0]


def trained(kernels: int) -> Trained:
    """Trains on the digits; under half a second."""
    *_, (story,) = run([Arm("conv", convolutional(kernels), RULE, digits(), HOW, SEEDS[:1])])  # type: ignore[misc]
    return Trained(story.net, story.theta[0], _accuracy(story.net, story.theta[0], digits().test.X))


def _accuracy(net: Network, theta: np.ndarray, X: np.ndarray) -> np.ndarray:
    """The share of the test digits, as they are in X, that each of the networks theta (K, n) gets right."""
    return (net.classify(theta, X) == digits().test.y).mean(axis=1)


@dataclass(frozen=True, eq=False)
class Shaken:
    """Test accuracy per seed (seeds,) of the convolutional and the dense network: on the digits as they are, and on
    digits moved by one pixel, the mean of the four directions."""

    still: dict[str, np.ndarray]
    moved: dict[str, np.ndarray]
    parameters: dict[str, int]


def shaken(kernels: int) -> Generator[float | Shaken, None, None]:
    """Trains both networks from five seeds each, then moves the test digits; yields what share is done, at last the
    result."""
    X = digits().test.X
    for told in run(arms(kernels)):
        if not isinstance(told, list):
            yield told
            continue
        nets = {arm.name: (story.net, story.theta[:, -1]) for arm, story in zip(arms(kernels), told, strict=True)}
        yield Shaken(
            {name: _accuracy(*net, X) for name, net in nets.items()},
            {name: np.mean([_accuracy(*net, shifted(X, *by)) for by in MOVES], axis=0) for name, net in nets.items()},
            {name: net.parameter_count for name, (net, _) in nets.items()},
        )


def arms(kernels: int) -> list[Arm]:
    """The two networks of the comparison."""
    nets = {"conv": convolutional(kernels), "dense": dense(kernels)}
    return [Arm(name, net, RULE, digits(), HOW, SEEDS) for name, net in nets.items()]


def as_digit(picture: np.ndarray) -> np.ndarray:
    """A drawn picture (H, W) as the digits are, (8, 8) from 0 to 1: cut to its ink, averaged, as dark as it gets."""
    rows, columns = np.nonzero(picture.any(axis=1))[0], np.nonzero(picture.any(axis=0))[0]
    if not len(rows):
        return np.zeros((SIDE, SIDE))
    cut = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(float)
    room = abs(cut.shape[0] - cut.shape[1])
    space = (room // 2, room - room // 2)
    cut = np.pad(cut, ((0, 0), space) if cut.shape[0] > cut.shape[1] else (space, (0, 0)))
    small = _averaging(len(cut)) @ cut @ _averaging(len(cut)).T
    return small / small.max()


def _averaging(n: int) -> np.ndarray:
    """What share of each of n pixels falls into each of 8, (8, n); rows add up to 1."""
    edges, pixel = np.linspace(0, n, SIDE + 1), np.arange(n)
    over = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return np.maximum(over, 0.0) * SIDE / n
