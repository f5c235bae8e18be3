"""The family of conditions, events and barriers: those who wait, and those who let them go on."""

from typing import Final

from mpconform_scenarios.condition_crowds import predicates, storm, unowned
from mpconform_scenarios.condition_waking import levels, stored, wakeups
from mpconform_scenarios.family import Family, Theme

__all__ = ("FAMILY",)

_CONDITION: Final = frozenset({"Condition", "Lock", "RLock", "Process"})

FAMILY: Final = Family(
    name="condition",
    title="Conditions, events and barriers",
    themes=(
        Theme(name="wakeups", scenarios=wakeups, needs=_CONDITION, weight=2, bursts=True),
        Theme(name="stored", scenarios=stored, needs=_CONDITION, bursts=True),
        Theme(name="levels", scenarios=levels, needs=_CONDITION, bursts=True),
        Theme(name="storm", scenarios=storm, needs=_CONDITION, weight=3, bursts=True),
        Theme(name="predicates", scenarios=predicates, needs=_CONDITION | {"Value"}, weight=2, bursts=True),
        Theme(name="unowned", scenarios=unowned, needs=_CONDITION | {"Value"}, bursts=True),
    ),
)
