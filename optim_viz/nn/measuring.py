"""Loss and score of networks on many samples, in pieces that never take long."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from optim_viz.nn.activations import Sigmoid
from optim_viz.nn.batch import Batch
from optim_viz.nn.network import Network, State

_WORK = 4e8  # operations in one go: some 20 to 100 ms
_BYTES = 30_000_000


class Meter:
    """Measures networks on one set of samples: without dropout, without L1 and L2, by running statistics."""

    def __init__(self, net: Network, data: Batch) -> None:
        self.net, self.data = net, data
        one, two = net.cost(1), net.cost(2)
        work, room = one.operations / 3, two.bytes - one.bytes
        samples = int(max(1, min(len(data), _WORK / work, _BYTES / room)))  # the same for any number of networks
        self._at_once = int(max(1, min(_WORK / (work * samples), _BYTES / (room * samples))))
        places = [slice(low, low + samples) for low in range(0, len(data), samples)]
        self._pieces = [(place, data if len(places) == 1 else data.take(np.arange(len(data))[place]))
                        for place in places]  # fmt: skip

    @property
    def score_name(self) -> str:
        """ "accuracy" where the loss is about classes, else "R²"."""
        return "R²" if self._wants == "values" else "accuracy"

    @property
    def _wants(self) -> str:
        return self.data.loss.wants  # type: ignore[union-attr]

    def measure(self, rows: np.ndarray, state: State) -> Generator[None, None, tuple[np.ndarray, np.ndarray]]:
        """Loss and score (k,) of rows (k, n); pauses between pieces of work."""
        z = np.empty((len(rows), self.net.outputs, len(self.data)))
        for low in range(0, len(rows), self._at_once):
            some = slice(low, low + self._at_once)
            part = {name: a[some] for name, a in state.items()} or None
            for place, piece in self._pieces:
                z[some, :, place] = self.net.predict(rows[some], piece, state=part).swapaxes(1, 2)
                yield
        with np.errstate(all="ignore"):
            return self.data.loss.value_and_slope(z, self.data.t)[0], self._score(z)  # type: ignore[union-attr]

    def _score(self, z: np.ndarray) -> np.ndarray:
        """Share of right answers, or share of the targets' variance explained."""
        t: np.ndarray = self.data.t  # type: ignore[assignment]
        if self._wants == "classes":
            return (z.argmax(axis=1) == t.argmax(axis=1)).mean(axis=-1)
        if self._wants == "yes or no":
            half = 0.5 if isinstance(self.net.layers[-1], Sigmoid) else 0.0
            return ((z > half) == (t > 0.5)).mean(axis=(1, 2))
        spread = ((t - t.mean(axis=2, keepdims=True)) ** 2).sum()
        return 1 - ((z - t) ** 2).sum(axis=(1, 2)) / spread if spread else np.zeros(len(z))
