"""What a training shows: curves, what the networks say at any moment of it, a table, and what can be taken away."""

import io
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from optim_viz.data import Split
from optim_viz.figures import classes, training
from optim_viz.nn import verdict, views
from optim_viz.nn.history import Checkpoint, History
from optim_viz.ui import cached
from optim_viz.ui.charts import chart
from optim_viz.ui.controls import number
from optim_viz.ui.i18n import t
from optim_viz.ui.said import bullets, table
from optim_viz.ui.state import among, bound, named
from optim_viz.ui.training import PREFIX, Result, Setup, onward
from optim_viz.ui.training_code import snippet
from optim_viz.words import Text

VIEWS = {
    "boundary": Text("Decision boundaries"), "mistakes": Text("Mistakes"), "confusion": Text("Confusion matrix"),
    "curve": Text("Fitted curve"), "predicted": Text("Predictions"), "inside": Text("Weights and outputs"),
}  # fmt: skip
OUTCOMES = {"trained": Text("trained"), "stopped early": Text("stopped early"), "running": Text("stopped by hand"),
            "growing": Text("got worse"), "diverged": Text("diverged")}  # fmt: skip
_ROWS = cached.Bounded(32)


def picture(result: Result | None, setup: Setup | None) -> None:
    """The curves, and under them what the networks say at the playhead."""
    if result is None:
        st.empty()
        return
    with st.container():
        if setup is not None and setup != result.setup:
            st.caption(t("Still the last result: {what}. Press Train for the new settings.", what=_what(result)))
        _curves(result)
        _moment(result, setup)


def _curves(result: Result) -> None:
    """Loss and score, side by side where there is room."""
    alt = t(_told(result))
    with st.container(key="curves"):
        for what in ("loss", "score"):
            chart(f"{PREFIX}{what}curve", partial(training.curves, result.history, what), alt, setting=result.number)


def _what(result: Result) -> str:
    """The settings of a result in one line of numbers and names."""
    setup = result.setup
    rules = ", ".join(f"{r.label()} {number(getattr(r, 'lr', 1))}" for r in setup.rules)
    sizes = "-".join(map(str, [setup.net.input_shape[0], *_widths(result)]))
    batch, epochs = setup.batch or "N", result.trainer.how.epochs
    return f"{t(result.chosen.name)} · {sizes} · {rules} · {t('batch')} {batch} · {t('epochs')} {epochs}"


def _widths(result: Result) -> list[int]:
    return [a.shape[0] for name, a in result.setup.net.views(result.history.final.theta[0]).items()
            if name.endswith("weight") and a.ndim > 1]  # fmt: skip


def _told(result: Result) -> Text:
    """The end of every curve, for those who cannot see them."""
    told: Text | None = None
    for k, name in enumerate(training.names(result.history)):
        loss, end = result.history.train_loss[k], max(int(result.history.end[k]), 0)
        one = Text("{name}: training loss from {first:.3g} to {last:.3g}", name=name, first=loss[0], last=loss[end])
        told = Text("{one}; {more}", one=told, more=one) if told else one
    return told  # type: ignore[return-value]  # there is always a first name


@st.fragment
def _moment(result: Result, setup: Setup | None) -> None:
    """The view and the playhead; only this part of the page runs again when they move."""
    fit = _fitting(result)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        at = _playhead(result)
        onward(result, setup, at.step)
    view = named(
        st.segmented_control, t("What to look at"), f"{PREFIX}view", {name: VIEWS[name] for name in fit}, fit[0],
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    {"boundary": _boundary, "mistakes": _mistakes, "confusion": _confusion, "curve": _curve, "predicted": _predicted,
     "inside": _inside}[view](result, at)  # fmt: skip


def _fitting(result: Result) -> list[str]:
    data = result.chosen.data
    if data.task == "regression":
        return ["curve", "predicted", "inside"] if data.X.shape[1] == 1 else ["predicted", "inside"]
    first = ["boundary"] if data.X.shape[1] == 2 else ["mistakes"] if data.image else []
    return [*first, "confusion", "inside"]


def _playhead(result: Result) -> Checkpoint:
    """The moment to look at, by the epoch; the end of the training at first."""
    per, kept = result.history.steps_per_epoch, result.history.checkpoints
    epochs, key = tuple(round(c.step / per, 3) for c in kept), f"{PREFIX}at"
    if st.session_state.get(key, epochs[-1]) not in epochs:
        del st.session_state[key]
    if len(epochs) == 1:
        return kept[0]
    epoch = bound(st.select_slider, t("Look at epoch"), key, among(epochs, number), options=epochs, value=epochs[-1],
                  format_func=number)  # fmt: skip
    return kept[epochs.index(epoch)]


def _each(result: Result, at: Checkpoint, what: str, build: Callable[..., Any]) -> None:
    """One figure per optimizer, side by side as far as they fit."""
    accuracy = _accuracy(result, at)
    with st.container(key="panels"):
        for k, name in enumerate(training.names(result.history)):
            share = t("test {share:.1%}", share=accuracy[k])
            with st.container(gap=None):
                st.markdown(f"**{name}** · {share}")
                chart(f"{PREFIX}{what}{k}", partial(build, k), f"{name}: {share}", setting=(result.number, at.step),
                      config={"displayModeBar": False})  # fmt: skip


def _said(result: Result, at: Checkpoint) -> np.ndarray:
    """The class each network gives each test sample (runs, N)."""
    with np.errstate(all="ignore"):
        return views.chances(result.setup.net, at, result.chosen.split.test.X).argmax(axis=-1)


def _accuracy(result: Result, at: Checkpoint) -> np.ndarray:
    return (_said(result, at) == result.chosen.split.test.y).mean(axis=1)


def _boundary(result: Result, at: Checkpoint) -> None:
    split, data = result.chosen.split, result.chosen.data
    st.caption(t("Filled marks are training samples, hollow ones test samples; the stronger the color, the surer."))
    plane = None

    def build(k: int, **look: Any) -> Any:
        nonlocal plane
        plane = plane or views.plane(result.setup.net, at, data.X, split.scaler)
        train, test = ((split.scaler.inverse(part.X), part.y) for part in (split.train, split.test))
        return classes.boundary(plane.x, plane.y, plane.chances[k], train, test, data.classes,
                                labels=data.features or ("x", "y"), **look)  # fmt: skip

    _each(result, at, "boundary", build)


def _confusion(result: Result, at: Checkpoint) -> None:
    data, said, truth = result.chosen.data, _said(result, at), result.chosen.split.test.y
    st.caption(t("Test samples only; what is off the diagonal is a mistake."))
    _each(result, at, "confusion", lambda k, **look: classes.confusion(
        views.confusion(truth, said[k], len(data.classes)), data.classes, **look))  # fmt: skip


def _mistakes(result: Result, at: Checkpoint) -> None:
    data, test, said = result.chosen.data, result.chosen.split.test, _said(result, at)
    st.caption(t("Test images that were taken for another class: true class → what the network says."))

    def build(k: int, **look: Any) -> Any:
        wrong = np.flatnonzero(said[k] != test.y)[: classes.MOST_PICTURES]
        images = result.chosen.split.scaler.inverse(test.X[wrong]).reshape(-1, *data.image[1:])
        truth, taken = ([data.classes[c] for c in row[wrong]] for row in (test.y, said[k]))
        return classes.mistakes(images, truth, taken, theme=look["theme"])

    _each(result, at, "mistakes", build)


def _unscaled(split: Split, y: np.ndarray) -> np.ndarray:
    return y if split.target is None else split.target.inverse(y)


def _curve(result: Result, at: Checkpoint) -> None:
    split, data = result.chosen.split, result.chosen.data

    def build(**look: Any) -> Any:
        x = np.linspace(data.X.min(), data.X.max(), 200)
        y = views.values(result.setup.net, at, split.scaler.apply(x[:, None]), split.target)
        labels = data.features[0] if data.features else "x", data.target or "y"
        train, test = ((split.scaler.inverse(part.X), _unscaled(split, part.y)) for part in (split.train, split.test))
        return training.fitted(result.history, train, test, x, y, labels=labels, **look)

    _whole(result, "curve", at, build, t("The curve each network has learned, among training and test points."))


def _predicted(result: Result, at: Checkpoint) -> None:
    split = result.chosen.split

    def build(**look: Any) -> Any:
        said = views.values(result.setup.net, at, split.test.X, split.target)
        return training.predicted(result.history, _unscaled(split, split.test.y), said, **look)

    _whole(result, "predicted", at, build, t("Each test sample: its target, and what the network says."))


def _inside(result: Result, at: Checkpoint) -> None:
    net, X = result.setup.net, result.chosen.split.train.X

    def build(**look: Any) -> Any:
        return training.histograms(result.history, views.weights(net, at), views.activations(net, at, X), **look)

    _whole(result, "inside", at, build, t("How the weights and the outputs of each layer are spread, from its input."))


def _whole(result: Result, what: str, at: Checkpoint, build: Callable[..., Any], alt: str) -> None:
    st.caption(alt)
    chart(f"{PREFIX}{what}", build, alt, setting=(result.number, at.step))


def words(result: Result | None) -> None:
    """The table, an honest reading of it, and what can be taken away."""
    if result is None:
        st.empty()
        return
    with st.container():
        test = result.chosen.split.test
        rows = _ROWS.make(result.number, lambda: verdict.rows(result.history, test))
        st.markdown(bullets(*map(t, verdict.reading(rows, result.history.score, len(test)))))
        st.markdown(_table(rows, result.history.score))
        _take_away(result)


def _table(rows: list[verdict.Row], score: str) -> str:
    name = t("accuracy") if score == "accuracy" else "R²"
    parts = " / ".join((t("training"), t("validation"), t("test")))
    head = [t("Optimizer"), f"{t('loss')}: {parts}", f"{name}: {parts}", t("gradient norm"), t("update / weight"),
            t("epochs"), t("outcome")]  # fmt: skip
    cells = []
    for row in rows:
        losses, scores = (
            "\u202f/\u202f".join(parts) for parts in (map(_short, row.loss), (_score(v, score) for v in row.score))
        )
        cells.append([row.name, losses, scores, _short(row.gradient, 2), _short(row.update, 2), f"{row.epochs:.4g}",
                      t(OUTCOMES[row.kind])])  # fmt: skip
    return table(head, cells, left=(0, 6))


def _short(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}g}".replace("-", "−")


def _score(value: float | None, score: str) -> str:
    if value is None:
        return "–"
    return f"{value:.1%}".replace("100.0", "100") if score == "accuracy" else f"{value:.3f}".replace("-", "−")


def _take_away(result: Result) -> None:
    """Weights and measurements as files, made when asked for; the code that trains the same again."""
    history = result.history
    with st.container(horizontal=True):
        st.download_button(t("Save the weights (NPZ)"), lambda: weights(history), "optim_viz_weights.npz",
                           key="weights", icon=":material/download:", on_click="ignore")  # fmt: skip
        st.download_button(t("Save the measurements (CSV)"), lambda: verdict.table(history), "optim_viz_training.csv",
                           "text/csv", key="measurements", icon=":material/download:", on_click="ignore")  # fmt: skip
    with st.expander(t("Notebook code"), key=f"{PREFIX}code", on_change="rerun") as box:
        if box.open:
            st.code(snippet(result), language="python")


def weights(history: History) -> bytes:
    """The trained parameters of all optimizers, as `Network.load` reads them."""
    file = io.BytesIO()
    history.net.save(file, history.final.theta, history.final.state)
    return file.getvalue()
