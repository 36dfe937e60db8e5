"""Hyper-parameter search: a search trial by trial, and charts of several searches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from optim_viz.experiments.gp import Thought
from optim_viz.experiments.repeats import Record
from optim_viz.experiments.search import DECAY, METHODS, RATE, START, Found, Trial, best_so_far, share
from optim_viz.figures import unchecked as go
from optim_viz.figures.base import INK, PAPER, RAMPS, axis, dash, layout
from optim_viz.figures.isles import path
from optim_viz.figures.style import COLORS, DASHES, MARKERS, Style
from optim_viz.figures.svg import Drawing
from optim_viz.words import Text

TEXTS = {
    "lr": Text("learning rate"),
    "decay": Text("weight decay"),
    "score": Text("validation accuracy"),
    "best": Text("best so far"),
    "trial": Text("trial"),
    "mean": Text("mean"),
    "spread": Text("spread"),
    "gain": Text("acquisition"),
    "random": Text("at random"),
    "share": Text("share of the variance"),
    "truth": Text("true best"),
}
LEVELS = (0.3, 0.5, 0.7, 0.8, 0.85)  # of the score, in every picture
WIDTH = 500
_DOUBTS, _HOPES = (0.05, 0.1, 0.15, 0.2, 0.25), (0.1, 0.3, 0.5, 0.7, 0.9)
_FINE, _NEAR = 31, 0.12  # places on a side of the surface; how far a trial speaks for what is around it
_LOW, _HIGH = 0.4, 0.95  # of the chart of best scores


@dataclass(frozen=True)
class Box:
    """A square of the drawing that shows both ranges, low learning rates at the left and low decays at the bottom."""

    x: float
    y: float
    side: float

    def at(self, place: tuple[float, float]) -> tuple[float, float]:
        """Pixels of shares of both ranges."""
        return self.x + place[0] * self.side, self.y + (1 - place[1]) * self.side

    def area(self, z: np.ndarray, level: float) -> str:
        """Outlines of where z [decay, lr] is at least `level`."""
        scale = self.side / (np.array(z.shape[::-1]) - 1)

        def place(line: np.ndarray) -> np.ndarray:
            return np.rint(np.stack([self.x + line[:, 0] * scale[0], self.y + self.side - line[:, 1] * scale[1]], 1))

        return path(z, level, place)


_MAP, _CHART = Box(52, 8, 200), Box(308, 8, 184)
_PANELS = (Box(52, 298, 138), Box(203, 298, 138), Box(354, 298, 138))


def picture(found: Found, k: int, truth: np.ndarray | None, top: float | None, texts: Mapping[str, str]) -> Drawing:
    """The search after trial `k` (from 0): what is known of the surface, the true one faintly, and the best so far.

    A Gaussian process also shows what it thought before this trial. `top` is the highest true score.
    """
    thoughtful = any(found.thoughts)
    drawing = Drawing(WIDTH, 446 if thoughtful else 262)
    done = found.trials[: k + 1]
    surface, inside = known(done)
    _put(drawing, _MAP.area(inside, 0.0), "soft")
    for level in LEVELS:
        _put(drawing, _MAP.area(np.minimum(surface - level, inside), 0.0), "a full faint")
    if truth is not None:
        for level in LEVELS:
            _put(drawing, _true(truth.tobytes(), truth.shape[1], level), "c faint empty")
    _frame(drawing, _MAP, texts)
    _marks(drawing, _MAP, done)
    _curve(drawing, found, k, top, texts)
    if thoughtful:
        for box, name in zip(_PANELS, ("mean", "spread", "gain"), strict=True):
            _panel(drawing, box, found.thoughts[k], name, done, texts)
    return drawing


def _put(drawing: Drawing, d: str, kind: str) -> None:
    if d:
        drawing.path(d, kind)


def known(trials: Sequence[Trial]) -> tuple[np.ndarray, np.ndarray]:
    """The surface as these trials tell it, and how far inside the known part it is: (n, n) each [decay, lr].

    A place has the mean of all scores, weighed by how near they are (Shepard 1968); a failure scores 0. It is known
    where the second number is positive: there a trial is near.
    """
    line = np.linspace(0, 1, _FINE)
    lr, decay = np.meshgrid(line, line)
    places = np.array([trial.place for trial in trials])
    far = np.hypot(lr[..., None] - places[:, 0], decay[..., None] - places[:, 1])
    weight = np.maximum(far, 1e-6) ** -4.0
    scores = np.array([trial.score or 0.0 for trial in trials])
    return weight @ scores / weight.sum(axis=-1), _NEAR - far.min(axis=-1)


@lru_cache(64)
def _true(truth: bytes, side: int, level: float) -> str:
    return _MAP.area(np.frombuffer(truth).reshape(-1, side), level)


def _frame(drawing: Drawing, box: Box, texts: Mapping[str, str]) -> None:
    drawing.rect(box.x, box.y, box.side, box.side, "soft empty", 2)
    for power in (-3, -2, -1, 0):
        x, _ = box.at((share(RATE, 10.0**power), 0))
        drawing.text(x, box.y + box.side + 18, f"{10.0**power:g}", "soft", 12)
    for power in (-4, -2, 0):
        _, y = box.at((0, share(DECAY, 10.0**power)))
        drawing.text(box.x - 5, min(max(y, box.y + 6), box.y + box.side - 6), f"{10.0**power:g}", "soft", 12, "end")
    drawing.text(box.x + box.side / 2, box.y + box.side + 37, texts["lr"], "ink", 14)
    drawing.text(box.x + 6, box.y + 12, f"↑ {texts['decay']}", "ink halo", 14, "start")


def _marks(drawing: Drawing, box: Box, done: Sequence[Trial], size: float = 3.0) -> None:
    """A dot per trial, a cross where it failed, a ring around the last one."""
    for trial in done:
        x, y = box.at(trial.place)
        if trial.score is None:
            drawing.path(f"M{x - 4:.0f} {y - 4:.0f}l8 8m0-8l-8 8", "bad thick empty")
        else:
            drawing.circle(x, y, size, "ink full")
    x, y = box.at(done[-1].place)
    drawing.circle(x, y, 8, "b thick empty")


def _curve(drawing: Drawing, found: Found, k: int, top: float | None, texts: Mapping[str, str]) -> None:
    box, count = Box(_CHART.x, _MAP.y, _CHART.side), len(found.trials)
    low, high = box.y + _MAP.side, box.y

    def spot(number: int, score: float) -> tuple[float, float]:
        part = min(max((score - _LOW) / (_HIGH - _LOW), 0.0), 1.0)
        return box.x + (number + 0.5) / count * box.side, low - part * (low - high)

    drawing.rect(box.x, high, box.side, low - high, "soft empty", 2)
    for score in (0.5, 0.7, 0.9):
        drawing.text(box.x - 5, spot(0, score)[1], f"{score:.0%}", "soft", 12, "end")
    for number in (1, count):
        drawing.text(spot(number - 1, 0)[0], low + 18, f"{number}", "soft", 12)
    drawing.text(box.x + box.side / 2, low + 37, texts["trial"], "ink", 14)
    if top is not None:
        y = spot(0, top)[1]
        drawing.line(box.x, y, box.x + box.side, y, "c dashed")
        drawing.text(box.x + box.side - 4, y - 9, f"{texts['truth']} {top:.0%}", "c", 12, "end")
    for number, trial in enumerate(found.trials[: k + 1]):
        if trial.score is not None:
            drawing.circle(*spot(number, trial.score), 2.5, "ink full faint")
    best = best_so_far(found.trials[: k + 1])
    line = [spot(n, s) for n, s in enumerate(best)]
    stairs = [line[0]] + [p for a, b in pairwise(line) for p in ((b[0], a[1]), b)]
    drawing.polyline(stairs, "b thick")
    drawing.text(box.x + box.side - 6, low - 12, f"{texts['best']} {best[-1]:.1%}", "b bold halo", 13, "end")


def _panel(
    drawing: Drawing, box: Box, thought: Thought | None, name: str, done: Sequence[Trial], texts: Mapping[str, str]
) -> None:
    """One of the three maps in the head of a Gaussian process, with the trials it knew and the one it chose."""
    drawing.text(box.x + box.side / 2, box.y - 14, texts[name], "ink bold", 14)
    drawing.rect(box.x, box.y, box.side, box.side, "soft empty", 2)
    if thought is None:
        drawing.text(box.x + box.side / 2, box.y + box.side / 2, texts["random"], "soft", 13)
    else:
        z = getattr(thought, name)
        levels = {"mean": LEVELS, "spread": _DOUBTS, "gain": [share * z.max() for share in _HOPES]}[name]
        color = {"mean": "a", "spread": "d", "gain": "b"}[name]
        for level in levels:
            _put(drawing, box.area(z, level) if level > 0 else "", f"{color} full faint")
    for trial in done[:-1]:
        drawing.circle(*box.at(trial.place), 1.8, "ink full")
    drawing.circle(*box.at(done[-1].place), 6, "b thick empty")


def looks(names: Sequence[str]) -> dict[str, Style]:
    """The same look for a method in every chart, as different as the first colors are."""
    order = ["manual", *METHODS]
    return {name: Style(*COLORS[k], DASHES[k], MARKERS[k]) for k, name in enumerate(order) if name in names}


def progress(
    searches: Mapping[str, Found], names: Mapping[str, str], *, theme: str, texts: Mapping[str, str]
) -> go.Figure:
    """Best score so far over the trials, a line per method."""
    data = []
    for name, look in looks(list(searches)).items():
        best = best_so_far(searches[name].trials)
        data.append(go.Scatter(
            x=list(range(1, len(best) + 1)), y=best, name=names[name], mode="lines",
            line={"color": look.color(theme), "dash": dash(look), "width": 2.5, "shape": "hv"},
            hovertemplate=f"<b>{names[name]}</b><br>%{{x}}: %{{y:.1%}}<extra></extra>",
        ))  # fmt: skip
    figure = go.Figure(data, layout(
        theme, height=430, margin={"l": 70, "r": 8, "t": 60, "b": 50},
        xaxis=axis(theme, texts["trial"], automargin=False),
        yaxis=axis(theme, f"{texts['score']}, {texts['best']}", range=[0.6, _HIGH], tickformat=".0%",
                   automargin=False),
    ))  # fmt: skip
    figure.add_vline(x=START, line={"color": INK[theme], "width": 1, "dash": "2px,3px"})
    return figure


def coordinates(found: Found, *, theme: str, texts: Mapping[str, str]) -> go.Figure:
    """Parallel coordinates: a line per trial from its learning rate over its weight decay to its score."""
    fine = [trial for trial in found.trials if trial.score is not None]
    score = [trial.score for trial in fine]
    axes = []
    for name, span, values in (("lr", RATE, [t.lr for t in fine]), ("decay", DECAY, [t.decay for t in fine])):
        powers = range(round(np.log10(span.low)), int(np.floor(np.log10(span.high))) + 1)
        axes.append({"label": texts[name], "values": np.log10(values).tolist(), "tickvals": list(powers),
                     "ticktext": [f"{10.0**p:g}" for p in powers],
                     "range": [float(np.log10(span.low)), float(np.log10(span.high))]})  # fmt: skip
    axes.append({"label": texts["score"], "values": score, "range": [0, 1], "tickformat": ".0%"})
    ramp = ["#c9ced9", "#0b5cad"] if theme == "light" else ["#3a4050", "#6cb4f5"]
    line = {"color": score, "colorscale": [[0, ramp[0]], [0.6, ramp[0]], [1, ramp[1]]], "cmin": 0, "cmax": 0.9}
    font = {"color": INK[theme], "size": 14}
    lines = go.Parcoords(dimensions=axes, line=line, labelfont=font, tickfont={"color": INK[theme], "size": 12},
                         rangefont={"color": "rgba(0,0,0,0)", "size": 1})  # fmt: skip
    return go.Figure(lines, layout(theme, height=330, margin={"l": 60, "r": 84, "t": 54, "b": 16}))


def weights(
    shares: Mapping[str, tuple[float, float]], names: Mapping[str, str], *, theme: str, texts: Mapping[str, str]
) -> go.Figure:
    """How much of the scores' variance each setting explains, by the trials of each method."""
    data = []
    for k, name in enumerate(("lr", "decay")):
        color = RAMPS[theme][0] if k == 0 else RAMPS[theme][3]
        data.append(go.Bar(
            y=[names[method] for method in shares], x=[both[k] for both in shares.values()], name=texts[name],
            orientation="h", marker={"color": color, "line": {"color": INK[theme], "width": 1}},
            texttemplate="%{x:.0%}", textposition="inside", textfont={"color": INK[theme]},
            hovertemplate="%{y}: %{x:.0%}<extra></extra>", insidetextanchor="middle",
        ))  # fmt: skip
    return go.Figure(data, layout(
        theme, height=110 + 34 * len(shares), barmode="stack",
        legend={**layout(theme)["legend"], "traceorder": "normal"}, margin={"l": 118, "r": 26, "t": 44, "b": 50},
        xaxis=axis(theme, texts["share"], range=[0, 1], tickformat=".0%", automargin=False),
        yaxis=axis(theme, "", autorange="reversed", automargin=False, showgrid=False, ticks=""),
    ))  # fmt: skip


def repeats(record: Record, after: int, names: Mapping[str, str], *, theme: str, texts: Mapping[str, str]) -> go.Figure:
    """The best scores of all repeats after so many trials: every repeat a dot, quartiles as a box."""
    data = []
    for k, (name, look) in enumerate(looks(list(METHODS)).items()):
        color = look.color(theme)
        data.append(go.Box(
            y=record.curves[k, :, after - 1].tolist(), name=names[name], boxpoints="all", jitter=0.5, pointpos=0,
            marker={"color": color, "size": 6, "symbol": look.marker, "line": {"color": PAPER[theme], "width": 1}},
            line={"color": color, "width": 2}, fillcolor="rgba(0,0,0,0)", showlegend=False,
            hovertemplate="%{y:.1%}<extra></extra>",
        ))  # fmt: skip
    return go.Figure(data, layout(
        theme, height=400, margin={"l": 70, "r": 8, "t": 12, "b": 40}, uirevision="repeats",
        xaxis=axis(theme, "", automargin=False, showgrid=False),
        yaxis=axis(theme, f"{texts['score']}, {texts['best']}", tickformat=".0%", range=[0.68, 0.98], automargin=False),
    ))  # fmt: skip
