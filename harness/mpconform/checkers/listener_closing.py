"""Listeners: what is closed accepts nobody, leaves nothing behind, and where nobody listens nobody is met."""

from mpconform.checkers.pipe_diagnosis import stuck
from mpconform.checkers.telling import Teller, value
from mpconform.meetings import Door, accepts_of, closings_of, doors, tries_at
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("closed_refuses", "context_closes", "nobody_there", "socket_removed")


def closed_refuses(history: History) -> Finding:
    """Check that a listener that was closed, or collected, accepts nobody; closing it again does nothing.

    Accept raises OSError, and so does a client; of clients only those at sockets of the file system are
    judged, because a port may be a stranger's by then.  O(n) for each listener.
    """
    teller, judged, violations = Teller(history), 0, []
    for door in doors(history):
        if door.plain:
            continue
        closed = _first_closing(history, door, "close", "collect")
        for op in _after(history, door, closed):
            judged += 1
            if _refused(op) if op.method != "close" else op.ok:
                continue
            if op.open and not stuck(history, op):
                judged -= 1
                continue
            violations.append(_not_closed(closed, op, teller))
    return Finding(judged=judged, violations=tuple(violations))


def context_closes(history: History) -> Finding:
    """Check that ``with`` gives the listener itself, and closes it at the end of the block.

    Judged are what ``__enter__`` returned, and accepts and clients after ``__exit__`` as for a close.
    """
    teller, judged, violations = Teller(history), 0, []
    for door in doors(history):
        if door.plain:
            continue
        for op in history.on(door.name, "__enter__"):
            if op.actor == door.actor and not op.open:
                judged += 1
                if op.result != {"$object": door.name}:
                    violations.append(
                        Violation(
                            kind="enters-another",
                            summary=f"with gave {value(op.result)} in place of listener {door.name}.",
                            story=f"{teller.tell(op)}.",
                            witness=(op,),
                        )
                    )
        closed = _first_closing(history, door, "__exit__")
        for op in _after(history, door, closed):
            if op.method == "close" or (op.open and not stuck(history, op)):
                continue
            judged += 1
            if not _refused(op):
                violations.append(_not_closed(closed, op, teller))
    return Finding(judged=judged, violations=tuple(violations))


def _first_closing(history: History, door: Door, *ways: str) -> Operation | None:
    """Return what first closed *door*, if it was in one of these *ways* and ended well."""
    first = next(iter(closings_of(history, door)), None)
    return first if first is not None and first.ok and first.method in ways else None


def _after(history: History, door: Door, closed: Operation | None) -> list[Operation]:
    """Return the uses of *door* that came after it was *closed*: accepts, closes, and certain clients."""
    if closed is None:
        return []
    own = [
        *accepts_of(history, door),
        *(op for op in history.on(door.name, "close") if op.actor == door.actor),
    ]
    # A child that was forked since has a copy of the listening socket.
    copied = door.actor == "main" and any(
        door.made.invoked_ns < op.invoked_ns for op in history.operations if op.method == "start"
    )
    others = tries_at(history, door) if door.local and not copied else ()
    return [op for op in (*own, *others) if closed.precedes(op)]


def _refused(op: Operation) -> bool:
    return op.raised("OSError")


def _not_closed(closed: Operation | None, op: Operation, teller: Teller) -> Violation:
    witness = (closed, op) if closed is not None else (op,)
    return Violation(
        kind=f"{op.method.rpartition('.')[2]}-after-close",
        summary=f"{teller.call(op)} {teller.outcome(op)}, after the listener had been closed.",
        story=" ".join(f"{teller.tell(one)}." for one in witness),
        witness=witness,
    )


def socket_removed(history: History) -> Finding:
    """Check that a listener that was closed, or collected, leaves no socket in the file system.

    Judged are listeners at paths of the scenario's, at each census that was taken after the closing.
    """
    judged, violations = 0, []
    teller, before = Teller(history), history.census.get("before")
    old = frozenset(before.files) if before else frozenset()
    if history.ended != "normally":
        return Finding()
    for door in doors(history):
        label = next((place["$socket"] for place in door.places if "$socket" in place), None)
        closed = next((op for op in closings_of(history, door) if op.ok), None)
        if label is None or closed is None:
            continue
        for census in history.census.values():
            if census.at_ns <= (closed.returned_ns or 0):
                continue
            judged += 1
            left = [name for name in census.files if name.endswith(f"-{label}") and name not in old]
            if left:
                violations.append(
                    Violation(
                        kind="socket-left",
                        summary=f"The socket of listener {door.name} is there after the listener was closed.",
                        story=f"{teller.tell(closed)}. Yet {', '.join(left)} still is in the folder.",
                        witness=(door.made, closed),
                        observed=tuple(left),
                    )
                )
                break
    return Finding(judged=judged, violations=tuple(violations))


def nobody_there(history: History) -> Finding:
    """Check that a client raises OSError at a path where no listener ever was.

    O(n).
    """
    teller, judged, violations = Teller(history), 0, []
    made = [
        op.arguments[0]
        for op in history.operations
        if op.target == "@" and op.method.endswith("connection.Listener") and op.arguments
    ]
    for op in history.operations:
        if op.target != "@" or not op.method.endswith("connection.Client") or not op.arguments:
            continue
        place = op.arguments[0]
        if not isinstance(place, dict) or "$socket" not in place or place in made:
            continue
        if op.open and not stuck(history, op):
            continue
        judged += 1
        if not op.raised("OSError"):
            violations.append(
                Violation(
                    kind="connected-to-nobody",
                    summary=f"{teller.call(op)} {teller.outcome(op)}, although nobody listens there.",
                    story=f"{teller.tell(op)}.",
                    witness=(op,),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))
