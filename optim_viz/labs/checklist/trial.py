"""Cures, tried: the same training as it is and with each cure, from several first weights, judged on unseen samples."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optim_viz.data import Data, DataSpec, Split
from optim_viz.experiments.arms import Arm, run, seconds
from optim_viz.labs.checklist.record import Case, Fix
from optim_viz.nn import Network, Settings
from optim_viz.nn.history import History
from optim_viz.words import Text

SEEDS, FRESH = 5, 2000
SURE = 2.0  # standard errors between two means


@dataclass(frozen=True)
class Tried:
    """One arm: its score on unseen samples by seed, the training loss by seed, and whether it beats "as it is"."""

    fix: Fix | None
    scores: tuple[float, ...]
    losses: tuple[float, ...]
    better: bool = False

    @property
    def mean(self) -> float:
        return float(np.mean(self.scores))

    @property
    def spread(self) -> float:
        """Standard deviation over the seeds."""
        return float(np.std(self.scores, ddof=1))


def changed(case: Case, fix: Fix) -> Case:
    """The case with other data, where the cure changes them; else the case itself."""
    data, source = case.data, case.source
    if fix.kind == "more" and isinstance(source, DataSpec):
        source = DataSpec(source.name, **{**dict(source.parameters), "n": fix.value})
        data = source.load().flat()
    elif fix.kind == "rows":
        data = data.take(np.array(fix.value))
    elif fix.kind == "classes":
        data = coded(data)
    elif fix.kind != "scale":
        return case
    scaling = fix.value if fix.kind == "scale" else None
    return replace(case, data=data, split=data.split(scaling=scaling), source=source)


def coded(data: Data) -> Data:
    """A regression on a few whole numbers as a classification."""
    codes, y = np.unique(data.y, return_inverse=True)
    return replace(data, y=y, task="classification", classes=tuple(f"{c:g}" for c in codes))


def network(case: Case, fix: Fix) -> Network:
    """The network with the cure."""
    if fix.kind == "init":
        return case.net.replace(init=fix.value)
    if fix.kind == "loss":
        return case.net.replace(loss=fix.value)
    if fix.kind not in ("layers", "classes"):
        return case.net
    layers, outputs = list(case.net.fields()["layers"]), case.net.outputs
    if fix.kind == "classes":
        return case.net.replace(layers=[*layers[:-1], fix.value], loss="auto")
    kept = [layer for layer in layers if not isinstance(layer, int)] if "input" in case.net.fields() else layers[:1]
    return case.net.replace(layers=[*kept, *fix.value, outputs])


def arms(case: Case, fixes: Sequence[Fix]) -> list[Arm]:
    """The training as it is first, then with each cure."""
    before = len(case.split.train)
    made = [_arm(case, case.net, case.rule, "", before)]
    for fix in fixes:
        rule = case.rule
        if fix.kind == "rate":
            rule = replace(rule, lr=fix.value)  # type: ignore[attr-defined, call-arg]
        made.append(_arm(changed(case, fix), network(case, fix), rule, str(fix.says), before))
    return made


def _arm(case: Case, net: Network, rule: Any, name: str, before: int) -> Arm:
    how = Settings(epochs(case, before), None if case.batch is None else min(case.batch, len(case.split.train)))
    return Arm(name, net, rule, case.split, how, tuple(range(SEEDS)))


def epochs(case: Case, before: int) -> int:
    """As many as make the same number of steps as the epochs of the case did on so many samples."""
    return max(1, round(case.epochs * before / len(case.split.train)))


def trial(case: Case, fixes: Sequence[Fix]) -> Generator[float | list[Tried], None, None]:
    """The share that is done, last what came of each arm."""
    made = arms(case, fixes)
    for event in run(made):
        yield judged(fixes, made, event, fresh(case.source)) if isinstance(event, list) else event


def estimate(case: Case, fixes: Sequence[Fix]) -> float | Text:
    """Seconds it takes, or why it cannot be tried."""
    try:
        return seconds(arms(case, fixes))
    except ValueError as wrong:
        return wrong.args[0]


def judged(
    fixes: Sequence[Fix], made: Sequence[Arm], found: Sequence[History], judges: Data | None = None
) -> list[Tried]:
    """Scores of all arms; a cure is better where its mean is above that of "as it is" by twice the standard error."""
    as_values = any(fix.kind == "classes" for fix in fixes)
    told = []
    for fix, arm, history in zip((None, *fixes), made, found, strict=True):
        scores = unseen(history, arm.data, as_values, judges)
        losses = np.where(np.isfinite(history.train_loss[:, -1]), history.train_loss[:, -1], np.inf)
        losses = np.where([o.kind == "diverged" for o in history.outcomes], np.inf, losses)
        told.append(Tried(fix, tuple(scores.tolist()), tuple(losses.tolist())))
    return [told[0], *(replace(one, better=beats(one.scores, told[0].scores)) for one in told[1:])]


def beats(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether the mean of a is above that of b by more than twice the standard error of their difference."""
    error = np.sqrt(np.var(a, ddof=1) / len(a) + np.var(b, ddof=1) / len(b))
    return bool(np.mean(a) - np.mean(b) > SURE * error + 1e-9)


def unseen(history: History, split: Split, codes: bool = False, fresh: Data | None = None) -> np.ndarray:
    """A score per run (runs,) on samples not trained on, 1 at best: `fresh` ones, else validation and test together.

    Classes: the mean over the classes of the share that is right. Numbers: 1 − the mean absolute error over that of
    one who always says the median; with `codes`, the nearest whole number is taken for a class.
    """
    X, y = _judges(split, fresh)
    net, at = history.net, history.final
    with np.errstate(all="ignore"):
        if split.train.task == "classification":
            return _recall(net.classify(at.theta, X, state=at.state or None), y)
        said = np.nan_to_num(net.predict(at.theta, X, state=at.state or None)[..., 0], nan=1e9, posinf=1e9, neginf=-1e9)
        if codes and split.target is not None:
            return _recall(np.round(split.target.inverse(said)), np.round(split.target.inverse(y)))
        lazy = np.abs(y - np.median(split.train.y)).mean()
        return np.maximum(1 - np.abs(said - y).mean(axis=1) / lazy, -1.0)


def _judges(split: Split, fresh: Data | None) -> tuple[np.ndarray, np.ndarray]:
    """Samples to judge by, as training would have seen them."""
    if fresh is not None:
        return split.scaler.apply(fresh.X), fresh.y if split.target is None else split.target.apply(fresh.y)
    parts = [part for part in (split.validation, split.test) if len(part)] or [split.train]
    return np.concatenate([part.X for part in parts]), np.concatenate([part.y for part in parts])


def fresh(source: DataSpec | str) -> Data | None:
    """Many new points of the same kind, where the data come from a formula: the same judges for all arms."""
    if not isinstance(source, DataSpec) or not {"n", "seed", "noise"} <= {name for name, _ in source.parameters}:
        return None
    values = dict(source.parameters)
    return DataSpec(source.name, **{**values, "n": FRESH, "seed": values["seed"] + 1}).load()


def _recall(said: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.mean([(said[:, y == k] == k).mean(axis=1) for k in np.unique(y)], axis=0)
