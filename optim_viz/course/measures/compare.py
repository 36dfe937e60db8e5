"""Measures of measures: which of two is more, and by how much; the best of several settings."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optim_viz.course.measures import known, measure

ALIKE = 1e-9  # relative: less than this apart is the same


@measure
def compare(what: str, first: Mapping[str, Any], second: Mapping[str, Any], **same: Any) -> str:
    """Whether the measure `what` is "more", "less" or the "same" for the second arguments as for the first."""
    one, other = (float(known()[what](**{**same, **given})) for given in (first, second))
    if abs(other - one) <= ALIKE * max(abs(one), abs(other)):
        return "same"
    return "more" if other > one else "less"


@measure
def least(
    what: str, name: str, values: Sequence[float], settings: Mapping[str, float] | None = None, **same: Any
) -> float:
    """The value of the setting `name` for which the measure `what` comes out smallest."""
    found = [float(known()[what](settings={**(settings or {}), name: value}, **same)) for value in values]
    return float(values[int(np.argmin(found))])


@measure
def nearest(what: str, choices: Mapping[str, float], **given: Any) -> str:
    """The id of that choice which the measure `what` comes closest to, in proportion."""
    found = float(known()[what](**given))
    return min(choices, key=lambda name: abs(np.log(choices[name] / found)))
