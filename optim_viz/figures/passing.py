"""Histograms of the outputs of layers, filled one layer after the other as a signal passes through a network."""

from collections.abc import Mapping, Sequence

import numpy as np

from optim_viz.figures.init import CUT
from optim_viz.figures.svg import Drawing
from optim_viz.figures.text import short

KINDS = {"one": "b", "small": "c", "xavier": "a", "he": "d", "own": "ink"}  # initializer -> its color
_WIDE, _GAP, _TALL, _NAME = 94, 10, 46, 22  # px: a histogram, the room beside it, its height, the words above it
_TOP, _BOTTOM = 30, 20


def passing(
    rows: Mapping[str, np.ndarray], names: Mapping[str, str], shown: Sequence[int], ends: tuple[float, float],
    heads: Sequence[str], now: int, arriving: bool = True,
) -> Drawing:  # fmt: skip
    """Initializer -> shares (depth, bins), a row each; of the layers `shown` those up to number `now`.

    `heads` name the columns; the signal is at the last one drawn, whose histograms are `arriving` or there.
    """
    width = len(shown) * (_WIDE + _GAP) - _GAP + 4
    bottom = _TOP + len(rows) * (_NAME + _TALL)
    sheet = Drawing(width, bottom + _BOTTOM)
    for k, head in enumerate(heads):
        x = 2 + k * (_WIDE + _GAP)
        sheet.text(x + _WIDE / 2, 12, head, "ink bold" if k == now else "ink" if k < now else "soft", 14)
        for end, anchor, at in zip(ends, ("start", "end"), (x, x + _WIDE), strict=True):
            sheet.text(at, bottom + 11, short(end), "soft", 13, anchor)
    x = 2 + now * (_WIDE + _GAP)
    if now:
        sheet.arrow(x - _GAP - 18, 12, x + 14, 12, "soft")
    for place, (name, shares) in enumerate(rows.items()):
        floor = _TOP + (place + 1) * (_NAME + _TALL)
        sheet.text(2, floor - _TALL - 9, names[name], f"{KINDS[name]} bold", 13, "start")
        for k in range(len(shown)):
            left = 2 + k * (_WIDE + _GAP)
            sheet.line(left, floor, left + _WIDE, floor, "soft faint")
            if k <= now:
                fresh = " fresh" if arriving and k == now else ""
                sheet.path(_outline(shares[shown[k]], left, floor), KINDS[name] + fresh)
    return sheet.look(x + _WIDE / 2)


def _outline(shares: np.ndarray, left: float, floor: float) -> str:
    """The bars of one histogram as one path; a bar of CUT or more is as tall as there is room."""
    tops = (floor - np.minimum(shares / CUT, 1.0) * _TALL).tolist()
    edges = np.linspace(left, left + _WIDE, len(tops) + 1).tolist()
    steps = "".join(f"V{top:.1f}H{edge:.1f}" for top, edge in zip(tops, edges[1:], strict=True))
    return f"M{left:.1f} {floor:.1f}{steps}V{floor:.1f}Z"
