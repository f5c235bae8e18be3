"""The family of locks: Lock, RLock, Semaphore and BoundedSemaphore."""

from typing import Final

from mpconform_scenarios.family import Family, Theme
from mpconform_scenarios.lock_crowds import at_once, brink, contention, crowd, waiting
from mpconform_scenarios.lock_holding import data, dying, lines
from mpconform_scenarios.lock_turns import limits, turns, values

__all__ = ("FAMILY",)

_ALL: Final = frozenset({"Lock", "RLock", "Semaphore", "BoundedSemaphore", "Process"})
_LOCKS: Final = frozenset({"Lock", "RLock", "Process"})
_DATA: Final = _LOCKS | {"RawValue", "RawArray"}

FAMILY: Final = Family(
    name="lock",
    title="Locks and semaphores",
    themes=(
        Theme(name="turns", scenarios=turns, needs=_ALL, weight=3, bursts=True),
        Theme(name="waiting", scenarios=waiting, needs=_ALL, weight=3, bursts=True),
        Theme(name="contention", scenarios=contention, needs=_ALL, weight=3, bursts=True),
        Theme(name="crowd", scenarios=crowd, needs=_ALL, weight=2, bursts=True),
        Theme(name="brink", scenarios=brink, needs=_ALL, weight=2, bursts=True),
        Theme(name="at_once", scenarios=at_once, needs=_ALL, weight=3, bursts=True),
        Theme(name="limits", scenarios=limits, needs=_ALL, bursts=True),
        Theme(name="values", scenarios=values, needs=_ALL | {"Semaphore.get_value"}, bursts=True),
        Theme(name="data", scenarios=data, needs=_DATA, weight=2, bursts=True),
        Theme(name="lines", scenarios=lines, needs=_LOCKS),
        Theme(name="dying", scenarios=dying, needs=_ALL),
    ),
)
