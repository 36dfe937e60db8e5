"""The signs on the map for what happens inside one update: their words and colors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optim_viz.inside import plain
from optim_viz.words import Text

DASHES = ((), (5, 4))  # of x and of y in a curve


@dataclass(frozen=True)
class Sign:
    """One sign and its color on a light and on a dark page."""

    name: Text
    light: str
    dark: str


SIGNS: dict[str, Sign] = {
    "step": Sign(Text("Step taken"), "#111827", "#ffffff"),
    "slope": Sign(Text("Downhill −∇f (direction)"), "#c2185b", "#ff7aa8"),
    "coast": Sign(Text("Velocity: the step if the slope were 0"), "#0b57d0", "#7db4ff"),
    "asked": Sign(Text("Look-ahead: where the slope is asked"), "#7b1fa2", "#d7a6ff"),
    "box": Sign(Text("Step per unit of slope, by axis (scaled)"), "#b45309", "#ffb454"),
}


def pack_signs(inside: Any, say: Any = str) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Header and arrays of an `optim_viz.inside.Inside` for the first path; signs it never needs are left out.

    `say` translates the words. Per update: where the slope was asked, the slope, the step without it and, where
    axes differ, the step per unit of slope.
    """
    here, where = inside.path.x[: len(inside)], inside.asked
    shown = {"step": True, "slope": True, "coast": bool(np.any(inside.coast)), "asked": bool(np.any(where != here)),
             "box": inside.per_axis is not None}  # fmt: skip
    rows = {"slope": inside.slope, "coast": inside.coast, "asked": where, "box": inside.per_axis}
    signs: list[dict[str, Any]] = [
        {"id": key, "name": say(sign.name), "light": sign.light, "dark": sign.dark, "count": 0}
        for key, sign in SIGNS.items()
        if shown[key]
    ]
    arrays: Sequence[np.ndarray] = []
    for sign in signs:
        if sign["id"] in rows:
            sign["count"] = len(inside)
            arrays = [*arrays, *np.asarray(rows[sign["id"]], dtype=float).T]
    return {"count": len(inside), "signs": signs}, list(arrays)


def inside_options(insides: Sequence[Any], without: str | None, say: Callable[[str], str]) -> dict[str, Any]:
    """Options of `pack_paths` for an optimizer looked into, and, where it is there, itself `without` a part.

    `say` translates. Each state array of the rule has a chart: x solid, y dashed, of every path that keeps the array.
    """
    rule, charts = insides[0].path.optimizer, []
    for key in insides[0].path.state:
        series = [
            (k, one.path.state[key][: len(one) + 1, axis], dash)
            for k, one in enumerate(insides) if key in one.path.state
            for axis, dash in enumerate(DASHES)
        ]  # fmt: skip
        charts.append({"title": say(Text("{name}: x solid, y dashed", name=plain(rule, key))), "series": series})
    labels = [rule.name, say(without)] if without else [rule.name]
    return {"labels": labels, "charts": charts, "inside": insides[0], "height": 480, "say": say}
