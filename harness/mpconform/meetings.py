"""Who met whom at a listener: a pure function of a history.

A listener's address travels by the verb ``tell``; whoever connects names the label under which it was
told, or the same path.  The system's queue of a listening socket is first in, first out: connects that came
strictly one after the other are met by the accepts in that order.  Where that is not certain, nothing is
said.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mpconform.values import History, Json, Operation, Step

__all__ = (
    "Door",
    "Meeting",
    "accepts_of",
    "closings_of",
    "connects_to",
    "doors",
    "family_of",
    "key_of",
    "meetings",
    "step_of",
    "surely_open",
    "tries_at",
)

#: What a connect raises if nobody listened: it was never in the queue.
_NOBODY = ("ConnectionRefusedError", "FileNotFoundError")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A listener: the *name* by which *actor* knows it, the operation that *made* it, where it is.

    *places* are the arguments by which a client names its address.  *plain* is a socket of the agent's own.
    """

    actor: str
    name: str
    made: Operation
    places: tuple[Json, ...]
    plain: bool = False

    @property
    def key(self) -> Json:
        """The key that its clients must have, as it is written; None for none."""
        return None if self.plain else key_of(self.made)

    @property
    def local(self) -> bool:
        """Whether it surely is a socket of the file system: what is sent there has come when send returns."""
        return any("$socket" in place for place in self.places) or family_of(self.made) == "AF_UNIX"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A *connect* and the *accept* that surely met it; *met* says that both returned a connection.

    *server* and *client* are the names under which the two actors know their ends, if they are bound.
    """

    door: Door
    accept: Operation
    connect: Operation
    server: str = ""
    client: str = ""

    @property
    def met(self) -> bool:
        """Whether both sides got a connection."""
        return self.accept.ok and self.connect.ok


def key_of(op: Operation) -> Json:
    """Return the ``authkey`` that a Listener or a Client was given, as it is written."""
    position = 3 if op.method.endswith("Listener") else 2
    return op.arguments[position] if len(op.arguments) > position else op.keywords.get("authkey")


def family_of(made: Operation) -> Json:
    """Return the family that a Listener was told, if it was."""
    return made.arguments[1] if len(made.arguments) > 1 else made.keywords.get("family")


def step_of(history: History, op: Operation) -> Step | None:
    """Return the step that *op* was, if the scenario has it."""
    actor = history.scenario.actors.get(op.actor)
    return actor.steps[op.step] if actor and 0 <= op.step < len(actor.steps) else None


def doors(history: History) -> Iterator[Door]:
    """Yield every listener that was made under a name, in order; one whose name is used twice is left out."""
    for op in history.operations:
        plain = not op.target and op.method == "wire_listen"
        step = step_of(history, op)
        made = plain or (op.target == "@" and op.method.endswith("connection.Listener"))
        if not made or not op.ok or step is None or not step.bind:
            continue
        name, steps = step.bind, history.scenario.actors[op.actor].steps
        if sum(one.bind == name for one in steps) == 1:
            places = tuple(_places(history, op, name))
            yield Door(actor=op.actor, name=name, made=op, places=places, plain=plain)


def _places(history: History, made: Operation, name: str) -> Iterator[Json]:
    given = made.arguments[0] if made.target and made.arguments else None
    if isinstance(given, dict) and "$socket" in given:
        yield given
    yield _asked(name)
    for op in history.by(made.actor):
        if not op.target and op.method == "tell" and op.ok:
            label, value = op.arguments
            if isinstance(value, dict) and (
                value == _asked(name) or _name_of_socket(history, made, value) == name
            ):
                yield {"$object": label}


def _asked(name: str) -> Json:
    """Return what stands for the address of listener *name*, where its own actor asks it for that."""
    return {"$attribute": [name, "address"]}


def _name_of_socket(history: History, made: Operation, value: dict[str, Json]) -> str:
    """Return the plain socket of which *value* is what ``getsockname`` gave."""
    bound = value.get("$object")
    for op in history.by(made.actor):
        step = step_of(history, op)
        if op.method == "getsockname" and op.ok and step and step.bind == bound:
            return op.target
    return ""


def connects_to(history: History, door: Door) -> tuple[Operation, ...]:
    """Return the connects to *door* that may have reached it, in the order of their beginning."""
    return tuple(op for op in tries_at(history, door) if not op.raised(*_NOBODY))


def tries_at(history: History, door: Door) -> tuple[Operation, ...]:
    """Return all connects to *door*, those that found nobody there too, in order."""
    found = []
    for op in history.operations:
        if (op.target == "@" and op.method.endswith("connection.Client") and op.arguments) or (
            not op.target and op.method == "wire"
        ):
            place = op.arguments[0]
        else:
            continue
        if place in door.places and (place != _asked(door.name) or op.actor == door.actor):
            found.append(op)
    return tuple(found)


def closings_of(history: History, door: Door) -> tuple[Operation, ...]:
    """Return what closed *door*, or let go of it, in order."""
    return tuple(
        op
        for op in history.by(door.actor)
        if (op.target == door.name and op.method in {"close", "__exit__"})
        or (not op.target and op.method == "collect" and door.name in op.arguments)
    )


def surely_open(history: History, door: Door, op: Operation) -> bool:
    """Return whether *door* was open all the time that *op* took: made, not closed, its process alive."""
    if op.returned_ns is None or not (door.made.precedes(op) or door.actor == op.actor):
        return False
    if any(closing.invoked_ns <= op.returned_ns for closing in closings_of(history, door)):
        return False
    return (
        door.actor == op.actor
        or any(max(o.invoked_ns, o.returned_ns or 0) > op.returned_ns for o in history.by(door.actor))
        or _accepts_for_ever(history, door)
    )


def _accepts_for_ever(history: History, door: Door) -> bool:
    """Whether the run hung with *door*'s actor in an accept, which nothing can have ended by force."""
    forced = any(op.target == door.actor and op.method in {"kill", "terminate"} for op in history.operations)
    lethal = any(fault.actor == door.actor and fault.lethal for fault in history.scenario.faults)
    waiting = any(op.open for op in accepts_of(history, door))
    return history.ended == "hung" and waiting and not forced and not lethal


def accepts_of(history: History, door: Door) -> tuple[Operation, ...]:
    """Return the accepts at *door*, in order."""
    return tuple(op for op in history.on(door.name, "accept") if op.actor == door.actor)


def meetings(history: History) -> Iterator[Meeting]:
    """Yield those who surely met: a correct system leaves no other possibility.  O(n) for each listener."""
    for door in doors(history):
        connects = connects_to(history, door)
        closings, accepts = closings_of(history, door), accepts_of(history, door)
        for n, (accept, connect) in enumerate(zip(accepts, connects, strict=False)):
            # What goes by way of the network may come in another order than it was sent.
            earlier = (*connects[:n], *(() if door.local else accepts[:n]))
            done = (connect,) if door.local else (connect, accept)
            if not all(op.precedes(connect) for op in earlier) or not all(
                op.precedes(later) for op in done for later in connects[n + 1 :]
            ):
                continue
            if accept.outcome == "raised" and any(c.invoked_ns < accept.invoked_ns for c in closings):
                break
            yield Meeting(
                door=door,
                accept=accept,
                connect=connect,
                server=_bound(history, accept),
                client=_bound(history, connect),
            )
            if accept.open or connect.open:
                break


def _bound(history: History, op: Operation) -> str:
    """Return the name that *op* bound its connection to; of a plain accept that of the socket in its pair."""
    step = step_of(history, op)
    if step is None:
        return ""
    if op.target != "@" and isinstance(op.result, dict) and "$tuple" in op.result:
        for other in history.by(op.actor):
            taken = step_of(history, other)
            if (
                other.target == step.bind
                and other.method == "__getitem__"
                and other.arguments == (0,)
                and taken
            ):
                return taken.bind
    return step.bind
