"""The loss at many points of a line or plane through the parameters, faster than one network after the other.

The first layer with parameters is linear in them: what it gives for the center and for each axis is computed once, and
every point is a mixture of these. The points then go through the other layers as K networks at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from optim_viz.nn import passes
from optim_viz.nn.layers import Mode
from optim_viz.nn.memory import Memory
from optim_viz.nn.network import Network, State
from optim_viz.words import Text

_POINTS = 8  # at a time
_BYTES = 1_000_000  # of one layer's outputs: with the next layer's they fit in the cache
_SECONDS = 0.1  # between two chunks


class Slice:
    """The loss at center + coordinates · axes, for axes (m, n)."""

    def __init__(
        self, net: Network, center: np.ndarray, axes: np.ndarray, X: Any, y: Any = None, state: State | None = None
    ) -> None:
        self.rows = np.vstack([center, axes])
        _, _, self.data = net._ready(self.rows[0], X, y, labeled=True)
        self.net, self.statistics = net, net._statistics(state)
        if self.statistics and any(len(s) > 1 for layer in self.statistics for s in layer):
            raise ValueError(Text("A slice needs the running statistics of one network."))
        first, x, p = net.plan.first, self.data.x, passes.parts(net.plan, self.rows)
        with np.errstate(all="ignore"):
            for i in range(first + 1):
                x, _ = net.layers[i].forward(p[i], x, self._mode(i, np.empty))
        count, widest = len(self.data), max(int(np.prod(shape)) for shape in net.plan.shapes[first + 1 :])
        together = not self.statistics and any(
            layer.statistics(s) for layer, s in zip(net.layers, net.plan.shapes, strict=False)
        )
        self.points = int(np.clip(_SECONDS / (net.cost(count).seconds / 3), 1, _POINTS))
        if together:
            self.points = int(np.clip(_BYTES // (8 * widest * count), 1, self.points))
        step = count if together else max(32, _BYTES // (8 * widest * self.points))
        self.blocks = [np.ascontiguousarray(x[..., low : low + step]) for low in range(0, count, step)]
        self.memories = Memory(), Memory()  # the last block may be smaller: with one, its arrays would be made anew

    def _mode(self, i: int, empty: Any) -> Mode:
        return Mode(empty, self.statistics[i] if self.statistics else None)

    def chunks(self, at: np.ndarray) -> Iterator[np.ndarray]:
        """The losses of coordinates (P, m), some at a time."""
        for low in range(0, len(at), self.points):
            yield self.losses(at[low : low + self.points])

    def losses(self, at: np.ndarray) -> np.ndarray:
        """The losses (P,) of coordinates (P, m); inf or nan where the network overflows."""
        net, plan, low = self.net, self.net.plan, 0
        share = np.concatenate([np.ones((len(at), 1)), at], axis=1)
        z = np.empty((len(at), net.outputs, len(self.data)))
        with np.errstate(all="ignore"):
            rows = self._parameters(share)
            p = passes.parts(plan, rows)
            for block in self.blocks:
                z[..., low : low + block.shape[-1]] = self._outputs(share, p, block)
                low += block.shape[-1]
            value = self.data.loss.value_and_slope(z, self.data.t)[0]  # type: ignore[union-attr]
            return value + passes.penalty(plan, rows, net.l1, net.l2)

    def _outputs(self, share: np.ndarray, p: list[tuple[np.ndarray, ...]], block: np.ndarray) -> np.ndarray:
        """What comes out for some of the samples (P, k, N); `block` is what the first layer gives for them."""
        memory = self.memories[block is self.blocks[-1]]
        memory.taken = 0
        mixed = block.reshape(len(block), -1)
        x = np.matmul(share, mixed, out=memory((len(share), mixed.shape[1])))
        x = x.reshape(-1, *block.shape[1:])
        for i in range(self.net.plan.first + 1, len(p)):
            x, _ = self.net.layers[i].forward(p[i], x, self._mode(i, memory))
        return x

    def _parameters(self, share: np.ndarray) -> np.ndarray:
        """The parameters of each point; those of the first layer only where a penalty asks for them."""
        net = self.net
        done = 0 if net.l1 or net.l2 else net.plan.slots[net.plan.first][-1].part.stop
        rows = np.empty((len(share), net.plan.size))
        np.matmul(share, self.rows[:, done:], out=rows[:, done:])
        return rows
