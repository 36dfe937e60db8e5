"""Every word a figure shows, and what a figure says to those who cannot see it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.words import Text

TEXTS: dict[str, str] = {
    "x": "x",
    "y": "y",
    "loss": "Loss f",
    "gap": "Loss above the minimum, f − f*",
    "log": "{title} (log)",
    "step": "step",
    "start": "start",
    "minimum": "minimum",
    "diverged": "diverged at step {n}",
    "outside": "leaves the picture after step {n}",
    "play": "Play",
    "pause": "Pause",
    "epoch": "epoch",
    "accuracy": "accuracy",
    "training loss": "loss",
    "training": "training",
    "validation": "validation",
    "test": "test",
    "truth": "true class",
    "said": "what the network says",
    "target": "target",
    "batch size": "batch size",
    "median": "median",
    "distance": "distance",
    "true": "true loss",
    "shown": "in the plane",
    "stopped": "stopped early",
    "rate": "learning rate lr",
    "final": "Final loss f",
    "final gap": "Final loss above the minimum, f − f*",
    "gone": "diverged",
    "best": "best",
    "grows": "diverges",
    "unsettled": "not settled",
    "momentum": "momentum μ",
    "factor": "error × per step",
    "critical": "critical damping, {name} = {value}",
    "fastest": "fastest: × {factor} per step",
    "now": "now",
    "answer": "answer of the model",
    "excess": "Loss above the minimum, E − E*",
    "theory": "theory",
    "radius": "radius of the ball",
    "terms": "E<sub>i</sub> of single samples",
    "good": "good",
    "poor": "poor",
    "mean": "E, the mean of all samples",
    "left": "runs that left the poor minimum",
    "weights": "weights of layer {n}",
    "activations": "output of layer {n}",
}
LONGEST = 40  # characters of a name in a legend


def words(texts: Mapping[str, str] | None) -> dict[str, str]:
    return {**TEXTS, **(texts or {})}


def clean(text: str) -> str:
    """User text for a label: one short line in which Plotly finds no markup, no TeX and no %{...}."""
    line = " ".join(str(text).split())
    line = line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
    for mark, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("$", "&#36;"), ("%", "&#37;")):
        line = line.replace(mark, entity)
    return line


def labels(paths: Sequence[Any]) -> list[str]:
    """One name per path; paths of the same name add the values in which they differ, else a number."""
    names = [path.optimizer.label() for path in paths]
    many = Counter(names)
    told = [
        f"{name} {_difference(path, [p for p, n in zip(paths, names, strict=True) if n == name])}".strip()
        if many[name] > 1
        else name
        for path, name in zip(paths, names, strict=True)
    ]
    again, seen = Counter(told), Counter()
    for k, name in enumerate(told):
        seen[name] += 1
        told[k] = f"{name} ({seen[name]})" if again[name] > 1 else name
    return told


def _difference(path: Any, family: list[Any]) -> str:
    fields = [h.name for h in path.optimizer.hyperparameters()]
    differing = [field for field in fields if len({repr(getattr(p.optimizer, field, None)) for p in family}) > 1]
    return ", ".join(f"{field}={getattr(path.optimizer, field, '')!s}" for field in differing)


def short(value: float) -> str:
    """A number for an axis: four digits, a true minus sign."""
    return f"{value + 0.0:.4g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-").replace("-", "−")


def summary(paths: Any) -> Text:
    """What became of each path, in one sentence, for the `alt` of a figure; accepts one Path or several."""
    many = as_list(paths)
    surface = many[0].surface
    parts = [_became(path, name) for path, name in zip(many, labels(many), strict=True)]
    told = parts[-1]
    for part in reversed(parts[:-1]):
        told = Text("{one}; {more}", one=part, more=told)
    named = getattr(surface, "name", "") or getattr(surface, "formula", "")
    x = np.asarray(many[0].x[0], dtype=float)
    if not named or x.shape != (2,):
        return Text("{paths}.", paths=told)
    return Text(
        "{surface} from ({x:.3g}, {y:.3g}): {paths}.",
        surface=Text(named),
        x=float(x[0]),
        y=float(x[1]),
        paths=told,
    )


def _became(path: Any, name: str) -> Text:
    end, value = int(path.end), float(path.value[int(path.end)])
    step = int(path.outcome.step)
    match path.outcome.kind:
        case "diverged":
            return Text("{name} diverged at step {step}", name=name, step=step)
        case "converged":
            return Text("{name} converged at step {step} with f = {value:.3g}", name=name, step=step, value=value)
        case "growing":
            return Text(
                "the loss of {name} is growing: f = {value:.3g} after {end} steps", name=name, value=value, end=end
            )
    return Text("{name} is still moving: f = {value:.3g} after {end} steps", name=name, value=value, end=end)


def as_list(paths: Any) -> list[Any]:
    """One Path or several -> list; ValueError when there is none, or when one is a batch of many lanes."""
    many = list(paths) if isinstance(paths, Sequence) else [paths]
    if not many:
        raise ValueError(Text("There is no path to draw."))
    if any(np.ndim(path.value) != 1 for path in many):
        raise ValueError(Text("A figure draws single paths with all their steps, not a batch."))
    return many
