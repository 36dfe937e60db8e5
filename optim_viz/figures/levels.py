"""Contour levels that suit a surface: even steps for bowls, decades for valleys."""

from typing import Any

import numpy as np

STEEP = 12.0  # highest over median rise; a quadratic centered in its domain stays below 11.7, whatever its axes
DIGITS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)  # even steps are one of these times a power of ten


def levels(z: Any, scale: str = "auto", floor: float | None = None, count: int = 18) -> np.ndarray:
    """At most `count` increasing levels strictly inside the finite range of `z` (any shape).

    Linear levels are whole multiples of one of DIGITS times a power of ten, so 0 is among them where `z`
    changes sign; log levels are `floor` plus such numbers, `floor` being the known minimum value (else see
    `bottom`); "squares" are `floor` plus a step times 1, 4, 9, ...: the evenly spaced rings of a bowl. A constant
    `z` gives its one value, nothing finite an empty array. Raises ValueError for other scales.
    """
    if scale not in ("auto", "linear", "log", "squares"):
        raise ValueError(f"scale must be auto, linear, log or squares, not {scale!r}")
    known = _finite(z)
    if known.size == 0 or known[0] == known[-1]:
        return known[:1]
    if scale == "log" or (scale == "auto" and suits(known, floor) == "log"):
        found = _decades(known, floor, count)
        if found.size > 1:
            return found
    if scale == "squares":
        return _rings(known, bottom(known, floor), count)
    return _even(known[0], known[-1], count)


def _rings(known: np.ndarray, base: float, count: int) -> np.ndarray:
    step, power = _nice((known[-1] - base) / count**2)
    found = base + _times(step * np.arange(1, count + 1) ** 2, power)
    found = found[(found > known[0]) & (found < known[-1])]
    return found if found.size else _even(known[0], known[-1], count)


def suits(z: Any, floor: float | None = None) -> str:
    """Which scale fits: log where the highest rise above the floor is over STEEP times the median rise."""
    known = _finite(z)
    if known.size == 0:
        return "linear"
    rise = known / 2 - bottom(known, floor) / 2
    return "log" if rise[-1] / STEEP > np.median(rise) else "linear"


def bottom(z: Any, floor: float | None = None) -> float:
    """What log levels are counted from: the known minimum value, unless `z` goes below it.

    Where none is known it is the smallest z, or 0 for a sum of squares (never negative, nearly 0 somewhere).
    """
    known = _finite(z)
    lowest = float(known[0]) if known.size else 0.0
    if floor is not None and np.isfinite(floor):
        return min(float(floor), lowest)
    return 0.0 if 0 <= lowest < 0.01 * _middle(known) else lowest


def _middle(known: np.ndarray) -> float:
    return float(known[known.size // 2]) if known.size else 0.0


def _finite(z: Any) -> np.ndarray:
    flat = np.asarray(z, dtype=float).ravel()
    return np.sort(flat[np.isfinite(flat)])


def _even(low: float, high: float, count: int) -> np.ndarray:
    size = high / count - low / count
    if size < 1e-300:  # powers of ten this small have lost their digits
        return np.array([low / 2 + high / 2])
    step, power = _nice(size)
    unit = _times(np.array([step]), power)[0]
    numbers = np.arange(np.ceil(low / unit), np.floor(high / unit) + 1)
    found = np.unique(_times(numbers * step, power)) + 0.0  # no −0
    found = found[(found > low) & (found < high)]
    return found if found.size else np.array([low / 2 + high / 2])


def _nice(size: float) -> tuple[float, int]:
    """The smallest (digit, power) with digit * 10**power >= size, digit one of DIGITS."""
    power = int(np.floor(np.log10(size)))
    for digit in DIGITS:
        if _times(np.array([digit]), power)[0] >= size:
            return digit, power
    return 1.0, power + 1


def _times(numbers: np.ndarray, power: int) -> np.ndarray:
    """numbers * 10**power, dividing by whole powers so that 3 tenths is 0.3."""
    return numbers * 10.0**power if power >= 0 else numbers / 10.0**-power


def _decades(known: np.ndarray, floor: float | None, count: int) -> np.ndarray:
    base = bottom(known, floor)
    with np.errstate(over="ignore"):
        rise = known - base
    rise = rise[(rise > 0) & np.isfinite(rise)]
    low, high = np.quantile(rise, 0.002, method="lower"), rise[-1]
    first, last = int(np.floor(np.log10(low))), int(np.floor(np.log10(high)))
    for digits in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        found = _ladder(digits, range(first, last + 1), low, high)
        if len(found) <= count:
            break
    else:
        stride = -(-(last - first + 1) // count)
        found = _ladder((1,), range(last, first - 1, -stride), low, high)
    up = np.unique(base + np.array(found, dtype=float))
    return up[(up > max(base, known[0])) & (up < known[-1])]


def _ladder(digits: tuple[float, ...], powers: range, low: float, high: float) -> list[float]:
    numbers = (float(f"{digit}e{power}") for power in powers for digit in digits)
    return [number for number in numbers if low <= number < high]
