"""The family of shared memory: Value, Array, raw objects, SharedMemory, ShareableList."""

from typing import Final

from mpconform_scenarios.family import Family, Theme
from mpconform_scenarios.litmus import of_memory
from mpconform_scenarios.memory_arrays import arrays, patterns
from mpconform_scenarios.memory_asking import asking, managing
from mpconform_scenarios.memory_blocks import blocks, lists, names
from mpconform_scenarios.memory_faults import full, killed, needs
from mpconform_scenarios.memory_reuse import reused
from mpconform_scenarios.memory_values import counters, locks, raws, registers, values

__all__ = ("FAMILY",)

_VALUE: Final = frozenset({"Process", "Value"})
_ARRAY: Final = frozenset({"Process", "Array"})
_BOTH: Final = _VALUE | _ARRAY
_RAW: Final = frozenset({"Process", "RawValue", "RawArray"})
_MEMORY: Final = frozenset({"Process", "shared_memory.SharedMemory"})
_LIST: Final = frozenset({"Process", "shared_memory.ShareableList"})
_ALONE: Final = frozenset({"Process", "Process.exitcode", "module.get_context"})
_REUSED: Final = frozenset({"RawValue", "RawArray", "module.get_context"})
_PROGRAMS: Final = _BOTH | _RAW | _ALONE | {"Lock", "sharedctypes.copy", "sharedctypes.synchronized"}
_MANAGED: Final = _MEMORY | _LIST | _ALONE | {"managers.SharedMemoryManager"}
#: Programs take as long as some dozens of other scenarios.
_SELDOM: Final = 8

FAMILY: Final = Family(
    name="memory",
    title="Shared memory: Value, Array, SharedMemory, ShareableList",
    litmus=of_memory(),
    themes=(
        Theme(name="values", scenarios=values, needs=_VALUE, weight=2, bursts=True),
        Theme(name="registers", scenarios=registers, needs=_VALUE, bursts=True),
        Theme(name="counters", scenarios=counters, needs=_BOTH | _RAW | {"RLock"}, weight=2, bursts=True),
        Theme(name="locks", scenarios=locks, needs=_BOTH | {"Lock", "RLock"}, bursts=True),
        Theme(name="arrays", scenarios=arrays, needs=_ARRAY, weight=2, bursts=True),
        Theme(name="patterns", scenarios=patterns, needs=_ARRAY | {"RawArray", "RLock"}, bursts=True),
        Theme(name="raws", scenarios=raws, needs=_RAW, bursts=True),
        Theme(name="blocks", scenarios=blocks, needs=_MEMORY, bursts=True),
        Theme(name="names", scenarios=names, needs=_MEMORY, bursts=True),
        Theme(name="lists", scenarios=lists, needs=_LIST, bursts=True),
        Theme(name="killed", scenarios=killed, needs=_VALUE | _RAW | _MEMORY | {"Process.kill"}, weight=2),
        Theme(name="reused", scenarios=reused, needs=_REUSED, timed=True),
        Theme(name="needs", scenarios=needs, needs=_BOTH | _MEMORY | _LIST, weight=2),
        Theme(name="full", scenarios=full, needs=_BOTH | _MEMORY | _LIST | {"Process.exitcode"}),
        Theme(name="programs", scenarios=asking, needs=_PROGRAMS, timed=True, every=_SELDOM),
        Theme(name="managed", scenarios=managing, needs=_MANAGED, timed=True, every=_SELDOM),
    ),
)
