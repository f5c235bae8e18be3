"""Listeners: where they are, and where those come from whom they accept."""

from collections.abc import Iterator

from mpconform.checkers.telling import Teller, value
from mpconform.meetings import Door, Meeting, accepts_of, closings_of, doors, family_of, meetings
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("address_told", "last_accepted")

_ANOTHER = "the client itself had another address"


def _while_open(history: History, door: Door, attribute: str) -> Iterator[Operation]:
    """Yield the looks at *attribute* of *door* before anything closed it."""
    closings = closings_of(history, door)
    for op in history.on(door.name, attribute):
        if op.actor == door.actor and not op.open and not any(c.invoked_ns < op.invoked_ns for c in closings):
            yield op


def address_told(history: History) -> Finding:
    """Check that ``address`` is where the listener is: as given, with a real port for port 0, or its own.

    It is the same at each look, and no other open listener's.  Without an address the form is that of the
    family.  Exact but for the beginning of a path, which the scenario does not tell.  O(n) for each listener.
    """
    teller, judged, violations = Teller(history), 0, []
    known: list[tuple[Door, Operation]] = []
    for door in doors(history):
        first: Operation | None = None
        for op in _while_open(history, door, ".address"):
            judged += 1
            wrong = "raised" if op.outcome == "raised" else _misfit(door, op.result)
            witness: tuple[Operation, ...] = (door.made, op)
            if not wrong and first is not None and first.result != op.result:
                wrong, witness = "another one than before", (door.made, first, op)
            first = first or op
            if wrong:
                violations.append(
                    Violation(
                        kind="wrong-address",
                        summary=f"The address of listener {door.name} was {value(op.result)}: {wrong}.",
                        story=" ".join(f"{teller.tell(one)}." for one in witness),
                        witness=witness,
                    )
                )
        if first is not None and first.ok:
            known.append((door, first))
    for n, (door, op) in enumerate(known):
        for other, seen in known[:n]:
            closed = any(c.invoked_ns <= (op.returned_ns or 0) for c in closings_of(history, other))
            alike = op.result == seen.result and other.actor == door.actor
            judged += other.actor == door.actor and not closed
            if alike and not closed:
                violations.append(
                    Violation(
                        kind="address-shared",
                        summary=f"Listeners {other.name} and {door.name} have the same address.",
                        story=f"{teller.tell(seen)}. {teller.tell(op)}.",
                        witness=(seen, op),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _form(door: Door) -> str:
    """Return the form of *door*'s addresses: ``path``, ``port``, or nothing if the backend may choose."""
    given = door.made.arguments[0] if door.made.arguments else door.made.keywords.get("address")
    if given is None:
        return {"AF_INET": "port", "AF_UNIX": "path"}.get(str(family_of(door.made)), "")
    return "port" if isinstance(given, dict) and "$tuple" in given else "path"


def _misfit(door: Door, result: Json) -> str:
    """Return what is wrong with an address, or nothing."""
    given = door.made.arguments[0] if door.made.arguments else None
    form = _form(door)
    parts = result.get("$tuple") if isinstance(result, dict) else None
    is_path = isinstance(result, str) and bool(result)
    is_port = isinstance(parts, list) and len(parts) == 2 and type(parts[1]) is int and 0 < parts[1] < 65536
    if (form == "path" and not is_path) or (form == "port" and not is_port) or not (is_path or is_port):
        return "no address of its family"
    if isinstance(given, dict) and "$socket" in given and not str(result).endswith(f"-{given['$socket']}"):
        return "not the path that was given"
    if isinstance(given, dict) and "$tuple" in given and parts:
        host, port = given["$tuple"]
        if parts[0] != host or port not in (0, parts[1]):
            return "not the address that was given"
    return ""


def last_accepted(history: History) -> Finding:
    """Check that ``last_accepted`` is where the last accepted client came from, None if not known.

    Before the first accept it is None.  A client of the network has host and port, which are those of its own
    socket where that told them; a socket of the file system has no name (None, or the empty string of the
    system).  O(n) for each listener.
    """
    teller, judged, violations = Teller(history), 0, []
    for door in doors(history):
        if door.plain:
            continue
        accepts = accepts_of(history, door)
        own = {m.accept.step: _own_address(history, m) for m in meetings(history) if m.door == door}
        for op in _while_open(history, door, ".last_accepted"):
            before = [a for a in accepts if a.precedes(op)]
            if any(not a.ok for a in before):
                continue
            judged += 1
            told = own.get(before[-1].step) if before else None
            wrong = _not_from(door, op, before, told)
            if wrong:
                witness = (*before[-1:], *([told] if told and wrong == _ANOTHER else []), op)
                violations.append(
                    Violation(
                        kind="wrong-last-accepted",
                        summary=f"last_accepted of {door.name} was {value(op.result)}: {wrong}.",
                        story=" ".join(f"{teller.tell(one)}." for one in witness),
                        witness=witness,
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _not_from(door: Door, op: Operation, before: list[Operation], told: Operation | None) -> str:
    if op.outcome == "raised":
        return "it cannot be read"
    if not before:
        return "" if op.result is None else "nobody had been accepted"
    if _form(door) == "path":
        return "" if op.result in (None, "") else "a socket of the file system has no such name"
    parts = op.result.get("$tuple") if isinstance(op.result, dict) else None
    if _form(door) == "port" and not (isinstance(parts, list) and len(parts) == 2):
        return "a client of the network has a host and a port"
    return _ANOTHER if told and told.result != op.result else ""


def _own_address(history: History, meeting: Meeting) -> Operation | None:
    """Return how a plain socket said its own address; None if it was not asked, or has none."""
    connect = meeting.connect
    if connect.target:
        return None
    asked = (op for op in history.on(meeting.client, "getsockname") if op.actor == connect.actor)
    told = next((op for op in asked if op.ok), None)
    return told if told and isinstance(told.result, dict) and "$tuple" in told.result else None
