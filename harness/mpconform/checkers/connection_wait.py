"""connection.wait over connections of clients, plain sockets and sentinels together."""

import msgspec

from mpconform.checkers.pipe_messages import SENDS
from mpconform.checkers.pipe_model import last_name
from mpconform.checkers.pipe_sentinel import ready_when_ended
from mpconform.checkers.pipe_wait import answer_is_ready
from mpconform.checkers.telling import Teller
from mpconform.meetings import Meeting, doors, meetings
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("ready_ones",)


def ready_ones(history: History) -> Finding:
    """Check that wait returns just those of the given connections, sockets and sentinels that are ready.

    Judged are connections and sockets at listeners in the file system, where what is sent has come when the
    call returns, and sentinels.  A socket surely is ready if its other end sent something, and none of it was
    received; it surely is not if nothing was sent and the other end is open.  O(n**2).
    """
    if not all(door.local for door in doors(history)):
        return Finding()
    parts = [answer_is_ready(history), _sentinels(history), _sockets(history)]
    return Finding(
        judged=sum(part.judged for part in parts),
        violations=tuple(violation for part in parts for violation in part.violations),
    )


def _sentinels(history: History) -> Finding:
    """Judge sentinels; a process that nobody has joined may have ended before a fork server knows of it."""
    found = ready_when_ended(history)
    kept = tuple(v for v in found.violations if v.witness[0].method != "await_exit" or v.witness[-1].open)
    return msgspec.structs.replace(found, violations=kept)


def _sockets(history: History) -> Finding:
    teller, judged, violations = Teller(history), 0, []
    plain = {
        (m.connect.actor, m.client): m
        for m in meetings(history)
        if not m.connect.target and m.met and m.server and not m.door.plain
    }
    for op in history.operations:
        if op.target != "@" or last_name(op.method) != "wait" or not op.ok or not op.arguments:
            continue
        for name in _names(op.arguments[0]):
            meeting = plain.get((op.actor, name))
            if meeting is None or _touched(history, meeting, op):
                continue
            ready, shown = _state(history, meeting, op)
            if ready is None:
                continue
            judged += 1
            answered = isinstance(op.result, list) and {"$object": name} in op.result
            if answered is not ready:
                violations.append(
                    Violation(
                        kind="ready-socket-left-out" if ready else "unready-socket-answered",
                        summary=f"{op.actor}'s wait {'left out' if ready else 'reported'} {name}, a socket "
                        f"to which {'something' if ready else 'nothing'} was sent.",
                        story=f"{teller.tell(shown)}. {teller.tell(op)}.",
                        witness=(shown, op),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _names(asked: Json) -> list[str]:
    things = asked if isinstance(asked, list | tuple) else []
    return [thing["$object"] for thing in things if isinstance(thing, dict) and "$object" in thing]


def _touched(history: History, meeting: Meeting, op: Operation) -> bool:
    """Whether the socket may have been read or closed before *op* ended."""
    own = (
        o for o in history.by(op.actor) if o.target == meeting.client and o.invoked_ns < (op.returned_ns or 0)
    )
    return any(o.method in {"recv", "close", "shutdown"} for o in own)


def _state(history: History, meeting: Meeting, op: Operation) -> tuple[bool | None, Operation]:
    """Return whether the socket surely was, or was not, ready as long as *op* took, and what shows it."""
    theirs = [o for o in history.by(meeting.accept.actor) if o.target == meeting.server]
    sent = next((o for o in theirs if o.method in SENDS and o.ok and o.precedes(op)), None)
    if sent is not None:
        return True, sent
    begun = any(o.invoked_ns <= (op.returned_ns or 0) for o in theirs if o.step != meeting.accept.step)
    # It is used later, so that it was open.
    later = next((o for o in theirs if o.method in SENDS and o.ok and op.precedes(o)), None)
    if begun or later is None:
        return None, op
    return False, later
