"""The list of pages: each declared once, with the topics of the course notes that can be tried on it."""

from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import Any

import streamlit as st

from optim_viz.translation import translate
from optim_viz.ui.i18n import language
from optim_viz.words import Text

OPTIMIZERS, NETWORKS = Text("Optimizers"), Text("Networks")
EXPERIMENTS, LEARN = Text("Experiments"), Text("Learn")


@dataclass(frozen=True)
class Page:
    """`pages/<name>.py`, at the address `/<name>` (the first page of all at `/`), under the heading `section`.

    `keeps` says that it shows a run which a person may keep, `light` that every slider is answered at once: elsewhere
    one may train a network.
    """

    name: str
    title: Text
    section: Text
    topics: tuple[str, ...] = ()
    keeps: bool = True
    light: bool = True

    @property
    def file(self) -> str:
        return f"pages/{self.name}.py"

    @property
    def path(self) -> str:
        return "" if self is PAGES[0] else self.name


PAGES = (
    Page("race", Text("Optimizer race"), OPTIMIZERS, (
        "gradient", "lr-start", "local-minima", "sgd-zigzag", "momentum", "adagrad", "adam", "radam-adamp", "plots")),
    Page("inside", Text("Inside an optimizer"), OPTIMIZERS, (
        "sgd-zigzag", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "adam")),
    Page("rate", Text("Learning rate"), OPTIMIZERS, ("lr-effect", "lr-start", "local-minima")),
    Page("batch", Text("Batch size"), OPTIMIZERS, ("bgd", "sgd", "e-total-ei", "minibatch", "batch-size", "shuffle")),
    Page("own", Text("Write your own optimizer"), OPTIMIZERS),
    # labs on networks, in the order of the notes: perceptron, activations, losses, backprop, init, norm, convolution
    Page("perceptron", Text("Perceptron and layers"), NETWORKS, (
        "perceptron", "best-line", "single-vs-multi", "width-depth", "linear-collapse", "param-counts")),
    Page("activations", Text("Activations and vanishing gradients"), NETWORKS, (
        "act-shapes", "sigmoid-prob", "vanishing", "relu")),
    Page("losses", Text("Losses"), NETWORKS, ("losses", "estimator-mse", "entropy")),
    Page("backprop", Text("Backpropagation"), NETWORKS, (
        "forward-backward", "chain-rule", "error-split", "numeric-vs-analytic")),
    Page("convolution", Text("Convolution"), NETWORKS, (
        "conv-op", "conv-corr", "conv-dims", "conv-kernels", "conv-backward")),
    Page("init", Text("Initialization"), NETWORKS, ("init-std", "xavier-he", "init-curves")),
    Page("norm", Text("Normalization"), NETWORKS, ("bn", "covariate-shift", "groupnorm", "bn-regular")),
    Page("train", Text("Train a network"), NETWORKS, ("train-loop", "param-vs-hyper", "always-adam")),
    Page("landscape", Text("Loss landscape"), NETWORKS, ("local-minima",), light=False),
    Page("sharp", Text("Sharp and flat"), NETWORKS, ("batch-size",)),
    Page("always", Text("Always Adam?"), EXPERIMENTS, ("always-adam",)),
    Page("search", Text("Hyper-parameter search"), EXPERIMENTS, ("search",)),
    Page("runs", Text("Runs"), EXPERIMENTS, keeps=False),
    # to learn: lessons, regression, overfit, generalize, checklist, book
    Page("lessons", Text("Lessons"), LEARN, keeps=False),
    Page("regression", Text("Regression with different optimizers"), LEARN, ("regression-task",)),
    Page("overfit", Text("Overfitting and its cures"), LEARN, (
        "overfitting", "weight-decay", "dropout", "early-stopping", "norm-penalty", "augmentation", "noise-robust",
        "label-smoothing", "bn-regular")),
    Page("book", Text("Book mode"), LEARN, ("init-curves", "bn", "weight-decay", "dropout")),
    Page("generalize", Text("Generalization"), LEARN, (
        "splits", "k-fold", "cv-time", "bias-variance", "bootstrap", "bagging-boosting")),
    Page("checklist", Text("When it goes wrong"), LEARN, (
        "param-vs-hyper", "exploding", "zero-loss", "checklist", "plots")),
    Page("notes", Text("Notes map"), LEARN, keeps=False),
)  # fmt: skip
BY_NAME = {page.name: page for page in PAGES}


def navigation() -> dict[str, list[Any]]:
    """What `st.navigation` takes: the pages under the headings of their sections."""
    return {section: [copy(page) for page in pages] for section, pages in _shown(language()).items()}


@cache
def _shown(lang: str) -> dict[str, list[Any]]:
    """Made once per language: each looks for its file. A run needs copies of its own, as they count its calls."""
    found: dict[str, list[Any]] = {}
    for page in PAGES:
        title = translate(page.title, lang)
        shown = st.Page(page.file, title=title, url_path=page.name, default=page is PAGES[0])
        found.setdefault(translate(page.section, lang), []).append(shown)
    return found
