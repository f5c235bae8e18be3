"""Budget: how the time of a run is divided over its campaigns."""

import msgspec

from mpconform.errors import UsageError

__all__ = ("PROFILES", "Profile", "duration", "shares", "weight_of")

#: What a start method costs for each scenario, roughly; it gets as much more of the time.
_WEIGHTS = {"spawn": 3.0, "forkserver": 1.5}
#: Start-up, probing and reports: a fixed part, and a part of the whole.
_OVERHEAD_S = 3.0
_OVERHEAD = 0.06
#: Starting and ending the agents of one campaign.
_AROUND_S = 0.4
_LEAST_S = 0.5


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """How long a run may take for each backend, and how long one violated requirement may be shrunk."""

    budget_s: float
    shrink_s: float


PROFILES = {
    "smoke": Profile(budget_s=20, shrink_s=4),
    "quick": Profile(budget_s=68, shrink_s=8),
    "standard": Profile(budget_s=400, shrink_s=30),
    "deep": Profile(budget_s=1500, shrink_s=120),
}


def weight_of(method: str) -> float:
    """Return the share of a start method, ``fork`` having 1."""
    return _WEIGHTS.get(method, 1.0)


def duration(words: str) -> float:
    """Return the seconds that ``90``, ``90s``, ``5m`` or ``1h`` stand for; raises UsageError."""
    units = {"s": 1, "m": 60, "h": 3600}
    number, unit = (words[:-1], words[-1]) if words[-1:] in units else (words, "s")
    try:
        seconds = float(number) * units[unit]
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 7 * 86400:
        raise UsageError(f"--budget {words}: not a length of time from 1s to 168h, such as 90s, 5m or 1h")
    return seconds


def shares(weights: list[float], *, budget_s: float, workers: int) -> list[float]:
    """Return the seconds of each campaign, so that all of them end within *budget_s*.

    Campaigns are taken in the order of *weights* by whichever worker is free.  How long
    that takes is linear in the weights, so it is played once with the weights as seconds.
    """
    if not weights:
        return []
    ends = [0.0] * max(1, min(workers, len(weights)))
    counts = [0] * len(ends)
    for weight in weights:
        free = ends.index(min(ends))
        ends[free] += weight
        counts[free] += 1
    usable_s = budget_s * (1 - _OVERHEAD) - _OVERHEAD_S - _AROUND_S * max(counts)
    unit_s = usable_s / max(ends)
    return [max(_LEAST_S, weight * unit_s) for weight in weights]
