"""The family of locks: Lock, RLock, Semaphore and BoundedSemaphore."""

from typing import Final

from mpconform_scenarios.family import Family, Theme
from mpconform_scenarios.lock_asking import asking
from mpconform_scenarios.lock_crowds import at_once, brink, contention, crowd, waiting
from mpconform_scenarios.lock_holding import data, dying, lines
from mpconform_scenarios.lock_turns import limits, turns, values

__all__ = ("FAMILY",)

_NEEDS: Final = frozenset({"Process"})
_LOCKS: Final = frozenset({"Lock", "RLock"})
_ALL: Final = _LOCKS | {"Semaphore", "BoundedSemaphore"}
_BOUNDS: Final = _ALL - {"RLock"}
_VALUES: Final = _NEEDS | {"Semaphore", "Semaphore.get_value"}
_DATA: Final = _NEEDS | {"RawValue", "RawArray"}
_PROGRAMS: Final = _NEEDS | {"Process.exitcode", "Pipe", "module.get_context"}
#: Programs take as long as some dozens of other scenarios.
_SELDOM: Final = 8

FAMILY: Final = Family(
    name="lock",
    title="Locks and semaphores",
    themes=(
        Theme(name="turns", scenarios=turns, needs=_NEEDS, kinds=_ALL, weight=3, bursts=True),
        Theme(name="waiting", scenarios=waiting, needs=_NEEDS, kinds=_ALL, weight=3, bursts=True),
        Theme(name="contention", scenarios=contention, needs=_NEEDS, kinds=_ALL, weight=3, bursts=True),
        Theme(name="crowd", scenarios=crowd, needs=_NEEDS, kinds=_ALL, weight=2, bursts=True),
        Theme(name="brink", scenarios=brink, needs=_NEEDS, kinds=_ALL, weight=2, bursts=True),
        Theme(name="at_once", scenarios=at_once, needs=_NEEDS, kinds=_BOUNDS, weight=3, bursts=True),
        Theme(name="limits", scenarios=limits, needs=_NEEDS, kinds=_ALL, bursts=True),
        Theme(
            name="values", scenarios=values, needs=_VALUES, kinds=frozenset({"BoundedSemaphore"}), bursts=True
        ),
        Theme(name="data", scenarios=data, needs=_DATA, kinds=_LOCKS, weight=2, bursts=True),
        Theme(name="lines", scenarios=lines, needs=_NEEDS, kinds=_LOCKS),
        Theme(name="dying", scenarios=dying, needs=_NEEDS, kinds=_ALL),
        Theme(name="programs", scenarios=asking, needs=_PROGRAMS, kinds=_ALL, timed=True, every=_SELDOM),
    ),
)
