"""Writes optim_viz/norm/measured.json, what the page *Normalization* opens on.

    python -m tests.reference.make_norm_measured

It takes about four minutes on one core.
"""

from collections.abc import Iterable
from typing import Any

from optim_viz.experiments import run
from optim_viz.labs.norm import companions, kept, scales, shift


def last(work: Iterable[Any]) -> Any:
    """What a generator ends with."""
    *_, end = work
    return end


def main() -> None:
    found = scales.found(scales.BOOK, last(run(scales.arms(scales.BOOK))))
    arms = companions.arms(seeds=scales.BOOK.seeds)
    tested: dict[str, dict[int, Any]] = {}
    for arm, history in zip(arms, last(run(arms)), strict=True):
        norm, size = arm.name.split()
        tested.setdefault(norm, {})[int(size)] = history.test.score
    moved = {rate: last(shift.measured(rate)) for rate in shift.RATES}
    kept.FILE.write_text(kept.written(found, tested, moved), encoding="utf-8")


if __name__ == "__main__":
    main()
