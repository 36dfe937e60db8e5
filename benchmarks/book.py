"""Measures what the book's experiments show on digits, over five seeds: `python -m benchmarks.book [key ...]`.

Writes all numbers, and the curves of the first seed, to optim_viz/experiments/book/measured.json: the page opens with
them, and shows their spread beside each run.
"""

import json
import sys
from time import process_time
from typing import Any

import numpy as np

from optim_viz.experiments.book import EXPERIMENTS, Experiment, Result
from optim_viz.experiments.book.judge import MEASURED
from optim_viz.experiments.book.record import Panel

SEEDS = (0, 1, 2, 3, 4)


def main(keys: list[str]) -> None:
    """All experiments in which something is drawn at random, or those named."""
    known: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
    numbers, curves = known.get("numbers", {}), known.get("curves", {})
    for key, experiment in EXPERIMENTS.items():
        if not experiment.drawn or (keys and key not in keys):
            continue
        begun = process_time()
        found = [experiment.run("digits", seed) for seed in SEEDS]
        told(experiment, found, (process_time() - begun) / len(SEEDS))
        numbers[key] = {name: [short(one.numbers[name], 5) for one in found] for name in found[0].numbers}
        if experiment.arms:
            curves[key] = [written(panel) for panel in found[0].drawn]
        save({"made by": "python -m benchmarks.book", "numpy": np.__version__, "seeds": SEEDS}, numbers, curves)


def told(experiment: Experiment, found: list[Result], seconds: float) -> None:
    """Prints how long it took, and every criterion with its five numbers."""
    print(f"{experiment.key}: {seconds:.1f} s of CPU per seed")
    for c in experiment.criteria:
        values = [one.numbers[c.number] for one in found]
        print(f"  {c.claim}\n    {c.measured}: {', '.join(map(c.written, values))}; needed {c.needed}; "
              f"{sum(map(c.holds, values))} of {len(values)}")  # fmt: skip


def short(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


def written(panel: Panel) -> list[Any]:
    """A panel as `judge.beforehand` reads it: points of a line are equally far apart, the first at 0."""
    lines = [[line.name, float(line.x[1]) if len(line.x) > 1 else 0.0, [short(v, 4) for v in line.y]]
             for line in panel.lines]  # fmt: skip
    return [panel.title, lines, list(panel.note or ())]


def save(facts: dict[str, Any], numbers: dict[str, Any], curves: dict[str, Any]) -> None:
    """One line per experiment, so that a change can be read."""
    parts = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in facts.items()]
    for name, table in (("numbers", numbers), ("curves", curves)):
        rows = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in table.items())
        parts.append(f"{json.dumps(name)}: {{\n{rows}\n }}")
    MEASURED.write_text("{\n " + ",\n ".join(parts) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
