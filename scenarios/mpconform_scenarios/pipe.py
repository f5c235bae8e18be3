"""The pipe family: connections, and waiting for several of them."""

from typing import Final

from mpconform_scenarios.family import Family, Theme
from mpconform_scenarios.litmus import of_pipe
from mpconform_scenarios.pipe_asking import asking
from mpconform_scenarios.pipe_closing import ending, holders, refusals, unread
from mpconform_scenarios.pipe_faults import killed, needs
from mpconform_scenarios.pipe_messages import carried, exchange, limits, pieces, stream
from mpconform_scenarios.pipe_underway import underway
from mpconform_scenarios.pipe_waiting import polls, waits

__all__ = ("FAMILY",)

_PIPE: Final = frozenset({"Pipe", "Process"})
#: Programs take as long as some dozens of other scenarios.
_SELDOM: Final = 8

FAMILY: Final = Family(
    name="pipe",
    title="Pipes, and waiting for several of them",
    litmus=of_pipe(),
    themes=(
        Theme(name="stream", scenarios=stream, needs=_PIPE, weight=3, bursts=True),
        Theme(name="exchange", scenarios=exchange, needs=_PIPE, weight=3, bursts=True),
        Theme(name="pieces", scenarios=pieces, needs=_PIPE, weight=2, bursts=True),
        Theme(name="limits", scenarios=limits, needs=_PIPE, bursts=True),
        Theme(name="ending", scenarios=ending, needs=_PIPE, weight=2),
        Theme(name="holders", scenarios=holders, needs=_PIPE),
        Theme(name="unread", scenarios=unread, needs=_PIPE),
        Theme(name="refusals", scenarios=refusals, needs=_PIPE),
        Theme(name="polls", scenarios=polls, needs=_PIPE, weight=2, bursts=True),
        Theme(name="waits", scenarios=waits, needs=_PIPE | {"connection.wait", "Process.sentinel"}, weight=2),
        Theme(name="killed", scenarios=killed, needs=_PIPE),
        Theme(name="needs", scenarios=needs, needs=_PIPE),
        Theme(name="carried", scenarios=carried, needs=_PIPE),
        Theme(
            name="underway",
            scenarios=underway,
            needs=_PIPE | {"Process.exitcode", "module.get_context"},
            timed=True,
        ),
        Theme(
            name="programs",
            scenarios=asking,
            needs=_PIPE | {"Process.exitcode", "Process.sentinel", "connection.wait", "module.get_context"},
            timed=True,
            every=_SELDOM,
        ),
    ),
)
