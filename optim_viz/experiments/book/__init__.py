"""The experiments of Saito, Deep Learning from Scratch (2016), chapters 5 and 6: each declared once, run, judged."""

from optim_viz.experiments.book import check, curves, norm, overfit, paths, search, signals
from optim_viz.experiments.book.judge import Verdict, beforehand, verdicts
from optim_viz.experiments.book.material import SOURCES
from optim_viz.experiments.book.record import Criterion, Experiment, Result

_ALL = (paths.EXPERIMENT, curves.OPTIMIZERS, signals.EXPERIMENT, curves.STARTING, norm.EXPERIMENT,
        overfit.WEIGHT_DECAY, overfit.DROPOUT, search.EXPERIMENT, check.EXPERIMENT)  # fmt: skip
EXPERIMENTS: dict[str, Experiment] = {experiment.key: experiment for experiment in _ALL}

__all__ = ["EXPERIMENTS", "SOURCES", "Criterion", "Experiment", "Result", "Verdict", "beforehand",
           "verdicts"]  # fmt: skip
