"""Overfitting lab: what overfitting is, seen on a curve that comes closer and closer to a few noisy points."""

import numpy as np
import streamlit as st

from optim_viz import player
from optim_viz.figures.style import style_of
from optim_viz.labs.overfit.growing import DEGREE, Growth, growth
from optim_viz.labs.overfit.smooth import GRID, truth
from optim_viz.ui import cached
from optim_viz.ui.i18n import language, t
from optim_viz.ui.lab import digits
from optim_viz.ui.player import film
from optim_viz.ui.regressed import TRUE

EVERY = slice(None, None, 2)  # of the grid: as much as a picture shows
TALL = 2.0  # the picture reaches from -TALL to TALL
_FILMS = cached.Bounded(4)


def show(key: str) -> None:
    """The film, and its turning point in numbers."""
    made, shown = _FILMS.make(language(), _made)
    words = {"film_loss": t("mean squared error")}
    film(shown, key=key, height=300, looks=[style_of("Momentum"), style_of("SGD"), TRUE], words=words)
    best, last = made.best, len(made.steps) - 1
    st.caption(t("Overfitting in small: a polynomial of degree {degree} comes to {points} noisy points by gradient "
                 "descent. Its error on new points is lowest after {best} steps, {low}; after {last} steps it is "
                 "{high}, while that on its own points has gone from {before} to {after}.", degree=DEGREE,
                 points=len(made.x),
                 best=made.steps[best], low=digits(made.test[best]), last=made.steps[last],
                 high=digits(made.test[last]), before=digits(made.train[best]),
                 after=digits(made.train[last])))  # fmt: skip


def _made() -> tuple[Growth, player.Film]:
    made = growth()
    count, grid = len(made.steps), GRID[EVERY]
    rows = [made.said[:, EVERY], np.full((count, len(grid)), np.nan), np.broadcast_to(truth(grid), (count, len(grid)))]
    loss = np.stack([made.train, made.test, np.full(count, np.nan)], axis=1)
    names = [t("fit, error on its points"), t("error on new points"), t("the truth")]
    return made, player.Film(grid, np.stack(rows, axis=1), names, points=np.stack([made.x, made.y], axis=1), loss=loss,
                             steps=made.steps, x_range=(-1, 1), y_range=(-TALL, TALL))  # fmt: skip
