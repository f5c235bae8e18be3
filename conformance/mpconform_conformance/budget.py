"""Budget: how the time of a run is divided over its campaigns."""

import msgspec

from mpconform.errors import UsageError

__all__ = ("PROFILES", "Profile", "Slot", "duration", "slots", "weight_of")

#: What a start method costs for each scenario, roughly; it gets as much more of the time.
_WEIGHTS = {"spawn": 3.0, "forkserver": 1.5}
#: Start-up, probing and reports: a fixed part, and a part of the whole.
_OVERHEAD_S = 3.0
_OVERHEAD = 0.06
#: Starting and ending the agents of one campaign.
_AROUND_S = 0.4
_LEAST_S = 0.5
#: The part of the time for shrinking that the first campaigns may use in advance.
_ADVANCE = 0.25
#: How many violations are shrunk for as long as one may take, or which part of the budget goes into that.
_SHRUNK = 2
_SHRINKING = 0.25


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """How long a run may take for each backend, and how long one violated requirement may be shrunk."""

    budget_s: float
    shrink_s: float

    def shrinking_s(self, budget_s: float, backends: int) -> float:
        """Return for how long each worker may shrink, in a run of *budget_s* on so many *backends*."""
        return max(_SHRUNK * self.shrink_s * backends, _SHRINKING * budget_s)


PROFILES = {
    "smoke": Profile(budget_s=20, shrink_s=4),
    "quick": Profile(budget_s=64, shrink_s=8),
    "standard": Profile(budget_s=400, shrink_s=50),
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


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """When a campaign explores, and what time there is besides until it is over."""

    #: For how many seconds it explores.
    explores_s: float
    #: How many seconds after the first campaign of its worker began it has explored, if none is late.
    ends_s: float
    #: How much later it may be over, in seconds: violations were shrunk meanwhile, its own and earlier ones.
    grace_s: float


def slots(weights: list[float], *, budget_s: float, shrinking_s: float, workers: int) -> list[Slot]:
    """Return the slot of each campaign, so that all have explored within *budget_s*.

    Campaigns are taken in the order of *weights* by whichever worker is free.  How long
    that takes is linear in the weights, so it is played once with the weights as seconds.

    Each worker has *shrinking_s* besides.  What one campaign has left of its part goes to the next ones;
    the first ones, which inherit nothing, are given something in advance.
    """
    if not weights:
        return []
    played = [[0.0] for _ in range(max(1, min(workers, len(weights))))]
    places = []
    for weight in weights:
        free = min(played, key=lambda ends: ends[-1])
        free.append(free[-1] + weight)
        places.append((free, len(free) - 1))
    usable_s = budget_s * (1 - _OVERHEAD) - _OVERHEAD_S - _AROUND_S * (max(map(len, played)) - 1)
    unit_s = max(usable_s, 0.0) / max(ends[-1] for ends in played)
    return [
        Slot(
            explores_s=max(_LEAST_S, weight * unit_s),
            ends_s=max(_LEAST_S * nth, ends[nth] * unit_s) + _AROUND_S * nth,
            grace_s=shrinking_s * min(1.0, _ADVANCE + ends[nth] / ends[-1]),
        )
        for weight, (ends, nth) in zip(weights, places, strict=True)
    ]
