"""Overfitting lab: the book's own setting, where both cures shrink the gap and the test accuracy."""

from functools import partial

import streamlit as st

from optim_viz.experiments.book.overfit import DECAY, RATIO
from optim_viz.figures import overfit as charts
from optim_viz.figures.banded import banded
from optim_viz.labs.overfit import kept
from optim_viz.labs.overfit.book import SEEDS
from optim_viz.labs.overfit.trial import Curves, verdict
from optim_viz.ui.charts import chart
from optim_viz.ui.i18n import t
from optim_viz.ui.lab import predict, table
from optim_viz.ui.overfit import CHANGES, PREFIX
from optim_viz.ui.said import bullets, middle
from optim_viz.ui.state import named
from optim_viz.words import Text

CURED = {"decay": Text("weight decay"), "dropout": Text("dropout")}


def controls() -> str:
    return named(st.segmented_control, t("Cure"), f"{PREFIX}book", CURED, "decay", required=True)


def _pair(way: str) -> tuple[Curves, Curves]:
    """Without and with, over equally many epochs."""
    found = kept.book()
    cured, plain = found[way], found["plain"]
    return plain.until(cured.epoch[-1]), cured


def stage(way: str) -> bool:
    """Plain training at once, the cured one after a guess."""
    plain, cured = _pair(way)
    place = st.container()
    asked = t("Six layers of 100 units for 300 images. With {cure} the gap between training and test shrinks. The test "
              "accuracy becomes …", cure=t(CURED[way]))  # fmt: skip
    seen = predict(f"{PREFIX}truth", asked, CHANGES, partial(_truth, way), way)
    names = {"plain.train": t("plain, training images"), "plain.test": t("plain, test images"),
             "cured.train": t("cured, training images"), "cured.test": t("cured, test images")}  # fmt: skip
    rows = {"plain.train": plain.train, "plain.test": plain.test}
    rows |= {"cured.train": cured.train, "cured.test": cured.test} if seen else {}
    with place:
        chart(f"{PREFIX}bookcurves", lambda theme, texts: banded(
            plain.epoch, rows, names, charts.LOOKS, (texts["epoch"], texts["accuracy"]), height=380, theme=theme),
            t("Accuracy at the end: {told}.", told=", ".join(f"{names[key]} {middle(y[:, -1], share=True)}"
                                                             for key, y in rows.items())),
            charts.TEXTS, (way, seen))  # fmt: skip
    return seen


def _truth(way: str) -> tuple[str, str]:
    plain, cured = _pair(way)
    found = verdict(cured.kept_test, plain.kept_test)
    return found.kind, t("Test accuracy {before} without, {after} with; the gap {wide} without, {gap} with.",
                         before=middle(plain.kept_test, share=True), after=middle(cured.kept_test, share=True),
                         wide=middle(plain.gap, share=True), gap=middle(cured.gap, share=True))  # fmt: skip


def words(way: str, seen: bool) -> None:
    """Both cures in numbers, and why a smaller gap is not the aim."""
    if seen:
        rows = []
        for key, name in {"plain": Text("plain"), **CURED}.items():
            made = kept.book()[key]
            told = (middle(part, share=True) for part in (made.kept_train, made.kept_test, made.gap))
            rows.append([t(name), f"{made.epoch[-1]:.0f}", *told])
        table([t("training"), t("epochs"), t("training accuracy"), t("test accuracy"), t("gap")], rows)
        plain, cured = _pair(way)
        lower, narrow = int((cured.kept_test < plain.kept_test).sum()), int((cured.gap < plain.gap).sum())
        st.markdown(bullets(
            t("The gap is smaller in {narrow} of {seeds} seeds, and the test accuracy is lower in {lower} of {seeds}: "
              "these strengths slow learning down more than they cure.", narrow=narrow, lower=lower, seeds=len(SEEDS)),
            t("What counts is the test accuracy. Strengths are chosen on validation images, not by the gap."),
        ))  # fmt: skip
    st.caption(t("Digits, 300 images, SGD lr 0.01, batches of 100; weight decay λ = {decay:g} for 201 epochs, dropout "
                 "of {ratio:g} (the book's form) for 301; median of five seeds (lowest … highest), measured "
                 "beforehand. Book mode runs it.", decay=DECAY, ratio=RATIO))  # fmt: skip


def code(way: str, seen: bool) -> str:
    """Python that runs the book's experiment."""
    return (
        "from optim_viz.experiments.book import EXPERIMENTS\n\n"
        f'found = EXPERIMENTS["overfit_{"weight_decay" if way == "decay" else way}"].run("digits", seed=0)\n'
        "for name, value in found.numbers.items():\n"
        "    print(name, value)\n"
    )
