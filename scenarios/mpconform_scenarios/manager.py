"""The family of managers: what they hold, proxies, how they begin and end, clients that come by address."""

from typing import Final

from mpconform_scenarios.family import Family, Theme
from mpconform_scenarios.litmus import of_manager
from mpconform_scenarios.manager_lives import custom, deaths, drops, lives, programs, servers
from mpconform_scenarios.manager_locks import events, locks
from mpconform_scenarios.manager_objects import alone, cells, dicts, lists, queues
from mpconform_scenarios.manager_proxies import nested, pools, proxies, references, types
from mpconform_scenarios.manager_sharing import sharing
from mpconform_scenarios.manager_usage import usage

__all__ = ("FAMILY",)

_MANAGER: Final = frozenset({"Manager"})
_SHARED: Final = _MANAGER | {"Process"}
_CUSTOM: Final = frozenset({"Process", "managers.SyncManager"})
_BOTH: Final = _MANAGER | {"managers.SyncManager"}
_ASKING: Final = _SHARED | {"Pipe", "managers.BaseManager", "active_children", "module.get_context"}
#: Programs take as long as some dozens of other scenarios.
_SELDOM: Final = 2

FAMILY: Final = Family(
    name="manager",
    title="Managers and proxies",
    litmus=of_manager(),
    themes=(
        Theme(name="alone", scenarios=alone, needs=_MANAGER, weight=8, bursts=True),
        Theme(name="dicts", scenarios=dicts, needs=_SHARED, weight=12, bursts=True),
        Theme(name="lists", scenarios=lists, needs=_SHARED, weight=8, bursts=True),
        Theme(name="cells", scenarios=cells, needs=_SHARED, weight=6, bursts=True),
        Theme(name="queues", scenarios=queues, needs=_SHARED, weight=10, bursts=True),
        Theme(name="locks", scenarios=locks, needs=_SHARED, weight=8, bursts=True),
        Theme(name="events", scenarios=events, needs=_SHARED, weight=5, bursts=True),
        Theme(name="proxies", scenarios=proxies, needs=_SHARED, weight=4, bursts=True),
        Theme(name="nested", scenarios=nested, needs=_SHARED, weight=5),
        Theme(name="references", scenarios=references, needs=_CUSTOM, weight=2),
        Theme(name="types", scenarios=types, needs=_MANAGER, bursts=True),
        Theme(name="pools", scenarios=pools, needs=_MANAGER, timed=True),
        Theme(name="lives", scenarios=lives, needs=_BOTH, weight=6),
        Theme(name="drops", scenarios=drops, needs=_BOTH, weight=4),
        Theme(name="custom", scenarios=custom, needs=_CUSTOM, weight=5),
        Theme(name="servers", scenarios=servers, needs=_CUSTOM | {"Process.terminate"}, weight=2),
        Theme(name="deaths", scenarios=deaths, needs=_CUSTOM | {"Process.kill", "Process.terminate"}),
        Theme(name="programs", scenarios=programs, needs=_CUSTOM | {"current_process"}),
        Theme(name="sharing", scenarios=sharing, needs=_ASKING, timed=True, every=_SELDOM),
        Theme(
            name="usage",
            scenarios=usage,
            needs=_CUSTOM | {"Manager", "module.get_context"},
            timed=True,
            every=_SELDOM,
        ),
    ),
)
