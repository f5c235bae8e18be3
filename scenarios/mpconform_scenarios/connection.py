"""The connection family: listeners and clients, their keys, and what goes over the wire between them."""

from typing import Final

from mpconform_scenarios.connection_keys import challenges, impostors, intruders, visitors
from mpconform_scenarios.connection_meeting import backlog, closing, crowd, refusals
from mpconform_scenarios.connection_talk import carried, ends, handed, talk, waits
from mpconform_scenarios.connection_wire import announced, framing, lies
from mpconform_scenarios.family import Family, Theme

__all__ = ("FAMILY",)

_LISTENER: Final = frozenset({"Process", "connection.Listener"})
_BOTH: Final = _LISTENER | {"connection.Client"}
_WAIT: Final = _BOTH | {"connection.wait", "Process.sentinel"}
_CHALLENGE: Final = frozenset(
    {"Pipe", "Process", "connection.deliver_challenge", "connection.answer_challenge"}
)

FAMILY: Final = Family(
    name="connection",
    title="Listeners and clients",
    themes=(
        Theme(name="talk", scenarios=talk, needs=_BOTH, weight=3, bursts=True),
        Theme(name="crowd", scenarios=crowd, needs=_BOTH, weight=3, bursts=True),
        Theme(name="backlog", scenarios=backlog, needs=_BOTH, bursts=True),
        Theme(name="closing", scenarios=closing, needs=_BOTH, weight=2),
        Theme(name="refusals", scenarios=refusals, needs=_BOTH),
        Theme(name="ends", scenarios=ends, needs=_BOTH, weight=2),
        Theme(name="visitors", scenarios=visitors, needs=_BOTH, weight=2, bursts=True),
        Theme(name="challenges", scenarios=challenges, needs=_CHALLENGE, bursts=True),
        Theme(name="carried", scenarios=carried, needs=_BOTH),
        Theme(name="handed", scenarios=handed, needs=_BOTH),
        Theme(name="waits", scenarios=waits, needs=_WAIT, weight=2),
        Theme(name="framing", scenarios=framing, needs=_LISTENER, weight=3, bursts=True),
        Theme(name="lies", scenarios=lies, needs=_BOTH, weight=4, bursts=True),
        Theme(name="announced", scenarios=announced, needs=_LISTENER),
        Theme(name="intruders", scenarios=intruders, needs=_BOTH, weight=2, bursts=True),
        Theme(
            name="impostors",
            scenarios=impostors,
            needs=frozenset({"Process", "connection.Client"}),
            bursts=True,
        ),
    ),
)
