"""What batch normalization changes, measured: how far layers shift under each other, and how smooth the loss is.

Shift: the gradient of a layer's weights before and after the layers below it have made their step (Santurkar,
Tsipras, Ilyas & Madry 2018, Definition 2.1). Smoothness: how much loss and gradient change along the gradient
(their Figure 4).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from optim_viz.labs.norm.networks import digits, network
from optim_viz.nn import History, Network, Settings, Trainer
from optim_viz.optimizers import SGD

IMAGES, BATCH, WIDTH, DEPTH, EPOCHS = 500, 100, 50, 5, 8
SEEDS = (0, 1, 2, 3, 4)
POINTS = 8
FARTHEST = 4.0  # steps along the gradient
RATES = (0.01, 0.02, 0.05, 0.1, 0.2)
KINDS = ("none", "batch")


@dataclass(frozen=True, eq=False)
class Shift:
    """Measured at `step` (POINTS,), each number (seeds, POINTS).

    `turn`: 1 - cosine between a layer's gradient before and after the step of the layers below, mean over layers;
    `moved`: the length of that change over the length of the gradient; `bend`: the largest relative change of the
    whole gradient within four steps along itself; `range`: how much the loss varies there; `accuracy` at the end.
    """

    step: np.ndarray
    loss: np.ndarray
    turn: np.ndarray
    moved: np.ndarray
    bend: np.ndarray
    range: np.ndarray
    accuracy: np.ndarray


def measured(lr: float) -> Generator[float | dict[str, Shift], None, None]:
    """Trains with and without batch normalization; yields the share done, last norm -> Shift."""
    found: dict[str, Shift] = {}
    for k, norm in enumerate(KINDS):
        net = network(norm, WIDTH, DEPTH)
        trainer = Trainer(net, digits(IMAGES)[0], SGD(lr=lr), Settings(EPOCHS, BATCH, every=1), seed=SEEDS)
        history = trainer.history()
        for event in trainer.events():
            if isinstance(event, History):
                history = event
            else:
                yield (k + 0.3 * event.step / trainer.steps) / len(KINDS)
        batch, rows = net.batch(*digits(IMAGES)[0]).take(np.arange(BATCH)), []
        chosen = np.unique(np.linspace(1, len(history.checkpoints) - 1, POINTS).astype(int))
        for done, c in enumerate(chosen, 1):
            at = history.checkpoints[c]
            rows.append([_at(net, theta, batch, lr) for theta in at.theta])
            yield (k + 0.3 + 0.7 * done / len(chosen)) / len(KINDS)
        loss, turn, moved, bend, spread = np.array(rows).transpose(2, 1, 0)
        steps = np.array([history.checkpoints[c].step for c in chosen])
        found[norm] = Shift(steps, loss, turn, moved, bend, spread, history.train_score[:, -1])
    yield found


def _at(net: Network, theta: np.ndarray, batch: object, lr: float) -> tuple[float, float, float, float, float]:
    """Loss, turn, moved, bend and range at theta (n,)."""
    with np.errstate(all="ignore"):
        loss, g = net.value_and_gradient(theta, batch)
        slots = [(i, s.part) for i, slots in enumerate(net.plan.slots) for s in slots if s.part in net.plan.weights]
        below = np.array([np.where(np.arange(len(theta)) < part.start, g, 0.0) for _, part in slots[1:]])
        after = net.gradient(theta - lr * below, batch)
        turns, moves = [], []
        for row, (_, part) in zip(after, slots[1:], strict=True):
            a, b = g[part], row[part]
            turns.append(1 - a @ b / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-300))
            moves.append(np.linalg.norm(a - b) / (np.linalg.norm(a) + 1e-300))
        far = np.linspace(0.5, FARTHEST, 8)
        losses, gradients = net.value_and_gradient(theta - lr * far[:, None] * g, batch)
        bend = np.linalg.norm(gradients - g, axis=1).max() / (np.linalg.norm(g) + 1e-300)
    return loss, float(np.mean(turns)), float(np.mean(moves)), float(bend), float(np.ptp(np.append(losses, loss)))
