"""What batch sizes do on the page "Batch size": a straight line through the diabetes data, as the page opens."""

from functools import cache, lru_cache

import numpy as np

from optim_viz.course.measures import measure
from optim_viz.data import DATASETS
from optim_viz.optimizers import SGD
from optim_viz.samples import SampleLoss, descend, escapes, sample_loss, stationary, two_trends, updates_for

COLUMN, RATE, EPOCHS, SEEDS = 2, 0.05, 2, tuple(range(20))  # as the page opens
NEURON, FROM, TRIED = 1.5, (-2.0, 1.0), 200


@cache
def _line() -> SampleLoss:
    return sample_loss(DATASETS["diabetes"].load(), "line", (COLUMN,))[0]


@measure
def samples() -> float:
    """How many samples the data have."""
    return len(_line())


@measure
def updates(batch: int, epochs: float = EPOCHS) -> float:
    """How many updates fit into so many epochs; a batch of 0 is all samples."""
    return updates_for(epochs, len(_line()), batch or len(_line()))


@lru_cache(maxsize=16)
def _excess(batch: int, epochs: float) -> float:
    loss = _line()
    run = descend(loss, SGD(lr=RATE), loss.start, batch=batch or None, updates=int(updates(batch, epochs)), seeds=SEEDS)
    return float(np.median(loss.value(run.x[-1]) - loss.value(loss.minima[0])))


@measure
def above(batch: int, epochs: float = EPOCHS) -> float:
    """How far above its minimum the mean loss is after so many epochs, median of 20 seeds."""
    return _excess(batch, epochs)


@measure
def lowest_after(batches: dict[str, int], epochs: float = EPOCHS) -> str:
    """The id of the batch size that is lowest then."""
    return min(batches, key=lambda name: _excess(batches[name], epochs))


@measure
def ball(batch: int, lr: float = RATE) -> float:
    """The radius of the noise ball by theory, root mean square."""
    found = stationary(_line(), lr, batch)
    if found is None:
        raise ValueError("no ball: the rate is too large")
    return found.radius


@lru_cache(maxsize=8)
def _left(batch: int) -> tuple[int, int]:
    loss, _ = sample_loss(two_trends(), "neuron", (0,), scaling="none", start=FROM)
    (found,) = escapes(loss, SGD(lr=NEURON), FROM, [batch or len(loss)], TRIED, SEEDS)
    return found.left, found.total


@measure
def left_poor(batch: int) -> float:
    """How many of 20 runs with this batch size leave the poor one of two minima."""
    return _left(batch)[0]


@measure
def runs_poor(batch: int) -> float:
    """How many runs that is out of."""
    return _left(batch)[1]
