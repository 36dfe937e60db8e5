"""Batches at work: the player on the clock of one's choice, and what lies under it."""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from optim_viz import figures, player
from optim_viz.figures import batch as charts
from optim_viz.samples import Descent, descend, on_clock
from optim_viz.trace import Path
from optim_viz.ui import cached, share
from optim_viz.ui.batch import UNITS, Setup, cost, move_start
from optim_viz.ui.charts import chart
from optim_viz.ui.i18n import each, language, t
from optim_viz.ui.lab import table
from optim_viz.ui.player import mount
from optim_viz.ui.said import bullets
from optim_viz.ui.sampled import PREFIX
from optim_viz.words import Text

POINTS = {"updates": Text("{name}, update {n}"), "samples": Text("{name}, after {n} samples"),
          "epochs": Text("{name}, epoch {n}"), "time": Text("{name}, after {n} ms")}  # fmt: skip
COUNTS = {"updates": Text("update {n} of {N}"), "samples": Text("sample {n} of {N}"),
          "epochs": Text("epoch {n} of {N}"), "time": Text("{n} of {N} ms")}  # fmt: skip
ROWS = 1000  # of a picture
_RUNS, _PATHS = cached.Bounded(32), cached.Bounded(32)


def run(setup: Setup, size: int, updates: int, seeds: int = 1, start: Any = None) -> Descent:
    """One batch size, several seeds at once, from the cache where another change did not touch it."""
    where = tuple(map(float, setup.start if start is None else start))
    key = (setup.loss, setup.rule, where, setup.batch(size), updates, seeds, setup.order, setup.seed)
    return _RUNS.make(key, lambda: descend(
        setup.loss, setup.rule, where, batch=setup.batch(size), updates=updates, order=setup.order,
        seeds=range(setup.seed, setup.seed + seeds)))  # fmt: skip


def when(setup: Setup, walk: Descent) -> np.ndarray:
    """The time of each update on the chosen clock."""
    times = {"updates": lambda: np.arange(walk.updates + 1.0), "samples": lambda: walk.samples + 0.0,
             "epochs": lambda: walk.samples / len(setup.loss),
             "time": lambda: 1000 * cost(setup.loss, setup.rule, walk.batch) * np.arange(walk.updates + 1)}  # fmt: skip
    return times[setup.clock]()


def ticks(setup: Setup) -> np.ndarray:
    """The times the player shows, evenly spaced."""
    whole = setup.clock in ("updates", "samples")
    parts = setup.length if whole else 500
    return np.linspace(0, setup.length, min(parts, ROWS) + 1)


def walks(setup: Setup) -> dict[int, Path]:
    """A path per batch size, one seed, as the clock shows it."""
    found: dict[int, Path] = {}
    for size in setup.sizes:
        walk = run(setup, size, setup.updates(size))
        rows = on_clock(when(setup, walk), ticks(setup))
        found[size] = _PATHS.make((walk, setup.clock, setup.length), partial(walk.path, 0, rows))
    return found


def stage(setup: Setup) -> dict[int, Path]:
    """The player; a click or drag on the map moves the start."""
    paths, loss, lang = walks(setup), setup.loss, language()
    texts = each(player.TEXTS)
    grid = cached.GRIDS.make((loss, lang), lambda: player.pack_surface(loss, 100, axes=loss.axes, texts=texts))
    message = player.pack_paths(list(paths.values()), texts=_clock(setup), height=470, **_looks(setup))
    mount(list(paths.values()), grid, message, key=f"{PREFIX}player", on_start=move_start)
    return paths


def _clock(setup: Setup) -> dict[str, str]:
    """The player's words on this clock."""
    return {"step": t(COUNTS[setup.clock]), "step_axis": t(UNITS[setup.clock]), "point": t(POINTS[setup.clock]),
            "gap_title": t(figures.TEXTS["excess"]), "gap": "E − E*"}  # fmt: skip


def _looks(setup: Setup) -> dict[str, Any]:
    """Colors, names, and what a step of the player stands for."""
    tick = float(ticks(setup)[1])
    return {"looks": [charts.look(size) for size in setup.sizes], "labels": list(setup.names.values()),
            "unit": None if tick == 1 else tick}  # fmt: skip


def _save(setup: Setup, paths: dict[int, Path]) -> None:
    """These paths as files."""
    lang, texts = language(), each(player.TEXTS) | _clock(setup)
    title, looks = t("Batch size"), _looks(setup)

    def page() -> str:
        return player.html(list(paths.values()), lang=lang, texts=texts, title=title, axes=setup.loss.axes, **looks)

    share.downloads(list(paths.values()), key=f"{PREFIX}walk", html=page, **looks)


def words(setup: Setup, paths: dict[int, Path]) -> None:
    """What each run did, the data and what was learned of them, the code."""
    st.markdown(bullets(*map(t, reading(setup, paths))))
    n = len(setup.loss)
    head = [t("Batch"), t("updates per epoch"), t("updates"), t("samples seen"), t("E − E* at the end")]
    rows = []
    for size, path in paths.items():
        walk = run(setup, size, setup.updates(size))
        gap = _short(float(path.value[-1]) - (setup.loss.minimum_value or 0.0))
        rows.append([setup.name(size), str(-(-n // setup.batch(size))), str(walk.updates), str(walk.samples[-1]),
                      t("diverged") if path.outcome.kind == "diverged" else gap])  # fmt: skip
    table(head, rows)
    st.caption(t("One sample per update: stochastic gradient descent. All samples: batch gradient descent. Anything "
                 "between: mini-batch gradient descent."))  # fmt: skip
    fit = st.container()
    _save(setup, paths)
    with st.expander(t("Notebook code"), key=f"{PREFIX}code", on_change="rerun") as box:
        if box.open:
            st.code(snippet(setup), language="python")
    ends = {size: path.x[-1] for size, path in paths.items() if path.outcome.kind != "diverged"}
    alt = t("The {n} samples, and what each batch size has learned of them.", n=n)
    learned = partial(charts.fit, setup.loss, ends, setup.names, setup.ground.features,
                      ": ".join(map(t, setup.ground.target)))  # fmt: skip
    with fit:  # last of all: Plotly keeps the browser busy, and the player is to be painted before
        drawn("fit", learned, alt)


def reading(setup: Setup, paths: dict[int, Path]) -> list[Text]:
    """What was equal, what that meant, and where it ended: one seed proves nothing."""
    said, made = [], {size: setup.updates(size) for size in paths}
    if len(paths) > 1:
        few, many = min(paths, key=setup.batch), max(paths, key=setup.batch)
        facts: dict[str, Any] = {"few": Text(setup.name(few)), "many": Text(setup.name(many))}
        seen = {size: int(run(setup, size, made[size]).samples[-1]) for size in (few, many)}
        if setup.clock == "updates":
            said.append(Text("All made {n} updates. For that, {few} at a time looked at {a} samples, {many} at {b}.",
                             n=setup.length, a=seen[few], b=seen[many], **facts))  # fmt: skip
        elif setup.clock == "time":
            said.append(Text("In {n} ms of this server, {few} at a time made {a} updates, {many} made {b}.",
                             n=setup.length, a=made[few], b=made[many], **facts))  # fmt: skip
        else:
            said.append(Text("All looked at about {n} samples. Out of these, {few} at a time made {a} updates, "
                             "{many} made {b}.", n=seen[few], a=made[few], b=made[many], **facts))  # fmt: skip
    fine = {size: float(path.value[-1]) for size, path in paths.items() if path.outcome.kind != "diverged"}
    for size in paths.keys() - fine.keys():
        said.append(Text("{name}: {reason}", name=Text(setup.name(size)), reason=paths[size].outcome.reason))
    if len(fine) > 1:
        said.append(Text("Lowest at the end of this one run: {name}. The view “Loss by every clock” has 20 seeds.",
                         name=Text(setup.name(min(fine, key=fine.__getitem__)))))  # fmt: skip
    rises = {size: _rises(run(setup, size, made[size])) for size in fine}
    if len(rises) > 1:
        few, many = min(rises, key=setup.batch), max(rises, key=setup.batch)
        facts = {"few": Text(setup.name(few)), "many": Text(setup.name(many)), "a": rises[few], "b": rises[many]}
        said.append(Text("Up instead of down: the loss over all samples rose in {a:.0%} of the updates with {few}, in "
                         "{b:.0%} with {many}.", **facts))  # fmt: skip
    return said


def _short(gap: float) -> str:
    return "< 1e−12" if abs(gap) < 1e-12 else f"{gap:.3g}".replace("-", "−")


def _rises(walk: Descent) -> float:
    """The share of updates after which the loss over all samples was higher than before."""
    value = _PATHS.make(walk, lambda: walk.values(slice(None))[:, 0])
    return float(np.mean(np.diff(value) > 1e-12 * abs(value[:-1]))) if len(value) > 1 else 0.0


def snippet(setup: Setup) -> str:
    """Python that makes the same runs in a notebook."""
    rule = f"ov.{setup.rule!r}"
    updates = {setup.batch(size): setup.updates(size) for size in setup.sizes}
    return (
        "import optim_viz as ov\n"
        "from optim_viz.data import DATASETS, Data, from_text, read_csv\n"
        "from optim_viz.samples import descend, sample_loss, two_trends\n\n"
        f"{setup.ground.code}\n"
        f"paths = [\n    descend(loss, {rule}, {setup.start!r}, batch=batch, updates=updates, "
        f"seeds=[{setup.seed}], order={setup.order!r}).path()\n"
        f"    for batch, updates in {updates!r}.items()\n]\n"
        "ov.animate(paths)\n"
    )


def drawn(what: str, build: Any, alt: str) -> None:
    """A figure without Plotly's own buttons."""
    chart(f"{PREFIX}{what}", build, alt, config={"displayModeBar": False})
