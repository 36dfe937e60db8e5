"""Checks of the run: loss function, first weights, learning rate, and whether the network learned by heart."""

from __future__ import annotations

import numpy as np

from optim_viz.data import DATASETS, DataSpec
from optim_viz.labs.checklist.data_checks import scale
from optim_viz.labs.checklist.record import Case, Finding, Fix, fine
from optim_viz.nn.losses import MSE, RMSE
from optim_viz.words import Text

FEW_CODES, EACH = 10, 5  # different targets that look like classes, and samples of each
FAR_OUT, TAILS = 6.0, 0.01  # robust deviations of a residual, and the share of such residuals
LOUD = {True: 3.0, False: 8.0}  # first loss over that of a guess, for classes and for numbers
FAINT = 1e-3  # spread of the last hidden layer over that of the inputs
FULL = 0.5  # share of saturated or dead units
ROSE = 1.05  # a loss that ends so many times as high as it began
LINE, SLOW = 0.15, 1e-3  # share of the fall in the last quarter; update over weight
BETTER = 0.5  # of the first loss
SMALL = 60  # training samples per class, or of a regression
MORE = 10  # times as many samples
MANY = 2.0  # parameters per training sample
LARGER = 10.0  # factor of a cure by another rate
LEAST = 4  # hidden units of a smaller network


def loss(case: Case) -> Finding:
    """A loss that asks for something else than the task does."""
    if case.classes:
        return fine(Text("Classes with {name}: the loss asks for the right class.", name=_loss_name(case)))
    y = case.data.y
    codes = np.unique(y)
    if len(codes) <= min(FEW_CODES, len(y) // EACH) and (codes == np.round(codes)).all():
        said = Text("The targets are only {n} different whole numbers, from {low:g} to {high:g}.", n=len(codes),
                    low=float(codes[0]), high=float(codes[-1]))  # fmt: skip
        cause = Text("They look like classes. A squared error says that class 2 is nearer to 1 than to 0; "
                     "cross-entropy asks for the right class only.")  # fmt: skip
        return Finding(True, said, cause, (Fix("classes", len(codes), Text("Take the targets for classes")),))
    share, worst = outliers(case)
    if share is None:
        return fine(Text("The network gave no finite answer to judge the loss by."))
    if isinstance(case.net.objective, MSE | RMSE | None) and share >= TAILS:
        said = Text("{share:.1%} of the training errors are more than {far:g} robust deviations from the middle, the "
                    "largest {worst:.0f}.", share=share, far=FAR_OUT, worst=worst)  # fmt: skip
        cause = Text("Such an outlier counts with its square: a few of them pull the whole curve.")
        return Finding(True, said, cause, (Fix("loss", "huber", Text("Take the Huber loss")),))
    return fine(Text("{share:.1%} of the training errors lie far out: {name} suits.", share=share,
                     name=_loss_name(case)))  # fmt: skip


def _loss_name(case: Case) -> Text:
    found = case.net.batch(case.split.train.X[:1], case.split.train.y[:1]).loss
    return Text({"CrossEntropy": "cross-entropy", "BinaryCrossEntropy": "binary cross-entropy, one output",
                 "MSE": "mean squared error", "MAE": "mean absolute error", "RMSE": "root of the mean squared error",
                 "Huber": "Huber"}[type(found).__name__])  # fmt: skip


def outliers(case: Case) -> tuple[float | None, float]:
    """Share of training errors far out, by the median absolute deviation, and the largest in such deviations."""
    with np.errstate(all="ignore"):
        at = case.history.final
        said = case.net.predict(at.theta, case.split.train.X, state=at.state or None)[case.run, :, 0]
        error = said - case.split.train.y
    if not np.isfinite(error).all():
        return None, 0.0
    off = np.abs(error - np.median(error))
    far = off / max(1.4826 * float(np.median(off)), 1e-12)
    return float((far > FAR_OUT).mean()), float(far.max())


def init(case: Case) -> Finding:
    """The first weights: copies of each other, a signal that dies or saturates on its way, or a loud first answer."""
    first = case.history.checkpoints[0]
    theta, X, crooked = first.theta[case.run], case.split.train.X[:500], scale(case).found
    if crooked:  # that is another fault: seen with columns of one size, are the weights fine?
        X = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0, X.std(axis=0), 1)
    better = "he" if _relu(case) else "glorot"
    fixes = ()
    if case.net.fields().get("init", "he") != better:
        fixes = (Fix("init", better, Text("Begin with weights by {name}", name=better.capitalize())),)
    weights = [a for name, a in case.net.views(theta).items() if name.endswith(".weight") and a.ndim > 1]
    if any(len(w) > 1 and np.ptp(w, axis=0).max() == 0 for w in weights[:-1]):
        return Finding(True, Text("In a hidden layer all units begin with the same weights."),
                       Text("They get the same gradient, so they stay copies: the layer is one unit."),
                       fixes)  # fmt: skip
    hidden = _hidden(case, theta, X)
    if hidden:
        full, kind = _full(case, hidden)
        if full > FULL:
            return Finding(True, Text("Before the first step, {share:.0%} of the outputs of the hidden units are "
                                      "{kind}.",
                                      share=full, kind=kind),
                           Text("Where the activation function is flat, its derivative is near 0 and no gradient "
                                "comes through."), fixes)  # fmt: skip
        spread = float(hidden[-1].std(axis=0).mean() / max(float(X.std()), 1e-12))
        if spread < FAINT:
            said = Text("Before the first step, the last hidden layer varies {share:.2g} times as much as the inputs.",
                        share=spread)  # fmt: skip
            return Finding(True, said, Text("The first weights are so small that the signal dies on its way, and the "
                                            "gradient with it: nothing is learned."), fixes)  # fmt: skip
    before, guess = float(case.history.train_loss[case.run, 0]), case.guess
    said = Text("The first loss is {before:.3g}; a network that ignores its inputs has {guess:.3g}.", before=before,
                guess=guess)  # fmt: skip
    if before > LOUD[case.classes] * guess and not crooked:
        return Finding(True, said, Text("The first answers are confident and wrong: the first weights, or the inputs, "
                                        "are too large."), fixes)  # fmt: skip
    return fine(said)


def _relu(case: Case) -> bool:
    return any(type(layer).__name__ in ("ReLU", "LeakyReLU", "GELU", "GELUTanh") for layer in case.net.layers)


def _hidden(case: Case, theta: np.ndarray, X: np.ndarray) -> list[np.ndarray]:
    """What comes out of each activation, (N, units)."""
    passed = case.net.activations(theta, X)
    names = ("Tanh", "Sigmoid", "ReLU", "LeakyReLU", "GELU", "GELUTanh", "Identity")
    return [a.reshape(len(X), -1) for a, layer in zip(passed[:-1], case.net.layers, strict=False)
            if type(layer).__name__ in names]  # fmt: skip


def _full(case: Case, hidden: list[np.ndarray]) -> tuple[float, Text]:
    """Share of flat places: saturated outputs, or units that give 0 for every sample."""
    kinds = {type(layer).__name__ for layer in case.net.layers[:-1]}
    if "ReLU" in kinds:
        return max(float((a == 0).all(axis=0).mean()) for a in hidden), Text("always 0")
    if "Tanh" in kinds:
        return max(float((np.abs(a) > 0.97).mean()) for a in hidden), Text("saturated")
    if "Sigmoid" in kinds:
        return max(float((np.abs(2 * a - 1) > 0.97).mean()) for a in hidden), Text("saturated")
    return 0.0, Text("saturated")


def rate(case: Case) -> Finding:
    """Too large: the loss grows. Too small: it still falls, in a straight line, by tiny steps."""
    k, lr = case.run, getattr(case.rule, "lr", None)
    name, end = case.rule.label(), max(int(case.history.end[case.run]), 0)
    path = case.history.train_loss[k, : end + 1]
    if lr is None:
        return fine(Text("{name} has no learning rate.", name=name))
    facts = {"name": name, "lr": lr, "before": float(path[0]), "after": float(path[-1])}
    rose = case.row.kind == "diverged" or (case.row.kind == "growing" and path[-1] > ROSE * path[0])
    if rose and not init(case).found:
        said = Text("{name} with lr {lr:g}: the loss went from {before:.3g} to {after:.3g}.", **facts)
        if case.row.kind == "diverged":
            said = Text("{said} Then it was infinite.", said=said)
        cause = Text("Each step goes farther past the minimum than the last one stood before it. The loss may also be "
                     "infinite because of the data: see scale and missing values.")  # fmt: skip
        return Finding(True, said, cause, (_other_rate(case, 1 / LARGER),))
    fall = path[0] - path[-1]
    late = path[-1 - max(1, len(path) // 4)] - path[-1] if len(path) > 4 else 0.0
    update = float(case.history.update_ratio[k, end])
    if fall > 0 and path[-1] > BETTER * path[0] and late > LINE * fall and update < SLOW:
        said = Text("{name} with lr {lr:g}: the loss went from {before:.3g} to {after:.3g}, {late:.0%} of that in the "
                    "last quarter of the time; a step changes the weights by {update:.2g} of their length.",
                    late=float(late / fall), update=update, **facts)  # fmt: skip
        return Finding(True, said, Text("It would go on falling: the steps are too small for so few epochs."),
                       (_other_rate(case, LARGER),))  # fmt: skip
    return fine(Text("{name} with lr {lr:g}: the loss went from {before:.3g} to {after:.3g}.", **facts))


def _other_rate(case: Case, factor: float) -> Fix:
    """The choice of the optimizer that is nearest to so many times its rate."""
    wanted = case.rule.lr * factor  # type: ignore[attr-defined]
    choices = next(p.choices for p in case.rule.hyperparameters() if p.name == "lr")
    lr = min((c for c in choices if c > 0), key=lambda c: abs(np.log(c / wanted)))
    return Fix("rate", lr, Text("Learning rate {lr:g}", lr=lr))


def _gap(case: Case) -> Text:
    (loss, seen, _), (score, other, _) = case.row.loss, case.row.score
    if case.row.kind == "diverged" or None in (loss, seen, score, other):
        return Text("There are no finite losses on training and validation samples to compare.")
    facts = {"loss": loss, "seen": seen, "score": score, "other": other}
    if case.classes:
        return Text("Training and validation: loss {loss:.3g} and {seen:.3g}, accuracy {score:.0%} and {other:.0%}.",
                    **facts)  # fmt: skip
    return Text("Training and validation: loss {loss:.3g} and {seen:.3g}, R² {score:.2f} and {other:.2f}.", **facts)


def few(case: Case) -> Finding:
    """Learned by heart, and there was not much to learn from."""
    n = len(case.split.train)
    most = SMALL * (len(case.data.classes) or 1)
    said = Text("{n} training samples. {gap}", n=n, gap=_gap(case))
    if not (case.overfits and n < most):
        return fine(said)
    cause = Text("So few samples can be learned by heart, noise and all: the training loss falls, and new samples do "
                 "not profit.")  # fmt: skip
    fixes = ()
    if isinstance(case.source, DataSpec):
        sizes = [n for p in DATASETS[case.source.name].parameters if p.name == "n" for n in p.choices]
        wanted = [n for n in sizes if n >= MORE * len(case.data)][:1]
        fixes = tuple(Fix("more", n, Text("Take {n} points", n=n)) for n in wanted)
    return Finding(True, said, cause, fixes)


def large(case: Case) -> Finding:
    """Learned by heart, by a network with more parameters than samples."""
    n, count = len(case.split.train), case.net.parameter_count
    said = Text("{count:,} parameters, {n} training samples. {gap}", count=count, n=n, gap=_gap(case))
    if not (case.overfits and count > MANY * n):
        return fine(said)
    cause = Text("With more parameters than samples the network can draw a boundary around every single one.")
    units = tuple(max(LEAST, width // 10) for width in case.units[:-1][:1])
    told = Text("A smaller network: {units} hidden units", units=", ".join(map(str, units)))
    return Finding(True, said, cause, (Fix("layers", units, told),) if case.units[:-1] else ())
