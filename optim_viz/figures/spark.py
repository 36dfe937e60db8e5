"""A small picture of curves: enough to know a run again."""

from collections.abc import Sequence

import numpy as np

from optim_viz.figures.style import styles

WIDTH, HEIGHT, _EDGE = 168.0, 72.0, 5.0


def spark(curves: Sequence[tuple[str, Sequence[float]]], theme: str) -> str:
    """SVG of the curves on one scale, logarithmic where all are positive and far apart."""
    rows = [np.asarray(values, float) for _, values in curves if len(values) > 1]
    looks = styles([name for name, values in curves if len(values) > 1])
    if not rows:
        return ""
    every = np.concatenate(rows)
    if every.min() > 0 and every.max() > 30 * every.min():
        rows, every = [np.log(row) for row in rows], np.log(every)
    elif np.abs(every).max() > 1e300:  # their difference may be none
        rows, every = [row / 1e300 for row in rows], every / 1e300
    low, span = every.min(), max(np.ptp(every), 1e-12)
    lines = []
    for row, look in zip(rows, looks, strict=True):
        x = np.linspace(_EDGE, WIDTH - _EDGE, len(row))
        y = HEIGHT - _EDGE - (HEIGHT - 2 * _EDGE) * (row - low) / span
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        dash = f' stroke-dasharray="{" ".join(map(str, look.dash))}"' if look.dash else ""
        lines.append(f'<polyline points="{points}" fill="none" stroke="{look.color(theme)}" stroke-width="2"{dash}/>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" width="{WIDTH:g}" '
            f'height="{HEIGHT:g}" aria-hidden="true">{"".join(lines)}</svg>')  # fmt: skip
