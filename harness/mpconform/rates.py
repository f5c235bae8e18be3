"""Rates: how sure one can be of a part that was seen."""

import math

__all__ = ("wilson",)

_Z = 1.96


def wilson(seen: int, of: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of the rate *seen* / *of* (Wilson's score interval, 1927)."""
    if not of:
        return 0.0, 1.0
    rate = min(1.0, seen / of)
    middle = (rate + _Z * _Z / (2 * of)) / (1 + _Z * _Z / of)
    half = _Z / (1 + _Z * _Z / of) * math.sqrt(rate * (1 - rate) / of + _Z * _Z / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)
