"""What chance alone does: the sign test."""

from math import comb

LEVEL = 0.05  # a difference that chance makes less often is told


def chance(wins: int, total: int) -> float:
    """How often a fair coin is at least as one-sided as `wins` of `total` (two-sided sign test)."""
    far = max(wins, total - wins)
    return min(1.0, 2 * sum(comb(total, k) for k in range(far, total + 1)) / 2**total)
