"""The landscape page's parts: a short training, a plane through it, the picture, and what the plane hides."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from optim_viz import figures, player
from optim_viz.data import DataSpec
from optim_viz.figures import landscape as charts
from optim_viz.figures.levels import levels
from optim_viz.landscape import Barrier
from optim_viz.nn import Network
from optim_viz.nn.history import History, Progress
from optim_viz.nn.sampling import judged, parts
from optim_viz.nn.training import Trainer
from optim_viz.ui import cached, material, network, training
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import choice, number, optimizers, switch, whole
from optim_viz.ui.i18n import language, t
from optim_viz.ui.material import Chosen
from optim_viz.ui.player import mount
from optim_viz.ui.said import bullets
from optim_viz.ui.state import named
from optim_viz.ui.training import Setup
from optim_viz.walks import Survey, between, plane_of, standing, survey
from optim_viz.words import Text

PREFIX = "ls."
LAYERS, EPOCHS, BATCH = "8", (1, 2, 5, 10, 20, 40, 60, 100, 200), 20
MOST_SECONDS, GRID_SECONDS = 3.0, 1.0
GRIDS = (51, 41, 31, 21)  # points per side: the first that is computed in time
HONEST = 1.05  # times off the truth that a plane may be
PLANES = {"pca": Text("largest differences of all paths (PCA)"), "points": Text("through three results"),
          "random": Text("random directions (filter-normalized)")}  # fmt: skip
VIEWS = {"map": Text("Contour map"), "3d": Text("3-D view")}
CHECKPOINTS = EPOCHS[-1] + 1  # one per epoch, as far as they fit into memory
EPOCH = {"step": Text("epoch {n} of {N}"), "point": Text("{name}, epoch {n}"), "step_axis": Text("epoch"),
         "scrub": Text("Epoch"), "back": Text("One epoch back (←)"), "forward": Text("One epoch forward (→)"),
         "diverged": Text("diverged at epoch {n}")}  # fmt: skip
THINNED = {"step": Text("checkpoint {n} of {N}"), "point": Text("{name}, checkpoint {n}"),
           "step_axis": Text("checkpoint"), "scrub": Text("Checkpoint"), "back": Text("One checkpoint back (←)"),
           "forward": Text("One checkpoint forward (→)"), "diverged": Text("diverged at checkpoint {n}")}  # fmt: skip
_RESULT = "_landscape"
_RUNS, _SEEN = cached.Bounded(4), cached.Bounded(32)


@dataclass(frozen=True, eq=False)
class Result:
    """A training that is over, and the samples its landscape is made of."""

    setup: Setup
    chosen: Chosen
    trainer: Trainer
    history: History
    data: Any


@dataclass(frozen=True)
class View:
    """Which plane, and between which two results the line runs (names of optimizers)."""

    kind: str
    seed: int
    center: str
    ends: tuple[str, str]


def settings(chosen: Chosen | None) -> Setup | None:
    """What is trained; None while a control does not fit, with a sentence at it."""
    text, below = network.layers(PREFIX, LAYERS)
    norm = switch(t("Batch normalization"), f"{PREFIX}bn", False)
    rules = tuple(optimizers(training.RULES, PREFIX))
    epochs = choice(t("Epochs"), f"{PREFIX}epochs", EPOCHS, 40)
    seed = whole(t("Seed"), f"{PREFIX}seed", 0, help=t("It draws the first weights and the order of the samples."))
    if chosen is None:
        return None
    try:
        setup = _setup(chosen, text, norm, rules, epochs, seed)
        cost = training.seconds(setup, chosen)
    except ValueError as wrong:
        below.warning(t(wrong.args[0]))
        return None
    if isinstance(cost, float) and cost > MOST_SECONDS:
        cost = Text("This would take about {seconds:.0f} s; here the limit is {most:g} s. Use fewer epochs, a smaller "
                    "network, or fewer optimizers.", seconds=cost, most=MOST_SECONDS)  # fmt: skip
    if isinstance(cost, Text):
        st.warning(t(cost))
        return None
    return setup


def _setup(chosen: Chosen, text: str, norm: bool, rules: tuple[Any, ...], epochs: int, seed: int) -> Setup:
    units = [chosen.data.X.shape[1], *network.hidden_units(text), chosen.data.outputs]
    net = Network(units, activation="tanh", init="glorot", batch_norm=norm)
    return Setup(chosen.source, net, rules, min(BATCH, len(chosen.split.train)), epochs, seed)


def plane_controls(setup: Setup | None) -> View:
    """The plane, and the two ends of the line."""
    names = [rule.name for rule in (setup.rules if setup else training.RULES)]
    which: dict[str, str] = {name: Text(name) for name in names}
    seed, center, a, b = 0, names[0], names[0], names[0]
    with st.container(horizontal=True):
        kind = named(st.selectbox, t("Plane"), f"{PREFIX}plane", PLANES, "pca")
        if kind == "random":
            center = named(st.selectbox, t("Through the result of"), f"{PREFIX}center", which, names[0])
            seed = whole(t("Seed of the directions"), f"{PREFIX}draw", 0)
        if len(names) > 1:
            a = named(st.selectbox, t("Line from"), f"{PREFIX}a", which, names[0])
            b = named(st.selectbox, t("Line to"), f"{PREFIX}b", which, names[-1])
    return View(kind, seed, center, (a, b))


def latest(setup: Setup | None, chosen: Chosen | None) -> Result:
    """The training of these settings, or the last one that could be had."""
    bar, last = st.empty(), st.session_state.get(_RESULT)
    if setup is not None and chosen is not None:
        if last is None or last.setup != setup:
            st.session_state[_RESULT] = _trained(setup, chosen, bar)
    elif _RESULT not in st.session_state:
        chosen = material.known(DataSpec(material.LANDING))
        st.session_state[_RESULT] = _trained(_setup(chosen, LAYERS, False, training.RULES, 40, 0), chosen, bar)
    return st.session_state[_RESULT]


def _trained(setup: Setup, chosen: Chosen, bar: Any) -> Result:
    """Trains, once per process; any change ends it where the bar is drawn, as a closed tab does."""
    found = _RUNS.get(setup)
    if found is not None:
        return found
    how = replace(setup.how(), checkpoints=CHECKPOINTS)
    trainer = Trainer(setup.net, chosen.split, setup.rules, how, seed=setup.seed)
    events = trainer.events()
    while True:
        with cached.GATE:
            event = next(events)
        if isinstance(event, Progress):
            bar.progress(event.step / max(event.steps, 1))
        if isinstance(event, History):
            bar.empty()
            data = judged(parts(setup.net, chosen.split)["train"])
            return _RUNS.put(setup, Result(setup, chosen, trainer, event, data))


def place_of(result: Result, name: str) -> int:
    names = [rule.name for rule in result.setup.rules]
    return names.index(name) if name in names else 0


def grid_points(result: Result) -> int:
    """How fine the picture can be in the time there is."""
    each = result.setup.net.cost(len(result.data)).seconds
    return next((n for n in GRIDS if n * n * each <= GRID_SECONDS), GRIDS[-1])


def seen(result: Result, view: View) -> Survey:
    """The paths in the chosen plane; PCA with a sentence where there is no such plane."""

    def look(kind: str) -> Survey:
        plane = plane_of(result.history, kind, place_of(result, view.center), view.seed)
        return survey(result.history, plane, result.data, grid_points(result))

    try:
        return _made(result, ("survey", view.kind, view.center, view.seed), lambda: look(view.kind))
    except ValueError as wrong:
        st.warning(t(wrong.args[0]))
        return _made(result, ("survey", "pca", view.center, view.seed), lambda: look("pca"))


def _made(owner: Any, what: Any, build: Callable[[], Any]) -> Any:
    """Made once for all who look at this result: the owner stays in the entry, so that its id stays its own."""
    return _SEEN.make((id(owner), what), lambda: (owner, build()))[1]


def axes(view: Survey) -> tuple[str, str]:
    """What the two directions of the picture are."""
    plane = view.plane
    if plane.explained is not None:
        first, second = (
            t("direction {n} ({share} of the variance)", n=n, share=f"{share:.0%}")
            for n, share in enumerate(plane.explained, 1)
        )
        return first, second
    if plane.kind == "random":
        return t("random direction {n}", n=1), t("random direction {n}", n=2)
    a, b, c = (view.history.runs[k].optimizer.label() for k in standing(view.history)[:3])
    return f"{a} → {b}", t("across, on the side of {name}", name=c)


def picture(result: Result, view: Survey, setup: Setup | None) -> None:
    """The paths on the plane: in the player, or in three dimensions."""
    if setup is None:
        st.caption(t("Still the last result: {what}.", what=_what(result)))
    how = named(st.segmented_control, t("View"), f"{PREFIX}view", VIEWS, "map", required=True,
                label_visibility="collapsed")  # fmt: skip
    if how == "3d":
        walks = view.walks(shown=True)
        x, y = axes(view)
        _drawn(view, "3d", lambda theme, texts: figures.surface3d(
            walks, theme=theme, texts={**texts, "x": x, "y": y, "step": counted(view)["step_axis"]}),
            t(figures.summary(walks)), height=600)  # fmt: skip
        return
    walks, words = view.walks(), counted(view)
    ground, paths = _made(view, ("player", language()), lambda: (
        player.pack_surface(view.surface, axes=axes(view), texts=words, arrows=0,
                            levels=levels(view.grid.values, "log", floor=0.0)),
        player.pack_paths(walks, start_mode=False, texts=words)))  # fmt: skip
    mount(walks, ground, paths, key="landscape")


def counted(view: Survey) -> dict[str, str]:
    """The player's words, where a row of a path is an epoch, or a checkpoint if some were thinned out."""
    each = np.array_equal(view.epoch, np.arange(len(view.epoch)))
    return {key: t(text) for key, text in (player.TEXTS | (EPOCH if each else THINNED)).items()}


def _what(result: Result) -> str:
    setup = result.setup
    rules = ", ".join(f"{r.label()} {number(getattr(r, 'lr', 1))}" for r in setup.rules)
    return f"{t(result.chosen.name)} · {rules} · {t('epochs')} {setup.epochs}"


def words(view: Survey) -> None:
    """What is seen, and how far it can be believed."""
    lines = [t(_honest(view))]
    if view.plane.explained is not None:
        share = f"{sum(view.plane.explained):.0%}"
        lines.append(t("The two axes hold {share} of how the checkpoints of all paths differ.", share=share))
    if view.grid.statistics:
        lines.append(t("Batch normalization: its statistics are computed anew at every point of the plane."))
    lost = [r.optimizer.label() for r, o in zip(view.history.runs, view.history.outcomes, strict=True)
            if o.kind == "diverged"]  # fmt: skip
    if lost:
        lines.append(t("Diverged, and not counted for the plane: {names}.", names=", ".join(lost)))
    st.markdown(bullets(*lines))


def _honest(view: Survey) -> Text:
    """The largest lie of the slice, in one sentence."""
    run, point = view.worst()
    true, shown = float(view.losses.true[run, point]), float(view.losses.shown[run, point])
    facts: dict[str, Any] = {
        "name": view.history.runs[run].optimizer.label(), "epoch": number(round(float(view.epoch[point]), 2)),
        "true": true, "shown": shown, "distance": float(view.where.distance[run, point]),
    }  # fmt: skip
    if max(true, shown) <= HONEST * min(true, shown):
        return Text("Here the slice is honest: it is never more than 5 % off the true loss of a path.")
    return Text("A slice lies. Largest error: {name} at epoch {epoch}, true loss {true:.3g}, but {shown:.3g} in the "
                "plane, {distance:.3g} away.", **facts)  # fmt: skip


def _drawn(owner: Any, what: str, build: Callable[..., Any], alt: str, **more: Any) -> None:
    def kept(**look: Any) -> Any:
        return _made(owner, (what, look["theme"], language()), lambda: build(**look))

    chart(f"{PREFIX}{what}", kept, alt, **more)


def truth(view: Survey) -> None:
    """How far each path is from the plane, and the slice's loss beside the true one."""
    with st.container(key="curves"):
        for what, build, alt in (
            ("distances", charts.distances, t("Distance of each path from the plane")),
            ("losses", charts.losses, t("True loss of each path, and what the plane shows")),
        ):
            with st.container(gap=None):
                st.caption(alt)
                _drawn(view, what, partial(build, view), alt)


def line(result: Result, view: View) -> None:
    """The loss on the straight line between two results, and its barrier."""
    a, b = (place_of(result, name) for name in view.ends)
    if a == b:
        st.caption(t("Choose two different optimizers for the straight line between their results."))
        return
    height: Barrier = _made(result, ("line", a, b), lambda: between(result.history, a, b, result.data))
    said = t(barrier(height))
    st.caption(f"{view.ends[0]} → {view.ends[1]}: {said}")
    _drawn(height, "line", partial(charts.straight, height, view.ends), said)


def barrier(height: Barrier) -> Text:
    """The barrier in words."""
    if not np.isfinite(height.height):
        return Text("The loss on the straight line is not finite.")
    if height.above_higher <= 0:
        return Text("No barrier on the straight line: the loss is nowhere above that of the higher end.")
    return Text("Barrier on the straight line: {height:.3g} above the mean of both ends, {above:.3g} above the higher.",
                height=height.height, above=height.above_higher)  # fmt: skip
