"""Listeners and connections of one actor: each call finds what it waits for, or waits for ever.

If nobody else has any, they are used in one order only, so nothing of it is a state: it is played while the
code is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mpconform.values import Json, Scenario, Step
from mpconform_conformance.model.builder import ROOM, size_of, waits
from mpconform_conformance.model.machine import NotModelledError

__all__ = ("Doors",)

_SENDS = frozenset({"send", "send_bytes", "sendall"})
_RECEIVES = frozenset({"recv", "recv_bytes", "recv_bytes_into"})
_CLOSES = frozenset({"close", "__exit__"})
_IDLE = frozenset({"fileno", "__enter__", "getsockname"})
#: What makes a connection; and what else it takes to have one.
_CONNECTS = frozenset({"connection.Client", "accept", "wire"})
_MAKES = _CONNECTS | {"connection.Listener", "wire_listen", "await_told"}
#: What starts processes, which hold open what there is by then.
_STARTS = frozenset({"start", "Pool"})
#: Where a listener and a client have these, if they are given by position.
_BACKLOG, _LISTENERS_KEY, _CLIENTS_KEY = 2, 3, 2


@dataclass
class _Door:
    """A listener: where it is, how many may wait, and the connections that nobody has accepted yet."""

    places: list[Json]
    backlog: int
    waiting: list["_End"] = field(default_factory=list)
    closed: bool = False


@dataclass(eq=False)
class _End:
    """One end of a connection: what came in and was not received, and whether it is closed.

    *plain* is a socket of the agent's own; what it sends is no message until it has *shut*.
    """

    plain: bool
    inbox: list[int] = field(default_factory=list)
    closed: bool = False
    shut: bool = False
    other: "_End | None" = None

    @property
    def ready(self) -> bool:
        """Whether there is something to be received, the end of it included."""
        assert self.other is not None
        return bool(self.inbox) or self.other.shut

    def close(self) -> None:
        """Close it: nobody has it any more."""
        self.closed = self.shut = True


class Doors:
    """What an actor has bound of listeners and connections."""

    def __init__(self, scenario: Scenario) -> None:
        """Know nothing yet; where two actors have connections, or processes inherit some, nothing ever."""
        users = [
            actor.steps
            for actor in scenario.actors.values()
            if any(step.method in _MAKES for step in actor.steps)
        ]
        self._alone = len(users) <= 1 and not any(map(_inherited, users))
        self._doors: dict[str, _Door] = {}
        self._ends: dict[str, _End] = {}
        self._told: set[str] = set()

    def knows(self, name: str) -> bool:
        """Return whether *name* is a listener or a connection."""
        return name in self._doors or name in self._ends

    def listen(self, step: Step) -> None:
        """Make a listener.  This and the others raise NotModelledError."""
        self._check(step)
        if _given(step, _LISTENERS_KEY, "authkey") is not None:
            raise NotModelledError  # Who has a key, waits for the other's.
        backlog = _given(step, _BACKLOG, "backlog")
        backlog = 1 if backlog is None else backlog
        if not isinstance(backlog, int) or not step.bind:
            raise NotModelledError
        places = [{"$attribute": [step.bind, "address"]}, *step.arguments[:1]]
        self._doors[step.bind] = _Door(places=places, backlog=backlog)

    def tell(self, step: Step) -> None:
        """Tell where a listener is."""
        label, value = step.arguments
        match value:
            case {"$attribute": [str(name), "address"]} if name in self._doors:
                self._doors[name].places.append({"$object": label})
                self._told.add(label)
            case _:
                raise NotModelledError

    def await_told(self, step: Step) -> bool:
        """Return whether that was told before; otherwise who waits for it waits for ever."""
        self._check(step, names=step.bind not in self._told)
        return step.arguments[0] in self._told

    def connect(self, step: Step) -> bool:
        """Return whether there is room for one more in the backlog."""
        self._check(step)
        if _given(step, _CLIENTS_KEY, "authkey") is not None and step.target:
            raise NotModelledError
        door = next((door for door in self._doors.values() if step.arguments[0] in door.places), None)
        if door is None or door.closed:
            raise NotModelledError
        here, there = _End(plain=not step.target), _End(plain=False)
        here.other, there.other = there, here
        if step.bind:
            self._ends[step.bind] = here
        else:
            here.close()
        door.waiting.append(there)
        return len(door.waiting) <= door.backlog

    def calls(self, step: Step) -> bool:
        """Return whether *step*, a call of a listener or of a connection, ends."""
        if step.method.startswith(".") or step.method in _IDLE:
            return True
        if step.target in self._doors:
            return self._of_door(self._doors[step.target], step)
        return self._of_end(self._ends[step.target], step)

    def ready(self, name: str) -> bool | None:
        """Return whether connection *name* is ready to be received from; None if it is closed."""
        end = self._ends.get(name)
        if end is None:
            raise NotModelledError
        return None if end.closed else end.ready

    def _of_door(self, door: _Door, step: Step) -> bool:
        if step.method in _CLOSES:
            door.closed = True
            for end in door.waiting:  # Nobody accepts them any more.
                end.close()
            door.waiting.clear()
            return True
        if step.method != "accept":
            raise NotModelledError
        self._check(step)
        if door.closed:
            return True  # It raises.
        if not door.waiting:
            return False
        end = door.waiting.pop(0)
        if step.bind:
            self._ends[step.bind] = end
        else:
            end.close()
        return True

    def _of_end(self, end: _End, step: Step) -> bool:
        other = end.other
        assert other is not None
        if step.bind:
            raise NotModelledError  # What is received may be an end itself.
        if end.closed:
            return True
        if step.method in _CLOSES:
            end.close()
            return True
        if step.method == "shutdown" and end.plain:
            end.shut = True
            return True
        if step.method in _SENDS:
            size = size_of(step.arguments[0])
            if other.closed or end.shut:
                return True
            other.inbox.append(size)
            return sum(other.inbox) <= ROOM
        if step.method == "poll":
            return end.ready or not waits(step, block=None, timeout=0, default=0.0)
        if step.method in _RECEIVES:
            return _receives(end, other)
        raise NotModelledError

    def _check(self, step: Step, *, names: bool = True) -> None:
        """Raise NotModelledError if there are others, or if *step* lets go of what a name stood for."""
        if not self._alone or (names and step.bind and (self.knows(step.bind) or step.bind in self._told)):
            raise NotModelledError


def _inherited(steps: Sequence[Step]) -> bool:
    """Return whether a process is started after one of *steps* that may have made a connection."""
    made = (at for at, step in enumerate(steps) if step.method in _CONNECTS)
    return any(step.method in _STARTS for step in steps[next(made, len(steps)) :])


def _receives(end: _End, other: _End) -> bool:
    """Receive at *end*; return whether that ends."""
    if not end.ready:
        return False
    if (end.plain or other.plain) and not other.shut:
        raise NotModelledError  # What came is no message, or is not all of one.
    if end.inbox and not (end.plain or other.plain):
        end.inbox.pop(0)
    return True


def _given(step: Step, place: int, keyword: str) -> Json:
    """Return what *step* is given by position or keyword; None if nothing."""
    if keyword in step.keywords:
        return step.keywords[keyword]
    return step.arguments[place] if len(step.arguments) > place else None
