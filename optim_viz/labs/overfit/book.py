"""The book's two experiments on overfitting (6.4.1 and 6.4.3), as *Book mode* declares them, epoch by epoch."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from optim_viz.experiments import run
from optim_viz.experiments.book import EXPERIMENTS
from optim_viz.experiments.book.overfit import IMAGES
from optim_viz.labs.overfit.trial import Curves

SEEDS = (0, 1, 2, 3, 4)
WAYS = {"plain": ("overfit_dropout", "without"), "decay": ("overfit_weight_decay", "with"),
        "dropout": ("overfit_dropout", "with")}  # fmt: skip
EVERY = 10  # epochs
TESTED = 1797 - IMAGES  # all other digits


def measured() -> Generator[float | dict[str, Curves], None, None]:
    """Trains all of it; yields the share done, last way -> Curves over five seeds."""
    arms = [next(arm for arm in EXPERIMENTS[key].arms("digits", seed) if arm.name == name)  # type: ignore[misc]
            for key, name in WAYS.values() for seed in SEEDS]  # fmt: skip
    for event in run(arms):
        if not isinstance(event, list):
            yield event
            continue
        found, n = {}, len(SEEDS)
        for k, way in enumerate(WAYS):
            histories = event[k * n : (k + 1) * n]
            rows = np.arange(0, len(histories[0].epoch), EVERY)
            train, test = (np.array([getattr(h, f"{part}_score")[0] for h in histories])
                           for part in ("train", "validation"))  # fmt: skip
            found[way] = Curves(histories[0].epoch[rows], train[:, rows], test[:, rows], train[:, -1], test[:, -1],
                                np.full(n, histories[0].epoch[-1]))  # fmt: skip
        yield found
