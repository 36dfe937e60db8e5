"""An error shared between nodes by weight, the picture of the notes, beside the derivative by which they answer."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Sharing:
    """Errors e = y − t of the outputs (k,), and weights (k, nodes) from the nodes to them; the loss is ½ Σ e²."""

    errors: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]

    def shares(self) -> np.ndarray:
        """Each output's error in parts w / Σ w, added up by node; not finite where an output's weights sum to 0."""
        W, e = np.array(self.weights), np.array(self.errors)
        with np.errstate(all="ignore"):
            return (e[:, None] * W / W.sum(axis=1, keepdims=True)).sum(axis=0)

    def gradient(self) -> np.ndarray:
        """The derivative of the loss by each node: Σ e · w."""
        return np.array(self.errors) @ np.array(self.weights)

    def loss(self, nudge: np.ndarray) -> float:
        """½ Σ e² after the nodes have moved by `nudge` (nodes,)."""
        e = np.array(self.errors) + np.array(self.weights) @ nudge
        return float(0.5 * (e**2).sum())

    def measured(self, node: int, size: float = 1e-4) -> float:
        """How the loss answers to one node, by moving it a little there and back."""
        nudge = np.zeros(len(self.weights[0]))
        nudge[node] = size
        return (self.loss(nudge) - self.loss(-nudge)) / (2 * size)
