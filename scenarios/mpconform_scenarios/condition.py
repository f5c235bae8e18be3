"""The family of conditions, events and barriers: those who wait, and those who let them go on."""

from typing import Final

from mpconform_scenarios.barrier_meetings import aborting, breaking, failing, generations, resetting
from mpconform_scenarios.condition_asking import asking
from mpconform_scenarios.condition_crowds import predicates, storm, unowned
from mpconform_scenarios.condition_faults import killed
from mpconform_scenarios.condition_waking import few, levels, names, relay, stored, wakeups
from mpconform_scenarios.event_flags import flags, gates, pulses
from mpconform_scenarios.family import Family, Theme

__all__ = ("FAMILY",)

_CONDITION: Final = frozenset({"Condition", "Process"})
#: What a condition may be made with.
_LOCKS: Final = frozenset({"Lock", "RLock"})
_EVENT: Final = frozenset({"Event", "Process"})
_BARRIER: Final = frozenset({"Barrier", "Process"})
_PROGRAMS: Final = _CONDITION | _EVENT | _BARRIER | {"Pipe", "module.get_context"}
#: Programs take as long as some dozens of other scenarios.
_SELDOM: Final = 8

FAMILY: Final = Family(
    name="condition",
    title="Conditions, events and barriers",
    themes=(
        Theme(name="wakeups", scenarios=wakeups, needs=_CONDITION, kinds=_LOCKS, weight=2, bursts=True),
        Theme(name="few", scenarios=few, needs=_CONDITION, kinds=_LOCKS, weight=3, bursts=True),
        Theme(name="relay", scenarios=relay, needs=_CONDITION, kinds=_LOCKS, weight=2, bursts=True),
        Theme(name="stored", scenarios=stored, needs=_CONDITION, kinds=_LOCKS, bursts=True),
        Theme(name="names", scenarios=names, needs=_CONDITION, kinds=_LOCKS, bursts=True),
        Theme(name="levels", scenarios=levels, needs=_CONDITION, kinds=_LOCKS, bursts=True),
        Theme(name="storm", scenarios=storm, needs=_CONDITION, kinds=_LOCKS, weight=3, bursts=True),
        Theme(
            name="predicates",
            scenarios=predicates,
            needs=_CONDITION | {"Value"},
            kinds=_LOCKS,
            weight=2,
            bursts=True,
        ),
        Theme(name="unowned", scenarios=unowned, needs=_CONDITION | {"Value"}, kinds=_LOCKS, bursts=True),
        Theme(name="gates", scenarios=gates, needs=_EVENT, bursts=True),
        Theme(name="flags", scenarios=flags, needs=_EVENT, weight=2, bursts=True),
        Theme(name="pulses", scenarios=pulses, needs=_EVENT, bursts=True),
        Theme(name="generations", scenarios=generations, needs=_BARRIER, weight=3, bursts=True),
        Theme(name="breaking", scenarios=breaking, needs=_BARRIER, weight=2, bursts=True),
        Theme(name="aborting", scenarios=aborting, needs=_BARRIER, bursts=True),
        Theme(name="resetting", scenarios=resetting, needs=_BARRIER, bursts=True),
        Theme(name="failing", scenarios=failing, needs=_BARRIER, bursts=True),
        Theme(
            name="killed",
            scenarios=killed,
            needs=_CONDITION | _EVENT | _BARRIER | {"Process.kill"},
            kinds=_LOCKS,
            weight=2,
        ),
        Theme(
            name="programs",
            scenarios=asking,
            needs=_PROGRAMS,
            kinds=frozenset({"Lock"}),
            timed=True,
            every=_SELDOM,
        ),
    ),
)
