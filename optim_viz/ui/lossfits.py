"""Lines fitted to points by each loss, while a hand moves an outlier."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from optim_viz import player
from optim_viz.data import read_points
from optim_viz.figures import losses as figures
from optim_viz.figures.base import INK
from optim_viz.labs.losses import Way, line, pulled, way
from optim_viz.labs.losses.descents import STEPS
from optim_viz.nn.losses import Loss
from optim_viz.ui.charts import chart, worded
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import digits, predict, table
from optim_viz.ui.losses import PREFIX, USUAL, made, picked
from optim_viz.ui.player import film
from optim_viz.ui.points import Drawn, Movable, Painted, painted
from optim_viz.ui.said import bullets
from optim_viz.words import Text

SIDE, MOST = (0.0, 10.0), 30
START = "1 1.7 2 2.4 3 2.8 4 3.7 5 4 6 4.9 7 5.2 8 6.1 b 9 1"
HEIGHTS = np.linspace(*SIDE, 41)


@dataclass(frozen=True)
class Setup:
    """The losses to fit by, and the place of the box with the points as text."""

    losses: dict[str, Loss]
    delta: float
    place: Any


@dataclass(frozen=True, eq=False)
class Seen:
    """The points x, y (N,) on the board, the number of the outlier (None without one), the question's answer, and each
    loss's way to its line."""

    x: np.ndarray
    y: np.ndarray
    outlier: int | None
    told: bool
    ways: dict[str, Way]

    @property
    def kept(self) -> np.ndarray:
        return np.arange(len(self.x)) != self.outlier


def controls() -> Setup:
    """The losses; the points are moved on the board."""
    losses = picked("fits")
    delta = float(st.session_state.get(f"{PREFIX}delta", 1.0))
    st.caption(t("Drag any point of the board; the orange one is the outlier."))
    return Setup(losses, delta, st.container())


def stage(setup: Setup) -> Seen | None:
    """The board with its lines and their ways there; after the question, how far each follows the outlier."""
    found: list[Painted] = []
    names = [t("Point"), t("Outlier")]
    board = Movable(lambda shown: found.append(shown) or _lines(setup, shown), names, 320)  # type: ignore[func-returns-value]
    above = st.container()
    painted(f"{PREFIX}points", START, x=SIDE, y=SIDE, movable=board, most=MOST, text=setup.place)
    points, labels = found[-1]
    if not _fits(points):
        st.warning(t("A line needs points at two different x, at least."))
        return None
    (x, y), outlier = points.T, int(labels.argmax()) if labels.any() else None
    ways = {name: way(loss, x, y) for name, loss in setup.losses.items()}
    with above:
        _arrive(ways, points, labels)
    if outlier is None or not _fits(np.delete(points, outlier, axis=0)):
        return Seen(x, y, None, False, ways)
    asked = t("Now the outlier is taken from the bottom of the board to its top. Whose line travels furthest at its x?")
    options = {name: Text(name) for name in USUAL}
    told = predict(f"{PREFIX}fits.guess", asked, options, partial(_truth, setup, x, y, outlier))
    if told:
        _influence(setup, x, y, outlier)
    return Seen(x, y, outlier, told, ways)


def _arrive(ways: dict[str, Way], points: np.ndarray, labels: np.ndarray) -> None:
    """Each line on its way from one start, and how much of its loss is left."""
    x = np.linspace(*SIDE, 9)
    y = np.stack([one.lines[0][:, None] * x + one.lines[1][:, None] for one in ways.values()], axis=1)
    shown = player.Film(x, y, list(ways), points=points, classes=labels, loss=np.stack(
        [one.left for one in ways.values()], axis=1), x_range=SIDE, y_range=SIDE)  # fmt: skip
    film(shown, key=f"{PREFIX}ways", height=250, log=False, looks=figures.looks(list(ways)),
         words={"film_loss": t("loss above its minimum, 1 at the start")})  # fmt: skip


def _fits(points: np.ndarray) -> bool:
    return len(np.unique(points[:, 0])) > 1


def _lines(setup: Setup, shown: Painted) -> list[Drawn]:
    """Each loss's line, and in gray that of least squares without the outlier."""
    points, labels = shown
    if not _fits(points):
        return []
    theme, drawn, ends = worded()[0], [], np.array(SIDE)
    kept = points[labels == 0]
    if len(kept) < len(points) and _fits(kept):
        slope, height = line(made("MSE", 1.0), *kept.T)
        drawn.append(_drawn(t("MSE without outliers"), slope * ends + height, INK[theme], (1, 4)))
    for (name, loss), look in zip(setup.losses.items(), figures.looks(list(setup.losses)), strict=True):
        slope, height = line(loss, *points.T)
        drawn.append(_drawn(name, slope * ends + height, look.color(theme), look.dash))
    return drawn


def _drawn(name: str, y: np.ndarray, color: str, dash: tuple[int, ...]) -> Drawn:
    ends = [(float(a), round(float(b), 4)) for a, b in zip(SIDE, y, strict=True)]
    return Drawn(name, ends, color, " ".join(map(str, dash)))


def _said(loss: Loss, x: np.ndarray, y: np.ndarray, outlier: int) -> np.ndarray:
    """What the loss's line says at the outlier's x (H,), for each height of the outlier."""
    slope, height = pulled(loss, x, y, outlier, HEIGHTS)
    return slope * x[outlier] + height


def _truth(setup: Setup, x: np.ndarray, y: np.ndarray, outlier: int) -> tuple[str, str]:
    ways = {name: float(np.ptp(_said(made(name, setup.delta), x, y, outlier))) for name in USUAL}
    told = ", ".join(f"{name} {digits(way)}" for name, way in ways.items())
    return max(ways, key=lambda name: ways[name]), t("On the whole way of 10, the lines travel: {ways}.", ways=told)


def _influence(setup: Setup, x: np.ndarray, y: np.ndarray, outlier: int) -> None:
    said = {name: _said(loss, x, y, outlier) for name, loss in setup.losses.items()}
    build = partial(figures.influence, HEIGHTS, said, float(y[outlier]))
    chart(f"{PREFIX}influence", build, t("What each line says at the outlier's x, over the outlier's height"),
          figures.TEXTS)  # fmt: skip


def words(setup: Setup, seen: Seen | None) -> None:
    """A row per loss, and what the outlier did to each line."""
    if seen is None:
        return
    head = [t("Loss"), t("slope"), t("height at x = 0"), t("its own loss")]
    if seen.outlier is not None:
        head.append(t("moved by the outlier"))
    rows, ways = [], {}
    for name, loss in setup.losses.items():
        slope, height = line(loss, seen.x, seen.y)
        z = (slope * seen.x + height)[None, None]
        value = float(loss.value_and_slope(z, seen.y[None, None])[0][0])
        rows.append([name, digits(slope), digits(height), digits(value)])
        if seen.outlier is not None:
            ways[name] = _moved(loss, seen, slope, height)
            rows[-1].append(digits(ways[name]))
    said = [t("MSE and RMSE have the same line: a root changes the size of a loss, not the place of its minimum.")]
    if seen.outlier is not None:
        far, near = (f(ways, key=lambda name: ways[name]) for f in (max, min))
        said.insert(0, t("At the outlier's x = {x}, its presence moves the line of {far} by {most} and that of {near} "
                         "by {least}.", x=digits(seen.x[seen.outlier]), far=far, most=digits(ways[far]), near=near,
                         least=digits(ways[near])))  # fmt: skip
    else:
        said.insert(0, t("There is no outlier among the points: paint one, or take a point and drag it away."))
    table(head, rows)
    st.markdown(bullets(*said, _speeds(seen.ways)))


def _speeds(ways: dict[str, Way]) -> str:
    """How fast each line comes."""
    far = {name: np.flatnonzero(one.left <= 0.5) for name, one in ways.items()}
    told = ", ".join(f"{name} {steps[0] if len(steps) else f'> {STEPS}'}" for name, steps in far.items())
    return t("The lines start as one and come by gradient descent, all with the same rates. Steps until half of the "
             "loss above its minimum is gone: {told}. A square pulls the harder the farther away its point is, |e| "
             "always equally hard.", told=told)  # fmt: skip


def _moved(loss: Loss, seen: Seen, slope: float, height: float) -> float:
    """How far the line lies from the one without the outlier, at the outlier's x."""
    without = line(loss, seen.x[seen.kept], seen.y[seen.kept])
    at = float(seen.x[seen.outlier])
    return abs(slope * at + height - without[0] * at - without[1])


def code(setup: Setup, seen: Seen | None) -> str:
    """The lines and the way of the outlier in a notebook."""
    losses = ", ".join(f'"{name}": {loss!r}' for name, loss in setup.losses.items())
    outlier = -1 if seen is None or seen.outlier is None else seen.outlier
    points = read_points(START, 2, SIDE, SIDE)[0].T if seen is None else (seen.x, seen.y)
    x, y = ([float(f"{v:.4g}") for v in one] for one in points)
    return f"""import numpy as np
from optim_viz.figures import losses as figures
from optim_viz.labs.losses import Way, line, pulled, way
from optim_viz.labs.losses.descents import STEPS
from optim_viz.nn.losses import *

x = np.array({x})
y = np.array({y})
losses = {{{losses}}}
for name, loss in losses.items():
    print(name, line(loss, x, y))

which, heights = {outlier}, np.linspace(0, 10, 41)  # this point goes up, all others stay
ways = {{name: pulled(loss, x, y, which, heights) for name, loss in losses.items()}}
figures.influence(heights, {{name: w * x[which] + b for name, (w, b) in ways.items()}}, y[which]).show()
"""
